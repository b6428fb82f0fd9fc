/* e1_code.c: the line code of E1 directions (HDB3, G.703 annex A) and errors in it. It is run while such errors are made, and a
 * little longer: to code and to decode changes nothing.
 *
 * Coder and decoder together are a frame late, which the line must not be. So each frame is decoded twice: as the stream goes
 * on, for the violations; and, after an error, at once, on copies that are given it once more as what follows. What an error in the pulses of a
 * frame's last three bits, which are sent with the next frame, does to those bits is not seen. */
#include "e1_line.h"

#define CODER_LATE 3              /* bits */

static const uint8_t none[E1_SLOTS];

void swd_e1_code_start(e1_unit *u, uint64_t at)
{
    uint8_t plus[32], minus[32], before[32];
    if (at >= u->codec_until) {
        swd_hdb3_reset(&u->coder);
        swd_hdb3_reset(&u->decoder);
        u->swapped = 0;
        swd_hdb3_encode(&u->coder, u->last, plus, minus); /* so that the first pulse has one before it */
        swd_hdb3_decode(&u->decoder, plus, minus, before);
    }
    u->codec_until = at + E1_CODEC_CYCLES;
}

/* An octet of the frame's bits in which an injector wants errors, as late as the pulses are. */
static uint32_t wanted(const swd_e1_error *asked, uint32_t t)
{
    uint32_t here = asked->timeslots >> t & 1 ? asked->bits : 0;
    uint32_t before = asked->timeslots >> (t + E1_SLOTS - 1) % E1_SLOTS & 1 ? asked->bits : 0;
    return (before << (8 - CODER_LATE) | here >> CODER_LATE) & 0xFF;
}

/* Which pulses are hit: their places in `turns`. */
static void code_errors(e1_unit *u, uint32_t slot, const uint8_t plus[32], const uint8_t minus[32], uint8_t turns[32])
{
    for (uint32_t t = 0; t < E1_SLOTS; t++) {
        uint32_t pulses = (uint32_t)(plus[t] | minus[t]) & wanted(&u->injectors[slot].asked, t);
        uint32_t n = (uint32_t)__builtin_popcount(pulses);
        for (uint32_t i = swd_e1_next_hit(u, slot, 0, n); i < n; i = swd_e1_next_hit(u, slot, i + 1, n))
            turns[t] ^= swd_e1_nth_bit(pulses, i);
    }
}

/* From each turn on, the pulses change places. Returns whether they do at the end. */
static uint32_t turn(uint32_t swapped, const uint8_t turns[32], uint8_t plus[32], uint8_t minus[32])
{
    for (uint32_t t = 0; t < E1_SLOTS; t++) {
        uint32_t mask = turns[t]; /* becomes the bits whose pulses change places: a prefix sum, the first bit on the left */
        mask ^= mask >> 1;
        mask ^= mask >> 2;
        mask ^= mask >> 4;
        mask ^= swapped ? 0xFF : 0;
        uint8_t change = (uint8_t)((plus[t] ^ minus[t]) & mask);
        plus[t] ^= change;
        minus[t] ^= change;
        swapped = mask & 1;
    }
    return swapped;
}

/* The frame as a decoder sees it that does not wait. */
static void decode_now(const e1_unit *u, uint8_t frame[32])
{
    swd_hdb3 coder = u->coder, decoder = u->decoder;
    uint8_t plus[32], minus[32];
    swd_hdb3_encode(&coder, frame, plus, minus);
    turn(u->swapped, none, plus, minus);
    swd_hdb3_decode(&decoder, plus, minus, frame);
}

void swd_e1_code(e1_unit *u, uint64_t at, uint8_t frame[32])
{
    uint8_t plus[32], minus[32], before[32], turns[32] = {0};
    swd_hdb3_encode(&u->coder, frame, plus, minus);
    for (uint32_t slots = u->active; slots; slots &= slots - 1) {
        uint32_t slot = (uint32_t)__builtin_ctz(slots);
        if (u->injectors[slot].asked.kind != SWD_ERR_CODE)
            continue;
        u->codec_until = at + 1 + E1_CODEC_CYCLES;
        code_errors(u, slot, plus, minus, turns);
    }
    u->swapped = turn(u->swapped, turns, plus, minus);
    u->rx.counts.code_violations += swd_hdb3_decode(&u->decoder, plus, minus, before);
    if (memcmp(turns, none, sizeof none) != 0)
        u->decode_until = at + 2;
    if (at < u->decode_until)
        decode_now(u, frame);
}
