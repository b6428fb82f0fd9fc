/* What is written once for each instruction set of this host does the same: companding in rows, copying, HDLC. */
#include "check.h"
#include "engine.h"
#include "hdlc.h"

typedef void units_function(int16_t *, const uint8_t *, uint32_t);
typedef void codes_function(uint8_t *, const int16_t *, uint32_t);

/* Every octet, and every sum of eight parties, against the tables. */
static void companding(units_function *to_units, codes_function *to_codes)
{
    static uint8_t codes[65536];
    static int16_t units[65536];
    for (uint32_t i = 0; i < 256; i++)
        codes[i] = (uint8_t)i;
    to_units(units, codes, 256);
    for (uint32_t i = 0; i < 256; i++)
        assert(units[i] == ((i | 0x80) == IDLE_OCTET ? 0 : swd_alaw_decode((uint8_t)i) / 8));
    for (int32_t i = 0; i < 65536; i++)
        units[i] = (int16_t)(i - 32768);
    to_codes(codes, units, 65536);
    for (int32_t i = 0; i < 65536; i++) {
        int32_t linear = 8 * units[i];
        linear = linear > INT16_MAX ? INT16_MAX : linear < INT16_MIN ? INT16_MIN : linear;
        assert(codes[i] == swd_alaw_encode((int16_t)linear));
    }
}

#if defined(__x86_64__)
typedef uint32_t copy_function(uint64_t *, const uint64_t *, const uint16_t *, uint32_t);

typedef void lines_function(uint64_t *, const uint64_t *, const uint16_t *, const uint32_t *, uint32_t);

static void copying(copy_function *copy, lines_function *copy_lines)
{
    uint64_t old[256], to[64];
    uint16_t from[64];
    const uint32_t order[5] = {3, 7, 0, 1, 5};
    for (uint32_t i = 0; i < 256; i++)
        old[i] = swd_philox(1, i);
    for (uint32_t i = 0; i < 64; i++)
        from[i] = (uint16_t)(swd_philox(2, i) % 256);
    for (uint32_t n = 0; n < 64; n++) {
        memset(to, 0, sizeof to);
        uint32_t done = copy(to, old, from, n);
        assert(done == n / 8 * 8);
        for (uint32_t i = 0; i < 64; i++)
            assert(to[i] == (i < done ? old[from[i]] : 0));
    }
    memset(to, 0, sizeof to);
    copy_lines(to, old, from, order, 5);
    for (uint32_t i = 0; i < 40; i++) {
        uint64_t *cell = &to[order[i / CACHE_CELLS] * CACHE_CELLS + i % CACHE_CELLS];
        assert(*cell == old[from[i]]);
        *cell = 0;
    }
    for (uint32_t i = 0; i < 64; i++) /* and nothing else was written */
        assert(to[i] == 0);
}

static void comparing(void)
{
    uint64_t old[256], to[64];
    for (uint32_t i = 0; i < 256; i++)
        old[i] = swd_philox(1, i);
    for (uint32_t shift = 0; shift < 64; shift++) {
        uint64_t other = swd_philox(6, shift), same = swd_same_avx2(old, old + 64);
        assert(same == 0);
        memcpy(to, old, sizeof to);
        for (uint32_t i = 0; i < 64; i++)
            to[i] ^= other >> i & 1 ? 1ull << shift : 0;
        assert(swd_same_avx2(to, old) == ~other);
    }
}

/* Parties by chance, of whom a third are as loud as can be. */
static void conferring(void)
{
    uint64_t a[SWD_CONF_LEGS][USUAL_ABREAST], b[SWD_CONF_LEGS][USUAL_ABREAST];
    for (uint32_t round = 0; round < 2000; round++) {
        for (uint32_t i = 0; i < SWD_CONF_LEGS * USUAL_ABREAST; i++) {
            uint64_t draw = swd_philox(7 + round, i), loud = (draw & 0x8080808080808080u) | 0x2A2A2A2A2A2A2A2Au;
            a[i / USUAL_ABREAST][i % USUAL_ABREAST] = i % 3 == round % 2 ? loud : draw;
        }
        memcpy(b, a, sizeof b);
        swd_usual_plain(a, round % (SWD_CONF_LEGS + 1));
        swd_usual_avx2(b, round % (SWD_CONF_LEGS + 1));
        assert(memcmp(a, b, sizeof a) == 0);
    }
}

