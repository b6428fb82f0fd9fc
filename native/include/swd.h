/* switchsim native core: timeslots, tones, receivers and HDLC of a whole machine, K = 8 cycles a row.
 *
 * One *engine* holds a machine's media path. Its memory is the caller's, holds no pointers and is plain bytes:
 * a snapshot is a copy. Integers only; every instruction set gives the same bits. One engine belongs to one
 * thread. Nothing here allocates, locks, prints or reads a clock.
 *
 * Everything is a *cell*: one 64 kbit/s channel, one octet a cycle, held as a row of K octets. In every row each
 * cell's new octets are computed from the octets of other cells one row (8 cycles) earlier, so every stage (a
 * line, the switching network, a conference) delays by exactly 8 cycles, and no order of stages matters.
 * A row may be computed in parts, so that an act at cycle N takes effect on octet N and not before. Receivers, ears and
 * recorders are not cells: they take a cell's octets in the cycle in which it carries them.
 *
 * The text between the cdef markers is what the Python binding is made from.
 */
#ifndef SWD_H
#define SWD_H

#include <stddef.h>
#include <stdint.h>

/* cdef begin */
#define SWD_ROW_CYCLES 8
#define SWD_CONF_LEGS 8
#define SWD_MAX_FRAME 300        /* longest HDLC frame kept, octets without FCS */
#define SWD_NONE 0xFFFFFFFF      /* no cell, no unit */
#define SWD_CELL_IDLE 0          /* always 0xD5, A-law quiet */
#define SWD_CELL_ONES 1          /* always 0xFF */

#define SWD_OK 0
#define SWD_E_RANGE (-1)         /* an index or value is out of its range; nothing changed */
#define SWD_E_FULL (-2)          /* no room; nothing changed */
#define SWD_E_ISA (-3)           /* this host lacks that instruction set */

#define SWD_ISA_PLAIN 0
#define SWD_ISA_SSE2 1
#define SWD_ISA_AVX2 2
#define SWD_ISA_AVX512 3

/* What an engine consists of; fixed at swd_init. Cells are numbered: 0 idle, 1 ones, then one for each source,
 * each HDLC transmitter, each signal unit transmitter, each conference leg (SWD_CONF_LEGS a conference), then n_switched cells, which copy. */
typedef struct swd_config {
    uint32_t tick_cycles;        /* control tick, 1..8 */
    uint32_t n_sources;
    uint32_t n_hdlc_tx;
    uint32_t n_hdlc_rx;
    uint32_t n_su_tx;            /* signalling terminals, the sending and the receiving half */
    uint32_t n_su_rx;
    uint32_t n_conferences;
    uint32_t n_switched;
    uint32_t n_lines;            /* line directions: runs of 32 switched cells that can be impaired together */
    uint32_t n_e1;               /* directions of E1 lines: the same, framed bit by bit when asked for */
    uint32_t n_paths;            /* impaired speech paths */
    uint32_t n_receivers;        /* DTMF receiver bank, channels */
    uint32_t n_checks;           /* receivers of continuity check tones */
    uint32_t n_mfc;              /* receivers of R2 register signals */
    uint32_t n_progress;         /* receivers of call progress tones, and of any other one or two frequencies */
    uint32_t n_ears;
    uint32_t n_patterns;         /* generators of test sequences */
    uint32_t n_berts;            /* their checkers: bit error rate testers */
    uint32_t n_recorders;
    uint32_t recorder_octets;    /* ring of each recorder, a power of two >= 1024 */
} swd_config;

#define SWD_TONE_FREQS 3

/* A tone: up to three frequencies at once, on/off cadence. Steps alternate on, off, on, off...; 0 steps = continuous.
 * After the last step the cadence goes on at step repeat_from. */
typedef struct swd_tone {
    uint32_t freq_mhz[3];        /* millihertz, 0 = unused, up to 3,999,999 */
    int32_t level_mdbm0[3];      /* thousandths of a dBm0 a frequency, -60000..3140 */
    uint32_t n_steps;            /* 0..8 */
    uint32_t repeat_from;
    uint32_t step_cycles[8];
    uint32_t in_turn;            /* 1: not at once: every on step sounds the next of them (special information tone) */
} swd_tone;

