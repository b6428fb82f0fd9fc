/* Inside of the DTMF bank: what the kernels (one for each instruction set) and the tracker share.
 *
 * Stages: push keeps raw octets; every hop the kernel decodes them, correlates a block with the eight frequencies and
 * screens; the tracker follows bursts on the few channels that the screen lets through; its judge decides.
 *
 * A tile is 32 channels. Within it everything but the raw octets is held by *position*: channel 4i + j of each 16 lies at
 * 4j + i, which is the order a transposition of 4 x 4 pairs inside 128-bit lanes leaves, for every vector length. */
#ifndef SWD_DTMF_H
#define SWD_DTMF_H

#include "parts.h"

#define DTMF_HOP 48u             /* cycles; blocks of two hops end at multiples of it */
#define DTMF_PAIRS (DTMF_HOP / 2)
#define DTMF_ROWS (DTMF_HOP / SWD_ROW_CYCLES)
#define DTMF_TILE 32u
#define DTMF_TONES 8u            /* four low, four high */
#define DTMF_KEPT 12u            /* blocks of a burst kept for judging */

/* A block of one tone, |X| = 3/8 of the tone's peak on the 16-bit scale: two int16. */
typedef struct dtmf_bin {
    int16_t re, im;
} dtmf_bin;

typedef struct dtmf_block {
    dtmf_bin low, high;
    int32_t energy;              /* sum of squared 13-bit samples */
} dtmf_block;

typedef struct dtmf_track {
    uint8_t phase;               /* DTMF_IDLE.. */
    uint8_t low, high;           /* the pair, 0..3 and 4..7 */
    uint8_t n_blocks;            /* kept, 0..DTMF_KEPT */
    uint32_t reference_low;      /* largest amplitude so far */
    uint32_t reference_high;
    uint32_t gap_q8;             /* what is missing since the last strong block, 1/256 hop */
    uint64_t length_q8;          /* of an accepted digit, 1/256 hop */
    uint32_t amplitudes;         /* sum of both tones' over the kept blocks */
    dtmf_block kept[DTMF_KEPT];
    uint32_t spare;              /* so that every octet has a name */
} dtmf_track;

enum { DTMF_IDLE, DTMF_COLLECTING, DTMF_ACCEPTED, DTMF_MUTED };

typedef struct dtmf_tile {
    uint8_t raw[DTMF_ROWS][DTMF_TILE][SWD_ROW_CYCLES];  /* A-law of the hop under way, by channel */
    int16_t past[DTMF_PAIRS][DTMF_TILE][2];             /* the hop before, 13-bit linear */
    int32_t past_energy[DTMF_TILE];
    dtmf_bin bins[DTMF_TONES][DTMF_TILE];               /* of the latest block */
    uint32_t listening;                                 /* bit a position */
    uint32_t tracking;                                  /* bit a position whose track is not idle */
    uint32_t unused[14];
    dtmf_track track[DTMF_TILE];
} dtmf_tile;

/* What a kernel finds in the block that ends with the hop under way. */
typedef struct dtmf_spectrum {
    dtmf_bin bins[DTMF_TONES][DTMF_TILE];
    int32_t energy[DTMF_TILE];   /* of the block */
    uint32_t screened;           /* bit a position that may carry a digit */
} dtmf_spectrum;

/* Screen: both strongest tones above the floor, and together at least half of the block's energy. A block full of a tone
 * of power P = |X|^2 has the energy 16/3 P. */
#define DTMF_FLOOR 2304          /* |X| = 48: -45 dBm0 */

typedef void dtmf_kernel(dtmf_tile *tile, dtmf_spectrum *spectrum);
dtmf_kernel swd_dtmf_hop_plain, swd_dtmf_hop_sse2, swd_dtmf_hop_avx2, swd_dtmf_hop_avx512;

/* Advance one channel's track by one block (`last` is the block before). Returns 1 when *hit is filled. */
int swd_dtmf_track(dtmf_track *track, const dtmf_bin bins[DTMF_TONES], const dtmf_bin last[DTMF_TONES], int32_t energy,
                   int screened, swd_dtmf_hit *hit);
/* Decide on the burst collected so far: 1 when it is a digit. */
int swd_dtmf_judge(const dtmf_track *track);
uint32_t swd_dtmf_amplitude(dtmf_bin bin);

#endif
