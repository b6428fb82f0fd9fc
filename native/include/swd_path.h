/* Impairments of speech paths: what wires, carrier systems and cheap equipment do to a 64 kbit/s channel on its way.
 * Part of swd.h, which includes it. */
#ifndef SWD_PATH_PUBLIC_H
#define SWD_PATH_PUBLIC_H

#include "swd.h"

/* cdef begin */
/* A path unit sits on a switched cell and changes its octets in the cycle in which the cell carries them. What it does, in this
 * order, to linear samples: */
#define SWD_PATH_TWIST 1         /* its filter delays by 48 cycles */
#define SWD_PATH_GAIN 2
#define SWD_PATH_SHIFT 4         /* of all frequencies by so many hertz; its filter delays by 48 cycles */
#define SWD_PATH_CLIP 8
#define SWD_PATH_ECHO 16
#define SWD_PATH_TONE 32
#define SWD_PATH_NOISE 64        /* white, 0..4 kHz */
#define SWD_PATH_PINK 128        /* 3 dB an octave less, 30 Hz..4 kHz */
#define SWD_PATH_IMPULSES 256
#define SWD_PATH_BREAK_IN 512    /* another cell's sound, a row late, is added */
#define SWD_PATH_SPEECH 1024     /* a prompt is added, over and over */
#define SWD_PATH_ULAW 2048       /* to mu-law and back */
#define SWD_PATH_DROPOUT 4096    /* idle octets instead */
#define SWD_PATH_ALL 8191
#define SWD_PATH_ECHO_CYCLES 800

/* Levels are in thousandths of a dBm0, of a sine with that peak or, of noise, of that power: -60000..3140. */
typedef struct swd_impairment {
    uint64_t key;                /* of the random draws, from draw 0: noise and impulses are functions of it and of the cycle */
    int32_t twist_mdb;           /* 1209 Hz and above less 941 Hz and below, -20000..20000: the one to be weaker is attenuated */
    int32_t gain_mdb;            /* -60000..20000 */
    int32_t shift_mhz;           /* millihertz, -200000..200000 */
    int32_t clip_mdbm0;
    uint32_t echo_cycles;        /* 1..800 */
    int32_t echo_loss_mdb;       /* 0..60000 */
    uint32_t tone_mhz;           /* millihertz, 1..3999999 */
    int32_t tone_mdbm0;
    int32_t noise_mdbm0;         /* of white or pink noise, not both at a time */
    int32_t impulse_mdbm0;       /* of its first peak; it dies away along a straight line */
    uint32_t impulse_cycles;     /* length, 1..64 */
    uint32_t impulse_mean_cycles; /* from one to the next, 1..2^28: exponentially distributed */
    uint32_t break_cell;
    uint32_t speech;             /* the prompt */
    int32_t break_mdb;           /* gain of what breaks in, -60000..20000 */
    uint32_t dropout_cycles;     /* 1..2^28 */
    uint32_t dropout_every;      /* cycles from the beginning of one to that of the next; 0: once */
} swd_impairment;

/* No two units sit on one cell; SWD_NONE: on none. What the unit did ends. */
int swd_path_define(swd_engine *e, uint32_t path, uint32_t switched_cell);
/* From the present cycle on it does `what` (SWD_PATH_*, at least one) as well as what it did before; of those that it did already,
 * anew. Fields that `what` does not need are not looked at. */
int swd_path_set(swd_engine *e, const swd_assets *assets, uint32_t path, uint32_t what, const swd_impairment *impairment);
int swd_path_clear(swd_engine *e, uint32_t path, uint32_t what);       /* it does these no longer */
uint32_t swd_path_does(const swd_engine *e, uint32_t path);            /* SWD_PATH_* */
/* cdef end */

#endif
