/* The tone banks: every register signal, the same bytes on every instruction set and for every cut, what is refused. */
#include "check.h"
#include "tones.h"

#define CHANNELS 70u              /* two whole tiles and a part */
#define CYCLES 2400u
#define SIGNALS 15u

/* Channel c carries signal 1 + c % 15 of its direction for 60 ms from cycle 100 + 5 c on; the last 10 channels noise. */
static uint8_t *make_signals(void)
{
    uint8_t *codes = malloc((size_t)CHANNELS * CYCLES);
    swd_tone_set tones;
    assert(codes);
    memset(codes, 0xD5, (size_t)CHANNELS * CYCLES);
    for (uint32_t c = 0; c < CHANNELS - 10; c++) {
        swd_mfc_tone_set(&tones, c & SWD_MFC_BACKWARD);
        const uint8_t *places = tones.tones[c % SIGNALS];
        const uint32_t pair[2] = {tones.freq_mhz[places[0]], tones.freq_mhz[places[1]]};
        make_tones(codes + (size_t)c * CYCLES + 100 + 5 * c, 480, pair, -6000);
    }
    for (uint32_t c = CHANNELS - 10; c < CHANNELS; c++)
        for (uint32_t i = 0; i < CYCLES; i++)
            codes[(size_t)c * CYCLES + i] = (uint8_t)(swd_philox(c, i) & 0xBF);
    return codes;
}

static swd_tones *new_bank(void)
{
    size_t size = swd_tones_size(CHANNELS);
    swd_tones *bank = aligned_alloc(64, size);
    swd_tone_set tones;
    assert(bank && size % 64 == 0);
    memset(bank, 0x5A, size);
    swd_tones_init(bank, SWD_TONES_MFC, CHANNELS, SWD_LAW_A);
    for (uint32_t set = 0; set < 4; set++) {
        swd_mfc_tone_set(&tones, set);
        assert(swd_tones_define(bank, set, &tones) == SWD_OK);
    }
    for (uint32_t c = 0; c < CHANNELS; c++)
        assert(swd_tones_assign(bank, c, c, c & SWD_MFC_BACKWARD) == SWD_OK && swd_tones_cell(bank, c) == c);
    return bank;
}

/* Run all signals through a bank; row parts of `first` and 8 - first octets. Returns the number of hits. */
static uint32_t run(swd_tones *bank, const uint8_t *codes, uint32_t first, swd_tones_hit *hits)
{
    uint64_t row[CHANNELS];
    uint32_t n_hits = 0;
    for (uint32_t at = 0; at < CYCLES; at += 8) {
        for (uint32_t c = 0; c < CHANNELS; c++)
            memcpy(&row[c], codes + (size_t)c * CYCLES + at, 8);
        if (first < 8)
            n_hits += swd_tones_push(bank, at, first, row, hits + n_hits, CHANNELS);
        n_hits += swd_tones_push(bank, at + first % 8, 8 - first % 8, row, hits + n_hits, CHANNELS);
    }
    return n_hits;
}

static void check_hits(const swd_tones_hit *hits, uint32_t n_hits)
{
    uint32_t seen[CHANNELS] = {0};
    for (uint32_t i = 0; i < n_hits; i++) {
        const swd_tones_hit *hit = &hits[i];
        assert(hit->channel < CHANNELS - 10 && hit->tone == hit->channel % SIGNALS);
        assert(hit->on == (seen[hit->channel]++ == 0) && hit->at % 32 == 31);
        assert(hit->on || (hit->length_cycles > 430 && hit->length_cycles < 530));
        assert(!hit->on || (hit->lower_level > -1450 && hit->lower_level < -1100 && hit->upper_level > -1450 && hit->upper_level < -1100));
        assert(i == 0 || hits[i - 1].at < hit->at || (hits[i - 1].at == hit->at && hits[i - 1].channel < hit->channel));
    }
    for (uint32_t c = 0; c < CHANNELS - 10; c++)
        assert(seen[c] == 2);
}

