/* Scripts of acts on an engine, read from octets: from a seeded generator in the tests, from a fuzzer. One octet in eight
 * asks for a value out of its range. */
#ifndef SWD_ACTS_H
#define SWD_ACTS_H

#include "check.h"
#include "engine.h"

typedef struct script {
    const uint8_t *octets;        /* borrowed */
    size_t n_octets, at;          /* past its end it reads as zeros */
} script;

typedef struct rig {
    swd_engine *engine;
    void *memory, *copy;          /* of the same size; `copy` is scratch */
    size_t size;
    uint64_t digest;              /* FNV-1a over what the engine handed over */
    uint64_t n_events;
} rig;

uint32_t script_u8(script *s);
/* 0..limit-1, or (1 in 8) what lies outside. */
uint32_t script_index(script *s, uint32_t limit);

const swd_assets *acts_assets(void);                      /* made once; two tones and two prompts of them are not good */
swd_config acts_config(script *s);
void rig_open(rig *r, const swd_config *config);
void rig_close(rig *r);
/* Copy one engine's octets over another of the same shape. */
void rig_restore(rig *to, const rig *from);
/* Run to exactly `until`, in parts of at most `part` cycles, `capacity` events a call; checks what is handed over. */
void rig_run(rig *r, uint64_t until, uint32_t part, uint32_t capacity);
/* One act, of the next few octets of the script; checks that a refused one changed nothing. */
void rig_act(rig *r, script *s);
/* acts_pattern.c: one act upon a generator or checker of test sequences, of the next octets; those that run are counted. */
int acts_pattern(swd_engine *e, script *s);
void acts_check_patterns(const swd_engine *e);
/* Lists, maps and counts agree with each other. */
void rig_check(const rig *r);

/* acts_e1.c: an act upon an E1 direction; a number for all that can be read of one; what must hold. */
int acts_e1(swd_engine *e, script *s);
uint64_t acts_e1_told(const swd_engine *e, uint32_t unit);
void acts_e1_check(const swd_engine *e);

/* acts_path.c: an act upon an impaired speech path; what must hold. */
int acts_path(swd_engine *e, script *s);
void acts_path_check(const swd_engine *e);

/* acts_tones.c: an act upon a receiver of register signals or call progress tones; what must hold. */
int acts_tones(swd_engine *e, script *s, uint32_t cell);
void acts_tones_check(const swd_engine *e);

#define MAX_CAPACITY 4096u        /* events a call */

/* Open three rigs; play a script on them, from where it is: the third goes on from the first's octets at half the script; close them. */
void acts_open(rig rigs[3], const swd_config *config);
void acts_go_on(rig rigs[3], script *s);
/* Play a script on engines that are cut differently, one of them from a snapshot on; they must agree in every octet. */
void acts_play(const uint8_t *octets, size_t n_octets);

#endif
