/* The CAS multiframe in TS16 (G.704 5.1.3.2, G.732 5.2). */
#include "e1.h"

#define Y_BIT 0x04u
#define MFAS_ERRORS 2u            /* consecutive alignment signals in error: lost */
#define SILENT_FRAMES 32u         /* TS16 of two multiframes is all zeros: lost, or the signal that is left would look like alignment */
#define AIS_ZEROS 3u              /* at most, in a multiframe */
#define PERSISTENCE 2u            /* multiframes, of Y and of TS16 AIS */

/* Search anew. The TS16 before is not known, so the first one can not complete alignment. */
void swd_e1_cas_start(swd_e1_rx *rx)
{
    rx->ts16_before = rx->ts16_zeros = rx->ts16_frames = rx->ts16_ones = rx->ts16_silent = 0;
    rx->cas_bad = rx->y_run = rx->cas_frame = 0;
    e1_set(rx, SWD_E1_RMA | SWD_E1_TS16_AIS, 0);
    rx->status |= SWD_E1_LOCAS;
}

static void lose(swd_e1_rx *rx)
{
    rx->counts.cas_losses++;
    rx->cas_bad = rx->y_run = 0;
    e1_set(rx, SWD_E1_RMA, 0);
    rx->status |= SWD_E1_LOCAS;
}

static void find(swd_e1_rx *rx)
{
    e1_set(rx, SWD_E1_LOCAS | SWD_E1_TS16_AIS, 0);
    rx->ts16_zeros = rx->ts16_frames = rx->ts16_ones = rx->cas_frame = 0;
}

/* A multiframe's worth of TS16 has passed: from frame 0 on, or any sixteen while frame 0 is not known. */
static void judge_ones(swd_e1_rx *rx)
{
    rx->ts16_ones = rx->ts16_zeros <= AIS_ZEROS ? rx->ts16_ones + 1 : 0;
    if (rx->ts16_ones >= PERSISTENCE)
        rx->status |= SWD_E1_TS16_AIS;
    else if (!rx->ts16_ones)
        e1_set(rx, SWD_E1_TS16_AIS, 0);
    rx->ts16_zeros = rx->ts16_frames = 0;
}

static void take_y(swd_e1_rx *rx, uint8_t ts16)
{
    uint32_t y = (ts16 & Y_BIT) != 0, is = (rx->status & SWD_E1_RMA) != 0;
    rx->y_run = y == is ? 0 : rx->y_run + 1;
    if (rx->y_run == PERSISTENCE) {
        rx->status ^= SWD_E1_RMA;
        rx->y_run = 0;
    }
}

static void take_aligned(swd_e1_rx *rx, uint8_t ts16)
{
    uint32_t n = rx->cas_frame;
    rx->cas_frame = (n + 1) & 15;
    if (n == 0 && ts16 >> 4) {
        if (++rx->cas_bad == MFAS_ERRORS)
            lose(rx);
    } else if (n == 0) {
        rx->cas_bad = 0;
        take_y(rx, ts16);
    } else if (!rx->fas_bad) {    /* what a fading signal leaves behind is no signalling */
        rx->abcd[n] = ts16 >> 4;
        rx->abcd[n + 16] = ts16 & 15;
    }
}

void swd_e1_cas_frame(swd_e1_rx *rx, uint8_t ts16)
{
    rx->ts16_silent = ts16 ? 0 : rx->ts16_silent + 1;
    if ((rx->status & SWD_E1_LOCAS) && !(ts16 >> 4) && rx->ts16_before)
        find(rx);
    else if (!(rx->status & SWD_E1_LOCAS) && rx->ts16_silent >= SILENT_FRAMES)
        lose(rx);
    rx->ts16_before = ts16;
    rx->ts16_zeros += 8u - (uint32_t)__builtin_popcount(ts16);
    if (!(rx->status & SWD_E1_LOCAS))
        take_aligned(rx, ts16);
    if (++rx->ts16_frames == 16)
        judge_ones(rx);
}
