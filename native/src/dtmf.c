/* DTMF receiver bank: what the engine sees. Octets of a hop are kept raw; at its end the kernel of the selected
 * instruction set works on whole tiles, and only channels that are screened or tracked cost more. */
#include <assert.h>
#include <string.h>

#include "dtmf.h"

#define IDLE_OCTET 0xD5

struct swd_dtmf {
    uint32_t n_channels;
    uint32_t n_tiles;
    uint32_t unused[14];
    dtmf_tile tiles[];
};

size_t swd_dtmf_size(uint32_t n_channels)
{
    uint32_t n_tiles = (n_channels + DTMF_TILE - 1) / DTMF_TILE;
    return (sizeof(swd_dtmf) + n_tiles * sizeof(dtmf_tile) + 63) & ~(size_t)63;
}

void swd_dtmf_init(swd_dtmf *bank, uint32_t n_channels)
{
    memset(bank, 0, swd_dtmf_size(n_channels));
    bank->n_channels = n_channels;
    bank->n_tiles = (n_channels + DTMF_TILE - 1) / DTMF_TILE;
    for (uint32_t t = 0; t < bank->n_tiles; t++)
        memset(bank->tiles[t].raw, IDLE_OCTET, sizeof bank->tiles[t].raw);
}

uint32_t swd_dtmf_channels(const swd_dtmf *bank)
{
    return bank->n_channels;
}

/* Where a channel of a tile lies in the arrays by position, and back: the same exchange of bits. */
static uint32_t position_of(uint32_t channel)
{
    return (channel & 16) | (channel & 3) << 2 | (channel >> 2 & 3);
}

void swd_dtmf_assign(swd_dtmf *bank, uint32_t channel, int listening)
{
    assert(channel < bank->n_channels);
    dtmf_tile *tile = &bank->tiles[channel / DTMF_TILE];
    uint32_t position = position_of(channel % DTMF_TILE);
    for (uint32_t row = 0; row < DTMF_ROWS; row++)
        memset(tile->raw[row][channel % DTMF_TILE], IDLE_OCTET, SWD_ROW_CYCLES);
    for (uint32_t n = 0; n < DTMF_PAIRS; n++)
        tile->past[n][position][0] = tile->past[n][position][1] = 0;
    for (uint32_t tone = 0; tone < DTMF_TONES; tone++)
        tile->bins[tone][position] = (dtmf_bin){0, 0};
    tile->past_energy[position] = 0;
    memset(&tile->track[position], 0, sizeof tile->track[position]);
    tile->tracking &= ~(1u << position);
    tile->listening = (tile->listening & ~(1u << position)) | (uint32_t)(listening != 0) << position;
}

static void take(dtmf_tile *tile, uint32_t row, uint32_t first, uint32_t n, const uint8_t *codes, uint32_t n_channels)
{
    if (n == SWD_ROW_CYCLES && n_channels == DTMF_TILE && tile->listening == 0xFFFFFFFFu) {
        memcpy(tile->raw[row], codes, sizeof tile->raw[row]);
        return;
    }
    for (uint32_t channel = 0; channel < n_channels; channel++)
        if (tile->listening >> position_of(channel) & 1)
            memcpy(tile->raw[row][channel] + first, codes + channel * SWD_ROW_CYCLES + first, n);
}

static uint32_t track_tile(dtmf_tile *tile, const dtmf_spectrum *spectrum, swd_dtmf_hit *hits, uint32_t capacity)
{
    uint32_t n_hits = 0;
    for (uint32_t left = (spectrum->screened | tile->tracking) & tile->listening; left; left &= left - 1) {
        uint32_t position = (uint32_t)__builtin_ctz(left), bit = 1u << position;
        dtmf_bin bins[DTMF_TONES], last[DTMF_TONES];
        swd_dtmf_hit hit = {0, position_of(position), 0, 0, 0};
        for (uint32_t tone = 0; tone < DTMF_TONES; tone++) {
            bins[tone] = spectrum->bins[tone][position];
            last[tone] = tile->bins[tone][position];
        }
        int found = swd_dtmf_track(&tile->track[position], bins, last, spectrum->energy[position],
                                   spectrum->screened >> position & 1, &hit);
        if (found && n_hits < capacity)
            hits[n_hits++] = hit;
        tile->tracking = (tile->tracking & ~bit) | (tile->track[position].phase != DTMF_IDLE ? bit : 0);
    }
    return n_hits;
}

static dtmf_kernel *selected_kernel(void)
{
    switch (swd_isa_selected()) {
#if defined(__x86_64__)
    case SWD_ISA_SSE2:
        return swd_dtmf_hop_sse2;
    case SWD_ISA_AVX2:
        return swd_dtmf_hop_avx2;
    case SWD_ISA_AVX512:
        return swd_dtmf_hop_avx512;
#endif
    default:
        return swd_dtmf_hop_plain;
    }
}

/* In order of channels, not of positions. */
static void sort_hits(swd_dtmf_hit *hits, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        swd_dtmf_hit hit = hits[i];
        uint32_t at = i;
        for (; at > 0 && hits[at - 1].channel > hit.channel; at--)
            hits[at] = hits[at - 1];
        hits[at] = hit;
    }
}

static uint32_t finish_hop(swd_dtmf *bank, uint64_t at, swd_dtmf_hit *hits, uint32_t capacity)
{
    dtmf_kernel *kernel = selected_kernel();
    dtmf_spectrum spectrum;
    uint32_t n_hits = 0;
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        dtmf_tile *tile = &bank->tiles[t];
        if (!tile->listening)
            continue;
        kernel(tile, &spectrum);
        uint32_t found = track_tile(tile, &spectrum, hits + n_hits, capacity - n_hits);
        memcpy(tile->bins, spectrum.bins, sizeof tile->bins);
        sort_hits(hits + n_hits, found);
        for (uint32_t i = 0; i < found; i++) {
            hits[n_hits + i].at = at;
            hits[n_hits + i].channel += t * DTMF_TILE;
        }
        n_hits += found;
    }
    return n_hits;
}

uint32_t swd_dtmf_push(swd_dtmf *bank, uint64_t from, uint32_t n, const uint8_t *codes, swd_dtmf_hit *hits,
                       uint32_t capacity)
{
    uint32_t first = (uint32_t)(from % SWD_ROW_CYCLES), row = (uint32_t)(from / SWD_ROW_CYCLES % DTMF_ROWS);
    assert(n >= 1 && first + n <= SWD_ROW_CYCLES);
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        uint32_t channel = t * DTMF_TILE, left = bank->n_channels - channel;
        if (bank->tiles[t].listening)
            take(&bank->tiles[t], row, first, n, codes + channel * SWD_ROW_CYCLES, left < DTMF_TILE ? left : DTMF_TILE);
    }
    if ((from + n) % DTMF_HOP)
        return 0;
    return finish_hop(bank, from + n - 1, hits, capacity);
}
