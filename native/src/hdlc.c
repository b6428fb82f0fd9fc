/* HDLC transmitter: frames from a ring, bit stuffing, flags as fill. */
#include <assert.h>
#include <string.h>

#define TX_ENCODE swd_hdlc_encode
#include "hdlc_tx_kernel.h"
#include "tables.h"

#define LENGTH_OCTETS 2u
#define RING_MASK (SWD_TX_RING - 1u)

uint16_t swd_fcs_by_table(uint16_t fcs, const uint8_t *octets, uint32_t n)
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

uint16_t swd_fcs(uint16_t fcs, const uint8_t *octets, uint32_t n)
{
#if defined(__x86_64__)
    if (n >= 32 && swd_isa_selected() >= SWD_ISA_AVX2)
        return swd_fcs_avx2(fcs, octets, n);
#endif
    return swd_fcs_by_table(fcs, octets, n);
}

void swd_hdlc_tx_reset(swd_hdlc_tx *tx)
{
    memset(tx, 0, sizeof *tx);
}

static void ring_octet(swd_hdlc_tx *tx, uint32_t octet) { tx->ring[tx->write++ & RING_MASK] = (uint8_t)octet; }

static void ring_put(swd_hdlc_tx *tx, const uint8_t *octets, uint32_t n)
{
    uint32_t at = tx->write & RING_MASK, first = n < SWD_TX_RING - at ? n : SWD_TX_RING - at;
    memcpy(tx->ring + at, octets, first);
    if (first < n)
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
    ring_octet(tx, length);
    ring_octet(tx, length >> 8);
    ring_put(tx, octets, n_octets);
    ring_octet(tx, fcs);
    ring_octet(tx, fcs >> 8u);
    tx->waiting++;
    tx->idle = 0;
    return SWD_OK;
}

static void put_octet(swd_hdlc_tx *tx, uint8_t octet, uint32_t after_flag)
{
    tx->code[0] = octet;
    tx->position = tx->closing = 0;
    tx->code_bits = 8;
    tx->after_flag = after_flag;
}

void swd_hdlc_tx_flush(swd_hdlc_tx *tx)
{
    if (tx->length)
        put_octet(tx, 0xFF, 0);
    tx->length = tx->waiting = tx->closing = 0;
    tx->read = tx->write;
}

static uint32_t encode(uint8_t *code, uint32_t before, uint32_t n_before, const uint8_t *octets, uint32_t n)
{
#if defined(__x86_64__)
    if (swd_isa_selected() >= SWD_ISA_AVX2)
        return swd_hdlc_encode_avx2(code, before, n_before, octets, n);
#endif
    return swd_hdlc_encode(code, before, n_before, octets, n);
}

/* Encode the first frame of the ring, which its length stands before, and the flag that closes it. */
static void open_frame(swd_hdlc_tx *tx, uint32_t before, uint32_t n_before)
{
    uint8_t copy[LENGTH_OCTETS + SWD_MAX_FRAME + FCS_OCTETS + TX_AFTER];
    uint32_t at = tx->read & RING_MASK, length = tx->ring[at] | (uint32_t)tx->ring[(at + 1) & RING_MASK] << 8;
    const uint8_t *frame = tx->ring + at;
    if (at + LENGTH_OCTETS + length + TX_AFTER > SWD_TX_RING) {
        for (uint32_t i = 0; i < LENGTH_OCTETS + length + TX_AFTER; i++)
            copy[i] = tx->ring[(at + i) & RING_MASK];
        frame = copy;
    }
    tx->code_bits = encode(tx->code, before, n_before, frame + LENGTH_OCTETS, length);
    tx->length = length;
    tx->closing = 1;
}

/* A flag; the second of two is like all that may follow. */
static void put_flag(swd_hdlc_tx *tx, uint32_t before, uint32_t n_before)
{
    int second = tx->after_flag && tx->code_bits < 16;
    tx->code[0] = (uint8_t)(before | HDLC_FLAG >> n_before);
    tx->code[1] = (uint8_t)(HDLC_FLAG << (8 - n_before));
    tx->code_bits = n_before + 8;
    tx->idle = second ? tx->code[0] * 0x0101010101010101u : 0;
}

/* What comes after the code, whose last bits begin an octet of the line that it is to fill. */
static void begin_next(swd_hdlc_tx *tx, uint32_t n_before)
{
    uint32_t before = n_before ? tx->code[tx->code_bits / 8] & 0xFF00u >> n_before & 0xFF : 0;
    if (tx->after_flag && tx->read != tx->write)
        open_frame(tx, before, n_before);
    else
        put_flag(tx, before, n_before);
    tx->position = 0;
    tx->after_flag = 1;
}

/* After some bits: a frame leaves the ring with the first bit of its closing flag, and is sent with the last. Returns 1 when
 * nothing waits any more. */
static int note_sent(swd_hdlc_tx *tx)
{
    if (tx->length && tx->position + 8 > tx->code_bits) {
        tx->read += LENGTH_OCTETS + tx->length;
        tx->length = 0;
    }
    if (!tx->closing || tx->position < tx->code_bits)
        return 0;
    tx->closing = 0;
    return --tx->waiting == 0;
}

/* The next octet is to begin with what is left of the code, less than eight bits. Returns 1 when that is the end of all. */
static int finish_code(swd_hdlc_tx *tx)
{
    uint32_t left = tx->code_bits - tx->position;
    tx->position = tx->code_bits;
    int ran_empty = note_sent(tx);
    begin_next(tx, left);
    return ran_empty;
}

/* What swd_hdlc_tx_pull does where the code ends. */
static __attribute__((noinline)) int pull_ends(swd_hdlc_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet)
{
    uint64_t row = 0, w;
    int ran_empty = 0;
    for (uint32_t made = 0; made < n;) {
        if (tx->position + 8 > tx->code_bits && finish_code(tx)) {
            ran_empty = 1;
            *at_octet = made;
        }
        uint32_t whole = (tx->code_bits - tx->position) / 8, part = n - made < whole ? n - made : whole;
        memcpy(&w, tx->code + tx->position / 8, sizeof w);
        row = (row & ~(~0ull << 8 * made)) | w << 8 * made;
        made += part;
        tx->position += 8 * part;
        if (note_sent(tx)) {
            ran_empty = 1;
            *at_octet = made - 1;
        }
    }
    memcpy(line, &row, n);
    return ran_empty;
}

int swd_hdlc_tx_pull(swd_hdlc_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet)
{
    assert(n <= SWD_ROW_CYCLES);
    if (n == 8 && tx->position + 72 <= tx->code_bits) { /* nearly always: a row within a frame, or of flags */
        memcpy(line, tx->code + tx->position / 8, 8);
        tx->position += 64;
        return 0;
    }
    if (n == 8 && tx->idle) {
        memcpy(line, &tx->idle, 8);
        return 0;
    }
    return pull_ends(tx, line, n, at_octet);
}