typedef struct swd_prompt {
    uint32_t offset;             /* into the octets of swd_assets */
    uint32_t n_octets;           /* A-law, 8 kHz, at least 1 */
} swd_prompt;

/* What a receiver of the call progress bank listens for. Frequencies are numbered from 0; tones are pairs of them, or single ones (the
 * same number twice). Ratios of powers in thousandths of a decibel, 0..18000. */
typedef struct swd_tone_set {
    uint32_t n_freqs;            /* 1..8 */
    uint32_t freq_mhz[8];        /* millihertz, 200,000..3,800,000 */
    uint32_t wide;               /* bit a frequency: +-30 Hz instead of +-12; counts for two of the eight */
    uint32_t n_tones;            /* 1..16 */
    uint8_t tones[16][2];
    int32_t least_mdbm0, most_mdbm0;   /* of each frequency, -40000..3000 */
    uint32_t twist_near_mdb, twist_far_mdb;  /* the stronger of a pair above the weaker: of neighbouring numbers, of others */
    uint32_t third_mdb;          /* the weaker of a pair above any third, at least */
    uint32_t alone_mdb;          /* a single one above any second, at least; 0: single ones do not count */
    uint32_t pure_percent;       /* of the energy, at its frequencies, at least; 20..100 */
    uint32_t on_hops, off_hops;  /* 1..100: hops running in which it must be there; in which it must not */
} swd_tone_set;

/* Eight octets of a prompt by which an ear knows it; a hash table of them is built by swd_signatures_build. */
typedef struct swd_signature {
    uint64_t window;             /* 0: an empty place */
    uint32_t prompt;
    uint32_t position;           /* of the window's first octet in the prompt */
} swd_signature;

/* Constant sounds, borrowed for each call that takes them; not part of the engine's state. The same assets must be
 * given to every call of one engine's life, also after a restore. */
typedef struct swd_assets {
    const uint8_t *octets;
    const swd_prompt *prompts;
    const swd_tone *tones;
    const swd_signature *signatures; /* NULL: ears know no prompts */
    uint32_t n_octets;
    uint32_t n_prompts;          /* at most 65536 */
    uint32_t n_tones;            /* at most 256 */
    uint32_t n_signatures;       /* places in the table: a power of two */
} swd_assets;

#define SWD_DTMF_SETS 4          /* of limits that DTMF receivers hold at a time; all are the default ones at first */

/* Limits of a DTMF receiver, as Q.24 table A-1 puts them: what must be accepted, what must be refused. Decisions lie halfway,
 * of frequencies at a ninth of the way. */
typedef struct swd_dtmf_limits {
    uint32_t frequency_accept_ppm, frequency_reject_ppm; /* beside the nominal frequency; halfway 1000..45000 */
    uint32_t frequency_extra_mhz;        /* to be accepted besides, 0..10000 */
    int32_t level_accept_mdbm0, level_reject_mdbm0;      /* a tone, -60000..3000; halfway at least -50000 */
    uint32_t high_accept_mdb, high_reject_mdb;           /* the high tone above the low one; halfway at most 12000 */
    uint32_t low_accept_mdb, low_reject_mdb;             /* the low tone above the high one; the same */
    uint32_t tone_accept_cycles, tone_reject_cycles;     /* a burst's length; halfway 192..440 */
    uint32_t pause_accept_cycles, gap_accept_cycles;     /* what separates digits, what does not; halfway 48..480 */
} swd_dtmf_limits;

#define SWD_EV_FRAME 1           /* HDLC receiver `unit`: good frame; a = offset in swd_frames(), b = octets (no FCS) */
#define SWD_EV_BAD_FRAME 2       /* HDLC receiver `unit`: a = SWD_BAD_*, b = octets seen */
#define SWD_EV_TX_DONE 3         /* HDLC transmitter `unit`: its queue ran empty (last bit of the closing flag sent) */
#define SWD_EV_SOURCE_DONE 4     /* source `unit`: prompts or digits played to their end; the source is idle again */
#define SWD_EV_DIGIT_ON 5        /* DTMF receiver `unit`: a = the character 0-9 A-D * # | offset of the low tone << 8 | of the
                                  * high one << 20, each signed, 12 bits, 0.01 %; b = level of the low tone & 0xFFFF | of the
                                  * high one << 16, each signed, 16 bits, 0.01 dBm0 */
