/* One hop of a tile of a tone bank; included once for each instruction set, which defines before:
 *   KERNEL(shape)  the functions' names    LANES  channels a vector       MADD(a, b)  pairs of int16 multiplied and added
 *   SHUFFLE_EVEN, SHUFFLE_ODD (a, b)  int32 0 and 2, or 1 and 3, of a and then of b, in each 128-bit lane
 *   MAX(a, b), MIN(a, b)  of int32        BITS(mask)  bit a lane that is negative
 *   SWAP_HALVES(x)  of each int32
 *   optionally MIN_WHERE(least, x, bits, n): the lesser where bit n is set, of int32 up to TONES_MOST
 *   optionally ADD_MADD(sum, a, b), ADD_TABLE(sum, a, pair): the same with two int16 for all lanes
 *   where 16 octets can be looked up at once: SHUFFLE_OCTETS(table, at), in each 128-bit lane; MADD_OCTETS(a, b): pairs of unsigned and
 *   signed octets multiplied and added; MINUS_EVEN(x), MINUS_ODD(x): with every other octet negated
 * Everything else is vector arithmetic of the compiler. Integers, exact: the same bits everywhere. */
#include <stddef.h>
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

#ifndef MIN_WHERE
#define MIN_WHERE(least, x, bits, n) MIN(least, (x) | (~negative((bits) << (31 - (n))) & TONES_MOST))
#endif

#include "tones_fold.h"

/* sum[f] = sum over the folded pairs of sample * table, upper half taken, the lower rounded. */
EACH void correlate(v32 *sum, const v32 *folded, const int16_t table[][TONES_FREQS][2], uint32_t pairs, uint32_t freqs)
{
    v32 acc[TONES_FREQS];
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        acc[f] = all(0x8000);
    IN_FOURS
    for (uint32_t n = 0; n < pairs; n++)
        WHOLE
        for (uint32_t f = 0; f < freqs; f++)
            acc[f] = ADD_TABLE(acc[f], folded[n], table[n][f]);
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        sum[f] = acc[f];
}

/* The same, each lane with numbers of its own. */
EACH void correlate_each(v32 *sum, const v32 *folded, const int32_t table[][TONES_FREQS][TONES_TILE], uint32_t position, uint32_t pairs,
                         uint32_t freqs)
{
    v32 acc[TONES_FREQS];
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        acc[f] = all(0x8000);
    IN_FOURS
    for (uint32_t n = 0; n < pairs; n++)
        WHOLE
        for (uint32_t f = 0; f < freqs; f++)
            acc[f] = ADD_MADD(acc[f], (v16)folded[n], (v16)load(&table[n][f][position]));
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        sum[f] = acc[f];
}

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

/* What the LANES channels at a position of a tile listen for: one set, or, `mixed`, several. */
typedef struct ears {
    const tones_set *one;
    const tones_hop *hop;
    uint32_t position, set;
} ears;

/* A number of the one set, in all lanes; or one for each lane. */
#define OF_SETS(of, mixed, one, each) ((mixed) ? load(&(of)->hop->mixture->each[(of)->position]) : all(one))

/* What is known of LANES channels between the steps of a hop. */
typedef struct lanes {
    v32 energy, loud;
    v32 re[TONES_FREQS], im[TONES_FREQS], power[TONES_FREQS];
} lanes;

/* 0: nothing is to be heard, nor was, and all the lanes have stays zero. */
EACH int spectrum(lanes *x, const ears *of, const uint8_t *raw, uint32_t awake, uint32_t rows, uint32_t freqs, int mixed)
{
    v32 even[TONES_PAIRS], odd[TONES_PAIRS];
    const tones_mixture *mixture = of->hop->mixture;
    x->energy = fold(even, odd, raw, of->hop->raw_stride, of->position, rows);
    x->loud = ~negative(x->energy - (int32_t)(rows * TONES_QUIET));
    if (!BITS(x->loud) && !awake)
        return 0;
    if (mixed) {
        correlate_each(x->re, even, mixture->even, of->position, rows * 2, freqs);
        correlate_each(x->im, odd, mixture->odd, of->position, rows * 2, freqs);
    } else {
        correlate(x->re, even, of->one->even, rows * 2, freqs);
        correlate(x->im, odd, of->one->odd, rows * 2, freqs);
    }
    return 1;
}

/* Put the hop's bins into the window, in place of those of the hop that leaves it; power[f]: of the window. Returns the sum of the bins'
 * powers. */
