/* HDB3 (G.703 annex A): four zeros become 000V or B00V, so that the marks between two V are odd in number and the V alternate.
 *
 * Words of 64 bits, the first on the line in the most significant place; work is done only where the code does something. A mark is
 * known when three more bits have come, at either end. The coder is three bits late; the decoder keeps what it has decoded until
 * both together are late by 256 bits: what comes out is the frame that went in a call before. */
#include "e1.h"

#define LATE 3u                   /* bits, of the coder */
#define FIRST (1ull << 63)

void swd_hdb3_reset(swd_hdb3 *line)
{
    memset(line, 0, sizeof *line);
    line->solid = ~0ull;          /* no zeros before the first bit */
}

static void store(uint8_t *octets, uint32_t w, uint64_t word)
{
    word = __builtin_bswap64(word);
    memcpy(octets + 8 * w, &word, 8);
}

/* Word with `before` ahead of it, n = 1..63 bits later. */
static uint64_t late(uint64_t before, uint64_t word, uint32_t n)
{
    return before << (64 - n) | word >> n;
}

/* Where a bit and the three before are 0. */
static uint64_t fourth_zeros(uint64_t before, uint64_t word)
{
    return ~(word | late(before, word, 1) | late(before, word, 2) | late(before, word, 3));
}

/* The bits after the first n, 0..64. */
static uint64_t after(uint32_t n)
{
    return n < 64 ? ~0ull >> n : 0;
}

/* Bit i: parity of bits 0..i. */
static uint64_t running_parity(uint64_t word)
{
    for (uint32_t n = 1; n < 64; n *= 2)
        word ^= word >> n;
    return word;
}

/* ---- coder */

/* Put V and B into a word of bits; a B may belong into the last three places of the marks before. */
static void substitute(swd_hdb3 *line, uint64_t word, uint64_t *marks, uint64_t *violations)
{
    uint64_t solid = word, v = 0, b = 0, fourth;
    uint32_t from = 0, odd = line->odd;
    while ((fourth = fourth_zeros(line->solid, solid)) != 0) {
        uint32_t at = (uint32_t)__builtin_clzll(fourth);
        odd ^= (uint32_t)__builtin_parityll(word & after(from) & ~after(at));
        v |= FIRST >> at;
        solid |= FIRST >> at;
        if (!odd && at >= LATE)
            b |= FIRST >> (at - LATE);
        else if (!odd)
            line->marks |= 1ull << (LATE - 1 - at);
        odd = 0;
        from = at + 1;
    }
    line->odd = odd ^ (uint32_t)__builtin_parityll(word & after(from));
    line->solid = solid;
    *marks = solid | b;
    *violations = v;
}

void swd_hdb3_encode(swd_hdb3 *line, const uint8_t *bits, uint8_t *plus, uint8_t *minus)
{
    for (uint32_t w = 0; w < 4; w++) {
        uint64_t marks, violations;
        substitute(line, e1_word(bits, w), &marks, &violations);
        uint64_t leaving = late(line->marks, marks, LATE);
        uint64_t polarity = running_parity(leaving & ~late(line->violations, violations, LATE));
        if (line->sent)
            polarity = ~polarity;
        store(plus, w, leaving & polarity);
        store(minus, w, leaving & ~polarity);
        line->sent = polarity & 1;
        line->marks = marks;
        line->violations = violations;
    }
}

/* ---- decoder */

/* The mark at `at` has the polarity of the one before: V when two or three zeros stand between them, and four bits are 0. Returns
 * whether the code is violated. */
static uint32_t take_violation(swd_hdb3 *line, uint64_t marks, uint64_t up, uint32_t at, uint64_t *decoded)
{
    uint32_t before = (uint32_t)(at ? marks >> (64 - at) | line->heard << at : line->heard) & 15;
    uint32_t polarity = up & FIRST >> at ? 1 : 2;
    if (before != 8 && (before & 7) != 4)
        return 1;
    *decoded &= ~(FIRST >> at);
    if (at >= LATE)
        *decoded &= ~(FIRST >> (at - LATE));
    else
        line->kept[3] &= ~(1ull << (LATE - 1 - at));
    uint32_t wrong = polarity == line->latest_v;
    line->latest_v = polarity;
    return wrong;
}

/* Decode a word after kept[3]. Returns how often the code is violated. */
static uint32_t decode_word(swd_hdb3 *line, uint64_t up, uint64_t down, uint64_t *decoded)
{
    uint32_t wrong = (uint32_t)__builtin_popcountll(up & down); /* plus and minus at a time: no mark */
    uint64_t marks = up ^ down, parity = running_parity(marks);
    up &= ~down;
    *decoded = marks;
    if (!line->latest && marks)   /* the first mark of all may be either */
        line->latest = up << __builtin_clzll(marks) & FIRST ? 2 : 1;
    /* While the polarities alternate, polarity and parity differ always or never; at a V that turns round. */
    uint64_t same = marks & (line->latest == 1 ? ~(up ^ parity) : up ^ parity);
    while (same) {
        uint32_t at = (uint32_t)__builtin_clzll(same);
        wrong += take_violation(line, marks, up, at, decoded);
        same = ~same & marks & after(at + 1);
    }
    uint64_t fifth = late(line->heard, marks, 4);
    wrong += (uint32_t)__builtin_popcountll(fourth_zeros(line->heard, marks) & fifth);
    if (marks)
        line->latest = up >> __builtin_ctzll(marks) & 1 ? 1 : 2;
    line->heard = marks;
    return wrong;
}

uint32_t swd_hdb3_decode(swd_hdb3 *line, const uint8_t *plus, const uint8_t *minus, uint8_t *bits)
{
    uint64_t words[4];
    uint32_t wrong = 0;
    for (uint32_t w = 0; w < 4; w++) {
        uint64_t decoded;
        wrong += decode_word(line, e1_word(plus, w), e1_word(minus, w), &decoded);
        words[w] = line->kept[0];
        memmove(line->kept, line->kept + 1, 3 * sizeof *line->kept);
        line->kept[3] = decoded;
    }
    for (uint32_t w = 0; w < 4; w++)
        store(bits, w, late(words[w], w < 3 ? words[w + 1] : line->kept[0], 64 - LATE));
    return wrong;
}
