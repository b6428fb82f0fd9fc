/* The loops that make the marks of a busy machine and add its conferences, plain C for the compiler to make vectors of;
 * included once for each instruction set, which defines MARKS, UNITS and CODES, the functions' names. */
#include "engine.h"

/* The rows of up to 64 sources: to[k] = octets[k] xor the row's part, all signs flipped as the Walsh function of ids[k]
 * says (mark_flip). A source without an id keeps what it has. */
void MARKS(uint64_t *restrict to, const uint64_t *restrict octets, const uint16_t *restrict ids, uint32_t n,
           uint64_t row_octets, uint64_t row)
{
    for (uint32_t k = 0; k < n; k++) {
        uint64_t x = (uint64_t)(ids[k] >> 3) & row & 0xFF;
        x ^= x >> 4;
        x ^= x >> 2;
        x ^= x >> 1;
        uint64_t made = octets[k] ^ row_octets ^ ((0 - (x & 1)) & 0x8080808080808080u);
        to[k] = ids[k] ? made : to[k];
    }
}

/* A-law octets as multiples of 8 on the 16-bit scale, -4032..4032 (G.711 table 1); idle octets, the smallest amplitude, are
 * nothing. */
void UNITS(int16_t *restrict units, const uint8_t *restrict codes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint16_t x = codes[i] ^ 0x55, segment = x >> 4 & 7, above = segment ? (uint16_t)(segment - 1) : 0;
        uint16_t size = (uint16_t)((x & 15) * 2 + (segment ? 33 : 1));
        size = (uint16_t)(above & 1 ? size << 1 : size);
        size = (uint16_t)(above & 2 ? size << 2 : size);
        size = (uint16_t)(above & 4 ? size << 4 : size);
        size = x & 0x7F ? size : 0;
        units[i] = (int16_t)(x & 0x80 ? size : -size);
    }
}

/* The way back, clipped to 16 bits. A magnitude of 11 bits is shifted down to 5; each place is a segment. */
void CODES(uint8_t *restrict codes, const int16_t *restrict units, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        int16_t unit = units[i] > 4095 ? 4095 : units[i] < -4096 ? -4096 : units[i];
        uint16_t below = unit < 0 ? 0xFFFF : 0, size = (uint16_t)(unit >> 1) ^ below, segment = 0;
        segment = size >= 256 ? 4 << 4 : 0;
        size = (uint16_t)(size >= 256 ? size >> 4 : size);
        segment = (uint16_t)(size >= 64 ? segment + (2 << 4) : segment);
        size = (uint16_t)(size >= 64 ? size >> 2 : size);
        segment = (uint16_t)(size >= 32 ? segment + (1 << 4) : segment);
        size = (uint16_t)(size >= 32 ? size >> 1 : size);
        codes[i] = (uint8_t)((segment + size) ^ 0x55 ^ (~below & 0x80));
    }
}
