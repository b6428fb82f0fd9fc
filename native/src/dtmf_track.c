/* DTMF: following one channel's burst from window to window. Windows are Hann blocks of 96 samples that end at multiples
 * of 48 cycles.
 *
 * Overlapping Hann windows sum to one, so the sum of a burst's relative amplitudes is its length in hops, wherever it
 * began; what the amplitudes lack is, likewise, the length of a gap. */
#include <stddef.h>
#include <string.h>

#include "dtmf.h"

#define FULL_Q8 180u             /* above 0.7: the burst reaches farther back */
#define FAINT_Q8 38u             /* below 0.15: not of the burst */
#define PATIENCE_Q8 2560u        /* 60 ms, in which a burst must have been accepted */
#define MOST_IMPULSES 8u         /* in what is looked at at a time; more are no impulses */
#define LATEST 5u                /* the latest window of a burst that begins: so many before it are looked at */
#define FARTHER 2u               /* the one that must be full where more before it are */
#define ROOM 32u                 /* beyond the samples, for whole vectors */
#define SOME 32u                 /* samples */

typedef struct stretch {
    _Alignas(64) int16_t x[DTMF_HISTORY + ROOM];   /* what is before the room just came */
} stretch;

/* The samples from so long ago on. */
static int16_t *ago(stretch *s, uint32_t samples) { return s->x + DTMF_HISTORY - samples; }

/* The samples from `first` ago to `end` ago, multiples of 32. Returns the largest magnitude. */
static uint32_t recall(stretch *s, const dtmf_samples *from, uint32_t first, uint32_t end)
{
    const uint32_t row = ((from->block + 1) * DTMF_ROWS + DTMF_RING_ROWS - first / SWD_ROW_CYCLES) % DTMF_RING_ROWS;
    return from->kernel->decode(&from->ring, row, (first - end) / SWD_ROW_CYCLES, ago(s, first));
}

static uint32_t peak(const int16_t *x, uint32_t n)
{
    int16_t most = 0;
    for (uint32_t i = 0; i < n; i++) {
        int16_t size = (int16_t)(x[i] < 0 ? -x[i] : x[i]);
        most = size > most ? size : most;
    }
    return (uint32_t)most;
}

static uint32_t magnitude(int16_t x) { return (uint32_t)(x < 0 ? -x : x); }

/* Bit errors make impulses that are many times what a digit can hold. A few of them become silence; where there are more, it
 * grew louder. n: a block or more, the last of them just came. */
static void remove_impulses(int16_t *x, uint32_t n, dtmf_track *track)
{
    uint32_t found[MOST_IMPULSES], n_found = 0;
    for (uint32_t some = 0; some < n; some += SOME) {
        if (peak(x + some, SOME) <= track->ceiling)
            continue;
        for (uint32_t i = some; i < some + SOME; i++)
            if (magnitude(x[i]) > track->ceiling) {
                if (n_found == MOST_IMPULSES) {
                    track->ceiling = peak(x + n - DTMF_BLOCK, DTMF_BLOCK) * 3 / 2;
                    return;
                }
                found[n_found++] = i;
            }
    }
    while (n_found > 0)
        x[found[--n_found]] = 0;
}

/* The window that ended so many hops ago. */
static const int16_t *window_at(const stretch *s, uint32_t hops) { return s->x + DTMF_HISTORY - DTMF_BLOCK - hops * DTMF_HOP; }

static dtmf_amplitudes amplitudes_of(const dtmf_pair *bins)
{
    return (dtmf_amplitudes){dtmf_amplitude(bins->low), dtmf_amplitude(bins->high)};
}

/* Of the pair, in one window. */
static dtmf_amplitudes look_once(const stretch *s, const dtmf_samples *from, const dtmf_track *track, uint32_t hops)
{
    dtmf_pair bins;
    from->kernel->pair(window_at(s, hops), track->low, track->high, &bins);
    return amplitudes_of(&bins);
}

/* The energies of n windows, of which the earliest ended so many hops ago. */
static void measure(stretch *s, const dtmf_samples *from, uint32_t hops, uint32_t n, dtmf_window *windows)
{
    memset(ago(s, 0), 0, ROOM * sizeof *s->x);
    from->kernel->energies(window_at(s, hops), n, windows);
}

static dtmf_amplitudes keep(dtmf_track *track, uint32_t place, dtmf_pair bins)
{
    const dtmf_amplitudes of = amplitudes_of(&bins);
    track->kept[place].bins = bins;
    track->low_amplitude[place] = (int16_t)of.low;
    track->high_amplitude[place] = (int16_t)of.high;
    return of;
}

/* Of four tones from `first` on; of equal ones the first. */
static uint32_t strongest(const dtmf_bin *bins, uint32_t first)
{
    uint64_t best = 0;
    for (uint32_t k = 0; k < 4; k++) {
        uint64_t one = (uint64_t)dtmf_power(bins[first + k]) << 2 | (3 - k);
        best = one > best ? one : best;
    }
    return first + 3 - ((uint32_t)best & 3);
}

