/* path_sound.c: what a path does to samples. All integer; a sample is within +-2^21 wherever it has not been saturated. */
#include "path.h"
#include "tables.h"

/* A noise sample is a sum of uniform 16-bit draws less its mean; its scale makes the power that of a sine with peak 1. */
#define WHITE_DRAWS 16
#define WHITE_SCALE_Q34 160530    /* 2^34 / sqrt(2) / sqrt(16 (2^32 - 1) / 12) */
#define PINK_SCALE_Q34 227023     /* with 8 draws */
#define IMPULSE_PURPOSE 2

static int32_t saturated(int32_t x) { return x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x; }

static int32_t scaled(int32_t x, int64_t gain_q24) { return (int32_t)((x * gain_q24 + (1 << 23)) >> 24); }

static int32_t sine_q14(uint32_t phase) { return swd_table_sine[(phase + (1u << 19)) >> 20]; }

int32_t swd_path_linear(uint8_t octet)
{
    return (octet | 0x80) == IDLE_OCTET ? 0 : swd_alaw_decode(octet);
}

/* Remember a sample; the latest PATH_TAPS of them, oldest first. */
static const int16_t *remember(int16_t *past, uint64_t at, int32_t x)
{
    uint32_t place = (uint32_t)at % PATH_PAST;
    past[place] = past[place + PATH_PAST] = (int16_t)saturated(x);
    return past + place + PATH_PAST - (PATH_TAPS - 1);
}

/* |sum| < 2^15 * 2^14 * 3: the taps of either filter add up to less than 3. */
static int32_t filtered(const int16_t *restrict window, const int16_t *restrict taps)
{
    int32_t sum = 0;
    for (int k = 0; k < PATH_TAPS; k++)
        sum += (int32_t)window[k] * taps[k];
    return (sum + (1 << 13)) >> 14;
}

/* Two bands, each with its gain; together they are the sample 48 cycles ago. */
static int32_t twisted(path_unit *u, int32_t x, uint64_t at)
{
    const int16_t *window = remember(u->twist_past, at, x);
    int32_t low = filtered(window, swd_path_low_pass), high = window[PATH_TAPS / 2] - low;
    return scaled(low, u->low_q24) + scaled(high, u->high_q24);
}

/* One sideband: the sample times a turning phase, its Hilbert transform times the same a quarter of a turn on. */
static int32_t shifted(path_unit *u, int32_t x, uint64_t at)
{
    const int16_t *window = remember(u->shift_past, at, x);
    uint32_t phase = u->shift_step * (uint32_t)(at - u->shift_since);
    int32_t quadrature = filtered(window, swd_path_hilbert);
    int64_t sum = (int64_t)window[PATH_TAPS / 2] * sine_q14(phase + (1u << 30)) - (int64_t)quadrature * sine_q14(phase);
    return (int32_t)((sum + (1 << 13)) >> 14);
}

static int32_t echoed(path_unit *u, int32_t x, uint64_t at)
{
    u->echo_past[at % PATH_ECHO_PAST] = (int16_t)saturated(x);
    return x + scaled(u->echo_past[(at - u->echo_cycles) % PATH_ECHO_PAST], u->echo_q24);
}

void swd_path_filter(path_unit *u, int32_t *x, uint32_t n, uint64_t from)
{
    for (uint32_t i = 0; i < n; i++) {
        if (u->what & SWD_PATH_TWIST)
            x[i] = twisted(u, x[i], from + i);
        if (u->what & SWD_PATH_GAIN)
            x[i] = scaled(x[i], u->gain_q24);
        if (u->what & SWD_PATH_SHIFT)
            x[i] = shifted(u, x[i], from + i);
        if (u->what & SWD_PATH_CLIP)
            x[i] = x[i] > u->clip_peak ? u->clip_peak : x[i] < -u->clip_peak ? -u->clip_peak : x[i];
        if (u->what & SWD_PATH_ECHO)
            x[i] = echoed(u, x[i], from + i);
    }
}

static void draw(uint16_t draws[WHITE_DRAWS], uint64_t key, uint64_t index)
{
    const uint64_t counter[4] = {index, 0, 0, 0}, keys[2] = {key, 1};
    uint64_t words[4];
    swd_philox_block(words, counter, keys);
    memcpy(draws, words, sizeof words);
}

