/* One hop of a tile of a tone bank; included once for each instruction set, which defines before:
 *   KERNEL(shape)  the functions' names    LANES  channels a vector       MADD(a, b)  pairs of int16 multiplied and added
 *   SHUFFLE_EVEN, SHUFFLE_ODD (a, b)  int32 0 and 2, or 1 and 3, of a and then of b, in each 128-bit lane
 *   MAX(a, b), MIN(a, b)  of int32        BITS(mask)  bit a lane that is negative
 *   SWAP_HALVES(x)  of each int32
 *   optionally ADD_MADD(sum, a, b), ADD_TABLE(sum, a, pair): the same with two int16 for all lanes
 *   where 16 octets can be looked up at once: SHUFFLE_OCTETS(table, at), in each 128-bit lane; MADD_OCTETS(a, b): pairs of unsigned and
 *   signed octets multiplied and added; MINUS_EVEN(x), MINUS_ODD(x): with every other octet negated
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

/* What the LANES channels at a position of a tile listen for. */
typedef struct ears {
    const tones_tile *tile;
    const tones_set *sets;
    const tones_hop *hop;
    uint32_t position, first;     /* the first set of the tile */
} ears;

/* All ones where the tile's channels have this set. */
EACH v32 lanes_of(const ears *of, uint32_t set)
{
    static const int32_t bits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    return negative(-(all((int32_t)(of->tile->of_set[set] >> of->position & 0xFFFF)) & load(bits)));
}

/* What an expression gives for each lane's `set`. Nearly all tiles have one set alone. */
#define OF_SETS(of, mixed, expression)                                                             \
    ({                                                                                             \
        uint32_t set = (of)->first;                                                                \
        v32 got = expression;                                                                      \
        if (mixed)                                                                                 \
            for (uint32_t left = (of)->tile->sets & ((of)->tile->sets - 1); left; left &= left - 1) { \
                set = (uint32_t)__builtin_ctz(left);                                               \
                got = choose(lanes_of(of, set), expression, got);                                  \
            }                                                                                      \
        got;                                                                                       \
    })

/* What is known of LANES channels between the steps of a hop. */
typedef struct lanes {
    v32 energy, loud;
    v32 re[TONES_FREQS], im[TONES_FREQS], power[TONES_FREQS];
} lanes;

EACH void spectrum(lanes *x, const ears *of, const uint8_t *raw, uint32_t rows, uint32_t freqs, int mixed)
{
    v32 even[TONES_PAIRS], odd[TONES_PAIRS], re[TONES_FREQS], im[TONES_FREQS];
    x->energy = fold(even, odd, raw, of->position, rows);
    x->loud = ~negative(x->energy - (int32_t)(rows * TONES_QUIET));
    correlate(x->re, even, of->sets[of->first].even, rows * 2, freqs);
    correlate(x->im, odd, of->sets[of->first].odd, rows * 2, freqs);
    for (uint32_t left = mixed ? of->tile->sets & (of->tile->sets - 1) : 0; left; left &= left - 1) {
        uint32_t set = (uint32_t)__builtin_ctz(left);
        v32 mine = lanes_of(of, set);
        correlate(re, even, of->sets[set].even, rows * 2, freqs);
        correlate(im, odd, of->sets[set].odd, rows * 2, freqs);
        WHOLE
        for (uint32_t f = 0; f < freqs; f++) {
            x->re[f] = choose(mine, re[f], x->re[f]);
            x->im[f] = choose(mine, im[f], x->im[f]);
        }
    }
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
        v16 along = (v16)OF_SETS(of, mixed, all(hop->along[set][f])), across = (v16)OF_SETS(of, mixed, all(hop->across[set][f]));
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

/* Two places of one frequency count together. */
EACH void window_powers(lanes *x, tones_tile *tile, const ears *of, uint32_t freqs, uint32_t window, int single, int mixed)
{
    v32 band = slide(x, tile, of, freqs, window, mixed);
    x->energy = slide_energy(tile, of, single ? x->energy >> TONES_ENERGY_SHIFT & x->loud : band, window);
    if (single)
        WHOLE
        for (uint32_t f = 0; f + 1 < freqs; f++) {
            v32 joined = OF_SETS(of, mixed, all(of->sets[set].joined[f]));
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

#define LIMIT(name) OF_SETS(of, mixed, all(of->sets[set].limits.name))

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
    for (uint32_t f = 0; f < freqs; f++) {
        v32 own = negative(present << (31 - f));
        least = MIN(least, power[f] | (~own & TONES_MOST));
    }
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
    spectrum(&x, of, raw, rows, freqs, mixed);
    window_powers(&x, tile, of, freqs, window, single, mixed);
    const strongest s = rank(x.power, freqs);
    follow(tile, of, shown(s, x.energy, of, single, mixed), single ? s.first : s.second, &x, freqs, mixed, turns);
}

/* One vector a call: as one loop, compilers keep hundreds of addresses for it. */
#define APART static __attribute__((noinline))

#define TAKE(name, SHAPE, single, mixed)                                                                       \
    APART void name(tones_tile *tile, const uint8_t *raw, const ears *of, tones_turns *turns)                   \
    {                                                                                                          \
        take_hop(tile, raw, of, turns, SHAPE##_ROWS, SHAPE##_WINDOW, SHAPE##_FREQS, single, mixed);             \
    }

TAKE(take_mfc, MFC, 0, 0)
TAKE(take_mfc_mixed, MFC, 0, 1)
TAKE(take_progress, PROGRESS, 1, 0)
TAKE(take_progress_mixed, PROGRESS, 1, 1)

EACH void take_tile(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns,
                    void (*one)(tones_tile *, const uint8_t *, const ears *, tones_turns *),
                    void (*more)(tones_tile *, const uint8_t *, const ears *, tones_turns *))
{
    ears of = {tile, sets, hop, 0, (uint32_t)__builtin_ctz(tile->sets)};
    for (; of.position < TONES_TILE; of.position += LANES)
        (tile->sets & (tile->sets - 1) ? more : one)(tile, raw, &of, turns);
}

void KERNEL(mfc)(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns)
{
    take_tile(tile, raw, sets, hop, turns, take_mfc, take_mfc_mixed);
}

void KERNEL(progress)(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns)
{
    take_tile(tile, raw, sets, hop, turns, take_progress, take_progress_mixed);
}
