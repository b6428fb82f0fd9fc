/* The engine's inside: one block of plain bytes, offsets instead of pointers, the same bytes at the same cycle however
 * the run was cut into calls.
 *
 * Cells live in two rows of 64-bit words, one word a cell, octet k of a row in bits 8k..8k+7: the row being made and
 * the one before it, chosen by the row number's lowest bit. Everything is computed for octets [a,b) of a row.
 *
 * Idle costs nothing: what reads a cell is a *node* on that cell's list. A switched cell, source, transmitter or
 * conference sleeps when both its rows hold the same octets and nothing it reads is awake; a change wakes it and all
 * that listen to it, along the lists. A sweep every SWEEP_ROWS rows puts to sleep what has settled. */
#ifndef SWD_ENGINE_H
#define SWD_ENGINE_H

#include <assert.h>
#include <string.h>

#include "parts.h"
#include "pattern.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "a row is a little-endian word; this host needs its own load and store"
#endif

#define ROW_IDLE 0xD5D5D5D5D5D5D5D5u
#define ROW_ONES 0xFFFFFFFFFFFFFFFFu
#define IDLE_OCTET 0xD5
#define SWEEP_ROWS 64
#define MAX_GATES 64
#define NEAR_CELLS 65536          /* the last so many cells: 16 bits tell one of them */
#define LINE_CELLS 32
#define CACHE_CELLS 8u            /* of a row, in a line of the cache */
#define LINE_BITS 256             /* of one cycle: 32 cells, 8 bits each, most significant first */
#define SU_EVENTS 16             /* of one signal unit receiver within a control tick */
#define E1_EVENTS 32              /* of one E1 unit within a control tick */
#define FRAME_SLOT 320            /* octets of good frames that one receiver can finish within a control tick */
#define FIFO_OCTETS 640
#define MAX_DIGITS 32
#define MAX_PROMPTS 16
#define MAX_TONES 256
#define BLOCK_CYCLES 160          /* an ear's block, 20 ms, anchored at cycle 0 */
#define EAR_RING 2048             /* octets an ear remembers: the length of a mark's Walsh function */
#define MARK_DELAYS 128           /* longest path, in rows, over which a mark is recognised */
#define TONE_VECTORS 24           /* ear_block.c: 8 frequencies by 2, 4 pairs by 2 more */

typedef struct tone_row {         /* the octets of a tone in one row: a function of (tone, row) */
    uint64_t row_plus_1;          /* 0: nothing held */
    uint64_t octets;
} tone_row;

typedef struct gate {
    uint32_t cell;
    uint8_t and_bits, or_bits, xor_bits, spare;
} gate;

typedef struct line {
    uint32_t first;               /* switched cell, SWD_NONE: not defined */
    uint32_t cut;
    uint64_t key, draws;
    uint64_t lambda;              /* -ln(1 - rate) in 2^-62, 0: no errors */
    uint64_t next_bit;            /* cycle * 256 + bit of the next error */
    uint64_t count;
} line;

enum source_kind { SOURCE_IDLE, SOURCE_TONE, SOURCE_PROMPTS, SOURCE_DIGITS, SOURCE_MARK, SOURCE_RAW, SOURCE_PATTERN, SOURCE_MFC };

/* What the common case of an ear needs in every row, packed: it hears what it expects. */
typedef struct quick_ear {
    uint64_t expect;              /* constant: the row; mark: the part that depends on the id alone */
    uint32_t cell;
    uint16_t id;                  /* 0: constant */
    uint8_t delay;
    uint8_t usable;               /* 0: the ear needs a closer look */
} quick_ear;