EACH v32 slide(lanes *x, tones_tile *tile, const ears *of, uint32_t freqs, uint32_t window, int mixed)
{
    const tones_hop *hop = of->hop;
    v32 band = {0};
    WHOLE
    for (uint32_t f = 0; f < freqs; f++) {
        int32_t *kept = &tile->bins[f * (window - 1)][of->position];
        v16 bin = (v16)packed(x->re[f], x->im[f]);
        v16 along = (v16)OF_SETS(of, mixed, hop->along[of->set][f], along[f]), across = (v16)OF_SETS(of, mixed, hop->across[of->set][f], across[f]);
        v32 now = packed(ADD_MADD(all(0x8000), bin, along), ADD_MADD(all(0x8000), bin, across)) & x->loud;
        v16 total = WEIGH(v16, (v16)now, kept, hop, window);
        store(kept + hop->age[0], now);
        x->power[f] = MADD(total, total);
        band = ADD_MADD(band, (v16)now, (v16)now);
    }
    return band;
}

EACH v32 slide_energy(tones_tile *tile, const ears *of, v32 energy, uint32_t window)
{
    int32_t *kept = &tile->energies[0][of->position];
    v32 total = WEIGH(v32, energy, kept, of->hop, window);
    store(kept + of->hop->age[0], energy);
    return total;
}

EACH void window_powers(lanes *x, tones_tile *tile, const ears *of, uint32_t freqs, uint32_t window, int single, int mixed)
{
    v32 band = slide(x, tile, of, freqs, window, mixed);
    x->energy = slide_energy(tile, of, single ? x->energy >> TONES_ENERGY_SHIFT & x->loud : band, window);
    if (single)
        WHOLE
        for (uint32_t f = 0; f + 1 < freqs; f++) {
            v32 joined = OF_SETS(of, mixed, of->one->joined[f], joined[f]);
            x->power[f] += x->power[f + 1] & joined;
            x->power[f + 1] &= ~joined;
        }
}

/* The three strongest, each with the bit of its place in its lowest eight. */
typedef struct strongest {
    v32 first, second, third;
} strongest;

EACH strongest rank(const v32 *power, uint32_t freqs)
{
    strongest s = {{0}, {0}, {0}};
    WHOLE
    for (uint32_t f = 0; f < freqs; f++) {
        v32 x = (power[f] & ~255) | ((v32){0} + (int32_t)(1u << f));
        if (f > 1)
            s.third = MAX(s.third, MIN(s.second, x));
        s.second = f > 1 ? MAX(s.second, MIN(s.first, x)) : MIN(s.first, x);
        s.first = f > 0 ? MAX(s.first, x) : x;
    }
    return s;
}

#define LIMIT(name) OF_SETS(of, mixed, of->one->limits.name, limits[offsetof(tones_limits, name) / sizeof(int32_t)])

/* The key of what this window shows, 0: nothing. No difference of two powers passes 2^31, and no product. */
EACH v32 shown(strongest s, v32 energy, const ears *of, int single, int mixed)
{
    v32 pair = (s.first | s.second) & 255, near = negative(-(pair & pair >> 1)), least = LIMIT(least), most = LIMIT(most);
    v32 twist = choose(near, LIMIT(twist_near), LIMIT(twist_far)), least_pure = (energy >> 6) * LIMIT(pure);
    v32 bad = (s.second - least) | (most - s.first) | (s.second - (s.first >> 6) * twist) |
              ((s.second >> 6) * LIMIT(third) - s.third) | (s.first + s.second - least_pure);
    v32 key = pair & ~negative(bad);
    if (single) {
        bad = (s.first - least) | (most - s.first) | ((s.first >> 6) * LIMIT(alone) - s.second) | (s.first - least_pure);
        key |= s.first & 255 & ~negative(bad);
    }
    return key;
}

/* The power of the weaker frequency of the tone that is present; TONES_MOST: none is. */
EACH v32 weaker(const v32 *power, v32 present, uint32_t freqs)
{
    v32 least = all(TONES_MOST);
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        least = MIN_WHERE(least, power[f], present, f);
    return least;
}

