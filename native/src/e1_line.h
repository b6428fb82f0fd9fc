/* A direction of an E1 line inside an engine: what e1_line.c (acts), e1_cycle.c (a cycle at bit level), e1_error.c (errors to make) and
 * e1_slip.c (slips, delays, taps) share. */
#ifndef SWD_E1_LINE_H
#define SWD_E1_LINE_H

#include "e1.h"
#include "engine.h"

#define E1_SLOTS 32               /* timeslots of a frame */
#define E1_MULTIFRAME 16          /* frames */
#define E1_RING 32                /* frames remembered: what others read of a unit is a row old at least, in whatever order units are computed */
#define E1_SSM_CYCLES 32          /* three whole sub-multiframes, and the rest of one */
#define E1_ON_THE_LINE (SWD_E1_SEND_NOTHING | SWD_E1_SEND_AIS)
#define E1_CLOCK_FRAMES 32000     /* of a receiver: 4 s */
#define E1_QUIET_CYCLES (E1_CLOCK_FRAMES + 2000) /* nothing is left of what its windows counted */
#define E1_CODEC_CYCLES 32        /* how long the line code is run after the last injector of code errors has ended */

typedef struct e1_injector {
    swd_e1_error asked;
    uint64_t wait;                /* opportunities before the next error */
    uint64_t done, draws, lambda;
} e1_injector;

typedef struct e1_unit {
    swd_e1_config config;         /* first_cell: SWD_NONE: not defined */
    uint32_t first;               /* that cell, counted from the first switched one */
    uint32_t level;               /* bit level was asked for */
    uint32_t bits;                /* it is at bit level, if only to carry a change of CAS or Sa bits across */
    uint32_t muted;
    int32_t slip;                 /* waits */
    uint32_t shift;               /* bits, 0..255 */
    uint32_t delay, delay_ring;   /* cycles; 0 and SWD_NONE: none */
    uint32_t loop, loop_from;
    uint32_t active;              /* injectors, by slot */
    uint32_t c_wrong, mfas_wrong; /* what they chose for the present CRC-4 sub-multiframe and multiframe */
    uint32_t swapped;             /* the line's pulses change places since a code error */
    uint64_t codec_until;         /* cycle up to which the line code is run */
    uint64_t decode_until;        /* and up to which the decoder may give out something else than what was coded */
    uint64_t wrong_until;         /* cycle after the last one in which something was wrong */
    uint64_t troubles;            /* sum of what the receiver counted then */
    uint32_t sa, ssm;             /* to send; the Sa bit that carries the status is 1 here */
    uint32_t send, forced[2];     /* by its sender; by faults at either end */
    uint64_t carry_until;         /* a change of synchronization status is known to be across after three sub-multiframes */
    uint32_t heard_sa, heard_ssm; /* last received and told */
    uint8_t abcd[E1_SLOTS], heard[E1_SLOTS];
    uint8_t last[E1_SLOTS];       /* the frame before, as it came off the line, for shifted bits */
    swd_e1_counts kept;           /* of the last time at bit level */
    swd_e1_tx tx;
    swd_e1_rx rx;
    swd_hdb3 coder, decoder;
    e1_injector injectors[SWD_E1_ERRORS];
} e1_unit;

typedef struct e1_ring {          /* of the cycle t in [t % 32]; not part of the unit, so that a cycle can be tried on a copy of it */
    uint8_t sent[E1_RING][E1_SLOTS], received[E1_RING][E1_SLOTS];
    uint8_t good[E1_RING][2];     /* what the receiver thinks of the last sub-multiframes: E bits for the opposite sender */
} e1_ring;

static inline e1_unit *e1_of(const swd_engine *e, uint32_t unit)
{
    return (e1_unit *)((uint8_t *)(uintptr_t)e + e->at_e1) + unit;
}

static inline int e1_defined(const swd_engine *e, uint32_t unit)
{
    return unit < e->config.n_e1 && e1_of(e, unit)->config.first_cell != SWD_NONE;
}

/* The timeslots that carry payload: bit t. */
static inline uint32_t e1_payload_slots(const e1_unit *u)
{
    return u->config.flags & SWD_E1_CAS ? 0xFFFEFFFEu : 0xFFFFFFFEu;
}

/* Synchronization status stands in the CRC-4 multiframe. */
static inline int e1_has_ssm(const e1_unit *u) { return u->config.ssm_sa && (u->config.flags & SWD_E1_CRC4); }

/* The Sa bit that it takes, as in sa5; 0: none. */
static inline uint32_t e1_ssm_bit(const e1_unit *u) { return e1_has_ssm(u) ? 16u >> (u->config.ssm_sa - 4) : 0; }

/* e1_line.c */
void swd_e1_busy(swd_engine *e, uint32_t unit);           /* keep the map of units that want computing */
void swd_e1_leave(swd_engine *e, uint32_t unit);          /* to octet level */

void swd_e1_align(e1_unit *u, uint64_t at);               /* the receiver as if it had always been aligned; counts and what was heard stay */

/* e1_cycle.c */
void swd_e1_settle(swd_engine *e, uint32_t unit, uint64_t now); /* to octet level, when that is asked for and all has come across */
/* `ring`: where what others read is kept; NULL: a trial, which writes nothing but the unit it is given. */
void swd_e1_frame(swd_engine *e, e1_unit *u, e1_ring *ring, uint64_t at, const uint8_t payload[32], uint8_t out[32]);

/* e1_error.c */
swd_e1_wrong swd_e1_sender_errors(e1_unit *u);
void swd_e1_bit_errors(e1_unit *u, uint8_t frame[32]);
uint32_t swd_e1_next_hit(e1_unit *u, uint32_t slot, uint32_t from, uint32_t n); /* of n opportunities, from this one on; n: none */
uint8_t swd_e1_nth_bit(uint32_t bits, uint32_t n);        /* that is set, from the most significant of an octet on, as a mask */


/* e1_code.c */
void swd_e1_code_start(e1_unit *u, uint64_t at);
void swd_e1_code(e1_unit *u, uint64_t at, uint8_t frame[32]);

/* e1_slip.c */
void swd_e1_slip_out(swd_engine *e, uint32_t unit, const span *s, const uint8_t (*payload)[32], uint8_t out[32]);
void swd_e1_slip_cells(swd_engine *e, uint32_t unit, const span *s);
void swd_e1_delay_frame(swd_engine *e, const e1_unit *u, uint64_t at, uint8_t frame[32], int trial);
void swd_e1_tap_frame(swd_engine *e, const uint8_t frame[32]);

#endif