static void same_everywhere(const uint8_t *codes)
{
    swd_tones *reference = new_bank();
    swd_tones_hit *expected = calloc(1024, sizeof *expected), *hits = calloc(1024, sizeof *hits);
    assert(expected && hits && swd_isa_select(SWD_ISA_PLAIN) == SWD_OK);
    uint32_t n_expected = run(reference, codes, 8, expected);
    check_hits(expected, n_expected);
    for (int isa = SWD_ISA_PLAIN; isa <= swd_isa_best(); isa++)
        for (uint32_t first = 1; first <= 8; first++) {
            swd_tones *bank = new_bank();
            assert(swd_isa_select(isa) == SWD_OK);
            assert(run(bank, codes, first, hits) == n_expected);
            assert(memcmp(hits, expected, n_expected * sizeof *hits) == 0);
            assert(memcmp(bank, reference, swd_tones_size(CHANNELS)) == 0);
            free(bank);
        }
    swd_isa_select(swd_isa_best());
    free(reference);
    free(expected);
    free(hits);
}

static void refusals(void)
{
    swd_tones *bank = new_bank();
    swd_tone_set tones;
    swd_mfc_tone_set(&tones, SWD_MFC_FORWARD);
    assert(swd_tones_define(bank, 0, &tones) == SWD_E_RANGE); /* in use */
    assert(swd_tones_define(bank, 16, &tones) == SWD_E_RANGE);
    assert(swd_tones_define(bank, 2, &tones) == SWD_OK);
    tones.wide = 1;
    assert(swd_tones_define(bank, 2, &tones) == SWD_E_RANGE); /* seven places */
    assert(swd_tones_assign(bank, CHANNELS, 0, 0) == SWD_E_RANGE && swd_tones_assign(bank, 0, 0, 4) == SWD_E_RANGE);
    assert(swd_tones_assign(bank, 0, SWD_NONE, 99) == SWD_OK && swd_tones_cell(bank, 0) == SWD_NONE);
    assert(swd_tones_cell(bank, CHANNELS) == SWD_NONE);
    free(bank);
}

/* A tile as no run leaves it, but a snapshot may bring it: powers below 0. What is told is anything; that it is told is enough. */
static void powers_below_0(void)
{
    static const tones_shape shape = {MFC_ROWS * SWD_ROW_CYCLES, MFC_WINDOW, MFC_FREQS, MFC_WEIGHTS, {1, 2, 2, 1}, 1, MFC_LOUD_BITS};
    static const int32_t powers[] = {INT32_MIN, INT32_MIN / 64, -64, -1, 0};
    const tones_hop hop = {.end = 3200, .shape = &shape};
    tones_set *set = aligned_alloc(64, sizeof *set);
    tones_tile *tile = aligned_alloc(64, sizeof *tile);
    swd_tone_set tones;
    swd_mfc_tone_set(&tones, SWD_MFC_FORWARD);
    assert(set && tile && swd_tones_make_set(set, &tones, &shape) == SWD_OK);
    for (uint32_t held = 0; held < 5; held++)
        for (uint32_t of = 0; of < 5; of++) {
            swd_tones_hit hit = {.on = 1};
            memset(tile, 0, sizeof *tile);
            tile->state[0] = 3 << STATE_PRESENT;
            tile->held[0] = powers[held];
            for (uint32_t k = 0; k < TONES_HISTORY; k++)
                tile->history[k][0] = powers[of];
            swd_tones_end(tile, set, &hop, 0, &hit);
            assert(!hit.on && hit.tone == 0 && tile->state[0] == 0 && tile->held[0] == 0);
        }
    free(set);
    free(tile);
}

static void positions(void)
{
    uint32_t seen = 0;
    for (uint32_t channel = 0; channel < TONES_TILE; channel++) {
        assert(tones_channel(tones_position(channel)) == channel);
        seen |= 1u << tones_position(channel);
    }
    assert(seen == 0xFFFFFFFFu);
}

void test_tones(void)
{
    uint8_t *codes = make_signals();
    same_everywhere(codes);
    free(codes);
    refusals();
    powers_below_0();
    positions();
}
