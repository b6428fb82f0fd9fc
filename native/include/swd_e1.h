/* The E1 lines of the native core: what a framer does (G.703, G.704, G.706, G.775), and an engine's directions of lines.
 * Part of swd.h, which includes it. */
#ifndef SWD_E1_PUBLIC_H
#define SWD_E1_PUBLIC_H

#include "swd.h"

/* cdef begin */
/* Framing (G.704). A frame is 32 octets, one of each timeslot; the MSB of octet 0 is bit 1, first on the line.
 * Two multiframes of 16 frames that know nothing of each other: CRC-4 (frame 0, 2, .. carry the FAS) and CAS in TS16. */
#define SWD_E1_CRC4 1            /* flags of a line: what both its ends do */
#define SWD_E1_CAS 2
#define SWD_E1_NFAS 4            /* bit 2 wrong in three consecutive NFAS is a loss of frame alignment, too (G.706 4.1.1) */
#define SWD_E1_HDB3 8

#define SWD_E1_SEND_A 1          /* what a sender is made to send; NOTHING hides AIS, AIS hides the others */
#define SWD_E1_SEND_Y 2
#define SWD_E1_SEND_AIS 4        /* unframed all-ones */
#define SWD_E1_SEND_NOTHING 8    /* no pulses */
#define SWD_E1_SEND_TS16_AIS 16
#define SWD_E1_SEND_UNFRAMED 32  /* TS0 is 0xFF in every frame */
#define SWD_E1_SEND_NO_CRC 64    /* as a peer without CRC-4: bit 1 of TS0 is 1 */
#define SWD_E1_SEND_E0 128       /* both E bits 0 */

#define SWD_E1_LOS 1             /* status of a receiver: levels. No pulse in los_intervals bits; until 255 bits, from a pulse on,
                                  * hold 32 pulses and no such gap (G.775 4) */
#define SWD_E1_AIS 2             /* at most 2 zeros in each of two consecutive 512 bits; until 3 in each of two, or frame alignment (G.775 5.2) */
#define SWD_E1_LOF 4             /* no frame alignment (G.706 4.1); LOS and AIS do not hide it */
#define SWD_E1_RAI 8             /* A = 1 in 3 consecutive NFAS; until 0 in 3, or LOF */
#define SWD_E1_LOCRC 16          /* no CRC-4 multiframe alignment: searching for it, or for the frame */
#define SWD_E1_NO_CRC 32         /* searched for 400 ms: the peer has no CRC-4 (G.706 annex B); until LOF */
#define SWD_E1_LOCAS 64          /* no CAS multiframe alignment (G.732 5.2) */
#define SWD_E1_RMA 128           /* Y = 1 in 2 consecutive multiframes; until 0 in 2, or LOCAS */
#define SWD_E1_TS16_AIS 256      /* at most 3 zeros in TS16 in each of two consecutive multiframes; until 4 in one, or CAS alignment, or LOF */
#define SWD_E1_FEBE_ALL 512      /* 1000 E bits running, a second, were 0; until a second of them that has a 1, or LOCRC */
#define SWD_E1_EBER 1024         /* SWD_E1_EBER_SET errored FAS within 4 s; until a whole 4 s with at most SWD_E1_EBER_CLEAR, or LOF */

/* Errored FAS of the 16,000 in 4 s. At a bit error ratio of 1e-3 they are 112 on average, at 1e-4 11: 94 are reached, and 17 not
 * passed, with a probability above 0.95, which is what G.732 4.1 asks for within 4 to 5 s. */
#define SWD_E1_EBER_SET 94
#define SWD_E1_EBER_CLEAR 17

/* Since the receiver was reset; free running. */
typedef struct swd_e1_counts {
    uint64_t frames;             /* FAS looked at in frame: half the frames */
    uint64_t fas_errors;         /* FAS in error */
    uint64_t fas_bit_errors;     /* and their wrong bits */
    uint64_t crc_blocks, crc_errors;   /* sub-multiframes checked; in error */
    uint64_t e_blocks, e_errors;       /* E bits received; those that were 0 */
    uint64_t frame_losses, crc_losses, cas_losses; /* alignment held and lost, whatever the reason */
    uint64_t false_alignments;   /* 915 errored of 1000 blocks (G.706 4.3.2); each is a frame loss, too */
    uint64_t code_violations;    /* HDB3; counted by whoever decodes */
    uint64_t bits;               /* of the line */
} swd_e1_counts;

