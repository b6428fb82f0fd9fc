/* What the kernels of receiver banks share: decoding octets of many channels, and laying a channel in each vector lane.
 * Included once for each instruction set, which defines before:
 *   LANES         channels a vector (of int32, or of pairs of int16)
 *   MADD(a, b)    pairs of int16 multiplied and added to int32; optionally ADD_MADD(sum, a, b)
 *   EVEN_PAIRS, ODD_PAIRS(a, b)   of int32 in 128-bit lanes: a0 a2 b0 b2, and a1 a3 b1 b3
 *   LANE_BITS(v)  the sign bits of int32, lane 0 in bit 0
 * and either   SHUFFLE(table, index), REPEAT(table of 16 octets), MADD_OCTETS(unsigned, signed)   as the processors have them,
 * or           TURN(v)   the four int16 of each 64 bits in reverse order.
 * Optionally SHIFT(x, counts) of int16; and, where octets are looked up in larger tables, LOOK_UP(table of 128, index) and
 * EVEN_LOOK_UP, ODD_LOOK_UP(table of 64, index), 0 in the other octets; upper bits of an index are ignored.
 * Everything else is vector arithmetic of the compiler: exact, the same bits everywhere. */
#ifndef SWD_BANK_KERNEL_H
#define SWD_BANK_KERNEL_H

#include <string.h>

#include "alaw.h"

typedef int16_t v16 __attribute__((vector_size(LANES * 4)));
typedef uint16_t vu16 __attribute__((vector_size(LANES * 4)));
typedef int32_t v32 __attribute__((vector_size(LANES * 4)));
typedef uint32_t vu32 __attribute__((vector_size(LANES * 4)));
typedef uint8_t v8 __attribute__((vector_size(LANES * 4)));

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

/* The same two int16 in every lane. */
static inline v16 both(const int16_t *pair)
{
    int32_t value;
    memcpy(&value, pair, sizeof value);
    return (v16)((v32){0} + value);
}

static inline v32 larger(v32 a, v32 b)
{
    v32 mask = a > b;
    return (a & mask) | (b & ~mask);
}

#ifndef SHIFT
#define SHIFT shift_left
/* x << count, count 0..7 in each place, one bit of the count after the other. */
static inline v16 shift_left(v16 x, v16 count)
{
    x += x & -(count & 1);
    x += (x + x + x) & -(count >> 1 & 1);
    return x + (((x << 4) - x) & -(count >> 2));
}
#endif

/* mu-law to 13 bits, 0..+-4016, one octet in each int16 (rounded: its smallest steps are half of A-law's). */
static inline v16 decode_ulaw(v16 codes)
{
    v16 b = codes ^ 0xFF;
    v16 x = (SHIFT(((b & 15) << 1) + 33, b >> 4 & 7) - 32) >> 1;
    v16 negative = -(b >> 7);
    return (x ^ negative) - negative;
}

#ifndef SHUFFLE
/* A-law to 13 bits, +-1..4032: 2m + 1, or (2m + 33) << (segment - 1). */
static inline v16 decode_alaw(v16 codes)
{
    v16 b = codes ^ 0x55;
    v16 segment = b >> 4 & 7;
    v16 above_0 = -segment >> 15; /* all ones or zero, as comparisons give; those are slow with 512 bits */
    v16 x = SHIFT(((b & 15) << 1) + 1 + (above_0 & 32), segment + above_0);
    v16 negative = (b >> 7) - 1;
    return (x ^ negative) - negative;
}

