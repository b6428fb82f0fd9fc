/* bert.c: checkers of test sequences.
 *
 * All is judged at the ends of rows. Hunting: a checker is in sync when each of the latest 64 bits follows from the bits
 * before it by the sequence's own rule (ours; O.150 leaves it open), and the register that they fill is not the zero state,
 * which is no part of the sequence: ones on the line are not an inverted sequence. So an inverted one is never in sync. In
 * sync, what comes is compared with a reference that goes on by itself, so that a wrong bit is counted once.
 *
 * Sync is lost (O.150 4.2) when a) the errors make 0.20 of the bits of an integration interval of 1 s, told as soon as
 * they do; the intervals follow one another from the sync on; or b) the sequence is there, but out of phase: the latest 64
 * bits follow from those before them, and are not the reference's. Then the checker hunts anew. */
#include "engine.h"

#define LOW_BITS 0x7F7F7F7F7F7F7F7Fu
#define ROW_BITS (8 * SWD_ROW_CYCLES)

/* Of the latest 64 bits, those that do not follow from the ones before. */
static uint64_t not_following(const pattern_checker *b)
{
    const pattern_shape *shape = &swd_pattern_shapes[b->pattern];
    uint64_t new = b->heard[0], old = b->heard[1];
    if (!shape->stages)
        return ~new;
    uint64_t by_stages = new >> shape->stages | old << (64 - shape->stages);
    if (!shape->tap)
        return ~(new ^ by_stages);
    return new ^ by_stages ^ (new >> shape->tap | old << (64 - shape->tap));
}

static uint64_t register_bits(const pattern_checker *b) { return (1ull << swd_pattern_shapes[b->pattern].stages) - 1; }

static int holds_sequence(const pattern_checker *b)
{
    return not_following(b) == 0 && (!swd_pattern_shapes[b->pattern].tap || (b->heard[0] & register_bits(b)));
}

static void count_errors(pattern_checker *b, uint64_t wrong)
{
    uint32_t errors = (uint32_t)__builtin_popcountll(wrong);
    b->interval_errors += errors;
    b->counts.errors += errors;
    b->counts.errored_octets += (uint32_t)__builtin_popcountll((((wrong & LOW_BITS) + LOW_BITS) | wrong) & ~LOW_BITS);
}

/* The first n_bits (1..64) of these octets, in order. */
static inline void take_bits(pattern_checker *b, uint64_t octets, uint32_t n_bits)
{
    uint64_t bits = octets ^ b->flip;
    if (b->counts.in_sync) {
        uint64_t wrong = (bits ^ pattern_take(b->pattern, &b->history, n_bits)) & ~0ull << (64 - n_bits);
        b->counts.bits += n_bits;
        if (wrong)
            count_errors(b, wrong);
    }
    b->heard[1] = shift_in(b->heard[1], b->heard[0], n_bits);
    b->heard[0] = shift_in(b->heard[0], bits, n_bits);
}

static void gather(const uint32_t *cells, pattern_checker *b, const span *s)
{
    uint64_t octets = 0;
    uint32_t n = 0;
    for (uint32_t cycle = s->a; cycle < s->b; cycle++)
        for (uint32_t k = 0; k < b->n_cells; k++) {
            octets = octets << 8 | (uint8_t)(s->cur[cells[k]] >> 8 * cycle);
            if (++n == 8) {
                take_bits(b, octets, 64);
                n = 0;
            }
        }
    if (n > 0)
        take_bits(b, octets << (64 - 8 * n), 8 * n);
}

static void lose(swd_engine *e, uint32_t i, pattern_checker *b, uint64_t at, uint32_t reason)
{
    b->counts.in_sync = 0;
    b->counts.losses++;
    b->counts.slips += reason == SWD_BERT_PHASE;
    b->history = 0;
    b->heard[0] = b->heard[1] = 0;
    b->interval_rows = b->interval_errors = 0;
    swd_event_push(e, at, SWD_EV_BERT, i, 0, reason);
}

