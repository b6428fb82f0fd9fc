/* DTMF: following one channel's burst from window to window. Windows are Hann blocks of 96 samples that end at multiples
 * of 48 cycles.
 *
 * Overlapping Hann windows sum to one, so the sum of a burst's relative amplitudes is its length in hops, wherever it
 * began; what the amplitudes lack is, likewise, the length of a gap. */
#include <string.h>

#include "dtmf.h"

#define STRONG_Q8 205u           /* a window above 0.8 of the reference ends a gap */
#define FULL_Q8 180u             /* above 0.7: the burst reaches farther back */
#define FAINT_Q8 38u             /* below 0.15: not of the burst */
#define PATIENCE_Q8 2560u        /* 60 ms, in which a burst must have been accepted */
#define MOST_IMPULSES 8u         /* in what is looked at at a time; more are no impulses */
#define ROOM 16u                 /* beyond the samples, for whole vectors */

typedef struct stretch {
    int16_t x[DTMF_HISTORY + 2 * ROOM];    /* what is before the room just came */
    int16_t y[DTMF_HISTORY / 2 + ROOM];
} stretch;

/* The samples from so long ago on. */
static int16_t *ago(stretch *s, uint32_t samples) { return s->x + DTMF_HISTORY - samples; }

/* The samples from `first` ago to `end` ago, multiples of 16. Returns the largest magnitude. */
static uint32_t recall(stretch *s, const dtmf_samples *from, uint32_t first, uint32_t end)
{
    const uint32_t n_rows = DTMF_BLOCKS * DTMF_ROWS, n = (first - end) / SWD_ROW_CYCLES;
    uint32_t row = ((from->block + 1) * DTMF_ROWS + n_rows - first / SWD_ROW_CYCLES) % n_rows;
    uint32_t before = n < n_rows - row ? n : n_rows - row; /* the ring's end */
    dtmf_octets octets = from->ring;
    octets.rows += row * octets.stride;
    uint32_t most = from->kernel->decode(octets, before, ago(s, first)), more = 0;
    if (before < n)
        more = from->kernel->decode(from->ring, n - before, ago(s, first) + before * SWD_ROW_CYCLES);
    memset(ago(s, 0), 0, 2 * ROOM * sizeof *s->x);
    return most > more ? most : more;
}

static uint32_t magnitude(int16_t x) { return (uint32_t)(x < 0 ? -x : x); }

/* Bit errors make impulses that are many times what a digit can hold. A few of them become silence; where there are more, it grew
 * louder, and all may be as loud as `louder`. */
static void remove_impulses(int16_t *x, uint32_t n, dtmf_track *track, uint32_t louder)
{
    uint32_t found[MOST_IMPULSES], n_found = 0;
    for (uint32_t i = 0; i < n; i++)
        if (magnitude(x[i]) > track->ceiling) {
            if (n_found == MOST_IMPULSES) {
                track->ceiling = louder * 3 / 2;
                return;
            }
            found[n_found++] = i;
        }
    while (n_found > 0)
        x[found[--n_found]] = 0;
}

uint32_t swd_dtmf_amplitude(dtmf_bin bin)
{
    /* The longer one, or 7/8 of it and half the shorter: -3..+0.8 % of the root of the sum of squares. */
    uint32_t a = (uint32_t)(bin.re < 0 ? -bin.re : bin.re), b = (uint32_t)(bin.im < 0 ? -bin.im : bin.im);
    uint32_t longer = a > b ? a : b, shorter = a > b ? b : a;
    uint32_t mixed = longer - longer / 8 + shorter / 2;
    return longer > mixed ? longer : mixed;
}

/* The window that ended so many hops ago. */
static const int16_t *window_at(stretch *s, uint32_t hops) { return ago(s, hops * DTMF_HOP + DTMF_BLOCK); }

/* The pair's bins of one window; its energies are left out. */
static dtmf_window bins_of(stretch *s, const dtmf_samples *from, uint32_t low, uint32_t high, uint32_t hops)
{
    dtmf_window w = {.energy = 0};
    from->kernel->pair(window_at(s, hops), low, high, &w);
    w.low_amplitude = swd_dtmf_amplitude(w.low);
    w.high_amplitude = swd_dtmf_amplitude(w.high);
    return w;
}

