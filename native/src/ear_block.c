/* ear_block.c: what an ear makes of octets that nothing explains: blocks of 160 (quiet, call-progress tone, sound), and
 * windows of 2048 in which several marks are looked for. */
#include "engine.h"

#define FREQUENCIES 8
#define PAIRS 4
#define NORM 320000000            /* sum of squares of each tone vector: a sine of amplitude 2000 over 160 samples */
#define FLOOR_ENERGY 6500         /* of a block at -50 dBm0, 13-bit scale: 160 * 6.37^2 */
#define TONE_PERCENT 85           /* of a block's energy that a tone explains */
#define QUIET_BLOCKS 3            /* that end a sound */
#define TONE_BLOCKS 2             /* that make a tone, or end it */
#define MIX_DELAYS 32             /* path delays, in rows, that are searched for marks */
#define MIX_STEP 1024             /* cycles between two looks at a known mix */
#define MIX_ROUNDS 8              /* looks until all delays are searched again */
#define MIX_WAIT_MOST 32768       /* cycles between two searches in vain */

static const uint32_t HZ[FREQUENCIES] = {350, 400, 425, 440, 450, 480, 620, 950};
static const uint8_t PAIR[PAIRS][2] = {{0, 3}, {1, 4}, {3, 5}, {5, 6}};

static int64_t dot_wide(const int32_t *x, const int32_t *y)
{
    int64_t sum = 0;
    for (int n = 0; n < BLOCK_CYCLES; n++)
        sum += (int64_t)x[n] * y[n];
    return sum;
}

static uint64_t root(uint64_t x)
{
    uint64_t r = 0;
    for (uint64_t bit = 1ull << 31; bit; bit >>= 1)
        if ((r + bit) * (r + bit) <= x)
            r += bit;
    return r;
}

/* v without its parts along `n` earlier vectors (each of norm NORM), at most 16000 in size, then brought to NORM. */
static void add_vector(int16_t *to, int32_t *v, int16_t (*const *earlier)[BLOCK_CYCLES], int n)
{
    for (int i = 0; i < n; i++) {
        int32_t u[BLOCK_CYCLES];
        for (int k = 0; k < BLOCK_CYCLES; k++)
            u[k] = (*earlier[i])[k];
        int64_t along = dot_wide(u, v);
        for (int k = 0; k < BLOCK_CYCLES; k++)
            v[k] -= (int32_t)(along * u[k] / NORM);
    }
    uint64_t scale_q20 = root(((uint64_t)NORM << 30) / (uint64_t)dot_wide(v, v)) << 5;
    for (int k = 0; k < BLOCK_CYCLES; k++)
        to[k] = (int16_t)(v[k] * (int64_t)scale_q20 / (1 << 20));
}

static void oscillate(int32_t *v, uint32_t hz, uint32_t phase)
{
    for (int k = 0; k < BLOCK_CYCLES; k++, phase += swd_phase_step(hz * 1000))
        v[k] = swd_sine(phase, 16000);
}

/* Orthogonal vectors: for each frequency a sine and a cosine, for each pair the same of its second frequency without
 * what the first explains; so explained energy is a plain sum of squares. */
void swd_tone_vectors_init(swd_engine *e)
{
    int32_t v[BLOCK_CYCLES];
    for (int f = 0; f < FREQUENCIES; f++) {
        int16_t(*const earlier[])[BLOCK_CYCLES] = {&e->tone_vectors[2 * f]};
        for (int quarter = 0; quarter < 2; quarter++) {
            oscillate(v, HZ[f], (uint32_t)quarter << 30);
            add_vector(e->tone_vectors[2 * f + quarter], v, earlier, quarter);
        }
    }
    for (int p = 0; p < PAIRS; p++) {
        int16_t(*own)[BLOCK_CYCLES] = &e->tone_vectors[2 * FREQUENCIES + 2 * p];
        int16_t(*const earlier[])[BLOCK_CYCLES] = {&e->tone_vectors[2 * PAIR[p][0]], &e->tone_vectors[2 * PAIR[p][0] + 1],
                                                   own};
        for (int quarter = 0; quarter < 2; quarter++) {
            oscillate(v, HZ[PAIR[p][1]], (uint32_t)quarter << 30);
            add_vector(own[quarter], v, earlier, 2 + quarter);
        }
    }
}

/* |x| <= 4032; the sum of squares of x is below 2^32 and that of v is NORM < 2^29, so the sum fits 31 bits. */
static int64_t squared_dot(const int16_t *restrict x, const int16_t *restrict v)
{
    int32_t sum = 0;
    for (int n = 0; n < BLOCK_CYCLES; n++)
        sum += (int32_t)x[n] * v[n];
    return (int64_t)sum * sum;
}

static int64_t explained_by(const swd_engine *e, const int16_t *x, int vector)
{
    return squared_dot(x, e->tone_vectors[vector]) + squared_dot(x, e->tone_vectors[vector + 1]);
}

/* The lowest frequency of the tone that explains the block; 0 when none does. A tone already heard is kept when it
 * explains the block nearly as well as the best. */
