/* conference.c: eight legs; each hears the linear sum of those in its mask, saturated. */
#include "engine.h"

#define ABREAST 64                /* conferences that are added together, one word of the map */

typedef int16_t eight __attribute__((vector_size(16))); /* a row of one leg, a multiple of 8 each */

typedef struct sound {            /* of conferences added together: the rows of their parties, or of those that hear them */
    uint64_t codes[ABREAST * SWD_CONF_LEGS];
    eight units[ABREAST * SWD_CONF_LEGS];
    uint32_t n;
} sound;

/* Multiples of 8 keep the sum of eight parties within 16 bits, so that clipping is left to the end and the order of adding
 * makes no difference. */
static void to_units(sound *x)
{
    int isa = swd_isa_selected();
#if defined(__x86_64__)
    if (isa >= SWD_ISA_AVX2) {
        (isa >= SWD_ISA_AVX512 ? swd_units_avx512 : swd_units_avx2)((int16_t *)x->units, (const uint8_t *)x->codes, 8 * x->n);
        return;
    }
#endif
    (void)isa;
    swd_units_plain((int16_t *)x->units, (const uint8_t *)x->codes, 8 * x->n);
}

static void to_codes(sound *x)
{
    int isa = swd_isa_selected();
#if defined(__x86_64__)
    if (isa >= SWD_ISA_AVX2) {
        (isa >= SWD_ISA_AVX512 ? swd_codes_avx512 : swd_codes_avx2)((uint8_t *)x->codes, (int16_t *)x->units, 8 * x->n);
        return;
    }
#endif
    (void)isa;
    swd_codes_plain((uint8_t *)x->codes, (int16_t *)x->units, 8 * x->n);
}

/* The octets of the parties of one conference; the legs that speak and those that hear are at_parties. */
static void gather(const swd_engine *e, uint32_t conference, const uint64_t *rows, sound *spoken)
{
    const uint32_t *from = AT(e, const uint32_t, at_source_of) + e->node_leg + conference * SWD_CONF_LEGS;
    for (uint32_t speak = AT(e, const uint8_t, at_parties)[2 * conference]; speak; speak &= speak - 1)
        spoken->codes[spoken->n++] = rows[from[__builtin_ctz(speak)]];
}

static eight add_masked(const eight *party, uint32_t speak, uint32_t mask)
{
    eight sum = {0};
    for (; speak; speak &= speak - 1, party++)
        if (mask & speak & -speak)
            sum += *party;
    return sum;
}

/* What each leg of a conference hears: as a rule all parties but itself. Returns the place after its parties. */
static const eight *hear(const swd_engine *e, uint32_t conference, const eight *party, sound *heard)
{
    const uint8_t *hears = AT(e, const uint8_t, at_masks) + conference * SWD_CONF_LEGS;
    const uint8_t *parties = AT(e, const uint8_t, at_parties) + 2 * conference;
    uint32_t speak = parties[0], listen = parties[1];
    const eight *own = party;
    eight all = {0};
    for (uint32_t left = speak; left; left &= left - 1)
        all += *own++;
    own = party;
    for (uint32_t left = speak | listen; left; left &= left - 1) {
        uint32_t leg = left & -left, mask = hears[__builtin_ctz(left)];
        if (listen & leg)
            heard->units[heard->n++] = (speak & ~mask) == leg ? all - *own : add_masked(party, speak, mask);
        own += (speak & leg) != 0;
    }
    return own;
}

/* What the legs of n conferences hear in the next row, those that hear somebody, one after the other. */
static void mix(const swd_engine *e, const uint32_t *conferences, uint32_t n, const uint64_t *rows, sound *heard)
{
    sound spoken;
    const eight *party = spoken.units;
    spoken.n = heard->n = 0;
    for (uint32_t i = 0; i < n; i++)
        gather(e, conferences[i], rows, &spoken);
    to_units(&spoken);
    for (uint32_t i = 0; i < n; i++)
        party = hear(e, conferences[i], party, heard);
    to_codes(heard);
}

/* A conference's eight legs; returns the place after what they hear. */
static const uint64_t *deal(const swd_engine *e, uint32_t conference, const uint64_t *codes, uint64_t *row)
{
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        row[leg] = ROW_IDLE;
    for (uint32_t listen = AT(e, const uint8_t, at_parties)[2 * conference + 1]; listen; listen &= listen - 1)
        row[__builtin_ctz(listen)] = *codes++;
    return codes;
}

void swd_conference_row(const swd_engine *e, uint32_t conference, const uint64_t *rows, uint64_t *out)
{
    sound heard;
    mix(e, &conference, 1, rows, &heard);
    deal(e, conference, heard.codes, out);
}

static void word_of_conferences(swd_engine *e, const span *s, uint32_t w, uint64_t word)
{
    uint32_t conferences[ABREAST], n = 0;
    sound heard;
    const uint64_t *codes = heard.codes;
    for (; word; word &= word - 1)
        conferences[n++] = w * 64 + (uint32_t)__builtin_ctzll(word);
    mix(e, conferences, n, s->old, &heard);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t *to = &s->cur[e->first_leg + conferences[i] * SWD_CONF_LEGS], row[SWD_CONF_LEGS];
        if (s->mask == ~0ull) {
            codes = deal(e, conferences[i], codes, to);
            continue;
        }
        codes = deal(e, conferences[i], codes, row);
        for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
            put(&to[leg], row[leg], s->mask);
    }
}

void swd_conferences_span(swd_engine *e, const span *s)
{
    const uint64_t *awake = AT(e, const uint64_t, at_awake_conference);
    for (uint32_t w = 0; w < bit_words(e->config.n_conferences); w++)
        if (awake[w])
            word_of_conferences(e, s, w, awake[w]);
}

/* Of the legs those that speak, and those that hear one that speaks. */
static void note_parties(swd_engine *e, uint32_t conference)
{
    const uint32_t *from = AT(e, const uint32_t, at_source_of) + e->node_leg + conference * SWD_CONF_LEGS;
    const uint8_t *hears = AT(e, const uint8_t, at_masks) + conference * SWD_CONF_LEGS;
    uint8_t speak = 0, listen = 0;
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        speak = (uint8_t)(speak | (from[leg] != SWD_NONE) << leg);
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        listen = (uint8_t)(listen | ((hears[leg] & speak) != 0) << leg);
    AT(e, uint8_t, at_parties)[2 * conference] = speak;
    AT(e, uint8_t, at_parties)[2 * conference + 1] = listen;
}

int swd_conference_leg(swd_engine *e, uint32_t conference, uint32_t leg, uint32_t from_cell, uint32_t hears_mask)
{
    uint32_t i = conference * SWD_CONF_LEGS + leg;
    if (conference >= e->config.n_conferences || leg >= SWD_CONF_LEGS || hears_mask >> SWD_CONF_LEGS ||
        (from_cell != SWD_NONE && from_cell >= e->n_cells))
        return SWD_E_RANGE;
    swd_node_attach(e, e->node_leg + i, from_cell);
    AT(e, uint8_t, at_masks)[i] = (uint8_t)hears_mask;
    note_parties(e, conference);
    swd_wake_cell(e, e->first_leg + i);
    return SWD_OK;
}
