/* The acts upon E1 directions in scripts, what they tell and what must hold of them. */
#include "acts.h"
#include "e1_line.h"

static int define(swd_engine *e, script *s, uint32_t unit)
{
    uint32_t x = script_u8(s), place = script_u8(s);
    uint32_t first = place < 200 ? e->first_switched + E1_SLOTS * (unit & 3) : e->first_switched + script_index(s, e->config.n_switched);
    swd_e1_config config = {
        .first_cell = first, .opposite = x & 1 ? unit ^ 1 : x < 8 ? script_index(s, e->config.n_e1) : SWD_NONE,
        .flags = x >> 1 & 15, .phase = place % (x == 77 ? 17 : 16), .los_intervals = x & 32 ? 255 : 10 + place % 250,
        .ssm_sa = x & 64 ? 4 + place % 5 : x == 9 ? 3 : 0};
    return swd_e1_define(e, unit, &config);
}

static int inject(swd_engine *e, script *s, uint32_t unit)
{
    uint32_t x = script_u8(s), kind = script_u8(s) % 12, often = script_u8(s);
    swd_e1_error error = {
        .kind = kind, .random = x & 1, .count = x & 2 ? 0 : 1 + often % 5, .skip = x & 4 ? often * 7 : 0, .spacing = (x & 8) ? 1 : often * 5,
        .rate_ppb = 1u << often % 30, .timeslots = x & 16 ? 0xFFFFFFFFu : 1u << often % 32, .key = often,
        .bits = kind < 3 ? 1 + often % 255 : kind == SWD_ERR_FAS ? 1 + often % 127 : 1 + often % (x & 1 ? 15 : 16)};
    return swd_e1_inject(e, unit, x >> 5, &error);
}

static int fault(swd_engine *e, script *s, uint32_t unit)
{
    uint8_t frames[700];
    uint32_t kind = script_u8(s) % 12, x = script_u8(s);
    switch (kind) {
    case 0: return swd_e1_send(e, unit, x & 1 ? 0 : 1u << x % 9);
    case 1: return swd_e1_shift(e, unit, x % 8 == 7 ? 2 : (int)(x % 3) - 1);
    case 2: return swd_e1_delay(e, unit, x < 100 ? 0 : x < 250 ? x - 99 : 8u * (x + 2));
    case 3: return swd_e1_loop(e, unit, script_index(s, e->config.n_e1), x % 4);
    case 4: return swd_e1_inject_stop(e, unit, x % 9);
    case 5: return swd_e1_tap(e, unit, (int)(x & 1));
    case 6: return swd_e1_tap_drain(e, unit, frames, 3u * x) == 0;
    default: return inject(e, s, unit);
    }
}

int acts_e1(swd_engine *e, script *s)
{
    uint32_t kind = script_u8(s) % 16, unit = script_index(s, e->config.n_e1), x = script_u8(s);
    switch (kind) {
    case 0: return define(e, s, unit);
    case 1:
    case 2: return swd_e1_level(e, unit, 1);
    case 3: return swd_e1_level(e, unit, 0);
    case 4: return swd_e1_mute(e, unit, (int)(x & 1));
    case 5:
    case 6: return swd_e1_slip(e, unit, x < 8 ? 2 : x & 1 ? 1 : -1);
    case 7: return swd_e1_sa(e, unit, x % 33, x >> 4);
    case 8:
    case 9: return swd_e1_abcd(e, unit, x % 33, x >> 4);
    case 10: return swd_override(e, e->first_switched + script_index(s, e->config.n_switched), x & 1 ? SWD_NONE : script_index(s, e->n_cells));
    default: return fault(e, s, unit);
    }
}

static uint64_t counted(const swd_engine *e, uint32_t unit)
{
    swd_e1_counts counts = {0};
    uint64_t words[sizeof counts / 8], sum = 0;
    swd_e1_counters(e, unit, &counts);
    memcpy(words, &counts, sizeof counts);
    for (uint32_t i = 0; i < sizeof counts / 8; i++)
        sum = sum * 31 + words[i];
    return sum;
}

uint64_t acts_e1_told(const swd_engine *e, uint32_t unit)
{
    uint32_t sa = 0, ssm = 0;
    uint64_t sum = swd_e1_status(e, unit) + 7 * counted(e, unit) + 31 * (uint64_t)swd_e1_clean(e, unit);
    swd_e1_received(e, unit, &sa, &ssm);
    for (uint32_t slot = 0; slot < 32; slot++)
        sum = sum * 17 + swd_e1_abcd_received(e, unit, slot) + swd_e1_injected(e, unit, slot);
    return sum + ((uint64_t)sa << 32 | ssm);
}

static void check_unit(const swd_engine *e, uint32_t unit)
{
    const e1_unit *u = e1_of(e, unit);
    assert(u->bits || !(u->level | u->shift | u->delay | u->active | u->loop | u->tx.send | u->rx.status));
    assert((u->delay_ring != SWD_NONE) == (u->delay != 0));
    assert(u->delay_ring == SWD_NONE || e->e1_delayed[u->delay_ring] == unit);
    assert(!u->loop || (e1_defined(e, u->loop_from) && e1_of(e, u->loop_from)->level));
    for (uint32_t cell = u->first; cell < u->first + E1_SLOTS; cell++) {
        assert(bit_get(AT(e, const uint64_t, at_cut), cell) == u->muted);
        assert(bit_get(AT(e, const uint64_t, at_held), cell) == u->bits);
        assert(!u->bits || !swd_cell_asleep(e, e->first_switched + cell));
    }
}

void acts_e1_check(const swd_engine *e)
{
    uint32_t busy = 0, delayed = 0, held = 0, own = 0;
    for (uint32_t unit = 0; unit < e->config.n_e1; unit++) {
        if (!e1_defined(e, unit))
            continue;
        check_unit(e, unit);
        busy += e1_of(e, unit)->bits || e1_of(e, unit)->slip;
        delayed += e1_of(e, unit)->delay_ring != SWD_NONE;
        own += e1_of(e, unit)->bits * E1_SLOTS;
    }
    for (uint32_t ring = 0; ring < SWD_E1_DELAYS; ring++)
        delayed -= e->e1_delayed[ring] != SWD_NONE;
    for (uint32_t cell = 0; cell < e->config.n_switched; cell++) {
        uint32_t from = AT(e, const uint32_t, at_source_of)[cell];
        held += bit_get(AT(e, const uint64_t, at_held), cell);
        assert(from == (bit_get(AT(e, const uint64_t, at_cut), cell) ? SWD_CELL_ONES : swd_payload_of(e, cell)));
    }
    assert(busy == e->n_e1_busy && delayed == 0 && held == own);
    assert(e->e1_tapped == SWD_NONE || e1_of(e, e->e1_tapped)->level);
}
