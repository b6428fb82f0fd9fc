/* What the CRC-4 multiframe carries (G.704 2.3.3, 2.3.4): check bits, E bits, the synchronisation status message. */
#include "e1.h"

#define SECOND 1000u              /* sub-multiframes */
#define FALSE_ALIGNMENT 915u      /* errored blocks of 1000 (G.706 4.3.2) */
#define PERSISTENCE 3u            /* sub-multiframes, of the SSM */

void swd_e1_crc_start(swd_e1_rx *rx)
{
    rx->crc = rx->crc_before = rx->c_bits = rx->crc_whole = rx->crc_known = 0;
    rx->window_errors = 0;
    rx->e_zeros = rx->e_seen = rx->e_ones = 0;
    rx->ssm_bits = rx->ssm_n = rx->ssm_run = 0;
    rx->ssm_latest = E1_NO_SSM;
}

/* The C bits of a whole sub-multiframe have come: they tell of the one before, `which` 0 or 1. Returns whether the alignment is
 * false. */
static int judge_block(swd_e1_rx *rx, uint32_t which)
{
    uint32_t good = rx->c_bits == rx->crc_before;
    rx->counts.crc_blocks++;
    rx->counts.crc_errors += !good;
    rx->crc_good[which] = (uint8_t)good;
    rx->window_errors += !good;
    if (rx->window_errors == FALSE_ALIGNMENT) {
        rx->counts.false_alignments++;
        return 1;
    }
    return 0;
}

static void take_e(swd_e1_rx *rx, uint32_t e)
{
    rx->counts.e_blocks++;
    rx->counts.e_errors += !e;
    if (!(rx->status & SWD_E1_FEBE_ALL)) {
        rx->e_zeros = e ? 0 : rx->e_zeros + 1;
        if (rx->e_zeros == SECOND) {
            rx->status |= SWD_E1_FEBE_ALL;
            rx->e_zeros = rx->e_seen = rx->e_ones = 0;
        }
        return;
    }
    rx->e_ones += e;
    if (++rx->e_seen < SECOND)
        return;
    e1_set(rx, SWD_E1_FEBE_ALL, !rx->e_ones);
    rx->e_seen = rx->e_ones = 0;
}

/* The nibble in frames 1, 3, 5, 7 or 9, 11, 13, 15 (G.704 2.3.4). */
static void take_ssm(swd_e1_rx *rx, uint32_t number)
{
    rx->ssm_n = (number & 7) == 1 ? 1 : rx->ssm_n + 1;
    rx->ssm_bits = (rx->ssm_bits << 1 | (rx->sa >> (8 - rx->ssm_sa) & 1u)) & 15;
    if ((number & 7) != 7 || rx->ssm_n != 4)
        return;
    rx->ssm_run = rx->ssm_bits == rx->ssm_latest ? rx->ssm_run + 1 : 1;
    rx->ssm_latest = rx->ssm_bits;
    if (rx->ssm_run == PERSISTENCE) {
        rx->ssm = (uint8_t)rx->ssm_bits;
        rx->ssm_run = PERSISTENCE - 1;
    }
}

static void take_odd(swd_e1_rx *rx, uint8_t octet, uint32_t number)
{
    if (number > 12)
        take_e(rx, octet >> 7);
    if (rx->ssm_sa && !rx->fas_bad)
        take_ssm(rx, number);
    else
        rx->ssm_n = 0;
}

/* A sub-multiframe is judged with C4 of the next one, in frame 6 or 14. */
int swd_e1_crc_frame(swd_e1_rx *rx, const uint8_t *frame, uint32_t number)
{
    if ((number & 7) == 0) {
        rx->crc_before = swd_e1_crc_bits(rx->crc);
        rx->crc_known = rx->crc_whole;
        rx->crc_whole = 1;
        rx->crc = 0;
    }
    rx->crc = swd_e1_crc_add(rx->crc, frame, !(number & 1));
    if (number & 1) {
        take_odd(rx, frame[0], number);
        return 0;
    }
    rx->c_bits = (rx->c_bits << 1 | frame[0] >> 7) & 15;
    return (number & 7) == 6 && rx->crc_known && judge_block(rx, number == 6);
}
