/* The pieces an engine is made of. Each is a plain struct without pointers; an engine holds arrays of them.
 * Every *_push / *_pull function takes a part of a row: n octets, 1..8, in order. */
#ifndef SWD_PARTS_H
#define SWD_PARTS_H

#include "swd.h"

/* cdef begin */
/* ---- hdlc.c: HDLC (ISO/IEC 13239) with FCS-16. A timeslot octet carries its most significant bit first (G.704), HDLC
 * sends each frame octet least significant bit first: the MSB of the timeslot octet is the earliest bit. */
#define SWD_TX_RING 2048      /* a power of two */

#define SWD_TX_CODE 408       /* bits before, 302 octets with six bits for five, a flag, and room to read and write past */

typedef struct swd_hdlc_tx {
    uint32_t position, code_bits; /* of what is being sent, encoded: bits sent, whole octets of them; bits in all */
    uint32_t read, write;         /* ring of frames: 2 octets length (FCS included), then octets; free running */
    uint32_t waiting;             /* frames not wholly sent */
    uint32_t length;              /* of the frame being sent, FCS included; 0: its closing flag has begun, or there is none */
    uint32_t after_flag;          /* what is being sent ends with a flag: a frame may follow */
    uint32_t closing;             /* what is being sent is a frame with its closing flag */
    uint64_t idle;                /* eight octets of flags while nothing else is sent, which leaves all this as it is; 0: not so */
    uint8_t code[SWD_TX_CODE];    /* as the line has it: the last bits of what was sent before, fewer than eight; then a frame and
                                   * its closing flag, a flag, or an abort */
    uint8_t ring[SWD_TX_RING];
} swd_hdlc_tx;

typedef struct swd_hdlc_rx {
    uint32_t cell;                /* the engine's; SWD_NONE: deaf */
    uint32_t ones;                /* consecutive ones just seen, 0..7 (7: seven or more) */
    uint32_t octet, n_bits;       /* octet being collected */
    uint32_t length;              /* octets collected, FCS included */
    uint32_t hunting;             /* no flag seen since the start, the last abort or an overlong frame */
    uint64_t idle;                /* eight octets that would leave all this as it is, flags or ones; 0: there are none */
    uint8_t frame[SWD_MAX_FRAME + 2];
} swd_hdlc_rx;

typedef struct swd_hdlc_result {  /* of one finished frame or error */
    uint32_t at_octet;            /* which of the pushed octets completed it, 0..7 */
    uint32_t bad;                 /* 0 = good, else SWD_BAD_* */
    uint32_t n_octets;            /* without FCS when good; whole octets seen when bad */
} swd_hdlc_result;

void swd_hdlc_tx_reset(swd_hdlc_tx *tx);
/* Queue a frame of 1..SWD_MAX_FRAME octets; the FCS is added. SWD_E_RANGE, SWD_E_FULL: nothing queued. */
int swd_hdlc_tx_queue(swd_hdlc_tx *tx, const uint8_t *octets, uint32_t n_octets);
/* Forget what waits; when a frame is being sent, send eight ones (an abort) in place of its rest. */
void swd_hdlc_tx_flush(swd_hdlc_tx *tx);
/* Produce n line octets; returns 1 when the queue ran empty within them (closing flag wholly sent), *at_octet tells where.
 * One flag stands between two frames that wait. */
int swd_hdlc_tx_pull(swd_hdlc_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet);

/* Start hunting for a flag; `cell` stays as it is. */
void swd_hdlc_rx_reset(swd_hdlc_rx *rx);
/* Take n line octets. Writes results in order to results[0..7] (at most one an octet) and good frames' octets one after
 * the other to out (room for 8 * SWD_MAX_FRAME); returns the number of results.
 * Between two flags: no bits or a shared zero: nothing; below 32 bits SHORT; not whole octets ALIGN; then the FCS decides.
 * LONG is reported when octet SWD_MAX_FRAME + 3 is complete, then the receiver hunts. Seven ones report ABORT only
 * when data came between the flag and them. */
uint32_t swd_hdlc_rx_push(swd_hdlc_rx *rx, const uint8_t *line, uint32_t n, swd_hdlc_result *results, uint8_t *out);

/* ---- su_tx.c, su_rx.c, su_monitor.c: signal units of a signalling link (ITU-T Q.703), on a timeslot as HDLC is. */
typedef struct swd_su_slot {
    uint16_t n_octets, flags;
    uint8_t octets[SWD_MAX_FRAME];
} swd_su_slot;

