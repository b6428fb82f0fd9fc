/* Receiver of signal units: delimits and judges them, counts octets when alignment is lost, passes on what is new
 * (ITU-T Q.703 clause 4; DAEDR). */
#include "su.h"

#define SHORTEST_BITS (8u * (SU_OCTETS_MIN + FCS_OCTETS))
#define LONGEST_BITS (8u * (SU_OCTETS_MAX + FCS_OCTETS))
#define MOST_REPEATS 0xFFFFu

void swd_su_rx_reset(swd_su_rx *rx)
{
    uint32_t cell = rx->bits.cell;
    memset(rx, 0, sizeof *rx);
    swd_hdlc_rx_reset(&rx->bits);
    rx->bits.cell = cell;
    rx->bits.hunting = 0;
    rx->unaligned = 1;
}

static void restart(swd_su_rx *rx, uint32_t hunting)
{
    rx->bits.octet = rx->bits.n_bits = rx->bits.length = 0;
    rx->bits.hunting = hunting;
}

static uint32_t collected(const swd_su_rx *rx)
{
    uint32_t bits = rx->bits.length * 8 + rx->bits.n_bits;
    return bits > FLAG_BITS_COLLECTED ? bits - FLAG_BITS_COLLECTED : 0;
}

static void note_bad(swd_su_rx *rx, su_sink *sink, uint32_t reason, uint32_t n_octets)
{
    rx->counts.bad[reason]++;
    if (!rx->after_bad)
        su_report(sink, SWD_EV_SU_BAD, reason, n_octets);
    rx->after_bad = 1;
}

static void begin_counting(swd_su_rx *rx, su_sink *sink)
{
    restart(rx, 1);
    rx->unaligned = 0;
    if (rx->counting)
        return;
    rx->counting = 1;
    rx->counts.countings++;
    su_report(sink, SWD_EV_SU_COUNTING, 1, 0);
}

static void end_counting(swd_su_rx *rx, su_sink *sink)
{
    if (!rx->counting)
        return;
    rx->counting = rx->counted_bits = 0;
    su_report(sink, SWD_EV_SU_COUNTING, 0, 0);
}

static void count_bits(swd_su_rx *rx, su_sink *sink, uint32_t n)
{
    rx->counted_bits += n;
    if (rx->counted_bits < SU_COUNTED_BITS)
        return;
    rx->counted_bits -= SU_COUNTED_BITS;
    rx->counts.counted_octets += SU_COUNTED_BITS / 8;
    swd_su_monitor_error(rx, sink);
}

/* Whether this is a fill-in or status unit that says what the unit before it said; else it is what the next is held to. */
static int repeated(swd_su_rx *rx, const uint8_t *octets, uint32_t n)
{
    uint32_t kept = SU_LENGTH(octets) < 3 && n <= SU_STATUS_OCTETS ? n : 0;
    if (kept && kept == rx->last_n && memcmp(octets, rx->last, kept) == 0)
        return 1;
    memset(rx->last, 0, sizeof rx->last);
    memcpy(rx->last, octets, kept);
    rx->last_n = kept;
    return 0;
}

static void accept_repeated(swd_su_rx *rx, su_sink *sink)
{
    rx->counts.good++;
    rx->after_bad = 0;
    rx->repeats += rx->repeats < MOST_REPEATS;
    end_counting(rx, sink);
    swd_su_monitor_good(rx, sink);
}

static void accept(swd_su_rx *rx, su_sink *sink)
{
    const uint8_t *octets = rx->bits.frame;
    uint32_t n = rx->bits.length - FCS_OCTETS;
    if (repeated(rx, octets, n)) {
        if (!rx->echo.n_bits)
            swd_su_echo_learn(&rx->echo, octets, n + FCS_OCTETS);
        accept_repeated(rx, sink);
        return;
    }
    rx->counts.good++;
    rx->after_bad = 0;
    rx->echo.n_bits = 0;
    if (SU_LENGTH(octets) >= 3) {
        rx->counts.msus++;
        rx->counts.msu_octets += n - SU_OCTETS_MIN;
    }
    memcpy(sink->out + sink->n_out, octets, n);
    su_report(sink, SWD_EV_SU, sink->n_out, n | rx->repeats << 16);
    sink->n_out += n;
    rx->repeats = 0;
    end_counting(rx, sink);
    swd_su_monitor_good(rx, sink);
}

