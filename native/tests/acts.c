/* What a script's octets mean, and what must hold after each act. */
#include "acts.h"

#define SOUND_OCTETS 9000u
#define FNV 0x100000001B3u

uint32_t script_u8(script *s) { return s->at < s->n_octets ? s->octets[s->at++] : 0; }

static uint32_t u16(script *s) { return script_u8(s) | script_u8(s) << 8; }

uint32_t script_index(script *s, uint32_t limit)
{
    static const uint32_t outside[] = {SWD_NONE, 0x80000000u, 65536u, 0xFFFFFFF0u};
    uint32_t x = u16(s), odd = x >> 13;
    if (odd != 7)
        return limit ? (x & 0x1FFF) % limit : 0;
    return (x & 7) < 4 ? outside[x & 3] : limit + (x & 3);
}

static void make_octets(uint8_t *octets)
{
    for (uint32_t i = 0; i < SOUND_OCTETS; i++)
        octets[i] = i % 3000 < 500 ? IDLE_OCTET : (uint8_t)(swd_philox(7, i / 2) >> (i % 7)); /* pauses, and pairs alike */
}

const swd_assets *acts_assets(void)
{
    static uint8_t octets[SOUND_OCTETS];
    static swd_signature table[1024];
    static const swd_prompt prompts[] = {{0, 3000}, {2400, 3100}, {5000, 3}, {5500, 1}, {6000, 40},
                                         {8999, 2}, {1, 0xFFFFFFFFu}};
    static const swd_tone tones[] = {
        {{450000, 0}, {-10000, 0}, 0, 0, {0}, 0},
        {{350000, 440000}, {-13000, 3000}, 4, 2, {37, 11, 5, 90}, 0},
        {{3999999, 1}, {3000, -60000}, 8, 0, {1, 0, 0, 7, 1, 1, 300, 2}, 0},
        {{950000, 0}, {-3000, 0}, 2, 0, {800, 800}, 0},
        {{450000, 0}, {-10000, 0}, 9, 0, {1, 1, 1, 1, 1, 1, 1, 1}, 0},
        {{450000, 0}, {-70000, 0}, 0, 0, {0}, 0},
        {{2000000, 0}, {-12000, 0}, 0, 0, {0}, 0},
        {{950000, 1400000, 1800000}, {-10000, -11000, -12000}, 6, 0, {33, 0, 34, 1, 33, 100}, 1},
        {{950000, 0}, {-10000, 0}, 0, 0, {0}, 1},
    };
    static swd_assets assets = {octets, prompts, tones, NULL, SOUND_OCTETS, sizeof prompts / sizeof *prompts,
                                sizeof tones / sizeof *tones, 0};
    if (!assets.signatures) {
        make_octets(octets);
        assets.n_signatures = swd_signatures_places(&assets);
        assert(assets.n_signatures > 0 && assets.n_signatures <= 1024);
        swd_signatures_build(&assets, table, assets.n_signatures);
        assets.signatures = table;
    }
    return &assets;
}

swd_config acts_config(script *s)
{
    swd_config c = {
        .tick_cycles = 1 + script_u8(s) % 8, .n_sources = script_u8(s) % 80, .n_hdlc_tx = script_u8(s) % 5,
        .n_hdlc_rx = script_u8(s) % 5, .n_su_tx = script_u8(s) % 4, .n_su_rx = script_u8(s) % 4, .n_conferences = script_u8(s) % 4, .n_switched = script_u8(s) % 140,
        .n_lines = script_u8(s) % 4, .n_e1 = script_u8(s) % 6, .n_paths = script_u8(s) % 4, .n_receivers = script_u8(s) % 6, .n_checks = script_u8(s) % 3, .n_mfc = script_u8(s) % 40, .n_progress = script_u8(s) % 4, .n_ears = script_u8(s) % 9,
        .n_patterns = script_u8(s) % 5, .n_berts = script_u8(s) % 5,
        .n_recorders = script_u8(s) % 3, .recorder_octets = 1024u << script_u8(s) % 2,
    };
    return c;
}

void rig_open(rig *r, const swd_config *config)
{
    r->size = swd_size(config);
    assert(r->size > 0 && r->size % 64 == 0);
    r->memory = aligned_alloc(64, r->size);
    r->copy = malloc(r->size);
    assert(r->memory && r->copy);
    memset(r->memory, 0xA5, r->size);
    r->engine = swd_init(r->memory, config);
    r->digest = 0xCBF29CE484222325u;
    r->n_events = 0;
}

