/* terminal.c: the signalling terminals of an engine. */
#include "engine.h"

void swd_su_send_span(swd_engine *e, const span *s)
{
    const uint64_t *busy = AT(e, const uint64_t, at_busy_su);
    for (uint32_t w = 0; w < bit_words(e->config.n_su_tx); w++)
        for (uint64_t word = busy[w]; word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word), at_octet = 0;
            uint8_t *octets = (uint8_t *)&s->cur[e->first_su + i] + s->a;
            if (swd_su_tx_pull(&AT(e, swd_su_tx, at_su_tx)[i], octets, s->b - s->a, &at_octet))
                swd_event_push(e, s->start + s->a + at_octet, SWD_EV_SU_LOW, i, 0, 0);
        }
}

static void take_reports(swd_engine *e, uint32_t i, uint64_t at, const swd_su_report *reports, uint32_t n, const uint8_t *out)
{
    uint32_t *used = &AT(e, uint32_t, at_su_used)[i];
    uint32_t slot = FRAME_SLOT * e->config.n_hdlc_rx + SWD_SU_OUT * i;
    for (uint32_t k = 0; k < n; k++) {
        const swd_su_report *r = &reports[k];
        uint32_t a = r->a, octets = r->b & 0xFFFF;
        if (r->kind == SWD_EV_SU) {
            assert(*used + octets <= SWD_SU_OUT);
            a = slot + *used;
            memcpy(AT(e, uint8_t, at_frames) + a, out + r->a, octets);
            *used += octets;
        }
        swd_event_push(e, at + r->at_octet, r->kind, i, a, r->b);
    }
}

void swd_su_receive_span(swd_engine *e, const span *s)
{
    const uint64_t *awake = AT(e, const uint64_t, at_awake_su);
    swd_su_report reports[SWD_SU_REPORTS];
    uint8_t out[SWD_SU_OUT];
    for (uint32_t w = 0; w < bit_words(e->config.n_su_rx); w++)
        for (uint64_t word = awake[w]; word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word);
            swd_su_rx *rx = &AT(e, swd_su_rx, at_su_rx)[i];
            if (rx->bits.cell == SWD_NONE)
                continue;
            const uint8_t *octets = (const uint8_t *)&s->cur[rx->bits.cell] + s->a;
            uint32_t n = swd_su_rx_push(rx, octets, s->b - s->a, reports, out);
            if (n)
                take_reports(e, i, s->start + s->a, reports, n, out);
        }
}

static int one_octet(uint64_t octets) { return octets == (octets & 0xFF) * 0x0101010101010101u; }

/* Only flags are sent, and each octet leaves the transmitter as it was. */
int swd_su_tx_settled(const swd_engine *e, uint32_t transmitter, uint64_t octets)
{
    const swd_su_tx *tx = &AT(e, const swd_su_tx, at_su_tx)[transmitter];
    return one_octet(octets) && !tx->waiting && tx->notify == SWD_NONE && tx->fill_n == 0 && tx->fill_coded;
}

/* Nothing but flags are heard; a receiver that counts octets or units is never settled. */
int swd_su_rx_settled(const swd_engine *e, uint32_t receiver, uint64_t octets)
{
    const swd_su_rx *rx = &AT(e, const swd_su_rx, at_su_rx)[receiver];
    swd_su_rx trial = *rx;
    swd_su_report reports[SWD_SU_REPORTS];
    uint8_t out[SWD_SU_OUT], octet = (uint8_t)octets;
    return one_octet(octets) && swd_su_rx_push(&trial, &octet, 1, reports, out) == 0 && memcmp(&trial, rx, sizeof trial) == 0;
}

static swd_su_tx *transmitter_of(swd_engine *e, uint32_t transmitter)
{
    return transmitter < e->config.n_su_tx ? &AT(e, swd_su_tx, at_su_tx)[transmitter] : NULL;
}

static int woken(swd_engine *e, uint32_t transmitter, int result)
{
    if (result == SWD_OK)
        swd_wake_cell(e, e->first_su + transmitter);
    return result;
}

int swd_su_fill(swd_engine *e, uint32_t transmitter, const uint8_t *octets, uint32_t n_octets, int verbatim)
{
    swd_su_tx *tx = transmitter_of(e, transmitter);
    return tx ? woken(e, transmitter, swd_su_tx_fill(tx, octets, n_octets, verbatim)) : SWD_E_RANGE;
}

int swd_su_send(swd_engine *e, uint32_t transmitter, const uint8_t *octets, uint32_t n_octets, uint32_t flags)
{
    swd_su_tx *tx = transmitter_of(e, transmitter);
    return tx ? woken(e, transmitter, swd_su_tx_queue(tx, octets, n_octets, flags)) : SWD_E_RANGE;
}

int swd_su_ack(swd_engine *e, uint32_t transmitter, uint32_t octet)
{
    swd_su_tx *tx = transmitter_of(e, transmitter);
    if (!tx || octet > 0xFF)
        return SWD_E_RANGE;
    swd_su_tx_ack(tx, octet);
    return woken(e, transmitter, SWD_OK);
}

int swd_su_notify(swd_engine *e, uint32_t transmitter, uint32_t level)
{
    swd_su_tx *tx = transmitter_of(e, transmitter);
    if (!tx || (level > SWD_SU_QUEUE && level != SWD_NONE))
        return SWD_E_RANGE;
    tx->notify = level;
    return woken(e, transmitter, SWD_OK);
}

uint32_t swd_su_flush(swd_engine *e, uint32_t transmitter)
{
    swd_su_tx *tx = transmitter_of(e, transmitter);
    return tx ? swd_su_tx_flush(tx) : 0;
}

uint32_t swd_su_waiting(const swd_engine *e, uint32_t transmitter)
{
    return transmitter < e->config.n_su_tx ? AT(e, const swd_su_tx, at_su_tx)[transmitter].waiting : 0;
}

int swd_su_tx_counters(const swd_engine *e, uint32_t transmitter, swd_su_tx_counts *counts)
{
    if (transmitter >= e->config.n_su_tx)
        return SWD_E_RANGE;
    *counts = AT(e, const swd_su_tx, at_su_tx)[transmitter].counts;
    return SWD_OK;
}

int swd_su_listen(swd_engine *e, uint32_t receiver, uint32_t cell)
{
    if (receiver >= e->config.n_su_rx || (cell != SWD_NONE && cell >= e->n_cells))
        return SWD_E_RANGE;
    swd_su_rx *rx = &AT(e, swd_su_rx, at_su_rx)[receiver];
    swd_su_rx_reset(rx);
    rx->bits.cell = cell;
    swd_node_attach(e, e->node_su + receiver, cell);
    bit_set(AT(e, uint64_t, at_awake_su), receiver);
    return SWD_OK;
}

int swd_su_monitor(swd_engine *e, uint32_t receiver, uint32_t mode, uint32_t limit)
{
    if (receiver >= e->config.n_su_rx)
        return SWD_E_RANGE;
    return swd_su_rx_monitor(&AT(e, swd_su_rx, at_su_rx)[receiver], mode, limit);
}

uint32_t swd_su_repeats(const swd_engine *e, uint32_t receiver)
{
    return receiver < e->config.n_su_rx ? AT(e, const swd_su_rx, at_su_rx)[receiver].repeats : 0;
}

int swd_su_counters(const swd_engine *e, uint32_t receiver, swd_su_counts *counts)
{
    if (receiver >= e->config.n_su_rx)
        return SWD_E_RANGE;
    *counts = AT(e, const swd_su_rx, at_su_rx)[receiver].counts;
    return SWD_OK;
}