/* Judge what stood between two flags. */
static void judge(swd_su_rx *rx, su_sink *sink)
{
    uint32_t bits = collected(rx), reason = 0;
    if (bits == 0)
        return;
    if (bits < SHORTEST_BITS)
        reason = SWD_BAD_SHORT;
    else if (bits > LONGEST_BITS)
        reason = SWD_BAD_LONG;
    else if (bits % 8)
        reason = SWD_BAD_ALIGN;
    else if (swd_fcs(FCS_START, rx->bits.frame, rx->bits.length) != FCS_GOOD)
        reason = SWD_BAD_FCS;
    if (!reason) {
        accept(rx, sink);
        return;
    }
    note_bad(rx, sink, reason, bits / 8);
    if (!rx->counting)
        swd_su_monitor_error(rx, sink);
}

static void take_flag(swd_su_rx *rx, su_sink *sink)
{
    if (!rx->bits.hunting && !rx->unaligned)
        judge(rx, sink);
    rx->unaligned = 0;
    rx->since = 0;
    restart(rx, 0);
}

static void collect(swd_su_rx *rx, su_sink *sink, uint32_t bit)
{
    swd_hdlc_rx *b = &rx->bits;
    if (b->hunting)
        return;
    b->octet |= bit << b->n_bits;
    if (++b->n_bits < 8)
        return;
    if (b->length == SU_OVERLONG) {
        note_bad(rx, sink, SWD_BAD_LONG, b->length + 1);
        begin_counting(rx, sink);
        return;
    }
    b->frame[b->length++] = (uint8_t)b->octet;
    b->octet = b->n_bits = 0;
}

static void take_one(swd_su_rx *rx, su_sink *sink)
{
    if (rx->bits.ones == 7)
        return;
    if (++rx->bits.ones <= 5) {
        collect(rx, sink, 1);
    } else if (rx->bits.ones == 7) {
        if (!rx->bits.hunting)
            note_bad(rx, sink, SWD_BAD_ABORT, collected(rx) / 8);
        begin_counting(rx, sink);
    }
}

static void take_zero(swd_su_rx *rx, su_sink *sink)
{
    uint32_t ones = rx->bits.ones;
    rx->bits.ones = 0;
    if (ones < 5)
        collect(rx, sink, 0);
    else if (ones == 6)
        take_flag(rx, sink);
}

/* The bits after the one that began octet counting are counted, up to the last one before the flag that ends it. */
static void take_bits(swd_su_rx *rx, su_sink *sink, uint8_t octet)
{
    for (int shift = 7; shift >= 0; shift--) {
        uint32_t counting = rx->counting;
        rx->since++;
        if (octet >> shift & 1)
            take_one(rx, sink);
        else
            take_zero(rx, sink);
        if (counting && rx->counting)
            count_bits(rx, sink, 1);
    }
}

static void take_octet(swd_su_rx *rx, su_sink *sink, uint8_t octet)
{
    if (!(rx->bits.ones == 7 && octet == 0xFF) && !hdlc_take_octet(&rx->bits, octet, SU_OVERLONG)) {
        take_bits(rx, sink, octet);
        return;
    }
    rx->since += 8;
    if (rx->counting)
        count_bits(rx, sink, 8);
}

/* A row without a loop over its octets; 0 when there is none for it. */
static int take_row(swd_su_rx *rx, su_sink *sink, const uint8_t *line)
{
    uint32_t end_bit = 0;
    if (rx->counting)
        return 0;
    int ends = rx->echo.n_bits ? swd_su_echo_row(rx, line, &end_bit) : -1;
    for (int i = 0; i < ends; i++, end_bit += rx->echo.n_bits) {
        sink->at_octet = (end_bit - 1) / 8;
        accept_repeated(rx, sink);
    }
    if (ends >= 0)
        return 1;
    if (!hdlc_take_word(&rx->bits, line, SU_OVERLONG))
        return 0;
    rx->since += 64;
    return 1;
}

uint32_t swd_su_rx_push(swd_su_rx *rx, const uint8_t *line, uint32_t n, swd_su_report *reports, uint8_t *out)
{
    su_sink sink = {.reports = reports, .out = out};
    assert(n <= SWD_ROW_CYCLES);
    if (n == 8 && take_row(rx, &sink, line))
        return sink.n_reports;
    for (; sink.at_octet < n; sink.at_octet++)
        take_octet(rx, &sink, line[sink.at_octet]);
    return sink.n_reports;
}
