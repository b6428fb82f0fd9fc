/* CRC-4 of a sub-multiframe (G.704 2.3.3.5): remainder of x^4 * (2048 bits) by x^4 + x + 1, which divides x^15 + 1. So the bits are
 * first taken modulo x^15 + 1, where multiplying is rotating, and the remainder by the generator only at the end. */
#include "e1.h"

#define ORDER 15u                 /* x^15 = 1 */
#define RESIDUE ((1u << ORDER) - 1)
#define GENERATOR 0x13u

static uint32_t times(uint32_t residue, uint32_t power)
{
    return (residue << power | residue >> (ORDER - power)) & RESIDUE;
}

static uint32_t fold(uint64_t word)
{
    return (uint32_t)(word ^ word >> 15 ^ word >> 30 ^ word >> 45 ^ word >> 60) & RESIDUE;
}

/* The residue after one more frame; 0 before the first. clear_bit_1: bit 1 of TS0 is a C bit, taken as 0. */
uint32_t swd_e1_crc_add(uint32_t residue, const uint8_t *frame, uint32_t clear_bit_1)
{
    uint64_t first = e1_word(frame, 0);
    if (clear_bit_1)
        first &= ~(uint64_t)0 >> 1;
    /* x^64 = x^4, x^128 = x^8, x^192 = x^12, x^256 = x */
    return times(residue, 1) ^ times(fold(first), 12) ^ times(fold(e1_word(frame, 1)), 8) ^
           times(fold(e1_word(frame, 2)), 4) ^ fold(e1_word(frame, 3));
}

/* C1..C4 of a whole sub-multiframe, C1 in bit 3. */
uint32_t swd_e1_crc_bits(uint32_t residue)
{
    uint32_t rest = times(residue, 4);
    for (uint32_t power = ORDER - 1; power >= 4; power--)
        if (rest >> power & 1)
            rest ^= GENERATOR << (power - 4);
    return rest;
}
