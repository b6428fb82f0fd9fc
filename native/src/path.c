/* path.c: impaired speech paths: where they sit, what each was told to do, and their part of a row. */
#include "path.h"

#define MIN_GAIN_MDB (-60000)
#define MAX_GAIN_MDB 20000
#define MAX_TWIST_MDB 20000
#define MAX_SHIFT_MHZ 200000
#define MAX_TONE_MHZ 3999999
#define MAX_CYCLES (1u << 28)
#define MAX_IMPULSE_CYCLES 64

static path_unit *path_of(const swd_engine *e, uint32_t i)
{
    return (path_unit *)((uint8_t *)(uintptr_t)e + e->at_paths) + i;
}

uint64_t swd_path_unit_octets(void) { return sizeof(path_unit); }

void swd_paths_init(swd_engine *e)
{
    for (uint32_t i = 0; i < e->config.n_paths; i++)
        path_of(e, i)->cell = SWD_NONE;
}

/* A ratio of amplitudes in 2^-24: of two peaks of the level tables. */
static int64_t gain_q24(int32_t mdb)
{
    uint64_t one = swd_peak_q16(0), down = swd_peak_q16(mdb < 0 ? mdb : -mdb);
    return mdb < 0 ? (int64_t)((down << 24) / one) : (int64_t)((one << 24) / down);
}

static int level_good(int32_t mdbm0) { return mdbm0 >= SWD_LEVEL_FLOOR_MDBM0 && mdbm0 <= SWD_LEVEL_TOP_MDBM0; }

static int gain_good(int32_t mdb) { return mdb >= MIN_GAIN_MDB && mdb <= MAX_GAIN_MDB; }

static int count_good(uint32_t n, uint32_t most) { return n >= 1 && n <= most; }

static int impulses_good(const swd_impairment *m)
{
    return level_good(m->impulse_mdbm0) && count_good(m->impulse_cycles, MAX_IMPULSE_CYCLES) &&
           count_good(m->impulse_mean_cycles, MAX_CYCLES);
}

static int filters_good(uint32_t what, const swd_impairment *m)
{
    if (what & SWD_PATH_TWIST && (m->twist_mdb < -MAX_TWIST_MDB || m->twist_mdb > MAX_TWIST_MDB))
        return 0;
    if (what & SWD_PATH_SHIFT && (m->shift_mhz < -MAX_SHIFT_MHZ || m->shift_mhz > MAX_SHIFT_MHZ))
        return 0;
    if (what & SWD_PATH_ECHO &&
        (!count_good(m->echo_cycles, SWD_PATH_ECHO_CYCLES) || m->echo_loss_mdb < 0 || m->echo_loss_mdb > -MIN_GAIN_MDB))
        return 0;
    return (!(what & SWD_PATH_GAIN) || gain_good(m->gain_mdb)) && (!(what & SWD_PATH_CLIP) || level_good(m->clip_mdbm0));
}

static int adds_good(const swd_engine *e, const swd_assets *assets, uint32_t what, const swd_impairment *m)
{
    if (what & SWD_PATH_TONE && !(count_good(m->tone_mhz, MAX_TONE_MHZ) && level_good(m->tone_mdbm0)))
        return 0;
    if (what & (SWD_PATH_NOISE | SWD_PATH_PINK) && !level_good(m->noise_mdbm0))
        return 0;
    if ((what & SWD_PATH_NOISE && what & SWD_PATH_PINK) || (what & SWD_PATH_IMPULSES && !impulses_good(m)))
        return 0;
    if (what & (SWD_PATH_BREAK_IN | SWD_PATH_SPEECH) && !gain_good(m->break_mdb))
        return 0;
    if ((what & SWD_PATH_BREAK_IN && m->break_cell >= e->n_cells) ||
        (what & SWD_PATH_SPEECH && !swd_prompt_good(assets, m->speech)))
        return 0;
    return !(what & SWD_PATH_DROPOUT) || (count_good(m->dropout_cycles, MAX_CYCLES) && m->dropout_every <= MAX_CYCLES);
}

