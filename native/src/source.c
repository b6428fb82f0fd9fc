/* source.c: tones with cadences, prompts, marks, raw octets; signals of two frequencies are in source_pair.c. */
#include "engine.h"

#define MANY_BUSY 16              /* of 64 sources: their marks are made together */
#define AHEAD 64                  /* octets of a prompt: a line of the cache */

static int16_t clip(int32_t x) { return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x); }

/* The octets that frequencies `first`..`last` of a tone make in one row, phase counted from cycle 0. */
static uint64_t sounded(const swd_tone *tone, uint32_t first, uint32_t last, uint64_t row)
{
    int16_t linear[SWD_ROW_CYCLES];
    int32_t sum[SWD_ROW_CYCLES] = {0};
    uint64_t octets;
    for (uint32_t f = first; f <= last; f++) {
        if (tone->freq_mhz[f] == 0)
            continue;
        uint32_t step = swd_phase_step(tone->freq_mhz[f]), phase = step * (uint32_t)(row * SWD_ROW_CYCLES);
        int32_t amplitude = swd_amplitude_q15(tone->level_mdbm0[f]);
        for (int k = 0; k < SWD_ROW_CYCLES; k++, phase += step)
            sum[k] += swd_sine(phase, amplitude);
    }
    for (int k = 0; k < SWD_ROW_CYCLES; k++)
        linear[k] = clip(sum[k]);
    swd_alaw_encode_block((uint8_t *)&octets, linear, SWD_ROW_CYCLES);
    return octets;
}

/* A tone's octets in one row; made once a row for all that play it. */
static uint64_t tone_octets(swd_engine *e, const swd_assets *assets, uint32_t index, uint64_t row)
{
    tone_row *held = &e->tones[index];
    if (held->row_plus_1 != row + 1) {
        held->octets = sounded(&assets->tones[index], 0, SWD_TONE_FREQS - 1, row);
        held->row_plus_1 = row + 1;
    }
    return held->octets;
}

/* Which frequency the step sounds, + 1, of a tone that sounds them in turn. */
static uint32_t turn_of(const swd_tone *tone, uint32_t step)
{
    uint32_t n = 0;
    while (n < SWD_TONE_FREQS && tone->freq_mhz[n])
        n++;
    return step / 2 % n + 1;
}

/* The cadence step at cycle `at`, a function of (start, at): sets `on` and the cycle where the step ends. */
static void cadence(source *x, const swd_tone *tone, uint64_t at)
{
    uint64_t t = at - x->start, before = 0, loop = 0;
    uint32_t step = 0;
    x->on = 1;
    x->edge = UINT64_MAX;
    if (tone->n_steps == 0)
        return;
    for (uint32_t i = 0; i < tone->n_steps; i++)
        *(i < tone->repeat_from ? &before : &loop) += tone->step_cycles[i];
    if (t >= before) {
        t = (t - before) % loop;
        step = tone->repeat_from;
    }
    for (; t >= tone->step_cycles[step]; step++)
        t -= tone->step_cycles[step];
    x->on = step % 2 ? 0 : tone->in_turn ? turn_of(tone, step) : 1;
    x->edge = at - t + tone->step_cycles[step];
}

static uint64_t turns_span(const swd_tone *tone, source *x, const span *s)
{
    uint64_t octets = ROW_IDLE;
    for (uint32_t k = s->a; k < s->b; k++) {
        if (s->start + k >= x->edge)
            cadence(x, tone, s->start + k);
        if (x->on)
            put(&octets, sounded(tone, x->on - 1, x->on - 1, s->row), 0xFFull << 8 * k);
    }
    return octets;
}

static uint64_t tone_span(swd_engine *e, const swd_assets *assets, source *x, const span *s)
{
    uint64_t sounding = 0;
    if (assets->tones[x->unit].in_turn)
        return turns_span(&assets->tones[x->unit], x, s);
    for (uint32_t k = s->a; k < s->b; k++) {
        if (s->start + k >= x->edge)
            cadence(x, &assets->tones[x->unit], s->start + k);
        if (x->on)
            sounding |= 0xFFull << 8 * k;
    }
    if (!sounding)
        return ROW_IDLE;
    return (tone_octets(e, assets, x->unit, s->row) & sounding) | (ROW_IDLE & ~sounding);
}

void swd_source_done(swd_engine *e, source *x, uint32_t unit, uint64_t at)
{
    x->kind = SOURCE_IDLE;
    swd_event_push(e, at, SWD_EV_SOURCE_DONE, unit, 0, 0);
}

/* Move to the next prompt; 0 at the end of the list. */
static int next_prompt(source *x)
{
    x->position = 0;
    if (++x->current < x->count)
        return 1;
    x->current = 0;
    return x->loop != 0;
}