#define SWD_EV_DIGIT_OFF 6       /* DTMF receiver `unit`: a = the character, b = length in cycles */
#define SWD_EV_HEARS 7           /* ear `unit`: what it hears changed; a = SWD_HEARS_*, b = which (id, tone, prompt) */
#define SWD_EV_RAW_BLOCK 8       /* raw-fed source `unit`: an octet left it and 160 are still waiting */

#define SWD_EV_SU 9              /* SU receiver `unit`: a correct unit that is new; a = offset in swd_frames(), b = octets (no
                                  * check bits) | how often the unit before it was repeated, at most 65535, << 16 */
#define SWD_EV_SU_BAD 10         /* SU receiver `unit`: the first unit in error after a good one; a = SWD_BAD_*, b = octets */
#define SWD_EV_SU_COUNTING 11    /* SU receiver `unit`: a = 1 octet counting began, 0 ended */
#define SWD_EV_SU_LOW 12         /* SU transmitter `unit`: no more units wait than swd_su_notify asked for */
#define SWD_EV_SUERM 13          /* SU receiver `unit`: too many errors in service; the monitor stopped */
#define SWD_EV_AERM 14           /* SU receiver `unit`: too many errors while proving; the monitor stopped */
#define SWD_EV_SU_PROVED_AGAIN 15 /* SU receiver `unit`: the first correct unit after SWD_EV_AERM */
#define SWD_EV_CHECK_ON 16       /* check tone receiver `unit`: a = the frequency, Hz: 2000, 2010 or 1780 */
#define SWD_EV_CHECK_OFF 17      /* check tone receiver `unit`: it ended; a = the frequency */
#define SWD_EV_E1 18             /* e1 `unit`: what its receiver sees changed; a = SWD_E1_* now, b = the bits that changed */
#define SWD_EV_CAS 19            /* e1 `unit`: signalling bits received changed; a = timeslot, b = abcd */
#define SWD_EV_SSM 20            /* e1 `unit`: a = the synchronization status message received, new */
#define SWD_EV_BERT 21           /* checker `unit`: a = 1 in sync, 0 lost for b = SWD_BERT_* */

#define SWD_EV_MFC_ON 22         /* MFC receiver `unit`: a = the signal 1..15; b = levels of the frequencies of the lower and the higher number,
                                  * low & 0xFFFF | high << 16, each signed, 0.01 dBm0 */
#define SWD_EV_MFC_OFF 23        /* MFC receiver `unit`: a = the signal, b = length in cycles */
#define SWD_EV_TONE_ON 24        /* call progress receiver `unit`: a = number of the tone in its set, b = levels, as of MFC_ON */
#define SWD_EV_TONE_OFF 25       /* call progress receiver `unit`: a = number of the tone, b = length in cycles */

#define SWD_MFC_FORWARD 0        /* what an MFC receiver listens for, and by whose limits: 1380 to 1980 Hz */
#define SWD_MFC_BACKWARD 1       /* 1140 to 540 Hz */
#define SWD_MFC_CHINA 2          /* added to either: backward 1140 to 780 Hz only, signals 1 to 6 */

#define SWD_BAD_FCS 1
#define SWD_BAD_ABORT 2          /* seven ones inside a frame */
#define SWD_BAD_SHORT 3          /* fewer than 4 octets with FCS between flags (and more than none) */
#define SWD_BAD_LONG 4           /* more than SWD_MAX_FRAME octets */
#define SWD_BAD_ALIGN 5          /* not a whole number of octets */

