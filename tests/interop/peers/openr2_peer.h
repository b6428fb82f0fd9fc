/* The parts of the R2 test peer: an independent MFC R2 stack (Debian's libopenr2, through its public API only) as the
 * far end of circuits attached in `cas` mode, clocked in lockstep. One process, one thread. */
#ifndef SWITCHSIM_OPENR2_PEER_H
#define SWITCHSIM_OPENR2_PEER_H

#include "peer.h"

#include <stddef.h> /* openr2.h needs size_t */

#include <openr2.h>

enum { GUARD_MS = 200, CIRCUITS = 32, TS16 = 16, BLOCK = 160, DATAGRAM = 1 + BLOCK, CAUSES = 16 };

/* The command line. `common` holds what every peer knows; `attach` is a prefix, to which the timeslot is added. */
struct r2_options {
    struct options common;
    const char *protocol;      /* NULL, or a file in which libopenr2 finds what is other than in its variant */
    int china, ani_first;      /* variant; the calling number is asked for after the first digit, not after the last */
    int ask_ani;               /* 0: neither category nor calling number are asked for */
    int first, last;           /* timeslots that are attached; 16 is left out */
    int digits;                /* called number of incoming calls is complete with so many */
    int accept_ms;             /* from the offer to the signal of group B */
    int accept;                /* incoming: one signal of group A ends it, without group B */
    int no_charge;             /* accept without charge */
    int priority, restricted;  /* our calls: category, no calling number */
    int block_ms, block_for_ms, block_circuit; /* we block one circuit at, for so long */
    int begin_ms;              /* our first call not before */
    int abandon_ms;            /* we give up our call so long after its seizure; NEVER */
};

void r2_options(struct r2_options *options, int count, char **arguments); /* exits 2 with the usage when wrong */

/* --- the driver: what libopenr2 takes for channels of DAHDI cards ---
 *
 * libopenr2 1.3 knows one kind of hardware. Its calls of ioctl, read and write on our descriptors end here: signalling
 * bits and blocks of 160 octets of A-law come from and go to the machine's attachment, one block each way in 20 ms. */
int driver_open(int timeslot, const char *path);  /* connect; returns the descriptor for openr2_chan_new_from_fd */
void driver_begin(int timeslot);                  /* block 0, with the bits as they are now */
int driver_take(int timeslot);                    /* 1: a block has come (now to be read), 0: none, -1: closed */
void driver_give(int timeslot);                   /* the next block: bits, and what was written, or silence */
int driver_bits(int timeslot);                    /* abcd as received last */
void driver_await_close(int timeslot);
int driver_counts(int *in, int *out, int *odd);   /* blocks of all circuits; returns how many bits changed */

/* One circuit. */
struct circuit {
    openr2_chan_t *chan;           /* owned by libopenr2 */
    int in_call, incoming, answered, seized, ending;
    int blocked_by_us, blocked_by_them;
    uint64_t accept_us, answer_us, hangup_us; /* NO_DEADLINE: not planned */
    uint64_t guarded_us;           /* not seized again before; libopenr2 leaves that to its user */
};

struct counts {
    int placed, answered_out, accepted_out, offered, answered_in, cleared_by_us, cleared_by_them, collisions, ended;
    int refused, up, most_up, errors, complaints, blocked, unblocked;
    int causes[CAUSES];
};

struct peer {
    const struct r2_options *options;
    openr2_context_t *context;
    struct circuit circuits[CIRCUITS];
    struct counts counts;
    uint64_t next_call_us, quiet_since_us;
    int begun, machine_closed, blocking; /* blocking: 0 before, 1 during, 2 after */
};

/* openr2_events.c: what libopenr2 reports. */
extern openr2_event_interface_t peer_events;
void peer_watch(struct peer *peer); /* its callbacks act on this peer */
void peer_log(openr2_chan_t *chan, openr2_log_level_t level, const char *format, va_list arguments);
void give_up(struct peer *peer, struct circuit *circuit, int cause);
uint64_t after(int ms);

#endif