/* All but the windows, which count no more. */
static void forget(dtmf_track *track, uint32_t since)
{
    memset(track, 0, offsetof(dtmf_track, kept));
    track->since = since;
}

static uint32_t try_to_accept(dtmf_track *track, const dtmf_rules *rules, swd_dtmf_hit *hit)
{
    uint32_t length = swd_dtmf_length_q8(track);
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
static int alike(dtmf_amplitudes of, dtmf_amplitudes full)
{
    return of.low * 256 >= full.low * FAINT_Q8 && of.low <= 2 * full.low && of.high * 256 >= full.high * FAINT_Q8 &&
           of.high <= 2 * full.high;
}

/* Of what is screened, and stands above the floor: the pair in the latest window and in the one before. */
typedef struct opening {
    uint32_t low, high;
    dtmf_pair bins, before;
} opening;

/* Whether the latest block stands above the floor, and the pair was half there a hop before, moving as its frequencies do: most of
 * what is screened in speech and music does not. */
static int promising(stretch *s, const dtmf_samples *from, opening *o)
{
    dtmf_bin bins[DTMF_TONES];
    from->kernel->spectrum(window_at(s, 0), bins);
    o->low = strongest(bins, 0);
    o->high = strongest(bins, 4);
    o->bins = (dtmf_pair){bins[o->low], bins[o->high]};
    if (dtmf_power(o->bins.low) < from->rules->floor || dtmf_power(o->bins.high) < from->rules->floor)
        return 0;
    from->kernel->pair(window_at(s, 1), o->low, o->high, &o->before);
    return alike(amplitudes_of(&o->before), amplitudes_of(&o->bins)) &&
           swd_dtmf_moves(o->bins.low, o->before.low, o->low) && swd_dtmf_moves(o->bins.high, o->before.high, o->high);
}

/* Sum of squares of what was there before a burst: of the window before it, without its last 32 samples, in which it may have begun,
 * 88, and 5 later, half a period of what 350 and 440 Hz have in their square. Halves of two odd ones are not counted. */
static uint32_t energy_before(const stretch *s, uint32_t windows)
{
    uint32_t end = DTMF_HISTORY - windows * DTMF_HOP - 32, begin = end > DTMF_FLAT + 5 ? end - DTMF_FLAT - 5 : 0, odd = 0;
    const int16_t *const x = s->x + begin;
    int32_t sum = 0, later = 0;
    for (uint32_t i = 0; i < DTMF_FLAT; i++) {
        sum += x[i] * x[i];
        later += x[i + 5] * x[i + 5];
        odd += (uint32_t)(x[i] ^ x[i + 5]) & 1;
    }
    return ((uint32_t)sum + (uint32_t)later - odd) / 2;
}

static void begin(dtmf_track *track, uint32_t low, uint32_t high, uint32_t peak)
{
    forget(track, track->since);
    track->phase = DTMF_COLLECTING;
    track->low = (uint8_t)low;
    track->high = (uint8_t)high;
    track->ceiling = peak * 3 / 2;
}

/* Whether a burst of which one window is full reaches farther back than another. */
static int goes_back(dtmf_amplitudes of, dtmf_amplitudes full)
{
    return of.low * 256 > full.low * FULL_Q8 && of.high * 256 > full.high * FULL_Q8;
}

/* A screened block on an idle channel, not the first: a burst began up to three blocks before, after whatever else was. */
static void open_burst(dtmf_track *track, const dtmf_samples *from)
{
    stretch s;
    opening o;
    dtmf_pair bins[LATEST + 1];
    const uint32_t recent = recall(&s, from, DTMF_RECENT, 0);
    if (!promising(&s, from, &o))
        return;
    begin(track, o.low, o.high, peak(ago(&s, DTMF_BLOCK), DTMF_BLOCK));
    if (recall(&s, from, DTMF_HISTORY, DTMF_RECENT) > track->ceiling || recent > track->ceiling) {
        remove_impulses(s.x, DTMF_HISTORY, track);
        from->kernel->pair(window_at(&s, 0), o.low, o.high, &o.bins);
        from->kernel->pair(window_at(&s, 1), o.low, o.high, &o.before);
    }
    bins[LATEST] = o.bins;
    bins[LATEST - 1] = o.before;
    uint32_t first = LATEST;
    const dtmf_amplitudes full = amplitudes_of(&o.bins);
    for (; first > 0 && (int32_t)(from->window - (LATEST + 1 - first) - track->since) >= 0; first--) {
        if (first == FARTHER && !goes_back(amplitudes_of(&bins[first]), full))
            break;
        if (first < LATEST)
            from->kernel->pair(window_at(&s, LATEST + 1 - first), o.low, o.high, &bins[first - 1]);
        if (!alike(amplitudes_of(&bins[first - 1]), full))
            break;
    }
    track->n_kept = (uint8_t)(LATEST + 1 - first);
    track->before = energy_before(&s, track->n_kept);
    for (uint32_t k = 0; k < track->n_kept; k++)
        keep(track, k, bins[first + k]);
    measure(&s, from, track->n_kept - 1u, track->n_kept, track->kept);
    from->kernel->references(track);
}

/* Whether the latest block, which is screened, is of something else than the burst: another pair, or twice as loud. */
static int another(const dtmf_track *track, const dtmf_bin bins[DTMF_TONES])
{
    uint32_t low = dtmf_power(bins[track->low]), high = dtmf_power(bins[track->high]);
    return dtmf_power(bins[strongest(bins, 0)]) >= 2 * low || dtmf_power(bins[strongest(bins, 4)]) >= 2 * high ||
           (low >= 4 * track->reference_low * track->reference_low && high >= 4 * track->reference_high * track->reference_high);
}

/* The samples from `first` ago on, a block or more, without impulses. Returns whether there were any. */
static int recall_clean(stretch *s, dtmf_track *track, const dtmf_samples *from, uint32_t first)
{
    if (recall(s, from, first, 0) <= track->ceiling)
        return 0;
    remove_impulses(ago(s, first), first, track);
    return 1;
}

/* Two more windows of a burst that is collected. */
static uint32_t collect(dtmf_track *track, const dtmf_samples *from, swd_dtmf_hit *hits)
{
    stretch s;
    dtmf_pair one_before, latest;
    recall_clean(&s, track, from, DTMF_RECENT + DTMF_TAPS);
    if (from->screened) {
        dtmf_bin bins[DTMF_TONES];
        from->kernel->spectrum(window_at(&s, 0), bins);
        if (another(track, bins))
            return close_burst(track, from->rules, from->window - 2, hits);
        latest = (dtmf_pair){bins[track->low], bins[track->high]};
    } else {
        from->kernel->pair(window_at(&s, 0), track->low, track->high, &latest);
    }
    from->kernel->pair(window_at(&s, 1), track->low, track->high, &one_before);
    if (track->n_kept + 2u > DTMF_KEPT)
        swd_dtmf_drop(track, track->n_kept + 2u - DTMF_KEPT);
    const dtmf_amplitudes of[2] = {keep(track, track->n_kept, one_before), keep(track, track->n_kept + 1u, latest)};
    measure(&s, from, 1, 2, track->kept + track->n_kept);
    track->n_kept = (uint8_t)(track->n_kept + 2);
    from->kernel->references(track);
    for (uint32_t k = 0; k < 2; k++)
        if (swd_dtmf_add_gap(track, from->rules, of[k]))
            return close_burst(track, from->rules, from->window + k, hits);
    return 0;
}

/* Two more windows of a digit. Between two that are strong there is no gap of more than one. */
static uint32_t hold(dtmf_track *track, const dtmf_samples *from, swd_dtmf_hit *hits)
{
    stretch s;
    const int impulses = recall_clean(&s, track, from, DTMF_BLOCK);
    const dtmf_amplitudes latest = look_once(&s, from, track, 0);
    if (track->gap_q8 == 0 && from->rules->gap_q8 > 256 && swd_dtmf_strong(track, latest)) {
        track->length_q8 += 2 * 256;
        return 0;
    }
    if (impulses)
        recall_clean(&s, track, from, DTMF_RECENT);
    else if (recall(&s, from, DTMF_RECENT, DTMF_BLOCK) > track->ceiling)
        remove_impulses(ago(&s, DTMF_RECENT), DTMF_RECENT, track);
    track->length_q8 += 256;
    if (swd_dtmf_add_gap(track, from->rules, look_once(&s, from, track, 1)))
        return close_burst(track, from->rules, from->window, hits);
    track->length_q8 += 256;
    return swd_dtmf_add_gap(track, from->rules, latest) ? close_burst(track, from->rules, from->window + 1, hits) : 0;
}

/* Whether a burst that was refused is over, or another one there. */
static int unmuted(const dtmf_track *track, const dtmf_samples *from)
{
    stretch s;
    dtmf_bin bins[DTMF_TONES];
    if (!from->screened)
        return 1;
    recall(&s, from, DTMF_BLOCK, 0);
    from->kernel->spectrum(window_at(&s, 0), bins);
    return another(track, bins);
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
        n = track->phase == DTMF_COLLECTING ? collect(track, from, hits) : hold(track, from, hits);
    if (track->phase == DTMF_IDLE && from->screened && from->again)
        open_burst(track, from);
    if (track->phase == DTMF_COLLECTING && n == 0 && try_to_accept(track, from->rules, hits))
        hits[n++].digit = key_of(track);
    return n;
}
