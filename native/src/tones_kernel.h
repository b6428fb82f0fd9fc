/* One hop of a tile of a tone bank; included once for each instruction set, which defines before:
 *   KERNEL(shape)  the functions' names    LANES  channels a vector       MADD(a, b)  pairs of int16 multiplied and added
 *   SHUFFLE_EVEN, SHUFFLE_ODD (a, b)  int32 0 and 2, or 1 and 3, of a and then of b, in each 128-bit lane
 *   MAX(a, b), MIN(a, b)  of int32        BITS(some)  bit a lane
 *   SWAP_HALVES(x)  of each int32
 *   where 16 octets can be looked up at once: SHUFFLE_OCTETS(table, at), in each 128-bit lane; or in tables of 64 and 128, by the lower 6
 *   or 7 bits, LOOK_UP_64, LOOK_UP_128 (table, at); and MADD_OCTETS(a, b): pairs of unsigned and signed octets multiplied and added;
 *   MINUS_EVEN(x), MINUS_ODD(x): with every other octet negated
 *   optionally SOME, a type for some of the lanes, and all that is done with it; what else is defined here unless it was before
 * Everything else is vector arithmetic of the compiler. Integers, exact: the same bits everywhere. */
#include <stddef.h>
#include <string.h>

#include "alaw.h"
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

#ifndef MANY_SUMS
#define MANY_SUMS 0               /* 1: registers for 16, and more */
#endif
#ifndef EVERYWHERE
#define EVERYWHERE(number) all(*(number))
#endif
#define CONSTANT(x)                             \
    ({                                          \
        static const int32_t number = (int)(x); \
        EVERYWHERE(&number);                    \
    })
static const int32_t bit[TONES_FREQS] = {1, 2, 4, 8, 16, 32, 64, 128};

EACH v32 negative(v32 x) { return x >> 31; }
EACH v32 choose(v32 mask, v32 yes, v32 no) { return (yes & mask) | (no & ~mask); }

#ifndef MIN_WHERE
#define MIN_WHERE(least, x, bits, n) MIN(least, (x) | (~negative((bits) << (31 - (n))) & TONES_MOST))
#endif

/* Some of the lanes, and what is true of them. */
#ifdef SOME
typedef SOME some;
#else
typedef v32 some;
#define ANY_OF(x, y) (((x) & (y)) != 0)
#define AT_LEAST(a, b) ((a) >= (b))
#define ALSO_AT_LEAST(those, a, b) ((those) & ((a) >= (b)))
#define ALSO_LESS(those, a, b) ((those) & ((a) < (b)))
#define NOT(those) (~(those))
#define ONLY(those, x) ((x) & (those))
#define CHOOSE(those, yes, no) choose(those, yes, no)
#endif
#ifndef ONLY_ADD_MADD
#define ONLY_ADD_MADD(those, sum, a, b) ONLY(those, ADD_MADD(sum, a, b))
#endif

#include "tones_fold.h"

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
    some loud;
    v32 energy;                   /* MFC: of its band */
    v32 re[TONES_FREQS], im[TONES_FREQS], power[TONES_FREQS];
} lanes;

