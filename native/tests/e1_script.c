/* Scripts for the E1 framer: see e1_script.h. */
#include "e1_script.h"

#define HEAD 3u
#define FRAMES_MAX 6000u          /* of one script */
#define WINDOWS 5u                /* of 1000 blocks: a false CRC-4 multiframe is found in the second at the latest, nearly always */
#define UNFRAMED (SWD_E1_LOS | SWD_E1_AIS | SWD_E1_LOF)
#define SLOW (SWD_E1_NO_CRC | SWD_E1_EBER | SWD_E1_FEBE_ALL) /* may outlast their cause by seconds, or for good */

typedef struct play {
    swd_e1_tx tx;
    swd_e1_rx rx;
    swd_hdb3 code;
    swd_e1_wrong wrong;
    uint32_t flags, shift;        /* bits by which the line is late */
    uint32_t noise, flip;         /* frames of noise to come; a bit to invert, 0..255, or none */
    uint32_t imitation;           /* timeslot that looks like TS0, or 0 */
    uint64_t draws;
    uint8_t payload[2][32], sent[2][32], coded[32];
    e1_totals *totals;
} play;

static void draw_payload(play *p, uint8_t *payload)
{
    for (uint32_t i = 0; i < 32; i += 8) {
        uint64_t draw = swd_philox(7, p->draws++);
        memcpy(payload + i, &draw, 8);
    }
    if (p->imitation)
        payload[p->imitation] = p->tx.crc_frame & 1 ? 0xDF : 0x9B;
}

/* What comes out of the line: `shift` bits late, with its errors. */
static void take_line(play *p, uint8_t *line)
{
    for (uint32_t i = 0; i < 32; i++) {
        uint32_t at = 256 + 8 * i - p->shift, high = p->sent[at >> 8][at >> 3 & 31];
        uint32_t next = at + 8, low = next < 512 ? p->sent[next >> 8][next >> 3 & 31] : 0u;
        line[i] = (uint8_t)((high << 8 | low) >> (8 - (at & 7)));
        if (p->noise)
            line[i] ^= (uint8_t)swd_philox(9, p->draws++);
    }
    if (p->flip < 256)
        line[p->flip >> 3] ^= (uint8_t)(0x80 >> (p->flip & 7));
    p->noise -= p->noise > 0;
    p->flip = 256;
}

static void check_code(play *p, const uint8_t *line)
{
    uint8_t plus[32], minus[32], bits[32];
    swd_hdb3_encode(&p->code, line, plus, minus);
    for (uint32_t i = 0; i < 32; i++)
        assert(!(plus[i] & minus[i]));
    assert(swd_hdb3_decode(&p->code, plus, minus, bits) == 0);
    assert(memcmp(bits, p->coded, 32) == 0);
    memcpy(p->coded, line, 32);
}

static void check_status(const swd_e1_rx *rx, const uint8_t *out)
{
    uint32_t s = rx->status;
    assert(rx->offset < 256 && rx->crc_frame < 16 && rx->cas_frame < 16 && rx->zero_run <= rx->los_intervals);
    assert(!(s & SWD_E1_LOF) || !(s & (SWD_E1_RAI | SWD_E1_NO_CRC | SWD_E1_RMA | SWD_E1_TS16_AIS | SWD_E1_FEBE_ALL | SWD_E1_EBER)));
    assert(!(s & SWD_E1_LOF) || !(rx->flags & SWD_E1_CRC4) || (s & SWD_E1_LOCRC));
    assert(!(s & SWD_E1_LOF) || !(rx->flags & SWD_E1_CAS) || (s & SWD_E1_LOCAS));
    assert(!(s & SWD_E1_LOCRC) || !(s & SWD_E1_NO_CRC));
    assert(!(s & (SWD_E1_LOCRC | SWD_E1_NO_CRC)) || (!rx->crc_good[0] && !rx->crc_good[1] && rx->ssm == 0xFF));
    assert((rx->flags & SWD_E1_CRC4) || !(s & (SWD_E1_LOCRC | SWD_E1_NO_CRC | SWD_E1_FEBE_ALL)));
    assert((rx->flags & SWD_E1_CAS) || !(s & (SWD_E1_LOCAS | SWD_E1_RMA | SWD_E1_TS16_AIS)));
    for (uint32_t i = 0; i < 32 && s & UNFRAMED; i++)
        assert(out[i] == 0xFF);
}

