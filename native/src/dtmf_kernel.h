/* The DTMF bank's arithmetic; included once for each instruction set, after bank_kernel.h and with KERNEL, the name of what
 * it defines. All tables are exact products of tools/make_tables.py. */
#include "bank_kernel.h"
#include "tables.h"
#include "dtmf_burst.h"

typedef int64_t v64 __attribute__((vector_size(LANES * 4)));

#define BINS 15                  /* 583 to 1750 Hz, 83 1/3 Hz apart */
#define EVEN 7
#define ODD 8
#define QUARTER 12               /* pairs of a block folded twice */
/* Of a screened tone, |H|^2 summed over three lines, H = 6 peaks: -50.5 dBm0. */
#define SCREEN_FLOOR 2500

/* A quarter of a block, by the symmetries of the lines about its middle: even and odd lines, cosines and sines. */
typedef struct folded {
    v16 even_cos[QUARTER], even_sin[QUARTER], odd_cos[QUARTER], odd_sin[QUARTER];
} folded;

#ifndef SUM_OCTETS
/* Of each 64 bits the eight octets, which are below 128. */
ALWAYS v64 sum_octets(v64 octets)
{
    v64 pairs = (octets & 0x00FF00FF00FF00FF) + (octets >> 8 & 0x00FF00FF00FF00FF), fours = pairs + (pairs >> 16);
    return (fours + (fours >> 32)) & 0xFFFF;
}
#define SUM_OCTETS sum_octets
#endif

#ifndef LONG_BITS
/* The sign bits of int64. */
ALWAYS uint32_t long_bits(v64 v)
{
    uint32_t bits = 0;
    for (uint32_t k = 0; k < LANES / 2; k++)
        bits |= (uint32_t)(v[k] < 0) << k;
    return bits;
}
#define LONG_BITS long_bits
#endif

/* By the sum of the magnitudes' codes, which grow with them. Two tones of -50 dBm0 (LEAST_MDBM0) make 276 of A-law's and 640 of
 * mu-law's at least, noise of -50 dBm0 about 200 and 490. */
static uint32_t audible(const dtmf_octets *octets)
{
    const int64_t above = octets->law ? 599 : 255;
    const int64_t turned = octets->law ? 0x7F7F7F7F7F7F7F7F : 0x5555555555555555;
    uint32_t found = 0;
    for (uint32_t channel = 0; channel < DTMF_TILE; channel += LANES / 2) {
        v64 sum = {0};
        for (uint32_t row = 0; row < DTMF_ROWS; row++)
            sum += SUM_OCTETS(((v64)load(octets->rows + row * octets->stride + channel * SWD_ROW_CYCLES) ^ turned) & 0x7F7F7F7F7F7F7F7F);
        found |= LONG_BITS(above - sum) << channel;
    }
    return found;
}

/* |sample| <= 4032, so |folded| <= 16128. */
ALWAYS void fold_law(folded *f, const uint8_t *rows, size_t row_octets, int law)
{
    for (uint32_t row = 0; row < 3; row++) {
        v32 a[4], b[4], c[4], d[4];
        gather(a, rows + row * row_octets, law, 0);
        gather(b, rows + (5 - row) * row_octets, law, 1);
        gather(c, rows + (6 + row) * row_octets, law, 0);
        gather(d, rows + (11 - row) * row_octets, law, 1);
        for (uint32_t k = 0; k < 4; k++) {
            v16 outer = (v16)a[k] + (v16)d[k], outer_odd = (v16)a[k] - (v16)d[k];
            v16 inner = (v16)b[k] + (v16)c[k], inner_odd = (v16)b[k] - (v16)c[k];
            f->even_cos[row * 4 + k] = outer + inner;
            f->odd_cos[row * 4 + k] = outer - inner;
            f->even_sin[row * 4 + k] = outer_odd - inner_odd;
            f->odd_sin[row * 4 + k] = outer_odd + inner_odd;
        }
    }
}

static void fold(folded *f, const dtmf_octets *octets, uint32_t channel)
{
    const uint8_t *rows = octets->rows + channel * SWD_ROW_CYCLES;
    if (octets->law)
        fold_law(f, rows, octets->stride, 1);
    else
        fold_law(f, rows, octets->stride, 0);
}

/* Vectors of channels that are summed at a time: more where there are registers for it. */
#ifndef GROUPS
#define GROUPS 1
#endif

