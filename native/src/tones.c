/* Banks of tone receivers: what the engine sees. Octets of a hop are kept raw; at its end the kernel of the selected instruction set works
 * on whole tiles. A tile in which nothing is, and was, to be heard is passed over: the kernel would leave it as it is. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "intake.h"
#include "tones.h"

#define IDLE_OCTET 0xD5
#define FAR_TILES 256u            /* a megabyte */
#define RAW_APART 320u            /* octets between rows, lest all rows of a tile fall into one set of a cache */

struct swd_tones {
    uint32_t shape, law;
    uint32_t n_channels, n_tiles;
    uint8_t of_mulaw[256];        /* G.711: the A-law octet of each mu-law octet */
    tones_set sets[TONES_SETS];
    tones_tile tiles[];           /* after them: the intake, rows of raw octets of all tiles */
};

static const tones_shape shapes[] = {
    {MFC_ROWS * SWD_ROW_CYCLES, MFC_WINDOW, MFC_FREQS, MFC_WEIGHTS, {1, 2, 2, 1}, 1, MFC_LOUD_BITS},
    {PROGRESS_ROWS * SWD_ROW_CYCLES, PROGRESS_WINDOW, PROGRESS_FREQS, PROGRESS_WINDOW, {1, 1, 1, 0}, 0, PROGRESS_LOUD_BITS},
};

static const tones_shape *shape_of(const swd_tones *bank) { return &shapes[bank->shape]; }
static uint32_t rows_of(const swd_tones *bank) { return shape_of(bank)->cycles / SWD_ROW_CYCLES; }

static intake *intake_of(const swd_tones *bank) { return (intake *)(uintptr_t)(bank->tiles + bank->n_tiles); }
static size_t raw_stride(uint32_t n_tiles) { return n_tiles * TONES_RAW + RAW_APART; }
static uint8_t *raw_of(swd_tones *bank, uint32_t t) { return (uint8_t *)intake_of(bank) + swd_intake_size(bank->n_tiles) + t * TONES_RAW; }

size_t swd_tones_size(uint32_t n_channels)
{
    uint32_t n_tiles = (n_channels + TONES_TILE - 1) / TONES_TILE;
    return (sizeof(swd_tones) + n_tiles * sizeof(tones_tile) + swd_intake_size(n_tiles) + TONES_ROWS * raw_stride(n_tiles) + 63) & ~(size_t)63;
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
    swd_intake_init(intake_of(bank), bank->n_tiles);
    memset(raw_of(bank, 0), IDLE_OCTET, TONES_ROWS * raw_stride(bank->n_tiles));
}

