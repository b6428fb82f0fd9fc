/* The arithmetic of test sequences, 64 bits at a time, against the polynomials taken bit by bit. */
#include "check.h"
#include "pattern.h"

#define ROUNDS 4000u

static const uint32_t shifting[] = {SWD_PATTERN_PRBS9, SWD_PATTERN_PRBS11, SWD_PATTERN_PRBS15,
                                    SWD_PATTERN_PRBS20, SWD_PATTERN_QRSS,  SWD_PATTERN_PRBS23};

static uint32_t next_bit(uint32_t pattern, uint64_t history)
{
    const pattern_shape *shape = &swd_pattern_shapes[pattern];
    return (uint32_t)(history >> (shape->stages - 1) ^ history >> (shape->tap - 1)) & 1;
}

static uint64_t slowly(uint32_t pattern, uint64_t history, uint32_t n_bits)
{
    for (uint32_t i = 0; i < n_bits; i++)
        history = history << 1 | next_bit(pattern, history);
    return history;
}

static void test_lags(uint32_t pattern)
{
    uint64_t history = swd_pattern_history(pattern), first = slowly(pattern, history, swd_pattern_shapes[pattern].stages);
    uint64_t stages = (1ull << swd_pattern_shapes[pattern].stages) - 1;
    assert((first & stages) == stages);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t n = 1 + (uint32_t)(swd_philox(pattern, i) % 64);
        uint64_t whole = slowly(pattern, history, 64), part = slowly(pattern, history, n), taken = history;
        assert(pattern_next(pattern, history) == whole);
        uint64_t bits = pattern_take(pattern, &taken, n);
        assert(taken == part);
        assert(pattern == SWD_PATTERN_QRSS || (bits ^ whole) >> (64 - n) == 0);
        assert(swd_pattern_back(pattern, part, n) == history);
        history = part;
    }
}

/* One, where the 14 bits after are zero: over the places of a run of zeros among ones. */
static void test_suppression(void)
{
    for (uint32_t run = 0; run <= 40; run++)
        for (uint32_t from = 0; from + run < 128; from++) {
            two_words bits = ~(two_words)0, zeros = run ? (~(two_words)0 << (128 - run)) >> from : 0;
            bits &= ~zeros;
            uint64_t out = suppress_zeros((uint64_t)(bits >> 64), (uint64_t)bits);
            for (uint32_t k = 0; k < 64; k++) {
                uint32_t zero = k >= from && k < from + run, left = from + run - 1 - k;
                assert((out >> (63 - k) & 1) == (!zero || left >= 14));
            }
        }
}

static void test_fixed(void)
{
    uint64_t flip, history = swd_pattern_history(SWD_PATTERN_ALTERNATING);
    assert(pattern_take(SWD_PATTERN_ALTERNATING, &history, 7) >> 57 == 0x55);
    assert(pattern_take(SWD_PATTERN_ALTERNATING, &history, 8) >> 56 == 0x55);
    assert(swd_pattern_back(SWD_PATTERN_ALTERNATING, history, 15) == swd_pattern_history(SWD_PATTERN_ALTERNATING));
    assert(swd_pattern_of(SWD_PATTERN_ZEROS, 0, &flip) == SWD_PATTERN_ONES && flip == ~0ull);
    assert(swd_pattern_of(SWD_PATTERN_ZEROS, 1, &flip) == SWD_PATTERN_ONES && flip == 0);
    assert(swd_pattern_of(SWD_PATTERN_PRBS15, 0, &flip) == SWD_PATTERN_PRBS15 && flip == ~0ull);
    assert(swd_pattern_of(SWD_PATTERN_PRBS11, 1, &flip) == SWD_PATTERN_PRBS11 && flip == ~0ull);
}

void test_pattern(void)
{
    for (size_t i = 0; i < sizeof shifting / sizeof *shifting; i++)
        test_lags(shifting[i]);
    test_suppression();
    test_fixed();
}
