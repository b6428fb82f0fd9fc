/* What sources play: tones, prompts, digits, register signals, watermarks, octets that are fed. Part of swd.h, which includes it. */
#ifndef SWD_SOURCE_PUBLIC_H
#define SWD_SOURCE_PUBLIC_H

#include "swd.h"

/* cdef begin */
#define SWD_LEVEL_FLOOR_MDBM0 (-60000) /* of a sine that a source makes */
#define SWD_LEVEL_TOP_MDBM0 3140 /* overload of A-law (G.711) */

/* How a signal of two frequencies sounds, the lower group of DTMF first, of MFC the frequency of the lower number. */
typedef struct swd_pair_shape {
    int32_t level_mdbm0[2];      /* -60000..3140 */
    int32_t offset_ppm[2];       /* of the frequency from its nominal value, -100000..100000 */
    uint32_t phase[2];           /* when the signal begins; a turn is 2^32 */
    uint32_t ramp_cycles;        /* it rises and falls over as many: at most half of its length */
} swd_pair_shape;

/* Tones run from cycle 0, as from one generator for the whole switch; the cadence counts from the call. */
int swd_source_idle(swd_engine *e, uint32_t source);
int swd_source_tone(swd_engine *e, const swd_assets *assets, uint32_t source, uint32_t tone);
int swd_source_prompts(swd_engine *e, const swd_assets *assets, uint32_t source, const uint16_t *prompts, uint32_t n_prompts,
                       int loop);                                      /* 1..16 prompts */
int swd_source_digits(swd_engine *e, uint32_t source, const char *digits, uint32_t on_cycles, uint32_t off_cycles,
                      int32_t low_mdbm0, int32_t high_mdbm0);          /* 1..32 digits of 0-9 A-D * # */
/* The same, on_cycles (1..2^20) and off_cycles (0..2^20) given for each digit. */
int swd_source_dtmf(swd_engine *e, uint32_t source, const char *digits, const uint32_t *on_cycles, const uint32_t *off_cycles,
                    const swd_pair_shape *shape);
/* R2 register signal 1..15 (Q.441 tables 1, 2), backward 0 or 1; for 1..2^20 cycles, or 0: until another act, without a ramp. */
int swd_source_mfc(swd_engine *e, uint32_t source, uint32_t backward, uint32_t signal, uint32_t cycles,
                   const swd_pair_shape *shape);
int swd_source_mark(swd_engine *e, uint32_t source, uint32_t id);      /* 1..2047 */
int swd_source_raw(swd_engine *e, uint32_t source);
int swd_source_feed(swd_engine *e, uint32_t source, const uint8_t *octets, uint32_t n_octets); /* up to 640 waiting */
/* Octets since swd_source_raw that had to be idle because none was waiting. */
uint32_t swd_source_underruns(const swd_engine *e, uint32_t source);
/* cdef end */

#endif
