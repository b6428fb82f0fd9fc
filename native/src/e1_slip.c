/* e1_slip.c: controlled slips, shifted bits, delayed frames and the tap of E1 directions. */
#include "e1_line.h"

int swd_e1_slip(swd_engine *e, uint32_t unit, int how)
{
    if (!e1_defined(e, unit) || (how != 1 && how != -1))
        return SWD_E_RANGE;
    if (e1_of(e, unit)->slip)
        return SWD_E_FULL;
    e1_of(e, unit)->slip = how;
    swd_e1_busy(e, unit);
    return SWD_OK;
}

/* Whether the slip that waits happens in the span's first cycle. The octets after it lie in the row before as well, but for the last ones. */
static int slips_now(const e1_unit *u, const span *s)
{
    return u->slip > 0 || (u->slip < 0 && s->a < SWD_ROW_CYCLES - 1);
}

/* Checkers of test sequences hear of it: their pattern slips. */
static void slipped(swd_engine *e, uint32_t unit)
{
    e1_unit *u = e1_of(e, unit);
    swd_bert_slip(e, e->first_switched + u->first, u->slip);
    u->slip = 0;
    swd_e1_busy(e, unit);
}

/* What a cell carried in the cycle before. */
static uint8_t octet_before(const swd_engine *e, const span *s, uint32_t cell)
{
    const uint64_t *row = s->a ? s->cur : s->old;
    return (uint8_t)(row[e->first_switched + cell] >> 8 * ((s->a + SWD_ROW_CYCLES - 1) % SWD_ROW_CYCLES));
}

/* At bit level: `out` is what the receiver gives out in the span's first cycle. What it would give out in the next is tried on a copy. */
void swd_e1_slip_out(swd_engine *e, uint32_t unit, const span *s, const uint8_t (*payload)[32], uint8_t out[32])
{
    e1_unit *u = e1_of(e, unit);
    if (!slips_now(u, s))
        return;
    if (u->slip > 0) {
        for (uint32_t slot = 0; slot < E1_SLOTS; slot++)
            out[slot] = octet_before(e, s, u->first + slot);
    } else {
        e1_unit trial = *u;
        swd_e1_frame(e, &trial, NULL, s->start + s->a + 1, payload[s->a + 1], out);
    }
    slipped(e, unit);
}

/* At octet level. A cell that sleeps and is to change wakes. */
void swd_e1_slip_cells(swd_engine *e, uint32_t unit, const span *s)
{
    const e1_unit *u = e1_of(e, unit);
    int how = u->slip;
    if (!slips_now(u, s))
        return;
    slipped(e, unit);
    if (u->muted)
        return;
    for (uint32_t slots = e1_payload_slots(u); slots; slots &= slots - 1) {
        uint32_t cell = u->first + (uint32_t)__builtin_ctz(slots);
        uint64_t next = s->old[swd_payload_of(e, cell)] >> 8, *octets = &s->cur[e->first_switched + cell];
        uint64_t octet = how > 0 ? (uint64_t)octet_before(e, s, cell) << 8 * s->a : next;
        uint64_t mask = octet_mask(s->a, s->a + 1);
        if ((*octets & mask) == (octet & mask))
            continue;
        put(octets, octet, mask);
        swd_wake_cell(e, e->first_switched + cell);
    }
}

int swd_e1_shift(swd_engine *e, uint32_t unit, int bits)
{
    if (!e1_defined(e, unit) || !e1_of(e, unit)->level || bits < -1 || bits > 1)
        return SWD_E_RANGE;
    e1_unit *u = e1_of(e, unit);
    if (bits == 0) {
        if (u->rx.status)
            return SWD_E_RANGE;
        u->shift = 0;
        swd_e1_align(u, e->now);
    } else {
        u->shift = (u->shift + (uint32_t)bits) % LINE_BITS;
    }
    u->wrong_until = e->now;
    return SWD_OK;
}

static uint8_t *delayed_frame(const swd_engine *e, uint32_t ring, uint64_t at)
{
    uint64_t slot = (uint64_t)ring * SWD_E1_DELAY_CYCLES + at % SWD_E1_DELAY_CYCLES;
    return (uint8_t *)(uintptr_t)e + e->at_e1_delays + slot * E1_SLOTS;
}

