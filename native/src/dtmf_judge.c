/* DTMF: whether a burst is a digit. Limits lie halfway between what must be accepted and what must be refused. */
#include "dtmf.h"
#include "tables.h"

#define INSIDE_Q8 160u           /* a window above 0.62 of the reference lies inside the burst, one between two such fully;
                                  * an echo of -10 dB may leave 0.68 of a tone */
#define FEWEST_PAIRS 3u
#define FEWEST_INNER 2u
#define COHERENT_PERCENT 93      /* of the square of the power; an echo leaves 94 */
#define IN_BAND_PERCENT 9        /* of both tones: what else may be in the band */
#define WEAKER_PERCENT 35        /* and of the weaker one */
#define OUTSIDE_PERMILLE 115     /* of both tones: what else may be anywhere, in the best window; noise 11 dB below leaves 60 to 96 */
#define STEADY_PERCENT 12        /* how well it must match what was there before, if it is more; */
#define IN_BAND_BESIDE_PERCENT 4 /* and what may then be in the band, where a dial tone leaves nothing */
#define WEAKER_BESIDE_PERCENT 16

/* Sums over a burst of one tone. */
typedef struct tone_sums {
    int64_t re, im, turning;     /* X[k] conj(X[k-1]), and the powers that go with it */
    int64_t power;               /* of the inner windows */
    int32_t offset;              /* turn over a hop beside the nominal one, 2^-24 */
    int64_t corrected;           /* power if the frequency were nominal */
} tone_sums;

static void add_turn(tone_sums *t, dtmf_bin now, dtmf_bin before)
{
    t->re += (int64_t)now.re * before.re + (int64_t)now.im * before.im;
    t->im += (int64_t)now.im * before.re - (int64_t)now.re * before.im;
    t->turning += ((int64_t)dtmf_power(now) + dtmf_power(before)) / 2;
}

/* Angle of (x, y) in 2^-24 turns: turned to the axis in ever smaller steps; |x|, |y| < 2^40. */
static int32_t angle(int64_t x, int64_t y)
{
    int32_t turned = 0;
    if (x < 0) {
        turned = y < 0 ? -(1 << 23) : 1 << 23;
        x = -x;
        y = -y;
    }
    for (uint32_t i = 0; i < 16; i++) {
        int64_t dx = y >> i, dy = x >> i;
        turned += y < 0 ? -swd_table_arc[i] : swd_table_arc[i];
        x = y < 0 ? x - dx : x + dx;
        y = y < 0 ? y + dy : y - dy;
    }
    return turned;
}

/* The offset, and whether the phase moved steadily. The loss of a Hann window at d lines beside its own is 1 / (1 + 1.29 d^2
 * + d^4); d is twice the offset in turns. */
static int steady(tone_sums *t, uint32_t tone)
{
    while (t->turning >> 28) { /* keeps the squares below 2^58 */
        t->re /= 2;
        t->im /= 2;
        t->turning /= 2;
    }
    const int64_t c = swd_table_dtmf_advance[tone * 2], s = swd_table_dtmf_advance[tone * 2 + 1];
    t->offset = angle((t->re * c + t->im * s) >> 10, (t->im * c - t->re * s) >> 10);
    int64_t square = (int64_t)t->offset * t->offset >> 32; /* of turns, 2^-16 */
    t->corrected = t->power + (t->power * (square * 516 / 100 + (square * square * 16 >> 16)) >> 16);
    return 100 * (t->re * t->re + t->im * t->im) >= COHERENT_PERCENT * t->turning * t->turning;
}

int swd_dtmf_moves(dtmf_bin now, dtmf_bin before, uint32_t tone)
{
    tone_sums t = {0};
    add_turn(&t, now, before);
    const int64_t c = swd_table_dtmf_advance[tone * 2], s = swd_table_dtmf_advance[tone * 2 + 1];
    int64_t along = t.re * c + t.im * s, across = t.im * c - t.re * s;
    /* 56 degrees are 3.7 % of 697 Hz and 2.8 % of 941 Hz, 117 degrees 4.5 % of 1209 Hz and 3.3 % of 1633 Hz. */
    if (across < 0)
        across = -across;
    return tone < 4 ? across < along + along / 2 : 2 * along > -across;
}

static int inside(const dtmf_track *track, uint32_t i)
{
    return (uint32_t)track->low_amplitude[i] * 256 >= track->reference_low * INSIDE_Q8 &&
           (uint32_t)track->high_amplitude[i] * 256 >= track->reference_high * INSIDE_Q8;
}

/* What else there is: sums of the inner windows, everything as powers of tones. */
typedef struct rest {
    int64_t in_band, all, least;
    uint32_t pairs, inner;
} rest;

static void add_up(const dtmf_track *track, uint32_t first, uint32_t end, tone_sums *low, tone_sums *high, rest *r)
{
    int before = 0, before_that = 0;
    for (uint32_t i = first; i < end; i++) {
        const dtmf_window *w = &track->kept[i];
        int in = inside(track, i);
        if (in && before) {
            add_turn(low, w->bins.low, w[-1].bins.low);
            add_turn(high, w->bins.high, w[-1].bins.high);
            r->pairs++;
        }
        if (in && before && before_that) { /* the middle one is surely full */
            const dtmf_window *middle = &w[-1];
            int64_t of_low = dtmf_power(middle->bins.low), of_high = dtmf_power(middle->bins.high);
            int64_t all = (int64_t)middle->energy * 3 / 4, share = (all << 10) / (of_low + of_high + 1);
            low->power += of_low;
            high->power += of_high;
            r->in_band += (int64_t)middle->in_band * 3 / 2;
            r->all += all;
            r->least = r->inner == 0 || share < r->least ? share : r->least;
            r->inner++;
        }
        before_that = before;
        before = in;
    }
}

