/* How banks of receivers take octets: which cell each channel listens to, and rows of them kept side by side. */
#ifndef SWD_INTAKE_H
#define SWD_INTAKE_H

#include <stddef.h>

#include "parts.h"

#define INTAKE_TILE 32u           /* channels */
#define INTAKE_OCTETS (INTAKE_TILE * SWD_ROW_CYCLES)   /* of a row of a tile */
#define INTAKE_ALL 0xFFFFFFFFu

typedef struct intake_tile {
    uint32_t cells[INTAKE_TILE];  /* by channel; SWD_NONE: not listening */
    uint32_t listening;           /* bit a channel */
    uint32_t unused[15];          /* so that every octet has a name */
} intake_tile;

typedef struct intake_run {       /* channels one after the other that listen to cells one after the other */
    uint32_t channel, n;
} intake_run;

typedef struct intake {
    uint32_t n_tiles, n_runs;
    uint32_t stale;               /* 1: somebody listens to another cell since the runs were found */
    uint32_t unused[13];
    intake_tile tiles[];          /* after them: the runs */
} intake;

/* Octets, a multiple of 64. */
size_t swd_intake_size(uint32_t n_tiles);
void swd_intake_init(intake *x, uint32_t n_tiles);
/* The channel listens to this cell from now on, or to none (SWD_NONE). */
void swd_intake_assign(intake *x, uint32_t channel, uint32_t cell);
/* Octets first..first+n-1 of a row of every channel that listens, from the cells into `row`: 8 octets a channel, tile after tile. */
void swd_intake_take(intake *x, uint8_t *row, const uint64_t *cells, uint32_t first, uint32_t n);

static inline uint32_t swd_intake_cell(const intake *x, uint32_t channel)
{
    return x->tiles[channel / INTAKE_TILE].cells[channel % INTAKE_TILE];
}

#endif
