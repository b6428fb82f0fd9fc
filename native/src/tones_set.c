/* Sets of tones: what a bank's channels listen for, made into the numbers that the kernels take. Integers alone. */
#include <assert.h>
#include <string.h>

#include "tones.h"

#define QUARTER_TURN (1u << 30)
#define WIDE_MHZ 12500            /* a wide frequency is listened for so far below and above */
#define LEAST_MHZ 200000
#define MOST_MHZ 3800000

static int freqs_good(const swd_tone_set *s)
{
    if (s->n_freqs < 1 || s->n_freqs > TONES_FREQS || s->n_tones < 1 || s->n_tones > 16)
        return 0;
    for (uint32_t f = 0; f < s->n_freqs; f++)
        if (s->freq_mhz[f] < LEAST_MHZ || s->freq_mhz[f] > MOST_MHZ)
            return 0;
    for (uint32_t t = 0; t < s->n_tones; t++)
        if (s->tones[t][0] >= s->n_freqs || s->tones[t][1] >= s->n_freqs)
            return 0;
    return 1;
}

static int limits_good(const swd_tone_set *s)
{
    const uint32_t ratios_mdb[] = {s->twist_near_mdb, s->twist_far_mdb, s->third_mdb, s->alone_mdb};
    for (uint32_t i = 0; i < sizeof ratios_mdb / sizeof *ratios_mdb; i++)
        if (ratios_mdb[i] > 18000)
            return 0;
    return s->least_mdbm0 >= -40000 && s->least_mdbm0 <= s->most_mdbm0 && s->most_mdbm0 <= 3000 && s->pure_percent >= 20 &&
           s->pure_percent <= 100 && s->on_hops >= 1 && s->on_hops <= 100 && s->off_hops >= 1 && s->off_hops <= 100;
}

/* 64 times a ratio of powers that many thousandths of a decibel below 1. */
static int32_t ratio_q6(uint32_t mdb)
{
    uint64_t a = (uint64_t)swd_amplitude_q15(-(int32_t)mdb), one = (uint64_t)swd_amplitude_q15(0);
    return (int32_t)((64 * a * a + one * one / 2) / (one * one));
}

static int32_t power_of(int32_t level_mdbm0)
{
    int32_t half = (swd_amplitude_q15(level_mdbm0) + 1) / 2;
    return half * half;
}

/* Purity 1, in 1/64, in terms of what the kernel adds up. A tone that fills the window has the energy 32 / window times its power, of
 * which a quarter is kept. In a band, a tone is seen by the frequencies next to it as well, in windows of one hop: by all together with
 * 1.87 times its power, at the ends of the band with 1.45. */
static uint32_t whole_q6(const tones_shape *shape)
{
    if (shape->in_band)
        return 64 * shape->weights * 100 / 187;
    return 64 * 32 * 4 / (shape->cycles * shape->hops);
}

static void make_limits(tones_limits *l, const swd_tone_set *s, const tones_shape *shape)
{
    l->least = power_of(s->least_mdbm0);
    l->most = s->most_mdbm0 == 3000 ? TONES_MOST : power_of(s->most_mdbm0);
    l->twist_near = ratio_q6(s->twist_near_mdb);
    l->twist_far = ratio_q6(s->twist_far_mdb);
    l->third = ratio_q6(s->third_mdb);
    l->alone = s->alone_mdb ? ratio_q6(s->alone_mdb) : 0;
    l->pure = (int32_t)(whole_q6(shape) * s->pure_percent / 100);
    l->on_hops = (int32_t)s->on_hops;
    l->off_hops = (int32_t)s->off_hops;
}

/* The places of the frequencies, in order; a wide one takes two. Returns how many there are. */
static uint32_t take_places(tones_set *set, const swd_tone_set *s, uint32_t place[TONES_FREQS], uint32_t n_places)
{
    uint32_t n = 0;
    for (uint32_t f = 0; f < s->n_freqs; f++) {
        uint32_t wide = s->wide >> f & 1;
        place[f] = n;
        if (n + 1 + wide > n_places)
            return n_places + 1;
        set->steps[n] = swd_phase_step(s->freq_mhz[f] - wide * WIDE_MHZ);
        if (wide) {
            set->joined[n] = -1;
            set->steps[n + 1] = swd_phase_step(s->freq_mhz[f] + WIDE_MHZ);
        }
        n += 1 + wide;
    }
    return n;
}

/* A pair of samples n, n + 2 before the middle, times those of the other half: cos and -sin of the phase from the middle, which lies
 * half a sample behind sample cycles / 2 - 1. Peak: so that a tone of peak a, 13 bits, gives 4 a over a window, twice that before it is
 * turned. */
