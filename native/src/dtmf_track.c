/* DTMF: following one channel's burst from block to block, and judging it. Limits: Q.24 annex A, AT&T column.
 *
 * Overlapping Hann windows sum to one, so the sum of a burst's relative amplitudes is its length in hops, wherever it
 * began; what the amplitudes lack is, likewise, the length of a gap. */
#include <string.h>

#include "dtmf.h"
#include "tables.h"

#define HOP_Q8(tenths_ms) ((tenths_ms) * 256u / 60u)
#define TONE_ACCEPT_Q8 HOP_Q8(315u)      /* between 23 ms (never) and 40 ms (always) */
#define GAP_Q8 HOP_Q8(150u)              /* between 10 ms (ridden over) and 30 ms (ends the digit) */
#define STRONG_Q8 205u                   /* a block above 0.8 of the reference ends a gap */
#define INSIDE_Q8 160u                   /* a block above 0.62 of the reference lies inside the burst, the next one fully;
                                          * an echo of -10 dB may leave 0.68 of a tone */

uint32_t swd_dtmf_amplitude(dtmf_bin bin)
{
    /* max(a, 7/8 a + 1/2 b): -3..+0.8 % of the root of the sum of squares. */
    uint32_t a = (uint32_t)(bin.re < 0 ? -bin.re : bin.re), b = (uint32_t)(bin.im < 0 ? -bin.im : bin.im);
    uint32_t longer = a > b ? a : b, shorter = a > b ? b : a;
    uint32_t mixed = longer - longer / 8 + shorter / 2;
    return longer > mixed ? longer : mixed;
}

static int64_t power(dtmf_bin bin)
{
    return (int64_t)bin.re * bin.re + (int64_t)bin.im * bin.im;
}

static int inside(const dtmf_track *track, const dtmf_block *block)
{
    return swd_dtmf_amplitude(block->low) * 256 >= track->reference_low * INSIDE_Q8 &&
           swd_dtmf_amplitude(block->high) * 256 >= track->reference_high * INSIDE_Q8;
}

/* Sums over a burst of one tone: X[k] conj(X[k-1]), and the powers that go with it. */
typedef struct turn {
    int64_t re, im, power;
} turn;

static void add_turn(turn *t, dtmf_bin now, dtmf_bin before)
{
    t->re += (int64_t)now.re * before.re + (int64_t)now.im * before.im;
    t->im += (int64_t)now.im * before.re - (int64_t)now.re * before.im;
    t->power += (power(now) + power(before)) / 2;
}

/* The phase moves from block to block as the nominal frequency's does, within the limit, and steadily. */
static int on_frequency(turn t, uint32_t tone)
{
    while (t.power >> 28) { /* keeps the squares below 2^58 */
        t.re /= 2;
        t.im /= 2;
        t.power /= 2;
    }
    const int64_t c = swd_table_dtmf_advance[tone * 2], s = swd_table_dtmf_advance[tone * 2 + 1];
    int64_t along = (t.re * c + t.im * s) >> 14, across = (t.im * c - t.re * s) >> 14;
    if (across < 0)
        across = -across;
    return along > 0 && across << 12 <= along * swd_table_dtmf_slope[tone] &&
           100 * (t.re * t.re + t.im * t.im) >= 81 * t.power * t.power;
}

int swd_dtmf_judge(const dtmf_track *track)
{
    turn low = {0, 0, 0}, high = {0, 0, 0};
    int64_t low_power = 0, high_power = 0, energy = 0;
    uint32_t pairs = 0, inner = 0;
    int before = 0, before_that = 0;
    for (uint32_t i = 0; i < track->n_blocks; i++) {
        const dtmf_block *block = &track->kept[i];
        int in = inside(track, block);
        if (in && before) {
            add_turn(&low, block->low, block[-1].low);
            add_turn(&high, block->high, block[-1].high);
            pairs++;
        }
        if (in && before && before_that) { /* the middle one is surely full */
            low_power += power(block[-1].low);
            high_power += power(block[-1].high);
            energy += block[-1].energy;
            inner++;
        }
        before_that = before;
        before = in;
    }
    if (pairs < 3 || inner < 2)
        return 0;
    if (64 * (low_power + high_power) < 9 * energy) /* 16/3 of the powers is less than 3/4 of the energy */
        return 0;
    if (high_power * 3 > low_power * 28 || low_power * 3 > high_power * 28) /* twist beyond 9.7 dB */
        return 0;
    return on_frequency(low, track->low) && on_frequency(high, track->high);
}

