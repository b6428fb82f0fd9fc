/* Banks of tone receivers: what the engine sees. Octets of a hop are kept raw; at its end the kernel of the selected instruction set works
 * on whole tiles. A tile in which nothing is, and was, to be heard is passed over: the kernel would leave it as it is. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "tones.h"

#define IDLE_ROW 0xD5D5D5D5D5D5D5D5u

struct swd_tones {
    uint32_t shape, law;
    uint32_t n_channels, n_tiles;
    uint8_t of_mulaw[256];        /* G.711: the A-law octet of each mu-law octet */
    tones_set sets[TONES_SETS];
    tones_tile tiles[];
};

static uint32_t rows_of(const swd_tones *bank) { return bank->shape == SWD_TONES_MFC ? MFC_ROWS : PROGRESS_ROWS; }
static uint32_t hops_of(const swd_tones *bank) { return bank->shape == SWD_TONES_MFC ? MFC_WINDOW : PROGRESS_WINDOW; }
static uint32_t hop_cycles(const swd_tones *bank) { return rows_of(bank) * SWD_ROW_CYCLES; }

size_t swd_tones_size(uint32_t n_channels)
{
    uint32_t n_tiles = (n_channels + TONES_TILE - 1) / TONES_TILE;
    return (sizeof(swd_tones) + n_tiles * sizeof(tones_tile) + 63) & ~(size_t)63;
}

void swd_tones_init(swd_tones *bank, uint32_t shape, uint32_t n_channels, uint32_t law)
{
    assert(shape <= SWD_TONES_PROGRESS && law <= SWD_LAW_MU);
    memset(bank, 0, swd_tones_size(n_channels));
    bank->shape = shape;
    bank->law = law;
    bank->n_channels = n_channels;
    bank->n_tiles = (n_channels + TONES_TILE - 1) / TONES_TILE;
    for (uint32_t code = 0; code < 256; code++)
        bank->of_mulaw[code] = swd_alaw_encode(swd_ulaw_decode((uint8_t)code));
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        memset(bank->tiles[t].raw, (int)(IDLE_ROW & 0xFF), sizeof bank->tiles[t].raw);
        memset(bank->tiles[t].cells, 0xFF, sizeof bank->tiles[t].cells);
    }
}

int swd_tones_define(swd_tones *bank, uint32_t set, const swd_tone_set *tones)
{
    if (set >= TONES_SETS || bank->sets[set].n_listening)
        return SWD_E_RANGE;
    tones_set made;
    uint32_t freqs = bank->shape == SWD_TONES_MFC ? MFC_FREQS : PROGRESS_FREQS;
    if (swd_tones_make_set(&made, tones, freqs, hop_cycles(bank), hops_of(bank)) != SWD_OK)
        return SWD_E_RANGE;
    bank->sets[set] = made;
    return SWD_OK;
}

static uint32_t set_of(const tones_tile *tile, uint32_t position)
{
    uint32_t set = 0;
    while (set < TONES_SETS && !(tile->of_set[set] >> position & 1))
        set++;
    return set;
}

static void release(swd_tones *bank, tones_tile *tile, uint32_t position)
{
    uint32_t set = set_of(tile, position);
    if (set == TONES_SETS)
        return;
    bank->sets[set].n_listening--;
    tile->of_set[set] &= ~(1u << position);
    if (!tile->of_set[set])
        tile->sets &= ~(1u << set);
}

static int all_in_row(const tones_tile *tile)
{
    for (uint32_t channel = 1; channel < TONES_TILE; channel++)
        if (tile->cells[channel] != tile->cells[0] + channel)
            return 0;
    return tile->listening == 0xFFFFFFFFu;
}

static void clear(tones_tile *tile, uint32_t channel)
{
    uint32_t position = tones_position(channel);
    for (uint32_t row = 0; row < TONES_ROWS; row++)
        memset(tile->raw[row][channel], (int)(IDLE_ROW & 0xFF), SWD_ROW_CYCLES);
    for (int32_t(*lane)[TONES_TILE] = tile->bins; (uint8_t *)lane < (uint8_t *)(tile + 1); lane++)
        (*lane)[position] = 0;
    tile->began[channel] = 0;
}

int swd_tones_assign(swd_tones *bank, uint32_t channel, uint32_t cell, uint32_t set)
{
    if (channel >= bank->n_channels || (cell != SWD_NONE && (set >= TONES_SETS || !bank->sets[set].n_places)))
        return SWD_E_RANGE;
    tones_tile *tile = &bank->tiles[channel / TONES_TILE];
    uint32_t of_tile = channel % TONES_TILE, position = tones_position(of_tile);
    release(bank, tile, position);
    clear(tile, of_tile);
    tile->cells[of_tile] = cell;
    tile->listening &= ~(1u << of_tile);
    if (cell != SWD_NONE) {
        tile->listening |= 1u << of_tile;
        tile->sets |= 1u << set;
        tile->of_set[set] |= 1u << position;
        bank->sets[set].n_listening++;
    }
    tile->in_row = (uint32_t)all_in_row(tile);
    return SWD_OK;
}

uint32_t swd_tones_cell(const swd_tones *bank, uint32_t channel)
{
    return channel < bank->n_channels ? bank->tiles[channel / TONES_TILE].cells[channel % TONES_TILE] : SWD_NONE;
}

static uint64_t to_alaw(const swd_tones *bank, uint64_t octets)
{
    uint8_t codes[SWD_ROW_CYCLES];
    memcpy(codes, &octets, sizeof codes);
    for (uint32_t k = 0; k < SWD_ROW_CYCLES; k++)
        codes[k] = bank->of_mulaw[codes[k]];
    memcpy(&octets, codes, sizeof octets);
    return octets;
}

