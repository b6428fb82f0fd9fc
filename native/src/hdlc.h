/* What the HDLC and the signal unit transmitters and receivers share (ISO/IEC 13239, 16-bit FCS; one 64 kbit/s timeslot each).
 *
 * Both work by tables and words and keep no more state than the bits demand, so that cutting a stream differently leaves
 * the same results and the same state. */
#ifndef SWD_HDLC_H
#define SWD_HDLC_H

#include <string.h>

#include "parts.h"
#include "tables.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "eight octets are taken as a little-endian word; this host needs its own load and store"
#endif

#define HDLC_FLAG 0x7Eu
#define FCS_START 0xFFFFu
#define FCS_OCTETS 2u
#define FCS_GOOD 0xF0B8u         /* what the FCS comes to over a frame with its FCS (ISO/IEC 13239 4.2.5.2) */
#define FLAG_BITS_COLLECTED 6u   /* a flag is known at its last bit; its zero and five ones were collected before */

/* The FCS register after n more octets; sent inverted. */
uint16_t swd_fcs(uint16_t fcs, const uint8_t *octets, uint32_t n);

/* The two below take what lies within a frame, which may be `limit` octets long; they leave flags, aborts and what is too
 * long to be taken bit by bit. */

/* One octet without flag or abort, by table; 0 when it must be taken bit by bit. */
static inline int hdlc_take_octet(swd_hdlc_rx *rx, uint8_t octet, uint32_t limit)
{
    if (rx->ones > 5)
        return 0;
    uint32_t code = swd_table_unstuff[rx->ones << 8 | octet];
    if (code >> 15 || rx->length == limit)
        return 0;
    rx->ones = code >> 12;
    if (rx->hunting)
        return 1;
    rx->octet |= (code & 0xFF) << rx->n_bits;
    rx->n_bits += code >> 8 & 15;
    if (rx->n_bits >= 8) {
        rx->frame[rx->length++] = (uint8_t)rx->octet;
        rx->octet >>= 8;
        rx->n_bits -= 8;
    }
    return 1;
}

/* Eight octets, the earliest bit lowest. */
static inline uint64_t hdlc_load_bits(const uint8_t *line)
{
    uint64_t w;
    memcpy(&w, line, sizeof w);
    w = (w >> 4 & 0x0F0F0F0F0F0F0F0Fu) | (w & 0x0F0F0F0F0F0F0F0Fu) << 4;
    w = (w >> 2 & 0x3333333333333333u) | (w & 0x3333333333333333u) << 2;
    return (w >> 1 & 0x5555555555555555u) | (w & 0x5555555555555555u) << 1;
}

/* w one place later, `ones` ones before it. */
static inline uint64_t hdlc_after(uint64_t w, uint32_t places, uint32_t ones)
{
    uint64_t before = ((1u << ones) - 1) << 5 >> ones; /* bits -5..-1 as 0..4 */
    return w << places | before >> (5 - places);
}

/* Eight octets inside a frame, without flag or abort; 0 when they must be taken singly. */
static inline int hdlc_take_word(swd_hdlc_rx *rx, const uint8_t *line, uint32_t limit)
{
    const uint32_t ones = rx->ones;
    if (ones > 5 || rx->hunting || rx->length + 9 > limit)
        return 0;
    uint64_t w = hdlc_load_bits(line);
    uint64_t fives = w & hdlc_after(w, 1, ones) & hdlc_after(w, 2, ones) & hdlc_after(w, 3, ones) & hdlc_after(w, 4, ones);
    uint64_t stuffed = fives << 1 | (ones == 5);
    if (w & stuffed)
        return 0;
    uint32_t n_bits = 64;
    rx->ones = (uint32_t)__builtin_clzll(~w);
    for (; stuffed; n_bits--) { /* take out the highest first, so that the others stay where they are */
        uint32_t place = 63 - (uint32_t)__builtin_clzll(stuffed);
        uint64_t below = (1ull << place) - 1;
        w = (w & below) | (w >> 1 & ~below);
        stuffed &= below;
    }
    if (n_bits < 64)
        w &= (1ull << n_bits) - 1;
    uint64_t joined = w << rx->n_bits | rx->octet, rest = rx->n_bits ? w >> (64 - rx->n_bits) : 0;
    uint32_t total = rx->n_bits + n_bits, whole = total / 8;
    /* Only whole octets change the frame, so that its bytes do not depend on how the line was cut. */
    uint64_t old, kept = whole < 8 ? ~0ull << 8 * whole : 0;
    memcpy(&old, rx->frame + rx->length, sizeof old);
    old = (old & kept) | (joined & ~kept);
    memcpy(rx->frame + rx->length, &old, sizeof old);
    rx->octet = (uint32_t)(whole < 8 ? joined >> 8 * whole : rest);
    rx->n_bits = total % 8;
    rx->length += whole;
    return 1;
}

#endif
