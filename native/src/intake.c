/* intake.c: octets of cells into the rows of a bank of receivers. Channels are mostly given cells one after the other: those are copied
 * at a time. */
#include <string.h>

#include "intake.h"

static intake_run *runs_of(intake *x) { return (intake_run *)(x->tiles + x->n_tiles); }

size_t swd_intake_size(uint32_t n_tiles)
{
    return sizeof(intake) + n_tiles * (sizeof(intake_tile) + INTAKE_TILE * sizeof(intake_run));
}

void swd_intake_init(intake *x, uint32_t n_tiles)
{
    memset(x, 0, swd_intake_size(n_tiles));
    x->n_tiles = n_tiles;
    for (uint32_t t = 0; t < n_tiles; t++)
        memset(x->tiles[t].cells, 0xFF, sizeof x->tiles[t].cells);
}

void swd_intake_assign(intake *x, uint32_t channel, uint32_t cell)
{
    intake_tile *tile = &x->tiles[channel / INTAKE_TILE];
    uint32_t bit = 1u << channel % INTAKE_TILE;
    tile->cells[channel % INTAKE_TILE] = cell;
    tile->listening = (tile->listening & ~bit) | (cell != SWD_NONE ? bit : 0);
    x->stale = 1;
}

/* The list is as long as it is now: what stood behind it is cleared, so that its octets do not tell what was before. */
static void find_runs(intake *x)
{
    intake_run *runs = runs_of(x);
    uint32_t n = 0, next_channel = SWD_NONE, next_cell = SWD_NONE;
    for (uint32_t t = 0; t < x->n_tiles; t++)
        for (uint32_t left = x->tiles[t].listening; left; left &= left - 1) {
            uint32_t channel = t * INTAKE_TILE + (uint32_t)__builtin_ctz(left), cell = swd_intake_cell(x, channel);
            if (channel == next_channel && cell == next_cell)
                runs[n - 1].n++;
            else
                runs[n++] = (intake_run){channel, 1};
            next_channel = channel + 1;
            next_cell = cell + 1;
        }
    if (n < x->n_runs)
        memset(runs + n, 0, (x->n_runs - n) * sizeof *runs);
    x->n_runs = n;
    x->stale = 0;
}

#define LONG_RUN 48u              /* cells; the call of memcpy and its choice of a way cost more than a shorter run */

/* The last few cells are copied twice rather than one by one. */
static void copy_run(uint64_t *restrict to, const uint64_t *restrict from, uint32_t n)
{
    if (n >= LONG_RUN) {
        memcpy(to, from, n * sizeof *to);
    } else if (n >= 4) {
        for (uint32_t k = 0; k + 4 < n; k += 4)
            memcpy(to + k, from + k, 4 * sizeof *to);
        memcpy(to + n - 4, from + n - 4, 4 * sizeof *to);
    } else if (n >= 2) {
        memcpy(to, from, 2 * sizeof *to);
        memcpy(to + n - 2, from + n - 2, 2 * sizeof *to);
    } else {
        to[0] = from[0];
    }
}

static void take_part(const intake *x, uint8_t *row, const uint64_t *cells, uint32_t first, uint32_t n)
{
    for (uint32_t t = 0; t < x->n_tiles; t++, row += INTAKE_OCTETS)
        for (uint32_t left = x->tiles[t].listening; left; left &= left - 1) {
            uint32_t channel = (uint32_t)__builtin_ctz(left);
            memcpy(row + channel * SWD_ROW_CYCLES + first, (const uint8_t *)&cells[x->tiles[t].cells[channel]] + first, n);
        }
}

void swd_intake_take(intake *x, uint8_t *row, const uint64_t *cells, uint32_t first, uint32_t n)
{
    uint64_t *to = (uint64_t *)(void *)row;
    if (x->stale)
        find_runs(x);
    if (n < SWD_ROW_CYCLES) {
        take_part(x, row, cells, first, n);
        return;
    }
    const intake_run *runs = runs_of(x);
    for (uint32_t i = 0; i < x->n_runs; i++)
        copy_run(to + runs[i].channel, cells + swd_intake_cell(x, runs[i].channel), runs[i].n);
}
