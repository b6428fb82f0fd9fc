/* The DTMF kernel for SSE2. */
#include "dtmf.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL swd_dtmf_hop_sse2
#define LANES 4
#define MADD(a, b) ((v32)_mm_madd_epi16((__m128i)(a), (__m128i)(b)))
#define UNPACK_LOW(a, b) ((v32)_mm_unpacklo_epi32((__m128i)(a), (__m128i)(b)))
#define UNPACK_HIGH(a, b) ((v32)_mm_unpackhi_epi32((__m128i)(a), (__m128i)(b)))
#define UNPACK_LOW_2(a, b) ((v32)_mm_unpacklo_epi64((__m128i)(a), (__m128i)(b)))
#define UNPACK_HIGH_2(a, b) ((v32)_mm_unpackhi_epi64((__m128i)(a), (__m128i)(b)))
#include "dtmf_kernel.h"
#endif
