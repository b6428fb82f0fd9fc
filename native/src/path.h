/* A path unit's inside. */
#ifndef SWD_PATH_H
#define SWD_PATH_H

#include "engine.h"

#define PATH_PAST 128             /* samples that a filter remembers, kept twice so that any stretch of them is in one piece */
#define PATH_ECHO_PAST 1024
#define PATH_TAPS 97
#define PATH_ROWS 8               /* of pink noise */
#define PATH_ADDS (SWD_PATH_TONE | SWD_PATH_NOISE | SWD_PATH_PINK | SWD_PATH_IMPULSES | SWD_PATH_BREAK_IN | SWD_PATH_SPEECH)

typedef struct path_unit {
    uint32_t cell;                /* switched cell, SWD_NONE: none */
    uint32_t what;                /* SWD_PATH_*; 0: it does nothing, and all below is 0 */
    int64_t gain_q24, low_q24, high_q24, echo_q24, break_q24, speech_q24;
    uint64_t shift_since, tone_since, noise_since, speech_since, dropout_since; /* cycles */
    uint64_t noise_key, impulse_key, impulse_draws, impulse_began, impulse_next;
    uint32_t shift_step, tone_step, tone_peak_q16, noise_peak_q16;
    int32_t clip_peak, impulse_peak;
    uint32_t impulse_cycles, impulse_mean, echo_cycles, break_cell, speech, dropout_cycles, dropout_every;
    uint32_t spare;
    uint16_t pink[PATH_ROWS];
    int16_t twist_past[2 * PATH_PAST], shift_past[2 * PATH_PAST], echo_past[PATH_ECHO_PAST];
} path_unit;

/* path_tables.c, Q14 */
extern const int16_t swd_path_low_pass[PATH_TAPS];
extern const int16_t swd_path_hilbert[PATH_TAPS];

/* path_sound.c: n samples from cycle `from` on, 1..8; `old`: the row before, k: place of the first sample in the row. */
void swd_path_filter(path_unit *u, int32_t *x, uint32_t n, uint64_t from);
void swd_path_add(path_unit *u, const swd_assets *assets, int32_t *x, uint32_t n, uint64_t from, const uint64_t *old, uint32_t k);
int32_t swd_path_linear(uint8_t octet);                   /* idle octets are nothing rather than the smallest amplitude */

#endif
