/* engine.c: laying an engine out, running it, handing over its events. */
#include "engine.h"

#define ENGINE_FORMAT 0x3530676e65647773u      /* "swdeng05" */
#define MAX_UNITS 65536
#define MAX_SWITCHED (1u << 20)

static int config_good(const swd_config *c)
{
    const uint32_t units[] = {c->n_sources, c->n_hdlc_tx, c->n_hdlc_rx, c->n_su_tx, c->n_su_rx,
                              c->n_lines,   c->n_receivers, c->n_checks,  c->n_ears,
                              c->n_patterns, c->n_berts,   c->n_e1};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i] > MAX_UNITS)
            return 0;
    if (c->tick_cycles < 1 || c->tick_cycles > SWD_ROW_CYCLES || c->n_switched > MAX_SWITCHED)
        return 0;
    if (c->n_conferences > MAX_UNITS / SWD_CONF_LEGS || c->n_recorders > 4096)
        return 0;
    return c->n_recorders == 0 || (c->recorder_octets >= 1024 && c->recorder_octets <= 1u << 24 &&
                                   (c->recorder_octets & (c->recorder_octets - 1)) == 0);
}

static uint64_t take(uint64_t *at, uint64_t octets)
{
    uint64_t here = *at;
    *at += (octets + 63) / 64 * 64;
    return here;
}

static void count_units(swd_engine *e)
{
    const swd_config *c = &e->config;
    e->first_source = 2;
    e->first_hdlc = e->first_source + c->n_sources;
    e->first_su = e->first_hdlc + c->n_hdlc_tx;
    e->first_leg = e->first_su + c->n_su_tx;
    e->first_switched = e->first_leg + c->n_conferences * SWD_CONF_LEGS;
    e->n_cells = e->first_switched + c->n_switched;
    e->node_rx = c->n_switched;
    e->node_su = e->node_rx + c->n_hdlc_rx;
    e->node_ear = e->node_su + c->n_su_rx;
    e->node_leg = e->node_ear + c->n_ears;
    e->n_nodes = e->node_leg + c->n_conferences * SWD_CONF_LEGS;
    /* Within one tick of at most 8 cycles, an octet makes at most one event of a source, transmitter or HDLC receiver;
     * an E1 receiver speaks of its status, of synchronization and of two timeslots' signalling at most in a cycle;
     * ears, checkers and DTMF channels speak at row ends only, and a tick holds one of these. */
    e->event_capacity = 8 * (c->n_sources + c->n_hdlc_tx + c->n_hdlc_rx + c->n_ears) + c->n_su_tx * 8 +
                        SU_EVENTS * c->n_su_rx + c->n_checks + c->n_berts + 2 * c->n_receivers + E1_EVENTS * c->n_e1 + 1;
}

static uint64_t bits(uint32_t n) { return 8ull * bit_words(n); }

static void lay_out_channels(swd_engine *e, uint64_t *at)
{
    const swd_config *c = &e->config;
    e->at_tx = take(at, sizeof(swd_hdlc_tx) * (uint64_t)c->n_hdlc_tx);
    e->at_rx = take(at, sizeof(swd_hdlc_rx) * (uint64_t)c->n_hdlc_rx);
    e->at_rx_frame_used = take(at, 4ull * c->n_hdlc_rx);
    e->at_frames = take(at, (uint64_t)FRAME_SLOT * c->n_hdlc_rx + (uint64_t)SWD_SU_OUT * c->n_su_rx);
    e->at_su_tx = take(at, sizeof(swd_su_tx) * (uint64_t)c->n_su_tx);
    e->at_su_rx = take(at, sizeof(swd_su_rx) * (uint64_t)c->n_su_rx);
    e->at_su_used = take(at, 4ull * c->n_su_rx);
}

static void lay_out_receivers(swd_engine *e, uint64_t *at)
{
    const swd_config *c = &e->config;
    e->at_checks = take(at, sizeof(swd_check) * (uint64_t)c->n_checks);
    e->at_generators = take(at, sizeof(pattern_generator) * (uint64_t)c->n_patterns);
    e->at_berts = take(at, sizeof(pattern_checker) * (uint64_t)c->n_berts);
    e->at_bert_cells = take(at, 4ull * PATTERN_MOST_SLOTS * c->n_berts);
    e->at_receiver_cells = take(at, 4ull * c->n_receivers);
    e->at_receiver_codes = take(at, 8ull * c->n_receivers);
    e->at_hits = take(at, 2 * sizeof(swd_dtmf_hit) * (uint64_t)c->n_receivers);
    e->at_dtmf = take(at, c->n_receivers ? swd_dtmf_size(c->n_receivers) : 0);
}

