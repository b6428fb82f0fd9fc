/* The DTMF kernel for AVX-512 (F, BW, VL, VNNI, VBMI). */
#include "dtmf.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi")
#endif

#define KERNEL swd_dtmf_avx512
#define LANES 16
#define GROUPS 2
#define MADD(a, b) ((v32)_mm512_madd_epi16((__m512i)(a), (__m512i)(b)))
#define ADD_MADD(sum, a, b) ((v32)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#define SHIFT(x, counts) ((v16)_mm512_sllv_epi16((__m512i)(x), (__m512i)(counts)))
#define EVEN_PAIRS(a, b) ((v32)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0x88))
#define ODD_PAIRS(a, b) ((v32)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0xDD))
#define LANE_BITS(v) ((uint32_t)_mm512_cmplt_epi32_mask((__m512i)(v), _mm512_setzero_si512()))
#define REPEAT(octets) ((v8)_mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)(octets))))
#define SHUFFLE(table, index) ((v8)_mm512_shuffle_epi8((__m512i)(table), (__m512i)(index)))
#define MADD_OCTETS(a, b) ((v16)_mm512_maddubs_epi16((__m512i)(a), (__m512i)(b)))
#define LOOK_UP(table, index) \
    ((v8)_mm512_permutex2var_epi8(_mm512_loadu_si512(table), (__m512i)(index), _mm512_loadu_si512((table) + 64)))
#define EVEN_LOOK_UP(table, index) \
    ((v8)_mm512_maskz_permutexvar_epi8(0x5555555555555555, (__m512i)(index), (__m512i)(table)))
#define ODD_LOOK_UP(table, index) \
    ((v8)_mm512_maskz_permutexvar_epi8(0xAAAAAAAAAAAAAAAA, (__m512i)(index), (__m512i)(table)))
#define LONG_BITS(v) ((uint32_t)_mm512_cmplt_epi64_mask((__m512i)(v), _mm512_setzero_si512()))
#define SUM_OCTETS(v) ((v64)_mm512_sad_epu8((__m512i)(v), _mm512_setzero_si512()))
#define MULTIPLY_HIGH(a, b) ((v16)_mm512_mulhi_epi16((__m512i)(a), (__m512i)(b)))
#define SPREAD(octets) ((v16)_mm512_cvtepu8_epi16((__m256i)(octets)))
#define LARGER_OCTETS(a, b) ((octets_of_rows)_mm256_max_epu8((__m256i)(a), (__m256i)(b)))
#define LARGEST_OCTET(v) largest_octet((__m256i)(v))
#define LOAD_HALF(from) ((v16)_mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)(const void *)(from))))
#define ALIGN(upper, lower, n) ((v16)_mm512_alignr_epi32((__m512i)(upper), (__m512i)(lower), (n)))
#define SUMS_OF_LANES(a, b, c, d) ((v32)sums_of_lanes((__m512i)(a), (__m512i)(b), (__m512i)(c), (__m512i)(d)))

static inline __m512i lanes_added(__m512i a, __m512i b)
{
    return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xDD));
}

static inline __m512i sums_of_lanes(__m512i a, __m512i b, __m512i c, __m512i d)
{
    return lanes_added(lanes_added(a, b), lanes_added(c, d));
}

/* Inverted, the largest of pairs of octets is the least int16. */
static inline uint32_t largest_octet(__m256i v)
{
    __m128i least = _mm_xor_si128(_mm_max_epu8(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)), _mm_set1_epi8(-1));
    least = _mm_minpos_epu16(_mm_min_epu8(least, _mm_srli_epi16(least, 8)));
    return ~(uint32_t)_mm_cvtsi128_si32(least) & 0xFF;
}
#include "dtmf_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