static void keep(dtmf_track *track, const dtmf_bin bins[DTMF_TONES], int32_t energy)
{
    dtmf_block *block = &track->kept[track->n_blocks++];
    block->low = bins[track->low];
    block->high = bins[track->high];
    block->energy = energy;
    uint32_t low = swd_dtmf_amplitude(block->low), high = swd_dtmf_amplitude(block->high);
    if (low > track->reference_low)
        track->reference_low = low;
    if (high > track->reference_high)
        track->reference_high = high;
    track->amplitudes += low + high;
}

static uint32_t strongest(const dtmf_bin *bins, uint32_t first)
{
    uint32_t best = first;
    for (uint32_t tone = first + 1; tone < first + 4; tone++)
        if (power(bins[tone]) > power(bins[best]))
            best = tone;
    return best;
}

/* Begin a burst with the present block and the one before, which may hold its first part. */
static void open_burst(dtmf_track *track, const dtmf_bin *bins, const dtmf_bin *last, int32_t energy)
{
    memset(track, 0, sizeof *track);
    track->phase = DTMF_COLLECTING;
    track->low = (uint8_t)strongest(bins, 0);
    track->high = (uint8_t)strongest(bins, 4);
    keep(track, last, energy);
    keep(track, bins, energy);
}

/* Smaller of the two tones' amplitudes relative to their references, 1/256, at most 256. */
static uint32_t relative_q8(const dtmf_track *track, const dtmf_bin *bins)
{
    uint32_t low = swd_dtmf_amplitude(bins[track->low]) * 256 / track->reference_low;
    uint32_t high = swd_dtmf_amplitude(bins[track->high]) * 256 / track->reference_high;
    uint32_t smaller = low < high ? low : high;
    return smaller < 256 ? smaller : 256;
}

static uint32_t length_q8(const dtmf_track *track)
{
    return (uint32_t)((uint64_t)track->amplitudes * 256 / (track->reference_low + track->reference_high));
}

static uint32_t character(const dtmf_track *track)
{
    static const char keys[17] = "123A456B789C*0#D";
    return (uint8_t)keys[track->low * 4 + track->high - 4];
}

static int collect(dtmf_track *track, const dtmf_bin *bins, const dtmf_bin *last, int32_t energy, int screened,
                   swd_dtmf_hit *hit)
{
    if (screened) { /* the first block of a burst may have shown another pair */
        uint32_t low = strongest(bins, 0), high = strongest(bins, 4);
        if (low != track->low || high != track->high) {
            open_burst(track, bins, last, energy);
            return 0;
        }
    }
    if (track->n_blocks == DTMF_KEPT) {
        track->phase = DTMF_MUTED;
        return 0;
    }
    keep(track, bins, energy);
    uint32_t length = length_q8(track);
    if (length < TONE_ACCEPT_Q8 || !swd_dtmf_judge(track))
        return 0;
    track->phase = DTMF_ACCEPTED;
    track->length_q8 = length;
    hit->on = 1;
    hit->digit = character(track);
    hit->length_cycles = 0;
    return 1;
}

static int close_burst(dtmf_track *track, swd_dtmf_hit *hit)
{
    int reported = track->phase == DTMF_ACCEPTED;
    if (reported) {
        hit->on = 0;
        hit->digit = character(track);
        hit->length_cycles = (uint32_t)(((track->length_q8 - track->gap_q8) * DTMF_HOP + 128) >> 8);
    }
    memset(track, 0, sizeof *track);
    return reported;
}

int swd_dtmf_track(dtmf_track *track, const dtmf_bin bins[DTMF_TONES], const dtmf_bin last[DTMF_TONES], int32_t energy,
                   int screened, swd_dtmf_hit *hit)
{
    if (track->phase == DTMF_IDLE) {
        if (screened)
            open_burst(track, bins, last, energy);
        return 0;
    }
    uint32_t relative = relative_q8(track, bins);
    track->length_q8 += track->phase == DTMF_ACCEPTED ? 256 : 0;
    track->gap_q8 = relative < STRONG_Q8 ? track->gap_q8 + 256 - relative : 0;
    if (track->gap_q8 >= GAP_Q8)
        return close_burst(track, hit);
    return track->phase == DTMF_COLLECTING ? collect(track, bins, last, energy, screened, hit) : 0;
}