/* Windows that ended `first` hops ago to `last` hops ago, the earliest first; first <= 5. */
static void look(dtmf_window *windows, stretch *s, const dtmf_samples *from, const dtmf_track *track, uint32_t first, uint32_t last)
{
    uint32_t n = first - last + 1, outputs = (n + 1) * (DTMF_HOP / 2);
    from->kernel->filter(window_at(s, first) - (DTMF_TAPS - 2), s->y, (outputs + ROOM - 1) / ROOM * ROOM);
    for (uint32_t k = 0; k < n; k++) {
        windows[k] = bins_of(s, from, track->low, track->high, first - k);
        from->kernel->energies(window_at(s, first - k), s->y + k * (DTMF_HOP / 2), &windows[k]);
    }
}

static uint32_t strongest(const uint32_t *power)
{
    uint32_t best = 0;
    for (uint32_t tone = 1; tone < 4; tone++)
        if (power[tone] > power[best])
            best = tone;
    return best;
}

/* The value that a third of the strong ones reach or exceed: an impulse, an echo's beat does not move it far. */
static uint32_t reference(const uint32_t *values, uint32_t n)
{
    uint32_t largest[DTMF_KEPT / 3 + 2] = {0}, strong = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = DTMF_KEPT / 3 + 1;
        if (values[i] <= largest[at])
            continue;
        for (; at > 0 && largest[at - 1] < values[i]; at--)
            largest[at] = largest[at - 1];
        largest[at] = values[i];
    }
    for (uint32_t i = 0; i < n; i++)
        strong += 2 * values[i] >= largest[0];
    return largest[strong / 3] + 1;
}

static void find_references(dtmf_track *track)
{
    uint32_t low[DTMF_KEPT], high[DTMF_KEPT];
    for (uint32_t i = 0; i < track->n_kept; i++) {
        low[i] = track->kept[i].low_amplitude;
        high[i] = track->kept[i].high_amplitude;
    }
    track->reference_low = reference(low, track->n_kept);
    track->reference_high = reference(high, track->n_kept);
}

static uint32_t share_q8(uint32_t amplitude, uint32_t of)
{
    return amplitude >= of ? 256 : amplitude * 256 / of;
}

/* The two tones' amplitudes relative to their references, each at most 256, on an average: where a burst goes on in another
 * phase, its tones cancel for a while, but seldom both. */
static uint32_t relative_q8(const dtmf_track *track, const dtmf_window *w)
{
    return (share_q8(w->low_amplitude, track->reference_low) + share_q8(w->high_amplitude, track->reference_high)) / 2;
}

static uint32_t length_q8(const dtmf_track *track)
{
    uint32_t low = 0, high = 0;
    for (uint32_t i = 0; i < track->n_kept; i++) {
        low += track->kept[i].low_amplitude;
        high += track->kept[i].high_amplitude;
    }
    return (low * 256 / track->reference_low + high * 256 / track->reference_high) / 2;
}

static void keep(dtmf_track *track, const dtmf_window *w)
{
    if (track->n_kept == DTMF_KEPT) {
        memmove(track->kept, track->kept + 1, (DTMF_KEPT - 1) * sizeof *w);
        track->n_kept--;
    }
    track->kept[track->n_kept++] = *w;
}

static void forget(dtmf_track *track, uint32_t since)
{
    memset(track, 0, sizeof *track);
    track->since = since;
}

static uint32_t try_to_accept(dtmf_track *track, const dtmf_rules *rules, swd_dtmf_hit *hit)
{
    uint32_t length = length_q8(track);
    if (length < rules->tone_q8 || !swd_dtmf_judge(track, rules, hit)) {
        if (length > PATIENCE_Q8)
            track->phase = DTMF_MUTED;
        return 0;
    }
    track->phase = DTMF_ACCEPTED;
    track->length_q8 = length;
    hit->on = 1;
    hit->length_cycles = 0;
    return 1;
}

