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
#define SUM_OCTETS(v) ((v64)_mm512_sad_epu8((__m512i)(v), _mm512_setzero_si512()))
#include "dtmf_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
