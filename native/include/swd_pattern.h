/* Test sequences (ITU-T O.150): generators, and checkers (bit error rate testers). Part of swd.h, which includes it. */
#ifndef SWD_PATTERN_PUBLIC_H
#define SWD_PATTERN_PUBLIC_H

#include "swd.h"

/* cdef begin */
/* Test sequences (ITU-T O.150 clause 5), with the line's inversion that the Recommendation asks for. */
#define SWD_PATTERN_PRBS9 1      /* x^9 + x^5 + 1, O.153 */
#define SWD_PATTERN_PRBS11 2     /* x^11 + x^9 + 1, O.152 */
#define SWD_PATTERN_PRBS15 3     /* x^15 + x^14 + 1, inverted, O.151 */
#define SWD_PATTERN_PRBS20 4     /* x^20 + x^3 + 1, O.153 */
#define SWD_PATTERN_QRSS 5       /* x^20 + x^17 + 1, one before 14 zeros, O.150 5.5 */
#define SWD_PATTERN_PRBS23 6     /* x^23 + x^18 + 1, inverted, O.151 */
#define SWD_PATTERN_ONES 7
#define SWD_PATTERN_ZEROS 8
#define SWD_PATTERN_ALTERNATING 9 /* 1010... */
#define SWD_BERT_RATIO 1         /* O.150 4.2 a: a fifth of the bits of an interval of 1 s are wrong */
#define SWD_BERT_PHASE 2         /* O.150 4.2 b: the sequence is there, but out of phase */

/* Since swd_bert_listen; bits and errors while in sync alone. */
typedef struct swd_bert_counts {
    uint64_t bits, errors;
    uint64_t errored_octets;     /* of the sequence, octets that held an error */
    uint64_t syncs, losses;
    uint64_t slips;              /* those of the losses for SWD_BERT_PHASE */
    uint64_t in_sync;            /* 1 or 0 */
} swd_bert_counts;

/* Deal a test sequence out to n_timeslots (1..31) sources from this one on, an octet each in every cycle, from its start: as
 * many ones (before inversion) as the shift register has stages. `inverted`: complemented once more. A running generator
 * starts anew. A source that is given something else to play is no longer the generator's, which goes on for the others. */
int swd_pattern_start(swd_engine *e, uint32_t generator, uint32_t pattern, uint32_t first_source, uint32_t n_timeslots,
                      int inverted);
int swd_pattern_stop(swd_engine *e, uint32_t generator);               /* its sources are idle */
/* One wrong bit, the first, in each of the next `count` octets, after those still due. SWD_E_FULL: 2^32 and more. */
int swd_pattern_error(swd_engine *e, uint32_t generator, uint32_t count);
/* Check 1..31 cells' octets, dealt out as a generator does, from a fresh start: hunting, all counts 0. In sync when 64
 * bits, the latest of a row, followed from the `stages` bits before them; told at ends of rows. */
int swd_bert_listen(swd_engine *e, uint32_t bert, uint32_t pattern, const uint32_t *cells, uint32_t n_cells, int inverted);
int swd_bert_stop(swd_engine *e, uint32_t bert);                       /* its counts stay to be read */
int swd_bert_counters(const swd_engine *e, uint32_t bert, swd_bert_counts *counts);
/* A slip on the line of these 32 cells, one frame repeated (how 1) or lost (-1): the references of checkers that hear these
 * cells alone go one frame on or back, so that they see the sequence out of phase, as a test set does. */
int swd_bert_slip(swd_engine *e, uint32_t first_cell, int how);
/* cdef end */

#endif
