/* LOS and AIS (G.775): what a receiver sees in the bits, framed or not. */
#include "e1.h"

#define LOS_WINDOW 255u           /* bits, from a pulse on, in which the signal must be back */
#define LOS_PULSES 32u            /* one in eight */
#define AIS_ZEROS 2u              /* at most, in a period of two frames' bits */

/* Whether the word has n zeros running, 1..64. */
static int has_gap(uint64_t word, uint32_t n)
{
    uint64_t gaps = ~word;        /* a one: zeros from here on, as many as `length` */
    uint32_t length = 1;
    for (; 2 * length <= n; length *= 2)
        gaps &= gaps >> length;
    return (gaps & gaps >> (n - length)) != 0;
}

/* Whether there is a gap of los_intervals; if not, zero_run is taken to the end of the bits. */
static int gap_reached(swd_e1_rx *rx, const uint8_t *pulses)
{
    uint32_t run = rx->zero_run, limit = rx->los_intervals;
    for (uint32_t w = 0; w < 4; w++) {
        uint64_t word = e1_word(pulses, w);
        if (!word) {
            run += 64;
            continue;
        }
        if (run + (uint32_t)__builtin_clzll(word) >= limit || (limit < 63 && has_gap(word, limit)))
            return 1;
        run = (uint32_t)__builtin_ctzll(word);
    }
    if (run >= limit)
        return 1;
    rx->zero_run = run;
    return 0;
}

/* In LOS. The window starts with a pulse, and anew after a gap or when it held too few. */
static void look_for_signal(swd_e1_rx *rx, uint32_t pulse)
{
    if (rx->zero_run >= rx->los_intervals || (!rx->los_window && !pulse)) {
        rx->los_window = rx->los_ones = 0;
        return;
    }
    rx->los_ones += pulse;
    if (++rx->los_window < LOS_WINDOW)
        return;
    e1_set(rx, SWD_E1_LOS, rx->los_ones < LOS_PULSES);
    rx->los_window = rx->los_ones = 0;
}

void swd_e1_watch_pulses(swd_e1_rx *rx, const uint8_t *pulses)
{
    if (!(rx->status & SWD_E1_LOS) && !gap_reached(rx, pulses))
        return;
    if (rx->zero_run == rx->los_intervals && !(e1_word(pulses, 0) | e1_word(pulses, 1) | e1_word(pulses, 2) | e1_word(pulses, 3)))
        return; /* and the window stays empty */
    for (uint32_t i = 0; i < E1_BITS; i++) {
        uint32_t pulse = pulses[i >> 3] >> (7 - (i & 7)) & 1u;
        if (pulse)
            rx->zero_run = 0;
        else if (rx->zero_run < rx->los_intervals)
            rx->zero_run++;
        if (rx->status & SWD_E1_LOS)
            look_for_signal(rx, pulse);
        else if (rx->zero_run >= rx->los_intervals)
            rx->status |= SWD_E1_LOS;
    }
}

/* Zeros of 256 bits; 3 stands for more. */
static uint32_t count_zeros(const uint8_t *line)
{
    uint32_t n = 0;
    for (uint32_t w = 0; w < 4; w++)
        for (uint64_t zeros = ~e1_word(line, w); zeros; zeros &= zeros - 1)
            if (++n > AIS_ZEROS)
                return n;
    return n;
}

void swd_e1_watch_ones(swd_e1_rx *rx, const uint8_t *line)
{
    rx->ais_zeros += count_zeros(line);
    rx->ais_half ^= 1;
    if (rx->ais_half)
        return;
    uint32_t ones = rx->ais_zeros <= AIS_ZEROS, is = (rx->status & SWD_E1_AIS) != 0;
    rx->ais_run = ones == is ? 0 : rx->ais_run + 1;
    if (rx->ais_run == 2) {
        rx->status ^= SWD_E1_AIS;
        rx->ais_run = 0;
    }
    rx->ais_zeros = 0;
}