/* Sums over the quarter for n lines, rounded for a shift by 16; |sum| <= 24 * 16128 * 2^12 * 2 / pi and a little. */
ALWAYS void lines(v32 sum[GROUPS][ODD], uint32_t n, const v16 *const samples[GROUPS], const int16_t *table)
{
    v32 acc[GROUPS][ODD];
    for (uint32_t line = 0; line < n; line++)
        for (uint32_t g = 0; g < GROUPS; g++)
            acc[g][line] = (v32){0} + 0x8000;
    for (uint32_t k = 0; k < QUARTER; k++)
        for (uint32_t line = 0; line < n; line++) {
            v16 wave = both(table + (k * n + line) * 2);
            for (uint32_t g = 0; g < GROUPS; g++)
                acc[g][line] = ADD_MADD(acc[g][line], samples[g][k], wave);
        }
    for (uint32_t line = 0; line < n; line++)
        for (uint32_t g = 0; g < GROUPS; g++)
            sum[g][line] = acc[g][line];
}

/* Screen: a low and a high tone, each the three lines about its place, above the floor, less than 12 dB apart, and
 * together seven eighths of the band. The sum of all |H|^2 stays below 2^31 (Parseval, 96 samples of 4032). */
static inline uint32_t judge_lines(const v16 *x)
{
    v32 power[BINS - 2], low, high, all = {0};
    v16 two[BINS - 1];
    for (uint32_t k = 0; k < BINS - 1; k++)
        two[k] = x[k] + x[k + 1];
    for (uint32_t k = 0; k < BINS - 2; k++) { /* the Hann window, in frequency */
        v16 h = two[k] + two[k + 1];
        power[k] = MADD(h, h);
        all += power[k];
    }
    low = power[0] + power[1] + power[2];
    for (uint32_t k = 1; k < 3; k++)
        low = larger(low, power[k] + power[k + 1] + power[k + 2]);
    high = power[6] + power[7] + power[8];
    for (uint32_t k = 7; k < 11; k++)
        high = larger(high, power[k] + power[k + 1] + power[k + 2]);
    return LANE_BITS((low > SCREEN_FLOOR) & (high > SCREEN_FLOOR) & (low >> 4 <= high) & (high >> 4 <= low) &
                     (low + high >= all - (all >> 3)));
}

static inline v16 packed(v32 re, v32 im)
{
    return (v16)(v32)(((vu32)re >> 16) | ((vu32)im & 0xFFFF0000u));
}

/* Lines of GROUPS vectors of channels: every second one, beginning with the first. */
ALWAYS void spread(v16 x[GROUPS][BINS], uint32_t first, uint32_t n, v32 re[GROUPS][ODD], v32 im[GROUPS][ODD])
{
    for (uint32_t g = 0; g < GROUPS; g++)
        for (uint32_t k = 0; k < n; k++)
            x[g][first + 2 * k] = packed(re[g][k], im[g][k]);
}

static uint32_t screen(const dtmf_octets *octets)
{
    uint32_t found = 0;
    for (uint32_t channel = 0; channel < DTMF_TILE; channel += GROUPS * LANES) {
        folded f[GROUPS];
        const v16 *even_cos[GROUPS], *even_sin[GROUPS], *odd_cos[GROUPS], *odd_sin[GROUPS];
        v32 re[GROUPS][ODD], im[GROUPS][ODD];
        v16 x[GROUPS][BINS];
        for (uint32_t g = 0; g < GROUPS; g++) {
            fold(&f[g], octets, channel + g * LANES);
            even_cos[g] = f[g].even_cos;
            even_sin[g] = f[g].even_sin;
            odd_cos[g] = f[g].odd_cos;
            odd_sin[g] = f[g].odd_sin;
        }
        lines(re, ODD, odd_cos, swd_table_dtmf_odd_cos);
        lines(im, ODD, odd_sin, swd_table_dtmf_odd_sin);
        spread(x, 0, ODD, re, im);
        lines(re, EVEN, even_cos, swd_table_dtmf_even_cos);
        lines(im, EVEN, even_sin, swd_table_dtmf_even_sin);
        spread(x, 1, EVEN, re, im);
        for (uint32_t g = 0; g < GROUPS; g++)
            found |= by_channel(judge_lines(x[g])) << (channel + g * LANES);
    }
    return found;
}

const dtmf_kernel KERNEL = {audible, screen, decode_rows, spectrum, pair, energies, references};