static uint32_t key_of(const dtmf_track *track)
{
    static const char keys[17] = "123A456B789C*0#D";
    return (uint8_t)keys[track->low * 4 + track->high - 4];
}

/* The burst has ended, `since` is the window after it. Returns the number of hits. */
static uint32_t close_burst(dtmf_track *track, const dtmf_rules *rules, uint32_t since, swd_dtmf_hit *hits)
{
    uint32_t n = 0;
    if (track->phase == DTMF_COLLECTING && try_to_accept(track, rules, &hits[n]))
        hits[n++].digit = key_of(track);
    if (track->phase == DTMF_ACCEPTED) {
        uint64_t length = track->length_q8 > track->gap_q8 ? track->length_q8 - track->gap_q8 : 0;
        hits[n] = (swd_dtmf_hit){.on = 0, .digit = key_of(track)};
        hits[n++].length_cycles = (uint32_t)((length * DTMF_HOP + 128) >> 8);
    } else {
        since = track->since; /* what was no digit may be the beginning of one */
    }
    forget(track, since);
    return n;
}

/* Whether a window may be of the burst of which another one is full. */
static int alike(const dtmf_window *w, const dtmf_window *full)
{
    return w->low_amplitude * 256 >= full->low_amplitude * FAINT_Q8 && w->low_amplitude <= 2 * full->low_amplitude &&
           w->high_amplitude * 256 >= full->high_amplitude * FAINT_Q8 && w->high_amplitude <= 2 * full->high_amplitude;
}

/* The pair of the latest block, and whether it stands above the floor and was half there a hop before, moving as its
 * frequencies do: most of what is screened in speech and music does not. */
static int promising(stretch *s, const dtmf_samples *from, uint32_t *low, uint32_t *high)
{
    uint32_t power[DTMF_TONES];
    from->kernel->spectrum(window_at(s, 0), power);
    *low = strongest(power);
    *high = 4 + strongest(power + 4);
    if (power[*low] < from->rules->floor || power[*high] < from->rules->floor)
        return 0;
    dtmf_window full = bins_of(s, from, *low, *high, 0), before = bins_of(s, from, *low, *high, 1);
    return alike(&before, &full) && swd_dtmf_moves(full.low, before.low, *low) && swd_dtmf_moves(full.high, before.high, *high);
}

/* Sum of squares of what was there before a burst: of the window before it, without its last 32 samples, in which it may have begun,
 * 88, and 5 later, half a period of what 350 and 440 Hz have in their square. */
static uint32_t energy_before(const stretch *s, uint32_t windows)
{
    uint32_t end = DTMF_HISTORY - windows * DTMF_HOP - 32, begin = end > DTMF_FLAT + 5 ? end - DTMF_FLAT - 5 : 0, sum = 0;
    for (const int16_t *x = s->x + begin; x < s->x + begin + DTMF_FLAT; x++)
        sum += (uint32_t)(x[0] * x[0] + x[5] * x[5]) / 2;
    return sum;
}

static void begin(dtmf_track *track, uint32_t low, uint32_t high, uint32_t peak)
{
    forget(track, track->since);
    track->phase = DTMF_COLLECTING;
    track->low = (uint8_t)low;
    track->high = (uint8_t)high;
    track->ceiling = peak * 3 / 2;
}

static void save_tail(dtmf_track *track, stretch *s) { memcpy(track->tail, ago(s, DTMF_TAIL), sizeof track->tail); }

