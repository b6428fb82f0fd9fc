/* Inside of the DTMF bank: what the kernels (one for each instruction set), the tracker and its judge share.
 *
 * Push keeps raw octets, in blocks of 96 cycles (12 ms). A digit fills two of them at least, one of which is even; so of the even
 * blocks of all channels that are *audible*, and of the odd ones where it matters, a kernel looks at the band of 13 lines from
 * 667 to 1667 Hz: where nearly all of it lies in one low and one high tone, the block is *screened*. Two such, and the channel is
 * looked at by itself: Hann blocks of 96 samples every 48, at the two nominal frequencies, as long as a burst lasts. */
#ifndef SWD_DTMF_H
#define SWD_DTMF_H

#include "intake.h"
#include "tables.h"

#define DTMF_BLOCK 96u           /* cycles; blocks end at multiples of it */
#define DTMF_HOP 48u
#define DTMF_ROWS (DTMF_BLOCK / SWD_ROW_CYCLES)
#define DTMF_BLOCKS 4u           /* kept of what came */
#define DTMF_HISTORY (DTMF_BLOCKS * DTMF_BLOCK)
#define DTMF_RING_ROWS (DTMF_BLOCKS * DTMF_ROWS)
#define DTMF_TILE INTAKE_TILE    /* channels */
#define DTMF_TONES 8u            /* four low, four high */
#define DTMF_KEPT 14u            /* windows of a burst kept for judging */
#define DTMF_PLACES 16u          /* for them, in whole vectors */
#define DTMF_FLAT 88u            /* samples: five periods of 450 Hz, one beat of 350 and 440 Hz */
#define DTMF_TAPS 32u            /* of the band-pass, which gives every second sample */
#define DTMF_OUTPUTS (DTMF_BLOCK / 2)
#define DTMF_RECENT 160u         /* samples: a block and a hop, in whole vectors */

/* |X| = 6 times the tone's peak on the 13-bit scale. */
typedef struct dtmf_bin {
    int16_t re, im;
} dtmf_bin;

typedef struct dtmf_pair {
    dtmf_bin low, high;
} dtmf_pair;

/* A Hann block at the two frequencies of a burst; w is the window, y twice the band-passed signal. */
typedef struct dtmf_window {
    dtmf_pair bins;
    uint32_t energy;             /* 2 sum of w x^2: of a tone 4/3 |X|^2 */
    uint32_t in_band;            /* 1/2 sum of w y^2: of a tone 2/3 |X|^2, times the filter's gain */
} dtmf_window;

typedef struct dtmf_track {
    _Alignas(64) uint8_t phase;  /* DTMF_IDLE.. */
    uint8_t low, high;           /* the pair, 0..3 and 4..7 */
    uint8_t n_kept;              /* 0..DTMF_KEPT; what lies behind is of no meaning */
    uint32_t since;              /* windows that end before (cycle / 48, modulo 2^32) are of something else */
    uint32_t reference_low;      /* amplitude of the burst's full windows */
    uint32_t reference_high;
    uint32_t gap_q8;             /* what is missing since the last strong window, 1/256 hop */
    uint32_t before;             /* sum of x^2 over 88 samples before the burst: of a tone 11/9 |X|^2 */
    uint64_t length_q8;          /* of an accepted digit, 1/256 hop */
    uint32_t ceiling;            /* |x| above it is an impulse */
    uint32_t spare[5];           /* so that every octet has a name */
    int16_t low_amplitude[DTMF_PLACES], high_amplitude[DTMF_PLACES];   /* of the windows kept; 0: none */
    dtmf_window kept[DTMF_PLACES];
} dtmf_track;

enum { DTMF_IDLE, DTMF_COLLECTING, DTMF_ACCEPTED, DTMF_MUTED };

/* Bit a channel each. */
typedef struct dtmf_tile {
    uint32_t tracking;           /* its track is not idle */
    uint32_t found;              /* of those looked at: may carry a digit */
    uint32_t screened;           /* the latest block may */
    uint32_t before, before_that; /* the one before, and before that, may */
    uint32_t spare[3];
    uint8_t set[DTMF_TILE];      /* of limits */
} dtmf_tile;

/* Octets of a block, as a kernel takes them: DTMF_ROWS rows, `stride` octets apart, of 8 octets a channel. */
typedef struct dtmf_octets {
    const uint8_t *rows;
    size_t stride;
    int law;
} dtmf_octets;

/* Limits, made ready. */
typedef struct dtmf_rules {
    uint32_t offset[DTMF_TONES]; /* largest turn over a hop beside the nominal one, 2^-24 turns */
    uint32_t floor;              /* |X|^2 */
    uint32_t high_q12, low_q12;  /* most of the power of that tone against the other's */
    uint32_t tone_q8, gap_q8;    /* hops */
    uint32_t spare;
} dtmf_rules;

