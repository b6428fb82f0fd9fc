/* The DTMF kernel for AVX2. */
#include "dtmf.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define KERNEL swd_dtmf_avx2
#define LANES 8
#define MADD(a, b) ((v32)_mm256_madd_epi16((__m256i)(a), (__m256i)(b)))
#define EVEN_PAIRS(a, b) ((v32)_mm256_shuffle_ps((__m256)(a), (__m256)(b), 0x88))
#define ODD_PAIRS(a, b) ((v32)_mm256_shuffle_ps((__m256)(a), (__m256)(b), 0xDD))
#define LANE_BITS(v) ((uint32_t)_mm256_movemask_ps((__m256)(v)))
#define REPEAT(octets) ((v8)_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(octets))))
#define SHUFFLE(table, index) ((v8)_mm256_shuffle_epi8((__m256i)(table), (__m256i)(index)))
#define MADD_OCTETS(a, b) ((v16)_mm256_maddubs_epi16((__m256i)(a), (__m256i)(b)))
#define LONG_BITS(v) ((uint32_t)_mm256_movemask_pd((__m256d)(v)))
#define SUM_OCTETS(v) ((v64)_mm256_sad_epu8((__m256i)(v), _mm256_setzero_si256()))
#define MULTIPLY_HIGH(a, b) ((v16)_mm256_mulhi_epi16((__m256i)(a), (__m256i)(b)))
#define SPREAD(octets) ((v16)_mm256_cvtepu8_epi16((__m128i)(octets)))
#define LARGER_OCTETS(a, b) ((octets_of_rows)_mm_max_epu8((__m128i)(a), (__m128i)(b)))
#define LARGEST_OCTET(v) largest_octet((__m128i)(v))

/* Inverted, the largest of pairs of octets is the least int16. */
static inline uint32_t largest_octet(__m128i v)
{
    __m128i least = _mm_xor_si128(v, _mm_set1_epi8(-1));
    least = _mm_minpos_epu16(_mm_min_epu8(least, _mm_srli_epi16(least, 8)));
    return ~(uint32_t)_mm_cvtsi128_si32(least) & 0xFF;
}
#include "dtmf_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
