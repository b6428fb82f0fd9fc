/* engine.c: an engine's beginning, its runs, the handing over of its events. */
#include "engine.h"

#define ENGINE_FORMAT 0x3331676e65647773u      /* "swdeng13" */

static void fill_u32(uint32_t *words, uint64_t n, uint32_t value)
{
    for (uint64_t i = 0; i < n; i++)
        words[i] = value;
}

static void init_cells(swd_engine *e)
{
    for (int which = 0; which < 2; which++) {
        uint64_t *row = AT(e, uint64_t, at_rows[which]);
        for (uint32_t i = 0; i < e->n_cells; i++)
            row[i] = i == SWD_CELL_ONES ? ROW_ONES : ROW_IDLE;
    }
    fill_u32(AT(e, uint32_t, at_source_of), e->n_nodes, SWD_NONE);
    fill_u32(AT(e, uint32_t, at_override), e->config.n_switched, SWD_NONE);
    fill_u32(AT(e, uint32_t, at_head), e->n_cells, SWD_NONE);
    fill_u32(AT(e, uint32_t, at_next), e->n_nodes, SWD_NONE);
    fill_u32(AT(e, uint32_t, at_prev), e->n_nodes, SWD_NONE);
    swd_switching_init(e);
    for (uint32_t i = 0; i < e->config.n_switched; i++)
        swd_node_attach(e, i, SWD_CELL_IDLE);
}

static void init_terminals(swd_engine *e)
{
    for (uint32_t i = 0; i < e->config.n_su_tx; i++) {
        swd_su_tx_reset(&AT(e, swd_su_tx, at_su_tx)[i]);
        bit_set(AT(e, uint64_t, at_busy_su), i);
    }
    for (uint32_t i = 0; i < e->config.n_su_rx; i++) {
        swd_su_rx_reset(&AT(e, swd_su_rx, at_su_rx)[i]);
        AT(e, swd_su_rx, at_su_rx)[i].bits.cell = SWD_NONE;
    }
}

static void init_units(swd_engine *e)
{
    const swd_config *c = &e->config;
    init_terminals(e);
    swd_e1_init(e);
    swd_paths_init(e);
    for (uint32_t i = 0; i < c->n_checks; i++)
        swd_check_reset(&AT(e, swd_check, at_checks)[i], SWD_NONE, 0);
    for (uint32_t i = 0; i < c->n_berts; i++)
        AT(e, pattern_checker, at_berts)[i].cell = SWD_NONE;
    for (uint32_t i = 0; i < c->n_lines; i++)
        AT(e, line, at_lines)[i].first = SWD_NONE;
    for (uint32_t i = 0; i < c->n_hdlc_tx; i++) {
        swd_hdlc_tx_reset(&AT(e, swd_hdlc_tx, at_tx)[i]);
        bit_set(AT(e, uint64_t, at_busy_tx), i);
    }
    for (uint32_t i = 0; i < c->n_hdlc_rx; i++) {
        swd_hdlc_rx_reset(&AT(e, swd_hdlc_rx, at_rx)[i]);
        AT(e, swd_hdlc_rx, at_rx)[i].cell = SWD_NONE;
    }
    for (uint32_t i = 0; i < c->n_ears; i++)
        AT(e, ear, at_ears)[i] = (ear){.cell = SWD_NONE, .follow = FOLLOW_CONSTANT, .expect = ROW_IDLE};
    for (uint32_t i = 0; i < c->n_recorders; i++)
        AT(e, recorder, at_recorders)[i].cell = SWD_NONE;
    if (c->n_receivers)
        swd_dtmf_init(AT(e, swd_dtmf, at_dtmf), c->n_receivers);
    swd_receivers_init(e);
    swd_tone_vectors_init(e);
}

swd_engine *swd_init(void *memory, const swd_config *config)
{
    swd_engine *e = memory;
    size_t size = swd_size(config);
    assert(size != 0 && ((uintptr_t)memory & 63) == 0);
    memset(memory, 0, size);
    e->format = ENGINE_FORMAT;
    e->config = *config;
    e->size = swd_lay_out(e);
    init_cells(e);
    init_units(e);
    return e;
}

int swd_same_shape(const swd_engine *e, const void *snapshot, size_t n_octets)
{
    swd_engine other;
    if (n_octets != e->size || n_octets < sizeof other)
        return 0;
    memcpy(&other, snapshot, sizeof other);
    return other.format == e->format && other.size == e->size && memcmp(&other.config, &e->config, sizeof e->config) == 0;
}

uint64_t swd_now(const swd_engine *e) { return e->now; }
uint32_t swd_first_source_cell(const swd_engine *e) { return e->first_source; }
uint32_t swd_first_hdlc_cell(const swd_engine *e) { return e->first_hdlc; }
uint32_t swd_first_su_cell(const swd_engine *e) { return e->first_su; }
uint32_t swd_first_conference_cell(const swd_engine *e) { return e->first_leg; }
uint32_t swd_first_switched_cell(const swd_engine *e) { return e->first_switched; }
uint32_t swd_cell_count(const swd_engine *e) { return e->n_cells; }
const uint8_t *swd_frames(const swd_engine *e) { return AT(e, const uint8_t, at_frames); }

const char *swd_build_flags(void)
{
    return __VERSION__ " " SWD_BUILD_FLAGS;
}

void swd_event_push(swd_engine *e, uint64_t at, uint32_t kind, uint32_t unit, uint32_t a, uint32_t b)
{
    assert(e->n_pending < e->event_capacity);
    AT(e, swd_event, at_events)[e->n_pending++] = (swd_event){at, kind, unit, a, b};
}

