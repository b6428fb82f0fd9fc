/* intake.c: octets of cells into the rows of a bank of receivers. Channels are mostly given cells one after the other: those are copied
 * at a time. */
#include <string.h>

#include "intake.h"

#define FEW_RUNS 8u               /* of a tile: more are taken faster channel by channel */

void swd_intake_init(intake *tiles, uint32_t n_tiles)
{
    memset(tiles, 0, n_tiles * sizeof *tiles);
    for (uint32_t t = 0; t < n_tiles; t++)
        memset(tiles[t].cells, 0xFF, sizeof tiles[t].cells);
}

static void find_runs(intake *tile)
{
    uint32_t begun = 0;
    tile->starts = tile->n_starts = 0;
    memset(tile->run, 0, sizeof tile->run);
    for (uint32_t channel = 0; channel < INTAKE_TILE; channel++) {
        if (!(tile->listening >> channel & 1))
            continue;
        if (tile->n_starts == 0 || channel != begun + tile->run[begun] || tile->cells[channel] != tile->cells[channel - 1] + 1) {
            begun = channel;
            tile->starts |= 1u << channel;
            tile->n_starts++;
        }
        tile->run[begun]++;
    }
}

void swd_intake_assign(intake *tile, uint32_t channel, uint32_t cell)
{
    uint32_t bit = 1u << channel;
    tile->cells[channel] = cell;
    tile->listening = (tile->listening & ~bit) | (cell != SWD_NONE ? bit : 0);
    find_runs(tile);
}

/* How many tiles from this one on listen to cells one after the other. */
static uint32_t run_of_tiles(const intake *tiles, uint32_t n_tiles)
{
    uint32_t n = 0;
    while (n < n_tiles && tiles[n].run[0] == INTAKE_TILE && tiles[n].cells[0] == tiles[0].cells[0] + n * INTAKE_TILE)
        n++;
    return n;
}

static void take_runs(const intake *tile, uint64_t *to, const uint64_t *cells)
{
    for (uint32_t left = tile->starts; left; left &= left - 1) {
        uint32_t first = (uint32_t)__builtin_ctz(left), n = tile->run[first], k = 0;
        const uint64_t *from = cells + tile->cells[first];
        for (; k + 2 <= n; k += 2)
            memcpy(to + first + k, from + k, 2 * sizeof *to);
        if (k < n)
            to[first + k] = from[k];
    }
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
        uint64_t *to = (uint64_t *)(void *)(row + t * INTAKE_OCTETS);
        n = run_of_tiles(tiles + t, n_tiles - t);
        if (n) {
            memcpy(to, cells + tiles[t].cells[0], n * INTAKE_OCTETS);
            continue;
        }
        (tiles[t].n_starts <= FEW_RUNS ? take_runs : take_one_by_one)(&tiles[t], to, cells);
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
