/* E1 directions of an engine: scripts of acts upon them, and a healthy direction at both levels. */
#include "acts.h"
#include "e1_line.h"

#define SCRIPTS 10u
#define SCRIPT_OCTETS 3000u
#define UNITS 4u

static const uint32_t kinds_of_line[] = {SWD_E1_CRC4 | SWD_E1_HDB3, SWD_E1_CAS, SWD_E1_CRC4 | SWD_E1_CAS | SWD_E1_HDB3, 0};

static void fill(uint8_t *octets, uint64_t seed)
{
    for (uint32_t i = 0; i < SCRIPT_OCTETS; i += 8) {
        uint64_t draw = swd_philox(seed, i);
        memcpy(octets + i, &draw, 8);
    }
}

/* Two lines, both ways; each unit's cells copy a source each and an octet of what the other way brings. */
static void build(swd_engine *e, uint32_t seed)
{
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        swd_e1_config config = {
            .first_cell = e->first_switched + E1_SLOTS * unit, .opposite = unit ^ 1, .flags = kinds_of_line[(unit + seed) % 4],
            .phase = (seed * 5) % 16, .los_intervals = 255, .ssm_sa = 4 + seed % 5};
        assert(swd_e1_define(e, unit, &config) == SWD_OK);
        for (uint32_t slot = 0; slot < E1_SLOTS; slot++) {
            uint32_t from = slot == 0 || slot == 16 ? SWD_CELL_IDLE : e->first_source + (unit * 7 + slot) % e->config.n_sources;
            if (slot >= 28 && unit % 2)
                from = e->first_switched + E1_SLOTS * (unit - 1) + slot;
            assert(swd_connect(e, config.first_cell + slot, from) == SWD_OK);
        }
    }
}

static const swd_config shape = {
    .tick_cycles = 4, .n_sources = 20, .n_hdlc_tx = 2, .n_hdlc_rx = 3, .n_su_tx = 1, .n_su_rx = 1, .n_conferences = 1, .n_switched = 139,
    .n_lines = 1, .n_e1 = UNITS + 1, .n_receivers = 1, .n_ears = 4, .n_recorders = 1, .recorder_octets = 1024,
    .n_patterns = 2, .n_berts = 2};

/* However a run is cut, and from a snapshot on, it is the same in every octet: scripts on lines that are built already. */
void test_e1_scripts(void)
{
    static uint8_t octets[SCRIPT_OCTETS];
    for (uint32_t seed = 0; seed < SCRIPTS; seed++) {
        script s = {octets, SCRIPT_OCTETS, 0};
        swd_config config = shape;
        rig rigs[3];
        config.tick_cycles = 1 + seed % 8;
        fill(octets, 1000 + seed);
        acts_open(rigs, &config);
        for (uint32_t i = 0; i < 3; i++) {
            build(rigs[i].engine, seed);
            for (uint32_t unit = 0; unit < (seed & 1 ? UNITS : 0); unit++)
                assert(swd_e1_level(rigs[i].engine, unit, 1) == SWD_OK);
        }
        acts_go_on(rigs, &s);
    }
}

typedef struct pair {
    rig octet, bit;               /* the same machine: its lines at octet level, and now at bit level, now not */
} pair;

static int equal_rows(const pair *p)
{
    const swd_engine *x = p->octet.engine, *y = p->bit.engine;
    return memcmp(AT(x, const uint64_t, at_rows[0]), AT(y, const uint64_t, at_rows[0]), 8 * x->n_cells) == 0 &&
           memcmp(AT(x, const uint64_t, at_rows[1]), AT(y, const uint64_t, at_rows[1]), 8 * x->n_cells) == 0;
}