/* Octets first..first+n-1 of a row. */
static void take(const swd_tones *bank, tones_tile *tile, uint32_t row, uint32_t first, uint32_t n, const uint64_t *cells)
{
    if (n == SWD_ROW_CYCLES && tile->in_row && bank->law == SWD_LAW_A) {
        memcpy(tile->raw[row], cells + tile->cells[0], sizeof tile->raw[row]);
        return;
    }
    for (uint32_t left = tile->listening; left; left &= left - 1) {
        uint32_t channel = (uint32_t)__builtin_ctz(left);
        uint64_t octets = cells[tile->cells[channel]];
        if (bank->law == SWD_LAW_MU)
            octets = to_alaw(bank, octets);
        memcpy(tile->raw[row][channel] + first, (const uint8_t *)&octets + first, n);
    }
}

static int quiet(const tones_tile *tile, uint32_t rows)
{
    uint64_t octets[TONES_TILE], loud = 0;
    for (uint32_t row = 0; row < rows && !loud; row++) {
        memcpy(octets, tile->raw[row], sizeof octets);
        for (uint32_t channel = 0; channel < TONES_TILE; channel++)
            loud |= (octets[channel] ^ 0x5555555555555555u) & TONES_QUIET_BITS;
    }
    return loud == 0;
}

static int asleep(const tones_tile *tile)
{
    int32_t any = 0;
    for (const int32_t *x = &tile->bins[0][0]; (const uint8_t *)x < (const uint8_t *)(tile + 1); x++)
        any |= *x;
    return any == 0;
}

static tones_kernel *selected_kernel(const swd_tones *bank)
{
    static tones_kernel *const kernels[2][4] = {
#if defined(__x86_64__)
        {swd_tones_mfc_plain, swd_tones_mfc_sse2, swd_tones_mfc_avx2, swd_tones_mfc_avx512},
        {swd_tones_progress_plain, swd_tones_progress_sse2, swd_tones_progress_avx2, swd_tones_progress_avx512},
#else
        {swd_tones_mfc_plain}, {swd_tones_progress_plain},
#endif
    };
    return kernels[bank->shape][swd_isa_selected()];
}

/* In order of channels. */
static uint32_t tell(tones_tile *tile, const tones_set *set, const tones_hop *hop, const tones_turns *turns,
                     swd_tones_hit *hits, uint32_t capacity)
{
    uint32_t n_hits = 0;
    for (uint32_t channel = 0; channel < TONES_TILE && (turns->began | turns->ended); channel++) {
        uint32_t position = tones_position(channel), found = 0;
        swd_tones_hit hit = {.at = hop->end - 1, .channel = channel};
        if (turns->ended >> position & 1) {
            swd_tones_end(tile, set, hop, position, &hit);
            found = 1;
        } else if (turns->began >> position & 1) {
            found = (uint32_t)swd_tones_begin(tile, set, hop, position, &hit);
        }
        if (found && n_hits < capacity)
            hits[n_hits++] = hit;
    }
    return n_hits;
}

static void sort_hits(swd_tones_hit *hits, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        swd_tones_hit hit = hits[i];
        uint32_t at = i;
        for (; at > 0 && hits[at - 1].channel > hit.channel; at--)
            hits[at] = hits[at - 1];
        hits[at] = hit;
    }
}

static uint32_t finish_tile(swd_tones *bank, tones_tile *tile, const tones_hop *hops, swd_tones_hit *hits, uint32_t capacity)
{
    tones_kernel *kernel = selected_kernel(bank);
    uint32_t n_hits = 0;
    int still = quiet(tile, rows_of(bank));
    if (still && !tile->awake)
        return 0;
    for (uint32_t left = tile->sets; left; left &= left - 1) {
        uint32_t set = (uint32_t)__builtin_ctz(left);
        tones_turns turns = {0, 0};
        kernel(tile, &bank->sets[set], &hops[set], tile->of_set[set], &turns);
        n_hits += tell(tile, &bank->sets[set], &hops[set], &turns, hits + n_hits, capacity - n_hits);
    }
    tile->awake = !still || !asleep(tile);
    sort_hits(hits, n_hits);
    return n_hits;
}

static uint32_t finish_hop(swd_tones *bank, uint64_t end, swd_tones_hit *hits, uint32_t capacity)
{
    tones_hop hops[TONES_SETS];
    uint32_t n_hits = 0;
    for (uint32_t set = 0; set < TONES_SETS; set++)
        if (bank->sets[set].n_listening)
            swd_tones_make_hop(&hops[set], &bank->sets[set], end, hop_cycles(bank), hops_of(bank));
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        if (!bank->tiles[t].listening)
            continue;
        uint32_t found = finish_tile(bank, &bank->tiles[t], hops, hits + n_hits, capacity - n_hits);
        for (uint32_t i = 0; i < found; i++)
            hits[n_hits + i].channel += t * TONES_TILE;
        n_hits += found;
    }
    return n_hits;
}

uint32_t swd_tones_push(swd_tones *bank, uint64_t from, uint32_t n, const uint64_t *cells, swd_tones_hit *hits, uint32_t capacity)
{
    uint32_t first = (uint32_t)(from % SWD_ROW_CYCLES), row = (uint32_t)(from / SWD_ROW_CYCLES % rows_of(bank));
    assert(n >= 1 && first + n <= SWD_ROW_CYCLES);
    for (uint32_t t = 0; t < bank->n_tiles; t++)
        if (bank->tiles[t].listening)
            take(bank, &bank->tiles[t], row, first, n, cells);
    if ((from + n) % hop_cycles(bank))
        return 0;
    return finish_hop(bank, from + n, hits, capacity);
}
