/* e1_line.c: the directions of E1 lines: what they are, their level, what is sent and what was received. */
#include "e1_line.h"


uint64_t swd_e1_unit_octets(void) { return sizeof(e1_unit); }
uint64_t swd_e1_ring_octets(void) { return sizeof(e1_ring); }

void swd_e1_init(swd_engine *e)
{
    for (uint32_t unit = 0; unit < e->config.n_e1; unit++)
        e1_of(e, unit)->config.first_cell = SWD_NONE;
    for (uint32_t ring = 0; ring < SWD_E1_DELAYS; ring++)
        e->e1_delayed[ring] = SWD_NONE;
    e->e1_tapped = SWD_NONE;
}

void swd_e1_busy(swd_engine *e, uint32_t unit)
{
    uint64_t *busy = AT(e, uint64_t, at_e1_busy);
    const e1_unit *u = e1_of(e, unit);
    uint32_t before = bit_get(busy, unit), now = u->bits || u->slip;
    if (before == now)
        return;
    if (now)
        bit_set(busy, unit);
    else
        bit_clear(busy, unit);
    e->n_e1_busy += now - before;
}

static int config_good(const swd_engine *e, uint32_t unit, const swd_e1_config *c)
{
    const uint32_t flags = SWD_E1_CRC4 | SWD_E1_CAS | SWD_E1_NFAS | SWD_E1_HDB3;
    if (unit >= e->config.n_e1 || (c->flags & ~flags) || c->phase > 15 || c->los_intervals < 10 || c->los_intervals > 255)
        return 0;
    if ((c->ssm_sa && (c->ssm_sa < 4 || c->ssm_sa > 8)) || (c->opposite != SWD_NONE && c->opposite >= e->config.n_e1))
        return 0;
    return c->first_cell >= e->first_switched && c->first_cell <= e->n_cells && e->n_cells - c->first_cell >= E1_SLOTS;
}

int swd_e1_touches(const swd_engine *e, uint32_t but, uint32_t first)
{
    for (uint32_t i = 0; i < e->config.n_e1; i++)
        if (i != but && e1_defined(e, i) && first < e1_of(e, i)->first + E1_SLOTS && e1_of(e, i)->first < first + E1_SLOTS)
            return 1;
    return 0;
}

static void mute(swd_engine *e, e1_unit *u, uint32_t on)
{
    if (u->muted == on)
        return;
    u->muted = on;
    for (uint32_t cell = u->first; cell < u->first + E1_SLOTS; cell++) {
        if (on)
            bit_set(AT(e, uint64_t, at_cut), cell);
        else
            bit_clear(AT(e, uint64_t, at_cut), cell);
        swd_route(e, cell);
    }
}

int swd_e1_define(swd_engine *e, uint32_t unit, const swd_e1_config *config)
{
    e1_unit *u = e1_of(e, unit);
    if (!config_good(e, unit, config) || config->opposite == unit || (e1_defined(e, unit) && (u->bits || u->slip)))
        return SWD_E_RANGE;
    if (swd_e1_touches(e, unit, config->first_cell - e->first_switched) ||
        swd_line_touches(e, SWD_NONE, config->first_cell - e->first_switched))
        return SWD_E_RANGE;
    if (e1_defined(e, unit))
        mute(e, u, 0);
    memset(u, 0, sizeof *u);
    u->config = *config;
    u->first = config->first_cell - e->first_switched;
    u->delay_ring = SWD_NONE;
    u->sa = u->heard_sa = 31;
    u->ssm = 15;
    u->heard_ssm = e1_has_ssm(u) ? 15 : E1_NO_SSM;
    memset(u->abcd, E1_NO_ABCD, sizeof u->abcd);
    memset(u->heard, E1_NO_ABCD, sizeof u->heard);
    return SWD_OK;
}

/* What the sender sends, where it differs from what it was told last. */
static void set_sender(e1_unit *u)
{
    for (uint32_t i = 0; i < 5; i++)
        u->tx.sa[i] = u->sa >> (4 - i) & 1;
    u->tx.ssm = (uint8_t)u->ssm;
    memcpy(u->tx.abcd, u->abcd, E1_SLOTS);
}

/* All but what is put on the line behind the sender. */
static void set_send(e1_unit *u)
{
    u->tx.send = u->send | ((u->forced[0] | u->forced[1]) & ~(uint32_t)E1_ON_THE_LINE);
}