/* How long what is shown has been shown; whether a tone that is present goes on. */
EACH void follow(tones_tile *tile, const ears *of, v32 key, v32 level, const lanes *x, uint32_t freqs, int mixed, tones_turns *turns)
{
    uint32_t at = of->position;
    v32 state = load(&tile->state[at]), present = state & 0xFF << STATE_PRESENT, is = negative(-present), ended = {0};
    v32 same = ~negative(-((key ^ state) & 0xFF)), run = (((v32)((vu32)state >> STATE_RUN) & same) + 1) & negative(-key);
    run = MIN(run, all(255));
    v32 began = ~is & ~negative(run - LIMIT(on_hops));
    level &= ~negative(level - 256); /* a place without power */
    state = (state & 0xFF << STATE_GAP) | present | key | run << STATE_RUN;
    if (BITS(is)) {
        v32 own = weaker(x->power, present >> STATE_PRESENT, freqs), held = MAX(load(&tile->held[at]), TONES_HELD(own)) & is;
        v32 gap = ((state >> STATE_GAP & 0xFF) + 1) & negative(own - held) & is;
        state = (state & ~(0xFF << STATE_GAP)) | gap << STATE_GAP;
        store(&tile->held[at], held);
        level = choose(is, own, level);
        ended = is & ~negative(gap - LIMIT(off_hops));
    }
    store(&tile->state[at], state);
    store(&tile->history[of->hop->history][at], level);
    turns->ended |= (uint32_t)BITS(ended) << at;
    if (BITS(began)) {
        turns->began |= (uint32_t)BITS(began) << at;
        store(&turns->energy[at], x->energy);
        WHOLE
        for (uint32_t f = 0; f < freqs; f++)
            store(&turns->power[f][at], x->power[f]);
    }
}

/* LANES channels, step by step. */
EACH void take_hop(tones_tile *tile, const uint8_t *raw, const ears *of, tones_turns *turns, uint32_t rows, uint32_t window, uint32_t freqs,
                   int single, int mixed)
{
    lanes x;
    if (!spectrum(&x, of, raw, tile->awake, rows, freqs, mixed))
        return;
    turns->loud |= (uint32_t)BITS(x.loud);
    window_powers(&x, tile, of, freqs, window, single, mixed);
    const strongest s = rank(x.power, freqs);
    follow(tile, of, shown(s, x.energy, of, single, mixed), single ? s.first : s.second, &x, freqs, mixed, turns);
}

/* One vector a call: as one loop, compilers keep hundreds of addresses for it. */
#define APART static __attribute__((noinline))

#define TAKE(name, SHAPE, single, mixed)                                                                        \
    APART void name(tones_tile *tile, const uint8_t *raw, const ears *of, tones_turns *turns)                   \
    {                                                                                                          \
        take_hop(tile, raw, of, turns, SHAPE##_ROWS, SHAPE##_WINDOW, SHAPE##_FREQS, single, mixed);              \
    }

TAKE(take_mfc, MFC, 0, 0)
TAKE(take_mfc_mixed, MFC, 0, 1)
TAKE(take_progress, PROGRESS, 1, 0)
TAKE(take_progress_mixed, PROGRESS, 1, 1)

#include "tones_mix.h"

typedef void take_lanes(tones_tile *tile, const uint8_t *raw, const ears *of, tones_turns *turns);

/* Have a part of the next tile fetched while LANES channels of this one are taken. */
EACH void fetch(const tones_tile *next, const tones_hop *hop, uint32_t position)
{
    const uint32_t octets = offsetof(tones_tile, history) - offsetof(tones_tile, bins), part = octets * LANES / TONES_TILE;
    const char *from = (const char *)next->bins + position / LANES * part;
    for (uint32_t at = 0; at < part; at += 64)
        __builtin_prefetch(from + at);
    __builtin_prefetch(&next->history[hop->history][position]);
}

EACH void take_tile(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns, uint32_t pairs,
                    take_lanes *alike, take_lanes *mixed)
{
    uint32_t first = (uint32_t)__builtin_ctz(tile->sets);
    ears of = {&sets[first], hop, 0, first};
    take_lanes *take = tile->sets & (tile->sets - 1) ? mixed : alike;
    if (take == mixed && !(hop->mixture->made && memcmp(hop->mixture->of_set, tile->of_set, sizeof tile->of_set) == 0))
        mix(hop->mixture, tile, sets, hop, pairs);
    for (; of.position < TONES_TILE; of.position += LANES) {
        if (hop->far)
            fetch(tile + 1, hop, of.position);
        take(tile, raw, &of, turns);
    }
}

void KERNEL(mfc)(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns)
{
    take_tile(tile, raw, sets, hop, turns, MFC_ROWS * 2, take_mfc, take_mfc_mixed);
}

void KERNEL(progress)(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns)
{
    take_tile(tile, raw, sets, hop, turns, PROGRESS_ROWS * 2, take_progress, take_progress_mixed);
}
