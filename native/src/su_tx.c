/* Transmitter of signal units: a queue, the fill-in unit while it is empty, acknowledgements put in as a unit begins
 * (ITU-T Q.703 clauses 2.2 and 3; DAEDT).
 *
 * A unit is encoded as a whole when it begins, with the flag that closes it; the line takes bits from that. */
#include "su.h"

#define FLAG_BITS 8u
#define ABORT_BITS 16u             /* ones; seven would do (4.1.4) */
#define KNOWN_FLAGS ((uint32_t)(SWD_SU_VERBATIM | SWD_SU_BAD_FCS | SWD_SU_ABORT | SWD_SU_FIRST | SWD_SU_RAW))
#define SLOT_MASK (SWD_SU_QUEUE - 1u)

static void put_bits(swd_su_tx *tx, uint32_t bits, uint32_t n)
{
    for (uint32_t left = n; left > 0;) {
        uint32_t room = 8 - tx->code_bits % 8, part = left < room ? left : room;
        uint8_t *octet = &tx->code[tx->code_bits / 8];
        uint32_t piece = bits >> (left - part) & ((1u << part) - 1);
        *octet = (uint8_t)((room == 8 ? 0 : *octet) | piece << (room - part));
        tx->code_bits += part;
        left -= part;
    }
}

/* Octets with a zero after five ones; whole octets of the result are written as they come. */
static void put_stuffed(swd_su_tx *tx, const uint8_t *octets, uint32_t n)
{
    uint32_t bits = 0, n_bits = 0, ones = 0, at = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = swd_table_stuff[ones << 8 | octets[i]], count = code >> 12 & 15;
        bits = bits << count | (code & 0x3FF);
        n_bits += count;
        ones = code >> 16;
        for (; n_bits >= 8; n_bits -= 8)
            tx->code[at++] = (uint8_t)(bits >> (n_bits - 8));
    }
    tx->code_bits = at * 8;
    put_bits(tx, bits, n_bits);
}

static void encode(swd_su_tx *tx, uint8_t *octets, uint32_t n, uint32_t flags)
{
    tx->code_bits = tx->position = 0;
    if (!(flags & (SWD_SU_RAW | SWD_SU_ABORT))) {
        uint16_t fcs = swd_fcs(FCS_START, octets, n);
        fcs = flags & SWD_SU_BAD_FCS ? fcs : (uint16_t)~fcs;
        octets[n++] = (uint8_t)fcs;
        octets[n++] = (uint8_t)(fcs >> 8);
    }
    put_stuffed(tx, octets, n);
    if (flags & SWD_SU_ABORT)
        put_bits(tx, (1u << ABORT_BITS) - 1, ABORT_BITS);
    put_bits(tx, HDLC_FLAG, FLAG_BITS);
}

static void count_sent(swd_su_tx *tx, const uint8_t *octets, uint32_t n)
{
    tx->counts.units++;
    if (n > SU_OCTETS_MIN && SU_LENGTH(octets) >= 3) {
        tx->counts.msus++;
        tx->counts.msu_octets += n - SU_OCTETS_MIN;
    }
}

static void begin_unit(swd_su_tx *tx)
{
    const swd_su_slot *slot = &tx->slots[tx->first & SLOT_MASK];
    uint8_t octets[SWD_MAX_FRAME + FCS_OCTETS];
    memcpy(octets, slot->octets, slot->n_octets);
    if (!(slot->flags & (SWD_SU_VERBATIM | SWD_SU_RAW)))
        octets[0] = (uint8_t)tx->ack;
    count_sent(tx, octets, slot->n_octets);
    encode(tx, octets, slot->n_octets, slot->flags);
    tx->fill_coded = 0;
    tx->first = (tx->first + 1) & SLOT_MASK;
    tx->waiting--;
}

static void begin_fill(swd_su_tx *tx)
{
    uint8_t octets[SU_STATUS_OCTETS + FCS_OCTETS];
    tx->counts.units += tx->fill_n > 0;
    tx->position = 0;
    if (tx->fill_coded)
        return;
    tx->fill_coded = 1;
    memcpy(octets, tx->fill, tx->fill_n);
    if (!tx->fill_verbatim)
        octets[0] = (uint8_t)tx->ack;
    if (tx->fill_n) {
        encode(tx, octets, tx->fill_n, 0);
    } else {
        tx->code_bits = 0;
        put_bits(tx, HDLC_FLAG, FLAG_BITS);
    }
}