#define SWD_SU_QUEUE 16          /* units that can wait in a transmitter, a power of two */
#define SWD_SU_OUT 288           /* octets of units that can end in eight octets: the longest and a short one */
#define SWD_SU_VERBATIM 1        /* octet 0 as given; else it is replaced by the acknowledgement */
#define SWD_SU_BAD_FCS 2         /* the check bits inverted */
#define SWD_SU_ABORT 4           /* no check bits, but 16 ones */
#define SWD_SU_FIRST 8           /* before all that wait */
#define SWD_SU_RAW 16            /* the octets are the frame with its check bits, 1..300 of them, right or wrong */
#define SWD_MONITOR_NONE 0
#define SWD_MONITOR_AERM 1
#define SWD_MONITOR_SUERM 2

#define SWD_CHECK_2000 1         /* the check tone of a four-wire loop (Q.724 7) */
#define SWD_CHECK_2010 2         /* a transponder's tones: to it and from it, or the other way round */
#define SWD_CHECK_1780 4

/* MARK, PROMPT, ONES and idle octets are told octet for octet, and dated to the octet, over paths of up to 111 rows; one odd
 * octet a row in up to 8 rows running, a bit error, is no change. The others are judged by blocks of 20 ms, MIX by windows
 * of 256 ms and over paths of up to 31 rows, while nothing much louder is among them. */
#define SWD_HEARS_QUIET 0        /* idle octets, or energy below the floor; after SOUND only when it lasts 60 ms */
#define SWD_HEARS_MARK 1         /* exactly one party's watermark, octet for octet; b = its id */
#define SWD_HEARS_TONE 2         /* b = lowest frequency, Hz, of the single or double call-progress tone */
#define SWD_HEARS_PROMPT 3       /* a known prompt, octet for octet; b = prompt index */
#define SWD_HEARS_SOUND 4        /* something else: speech damaged, DTMF, noise */
#define SWD_HEARS_MIX 5          /* several watermarks; b = (second lowest id << 16) | lowest id */
#define SWD_HEARS_ONES 6         /* 24 octets of all-ones and more: the line is dead */

typedef struct swd_event {
    uint64_t at;                 /* cycle of the octet that completed it; HEARS: of the first octet heard so, which may
                                  * be earlier by what it takes to be sure */
    uint32_t kind;
    uint32_t unit;
    uint32_t a;
    uint32_t b;
} swd_event;

/* Since swd_su_listen; bad and the octets counted as Q.752 table 1 wants them. */
typedef struct swd_su_counts {
    uint64_t good;               /* correct units, repeated ones too */
    uint64_t msus, msu_octets;   /* length indicator above 2; octets from the SIO on */
    uint64_t errors;             /* told to the error monitors: bad units outside octet counting, and every 16 octets in it */
    uint64_t countings;          /* how often octet counting began */
    uint64_t counted_octets;     /* in steps of 16 */
    uint64_t bad[6];             /* by SWD_BAD_*, in octet counting too */
} swd_su_counts;

typedef struct swd_su_tx_counts {
    uint64_t units;              /* begun, fill-in too */
    uint64_t msus, msu_octets;
} swd_su_tx_counts;

typedef struct swd_engine swd_engine;

/* Octets of memory that an engine of this shape needs (a multiple of 64), or 0 when the config is out of range. */
size_t swd_size(const swd_config *config);
/* Lay an engine into `memory` (swd_size octets, 64-byte aligned), at cycle 0, everything idle. */
swd_engine *swd_init(void *memory, const swd_config *config);
/* Whether these octets are a snapshot of an engine of this format and shape: copied over the memory, they continue it. */
int swd_same_shape(const swd_engine *e, const void *snapshot, size_t n_octets);
uint64_t swd_now(const swd_engine *e);

/* First cell of each kind; unit i's cell is first + i. Conference c, leg l: first + c * SWD_CONF_LEGS + l. */
uint32_t swd_first_source_cell(const swd_engine *e);
uint32_t swd_first_hdlc_cell(const swd_engine *e);
uint32_t swd_first_su_cell(const swd_engine *e);
uint32_t swd_first_conference_cell(const swd_engine *e);
uint32_t swd_first_switched_cell(const swd_engine *e);
uint32_t swd_cell_count(const swd_engine *e);

/* Places that the signature table of these assets needs: a power of two, 0 without prompts. */
uint32_t swd_signatures_places(const swd_assets *assets);
/* Fill `table` (as many places, caller's memory, to be named in the assets afterwards). */
void swd_signatures_build(const swd_assets *assets, swd_signature *table, uint32_t n_places);