/* The same from cells to cells: any four of 16 conferences, any legs. */
static void conferring_of_cells(void)
{
    uint64_t rows[64], legs[16 * SWD_CONF_LEGS], a[SWD_CONF_LEGS][USUAL_ABREAST];
    uint32_t from[16 * SWD_CONF_LEGS], which[USUAL_ABREAST];
    for (uint32_t round = 0; round < 5000; round++) {
        uint32_t speak = round % 256, n = 0;
        if (__builtin_popcount(speak) > (int)USUAL_PARTIES || __builtin_popcount(speak) == 1)
            continue;
        for (uint32_t i = 0; i < 64; i++)
            rows[i] = i % 3 ? swd_philox(8 + round, i) : (swd_philox(9 + round, i) & 0x8080808080808080u) | 0x2A2A2A2A2A2A2A2Au;
        for (uint32_t i = 0; i < 16 * SWD_CONF_LEGS; i++)
            from[i] = (uint32_t)(swd_philox(10, round + i) % 64);
        for (uint32_t i = 0; i < USUAL_ABREAST; i++)
            which[i] = 4 * i + round % 4;
        for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
            if (speak >> leg & 1) {
                for (uint32_t i = 0; i < USUAL_ABREAST; i++)
                    a[n][i] = rows[from[which[i] * SWD_CONF_LEGS + leg]];
                n++;
            }
        swd_usual_plain(a, n);
        memset(legs, 0, sizeof legs);
        swd_usual_avx512(&(usual_four){rows, from, legs, which, speak}, n);
        for (uint32_t i = 0, party = 0; i < USUAL_ABREAST; i++, party = 0)
            for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
                assert(legs[which[i] * SWD_CONF_LEGS + leg] == (speak >> leg & 1 ? a[party++][i] : ROW_IDLE));
    }
}

/* Octets that are random, or nearly all ones. */
static void fill(uint8_t *octets, uint32_t n, uint64_t key)
{
    for (uint32_t i = 0; i < n; i++)
        octets[i] = (uint8_t)(swd_philox(key, i) | (key % 3 ? 0 : swd_philox(key, 1000 + i) % 8 ? 0xFF : 0));
}

static void sending(void)
{
    uint8_t frame[2 + SWD_MAX_FRAME + FCS_OCTETS + TX_AFTER] = {0}, *octets = frame + 2, a[SWD_TX_CODE] = {0}, b[SWD_TX_CODE] = {0};
    for (uint32_t n = 1; n <= SWD_MAX_FRAME + FCS_OCTETS; n++) {
        fill(octets, n, n);
        uint16_t fcs = (uint16_t)swd_philox(3, n);
        assert(n < 17 || swd_fcs_avx2(fcs, octets, n) == swd_fcs_by_table(fcs, octets, n));
        uint32_t n_before = n % 8, before = fcs & 0xFF00u >> n_before & 0xFF;
        uint32_t n_bits = swd_hdlc_encode(a, before, n_before, octets, n);
        assert(n_bits >= n_before + 8 * n + 8 && n_bits <= n_before + 8 * n + 8 * n / 5 + 8);
        assert(swd_hdlc_encode_avx2(b, before, n_before, octets, n) == n_bits && (a[0] & 0xFF00u >> n_before & 0xFF) == before);
        assert(memcmp(a, b, sizeof a) == 0);
    }
}

static void receiving(void)
{
    swd_hdlc_rx a = {.hunting = 1}, b = {.hunting = 1};
    swd_hdlc_tx tx;
    uint8_t frame[SWD_MAX_FRAME], sent[8], out_a[8 * SWD_MAX_FRAME], out_b[8 * SWD_MAX_FRAME];
    uint32_t at_octet, found = 0;
    swd_hdlc_tx_reset(&tx);
    for (uint64_t row = 0; row < 20000; row++) {
        swd_hdlc_result results_a[8], results_b[8];
        uint32_t size = 1 + (uint32_t)(swd_philox(4, row) % SWD_MAX_FRAME);
        fill(frame, size, row);
        if (row % 10 == 0)
            swd_hdlc_tx_queue(&tx, frame, size);
        swd_hdlc_tx_pull(&tx, sent, 8, &at_octet);
        if (row % 50 > 45)
            sent[row % 8] ^= (uint8_t)(1 << swd_philox(5, row) % 8);
        uint32_t n = swd_hdlc_rx_take(&a, sent, 8, results_a, out_a);
        assert(swd_hdlc_rx_take_avx2(&b, sent, 8, results_b, out_b) == n && memcmp(&a, &b, sizeof a) == 0);
        assert(memcmp(results_a, results_b, n * sizeof *results_a) == 0);
        found += n;
    }
    assert(found > 300);
}
#endif

void test_rows(void)
{
    companding(swd_units_plain, swd_codes_plain);
#if defined(__x86_64__)
    if (swd_isa_best() >= SWD_ISA_AVX2) {
        companding(swd_units_avx2, swd_codes_avx2);
        copying(swd_copy_avx2, swd_copy_lines_avx2);
        comparing();
        conferring();
        sending();
        receiving();
    }
    if (swd_isa_best() >= SWD_ISA_AVX512) {
        companding(swd_units_avx512, swd_codes_avx512);
        copying(swd_copy_avx512, swd_copy_lines_avx512);
        conferring_of_cells();
    }
#endif
}
