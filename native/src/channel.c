/* channel.c: the HDLC and DTMF channels and the recorders of an engine. */
#include "engine.h"

void swd_hdlc_send_span(swd_engine *e, const span *s)
{
    const uint64_t *busy = AT(e, const uint64_t, at_busy_tx);
    for (uint32_t w = 0; w < bit_words(e->config.n_hdlc_tx); w++)
        for (uint64_t word = busy[w]; word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word), at_octet = 0;
            uint8_t *octets = (uint8_t *)&s->cur[e->first_hdlc + i] + s->a;
            if (swd_hdlc_tx_pull(&AT(e, swd_hdlc_tx, at_tx)[i], octets, s->b - s->a, &at_octet))
                swd_event_push(e, s->start + s->a + at_octet, SWD_EV_TX_DONE, i, 0, 0);
        }
}

static int one_octet(uint64_t octets) { return octets == (octets & 0xFF) * 0x0101010101010101u; }

/* A transmitter may sleep while it sends nothing but flags. */
int swd_tx_settled(const swd_engine *e, uint32_t transmitter, uint64_t octets)
{
    uint64_t idle = AT(e, const swd_hdlc_tx, at_tx)[transmitter].idle;
    return idle != 0 && idle == octets;
}

int swd_rx_settled(const swd_engine *e, uint32_t receiver, uint64_t octets)
{
    const swd_hdlc_rx *rx = &AT(e, const swd_hdlc_rx, at_rx)[receiver];
    swd_hdlc_rx trial = *rx;
    swd_hdlc_result results[8];
    uint8_t out[8 * SWD_MAX_FRAME], octet = (uint8_t)octets;
    return one_octet(octets) && swd_hdlc_rx_push(&trial, &octet, 1, results, out) == 0 &&
           memcmp(&trial, rx, sizeof trial) == 0;
}

static void take_frames(swd_engine *e, uint32_t i, uint64_t at, const swd_hdlc_result *results, uint32_t n, const uint8_t *out)
{
    for (uint32_t k = 0; k < n; k++) {
        const swd_hdlc_result *r = &results[k];
        if (r->bad) {
            swd_event_push(e, at + r->at_octet, SWD_EV_BAD_FRAME, i, r->bad, r->n_octets);
            continue;
        }
        uint32_t *used = &AT(e, uint32_t, at_rx_frame_used)[i], offset = i * FRAME_SLOT + *used;
        assert(*used + r->n_octets <= FRAME_SLOT);
        memcpy(AT(e, uint8_t, at_frames) + offset, out, r->n_octets);
        swd_event_push(e, at + r->at_octet, SWD_EV_FRAME, i, offset, r->n_octets);
        *used += r->n_octets;
        out += r->n_octets;
    }
}

void swd_hdlc_receive_span(swd_engine *e, const span *s)
{
    const uint64_t *awake = AT(e, const uint64_t, at_awake_rx);
    swd_hdlc_result results[8];
    uint8_t out[8 * SWD_MAX_FRAME];
    for (uint32_t w = 0; w < bit_words(e->config.n_hdlc_rx); w++)
        for (uint64_t word = awake[w]; word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word);
            swd_hdlc_rx *rx = &AT(e, swd_hdlc_rx, at_rx)[i];
            if (rx->cell == SWD_NONE)
                continue;
            const uint8_t *octets = (const uint8_t *)&s->cur[rx->cell] + s->a;
            uint32_t n = swd_hdlc_rx_push(rx, octets, s->b - s->a, results, out);
            take_frames(e, i, s->start + s->a, results, n, out);
        }
}

void swd_receivers_span(swd_engine *e, const span *s)
{
    swd_dtmf_hit *hits = AT(e, swd_dtmf_hit, at_hits);
    if (e->n_listening == 0)
        return;
    uint32_t n = swd_dtmf_push(AT(e, swd_dtmf, at_dtmf), s->start + s->a, s->b - s->a, s->cur, hits, 2 * e->config.n_receivers);
    for (uint32_t k = 0; k < n; k++) {
        const swd_dtmf_hit *hit = &hits[k];
        uint32_t offsets = ((uint32_t)hit->low_offset & 0xFFF) << 8 | ((uint32_t)hit->high_offset & 0xFFF) << 20;
        uint32_t levels = ((uint32_t)hit->low_level & 0xFFFF) | (uint32_t)hit->high_level << 16;
        swd_event_push(e, hit->at, hit->on ? SWD_EV_DIGIT_ON : SWD_EV_DIGIT_OFF, hit->channel,
                       hit->on ? hit->digit | offsets : hit->digit, hit->on ? levels : hit->length_cycles);
    }
    memset(hits, 0, n * sizeof *hits);
}

void swd_checks_span(swd_engine *e, const span *s)
{
    swd_check *checks = AT(e, swd_check, at_checks);
    for (uint32_t i = 0; e->n_checking && i < e->config.n_checks; i++) {
        swd_check *c = &checks[i];
        if (c->cell == SWD_NONE)
            continue;
        const uint8_t *octets = (const uint8_t *)&s->cur[c->cell] + s->a;
        uint32_t result = swd_check_push(c, s->start + s->a, octets, s->b - s->a);
        if (result != SWD_CHECK_NOTHING) /* a block ends with a row */
            swd_event_push(e, s->start + s->b - 1, result == SWD_CHECK_BEGAN ? SWD_EV_CHECK_ON : SWD_EV_CHECK_OFF, i,
                           swd_check_hz(result == SWD_CHECK_BEGAN ? c->on : c->ended), 0);
    }
}

