/* The kernels of the tone banks for AVX2. */
#include "tones.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define KERNEL(shape) swd_tones_##shape##_avx2
#define LANES 8
#define MADD(a, b) ((v32)_mm256_madd_epi16((__m256i)(a), (__m256i)(b)))
#define SHUFFLE_EVEN(a, b) ((v32)_mm256_shuffle_ps((__m256)(a), (__m256)(b), 0x88))
#define SHUFFLE_ODD(a, b) ((v32)_mm256_shuffle_ps((__m256)(a), (__m256)(b), 0xDD))
#define SHUFFLE_OCTETS(table, at) ((v32)_mm256_shuffle_epi8((__m256i)(table), (__m256i)(at)))
#define MADD_OCTETS(a, b) ((v32)_mm256_maddubs_epi16((__m256i)(a), (__m256i)(b)))
#define MINUS_EVEN(x) ((v32)_mm256_sign_epi8((__m256i)(x), _mm256_set1_epi16(0x01FF)))
#define MINUS_ODD(x) ((v32)_mm256_sign_epi8((__m256i)(x), _mm256_set1_epi16((int16_t)0xFF01)))
#define SWAP_HALVES(x) ((v32)((vu32)(x) << 16 | (vu32)(x) >> 16))
#define MAX(a, b) ((v32)_mm256_max_epi32((__m256i)(a), (__m256i)(b)))
#define MIN(a, b) ((v32)_mm256_min_epi32((__m256i)(a), (__m256i)(b)))
#define BITS(mask) _mm256_movemask_ps((__m256)(mask))
#include "tones_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
