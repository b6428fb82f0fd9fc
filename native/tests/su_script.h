/* A script of units, faults and line octets for signalling terminals, read from octets: from a seeded generator in the tests,
 * from a fuzzer. */
#ifndef SWD_SU_SCRIPT_H
#define SWD_SU_SCRIPT_H

#include "check.h"

typedef struct su_totals {
    uint32_t kinds[32];           /* reports by SWD_EV_* */
} su_totals;

/* Play it on a transmitter and a receiver that are cut into single octets, on others in rows, and as the script says: they
 * agree in what they send and report and in every octet of their state. Adds to `totals`. */
void su_play(const uint8_t *octets, size_t n_octets, su_totals *totals);

#endif