void rig_close(rig *r)
{
    free(r->memory);
    free(r->copy);
}

void rig_restore(rig *to, const rig *from)
{
    assert(swd_same_shape(to->engine, from->memory, from->size) && to->size == from->size);
    memcpy(to->memory, from->memory, from->size);
    to->digest = from->digest;
    to->n_events = from->n_events;
}

static void note(rig *r, uint64_t x) { r->digest = (r->digest ^ x) * FNV; }

static void note_event(rig *r, const swd_event *event)
{
    assert(event->at < swd_now(r->engine) || event->kind == SWD_EV_HEARS); /* an ear made deaf speaks of the octet to come */
    assert(event->kind >= SWD_EV_FRAME && event->kind <= SWD_EV_BERT);
    note(r, event->at);
    note(r, (uint64_t)event->kind << 32 | event->unit);
    note(r, (uint64_t)event->a << 32 | event->b);
    if (event->kind == SWD_EV_FRAME || event->kind == SWD_EV_SU)
        for (uint32_t i = 0; i < (event->b & 0xFFFF); i++)
            note(r, swd_frames(r->engine)[event->a + i]);
    r->n_events++;
}

static int in_order(const swd_event *x, const swd_event *y)
{
    if (x->at != y->at)
        return x->at < y->at;
    return x->kind != y->kind ? x->kind < y->kind : x->unit <= y->unit;
}

void rig_run(rig *r, uint64_t until, uint32_t part, uint32_t capacity)
{
    static swd_event events[MAX_CAPACITY];
    uint32_t n = 0;
    assert(capacity <= MAX_CAPACITY);
    while (swd_now(r->engine) < until || n == capacity) {
        uint64_t now = swd_now(r->engine), target = now + part < until ? now + part : until;
        n = swd_run(r->engine, acts_assets(), target, events, capacity);
        assert(n <= capacity && (n < capacity || swd_now(r->engine) <= until));
        for (uint32_t i = 0; i < n; i++) {
            assert(i == 0 || in_order(&events[i - 1], &events[i]));
            note_event(r, &events[i]);
        }
    }
}

static int play_prompts(swd_engine *e, script *s, uint32_t unit)
{
    uint16_t prompts[MAX_PROMPTS];
    uint32_t n = 1 + script_u8(s) % 4, loop = script_u8(s) & 1;
    for (uint32_t i = 0; i < n; i++)
        prompts[i] = (uint16_t)script_index(s, acts_assets()->n_prompts);
    return swd_source_prompts(e, acts_assets(), unit, prompts, script_u8(s) < 8 ? 17 * (n & 1) : n, (int)loop);
}

static int dial(swd_engine *e, script *s, uint32_t unit)
{
    char digits[40];
    uint32_t n = script_u8(s) % 36, on = u16(s) & 1023, off = u16(s) & 511;
    for (uint32_t i = 0; i < n; i++)
        digits[i] = "123A456B789C*0#Dx"[script_u8(s) % (n > 32 ? 17 : 16)];
    digits[n] = 0;
    return swd_source_digits(e, unit, digits, on, off, -9000 - (int32_t)u16(s), script_u8(s) < 8 ? INT32_MIN : -7000);
}

static int signal_pair(swd_engine *e, script *s, uint32_t unit)
{
    uint32_t kind = script_u8(s), on[4], off[4], cycles = kind & 1 ? u16(s) & 1023 : 0;
    swd_pair_shape shape = {{-(int32_t)u16(s), 3140 + (kind == 7)}, {(int32_t)u16(s) - 32768, kind == 9 ? 100001 : 0},
                            {u16(s) << 16, u16(s) << 8}, script_u8(s) < 128 ? 0 : script_u8(s) % 16};
    if (kind & 2)
        return swd_source_mfc(e, unit, kind >> 2 & 1, script_index(s, 16), cycles, &shape);
    for (uint32_t i = 0; i < 4; i++) {
        on[i] = cycles + i;
        off[i] = 3 * i * (kind & 4);
    }
    return swd_source_dtmf(e, unit, "7*D0", on, off, &shape);
}

static int feed(swd_engine *e, script *s, uint32_t unit)
{
    uint8_t octets[700];
    uint32_t n = u16(s) % 700, all = script_u8(s);
    for (uint32_t i = 0; i < n; i++)
        octets[i] = all & 1 ? (uint8_t)swd_philox(all, i) : (uint8_t)all;
    return swd_source_feed(e, unit, octets, n);
}

