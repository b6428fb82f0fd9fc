/* conference.c: eight legs; each hears the linear sum of those in its mask, saturated. */
#include "engine.h"

#define ABREAST 64                /* conferences that are added together, one word of the map */

typedef int16_t eight __attribute__((vector_size(16))); /* a row of one leg, a multiple of 8 each */

typedef struct parties {          /* what follows from at_masks and who speaks on a leg */
    uint8_t speak, listen;        /* legs: bit a leg; those that hear one that speaks */
    uint8_t usual;                /* both are the same, and each hears all others */
    uint8_t n;                    /* that speak */
} parties;

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

static const parties *parties_of(const swd_engine *e, uint32_t i) { return &AT(e, const parties, at_parties)[i]; }

/* The octets of the parties of one conference. */
static void gather(const swd_engine *e, uint32_t i, const uint64_t *rows, sound *spoken)
{
    const uint32_t *from = AT(e, const uint32_t, at_source_of) + e->node_leg + i * SWD_CONF_LEGS;
    for (uint32_t speak = parties_of(e, i)->speak; speak; speak &= speak - 1)
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

/* What each leg of a conference hears, of which `all` is the sum. */
static void hear_masks(const swd_engine *e, uint32_t i, const eight *party, eight all, sound *heard)
{
    const uint8_t *hears = AT(e, const uint8_t, at_masks) + i * SWD_CONF_LEGS;
    uint32_t speak = parties_of(e, i)->speak;
    for (uint32_t listen = parties_of(e, i)->listen; listen; listen &= listen - 1) {
        uint32_t mask = hears[__builtin_ctz(listen)] & speak;
        heard->units[heard->n++] = mask == speak ? all : add_masked(party, speak, mask);
    }
}

/* Returns the place after the parties of the conference. */
static const eight *hear(const swd_engine *e, uint32_t i, const eight *party, sound *heard)
{
    uint32_t n = parties_of(e, i)->n;
    eight all = {0};
    for (uint32_t k = 0; k < n; k++)
        all += party[k];
    hear_masks(e, i, party, all, heard);
    return party + n;
}

/* What the legs of n conferences hear in the next row, those that hear somebody, one after the other. */
static void mix(const swd_engine *e, const uint32_t *which, uint32_t n, const uint64_t *rows, sound *heard)
{
    sound spoken;
    const eight *party = spoken.units;
    spoken.n = heard->n = 0;
    for (uint32_t i = 0; i < n; i++)
        gather(e, which[i], rows, &spoken);
    to_units(&spoken);
    for (uint32_t i = 0; i < n; i++)
        party = hear(e, which[i], party, heard);
    to_codes(heard);
}

/* What a conference's eight legs hear, from every `step`th place; returns the place after it. */
static const uint64_t *deal(const swd_engine *e, uint32_t conference, const uint64_t *codes, uint32_t step, uint64_t *row)
{
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        row[leg] = ROW_IDLE;
    for (uint32_t listen = parties_of(e, conference)->listen; listen; listen &= listen - 1, codes += step)
        row[__builtin_ctz(listen)] = *codes;
    return codes;
}

void swd_conference_row(const swd_engine *e, uint32_t conference, const uint64_t *rows, uint64_t *out)
{
    sound heard;
    mix(e, &conference, 1, rows, &heard);
    deal(e, conference, heard.codes, 1, out);
}

static const uint64_t *deal_span(swd_engine *e, const span *s, uint32_t conference, const uint64_t *codes, uint32_t step)
{
    uint64_t *to = &s->cur[e->first_leg + conference * SWD_CONF_LEGS], row[SWD_CONF_LEGS];
    if (s->mask == ~0ull)
        return deal(e, conference, codes, step, to);
    codes = deal(e, conference, codes, step, row);
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        put(&to[leg], row[leg], s->mask);
    return codes;
}

/* Of n conferences, filled up to whole fours with the first. */
static void mix_usual(swd_engine *e, const span *s, const uint32_t *which, uint32_t n)
{
    uint64_t codes[ABREAST / USUAL_ABREAST][SWD_CONF_LEGS][USUAL_ABREAST];
    const parties *x = parties_of(e, which[0]);
    const uint32_t *from = AT(e, const uint32_t, at_source_of) + e->node_leg;
    uint32_t n_fours = (n + USUAL_ABREAST - 1) / USUAL_ABREAST, party = 0;
    void (*mix_four)(uint64_t(*)[USUAL_ABREAST], uint32_t) = swd_usual_plain;
#if defined(__x86_64__)
    if (swd_isa_selected() >= SWD_ISA_AVX2)
        mix_four = swd_usual_avx2;
#endif
    /* All are gathered first: eight octets just written can not be read as part of 32 without a wait. */
    for (uint32_t speak = x->speak; speak; speak &= speak - 1, party++)
        for (uint32_t i = 0; i < n_fours * USUAL_ABREAST; i++)
            codes[i / USUAL_ABREAST][party][i % USUAL_ABREAST] = s->old[from[which[i] * SWD_CONF_LEGS + (uint32_t)__builtin_ctz(speak)]];
    for (uint32_t i = 0; i < n_fours; i++)
        mix_four(codes[i], x->n);
    for (uint32_t i = 0; i < n; i++)
        deal_span(e, s, which[i], &codes[i / USUAL_ABREAST][0][i % USUAL_ABREAST], USUAL_ABREAST);
}

/* Up to ABREAST conferences with the same parties, all of whom hear all others. */
static void usual_conferences(swd_engine *e, const span *s, uint32_t *which, uint32_t n)
{
    for (uint32_t i = n; i % USUAL_ABREAST; i++)
        which[i] = which[0];
#if defined(__x86_64__)
    const parties *x = parties_of(e, which[0]);
    if (s->mask == ~0ull && x->n <= USUAL_PARTIES && swd_isa_selected() >= SWD_ISA_AVX512) {
        usual_four four = {s->old, AT(e, const uint32_t, at_source_of) + e->node_leg, s->cur + e->first_leg, which, x->speak};
        for (uint32_t i = 0; i < n; i += USUAL_ABREAST, four.which += USUAL_ABREAST)
            swd_usual_avx512(&four, x->n);
        return;
    }
#endif
    mix_usual(e, s, which, n);
}

static void other_conferences(swd_engine *e, const span *s, const uint32_t *which, uint32_t n)
{
    sound heard;
    const uint64_t *codes = heard.codes;
    mix(e, which, n, s->old, &heard);
    for (uint32_t i = 0; i < n; i++)
        codes = deal_span(e, s, which[i], codes, 1);
}

/* Whether ABREAST conferences have the same parties. */
static int all_alike(const parties *x)
{
    uint32_t like, one, differ = 0;
    _Static_assert(sizeof *x == sizeof like, "compared as one number");
    memcpy(&like, x, sizeof like);
    for (uint32_t i = 0; i < ABREAST; i++) {
        memcpy(&one, &x[i], sizeof one);
        differ |= one ^ like;
    }
    return differ == 0;
}

/* Those of `left`, a word of the map, that have the same parties as the first of them; returns how many. Others are left. */
static uint32_t alike(const swd_engine *e, uint32_t first, uint64_t *left, uint32_t *which)
{
    const parties *like = parties_of(e, first + (uint32_t)__builtin_ctzll(*left));
    uint64_t others = 0;
    uint32_t n = 0;
    if (*left == ~0ull && all_alike(like)) {
        for (uint32_t i = 0; i < ABREAST; i++)
            which[i] = first + i;
        *left = 0;
        return ABREAST;
    }
    for (uint64_t word = *left; word; word &= word - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(word), same = memcmp(parties_of(e, first + i), like, sizeof *like) == 0;
        which[n] = first + i;
        n += same;
        others |= (uint64_t)!same << i;
    }
    *left = others;
    return n;
}

static void word_of_conferences(swd_engine *e, const span *s, uint32_t w, uint64_t word)
{
    uint32_t which[ABREAST];
    while (word) {
        uint32_t n = alike(e, w * 64, &word, which);
        if (parties_of(e, which[0])->usual)
            usual_conferences(e, s, which, n);
        else
            other_conferences(e, s, which, n);
    }
}

void swd_conferences_span(swd_engine *e, const span *s)
{
    const uint64_t *awake = AT(e, const uint64_t, at_awake_conference);
    for (uint32_t w = 0; w < bit_words(e->config.n_conferences); w++)
        if (awake[w])
            word_of_conferences(e, s, w, awake[w]);
}

static void note_parties(swd_engine *e, uint32_t i)
{
    const uint32_t *from = AT(e, const uint32_t, at_source_of) + e->node_leg + i * SWD_CONF_LEGS;
    const uint8_t *hears = AT(e, const uint8_t, at_masks) + i * SWD_CONF_LEGS;
    parties x = {.usual = 1};
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++)
        x.speak = (uint8_t)(x.speak | (from[leg] != SWD_NONE) << leg);
    for (uint32_t leg = 0; leg < SWD_CONF_LEGS; leg++) {
        x.n = (uint8_t)(x.n + (x.speak >> leg & 1));
        x.listen = (uint8_t)(x.listen | ((hears[leg] & x.speak) != 0) << leg);
        x.usual &= !(x.speak >> leg & 1) || (hears[leg] & x.speak) == (x.speak & ~(1u << leg));
    }
    x.usual &= x.speak == x.listen;
    AT(e, parties, at_parties)[i] = x;
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
