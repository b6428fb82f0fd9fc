/* The kernels of the tone banks for SSE2. */
#include "tones.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define KERNEL(shape) swd_tones_##shape##_sse2
#define LANES 4
#define MADD(a, b) ((v32)_mm_madd_epi16((__m128i)(a), (__m128i)(b)))
#define SHUFFLE_EVEN(a, b) ((v32)_mm_shuffle_ps((__m128)(a), (__m128)(b), 0x88))
#define SHUFFLE_ODD(a, b) ((v32)_mm_shuffle_ps((__m128)(a), (__m128)(b), 0xDD))
#define SWAP_HALVES(x) ((v32)((vu32)(x) << 16 | (vu32)(x) >> 16))
#define MAX(a, b) choose((a) > (b), a, b)
#define MIN(a, b) choose((a) > (b), b, a)
#define BITS(mask) _mm_movemask_ps((__m128)(mask))
#include "tones_kernel.h"
#endif
