/* Inside of the tone banks (MFC, call progress): what the kernels, one for each instruction set, and the rest share.
 *
 * Time is cut into hops, from cycle 0. At the end of each the kernel folds the hop's samples about its middle, correlates them with
 * the frequencies of a set, turns what it found to the phase at cycle 0, and adds up the latest hops: a window. Everything that is
 * decided in a window is decided there, for all channels at once; only what begins or ends costs more.
 *
 * A tile is 32 channels. Within it all but its raw octets is held by *position*: lanes 4i, 4i + 1 are channels 2i, 2i + 1, lanes
 * 4i + 2, 4i + 3 are channels 16 + 2i, 17 + 2i: what a shuffle of two vectors inside 128-bit lanes gives, for every vector length. */
#ifndef SWD_TONES_H
#define SWD_TONES_H

#include "parts.h"

#define TONES_TILE 32u
#define TONES_RAW (TONES_TILE * SWD_ROW_CYCLES)   /* octets of a row of a tile */
#define TONES_FREQS 8u
#define TONES_ROWS 10u            /* of the longest hop */
#define TONES_BINS 18u            /* frequencies times hops of a window but one, the most of all shapes */
#define TONES_WINDOW 4u           /* hops of a window, at most */
#define TONES_HISTORY 8u
#define TONES_SETS 16u
#define TONES_PAIRS (TONES_ROWS * 2)  /* of samples, folded */
#define TONES_KEYS 256u
#define TONES_NO_TONE 255u
#define TONES_MOST 0x7FFFFFFF     /* more than any power */
#define TONES_QUIET 1801          /* times rows: a hop with less energy, -43 dBm0, is nothing */
#define TONES_ENERGY_SHIFT 2
/* Key of what the latest window shows, 0: nothing; of the tone that is told, 0: none; hops without it; hops running that showed the key. */
#define STATE_PRESENT 8
#define STATE_GAP 16
#define STATE_RUN 24
#define TONES_HELD(power) (((power) >> 5) + ((power) >> 6))    /* so long a tone goes on: -13.3 dB of what it had, at its weaker frequency */

/* Hops in rows, hops of a window, frequencies: known to the compiler, once for each shape. */
#define MFC_ROWS 4u
#define MFC_WINDOW 4u
#define MFC_FREQS 6u
#define MFC_LOUD_BITS 0x70707070u /* of MFC, nothing is a hop all in segment 0: no sample of 33, the peak of a tone of -38.6 dBm0 */
#define PROGRESS_LOUD_BITS 0x78787878u /* octets up to 7 have less energy than is nothing */
#define MFC_WEIGHTS 6u            /* of the hops of a window: 1, 2, 2, 1, which keeps apart what is 120 Hz apart and 14 Hz off */
#define PROGRESS_ROWS 10u
#define PROGRESS_WINDOW 3u
#define PROGRESS_FREQS 8u

/* What the shapes are in numbers. */
typedef struct tones_shape {
    uint32_t cycles, hops, places;
    uint32_t weights, weight[TONES_WINDOW];    /* of the hops of a window, the latest first; their sum */
    uint32_t in_band;             /* purity is that of the band */
    uint32_t loud_bits;           /* of four octets: where all have none of them nothing is to be heard */
} tones_shape;

/* A tone of peak a (16-bit scale) that fills the window has |X| = a / 2, and its power is |X|^2. Ratios are in 1/64. */
typedef struct tones_limits {
    int32_t least, most;          /* power of each frequency */
    int32_t twist_near, twist_far;    /* weaker to stronger of a pair: of neighbouring frequencies, of others */
    int32_t third;                /* the third to the weaker of a pair */
    int32_t pure;                 /* a pair, or a single one, to the energy of the window; of MFC, to what lies in its band */
    int32_t alone;                /* the second to a single one; 0: no single one counts */
    int32_t on_hops, off_hops;    /* hops running that show it; that do not */
} tones_limits;
#define TONES_LIMITS (sizeof(tones_limits) / sizeof(int32_t))

typedef struct tones_set {
    uint32_t n_places;            /* that it uses; 0: not defined */
    uint32_t n_listening;
    uint32_t steps[TONES_FREQS];  /* phase in a cycle */
    int32_t joined[TONES_FREQS];  /* all ones: the next place is the same frequency, too */
    tones_limits limits;
    uint8_t tone_of_key[TONES_KEYS];   /* key: bit a place */
    uint8_t filled[257];          /* cycles of a window, from its end, that a tone fills when it has such a part of its amplitude, 1/256 */
    _Alignas(64) int16_t even[TONES_PAIRS][TONES_FREQS][2], odd[TONES_PAIRS][TONES_FREQS][2];
} tones_set;

