/* conference.c: eight legs; each hears the linear sum of those in its mask, saturated. */
#include "engine.h"

/* Idle octets count as nothing rather than as the smallest amplitude, so that one party among silent ones comes through
 * octet for octet. */
static void leg_linear(int16_t *linear, uint64_t octets)
{
    uint8_t codes[SWD_ROW_CYCLES];
    memcpy(codes, &octets, sizeof codes);
    swd_alaw_decode_block(linear, codes, SWD_ROW_CYCLES);
    for (int k = 0; k < SWD_ROW_CYCLES; k++)
        if ((codes[k] | 0x80) == IDLE_OCTET)
            linear[k] = 0;
}

static uint64_t mix(int16_t linear[SWD_CONF_LEGS][SWD_ROW_CYCLES], uint32_t mask)
{
    int32_t sum[SWD_ROW_CYCLES] = {0};
    int16_t clipped[SWD_ROW_CYCLES];
    uint8_t codes[SWD_ROW_CYCLES];
    uint64_t octets;
    for (; mask; mask &= mask - 1) {
        const int16_t *leg = linear[__builtin_ctz(mask)];
        for (int k = 0; k < SWD_ROW_CYCLES; k++)
            sum[k] += leg[k];                  /* at most 8 * 32768 */
    }
    for (int k = 0; k < SWD_ROW_CYCLES; k++)
        clipped[k] = (int16_t)(sum[k] > INT16_MAX ? INT16_MAX : sum[k] < INT16_MIN ? INT16_MIN : sum[k]);
    swd_alaw_encode_block(codes, clipped, SWD_ROW_CYCLES);
    memcpy(&octets, codes, sizeof octets);
    return octets;
}

void swd_conference_row(const swd_engine *e, uint32_t conference, const uint64_t *rows, uint64_t *out)
{
    const uint32_t *from = AT(e, const uint32_t, at_source_of) + e->node_leg + conference * SWD_CONF_LEGS;
    const uint8_t *hears = AT(e, const uint8_t, at_masks) + conference * SWD_CONF_LEGS;
    int16_t linear[SWD_CONF_LEGS][SWD_ROW_CYCLES];
    uint32_t present = 0;
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        if (from[leg] != SWD_NONE && rows[from[leg]] != ROW_IDLE) {
            present |= 1u << leg;
            leg_linear(linear[leg], rows[from[leg]]);
        }
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++) {
        uint32_t mask = hears[leg] & present;
        out[leg] = mask ? mix(linear, mask) : ROW_IDLE;
    }
}

void swd_conferences_span(swd_engine *e, const span *s)
{
    const uint64_t *awake = AT(e, const uint64_t, at_awake_conference);
    uint64_t out[SWD_CONF_LEGS];
    for (uint32_t w = 0; w < bit_words(e->config.n_conferences); w++)
        for (uint64_t word = awake[w]; word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word);
            swd_conference_row(e, i, s->old, out);
            for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
                put(&s->cur[e->first_leg + i * SWD_CONF_LEGS + leg], out[leg], s->mask);
        }
}

int swd_conference_leg(swd_engine *e, uint32_t conference, uint32_t leg, uint32_t from_cell, uint32_t hears_mask)
{
    uint32_t i = conference * SWD_CONF_LEGS + leg;
    if (conference >= e->config.n_conferences || leg >= SWD_CONF_LEGS || hears_mask >> SWD_CONF_LEGS ||
        (from_cell != SWD_NONE && from_cell >= e->n_cells))
        return SWD_E_RANGE;
    swd_node_attach(e, e->node_leg + i, from_cell);
    AT(e, uint8_t, at_masks)[i] = (uint8_t)hears_mask;
    swd_wake_cell(e, e->first_leg + i);
    return SWD_OK;
}