/* Run to cycle `until`, or stop early: at the first control tick at or after an event, or at the first one after a
 * recorder became half full (a full one drops what comes). Events are handed over at control ticks only, sorted by
 * (at, kind, unit): when `until` lies between two ticks, what happened since the last tick is returned by a later call.
 * What does not fit into `capacity` (at least 1) is returned by the next calls, which do not advance before all is handed
 * over. Returns their number. `until` <= now does nothing but hand over what did not fit. */
uint32_t swd_run(swd_engine *e, const swd_assets *assets, uint64_t until, swd_event *events, uint32_t capacity);
/* Octets of the frames reported by the last swd_run; valid until the next. */
const uint8_t *swd_frames(const swd_engine *e);

/* All acts below take effect on the octet of the present cycle, swd_now(). They return SWD_OK or an error. */
int swd_connect(swd_engine *e, uint32_t switched_cell, uint32_t from_cell);
uint32_t swd_connected(const swd_engine *e, uint32_t switched_cell);
int swd_conference_leg(swd_engine *e, uint32_t conference, uint32_t leg, uint32_t from_cell, uint32_t hears_mask);

/* Force bits of a cell after its octets are computed: octet = ((octet & and) | or) ^ xor. 0xFF, 0, 0 ends it.
 * At most 64 cells at once. */
int swd_gate(swd_engine *e, uint32_t cell, uint8_t and_bits, uint8_t or_bits, uint8_t xor_bits);
int swd_line_define(swd_engine *e, uint32_t line, uint32_t first_switched_cell);
int swd_line_cut(swd_engine *e, uint32_t line, int cut);              /* cut: all 32 cells carry 0xFF */
/* Random bit errors over the 256 bits a cycle of the direction; rate_ppb 0..500,000,000. The gaps are draws of
 * swd_philox under `key`, from draw 0. */
int swd_line_errors(swd_engine *e, uint32_t line, uint32_t rate_ppb, uint64_t key);
uint64_t swd_line_error_count(const swd_engine *e, uint32_t line);

/* The switched cell copies this cell instead of the one it is connected to, which is kept beside (loops, test patterns); SWD_NONE ends it. */
int swd_override(swd_engine *e, uint32_t switched_cell, uint32_t from_cell);

int swd_hdlc_send(swd_engine *e, uint32_t transmitter, const uint8_t *octets, uint32_t n_octets);
uint32_t swd_hdlc_waiting(const swd_engine *e, uint32_t transmitter);  /* frames not yet wholly sent */
int swd_hdlc_flush(swd_engine *e, uint32_t transmitter);               /* forget what waits; abort what is being sent */
int swd_hdlc_listen(swd_engine *e, uint32_t receiver, uint32_t cell);  /* SWD_NONE: deaf; resets the receiver */

/* Signalling terminals (Q.703). Units are octets from the backward sequence number on, without check bits: 3..276 of them. One
 * flag stands between two units. A transmitter starts with nothing but flags, acknowledgement octet 0xFF. */
/* What is sent while nothing waits, from the next unit on: 3..5 octets, or 0: flags. */
int swd_su_fill(swd_engine *e, uint32_t transmitter, const uint8_t *octets, uint32_t n_octets, int verbatim);
int swd_su_send(swd_engine *e, uint32_t transmitter, const uint8_t *octets, uint32_t n_octets, uint32_t flags);
/* Octet 0 (BIB << 7 | BSN) of every unit that begins from now on, 0..255. */
int swd_su_ack(swd_engine *e, uint32_t transmitter, uint32_t octet);
/* One SWD_EV_SU_LOW when at most `level` units are not yet begun, at once if it is so; SWD_NONE: no more. */
int swd_su_notify(swd_engine *e, uint32_t transmitter, uint32_t level);
/* Forget the units not yet begun, the last ones queued; returns how many they were. */
uint32_t swd_su_flush(swd_engine *e, uint32_t transmitter);
uint32_t swd_su_waiting(const swd_engine *e, uint32_t transmitter);
int swd_su_tx_counters(const swd_engine *e, uint32_t transmitter, swd_su_tx_counts *counts);
/* SWD_NONE: deaf. Starts anew: nothing to repeat, no octet counting, no monitor, counts from 0.
 * A unit is correct when it has 5..278 octets with its check bits, a whole number, and the check bits agree. Correct units
 * are told, but of fill-in and status units (length indicator 0..2 and at most 5 octets) only those that differ from the
 * unit before. Seven ones, or a 280th octet after a flag, begin octet counting: all is discarded up to the next flag, and
 * every 16 octets are an error until the next correct unit (4.1.4). Before the first flag no unit is in error. */
