/* Marks and conferences for any processor. */
#define MARKS swd_marks_plain
#define UNITS swd_units_plain
#define CODES swd_codes_plain
#include "rows_kernel.h"

void swd_usual_plain(uint64_t (*codes)[USUAL_ABREAST], uint32_t n)
{
    int16_t units[SWD_CONF_LEGS][8 * USUAL_ABREAST], all[8 * USUAL_ABREAST] = {0};
    swd_units_plain(units[0], (const uint8_t *)codes, 8 * USUAL_ABREAST * n);
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < 8 * USUAL_ABREAST; i++)
            all[i] = (int16_t)(all[i] + units[k][i]);
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < 8 * USUAL_ABREAST; i++)
            units[k][i] = (int16_t)(all[i] - units[k][i]);
    swd_codes_plain((uint8_t *)codes, units[0], 8 * USUAL_ABREAST * n);
}

void swd_copy_lines_plain(uint64_t *restrict to, const uint64_t *restrict old, const uint16_t *restrict from, const uint32_t *restrict order,
                          uint32_t n)
{
    for (size_t k = 0; k < n; k++)
        for (uint32_t j = 0; j < CACHE_CELLS; j++)
            to[(size_t)order[k] * CACHE_CELLS + j] = old[from[k * CACHE_CELLS + j]];
}
