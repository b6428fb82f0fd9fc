/* A-law octets as they are sent, the inversion of even bits included, for kernels that look them up (G.711 table 1): the sample is a
 * size, which lies in a segment, times a power of two with the sign; 13 bits, +-1..4032. */
#ifndef SWD_ALAW_H
#define SWD_ALAW_H

#include <stdint.h>

#define ALAW_FOUR_TIMES(...) {__VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__}
/* 2m and what is added to it, by the four bits of m. */
#define ALAW_SEGMENT(base) (base) + 10, (base) + 8, (base) + 14, (base) + 12, (base) + 2, (base), (base) + 6, (base) + 4, \
                           (base) + 26, (base) + 24, (base) + 30, (base) + 28, (base) + 18, (base) + 16, (base) + 22, (base) + 20

/* By the lower seven bits: 2m + 33, and 2m + 1 in segment 0, which is 0x50 to 0x5F. */
static const uint8_t alaw_sizes[128] __attribute__((unused)) = {
    ALAW_SEGMENT(33), ALAW_SEGMENT(33), ALAW_SEGMENT(33), ALAW_SEGMENT(33),
    ALAW_SEGMENT(33), ALAW_SEGMENT(1), ALAW_SEGMENT(33), ALAW_SEGMENT(33)};
/* By the upper four bits, four times: 2^(segment - 1), and 1 in segment 0. */
static const int8_t alaw_powers[64] __attribute__((unused)) = ALAW_FOUR_TIMES(-16, -8, -64, -32, -1, -1, -4, -2, 16, 8, 64, 32, 1, 1, 4, 2);

#endif