int swd_su_listen(swd_engine *e, uint32_t receiver, uint32_t cell);
/* Start an error monitor from 0 (clause 10), or stop it. AERM: `limit` errors abort. SUERM: an error counts one up, every 256
 * units, good or bad, one down; at `limit` the link fails. */
int swd_su_monitor(swd_engine *e, uint32_t receiver, uint32_t mode, uint32_t limit);
uint32_t swd_su_repeats(const swd_engine *e, uint32_t receiver); /* of the last unit told, 0..65535 */
int swd_su_counters(const swd_engine *e, uint32_t receiver, swd_su_counts *counts);

int swd_receiver_listen(swd_engine *e, uint32_t receiver, uint32_t cell); /* SWD_NONE: released; resets the channel */
int swd_receiver_limits(swd_engine *e, uint32_t set, const swd_dtmf_limits *limits); /* set < SWD_DTMF_SETS */
int swd_receiver_use(swd_engine *e, uint32_t receiver, uint32_t set);     /* until it listens anew: then set 0 */
/* Listen for one or more of SWD_CHECK_* (2000 and 2010 Hz not together: they are too near); SWD_NONE: released. Begins anew. */
int swd_check_listen(swd_engine *e, uint32_t check, uint32_t cell, uint32_t freqs);
/* Listen for register signals (Q.441, Q.455): SWD_MFC_*; SWD_NONE: released. Begins anew. */
int swd_mfc_listen(swd_engine *e, uint32_t unit, uint32_t cell, uint32_t set);
/* Say what set 0..15 is. SWD_E_RANGE also while a receiver listens for it. */
int swd_progress_define(swd_engine *e, uint32_t set, const swd_tone_set *tones);
int swd_progress_listen(swd_engine *e, uint32_t unit, uint32_t cell, uint32_t set);    /* SWD_NONE: released; begins anew */
int swd_ear_listen(swd_engine *e, uint32_t ear, uint32_t cell);        /* SWD_NONE: deaf; what it hears becomes QUIET */

int swd_record_start(swd_engine *e, uint32_t recorder, uint32_t cell);
int swd_record_stop(swd_engine *e, uint32_t recorder);
uint32_t swd_record_drain(swd_engine *e, uint32_t recorder, uint8_t *octets, uint32_t capacity);

/* One draw of the counter-based generator: Philox4x64-10 (Salmon et al. 2011), key (key, 0), counter (index, 0, 0, 0),
 * first output word. */
uint64_t swd_philox(uint64_t key, uint64_t index);
/* -ln(u) in 1/65536, u = (draw + 1) / 2^64, from a checked-in table: the integer exponential distribution. */
uint32_t swd_exponential_q16(uint64_t draw);

uint8_t swd_alaw_encode(int16_t linear);                               /* 16-bit scale, G.711 */
int16_t swd_alaw_decode(uint8_t code);
uint8_t swd_ulaw_encode(int16_t linear);
int16_t swd_ulaw_decode(uint8_t code);
void swd_alaw_decode_block(int16_t *linear, const uint8_t *codes, size_t n);
void swd_alaw_encode_block(uint8_t *codes, const int16_t *linear, size_t n);

/* Choose the instruction set for the whole process; results do not depend on it. */
int swd_isa_select(int isa);
int swd_isa_selected(void);
int swd_isa_best(void);
const char *swd_build_flags(void);                                     /* the compiler's version and flags, for a test */
/* cdef end */

#include "swd_e1.h"
#include "swd_path.h"
#include "swd_pattern.h"
#include "swd_source.h"

#endif