typedef struct tones_tile {
    uint32_t sets;                /* bit a set that a channel of the tile has */
    uint32_t awake;               /* 0: all from `bins` on is zero */
    uint32_t of_set[TONES_SETS];  /* bit a position */
    uint64_t began[TONES_TILE];   /* by channel: cycle */
    _Alignas(64) int32_t bins[TONES_BINS][TONES_TILE];      /* real part in the lower half: [frequency][hop of the window, but the oldest] */
    int32_t energies[TONES_WINDOW - 1][TONES_TILE];  /* MFC: of all its frequencies in the hop; else of all that is heard, a quarter */
    int32_t state[TONES_TILE];    /* 8 bits each, STATE_* */
    int32_t held[TONES_TILE];     /* least power with which it goes on */
    int32_t history[TONES_HISTORY][TONES_TILE];   /* power: while a tone is present, of its weaker frequency */
} tones_tile;

/* What the channels of a tile listen for, by position, when they have several sets; kept from tile to tile, since neighbours are often
 * alike. */
typedef struct tones_mixture {
    uint32_t made;                /* 0: not in this hop */
    uint32_t of_set[TONES_SETS];  /* for tiles with these */
    _Alignas(64) int32_t even[TONES_PAIRS][TONES_FREQS][TONES_TILE], odd[TONES_PAIRS][TONES_FREQS][TONES_TILE];
    int32_t along[TONES_FREQS][TONES_TILE], across[TONES_FREQS][TONES_TILE], joined[TONES_FREQS][TONES_TILE];
    int32_t limits[TONES_LIMITS][TONES_TILE];
} tones_mixture;

/* What all tiles share at the end of a hop. */
typedef struct tones_hop {
    uint64_t end;                 /* cycle after it */
    const tones_shape *shape;
    uint32_t age[TONES_WINDOW];   /* where what is so many hops old is kept, in int32 from slot 0; the new one takes the oldest's place */
    uint32_t history;             /* modulo TONES_HISTORY */
    tones_mixture *mixture;
    size_t raw_stride;            /* octets from a row of a tile to its next */
    uint32_t far;                 /* 1: the bank is more than caches next to the processor hold */
    int32_t along[TONES_SETS][TONES_FREQS], across[TONES_SETS][TONES_FREQS]; /* (cos, sin) and (-sin, cos) of the hop's phase, Q15 pairs */
} tones_hop;

typedef struct tones_turns {
    uint32_t began, ended;        /* bit a position */
    uint32_t loud;                /* 0: nothing was to be heard in this hop */
    _Alignas(64) int32_t power[TONES_FREQS][TONES_TILE], energy[TONES_TILE]; /* of the window, where any of some neighbours began */
} tones_turns;

/* Take one hop: A-law, 32 channels of 8 octets a row. Those that do not listen are silent. */
typedef void tones_kernel(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns);
tones_kernel swd_tones_mfc_plain, swd_tones_mfc_sse2, swd_tones_mfc_avx2, swd_tones_mfc_avx512;
tones_kernel swd_tones_progress_plain, swd_tones_progress_sse2, swd_tones_progress_avx2, swd_tones_progress_avx512;

/* Where a channel of a tile lies in the arrays by position, and back. */
static inline uint32_t tones_position(uint32_t channel) { return (channel & 14) << 1 | (channel & 1) | (channel >> 4) << 1; }
static inline uint32_t tones_channel(uint32_t position) { return (position >> 1 & 14) | (position & 1) | (position >> 1 & 1) << 4; }

/* tones_set.c. SWD_OK or SWD_E_RANGE. */
int swd_tones_make_set(tones_set *set, const swd_tone_set *s, const tones_shape *shape);
void swd_tones_make_hop(tones_hop *hop, const tones_set *sets, const tones_shape *shape, uint64_t end);

/* tones_turn.c: a tone begins at this position, 1, unless it is none of the set's, 0; or has ended. Fills *hit but for its channel. */
int swd_tones_begin(tones_tile *tile, const tones_set *set, const tones_hop *hop, const tones_turns *turns, uint32_t position,
                    swd_tones_hit *hit);
void swd_tones_end(tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t position, swd_tones_hit *hit);

#endif