typedef struct source {
    uint32_t kind;
    uint32_t unit;                /* tone, mark id, generator, or direction of MFC */
    uint64_t start;               /* cycle of the first octet */
    uint64_t edge;                /* tone: first cycle of the next cadence step */
    uint32_t on;                  /* tone: the present step sounds; in turn: which frequency, + 1 */
    uint32_t count, current, position, loop;   /* prompts and digits; MFC: cycles in all, signal, cycles so far */
    int32_t amplitude[2];         /* digits and MFC, as all of the next three: of each frequency */
    int32_t offset_ppm[2];
    uint32_t phase[2], ramp;
    uint32_t read, fill, underruns;            /* raw */
    uint32_t spare;               /* no octet without a name: engines are compared octet for octet */
} source;

typedef struct source_digits {
    char digits[MAX_DIGITS];
    uint32_t on_cycles[MAX_DIGITS], off_cycles[MAX_DIGITS];
} source_digits;

typedef union source_data {
    uint16_t prompts[MAX_PROMPTS];
    source_digits digits;
    uint8_t fifo[FIFO_OCTETS];
} source_data;

enum ear_follow { FOLLOW_NONE, FOLLOW_CONSTANT, FOLLOW_MARK, FOLLOW_PROMPT };

/* A lost prompt may be taken up where it would be; in its pauses only if it was lost in one: elsewhere silence is that. */
enum ear_resume { RESUME_NONE, RESUME_SOUND, RESUME_PAUSE };

typedef struct ear {
    uint64_t expect;              /* constant: the row; mark: the part that depends on the id alone */
    uint32_t cell;
    uint16_t id;
    uint8_t follow;
    uint8_t delay;                /* mark: path delay, rows */
    uint32_t held_n;              /* octets of the present row heard before the ear was turned */
    uint32_t prompt, position;    /* prompt: the octet expected next */
    uint32_t kind, which;         /* what was last reported */
    uint64_t held;
    uint64_t since;               /* cycle of the last report */
    uint64_t lost;                /* cycle of the first octet that the last exact hearing does not explain */
    uint64_t started;             /* prompt: cycle of the first octet that fits it */
    uint64_t damaged;             /* cycle, + 1, of the first odd octet of the last damaged_rows rows; 0: none */
    uint32_t damaged_rows;
    uint32_t resume;              /* a prompt was lost, of which the present row would begin at `position`: enum resume */
    uint64_t block_from;          /* since when the blocks have looked like block_class */
    uint32_t block_class, block_count;         /* class and, of a tone, Hz << 8 */
    uint32_t confirmed;
    uint32_t mix_wait;            /* cycles to wait after a search in vain */
    uint64_t mix_due, mix_seen;   /* cycle of the next search; of the last that found something */
    uint32_t mix_rounds;
    uint32_t mix_delays;          /* bit d: parties were found at a path delay of d rows */
} ear;

typedef struct recorder {
    uint32_t cell;                /* SWD_NONE: stopped */
    uint32_t fill;
    uint64_t read;                /* octets drained since the start */
} recorder;

