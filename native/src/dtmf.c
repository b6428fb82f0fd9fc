/* DTMF receiver bank: what the engine sees. Octets are kept raw, rows of all channels one after the other; at the end of a block it is
 * decided which channels are looked at, and only those that are screened or tracked cost more. */
#include <assert.h>
#include <string.h>

#include "dtmf.h"

#define IDLE_OCTET 0xD5
#define IDLE_ULAW 0xFF

struct swd_dtmf {
    _Alignas(64) uint32_t n_channels;  /* so that what follows the bank is aligned, too */
    uint32_t n_tiles;
    uint32_t law;                /* 0 A-law, 1 mu-law */
    uint32_t unused[13];
    dtmf_rules rules[SWD_DTMF_SETS];
};                               /* after it: its intake; of each tile its dtmf_tile, its tracks; the ring, rows of all tiles */

static intake *intake_of(const swd_dtmf *bank) { return (intake *)(uintptr_t)(bank + 1); }
static dtmf_tile *tiles_of(swd_dtmf *bank) { return (dtmf_tile *)((uint8_t *)(bank + 1) + swd_intake_size(bank->n_tiles)); }
static dtmf_track *tracks_of(swd_dtmf *bank) { return (dtmf_track *)(tiles_of(bank) + bank->n_tiles); }

/* A line of the cache more, so that the octets of a channel do not all compete for the same one. */
static size_t stride_of(uint32_t n_tiles) { return (size_t)n_tiles * INTAKE_OCTETS + 64; }
static uint8_t *ring_of(swd_dtmf *bank) { return (uint8_t *)(tracks_of(bank) + (size_t)bank->n_tiles * DTMF_TILE); }

size_t swd_dtmf_size(uint32_t n_channels)
{
    uint32_t n_tiles = (n_channels + DTMF_TILE - 1) / DTMF_TILE;
    size_t of_tile = sizeof(dtmf_tile) + DTMF_TILE * sizeof(dtmf_track);
    return (sizeof(swd_dtmf) + swd_intake_size(n_tiles) + n_tiles * of_tile + DTMF_RING_ROWS * stride_of(n_tiles) + 63) & ~(size_t)63;
}

