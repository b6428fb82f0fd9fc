/* One hop of a tile of a tone bank; included once for each instruction set, which defines before:
 *   KERNEL(shape)  the functions' names    LANES  channels a vector       MADD(a, b)  pairs of int16 multiplied and added
 *   SHUFFLE_EVEN, SHUFFLE_ODD (a, b)  int32 0 and 2, or 1 and 3, of a and then of b, in each 128-bit lane
 *   MAX(a, b), MIN(a, b)  of int32        BITS(mask)  bit a lane that is negative
 *   optionally ADD_MADD(sum, a, b), ADD_TABLE(sum, a, pair): the same with two int16 for all lanes, and where 16 octets can be looked up at once: SHUFFLE_OCTETS(table, at), in each 128-bit lane, and
 *   MADD_OCTETS(a, b): pairs of unsigned and signed octets multiplied and added
 * Everything else is vector arithmetic of the compiler. Integers, exact: the same bits everywhere. */
#include <string.h>

#include "tones.h"

typedef int16_t v16 __attribute__((vector_size(LANES * 4)));
typedef int32_t v32 __attribute__((vector_size(LANES * 4)));
typedef uint16_t vu16 __attribute__((vector_size(LANES * 4)));
typedef uint32_t vu32 __attribute__((vector_size(LANES * 4)));

#define EACH static inline __attribute__((always_inline))
#define IN_FOURS _Pragma("GCC unroll 4")
#define WHOLE _Pragma("GCC unroll 8")

#ifndef ADD_MADD
#define ADD_MADD(sum, a, b) ((sum) + MADD(a, b))
#endif
#ifndef ADD_TABLE
#define ADD_TABLE(sum, a, pair) ADD_MADD(sum, (v16)(a), (v16)all(pair_at(pair)))
#endif

EACH v32 load(const void *from)
{
    v32 v;
    memcpy(&v, from, sizeof v);
    return v;
}

EACH void store(void *to, v32 v) { memcpy(to, &v, sizeof v); }
EACH v32 all(int32_t x) { return (v32){0} + x; }
EACH int32_t pair_at(const int16_t *two)
{
    int32_t pair;
    memcpy(&pair, two, sizeof pair);
    return pair;
}

EACH v32 negative(v32 x) { return x >> 31; }
EACH v32 choose(v32 mask, v32 yes, v32 no) { return (yes & mask) | (no & ~mask); }

#ifdef SHUFFLE_OCTETS
#define FOUR_TIMES(...) {__VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__}

/* A-law by its halves, the inversion of even bits included: 2m + 1; 32 above segment 0; the power of two, with the sign. */
static const uint8_t mantissas[64] = FOUR_TIMES(11, 9, 15, 13, 3, 1, 7, 5, 27, 25, 31, 29, 19, 17, 23, 21);
static const uint8_t above_0[64] = FOUR_TIMES(32, 32, 32, 32, 32, 0, 32, 32, 32, 32, 32, 32, 32, 0, 32, 32);
static const int8_t powers[64] = FOUR_TIMES(-16, -8, -64, -32, -1, -1, -4, -2, 16, 8, 64, 32, 1, 1, 4, 2);
static const uint8_t backwards[64] = {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
                                      7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};

/* A-law to 13-bit linear, +-1..4032: the octets at even places, and those at odd ones. */
EACH void expand(v32 codes, v32 *even, v32 *odd)
{
    v32 high = codes >> 4 & 0x0F0F0F0F;
    v32 magnitude = SHUFFLE_OCTETS(load(mantissas), codes & 0x0F0F0F0F) | SHUFFLE_OCTETS(load(above_0), high);
    v32 power = SHUFFLE_OCTETS(load(powers), high);
    *even = MADD_OCTETS(magnitude & 0x00FF00FF, power);
    *odd = MADD_OCTETS((v32)((vu32)magnitude & 0xFF00FF00u), power);
}

EACH void sort_pairs(v32 pairs[4], v32 low, v32 high)
{
    v32 low_even, low_odd, high_even, high_odd;
    expand(low, &low_even, &low_odd);
    expand(high, &high_even, &high_odd);
    pairs[0] = SHUFFLE_EVEN(low_even, high_even);
    pairs[1] = SHUFFLE_ODD(low_even, high_even);
    pairs[2] = SHUFFLE_EVEN(low_odd, high_odd);
    pairs[3] = SHUFFLE_ODD(low_odd, high_odd);
}

/* Samples (0, 2), (4, 6), (1, 3), (5, 7) of a row of the channels at LANES positions; mirrored: (7, 5), (3, 1), (6, 4), (2, 0). */
EACH void decode_row(v32 pairs[4], const uint8_t *low, const uint8_t *high) { sort_pairs(pairs, load(low), load(high)); }

