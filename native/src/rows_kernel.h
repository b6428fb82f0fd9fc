/* The loop that makes the marks of a busy machine, plain C for the compiler to make vectors of; included once for each
 * instruction set, which defines MARKS, the function's name. */
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
