/* A frame's bits for the line, included once for each instruction set, which defines TX_ENCODE, the function's name.
 *
 * Six octets are taken at a time, with the two before them. Where zeros are put depends on nothing but how long a run of ones
 * already is, which the octets tell; so no step waits for the places of the one before. */
#include <string.h>

#include "hdlc.h"

#define AT_A_TIME 6u
#define BEFORE_BITS 16u           /* of two octets */

typedef struct encoder {
    uint8_t *to;
    uint64_t held;                /* bits not yet written, fewer than eight */
    uint32_t n_held;
} encoder;

/* Up to 57 bits, the rest of w being zeros. */
static inline void put_bits(encoder *x, uint64_t w, uint32_t n_bits)
{
    uint64_t word = x->held | w << x->n_held;
    uint32_t total = x->n_held + n_bits;
    memcpy(x->to, &word, sizeof word);
    x->to += total / 8;
    x->held = word >> (total & 56);
    x->n_held = total % 8;
}

/* The places where five ones end. */
static inline uint64_t fives_in(uint64_t near)
{
    uint64_t twos = near & near << 1;
    return twos & twos << 2 & near << 4;
}

/* How many ones end an octet's run of them, without those before the latest zero that was put, `ones` having come before it. */
static inline uint32_t ones_after(uint32_t octet, uint32_t ones)
{
    return (octet == 0xFF ? ones + 8 : (uint32_t)__builtin_clz(~(octet << 24))) % 5;
}

/* n octets, whatever they are; seldom needed. The encoder comes and goes by value, so that elsewhere it stays in registers. */
static __attribute__((noinline)) encoder put_any(encoder x, const uint8_t *octets, uint32_t n)
{
    uint32_t back = 1, ones = 0;
    while (octets[-(int)back] == 0xFF) /* before a frame is a zero */
        back++;
    for (; back; back--)
        ones = ones_after(octets[-(int)back], ones);
    for (uint32_t i = 0; i < n; ones = ones_after(octets[i++], ones)) {
        uint32_t n_bits = 8;
        uint64_t w = octets[i], fives = fives_in(w << 4 | (0xF0u >> ones & 0xF)) >> 4;
        while (fives) { /* the earliest is a place, and no other of the five bits from it on */
            uint64_t place = fives & -fives;
            fives = (fives & ~(place * 31)) << 1;
            w += w & ~(place | (place - 1));
            n_bits++;
        }
        put_bits(&x, w, n_bits);
    }
    return x;
}

#if defined(HDLC_BMI2)
#define LANES 4u

typedef struct group {            /* of six octets a lane */
    uint64_t w[LANES];
    uint64_t kept[LANES];         /* places of its bits among the zeros that are put */
} group;

/* The octets from two before on, with zeros for those from n (1..24) on, six and the two before them a lane. */
static inline __m256i lanes_of(const uint8_t *octets, uint32_t n)
{
    static const uint8_t first[32 + 26] = {[0 ... 31] = 0xFF};
    const __m128i sixes = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 6, 7, 8, 9, 10, 11, 12, 13);
    __m256i x = _mm256_loadu2_m128i((const __m128i *)(const void *)(octets + 10), (const __m128i *)(const void *)(octets - 2));
    if (n < LANES * AT_A_TIME) {
        const uint8_t *mask = first + 32 - n;
        x = _mm256_and_si256(x, _mm256_loadu2_m128i((const __m128i *)(const void *)(mask + 10), (const __m128i *)(const void *)(mask - 2)));
    }
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(sixes));
}

static inline __m256i but_lowest(__m256i x) { return _mm256_and_si256(x, _mm256_add_epi64(x, _mm256_set1_epi64x(-1))); }

/* Returns 0 when there are more than four zeros in a lane, or a run of fifteen ones, which needs a third: hardly ever. */
static inline int find_zeros(group *g, const uint8_t *octets, uint32_t n)
{
    __m256i near = lanes_of(octets, n), twos = _mm256_and_si256(near, _mm256_add_epi64(near, near));
    __m256i fives = _mm256_and_si256(_mm256_and_si256(twos, _mm256_slli_epi64(twos, 2)), _mm256_slli_epi64(near, 4));
    __m256i first = _mm256_andnot_si256(_mm256_add_epi64(fives, fives), fives);
    __m256i second = _mm256_and_si256(_mm256_slli_epi64(first, 5), fives);
    __m256i third = _mm256_and_si256(_mm256_slli_epi64(second, 5), fives);
    __m256i places = _mm256_srli_epi64(_mm256_or_si256(first, second), BEFORE_BITS);
    __m256i but_one = but_lowest(places), but_two = but_lowest(but_one), but_three = but_lowest(but_two);
    __m256i others = _mm256_or_si256(but_lowest(but_three), third);
    /* each a place further than the one before; none is nearer than five to another */
    __m256i zeros = _mm256_add_epi64(places, but_one);
    zeros = _mm256_add_epi64(zeros, _mm256_add_epi64(_mm256_slli_epi64(but_two, 1), _mm256_slli_epi64(but_three, 2)));
    zeros = _mm256_xor_si256(_mm256_add_epi64(zeros, zeros), _mm256_set1_epi64x(-1));
    _mm256_storeu_si256((__m256i *)(void *)g->kept, zeros);
    _mm256_storeu_si256((__m256i *)(void *)g->w, _mm256_srli_epi64(near, BEFORE_BITS));
    return _mm256_testz_si256(others, others);
}