typedef struct swd_su_tx {
    uint32_t position, code_bits; /* of the unit being sent and its closing flag, encoded: bits sent, bits in all */
    uint32_t first, waiting;      /* slots of the units not yet begun */
    uint32_t notify;              /* SWD_NONE: no notice asked for */
    uint32_t ack;                 /* octet 0 of the units that begin */
    uint32_t fill_n, fill_verbatim;
    uint32_t fill_coded;          /* `code` is the fill-in unit as it is to be sent again */
    uint32_t spare;
    uint8_t fill[8];
    swd_su_tx_counts counts;
    uint8_t code[376];            /* 300 octets with six bits for five, 16 ones, a flag, and 8 octets to read past */
    swd_su_slot slots[SWD_SU_QUEUE];
} swd_su_tx;

#define SWD_SU_ECHO_BITS 80       /* of seven octets, with six bits for five, and a flag */

typedef struct swd_su_echo {      /* the unit that was repeated last, with its check bits */
    uint32_t n_bits;              /* with its closing flag; 0: none */
    uint32_t n_octets;
    uint32_t states[SWD_SU_ECHO_BITS]; /* of a receiver before each of them */
    uint8_t octets[8];
    uint8_t code[32];             /* the bits in line order, and 64 more: it begins again */
} swd_su_echo;

#define SWD_MONITOR_ABORTED 3     /* AERM ended the proving; the next correct unit is told */
#define SWD_SU_REPORTS 16         /* most reports of eight octets */

typedef struct swd_su_rx {
    swd_hdlc_rx bits;             /* hunting: the bits up to the next flag are discarded */
    uint32_t unaligned;           /* no flag seen since the start: what comes before it is no unit */
    uint32_t counting, counted_bits;           /* octet counting; bits since the last error, 0..127 */
    uint32_t after_bad;           /* the last unit was in error */
    uint32_t monitor, monitor_limit, monitor_errors, monitor_units;
    uint32_t last_n, repeats;     /* octets of the last unit when a repetition of it would be kept back, else 0 */
    uint8_t last[8];
    uint32_t since, spare;        /* line bits since the latest flag */
    swd_su_echo echo;
    swd_su_counts counts;
} swd_su_rx;

typedef struct swd_su_report {
    uint32_t at_octet;            /* which of the pushed octets completed it, 0..7 */
    uint32_t kind, a, b;          /* as in swd_event; SWD_EV_SU: a = offset in `out` */
} swd_su_report;

void swd_su_tx_reset(swd_su_tx *tx);
int swd_su_tx_fill(swd_su_tx *tx, const uint8_t *octets, uint32_t n_octets, int verbatim);
int swd_su_tx_queue(swd_su_tx *tx, const uint8_t *octets, uint32_t n_octets, uint32_t flags);
void swd_su_tx_ack(swd_su_tx *tx, uint32_t octet);
uint32_t swd_su_tx_flush(swd_su_tx *tx);
/* Produce n line octets; returns 1 when the notice asked for is due within them, *at_octet tells where. */
int swd_su_tx_pull(swd_su_tx *tx, uint8_t *line, uint32_t n, uint32_t *at_octet);

/* Start anew; `bits.cell` stays as it is. */
void swd_su_rx_reset(swd_su_rx *rx);
int swd_su_rx_monitor(swd_su_rx *rx, uint32_t mode, uint32_t limit);
/* Take n line octets. Writes reports in order, at most SWD_SU_REPORTS, and the octets of the units passed on to out (room for
 * SWD_SU_OUT); returns the number of reports. */
uint32_t swd_su_rx_push(swd_su_rx *rx, const uint8_t *line, uint32_t n, swd_su_report *reports, uint8_t *out);

/* python begin: what follows is in the extension module, too */
/* ---- e1_tx.c, e1_rx.c: one direction of an E1 line (G.704, G.706), a frame of 32 octets a call. SWD_E1_* stand in swd.h. */
typedef struct swd_e1_tx {
    uint32_t flags, send;         /* SWD_E1_CRC4, _CAS; SWD_E1_SEND_*: to be set at any time */
    uint32_t crc_frame, cas_frame; /* number of the next frame in each multiframe, 0..15 */
    uint32_t crc;                 /* of the sub-multiframe being sent: see e1_crc.c */
    uint32_t c_bits;              /* C1..C4 of the one before, C1 in bit 3 */
    uint8_t sa[5];                /* Sa4..Sa8, 0 or 1 each: to be set at any time, as all below */
    uint8_t si;                   /* bit 1 of TS0 without CRC-4, 0 or 1 */
    uint8_t ssm_sa, ssm;          /* 4..8: that Sa bit carries the nibble ssm, MSB in frames 1 and 9 (G.704 2.3.4); 0: none */
    uint8_t e[2];                 /* E1, E2 for frames 13 and 15 */
    uint8_t spare[2];
    uint8_t abcd[32];             /* by timeslot 1..15, 17..31; a in bit 3 */
} swd_e1_tx;