static void make_tables(tones_set *set, uint32_t n_places, uint32_t cycles, uint32_t weights)
{
    int32_t peak = (int32_t)((1u << 20) / (cycles * weights));
    for (uint32_t pair = 0; pair < cycles / 4; pair++)
        for (uint32_t f = 0; f < n_places; f++)
            for (uint32_t i = 0; i < 2; i++) {
                uint32_t n = pair / 2 * 4 + (pair & 1) + 2 * i;
                uint32_t halves = cycles - 1 - 2 * n; /* half samples before the middle */
                uint32_t phase = (uint32_t)((uint64_t)set->steps[f] * halves / 2);
                set->even[pair][f][i] = swd_sine(phase + QUARTER_TURN, peak);
                set->odd[pair][f][i] = swd_sine(phase, peak);
            }
}

static void make_filled(tones_set *set, const tones_shape *shape)
{
    assert(shape->cycles * shape->hops < 256);
    for (uint32_t part = 0; part <= 256; part++) {
        uint32_t left = part * shape->weights, cycles = 0;
        for (uint32_t k = 0; k < shape->hops; k++) {
            uint32_t in_hop = 256 * shape->weight[k] < left ? 256 * shape->weight[k] : left;
            cycles += (in_hop * shape->cycles / shape->weight[k] + 128) / 256;
            left -= in_hop;
        }
        set->filled[part] = (uint8_t)cycles;
    }
}

int swd_tones_make_set(tones_set *set, const swd_tone_set *s, const tones_shape *shape)
{
    uint32_t place[TONES_FREQS];
    memset(set, 0, sizeof *set);
    assert(shape->cycles % 16 == 0 && shape->cycles / 4 <= TONES_PAIRS);
    if (!freqs_good(s) || !limits_good(s))
        return SWD_E_RANGE;
    set->n_places = take_places(set, s, place, shape->places);
    if (set->n_places > shape->places)
        return SWD_E_RANGE;
    make_limits(&set->limits, s, shape);
    make_tables(set, set->n_places, shape->cycles, shape->weights);
    make_filled(set, shape);
    memset(set->tone_of_key, TONES_NO_TONE, sizeof set->tone_of_key);
    for (uint32_t t = 0; t < s->n_tones; t++)
        set->tone_of_key[1u << place[s->tones[t][0]] | 1u << place[s->tones[t][1]]] = (uint8_t)t;
    return SWD_OK;
}

static int32_t pair_of(int32_t low, int32_t high) { return (int32_t)((uint32_t)low & 0xFFFF) | (int32_t)((uint32_t)high << 16); }

void swd_tones_make_hop(tones_hop *hop, const tones_set *sets, const tones_shape *shape, uint64_t end)
{
    uint64_t number = end / shape->cycles - 1;
    hop->end = end;
    hop->shape = shape;
    hop->history = (uint32_t)(number % TONES_HISTORY);
    for (uint32_t k = 0; k < shape->hops; k++)
        hop->age[k] = (uint32_t)((number + shape->hops - 1 - k) % (shape->hops - 1)) * TONES_TILE;
    for (uint32_t set = 0; set < TONES_SETS; set++)
        for (uint32_t f = 0; sets[set].n_listening && f < TONES_FREQS; f++) {
            uint32_t phase = sets[set].steps[f] * (uint32_t)end;
            int32_t c = swd_sine(phase + QUARTER_TURN, 32767), s = swd_sine(phase, 32767);
            hop->along[set][f] = pair_of(c, s);
            hop->across[set][f] = pair_of(-s, c);
        }
}

/* The 15 pairs of six frequencies in the order of the signals' numbers (Q.441 table 5, 6): 0+1, 0+2, 1+2, 0+4, ... 7+11. */
static uint32_t pairs_of(uint8_t tones[][2], uint32_t n_freqs)
{
    uint32_t n = 0;
    for (uint8_t upper = 1; upper < n_freqs; upper++)
        for (uint8_t lower = 0; lower < upper; lower++, n++) {
            tones[n][0] = lower;
            tones[n][1] = upper;
        }
    return n;
}

/* Q.455: levels of -5 to -35 dBm0 operate, with differences of 5 dB between neighbouring frequencies and 7 dB between others, +-10 Hz and
 * what the sender may be off; what is 20 dB apart, or at -38.5 dBm0, or 60 Hz off, or shorter than 7 ms, does not. */
void swd_mfc_tone_set(swd_tone_set *s, uint32_t set)
{
    uint32_t backward = set & SWD_MFC_BACKWARD, china = set & SWD_MFC_CHINA;
    memset(s, 0, sizeof *s);
    s->n_freqs = MFC_FREQS;
    for (uint32_t f = 0; f < MFC_FREQS; f++)
        s->freq_mhz[f] = backward ? 1140000 - 120000 * f : 1380000 + 120000 * f;
    s->n_tones = pairs_of(s->tones, backward && china ? 4 : MFC_FREQS);
    s->least_mdbm0 = -37500;
    s->most_mdbm0 = 3000;
    s->twist_near_mdb = 9000;
    s->twist_far_mdb = 11000;
    s->third_mdb = 8000;
    s->pure_percent = 72;
    s->on_hops = 3;
    s->off_hops = 1;
}
