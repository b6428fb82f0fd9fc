/* What begins and ends in a tone bank: which tone, how loud, and when. */
#include "tables.h"
#include "tones.h"

#define FULL_SCALE 8115           /* a tone of 0 dBm0 has the power 11412^2: 81.15 dB */
#define INSIDE_SHIFT 4            /* a window with a quarter of a tone's amplitude belongs to its beginning */

/* 0.01 dBm0. */
static int32_t level_of(int32_t power)
{
    uint64_t x = (uint32_t)power | (power == 0);
    uint32_t shift = (uint32_t)__builtin_clzll(x), index;
    x <<= shift;
    index = (uint32_t)(x >> 53) & 1023;
    int64_t ln = (int64_t)(64 - shift) * SWD_LN2_Q24 - (int64_t)(swd_table_ln[index] + swd_table_ln[index + 1]) / 2;
    return (int32_t)(ln * 444717 >> 34) - FULL_SCALE; /* 1000 / ln 10 in 1/1024 */
}

/* Amplitude of a power to that of another, 1/256, at most 256. */
static uint32_t relative_q8(int32_t power, int32_t whole)
{
    if (power >= whole)
        return 256;
    /* Newton from the power of two next to the root: 6 % off, then 0.2 %. */
    uint32_t x = (uint32_t)(((uint64_t)(uint32_t)power << 16) / (uint32_t)whole) | 1;
    uint32_t guess = 1u << ((33 - (uint32_t)__builtin_clz(x)) / 2);
    guess = (guess + x / guess) / 2;
    guess = (guess + x / guess) / 2;
    return guess < 256 ? guess : 256;
}

/* The power of the window at one place of the set, or at the two that are joined. */
static int32_t power_at(const tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t place, uint32_t position)
{
    int32_t power = 0;
    for (uint32_t f = place; f <= place + (uint32_t)-set->joined[place]; f++) {
        int32_t re = 0, im = 0;
        for (uint32_t slot = 0; slot < hop->slots; slot++) {
            int32_t bin = tile->bins[f * hop->slots + slot][position];
            re += (int16_t)bin;
            im += bin >> 16;
        }
        power += re * re + im * im;
    }
    return power;
}

static int64_t energy_of(const tones_tile *tile, const tones_hop *hop, uint32_t position)
{
    int64_t energy = 0;
    for (uint32_t slot = 0; slot < hop->slots; slot++)
        energy += tile->energies[slot][position];
    return energy << TONES_ENERGY_SHIFT;
}

static int32_t history_at(const tones_tile *tile, const tones_hop *hop, uint32_t back, uint32_t position)
{
    return tile->history[(hop->history - back) % TONES_HISTORY][position];
}

/* The windows of a tone's beginning hold it in part: a part of the window as large as of its amplitude. The latest holds all. */
static uint64_t beginning(const tones_tile *tile, const tones_hop *hop, uint32_t position)
{
    int32_t whole = history_at(tile, hop, 0, position), power = whole, before;
    uint32_t back = 0;
    while (back + 1 < TONES_HISTORY && (before = history_at(tile, hop, back + 1, position)) >= whole >> INSIDE_SHIFT) {
        power = before;
        back++;
    }
    uint64_t before_end = (uint64_t)back * hop->cycles + ((uint64_t)relative_q8(power, whole) * hop->window_cycles + 128) / 256;
    return hop->end > before_end ? hop->end - before_end : 0;
}

static uint64_t ending(const tones_tile *tile, const tones_hop *hop, uint32_t position)
{
    int32_t held = tile->held[position], whole = held < TONES_MOST >> TONES_HELD_SHIFT ? held << TONES_HELD_SHIFT : TONES_MOST;
    uint32_t back = 0;
    while (back + 1 < TONES_HISTORY && history_at(tile, hop, back, position) < held)
        back++;
    uint32_t part = 256 - relative_q8(history_at(tile, hop, back, position), whole);
    return hop->end - (uint64_t)back * hop->cycles - ((uint64_t)part * hop->window_cycles + 128) / 256;
}

/* What the levels lack while the tone fills only a part of the window. */
static int32_t missing(const tones_hop *hop, uint64_t began)
{
    uint64_t filled = hop->end - began;
    return filled < hop->window_cycles ? 2 * (level_of((int32_t)hop->window_cycles) - level_of((int32_t)filled)) : 0;
}

int swd_tones_begin(tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t position, swd_tones_hit *hit)
{
    uint32_t key = (uint32_t)tile->key[position] & 63, upper = key >> 3, lower = key & 7, tone = set->tone_of_key[key];
    if (tone == TONES_NO_TONE)
        return 0;
    int32_t a = power_at(tile, set, hop, lower, position), b = lower == upper ? a : power_at(tile, set, hop, upper, position);
    tile->present[position] = (int32_t)(1u << lower | 1u << upper);
    tile->held[position] = (a < b ? a : b) >> TONES_HELD_SHIFT;
    tile->gap[position] = 0;
    uint64_t began = tile->began[tones_channel(position)] = beginning(tile, hop, position);
    hit->on = 1;
    hit->tone = tone;
    if (lower == upper && set->joined[lower]) /* what lies in its two places depends on where it lies, its energy does not */
        a = b = (int32_t)(energy_of(tile, hop, position) * 32 / hop->window_cycles);
    hit->lower_level = level_of(a) + missing(hop, began);
    hit->upper_level = lower == upper ? hit->lower_level : level_of(b) + missing(hop, began);
    return 1;
}

static uint32_t tone_present(const tones_tile *tile, const tones_set *set, uint32_t position)
{
    uint32_t present = (uint32_t)tile->present[position], upper = 31 - (uint32_t)__builtin_clz(present);
    return set->tone_of_key[upper << 3 | (uint32_t)__builtin_ctz(present)];
}

void swd_tones_end(tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t position, swd_tones_hit *hit)
{
    uint64_t end = ending(tile, hop, position), began = tile->began[tones_channel(position)];
    hit->on = 0;
    hit->tone = tone_present(tile, set, position);
    hit->length_cycles = (uint32_t)(end > began ? end - began : 0);
    tile->present[position] = tile->gap[position] = tile->held[position] = 0;
    tile->began[tones_channel(position)] = 0;
}
