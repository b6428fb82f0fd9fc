/* graph.c: who hears which cell, and what sleeps. */
#include "engine.h"

static void detach(swd_engine *e, uint32_t node)
{
    uint32_t *head = AT(e, uint32_t, at_head), *next = AT(e, uint32_t, at_next), *prev = AT(e, uint32_t, at_prev);
    uint32_t cell = AT(e, uint32_t, at_source_of)[node];
    if (cell == SWD_NONE)
        return;
    if (prev[node] == SWD_NONE)
        head[cell] = next[node];
    else
        next[prev[node]] = next[node];
    if (next[node] != SWD_NONE)
        prev[next[node]] = prev[node];
    next[node] = prev[node] = SWD_NONE;
    AT(e, uint32_t, at_source_of)[node] = SWD_NONE;
}

void swd_node_attach(swd_engine *e, uint32_t node, uint32_t cell)
{
    uint32_t *head = AT(e, uint32_t, at_head), *next = AT(e, uint32_t, at_next);
    detach(e, node);
    if (cell == SWD_NONE)
        return;
    next[node] = head[cell];
    if (head[cell] != SWD_NONE)
        AT(e, uint32_t, at_prev)[head[cell]] = node;
    head[cell] = node;
    AT(e, uint32_t, at_source_of)[node] = cell;
    if (node < e->config.n_switched)
        swd_switching_source(e, node, cell);
}

/* Wake the cell; 1 when it was asleep. The constant cells never wake. */
static int wake_one(swd_engine *e, uint32_t cell)
{
    uint64_t *map;
    uint32_t i;
    if (cell < e->first_source)
        return 0;
    if (cell >= e->first_switched)
        map = AT(e, uint64_t, at_awake_switched), i = cell - e->first_switched;
    else if (cell >= e->first_leg)
        map = AT(e, uint64_t, at_awake_conference), i = (cell - e->first_leg) / SWD_CONF_LEGS;
    else if (cell >= e->first_su)
        map = AT(e, uint64_t, at_busy_su), i = cell - e->first_su;
    else if (cell >= e->first_hdlc)
        map = AT(e, uint64_t, at_busy_tx), i = cell - e->first_hdlc;
    else
        map = AT(e, uint64_t, at_busy_source), i = cell - e->first_source;
    if (bit_get(map, i))
        return 0;
    bit_set(map, i);
    return 1;
}

static void work_push(swd_engine *e, uint32_t *n, uint32_t cell)
{
    assert(*n < e->work_capacity);
    AT(e, uint32_t, at_work)[(*n)++] = cell;
}

static void wake_node(swd_engine *e, uint32_t node, uint32_t *n_work)
{
    if (node < e->node_rx) {
        if (wake_one(e, e->first_switched + node))
            work_push(e, n_work, e->first_switched + node);
    } else if (node < e->node_su) {
        bit_set(AT(e, uint64_t, at_awake_rx), node - e->node_rx);
    } else if (node < e->node_ear) {
        bit_set(AT(e, uint64_t, at_awake_su), node - e->node_su);
    } else if (node < e->node_leg) {
        bit_set(AT(e, uint64_t, at_awake_ear), node - e->node_ear);
    } else {
        uint32_t conference = (node - e->node_leg) / SWD_CONF_LEGS, cell = e->first_leg + conference * SWD_CONF_LEGS;
        if (wake_one(e, cell))
            for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
                work_push(e, n_work, cell + leg);
    }
}

/* A cell is on the work list at most once, when it wakes; the list is left cleared, so that the order of wakings, which
 * depends on how a row was cut, leaves no trace. The first cell's listeners are woken even when it was awake: they may
 * have gone to sleep on octets that are to change now. */
