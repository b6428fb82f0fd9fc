/* The DTMF bank's arithmetic on one channel: included by dtmf_kernel.h, once for each instruction set. Beside what bank_kernel.h
 * asks for, this takes MULTIPLY_HIGH(a, b): the upper halves of the products of int16.
 * With SHUFFLE:          SPREAD(octets), one in each int16; LARGER_OCTETS(a, b) and LARGEST_OCTET(v), of octets below 128.
 * With vectors of 16:    LOAD_HALF(from), 16 int16 and 0; SUMS_OF_LANES(a, b, c, d), of each the sum of the four 128-bit lanes;
 *                        ALIGN(upper, lower, n), the 16 int32 from place n on of both. */
#ifndef SWD_DTMF_BURST_H
#define SWD_DTMF_BURST_H

typedef int32_t v4 __attribute__((vector_size(16)));
typedef int16_t four __attribute__((vector_size(8)));
typedef int16_t half __attribute__((vector_size(LANES * 2)));
typedef int64_t some_rows __attribute__((vector_size(LANES * 2)));
typedef uint8_t octets_of_rows __attribute__((vector_size(LANES * 2)));

#define ALWAYS static inline __attribute__((always_inline))

/* Sums over 96 samples of the products with a table. */
ALWAYS v32 products(const int16_t *x, const int16_t *table)
{
    v32 sum = {0};
    for (uint32_t i = 0; i < DTMF_BLOCK; i += 2 * LANES)
        sum = ADD_MADD(sum, (v16)load(x + i), (v16)load(table + i));
    return sum;
}

/* Of each of four vectors the sums of every fourth place, side by side. */
ALWAYS v32 partial_sums(v32 a, v32 b, v32 c, v32 d)
{
    v32 ab = (v32)EVEN_PAIRS(a, b) + (v32)ODD_PAIRS(a, b), cd = (v32)EVEN_PAIRS(c, d) + (v32)ODD_PAIRS(c, d);
    return (v32)EVEN_PAIRS(ab, cd) + (v32)ODD_PAIRS(ab, cd);
}

/* The sum of each of four vectors. */
ALWAYS v4 four_sums(v32 a, v32 b, v32 c, v32 d)
{
    v32 all = partial_sums(a, b, c, d);
    v4 parts[LANES / 4], sum = {0};
    memcpy(parts, &all, sizeof parts);
    for (uint32_t k = 0; k < LANES / 4; k++)
        sum += parts[k];
    return sum;
}

/* Real and imaginary part at two tones, in one store, since they are read as one soon after. */
ALWAYS void bins_at(const int16_t *x, uint32_t tone, uint32_t other, void *two_bins)
{
    const int16_t *const cosines = swd_table_dtmf_cos, *const sines = swd_table_dtmf_sin;
    v4 sums = four_sums(products(x, cosines + tone * DTMF_BLOCK), products(x, sines + tone * DTMF_BLOCK),
                        products(x, cosines + other * DTMF_BLOCK), products(x, sines + other * DTMF_BLOCK));
    four bins = __builtin_convertvector((sums + 0x8000) >> 16, four);
    memcpy(two_bins, &bins, sizeof bins);
}

static void pair(const int16_t *x, uint32_t low, uint32_t high, dtmf_pair *bins)
{
    bins_at(x, low, high, bins);
}

static void spectrum(const int16_t *x, dtmf_bin bins[DTMF_TONES])
{
#if LANES == 16
    v32 sums[DTMF_TONES / 2];
    for (uint32_t k = 0; k < DTMF_TONES / 2; k++) {
        const int16_t *const re = swd_table_dtmf_cos + k * 2 * DTMF_BLOCK, *const im = swd_table_dtmf_sin + k * 2 * DTMF_BLOCK;
        sums[k] = partial_sums(products(x, re), products(x, im), products(x, re + DTMF_BLOCK), products(x, im + DTMF_BLOCK));
    }
    half all = __builtin_convertvector((SUMS_OF_LANES(sums[0], sums[1], sums[2], sums[3]) + 0x8000) >> 16, half);
    memcpy(bins, &all, sizeof all);
#else
    for (uint32_t tone = 0; tone < DTMF_TONES; tone += 2)
        bins_at(x, tone, tone + 1, &bins[tone]);
#endif
}