/* Octets 0 2 4 6 and 1 3 5 7 of LANES / 2 channels; reversed: 7 5 3 1 and 6 4 2 0. */
static inline void decode(v16 *even, v16 *odd, const uint8_t *codes, int law, int reversed)
{
    v16 b = (v16)load(codes), first = b & 0xFF, second = (v16)((vu16)b >> 8);
    if (reversed) {
        v16 kept = TURN(first);
        first = TURN(second);
        second = kept;
    }
    *even = law ? decode_ulaw(first) : decode_alaw(first);
    *odd = law ? decode_ulaw(second) : decode_alaw(second);
}
#else
#ifdef LOOK_UP
/* A-law octets: even ones and odd ones. */
static inline void decode_alaw(v16 *even, v16 *odd, v8 b)
{
    const v8 size = LOOK_UP(alaw_sizes, b), upper = (v8)((vu16)b >> 4), factors = REPEAT(alaw_powers);
    *even = MADD_OCTETS(size, EVEN_LOOK_UP(factors, upper));
    *odd = MADD_OCTETS(size, ODD_LOOK_UP(factors, upper));
}

/* One in each int16. */
static inline v16 decode_spread(v16 b)
{
    return MADD_OCTETS(LOOK_UP(alaw_sizes, b), EVEN_LOOK_UP(REPEAT(alaw_powers), (vu16)b >> 4));
}
#else
/* By the upper four bits: 1 or 33; by the lower four: 2m. */
static const uint8_t alaw_base[16] = {33, 33, 33, 33, 33, 1, 33, 33, 33, 33, 33, 33, 33, 1, 33, 33};
static const uint8_t alaw_mantissa[16] = {10, 8, 14, 12, 2, 0, 6, 4, 26, 24, 30, 28, 18, 16, 22, 20};

static inline void decode_alaw(v16 *even, v16 *odd, v8 b)
{
    const v8 upper = (v8)((vu16)b >> 4) & 15;
    const v8 size = SHUFFLE(REPEAT(alaw_base), upper) + SHUFFLE(REPEAT(alaw_mantissa), b & 15);
    const v16 factor = (v16)SHUFFLE(REPEAT(alaw_powers), upper);
    *even = MADD_OCTETS(size, factor & 0xFF);
    *odd = MADD_OCTETS(size, factor & ~0xFF);
}

static inline v16 decode_spread(v16 b)
{
    const v16 upper = (v16)((vu16)b >> 4) | (int16_t)0x8000, lower = (b & 15) | (int16_t)0x8000; /* of the upper octets nothing */
    const v8 size = SHUFFLE(REPEAT(alaw_base), (v8)upper) + SHUFFLE(REPEAT(alaw_mantissa), (v8)lower);
    return MADD_OCTETS(size, SHUFFLE(REPEAT(alaw_powers), (v8)upper));
}
#endif

static inline void decode(v16 *even, v16 *odd, const uint8_t *codes, int law, int reversed)
{
    static const uint8_t turn[16] = {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};
    v8 b = (v8)load(codes);
    if (reversed)
        b = SHUFFLE(b, REPEAT(turn));
    if (law) {
        *even = decode_ulaw((v16)b & 0xFF);
        *odd = decode_ulaw((v16)((vu16)b >> 8));
        return;
    }
    decode_alaw(even, odd, b);
}
#endif

/* A row (of 8 octets a channel) of LANES channels as pairs of samples, a channel a lane: octets (0, 2), (4, 6), (1, 3),
 * (5, 7), or reversed (7, 5), (3, 1), (6, 4), (2, 0). */
static inline void gather(v32 pairs[4], const uint8_t *codes, int law, int reversed)
{
    v16 even, odd, more_even, more_odd;
    decode(&even, &odd, codes, law, reversed);
    decode(&more_even, &more_odd, codes + LANES * 4, law, reversed);
    pairs[0] = EVEN_PAIRS(even, more_even);
    pairs[1] = ODD_PAIRS(even, more_even);
    pairs[2] = EVEN_PAIRS(odd, more_odd);
    pairs[3] = ODD_PAIRS(odd, more_odd);
}

/* A bit a channel from a bit a lane: in 128 bits lie two neighbours, and the two LANES / 2 after them. */
static inline uint32_t by_channel(uint32_t lanes)
{
    uint32_t channels = 0;
    for (; lanes; lanes &= lanes - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(lanes);
        channels |= 1u << (lane / 4 * 2 + (lane & 1) + (lane >> 1 & 1) * (LANES / 2));
    }
    return channels;
}

#endif