static void set_filters(swd_engine *e, path_unit *u, uint32_t what, const swd_impairment *m)
{
    if (what & SWD_PATH_TWIST) {
        u->low_q24 = gain_q24(m->twist_mdb > 0 ? -m->twist_mdb : 0);
        u->high_q24 = gain_q24(m->twist_mdb < 0 ? m->twist_mdb : 0);
        memset(u->twist_past, 0, sizeof u->twist_past);
    }
    if (what & SWD_PATH_GAIN)
        u->gain_q24 = gain_q24(m->gain_mdb);
    if (what & SWD_PATH_SHIFT) {
        uint32_t step = swd_phase_step((uint32_t)(m->shift_mhz < 0 ? -m->shift_mhz : m->shift_mhz));
        u->shift_step = m->shift_mhz < 0 ? 0 - step : step;
        u->shift_since = e->now;
        memset(u->shift_past, 0, sizeof u->shift_past);
    }
    if (what & SWD_PATH_CLIP)
        u->clip_peak = swd_amplitude_q15(m->clip_mdbm0);
    if (what & SWD_PATH_ECHO) {
        u->echo_cycles = m->echo_cycles;
        u->echo_q24 = gain_q24(-m->echo_loss_mdb);
        memset(u->echo_past, 0, sizeof u->echo_past);
    }
}

static void set_random(swd_engine *e, path_unit *u, uint32_t what, const swd_impairment *m)
{
    if (what & (SWD_PATH_NOISE | SWD_PATH_PINK)) {
        u->what &= ~(uint32_t)(SWD_PATH_NOISE | SWD_PATH_PINK);
        u->noise_peak_q16 = swd_peak_q16(m->noise_mdbm0);
        u->noise_key = m->key;
        u->noise_since = e->now;
        memset(u->pink, 0, sizeof u->pink);
    }
    if (what & SWD_PATH_IMPULSES) {
        u->impulse_peak = swd_amplitude_q15(m->impulse_mdbm0);
        u->impulse_cycles = m->impulse_cycles;
        u->impulse_mean = m->impulse_mean_cycles;
        u->impulse_key = m->key;
        u->impulse_draws = u->impulse_began = u->impulse_next = 0;
    }
}

static void set_adds(swd_engine *e, path_unit *u, uint32_t what, const swd_impairment *m)
{
    if (what & SWD_PATH_TONE) {
        u->tone_step = swd_phase_step(m->tone_mhz);
        u->tone_peak_q16 = swd_peak_q16(m->tone_mdbm0);
        u->tone_since = e->now;
    }
    if (what & SWD_PATH_BREAK_IN) {
        u->break_cell = m->break_cell;
        u->break_q24 = gain_q24(m->break_mdb);
    }
    if (what & SWD_PATH_SPEECH) {
        u->speech = m->speech;
        u->speech_q24 = gain_q24(m->break_mdb);
        u->speech_since = e->now;
    }
    if (what & SWD_PATH_DROPOUT) {
        u->dropout_cycles = m->dropout_cycles;
        u->dropout_every = m->dropout_every;
        u->dropout_since = e->now;
    }
}

/* A cell with an impaired path does not sleep. */
static void does(swd_engine *e, path_unit *u, uint32_t what)
{
    uint64_t *impaired = AT(e, uint64_t, at_impaired);
    uint32_t cell = u->cell;
    e->n_impaired = e->n_impaired + (what != 0 ? 1u : 0u) - (u->what != 0 ? 1u : 0u);
    u->what = what;
    if (what) {
        bit_set(impaired, cell);
    } else {
        bit_clear(impaired, cell);
        memset(u, 0, sizeof *u);
        u->cell = cell;
    }
    swd_wake_cell(e, e->first_switched + cell);
}