static uint64_t prompts_span(swd_engine *e, const swd_assets *assets, uint32_t unit, source *x, const span *s)
{
    const uint16_t *list = AT(e, const source_data, at_source_data)[unit].prompts;
    uint64_t octets = ROW_IDLE;
    uint8_t *out = (uint8_t *)&octets;
    const swd_prompt *now = &assets->prompts[list[x->current]];
    if (s->a == 0 && s->b == SWD_ROW_CYCLES && x->position + SWD_ROW_CYCLES < now->n_octets) {
        const uint8_t *from = assets->octets + now->offset + x->position;
        memcpy(out, from, SWD_ROW_CYCLES);   /* nearly always: a row within it */
        __builtin_prefetch(from + AHEAD);    /* so many sources read by turns that no processor sees where each goes on */
        x->position += SWD_ROW_CYCLES;
        return octets;
    }
    for (uint32_t k = s->a; k < s->b && x->kind == SOURCE_PROMPTS; k++) {
        const swd_prompt *prompt = &assets->prompts[list[x->current]];
        out[k] = assets->octets[prompt->offset + x->position++];
        if (x->position == prompt->n_octets && !next_prompt(x))
            swd_source_done(e, x, unit, s->start + k);
    }
    return octets;
}

static uint64_t raw_span(swd_engine *e, uint32_t unit, source *x, const span *s)
{
    const uint8_t *fifo = AT(e, const source_data, at_source_data)[unit].fifo;
    uint64_t octets = ROW_IDLE;
    uint8_t *out = (uint8_t *)&octets;
    for (uint32_t k = s->a; k < s->b; k++) {
        if (x->fill == 0) {
            x->underruns++;
            continue;
        }
        out[k] = fifo[x->read];
        x->read = (x->read + 1) % FIFO_OCTETS;
        if (--x->fill == BLOCK_CYCLES)
            swd_event_push(e, s->start + k, SWD_EV_RAW_BLOCK, unit, 0, 0);
    }
    return octets;
}

static uint64_t source_octets(swd_engine *e, const swd_assets *assets, uint32_t unit, source *x, const span *s)
{
    switch (x->kind) {
    case SOURCE_TONE: return tone_span(e, assets, x, s);
    case SOURCE_PROMPTS: return prompts_span(e, assets, unit, x, s);
    case SOURCE_DIGITS: return swd_digits_span(e, unit, x, s);
    case SOURCE_MFC: return swd_mfc_span(e, unit, x, s);
    case SOURCE_RAW: return raw_span(e, unit, x, s);
    default: return ROW_IDLE;
    }
}

static uint64_t mark_of(const swd_engine *e, uint32_t i, uint64_t row)
{
    return AT(e, const uint64_t, at_mark_octets)[i] ^ e->mark_rows[row % MARK_DELAYS] ^
           mark_flip(AT(e, const uint16_t, at_mark_ids)[i], row);
}

/* A whole row of the marks among 64 sources. */
static void make_marks(swd_engine *e, uint32_t first, const span *s)
{
    uint64_t *to = s->cur + e->first_source + first, row_octets = e->mark_rows[s->row % MARK_DELAYS];
    const uint64_t *octets = AT(e, const uint64_t, at_mark_octets) + first;
    const uint16_t *ids = AT(e, const uint16_t, at_mark_ids) + first;
    uint32_t left = e->config.n_sources - first, n = left < 64 ? left : 64;
#if defined(__x86_64__)
    if (swd_isa_selected() == SWD_ISA_AVX512)
        swd_marks_avx512(to, octets, ids, n, row_octets, s->row);
    else if (swd_isa_selected() == SWD_ISA_AVX2)
        swd_marks_avx2(to, octets, ids, n, row_octets, s->row);
    else
#endif
        swd_marks_plain(to, octets, ids, n, row_octets, s->row);
}

void swd_sources_span(swd_engine *e, const swd_assets *assets, const span *s)
{
    const uint64_t *busy = AT(e, const uint64_t, at_busy_source);
    const uint16_t *ids = AT(e, const uint16_t, at_mark_ids);
    source *sources = AT(e, source, at_sources);
    for (uint32_t w = 0; w < bit_words(e->config.n_sources); w++) {
        int made = busy[w] && s->mask == ~0ull && __builtin_popcountll(busy[w]) >= MANY_BUSY;
        if (made)
            make_marks(e, w * 64, s);
        for (uint64_t word = busy[w]; word; word &= word - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(word);
            if (!ids[i]) {
                if (sources[i].kind != SOURCE_PATTERN) /* that one its generator makes */
                    put(&s->cur[e->first_source + i], source_octets(e, assets, i, &sources[i], s), s->mask);
            } else if (!made) {
                put(&s->cur[e->first_source + i], mark_of(e, i, s->row), s->mask);
            }
        }
    }
}

