/* DTMF: what the amplitudes of a burst's windows say: its length and the length of a gap. */
#include <string.h>

#include "dtmf.h"

#define STRONG_Q8 205u           /* a window above 0.8 of the reference ends a gap */

static uint32_t share_q8(uint32_t amplitude, uint32_t of)
{
    return amplitude >= of ? 256 : amplitude * 256 / of;
}

/* The two tones' amplitudes relative to their references, each at most 256, on an average: where a burst goes on in another
 * phase, its tones cancel for a while, but seldom both. */
static uint32_t relative_q8(const dtmf_track *track, dtmf_amplitudes of)
{
    return (share_q8(of.low, track->reference_low) + share_q8(of.high, track->reference_high)) / 2;
}

int swd_dtmf_strong(const dtmf_track *track, dtmf_amplitudes of)
{
    return of.low * 256 >= STRONG_Q8 * track->reference_low && of.high * 256 >= STRONG_Q8 * track->reference_high;
}

uint32_t swd_dtmf_length_q8(const dtmf_track *track)
{
    int32_t low = 0, high = 0;
    for (uint32_t i = 0; i < DTMF_PLACES; i++) {
        low += track->low_amplitude[i];
        high += track->high_amplitude[i];
    }
    return ((uint32_t)low * 256 / track->reference_low + (uint32_t)high * 256 / track->reference_high) / 2;
}

int swd_dtmf_add_gap(dtmf_track *track, const dtmf_rules *rules, dtmf_amplitudes of)
{
    uint32_t relative = relative_q8(track, of);
    track->gap_q8 = relative < STRONG_Q8 ? track->gap_q8 + 256 - relative : 0;
    return track->gap_q8 >= rules->gap_q8;
}

void swd_dtmf_drop(dtmf_track *track, uint32_t n)
{
    track->n_kept = (uint8_t)(track->n_kept - n);
    memmove(track->kept, track->kept + n, track->n_kept * sizeof *track->kept);
    memmove(track->low_amplitude, track->low_amplitude + n, track->n_kept * sizeof *track->low_amplitude);
    memmove(track->high_amplitude, track->high_amplitude + n, track->n_kept * sizeof *track->high_amplitude);
    memset(track->low_amplitude + track->n_kept, 0, n * sizeof *track->low_amplitude);
    memset(track->high_amplitude + track->n_kept, 0, n * sizeof *track->high_amplitude);
}
