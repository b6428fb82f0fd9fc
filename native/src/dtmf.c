/* DTMF receiver bank: what the engine sees. Octets are kept raw; at the end of a block the kernel of the selected
 * instruction set screens whole tiles, and only channels that are screened or tracked cost more. */
#include <assert.h>
#include <string.h>

#include "dtmf.h"

#define IDLE_OCTET 0xD5
#define IDLE_ULAW 0xFF

struct swd_dtmf {
    uint32_t n_channels;
    uint32_t n_tiles;
    uint32_t law;                /* 0 A-law, 1 mu-law */
    uint32_t unused[13];
    dtmf_rules rules[SWD_DTMF_SETS];
    dtmf_tile tiles[];
};

size_t swd_dtmf_size(uint32_t n_channels)
{
    uint32_t n_tiles = (n_channels + DTMF_TILE - 1) / DTMF_TILE;
    return (sizeof(swd_dtmf) + n_tiles * sizeof(dtmf_tile) + 63) & ~(size_t)63;
}

void swd_dtmf_init(swd_dtmf *bank, uint32_t n_channels)
{
    swd_dtmf_limits limits;
    memset(bank, 0, swd_dtmf_size(n_channels));
    bank->n_channels = n_channels;
    bank->n_tiles = (n_channels + DTMF_TILE - 1) / DTMF_TILE;
    swd_dtmf_default(&limits);
    for (uint32_t set = 0; set < SWD_DTMF_SETS; set++)
        swd_dtmf_prepare(&bank->rules[set], &limits);
    swd_dtmf_law(bank, 0);
}

uint32_t swd_dtmf_channels(const swd_dtmf *bank)
{
    return bank->n_channels;
}

int swd_dtmf_limits_set(swd_dtmf *bank, uint32_t set, const swd_dtmf_limits *limits)
{
    if (set >= SWD_DTMF_SETS || swd_dtmf_limits_check(limits) != SWD_OK)
        return SWD_E_RANGE;
    swd_dtmf_prepare(&bank->rules[set], limits);
    return SWD_OK;
}

static void silence(const swd_dtmf *bank, dtmf_tile *tile, uint32_t channel)
{
    for (uint32_t block = 0; block < DTMF_BLOCKS; block++)
        for (uint32_t row = 0; row < DTMF_ROWS; row++)
            memset(tile->raw[block][row][channel], bank->law ? IDLE_ULAW : IDLE_OCTET, SWD_ROW_CYCLES);
    memset(&tile->track[channel], 0, sizeof tile->track[channel]);
    tile->tracking &= ~(1u << channel);
    tile->before &= ~(1u << channel);
    tile->before_that &= ~(1u << channel);
}

void swd_dtmf_law(swd_dtmf *bank, uint32_t law)
{
    assert(law <= 1);
    bank->law = law;
    for (uint32_t t = 0; t < bank->n_tiles; t++)
        for (uint32_t channel = 0; channel < DTMF_TILE; channel++)
            silence(bank, &bank->tiles[t], channel);
}

void swd_dtmf_assign(swd_dtmf *bank, uint32_t channel, int listening)
{
    assert(channel < bank->n_channels);
    dtmf_tile *tile = &bank->tiles[channel / DTMF_TILE];
    uint32_t bit = 1u << channel % DTMF_TILE;
    silence(bank, tile, channel % DTMF_TILE);
    tile->set[channel % DTMF_TILE] = 0;
    tile->listening = (tile->listening & ~bit) | (listening ? bit : 0);
}

void swd_dtmf_use(swd_dtmf *bank, uint32_t channel, uint32_t set)
{
    assert(channel < bank->n_channels && set < SWD_DTMF_SETS);
    bank->tiles[channel / DTMF_TILE].set[channel % DTMF_TILE] = (uint8_t)set;
}