EACH void decode_mirrored(v32 pairs[4], const uint8_t *low, const uint8_t *high)
{
    v32 order = load(backwards);
    sort_pairs(pairs, SHUFFLE_OCTETS(load(low), order), SHUFFLE_OCTETS(load(high), order));
}
#else
/* x << count, count 0..6 in each place, one bit of the count after the other. */
EACH v16 shift_left(v16 x, v16 count)
{
    x += x & -(count & 1);
    x += (x + x + x) & -(count >> 1 & 1);
    return x + (((x << 4) - x) & -(count >> 2));
}

/* A-law in the lower halves of 16 bits to 13-bit linear, +-1..4032: 2m + 1, or (2m + 33) << (segment - 1). */
EACH v32 expand(v16 codes)
{
    v16 b = codes ^ 0x55, segment = b >> 4 & 7, above_0 = -segment >> 15;
    v16 x = shift_left(((b & 15) << 1) + 1 + (above_0 & 32), segment + above_0), minus = (b >> 7) - 1;
    return (v32)((x ^ minus) - minus);
}

/* Samples (0, 2), (4, 6), (1, 3), (5, 7) of a row of the channels at LANES positions; mirrored: (7, 5), (3, 1), (6, 4), (2, 0). */
EACH void decode_row(v32 pairs[4], const uint8_t *low, const uint8_t *high)
{
    v16 a = (v16)load(low), b = (v16)load(high);
    v32 a_even = expand(a & 0xFF), b_even = expand(b & 0xFF);
    v32 a_odd = expand((v16)((vu16)a >> 8)), b_odd = expand((v16)((vu16)b >> 8));
    pairs[0] = SHUFFLE_EVEN(a_even, b_even);
    pairs[1] = SHUFFLE_ODD(a_even, b_even);
    pairs[2] = SHUFFLE_EVEN(a_odd, b_odd);
    pairs[3] = SHUFFLE_ODD(a_odd, b_odd);
}

EACH void decode_mirrored(v32 pairs[4], const uint8_t *low, const uint8_t *high)
{
    v32 p[4];
    decode_row(p, low, high);
    for (uint32_t i = 0; i < 4; i++)
        pairs[i] = (v32)((vu32)p[3 - i] << 16 | (vu32)p[3 - i] >> 16);
}
#endif

/* The energy of the hop, and its samples folded about its middle: pairs of samples n, n + 2 with their mirrors, added and subtracted.
 * |folded| <= 8064. */
EACH v32 fold(v32 *even, v32 *odd, tones_raw raw, uint32_t position, uint32_t rows)
{
    v32 energy = {0}, now[4], mirror[4];
    for (uint32_t row = 0; row < rows / 2; row++) {
        const uint8_t *octets = raw.octets + position / 2 * SWD_ROW_CYCLES;
        const uint8_t *first = octets + row * raw.stride, *last = octets + (rows - 1 - row) * raw.stride;
        decode_row(now, first, first + 16 * SWD_ROW_CYCLES);
        decode_mirrored(mirror, last, last + 16 * SWD_ROW_CYCLES);
        for (uint32_t i = 0; i < 4; i++) {
            even[row * 4 + i] = (v32)((v16)now[i] + (v16)mirror[i]);
            odd[row * 4 + i] = (v32)((v16)now[i] - (v16)mirror[i]);
            energy = ADD_MADD(energy, (v16)now[i], (v16)now[i]);
            energy = ADD_MADD(energy, (v16)mirror[i], (v16)mirror[i]);
        }
    }
    return energy;
}

/* sum[f] = sum over the folded pairs of sample * table, upper half taken, the lower rounded. */
EACH void correlate(v32 *sum, const v32 *folded, const int16_t table[][TONES_FREQS][2], uint32_t pairs, uint32_t freqs)
{
    v32 acc[TONES_FREQS];
    for (uint32_t f = 0; f < freqs; f++)
        acc[f] = all(0x8000);
    IN_FOURS
    for (uint32_t n = 0; n < pairs; n++)
        WHOLE
        for (uint32_t f = 0; f < freqs; f++)
            acc[f] = ADD_TABLE(acc[f], folded[n], table[n][f]);
    for (uint32_t f = 0; f < freqs; f++)
        sum[f] = acc[f];
}

EACH void keep(int32_t *to, v32 mine, v32 x) { store(to, choose(mine, x, load(to))); }
EACH v32 packed(v32 re, v32 im) { return (v32)((vu32)re >> 16) | (im & ~0xFFFF); }