/* A screened block on an idle channel, not the first: a burst began up to three blocks before, after whatever else was. */
static void open_burst(dtmf_track *track, const dtmf_samples *from)
{
    stretch s;
    dtmf_window windows[6], full;
    uint32_t first = 3, low, high, k = 5 - 3;
    uint32_t between = recall(&s, from, DTMF_BLOCK + DTMF_HOP, DTMF_BLOCK), latest = recall(&s, from, DTMF_BLOCK, 0);
    if (!promising(&s, from, &low, &high))
        return;
    begin(track, low, high, latest);
    uint32_t earlier = recall(&s, from, DTMF_HISTORY, DTMF_BLOCK + DTMF_HOP);
    if (earlier > track->ceiling || between > track->ceiling)
        remove_impulses(s.x, DTMF_HISTORY, track, latest);
    save_tail(track, &s);
    look(windows + k, &s, from, track, first, 0);
    full = windows[5];
    if (windows[k].low_amplitude * 256 > full.low_amplitude * FULL_Q8 && windows[k].high_amplitude * 256 > full.high_amplitude * FULL_Q8) {
        look(windows, &s, from, track, 5, 4);
        first = 5;
    }
    for (k = 5; k > 5 - first && (int32_t)(from->window - (5 - k + 1) - track->since) >= 0 && alike(&windows[k - 1], &full); k--)
        continue;
    track->before = energy_before(&s, 5 - k + 1);
    for (; k <= 5; k++)
        keep(track, &windows[k]);
    find_references(track);
}

/* Whether the latest block, which is screened, is of something else than the burst: another pair, or twice as loud. */
static int another(const dtmf_track *track, const dtmf_samples *from, stretch *s)
{
    uint32_t power[DTMF_TONES];
    from->kernel->spectrum(window_at(s, 0), power);
    uint32_t low = power[track->low], high = power[track->high];
    return power[strongest(power)] >= 2 * low || power[4 + strongest(power + 4)] >= 2 * high ||
           (low >= 4 * track->reference_low * track->reference_low && high >= 4 * track->reference_high * track->reference_high);
}

/* Two more windows of a burst under way. */
static uint32_t follow(dtmf_track *track, const dtmf_samples *from, swd_dtmf_hit *hits)
{
    stretch s;
    dtmf_window windows[2];
    int collecting = track->phase == DTMF_COLLECTING;
    memcpy(ago(&s, DTMF_BLOCK + DTMF_TAIL), track->tail, sizeof track->tail);
    uint32_t latest = recall(&s, from, DTMF_BLOCK, 0);
    if (collecting && from->screened && another(track, from, &s))
        return close_burst(track, from->rules, from->window - 2, hits);
    if (latest > track->ceiling)
        remove_impulses(ago(&s, DTMF_BLOCK), DTMF_BLOCK, track, latest);
    save_tail(track, &s);
    if (collecting) {
        look(windows, &s, from, track, 1, 0);
        keep(track, &windows[0]);
        keep(track, &windows[1]);
        find_references(track);
    } else {
        windows[0] = bins_of(&s, from, track->low, track->high, 1);
        windows[1] = bins_of(&s, from, track->low, track->high, 0);
    }
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t relative = relative_q8(track, &windows[k]);
        track->length_q8 += collecting ? 0 : 256;
        track->gap_q8 = relative < STRONG_Q8 ? track->gap_q8 + 256 - relative : 0;
        if (track->gap_q8 >= from->rules->gap_q8)
            return close_burst(track, from->rules, from->window + k, hits);
    }
    return 0;
}

/* Whether a burst that was refused is over, or another one there. */
static int unmuted(const dtmf_track *track, const dtmf_samples *from)
{
    stretch s;
    if (!from->screened)
        return 1;
    recall(&s, from, DTMF_BLOCK, 0);
    return another(track, from, &s);
}

uint32_t swd_dtmf_track(dtmf_track *track, const dtmf_samples *from, swd_dtmf_hit hits[2])
{
    uint32_t n = 0;
    if (track->phase == DTMF_MUTED) {
        if (!unmuted(track, from))
            return 0;
        forget(track, from->window - (from->screened ? 2 : 0));
    }
    if (track->phase == DTMF_COLLECTING && from->lost)
        n = close_burst(track, from->rules, 0, hits);
    else if (track->phase != DTMF_IDLE)
        n = follow(track, from, hits);
    if (track->phase == DTMF_IDLE && from->screened && from->again)
        open_burst(track, from);
    if (track->phase == DTMF_COLLECTING && n == 0 && try_to_accept(track, from->rules, hits))
        hits[n++].digit = key_of(track);
    return n;
}
