/* The receiver of an E1 line (G.704, G.706). A frame is judged when its last bit has come: 256 bits are pushed, and with the frame
 * in step with them (offset 0) it is given out in the same call; else 1..255 bits of it came with the call before.
 *
 * What is read only while the latest FAS was right: A, Sa, the CAS bits. So a signal that fades or becomes AIS leaves no RAI and no
 * signalling behind in the frames before its loss is certain. */
#include "e1.h"

#define FAS_ERRORS 3u             /* consecutive: loss of frame alignment (G.706 4.1.1) */
#define PERSISTENCE 3u            /* NFAS, of A */
#define EBER_FRAMES 2000u         /* a quarter of a second */
#define EBER_PARTS 16u            /* 4 s */
#define SEARCH_FRAMES 3200u       /* 400 ms (G.706 annex B) */

static int crc_aligned(const swd_e1_rx *rx)
{
    return (rx->flags & SWD_E1_CRC4) && !(rx->status & (SWD_E1_LOF | SWD_E1_LOCRC | SWD_E1_NO_CRC));
}

static void lose_crc(swd_e1_rx *rx)
{
    if (!(rx->flags & SWD_E1_CRC4))
        return;
    rx->counts.crc_losses += (uint64_t)crc_aligned(rx);
    swd_e1_crc_start(rx);
    rx->crc_good[0] = rx->crc_good[1] = 0;
    rx->ssm = E1_NO_SSM;
    e1_set(rx, SWD_E1_NO_CRC | SWD_E1_FEBE_ALL, 0);
    rx->status |= SWD_E1_LOCRC;
}

static void lose_cas(swd_e1_rx *rx)
{
    if (!(rx->flags & SWD_E1_CAS))
        return;
    rx->counts.cas_losses += !(rx->status & SWD_E1_LOCAS);
    swd_e1_cas_start(rx);
}

/* What was counted over frames of another alignment. */
static void forget_frames(swd_e1_rx *rx)
{
    rx->fas_bad = rx->nfas_bad = rx->a_run = rx->eber_sum = 0;
    memset(rx->eber_errors, 0, sizeof rx->eber_errors);
    e1_set(rx, SWD_E1_RAI | SWD_E1_EBER, 0);
}

/* avoid: the offset that was an imitation, or E1_NO_AVOID. */
static void lose_frame(swd_e1_rx *rx, uint32_t avoid)
{
    lose_crc(rx);
    lose_cas(rx);
    forget_frames(rx);
    rx->counts.frame_losses++;
    rx->status |= SWD_E1_LOF;
    swd_e1_hunt_start(rx, avoid);
}

/* ---- TS0 */

/* A window of 4 s that moves on by quarters of a second, so that neither 1e-3 nor its end is found later than in 5 s. */
static void estimate_errors(swd_e1_rx *rx, uint32_t wrong)
{
    if (!wrong)
        return;
    rx->eber_errors[rx->clock / EBER_FRAMES]++;
    if (++rx->eber_sum == SWD_E1_EBER_SET)
        rx->status |= SWD_E1_EBER;
}

/* Time goes on by a frame. What is judged by seconds begins with those of the clock, so that it does not depend on when a
 * receiver was looked at first. */
static void tick(swd_e1_rx *rx)
{
    rx->clock = (rx->clock + 1) % (EBER_PARTS * EBER_FRAMES);
    if (rx->clock % E1_SECOND_FRAMES == 0)
        rx->window_errors = 0;
    if (rx->clock % EBER_FRAMES)
        return;
    if (rx->eber_sum <= SWD_E1_EBER_CLEAR)
        e1_set(rx, SWD_E1_EBER, 0);
    rx->eber_sum -= rx->eber_errors[rx->clock / EBER_FRAMES];
    rx->eber_errors[rx->clock / EBER_FRAMES] = 0;
}

