/* The sender of an E1 line (G.704 2.3 and 5.1): TS0 with FAS, NFAS and the CRC-4 multiframe; TS16 with the CAS multiframe. */
#include "e1.h"

#define CRC_MFAS 0x0Bu            /* 001011 in bit 1 of frames 1, 3, .. 11 (table 5b) */
#define SPARE_X 0x0Bu             /* TS16 of frame 0: 0000 xyxx, x = 1 */
#define Y_BIT 0x04u

void swd_e1_tx_reset(swd_e1_tx *tx, uint32_t flags, uint32_t crc_frame, uint32_t cas_frame)
{
    assert(crc_frame < 16 && cas_frame < 16);
    memset(tx, 0, sizeof *tx);
    tx->flags = flags;
    tx->crc_frame = crc_frame;
    tx->cas_frame = cas_frame;
    memset(tx->sa, 1, sizeof tx->sa);
    memset(tx->abcd, E1_NO_ABCD, sizeof tx->abcd);
    tx->si = tx->e[0] = tx->e[1] = 1;
}

static int has_crc(const swd_e1_tx *tx)
{
    return (tx->flags & SWD_E1_CRC4) && !(tx->send & SWD_E1_SEND_NO_CRC);
}

/* Bit 1 of TS0, 0 or 1. A peer without CRC-4 fixes it at 1 (G.704 2.3.2 note 1). */
static uint32_t bit_1(const swd_e1_tx *tx)
{
    uint32_t n = tx->crc_frame;
    if (!(tx->flags & SWD_E1_CRC4))
        return tx->si & 1u;
    if (tx->send & SWD_E1_SEND_NO_CRC)
        return 1;
    if (!(n & 1))
        return tx->c_bits >> (3 - (n >> 1 & 3)) & 1;
    if (n < 12)
        return CRC_MFAS >> (5 - (n >> 1)) & 1;
    return !(tx->send & SWD_E1_SEND_E0) && tx->e[n == 15];
}

static uint32_t sa_bit(const swd_e1_tx *tx, uint32_t sa)
{
    if (tx->ssm_sa == sa)
        return (uint32_t)tx->ssm >> (3 - (tx->crc_frame >> 1 & 3)) & 1;
    return tx->sa[sa - 4] & 1u;
}

static uint8_t make_ts0(const swd_e1_tx *tx)
{
    uint32_t octet = bit_1(tx) * E1_BIT1;
    if (!(tx->crc_frame & 1))
        return (uint8_t)(octet | E1_FAS);
    octet |= E1_BIT2;
    if (tx->send & SWD_E1_SEND_A)
        octet |= E1_A;
    for (uint32_t sa = 4; sa <= 8; sa++)
        octet |= sa_bit(tx, sa) << (8 - sa);
    return (uint8_t)octet;
}

static uint8_t make_ts16(const swd_e1_tx *tx, uint8_t payload)
{
    uint32_t n = tx->cas_frame;
    if (tx->send & SWD_E1_SEND_TS16_AIS)
        return 0xFF;
    if (!(tx->flags & SWD_E1_CAS))
        return payload;
    if (n == 0)
        return tx->send & SWD_E1_SEND_Y ? SPARE_X | Y_BIT : SPARE_X;
    return (uint8_t)((uint32_t)tx->abcd[n] << 4 | (tx->abcd[n + 16] & 15u));
}

/* The numbers and the check bits of the next frame. The sums go on whatever is sent: after an alarm the multiframes are in step. */
static void step(swd_e1_tx *tx, const uint8_t *line)
{
    tx->crc = swd_e1_crc_add(tx->crc, line, !(tx->crc_frame & 1));
    if ((tx->crc_frame & 7) == 7) {
        tx->c_bits = swd_e1_crc_bits(tx->crc);
        tx->crc = 0;
    }
    tx->crc_frame = (tx->crc_frame + 1) & 15;
    tx->cas_frame = (tx->cas_frame + 1) & 15;
}

void swd_e1_tx_frame(swd_e1_tx *tx, const uint8_t *payload, swd_e1_wrong wrong, uint8_t *line)
{
    if (tx->send & (SWD_E1_SEND_NOTHING | SWD_E1_SEND_AIS)) {
        memset(line, tx->send & SWD_E1_SEND_NOTHING ? 0 : 0xFF, E1_OCTETS);
    } else {
        memcpy(line, payload, E1_OCTETS);
        line[0] = tx->send & SWD_E1_SEND_UNFRAMED ? 0xFF : make_ts0(tx) ^ wrong.ts0;
        line[16] = make_ts16(tx, payload[16]) ^ wrong.ts16;
    }
    step(tx, line);
}

uint32_t swd_e1_tx_next(const swd_e1_tx *tx, uint32_t *crc_frame, uint32_t *cas_frame)
{
    uint32_t n = tx->crc_frame, is = 0;
    if (!(n & 1))
        is |= SWD_E1_IS_FAS;
    else if (has_crc(tx))
        is |= n < 12 ? SWD_E1_IS_CRC_MFAS : SWD_E1_IS_E;
    if ((tx->flags & SWD_E1_CAS) && tx->cas_frame == 0)
        is |= SWD_E1_IS_CAS_MFAS;
    *crc_frame = n;
    *cas_frame = tx->cas_frame;
    return is;
}
