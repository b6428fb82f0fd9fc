/* The DTMF kernel in plain C, for any processor. */
#include "dtmf.h"

#define KERNEL swd_dtmf_hop_plain
#define LANES 4
#define LOWER(v) ((v32)((vu32)(v) << 16) >> 16)
#define MADD(a, b) (LOWER(a) * LOWER(b) + ((v32)(a) >> 16) * ((v32)(b) >> 16))
#define UNPACK_LOW(a, b) ((v32){(a)[0], (b)[0], (a)[1], (b)[1]})
#define UNPACK_HIGH(a, b) ((v32){(a)[2], (b)[2], (a)[3], (b)[3]})
#define UNPACK_LOW_2(a, b) ((v32){(a)[0], (a)[1], (b)[0], (b)[1]})
#define UNPACK_HIGH_2(a, b) ((v32){(a)[2], (a)[3], (b)[2], (b)[3]})
#include "dtmf_kernel.h"
