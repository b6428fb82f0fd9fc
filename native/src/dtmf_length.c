/* DTMF: what the amplitudes of a burst's windows say: its reference, its length, and the length of a gap. */
#include <string.h>

#include "dtmf.h"

#define STRONG_Q8 205u           /* a window above 0.8 of the reference ends a gap */

typedef int16_t eight __attribute__((vector_size(16)));   /* two of them hold DTMF_PLACES */

static uint32_t largest(const int16_t of[DTMF_PLACES])
{
    int16_t most = 0;
    for (uint32_t i = 0; i < DTMF_PLACES; i++)
        most = of[i] > most ? of[i] : most;
    return (uint32_t)most;
}

static uint32_t how_many(const int16_t of[DTMF_PLACES], uint32_t reach)
{
    uint16_t n = 0;
    for (uint32_t i = 0; i < DTMF_PLACES; i++)
        n = (uint16_t)(n + (of[i] >= (int16_t)reach));
    return n;
}

/* The value that a third of the strong ones reach or exceed, and 1: an impulse, an echo's beat does not move it far. */
static uint32_t reference(const int16_t of[DTMF_PLACES])
{
    int16_t missing[DTMF_PLACES];
    eight x, y, above_x = {0}, above_y = {0};
    const int16_t few = (int16_t)(how_many(of, (largest(of) + 1) / 2) / 3);
    memcpy(&x, of, sizeof x);
    memcpy(&y, of + 8, sizeof y);
    for (uint32_t i = 0; i < DTMF_PLACES; i++) {
        const eight one = (eight){0} + of[i];
        above_x -= one > x;
        above_y -= one > y;
    }
    x = (0x7FFF - x) & (above_x <= few); /* the largest of these is of the least value that has few above it */
    y = (0x7FFF - y) & (above_y <= few);
    memcpy(missing, &x, sizeof x);
    memcpy(missing + 8, &y, sizeof y);
    return 0x7FFF - largest(missing) + 1;
}

void swd_dtmf_find_references(dtmf_track *track)
{
    track->reference_low = reference(track->low_amplitude);
    track->reference_high = reference(track->high_amplitude);
}

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