static int source_act(swd_engine *e, script *s)
{
    uint32_t kind = script_u8(s) % 9, unit = script_index(s, e->config.n_sources);
    switch (kind) {
    case 8: return signal_pair(e, s, unit);
    case 0: return swd_source_idle(e, unit);
    case 1: return swd_source_tone(e, acts_assets(), unit, script_index(s, acts_assets()->n_tones));
    case 2: return play_prompts(e, s, unit);
    case 3: return dial(e, s, unit);
    case 4: return swd_source_raw(e, unit);
    case 5: return feed(e, s, unit);
    default: return swd_source_mark(e, unit, script_index(s, 2048));
    }
}

static int hdlc_act(swd_engine *e, script *s)
{
    uint8_t octets[SWD_MAX_FRAME + 2];
    uint32_t kind = script_u8(s) % 8, transmitter = script_index(s, e->config.n_hdlc_tx);
    uint32_t n = kind & 1 ? script_u8(s) % 20 : u16(s) % (SWD_MAX_FRAME + 3);
    if (kind == 0)
        return swd_hdlc_flush(e, transmitter);
    for (uint32_t i = 0; i < n; i++)
        octets[i] = kind == 2 ? 0xFF : (uint8_t)swd_philox(kind, i);
    return swd_hdlc_send(e, transmitter, octets, n);
}

static int su_act(swd_engine *e, script *s)
{
    uint8_t octets[SWD_MAX_FRAME + 2] = {0};
    uint32_t kind = script_u8(s) % 12, unit = script_index(s, kind == 7 ? e->config.n_su_rx : e->config.n_su_tx), x = script_u8(s);
    uint32_t n = x & 1 ? x % 12 : u16(s) % (SWD_MAX_FRAME + 3);
    for (uint32_t i = 0; i < n; i++)
        octets[i] = kind == 2 ? 0xFF : (uint8_t)swd_philox(kind, i);
    switch (kind) {
    case 0: return swd_su_fill(e, unit, octets, x % 7, (int)(x >> 7));
    case 1: return swd_su_ack(e, unit, x + (x & 1));
    case 2: return swd_su_notify(e, unit, script_index(s, 18));
    case 3: return swd_su_flush(e, unit) == 0;
    case 7: return swd_su_monitor(e, unit, x % 4, x / 16);
    default: return swd_su_send(e, unit, octets, n, x >> 2 & 0x3F);
    }
}

static uint32_t some_cell(const swd_engine *e, script *s)
{
    uint32_t kind = script_u8(s) % 4;
    if (kind == 0)
        return script_index(s, e->n_cells);
    return kind == 1 ? e->first_source + script_index(s, e->config.n_sources + e->config.n_hdlc_tx + e->config.n_su_tx)
                     : e->first_switched + script_index(s, e->config.n_switched);
}

static int listen_act(swd_engine *e, script *s)
{
    uint8_t drained[1500];
    uint32_t kind = script_u8(s) % 12, cell = some_cell(e, s);
    switch (kind) {
    case 0: return swd_hdlc_listen(e, script_index(s, e->config.n_hdlc_rx), cell);
    case 1: return swd_receiver_listen(e, script_index(s, e->config.n_receivers), cell);
    case 2: return swd_record_start(e, script_index(s, e->config.n_recorders), cell);
    case 3: return swd_record_stop(e, script_index(s, e->config.n_recorders));
    case 4: return swd_record_drain(e, script_index(s, e->config.n_recorders), drained, u16(s) % 1500) == 0;
    case 5:
    case 6: return swd_su_listen(e, script_index(s, e->config.n_su_rx), cell);
    case 7: return swd_check_listen(e, script_index(s, e->config.n_checks), cell, script_u8(s) % 9);
    case 8:
    case 9: return acts_tones(e, s, cell);
    default: return swd_ear_listen(e, script_index(s, e->config.n_ears), cell);
    }
}

static int line_act(swd_engine *e, script *s)
{
    uint32_t kind = script_u8(s) % 8, unit = script_index(s, e->config.n_lines), bits = script_u8(s);
    switch (kind) {
    case 0:
    case 1: return swd_line_define(e, unit, e->first_switched + script_index(s, e->config.n_switched));
    case 2: return swd_line_cut(e, unit, (int)(bits & 1));
    case 3:
    case 4: return swd_line_errors(e, unit, (bits & 3) == 0 ? 0 : 1u << (bits & 31), bits);
    default: return swd_gate(e, some_cell(e, s), (bits & 3) ? 0xFF : (uint8_t)~bits, 0, (bits & 1) ? 0 : (uint8_t)bits);
    }
}

