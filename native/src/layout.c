/* layout.c: what an engine may consist of, and where everything lies in its memory. */
#include "engine.h"

#define MAX_UNITS 65536
#define MAX_SWITCHED (1u << 20)

static int config_good(const swd_config *c)
{
    const uint32_t units[] = {c->n_sources, c->n_hdlc_tx, c->n_hdlc_rx, c->n_su_tx, c->n_su_rx,
                              c->n_lines,   c->n_receivers, c->n_checks,  c->n_ears,
                              c->n_patterns, c->n_berts,   c->n_e1, c->n_paths, c->n_mfc, c->n_progress};
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

/* A row's place: its switched cells, of which there are most, begin with a line of the cache. */
static uint64_t take_row(const swd_engine *e, uint64_t *at)
{
    uint64_t before = (64 - 8ull * e->first_switched % 64) % 64;
    return take(at, before + 8ull * e->n_cells) + before;
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
     * ears, checkers and receivers of tones speak at row ends only, and a tick holds one of these. */
    e->event_capacity = 8 * (c->n_sources + c->n_hdlc_tx + c->n_hdlc_rx + c->n_ears) + c->n_su_tx * 8 +
                        SU_EVENTS * c->n_su_rx + c->n_checks + c->n_berts + 2 * c->n_receivers + c->n_mfc + c->n_progress + E1_EVENTS * c->n_e1 + 1;
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
    e->at_hits = take(at, 2 * sizeof(swd_dtmf_hit) * (uint64_t)c->n_receivers);
    e->at_dtmf = take(at, c->n_receivers ? swd_dtmf_size(c->n_receivers) : 0);
    e->at_mfc = take(at, c->n_mfc ? swd_tones_size(c->n_mfc) : 0);
    e->at_progress = take(at, c->n_progress ? swd_tones_size(c->n_progress) : 0);
    e->at_tone_hits = take(at, sizeof(swd_tones_hit) * (uint64_t)(c->n_mfc > c->n_progress ? c->n_mfc : c->n_progress));
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

/* From at_awake_switched to at_cut lie only bitmaps of what is awake: anything_awake looks through them. */
static void lay_out_maps(swd_engine *e, uint64_t *at)
{
    const swd_config *c = &e->config;
    e->at_awake_switched = take(at, bits(c->n_switched));
    e->at_awake_rx = take(at, bits(c->n_hdlc_rx));
    e->at_awake_ear = take(at, bits(c->n_ears));
    e->at_awake_conference = take(at, bits(c->n_conferences));
    e->at_busy_source = take(at, bits(c->n_sources));
    e->at_busy_tx = take(at, bits(c->n_hdlc_tx));
    e->at_awake_su = take(at, bits(c->n_su_rx));
    e->at_busy_su = take(at, bits(c->n_su_tx));
    e->at_cut = take(at, bits(c->n_switched));
    e->at_held = take(at, bits(c->n_switched));
    e->at_impaired = take(at, bits(c->n_switched));
    e->at_override = take(at, 4ull * c->n_switched);
    e->at_near = take(at, 2ull * CACHE_CELLS * swd_switched_lines(e));
    e->at_distant = take(at, bits(c->n_switched));
    e->at_order = take(at, 4ull * swd_switched_lines(e));
    e->at_place = take(at, 4ull * swd_switched_lines(e));
}

/* Everything's place; the header alone need exist. Returns the size. */
uint64_t swd_lay_out(swd_engine *e)
{
    const swd_config *c = &e->config;
    uint64_t at = 0;
    count_units(e);
    take(&at, sizeof *e);
    e->at_rows[0] = take_row(e, &at);
    e->at_rows[1] = take_row(e, &at);
    e->at_from = take(&at, 4ull * c->n_switched);
    e->at_source_of = take(&at, 4ull * e->n_nodes);
    e->at_head = take(&at, 4ull * e->n_cells);
    e->at_next = take(&at, 4ull * e->n_nodes);
    e->at_prev = take(&at, 4ull * e->n_nodes);
    e->work_capacity = e->n_cells;
    e->at_work = take(&at, 4ull * e->work_capacity);
    lay_out_maps(e, &at);
    e->at_lines = take(&at, sizeof(line) * (uint64_t)c->n_lines);
    e->at_sources = take(&at, sizeof(source) * (uint64_t)c->n_sources);
    e->at_source_data = take(&at, sizeof(source_data) * (uint64_t)c->n_sources);
    e->at_mark_octets = take(&at, 8ull * c->n_sources);
    e->at_mark_ids = take(&at, 2ull * c->n_sources);
    lay_out_channels(e, &at);
    e->at_masks = take(&at, (uint64_t)SWD_CONF_LEGS * c->n_conferences);
    e->at_parties = take(&at, 4ull * c->n_conferences);
    e->at_ears = take(&at, sizeof(ear) * (uint64_t)c->n_ears);
    e->at_quick_ears = take(&at, sizeof(quick_ear) * (uint64_t)c->n_ears);
    e->at_ear_rings = take(&at, (uint64_t)EAR_RING * c->n_ears);
    e->at_recorders = take(&at, sizeof(recorder) * (uint64_t)c->n_recorders);
    e->at_recorder_rings = take(&at, (uint64_t)c->recorder_octets * c->n_recorders);
    e->at_events = take(&at, sizeof(swd_event) * (uint64_t)e->event_capacity);
    lay_out_receivers(e, &at);
    lay_out_e1(e, &at);
    e->at_paths = take(&at, swd_path_unit_octets() * c->n_paths);
    return at;
}

size_t swd_size(const swd_config *config)
{
    swd_engine e;
    if (!config_good(config))
        return 0;
    memset(&e, 0, sizeof e);
    e.config = *config;
    return (size_t)swd_lay_out(&e);
}
