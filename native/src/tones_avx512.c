/* The kernels of the tone banks for AVX-512 (F, BW, VL, VNNI, VBMI). */
#include "tones.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi")
#endif

#define IN_PLACE static inline __attribute__((always_inline)) __m512i

/* Instructions by name, where compilers would rather hold in a register what can stay in memory: the sums need the registers. */
IN_PLACE add_table(__m512i sum, __m512i a, const int16_t pair[2])
{
    __asm__("vpdpwssd %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(a), "m"(*(const int16_t(*)[2])pair));
    return sum;
}

IN_PLACE look_up_64(const void *table, __m512i at)
{
    __m512i x;
    __asm__("vpermb %2, %1, %0" : "=v"(x) : "v"(at), "m"(*(const uint8_t(*)[64])table));
    return x;
}

IN_PLACE look_up_128(const uint8_t *table, __m512i at)
{
    __asm__("vpermi2b %2, %1, %0" : "+v"(at) : "v"(_mm512_loadu_si512(table)), "m"(*(const uint8_t(*)[64])(table + 64)));
    return at;
}

IN_PLACE same_everywhere(const int32_t *number)
{
    __m512i x;
    __asm__("vpbroadcastd %1, %0" : "=v"(x) : "m"(*number));
    return x;
}

static inline __attribute__((always_inline)) __mmask16 has_bit(__m512i x, const int32_t *number)
{
    __mmask16 has;
    __asm__("vptestmd %2%{1to16%}, %1, %0" : "=Yk"(has) : "v"(x), "m"(*number));
    return has;
}

/* Those octets of `into` that the mask says replaced by what lies across the 32 bits of x. */
IN_PLACE crossed(__m512i into, __mmask64 mask, __m512i x)
{
    static const uint8_t order[64] __attribute__((aligned(64))) = {
        2,  3,  0,  1,  6,  7,  4,  5,  10, 11, 8,  9,  14, 15, 12, 13, 2,  3,  0,  1,  6,  7,  4,  5,  10, 11, 8,  9,  14, 15, 12, 13,
        2,  3,  0,  1,  6,  7,  4,  5,  10, 11, 8,  9,  14, 15, 12, 13, 2,  3,  0,  1,  6,  7,  4,  5,  10, 11, 8,  9,  14, 15, 12, 13};
    __asm__("vpshufb %2, %1, %0%{%3%}" : "+v"(into) : "v"(x), "v"(_mm512_load_si512(order)), "Yk"(mask));
    return into;
}

#define KERNEL(shape) swd_tones_##shape##_avx512
#define LANES 16
#define MANY_SUMS 1
#define MADD(a, b) ((v32)_mm512_madd_epi16((__m512i)(a), (__m512i)(b)))
#define ADD_MADD(sum, a, b) ((v32)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#define ADD_TABLE(sum, a, pair) ((v32)add_table((__m512i)(sum), (__m512i)(a), pair))
#define SHUFFLE_EVEN(a, b) ((v32)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0x88))
#define SHUFFLE_ODD(a, b) ((v32)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0xDD))
#define LOOK_UP_64(table, at) ((v32)look_up_64(table, (__m512i)(at)))
#define LOOK_UP_128(table, at) ((v32)look_up_128(table, (__m512i)(at)))
#define MADD_OCTETS(a, b) ((v32)_mm512_maddubs_epi16((__m512i)(a), (__m512i)(b)))
#define MINUS_EVEN(x) ((v32)_mm512_mask_sub_epi8((__m512i)(x), 0x5555555555555555, _mm512_setzero_si512(), (__m512i)(x)))
#define MINUS_ODD(x) ((v32)_mm512_mask_sub_epi8((__m512i)(x), 0xAAAAAAAAAAAAAAAA, _mm512_setzero_si512(), (__m512i)(x)))
#define ODD_MIRRORED(octets, mirrors) ((v32)crossed((__m512i)(octets), 0xAAAAAAAAAAAAAAAA, (__m512i)(mirrors)))
#define EVEN_MIRRORED(octets, mirrors) ((v32)crossed((__m512i)(octets), 0x5555555555555555, (__m512i)(mirrors)))
#define PACKED(re, im) ((v32)crossed((__m512i)(im), 0x3333333333333333, (__m512i)(re)))
#define EVERYWHERE(number) ((v32)same_everywhere(number))
#define MAX(a, b) ((v32)_mm512_max_epi32((__m512i)(a), (__m512i)(b)))
#define MIN(a, b) ((v32)_mm512_min_epi32((__m512i)(a), (__m512i)(b)))
#define MIN_WHERE(least, x, bits, n) \
    ((v32)_mm512_mask_min_epi32((__m512i)(least), has_bit((__m512i)(bits), bit + (n)), (__m512i)(least), (__m512i)(x)))
#define SOME __mmask16
#define BITS(those) ((uint32_t)(those))
#define ANY_OF(x, y) _mm512_test_epi32_mask((__m512i)(x), (__m512i)(y))
#define AT_LEAST(a, b) _mm512_cmpge_epi32_mask((__m512i)(a), (__m512i)(b))
#define ALSO_AT_LEAST(those, a, b) _mm512_mask_cmpge_epi32_mask(those, (__m512i)(a), (__m512i)(b))
#define ALSO_LESS(those, a, b) _mm512_mask_cmplt_epi32_mask(those, (__m512i)(a), (__m512i)(b))
#define NOT(those) ((__mmask16)~(those))
#define ONLY(those, x) ((v32)_mm512_maskz_mov_epi32(those, (__m512i)(x)))
#define CHOOSE(those, yes, no) ((v32)_mm512_mask_blend_epi32(those, (__m512i)(no), (__m512i)(yes)))
#define ONLY_ADD_MADD(those, sum, a, b) ((v32)_mm512_maskz_dpwssd_epi32(those, (__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#include "tones_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