/* Returns whether frame alignment is lost. */
static int take_fas(swd_e1_rx *rx, uint8_t octet)
{
    uint32_t wrong = (octet ^ E1_FAS) & E1_FAS_MASK;
    rx->counts.frames++;
    estimate_errors(rx, wrong);
    if (!wrong) {
        rx->fas_bad = 0;
        return 0;
    }
    rx->counts.fas_errors++;
    rx->counts.fas_bit_errors += (uint64_t)__builtin_popcount(wrong);
    return ++rx->fas_bad == FAS_ERRORS;
}

static void take_a(swd_e1_rx *rx, uint8_t octet)
{
    uint32_t a = (octet & E1_A) != 0, is = (rx->status & SWD_E1_RAI) != 0;
    rx->a_run = a == is ? 0 : rx->a_run + 1;
    if (rx->a_run == PERSISTENCE) {
        rx->status ^= SWD_E1_RAI;
        rx->a_run = 0;
    }
}

static int take_nfas(swd_e1_rx *rx, uint8_t octet)
{
    if (!rx->fas_bad) {
        take_a(rx, octet);
        rx->sa = octet & 0x1F;
    }
    rx->nfas_bad = octet & E1_BIT2 ? 0 : rx->nfas_bad + 1;
    return (rx->flags & SWD_E1_NFAS) && rx->nfas_bad == FAS_ERRORS;
}

static void take_frame(swd_e1_rx *rx, const uint8_t *frame)
{
    uint32_t number = rx->crc_frame;
    rx->crc_frame = (number + 1) & 15;
    if (number & 1 ? take_nfas(rx, frame[0]) : take_fas(rx, frame[0])) {
        lose_frame(rx, E1_NO_AVOID);
        return;
    }
    if (crc_aligned(rx) && swd_e1_crc_frame(rx, frame, number))
        lose_frame(rx, rx->offset);
    if ((rx->flags & SWD_E1_CAS) && !(rx->status & SWD_E1_LOF))
        swd_e1_cas_frame(rx, frame[16]);
}

/* ---- alignment */

/* The frame that ends in these bits. */
static void copy_frame(const swd_e1_rx *rx, const uint8_t *line, uint8_t *frame)
{
    uint64_t words[9];
    uint32_t first = rx->offset >> 6, shift = rx->offset & 63;
    if (!rx->offset) {
        memcpy(frame, line, E1_OCTETS);
        return;
    }
    for (uint32_t w = 0; w < 4; w++) {
        words[w] = e1_word(rx->previous, w);
        words[w + 4] = e1_word(line, w);
    }
    words[8] = 0;
    for (uint32_t w = 0; w < 4; w++) {
        uint64_t word = words[first + w];
        if (shift)
            word = word << shift | words[first + w + 1] >> (64 - shift);
        word = __builtin_bswap64(word);
        memcpy(frame + 8 * w, &word, 8);
    }
}

/* Whether a frame whose TS0 ends in these bits ends in them, too. */
static int ends_too(uint32_t offset)
{
    return offset == 0 || offset > E1_BITS - 8;
}

/* The second FAS has its last bit at `found`. */
static void recover(swd_e1_rx *rx, const uint8_t *line, uint32_t found, uint8_t *out)
{
    rx->offset = (found + E1_BITS - 7) % E1_BITS;
    rx->crc_frame = 0;
    e1_set(rx, SWD_E1_LOF | SWD_E1_AIS, 0);
    rx->ais_run = 0;
    if (rx->flags & SWD_E1_CRC4) {
        rx->search_frames = 0;
        swd_e1_look_start(rx, rx->offset);
    }
    copy_frame(rx, line, out);
    if (ends_too(rx->offset))
        take_frame(rx, out);
}