void swd_wake_cell(swd_engine *e, uint32_t cell)
{
    uint32_t n_work = 0, *work = AT(e, uint32_t, at_work);
    uint32_t first = cell, last = cell;
    if (cell >= e->first_leg && cell < e->first_switched) {
        first = cell - (cell - e->first_leg) % SWD_CONF_LEGS;
        last = first + SWD_CONF_LEGS - 1;
    }
    wake_one(e, cell);
    for (uint32_t c = first; c <= last; c++) {
        work_push(e, &n_work, c);
        while (n_work > 0) {
            uint32_t node = AT(e, uint32_t, at_head)[work[--n_work]];
            work[n_work] = 0;
            for (; node != SWD_NONE; node = AT(e, uint32_t, at_next)[node])
                wake_node(e, node, &n_work);
        }
    }
}

static inline int asleep(const swd_engine *e, uint32_t cell)
{
    if (cell >= e->first_switched)
        return !bit_get(AT(e, const uint64_t, at_awake_switched), cell - e->first_switched);
    if (cell < e->first_source)
        return 1;
    if (cell >= e->first_leg)
        return !bit_get(AT(e, const uint64_t, at_awake_conference), (cell - e->first_leg) / SWD_CONF_LEGS);
    if (cell >= e->first_su)
        return !bit_get(AT(e, const uint64_t, at_busy_su), cell - e->first_su);
    if (cell >= e->first_hdlc)
        return !bit_get(AT(e, const uint64_t, at_busy_tx), cell - e->first_hdlc);
    return !bit_get(AT(e, const uint64_t, at_busy_source), cell - e->first_source);
}

int swd_cell_asleep(const swd_engine *e, uint32_t cell) { return asleep(e, cell); }

int swd_cell_steady(const swd_engine *e, uint32_t cell, uint64_t octets)
{
    for (uint32_t i = 0; i < e->n_gates; i++)
        if (e->gates[i].cell == cell)
            return 0;
    return AT(e, const uint64_t, at_rows[0])[cell] == octets && AT(e, const uint64_t, at_rows[1])[cell] == octets;
}

static void sweep_sources(swd_engine *e)
{
    const source *sources = AT(e, const source, at_sources);
    uint64_t *busy = AT(e, uint64_t, at_busy_source);
    for (uint32_t w = 0; w < bit_words(e->config.n_sources); w++)
        for (uint64_t word = busy[w]; word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word);
            if (sources[i].kind == SOURCE_IDLE && swd_cell_steady(e, e->first_source + i, ROW_IDLE))
                bit_clear(busy, i);
        }
}

static void sweep_transmitters(swd_engine *e)
{
    const uint64_t *row = AT(e, const uint64_t, at_rows[0]) + e->first_hdlc;
    for (uint32_t i = 0; i < e->config.n_hdlc_tx; i++) /* trials are dear: of those that are awake alone */
        if (bit_get(AT(e, const uint64_t, at_busy_tx), i) && swd_cell_steady(e, e->first_hdlc + i, row[i]) && swd_tx_settled(e, i, row[i]))
            bit_clear(AT(e, uint64_t, at_busy_tx), i);
    row = AT(e, const uint64_t, at_rows[0]) + e->first_su;
    for (uint32_t i = 0; i < e->config.n_su_tx; i++)
        if (bit_get(AT(e, const uint64_t, at_busy_su), i) && swd_cell_steady(e, e->first_su + i, row[i]) && swd_su_tx_settled(e, i, row[i]))
            bit_clear(AT(e, uint64_t, at_busy_su), i);
}

static int conference_settled(const swd_engine *e, uint32_t conference)
{
    const uint32_t *from = AT(e, const uint32_t, at_source_of) + e->node_leg + conference * SWD_CONF_LEGS;
    const uint64_t *row = AT(e, const uint64_t, at_rows[0]);
    uint64_t out[SWD_CONF_LEGS];
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        if (from[leg] != SWD_NONE && !(asleep(e, from[leg]) && swd_cell_steady(e, from[leg], row[from[leg]])))
            return 0;
    swd_conference_row(e, conference, row, out);
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        if (!swd_cell_steady(e, e->first_leg + conference * SWD_CONF_LEGS + leg, out[leg]))
            return 0;
    return 1;
}