struct swd_engine {
    uint64_t format;              /* ENGINE_FORMAT: guards a restored snapshot */
    uint64_t size;
    swd_config config;
    uint32_t n_cells, n_nodes;
    uint64_t now;
    uint32_t first_source, first_hdlc, first_su, first_leg, first_switched;
    uint32_t node_rx, node_su, node_ear, node_leg;      /* nodes: switched cells from 0, then these */
    uint32_t n_pending, n_due;                 /* events; those of them that did not fit into the last call */
    uint32_t n_gates, stop, n_listening, n_tones, n_checking, n_recording, n_errored, n_e1_busy, n_impaired;
    uint32_t n_generating, n_comparing;        /* generators and checkers of test sequences that run */
    uint32_t n_distant, n_moved;               /* bits at at_distant; switched cells given another source since they were put in order */
    uint32_t ordered, spare;                   /* 1: lines of switched cells are copied in an order of their own */
    uint32_t e1_tapped, e1_tap_read, e1_tap_fill;        /* the E1 unit whose frames are kept, SWD_NONE: none */
    uint32_t e1_delayed[SWD_E1_DELAYS];                  /* whose frames a ring holds, SWD_NONE: nobody's */
    uint32_t work_capacity, event_capacity;
    uint64_t at_rows[2], at_from, at_source_of, at_head, at_next, at_prev, at_work;
    uint64_t at_awake_switched, at_awake_rx, at_awake_ear, at_awake_conference, at_busy_source, at_busy_tx, at_awake_su, at_busy_su, at_cut;
    uint64_t at_near;             /* of switched cells: at_source_of, counted from the first of the near cells; lines of cells in order */
    uint64_t at_distant;          /* bit a switched cell: what it copies is none of those */
    uint64_t at_order, at_place;  /* of lines of switched cells: which is copied when, and when each is copied */
    uint64_t at_held, at_impaired, at_paths, at_override, at_e1, at_e1_rings, at_e1_busy, at_e1_delays, at_e1_tap;
    uint64_t at_lines, at_sources, at_source_data, at_mark_octets, at_mark_ids, at_tx, at_rx, at_rx_frame_used, at_frames, at_masks, at_parties;
    uint64_t at_su_tx, at_su_rx, at_su_used;
    uint64_t at_ears, at_quick_ears, at_ear_rings, at_recorders, at_recorder_rings, at_events;
    uint64_t at_generators, at_berts, at_bert_cells;
    uint64_t at_mfc, at_progress, at_tone_hits;
    uint64_t at_checks, at_hits, at_dtmf;
    gate gates[MAX_GATES];
    uint64_t mark_rows[MARK_DELAYS];           /* of row r in [r % 128]: the part of a mark that depends on the row alone */
    tone_row tones[MAX_TONES];
    int16_t tone_vectors[TONE_VECTORS][BLOCK_CYCLES];
};

#define AT(e, type, offset) ((type *)((uint8_t *)(e) + (e)->offset))

/* One step of a run: octets [a,b) of row `row`, from cycle `start`. */
typedef struct span {
    uint64_t start, row, mask;    /* mask: 0xFF for each octet of the span */
    uint32_t a, b;
    uint64_t *cur;
    const uint64_t *old;
} span;

static inline void put(uint64_t *word, uint64_t value, uint64_t mask)
{
    *word = (*word & ~mask) | (value & mask);
}

static inline uint64_t octet_mask(uint32_t a, uint32_t b)
{
    uint64_t below_b = b == 8 ? ~0ull : (1ull << 8 * b) - 1;
    return below_b & ~((1ull << 8 * a) - 1);
}

static inline uint32_t bit_get(const uint64_t *bits, uint32_t i) { return (uint32_t)(bits[i >> 6] >> (i & 63)) & 1; }
static inline void bit_set(uint64_t *bits, uint32_t i) { bits[i >> 6] |= 1ull << (i & 63); }
static inline void bit_clear(uint64_t *bits, uint32_t i) { bits[i >> 6] &= ~(1ull << (i & 63)); }
static inline uint32_t bit_words(uint32_t n) { return (n + 63) / 64; }

/* layout.c */
uint64_t swd_lay_out(swd_engine *e);                      /* everything's place; the header alone need exist. Returns the size */

/* engine.c */
void swd_event_push(swd_engine *e, uint64_t at, uint32_t kind, uint32_t unit, uint32_t a, uint32_t b);

/* graph.c */
void swd_node_attach(swd_engine *e, uint32_t node, uint32_t cell);        /* SWD_NONE: off every list */
void swd_wake_cell(swd_engine *e, uint32_t cell);                         /* it and all that hear it */
int swd_cell_asleep(const swd_engine *e, uint32_t cell);
int swd_cell_steady(const swd_engine *e, uint32_t cell, uint64_t octets); /* both rows hold these octets, no gate */
void swd_sweep(swd_engine *e);

/* switching.c: the copying, and its order */
void swd_switching_init(swd_engine *e);
void swd_switching_source(swd_engine *e, uint32_t i, uint32_t cell);      /* the i-th switched cell copies this one from now on */
void swd_switch_span(swd_engine *e, const span *s);
void swd_switching_reorder(swd_engine *e);                /* the map of sources, after another order was made */
static inline uint32_t swd_switched_lines(const swd_engine *e) { return (e->config.n_switched + CACHE_CELLS - 1) / CACHE_CELLS; }