/* The functions of an instruction set. x: 13-bit samples. */
typedef struct dtmf_kernel {
    /* Bit a channel of a tile that is loud enough for the faintest digit that any limits accept. */
    uint32_t (*audible)(const dtmf_octets *octets);
    /* Bit a channel of a tile that may carry a digit. */
    uint32_t (*screen)(const dtmf_octets *octets);
    /* 8 samples of each of n_rows rows of one channel's ring, from `row` on, both multiples of 4; returns the largest magnitude. */
    uint32_t (*decode)(const dtmf_octets *ring, uint32_t row, uint32_t n_rows, int16_t *x);
    /* Bins of all eight tones in 96 samples. */
    void (*spectrum)(const int16_t *x, dtmf_bin bins[DTMF_TONES]);
    /* Bins of a pair in 96 samples. */
    void (*pair)(const int16_t *x, uint32_t low, uint32_t high, dtmf_pair *bins);
    /* Energies of n windows, 1..6, each a hop after the one before, the first of 96 samples from x on; of the 30 samples before, too,
     * and of the 30 after them for no more than whole vectors. */
    void (*energies)(const int16_t *x, uint32_t n, dtmf_window *w);
    /* By the windows kept. */
    void (*references)(dtmf_track *track);
} dtmf_kernel;

extern const dtmf_kernel swd_dtmf_plain, swd_dtmf_sse2, swd_dtmf_avx2, swd_dtmf_avx512;

/* What came on one channel, and when. */
typedef struct dtmf_samples {
    const dtmf_kernel *kernel;
    const dtmf_rules *rules;
    dtmf_octets ring;            /* of the channel: DTMF_BLOCKS blocks */
    uint32_t block;              /* that just ended, 0..3 */
    uint32_t window;             /* that just ended, cycle / 48 */
    int screened;                /* the block that just ended */
    int again, lost;             /* one of the two blocks before was; neither was this one nor the one before */
} dtmf_samples;

/* |X|: the longer one of its parts, or 7/8 of it and half the shorter: -3..+0.8 % of the root of the sum of squares. */
static inline uint32_t dtmf_amplitude(dtmf_bin bin)
{
    uint32_t a = (uint32_t)(bin.re < 0 ? -bin.re : bin.re), b = (uint32_t)(bin.im < 0 ? -bin.im : bin.im);
    uint32_t longer = a > b ? a : b, shorter = a > b ? b : a;
    uint32_t mixed = longer - longer / 8 + shorter / 2;
    return longer > mixed ? longer : mixed;
}

/* |X|^2, below 2^31. */
static inline uint32_t dtmf_power(dtmf_bin bin) { return (uint32_t)(bin.re * bin.re) + (uint32_t)(bin.im * bin.im); }

/* Of a window. */
typedef struct dtmf_amplitudes {
    uint32_t low, high;
} dtmf_amplitudes;

/* dtmf_length.c: by the windows kept and their references the length of the burst. */
uint32_t swd_dtmf_length_q8(const dtmf_track *track);
/* The windows from place n on move to the front; those behind them count no more. */
void swd_dtmf_drop(dtmf_track *track, uint32_t n);
/* Surely, and without divisions: no gap is in this window. */
int swd_dtmf_strong(const dtmf_track *track, dtmf_amplitudes of);
/* What is missing since the last strong window, after one more. Returns whether the burst has ended. */
int swd_dtmf_add_gap(dtmf_track *track, const dtmf_rules *rules, dtmf_amplitudes of);

/* Channels of some tiles, laid side by side. */
typedef struct dtmf_batch {
    _Alignas(64) uint64_t rows[DTMF_ROWS][DTMF_TILE];
    uint32_t channels[DTMF_TILE]; /* of the bank, by place */
    uint32_t n;
    int law;
    dtmf_tile *tiles;             /* of the bank */
    const dtmf_kernel *kernel;
} dtmf_batch;

/* dtmf_screen.c: finds, of the channels wanted of a tile, those that may carry a digit in these octets of it; some are told later,
 * in time when the rest is asked for. */
void swd_dtmf_screen_tile(dtmf_batch *b, uint32_t t, uint32_t wanted, const dtmf_octets *octets);
void swd_dtmf_screen_rest(dtmf_batch *b);

/* Whether the phase moves over a hop within about 3 % or 4 % of the frequency. */
int swd_dtmf_moves(dtmf_bin now, dtmf_bin before, uint32_t tone);
/* Go on by one block. Returns the number of hits written, at most 2. */
uint32_t swd_dtmf_track(dtmf_track *track, const dtmf_samples *from, swd_dtmf_hit hits[2]);
/* Decide on the burst collected so far: 1 when it is a digit, whose levels and offsets are told. */
int swd_dtmf_judge(const dtmf_track *track, const dtmf_rules *rules, swd_dtmf_hit *hit);
void swd_dtmf_prepare(dtmf_rules *rules, const swd_dtmf_limits *limits);

#endif
