/* The DTMF kernel for AVX-512 (F, BW, VL, VNNI). */
#include "dtmf.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vnni")
#endif

#define KERNEL swd_dtmf_hop_avx512
#define LANES 16
#define MADD(a, b) ((v32)_mm512_madd_epi16((__m512i)(a), (__m512i)(b)))
#define ADD_MADD(sum, a, b) ((v32)_mm512_dpwssd_epi32((__m512i)(sum), (__m512i)(a), (__m512i)(b)))
#define SHIFT(x, counts) ((v16)_mm512_sllv_epi16((__m512i)(x), (__m512i)(counts)))
#define UNPACK_LOW(a, b) ((v32)_mm512_unpacklo_epi32((__m512i)(a), (__m512i)(b)))
#define UNPACK_HIGH(a, b) ((v32)_mm512_unpackhi_epi32((__m512i)(a), (__m512i)(b)))
#define UNPACK_LOW_2(a, b) ((v32)_mm512_unpacklo_epi64((__m512i)(a), (__m512i)(b)))
#define UNPACK_HIGH_2(a, b) ((v32)_mm512_unpackhi_epi64((__m512i)(a), (__m512i)(b)))
#include "dtmf_kernel.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
