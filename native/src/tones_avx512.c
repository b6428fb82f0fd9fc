/* The kernels of the tone banks for AVX-512 (F, BW, VL, VNNI, VBMI). */
#include "tones.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi")
#endif

/* The pair for all lanes without an instruction of its own, which compilers do not see. */
static inline __attribute__((always_inline)) __m512i add_table(__m512i sum, __m512i a, const int16_t pair[2])
{
    __asm__("vpdpwssd %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(a), "m"(*(const int16_t(*)[2])pair));
    return sum;
}

#define KERNEL(shape) swd_tones_##shape##_avx512
#define LANES 16
#define MADD(a, b) ((v32)_mm512_madd_epi16((__m512i)(a), (__m512i)(b)))
#define ADD_MADD(sum, a, b) ((v32)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#define ADD_TABLE(sum, a, pair) ((v32)add_table((__m512i)(sum), (__m512i)(a), pair))
#define SHUFFLE_EVEN(a, b) ((v32)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0x88))
#define SHUFFLE_ODD(a, b) ((v32)_mm512_shuffle_ps((__m512)(a), (__m512)(b), 0xDD))
#define SHUFFLE_OCTETS(table, at) ((v32)_mm512_shuffle_epi8((__m512i)(table), (__m512i)(at)))
#define MADD_OCTETS(a, b) ((v32)_mm512_maddubs_epi16((__m512i)(a), (__m512i)(b)))
#define MINUS_EVEN(x) ((v32)_mm512_mask_sub_epi8((__m512i)(x), 0x5555555555555555, _mm512_setzero_si512(), (__m512i)(x)))
#define MINUS_ODD(x) ((v32)_mm512_mask_sub_epi8((__m512i)(x), 0xAAAAAAAAAAAAAAAA, _mm512_setzero_si512(), (__m512i)(x)))
#define SWAP_HALVES(x) ((v32)_mm512_rol_epi32((__m512i)(x), 16))
#define MAX(a, b) ((v32)_mm512_max_epi32((__m512i)(a), (__m512i)(b)))
#define MIN(a, b) ((v32)_mm512_min_epi32((__m512i)(a), (__m512i)(b)))
#define MIN_WHERE(least, x, bits, n)                                                                                   \
    ((v32)_mm512_mask_min_epi32((__m512i)(least), _mm512_test_epi32_mask((__m512i)(bits), _mm512_set1_epi32(1 << (n))), \
                                (__m512i)(least), (__m512i)(x)))
#define BITS(mask) _mm512_cmplt_epi32_mask((__m512i)(mask), _mm512_setzero_si512())
#include "tones_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