void swd_source_set(swd_engine *e, uint32_t i, source x)
{
    uint32_t id = x.kind == SOURCE_MARK ? x.unit : 0;
    AT(e, source, at_sources)[i] = x;
    AT(e, uint64_t, at_mark_octets)[i] = id ? swd_mark_of_id(id) : 0;
    AT(e, uint16_t, at_mark_ids)[i] = (uint16_t)id;
    swd_wake_cell(e, e->first_source + i);
}

int swd_source_idle(swd_engine *e, uint32_t i)
{
    if (i >= e->config.n_sources)
        return SWD_E_RANGE;
    swd_source_set(e, i, (source){.kind = SOURCE_IDLE});
    return SWD_OK;
}

void swd_source_pattern(swd_engine *e, uint32_t i, uint32_t generator)
{
    swd_source_set(e, i, (source){.kind = SOURCE_PATTERN, .unit = generator});
}

static int tone_good(const swd_tone *tone)
{
    uint64_t loop = 0;
    if (tone->n_steps > 8 || (tone->n_steps && tone->repeat_from >= tone->n_steps))
        return 0;
    for (uint32_t i = tone->repeat_from; i < tone->n_steps; i++)
        loop += tone->step_cycles[i];
    if (tone->in_turn > 1 || (tone->in_turn && !(tone->n_steps && tone->freq_mhz[0])))
        return 0;
    for (int f = 0; f < SWD_TONE_FREQS; f++)
        if (tone->freq_mhz[f] > 3999999 || tone->level_mdbm0[f] < SWD_LEVEL_FLOOR_MDBM0 ||
            tone->level_mdbm0[f] > SWD_LEVEL_TOP_MDBM0)
            return 0;
    return tone->n_steps == 0 || loop > 0;
}

int swd_source_tone(swd_engine *e, const swd_assets *assets, uint32_t i, uint32_t tone)
{
    if (i >= e->config.n_sources || tone >= assets->n_tones || tone >= MAX_TONES || !tone_good(&assets->tones[tone]))
        return SWD_E_RANGE;
    swd_source_set(e, i, (source){.kind = SOURCE_TONE, .unit = tone, .start = e->now, .edge = e->now});
    return SWD_OK;
}

int swd_source_prompts(swd_engine *e, const swd_assets *assets, uint32_t i, const uint16_t *prompts, uint32_t n_prompts,
                       int loop)
{
    if (i >= e->config.n_sources || n_prompts < 1 || n_prompts > MAX_PROMPTS)
        return SWD_E_RANGE;
    for (uint32_t k = 0; k < n_prompts; k++)
        if (!swd_prompt_good(assets, prompts[k]))
            return SWD_E_RANGE;
    memset(&AT(e, source_data, at_source_data)[i], 0, sizeof(source_data));
    memcpy(AT(e, source_data, at_source_data)[i].prompts, prompts, n_prompts * sizeof *prompts);
    swd_source_set(e, i, (source){.kind = SOURCE_PROMPTS, .count = n_prompts, .loop = loop != 0, .start = e->now});
    return SWD_OK;
}

int swd_source_mark(swd_engine *e, uint32_t i, uint32_t id)
{
    if (i >= e->config.n_sources || id < 1 || id > 2047)
        return SWD_E_RANGE;
    swd_source_set(e, i, (source){.kind = SOURCE_MARK, .unit = id, .start = e->now});
    return SWD_OK;
}

int swd_source_raw(swd_engine *e, uint32_t i)
{
    if (i >= e->config.n_sources)
        return SWD_E_RANGE;
    memset(&AT(e, source_data, at_source_data)[i], 0, sizeof(source_data));
    swd_source_set(e, i, (source){.kind = SOURCE_RAW, .start = e->now});
    return SWD_OK;
}

int swd_source_feed(swd_engine *e, uint32_t i, const uint8_t *octets, uint32_t n_octets)
{
    if (i >= e->config.n_sources || AT(e, source, at_sources)[i].kind != SOURCE_RAW)
        return SWD_E_RANGE;
    source *x = &AT(e, source, at_sources)[i];
    uint8_t *fifo = AT(e, source_data, at_source_data)[i].fifo;
    if (n_octets > FIFO_OCTETS - x->fill)
        return SWD_E_FULL;
    for (uint32_t k = 0; k < n_octets; k++)
        fifo[(x->read + x->fill + k) % FIFO_OCTETS] = octets[k];
    x->fill += n_octets;
    return SWD_OK;
}

uint32_t swd_source_underruns(const swd_engine *e, uint32_t i)
{
    return i < e->config.n_sources ? AT(e, const source, at_sources)[i].underruns : 0;
}