typedef struct swd_e1_wrong {     /* XORed into what the sender made of them */
    uint8_t ts0, ts16;
} swd_e1_wrong;

#define SWD_E1_IS_FAS 1           /* bit 1 is C or Si */
#define SWD_E1_IS_E 2             /* NFAS with an E bit in bit 1 */
#define SWD_E1_IS_CRC_MFAS 4      /* NFAS with a bit of the CRC-4 multiframe alignment signal in bit 1 */
#define SWD_E1_IS_CAS_MFAS 8      /* TS16 of frame 0 */

void swd_e1_tx_reset(swd_e1_tx *tx, uint32_t flags, uint32_t crc_frame, uint32_t cas_frame);
/* payload and line: 32 octets each; TS0 of the payload, and with CAS its TS16, are not looked at. The check bits are of the
 * octets as sent: what `wrong` changes is no CRC error besides. Nothing is wrong in AIS, in silence, or in a TS0 without framing. */
void swd_e1_tx_frame(swd_e1_tx *tx, const uint8_t *payload, swd_e1_wrong wrong, uint8_t *line);
/* SWD_E1_IS_* of the next frame, and its numbers. */
uint32_t swd_e1_tx_next(const swd_e1_tx *tx, uint32_t *crc_frame, uint32_t *cas_frame);

typedef struct swd_e1_rx {
    uint32_t status;              /* SWD_E1_LOS .. _EBER */
    uint32_t flags, los_intervals, ssm_sa;
    swd_e1_counts counts;
    uint8_t abcd[32];             /* as in swd_e1_tx; held while they can not be read */
    uint8_t sa;                   /* Sa4..Sa8 of the latest NFAS, Sa4 in bit 4 */
    uint8_t ssm;                  /* nibble of three sub-multiframes running, 0xFF: none yet, or LOCRC */
    uint8_t crc_good[2];          /* the latest sub-multiframe I, II: 1 good; 0 errored, or no CRC-4 alignment */
    uint8_t previous[32];         /* the 256 bits before */
    uint32_t offset;              /* of bit 1 of TS0 in them, 0..255 */
    uint32_t crc_frame, cas_frame; /* of the next frame; crc_frame even: FAS, also when its number is not known */
    uint32_t fas_bad, nfas_bad, a_run; /* errored ones running; NFAS running whose A differs from the status */
    uint32_t crc, crc_before, c_bits; /* of the present sub-multiframe; check bits of the one before; received check bits */
    uint32_t crc_whole, crc_known; /* the present sub-multiframe was seen from its start; crc_before is of a whole one */
    uint32_t clock;               /* calls so far, modulo 4 s: seconds and quarters of them begin with it, aligned or not */
    uint32_t window_errors;       /* of the 1000 blocks of this second */
    uint32_t e_zeros, e_seen, e_ones;
    uint32_t search_frames;       /* since the search for the CRC-4 multiframe began: 400 ms */
    uint32_t look_offset, look_nfas, look_left, look_bad; /* of the frame alignment it is looked for in, which may be another */
    uint32_t look_bits, look_hits; /* bit 1 of its NFAS; where they completed the alignment signal: the latest in bit 0 */
    uint32_t hunt_bits, hunt_avoid, hunt_avoid_left, hunt_parallel;
    uint32_t zero_run, los_window, los_ones;
    uint32_t ais_zeros, ais_half, ais_run;
    uint32_t cas_bad, y_run, ts16_before, ts16_zeros, ts16_frames, ts16_ones, ts16_silent;
    uint32_t eber_sum;
    uint16_t eber_errors[16];     /* errored FAS of each quarter of a second */
    uint32_t ssm_bits, ssm_n, ssm_latest, ssm_run;
    uint64_t hunt_fas[4], hunt_nfas[4]; /* by the place of a TS0's last bit: FAS in the frame before; FAS, and NFAS after it */
} swd_e1_rx;

/* Searching, from nothing. los_intervals: 10..255; ssm_sa: 4..8 or 0. */
void swd_e1_rx_reset(swd_e1_rx *rx, uint32_t flags, uint32_t los_intervals, uint32_t ssm_sa);
/* After a reset: as if it had been in frame for ever, with bit 1 of TS0 first in what is pushed. abcd, sa and ssm stay as they are. */
void swd_e1_rx_aligned(swd_e1_rx *rx, uint32_t crc_frame, uint32_t cas_frame);
/* Take 256 bits. out, 32 octets apart from line: the frame that was completed in them; ones in LOS, AIS or LOF. Returns the bits
 * of the status that changed. */
