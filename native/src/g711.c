/* G.711: companding between 16-bit linear samples and octets as they are on the line. */
#include "parts.h"
#include "tables.h"

#define ULAW_BIAS 132 /* 33 on the 14-bit scale of G.711 table 2 */

uint8_t swd_alaw_encode(int16_t linear)
{
    return swd_table_to_alaw[(uint16_t)linear >> 4];
}

int16_t swd_alaw_decode(uint8_t code)
{
    return swd_table_alaw[code];
}

uint8_t swd_ulaw_encode(int16_t linear)
{
    /* Symmetrical: a sample and its negative differ in the sign bit only. */
    uint32_t sign = linear < 0 ? 0x80 : 0;
    uint32_t biased = (uint32_t)(linear < 0 ? -(int32_t)linear : linear) + ULAW_BIAS;
    uint32_t segment = 0;
    if (biased > 32767)
        biased = 32767;
    while (biased >> (segment + 8))
        segment++;
    return (uint8_t)~(sign | segment << 4 | (biased >> (segment + 3) & 15));
}

int16_t swd_ulaw_decode(uint8_t code)
{
    return swd_table_ulaw[code];
}

void swd_alaw_decode_block(int16_t *linear, const uint8_t *codes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        linear[i] = swd_table_alaw[codes[i]];
}

void swd_alaw_encode_block(uint8_t *codes, const int16_t *linear, size_t n)
{
    for (size_t i = 0; i < n; i++)
        codes[i] = swd_table_to_alaw[(uint16_t)linear[i] >> 4];
}