void swd_e1_delay_frame(swd_engine *e, const e1_unit *u, uint64_t at, uint8_t frame[32], int trial)
{
    uint8_t late[32];
    memcpy(late, delayed_frame(e, u->delay_ring, at - u->delay), E1_SLOTS);
    if (!trial)
        memcpy(delayed_frame(e, u->delay_ring, at), frame, E1_SLOTS);
    memcpy(frame, late, E1_SLOTS);
}

static uint32_t free_ring(const swd_engine *e)
{
    uint32_t n = e->config.n_e1 < SWD_E1_DELAYS ? e->config.n_e1 : SWD_E1_DELAYS;
    for (uint32_t ring = 0; ring < n; ring++)
        if (e->e1_delayed[ring] == SWD_NONE)
            return ring;
    return SWD_NONE;
}

static void give_back(swd_engine *e, e1_unit *u)
{
    if (u->delay_ring == SWD_NONE)
        return;
    memset(delayed_frame(e, u->delay_ring, 0), 0, (size_t)SWD_E1_DELAY_CYCLES * E1_SLOTS);
    e->e1_delayed[u->delay_ring] = SWD_NONE;
    u->delay_ring = SWD_NONE;
}

int swd_e1_delay(swd_engine *e, uint32_t unit, uint32_t cycles)
{
    if (!e1_defined(e, unit) || !e1_of(e, unit)->level || cycles > SWD_E1_DELAY_CYCLES)
        return SWD_E_RANGE;
    e1_unit *u = e1_of(e, unit);
    if (cycles && u->delay_ring == SWD_NONE) {
        uint32_t ring = free_ring(e);
        if (ring == SWD_NONE)
            return SWD_E_FULL;
        u->delay_ring = ring;
        e->e1_delayed[ring] = unit;
    }
    for (uint32_t more = u->delay; more < cycles; more++) /* the new stretch is empty */
        memset(delayed_frame(e, u->delay_ring, e->now + SWD_E1_DELAY_CYCLES - 1 - more), 0, E1_SLOTS);
    u->delay = cycles;
    u->wrong_until = e->now;
    if (cycles == 0)
        give_back(e, u);
    return SWD_OK;
}

int swd_e1_tap(swd_engine *e, uint32_t unit, int on)
{
    if (!e1_defined(e, unit) || (on && !e1_of(e, unit)->level))
        return SWD_E_RANGE;
    if (on && e->e1_tapped != SWD_NONE && e->e1_tapped != unit)
        return SWD_E_FULL;
    if (on) {
        e->e1_tapped = unit;
    } else if (e->e1_tapped == unit) {
        e->e1_tapped = SWD_NONE;
        e->e1_tap_read = e->e1_tap_fill = 0;
    }
    return SWD_OK;
}

void swd_e1_tap_frame(swd_engine *e, const uint8_t frame[32])
{
    uint32_t at = (e->e1_tap_read + e->e1_tap_fill) % SWD_E1_TAP_OCTETS;
    if (e->e1_tap_fill == SWD_E1_TAP_OCTETS)
        return;
    memcpy(AT(e, uint8_t, at_e1_tap) + at, frame, E1_SLOTS);
    e->e1_tap_fill += E1_SLOTS;
    if (e->e1_tap_fill == SWD_E1_TAP_OCTETS / 2)
        e->stop = 1;
}

uint32_t swd_e1_tap_drain(swd_engine *e, uint32_t unit, uint8_t *octets, uint32_t capacity)
{
    uint32_t n = 0;
    if (!e1_defined(e, unit) || e->e1_tapped != unit)
        return 0;
    while (n + E1_SLOTS <= capacity && e->e1_tap_fill) {
        memcpy(octets + n, AT(e, const uint8_t, at_e1_tap) + e->e1_tap_read, E1_SLOTS);
        e->e1_tap_read = (e->e1_tap_read + E1_SLOTS) % SWD_E1_TAP_OCTETS;
        e->e1_tap_fill -= E1_SLOTS;
        n += E1_SLOTS;
    }
    return n;
}
