/* What the pieces of the E1 framer share (G.704, G.706). */
#ifndef SWD_E1_H
#define SWD_E1_H

#include <assert.h>
#include <string.h>

#include "parts.h"

#define E1_OCTETS 32u
#define E1_BITS 256u
#define E1_SECOND_FRAMES 8000u
#define E1_FAS 0x1Bu              /* bits 2..8 of TS0 in even frames (G.704 table 5a) */
#define E1_FAS_MASK 0x7Fu
#define E1_BIT1 0x80u
#define E1_BIT2 0x40u             /* 1 in odd frames */
#define E1_A 0x20u
#define E1_SA4 0x10u              /* Sa5..Sa8 follow */
#define E1_NO_ABCD 13             /* not used: b = 1, c = 0, d = 1; 0 would imitate the alignment signal (G.704 5.1.3.2.2) */
#define E1_NO_SSM 0xFFu
#define E1_NO_AVOID E1_BITS       /* no place in a frame */

/* Bits 64w+1..64w+64 of a frame, the first on the line in the most significant place. */
static inline uint64_t e1_word(const uint8_t *octets, uint32_t w)
{
    uint64_t word;
    memcpy(&word, octets + 8 * w, 8);
    return __builtin_bswap64(word);
}

/* e1_crc.c */
uint32_t swd_e1_crc_add(uint32_t residue, const uint8_t *frame, uint32_t clear_bit_1);
uint32_t swd_e1_crc_bits(uint32_t residue);

/* e1_alarm.c: what is seen in the bits without a frame */
void swd_e1_watch_pulses(swd_e1_rx *rx, const uint8_t *pulses);
void swd_e1_watch_ones(swd_e1_rx *rx, const uint8_t *line);

/* e1_align.c */
/* Octet that starts at bit `at` of the 512 bits previous, line: 0..504. */
uint8_t swd_e1_octet(const swd_e1_rx *rx, const uint8_t *line, uint32_t at);
/* Begin a search for frame alignment. A FAS whose TS0 starts at `avoid` counts only when another 512 bits and more have passed;
 * E1_NO_AVOID: none. */
void swd_e1_hunt_start(swd_e1_rx *rx, uint32_t avoid);
/* Go on with bits from..255 of the line. Returns the place of the last bit of the FAS that completes alignment, or E1_BITS. */
uint32_t swd_e1_hunt(swd_e1_rx *rx, const uint8_t *line, uint32_t from);
/* Look for the CRC-4 multiframe in the alignment whose FAS at `offset` has just passed. */
void swd_e1_look_start(swd_e1_rx *rx, uint32_t offset);
/* One frame of the search. Returns 1 when NFAS 11 of the multiframe has just passed in the alignment look_offset. */
int swd_e1_look(swd_e1_rx *rx, const uint8_t *line);

/* e1_check.c */
void swd_e1_crc_start(swd_e1_rx *rx);
/* Frame `number` of the multiframe. Returns whether the alignment is false (G.706 4.3.2). */
int swd_e1_crc_frame(swd_e1_rx *rx, const uint8_t *frame, uint32_t number);

/* e1_cas.c */
void swd_e1_cas_start(swd_e1_rx *rx);
void swd_e1_cas_frame(swd_e1_rx *rx, uint8_t ts16);

static inline void e1_set(swd_e1_rx *rx, uint32_t bits, uint32_t on)
{
    rx->status = on ? rx->status | bits : rx->status & ~bits;
}

#endif