static void end_row(swd_engine *e, uint32_t i, pattern_checker *b, uint64_t at)
{
    if (!b->counts.in_sync) {
        if (!holds_sequence(b))
            return;
        b->counts.in_sync = 1;
        b->counts.syncs++;
        b->history = b->heard[0];
        swd_event_push(e, at, SWD_EV_BERT, i, 1, 0);
        return;
    }
    b->interval_rows++;
    if (b->interval_errors) {
        if (5ull * b->interval_errors >= (uint64_t)BERT_INTERVAL_ROWS * ROW_BITS * b->n_cells) {
            lose(e, i, b, at, SWD_BERT_RATIO);
            return;
        }
        if (((b->heard[0] ^ b->history) & register_bits(b)) && holds_sequence(b)) {
            lose(e, i, b, at, SWD_BERT_PHASE);
            return;
        }
    }
    if (b->interval_rows == BERT_INTERVAL_ROWS)
        b->interval_rows = b->interval_errors = 0;
}

void swd_berts_span(swd_engine *e, const span *s)
{
    pattern_checker *berts = AT(e, pattern_checker, at_berts);
    for (uint32_t i = 0; e->n_comparing && i < e->config.n_berts; i++) {
        pattern_checker *b = &berts[i];
        if (b->cell == SWD_NONE)
            continue;
        if (b->n_cells == 1 && s->mask == ~0ull)
            take_bits(b, __builtin_bswap64(s->cur[b->cell]), ROW_BITS);
        else
            gather(AT(e, const uint32_t, at_bert_cells) + (size_t)PATTERN_MOST_SLOTS * i, b, s);
        if (s->b == SWD_ROW_CYCLES)
            end_row(e, i, b, s->start + SWD_ROW_CYCLES - 1);
    }
}

int swd_bert_listen(swd_engine *e, uint32_t i, uint32_t pattern, const uint32_t *cells, uint32_t n_cells, int inverted)
{
    if (i >= e->config.n_berts || pattern < SWD_PATTERN_PRBS9 || pattern > SWD_PATTERN_ALTERNATING || n_cells < 1 ||
        n_cells > PATTERN_MOST_SLOTS)
        return SWD_E_RANGE;
    for (uint32_t k = 0; k < n_cells; k++)
        if (cells[k] >= e->n_cells)
            return SWD_E_RANGE;
    pattern_checker *b = &AT(e, pattern_checker, at_berts)[i];
    uint32_t *mine = AT(e, uint32_t, at_bert_cells) + (size_t)PATTERN_MOST_SLOTS * i;
    e->n_comparing += b->cell == SWD_NONE;
    *b = (pattern_checker){.cell = cells[0], .n_cells = n_cells};
    b->pattern = swd_pattern_of(pattern, inverted, &b->flip);
    memset(mine, 0, PATTERN_MOST_SLOTS * sizeof *mine);
    memcpy(mine, cells, n_cells * sizeof *mine);
    return SWD_OK;
}

int swd_bert_stop(swd_engine *e, uint32_t i)
{
    if (i >= e->config.n_berts)
        return SWD_E_RANGE;
    pattern_checker *b = &AT(e, pattern_checker, at_berts)[i];
    e->n_comparing -= b->cell != SWD_NONE;
    b->cell = SWD_NONE;
    return SWD_OK;
}

int swd_bert_counters(const swd_engine *e, uint32_t i, swd_bert_counts *counts)
{
    if (i >= e->config.n_berts)
        return SWD_E_RANGE;
    *counts = AT(e, const pattern_checker, at_berts)[i].counts;
    return SWD_OK;
}

static int all_within(const uint32_t *cells, uint32_t n_cells, uint32_t first)
{
    for (uint32_t k = 0; k < n_cells; k++)
        if (cells[k] - first >= LINE_CELLS)
            return 0;
    return 1;
}

static void step_reference(pattern_checker *b, int how)
{
    uint32_t n_bits = 8 * b->n_cells;
    if (how < 0) {
        b->history = swd_pattern_back(b->pattern, b->history, n_bits);
        return;
    }
    for (; n_bits > 0; n_bits -= n_bits < 64 ? n_bits : 64)
        pattern_take(b->pattern, &b->history, n_bits < 64 ? n_bits : 64);
}

int swd_bert_slip(swd_engine *e, uint32_t first_cell, int how)
{
    if (first_cell >= e->n_cells || (how != 1 && how != -1))
        return SWD_E_RANGE;
    for (uint32_t i = 0; e->n_comparing && i < e->config.n_berts; i++) {
        pattern_checker *b = &AT(e, pattern_checker, at_berts)[i];
        const uint32_t *cells = AT(e, const uint32_t, at_bert_cells) + (size_t)PATTERN_MOST_SLOTS * i;
        if (b->cell != SWD_NONE && b->counts.in_sync && all_within(cells, b->n_cells, first_cell))
            step_reference(b, how);
    }
    return SWD_OK;
}