/* sum over x of a weighted square, w in Q15: of 2^shift x^2 w / 2. */
ALWAYS v32 weighted(const int16_t *x, const int16_t *w, uint32_t n, uint32_t shift)
{
    v32 sum = {0};
    uint32_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        const v16 some = (v16)load(x + i);
        sum = ADD_MADD(sum, some, MULTIPLY_HIGH(some << shift, (v16)load(w + i)));
    }
#if LANES == 16
    if (i < n) {
        const v16 some = LOAD_HALF(x + i);
        sum = ADD_MADD(sum, some, MULTIPLY_HIGH(some << shift, LOAD_HALF(w + i)));
    }
#endif
    return sum;
}

/* y[0..n) from x[0..2n + 30), n a multiple of 16. |x| <= 4032 and the taps sum to 1.88 in magnitude: |y| <= 15161. */
ALWAYS void filter(const int16_t *x, int16_t *y, uint32_t n)
{
    for (uint32_t first = 0; first < n; first += LANES) {
        v32 sum = (v32){0} + 0x1000;
#ifdef ALIGN
        /* Loads that begin anywhere take twice as long. */
        const v32 lower = load(x + 2 * first), upper = load(x + 2 * first + DTMF_TAPS);
        v32 odd = {0};
#define TAP(to, n) to = ADD_MADD(to, ALIGN(upper, lower, n), both(swd_table_dtmf_band_pass + 2 * (n)))
#define TAPS(n) TAP(sum, n); TAP(odd, (n) + 1)
        TAPS(0); TAPS(2); TAPS(4); TAPS(6); TAPS(8); TAPS(10); TAPS(12); TAPS(14);
        sum += odd;
#else
        for (uint32_t tap = 0; tap < DTMF_TAPS; tap += 2)
            sum = ADD_MADD(sum, (v16)load(x + 2 * first + tap), both(swd_table_dtmf_band_pass + tap));
#endif
        half out = __builtin_convertvector(sum >> 13, half);
        memcpy(y + first, &out, sizeof out);
    }
}

static void energies(const int16_t *x, uint32_t n, dtmf_window *w)
{
    int16_t y[DTMF_HISTORY / 2];
    filter(x - (DTMF_TAPS - 2), y, ((n + 1) * (DTMF_HOP / 2) + 15) & ~15u);
    for (uint32_t k = 0; k < n; k += 2) {
        const uint32_t next = k + 1 < n ? k + 1 : k;
        v4 sums = four_sums(weighted(x + k * DTMF_HOP, swd_table_dtmf_window, DTMF_BLOCK, 2),
                            weighted(y + k * (DTMF_HOP / 2), swd_table_dtmf_half_window, DTMF_OUTPUTS, 0),
                            weighted(x + next * DTMF_HOP, swd_table_dtmf_window, DTMF_BLOCK, 2),
                            weighted(y + next * (DTMF_HOP / 2), swd_table_dtmf_half_window, DTMF_OUTPUTS, 0));
        w[k].energy = (uint32_t)sums[0];
        w[k].in_band = (uint32_t)sums[1];
        w[next].energy = (uint32_t)sums[2];
        w[next].in_band = (uint32_t)sums[3];
    }
}

#define PLACES (LANES >= 8 ? 16 : 8)
typedef int16_t some_places __attribute__((vector_size(PLACES * 2)));   /* one or two hold DTMF_PLACES */

static uint32_t largest(const int16_t of[DTMF_PLACES])
{
    int16_t most = 0;
    for (uint32_t i = 0; i < DTMF_PLACES; i++)
        most = of[i] > most ? of[i] : most;
    return (uint32_t)most;
}

