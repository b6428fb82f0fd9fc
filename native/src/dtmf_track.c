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
#define LATEST 5u                /* place of the latest window of a burst that begins: so many before it are looked at */
#define ROOM 16u                 /* beyond the samples, for whole vectors */

typedef struct stretch {
    int16_t x[DTMF_HISTORY + 2 * ROOM];    /* what is before the room just came */
    int16_t y[DTMF_HISTORY / 2 + ROOM];
} stretch;

/* The samples from so long ago on. */
static int16_t *ago(stretch *s, uint32_t samples) { return s->x + DTMF_HISTORY - samples; }

/* The samples from `first` ago to `end` ago, multiples of 32. Returns the largest magnitude. */
static uint32_t recall(stretch *s, const dtmf_samples *from, uint32_t first, uint32_t end)
{
    const uint32_t n_rows = DTMF_BLOCKS * DTMF_ROWS, n = (first - end) / SWD_ROW_CYCLES;
    uint32_t row = ((from->block + 1) * DTMF_ROWS + n_rows - first / SWD_ROW_CYCLES) % n_rows;
    uint32_t before = n < n_rows - row ? n : n_rows - row; /* the ring's end */
    const dtmf_octets *ring = &from->ring;
    uint32_t most = from->kernel->decode(ring->rows + row * ring->stride, ring->stride, before, ring->law, ago(s, first)), more = 0;
    if (before < n)
        more = from->kernel->decode(ring->rows, ring->stride, n - before, ring->law, ago(s, first) + before * SWD_ROW_CYCLES);
    return most > more ? most : more;
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
    for (uint32_t i = 0; i < n; i++)
        if (magnitude(x[i]) > track->ceiling) {
            if (n_found == MOST_IMPULSES) {
                track->ceiling = peak(x + n - DTMF_BLOCK, DTMF_BLOCK) * 3 / 2;
                return;
            }
            found[n_found++] = i;
        }
    while (n_found > 0)
        x[found[--n_found]] = 0;
}

/* The window that ended so many hops ago. */
static const int16_t *window_at(stretch *s, uint32_t hops) { return ago(s, hops * DTMF_HOP + DTMF_BLOCK); }

/* Of the pair, in one window. */
static dtmf_amplitudes look_once(stretch *s, const dtmf_samples *from, const dtmf_track *track, uint32_t hops)
{
    dtmf_pair bins;
    from->kernel->pair(window_at(s, hops), track->low, track->high, &bins);
    return dtmf_amplitudes_of(bins.low, bins.high);
}

/* Windows that ended `first` hops ago to `last` hops ago, the earliest first, into the track's places from `place` on; first <= 5. */
static void look(dtmf_track *track, uint32_t place, stretch *s, const dtmf_samples *from, uint32_t first, uint32_t last)
{
    uint32_t n = first - last + 1, outputs = (n + 1) * (DTMF_HOP / 2);
    dtmf_window *windows = track->kept + place;
    for (uint32_t k = 0; k < n; k++) {
        from->kernel->pair(window_at(s, first - k), track->low, track->high, &windows[k].bins);
        track->low_amplitude[place + k] = (int16_t)dtmf_amplitude(windows[k].bins.low);
        track->high_amplitude[place + k] = (int16_t)dtmf_amplitude(windows[k].bins.high);
    }
    memset(ago(s, 0), 0, 2 * ROOM * sizeof *s->x);
    from->kernel->filter(window_at(s, first) - (DTMF_TAPS - 2), s->y, (outputs + ROOM - 1) / ROOM * ROOM);
    for (uint32_t k = 0; k < n; k++)
        from->kernel->energies(window_at(s, first - k), s->y + k * (DTMF_HOP / 2), &windows[k]);
}

/* Of four tones from `first` on. */
static uint32_t strongest(const dtmf_bin *bins, uint32_t first)
{
    uint32_t best = first;
    for (uint32_t tone = first + 1; tone < first + 4; tone++)
        if (dtmf_power(bins[tone]) > dtmf_power(bins[best]))
            best = tone;
    return best;
}