/* One frame; returns whether it came out as it was put in. */
static int run_frame(play *p)
{
    uint8_t line[32], out[32];
    uint32_t before = p->rx.status;
    memcpy(p->payload[0], p->payload[1], 32);
    memcpy(p->sent[0], p->sent[1], 32);
    draw_payload(p, p->payload[1]);
    swd_e1_tx_frame(&p->tx, p->payload[1], p->wrong, p->sent[1]);
    p->wrong = (swd_e1_wrong){0, 0};
    take_line(p, line);
    if (p->flags & SWD_E1_HDB3)
        check_code(p, line);
    uint32_t changed = swd_e1_rx_push(&p->rx, line, out);
    assert(changed == (before ^ p->rx.status));
    check_status(&p->rx, out);
    p->totals->seen |= p->rx.status;
    p->totals->frames++;
    const uint8_t *payload = p->payload[p->shift == 0];
    return memcmp(out + 1, payload + 1, 15) == 0 && memcmp(out + 17, payload + 17, 15) == 0;
}

static void run(play *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        run_frame(p);
}

static void act(play *p, uint32_t kind, uint32_t argument, uint8_t octet)
{
    switch (kind) {
    case 0: p->tx.send = octet; break;
    case 1: p->flip = octet; break;
    case 2: p->noise = argument + 1; break;
    case 3: p->shift = (p->shift + (argument & 1 ? 1u : 255u)) & 255; break;
    case 4: p->imitation = argument == 0 || argument == 16 ? 0 : argument; break;
    case 5: p->wrong.ts0 = octet; break;
    case 6: p->wrong.ts16 = octet; break;
    case 7: memset(p->tx.abcd, octet & 15, 32); break;
    case 8: p->tx.ssm = octet & 15; break;
    case 9: p->tx.e[0] = p->tx.e[1] = octet & 1; break;
    default: run(p, 8 * (argument + 1)); return;
    }
    run(p, 1);
}

/* The line as it should be: after what it takes to see a false multiframe, all is found, and comes out. */
static void leave_alone(play *p)
{
    p->tx.send = p->noise = p->imitation = 0;
    memset(p->tx.abcd, 5, 32);
    for (uint32_t i = 0; i < WINDOWS * 8000 && (i < 64 || p->rx.status & ~(uint32_t)SLOW); i++)
        run_frame(p);
    assert(!(p->rx.status & ~(uint32_t)SLOW));
    assert(run_frame(p) && run_frame(p));
}

void e1_play(const uint8_t *octets, size_t n_octets, e1_totals *totals)
{
    play p;
    if (n_octets < HEAD)
        return;
    memset(&p, 0, sizeof p);
    p.flags = octets[0] & 15;
    p.flip = 256;
    p.totals = totals;
    swd_hdb3_reset(&p.code);
    swd_e1_tx_reset(&p.tx, p.flags, octets[1] & 15, octets[1] >> 4);
    swd_e1_rx_reset(&p.rx, p.flags, octets[2] & 128 ? 255 : 100 + octets[2] % 150, octets[0] & 16 ? 4 + octets[2] % 5 : 0);
    p.tx.ssm_sa = (uint8_t)p.rx.ssm_sa;
    memset(p.tx.abcd, 13, 32);
    if (octets[0] & 32)
        swd_e1_rx_aligned(&p.rx, p.tx.crc_frame, p.tx.cas_frame);
    uint64_t start = totals->frames;
    for (size_t i = HEAD; i + 1 < n_octets && totals->frames - start < FRAMES_MAX; i += 2)
        act(&p, octets[i] % 12, octets[i] >> 4, octets[i + 1]);
    leave_alone(&p);
}
