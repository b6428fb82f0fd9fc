/* HDLC transmitter and receiver (ISO/IEC 13239) with the 16-bit FCS, one 64 kbit/s timeslot each.
 *
 * Both work octet by octet from tables or word operations and keep no more state than the bits demand, so that cutting a
 * stream differently leaves the same results and the same state. */
#include <assert.h>
#include <string.h>

#include "parts.h"
#include "tables.h"

#define FLAG 0x7Eu
#define FCS_START 0xFFFFu
#define FCS_GOOD 0xF0B8u         /* what the FCS comes to over a frame with its FCS (ISO/IEC 13239 4.2.5.2) */
#define FCS_OCTETS 2u
#define LENGTH_OCTETS 2u
#define RING_MASK (SWD_TX_RING - 1u)
#define SHORTEST_BITS 32u        /* two octets and the FCS */
#define FLAG_BITS_COLLECTED 6u   /* a flag is known at its last bit; its zero and five ones were collected before */

static uint16_t fcs_over(uint16_t fcs, const uint8_t *octets, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        fcs = (uint16_t)(fcs >> 8 ^ swd_table_fcs[(fcs ^ octets[i]) & 0xFF]);
    return fcs;
}

/* ---- transmitter ---- */

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
    uint16_t fcs = (uint16_t)~fcs_over(FCS_START, octets, n_octets);
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
    tx->bits = tx->bits << 8 | FLAG;
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

int swd_hdlc_tx_pull(swd_hdlc_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet)
{
    int ran_empty = 0;
    for (uint32_t i = 0; i < n; i++) {
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

/* ---- receiver ---- */

void swd_hdlc_rx_reset(swd_hdlc_rx *rx)
{
    uint32_t cell = rx->cell;
    memset(rx, 0, sizeof *rx);
    rx->cell = cell;
    rx->hunting = 1;
}

static void restart(swd_hdlc_rx *rx, uint32_t hunting)
{
    rx->octet = rx->n_bits = rx->length = 0;
    rx->hunting = hunting;
}

/* Judge what stood between two flags; 1 when there is something to report. */
static int judge(const swd_hdlc_rx *rx, swd_hdlc_result *result)
{
    uint32_t bits = rx->length * 8 + rx->n_bits;
    if (bits <= FLAG_BITS_COLLECTED)
        return 0;
    bits -= FLAG_BITS_COLLECTED;
    result->n_octets = bits / 8;
    result->bad = 0;
    if (bits < SHORTEST_BITS)
        result->bad = SWD_BAD_SHORT;
    else if (bits % 8)
        result->bad = SWD_BAD_ALIGN;
    else if (fcs_over(FCS_START, rx->frame, rx->length) != FCS_GOOD)
        result->bad = SWD_BAD_FCS;
    else
        result->n_octets -= FCS_OCTETS;
    return 1;
}

static int judge_abort(const swd_hdlc_rx *rx, swd_hdlc_result *result)
{
    uint32_t bits = rx->length * 8 + rx->n_bits;
    if (rx->hunting || bits <= FLAG_BITS_COLLECTED)
        return 0;
    result->bad = SWD_BAD_ABORT;
    result->n_octets = (bits - FLAG_BITS_COLLECTED) / 8;
    return 1;
}

static int collect(swd_hdlc_rx *rx, uint32_t bit, swd_hdlc_result *result)
{
    rx->octet |= bit << rx->n_bits;
    if (++rx->n_bits < 8)
        return 0;
    if (rx->length == SWD_MAX_FRAME + FCS_OCTETS) {
        result->bad = SWD_BAD_LONG;
        result->n_octets = rx->length + 1;
        restart(rx, 1);
        return 1;
    }
    rx->frame[rx->length++] = (uint8_t)rx->octet;
    rx->octet = rx->n_bits = 0;
    return 0;
}

static int take_one(swd_hdlc_rx *rx, swd_hdlc_result *result)
{
    int reported = 0;
    if (rx->ones == 7)
        return 0;
    if (++rx->ones <= 5)
        return rx->hunting ? 0 : collect(rx, 1, result);
    if (rx->ones == 7) {
        reported = judge_abort(rx, result);
        restart(rx, 1);
    }
    return reported;
}

static int take_zero(swd_hdlc_rx *rx, swd_hdlc_result *result)
{
    uint32_t ones = rx->ones;
    int reported;
    rx->ones = 0;
    if (ones < 5)
        return rx->hunting ? 0 : collect(rx, 0, result);
    if (ones != 6)
        return 0;
    reported = !rx->hunting && judge(rx, result);
    return reported;
}

uint32_t swd_hdlc_rx_push(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out)
{
    uint32_t n_results = 0;
    assert(n <= SWD_ROW_CYCLES);
    for (uint32_t i = 0; i < n; i++) {
        for (int shift = 7; shift >= 0; shift--) {
            swd_hdlc_result *result = &results[n_results];
            uint32_t ones = rx->ones;
            uint32_t bit = line[i] >> shift & 1;
            if (bit ? take_one(rx, result) : take_zero(rx, result)) {
                result->at_octet = i;
                if (!result->bad) {
                    memcpy(out, rx->frame, result->n_octets);
                    out += result->n_octets;
                }
                n_results++;
            }
            if (!bit && ones == 6)
                restart(rx, 0);
        }
    }
    return n_results;
}
