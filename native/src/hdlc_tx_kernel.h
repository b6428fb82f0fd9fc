/* A frame's bits for the line, included once for each instruction set, which defines TX_ENCODE, the function's name. */
#include <string.h>

#include "hdlc.h"

/* The places in w, of up to 56 bits, after which a zero is to be put; `before` has the four bits before it, the latest highest,
 * without those before the latest zero that was put. Runs of up to nine ones have one such place; the places of longer ones
 * are looked for one by one. */
static inline uint64_t stuff_places(uint64_t w, uint64_t before)
{
    uint64_t x = w << 4 | before, twos = x & x << 1, fives = (twos & twos << 2 & x << 4) >> 4;
    uint64_t places = fives & ~(fives << 1), others = fives & ~(places * 31);
    while (others) {
        uint64_t next = others & -others;
        places |= next;
        others &= ~(next * 31);
    }
    return places;
}

/* `before` of what comes after w's n_bits bits. */
static inline uint64_t last_bits(uint64_t w, uint64_t places, uint32_t n_bits)
{
    uint64_t put = places >> (n_bits - 4);
    put |= put >> 2;
    put |= put >> 1;
    return w >> (n_bits - 4) & ~put;
}

typedef struct encoder {
    uint8_t *to;
    uint64_t held;                /* bits not yet written, fewer than eight */
    uint32_t n_held;
    uint64_t before;
} encoder;

/* Up to 64 bits, the rest of w being zeros. */
static inline void put_bits(encoder *x, uint64_t w, uint32_t n_bits)
{
    uint64_t word = x->held | w << x->n_held;
    uint32_t total = x->n_held + n_bits;
    uint64_t full = -(uint64_t)(total / 64); /* a mask rather than a branch, which nobody could foresee */
    memcpy(x->to, &word, sizeof word);
    x->to += total / 8;
    x->held = (word >> (total & 56) & ~full) | (w >> 1 >> (63 - x->n_held) & full);
    x->n_held = total % 8;
}

/* w with a zero after each of the places; *n_bits grows by their number. */
static inline uint64_t spread(uint64_t w, uint64_t places, uint32_t *n_bits)
{
#if defined(HDLC_BMI2)
    uint64_t but_one = places & (places - 1), but_two = but_one & (but_one - 1);
    if (!(but_two & (but_two - 1))) { /* nearly always: at most three */
        *n_bits += (uint32_t)__builtin_popcountll(places);
        return _pdep_u64(w, ~((places ^ but_one) << 1 | (but_one ^ but_two) << 2 | but_two << 3));
    }
#endif
    do /* two at a time without a branch, which nobody could foresee */
        for (int i = 0; i < 2; i++) {
            uint64_t lowest = places & -places;
            w += w & ~(lowest | (lowest - 1));
            *n_bits += lowest != 0;
            places = (places ^ lowest) << 1;
        }
    while (places);
    return w;
}

/* As many bits as may become 64, the rest of w being zeros: seven octets with at most eight places, or six with any. */
static inline void put_stuffed(encoder *x, uint64_t w, uint64_t places, uint32_t n_bits)
{
    x->before = last_bits(w, places, n_bits);
    w = spread(w, places, &n_bits);
    put_bits(x, w, n_bits);
}

/* The code as the line wants it: of each octet the earliest bit highest. */
static inline void turn(uint8_t *code, uint32_t n)
{
    uint64_t w[4];
    for (uint32_t i = 0; i < n; i += sizeof w) { /* as many as the compiler makes one vector of */
        memcpy(w, code + i, sizeof w);
        for (int k = 0; k < 4; k++)
            w[k] = hdlc_turned(w[k]);
        memcpy(code + i, w, sizeof w);
    }
}

/* Encode n octets, which are followed by eight that may be read, and the flag that closes them; returns how many bits. */
uint32_t TX_ENCODE(uint8_t *code, const uint8_t *octets, uint32_t n)
{
    encoder x = {.to = code};
    uint64_t w;
    uint32_t i = 0;
#if defined(HDLC_BMI2)
    for (; i + 7 <= n; i += 7) {
        memcpy(&w, octets + i, sizeof w);
        w &= 0xFFFFFFFFFFFFFFu;
        uint64_t places = stuff_places(w, x.before);
        if (__builtin_popcountll(places) > 8)
            break; /* nothing but ones, or nearly: by sixes */
        put_stuffed(&x, w, places, 56);
    }
#endif
    for (; i + 6 <= n; i += 6) {
        memcpy(&w, octets + i, sizeof w);
        w &= 0xFFFFFFFFFFFFu;
        put_stuffed(&x, w, stuff_places(w, x.before), 48);
    }
    memcpy(&w, octets + i, sizeof w);
    w &= (1ull << 8 * (n - i)) - 1;
    if (i < n)
        put_stuffed(&x, w, stuff_places(w, x.before), 8 * (n - i));
    put_bits(&x, HDLC_FLAG, 8);
    *x.to = (uint8_t)x.held;
    turn(code, (uint32_t)(x.to - code) + 1);
    return (uint32_t)(x.to - code) * 8 + x.n_held;
}
