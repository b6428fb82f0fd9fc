/* The DTMF kernel for AVX2. */
#include "dtmf.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif

#define KERNEL swd_dtmf_hop_avx2
#define LANES 8
#define MADD(a, b) ((v32)_mm256_madd_epi16((__m256i)(a), (__m256i)(b)))
#define UNPACK_LOW(a, b) ((v32)_mm256_unpacklo_epi32((__m256i)(a), (__m256i)(b)))
#define UNPACK_HIGH(a, b) ((v32)_mm256_unpackhi_epi32((__m256i)(a), (__m256i)(b)))
#define UNPACK_LOW_2(a, b) ((v32)_mm256_unpacklo_epi64((__m256i)(a), (__m256i)(b)))
#define UNPACK_HIGH_2(a, b) ((v32)_mm256_unpackhi_epi64((__m256i)(a), (__m256i)(b)))
#include "dtmf_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
