/* DTMF: looking at some channels of a block. Where few of a tile are wanted they are laid side by side with those of other tiles, so that
 * a kernel has a whole tile of them to work on; where many are, the tile is taken as it is. */
#include <string.h>

#include "dtmf.h"

#define MANY 12                   /* channels of a tile: to lay so many aside would take as long as to look at all of them */

void swd_dtmf_screen_rest(dtmf_batch *b)
{
    const dtmf_octets octets = {(const uint8_t *)b->rows, sizeof b->rows[0], b->law};
    if (b->n == 0)
        return;
    uint32_t found = b->kernel->screen(&octets);
    for (uint32_t i = 0; i < b->n; i++)
        b->tiles[b->channels[i] / DTMF_TILE].found |= (found >> i & 1) << b->channels[i] % DTMF_TILE;
    b->n = 0;
}

/* As many of the channels wanted as there is room for; returns the others. */
static uint32_t lay_aside(dtmf_batch *b, uint32_t wanted, uint32_t first_channel, const dtmf_octets *tile)
{
    for (; wanted && b->n < DTMF_TILE; wanted &= wanted - 1) {
        const uint32_t channel = (uint32_t)__builtin_ctz(wanted), place = b->n++;
        const uint8_t *from = tile->rows + channel * SWD_ROW_CYCLES;
        b->channels[place] = first_channel + channel;
        for (uint32_t row = 0; row < DTMF_ROWS; row++)
            memcpy(&b->rows[row][place], from + row * tile->stride, SWD_ROW_CYCLES);
    }
    return wanted;
}

static int many(uint32_t wanted)
{
    for (uint32_t n = 1; n < MANY && wanted; n++)
        wanted &= wanted - 1;
    return wanted != 0;
}

void swd_dtmf_screen_tile(dtmf_batch *b, uint32_t t, uint32_t wanted, const dtmf_octets *octets)
{
    b->tiles[t].found = 0;
    if (many(wanted)) {
        b->tiles[t].found = b->kernel->screen(octets) & wanted;
        return;
    }
    while (wanted) {
        wanted = lay_aside(b, wanted, t * DTMF_TILE, octets);
        if (b->n == DTMF_TILE)
            swd_dtmf_screen_rest(b);
    }
}
