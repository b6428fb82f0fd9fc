/* Test sequences (ITU-T O.150 clause 5, O.151 to O.153), 64 bits at a time: for generators and checkers.
 *
 * A sequence is known by its latest 64 bits, the `history`, the newest in bit 0, before zero suppression and inversion.
 * What follows is told by lags: b[i] = b[i - tap] ^ b[i - stages], and by multiples of that polynomial whose lags all lie
 * within 32..64, so that 32 bits are made at once (a test holds them against the polynomials). */
#ifndef SWD_PATTERN_H
#define SWD_PATTERN_H

#include "parts.h"

__extension__ typedef unsigned __int128 two_words;

#define PATTERN_MOST_SLOTS 31
#define BERT_INTERVAL_ROWS 1000   /* 1 s: the integration interval of O.150 4.2 */

typedef struct pattern_shape {
    uint32_t stages, tap;         /* tap 0: not a shift register with a zero state */
    uint32_t inverted;            /* on the line, by the Recommendation */
} pattern_shape;

typedef struct pattern_generator {
    uint64_t history;
    uint64_t flip;                /* all ones: inverted on the line */
    uint32_t pattern;             /* 0: stopped */
    uint32_t first_source, n_slots;
    uint32_t wrong;               /* octets to come that shall have a wrong bit */
} pattern_generator;

typedef struct pattern_checker {
    uint64_t history;             /* in sync: of the reference */
    uint64_t heard[2];            /* the latest 128 bits received, inversion undone; the newest in bit 0 of [0] */
    uint64_t flip;
    uint32_t cell;                /* the first of n_cells; SWD_NONE: stopped */
    uint32_t n_cells, pattern;
    uint32_t interval_rows, interval_errors;
    uint32_t spare;
    swd_bert_counts counts;
} pattern_checker;

extern const pattern_shape swd_pattern_shapes[SWD_PATTERN_ALTERNATING + 1];

/* The history whose next bits are `stages` ones, the register's start. */
uint64_t swd_pattern_history(uint32_t pattern);
/* The history n_bits earlier. */
uint64_t swd_pattern_back(uint32_t pattern, uint64_t history, uint32_t n_bits);
/* Which pattern is made, and what it is exclusive-or'ed with on the line. All zeros are inverted ones. */
uint32_t swd_pattern_of(uint32_t pattern, int inverted, uint64_t *flip);

/* The next 64 bits, first bit in bit 63: at the same time the history after them. */
static inline uint64_t pattern_next(uint32_t pattern, uint64_t h)
{
#define BY_LAGS(...)                                                                                                              \
    for (int half = 0; half < 2; half++)                                                                                          \
        h = h << 32 | ((__VA_ARGS__) & 0xFFFFFFFFu);                                                                              \
    return h
    switch (pattern) { /* h >> k: lag 32 + k */
    case SWD_PATTERN_PRBS9: BY_LAGS(h ^ h >> 2 ^ h >> 3 ^ h >> 31);
    case SWD_PATTERN_PRBS11: BY_LAGS(h >> 4 ^ h >> 12);
    case SWD_PATTERN_PRBS15: BY_LAGS(h >> 24 ^ h >> 28);
    case SWD_PATTERN_PRBS20: BY_LAGS(h ^ h >> 1 ^ h >> 3 ^ h >> 8 ^ h >> 14 ^ h >> 18 ^ h >> 26 ^ h >> 32);
    case SWD_PATTERN_QRSS: BY_LAGS(h >> 2 ^ h >> 8);
    case SWD_PATTERN_PRBS23: BY_LAGS(h >> 4 ^ h >> 14);
    case SWD_PATTERN_ALTERNATING: return h & 1 ? 0x5555555555555555u : 0xAAAAAAAAAAAAAAAAu;
    default: return ~0ull;
    }
#undef BY_LAGS
}

/* Zero suppression (O.150 5.5): a bit is one when the 14 bits after it are all zero. `bits` and the 64 bits after them. */
static inline uint64_t suppress_zeros(uint64_t bits, uint64_t after)
{
    two_words ones = (two_words)bits << 64 | after;
    ones <<= 1;
    ones |= ones << 1;            /* a one among the next 2, */
    ones |= ones << 2;            /* 4, */
    ones |= ones << 4;            /* 8, */
    ones |= ones << 6;            /* 14 */
    return bits | ~(uint64_t)(ones >> 64);
}

/* Shift the first n_bits (1..64) of `bits` into a history. */
static inline uint64_t shift_in(uint64_t history, uint64_t bits, uint32_t n_bits)
{
    return n_bits == 64 ? bits : history << n_bits | bits >> (64 - n_bits);
}

/* Take the next n_bits (1..64), before inversion: the first in bit 63. Those after them are of no meaning. */
static inline uint64_t pattern_take(uint32_t pattern, uint64_t *history, uint32_t n_bits)
{
    uint64_t bits = pattern_next(pattern, *history), out = bits;
    if (pattern == SWD_PATTERN_QRSS)
        out = suppress_zeros(bits, pattern_next(pattern, bits));
    *history = shift_in(*history, bits, n_bits);
    return out;
}

#endif