static int any_act(swd_engine *e, script *s)
{
    uint32_t kind = script_u8(s) % 16;
    switch (kind) {
    case 0: return hdlc_act(e, s);
    case 8: return su_act(e, s);
    case 15: return acts_path(e, s);
    case 11:
    case 12:
    case 13:
    case 14: return acts_e1(e, s);
    case 9:
    case 10: return acts_pattern(e, s);
    case 1:
    case 2: return listen_act(e, s);
    case 3: return line_act(e, s);
    case 4: return swd_conference_leg(e, script_index(s, e->config.n_conferences), script_index(s, SWD_CONF_LEGS),
                                      some_cell(e, s), script_index(s, 256));
    case 5: return swd_connect(e, e->first_switched + script_index(s, e->config.n_switched), some_cell(e, s));
    default: return source_act(e, s);
    }
}

void rig_act(rig *r, script *s)
{
    memcpy(r->copy, r->memory, r->size);
    if (any_act(r->engine, s))
        assert(memcmp(r->copy, r->memory, r->size) == 0);
    for (uint32_t unit = 0; unit < 3; unit++) {
        swd_bert_counts counts = {0};
        swd_bert_counters(r->engine, unit, &counts);
        note(r, counts.bits ^ counts.errors << 32 ^ counts.errored_octets << 48);
        note(r, counts.syncs << 32 | counts.losses << 16 | counts.slips << 8 | counts.in_sync);
        note(r, swd_line_error_count(r->engine, unit));
        note(r, acts_e1_told(r->engine, unit));
        note(r, swd_source_underruns(r->engine, unit) + swd_hdlc_waiting(r->engine, unit));
        note(r, swd_su_waiting(r->engine, unit) << 16 | swd_su_repeats(r->engine, unit));
        note(r, swd_connected(r->engine, r->engine->first_switched + unit));
    }
}

/* Every listener is on the list of the cell that it names, once. */
static void check_lists(const swd_engine *e)
{
    const uint32_t *head = AT(e, const uint32_t, at_head), *next = AT(e, const uint32_t, at_next);
    const uint32_t *prev = AT(e, const uint32_t, at_prev), *of = AT(e, const uint32_t, at_source_of);
    uint32_t listed = 0, attached = 0;
    for (uint32_t cell = 0; cell < e->n_cells; cell++)
        for (uint32_t node = head[cell], before = SWD_NONE; node != SWD_NONE; before = node, node = next[node]) {
            assert(node < e->n_nodes && of[node] == cell && prev[node] == before && listed < e->n_nodes);
            listed++;
        }
    for (uint32_t node = 0; node < e->n_nodes; node++)
        attached += of[node] != SWD_NONE;
    assert(listed == attached);
}

void rig_check(const rig *r)
{
    const swd_engine *e = r->engine;
    uint32_t listening = 0, checking = 0, recording = 0, errored = 0;
    for (uint32_t i = 0; i < e->config.n_receivers; i++)
        listening += swd_dtmf_cell(AT(e, const swd_dtmf, at_dtmf), i) != SWD_NONE;
    for (uint32_t i = 0; i < e->config.n_recorders; i++)
        recording += AT(e, const recorder, at_recorders)[i].cell != SWD_NONE;
    for (uint32_t i = 0; i < e->config.n_lines; i++)
        errored += AT(e, const line, at_lines)[i].lambda != 0;
    for (uint32_t i = 0; i < e->config.n_checks; i++)
        checking += AT(e, const swd_check, at_checks)[i].cell != SWD_NONE;
    acts_check_patterns(e);
    assert(checking == e->n_checking && listening == e->n_listening && recording == e->n_recording && errored == e->n_errored);
    assert(e->n_pending <= e->event_capacity && e->n_gates <= MAX_GATES);
    assert(AT(e, const uint64_t, at_rows[0])[SWD_CELL_ONES] == ROW_ONES);
    assert(AT(e, const uint64_t, at_rows[1])[SWD_CELL_IDLE] == ROW_IDLE);
    check_lists(e);
    acts_e1_check(e);
    acts_path_check(e);
    acts_tones_check(e);
}
