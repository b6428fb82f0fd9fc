/* DTMF: limits, from the pairs of Q.24 (what must be accepted, what must be refused) to what a track is compared with:
 * halfway between; frequencies, which are known to 0.1 %, at a ninth of the way, because notes lie thick there. */
#include "dtmf.h"

#define MOST_OFFSET_PPM 45000u   /* of a decision: beyond, a neighbour's tone is nearer */
#define MOST_TWIST_MDB 12000u    /* and the screen's limits */
#define LEAST_MDBM0 (-50000)
#define LEAST_TONE_CYCLES 192u   /* 24 ms: what holds enough windows */
#define MOST_TONE_CYCLES 440u
#define MOST_GAP_CYCLES 480u

void swd_dtmf_default(swd_dtmf_limits *limits)
{
    *limits = (swd_dtmf_limits){
        .frequency_accept_ppm = 15000, .frequency_reject_ppm = 30000,
        .level_accept_mdbm0 = -45000, .level_reject_mdbm0 = -54000,
        .high_accept_mdb = 8000, .high_reject_mdb = 11400,
        .low_accept_mdb = 8000, .low_reject_mdb = 11400,
        .tone_accept_cycles = 320, .tone_reject_cycles = 184,
        .pause_accept_cycles = 160, .gap_accept_cycles = 80,
    };
}

static int in_order(uint32_t smaller, uint32_t larger, uint32_t least, uint32_t most)
{
    return smaller <= larger && smaller + larger >= 2 * least && larger <= 1000000 && smaller + larger <= 2 * most;
}

int swd_dtmf_limits_check(const swd_dtmf_limits *l)
{
    int good = in_order(l->frequency_accept_ppm, l->frequency_reject_ppm, 1000, MOST_OFFSET_PPM) &&
               l->frequency_extra_mhz <= 10000 && in_order(l->high_accept_mdb, l->high_reject_mdb, 0, MOST_TWIST_MDB) &&
               in_order(l->low_accept_mdb, l->low_reject_mdb, 0, MOST_TWIST_MDB) &&
               in_order(l->tone_reject_cycles, l->tone_accept_cycles, LEAST_TONE_CYCLES, MOST_TONE_CYCLES) &&
               in_order(l->gap_accept_cycles, l->pause_accept_cycles, DTMF_HOP, MOST_GAP_CYCLES) &&
               l->level_reject_mdbm0 <= l->level_accept_mdbm0 && l->level_accept_mdbm0 <= 3000 &&
               l->level_reject_mdbm0 >= SWD_LEVEL_FLOOR_MDBM0 &&
               l->level_accept_mdbm0 + l->level_reject_mdbm0 >= 2 * LEAST_MDBM0;
    return good ? SWD_OK : SWD_E_RANGE;
}

static uint32_t decision_ppm(const swd_dtmf_limits *l)
{
    return l->frequency_accept_ppm + (l->frequency_reject_ppm - l->frequency_accept_ppm) / 9;
}

/* 10^(mdb / 10 dB) in Q12. */
static uint32_t power_ratio_q12(uint32_t mdb)
{
    uint64_t above = (uint64_t)swd_amplitude_q15(0), below = (uint64_t)swd_amplitude_q15(-(int32_t)mdb);
    return (uint32_t)((above * above << 12) / (below * below));
}

void swd_dtmf_prepare(dtmf_rules *rules, const swd_dtmf_limits *l)
{
    static const uint32_t hz[DTMF_TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633};
    for (uint32_t tone = 0; tone < DTMF_TONES; tone++) {
        uint64_t uhz = (uint64_t)decision_ppm(l) * hz[tone] + (uint64_t)l->frequency_extra_mhz * 1000;
        rules->offset[tone] = (uint32_t)((uhz * DTMF_HOP << 24) / (8000u * 1000000ull));
    }
    uint64_t peak = (uint64_t)swd_amplitude_q15((l->level_accept_mdbm0 + l->level_reject_mdbm0) / 2);
    rules->floor = (uint32_t)(peak * peak * 36 / 64);
    rules->high_q12 = power_ratio_q12((l->high_accept_mdb + l->high_reject_mdb) / 2);
    rules->low_q12 = power_ratio_q12((l->low_accept_mdb + l->low_reject_mdb) / 2);
    rules->tone_q8 = (l->tone_accept_cycles + l->tone_reject_cycles) * 128 / DTMF_HOP;
    rules->gap_q8 = (l->pause_accept_cycles + l->gap_accept_cycles) * 128 / DTMF_HOP;
    rules->spare = 0;
}
