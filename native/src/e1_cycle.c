/* e1_cycle.c: E1 directions at bit level, cycle by cycle: gather what the cells would copy, frame it, send it down the line and its faults,
 * and let the cells carry what the receiver makes of it.
 *
 * Units are computed one after the other, a span each. What one reads of another (looped bits, E bits) is a row old at least,
 * so that neither their order nor the cutting of a run shows. */
#include "e1_line.h"

static const uint8_t nothing[E1_SLOTS];

static e1_ring *ring_of(const swd_engine *e, uint32_t unit)
{
    return (e1_ring *)((uint8_t *)(uintptr_t)e + e->at_e1_rings) + unit;
}

/* The octets of a row that the cells copy, those of the span's rest of the row too: they are a row old and known. */
static void gather(const swd_engine *e, const e1_unit *u, const span *s, uint8_t payload[SWD_ROW_CYCLES][32])
{
    for (uint32_t slot = 0; slot < E1_SLOTS; slot++) {
        uint64_t octets = s->old[swd_payload_of(e, u->first + slot)];
        for (uint32_t k = 0; k < SWD_ROW_CYCLES; k++)
            payload[k][slot] = (uint8_t)(octets >> 8 * k);
    }
}

static void scatter(swd_engine *e, const e1_unit *u, const span *s, uint32_t until, uint8_t (*out)[32])
{
    uint64_t mask = octet_mask(s->a, until);
    uint64_t *cells = s->cur + e->first_switched + u->first;
    for (uint32_t slots = e1_payload_slots(u); slots; slots &= slots - 1) {
        uint32_t slot = (uint32_t)__builtin_ctz(slots);
        uint64_t octets = 0;
        for (uint32_t k = s->a; k < until; k++)
            octets |= (uint64_t)out[k][slot] << 8 * k;
        put(&cells[slot], octets, mask);
    }
}

/* The line's bits run `shift` bits late: the end of the frame before comes first. */
static void shift_bits(e1_unit *u, uint8_t frame[32])
{
    uint8_t both[2 * E1_SLOTS + 1] = {0};
    uint32_t from = LINE_BITS - u->shift, r = from % 8;
    memcpy(both, u->last, E1_SLOTS);
    memcpy(both + E1_SLOTS, frame, E1_SLOTS);
    memcpy(u->last, frame, E1_SLOTS);
    if (u->shift == 0)
        return;
    for (uint32_t i = 0; i < E1_SLOTS; i++) {
        uint32_t pair = (uint32_t)both[from / 8 + i] << 8 | both[from / 8 + i + 1];
        frame[i] = (uint8_t)(pair >> (8 - r));
    }
}

/* E bits: what the receiver at the sender's end thinks. At octet level it finds everything good. */
static void take_e_bits(const swd_engine *e, e1_unit *u, uint64_t at)
{
    uint32_t opposite = u->config.opposite;
    const e1_unit *other = opposite != SWD_NONE && e1_defined(e, opposite) ? e1_of(e, opposite) : NULL;
    u->tx.e[0] = u->tx.e[1] = 1;
    if (other && other->level && other->config.flags & SWD_E1_CRC4)
        memcpy(u->tx.e, ring_of(e, opposite)->good[(at - SWD_ROW_CYCLES) % E1_RING], 2);
}

/* With HDB3 a frame without a one has no pulses, any other has them everywhere: how they stand matters to code errors alone. */
static void receive(e1_unit *u, uint64_t at, uint8_t frame[32], uint8_t out[32])
{
    uint8_t pulses[32];
    if (!(u->config.flags & SWD_E1_HDB3)) {
        swd_e1_rx_push(&u->rx, frame, out);
        return;
    }
    int silent = memcmp(frame, nothing, E1_SLOTS) == 0;
    memset(pulses, silent ? 0 : 0xFF, sizeof pulses);
    if (at < u->codec_until && !silent)
        swd_e1_code(u, at, frame);
    swd_e1_rx_push_pulses(&u->rx, frame, pulses, out);
}

/* What the line itself does to the bits; a local loop is made before it. */
static void travel(swd_engine *e, e1_unit *u, uint64_t at, uint8_t frame[32], int trial)
{
    if ((u->forced[0] | u->forced[1]) & E1_ON_THE_LINE)
        memset(frame, (u->forced[0] | u->forced[1]) & SWD_E1_SEND_NOTHING ? 0 : 0xFF, E1_SLOTS);
    if (u->delay_ring != SWD_NONE)
        swd_e1_delay_frame(e, u, at, frame, trial);
    if (u->active && memcmp(frame, nothing, E1_SLOTS) != 0)
        swd_e1_bit_errors(u, frame);
}