uint32_t swd_e1_rx_push(swd_e1_rx *rx, const uint8_t *line, uint8_t *out);
/* The same where pulses are not ones: LOS looks at `pulses`, a bit for each interval (HDB3: plus | minus). */
uint32_t swd_e1_rx_push_pulses(swd_e1_rx *rx, const uint8_t *line, const uint8_t *pulses, uint8_t *out);
/* ---- hdb3.c: both ends of a line code. Marks are two bitmaps, plus and minus, in the order of the bits. */
typedef struct swd_hdb3 {         /* words: the first bit in the most significant place */
    uint64_t solid;               /* coder: the latest 64 bits, and V, from which zeros are counted */
    uint64_t marks, violations;   /* those bits coded: marks, V, B; V alone */
    uint64_t kept[4];             /* decoder: the latest 256 decoded */
    uint64_t heard;               /* and the latest 64 marks */
    uint32_t odd;                 /* marks since the latest V */
    uint32_t sent;                /* 1: the latest mark was plus */
    uint32_t latest, latest_v;    /* heard: polarity of the latest mark, of the latest V; 1 plus, 2 minus, 0 none yet */
} swd_hdb3;

void swd_hdb3_reset(swd_hdb3 *line);
/* 32 octets each. The marks are those of the bits from the last 3 of the call before on. */
void swd_hdb3_encode(swd_hdb3 *line, const uint8_t *bits, uint8_t *plus, uint8_t *minus);
/* bits: those that were encoded a call before (zeros at first). So a line that must not be late takes what was decoded wrong:
 * its bits now XOR those decoded XOR those encoded a call before. Returns how often the code was violated: a mark of the
 * polarity of the one before that is no V, a V of the polarity of the V before, a fourth zero, plus and minus at a time (no
 * mark). To invert one mark alone is two violations; to invert it with all that follow is one, as a test set inserts it. */
uint32_t swd_hdb3_decode(swd_hdb3 *line, const uint8_t *plus, const uint8_t *minus, uint8_t *bits);
/* python end */

/* ---- dtmf.c: a bank of DTMF receivers, channels innermost, blocks of 96 cycles anchored at cycle 0. State is plain bytes in
 * caller's memory; the same bytes on every instruction set. */
typedef struct swd_dtmf swd_dtmf;

typedef struct swd_dtmf_hit {
    uint64_t at;                  /* cycle of the last octet of the block that decided */
    uint32_t channel;
    uint32_t on;                  /* 1 digit begins, 0 digit ended */
    uint32_t digit;
    uint32_t length_cycles;       /* when ended */
    int32_t low_level, high_level;   /* when it begins: 0.01 dBm0 */
    int32_t low_offset, high_offset; /* when it begins: 0.01 % of the nominal frequency */
} swd_dtmf_hit;

void swd_dtmf_default(swd_dtmf_limits *limits);
int swd_dtmf_limits_check(const swd_dtmf_limits *limits);                /* SWD_OK or SWD_E_RANGE */
size_t swd_dtmf_size(uint32_t n_channels);
void swd_dtmf_init(swd_dtmf *bank, uint32_t n_channels);
/* A-law (0, as at first) or mu-law (1) comes in. */
void swd_dtmf_law(swd_dtmf *bank, uint32_t law);
/* 0, or SWD_E_RANGE. Bursts under way are judged by the new limits. */
int swd_dtmf_limits_set(swd_dtmf *bank, uint32_t set, const swd_dtmf_limits *limits);
/* Resets the channel and its limits (set 0). `cell`: where its octets are found, SWD_NONE: it does not listen. */
void swd_dtmf_assign(swd_dtmf *bank, uint32_t channel, uint32_t cell);
uint32_t swd_dtmf_cell(const swd_dtmf *bank, uint32_t channel);
void swd_dtmf_use(swd_dtmf *bank, uint32_t channel, uint32_t set);       /* judge this channel by another set of limits */
uint32_t swd_dtmf_channels(const swd_dtmf *bank);
/* Octets `from`..`from`+n-1 (cycles; not crossing a row); cells[c] holds the row of cell c, its first octet lowest. Writes at most
 * `capacity` hits (2 a channel is enough), by channel; returns their number. */
uint32_t swd_dtmf_push(swd_dtmf *bank, uint64_t from, uint32_t n, const uint64_t *cells, swd_dtmf_hit *hits, uint32_t capacity);