/* What is kept of earlier hops of a window in which `now` is the latest, times their weights: 1, 2, 2, 1 of four, else 1 each. */
#define WEIGH(type, now, kept, hop, window)                                                                       \
    ({                                                                                                            \
        type earlier = (type)load((kept) + (hop)->age[1]);                                                        \
        if ((window) == 4) {                                                                                      \
            earlier += (type)load((kept) + (hop)->age[2]);                                                        \
            earlier += earlier + (type)load((kept) + (hop)->age[3]);                                              \
        } else if ((window) == 3) {                                                                               \
            earlier += (type)load((kept) + (hop)->age[2]);                                                        \
        }                                                                                                         \
        (now) + earlier;                                                                                          \
    })

/* Put the hop's bins into the window, in place of those of the hop that leaves it. power[f]: of the window. Returns the sum of the bins'
 * powers. */
EACH v32 slide(v32 *power, tones_tile *tile, const tones_hop *hop, const v32 *re, const v32 *im, v32 mine, v32 loud, uint32_t position,
               uint32_t freqs, uint32_t window)
{
    v32 band = {0};
    WHOLE
    for (uint32_t f = 0; f < freqs; f++) {
        int32_t *kept = &tile->bins[f * window][position];
        v16 bin = (v16)packed(re[f], im[f]);
        v32 turned = packed(ADD_MADD(all(0x8000), bin, (v16)all(hop->along[f])), ADD_MADD(all(0x8000), bin, (v16)all(hop->across[f])));
        v32 now = choose(mine, turned & loud, load(kept + hop->age[0]));
        v16 total = WEIGH(v16, (v16)now, kept, hop, window);
        store(kept + hop->age[0], now);
        power[f] = MADD(total, total);
        band = ADD_MADD(band, (v16)now, (v16)now);
    }
    return band;
}

EACH v32 slide_energy(tones_tile *tile, const tones_hop *hop, v32 energy, v32 mine, uint32_t position, uint32_t window)
{
    int32_t *kept = &tile->energies[0][position];
    v32 now = choose(mine, energy, load(kept + hop->age[0])), total = WEIGH(v32, now, kept, hop, window);
    store(kept + hop->age[0], now);
    return total;
}

/* The three strongest, each with the bit of its place in its lowest eight. */
typedef struct strongest {
    v32 first, second, third;
} strongest;

EACH strongest rank(const v32 *power, uint32_t freqs)
{
    strongest s = {{0}, {0}, {0}};
    for (uint32_t f = 0; f < freqs; f++) {
        v32 x = (power[f] & ~255) | ((v32){0} + (int32_t)(1u << f));
        s.third = MAX(s.third, MIN(s.second, x));
        s.second = MAX(s.second, MIN(s.first, x));
        s.first = MAX(s.first, x);
    }
    return s;
}

/* The key of what this window shows, 0: nothing. No difference of two powers passes 2^31, and no product. */
EACH v32 shown(strongest s, v32 energy, const tones_limits *limits, int single)
{
    v32 pair = (s.first | s.second) & 255, near = negative(-(pair & pair >> 1)), twist = limits->twist_far + (near & (limits->twist_near - limits->twist_far));
    v32 least_pure = (energy >> 6) * limits->pure;
    v32 bad = (s.second - limits->least) | (limits->most - s.first) | (s.second - (s.first >> 6) * twist) |
              ((s.second >> 6) * limits->third - s.third) | (s.first + s.second - least_pure);
    v32 key = pair & ~negative(bad);
    if (single) {
        bad = (s.first - limits->least) | (limits->most - s.first) | ((s.first >> 6) * limits->alone - s.second) | (s.first - least_pure);
        key |= s.first & 255 & ~negative(bad);
    }
    return key;
}

/* The power of the weaker frequency of the tone that is present; TONES_MOST: none is. */
EACH v32 weaker(const v32 *power, v32 present, uint32_t freqs)
{
    v32 least = all(TONES_MOST);
    for (uint32_t f = 0; f < freqs; f++) {
        v32 own = negative(present << (31 - f));
        least = MIN(least, power[f] | (~own & TONES_MOST));
    }
    return least;
}

/* How long what is shown has been shown; whether a tone that is present goes on. */
EACH void follow(tones_tile *tile, const tones_limits *limits, const tones_hop *hop, v32 key, v32 level, v32 own, v32 mine, uint32_t position,
                 tones_turns *turns)
{
    v32 before = load(&tile->key[position]), present = load(&tile->present[position]), is = negative(-present);
    v32 same = ~negative(-(key ^ before)), run = ((load(&tile->run[position]) & same) + 1) & negative(-key);
    v32 held = MAX(load(&tile->held[position]), TONES_HELD(own)) & is;
    v32 gap = (load(&tile->gap[position]) + 1) & negative(own - held) & is;
    run = MIN(run, all(255));
    keep(&tile->key[position], mine, key);
    keep(&tile->run[position], mine, run);
    keep(&tile->held[position], mine, held);
    keep(&tile->gap[position], mine, gap);
    keep(&tile->history[hop->history][position], mine, choose(is, own, level));
    v32 ended = is & ~negative(gap - limits->off_hops) & mine, began = ~is & ~negative(run - limits->on_hops) & mine;
    turns->ended |= (uint32_t)BITS(ended) << position;
    turns->began |= (uint32_t)BITS(began) << position;
}

