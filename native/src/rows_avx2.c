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

/* Four cells by their places, 16 bits each, taken apart two by two, which is the fewest steps. */
static inline __m256i four_cells(const uint64_t *old, const uint16_t *from)
{
    __m128i cells[2];
    for (int i = 0; i < 2; i++) {
        uint32_t places;
        memcpy(&places, from + 2 * i, sizeof places);
        __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)&old[(uint16_t)places]);
        const void *high = &old[places >> 16]; /* moved as bits: nothing is computed */
        cells[i] = _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(low), high));
    }
    return _mm256_inserti128_si256(_mm256_castsi128_si256(cells[0]), cells[1], 1);
}

/* to[k] = old[from[k]] of as many of the n cells as make whole eights; returns how many. One store for four cells. */
uint32_t swd_copy_avx2(uint64_t *restrict to, const uint64_t *restrict old, const uint16_t *restrict from, uint32_t n)
{
    size_t k = 0;
    for (; k + 8 <= n; k += 8) {
        _mm256_storeu_si256((__m256i *)(void *)(to + k), four_cells(old, from + k));
        _mm256_storeu_si256((__m256i *)(void *)(to + k + 4), four_cells(old, from + k + 4));
    }
    return (uint32_t)k;
}

/* Bit k: x[k] == y[k], of 64 cells. */
uint64_t swd_same_avx2(const uint64_t *x, const uint64_t *y)
{
    uint64_t same = 0;
    for (int k = 0; k < 64; k += 4) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(x + k)), b = _mm256_loadu_si256((const __m256i *)(const void *)(y + k));
        same |= (uint64_t)(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(a, b))) << k;
    }
    return same;
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
