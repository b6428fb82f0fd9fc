/* line.c: line directions (cut, random bit errors) and gates. */
#include "engine.h"

/* Wide products and quotients; every compiler we build with has them. */
__extension__ typedef unsigned __int128 wide;

#define ONE_Q62 (1ull << 62)

/* -ln(1 - p) in 2^-62 for p up to a half: p + p^2/2 + p^3/3 + ... until the power vanishes. */
uint64_t swd_lambda_q62(uint32_t rate_ppb)
{
    uint64_t p = (uint64_t)(((wide)rate_ppb << 62) / 1000000000u), power = p, sum = 0;
    for (uint64_t k = 1; power != 0; k++) {
        sum += power / k;
        power = (uint64_t)((wide)power * p >> 62);
    }
    return sum;
}

/* Good bits before the next error: geometric, the floor of an exponential over lambda. */
uint64_t swd_geometric_gap(uint64_t lambda, uint64_t key, uint64_t draw)
{
    uint64_t exponential_q16 = swd_exponential_q16(swd_philox(key, draw));
    return (uint64_t)(((wide)exponential_q16 << 46) / lambda);
}

static uint64_t next_gap(line *x) { return swd_geometric_gap(x->lambda, x->key, x->draws++); }

/* Flip one bit. The cell may be asleep: then it wakes, and its next row is computed again. A cut line carries ones
 * whatever hits it. */
static void hit(swd_engine *e, const span *s, line *x)
{
    uint32_t bit = (uint32_t)(x->next_bit % LINE_BITS), octet = (uint32_t)(x->next_bit / LINE_BITS - s->start);
    uint32_t cell = e->first_switched + x->first + bit / 8;
    if (x->cut)
        return;
    s->cur[cell] ^= 0x80ull >> bit % 8 << 8 * octet;
    x->count++;
    swd_wake_cell(e, cell);
}

void swd_lines_span(swd_engine *e, const span *s)
{
    line *lines = AT(e, line, at_lines);
    uint64_t end_bit = (s->start + s->b) * LINE_BITS;
    if (e->n_errored == 0)
        return;
    for (uint32_t i = 0; i < e->config.n_lines; i++)
        if (lines[i].lambda)
            while (lines[i].next_bit < end_bit) {
                hit(e, s, &lines[i]);
                lines[i].next_bit += 1 + next_gap(&lines[i]);
            }
}

static line *defined_line(swd_engine *e, uint32_t i)
{
    if (i >= e->config.n_lines || AT(e, line, at_lines)[i].first == SWD_NONE)
        return NULL;
    return &AT(e, line, at_lines)[i];
}

int swd_line_touches(const swd_engine *e, uint32_t but, uint32_t first)
{
    const line *lines = AT(e, const line, at_lines);
    for (uint32_t k = 0; k < e->config.n_lines; k++)
        if (k != but && lines[k].first != SWD_NONE && first < lines[k].first + LINE_CELLS && lines[k].first < first + LINE_CELLS)
            return 1;
    return 0;
}

int swd_line_define(swd_engine *e, uint32_t i, uint32_t first_switched_cell)
{
    line *lines = AT(e, line, at_lines);
    uint32_t first = first_switched_cell - e->first_switched;
    if (i >= e->config.n_lines || first_switched_cell < e->first_switched ||
        first_switched_cell > e->n_cells || e->n_cells - first_switched_cell < LINE_CELLS)
        return SWD_E_RANGE;
    if (swd_line_touches(e, i, first) || swd_e1_touches(e, SWD_NONE, first))
        return SWD_E_RANGE;
    if (lines[i].first != SWD_NONE) {
        swd_line_cut(e, i, 0);
        swd_line_errors(e, i, 0, 0);
    }
    lines[i] = (line){.first = first};
    return SWD_OK;
}

/* A cut cell copies the constant cell of ones; what it is connected to is kept beside. */
int swd_line_cut(swd_engine *e, uint32_t i, int cut)
{
    line *x = defined_line(e, i);
    if (!x)
        return SWD_E_RANGE;
    if (x->cut == (uint32_t)!!cut)
        return SWD_OK;
    x->cut = !!cut;
    for (uint32_t k = x->first; k < x->first + LINE_CELLS; k++) {
        if (cut)
            bit_set(AT(e, uint64_t, at_cut), k);
        else
            bit_clear(AT(e, uint64_t, at_cut), k);
        swd_route(e, k);
    }
    return SWD_OK;
}

int swd_line_errors(swd_engine *e, uint32_t i, uint32_t rate_ppb, uint64_t key)
{
    line *x = defined_line(e, i);
    if (!x || rate_ppb > 500000000)
        return SWD_E_RANGE;
    e->n_errored -= x->lambda != 0;
    x->key = key;
    x->draws = 0;
    x->lambda = swd_lambda_q62(rate_ppb);
    x->next_bit = 0;
    if (x->lambda) {
        e->n_errored++;
        x->next_bit = e->now * LINE_BITS + next_gap(x);
    }
    return SWD_OK;
}

uint64_t swd_line_error_count(const swd_engine *e, uint32_t i)
{
    return i < e->config.n_lines ? AT(e, const line, at_lines)[i].count : 0;
}

static uint64_t spread(uint8_t octet) { return octet * 0x0101010101010101u; }

void swd_gates_span(swd_engine *e, const span *s)
{
    for (uint32_t i = 0; i < e->n_gates; i++) {
        const gate *g = &e->gates[i];
        uint64_t *cell = &s->cur[g->cell];
        put(cell, ((*cell & spread(g->and_bits)) | spread(g->or_bits)) ^ spread(g->xor_bits), s->mask);
    }
}

static uint32_t gate_of(const swd_engine *e, uint32_t cell)
{
    uint32_t i = 0;
    while (i < e->n_gates && e->gates[i].cell != cell)
        i++;
    return i;
}

int swd_gate(swd_engine *e, uint32_t cell, uint8_t and_bits, uint8_t or_bits, uint8_t xor_bits)
{
    uint32_t i = gate_of(e, cell);
    if (cell < e->first_source || cell >= e->n_cells)
        return SWD_E_RANGE;
    if (and_bits == 0xFF && or_bits == 0 && xor_bits == 0) {
        if (i < e->n_gates) {
            e->gates[i] = e->gates[--e->n_gates];
            e->gates[e->n_gates] = (gate){0};
        }
    } else {
        if (i == MAX_GATES)
            return SWD_E_FULL;
        e->gates[i] = (gate){cell, and_bits, or_bits, xor_bits, 0};
        e->n_gates += i == e->n_gates;
    }
    swd_wake_cell(e, cell);
    return SWD_OK;
}
