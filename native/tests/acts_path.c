/* Acts upon impaired speech paths, read from a script. */
#include "acts.h"
#include "path.h"

static uint32_t word(script *s) { return script_u8(s) | script_u8(s) << 8; }

static swd_impairment some_impairment(const swd_engine *e, script *s)
{
    swd_impairment m = {
        .key = script_u8(s), .twist_mdb = (int32_t)word(s) - 32768, .gain_mdb = -(int32_t)word(s), .shift_mhz = 7 * ((int32_t)word(s) - 32768),
        .clip_mdbm0 = -(int32_t)word(s), .echo_cycles = word(s) % 803, .echo_loss_mdb = (int32_t)word(s), .tone_mhz = 64 * word(s),
        .tone_mdbm0 = 4000 - (int32_t)word(s), .noise_mdbm0 = -(int32_t)word(s), .impulse_mdbm0 = -(int32_t)word(s),
        .impulse_cycles = script_u8(s) % 67, .impulse_mean_cycles = word(s), .break_cell = script_index(s, e->n_cells),
        .speech = script_index(s, acts_assets()->n_prompts), .break_mdb = -(int32_t)word(s), .dropout_cycles = script_u8(s),
        .dropout_every = script_u8(s) * 3,
    };
    return m;
}

int acts_path(swd_engine *e, script *s)
{
    uint32_t kind = script_u8(s) % 8, unit = script_index(s, e->config.n_paths), what = word(s);
    if (kind < 2)
        return swd_path_define(e, unit, kind ? e->first_switched + script_index(s, e->config.n_switched) : SWD_NONE);
    if (kind == 2)
        return swd_path_clear(e, unit, what);
    swd_impairment m = some_impairment(e, s);
    return swd_path_set(e, acts_assets(), unit, kind < 6 ? 1u << what % 13 : what, &m);
}

void acts_path_check(const swd_engine *e)
{
    uint32_t impaired = 0;
    for (uint32_t i = 0; i < e->config.n_paths; i++) {
        const path_unit *u = (const path_unit *)((const uint8_t *)e + e->at_paths) + i;
        impaired += u->what != 0;
        assert(u->what == swd_path_does(e, i) && (u->what == 0 || u->cell != SWD_NONE));
        assert(u->cell == SWD_NONE || bit_get(AT(e, const uint64_t, at_impaired), u->cell) == (u->what != 0));
    }
    assert(impaired == e->n_impaired);
}