static void sweep_conferences(swd_engine *e)
{
    uint64_t *awake = AT(e, uint64_t, at_awake_conference);
    for (uint32_t i = 0; i < e->config.n_conferences; i++)
        if (bit_get(awake, i) && conference_settled(e, i))
            bit_clear(awake, i);
}

/* Of 64 cells from i on, those that hold the same octets in both rows: nearly none while there is sound. */
static uint64_t unchanged(const swd_engine *e, uint32_t i, uint64_t among)
{
    const uint64_t *x = AT(e, const uint64_t, at_rows[0]) + e->first_switched + i;
    const uint64_t *y = AT(e, const uint64_t, at_rows[1]) + e->first_switched + i;
    uint32_t n = e->config.n_switched - i < 64 ? e->config.n_switched - i : 64;
    uint64_t same = 0;
    if (among == 0)
        return 0;
#if defined(__x86_64__)
    if (n == 64 && swd_isa_selected() >= SWD_ISA_AVX2)
        return swd_same_avx2(x, y) & among;
#endif
    for (uint32_t k = 0; k < n; k++)
        if (x[k] == y[k])
            same |= 1ull << k;
    return same & among;
}

static void sweep_switched(swd_engine *e)
{
    uint64_t *awake = AT(e, uint64_t, at_awake_switched);
    const uint64_t *held = AT(e, const uint64_t, at_held), *impaired = AT(e, const uint64_t, at_impaired);
    const uint32_t *from = AT(e, const uint32_t, at_source_of);
    const uint64_t *row = AT(e, const uint64_t, at_rows[0]);
    for (uint32_t w = 0; w < bit_words(e->config.n_switched); w++)
        for (uint64_t word = unchanged(e, w * 64, awake[w] & ~held[w] & ~impaired[w]); word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word);
            if (asleep(e, from[i]) && swd_cell_steady(e, from[i], row[from[i]]) &&
                swd_cell_steady(e, e->first_switched + i, row[from[i]]))
                bit_clear(awake, i);
        }
}

static void sweep_listeners(swd_engine *e)
{
    const uint64_t *row = AT(e, const uint64_t, at_rows[0]);
    for (uint32_t i = 0; i < e->config.n_hdlc_rx; i++) {
        if (!bit_get(AT(e, const uint64_t, at_awake_rx), i))
            continue;
        uint32_t cell = AT(e, const swd_hdlc_rx, at_rx)[i].cell;
        if (cell == SWD_NONE || (asleep(e, cell) && swd_rx_settled(e, i, row[cell])))
            bit_clear(AT(e, uint64_t, at_awake_rx), i);
    }
    for (uint32_t i = 0; i < e->config.n_su_rx; i++) {
        if (!bit_get(AT(e, const uint64_t, at_awake_su), i))
            continue;
        uint32_t cell = AT(e, const swd_su_rx, at_su_rx)[i].bits.cell;
        if (cell == SWD_NONE || (asleep(e, cell) && swd_su_rx_settled(e, i, row[cell])))
            bit_clear(AT(e, uint64_t, at_awake_su), i);
    }
    for (uint32_t i = 0; i < e->config.n_ears; i++) {
        const ear *x = &AT(e, const ear, at_ears)[i];
        int certain = x->follow == FOLLOW_CONSTANT && x->damaged == 0;
        if (x->cell == SWD_NONE || (certain && asleep(e, x->cell) && row[x->cell] == x->expect))
            bit_clear(AT(e, uint64_t, at_awake_ear), i);
    }
}

/* Put to sleep what has settled: the producers first, then what hears them. */
void swd_sweep(swd_engine *e)
{
    sweep_sources(e);
    sweep_transmitters(e);
    sweep_conferences(e);
    sweep_switched(e);
    sweep_listeners(e);
}