static int event_before(const swd_event *x, const swd_event *y)
{
    if (x->at != y->at)
        return x->at < y->at;
    if (x->kind != y->kind)
        return x->kind < y->kind;
    return x->unit < y->unit;
}

/* Stable, so that what one unit says keeps its order, and so that the pending events are the same bytes however the
 * tick was cut. They come nearly sorted: by kind, and by unit within a kind. */
static void sort_pending(swd_engine *e)
{
    swd_event *events = AT(e, swd_event, at_events);
    for (uint32_t i = 1; i < e->n_pending; i++) {
        swd_event event = events[i];
        uint32_t low = 0, high = i;
        while (low < high) {
            uint32_t middle = (low + high) / 2;
            if (event_before(&event, &events[middle]))
                high = middle;
            else
                low = middle + 1;
        }
        memmove(events + low + 1, events + low, (i - low) * sizeof event);
        events[low] = event;
    }
}

static uint32_t hand_over(swd_engine *e, swd_event *out, uint32_t capacity)
{
    swd_event *events = AT(e, swd_event, at_events);
    uint32_t n = e->n_pending < capacity ? e->n_pending : capacity;
    memcpy(out, events, n * sizeof *out);
    for (uint32_t i = 0; i < n; i++)
        if (events[i].kind == SWD_EV_FRAME)
            AT(e, uint32_t, at_rx_frame_used)[events[i].unit] = 0;
        else if (events[i].kind == SWD_EV_SU)
            AT(e, uint32_t, at_su_used)[events[i].unit] = 0;
    memmove(events, events + n, (e->n_pending - n) * sizeof *events);
    memset(events + (e->n_pending - n), 0, n * sizeof *events);
    e->n_pending -= n;
    e->n_due = e->n_pending;
    return n;
}

static uint32_t anything_awake(const swd_engine *e)
{
    /* From at_awake_switched to at_cut lie only bitmaps of what is awake, cleared padding between them. */
    const uint64_t *word = AT(e, const uint64_t, at_awake_switched), *end = AT(e, const uint64_t, at_cut);
    while (word < end && *word == 0)
        word++;
    return word < end || e->n_listening != 0 || e->n_tones != 0 || e->n_checking != 0 || e->n_recording != 0 || e->n_errored != 0 ||
           e->n_generating != 0 || e->n_comparing != 0 || e->n_e1_busy != 0;
}

static void run_span(swd_engine *e, const swd_assets *assets, uint32_t n)
{
    uint64_t row = e->now / SWD_ROW_CYCLES;
    uint32_t a = (uint32_t)(e->now % SWD_ROW_CYCLES);
    span s = {.start = e->now - a, .row = row, .a = a, .b = a + n, .mask = octet_mask(a, a + n),
              .cur = AT(e, uint64_t, at_rows[row & 1]), .old = AT(e, uint64_t, at_rows[(row & 1) ^ 1])};
    if (a == 0)
        e->mark_rows[row % MARK_DELAYS] = swd_mark_of_row(row);
    swd_switch_span(e, &s);
    swd_sources_span(e, assets, &s);
    swd_patterns_span(e, &s);
    swd_hdlc_send_span(e, &s);
    swd_su_send_span(e, &s);
    swd_conferences_span(e, &s);
    swd_e1_span(e, &s);
    swd_lines_span(e, &s);
    swd_paths_span(e, assets, &s);
    swd_gates_span(e, &s);
    swd_hdlc_receive_span(e, &s);
    swd_su_receive_span(e, &s);
    swd_receivers_span(e, &s);
    swd_checks_span(e, &s);
    swd_tones_span(e, &s);
    swd_berts_span(e, &s);
    swd_recorders_span(e, &s);
    if (s.b == SWD_ROW_CYCLES)
        swd_ears_span(e, assets, &s);
    e->now += n;
    if (s.b == SWD_ROW_CYCLES && row % SWEEP_ROWS == SWEEP_ROWS - 1) {
        swd_sweep(e);
        swd_switching_order(e);
    }
}

/* With everything asleep nothing but time moves. */
static void jump(swd_engine *e, uint64_t until)
{
    uint64_t first = (e->now + SWD_ROW_CYCLES - 1) / SWD_ROW_CYCLES, end = (until + SWD_ROW_CYCLES - 1) / SWD_ROW_CYCLES;
    if (end > MARK_DELAYS && first < end - MARK_DELAYS)
        first = end - MARK_DELAYS;
    for (uint64_t row = first; row < end; row++)
        e->mark_rows[row % MARK_DELAYS] = swd_mark_of_row(row);
    e->now = until;
}

static uint64_t span_end(const swd_engine *e, uint64_t until)
{
    uint64_t row_end = e->now - e->now % SWD_ROW_CYCLES + SWD_ROW_CYCLES;
    uint64_t tick_end = e->now - e->now % e->config.tick_cycles + e->config.tick_cycles;
    uint64_t end = row_end < tick_end ? row_end : tick_end;
    return end < until ? end : until;
}

static int at_tick(const swd_engine *e) { return e->now % e->config.tick_cycles == 0; }

uint32_t swd_run(swd_engine *e, const swd_assets *assets, uint64_t until, swd_event *events, uint32_t capacity)
{
    assert(capacity > 0);
    if (until <= e->now)
        return e->n_due ? hand_over(e, events, e->n_due < capacity ? e->n_due : capacity) : 0;
    while (e->now < until && !(at_tick(e) && (e->n_pending || e->stop)))
        if (!e->n_pending && !anything_awake(e))
            jump(e, until);
        else
            run_span(e, assets, (uint32_t)(span_end(e, until) - e->now));
    sort_pending(e);
    if (!at_tick(e))
        return 0;
    e->stop = 0;
    return hand_over(e, events, capacity);
}
