/* The HDLC receiver, included once for each instruction set, which defines RX_TAKE, the function's name. */
#include <string.h>

#include "hdlc.h"

#define SHORTEST_BITS 32u        /* two octets and the FCS */
#define LIMIT (SWD_MAX_FRAME + FCS_OCTETS)

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

/* The last n_bits bits of an octet one by one; returns the number of results, 0 or 1: two cannot end within eight bits. */
static uint32_t take_bits(swd_hdlc_rx *rx, uint8_t octet, uint32_t n_bits, swd_hdlc_result *result, uint8_t *out)
{
    uint32_t n_results = 0;
    for (uint32_t left = n_bits; left-- > 0;) {
        uint32_t ones = rx->ones, bit = octet >> left & 1u;
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
 * ones on a dead line. 0 when there is none. */
static uint32_t idle_octet(const swd_hdlc_rx *rx)
{
    uint32_t begun = rx->n_bits ? rx->ones + 1 : 0; /* bits of the flag seen; its sixth one is not collected */
    if (rx->ones == 7)
        return 0xFF;
    if (rx->hunting || rx->length || rx->n_bits != (begun < 7 ? begun : 6) ||
        rx->octet != (((1u << rx->n_bits) - 1) & ~1u))
        return 0;
    return (HDLC_FLAG << begun | HDLC_FLAG >> (8 - begun)) & 0xFF;
}

typedef struct found {            /* what a row ends */
    swd_hdlc_result *results;
    uint8_t *out;
    uint32_t n;
} found;

/* A flag ended within octet `at_octet`. */
static void take_flag(swd_hdlc_rx *rx, uint32_t at_octet, found *f)
{
    swd_hdlc_result *result = &f->results[f->n];
    if (judge(rx, result)) {
        result->at_octet = at_octet;
        if (!result->bad) {
            memcpy(f->out, rx->frame, result->n_octets);
            f->out += result->n_octets;
        }
        f->n++;
    }
    restart(rx, 0);
    rx->ones = 0;
}

/* The data among the first n_bits bits, after which there may be a sixth one: it and those that belong to it are none. */
static void take_data(swd_hdlc_rx *rx, uint64_t w, uint64_t marked, uint32_t n_bits)
{
    uint64_t within = n_bits < 64 ? (1ull << n_bits) - 1 : ~0ull;
    w = hdlc_unstuff(w & within, marked & within, &n_bits);
    hdlc_append(rx, w, n_bits);
}

/* Eight octets of frames and flags; returns how many bits were taken: fewer when a seventh one comes, none when the receiver
 * hunts or the frame might get too long. */
static uint32_t take_row(swd_hdlc_rx *rx, const uint8_t *line, found *f)
{
    uint64_t w = hdlc_load_bits(line); /* the bits from `at` on */
    uint32_t at = 0;
    if (rx->hunting || rx->ones > 6 || rx->length + 9 > LIMIT)
        return 0;
    while (at < 64) {
        if (rx->ones == 6) {
            if (w & 1)
                return at;
            take_flag(rx, at / 8, f);
            w >>= 1;
            at++;
            continue;
        }
        uint64_t marked = hdlc_fives(w, rx->ones) << 1 | (rx->ones == 5), sixths = w & marked;
        uint32_t left = 64 - at, n_bits = sixths ? (uint32_t)__builtin_ctzll(sixths) : left;
        take_data(rx, w, marked, n_bits);
        if (!sixths) {
            uint32_t run = (uint32_t)__builtin_clzll(~(w << at)); /* 64 ones would have a sixth among them */
            rx->ones = run < left ? run : run + rx->ones;
            return 64;
        }
        rx->ones = 6;
        w = w >> n_bits >> 1;
        at += n_bits + 1;
    }
    return at;
}

/* Octets from bit `at` on, each by table or, where a flag or an abort is, bit by bit. */
static void take_octets(swd_hdlc_rx *rx, const uint8_t *line, uint32_t at, uint32_t n, found *f)
{
    for (; at < 8 * n; at += 8 - at % 8) {
        uint8_t octet = line[at / 8];
        swd_hdlc_result *result = &f->results[f->n];
        if (at % 8 == 0 && ((octet && octet == idle_octet(rx)) || hdlc_take_octet(rx, octet, LIMIT)))
            continue;
        if (take_bits(rx, octet, 8 - at % 8, result, f->out)) {
            result->at_octet = at / 8;
            f->out += result->bad ? 0 : result->n_octets;
            f->n++;
        }
    }
}

/* What is neither idle nor all data; apart, so that what is costs no more than it must. */
static __attribute__((noinline)) uint32_t take_any(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out)
{
    found f = {.results = results, .out = out};
    take_octets(rx, line, n == 8 ? take_row(rx, line, &f) : 0, n, &f);
    rx->idle = idle_octet(rx) * 0x0101010101010101u;
    return f.n;
}

/* Octets that are not all idle. */
uint32_t RX_TAKE(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out)
{
    if (n == 8 && hdlc_take_word(rx, line, LIMIT)) {
        rx->idle = 0;
        return 0;
    }
    return take_any(rx, line, n, results, out);
}
