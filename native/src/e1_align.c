/* Searching: for frame alignment (G.706 4.1.2), and in it for the CRC-4 multiframe (4.2 and annex B).
 *
 * Frame alignment is FAS, bit 2 = 1 a frame later, FAS another frame later. All 256 places are followed at the same time, which is
 * what a search that resumes one bit after a candidate that failed would find if it could go back in time: an imitation that does
 * not last delays nothing, and the place that completes the three first is taken.
 *
 * The CRC-4 multiframe: its alignment signal twice within 8 ms, 2, 4 or 6 ms apart. When it does not come, the FAS was an imitation or
 * the peer has no CRC-4. While the alignment that is held goes on giving frames out, a parallel search begins just after the FAS that
 * failed: so every place that holds one has its turn of 8 ms, in the order of the line, before any has a second one. Where the
 * multiframe is found the alignment goes; after 400 ms without it the first alignment stays. */
#include "e1.h"

#define NFAS_IN_8_MS 32u
#define HITS ((1u << 8) | (1u << 16) | (1u << 24)) /* of a signal 2, 4 and 6 ms ago */
#define CRC_MFAS 0x0Bu            /* 001011 */
#define FAS_ERRORS 3u
#define AVOID_PUSHES 2u           /* of 256 bits, and what is left of the present ones */

uint8_t swd_e1_octet(const swd_e1_rx *rx, const uint8_t *line, uint32_t at)
{
    uint32_t i = at >> 3, shift = at & 7;
    uint32_t high = i < E1_OCTETS ? rx->previous[i] : line[i - E1_OCTETS];
    uint32_t low = 0;
    if (shift)
        low = i + 1 < E1_OCTETS ? rx->previous[i + 1] : line[i + 1 - E1_OCTETS];
    return (uint8_t)((high << 8 | low) >> (8 - shift));
}

/* From the first bit of a TS0 to the place of its last one, within 256. */
static uint32_t last_bit(uint32_t offset)
{
    return (offset + 7) % E1_BITS;
}

void swd_e1_hunt_start(swd_e1_rx *rx, uint32_t avoid)
{
    memset(rx->hunt_fas, 0, sizeof rx->hunt_fas);
    memset(rx->hunt_nfas, 0, sizeof rx->hunt_nfas);
    rx->hunt_bits = 0xFF;         /* no part of a FAS: seven new bits are needed */
    rx->hunt_avoid = avoid == E1_NO_AVOID ? E1_NO_AVOID : last_bit(avoid);
    rx->hunt_avoid_left = AVOID_PUSHES + 1;
}

/* Places `from`..255, but for `avoid`, in word w of a frame's bits, the first bit in the most significant place. */
static uint64_t places(uint32_t w, uint32_t from, uint32_t avoid)
{
    uint64_t mask = from >= 64 * (w + 1) ? 0 : from <= 64 * w ? ~0ull : ~0ull >> (from - 64 * w);
    return avoid / 64 == w ? mask & ~(1ull << (63 - avoid % 64)) : mask;
}

/* All places of a word at a time: bit i of `late` n is the bit of the line n bits before place i. */
static uint32_t hunt_word(swd_e1_rx *rx, uint32_t w, uint64_t before, uint64_t bits, uint64_t mask)
{
    uint64_t late[7] = {bits};
    for (uint32_t n = 1; n < 7; n++)
        late[n] = bits >> n | before << (64 - n);
    uint64_t fas = late[0] & late[1] & ~late[2] & late[3] & late[4] & ~late[5] & ~late[6]; /* 0011011, the last bit in late[0] */
    uint64_t found = rx->hunt_nfas[w] & fas & mask, nfas = rx->hunt_fas[w] & late[6];
    rx->hunt_fas[w] = (rx->hunt_fas[w] & ~mask) | (fas & ~rx->hunt_nfas[w] & mask);
    rx->hunt_nfas[w] = (rx->hunt_nfas[w] & ~mask) | (nfas & mask);
    return found ? 64 * w + (uint32_t)__builtin_clzll(found) : E1_BITS;
}

uint32_t swd_e1_hunt(swd_e1_rx *rx, const uint8_t *line, uint32_t from)
{
    uint64_t before = ~0ull << 8 | (rx->hunt_bits & 0xFF);
    uint32_t found = E1_BITS, avoid = rx->hunt_avoid;
    for (uint32_t w = 0; w < 4 && found == E1_BITS; w++) {
        uint64_t seen = places(w, from, E1_NO_AVOID), bits = e1_word(line, w) | ~seen; /* what came earlier is no part of a FAS */
        found = hunt_word(rx, w, before, bits, places(w, from, avoid));
        before = bits;
    }
    if (found < E1_BITS)
        return found;
    rx->hunt_bits = (uint32_t)before & 0xFF;
    if (avoid != E1_NO_AVOID && --rx->hunt_avoid_left == 0)
        rx->hunt_avoid = E1_NO_AVOID;
    return E1_BITS;
}

void swd_e1_look_start(swd_e1_rx *rx, uint32_t offset)
{
    rx->hunt_parallel = 0;
    rx->look_offset = offset;
    rx->look_nfas = 1;
    rx->look_left = NFAS_IN_8_MS;
    rx->look_bits = 0xFF;
    rx->look_hits = rx->look_bad = 0;
}

/* From the bit after the FAS on; the other places are all met before this one again. */
static void look_elsewhere(swd_e1_rx *rx, const uint8_t *line)
{
    swd_e1_hunt_start(rx, E1_NO_AVOID);
    swd_e1_hunt(rx, line, last_bit(rx->look_offset) + 1);
    rx->hunt_parallel = 1;
}

/* An NFAS: its bit 1 may complete the alignment signal. */
static int take_bit_1(swd_e1_rx *rx, uint8_t octet)
{
    rx->look_bits = rx->look_bits << 1 | (octet >> 7);
    rx->look_hits = rx->look_hits << 1 | ((rx->look_bits & 0x3F) == CRC_MFAS);
    rx->look_left--;
    return (rx->look_hits & 1) && (rx->look_hits & HITS);
}

int swd_e1_look(swd_e1_rx *rx, const uint8_t *line)
{
    if (rx->hunt_parallel) {
        uint32_t found = swd_e1_hunt(rx, line, 0);
        if (found < E1_BITS)
            swd_e1_look_start(rx, (found + E1_BITS - 7) % E1_BITS);
        return 0;
    }
    /* The TS0 that ends in these bits: the one that starts in them, or in the last seven of those before. */
    uint8_t octet = swd_e1_octet(rx, line, rx->look_offset <= E1_BITS - 8 ? E1_BITS + rx->look_offset : rx->look_offset);
    uint32_t nfas = rx->look_nfas;
    rx->look_nfas ^= 1;
    if (nfas)
        return take_bit_1(rx, octet);
    rx->look_bad = (octet & E1_FAS_MASK) == E1_FAS ? 0 : rx->look_bad + 1;
    if (rx->look_bad == FAS_ERRORS || !rx->look_left)
        look_elsewhere(rx, line);
    return 0;
}