static int32_t noise_sample(int32_t centred, uint32_t peak_q16, int64_t scale_q34)
{
    return (int32_t)((((centred * scale_q34) >> 10) * peak_q16 + (1ll << 39)) >> 40);
}

static int32_t white(const path_unit *u, uint64_t at)
{
    uint16_t draws[WHITE_DRAWS];
    int32_t sum = -(WHITE_DRAWS / 2) * UINT16_MAX;
    draw(draws, u->noise_key, at - u->noise_since);
    for (int k = 0; k < WHITE_DRAWS; k++)
        sum += draws[k];
    return noise_sample(sum, u->noise_peak_q16, WHITE_SCALE_Q34);
}

/* Eight draws, the first new in every cycle, each of the others held twice as long as the one before (Voss). */
static int32_t pink(path_unit *u, uint64_t at)
{
    uint16_t draws[WHITE_DRAWS];
    int32_t sum = -(PATH_ROWS / 2) * UINT16_MAX;
    draw(draws, u->noise_key, at - u->noise_since);
    for (uint32_t k = 0; k < PATH_ROWS; k++) {
        if ((at - u->noise_since) % (1u << k) == 0)
            u->pink[k] = draws[k];
        sum += u->pink[k];
    }
    return noise_sample(sum, u->noise_peak_q16, PINK_SCALE_Q34);
}

static uint64_t impulse_gap(path_unit *u)
{
    uint64_t exponential_q16 = swd_exponential_q16(swd_philox(u->impulse_key, u->impulse_draws++));
    return 1 + ((exponential_q16 * u->impulse_mean) >> 16);
}

/* Full band, as its signs are random; dying away along a straight line. */
static int32_t impulse(path_unit *u, uint64_t at)
{
    if (u->impulse_draws == 0)
        u->impulse_next = at + impulse_gap(u) - 1;
    if (at == u->impulse_next) {
        u->impulse_began = at + 1; /* 0: there was none yet */
        u->impulse_next = at + impulse_gap(u);
    }
    uint64_t j = at + 1 - u->impulse_began;
    if (u->impulse_began == 0 || j >= u->impulse_cycles)
        return 0;
    const uint64_t counter[4] = {u->impulse_draws, 0, 0, 0}, keys[2] = {u->impulse_key, IMPULSE_PURPOSE};
    uint64_t signs[4];
    int32_t size = (int32_t)((int64_t)u->impulse_peak * (int64_t)(u->impulse_cycles - j) / u->impulse_cycles);
    swd_philox_block(signs, counter, keys);
    return signs[0] >> j & 1 ? size : -size;
}

static int32_t tone(const path_unit *u, uint64_t at)
{
    int32_t sine = sine_q14(u->tone_step * (uint32_t)(at - u->tone_since));
    return (int32_t)(((int64_t)u->tone_peak_q16 * sine + (1 << 29)) >> 30);
}

static int32_t speech(const path_unit *u, const swd_assets *assets, uint64_t at)
{
    const swd_prompt *prompt = &assets->prompts[u->speech];
    return swd_path_linear(assets->octets[prompt->offset + (at - u->speech_since) % prompt->n_octets]);
}

void swd_path_add(path_unit *u, const swd_assets *assets, int32_t *x, uint32_t n, uint64_t from, const uint64_t *old, uint32_t k)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t at = from + i;
        if (u->what & SWD_PATH_TONE)
            x[i] += tone(u, at);
        if (u->what & SWD_PATH_NOISE)
            x[i] += white(u, at);
        if (u->what & SWD_PATH_PINK)
            x[i] += pink(u, at);
        if (u->what & SWD_PATH_IMPULSES)
            x[i] += impulse(u, at);
        if (u->what & SWD_PATH_BREAK_IN)
            x[i] += scaled(swd_path_linear((uint8_t)(old[u->break_cell] >> 8 * (k + i))), u->break_q24);
        if (u->what & SWD_PATH_SPEECH)
            x[i] += scaled(speech(u, assets, at), u->speech_q24);
    }
}
