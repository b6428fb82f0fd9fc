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
 * each HDLC transmitter, each conference leg (SWD_CONF_LEGS a conference), then n_switched cells, which copy. */
typedef struct swd_config {
    uint32_t tick_cycles;        /* control tick, 1..8 */
    uint32_t n_sources;
    uint32_t n_hdlc_tx;
    uint32_t n_hdlc_rx;
    uint32_t n_conferences;
    uint32_t n_switched;
    uint32_t n_lines;            /* line directions: runs of 32 switched cells that can be impaired together */
    uint32_t n_receivers;        /* DTMF receiver bank, channels */
    uint32_t n_ears;
    uint32_t n_recorders;
    uint32_t recorder_octets;    /* ring of each recorder, a power of two >= 1024 */
} swd_config;

/* A tone: up to two frequencies, on/off cadence. Steps alternate on, off, on, off...; 0 steps = continuous.
 * After the last step the cadence goes on at step repeat_from. */
typedef struct swd_tone {
    uint32_t freq_mhz[2];        /* millihertz, 0 = unused, up to 3,999,999 */
    int32_t level_mdbm0[2];      /* thousandths of a dBm0 a frequency, -60000..3000 */
    uint32_t n_steps;            /* 0..8 */
    uint32_t repeat_from;
    uint32_t step_cycles[8];
} swd_tone;

typedef struct swd_prompt {
    uint32_t offset;             /* into the octets of swd_assets */
    uint32_t n_octets;           /* A-law, 8 kHz, at least 1 */
} swd_prompt;

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

#define SWD_EV_FRAME 1           /* HDLC receiver `unit`: good frame; a = offset in swd_frames(), b = octets (no FCS) */
#define SWD_EV_BAD_FRAME 2       /* HDLC receiver `unit`: a = SWD_BAD_*, b = octets seen */
#define SWD_EV_TX_DONE 3         /* HDLC transmitter `unit`: its queue ran empty (last bit of the closing flag sent) */
#define SWD_EV_SOURCE_DONE 4     /* source `unit`: prompts or digits played to their end; the source is idle again */
#define SWD_EV_DIGIT_ON 5        /* DTMF receiver `unit`: a = the character 0-9 A-D * # */
#define SWD_EV_DIGIT_OFF 6       /* DTMF receiver `unit`: a = the character, b = length in cycles */
#define SWD_EV_HEARS 7           /* ear `unit`: what it hears changed; a = SWD_HEARS_*, b = which (id, tone, prompt) */
#define SWD_EV_RAW_BLOCK 8       /* raw-fed source `unit`: an octet left it and 160 are still waiting */

#define SWD_BAD_FCS 1
#define SWD_BAD_ABORT 2          /* seven ones inside a frame */
#define SWD_BAD_SHORT 3          /* fewer than 4 octets with FCS between flags (and more than none) */
#define SWD_BAD_LONG 4           /* more than SWD_MAX_FRAME octets */
#define SWD_BAD_ALIGN 5          /* not a whole number of octets */

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

/* Tones run from cycle 0, as from one generator for the whole switch; the cadence counts from the call. */
int swd_source_idle(swd_engine *e, uint32_t source);
int swd_source_tone(swd_engine *e, const swd_assets *assets, uint32_t source, uint32_t tone);
int swd_source_prompts(swd_engine *e, const swd_assets *assets, uint32_t source, const uint16_t *prompts, uint32_t n_prompts,
                       int loop);                                      /* 1..16 prompts */
int swd_source_digits(swd_engine *e, uint32_t source, const char *digits, uint32_t on_cycles, uint32_t off_cycles,
                      int32_t low_mdbm0, int32_t high_mdbm0);          /* 1..32 digits of 0-9 A-D * # */
int swd_source_mark(swd_engine *e, uint32_t source, uint32_t id);      /* 1..2047 */
int swd_source_raw(swd_engine *e, uint32_t source);
int swd_source_feed(swd_engine *e, uint32_t source, const uint8_t *octets, uint32_t n_octets); /* up to 640 waiting */
/* Octets since swd_source_raw that had to be idle because none was waiting. */
uint32_t swd_source_underruns(const swd_engine *e, uint32_t source);

int swd_hdlc_send(swd_engine *e, uint32_t transmitter, const uint8_t *octets, uint32_t n_octets);
uint32_t swd_hdlc_waiting(const swd_engine *e, uint32_t transmitter);  /* frames not yet wholly sent */
int swd_hdlc_flush(swd_engine *e, uint32_t transmitter);               /* forget what waits; abort what is being sent */
int swd_hdlc_listen(swd_engine *e, uint32_t receiver, uint32_t cell);  /* SWD_NONE: deaf; resets the receiver */

int swd_receiver_listen(swd_engine *e, uint32_t receiver, uint32_t cell); /* SWD_NONE: released; resets the channel */
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

#endif
