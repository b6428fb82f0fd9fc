/* The DTMF kernel for SSE2. */
#include "dtmf.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL swd_dtmf_sse2
#define LANES 4
#define MADD(a, b) ((v32)_mm_madd_epi16((__m128i)(a), (__m128i)(b)))
#define EVEN_PAIRS(a, b) ((v32)_mm_shuffle_ps((__m128)(a), (__m128)(b), 0x88))
#define ODD_PAIRS(a, b) ((v32)_mm_shuffle_ps((__m128)(a), (__m128)(b), 0xDD))
#define TURN(v) ((v16)_mm_shufflehi_epi16(_mm_shufflelo_epi16((__m128i)(v), 0x1B), 0x1B))
#define LANE_BITS(v) ((uint32_t)_mm_movemask_ps((__m128)(v)))
#define LONG_BITS(v) ((uint32_t)_mm_movemask_pd((__m128d)(v)))
#define SUM_OCTETS(v) ((v64)_mm_sad_epu8((__m128i)(v), _mm_setzero_si128()))
#define MULTIPLY_HIGH(a, b) ((v16)_mm_mulhi_epi16((__m128i)(a), (__m128i)(b)))
#include "dtmf_kernel.h"
#endif