/* An act that leaves a line healthy. */
static void healthy_act(swd_engine *e, uint64_t draw)
{
    uint32_t unit = draw % UNITS, slot = draw >> 8 & 31, x = draw >> 16 & 0xFF, cell = e->first_switched + E1_SLOTS * unit + slot;
    uint8_t octets[200];
    for (uint32_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(swd_philox(draw, i) & (x & 1 ? 0xFF : 0));
    switch (draw >> 32 & 15) {
    case 0: swd_source_mark(e, slot % 20, 1 + x); break;
    case 1: swd_source_idle(e, slot % 20); break;
    case 2: swd_source_raw(e, slot % 20); break;
    case 3:
    case 4: swd_source_feed(e, slot % 20, octets, 100 + x % 100); break;
    case 5: swd_hdlc_send(e, x % 2, octets, 1 + slot); break;
    case 6: swd_connect(e, cell, e->first_hdlc + x % 2); break;
    case 7: swd_connect(e, cell, e->first_source + x % 20); break;
    case 8: swd_hdlc_listen(e, x % 3, cell); break;
    case 9: swd_ear_listen(e, x % 4, cell); break;
    case 10: swd_e1_sa(e, unit, x % 32, slot % 16); break;
    case 11:
    case 12: swd_e1_abcd(e, unit, slot, x % 16); break;
    case 13: swd_e1_slip(e, unit, x & 1 ? 1 : -1); break;
    case 14: swd_e1_mute(e, unit, x < 40); break;
    default: swd_override(e, cell, x & 1 ? SWD_NONE : e->first_switched + x % 139); break;
    }
}

static uint64_t received(const swd_engine *e)
{
    uint64_t sum = 0;
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        uint32_t sa, ssm;
        assert(swd_e1_status(e, unit) == 0 && swd_e1_received(e, unit, &sa, &ssm) == SWD_OK);
        sum = (sum * 31 + sa) * 31 + ssm;
        for (uint32_t slot = 0; slot < E1_SLOTS; slot++)
            sum = sum * 17 + swd_e1_abcd_received(e, unit, slot);
    }
    return sum;
}

/* Nothing but E bits of blocks in error are sent anew: the receivers count, but nothing wrong. */
static void expect_healthy(const swd_engine *e)
{
    for (uint32_t unit = 0; unit < UNITS; unit++) {
        swd_e1_counts c;
        assert(swd_e1_counters(e, unit, &c) == SWD_OK);
        assert(c.fas_errors + c.crc_errors + c.e_errors + c.frame_losses + c.crc_losses + c.cas_losses + c.code_violations == 0);
    }
}

static void play_pair(uint64_t seed)
{
    pair p;
    swd_config config = shape;
    uint32_t framed = 0;
    config.tick_cycles = 1 + (uint32_t)seed % 8;
    rig_open(&p.octet, &config);
    rig_open(&p.bit, &config);
    build(p.octet.engine, (uint32_t)seed);
    build(p.bit.engine, (uint32_t)seed);
    for (uint32_t k = 0; k < 500; k++) {
        uint64_t draw = swd_philox(seed, 3 * k), until = swd_now(p.octet.engine);
        healthy_act(p.octet.engine, draw);
        healthy_act(p.bit.engine, draw);
        draw = swd_philox(seed, 3 * k + 1);
        swd_e1_level(p.bit.engine, draw % UNITS, draw >> 8 & 3);
        until += draw >> 16 & 64 ? draw >> 24 & 63 : draw >> 24 & 7;
        rig_run(&p.octet, until, UINT32_MAX, MAX_CAPACITY);
        rig_run(&p.bit, until, 1 + (uint32_t)(draw >> 40) % 20, MAX_CAPACITY);
        assert(equal_rows(&p) && p.octet.digest == p.bit.digest && received(p.octet.engine) == received(p.bit.engine));
        expect_healthy(p.bit.engine);
        framed += p.bit.engine->n_e1_busy;
    }
    assert(framed > 500 && p.octet.n_events > 20);
    rig_close(&p.octet);
    rig_close(&p.bit);
}

/* A healthy direction gives the same octets, and tells the same, at the same cycles, at both levels. */
void test_e1_levels(void)
{
    for (uint64_t seed = 0; seed < 24; seed++)
        play_pair(seed);
}
