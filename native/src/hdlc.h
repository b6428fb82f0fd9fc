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
#define TX_AFTER 32u             /* octets after a frame that its encoder may read */
#define FLAG_BITS_COLLECTED 6u   /* a flag is known at its last bit; its zero and five ones were collected before */

/* The FCS register after n more octets; sent inverted. */
uint16_t swd_fcs(uint16_t fcs, const uint8_t *octets, uint32_t n);
uint16_t swd_fcs_by_table(uint16_t fcs, const uint8_t *octets, uint32_t n);
uint16_t swd_fcs_avx2(uint16_t fcs, const uint8_t *octets, uint32_t n);   /* n >= 17 */

/* hdlc_rx_kernel.h, hdlc_tx_kernel.h: for any processor, and for those with AVX2 and what came with it (BMI2, PCLMUL) */
uint32_t swd_hdlc_rx_take(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out);
uint32_t swd_hdlc_rx_take_avx2(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out);
uint32_t swd_hdlc_encode(uint8_t *code, uint32_t before, uint32_t n_before, const uint8_t *octets, uint32_t n);
uint32_t swd_hdlc_encode_avx2(uint8_t *code, uint32_t before, uint32_t n_before, const uint8_t *octets, uint32_t n);

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

/* Eight octets from the line, or for it: within each the earliest bit lowest, or highest. */
static inline uint64_t hdlc_turned(uint64_t w)
{
    w = (w >> 4 & 0x0F0F0F0F0F0F0F0Fu) | (w & 0x0F0F0F0F0F0F0F0Fu) << 4;
    w = (w >> 2 & 0x3333333333333333u) | (w & 0x3333333333333333u) << 2;
    return (w >> 1 & 0x5555555555555555u) | (w & 0x5555555555555555u) << 1;
}

static inline uint64_t hdlc_load_bits(const uint8_t *octets)
{
#if defined(HDLC_BMI2)
    const __m128i low = _mm_set1_epi8(15), turned = _mm_setr_epi8(0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15); /* of four bits */
    __m128i w = _mm_loadl_epi64((const __m128i *)(const void *)octets);
    __m128i first = _mm_shuffle_epi8(turned, _mm_and_si128(w, low));
    __m128i last = _mm_shuffle_epi8(turned, _mm_and_si128(_mm_srli_epi16(w, 4), low));
    return (uint64_t)_mm_cvtsi128_si64(_mm_or_si128(_mm_slli_epi16(first, 4), last));
#else
    uint64_t w;
    memcpy(&w, octets, sizeof w);
    return hdlc_turned(w);
#endif
}

/* The places in w where five ones end, `ones` (0..5) having come before: runs of two, of four, of five. */
static inline uint64_t hdlc_fives(uint64_t w, uint32_t ones)
{
    static const uint8_t before[6][4] = {{0, 0, 0}, {1, 0, 8}, {1, 2, 12}, {1, 3, 14}, {1, 3, 15}, {1, 3, 15}};
    uint64_t twos = w & (w << 1 | before[ones][0]), fours = twos & (twos << 2 | before[ones][1]);
    return fours & (w << 4 | before[ones][2]);
}

/* w without the bits at the places marked, which are zeros; *n_bits counts what is left. */
static inline uint64_t hdlc_unstuff(uint64_t w, uint64_t marked, uint32_t *n_bits)
{
#if defined(HDLC_BMI2)
    *n_bits -= (uint32_t)__builtin_popcountll(marked);
    return _pext_u64(w, ~marked);
#else
    uint32_t taken = 0;
    do /* three at a time without a branch, which nobody could foresee */
        for (int i = 0; i < 3; i++) {
            uint64_t lowest = marked & -marked, above = ~(lowest | (lowest - 1));
            w -= (w & above) >> 1;
            taken += lowest != 0;
            marked = (marked ^ lowest) >> 1;
        }
    while (marked);
    *n_bits -= taken;
    return w;
#endif
}

/* Append up to 64 bits to the frame, the rest of w being zeros; there is room. */
static inline void hdlc_append(swd_hdlc_rx *rx, uint64_t w, uint32_t n_bits)
{
    uint64_t joined = w << rx->n_bits | rx->octet, rest = w >> 1 >> (63 - rx->n_bits); /* none when there is room for all */
    uint32_t total = rx->n_bits + n_bits, whole = total / 8;
    uint8_t *to = rx->frame + rx->length;
    /* Only whole octets are written, so that the frame's bytes do not depend on how the line was cut. */
    if (whole >= 4) {
        uint32_t first = (uint32_t)joined, last = (uint32_t)(joined >> 8 * (whole - 4));
        memcpy(to, &first, sizeof first);
        memcpy(to + whole - 4, &last, sizeof last);
    } else {
        for (uint32_t i = 0; i < whole; i++)
            to[i] = (uint8_t)(joined >> 8 * i);
    }
    rx->octet = (uint32_t)(joined >> 4 * whole >> 4 * whole | rest); /* of eight whole ones nothing, without a branch */
    rx->n_bits = total % 8;
    rx->length += whole;
}

/* Eight octets inside a frame, without flag or abort; 0 when they must be taken singly. */
static inline int hdlc_take_word(swd_hdlc_rx *rx, const uint8_t *octets, uint32_t limit)
{
    const uint32_t ones = rx->ones;
    uint32_t n_bits = 64;
    if (ones > 5 || rx->hunting || rx->length + 9 > limit)
        return 0;
    uint64_t w = hdlc_load_bits(octets), marked = hdlc_fives(w, ones) << 1 | (ones == 5);
    if (w & marked)
        return 0;
    rx->ones = (uint32_t)__builtin_clzll(~w);
    w = hdlc_unstuff(w, marked, &n_bits);
    hdlc_append(rx, w, n_bits);
    return 1;
}

#endif
