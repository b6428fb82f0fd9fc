/* receivers.c: the tone banks of an engine: R2 register signals, call progress and other tones. */
#include "engine.h"

#define MFC_SETS 4u

static swd_tones *mfc_of(swd_engine *e) { return AT(e, swd_tones, at_mfc); }
static swd_tones *progress_of(swd_engine *e) { return AT(e, swd_tones, at_progress); }

void swd_receivers_init(swd_engine *e)
{
    swd_tone_set tones;
    if (e->config.n_mfc)
        swd_tones_init(mfc_of(e), SWD_TONES_MFC, e->config.n_mfc, SWD_LAW_A);
    for (uint32_t set = 0; e->config.n_mfc && set < MFC_SETS; set++) {
        swd_mfc_tone_set(&tones, set);
        int error = swd_tones_define(mfc_of(e), set, &tones);
        assert(error == SWD_OK);
        (void)error;
    }
    if (e->config.n_progress)
        swd_tones_init(progress_of(e), SWD_TONES_PROGRESS, e->config.n_progress, SWD_LAW_A);
}

static uint32_t both_levels(const swd_tones_hit *hit)
{
    return ((uint32_t)hit->lower_level & 0xFFFF) | (uint32_t)hit->upper_level << 16;
}

/* Kinds of events: the one that tells a beginning, then the one that tells an end. Tones of a bank are told from number `first`. */
static void take(swd_engine *e, swd_tones *bank, const span *s, uint32_t capacity, uint32_t kind, uint32_t first)
{
    swd_tones_hit *hits = AT(e, swd_tones_hit, at_tone_hits);
    uint32_t n = swd_tones_push(bank, s->start + s->a, s->b - s->a, s->cur, hits, capacity);
    for (uint32_t i = 0; i < n; i++)
        swd_event_push(e, hits[i].at, kind + !hits[i].on, hits[i].channel, hits[i].tone + first,
                       hits[i].on ? both_levels(&hits[i]) : hits[i].length_cycles);
    memset(hits, 0, n * sizeof *hits);
}

void swd_tones_span(swd_engine *e, const span *s)
{
    if (e->n_tones == 0)
        return;
    if (e->config.n_mfc)
        take(e, mfc_of(e), s, e->config.n_mfc, SWD_EV_MFC_ON, 1);
    if (e->config.n_progress)
        take(e, progress_of(e), s, e->config.n_progress, SWD_EV_TONE_ON, 0);
}

static int listen(swd_engine *e, swd_tones *bank, uint32_t unit, uint32_t cell, uint32_t set)
{
    uint32_t before = swd_tones_cell(bank, unit);
    if (cell != SWD_NONE && cell >= e->n_cells)
        return SWD_E_RANGE;
    if (swd_tones_assign(bank, unit, cell, set) != SWD_OK)
        return SWD_E_RANGE;
    e->n_tones += cell != SWD_NONE;
    e->n_tones -= before != SWD_NONE;
    return SWD_OK;
}

int swd_mfc_listen(swd_engine *e, uint32_t unit, uint32_t cell, uint32_t set)
{
    return unit < e->config.n_mfc ? listen(e, mfc_of(e), unit, cell, set) : SWD_E_RANGE;
}

int swd_progress_listen(swd_engine *e, uint32_t unit, uint32_t cell, uint32_t set)
{
    return unit < e->config.n_progress ? listen(e, progress_of(e), unit, cell, set) : SWD_E_RANGE;
}

int swd_progress_define(swd_engine *e, uint32_t set, const swd_tone_set *tones)
{
    return e->config.n_progress ? swd_tones_define(progress_of(e), set, tones) : SWD_E_RANGE;
}