static void begin_next(swd_su_tx *tx)
{
    if (tx->waiting)
        begin_unit(tx);
    else
        begin_fill(tx);
}

/* n bits of the code, 1..56, from the position on; the code has eight octets to spare. */
static uint64_t take_code(swd_su_tx *tx, uint32_t n)
{
    uint64_t word;
    memcpy(&word, tx->code + tx->position / 8, sizeof word);
    word = __builtin_bswap64(word) << tx->position % 8 >> (64 - n);
    tx->position += n;
    return word;
}

/* The notice is due after the octet in which the level is reached, or after the first one made when it was before. */
static uint32_t notice_due(const swd_su_tx *tx) { return tx->notify != SWD_NONE && tx->waiting <= tx->notify; }

int swd_su_tx_pull(swd_su_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet)
{
    uint64_t row = 0;
    uint32_t made = 0, noticed = notice_due(tx);
    assert(n >= 1 && n <= SWD_ROW_CYCLES);
    *at_octet = 0;
    while (made < 8 * n) {
        if (tx->position == tx->code_bits) {
            begin_next(tx);
            if (!noticed && notice_due(tx)) {
                noticed = 1;
                *at_octet = made / 8;
            }
        }
        uint32_t left = tx->code_bits - tx->position, part = 8 * n - made;
        part = part < left ? part : left;
        part = part < 56 ? part : 56;
        row = row << part | take_code(tx, part);
        made += part;
    }
    row = __builtin_bswap64(row << (64 - made));
    memcpy(line, &row, n);
    if (noticed)
        tx->notify = SWD_NONE;
    return (int)noticed;
}

void swd_su_tx_reset(swd_su_tx *tx)
{
    memset(tx, 0, sizeof *tx);
    tx->notify = SWD_NONE;
    tx->ack = 0xFF;
    put_bits(tx, HDLC_FLAG, FLAG_BITS); /* that opens the first unit */
}

int swd_su_tx_fill(swd_su_tx *tx, const uint8_t *octets, uint32_t n_octets, int verbatim)
{
    if (n_octets && (n_octets < SU_OCTETS_MIN || n_octets > SU_STATUS_OCTETS))
        return SWD_E_RANGE;
    memset(tx->fill, 0, sizeof tx->fill);
    memcpy(tx->fill, octets, n_octets);
    tx->fill_n = n_octets;
    tx->fill_verbatim = verbatim != 0;
    tx->fill_coded = 0;
    return SWD_OK;
}

static int length_good(uint32_t n, uint32_t flags)
{
    if (flags & ~KNOWN_FLAGS)
        return 0;
    if (flags & SWD_SU_RAW)
        return n >= 1 && n <= SWD_MAX_FRAME;
    return n >= SU_OCTETS_MIN && n <= SU_OCTETS_MAX;
}

int swd_su_tx_queue(swd_su_tx *tx, const uint8_t *octets, uint32_t n_octets, uint32_t flags)
{
    if (!length_good(n_octets, flags))
        return SWD_E_RANGE;
    if (tx->waiting == SWD_SU_QUEUE)
        return SWD_E_FULL;
    uint32_t place = (tx->first + tx->waiting) & SLOT_MASK;
    if (flags & SWD_SU_FIRST)
        place = tx->first = (tx->first - 1) & SLOT_MASK;
    swd_su_slot *slot = &tx->slots[place];
    memset(slot, 0, sizeof *slot);
    memcpy(slot->octets, octets, n_octets);
    slot->n_octets = (uint16_t)n_octets;
    slot->flags = (uint16_t)flags;
    tx->waiting++;
    return SWD_OK;
}

void swd_su_tx_ack(swd_su_tx *tx, uint32_t octet)
{
    if (octet != tx->ack && !tx->fill_verbatim)
        tx->fill_coded = 0;
    tx->ack = octet;
}

uint32_t swd_su_tx_flush(swd_su_tx *tx)
{
    uint32_t n = tx->waiting;
    tx->waiting = 0;
    return n;
}
