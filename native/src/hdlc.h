/* What the HDLC transmitter and receiver share (ISO/IEC 13239, 16-bit FCS; one 64 kbit/s timeslot each).
 *
 * Both work by tables and words and keep no more state than the bits demand, so that cutting a stream differently leaves
 * the same results and the same state. */
#ifndef SWD_HDLC_H
#define SWD_HDLC_H

#include "parts.h"

#define HDLC_FLAG 0x7Eu
#define FCS_START 0xFFFFu
#define FCS_OCTETS 2u

/* The FCS register after n more octets; sent inverted. */
uint16_t swd_fcs(uint16_t fcs, const uint8_t *octets, uint32_t n);

#endif
