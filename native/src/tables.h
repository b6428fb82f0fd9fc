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
extern const int16_t swd_table_dtmf_cos[768];  /* Hann * cos, Q14: [frequency][96] */
extern const int16_t swd_table_dtmf_sin[768];  /* Hann * sin, Q14: [frequency][96] */
extern const int16_t swd_table_dtmf_window[96];  /* Hann, Q15: 96 */
extern const int16_t swd_table_dtmf_half_window[48];  /* Hann, Q15: 48 */
extern const int16_t swd_table_dtmf_band_pass[32];  /* Q14: 32 taps */
extern const int16_t swd_table_dtmf_even_cos[168];  /* cos, Q12: [pair][even bin][2] */
extern const int16_t swd_table_dtmf_even_sin[168];  /* sin, Q12: [pair][even bin][2] */
extern const int16_t swd_table_dtmf_odd_cos[192];  /* cos, Q12: [pair][odd bin][2] */
extern const int16_t swd_table_dtmf_odd_sin[192];  /* sin, Q12: [pair][odd bin][2] */
extern const int16_t swd_table_dtmf_advance[16];  /* cos, sin of a hop's phase at each frequency, Q14 */
extern const int16_t swd_table_dtmf_gain[8];  /* power gain of the band-pass at each frequency, Q12 */
extern const int16_t swd_table_dtmf_slope[8];  /* its change with a turn over a hop, Q12 */
extern const int32_t swd_table_arc[16];  /* turns of atan(2^-i), Q24 */

#endif
