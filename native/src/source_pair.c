/* source_pair.c: signals of two frequencies that begin at an exact cycle: DTMF digits (Q.23), R2 register signals (Q.441). */
#include "engine.h"

#define OFFSET_PPM 100000         /* either way */
#define LONGEST (1u << 20)        /* of a digit, of a pause, cycles */
#define MFC_SIGNALS 15

static const uint32_t DTMF_LOW_MHZ[4] = {697000, 770000, 852000, 941000};
static const uint32_t DTMF_HIGH_MHZ[4] = {1209000, 1336000, 1477000, 1633000};
static const char DTMF_KEYS[] = "123A456B789C*0#D";
static const uint32_t MFC_MHZ[2][6] = {{1380000, 1500000, 1620000, 1740000, 1860000, 1980000},
                                       {1140000, 1020000, 900000, 780000, 660000, 540000}};

typedef struct pair {
    uint32_t step[2];
} pair;

static uint32_t step_of(uint32_t freq_mhz, int32_t offset_ppm)
{
    uint64_t millionths = (uint64_t)(1000000 + offset_ppm) * freq_mhz; /* below 2^42 */
    return swd_phase_step((uint32_t)((millionths + 500000) / 1000000));
}

static pair digit_pair(const source *x, char digit)
{
    uint32_t key = (uint32_t)(strchr(DTMF_KEYS, digit) - DTMF_KEYS);
    return (pair){{step_of(DTMF_LOW_MHZ[key / 4], x->offset_ppm[0]), step_of(DTMF_HIGH_MHZ[key % 4], x->offset_ppm[1])}};
}

/* Signals are numbered as the pairs of six frequencies are counted up: (0,1), (0,2), (1,2), (0,3) ... */
static pair mfc_pair(const source *x, uint32_t signal)
{
    const uint32_t *mhz = MFC_MHZ[x->unit];
    uint32_t second = 1, first = signal - 1;
    while (first >= second)
        first -= second++;
    return (pair){{step_of(mhz[first], x->offset_ppm[0]), step_of(mhz[second], x->offset_ppm[1])}};
}

/* t: cycles since the signal began. It rises and falls along a straight line; end: when it is to be over. */
static uint8_t pair_octet(const source *x, const pair *p, uint32_t t, uint32_t end)
{
    uint32_t edge = t < end - 1 - t ? t : end - 1 - t, part = edge < x->ramp ? edge + 1 : x->ramp + 1;
    int32_t sum = 0;
    for (int f = 0; f < 2; f++) {
        int32_t amplitude = (int32_t)((int64_t)x->amplitude[f] * part / (x->ramp + 1));
        sum += swd_sine(p->step[f] * t + x->phase[f], amplitude);
    }
    return swd_alaw_encode((int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum));
}

uint64_t swd_digits_span(swd_engine *e, uint32_t unit, source *x, const span *s)
{
    const source_digits *dialled = &AT(e, const source_data, at_source_data)[unit].digits;
    pair p = digit_pair(x, dialled->digits[x->current]);
    uint64_t octets = ROW_IDLE;
    uint8_t *out = (uint8_t *)&octets;
    for (uint32_t k = s->a; k < s->b && x->kind == SOURCE_DIGITS; k++) {
        uint32_t on = dialled->on_cycles[x->current];
        if (x->position < on)
            out[k] = pair_octet(x, &p, x->position, on);
        if (++x->position < on + dialled->off_cycles[x->current])
            continue;
        x->position = 0;
        if (++x->current == x->count)
            swd_source_done(e, x, unit, s->start + k);
        else
            p = digit_pair(x, dialled->digits[x->current]);
    }
    return octets;
}