/* So many folded pairs of samples, which are n, n + 1 ... of the hop, to the sums of their products with the tables. */
EACH void correlate(v32 sum[TONES_FREQS], const v32 *folded, const int16_t table[][TONES_FREQS][2], uint32_t pairs, uint32_t freqs)
{
    v32 acc[TONES_FREQS];
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        acc[f] = sum[f];
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
EACH void correlate_each(v32 sum[TONES_FREQS], const v32 *folded, const int32_t table[][TONES_FREQS][TONES_TILE], uint32_t position,
                         uint32_t pairs, uint32_t freqs)
{
    v32 acc[TONES_FREQS];
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        acc[f] = sum[f];
    IN_FOURS
    for (uint32_t n = 0; n < pairs; n++)
        WHOLE
        for (uint32_t f = 0; f < freqs; f++)
            acc[f] = ADD_MADD(acc[f], (v16)folded[n], (v16)load(&table[n][f][position]));
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        sum[f] = acc[f];
}

EACH void add_pairs(lanes *x, const ears *of, const v32 *even, const v32 *odd, uint32_t n, uint32_t pairs, uint32_t freqs, int mixed)
{
    const tones_mixture *mixture = of->hop->mixture;
    if (mixed) {
        correlate_each(x->re, even, mixture->even + n, of->position, pairs, freqs);
        correlate_each(x->im, odd, mixture->odd + n, of->position, pairs, freqs);
    } else {
        correlate(x->re, even, of->one->even + n, pairs, freqs);
        correlate(x->im, odd, of->one->odd + n, pairs, freqs);
    }
}

EACH some loud_by_energy(v32 twice, uint32_t rows) { return AT_LEAST((v32)((vu32)twice >> 1), all((int32_t)(rows * TONES_QUIET))); }

/* A hop's bins, to the phase at its middle, upper halves to be taken, the lower rounded; and what of it is loud: of MFC by its loudest
 * sample, else by its energy. Where registers hold the sums of all frequencies, samples are added as soon as they are folded. */
EACH void spectrum(lanes *x, const ears *of, const uint8_t *raw, uint32_t rows, uint32_t freqs, int single, int mixed)
{
    v32 energy = {0}, above = {0}, even[TONES_PAIRS], odd[TONES_PAIRS];
    const size_t stride = of->hop->raw_stride;
    const uint8_t *first = raw + of->position / 2 * SWD_ROW_CYCLES, *last = first + (rows - 1) * stride;
    WHOLE
    for (uint32_t f = 0; f < freqs; f++)
        x->re[f] = x->im[f] = CONSTANT(0x8000);
    for (uint32_t n = 0; n < rows * 2; first += stride, last -= stride) {
        const row taken = load_row(first, last);
        WHOLE
        for (uint32_t half = 0; half < 2; half++, n += 2) {
            v32 few_even[2], few_odd[2], *e = MANY_SUMS ? few_even : even + n, *o = MANY_SUMS ? few_odd : odd + n;
            above |= fold_four(taken.octets[half], taken.mirrors[half], e, o);
            if (MANY_SUMS)
                add_pairs(x, of, e, o, n, 2, freqs, mixed);
            if (single)
                energy = add_energy(energy, e, o);
        }
    }
    if (!MANY_SUMS)
        add_pairs(x, of, even, odd, 0, rows * 2, freqs, mixed);
    x->energy = (v32)((vu32)energy >> 1);
    x->loud = single ? loud_by_energy(energy, rows) : ANY_OF(above, CONSTANT(ABOVE_0));
}

/* Whether there is a loud lane, of a shape whose loudness is its energy. */
EACH int wakes(const ears *of, const uint8_t *raw, uint32_t rows)
{
    v32 energy = {0};
    const size_t stride = of->hop->raw_stride;
    const uint8_t *first = raw + of->position / 2 * SWD_ROW_CYCLES, *last = first + (rows - 1) * stride;
    for (; first < last; first += stride, last -= stride) {
        const row taken = load_row(first, last);
        WHOLE
        for (uint32_t half = 0; half < 2; half++) {
            v32 even[2], odd[2];
            fold_four(taken.octets[half], taken.mirrors[half], even, odd);
            energy = add_energy(energy, even, odd);
        }
    }
    return BITS(loud_by_energy(energy, rows)) != 0;
}

#ifndef PACKED
#define PACKED(re, im) ((v32)((vu32)(re) >> 16) | ((im) & ~0xFFFF))
#endif

/* What is kept of earlier hops of a window in which `now` is the latest, times their weights: 1, 2, 2, 1 of four, else 1 each. */
#define WEIGH(type, now, kept, age, window)                                                                       \
    ({                                                                                                            \
        type earlier = (type)load((kept) + (age)[1]);                                                             \
        if ((window) == 4) {                                                                                      \
            earlier += (type)load((kept) + (age)[2]);                                                             \
            earlier += earlier + (type)load((kept) + (age)[3]);                                                   \
        } else if ((window) == 3) {                                                                               \
            earlier += (type)load((kept) + (age)[2]);                                                             \
        }                                                                                                         \
        (now) + earlier;                                                                                          \
    })

/* Put the hop's bins into the window, in place of those of the hop that leaves it; power[f]: of the window. Returns the sum of the bins'
 * powers. */
EACH v32 slide(lanes *x, tones_tile *tile, const ears *of, const size_t *age, uint32_t freqs, uint32_t window, int mixed)
{
    const tones_hop *hop = of->hop;
    v32 band = {0}, half = CONSTANT(0x8000);
    WHOLE
    for (uint32_t f = 0; f < freqs; f++) {
        int32_t *kept = &tile->bins[f * (window - 1)][of->position];
        v16 bin = (v16)PACKED(x->re[f], x->im[f]);
        v16 along = (v16)OF_SETS(of, mixed, hop->along[of->set][f], along[f]), across = (v16)OF_SETS(of, mixed, hop->across[of->set][f], across[f]);
        v32 now = PACKED(ONLY_ADD_MADD(x->loud, half, bin, along), ONLY_ADD_MADD(x->loud, half, bin, across));
        v16 total = WEIGH(v16, (v16)now, kept, age, window);
        store(kept + age[0], now);
        x->power[f] = MADD(total, total);
        band = ADD_MADD(band, (v16)now, (v16)now);
    }
    return band;
}

EACH v32 slide_energy(tones_tile *tile, const ears *of, const size_t *age, v32 energy, uint32_t window)
{
    int32_t *kept = &tile->energies[0][of->position];
    v32 total = WEIGH(v32, energy, kept, age, window);
    store(kept + age[0], energy);
    return total;
}

EACH void window_powers(lanes *x, tones_tile *tile, const ears *of, uint32_t freqs, uint32_t window, int single, int mixed)
{
    size_t age[TONES_WINDOW];
    WHOLE
    for (uint32_t k = 0; k < window; k++)
        age[k] = of->hop->age[k];
    v32 band = slide(x, tile, of, age, freqs, window, mixed);
    x->energy = slide_energy(tile, of, age, single ? ONLY(x->loud, x->energy >> TONES_ENERGY_SHIFT) : band, window);
    if (single)
        WHOLE
        for (uint32_t f = 0; f + 1 < freqs; f++) {
            v32 joined = OF_SETS(of, mixed, of->one->joined[f], joined[f]);
            x->power[f] += x->power[f + 1] & joined;
            x->power[f + 1] &= ~joined;
        }
}

#include "tones_shown.h"

/* LANES channels, step by step. Where nothing is, and was, to be heard, all they have stays zero. */
EACH void take_hop(tones_tile *tile, const uint8_t *raw, const ears *ears_of, tones_turns *turns, uint32_t rows, uint32_t window, uint32_t freqs,
                   int single, int mixed)
{
    lanes x;
    const ears of = *ears_of;
    if (single && !tile->awake && !wakes(&of, raw, rows))
        return;
    spectrum(&x, &of, raw, rows, freqs, single, mixed);
    turns->loud |= (uint32_t)BITS(x.loud);
    window_powers(&x, tile, &of, freqs, window, single, mixed);
    const strongest s = rank(x.power, freqs);
    follow(tile, &of, shown(s, x.energy, &of, single, mixed), single ? s.first : s.second, &x, freqs, single, mixed, turns);
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
                    uint32_t freqs, take_lanes *alike, take_lanes *mixed)
{
    uint32_t first = (uint32_t)__builtin_ctz(tile->sets);
    ears of = {&sets[first], hop, 0, first};
    take_lanes *take = tile->sets & (tile->sets - 1) ? mixed : alike;
    if (take == mixed && !(hop->mixture->made && memcmp(hop->mixture->of_set, tile->of_set, sizeof tile->of_set) == 0))
        mix(hop->mixture, tile, sets, hop, pairs, freqs);
    for (; of.position < TONES_TILE; of.position += LANES) {
        if (hop->far)
            fetch(tile + 1, hop, of.position);
        take(tile, raw, &of, turns);
    }
}

void KERNEL(mfc)(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns)
{
    take_tile(tile, raw, sets, hop, turns, MFC_ROWS * 2, MFC_FREQS, take_mfc, take_mfc_mixed);
}

void KERNEL(progress)(tones_tile *tile, const uint8_t *raw, const tones_set *sets, const tones_hop *hop, tones_turns *turns)
{
    take_tile(tile, raw, sets, hop, turns, PROGRESS_ROWS * 2, PROGRESS_FREQS, take_progress, take_progress_mixed);
}