static void take(dtmf_tile *tile, uint32_t row, uint32_t first, uint32_t n, const uint8_t *codes, uint32_t n_channels)
{
    uint8_t(*raw)[SWD_ROW_CYCLES] = tile->raw[row / DTMF_ROWS][row % DTMF_ROWS];
    if (n == SWD_ROW_CYCLES && n_channels == DTMF_TILE && tile->listening == 0xFFFFFFFFu) {
        memcpy(raw, codes, DTMF_TILE * SWD_ROW_CYCLES);
        return;
    }
    for (uint32_t channel = 0; channel < n_channels; channel++)
        if (tile->listening >> channel & 1)
            memcpy(raw[channel] + first, codes + channel * SWD_ROW_CYCLES + first, n);
}

static const dtmf_kernel *selected_kernel(void)
{
    switch (swd_isa_selected()) {
#if defined(__x86_64__)
    case SWD_ISA_SSE2:
        return &swd_dtmf_sse2;
    case SWD_ISA_AVX2:
        return &swd_dtmf_avx2;
    case SWD_ISA_AVX512:
        return &swd_dtmf_avx512;
#endif
    default:
        return &swd_dtmf_plain;
    }
}

/* The tile's block that ends with cycle `at`. */
static uint32_t finish_tile(const swd_dtmf *bank, dtmf_tile *tile, const dtmf_kernel *kernel, uint64_t at, uint32_t first_channel,
                            swd_dtmf_hit *hits, uint32_t capacity)
{
    uint32_t block = (uint32_t)(at / DTMF_BLOCK % DTMF_BLOCKS), n_hits = 0;
    uint32_t screened = kernel->screen(&tile->raw[block][0][0][0], (int)bank->law) & tile->listening;
    for (uint32_t left = (screened & (tile->before | tile->before_that)) | tile->tracking; left; left &= left - 1) {
        uint32_t channel = (uint32_t)__builtin_ctz(left), bit = 1u << channel;
        dtmf_samples from = {kernel, &bank->rules[tile->set[channel]], tile->raw[0][0][channel],
                             (int)bank->law, block, (uint32_t)((at + 1) / DTMF_HOP), (screened & bit) != 0,
                             ((tile->before | tile->before_that) & bit) != 0, ((screened | tile->before) & bit) == 0};
        swd_dtmf_hit found[2] = {{0}, {0}};
        uint32_t n = swd_dtmf_track(&tile->track[channel], &from, found);
        for (uint32_t k = 0; k < n && n_hits < capacity; k++) {
            found[k].at = at;
            found[k].channel = first_channel + channel;
            hits[n_hits++] = found[k];
        }
        tile->tracking = (tile->tracking & ~bit) | (tile->track[channel].phase != DTMF_IDLE ? bit : 0);
    }
    tile->before_that = tile->before;
    tile->before = screened;
    return n_hits;
}

uint32_t swd_dtmf_push(swd_dtmf *bank, uint64_t from, uint32_t n, const uint8_t *codes, swd_dtmf_hit *hits,
                       uint32_t capacity)
{
    const dtmf_kernel *kernel = selected_kernel();
    uint32_t first = (uint32_t)(from % SWD_ROW_CYCLES), n_hits = 0;
    uint32_t row = (uint32_t)(from / SWD_ROW_CYCLES % (DTMF_BLOCKS * DTMF_ROWS));
    assert(n >= 1 && first + n <= SWD_ROW_CYCLES);
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        dtmf_tile *tile = &bank->tiles[t];
        uint32_t channel = t * DTMF_TILE, left = bank->n_channels - channel;
        if (!tile->listening)
            continue;
        take(tile, row, first, n, codes + channel * SWD_ROW_CYCLES, left < DTMF_TILE ? left : DTMF_TILE);

        if ((from + n) % DTMF_BLOCK == 0)
            n_hits += finish_tile(bank, tile, kernel, from + n - 1, channel, hits + n_hits, capacity - n_hits);
    }
    return n_hits;
}