void swd_dtmf_init(swd_dtmf *bank, uint32_t n_channels)
{
    swd_dtmf_limits limits;
    memset(bank, 0, swd_dtmf_size(n_channels));
    bank->n_channels = n_channels;
    bank->n_tiles = (n_channels + DTMF_TILE - 1) / DTMF_TILE;
    swd_intake_init(intake_of(bank), bank->n_tiles);
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

static void forget(swd_dtmf *bank, uint32_t channel)
{
    dtmf_tile *tile = &tiles_of(bank)[channel / DTMF_TILE];
    uint32_t others = ~(1u << channel % DTMF_TILE);
    memset(&tracks_of(bank)[channel], 0, sizeof(dtmf_track));
    tile->tracking &= others;
    tile->found &= others;
    tile->screened &= others;
    tile->before &= others;
    tile->before_that &= others;
    for (uint32_t row = 0; row < DTMF_RING_ROWS; row++)
        memset(ring_of(bank) + row * stride_of(bank->n_tiles) + (size_t)channel * SWD_ROW_CYCLES,
               bank->law ? IDLE_ULAW : IDLE_OCTET, SWD_ROW_CYCLES);
}

void swd_dtmf_law(swd_dtmf *bank, uint32_t law)
{
    assert(law <= 1);
    bank->law = law;
    for (uint32_t channel = 0; channel < bank->n_tiles * DTMF_TILE; channel++)
        forget(bank, channel);
}

void swd_dtmf_assign(swd_dtmf *bank, uint32_t channel, uint32_t cell)
{
    assert(channel < bank->n_channels);
    swd_intake_assign(intake_of(bank), channel, cell);
    tiles_of(bank)[channel / DTMF_TILE].set[channel % DTMF_TILE] = 0;
    forget(bank, channel);
}

uint32_t swd_dtmf_cell(const swd_dtmf *bank, uint32_t channel)
{
    assert(channel < bank->n_channels);
    return swd_intake_cell(intake_of(bank), channel);
}

void swd_dtmf_use(swd_dtmf *bank, uint32_t channel, uint32_t set)
{
    assert(channel < bank->n_channels && set < SWD_DTMF_SETS);
    tiles_of(bank)[channel / DTMF_TILE].set[channel % DTMF_TILE] = (uint8_t)set;
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

/* A block that has just ended. */
typedef struct ended {
    const dtmf_kernel *kernel;
    dtmf_tile *tiles;
    dtmf_track *tracks;
    uint8_t *ring;
    size_t stride;
    uint64_t at;                 /* its last cycle */
    uint32_t block;              /* 0..3 */
} ended;

static dtmf_octets octets_of(const swd_dtmf *bank, const ended *x, uint32_t block)
{
    return (dtmf_octets){x->ring + block * DTMF_ROWS * x->stride, x->stride, (int)bank->law};
}

/* The rows of `b` are not cleared: a place is filled before it is looked at, or what is found there is not told. */
static void begin(dtmf_batch *b, const swd_dtmf *bank, const ended *x)
{
    b->n = 0;
    b->law = (int)bank->law;
    b->tiles = x->tiles;
    b->kernel = x->kernel;
}

/* An even block is looked at on every audible channel, an odd one where the even one before it was screened. */
static uint32_t wanted(const swd_dtmf *bank, const ended *x, uint32_t t, const dtmf_octets *octets)
{
    const dtmf_tile *tile = &x->tiles[t];
    uint32_t listening = intake_of(bank)->tiles[t].listening, more = x->block % 2 ? tile->screened : 0;
    if (x->block % 2 == 0 && listening)
        more = x->kernel->audible(octets);
    return listening & (tile->tracking | more);
}

/* The odd block before an even one is looked at only where that is screened, and nothing was two blocks before. */
static void look_back(dtmf_batch *b, const swd_dtmf *bank, const ended *x)
{
    dtmf_tile *tiles = x->tiles;
    dtmf_octets octets = octets_of(bank, x, (x->block + DTMF_BLOCKS - 1) % DTMF_BLOCKS);
    for (uint32_t t = 0; t < bank->n_tiles; t++, octets.rows += INTAKE_OCTETS)
        swd_dtmf_screen_tile(b, t, tiles[t].screened & ~(tiles[t].before | tiles[t].before_that | tiles[t].tracking), &octets);
    swd_dtmf_screen_rest(b);
    for (uint32_t t = 0; t < bank->n_tiles; t++)
        tiles[t].before |= tiles[t].found;
}

/* Tile by tile, so that octets are at hand when they are laid aside. */
static void look(const swd_dtmf *bank, const ended *x)
{
    dtmf_batch b;
    dtmf_tile *tiles = x->tiles;
    dtmf_octets octets = octets_of(bank, x, x->block);
    begin(&b, bank, x);
    for (uint32_t t = 0; t < bank->n_tiles; t++, octets.rows += INTAKE_OCTETS)
        swd_dtmf_screen_tile(&b, t, wanted(bank, x, t, &octets), &octets);
    swd_dtmf_screen_rest(&b);
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        tiles[t].before_that = tiles[t].before;
        tiles[t].before = tiles[t].screened;
        tiles[t].screened = tiles[t].found;
    }
    if (x->block % 2 == 0)
        look_back(&b, bank, x);
}

static uint32_t track_channel(const swd_dtmf *bank, const ended *x, uint32_t channel, swd_dtmf_hit hits[2])
{
    dtmf_tile *tile = &x->tiles[channel / DTMF_TILE];
    uint32_t bit = 1u << channel % DTMF_TILE;
    dtmf_track *track = &x->tracks[channel];
    const dtmf_samples from = {
        .kernel = x->kernel,
        .rules = &bank->rules[tile->set[channel % DTMF_TILE]],
        .ring = {x->ring + (size_t)channel * SWD_ROW_CYCLES, x->stride, (int)bank->law},
        .block = x->block,
        .window = (uint32_t)((x->at + 1) / DTMF_HOP),
        .screened = (tile->screened & bit) != 0,
        .again = ((tile->before | tile->before_that) & bit) != 0,
        .lost = ((tile->screened | tile->before) & bit) == 0,
    };
    uint32_t n = swd_dtmf_track(track, &from, hits);
    tile->tracking = (tile->tracking & ~bit) | (track->phase != DTMF_IDLE ? bit : 0);
    for (uint32_t k = 0; k < n; k++) {
        hits[k].at = x->at;
        hits[k].channel = channel;
    }
    return n;
}

static uint32_t finish_block(const swd_dtmf *bank, const ended *x, swd_dtmf_hit *hits, uint32_t capacity)
{
    dtmf_tile *tiles = x->tiles;
    uint32_t n_hits = 0;
    look(bank, x);
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        uint32_t left = (tiles[t].screened & (tiles[t].before | tiles[t].before_that)) | tiles[t].tracking;
        for (; left; left &= left - 1) {
            swd_dtmf_hit found[2] = {{0}, {0}};
            uint32_t n = track_channel(bank, x, t * DTMF_TILE + (uint32_t)__builtin_ctz(left), found);
            for (uint32_t k = 0; k < n && n_hits < capacity; k++)
                hits[n_hits++] = found[k];
        }
    }
    return n_hits;
}

uint32_t swd_dtmf_push(swd_dtmf *bank, uint64_t from, uint32_t n, const uint64_t *cells, swd_dtmf_hit *hits, uint32_t capacity)
{
    uint32_t first = (uint32_t)(from % SWD_ROW_CYCLES), row = (uint32_t)(from / SWD_ROW_CYCLES % DTMF_RING_ROWS);
    assert(n >= 1 && first + n <= SWD_ROW_CYCLES);
    swd_intake_take(intake_of(bank), ring_of(bank) + row * stride_of(bank->n_tiles), cells, first, n);
    if ((from + n) % DTMF_BLOCK)
        return 0;
    const ended x = {selected_kernel(), tiles_of(bank), tracks_of(bank), ring_of(bank), stride_of(bank->n_tiles), from + n - 1,
                     (uint32_t)((from + n - 1) / DTMF_BLOCK % DTMF_BLOCKS)};
    return finish_block(bank, &x, hits, capacity);
}
