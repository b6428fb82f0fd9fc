/* Acts upon the tone banks of an engine, and what must hold of them. */
#include "acts.h"

static void some_set(script *s, swd_tone_set *tones)
{
    *tones = (swd_tone_set){
        .n_freqs = 1 + script_u8(s) % 9, .wide = script_u8(s), .n_tones = 1 + script_u8(s) % 17, .least_mdbm0 = -200 * (int32_t)script_u8(s),
        .most_mdbm0 = 3000, .twist_near_mdb = 80 * script_u8(s), .twist_far_mdb = 8000, .third_mdb = 3000, .alone_mdb = script_u8(s) * 64,
        .pure_percent = script_u8(s) % 110, .on_hops = script_u8(s) % 6, .off_hops = 1 + script_u8(s) % 3,
    };
    for (uint32_t f = 0; f < 8; f++)
        tones->freq_mhz[f] = 180000 + 15000 * script_u8(s);
    for (uint32_t t = 0; t < 16; t++)
        for (uint32_t i = 0; i < 2; i++)
            tones->tones[t][i] = (uint8_t)(script_u8(s) % (tones->n_freqs + (t == 15)));
}

int acts_tones(swd_engine *e, script *s, uint32_t cell)
{
    uint32_t kind = script_u8(s) % 8;
    swd_tone_set tones;
    switch (kind) {
    case 0:
        some_set(s, &tones);
        return swd_progress_define(e, script_index(s, 16), &tones);
    case 1: return swd_progress_listen(e, script_index(s, e->config.n_progress), SWD_NONE, 0);
    case 2:
    case 3: return swd_progress_listen(e, script_index(s, e->config.n_progress), cell, script_u8(s) % 4);
    case 4: return swd_mfc_listen(e, script_index(s, e->config.n_mfc), SWD_NONE, 0);
    default: return swd_mfc_listen(e, script_index(s, e->config.n_mfc), cell, script_index(s, 4));
    }
}

void acts_tones_check(const swd_engine *e)
{
    uint32_t listening = 0;
    for (uint32_t i = 0; i < e->config.n_mfc; i++)
        listening += swd_tones_cell(AT(e, const swd_tones, at_mfc), i) != SWD_NONE;
    for (uint32_t i = 0; i < e->config.n_progress; i++)
        listening += swd_tones_cell(AT(e, const swd_tones, at_progress), i) != SWD_NONE;
    assert(listening == e->n_tones);
}
