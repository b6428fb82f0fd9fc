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
#define SUM_OCTETS(v) ((v64)_mm256_sad_epu8((__m256i)(v), _mm256_setzero_si256()))
#include "dtmf_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