void swd_e1_align(e1_unit *u, uint64_t at)
{
    swd_e1_counts counts = u->rx.counts;
    uint32_t clock = u->rx.clock;
    swd_e1_rx_reset(&u->rx, u->config.flags, u->config.los_intervals, e1_has_ssm(u) ? u->config.ssm_sa : 0);
    swd_e1_rx_aligned(&u->rx, (uint32_t)(at + u->config.phase) % 16, (uint32_t)at % 16);
    u->rx.counts = counts;
    u->rx.clock = clock;
    memcpy(u->rx.abcd, u->heard, E1_SLOTS);
    u->rx.sa = (uint8_t)u->heard_sa;
    u->rx.ssm = (uint8_t)u->heard_ssm;
}

/* Sender and receiver as if they had always been aligned: the last sixteen frames pass through them, as the cells carried them: the
 * two rows hold so much. Thereby what others read of it is there, and what is half sent is half received. */
static void warm_up(swd_engine *e, uint32_t unit)
{
    e1_unit *u = e1_of(e, unit);
    uint64_t at = e->now + E1_RING - E1_MULTIFRAME; /* 32 cycles late, which is the same place in rings, multiframes and rows */
    const uint64_t *rows[2] = {AT(e, const uint64_t, at_rows[0]) + e->first_switched + u->first,
                               AT(e, const uint64_t, at_rows[1]) + e->first_switched + u->first};
    uint8_t payload[32], out[32];
    swd_e1_tx_reset(&u->tx, u->config.flags, (uint32_t)(at + u->config.phase) % 16, (uint32_t)at % 16);
    swd_e1_align(u, at);
    u->tx.ssm_sa = (uint8_t)(e1_has_ssm(u) ? u->config.ssm_sa : 0);
    set_sender(u);
    for (uint32_t k = 0; k < E1_MULTIFRAME; k++, at++) {
        const uint64_t *row = rows[at / SWD_ROW_CYCLES & 1];
        for (uint32_t slot = 0; slot < E1_SLOTS; slot++)
            payload[slot] = (uint8_t)(row[slot] >> 8 * (at % SWD_ROW_CYCLES));
        swd_e1_frame(e, u, (e1_ring *)((uint8_t *)e + e->at_e1_rings) + unit, at, payload, out);
    }
    u->rx.clock = (uint32_t)(e->now % E1_CLOCK_FRAMES);
}

static void hold_cells(swd_engine *e, const e1_unit *u, int on)
{
    for (uint32_t cell = u->first; cell < u->first + E1_SLOTS; cell++) {
        if (on) {
            bit_set(AT(e, uint64_t, at_held), cell);
            swd_wake_cell(e, e->first_switched + cell);
        } else {
            bit_clear(AT(e, uint64_t, at_held), cell);
        }
    }
}

static void enter(swd_engine *e, uint32_t unit)
{
    e1_unit *u = e1_of(e, unit);
    u->bits = 1;
    warm_up(e, unit);
    hold_cells(e, u, 1);
    swd_e1_busy(e, unit);
}

void swd_e1_leave(swd_engine *e, uint32_t unit)
{
    e1_unit *u = e1_of(e, unit);
    u->bits = 0;
    u->shift = u->swapped = 0;
    u->codec_until = u->decode_until = u->wrong_until = u->troubles = u->carry_until = 0;
    u->c_wrong = u->mfas_wrong = 0;
    memset(u->last, 0, sizeof u->last);
    memset(&u->tx, 0, sizeof u->tx);
    memset(&u->rx, 0, sizeof u->rx);
    memset(&u->coder, 0, sizeof u->coder);
    memset(&u->decoder, 0, sizeof u->decoder);
    memset((e1_ring *)((uint8_t *)e + e->at_e1_rings) + unit, 0, sizeof(e1_ring));
    hold_cells(e, u, 0);
    swd_e1_busy(e, unit);
}

/* Whether another's line carries this one's bits. */
static int looped_from(const swd_engine *e, uint32_t unit)
{
    for (uint32_t i = 0; i < e->config.n_e1; i++)
        if (e1_defined(e, i) && e1_of(e, i)->loop && e1_of(e, i)->loop_from == unit)
            return 1;
    return 0;
}

static int can_leave(const swd_engine *e, uint32_t unit)
{
    const e1_unit *u = e1_of(e, unit);
    return !u->rx.status && !u->shift && !u->delay && !u->send && !u->forced[0] && !u->forced[1] && !u->active && !u->loop && e->e1_tapped != unit &&
           !looped_from(e, unit);
}

int swd_e1_level(swd_engine *e, uint32_t unit, int bits)
{
    if (!e1_defined(e, unit) || (!bits && !can_leave(e, unit)))
        return SWD_E_RANGE;
    e1_unit *u = e1_of(e, unit);
    if (u->level == (bits != 0))
        return SWD_OK;
    u->level = bits != 0;
    if (u->level) {
        if (!u->bits)
            enter(e, unit);
        memset(&u->rx.counts, 0, sizeof u->rx.counts);
        u->troubles = 0;
        u->wrong_until = e->now;
    } else {
        u->kept = u->rx.counts;
        swd_e1_settle(e, unit, e->now);
    }
    return SWD_OK;
}

