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
    if (power >= whole || whole <= 0)
        return 256;
    /* In 16 bits each; then Newton from the power of two next to the root: 6 % off, then 0.2 %. By a power of two a shift divides. */
    uint32_t leading = (uint32_t)__builtin_clz((uint32_t)whole), shift = leading < 16 ? 16 - leading : 0;
    uint32_t x = ((uint32_t)power >> shift << 16) / ((uint32_t)whole >> shift) | 1;
    uint32_t half = (33 - (uint32_t)__builtin_clz(x)) / 2;
    uint32_t guess = ((1u << half) + (x >> half)) / 2;
    guess = (guess + x / guess) / 2;
    return guess < 256 ? guess : 256;
}

/* The power of one frequency that has all the energy of the window; not of a bank whose energies are those of a band. */
static int32_t power_of_energy(int64_t energy, const tones_shape *shape)
{
    return (int32_t)((energy << TONES_ENERGY_SHIFT) * 32 / (shape->cycles * shape->hops));
}

static uint32_t key_of(const tones_tile *tile, uint32_t position) { return (uint32_t)tile->state[position] & 0xFF; }
static uint32_t present_of(const tones_tile *tile, uint32_t position) { return (uint32_t)tile->state[position] >> STATE_PRESENT & 0xFF; }

/* What part of its amplitude, 1/256, a tone has in a window that it fills for so many cycles from its end on; set->filled is the opposite. */
static uint32_t part_of(const tones_shape *shape, uint32_t cycles)
{
    uint32_t part = 0;
    for (uint32_t k = 0; k < shape->hops && cycles > k * shape->cycles; k++) {
        uint32_t in_hop = cycles - k * shape->cycles;
        part += 256 * shape->weight[k] * (in_hop < shape->cycles ? in_hop : shape->cycles) / shape->cycles;
    }
    return part / shape->weights;
}

static int32_t history_at(const tones_tile *tile, const tones_hop *hop, uint32_t back, uint32_t position)
{
    return tile->history[(hop->history - back) % TONES_HISTORY][position];
}

/* A wide frequency shows more of itself in a part of a window than that part: the response of a short one is wider. */
static uint32_t true_part(const tones_set *set, uint32_t key, uint32_t part_q8)
{
    return set->joined[__builtin_ctz(key)] ? part_q8 - (part_q8 * (256 - part_q8) >> 9) : part_q8;
}

/* The windows of a tone's beginning hold it in part: a part of the window as large as of its amplitude. The latest holds all. */
static uint64_t beginning(const tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t position)
{
    /* All the windows that showed it belong to it. */
    uint32_t back = (uint32_t)set->limits.on_hops - 1 < TONES_HISTORY ? (uint32_t)set->limits.on_hops - 1 : TONES_HISTORY - 1;
    int32_t whole = history_at(tile, hop, 0, position);
    while (back + 1 < TONES_HISTORY && history_at(tile, hop, back + 1, position) >= whole >> INSIDE_SHIFT)
        back++;
    uint32_t part = true_part(set, key_of(tile, position), relative_q8(history_at(tile, hop, back, position), whole));
    uint64_t before_end = (uint64_t)back * hop->shape->cycles + set->filled[part];
    return hop->end > before_end ? hop->end - before_end : 0;
}

/* The windows of its end lack a part of it. */
static uint64_t ending(const tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t position)
{
    int32_t held = tile->held[position], whole = held < TONES_MOST / 64 ? held * 64 / 3 : TONES_MOST;
    uint32_t back = 0;
    while (back + 1 < TONES_HISTORY && history_at(tile, hop, back, position) < held)
        back++;
    uint32_t part = true_part(set, present_of(tile, position), relative_q8(history_at(tile, hop, back, position), whole));
    return hop->end - (uint64_t)back * hop->shape->cycles - set->filled[256 - part];
}

/* What the levels lack while the tone fills only a part of the window. */
static int32_t missing(const tones_hop *hop, uint64_t began)
{
    const tones_shape *shape = hop->shape;
    if (hop->end - began >= shape->cycles * shape->hops)
        return 0;
    return 2 * (level_of(256) - level_of((int32_t)part_of(shape, (uint32_t)(hop->end - began))));
}

int swd_tones_begin(tones_tile *tile, const tones_set *set, const tones_hop *hop, const tones_turns *turns, uint32_t position,
                    swd_tones_hit *hit)
{
    uint32_t key = key_of(tile, position), tone = set->tone_of_key[key];
    if (tone == TONES_NO_TONE)
        return 0;
    uint32_t lower = (uint32_t)__builtin_ctz(key), upper = 31 - (uint32_t)__builtin_clz(key);
    int32_t a = turns->power[lower][position], b = turns->power[upper][position];
    tile->state[position] |= (int32_t)(key << STATE_PRESENT);
    tile->held[position] = TONES_HELD(a < b ? a : b);
    uint64_t began = tile->began[tones_channel(position)] = beginning(tile, set, hop, position);
    hit->on = 1;
    hit->tone = tone;
    if (lower == upper && set->joined[lower]) /* what lies in its two places depends on where it lies, its energy does not */
        a = b = power_of_energy(turns->energy[position], hop->shape);
    hit->lower_level = level_of(a) + missing(hop, began);
    hit->upper_level = lower == upper ? hit->lower_level : level_of(b) + missing(hop, began);
    return 1;
}

void swd_tones_end(tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t position, swd_tones_hit *hit)
{
    uint64_t end = ending(tile, set, hop, position), began = tile->began[tones_channel(position)];
    hit->on = 0;
    hit->tone = set->tone_of_key[present_of(tile, position)];
    hit->length_cycles = (uint32_t)(end > began ? end - began : 0);
    tile->state[position] &= ~(0xFF << STATE_PRESENT | 0xFF << STATE_GAP);
    tile->held[position] = 0;
    tile->began[tones_channel(position)] = 0;
}
