/* An idle link repeats one short unit for hours: a receiver that knows its bits compares rows with them.
 *
 * The state after a row is the one that taking it bit by bit leaves, so that it does not matter how a line was cut. */
#include "su.h"

/* Of a receiver within the unit: what it collected so far. */
static uint32_t packed(uint32_t ones, uint32_t octet, uint32_t n_bits, uint32_t length)
{
    return length << 16 | n_bits << 12 | ones << 8 | octet;
}

static void put_bit(swd_su_echo *echo, uint32_t at, uint32_t bit)
{
    echo->code[at / 8] |= (uint8_t)(bit << (7 - at % 8));
}

/* The states before each of some bits, and the bits. */
static void learn_bits(swd_su_echo *echo, swd_hdlc_rx *b, uint32_t bits, uint32_t n)
{
    for (uint32_t i = n; i-- > 0;) {
        uint32_t bit = bits >> i & 1, collected = b->ones < 5;
        assert(echo->n_bits < SWD_SU_ECHO_BITS);
        echo->states[echo->n_bits] = packed(b->ones, b->octet, b->n_bits, b->length);
        put_bit(echo, echo->n_bits++, bit);
        b->ones = bit ? b->ones + 1 : 0;
        if (!collected)
            continue;
        b->octet |= bit << b->n_bits;
        if (++b->n_bits == 8) {
            b->octet = b->n_bits = 0;
            b->length++;
        }
    }
}

void swd_su_echo_learn(swd_su_echo *echo, const uint8_t *octets, uint32_t n)
{
    swd_hdlc_rx b;
    uint32_t ones = 0;
    memset(&b, 0, sizeof b);
    memset(echo, 0, sizeof *echo);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t code = swd_table_stuff[ones << 8 | octets[i]];
        learn_bits(echo, &b, code & 0x3FF, code >> 12 & 15);
        ones = code >> 16;
    }
    learn_bits(echo, &b, HDLC_FLAG, 8);
    echo->n_octets = n;
    memcpy(echo->octets, octets, n);
    for (uint32_t i = 0; i < 64; i++) /* once more from the start, for a row from any place */
        put_bit(echo, echo->n_bits + i, echo->code[i % echo->n_bits / 8] >> (7 - i % echo->n_bits % 8) & 1);
}

static uint64_t expected(const swd_su_echo *echo, uint32_t at)
{
    uint64_t word;
    memcpy(&word, echo->code + at / 8, sizeof word);
    return __builtin_bswap64(word) << at % 8 | echo->code[at / 8 + 8] >> (8 - at % 8);
}

int swd_su_echo_row(swd_su_rx *rx, const uint8_t *line, uint32_t *first_end)
{
    const swd_su_echo *echo = &rx->echo;
    swd_hdlc_rx *b = &rx->bits;
    uint64_t row;
    if (rx->since >= echo->n_bits || b->hunting || rx->unaligned || rx->counting ||
        packed(b->ones, b->octet, b->n_bits, b->length) != echo->states[rx->since] ||
        memcmp(b->frame, echo->octets, echo->n_octets) != 0)
        return -1;
    memcpy(&row, line, sizeof row);
    if (__builtin_bswap64(row) != expected(echo, rx->since))
        return -1;
    uint32_t end = rx->since + 64, ends = end / echo->n_bits;
    *first_end = echo->n_bits - rx->since;
    rx->since = end % echo->n_bits;
    b->octet = echo->states[rx->since] & 0xFF;
    b->ones = echo->states[rx->since] >> 8 & 15;
    b->n_bits = echo->states[rx->since] >> 12 & 15;
    b->length = echo->states[rx->since] >> 16;
    return (int)ends;
}
