/* HDB3 (G.703 annex A): four zeros become 000V or B00V, so that the marks between two V are odd in number and the V alternate.
 *
 * A mark is known when three more bits have come, at either end. The coder is three bits late; the decoder keeps what it has
 * decoded until both together are late by 256 bits: what comes out is the frame that went in a call before. */
#include "e1.h"

#define LATE 3u                   /* bits, of a coder or a decoder */
#define SUBSTITUTED 4u            /* zeros */
#define PLUS 1u
#define MINUS 2u

void swd_hdb3_reset(swd_hdb3 *line)
{
    memset(line, 0, sizeof *line);
    line->sent = MINUS;
}

static void store(uint8_t *octets, uint32_t w, uint64_t word)
{
    word = __builtin_bswap64(word);
    memcpy(octets + 8 * w, &word, 8);
}

/* Takes the next bit into marks and violations, the latest in bit 0. */
static void code_bit(swd_hdb3 *line, uint32_t bit)
{
    line->marks = line->marks << 1 | bit;
    line->violations <<= 1;
    line->zeros = bit ? 0 : line->zeros + 1;
    line->odd ^= bit;
    if (line->zeros < SUBSTITUTED)
        return;
    line->marks |= line->odd ? 1 : 1 | 1u << LATE;
    line->violations |= 1;
    line->zeros = line->odd = 0;
}

/* Polarity of the bit that was taken LATE bits ago, 0: no mark. */
static uint32_t polarity(swd_hdb3 *line)
{
    if (!(line->marks >> LATE & 1))
        return 0;
    if (!(line->violations >> LATE & 1))
        line->sent ^= PLUS | MINUS;
    return line->sent;
}

void swd_hdb3_encode(swd_hdb3 *line, const uint8_t *bits, uint8_t *plus, uint8_t *minus)
{
    for (uint32_t w = 0; w < 4; w++) {
        uint64_t word = e1_word(bits, w), up = 0, down = 0;
        for (uint32_t i = 0; i < 64; i++, word <<= 1) {
            code_bit(line, (uint32_t)(word >> 63));
            uint32_t pulse = polarity(line);
            up = up << 1 | (pulse & PLUS);
            down = down << 1 | pulse >> 1;
        }
        store(plus, w, up);
        store(minus, w, down);
    }
}

/* A mark of the polarity of the one before: V when two or three zeros stand between them. Returns whether the code is violated. */
static uint32_t take_violation(swd_hdb3 *line, uint32_t pulse)
{
    if (line->gap != 2 && line->gap != LATE)
        return 1;
    uint32_t wrong = pulse == line->latest_v;
    line->latest_v = pulse;
    line->decoded &= ~(1u | 1u << LATE);
    return wrong;
}

/* Returns whether the code is violated. Zeros before the first mark are no code. */
static uint32_t decode_pulse(swd_hdb3 *line, uint32_t pulse)
{
    uint32_t wrong = 0;
    line->decoded = line->decoded << 1 | (pulse != 0);
    if (!pulse) {
        line->gap += line->gap < SUBSTITUTED + 1;
        return line->latest && line->gap == SUBSTITUTED;
    }
    if (pulse == (PLUS | MINUS)) {
        wrong = 1;                /* of no polarity: taken as the one that is due */
        pulse = line->latest ? line->latest ^ (PLUS | MINUS) : PLUS;
    } else if (pulse == line->latest) {
        wrong = take_violation(line, pulse);
    }
    line->latest = pulse;
    line->gap = 0;
    return wrong;
}

uint32_t swd_hdb3_decode(swd_hdb3 *line, const uint8_t *plus, const uint8_t *minus, uint8_t *bits)
{
    uint64_t words[5] = {line->kept[0], line->kept[1], line->kept[2], line->kept[3], 0};
    uint32_t wrong = 0;
    for (uint32_t w = 0; w < 4; w++) {
        uint64_t up = e1_word(plus, w), down = e1_word(minus, w), word = 0;
        for (uint32_t i = 0; i < 64; i++, up <<= 1, down <<= 1) {
            wrong += decode_pulse(line, (uint32_t)(up >> 63) | (uint32_t)(down >> 63) << 1);
            word = word << 1 | (line->decoded >> LATE & 1);
        }
        line->kept[w] = word;
    }
    words[4] = line->kept[0];
    for (uint32_t w = 0; w < 4; w++)
        store(bits, w, words[w] << 2 * LATE | words[w + 1] >> (64 - 2 * LATE));
    return wrong;
}