static uint32_t how_many(const int16_t of[DTMF_PLACES], uint32_t reach)
{
    uint16_t n = 0;
    for (uint32_t i = 0; i < DTMF_PLACES; i++)
        n = (uint16_t)(n + (of[i] >= (int16_t)reach));
    return n;
}

/* The value that a third of the strong ones reach or exceed, and 1: an impulse, an echo's beat does not move it far. */
static uint32_t reference(const int16_t of[DTMF_PLACES])
{
    int16_t missing[DTMF_PLACES];
    some_places x[DTMF_PLACES / PLACES], above[DTMF_PLACES / PLACES] = {{0}};
    const int16_t few = (int16_t)(how_many(of, (largest(of) + 1) / 2) / 3);
    memcpy(x, of, sizeof x);
    for (uint32_t i = 0; i < DTMF_PLACES; i++)
        for (uint32_t k = 0; k < DTMF_PLACES / PLACES; k++)
            above[k] -= (some_places){0} + of[i] > x[k];
    for (uint32_t k = 0; k < DTMF_PLACES / PLACES; k++)
        x[k] = (0x7FFF - x[k]) & (above[k] <= few); /* the largest of these is of the least value that has few above it */
    memcpy(missing, x, sizeof x);
    return 0x7FFF - largest(missing) + 1;
}

static void references(dtmf_track *track)
{
    track->reference_low = reference(track->low_amplitude);
    track->reference_high = reference(track->high_amplitude);
}

static uint32_t decode_table(const dtmf_octets *ring, uint32_t row, uint32_t n_rows, int16_t *x)
{
    const int16_t *const linear = ring->law ? swd_table_ulaw : swd_table_alaw;
    uint32_t most = 0;
    for (uint32_t end = row + n_rows; row < end; row++) {
        const uint8_t *octets = ring->rows + row % DTMF_RING_ROWS * ring->stride;
        for (uint32_t i = 0; i < SWD_ROW_CYCLES; i++, x++) {
            *x = (int16_t)(linear[octets[i]] >> 3);
            uint32_t size = (uint32_t)(*x < 0 ? -*x : *x);
            most = size > most ? size : most;
        }
    }
    return most;
}

#ifndef SHUFFLE
static uint32_t decode_rows(const dtmf_octets *ring, uint32_t row, uint32_t n_rows, int16_t *x)
{
    return decode_table(ring, row, n_rows, x);
}
#else
ALWAYS int64_t row_at(const uint8_t *row)
{
    int64_t octets;
    memcpy(&octets, row, sizeof octets);
    return octets;
}

/* As many rows at a time as make a vector: so stored, they are loaded again without waiting. The largest magnitude is that of the
 * largest code. */
static uint32_t decode_rows(const dtmf_octets *ring, uint32_t row, uint32_t n_rows, int16_t *x)
{
    const size_t stride = ring->stride;
    const uint8_t *rows = ring->rows + row * stride, *const end = ring->rows + DTMF_RING_ROWS * stride;
    octets_of_rows most = {0};
    if (ring->law)
        return decode_table(ring, row, n_rows, x);
    for (uint32_t r = 0; r < n_rows; r += LANES / 4, rows += LANES / 4 * stride, x += 2 * LANES) {
        if (rows == end)
            rows = ring->rows;
#if LANES == 16
        const some_rows found = {row_at(rows), row_at(rows + stride), row_at(rows + 2 * stride), row_at(rows + 3 * stride)};
#else
        const some_rows found = {row_at(rows), row_at(rows + stride)};
#endif
        const octets_of_rows octets = (octets_of_rows)found;
        most = LARGER_OCTETS(most, (octets ^ 0x55) & 0x7F);
        store(x, (v32)decode_spread(SPREAD(octets)));
    }
    return (uint32_t)swd_table_alaw[LARGEST_OCTET(most) ^ 0xD5] >> 3;
}
#endif

#endif
