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

static inline void copy_eight(uint64_t *to, const uint64_t *old, const uint16_t *from)
{
    _mm256_storeu_si256((__m256i *)(void *)to, four_cells(old, from));
    _mm256_storeu_si256((__m256i *)(void *)(to + 4), four_cells(old, from + 4));
}

/* to[k] = old[from[k]] of as many of the n cells as make whole eights; returns how many. One store for four cells. */
uint32_t swd_copy_avx2(uint64_t *restrict to, const uint64_t *restrict old, const uint16_t *restrict from, uint32_t n)
{
    size_t k = 0;
    for (; k + 8 <= n; k += 8)
        copy_eight(to + k, old, from + k);
    return (uint32_t)k;
}

void swd_copy_lines_avx2(uint64_t *restrict to, const uint64_t *restrict old, const uint16_t *restrict from, const uint32_t *restrict order,
                         uint32_t n)
{
    for (size_t k = 0; k < n; k++)
        copy_eight(to + (size_t)order[k] * CACHE_CELLS, old, from + k * CACHE_CELLS);
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

typedef struct sixteens {         /* 32 octets as 16-bit units, within each half of 16 octets the first eight and the last */
    __m256i low, high;
} sixteens;

static inline __m256i table(__m128i entries) { return _mm256_broadcastsi128_si256(entries); }

/* The units of 32 A-law octets (UNITS in rows_kernel.h): 0..15 by sign and segment, times a power of two with the sign. */
static inline sixteens units_of(__m256i codes)
{
    const __m256i nibble = _mm256_set1_epi8(15), none = _mm256_setzero_si256();
    const __m256i steps = table(_mm_setr_epi8(0, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
    const __m256i begins = table(_mm_setr_epi8(0, 33, 33, 33, 33, 33, 33, 33, 0, 33, 33, 33, 33, 33, 33, 33));
    const __m256i power = table(_mm_setr_epi8(-1, -1, -2, -4, -8, -16, -32, -64, 1, 1, 2, 4, 8, 16, 32, 64));
    __m256i x = _mm256_xor_si256(codes, _mm256_set1_epi8(0x55)), segment = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
    __m256i size = _mm256_or_si256(_mm256_shuffle_epi8(steps, _mm256_and_si256(x, nibble)), _mm256_shuffle_epi8(begins, segment));
    __m256i times = _mm256_shuffle_epi8(power, segment);
    return (sixteens){_mm256_maddubs_epi16(_mm256_unpacklo_epi8(size, none), _mm256_unpacklo_epi8(times, none)),
                      _mm256_maddubs_epi16(_mm256_unpackhi_epi8(size, none), _mm256_unpackhi_epi8(times, none))};
}

static inline __m256i magnitude(__m256i units, __m256i below)
{
    return _mm256_min_epu16(_mm256_xor_si256(_mm256_srai_epi16(units, 1), below), _mm256_set1_epi16(2047));
}

/* The way back, clipped (CODES there). The segment is how many bits the magnitude has above five; to multiply by 64 shifted down
 * by it, and to shift by six, is to shift by it. */
static inline __m256i codes_of(sixteens units)
{
    const __m256i segments = table(_mm_setr_epi8(0, 16, 32, 32, 48, 48, 48, 48, 64, 64, 64, 64, 64, 64, 64, 64));
    const __m256i higher = table(_mm_setr_epi8(0, 80, 96, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i times = table(_mm_setr_epi8(64, 32, 16, 16, 8, 8, 8, 8, 4, 4, 4, 4, 4, 4, 4, 4));
    const __m256i times_higher = table(_mm_setr_epi8(64, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i none = _mm256_setzero_si256();
    __m256i below_low = _mm256_srai_epi16(units.low, 15), below_high = _mm256_srai_epi16(units.high, 15);
    __m256i low = magnitude(units.low, below_low), high = magnitude(units.high, below_high);
    __m256i above = _mm256_packus_epi16(_mm256_srli_epi16(low, 5), _mm256_srli_epi16(high, 5));
    __m256i above_four = _mm256_and_si256(_mm256_srli_epi16(above, 4), _mm256_set1_epi8(3));
    __m256i segment = _mm256_max_epu8(_mm256_shuffle_epi8(segments, above), _mm256_shuffle_epi8(higher, above_four));
    __m256i shift = _mm256_min_epu8(_mm256_shuffle_epi8(times, above), _mm256_shuffle_epi8(times_higher, above_four));
    low = _mm256_srli_epi16(_mm256_mullo_epi16(low, _mm256_unpacklo_epi8(shift, none)), 6);
    high = _mm256_srli_epi16(_mm256_mullo_epi16(high, _mm256_unpackhi_epi8(shift, none)), 6);
    __m256i size = _mm256_add_epi8(_mm256_packus_epi16(low, high), segment);
    __m256i sign = _mm256_andnot_si256(_mm256_packs_epi16(below_low, below_high), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(_mm256_xor_si256(size, sign), _mm256_set1_epi8(0x55));
}

void swd_usual_avx2(uint64_t (*codes)[USUAL_ABREAST], uint32_t n)
{
    sixteens party[SWD_CONF_LEGS], all = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (uint32_t k = 0; k < n; k++) {
        party[k] = units_of(_mm256_loadu_si256((const __m256i *)(const void *)codes[k]));
        all.low = _mm256_add_epi16(all.low, party[k].low);
        all.high = _mm256_add_epi16(all.high, party[k].high);
    }
    for (uint32_t k = 0; k < n; k++) {
        sixteens others = {_mm256_sub_epi16(all.low, party[k].low), _mm256_sub_epi16(all.high, party[k].high)};
        _mm256_storeu_si256((__m256i *)(void *)codes[k], codes_of(others));
    }
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