int swd_e1_clean(const swd_engine *e, uint32_t unit)
{
    if (!e1_defined(e, unit))
        return 0;
    return !e1_of(e, unit)->level || (can_leave(e, unit) && e->now >= e1_of(e, unit)->wrong_until + E1_QUIET_CYCLES);
}

int swd_e1_mute(swd_engine *e, uint32_t unit, int on)
{
    if (!e1_defined(e, unit))
        return SWD_E_RANGE;
    mute(e, e1_of(e, unit), on != 0);
    return SWD_OK;
}

int swd_e1_send(swd_engine *e, uint32_t unit, uint32_t send)
{
    if (!e1_defined(e, unit) || send > 255 || (send && !e1_of(e, unit)->level))
        return SWD_E_RANGE;
    e1_of(e, unit)->send = send;
    set_send(e1_of(e, unit));
    return SWD_OK;
}

int swd_e1_force(swd_engine *e, uint32_t unit, uint32_t side, uint32_t send)
{
    if (!e1_defined(e, unit) || side > 1 || send > 255 || (send && !e1_of(e, unit)->level))
        return SWD_E_RANGE;
    e1_of(e, unit)->forced[side] = send;
    set_send(e1_of(e, unit));
    return SWD_OK;
}

/* At octet level a change is carried across by the framer itself, so that it comes when it would come at bit level. */
int swd_e1_sa(swd_engine *e, uint32_t unit, uint32_t sa5, uint32_t ssm)
{
    if (!e1_defined(e, unit) || sa5 > 31 || ssm > 15)
        return SWD_E_RANGE;
    e1_unit *u = e1_of(e, unit);
    sa5 |= e1_ssm_bit(u);
    if (!u->bits && (u->sa != sa5 || u->ssm != ssm))
        enter(e, unit);
    u->sa = sa5;
    u->ssm = ssm;
    if (u->bits) {
        set_sender(u);
        u->carry_until = e->now + E1_SSM_CYCLES;
    }
    return SWD_OK;
}

int swd_e1_abcd(swd_engine *e, uint32_t unit, uint32_t timeslot, uint32_t abcd)
{
    if (!e1_defined(e, unit) || timeslot < 1 || timeslot > 31 || timeslot == 16 || abcd > 15 ||
        !(e1_of(e, unit)->config.flags & SWD_E1_CAS))
        return SWD_E_RANGE;
    e1_unit *u = e1_of(e, unit);
    if (!u->bits && u->abcd[timeslot] != abcd)
        enter(e, unit);
    u->abcd[timeslot] = (uint8_t)abcd;
    if (u->bits)
        set_sender(u);
    return SWD_OK;
}

int swd_e1_loop(swd_engine *e, uint32_t unit, uint32_t from_unit, uint32_t what)
{
    if (!e1_defined(e, unit) || what > SWD_E1_LOOP_RECEIVED)
        return SWD_E_RANGE;
    e1_unit *u = e1_of(e, unit);
    if (what && (!u->level || !e1_defined(e, from_unit) || !e1_of(e, from_unit)->level))
        return SWD_E_RANGE;
    if (u->level && (u->loop != what || u->loop_from != from_unit))
        u->wrong_until = e->now;
    u->loop = what;
    u->loop_from = what ? from_unit : 0;
    return SWD_OK;
}

uint32_t swd_e1_status(const swd_engine *e, uint32_t unit)
{
    return e1_defined(e, unit) ? e1_of(e, unit)->rx.status : 0;
}

int swd_e1_counters(const swd_engine *e, uint32_t unit, swd_e1_counts *counts)
{
    if (!e1_defined(e, unit))
        return SWD_E_RANGE;
    *counts = e1_of(e, unit)->level ? e1_of(e, unit)->rx.counts : e1_of(e, unit)->kept;
    return SWD_OK;
}

int swd_e1_received(const swd_engine *e, uint32_t unit, uint32_t *sa5, uint32_t *ssm)
{
    if (!e1_defined(e, unit))
        return SWD_E_RANGE;
    const e1_unit *u = e1_of(e, unit);
    *sa5 = u->heard_sa;
    *ssm = u->level ? u->rx.ssm : u->heard_ssm;
    return SWD_OK;
}

uint32_t swd_e1_abcd_received(const swd_engine *e, uint32_t unit, uint32_t timeslot)
{
    return e1_defined(e, unit) && timeslot < E1_SLOTS ? e1_of(e, unit)->heard[timeslot] : 0;
}