static inline void put_lane(encoder *x, const group *g, uint32_t k, uint32_t n_bits)
{
    put_bits(x, _pdep_u64(g->w[k], g->kept[k]), n_bits + 64 - (uint32_t)__builtin_popcountll(g->kept[k]));
}

static inline encoder put_octets(encoder x, const uint8_t *octets, uint32_t n)
{
    group g;
    for (; n >= LANES * AT_A_TIME; octets += LANES * AT_A_TIME, n -= LANES * AT_A_TIME)
        if (__builtin_expect(find_zeros(&g, octets, LANES * AT_A_TIME), 1))
            for (uint32_t k = 0; k < LANES; k++)
                put_lane(&x, &g, k, 8 * AT_A_TIME);
        else
            x = put_any(x, octets, LANES * AT_A_TIME);
    if (n == 0)
        return x;
    if (!find_zeros(&g, octets, n))
        return put_any(x, octets, n);
    for (uint32_t k = 0; k < n / AT_A_TIME; k++)
        put_lane(&x, &g, k, 8 * AT_A_TIME);
    put_lane(&x, &g, n / AT_A_TIME, n % AT_A_TIME * 8);
    return x;
}
#else
/* Nearly always at most two zeros are put, and no run of ten ones needs one more. */
static inline encoder put_octets(encoder x, const uint8_t *octets, uint32_t n)
{
    for (uint32_t part; n; octets += part, n -= part) {
        uint64_t near;
        part = n < AT_A_TIME ? n : AT_A_TIME;
        memcpy(&near, octets - 2, sizeof near);
        near &= ~0ull >> 8 * (AT_A_TIME - part);
        uint64_t fives = fives_in(near), tens = (fives & fives << 5) >> BEFORE_BITS, w = near >> BEFORE_BITS;
        uint64_t places = (fives & ~(fives << 1)) >> BEFORE_BITS, first = places & -places, others = (places ^ first) << 1;
        uint64_t second = others & -others;
        w += w & -(2 * first);
        w += w & -(2 * second);
        if ((others ^ second) | tens)
            x = put_any(x, octets, part);
        else
            put_bits(&x, w, 8 * part + (first != 0) + (second != 0));
    }
    return x;
}
#endif

/* The code as the line wants it: of each octet the earliest bit highest. Up to 31 octets after the n are turned as well. */
static inline void turn(uint8_t *code, uint32_t n)
{
#if defined(HDLC_BMI2)
    const __m256i low = _mm256_set1_epi8(15), turned = _mm256_broadcastsi128_si256(_mm_setr_epi8(
        0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)); /* of four bits */
    for (uint32_t i = 0; i < n; i += 32) {
        __m256i *at = (__m256i *)(void *)(code + i), w = _mm256_loadu_si256(at);
        __m256i first = _mm256_shuffle_epi8(turned, _mm256_and_si256(w, low));
        __m256i last = _mm256_shuffle_epi8(turned, _mm256_and_si256(_mm256_srli_epi16(w, 4), low));
        _mm256_storeu_si256(at, _mm256_or_si256(_mm256_slli_epi16(first, 4), last));
    }
#else
    for (uint32_t i = 0; i < (n + 31) / 32 * 32; i += 8) {
        uint64_t w = hdlc_load_bits(code + i);
        memcpy(code + i, &w, sizeof w);
    }
#endif
}

/* Encode n octets and the flag that closes them, after n_before (0..7) bits of an octet of the line; returns how many bits that
 * makes in all. Two octets come before the n, the latest bit a zero, and TX_AFTER after them, that may be read. */
uint32_t TX_ENCODE(uint8_t *code, uint32_t before, uint32_t n_before, const uint8_t *octets, uint32_t n)
{
    encoder x = {.to = code, .held = hdlc_turned(before), .n_held = n_before};
    x = put_octets(x, octets, n);
    put_bits(&x, HDLC_FLAG, 8);
    *x.to = (uint8_t)x.held;
    turn(code, (uint32_t)(x.to - code) + 1);
    return (uint32_t)(x.to - code) * 8 + x.n_held;
}
