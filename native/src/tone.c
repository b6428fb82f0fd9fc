/* Integer oscillators, levels and the exponential distribution, all from tables that every host shares. */
#include <assert.h>

#include "parts.h"
#include "tables.h"

#define SAMPLE_RATE_MHZ 8000000u

uint32_t swd_phase_step(uint32_t freq_mhz)
{
    assert(freq_mhz < SAMPLE_RATE_MHZ / 2);
    return (uint32_t)((((uint64_t)freq_mhz << 32) + SAMPLE_RATE_MHZ / 2) / SAMPLE_RATE_MHZ);
}

uint32_t swd_peak_q16(int32_t level_mdbm0)
{
    /* 10^(x / 20 dB) is the product of three table entries, one for each group of bits of x. Q16 * Q30 / Q30 twice: the
     * factors are below 2^31 and 2^31, the products below 2^62; together at most 1/100 off before rounding. */
    assert(level_mdbm0 >= SWD_LEVEL_FLOOR_MDBM0 && level_mdbm0 <= SWD_LEVEL_TOP_MDBM0);
    uint32_t above_floor = (uint32_t)(level_mdbm0 - SWD_LEVEL_FLOOR_MDBM0);
    uint64_t peak = swd_table_peak[above_floor >> 10];
    peak = (peak * swd_table_ratio_32[above_floor >> 5 & 31]) >> 30;
    peak = (peak * swd_table_ratio_1[above_floor & 31]) >> 30;
    return (uint32_t)peak;
}

int32_t swd_amplitude_q15(int32_t level_mdbm0)
{
    return (int32_t)((swd_peak_q16(level_mdbm0) + 0x8000) >> 16);
}

int16_t swd_sine(uint32_t phase, int32_t amplitude)
{
    /* Nearest of 4096 points: spurious lines at most -72 dBc (6 dB a bit of the index). */
    assert(amplitude >= 0 && amplitude <= 32767);
    uint32_t index = (phase + (1u << 19)) >> 20;
    return (int16_t)((amplitude * swd_table_sine[index] + (1 << 13)) >> 14);
}

uint32_t swd_exponential_q16(uint64_t draw)
{
    uint64_t u = draw + 1;
    if (u == 0)
        return 0; /* u = 1 */
    /* u = x * 2^-shift with 1/2 <= x < 1: -ln u = shift ln 2 - ln x, the latter by linear interpolation. */
    uint32_t shift = (uint32_t)__builtin_clzll(u);
    uint64_t x = u << shift;
    uint32_t index = (uint32_t)(x >> 53) & 1023;
    uint64_t fraction = (x >> 29) & 0xFFFFFF;
    uint64_t left = swd_table_ln[index], right = swd_table_ln[index + 1];
    uint64_t value = left - (((left - right) * fraction) >> 24) + (uint64_t)shift * SWD_LN2_Q24;
    return (uint32_t)((value + 128) >> 8);
}