/* ---- tones*.c: banks of receivers of other tones than digits, each channel with a set of tones of its own. State is plain bytes in
 * caller's memory; the same bytes on every instruction set, and however octets come. */
#define SWD_TONES_MFC 0           /* hops of 32 cycles, windows of 4; 6 frequencies */
#define SWD_TONES_PROGRESS 1      /* hops of 80 cycles, windows of 2; 8 frequencies, a wide one takes the place of two */
#define SWD_LAW_A 0
#define SWD_LAW_MU 1              /* converted to A-law when they come */

typedef struct swd_tones swd_tones;

typedef struct swd_tones_hit {
    uint64_t at;                  /* cycle of the last octet of the hop that decided */
    uint32_t channel;
    uint32_t on;                  /* 1 a tone begins, 0 it has ended */
    uint32_t tone;                /* its number in its set */
    int32_t lower_level, upper_level;  /* 0.01 dBm0, by the order of frequencies in the set, when it begins */
    uint32_t length_cycles;       /* when ended */
} swd_tones_hit;

size_t swd_tones_size(uint32_t n_channels);
void swd_tones_init(swd_tones *bank, uint32_t shape, uint32_t n_channels, uint32_t law);
/* Sets 0..15. SWD_E_RANGE: the set is out of its ranges, or in use. */
int swd_tones_define(swd_tones *bank, uint32_t set, const struct swd_tone_set *tones);
/* From now on the channel listens to octets at place `cell` for the tones of a set, from a fresh start; SWD_NONE: it does not. */
int swd_tones_assign(swd_tones *bank, uint32_t channel, uint32_t cell, uint32_t set);
uint32_t swd_tones_cell(const swd_tones *bank, uint32_t channel);
/* Octets `from`..`from`+n-1 (cycles; not crossing a row) of all cells: octet k of a row in bits 8k..8k+7. Writes at most `capacity`
 * hits (one a channel is enough); returns their number. */
uint32_t swd_tones_push(swd_tones *bank, uint64_t from, uint32_t n, const uint64_t *cells, swd_tones_hit *hits, uint32_t capacity);
/* What an MFC channel listens for: SWD_MFC_*. */
void swd_mfc_tone_set(struct swd_tone_set *s, uint32_t set);

/* ---- check.c: receivers of the continuity check tones. */
#define SWD_CHECK_BLOCK 40       /* cycles */
#define SWD_CHECK_TONES 3        /* 2000, 2010 and 1780 Hz: bits 0, 1, 2 of SWD_CHECK_* */
#define SWD_CHECK_NOTHING 0
#define SWD_CHECK_BEGAN 1
#define SWD_CHECK_ENDED 2

typedef struct swd_check {
    uint32_t cell;                /* the engine's; SWD_NONE: released */
    uint32_t freqs;
    uint32_t on, ended;           /* the tone told; SWD_CHECK_TONES: none. The one that ended last */
    uint32_t candidate, run;      /* what the latest blocks hold, and how many of them, as far as it matters */
    uint32_t gap;                 /* blocks without the tone that is on */
    uint32_t n;                   /* octets of the present block heard */
    int64_t re[SWD_CHECK_TONES], im[SWD_CHECK_TONES];
    int64_t energy;
} swd_check;

uint32_t swd_check_hz(uint32_t tone);
void swd_check_reset(swd_check *c, uint32_t cell, uint32_t freqs);
/* Octets `from`..`from`+n-1 (cycles; not crossing a row). Whether a tone began (c->on) or ended (c->ended) with the last. */
uint32_t swd_check_push(swd_check *c, uint64_t from, const uint8_t *line, uint32_t n);

/* ---- tone.c: integer oscillators. Phase is 32-bit, a turn is 2^32. */
uint32_t swd_phase_step(uint32_t freq_mhz);                /* rounded to nearest, integers only */
int32_t swd_amplitude_q15(int32_t level_mdbm0);            /* peak on the 16-bit scale: 0 dBm0 = 22824 (A-law) */
uint32_t swd_peak_q16(int32_t level_mdbm0);                /* the same in 2^-16, below 2^31 */
int16_t swd_sine(uint32_t phase, int32_t amplitude);       /* amplitude * sin(phase), from the checked-in table */

/* ---- prng.c: one block of Philox4x64-10. */
void swd_philox_block(uint64_t out[4], const uint64_t counter[4], const uint64_t key[2]);
/* cdef end */

/* isa.c: whether AVX-512 is chosen on a processor that gathers as fast as it reads. */
int swd_isa_gathers(void);

#endif
