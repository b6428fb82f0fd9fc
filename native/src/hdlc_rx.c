/* HDLC receiver: hunts for flags, takes out the stuffing, judges frames. */
#include <assert.h>
#include <string.h>

#include "hdlc.h"

#define SHORTEST_BITS 32u        /* two octets and the FCS */
#define LIMIT (SWD_MAX_FRAME + FCS_OCTETS)

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
    else if (swd_fcs(FCS_START, rx->frame, rx->length) != FCS_GOOD)
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
    if (rx->length == LIMIT) {
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
    rx->ones = 0;
    if (ones < 5)
        return rx->hunting ? 0 : collect(rx, 0, result);
    return ones == 6 && !rx->hunting && judge(rx, result);
}

/* One octet bit by bit; returns the number of results, 0 or 1: two cannot end within eight bits. */
static uint32_t take_bits(swd_hdlc_rx *rx, uint8_t octet, swd_hdlc_result *result, uint8_t *out)
{
    uint32_t n_results = 0;
    for (int shift = 7; shift >= 0; shift--) {
        uint32_t ones = rx->ones, bit = octet >> shift & 1u;
        if (bit ? take_one(rx, result) : take_zero(rx, result)) {
            n_results++;
            if (!result->bad)
                memcpy(out, rx->frame, result->n_octets);
        }
        if (!bit && ones == 6)
            restart(rx, 0);
    }
    return n_results;
}

/* The octet that leaves the receiver's state as it is: the rest of the flag that has begun and as much of the next, or all
 * ones on a dead line. 0x100 when there is none. */
static uint32_t idle_octet(const swd_hdlc_rx *rx)
{
    uint32_t begun = rx->n_bits ? rx->ones + 1 : 0; /* bits of the flag seen; its sixth one is not collected */
    if (rx->ones == 7)
        return 0xFF;
    if (rx->hunting || rx->length || rx->n_bits != (begun < 7 ? begun : 6) ||
        rx->octet != (((1u << rx->n_bits) - 1) & ~1u))
        return 0x100;
    return (HDLC_FLAG << begun | HDLC_FLAG >> (8 - begun)) & 0xFF;
}

static int all_idle(const swd_hdlc_rx *rx, const uint8_t *line)
{
    uint64_t w;
    memcpy(&w, line, sizeof w);
    return w == line[0] * 0x0101010101010101u && line[0] == idle_octet(rx);
}

uint32_t swd_hdlc_rx_push(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out)
{
    uint32_t n_results = 0;
    assert(n <= SWD_ROW_CYCLES);
    if (n == 8 && (all_idle(rx, line) || hdlc_take_word(rx, line, LIMIT)))
        return 0;
    for (uint32_t i = 0; i < n; i++) {
        if (line[i] == idle_octet(rx) || hdlc_take_octet(rx, line[i], LIMIT))
            continue;
        if (take_bits(rx, line[i], &results[n_results], out)) {
            swd_hdlc_result *result = &results[n_results++];
            result->at_octet = i;
            out += result->bad ? 0 : result->n_octets;
        }
    }
    return n_results;
}
