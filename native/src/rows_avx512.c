/* Marks and conferences for AVX-512. */
#include "alaw.h"
#include "engine.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vbmi")
#endif

#define MARKS swd_marks_avx512
#define UNITS swd_units_avx512
#define CODES swd_codes_avx512
#include "rows_kernel.h"

#define WHOLE _Pragma("GCC unroll 4")

/* As swd_copy_avx2 and swd_copy_lines_avx2, with the fewest instructions, where gathering is as fast as its accesses. */
static inline void copy_eight(uint64_t *to, const uint64_t *old, const uint16_t *from)
{
    __m256i places = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)from));
    _mm512_storeu_si512(to, _mm512_i32gather_epi64(places, old, sizeof *old));
}

uint32_t swd_copy_avx512(uint64_t *restrict to, const uint64_t *restrict old, const uint16_t *restrict from, uint32_t n)
{
    size_t k = 0;
    for (; k + 8 <= n; k += 8)
        copy_eight(to + k, old, from + k);
    return (uint32_t)k;
}

void swd_copy_lines_avx512(uint64_t *restrict to, const uint64_t *restrict old, const uint16_t *restrict from, const uint32_t *restrict order,
                           uint32_t n)
{
    for (size_t k = 0; k < n; k++)
        copy_eight(to + (size_t)order[k] * CACHE_CELLS, old, from + k * CACHE_CELLS);
}

/* alaw_sizes, but for the idle octet, which is nothing. */
static const uint8_t sizes[128] = {
    ALAW_SEGMENT(33), ALAW_SEGMENT(33), ALAW_SEGMENT(33), ALAW_SEGMENT(33), ALAW_SEGMENT(33),
    11, 9, 15, 13, 3, 0, 7, 5, 27, 25, 31, 29, 19, 17, 23, 21,
    ALAW_SEGMENT(33), ALAW_SEGMENT(33)};
/* The way back (CODES there), by the six upper bits of a magnitude: its segment, which is how far it is shifted down. */
static const uint8_t segments[64] = {
    0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
    6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6};

/* 32 octets as 16-bit units. */
static inline __m512i units_of(__m256i octets)
{
    __m512i codes = _mm512_cvtepu8_epi16(octets);
    __m512i size = _mm512_maskz_permutex2var_epi8(0x5555555555555555, _mm512_loadu_si512(sizes), codes, _mm512_loadu_si512(sizes + 64));
    __m512i power = _mm512_maskz_permutexvar_epi8(0x5555555555555555, _mm512_srli_epi16(codes, 4), _mm512_loadu_si512(alaw_powers));
    return _mm512_maddubs_epi16(size, power);
}

static inline __m256i codes_of(__m512i units)
{
    __m512i below = _mm512_srai_epi16(units, 15);
    __m512i size = _mm512_min_epu16(_mm512_xor_si512(_mm512_srai_epi16(units, 1), below), _mm512_set1_epi16(2047));
    __m512i segment = _mm512_permutexvar_epi8(_mm512_srli_epi16(size, 5), _mm512_loadu_si512(segments));
    size = _mm512_add_epi16(_mm512_srlv_epi16(size, segment), _mm512_slli_epi16(segment, 4));
    __m256i turned = _mm256_mask_blend_epi8(_mm512_movepi16_mask(units), _mm256_set1_epi8((char)0xD5), _mm256_set1_epi8(0x55));
    return _mm256_xor_si256(_mm512_cvtepi16_epi8(size), turned);
}

/* One leg's rows of four conferences. */
static inline __m256i four_rows(const uint64_t *rows, const uint32_t *from, const uint32_t which[4])
{
    __m128i two[2];
    for (int i = 0; i < 2; i++) {
        __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)&rows[from[which[2 * i] * SWD_CONF_LEGS]]);
        const void *high = &rows[from[which[2 * i + 1] * SWD_CONF_LEGS]]; /* moved as bits: nothing is computed */
        two[i] = _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(low), high));
    }
    return _mm256_inserti128_si256(_mm256_castsi128_si256(two[0]), two[1], 1);
}

/* n is known where this is called, so that nothing leaves the registers. */
static inline __attribute__((always_inline)) void usual(const usual_four *x, uint32_t n)
{
    const __m512i idle = _mm512_set1_epi64((int64_t)ROW_IDLE), next = _mm512_set1_epi64(1);
    __m512i units[USUAL_PARTIES], all = _mm512_setzero_si512(), place = _mm512_setr_epi64(0, 4, 8, 12, 0, 0, 0, 0);
    __m256i heard[USUAL_PARTIES];
    uint32_t speak = x->speak;
    WHOLE for (uint32_t k = 0; k < n; k++, speak &= speak - 1) {
        units[k] = units_of(four_rows(x->rows, x->from + __builtin_ctz(speak), x->which));
        all = _mm512_add_epi16(all, units[k]);
    }
    WHOLE for (uint32_t k = 0; k < USUAL_PARTIES; k++)
        heard[k] = k < n ? codes_of(_mm512_sub_epi16(all, units[k])) : _mm256_setzero_si256();
    __m512i two = _mm512_inserti64x4(_mm512_castsi256_si512(heard[0]), heard[1], 1);
    __m512i others = _mm512_inserti64x4(_mm512_castsi256_si512(heard[2]), heard[3], 1);
    WHOLE for (uint32_t i = 0; i < USUAL_ABREAST; i++, place = _mm512_add_epi64(place, next)) {
        __m512i of_one = _mm512_permutex2var_epi64(two, place, others);
        _mm512_storeu_si512(x->legs + x->which[i] * SWD_CONF_LEGS, _mm512_mask_expand_epi64(idle, (__mmask8)x->speak, of_one));
    }
}

void swd_usual_avx512(const usual_four *x, uint32_t n_parties)
{
    switch (n_parties) {
    case 2:
        usual(x, 2);
        return;
    case 3:
        usual(x, 3);
        return;
    case 4:
        usual(x, 4);
        return;
    default:
        usual(x, 0);
    }
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
