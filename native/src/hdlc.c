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

static uint32_t encode(uint8_t *code, const uint8_t *octets, uint32_t n)
{
#if defined(__x86_64__)
    if (swd_isa_selected() >= SWD_ISA_AVX2)
        return swd_hdlc_encode_avx2(code, octets, n);
#endif
    return swd_hdlc_encode(code, octets, n);
}

/* Encode the first frame of the ring and the flag that closes it. */
static void open_frame(swd_hdlc_tx *tx)
{
    uint8_t octets[SWD_MAX_FRAME + FCS_OCTETS + 8];
    uint32_t at = tx->read & RING_MASK, length = tx->ring[at] | (uint32_t)tx->ring[(at + 1) & RING_MASK] << 8;
    uint32_t first = (at + LENGTH_OCTETS) & RING_MASK;
    if (first + length + 8 <= SWD_TX_RING) {
        tx->code_bits = encode(tx->code, tx->ring + first, length);
    } else {
        for (uint32_t i = 0; i < length + 8; i++)
            octets[i] = tx->ring[(first + i) & RING_MASK];
        tx->code_bits = encode(tx->code, octets, length);
    }
    tx->position = 0;
    tx->length = length;
    tx->closing = tx->after_flag = 1;
}

static void begin_next(swd_hdlc_tx *tx)
{
    if (tx->after_flag && tx->read != tx->write)
        open_frame(tx);
    else
        put_octet(tx, HDLC_FLAG, 1);
}

/* The next 64 bits of the code, those after its end too, the earliest highest. */
static inline uint64_t code_from(const swd_hdlc_tx *tx)
{
    const uint8_t *code = tx->code + tx->position / 8;
    uint32_t shift = tx->position % 8;
    uint64_t w;
    memcpy(&w, code, sizeof w);
    return __builtin_bswap64(w) << shift | (uint64_t)code[8] >> (8 - shift);
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

int swd_hdlc_tx_pull(swd_hdlc_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet)
{
    uint64_t row = 0;
    int ran_empty = 0;
    assert(n <= SWD_ROW_CYCLES);
    if (n == 8 && tx->position + 72 <= tx->code_bits) { /* nearly always: a row within a frame */
        row = __builtin_bswap64(code_from(tx));
        memcpy(line, &row, sizeof row);
        tx->position += 64;
        return 0;
    }
    if (!tx->waiting && tx->after_flag && tx->code_bits == 8) {
        memset(line, (int)((HDLC_FLAG << 8 | HDLC_FLAG) << tx->position % 8 >> 8 & 0xFF), n);
        return 0;
    }
    for (uint32_t made = 0; made < 8 * n;) {
        if (tx->position == tx->code_bits)
            begin_next(tx);
        uint32_t left = tx->code_bits - tx->position, part = 8 * n - made < left ? 8 * n - made : left;
        row |= code_from(tx) >> made;
        made += part;
        tx->position += part;
        if (note_sent(tx)) {
            ran_empty = 1;
            *at_octet = (made - 1) / 8;
        }
        if (made < 64)
            row &= ~(~0ull >> made);
    }
    row = __builtin_bswap64(row);
    memcpy(line, &row, n);
    return ran_empty;
}