EACH v32 lanes_of(uint32_t positions, uint32_t position)
{
    static const int32_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    return negative(-(all((int32_t)(positions >> position & 0xFFFF)) & load(bits)));
}

/* What is known of LANES channels between the steps of a hop. */
typedef struct lanes {
    v32 mine, energy, loud, own;
    v32 re[TONES_FREQS], im[TONES_FREQS], power[TONES_FREQS];
    strongest strongest;
} lanes;

EACH void spectrum(lanes *x, tones_raw raw, const tones_set *set, uint32_t positions, uint32_t position, uint32_t rows, uint32_t freqs)
{
    v32 even[TONES_PAIRS], odd[TONES_PAIRS];
    x->mine = lanes_of(positions, position);
    x->energy = fold(even, odd, raw, position, rows);
    x->loud = ~negative(x->energy - (int32_t)(rows * TONES_QUIET));
    correlate(x->re, even, set->even, rows * 2, freqs);
    correlate(x->im, odd, set->odd, rows * 2, freqs);
}

EACH void window_powers(lanes *x, tones_tile *tile, const tones_set *set, const tones_hop *hop, uint32_t position, uint32_t freqs,
                        uint32_t window, int single)
{
    v32 band = slide(x->power, tile, hop, x->re, x->im, x->mine, x->loud, position, freqs, window);
    x->energy = slide_energy(tile, hop, single ? x->energy >> TONES_ENERGY_SHIFT & x->loud : band, x->mine, position, window);
    if (single)
        for (uint32_t f = 0; f + 1 < freqs; f++) {
            x->power[f] += x->power[f + 1] & set->joined[f];
            x->power[f + 1] &= ~set->joined[f];
        }
}

/* Two times LANES channels, step by step: what one waits for, the other does. */
EACH void take_hop(tones_tile *tile, tones_raw raw, const tones_set *set, const tones_hop *hop, uint32_t positions, uint32_t position,
                   tones_turns *turns, uint32_t rows, uint32_t window, uint32_t freqs, int single)
{
    lanes two[2];
    for (uint32_t i = 0; i < 2; i++)
        spectrum(&two[i], raw, set, positions, position + i * LANES, rows, freqs);
    for (uint32_t i = 0; i < 2; i++)
        window_powers(&two[i], tile, set, hop, position + i * LANES, freqs, window, single);
    for (uint32_t i = 0; i < 2; i++) {
        two[i].own = weaker(two[i].power, load(&tile->present[position + i * LANES]), freqs);
        two[i].strongest = rank(two[i].power, freqs);
    }
    for (uint32_t i = 0; i < 2; i++) {
        const strongest s = two[i].strongest;
        follow(tile, &set->limits, hop, shown(s, two[i].energy, &set->limits, single), single ? s.first : s.second, two[i].own, two[i].mine,
               position + i * LANES, turns);
    }
}

/* Two times LANES channels a call: as one loop, compilers keep hundreds of addresses for it. */
#define APART static __attribute__((noinline))

APART void take_mfc(tones_tile *tile, tones_raw raw, const tones_set *set, const tones_hop *hop, uint32_t positions, uint32_t position,
                    tones_turns *turns)
{
    take_hop(tile, raw, set, hop, positions, position, turns, MFC_ROWS, MFC_WINDOW, MFC_FREQS, 0);
}

APART void take_progress(tones_tile *tile, tones_raw raw, const tones_set *set, const tones_hop *hop, uint32_t positions, uint32_t position,
                         tones_turns *turns)
{
    take_hop(tile, raw, set, hop, positions, position, turns, PROGRESS_ROWS, PROGRESS_WINDOW, PROGRESS_FREQS, 1);
}

void KERNEL(mfc)(tones_tile *tile, tones_raw raw, const tones_set *set, const tones_hop *hop, uint32_t positions, tones_turns *turns)
{
    for (uint32_t position = 0; position < TONES_TILE; position += 2 * LANES)
        take_mfc(tile, raw, set, hop, positions, position, turns);
}

void KERNEL(progress)(tones_tile *tile, tones_raw raw, const tones_set *set, const tones_hop *hop, uint32_t positions, tones_turns *turns)
{
    for (uint32_t position = 0; position < TONES_TILE; position += 2 * LANES)
        take_progress(tile, raw, set, hop, positions, position, turns);
}
