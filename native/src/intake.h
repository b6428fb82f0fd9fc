/* How banks of receivers take octets: which cell each channel listens to, and rows of them kept side by side. */
#ifndef SWD_INTAKE_H
#define SWD_INTAKE_H

#include "parts.h"

#define INTAKE_TILE 32u           /* channels */
#define INTAKE_OCTETS (INTAKE_TILE * SWD_ROW_CYCLES)   /* of a row of a tile */
#define INTAKE_ALL 0xFFFFFFFFu

typedef struct intake {
    _Alignas(64) uint32_t cells[INTAKE_TILE];  /* by channel; SWD_NONE: not listening */
    uint32_t listening;           /* bit a channel */
    uint32_t starts, n_starts;    /* channels that begin a run: the next ones of it listen to the next cells */
    uint32_t spare[5];            /* so that every octet has a name */
    uint8_t run[INTAKE_TILE];     /* of the channel that begins it: how many */
} intake;

void swd_intake_init(intake *tiles, uint32_t n_tiles);
/* `channel` of the tile listens to this cell from now on, or to none (SWD_NONE). */
void swd_intake_assign(intake *tile, uint32_t channel, uint32_t cell);
/* Octets first..first+n-1 of a row of every channel that listens, from the cells into `row`: 8 octets a channel, tile after tile. */
void swd_intake_take(const intake *tiles, uint32_t n_tiles, uint8_t *row, const uint64_t *cells, uint32_t first, uint32_t n);

#endif