uint64_t swd_mfc_span(swd_engine *e, uint32_t unit, source *x, const span *s)
{
    pair p = mfc_pair(x, x->current);
    uint64_t octets = ROW_IDLE;
    uint8_t *out = (uint8_t *)&octets;
    for (uint32_t k = s->a; k < s->b && x->kind == SOURCE_MFC; k++) {
        out[k] = pair_octet(x, &p, x->position++, x->count);
        if (x->count && x->position == x->count)
            swd_source_done(e, x, unit, s->start + k);
    }
    return octets;
}

static int shape_good(const swd_pair_shape *shape, uint32_t shortest)
{
    for (int f = 0; f < 2; f++)
        if (shape->level_mdbm0[f] < SWD_LEVEL_FLOOR_MDBM0 || shape->level_mdbm0[f] > SWD_LEVEL_TOP_MDBM0 ||
            shape->offset_ppm[f] < -OFFSET_PPM || shape->offset_ppm[f] > OFFSET_PPM)
            return 0;
    return shape->ramp_cycles <= shortest / 2;
}

static source shaped(const swd_engine *e, uint32_t kind, const swd_pair_shape *shape)
{
    source x = {.kind = kind, .start = e->now, .ramp = shape->ramp_cycles};
    for (int f = 0; f < 2; f++) {
        x.amplitude[f] = swd_amplitude_q15(shape->level_mdbm0[f]);
        x.offset_ppm[f] = shape->offset_ppm[f];
        x.phase[f] = shape->phase[f];
    }
    return x;
}

int swd_source_dtmf(swd_engine *e, uint32_t i, const char *digits, const uint32_t *on_cycles, const uint32_t *off_cycles,
                    const swd_pair_shape *shape)
{
    size_t n = strlen(digits);
    uint32_t shortest = LONGEST;
    if (i >= e->config.n_sources || n < 1 || n > MAX_DIGITS || strspn(digits, DTMF_KEYS) != n)
        return SWD_E_RANGE;
    for (size_t k = 0; k < n; k++) {
        if (on_cycles[k] < 1 || on_cycles[k] > LONGEST || off_cycles[k] > LONGEST)
            return SWD_E_RANGE;
        shortest = on_cycles[k] < shortest ? on_cycles[k] : shortest;
    }
    if (!shape_good(shape, shortest))
        return SWD_E_RANGE;
    source x = shaped(e, SOURCE_DIGITS, shape);
    source_data *data = &AT(e, source_data, at_source_data)[i];
    memset(data, 0, sizeof *data);
    memcpy(data->digits.digits, digits, n);
    memcpy(data->digits.on_cycles, on_cycles, n * sizeof *on_cycles);
    memcpy(data->digits.off_cycles, off_cycles, n * sizeof *off_cycles);
    x.count = (uint32_t)n;
    swd_source_set(e, i, x);
    return SWD_OK;
}

int swd_source_digits(swd_engine *e, uint32_t i, const char *digits, uint32_t on_cycles, uint32_t off_cycles,
                      int32_t low_mdbm0, int32_t high_mdbm0)
{
    uint32_t on[MAX_DIGITS], off[MAX_DIGITS];
    swd_pair_shape shape = {.level_mdbm0 = {low_mdbm0, high_mdbm0}};
    for (uint32_t k = 0; k < MAX_DIGITS; k++) {
        on[k] = on_cycles;
        off[k] = off_cycles;
    }
    return swd_source_dtmf(e, i, digits, on, off, &shape);
}

int swd_source_mfc(swd_engine *e, uint32_t i, uint32_t backward, uint32_t signal, uint32_t cycles,
                   const swd_pair_shape *shape)
{
    if (i >= e->config.n_sources || backward > 1 || signal < 1 || signal > MFC_SIGNALS || cycles > LONGEST ||
        !shape_good(shape, cycles))
        return SWD_E_RANGE;
    source x = shaped(e, SOURCE_MFC, shape);
    x.unit = backward;
    x.current = signal;
    x.count = cycles; /* 0: it has no end, and no ramp to come down along */
    swd_source_set(e, i, x);
    return SWD_OK;
}
