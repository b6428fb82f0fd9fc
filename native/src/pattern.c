/* pattern.c: generators of test sequences, dealt out octet by octet to consecutive sources. */
#include "engine.h"

#define FIRST_BITS 0x8080808080808080u

/* O.153 5.1 (2^9 - 1), O.152 (2^11 - 1), O.151 2.1 (2^15 - 1), O.153 (2^20 - 1), O.150 5.5 (with zero suppression), O.151
 * 2.2 (2^23 - 1): stages, tap, inverted. */
const pattern_shape swd_pattern_shapes[SWD_PATTERN_ALTERNATING + 1] = {
    [SWD_PATTERN_PRBS9] = {9, 5, 0},   [SWD_PATTERN_PRBS11] = {11, 9, 0}, [SWD_PATTERN_PRBS15] = {15, 14, 1},
    [SWD_PATTERN_PRBS20] = {20, 3, 0}, [SWD_PATTERN_QRSS] = {20, 17, 0},  [SWD_PATTERN_PRBS23] = {23, 18, 1},
    [SWD_PATTERN_ONES] = {0, 0, 0},    [SWD_PATTERN_ZEROS] = {0, 0, 0},   [SWD_PATTERN_ALTERNATING] = {1, 0, 0},
};

uint64_t swd_pattern_back(uint32_t pattern, uint64_t history, uint32_t n_bits)
{
    const pattern_shape *shape = &swd_pattern_shapes[pattern];
    for (; n_bits > 0; n_bits--) {
        uint64_t oldest = ~(history >> 63); /* alternating; of ones it is set below */
        if (shape->tap)
            oldest = history >> (64 - shape->stages) ^ history >> (64 - shape->stages + shape->tap);
        history = history >> 1 | oldest << 63;
    }
    return shape->stages ? history : ~0ull;
}

uint64_t swd_pattern_history(uint32_t pattern)
{
    const pattern_shape *shape = &swd_pattern_shapes[pattern];
    uint64_t history = (1ull << shape->stages) - 1;
    for (uint32_t k = shape->stages; shape->tap && k < 64; k++)
        history |= ((history >> (k - shape->stages) ^ history >> (k - shape->stages + shape->tap)) & 1) << k;
    if (!shape->tap)
        return shape->stages ? 0xAAAAAAAAAAAAAAAAu : ~0ull;
    return swd_pattern_back(pattern, history, shape->stages);
}

uint32_t swd_pattern_of(uint32_t pattern, int inverted, uint64_t *flip)
{
    int zeros = pattern == SWD_PATTERN_ZEROS, by_standard = swd_pattern_shapes[pattern].inverted != 0;
    *flip = (by_standard ^ (inverted != 0) ^ zeros) ? ~0ull : 0;
    return zeros ? SWD_PATTERN_ONES : pattern;
}

/* The next n octets (1..8) on the line, the first in the uppermost octet. */
static uint64_t line_octets(pattern_generator *g, uint32_t n)
{
    uint64_t octets = pattern_take(g->pattern, &g->history, 8 * n) ^ g->flip;
    if (g->wrong) {
        uint32_t wrong = g->wrong < n ? g->wrong : n;
        octets ^= FIRST_BITS & ~0ull << (64 - 8 * wrong);
        g->wrong -= wrong;
    }
    return octets;
}

static int owns(const swd_engine *e, uint32_t i, uint32_t unit)
{
    const source *x = &AT(e, const source, at_sources)[unit];
    return x->kind == SOURCE_PATTERN && x->unit == i;
}

static void deal(swd_engine *e, uint32_t i, pattern_generator *g, const span *s)
{
    uint32_t left = (s->b - s->a) * g->n_slots, cycle = s->a, slot = 0, mine = 0;
    for (uint32_t k = 0; k < g->n_slots; k++)
        mine |= (uint32_t)owns(e, i, g->first_source + k) << k;
    uint8_t *to = (uint8_t *)&s->cur[e->first_source + g->first_source];
    while (left > 0) {
        uint32_t n = left < 8 ? left : 8;
        uint64_t octets = line_octets(g, n);
        left -= n;
        for (uint32_t k = 0; k < n; k++, octets <<= 8) {
            if (mine >> slot & 1)
                to[SWD_ROW_CYCLES * slot + cycle] = (uint8_t)(octets >> 56);
            if (++slot == g->n_slots)
                slot = 0, cycle++;
        }
    }
}

void swd_patterns_span(swd_engine *e, const span *s)
{
    pattern_generator *generators = AT(e, pattern_generator, at_generators);
    for (uint32_t i = 0; e->n_generating && i < e->config.n_patterns; i++) {
        pattern_generator *g = &generators[i];
        if (!g->pattern)
            continue;
        if (g->n_slots > 1 || s->mask != ~0ull) {
            deal(e, i, g, s);
            continue;
        }
        uint64_t octets = line_octets(g, SWD_ROW_CYCLES);
        if (owns(e, i, g->first_source))
            s->cur[e->first_source + g->first_source] = __builtin_bswap64(octets);
    }
}

int swd_pattern_stop(swd_engine *e, uint32_t i)
{
    if (i >= e->config.n_patterns)
        return SWD_E_RANGE;
    pattern_generator *g = &AT(e, pattern_generator, at_generators)[i];
    for (uint32_t k = 0; k < g->n_slots; k++)
        if (owns(e, i, g->first_source + k))
            swd_source_idle(e, g->first_source + k);
    e->n_generating -= g->pattern != 0;
    *g = (pattern_generator){0};
    return SWD_OK;
}

int swd_pattern_start(swd_engine *e, uint32_t i, uint32_t pattern, uint32_t first_source, uint32_t n_slots, int inverted)
{
    if (i >= e->config.n_patterns || pattern < SWD_PATTERN_PRBS9 || pattern > SWD_PATTERN_ALTERNATING || n_slots < 1 ||
        n_slots > PATTERN_MOST_SLOTS || first_source >= e->config.n_sources || n_slots > e->config.n_sources - first_source)
        return SWD_E_RANGE;
    swd_pattern_stop(e, i);
    pattern_generator *g = &AT(e, pattern_generator, at_generators)[i];
    g->pattern = swd_pattern_of(pattern, inverted, &g->flip);
    g->history = swd_pattern_history(g->pattern);
    g->first_source = first_source;
    g->n_slots = n_slots;
    for (uint32_t k = 0; k < n_slots; k++)
        swd_source_pattern(e, first_source + k, i);
    e->n_generating++;
    return SWD_OK;
}

int swd_pattern_error(swd_engine *e, uint32_t i, uint32_t count)
{
    if (i >= e->config.n_patterns || !AT(e, pattern_generator, at_generators)[i].pattern)
        return SWD_E_RANGE;
    pattern_generator *g = &AT(e, pattern_generator, at_generators)[i];
    if (count > UINT32_MAX - g->wrong)
        return SWD_E_FULL;
    g->wrong += count;
    return SWD_OK;
}
