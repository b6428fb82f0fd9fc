/* HDLC transmitter: frames from a ring, bit stuffing, flags as fill. */
#include <string.h>

#include "hdlc.h"
#include "tables.h"

#define LENGTH_OCTETS 2u
#define RING_MASK (SWD_TX_RING - 1u)

uint16_t swd_fcs(uint16_t fcs, const uint8_t *octets, uint32_t n)
{
    const uint16_t *t = swd_table_fcs;
    for (; n >= 8; n -= 8, octets += 8) /* the CRC is linear: each octet's share, moved on by the octets after it */
        fcs = (uint16_t)(t[7 << 8 | ((fcs ^ octets[0]) & 0xFF)] ^ t[6 << 8 | ((fcs >> 8 ^ octets[1]) & 0xFF)] ^
                         t[5 << 8 | octets[2]] ^ t[4 << 8 | octets[3]] ^ t[3 << 8 | octets[4]] ^
                         t[2 << 8 | octets[5]] ^ t[1 << 8 | octets[6]] ^ t[octets[7]]);
    for (uint32_t i = 0; i < n; i++)
        fcs = (uint16_t)(fcs >> 8 ^ t[(fcs ^ octets[i]) & 0xFF]);
    return fcs;
}

void swd_hdlc_tx_reset(swd_hdlc_tx *tx)
{
    memset(tx, 0, sizeof *tx);
}

static void ring_put(swd_hdlc_tx *tx, const uint8_t *octets, uint32_t n)
{
    uint32_t at = tx->write & RING_MASK;
    uint32_t first = n < SWD_TX_RING - at ? n : SWD_TX_RING - at;
    memcpy(tx->ring + at, octets, first);
    memcpy(tx->ring, octets + first, n - first);
    tx->write += n;
}

int swd_hdlc_tx_queue(swd_hdlc_tx *tx, const uint8_t *octets, uint32_t n_octets)
{
    if (n_octets < 1 || n_octets > SWD_MAX_FRAME)
        return SWD_E_RANGE;
    uint32_t length = n_octets + FCS_OCTETS;
    if (tx->write - tx->read + LENGTH_OCTETS + length > SWD_TX_RING)
        return SWD_E_FULL;
    uint16_t fcs = (uint16_t)~swd_fcs(FCS_START, octets, n_octets);
    const uint8_t head[LENGTH_OCTETS] = {(uint8_t)length, (uint8_t)(length >> 8)};
    const uint8_t tail[FCS_OCTETS] = {(uint8_t)fcs, (uint8_t)(fcs >> 8)};
    ring_put(tx, head, LENGTH_OCTETS);
    ring_put(tx, octets, n_octets);
    ring_put(tx, tail, FCS_OCTETS);
    tx->waiting++;
    return SWD_OK;
}

void swd_hdlc_tx_flush(swd_hdlc_tx *tx)
{
    if (tx->length) {
        tx->bits = 0xFF;
        tx->n_bits = 8;
        tx->after_flag = 0;
    }
    tx->ones = tx->position = tx->length = tx->waiting = tx->closing = 0;
    tx->read = tx->write;
}

static void put_flag(swd_hdlc_tx *tx)
{
    tx->bits = tx->bits << 8 | HDLC_FLAG;
    tx->n_bits += 8;
    tx->ones = 0;
    tx->after_flag = 1;
}

static void open_frame(swd_hdlc_tx *tx)
{
    tx->length = tx->ring[tx->read & RING_MASK] | (uint32_t)tx->ring[(tx->read + 1) & RING_MASK] << 8;
    tx->position = 0;
    tx->after_flag = 0;
}

static void close_frame(swd_hdlc_tx *tx)
{
    tx->read += LENGTH_OCTETS + tx->length;
    tx->position = tx->length = 0;
    put_flag(tx);
    tx->closing = 1;
}

/* Encode the next flag or octet; less than eight bits are at hand. */
static void encode_next(swd_hdlc_tx *tx)
{
    if (tx->length && tx->position == tx->length) {
        close_frame(tx);
        return;
    }
    if (!tx->length) {
        if (!tx->after_flag || tx->read == tx->write) {
            put_flag(tx);
            return;
        }
        open_frame(tx);
    }
    uint8_t octet = tx->ring[(tx->read + LENGTH_OCTETS + tx->position++) & RING_MASK];
    uint32_t code = swd_table_stuff[tx->ones << 8 | octet];
    uint32_t count = code >> 12 & 15;
    tx->bits = tx->bits << count | (code & 0x3FF);
    tx->n_bits += count;
    tx->ones = code >> 16;
}

/* The closing flag's last bit leaves with the present octet. Returns 1 when nothing waits any more. */
static int finish_closing(swd_hdlc_tx *tx)
{
    tx->closing = 0;
    return --tx->waiting == 0;
}

/* Nothing but flags: each octet is the rest of a flag and the beginning of the next. */
static void pull_flags(const swd_hdlc_tx *tx, uint8_t *line, uint32_t n)
{
    memset(line, (int)((tx->bits << 8 | HDLC_FLAG) >> tx->n_bits & 0xFF), n);
}

/* Line octets of the frame under way while its octets last; returns how many. */
static uint32_t pull_frame(swd_hdlc_tx *tx, uint8_t *line, uint32_t n)
{
    uint32_t bits = tx->bits, n_bits = tx->n_bits, ones = tx->ones, position = tx->position, i = 0;
    const uint32_t start = tx->read + LENGTH_OCTETS, length = tx->length;
    for (; i < n && (n_bits >= 8 || position < length); i++) {
        if (n_bits < 8) {
            uint32_t code = swd_table_stuff[ones << 8 | tx->ring[(start + position++) & RING_MASK]];
            uint32_t count = code >> 12 & 15;
            bits = bits << count | (code & 0x3FF);
            n_bits += count;
            ones = code >> 16;
        }
        n_bits -= 8;
        line[i] = (uint8_t)(bits >> n_bits);
    }
    tx->bits = bits & ((1u << n_bits) - 1);
    tx->n_bits = n_bits;
    tx->ones = ones;
    tx->position = position;
    return i;
}

int swd_hdlc_tx_pull(swd_hdlc_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet)
{
    int ran_empty = 0;
    if (!tx->waiting && tx->after_flag && !tx->closing && tx->n_bits < 8) {
        pull_flags(tx, line, n);
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (tx->length && (i += pull_frame(tx, line + i, n - i)) == n)
            break;
        if (tx->closing && finish_closing(tx)) {
            ran_empty = 1;
            *at_octet = i;
        }
        if (tx->n_bits < 8)
            encode_next(tx);
        tx->n_bits -= 8;
        line[i] = (uint8_t)(tx->bits >> tx->n_bits);
        tx->bits &= (1u << tx->n_bits) - 1;
        if (tx->closing && tx->n_bits == 0 && finish_closing(tx)) {
            ran_empty = 1;
            *at_octet = i;
        }
    }
    return ran_empty;
}
