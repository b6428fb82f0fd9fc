/* The DTMF bank: every digit, the same bytes on every instruction set and for every cut, channels that do not listen. */
#include "check.h"

#define CHANNELS 70u              /* two whole tiles and a part */
#define CYCLES 4800u

static const char keys[] = "123A456B789C*0#D";
static const uint32_t low_mhz[4] = {697000, 770000, 852000, 941000};
static const uint32_t high_mhz[4] = {1209000, 1336000, 1477000, 1633000};

void make_tones(uint8_t *codes, uint32_t n, const uint32_t freq_mhz[2], int32_t level_mdbm0)
{
    int32_t peak = swd_amplitude_q15(level_mdbm0);
    for (uint32_t i = 0; i < n; i++)
        codes[i] = swd_alaw_encode((int16_t)(swd_sine(i * swd_phase_step(freq_mhz[0]), peak) / 2 +
                                             swd_sine(i * swd_phase_step(freq_mhz[1]), peak) / 2));
}

/* Channel c carries key c % 16 for 50 ms from cycle 100 + 37 c on; the last 16 channels noise. */
static uint8_t *make_signals(void)
{
    uint8_t *codes = malloc((size_t)CHANNELS * CYCLES);
    assert(codes);
    memset(codes, 0xD5, (size_t)CHANNELS * CYCLES);
    for (uint32_t c = 0; c < CHANNELS - 16; c++) {
        const uint32_t pair[2] = {low_mhz[c % 16 / 4], high_mhz[c % 4]};
        make_tones(codes + (size_t)c * CYCLES + 100 + 37 * c, 400, pair, -4000);
    }
    for (uint32_t c = CHANNELS - 16; c < CHANNELS; c++)
        for (uint32_t i = 0; i < CYCLES; i++)
            codes[(size_t)c * CYCLES + i] = (uint8_t)(swd_philox(c, i) & 0xBF);
    return codes;
}

static swd_dtmf *new_bank(void)
{
    swd_dtmf *bank = aligned_alloc(64, swd_dtmf_size(CHANNELS));
    assert(bank && swd_dtmf_size(CHANNELS) % 64 == 0);
    swd_dtmf_init(bank, CHANNELS);
    assert(swd_dtmf_channels(bank) == CHANNELS);
    return bank;
}

/* Run all signals through a bank; row parts of `first` and 8 - first octets. Returns the number of hits. */
static uint32_t run(swd_dtmf *bank, const uint8_t *codes, uint32_t first, swd_dtmf_hit *hits)
{
    uint64_t row[CHANNELS];
    uint32_t n_hits = 0;
    for (uint32_t at = 0; at < CYCLES; at += 8) {
        for (uint32_t c = 0; c < CHANNELS; c++)
            memcpy(&row[c], codes + (size_t)c * CYCLES + at, 8);
        if (first < 8)
            n_hits += swd_dtmf_push(bank, at, first, row, hits + n_hits, 2 * CHANNELS);
        n_hits += swd_dtmf_push(bank, at + first % 8, 8 - first % 8, row, hits + n_hits, 2 * CHANNELS);
    }
    return n_hits;
}

static void check_hits(const swd_dtmf_hit *hits, uint32_t n_hits)
{
    uint32_t seen[CHANNELS] = {0};
    for (uint32_t i = 0; i < n_hits; i++) {
        const swd_dtmf_hit *hit = &hits[i];
        assert(hit->channel < CHANNELS - 16 && hit->digit == (uint8_t)keys[hit->channel % 16]);
        assert(hit->on == (seen[hit->channel]++ == 0) && hit->at % 96 == 95);
        assert(hit->on || (hit->length_cycles > 370 && hit->length_cycles < 430));
        assert(i == 0 || hits[i - 1].at < hit->at ||
               (hits[i - 1].at == hit->at && hits[i - 1].channel < hit->channel));
    }
    for (uint32_t c = 0; c < CHANNELS - 16; c++)
        assert(seen[c] == 2);
}

static void same_everywhere(const uint8_t *codes)
{
    swd_dtmf *reference = new_bank();
    swd_dtmf_hit *expected = malloc(1024 * sizeof *expected), *hits = malloc(1024 * sizeof *hits);
    for (uint32_t c = 0; c < CHANNELS; c++)
        swd_dtmf_assign(reference, c, c);
    assert(swd_isa_select(SWD_ISA_PLAIN) == SWD_OK);
    uint32_t n_expected = run(reference, codes, 8, expected);
    check_hits(expected, n_expected);
    for (int isa = SWD_ISA_PLAIN; isa <= swd_isa_best(); isa++)
        for (uint32_t first = 1; first <= 8; first += 7) {
            swd_dtmf *bank = new_bank();
            for (uint32_t c = 0; c < CHANNELS; c++)
                swd_dtmf_assign(bank, c, c);
            assert(swd_isa_select(isa) == SWD_OK);
            assert(run(bank, codes, first, hits) == n_expected);
            assert(memcmp(hits, expected, n_expected * sizeof *hits) == 0);
            assert(memcmp(bank, reference, swd_dtmf_size(CHANNELS)) == 0);
            free(bank);
        }
    free(reference);
    free(expected);
    free(hits);
}

/* What comes on a channel that does not listen leaves no trace. */
static void deaf_channels(const uint8_t *codes)
{
    swd_dtmf *bank = new_bank(), *other = new_bank();
    swd_dtmf_hit hits[64];
    uint8_t *silence = malloc((size_t)CHANNELS * CYCLES);
    assert(silence);
    memset(silence, 0, (size_t)CHANNELS * CYCLES);
    memcpy(silence + 33 * CYCLES, codes + 33 * CYCLES, CYCLES);
    assert(run(bank, codes, 8, hits) == 0);
    assert(memcmp(bank, other, swd_dtmf_size(CHANNELS)) == 0);
    swd_dtmf_assign(bank, 33, 33);
    swd_dtmf_assign(other, 33, 33);
    assert(run(other, silence, 8, hits) == 2);
    uint32_t n_hits = run(bank, codes, 8, hits);
    assert(n_hits == 2 && hits[0].channel == 33 && hits[0].digit == '2');
    assert(memcmp(bank, other, swd_dtmf_size(CHANNELS)) == 0);
    swd_dtmf_assign(bank, 33, SWD_NONE);
    assert(run(bank, codes, 8, hits) == 0);
    free(bank);
    free(other);
    free(silence);
}

void test_dtmf(void)
{
    uint8_t *codes = make_signals();
    same_everywhere(codes);
    deaf_channels(codes);
    free(codes);
}