/* NFAS 11 of the CRC-4 multiframe has passed in the alignment look_offset, which becomes the one that is held. */
static void align_multiframe(swd_e1_rx *rx, const uint8_t *line, uint8_t *out)
{
    if (rx->look_offset != rx->offset) {
        forget_frames(rx);
        lose_cas(rx);
        rx->offset = rx->look_offset;
        copy_frame(rx, line, out);
    }
    rx->crc_frame = ends_too(rx->offset) ? 12 : 11;
    swd_e1_crc_start(rx);
    e1_set(rx, SWD_E1_LOCRC, 0);
}

static void search_multiframe(swd_e1_rx *rx, const uint8_t *line, uint8_t *out)
{
    if (swd_e1_look(rx, line)) {
        align_multiframe(rx, line, out);
    } else if (++rx->search_frames == SEARCH_FRAMES) {
        e1_set(rx, SWD_E1_LOCRC, 0);
        rx->status |= SWD_E1_NO_CRC;
    }
}

/* Held alignment: one frame. Returns from which bit on a search has to begin, if it was lost. */
static uint32_t push_aligned(swd_e1_rx *rx, const uint8_t *line, uint8_t *out)
{
    copy_frame(rx, line, out);
    take_frame(rx, out);
    if (!(rx->status & SWD_E1_LOF) && (rx->status & SWD_E1_LOCRC))
        search_multiframe(rx, line, out);
    return rx->offset ? rx->offset : E1_BITS;
}

/* ---- the face */

void swd_e1_rx_reset(swd_e1_rx *rx, uint32_t flags, uint32_t los_intervals, uint32_t ssm_sa)
{
    assert(los_intervals >= 10 && los_intervals <= 255 && (ssm_sa == 0 || (ssm_sa >= 4 && ssm_sa <= 8)));
    memset(rx, 0, sizeof *rx);
    rx->flags = flags;
    rx->los_intervals = los_intervals;
    rx->ssm_sa = ssm_sa;
    memset(rx->abcd, E1_NO_ABCD, sizeof rx->abcd);
    lose_crc(rx);
    lose_cas(rx);
    lose_frame(rx, E1_NO_AVOID);
    rx->ssm = E1_NO_SSM;
    memset(&rx->counts, 0, sizeof rx->counts);
}

void swd_e1_rx_aligned(swd_e1_rx *rx, uint32_t crc_frame, uint32_t cas_frame)
{
    assert(crc_frame < 16 && cas_frame < 16);
    rx->status = 0;
    rx->offset = 0;
    rx->crc_frame = crc_frame;
    rx->cas_frame = rx->ts16_frames = cas_frame;
    rx->ais_half = cas_frame & 1;
    rx->ts16_zeros = 8u * cas_frame; /* the part of a multiframe that was not seen is no TS16 AIS */
    rx->zero_run = 0;
    forget_frames(rx);
    swd_e1_crc_start(rx);
    rx->crc_good[0] = rx->crc_good[1] = (rx->flags & SWD_E1_CRC4) != 0;
}

uint32_t swd_e1_rx_push_pulses(swd_e1_rx *rx, const uint8_t *line, const uint8_t *pulses, uint8_t *out)
{
    uint32_t before = rx->status, from = 0;
    swd_e1_watch_pulses(rx, pulses);
    swd_e1_watch_ones(rx, line);
    rx->counts.bits += E1_BITS;
    if (!(rx->status & SWD_E1_LOF))
        from = push_aligned(rx, line, out);
    if (rx->status & SWD_E1_LOF) {
        uint32_t found = swd_e1_hunt(rx, line, from);
        if (found < E1_BITS)
            recover(rx, line, found, out);
    }
    if (rx->status & (SWD_E1_LOS | SWD_E1_AIS | SWD_E1_LOF))
        memset(out, 0xFF, E1_OCTETS);
    memcpy(rx->previous, line, E1_OCTETS);
    tick(rx);
    return before ^ rx->status;
}

uint32_t swd_e1_rx_push(swd_e1_rx *rx, const uint8_t *line, uint8_t *out)
{
    return swd_e1_rx_push_pulses(rx, line, line, out);
}
