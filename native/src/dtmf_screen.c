/* DTMF: looking at some channels of a block. Where few of a tile are wanted they are laid side by side with those of other tiles, so that
 * a kernel has a whole tile of them to work on; where many are, the tile is taken as it is. */
#include <string.h>

#include "dtmf.h"

#define MANY 12                   /* channels of a tile: to lay so many aside would take as long as to look at all of them */

typedef struct batch {
    uint64_t rows[DTMF_ROWS][DTMF_TILE];
    uint32_t channels[DTMF_TILE]; /* of the bank, by place */
    uint32_t n;
} batch;

static void look_at(batch *b, dtmf_tile *tiles, const dtmf_kernel *kernel, int law)
{
    const dtmf_octets octets = {(const uint8_t *)b->rows, sizeof b->rows[0], law};
    uint32_t found = kernel->screen(&octets);
    for (uint32_t i = 0; i < b->n; i++)
        tiles[b->channels[i] / DTMF_TILE].found |= (found >> i & 1) << b->channels[i] % DTMF_TILE;
    b->n = 0;
}

/* As many of the channels wanted as there is room for; returns the others. */
static uint32_t lay_aside(batch *b, uint32_t wanted, uint32_t first_channel, const dtmf_octets *tile)
{
    uint32_t n = b->n;
    for (; wanted && n < DTMF_TILE; wanted &= wanted - 1)
        b->channels[n++] = first_channel + (uint32_t)__builtin_ctz(wanted);
    for (uint32_t row = 0; row < DTMF_ROWS; row++)
        for (uint32_t i = b->n; i < n; i++)
            memcpy(&b->rows[row][i], tile->rows + row * tile->stride + (b->channels[i] - first_channel) * SWD_ROW_CYCLES, SWD_ROW_CYCLES);
    b->n = n;
    return wanted;
}

void swd_dtmf_screen(dtmf_tile *tiles, uint32_t n_tiles, const dtmf_kernel *kernel, const dtmf_octets *block)
{
    dtmf_octets tile = *block;
    batch b = {.n = 0};
    for (uint32_t t = 0; t < n_tiles; t++, tile.rows += INTAKE_OCTETS) {
        uint32_t wanted = tiles[t].wanted;
        tiles[t].found = 0;
        if (__builtin_popcount(wanted) >= MANY) {
            tiles[t].found = kernel->screen(&tile) & wanted;
            continue;
        }
        while (wanted) {
            wanted = lay_aside(&b, wanted, t * DTMF_TILE, &tile);
            if (b.n == DTMF_TILE)
                look_at(&b, tiles, kernel, block->law);
        }
    }
    if (b.n)
        look_at(&b, tiles, kernel, block->law);
}
