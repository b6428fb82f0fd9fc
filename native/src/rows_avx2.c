/* Marks, conferences and switched cells for AVX2. */
#include "engine.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define MARKS swd_marks_avx2
#define UNITS swd_units_avx2
#define CODES swd_codes_avx2
#include "rows_kernel.h"

/* Two cells by their places in the low and the next 16 bits. */
static inline __m128i two_cells(const uint64_t *old, uint64_t places)
{
    __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)&old[places & 0xFFFF]);
    const void *high = &old[places >> 16 & 0xFFFF]; /* moved as bits: nothing is computed */
    return _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(low), high));
}

/* to[k] = old[from[k]] of as many of the n cells as make whole fours; returns how many. One store for four cells. */
uint32_t swd_copy_avx2(uint64_t *restrict to, const uint64_t *restrict old, const uint16_t *restrict from, uint32_t n)
{
    size_t k = 0;
    for (; k + 4 <= n; k += 4) {
        uint64_t places;
        memcpy(&places, from + k, sizeof places);
        __m256i low = _mm256_castsi128_si256(two_cells(old, places));
        _mm256_storeu_si256((__m256i *)(void *)(to + k), _mm256_inserti128_si256(low, two_cells(old, places >> 32), 1));
    }
    return (uint32_t)k;
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
