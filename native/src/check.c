/* Receivers of the continuity check tones: blocks of 5 ms anchored at cycle 0, each correlated with the frequencies asked
 * for. Limits: ITU-T Q.724 7.3, as known: 2000 +- 30 Hz at -18..-6 dBm0 operates within 30..60 ms, what is shorter than
 * 30 ms, weaker than -22 dBm0 or more than 200 Hz away does not; gaps of 15 ms are ridden over, and the end is known within
 * 40 ms. The transponder's frequencies are held to the same. */
#include <assert.h>
#include <string.h>

#include "parts.h"
#include "tables.h"

#define BLOCK SWD_CHECK_BLOCK
#define SINE_PEAK 16384            /* of the oscillators: Q14 */
#define QUARTER_TURN (1u << 30)
#define BLOCKS_ON 8u               /* good ones: one that holds 70 % of its tone is. 37 ms at least, known after 45 at most */
#define BLOCKS_OFF 5u              /* bad ones running: a gap of 15 ms spoils 4 */
#define LEAST_MDBM0 (-20000)       /* between what operates and what does not */
#define HELD_MDBM0 (-25000)        /* so long a tone that is there goes on */
#define MOST_MDBM0 (-4000)         /* 2 dB above what must operate, as at the other end */
#define PURITY_PERCENT 70          /* of the block's energy at the frequency: 66 Hz off is the limit */

static const uint32_t check_mhz[SWD_CHECK_TONES] = {2000000, 2010000, 1780000};

uint32_t swd_check_hz(uint32_t tone)
{
    assert(tone < SWD_CHECK_TONES);
    return check_mhz[tone] / 1000;
}

void swd_check_reset(swd_check *c, uint32_t cell, uint32_t freqs)
{
    memset(c, 0, sizeof *c);
    c->cell = cell;
    c->freqs = freqs;
    c->on = c->candidate = SWD_CHECK_TONES;
}

/* |sample| <= 32256, 40 of them, Q14: below 2^35. */
static void add_octet(swd_check *c, uint64_t cycle, uint8_t code)
{
    int32_t sample = swd_table_alaw[code];
    c->energy += (int64_t)sample * sample;
    for (uint32_t tone = 0; tone < SWD_CHECK_TONES; tone++) {
        if (!(c->freqs >> tone & 1))
            continue;
        uint32_t phase = (uint32_t)cycle * swd_phase_step(check_mhz[tone]);
        c->re[tone] += sample * swd_sine(phase + QUARTER_TURN, SINE_PEAK);
        c->im[tone] += sample * swd_sine(phase, SINE_PEAK);
    }
    c->n++;
}

/* A tone of peak a over the whole block correlates to a * BLOCK / 2, and has the energy a^2 * BLOCK / 2. */
static int block_holds(const swd_check *c, uint32_t tone, int32_t least_mdbm0)
{
    int64_t re = c->re[tone] >> 14, im = c->im[tone] >> 14, power = re * re + im * im;
    int64_t least = (int64_t)swd_amplitude_q15(least_mdbm0) * (BLOCK / 2);
    int64_t most = (int64_t)swd_amplitude_q15(MOST_MDBM0) * (BLOCK / 2);
    return power >= least * least && power <= most * most && 200 * power >= PURITY_PERCENT * BLOCK * c->energy;
}

/* The tone that this block holds, SWD_CHECK_TONES: none. */
static uint32_t tone_of_block(const swd_check *c)
{
    uint32_t tone = 0;
    while (tone < SWD_CHECK_TONES &&
           !(c->freqs >> tone & 1 && block_holds(c, tone, tone == c->on ? HELD_MDBM0 : LEAST_MDBM0)))
        tone++;
    return tone;
}

static uint32_t end_block(swd_check *c)
{
    uint32_t tone = tone_of_block(c);
    c->run = tone == c->candidate ? c->run + (c->run < BLOCKS_ON) : 1;
    c->candidate = tone;
    if (c->on == SWD_CHECK_TONES) {
        if (tone == SWD_CHECK_TONES || c->run < BLOCKS_ON)
            return SWD_CHECK_NOTHING;
        c->on = tone;
        c->gap = 0;
        return SWD_CHECK_BEGAN;
    }
    c->gap = tone == c->on ? 0 : c->gap + 1;
    if (c->gap < BLOCKS_OFF)
        return SWD_CHECK_NOTHING;
    c->ended = c->on;
    c->on = SWD_CHECK_TONES;
    c->run = 0;
    return SWD_CHECK_ENDED;
}

uint32_t swd_check_push(swd_check *c, uint64_t from, const uint8_t *line, uint32_t n)
{
    uint32_t result = SWD_CHECK_NOTHING;
    assert(n <= SWD_ROW_CYCLES && from % SWD_ROW_CYCLES + n <= SWD_ROW_CYCLES);
    for (uint32_t i = 0; i < n; i++) {
        add_octet(c, from + i, line[i]);
        if ((from + i) % BLOCK != BLOCK - 1)
            continue;
        if (c->n == BLOCK) /* not the rest of the block in which it was turned on */
            result = end_block(c);
        memset(c->re, 0, sizeof c->re);
        memset(c->im, 0, sizeof c->im);
        c->energy = 0;
        c->n = 0;
    }
    return result;
}