int swd_tones_define(swd_tones *bank, uint32_t set, const swd_tone_set *tones)
{
    if (set >= TONES_SETS || bank->sets[set].n_listening)
        return SWD_E_RANGE;
    tones_set made;
    if (swd_tones_make_set(&made, tones, shape_of(bank)) != SWD_OK)
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

static void clear(swd_tones *bank, uint32_t t, uint32_t channel)
{
    tones_tile *tile = &bank->tiles[t];
    uint32_t position = tones_position(channel);
    for (uint32_t row = 0; row < rows_of(bank); row++)
        memset(raw_of(bank, t) + row * raw_stride(bank->n_tiles) + channel * SWD_ROW_CYCLES, IDLE_OCTET, SWD_ROW_CYCLES);
    for (int32_t(*lane)[TONES_TILE] = tile->bins; (uint8_t *)lane < (uint8_t *)(tile + 1); lane++)
        (*lane)[position] = 0;
    tile->began[channel] = 0;
}

int swd_tones_assign(swd_tones *bank, uint32_t channel, uint32_t cell, uint32_t set)
{
    if (channel >= bank->n_channels || (cell != SWD_NONE && (set >= TONES_SETS || !bank->sets[set].n_places)))
        return SWD_E_RANGE;
    uint32_t t = channel / TONES_TILE, of_tile = channel % TONES_TILE, position = tones_position(of_tile);
    tones_tile *tile = &bank->tiles[t];
    release(bank, tile, position);
    clear(bank, t, of_tile);
    swd_intake_assign(intake_of(bank), channel, cell);
    if (cell != SWD_NONE) {
        tile->sets |= 1u << set;
        tile->of_set[set] |= 1u << position;
        bank->sets[set].n_listening++;
    }
    return SWD_OK;
}

uint32_t swd_tones_cell(const swd_tones *bank, uint32_t channel)
{
    return channel < bank->n_channels ? swd_intake_cell(intake_of(bank), channel) : SWD_NONE;
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

/* Octets first..first+n-1 of a row of mu-law. */
static void take_mulaw(swd_tones *bank, uint8_t *row, const uint64_t *cells, uint32_t first, uint32_t n)
{
    for (uint32_t t = 0; t < bank->n_tiles; t++, row += TONES_RAW)
        for (uint32_t left = intake_of(bank)->tiles[t].listening; left; left &= left - 1) {
            uint32_t channel = (uint32_t)__builtin_ctz(left);
            uint64_t octets = to_alaw(bank, cells[intake_of(bank)->tiles[t].cells[channel]]);
            memcpy(row + channel * SWD_ROW_CYCLES + first, (const uint8_t *)&octets + first, n);
        }
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

/* Of raw octets: each is less than the least that could be heard. */
static int quiet(const uint8_t *raw, size_t stride, const tones_shape *shape)
{
    const uint64_t bits = shape->loud_bits | (uint64_t)shape->loud_bits << 32;
    for (uint32_t row = 0; row < shape->cycles / SWD_ROW_CYCLES; row++, raw += stride) {
        uint64_t octets[TONES_TILE], loud = 0;
        memcpy(octets, raw, sizeof octets);
        for (uint32_t channel = 0; channel < TONES_TILE; channel++)
            loud |= octets[channel] ^ 0x5555555555555555u;
        if (loud & bits)
            return 0;
    }
    return 1;
}

static int asleep(const tones_tile *tile)
{
    int32_t any = 0;
    for (const int32_t *x = &tile->bins[0][0]; (const uint8_t *)x < (const uint8_t *)(tile + 1); x++)
        any |= *x;
    return any == 0;
}

/* Bit a position to bit a channel. */
static uint32_t by_channel(uint32_t positions)
{
    uint64_t x = (positions & 0x33333333u) | (uint64_t)(positions >> 2 & 0x33333333u) << 32;
    x = (x | x >> 2) & 0x0F0F0F0F0F0F0F0Fu;
    x = (x | x >> 4) & 0x00FF00FF00FF00FFu;
    x = (x | x >> 8) & 0x0000FFFF0000FFFFu;
    return (uint32_t)x | (uint32_t)(x >> 32) << 16;
}

/* What began and ended in a tile; whether it may sleep from now on. */
static uint32_t tell(swd_tones *bank, uint32_t t, const tones_hop *hop, const tones_turns *turns, swd_tones_hit *hits, uint32_t capacity)
{
    tones_tile *tile = &bank->tiles[t];
    uint32_t n_hits = 0;
    for (uint32_t left = by_channel(turns->began | turns->ended); left && n_hits < capacity; left &= left - 1) {
        uint32_t channel = (uint32_t)__builtin_ctz(left), position = tones_position(channel);
        const tones_set *set = &bank->sets[set_of(tile, position)];
        hits[n_hits] = (swd_tones_hit){.at = hop->end - 1, .channel = t * TONES_TILE + channel};
        if (turns->ended >> position & 1)
            swd_tones_end(tile, set, hop, position, &hits[n_hits++]);
        else
            n_hits += (uint32_t)swd_tones_begin(tile, set, hop, turns, position, &hits[n_hits]);
    }
    tile->awake = turns->loud || (tile->awake && !asleep(tile));
    return n_hits;
}

/* Whether there was anything to take. */
static int take_tile(swd_tones *bank, uint32_t t, const tones_hop *hop, tones_kernel *kernel, tones_turns *turns)
{
    tones_tile *tile = &bank->tiles[t];
    const uint8_t *raw = raw_of(bank, t);
    if (!tile->sets || (!tile->awake && quiet(raw, hop->raw_stride, hop->shape)))
        return 0;
    turns->began = turns->ended = turns->loud = 0;
    kernel(tile, raw, bank->sets, hop, turns);
    return 1;
}

/* What a tile's turns are is told after the next tile is taken: processors do not wait for the kernel then before they know how many. */
static uint32_t finish_hop(swd_tones *bank, uint64_t end, swd_tones_hit *hits, uint32_t capacity)
{
    tones_mixture mixture;
    tones_turns turns[2];
    tones_hop hop = {.mixture = &mixture, .raw_stride = raw_stride(bank->n_tiles), .far = bank->n_tiles > FAR_TILES};
    tones_kernel *kernel = selected_kernel(bank);
    uint32_t n_hits = 0, n_taken = 0, last = 0;
    mixture.made = 0;
    swd_tones_make_hop(&hop, bank->sets, shape_of(bank), end);
    for (uint32_t t = 0; t < bank->n_tiles; t++) {
        if (!take_tile(bank, t, &hop, kernel, &turns[n_taken & 1]))
            continue;
        if (n_taken++)
            n_hits += tell(bank, last, &hop, &turns[n_taken & 1], hits + n_hits, capacity - n_hits);
        last = t;
    }
    if (n_taken)
        n_hits += tell(bank, last, &hop, &turns[(n_taken - 1) & 1], hits + n_hits, capacity - n_hits);
    return n_hits;
}

uint32_t swd_tones_push(swd_tones *bank, uint64_t from, uint32_t n, const uint64_t *cells, swd_tones_hit *hits, uint32_t capacity)
{
    uint32_t first = (uint32_t)(from % SWD_ROW_CYCLES), row = (uint32_t)(from / SWD_ROW_CYCLES % rows_of(bank));
    assert(n >= 1 && first + n <= SWD_ROW_CYCLES);
    uint8_t *raw = raw_of(bank, 0) + row * raw_stride(bank->n_tiles);
    if (bank->law == SWD_LAW_A)
        swd_intake_take(intake_of(bank), raw, cells, first, n);
    else
        take_mulaw(bank, raw, cells, first, n);
    if ((from + n) % shape_of(bank)->cycles)
        return 0;
    return finish_hop(bank, from + n, hits, capacity);
}
