/* DTMF: looking at some channels of a block. Those wanted are laid side by side, so that a kernel has a whole tile of them to work on;
 * a tile of which all are wanted is taken as it is. */
#include <string.h>

#include "dtmf.h"

typedef struct batch {
    uint8_t rows[DTMF_ROWS][INTAKE_OCTETS];
    uint32_t channels[DTMF_TILE]; /* of the bank, by place */
    uint32_t n;
} batch;

static void look_at(batch *b, dtmf_tile *tiles, const dtmf_kernel *kernel, int law)
{
    uint32_t found = kernel->screen((dtmf_octets){b->rows[0], INTAKE_OCTETS, law});
    for (uint32_t i = 0; i < b->n; i++)
        tiles[b->channels[i] / DTMF_TILE].found |= (found >> i & 1) << b->channels[i] % DTMF_TILE;
    b->n = 0;
}

static void put(batch *b, uint32_t channel, dtmf_octets block)
{
    const uint8_t *from = block.rows + (size_t)channel * SWD_ROW_CYCLES;
    for (uint32_t row = 0; row < DTMF_ROWS; row++, from += block.stride)
        memcpy(b->rows[row] + b->n * SWD_ROW_CYCLES, from, SWD_ROW_CYCLES);
    b->channels[b->n++] = channel;
}

void swd_dtmf_screen(dtmf_tile *tiles, uint32_t n_tiles, const dtmf_kernel *kernel, dtmf_octets block)
{
    batch b = {.n = 0};
    for (uint32_t t = 0; t < n_tiles; t++) {
        tiles[t].found = 0;
        if (tiles[t].wanted == INTAKE_ALL) {
            dtmf_octets whole = block;
            whole.rows += t * INTAKE_OCTETS;
            tiles[t].found = kernel->screen(whole);
            continue;
        }
        for (uint32_t left = tiles[t].wanted; left; left &= left - 1) {
            put(&b, t * DTMF_TILE + (uint32_t)__builtin_ctz(left), block);
            if (b.n == DTMF_TILE)
                look_at(&b, tiles, kernel, block.law);
        }
    }
    if (b.n)
        look_at(&b, tiles, kernel, block.law);
}
