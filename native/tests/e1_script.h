/* A script of frames, faults and shifts for one direction of an E1 line, read from octets: from a seeded generator in the tests,
 * from a fuzzer. */
#ifndef SWD_E1_SCRIPT_H
#define SWD_E1_SCRIPT_H

#include "check.h"

typedef struct e1_totals {
    uint32_t seen;                /* every status bit that was ever set */
    uint64_t frames;
} e1_totals;

/* Play it on a sender and a receiver. What a receiver may never show is asserted for each frame; and that, when the line is left
 * alone, it finds the frames again. Adds to `totals`. */
void e1_play(const uint8_t *octets, size_t n_octets, e1_totals *totals);

#endif
