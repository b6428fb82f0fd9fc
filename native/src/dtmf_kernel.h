/* One hop of one tile; included once for each instruction set, which defines before:
 *   KERNEL  the function's name       LANES  channels a vector       MADD(a, b)  pairs of int16 multiplied and added
 *   optionally ADD_MADD(sum, a, b), SHIFT(x, counts) where the processor has one instruction for them
 *   UNPACK_LOW, UNPACK_HIGH, UNPACK_LOW_2, UNPACK_HIGH_2 (a, b)  interleave int32, or pairs of them, of 128-bit lanes
 * Everything else is vector arithmetic of the compiler. Integers, exact: the same bits everywhere. */
#include <string.h>

#include "tables.h"

typedef int16_t v16 __attribute__((vector_size(LANES * 4)));
typedef int32_t v32 __attribute__((vector_size(LANES * 4)));
typedef uint32_t vu32 __attribute__((vector_size(LANES * 4)));
typedef uint8_t v8 __attribute__((vector_size(LANES * 2)));

#ifndef ADD_MADD
#define ADD_MADD(sum, a, b) ((sum) + MADD(a, b))
#endif

static inline v32 load(const void *from)
{
    v32 v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline void store(void *to, v32 v)
{
    memcpy(to, &v, sizeof v);
}

#ifndef SHIFT
#define SHIFT shift_left
/* x << count, count 0..6 in each place, one bit of the count after the other. */
static inline v16 shift_left(v16 x, v16 count)
{
    x += x & -(count & 1);
    x += (x + x + x) & -(count >> 1 & 1);
    return x + (((x << 4) - x) & -(count >> 2));
}
#endif

/* A-law to 13-bit linear, +-1..4032: 2m + 1, or (2m + 33) << (segment - 1). */
static inline v16 decode(const uint8_t *codes)
{
    v8 octets;
    memcpy(&octets, codes, sizeof octets);
    v16 b = __builtin_convertvector(octets, v16) ^ 0x55;
    v16 segment = b >> 4 & 7;
    v16 above_0 = -segment >> 15; /* all ones or zero, as comparisons give; those are slow with 512 bits */
    v16 x = ((b & 15) << 1) + 1 + (above_0 & 32);
    v16 negative = (b >> 7) - 1;
    x = SHIFT(x, segment + above_0);
    return (x ^ negative) - negative;
}

/* The hop's samples of the channels at LANES positions, as pairs: four 4 x 4 transpositions of pairs. */
static inline void gather(v32 *pairs, const dtmf_tile *tile, uint32_t position)
{
    const uint32_t channel = (position & 16) + (position >> 2 & 3);
    for (uint32_t row = 0; row < DTMF_ROWS; row++) {
        v32 a = (v32)decode(tile->raw[row][channel]), b = (v32)decode(tile->raw[row][channel + 4]);
        v32 c = (v32)decode(tile->raw[row][channel + 8]), d = (v32)decode(tile->raw[row][channel + 12]);
        v32 ab_01 = UNPACK_LOW(a, b), ab_23 = UNPACK_HIGH(a, b);
        v32 cd_01 = UNPACK_LOW(c, d), cd_23 = UNPACK_HIGH(c, d);
        pairs[row * 4] = UNPACK_LOW_2(ab_01, cd_01);
        pairs[row * 4 + 1] = UNPACK_HIGH_2(ab_01, cd_01);
        pairs[row * 4 + 2] = UNPACK_LOW_2(ab_23, cd_23);
        pairs[row * 4 + 3] = UNPACK_HIGH_2(ab_23, cd_23);
    }
}

/* sum[tone] = sum over the folded pairs of sample * table; |folded| <= 8064, the window's half sums to 24 * 2^13. */
static inline void correlate(v32 sum[DTMF_TONES], const v32 *folded, const int16_t *table)
{
    v32 acc[DTMF_TONES] = {{0}};
    for (uint32_t n = 0; n < DTMF_PAIRS; n++)
        for (uint32_t tone = 0; tone < DTMF_TONES; tone++) {
            int32_t pair;
            memcpy(&pair, table + (n * DTMF_TONES + tone) * 2, sizeof pair);
            acc[tone] = ADD_MADD(acc[tone], (v16)folded[n], (v16)((v32){0} + pair));
        }
    for (uint32_t tone = 0; tone < DTMF_TONES; tone++)
        sum[tone] = acc[tone];
}

static inline v32 larger(v32 a, v32 b)
{
    v32 mask = a > b;
    return (a & mask) | (b & ~mask);
}

static inline v32 screen(const v32 power[DTMF_TONES], v32 energy)
{
    v32 low = larger(larger(power[0], power[1]), larger(power[2], power[3]));
    v32 high = larger(larger(power[4], power[5]), larger(power[6], power[7]));
    /* 16/3 (low + high) >= 1/2 energy; the shifts keep the sums below 2^31. */
    return (low > DTMF_FLOOR) & (high > DTMF_FLOOR) & ((low >> 4) + (high >> 4) >= (energy >> 4) * 3 >> 5);
}

static inline uint32_t hop(dtmf_tile *tile, dtmf_spectrum *spectrum, uint32_t position)
{
    v32 now[DTMF_PAIRS], even[DTMF_PAIRS], odd[DTMF_PAIRS];
    v32 re[DTMF_TONES], im[DTMF_TONES], power[DTMF_TONES], energy = {0};
    gather(now, tile, position);
    for (uint32_t n = 0; n < DTMF_PAIRS; n++) {
        vu32 mirror = (vu32)now[DTMF_PAIRS - 1 - n];
        v16 first = (v16)load(tile->past[n][position]), second = (v16)(mirror << 16 | mirror >> 16);
        even[n] = (v32)(first + second);
        odd[n] = (v32)(first - second);
        energy += MADD((v16)now[n], (v16)now[n]);
    }
    for (uint32_t n = 0; n < DTMF_PAIRS; n++)
        store(tile->past[n][position], now[n]);
    correlate(re, even, swd_table_dtmf_cos);
    correlate(im, odd, swd_table_dtmf_sin);
    for (uint32_t tone = 0; tone < DTMF_TONES; tone++) {
        /* Rounded to 16 bits each: the real part in the lower half, which is the first in memory. */
        v32 bin = (((re[tone] + 0x8000) >> 16) & 0xFFFF) | ((im[tone] + 0x8000) & ~0xFFFF);
        store(&spectrum->bins[tone][position], bin);
        power[tone] = MADD((v16)bin, (v16)bin);
    }
    v32 block = energy + load(&tile->past_energy[position]);
    store(&tile->past_energy[position], energy);
    store(&spectrum->energy[position], block);
    int32_t hits[LANES];
    uint32_t mask = 0;
    store(hits, screen(power, block));
    for (uint32_t lane = 0; lane < LANES; lane++)
        mask |= (uint32_t)(hits[lane] & 1) << lane;
    return mask << position;
}

void KERNEL(dtmf_tile *tile, dtmf_spectrum *spectrum)
{
    spectrum->screened = 0;
    for (uint32_t position = 0; position < DTMF_TILE; position += LANES)
        spectrum->screened |= hop(tile, spectrum, position);
}
