/* What the signalling terminal's pieces share (ITU-T Q.703 clauses 2 to 4 and 10). */
#ifndef SWD_SU_H
#define SWD_SU_H

#include <assert.h>

#include "hdlc.h"

#define SU_OCTETS_MIN 3u
#define SU_OCTETS_MAX 276u         /* SIF of 272 octets (Q.703 2.3.8), without check bits */
#define SU_STATUS_OCTETS 5u        /* the longest fill-in or link status unit */
#define SU_OVERLONG (SU_OCTETS_MAX + FCS_OCTETS + 1) /* m + 7 = 279: more octets after a flag begin octet counting (4.1.4) */
#define SU_COUNTED_BITS (8u * 16u) /* octet counting: an error every N = 16 octets (10.2.2) */
#define SU_LENGTH(octets) ((octets)[2] & 0x3Fu) /* the length indicator */

/* Where a push writes what it reports. */
typedef struct su_sink {
    swd_su_report *reports;
    uint8_t *out;
    uint32_t n_reports, n_out, at_octet;
} su_sink;

static inline void su_report(su_sink *sink, uint32_t kind, uint32_t a, uint32_t b)
{
    assert(sink->n_reports < SWD_SU_REPORTS);
    sink->reports[sink->n_reports++] = (swd_su_report){sink->at_octet, kind, a, b};
}

/* su_echo.c: units that repeat */
/* Learn the unit (3..5 octets and its check bits) that the receiver has just taken, for the rows to come. */
void swd_su_echo_learn(swd_su_echo *echo, const uint8_t *octets, uint32_t n);
/* Take a row when it goes on as the unit that was learnt does: how many units end in it, the first one with bit
 * *first_end of the row, counted from 1, the next ones a unit's bits later; nothing but the bits is taken. -1: it does not. */
int swd_su_echo_row(swd_su_rx *rx, const uint8_t *line, uint32_t *first_end);

/* su_monitor.c: AERM and SUERM */
void swd_su_monitor_good(swd_su_rx *rx, su_sink *sink);
void swd_su_monitor_error(swd_su_rx *rx, su_sink *sink);

#endif