/* The windows from place n on move to the front; those behind them count no more. */
static void drop(dtmf_track *track, uint32_t n, uint32_t end)
{
    track->n_kept = (uint8_t)(end - n);
    memmove(track->kept, track->kept + n, track->n_kept * sizeof *track->kept);
    memmove(track->low_amplitude, track->low_amplitude + n, track->n_kept * sizeof *track->low_amplitude);
    memmove(track->high_amplitude, track->high_amplitude + n, track->n_kept * sizeof *track->high_amplitude);
    memset(track->low_amplitude + track->n_kept, 0, n * sizeof *track->low_amplitude);
    memset(track->high_amplitude + track->n_kept, 0, n * sizeof *track->high_amplitude);
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

static dtmf_amplitudes kept_amplitudes(const dtmf_track *track, uint32_t place)
{
    return (dtmf_amplitudes){(uint32_t)track->low_amplitude[place], (uint32_t)track->high_amplitude[place]};
}

/* The pair of the latest block, and whether it stands above the floor and was half there a hop before, moving as its
 * frequencies do: most of what is screened in speech and music does not. */
static int promising(stretch *s, const dtmf_samples *from, uint32_t *low, uint32_t *high)
{
    dtmf_bin bins[DTMF_TONES];
    from->kernel->spectrum(window_at(s, 0), bins);
    *low = strongest(bins, 0);
    *high = strongest(bins, 4);
    if (dtmf_power(bins[*low]) < from->rules->floor || dtmf_power(bins[*high]) < from->rules->floor)
        return 0;
    dtmf_pair before;
    from->kernel->pair(window_at(s, 1), *low, *high, &before);
    return alike(dtmf_amplitudes_of(before.low, before.high), dtmf_amplitudes_of(bins[*low], bins[*high])) &&
           swd_dtmf_moves(bins[*low], before.low, *low) && swd_dtmf_moves(bins[*high], before.high, *high);
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

/* Whether a burst of which one window is full reaches farther back than another. */
static int goes_back(dtmf_amplitudes of, dtmf_amplitudes full)
{
    return of.low * 256 > full.low * FULL_Q8 && of.high * 256 > full.high * FULL_Q8;
}

/* A screened block on an idle channel, not the first: a burst began up to three blocks before, after whatever else was. */
static void open_burst(dtmf_track *track, const dtmf_samples *from)
{
    stretch s;
    uint32_t low, high, first = LATEST - 3, k;
    uint32_t recent = recall(&s, from, DTMF_RECENT, 0);
    if (!promising(&s, from, &low, &high))
        return;
    begin(track, low, high, peak(ago(&s, DTMF_BLOCK), DTMF_BLOCK));
    if (recall(&s, from, DTMF_HISTORY, DTMF_RECENT) > track->ceiling || recent > track->ceiling)
        remove_impulses(s.x, DTMF_HISTORY, track);
    look(track, first, &s, from, 3, 0);
    const dtmf_amplitudes full = kept_amplitudes(track, LATEST);
    if (goes_back(kept_amplitudes(track, first), full)) {
        look(track, 0, &s, from, 5, 4);
        first = 0;
    }
    for (k = LATEST; k > first && (int32_t)(from->window - (LATEST + 1 - k) - track->since) >= 0; k--)
        if (!alike(kept_amplitudes(track, k - 1), full))
            break;
    track->before = energy_before(&s, LATEST + 1 - k);
    drop(track, k, LATEST + 1);
    swd_dtmf_find_references(track);
}

/* Whether the latest block, which is screened, is of something else than the burst: another pair, or twice as loud. */
static int another(const dtmf_track *track, const dtmf_samples *from, stretch *s)
{
    dtmf_bin bins[DTMF_TONES];
    from->kernel->spectrum(window_at(s, 0), bins);
    uint32_t low = dtmf_power(bins[track->low]), high = dtmf_power(bins[track->high]);
    return dtmf_power(bins[strongest(bins, 0)]) >= 2 * low || dtmf_power(bins[strongest(bins, 4)]) >= 2 * high ||
           (low >= 4 * track->reference_low * track->reference_low && high >= 4 * track->reference_high * track->reference_high);
}

/* The samples from `first` ago on, a block or more, without impulses. */
static void recall_clean(stretch *s, dtmf_track *track, const dtmf_samples *from, uint32_t first)
{
    if (recall(s, from, first, 0) > track->ceiling)
        remove_impulses(ago(s, first), first, track);
}

/* Two more windows of a burst that is collected. */
static uint32_t collect(dtmf_track *track, const dtmf_samples *from, swd_dtmf_hit *hits)
{
    stretch s;
    recall_clean(&s, track, from, DTMF_RECENT + DTMF_TAPS);
    if (from->screened && another(track, from, &s))
        return close_burst(track, from->rules, from->window - 2, hits);
    if (track->n_kept + 2u > DTMF_KEPT)
        drop(track, track->n_kept + 2u - DTMF_KEPT, track->n_kept);
    look(track, track->n_kept, &s, from, 1, 0);
    track->n_kept = (uint8_t)(track->n_kept + 2);
    swd_dtmf_find_references(track);
    for (uint32_t k = 0; k < 2; k++)
        if (swd_dtmf_add_gap(track, from->rules, kept_amplitudes(track, track->n_kept - 2 + k)))
            return close_burst(track, from->rules, from->window + k, hits);
    return 0;
}

/* Two more windows of a digit. Between two that are strong there is no gap of more than one. */
static uint32_t hold(dtmf_track *track, const dtmf_samples *from, swd_dtmf_hit *hits)
{
    stretch s;
    recall_clean(&s, track, from, DTMF_BLOCK);
    const dtmf_amplitudes latest = look_once(&s, from, track, 0);
    if (track->gap_q8 == 0 && from->rules->gap_q8 > 256 && swd_dtmf_strong(track, latest)) {
        track->length_q8 += 2 * 256;
        return 0;
    }
    recall_clean(&s, track, from, DTMF_RECENT);
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
        n = track->phase == DTMF_COLLECTING ? collect(track, from, hits) : hold(track, from, hits);
    if (track->phase == DTMF_IDLE && from->screened && from->again)
        open_burst(track, from);
    if (track->phase == DTMF_COLLECTING && n == 0 && try_to_accept(track, from->rules, hits))
        hits[n++].digit = key_of(track);
    return n;
}