/* order.c */
void swd_switching_order(swd_engine *e);                  /* anew, where enough has changed */

/* route.c: what a switched cell, counted from the first of them, copies: the cell it is connected to, another in its place (an override), ones
 * (cut). A held cell does not sleep: others write it as well. */
uint32_t swd_payload_of(const swd_engine *e, uint32_t i);
void swd_route(swd_engine *e, uint32_t i);                /* after a change of these */

/* line.c */
uint64_t swd_lambda_q62(uint32_t rate_ppb);
uint64_t swd_geometric_gap(uint64_t lambda, uint64_t key, uint64_t draw);
int swd_line_touches(const swd_engine *e, uint32_t but, uint32_t first);  /* a defined line has one of these 32 cells */
void swd_lines_span(swd_engine *e, const span *s);
void swd_gates_span(swd_engine *e, const span *s);

/* e1_*.c */
void swd_e1_init(swd_engine *e);
uint64_t swd_e1_unit_octets(void);
uint64_t swd_e1_ring_octets(void);
int swd_e1_touches(const swd_engine *e, uint32_t but, uint32_t first);    /* a defined E1 unit has one of these 32 cells */
void swd_e1_span(swd_engine *e, const span *s);

/* path.c */
uint64_t swd_path_unit_octets(void);
void swd_paths_init(swd_engine *e);
void swd_paths_span(swd_engine *e, const swd_assets *assets, const span *s);

/* source.c */
void swd_sources_span(swd_engine *e, const swd_assets *assets, const span *s);
void swd_source_set(swd_engine *e, uint32_t i, source x);                 /* from the present cycle on */
void swd_source_done(swd_engine *e, source *x, uint32_t unit, uint64_t at);

/* source_pair.c */
uint64_t swd_digits_span(swd_engine *e, uint32_t unit, source *x, const span *s);
uint64_t swd_mfc_span(swd_engine *e, uint32_t unit, source *x, const span *s);

/* The source carries what a generator deals out to it. */
void swd_source_pattern(swd_engine *e, uint32_t i, uint32_t generator);

/* pattern.c, bert.c */
void swd_patterns_span(swd_engine *e, const span *s);
void swd_berts_span(swd_engine *e, const span *s);

/* conference.c */
void swd_conferences_span(swd_engine *e, const span *s);
void swd_conference_row(const swd_engine *e, uint32_t conference, const uint64_t *rows, uint64_t *out);

/* channel.c: HDLC and DTMF channels, recorders */
void swd_hdlc_send_span(swd_engine *e, const span *s);
void swd_hdlc_receive_span(swd_engine *e, const span *s);
void swd_receivers_span(swd_engine *e, const span *s);
void swd_checks_span(swd_engine *e, const span *s);
void swd_recorders_span(swd_engine *e, const span *s);
int swd_tx_settled(const swd_engine *e, uint32_t transmitter, uint64_t octets);
int swd_rx_settled(const swd_engine *e, uint32_t receiver, uint64_t octets);

/* receivers.c: MFC and call progress */
void swd_receivers_init(swd_engine *e);
void swd_tones_span(swd_engine *e, const span *s);

/* terminal.c: signal unit channels */
void swd_su_send_span(swd_engine *e, const span *s);
void swd_su_receive_span(swd_engine *e, const span *s);
int swd_su_tx_settled(const swd_engine *e, uint32_t transmitter, uint64_t octets);
int swd_su_rx_settled(const swd_engine *e, uint32_t receiver, uint64_t octets);