/* One direction of an E1 line (G.704): a sender, the line, a receiver, and the 32 switched cells that carry what the receiver gives out. */
typedef struct swd_e1_config {
    uint32_t first_cell;         /* the switched cell of timeslot 0; 31 more follow it */
    uint32_t opposite;           /* e1 unit whose receiver stands where this one's sender does, or SWD_NONE */
    uint32_t flags;              /* SWD_E1_CRC4 ... SWD_E1_HDB3 */
    uint32_t phase;              /* 0..15: frame of the CRC-4 multiframe = (cycle + phase) % 16; of the CAS multiframe = cycle % 16 */
    uint32_t los_intervals;      /* 10..255 */
    uint32_t ssm_sa;             /* 4..8: this Sa bit carries synchronization status; 0: none does */
} swd_e1_config;

#define SWD_ERR_BIT 1            /* each bit of the masks, timeslot 0 too: inverted on the line, unless there are no pulses */
#define SWD_ERR_CODE 2           /* each pulse at a bit of the masks: it and all after it change polarity, one bipolar violation */
#define SWD_ERR_FAS 3            /* each frame alignment word: bits 2..8 as in the mask, 0x40 = bit 2 */
#define SWD_ERR_NFAS 4           /* each frame without it: bit 2 */
#define SWD_ERR_CRC 5            /* each CRC-4 sub-multiframe: C1..C4 = 8, 4, 2, 1 */
#define SWD_ERR_CRC_MFAS 6       /* each CRC-4 multiframe: its alignment bits in frames 1, 3 .. 11 = 32, 16 .. 1 */
#define SWD_ERR_CAS_MFAS 7       /* each CAS multiframe: its alignment bits 1..4 = 8, 4, 2, 1 */
#define SWD_ERR_E 8              /* each E bit sent: forced 0 */
#define SWD_ERR_A 9              /* each frame without alignment word: its A bit inverted */
#define SWD_ERR_SA 10            /* each frame without alignment word: Sa4..Sa8 = 16, 8, 4, 2, 1 inverted */
#define SWD_E1_ERRORS 8          /* injectors of a unit */

/* Errors to make: which of the opportunities that its kind names. */
typedef struct swd_e1_error {
    uint32_t kind;
    uint32_t random;             /* 0: the first and then each spacing-th; 1: at random, by draws of swd_philox under `key` */
    uint64_t count;              /* as many and no more; 0: until stopped */
    uint64_t skip;               /* opportunities let by before the first */
    uint64_t spacing;            /* at least 1; of no matter with a rate */
    uint32_t rate_ppb;           /* 1..500,000,000 of a thousand million opportunities; not random: as evenly as can be; 0: spacing */
    uint32_t timeslots;          /* BIT, CODE: bit t = timeslot t */
    uint32_t bits;               /* BIT, CODE: 0x80 = the first bit on the line; others: see the kinds, where they name a mask */
    uint32_t spare;
    uint64_t key;
} swd_e1_error;

#define SWD_E1_LOOP_NONE 0
#define SWD_E1_LOOP_SENT 1       /* what the other unit's sender sends: a local loop */
#define SWD_E1_LOOP_RECEIVED 2   /* what comes to the other unit's receiver: a line loop */
#define SWD_E1_DELAYS 8          /* units that can be delayed at a time */
#define SWD_E1_DELAY_CYCLES 2048
#define SWD_E1_TAP_OCTETS 4096

/* E1 directions. A healthy one is at *octet level*: its cells copy, nothing is framed, and it costs nothing. At *bit level* the 32 octets
 * that the cells would copy are framed, pass the line and its faults, and what the receiver makes of them stands in the cells, in the same
 * cycle; cell 0, and cell 16 with CAS, stay what they copy. Healthy, both levels give the same octets and events at the same cycles. */