/* What the band-pass leaves of a tone where it is. */
static int64_t through_band_pass(const tone_sums *t, uint32_t tone)
{
    int64_t gain = swd_table_dtmf_gain[tone] + ((int64_t)swd_table_dtmf_slope[tone] * t->offset >> 24);
    return t->corrected * gain >> 12;
}

/* In the band there is hardly anything besides: so much of both tones, and of the weaker one. */
static int pure(const tone_sums *low, const tone_sums *high, uint32_t low_tone, uint32_t high_tone, const rest *r,
                int64_t both_percent, int64_t weaker_percent)
{
    int64_t expected_low = through_band_pass(low, low_tone);
    int64_t expected_high = through_band_pass(high, high_tone);
    int64_t weaker = expected_low < expected_high ? expected_low : expected_high;
    int64_t over = r->in_band - expected_low - expected_high;
    return 100 * over <= both_percent * (expected_low + expected_high) && 100 * over <= weaker_percent * weaker;
}

/* Beside the band neither. r->least is 1024 * (tones and rest) / tones, of uncorrected powers. */
static int clean(const tone_sums *low, const tone_sums *high, const rest *r)
{
    int64_t both = low->power + high->power, corrected = low->corrected + high->corrected;
    return r->least * both * 1000 <= corrected * 1024 * (1000 + OUTSIDE_PERMILLE);
}

/* Or what was there before, such as a dial tone. */
static int as_before(const dtmf_track *track, const tone_sums *low, const tone_sums *high, const rest *r)
{
    int64_t corrected = low->corrected + high->corrected;
    int64_t left = r->all - corrected, was = (int64_t)track->before * 9 / 11 * r->inner;
    int64_t apart = left > was ? left - was : was - left;
    return apart * 100 <= STEADY_PERCENT * was + 3 * corrected;
}

/* 0.01 dBm0 of a power |X|^2 = 36 peak^2, 0 dBm0 = 2853 on the 13-bit scale. */
static int32_t level(int64_t mean)
{
    uint64_t x = (uint64_t)mean << 20;
    if (mean <= 0)
        return -9999;
    uint32_t shift = 63 - (uint32_t)__builtin_clzll(x);
    x = x << (63 - shift) >> 1; /* [1/2, 1) of 2^63 */
    uint32_t index = (uint32_t)(x >> 52) & 1023;
    int64_t part = (int64_t)(x >> 36 & 0xFFFF), left = swd_table_ln[index], right = swd_table_ln[index + 1];
    int64_t ln = (int64_t)(shift + 1 - 20) * SWD_LN2_Q24 - (left + ((right - left) * part >> 16)); /* Q24 */
    return (int32_t)((ln * 434294 / 1000 >> 24) - 8467);
}

/* 0.01 % of the frequency. */
static int32_t offset_of(const tone_sums *t, uint32_t tone)
{
    static const int32_t hz[DTMF_TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
    return (int32_t)(((int64_t)t->offset * (10000 * 8000 / (int64_t)DTMF_HOP) / hz[tone]) >> 24);
}

static int judge(const dtmf_track *track, uint32_t first, uint32_t end, const dtmf_rules *rules, swd_dtmf_hit *hit)
{
    tone_sums low = {0}, high = {0};
    rest r = {0};
    add_up(track, first, end, &low, &high, &r);
    if (r.pairs < FEWEST_PAIRS || r.inner < FEWEST_INNER)
        return 0;
    if (!steady(&low, track->low) || !steady(&high, track->high))
        return 0;
    if ((uint32_t)(low.offset < 0 ? -low.offset : low.offset) > rules->offset[track->low] ||
        (uint32_t)(high.offset < 0 ? -high.offset : high.offset) > rules->offset[track->high])
        return 0;
    if (low.corrected < (int64_t)rules->floor * r.inner || high.corrected < (int64_t)rules->floor * r.inner ||
        high.corrected * 4096 > low.corrected * rules->high_q12 || low.corrected * 4096 > high.corrected * rules->low_q12)
        return 0;
    if (clean(&low, &high, &r) ? !pure(&low, &high, track->low, track->high, &r, IN_BAND_PERCENT, WEAKER_PERCENT)
                               : !pure(&low, &high, track->low, track->high, &r, IN_BAND_BESIDE_PERCENT, WEAKER_BESIDE_PERCENT) ||
                                     !as_before(track, &low, &high, &r))
        return 0;
    hit->low_level = level(low.corrected / r.inner);
    hit->high_level = level(high.corrected / r.inner);
    hit->low_offset = offset_of(&low, track->low);
    hit->high_offset = offset_of(&high, track->high);
    return 1;
}

/* All of it, or without two windows at the beginning or the end, which an echo or a break may have damaged. */
int swd_dtmf_judge(const dtmf_track *track, const dtmf_rules *rules, swd_dtmf_hit *hit)
{
    uint32_t n = track->n_kept;
    return judge(track, 0, n, rules, hit) || (n > 2 && (judge(track, 2, n, rules, hit) || judge(track, 0, n - 2, rules, hit)));
}