/* rows_*.c: one for each instruction set */
#define MARKS_ARGUMENTS (uint64_t *, const uint64_t *, const uint16_t *, uint32_t, uint64_t, uint64_t)
uint32_t swd_copy_avx2(uint64_t *to, const uint64_t *old, const uint16_t *from, uint32_t n);
uint32_t swd_copy_avx512(uint64_t *to, const uint64_t *old, const uint16_t *from, uint32_t n);
/* The same by lines: to[8 order[k] + j] = old[from[8 k + j]]. */
void swd_copy_lines_plain(uint64_t *to, const uint64_t *old, const uint16_t *from, const uint32_t *order, uint32_t n);
void swd_copy_lines_avx2(uint64_t *to, const uint64_t *old, const uint16_t *from, const uint32_t *order, uint32_t n);
void swd_copy_lines_avx512(uint64_t *to, const uint64_t *old, const uint16_t *from, const uint32_t *order, uint32_t n);
uint64_t swd_same_avx2(const uint64_t *x, const uint64_t *y);
/* codes[party][conference]: the rows that n parties speak, 2..8; then those that they hear, each the sum of all others. */
#define USUAL_ABREAST 4u
void swd_usual_plain(uint64_t (*codes)[USUAL_ABREAST], uint32_t n);
void swd_usual_avx2(uint64_t (*codes)[USUAL_ABREAST], uint32_t n);
/* The same from cells to cells, all eight legs, of 2..4 parties or none. */
#define USUAL_PARTIES 4u
typedef struct usual_four {
    const uint64_t *rows;
    const uint32_t *from;         /* cell that a leg speaks from, SWD_CONF_LEGS a conference */
    uint64_t *legs;               /* what the legs of conferences hear */
    const uint32_t *which;        /* USUAL_ABREAST conferences */
    uint32_t speak;               /* bit a leg */
} usual_four;
void swd_usual_avx512(const usual_four *x, uint32_t n_parties);
void swd_marks_plain MARKS_ARGUMENTS;
void swd_marks_avx2 MARKS_ARGUMENTS;
void swd_marks_avx512 MARKS_ARGUMENTS;
void swd_units_plain(int16_t *units, const uint8_t *codes, uint32_t n);
void swd_units_avx2(int16_t *units, const uint8_t *codes, uint32_t n);
void swd_units_avx512(int16_t *units, const uint8_t *codes, uint32_t n);
void swd_codes_plain(uint8_t *codes, const int16_t *units, uint32_t n);
void swd_codes_avx2(uint8_t *codes, const int16_t *units, uint32_t n);
void swd_codes_avx512(uint8_t *codes, const int16_t *units, uint32_t n);

/* mark.c */
uint64_t swd_mark_of_id(uint32_t id);
uint64_t swd_mark_of_row(uint64_t row);
uint32_t swd_mark_decode(const swd_engine *e, uint64_t octets, uint64_t row, uint32_t *delay);
uint32_t swd_mark_search(const uint8_t *ring, uint64_t from, uint32_t delay, uint16_t *ids, uint32_t capacity);

/* The Walsh function of `id` over eight chips is one pattern or its complement: all sign bits or none. */
static inline uint64_t mark_flip(uint32_t id, uint64_t row)
{
    uint32_t x = (id >> 3) & (uint32_t)row & 0xFF;
    x ^= x >> 4;
    return (0ull - ((0x6996u >> (x & 15)) & 1)) & 0x8080808080808080u;
}

/* ear.c, ear_block.c */
void swd_ears_span(swd_engine *e, const swd_assets *assets, const span *s);
void swd_ear_heard(swd_engine *e, uint32_t unit, uint32_t kind, uint32_t which, uint64_t at);
void swd_ear_block(swd_engine *e, uint32_t unit, uint64_t end);
void swd_ear_mix(swd_engine *e, uint32_t unit, uint64_t now);
void swd_tone_vectors_init(swd_engine *e);

/* signature.c */
int swd_prompt_good(const swd_assets *assets, uint32_t prompt);            /* it is there and lies within the octets */
const swd_signature *swd_signature_find(const swd_assets *assets, uint64_t window);

#endif