/* Refused while the unit is at bit level, and when its cells are another unit's or line's. */
int swd_e1_define(swd_engine *e, uint32_t unit, const swd_e1_config *config);
/* 1: bit level from now on, sender and receiver aligned, the counts from 0. 0: octet level; SWD_E_RANGE while anything would be lost
 * thereby: a status, a shift, delay, loop (also of another unit from this one), tap, injector, or something that the sender is told to send. */
int swd_e1_level(swd_engine *e, uint32_t unit, int bits);
/* 1: swd_e1_level(unit, 0) would be accepted, and for 4.25 s nothing was wrong and nothing counted: no window of the receiver holds anything. */
int swd_e1_clean(const swd_engine *e, uint32_t unit);
int swd_e1_mute(swd_engine *e, uint32_t unit, int on);                /* at either level: all 32 cells carry 0xFF */
int swd_e1_send(swd_engine *e, uint32_t unit, uint32_t send);         /* SWD_E1_SEND_*; at octet level 0 alone */
/* What somebody at the sender's end (side 0) or at the receiver's (1) makes of the line, beside what the sender sends; as swd_e1_send.
 * NOTHING and AIS are put on the line itself: a loop at the sender's end goes on. */
int swd_e1_force(swd_engine *e, uint32_t unit, uint32_t side, uint32_t send);
/* Sa4..Sa8 = 16, 8, 4, 2, 1 (31 after swd_e1_define) and the 4 bits of synchronization status (15) in place of one of them. That one
 * is 1 in what swd_e1_received tells. */
int swd_e1_sa(swd_engine *e, uint32_t unit, uint32_t sa5, uint32_t ssm);
int swd_e1_abcd(swd_engine *e, uint32_t unit, uint32_t timeslot, uint32_t abcd);  /* with CAS; 13 after swd_e1_define */
/* At bit level, slot 0..7; the one before in that slot ends. */
int swd_e1_inject(swd_engine *e, uint32_t unit, uint32_t slot, const swd_e1_error *error);
int swd_e1_inject_stop(swd_engine *e, uint32_t unit, uint32_t slot);
uint64_t swd_e1_injected(const swd_engine *e, uint32_t unit, uint32_t slot);      /* errors made since swd_e1_inject */
/* At bit level: +1: the last bit comes twice; -1: the next bit is lost, which out of the unshifted state means that the receiver
 * sees the 255 bits before once more; 0: back to the unshifted state without the receiver's noticing, one frame of the timeslots is
 * lost thereby (refused while its status is not 0). 256 shifts one way are none. */
int swd_e1_shift(swd_engine *e, uint32_t unit, int bits);
/* At bit level, 0..2048 cycles. What is added stands, empty, at the receiver's end: no pulses come as long; what is taken away is lost. */
int swd_e1_delay(swd_engine *e, uint32_t unit, uint32_t cycles);
/* At either level, a controlled slip: +1: the frame of this cycle is lost and the one before comes again, -1: the one after comes in its place
 * (in the last cycle of a row, one cycle later). SWD_E_FULL while one waits. */
int swd_e1_slip(swd_engine *e, uint32_t unit, int how);
/* Both at bit level: the line of `unit` carries these bits of from_unit instead of what its sender sends, a multiframe later: both
 * multiframes go on where the two units have the same phase. */
int swd_e1_loop(swd_engine *e, uint32_t unit, uint32_t from_unit, uint32_t what);
uint32_t swd_e1_status(const swd_engine *e, uint32_t unit);           /* SWD_E1_LOS ...; 0 at octet level */
int swd_e1_counters(const swd_engine *e, uint32_t unit, swd_e1_counts *counts);   /* at octet level: where they stood */
int swd_e1_received(const swd_engine *e, uint32_t unit, uint32_t *sa5, uint32_t *ssm); /* ssm 255: none */
uint32_t swd_e1_abcd_received(const swd_engine *e, uint32_t unit, uint32_t timeslot);
/* At bit level: keep the frames as they come to the receiver; SWD_E_FULL when another unit is tapped. The engine stops when the ring
 * becomes half full, as with recorders, and what does not fit is dropped. */
int swd_e1_tap(swd_engine *e, uint32_t unit, int on);
uint32_t swd_e1_tap_drain(swd_engine *e, uint32_t unit, uint8_t *octets, uint32_t capacity); /* whole frames */
/* cdef end */

#endif
