/* mark.c: a party's watermark, by which who hears whom is measured.
 *
 * Row r of party id's mark is eight A-law octets of segment 2 (about -26 dBm0). Their mantissas carry 32 bits: octet j
 * has in its lower two bits 2j and 2j+1 of the 16 bits (id << 5 | r mod 32), in its upper two the same bits of their
 * CRC-16 (polynomial 0x1021), so that any two rows differ nearly everywhere. Their signs are a noise sequence common to all, eight bits of a hash of r, exclusive-or the Walsh function `id` at chips
 * (8r .. 8r+7) mod 2048.
 * So one mark alone is read from any row, with the delay of its path; several in a sum are told apart by a fast Walsh
 * transform over 2048 octets, where each id is one coefficient. CRC, signs and their spreading over octets are linear: a
 * row is (a word of the id) xor (a word of the row) xor (all eight signs or none: mark_flip). */
#include "engine.h"

#define LOOK_BACK_ROWS 16                      /* an ear asks for rows before the one that it recognised */
#define SEGMENT_MASK 0x7070707070707070u
#define SEGMENT_2 0x2020202020202020u
#define EVEN_BITS 0x5555555555555555u          /* A-law inverts them on the line */

static uint32_t crc16(uint32_t info)
{
    uint32_t crc = info << 16;
    for (int i = 0; i < 16; i++)
        crc = crc & 0x80000000u ? crc << 1 ^ 0x10210000u : crc << 1;
    return crc >> 16;
}

/* Bits 2j and 2j+1 to the lowest of octet j. */
static uint64_t spread_pairs(uint32_t bits)
{
    uint64_t x = bits;
    x = (x | x << 24) & 0x000000FF000000FFu;
    x = (x | x << 12) & 0x000F000F000F000Fu;
    return (x | x << 6) & 0x0303030303030303u;
}

static uint32_t gather_pairs(uint64_t x)
{
    x &= 0x0303030303030303u;
    x = (x | x >> 6) & 0x000F000F000F000Fu;
    x = (x | x >> 12) & 0x000000FF000000FFu;
    return (uint32_t)(x | x >> 24) & 0xFFFF;
}

/* Bit j to the sign of octet j. */
static uint64_t spread_signs(uint32_t octet)
{
    uint64_t x = octet;
    x = (x | x << 28) & 0x0000000F0000000Fu;
    x = (x | x << 14) & 0x0003000300030003u;
    return ((x | x << 7) & 0x0101010101010101u) << 7;
}

static uint64_t code(uint32_t info)
{
    return spread_pairs(info) | spread_pairs(crc16(info)) << 2;
}

static uint32_t noise(uint64_t row)
{
    uint64_t z = (row + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 29) * 0xBF58476D1CE4E5B9u;
    return (uint32_t)(z >> 56);
}

uint64_t swd_mark_of_id(uint32_t id)
{
    uint32_t walsh = 0;
    for (uint32_t chip = 0; chip < 8; chip++)
        walsh |= (uint32_t)__builtin_parity(id & chip) << chip;
    return code(id << 5) ^ spread_signs(walsh) ^ SEGMENT_2 ^ EVEN_BITS;
}

uint64_t swd_mark_of_row(uint64_t row)
{
    return code((uint32_t)row & 31) ^ spread_signs(noise(row));
}

/* The id of the mark that these octets are at `row`, with its path delay in rows; 0 when they are none. */
uint32_t swd_mark_decode(const swd_engine *e, uint64_t octets, uint64_t row, uint32_t *delay)
{
    uint64_t plain = octets ^ EVEN_BITS;
    if ((plain & SEGMENT_MASK) != SEGMENT_2)
        return 0;
    uint32_t info = gather_pairs(plain), id = info >> 5;
    if (id == 0 || crc16(info) != gather_pairs(plain >> 2))
        return 0;
    uint64_t of_id = swd_mark_of_id(id);
    for (uint32_t d = (uint32_t)(row - info) & 31; d < MARK_DELAYS - LOOK_BACK_ROWS && d <= row; d += 32)
        if (octets == (of_id ^ e->mark_rows[(row - d) % MARK_DELAYS] ^ mark_flip(id, row - d))) {
            *delay = d;
            return id;
        }
    return 0;
}

/* Walsh-Hadamard transform in natural order, in place; |x| stays below 2048 * 4032 < 2^23. */
static void transform(int32_t *restrict x)
{
    for (uint32_t half = 1; half < EAR_RING; half *= 2)
        for (uint32_t i = 0; i < EAR_RING; i += 2 * half)
            for (uint32_t k = i; k < i + half; k++) {
                int32_t sum = x[k] + x[k + half], difference = x[k] - x[k + half];
                x[k] = sum;
                x[k + half] = difference;
            }
}

/* One descrambled row: octet k of the ring's row, its sign as it was before the common noise. */
static void descramble(int32_t *x, const uint8_t *codes, uint64_t row)
{
    int16_t linear[SWD_ROW_CYCLES];
    uint32_t signs = noise(row);
    swd_alaw_decode_block(linear, codes, SWD_ROW_CYCLES);
    for (uint32_t k = 0; k < SWD_ROW_CYCLES; k++)
        x[k] = signs >> k & 1 ? linear[k] / 8 : -(linear[k] / 8);
}

/* The marks in the 2048 octets from cycle `from` (a row's first; octet of cycle c in ring[c % 2048]) at a path delay of
 * `delay` rows: their ids, ascending, at most `capacity`; returns their number. A mark's coefficient is the sum of its
 * 2048 amplitudes, 66..126 (13-bit scale): at least two thirds of the mean 96 is asked for, and 40 times what noise of
 * the same energy would give. */
uint32_t swd_mark_search(const uint8_t *ring, uint64_t from, uint32_t delay, uint16_t *ids, uint32_t capacity)
{
    int32_t x[EAR_RING];
    uint64_t energy = 0;
    uint32_t n = 0;
    if (delay > from / SWD_ROW_CYCLES)
        return 0;
    for (uint64_t c = from; c < from + EAR_RING; c += SWD_ROW_CYCLES)
        descramble(x + ((c - delay * SWD_ROW_CYCLES) % EAR_RING), ring + c % EAR_RING, c / SWD_ROW_CYCLES - delay);
    for (uint32_t i = 0; i < EAR_RING; i++)
        energy += (uint64_t)((int64_t)x[i] * x[i]);
    transform(x);
    for (uint32_t id = 1; id < EAR_RING && n < capacity; id++)
        if (x[id] > EAR_RING * 64 && (uint64_t)((int64_t)x[id] * x[id]) > 40 * energy)
            ids[n++] = (uint16_t)id;
    return n;
}