static uint32_t tone_hz(const swd_engine *e, const int16_t *x, int64_t energy, uint32_t heard_hz)
{
    int64_t by[FREQUENCIES], best = 0, enough = energy * (NORM / 100) * TONE_PERCENT;
    uint32_t hz = 0;
    for (int f = 0; f < FREQUENCIES; f++) {
        by[f] = explained_by(e, x, 2 * f);
        if (by[f] > best) {
            best = by[f];
            hz = HZ[f];
        }
    }
    for (int f = 0; f < FREQUENCIES; f++)
        if (HZ[f] == heard_hz && by[f] > best / 100 * 97)
            hz = heard_hz;
    if (best >= enough)
        return hz;
    for (int p = 0; p < PAIRS; p++) {
        int64_t both = by[PAIR[p][0]] + explained_by(e, x, 2 * FREQUENCIES + 2 * p);
        if (both >= enough && both > best) {
            best = both;
            hz = HZ[PAIR[p][0]];
        }
    }
    return best >= enough ? hz : 0;
}

/* SWD_HEARS_QUIET, _SOUND, or _TONE with the frequency << 8. */
static uint32_t classify(const swd_engine *e, const uint8_t *codes, uint32_t heard_hz)
{
    int16_t x[BLOCK_CYCLES];
    int64_t energy = 0;
    uint32_t hz;
    swd_alaw_decode_block(x, codes, BLOCK_CYCLES);
    for (int k = 0; k < BLOCK_CYCLES; k++) {
        x[k] = (int16_t)(x[k] / 8);
        energy += (int32_t)x[k] * x[k];
    }
    if (energy < FLOOR_ENERGY)
        return SWD_HEARS_QUIET;
    hz = tone_hz(e, x, energy, heard_hz);
    return hz ? SWD_HEARS_TONE | hz << 8 : SWD_HEARS_SOUND;
}

static uint32_t blocks_needed(const ear *x, uint32_t class)
{
    if (class == SWD_HEARS_QUIET)
        return x->kind == SWD_HEARS_SOUND ? QUIET_BLOCKS : 1;
    if (class == SWD_HEARS_SOUND)
        return x->kind == SWD_HEARS_TONE ? TONE_BLOCKS : 1;
    return TONE_BLOCKS;
}

/* Judge the block that ends at `end`, all of it unexplained. A known mix is left to its own search, unless it falls
 * quiet. */
void swd_ear_block(swd_engine *e, uint32_t unit, uint64_t end)
{
    ear *x = &AT(e, ear, at_ears)[unit];
    const uint8_t *ring = AT(e, const uint8_t, at_ear_rings) + (size_t)EAR_RING * unit;
    uint8_t codes[BLOCK_CYCLES];
    uint32_t class;
    for (uint32_t k = 0; k < BLOCK_CYCLES; k += SWD_ROW_CYCLES)
        memcpy(codes + k, ring + (end - BLOCK_CYCLES + k) % EAR_RING, SWD_ROW_CYCLES);
    class = classify(e, codes, x->kind == SWD_HEARS_TONE ? x->which : 0);
    if (x->block_count == 0 || class != x->block_class) {
        x->block_from = x->block_count == 0 ? x->lost : end - BLOCK_CYCLES;
        x->block_class = class;
        x->block_count = 0;
    }
    x->block_count++;
    if (x->kind == SWD_HEARS_MIX && class != SWD_HEARS_QUIET)
        return;
    if (x->block_count >= blocks_needed(x, class & 0xFF))
        swd_ear_heard(e, unit, class & 0xFF, class >> 8, x->block_from);
}

typedef struct found {
    uint32_t lowest, second, delays;
} found;

static void note(found *f, uint32_t id)
{
    if (id < f->lowest) {
        f->second = f->lowest;
        f->lowest = id;
    } else if (id > f->lowest && id < f->second) {
        f->second = id;
    }
}

static found search(const uint8_t *ring, uint64_t from, uint32_t delays)
{
    found f = {SWD_NONE, SWD_NONE, 0};
    for (; delays; delays &= delays - 1) {
        uint16_t ids[16];
        uint32_t delay = (uint32_t)__builtin_ctz(delays), n = swd_mark_search(ring, from, delay, ids, 16);
        f.delays |= n ? 1u << delay : 0;
        for (uint32_t i = 0; i < n; i++)
            note(&f, ids[i]);
    }
    return f;
}

/* Look for marks in the last 2048 octets, all of them unexplained; at every delay, or at those where some were found. Marks
 * found anew were not there at the last search, if there was one: they are heard for as long as this look reaches. */
void swd_ear_mix(swd_engine *e, uint32_t unit, uint64_t now)
{
    ear *x = &AT(e, ear, at_ears)[unit];
    const uint8_t *ring = AT(e, const uint8_t, at_ear_rings) + (size_t)EAR_RING * unit;
    int known = x->kind == SWD_HEARS_MIX;
    uint64_t from = now - EAR_RING < x->lost + SWD_ROW_CYCLES ? x->lost : now - EAR_RING;
    found f = search(ring, now - EAR_RING, known && x->mix_rounds % MIX_ROUNDS ? x->mix_delays : ~0u >> (32 - MIX_DELAYS));
    if (f.second != SWD_NONE) {
        swd_ear_heard(e, unit, SWD_HEARS_MIX, f.second << 16 | f.lowest, known ? x->mix_seen : from);
        x->mix_rounds = known ? x->mix_rounds + 1 : 1;
        x->mix_delays = f.delays;
        x->mix_seen = now;
        x->mix_wait = 0;
        x->mix_due = now + MIX_STEP;
        return;
    }
    if (known)
        swd_ear_heard(e, unit, SWD_HEARS_SOUND, 0, x->mix_seen);
    x->mix_wait = x->mix_wait == 0 ? EAR_RING : x->mix_wait < MIX_WAIT_MOST ? 2 * x->mix_wait : MIX_WAIT_MOST;
    x->mix_due = now + x->mix_wait;
}