static void lay_out_e1(swd_engine *e, uint64_t *at)
{
    uint32_t n = e->config.n_e1, delays = n < SWD_E1_DELAYS ? n : SWD_E1_DELAYS;
    e->at_e1 = take(at, swd_e1_unit_octets() * n);
    e->at_e1_rings = take(at, swd_e1_ring_octets() * n);
    e->at_e1_busy = take(at, bits(n));
    e->at_e1_delays = take(at, (uint64_t)SWD_E1_DELAY_CYCLES * LINE_CELLS * delays);
    e->at_e1_tap = take(at, n ? SWD_E1_TAP_OCTETS : 0);
}

/* Everything's place; the header alone need exist. Returns the size. */
static uint64_t lay_out(swd_engine *e)
{
    const swd_config *c = &e->config;
    uint64_t at = 0;
    count_units(e);
    take(&at, sizeof *e);
    e->at_rows[0] = take(&at, 8ull * e->n_cells);
    e->at_rows[1] = take(&at, 8ull * e->n_cells);
    e->at_from = take(&at, 4ull * c->n_switched);
    e->at_source_of = take(&at, 4ull * e->n_nodes);
    e->at_head = take(&at, 4ull * e->n_cells);
    e->at_next = take(&at, 4ull * e->n_nodes);
    e->at_prev = take(&at, 4ull * e->n_nodes);
    e->work_capacity = e->n_cells;
    e->at_work = take(&at, 4ull * e->work_capacity);
    e->at_awake_switched = take(&at, bits(c->n_switched));
    e->at_awake_rx = take(&at, bits(c->n_hdlc_rx));
    e->at_awake_ear = take(&at, bits(c->n_ears));
    e->at_awake_conference = take(&at, bits(c->n_conferences));
    e->at_busy_source = take(&at, bits(c->n_sources));
    e->at_busy_tx = take(&at, bits(c->n_hdlc_tx));
    e->at_awake_su = take(&at, bits(c->n_su_rx));
    e->at_busy_su = take(&at, bits(c->n_su_tx));
    e->at_cut = take(&at, bits(c->n_switched));
    e->at_held = take(&at, bits(c->n_switched));
    e->at_override = take(&at, 4ull * c->n_switched);
    e->at_lines = take(&at, sizeof(line) * (uint64_t)c->n_lines);
    e->at_sources = take(&at, sizeof(source) * (uint64_t)c->n_sources);
    e->at_source_data = take(&at, sizeof(source_data) * (uint64_t)c->n_sources);
    e->at_mark_octets = take(&at, 8ull * c->n_sources);
    e->at_mark_ids = take(&at, 2ull * c->n_sources);
    lay_out_channels(e, &at);
    e->at_masks = take(&at, (uint64_t)SWD_CONF_LEGS * c->n_conferences);
    e->at_ears = take(&at, sizeof(ear) * (uint64_t)c->n_ears);
    e->at_quick_ears = take(&at, sizeof(quick_ear) * (uint64_t)c->n_ears);
    e->at_ear_rings = take(&at, (uint64_t)EAR_RING * c->n_ears);
    e->at_recorders = take(&at, sizeof(recorder) * (uint64_t)c->n_recorders);
    e->at_recorder_rings = take(&at, (uint64_t)c->recorder_octets * c->n_recorders);
    e->at_events = take(&at, sizeof(swd_event) * (uint64_t)e->event_capacity);
    lay_out_receivers(e, &at);
    lay_out_e1(e, &at);
    return at;
}

size_t swd_size(const swd_config *config)
{
    swd_engine e;
    if (!config_good(config))
        return 0;
    memset(&e, 0, sizeof e);
    e.config = *config;
    return (size_t)lay_out(&e);
}

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
    fill_u32(AT(e, uint32_t, at_receiver_cells), c->n_receivers, SWD_NONE);
    if (c->n_receivers)
        swd_dtmf_init(AT(e, swd_dtmf, at_dtmf), c->n_receivers);
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
    e->size = lay_out(e);
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
    uint64_t any = 0;
    for (; word < end; word++)
        any |= *word;
    return any != 0 || e->n_listening != 0 || e->n_checking != 0 || e->n_recording != 0 || e->n_errored != 0 ||
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
    swd_gates_span(e, &s);
    swd_hdlc_receive_span(e, &s);
    swd_su_receive_span(e, &s);
    swd_receivers_span(e, &s);
    swd_checks_span(e, &s);
    swd_berts_span(e, &s);
    swd_recorders_span(e, &s);
    if (s.b == SWD_ROW_CYCLES)
        swd_ears_span(e, assets, &s);
    e->now += n;
    if (s.b == SWD_ROW_CYCLES && row % SWEEP_ROWS == SWEEP_ROWS - 1)
        swd_sweep(e);
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