static void record(swd_engine *e, uint32_t i, recorder *x, const span *s)
{
    uint32_t size = e->config.recorder_octets, before = x->fill;
    uint8_t *ring = AT(e, uint8_t, at_recorder_rings) + (size_t)size * i;
    const uint8_t *octets = (const uint8_t *)&s->cur[x->cell];
    for (uint32_t k = s->a; k < s->b && x->fill < size; k++)
        ring[(x->read + x->fill++) & (size - 1)] = octets[k];
    if (before < size / 2 && x->fill >= size / 2)
        e->stop = 1;
}

void swd_recorders_span(swd_engine *e, const span *s)
{
    recorder *recorders = AT(e, recorder, at_recorders);
    for (uint32_t i = 0; e->n_recording && i < e->config.n_recorders; i++)
        if (recorders[i].cell != SWD_NONE)
            record(e, i, &recorders[i], s);
}

int swd_hdlc_send(swd_engine *e, uint32_t transmitter, const uint8_t *octets, uint32_t n_octets)
{
    if (transmitter >= e->config.n_hdlc_tx)
        return SWD_E_RANGE;
    int error = swd_hdlc_tx_queue(&AT(e, swd_hdlc_tx, at_tx)[transmitter], octets, n_octets);
    if (error == SWD_OK)
        swd_wake_cell(e, e->first_hdlc + transmitter);
    return error;
}

uint32_t swd_hdlc_waiting(const swd_engine *e, uint32_t transmitter)
{
    return transmitter < e->config.n_hdlc_tx ? AT(e, const swd_hdlc_tx, at_tx)[transmitter].waiting : 0;
}

int swd_hdlc_flush(swd_engine *e, uint32_t transmitter)
{
    if (transmitter >= e->config.n_hdlc_tx)
        return SWD_E_RANGE;
    swd_hdlc_tx_flush(&AT(e, swd_hdlc_tx, at_tx)[transmitter]);
    swd_wake_cell(e, e->first_hdlc + transmitter);
    return SWD_OK;
}

static int cell_or_none(const swd_engine *e, uint32_t cell) { return cell == SWD_NONE || cell < e->n_cells; }

int swd_hdlc_listen(swd_engine *e, uint32_t receiver, uint32_t cell)
{
    if (receiver >= e->config.n_hdlc_rx || !cell_or_none(e, cell))
        return SWD_E_RANGE;
    swd_hdlc_rx *rx = &AT(e, swd_hdlc_rx, at_rx)[receiver];
    swd_hdlc_rx_reset(rx);
    rx->cell = cell;
    swd_node_attach(e, e->node_rx + receiver, cell);
    bit_set(AT(e, uint64_t, at_awake_rx), receiver);
    return SWD_OK;
}

int swd_receiver_listen(swd_engine *e, uint32_t receiver, uint32_t cell)
{
    if (receiver >= e->config.n_receivers || !cell_or_none(e, cell))
        return SWD_E_RANGE;
    swd_dtmf *bank = AT(e, swd_dtmf, at_dtmf);
    e->n_listening += cell != SWD_NONE;
    e->n_listening -= swd_dtmf_cell(bank, receiver) != SWD_NONE;
    swd_dtmf_assign(bank, receiver, cell);
    return SWD_OK;
}

int swd_receiver_limits(swd_engine *e, uint32_t set, const swd_dtmf_limits *limits)
{
    return e->config.n_receivers ? swd_dtmf_limits_set(AT(e, swd_dtmf, at_dtmf), set, limits) : SWD_E_RANGE;
}

int swd_receiver_use(swd_engine *e, uint32_t receiver, uint32_t set)
{
    if (receiver >= e->config.n_receivers || set >= SWD_DTMF_SETS)
        return SWD_E_RANGE;
    swd_dtmf_use(AT(e, swd_dtmf, at_dtmf), receiver, set);
    return SWD_OK;
}

int swd_check_listen(swd_engine *e, uint32_t check, uint32_t cell, uint32_t freqs)
{
    const uint32_t near = SWD_CHECK_2000 | SWD_CHECK_2010;
    if (check >= e->config.n_checks || !cell_or_none(e, cell))
        return SWD_E_RANGE;
    if (cell != SWD_NONE && (freqs == 0 || freqs > 7 || (freqs & near) == near))
        return SWD_E_RANGE;
    swd_check *c = &AT(e, swd_check, at_checks)[check];
    e->n_checking += cell != SWD_NONE;
    e->n_checking -= c->cell != SWD_NONE;
    swd_check_reset(c, cell, cell == SWD_NONE ? 0 : freqs);
    return SWD_OK;
}

int swd_record_start(swd_engine *e, uint32_t i, uint32_t cell)
{
    if (i >= e->config.n_recorders || cell >= e->n_cells)
        return SWD_E_RANGE;
    recorder *x = &AT(e, recorder, at_recorders)[i];
    e->n_recording += x->cell == SWD_NONE;
    *x = (recorder){.cell = cell};
    return SWD_OK;
}

int swd_record_stop(swd_engine *e, uint32_t i)
{
    if (i >= e->config.n_recorders)
        return SWD_E_RANGE;
    recorder *x = &AT(e, recorder, at_recorders)[i];
    e->n_recording -= x->cell != SWD_NONE;
    x->cell = SWD_NONE;
    return SWD_OK;
}

uint32_t swd_record_drain(swd_engine *e, uint32_t i, uint8_t *octets, uint32_t capacity)
{
    if (i >= e->config.n_recorders)
        return 0;
    recorder *x = &AT(e, recorder, at_recorders)[i];
    uint32_t size = e->config.recorder_octets, n = x->fill < capacity ? x->fill : capacity;
    const uint8_t *ring = AT(e, const uint8_t, at_recorder_rings) + (size_t)size * i;
    for (uint32_t k = 0; k < n; k++)
        octets[k] = ring[(x->read + k) & (size - 1)];
    x->read += n;
    x->fill -= n;
    return n;
}
