/* intake.c: octets of cells into the rows of a bank of receivers. Channels are mostly given cells one after the other: those are copied
 * at a time. */
#include <string.h>

#include "intake.h"

void swd_intake_init(intake *tiles, uint32_t n_tiles)
{
    memset(tiles, 0, n_tiles * sizeof *tiles);
    for (uint32_t t = 0; t < n_tiles; t++)
        memset(tiles[t].cells, 0xFF, sizeof tiles[t].cells);
}

static int all_in_row(const intake *tile)
{
    for (uint32_t channel = 1; channel < INTAKE_TILE; channel++)
        if (tile->cells[channel] != tile->cells[0] + channel)
            return 0;
    return tile->listening == INTAKE_ALL;
}

void swd_intake_assign(intake *tile, uint32_t channel, uint32_t cell)
{
    uint32_t bit = 1u << channel;
    tile->cells[channel] = cell;
    tile->listening = (tile->listening & ~bit) | (cell != SWD_NONE ? bit : 0);
    tile->in_row = (uint32_t)all_in_row(tile);
}

/* How many tiles from this one on listen to cells one after the other. */
static uint32_t run_of_tiles(const intake *tiles, uint32_t n_tiles)
{
    uint32_t n = 0;
    while (n < n_tiles && tiles[n].in_row && tiles[n].cells[0] == tiles[0].cells[0] + n * INTAKE_TILE)
        n++;
    return n;
}

static void take_one_by_one(const intake *tile, uint64_t *to, const uint64_t *cells)
{
    if (tile->listening == INTAKE_ALL) {
        for (uint32_t channel = 0; channel < INTAKE_TILE; channel++)
            to[channel] = cells[tile->cells[channel]];
        return;
    }
    for (uint32_t left = tile->listening; left; left &= left - 1) {
        uint32_t channel = (uint32_t)__builtin_ctz(left);
        to[channel] = cells[tile->cells[channel]];
    }
}

static void take_whole(const intake *tiles, uint32_t n_tiles, uint8_t *row, const uint64_t *cells)
{
    for (uint32_t t = 0, n; t < n_tiles; t += n) {
        n = run_of_tiles(tiles + t, n_tiles - t);
        if (n) {
            memcpy(row + t * INTAKE_OCTETS, cells + tiles[t].cells[0], n * INTAKE_OCTETS);
            continue;
        }
        take_one_by_one(&tiles[t], (uint64_t *)(void *)(row + t * INTAKE_OCTETS), cells);
        n = 1;
    }
}

void swd_intake_take(const intake *tiles, uint32_t n_tiles, uint8_t *row, const uint64_t *cells, uint32_t first, uint32_t n)
{
    if (n == SWD_ROW_CYCLES) {
        take_whole(tiles, n_tiles, row, cells);
        return;
    }
    for (uint32_t t = 0; t < n_tiles; t++, row += INTAKE_OCTETS)
        for (uint32_t left = tiles[t].listening; left; left &= left - 1) {
            uint32_t channel = (uint32_t)__builtin_ctz(left);
            memcpy(row + channel * SWD_ROW_CYCLES + first, (const uint8_t *)&cells[tiles[t].cells[channel]] + first, n);
        }
}