void swd_e1_frame(swd_engine *e, e1_unit *u, e1_ring *ring, uint64_t at, const uint8_t payload[32], uint8_t out[32])
{
    uint8_t frame[32];
    take_e_bits(e, u, at);
    swd_e1_tx_frame(&u->tx, payload, swd_e1_sender_errors(u), frame);
    if (ring)
        memcpy(ring->sent[at % E1_RING], frame, E1_SLOTS);
    if (u->loop) {
        const e1_ring *from = ring_of(e, u->loop_from);
        memcpy(frame, (u->loop == SWD_E1_LOOP_SENT ? from->sent : from->received)[(at - E1_MULTIFRAME) % E1_RING], E1_SLOTS);
    }
    if (u->loop != SWD_E1_LOOP_SENT)
        travel(e, u, at, frame, ring == NULL);
    shift_bits(u, frame);
    receive(u, at, frame, out);
    if (ring)
        memcpy(ring->received[at % E1_RING], frame, E1_SLOTS);
    if (ring)
        memcpy(ring->good[at % E1_RING], u->rx.crc_good, 2);
}

static void tell_abcd(swd_engine *e, e1_unit *u, uint32_t unit, uint64_t at)
{
    uint32_t told = 0;
    for (uint32_t slot = 1; slot < E1_SLOTS && told < 2; slot++)  /* a frame carries two: event_capacity counts on it */
        if (slot != 16 && u->rx.abcd[slot] != u->heard[slot]) {
            u->heard[slot] = u->rx.abcd[slot];
            swd_event_push(e, at, SWD_EV_CAS, unit, slot, u->heard[slot]);
            told++;
        }
}

static void tell(swd_engine *e, e1_unit *u, uint32_t unit, uint64_t at, uint32_t status)
{
    if (u->rx.status != status)
        swd_event_push(e, at, SWD_EV_E1, unit, u->rx.status, u->rx.status ^ status);
    if (u->config.flags & SWD_E1_CAS)
        tell_abcd(e, u, unit, at);
    u->heard_sa = u->rx.sa | e1_ssm_bit(u);
    if (e1_has_ssm(u) && u->rx.ssm != E1_NO_SSM && u->rx.ssm != u->heard_ssm) {
        u->heard_ssm = u->rx.ssm;
        swd_event_push(e, at, SWD_EV_SSM, unit, u->heard_ssm, 0);
    }
}

static void watch(e1_unit *u, uint64_t at)
{
    const swd_e1_counts *c = &u->rx.counts;
    uint64_t troubles = c->fas_errors + c->crc_errors + c->e_errors + c->frame_losses + c->crc_losses + c->cas_losses +
                        c->false_alignments + c->code_violations;
    if (u->rx.status || u->send || u->forced[0] || u->forced[1] || u->active || troubles != u->troubles)
        u->wrong_until = at + 1;
    u->troubles = troubles;
}

/* All that a unit at octet level was told to send has come across. */
static int carried(const e1_unit *u)
{
    return (!(u->config.flags & SWD_E1_CAS) || memcmp(u->abcd, u->heard, sizeof u->abcd) == 0) &&
           u->sa == u->heard_sa && (!e1_has_ssm(u) || u->ssm == u->heard_ssm);
}

void swd_e1_settle(swd_engine *e, uint32_t unit, uint64_t now)
{
    const e1_unit *u = e1_of(e, unit);
    if (!u->level && u->bits && carried(u) && (now >= u->carry_until || !e1_has_ssm(u)))
        swd_e1_leave(e, unit);
}

static void bit_level_span(swd_engine *e, uint32_t unit, const span *s)
{
    e1_unit *u = e1_of(e, unit);
    e1_ring *ring = ring_of(e, unit);
    uint8_t payload[SWD_ROW_CYCLES][32], out[SWD_ROW_CYCLES][32];
    uint32_t k = s->a;
    gather(e, u, s, payload);
    while (k < s->b && u->bits) {
        uint64_t at = s->start + k;
        uint32_t status = u->rx.status;
        swd_e1_frame(e, u, ring, at, payload[k], out[k]);
        if (e->e1_tapped == unit)
            swd_e1_tap_frame(e, ring->received[at % E1_RING]);
        tell(e, u, unit, at, status);
        watch(u, at);
        if (k == s->a && u->slip)
            swd_e1_slip_out(e, unit, s, payload, out[k]);
        k++;
        swd_e1_settle(e, unit, at + 1);
    }
    if (!u->muted)
        scatter(e, u, s, k, out);
}

void swd_e1_span(swd_engine *e, const span *s)
{
    const uint64_t *busy = AT(e, const uint64_t, at_e1_busy);
    if (e->n_e1_busy == 0)
        return;
    for (uint32_t w = 0; w < bit_words(e->config.n_e1); w++)
        for (uint64_t word = busy[w]; word; word &= word - 1) {
            uint32_t unit = w * 64 + (uint32_t)__builtin_ctzll(word);
            if (e1_of(e, unit)->bits)
                bit_level_span(e, unit, s);
            else
                swd_e1_slip_cells(e, unit, s);
        }
}
