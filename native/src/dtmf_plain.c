/* The DTMF kernel in plain C, for any processor. */
#include "dtmf.h"

#define KERNEL swd_dtmf_plain
#define LANES 4
#define LOWER(v) ((v32)((vu32)(v) << 16) >> 16)
#define MADD(a, b) (LOWER(a) * LOWER(b) + ((v32)(a) >> 16) * ((v32)(b) >> 16))
#define MULTIPLY_HIGH(a, b) ((v16)(v32)((vu32)(LOWER(a) * LOWER(b)) >> 16 | ((vu32)(((v32)(a) >> 16) * ((v32)(b) >> 16)) & 0xFFFF0000)))
#define EVEN_PAIRS(a, b) ((v32){((v32)(a))[0], ((v32)(a))[2], ((v32)(b))[0], ((v32)(b))[2]})
#define ODD_PAIRS(a, b) ((v32){((v32)(a))[1], ((v32)(a))[3], ((v32)(b))[1], ((v32)(b))[3]})
#define TURN(v) ((v16){(v)[3], (v)[2], (v)[1], (v)[0], (v)[7], (v)[6], (v)[5], (v)[4]})
#define LANE_BITS(v) lane_bits((v)[0], (v)[1], (v)[2], (v)[3])
static inline uint32_t lane_bits(int32_t a, int32_t b, int32_t c, int32_t d)
{
    return (uint32_t)(a & 1) | (uint32_t)(b & 2) | (uint32_t)(c & 4) | (uint32_t)(d & 8);
}
#include "dtmf_kernel.h"