int swd_path_define(swd_engine *e, uint32_t i, uint32_t switched_cell)
{
    uint32_t cell = switched_cell == SWD_NONE ? SWD_NONE : switched_cell - e->first_switched;
    if (i >= e->config.n_paths || (cell != SWD_NONE && (switched_cell < e->first_switched || switched_cell >= e->n_cells)))
        return SWD_E_RANGE;
    for (uint32_t other = 0; cell != SWD_NONE && other < e->config.n_paths; other++)
        if (other != i && path_of(e, other)->cell == cell)
            return SWD_E_RANGE;
    if (path_of(e, i)->what)
        does(e, path_of(e, i), 0);
    path_of(e, i)->cell = cell;
    return SWD_OK;
}

int swd_path_set(swd_engine *e, const swd_assets *assets, uint32_t i, uint32_t what, const swd_impairment *impairment)
{
    if (i >= e->config.n_paths || path_of(e, i)->cell == SWD_NONE || !what || what > SWD_PATH_ALL ||
        !filters_good(what, impairment) || !adds_good(e, assets, what, impairment))
        return SWD_E_RANGE;
    path_unit *u = path_of(e, i);
    uint32_t before = u->what;
    set_filters(e, u, what, impairment);
    set_random(e, u, what, impairment);
    set_adds(e, u, what, impairment);
    what |= u->what;
    u->what = before;
    does(e, u, what);
    return SWD_OK;
}

int swd_path_clear(swd_engine *e, uint32_t i, uint32_t what)
{
    if (i >= e->config.n_paths || path_of(e, i)->cell == SWD_NONE || what > SWD_PATH_ALL)
        return SWD_E_RANGE;
    if (path_of(e, i)->what & what)
        does(e, path_of(e, i), path_of(e, i)->what & ~what);
    return SWD_OK;
}

uint32_t swd_path_does(const swd_engine *e, uint32_t i) { return i < e->config.n_paths ? path_of(e, i)->what : 0; }

static int dropped_out(const path_unit *u, uint64_t at)
{
    uint64_t t = at - u->dropout_since;
    return (u->dropout_every ? t % u->dropout_every : t) < u->dropout_cycles;
}

/* A sample that is not changed keeps its octet. */
static uint8_t octet_of(const path_unit *u, int32_t x, int32_t before, uint8_t octet)
{
    int16_t linear = (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
    if (u->what & SWD_PATH_ULAW)
        linear = swd_ulaw_decode(swd_ulaw_encode(linear));
    return linear == before ? octet : swd_alaw_encode(linear);
}

static void path_span(swd_engine *e, const swd_assets *assets, path_unit *u, const span *s)
{
    uint8_t *octets = (uint8_t *)&s->cur[e->first_switched + u->cell] + s->a;
    uint64_t from = s->start + s->a;
    uint32_t n = s->b - s->a;
    int32_t before[SWD_ROW_CYCLES], x[SWD_ROW_CYCLES];
    for (uint32_t i = 0; i < n; i++)
        before[i] = x[i] = swd_path_linear(octets[i]);
    swd_path_filter(u, x, n, from);
    if (u->what & PATH_ADDS)
        swd_path_add(u, assets, x, n, from, s->old, s->a);
    for (uint32_t i = 0; i < n; i++)
        octets[i] = u->what & SWD_PATH_DROPOUT && dropped_out(u, from + i) ? IDLE_OCTET
                                                                          : octet_of(u, x[i], before[i], octets[i]);
}

/* What a line carries that is cut, or whose board is dead, no path changes. */
void swd_paths_span(swd_engine *e, const swd_assets *assets, const span *s)
{
    if (e->n_impaired == 0)
        return;
    for (uint32_t i = 0; i < e->config.n_paths; i++)
        if (path_of(e, i)->what && !bit_get(AT(e, const uint64_t, at_cut), path_of(e, i)->cell))
            path_span(e, assets, path_of(e, i), s);
}
