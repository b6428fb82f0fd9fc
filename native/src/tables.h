/* Made by tools/make_tables.py; a test compares. */
#ifndef SWD_TABLES_H
#define SWD_TABLES_H

#include <stdint.h>

#define SWD_LN2_Q24 11629080u

extern const int16_t swd_table_sine[4096];  /* one turn in 4096 points, Q14 */
extern const uint32_t swd_table_ln[1025];  /* -ln(1/2 + i/2048), Q24 */
extern const uint32_t swd_table_peak[62];  /* peak of -60000 + 1024 i mdBm0, 16-bit A-law scale, Q16 */
extern const uint32_t swd_table_ratio_32[32];  /* amplitude ratio of 32 i mdB, Q30 */
extern const uint32_t swd_table_ratio_1[32];  /* amplitude ratio of i mdB, Q30 */
extern const int16_t swd_table_alaw[256];  /* A-law decoder, 16-bit scale */
extern const int16_t swd_table_ulaw[256];  /* mu-law decoder, 16-bit scale */
extern const uint8_t swd_table_to_alaw[4096];  /* A-law encoder by (uint16_t)linear >> 4 */
extern const uint16_t swd_table_fcs[2048];  /* FCS-16: [zero octets after it][octet] */
extern const uint32_t swd_table_stuff[1280];  /* [ones before][octet]: bits | count << 12 | ones after << 16 */
extern const uint16_t swd_table_unstuff[1536];  /* [ones][octet]: bits | count << 8 | ones after << 12 */
extern const int16_t swd_table_dtmf_cos[384];  /* Hann * cos, Q13: [pair][frequency][2] */
extern const int16_t swd_table_dtmf_sin[384];  /* Hann * sin, Q13: [pair][frequency][2] */
extern const int16_t swd_table_dtmf_advance[16];  /* cos, sin of a hop's phase at each frequency, Q14 */
extern const int32_t swd_table_dtmf_slope[8];  /* tangent of the phase error allowed over a hop, Q12 */

#endif
