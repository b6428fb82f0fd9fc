/* The kernels of the tone banks in plain C, for any processor. */
#include "tones.h"

#define KERNEL(shape) swd_tones_##shape##_plain
#define LANES 4
#define LOWER(v) ((v32)((vu32)(v) << 16) >> 16)
#define MADD(a, b) (LOWER(a) * LOWER(b) + ((v32)(a) >> 16) * ((v32)(b) >> 16))
#define SHUFFLE_EVEN(a, b) ((v32){(a)[0], (a)[2], (b)[0], (b)[2]})
#define SHUFFLE_ODD(a, b) ((v32){(a)[1], (a)[3], (b)[1], (b)[3]})
#define SWAP_HALVES(x) ((v32)((vu32)(x) << 16 | (vu32)(x) >> 16))
#define MAX(a, b) choose((a) > (b), a, b)
#define MIN(a, b) choose((a) > (b), b, a)
#define BITS(mask) ((uint32_t)((mask)[0] & 1) | ((mask)[1] & 2) | ((mask)[2] & 4) | ((mask)[3] & 8))
#include "tones_kernel.h"
