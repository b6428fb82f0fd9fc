/* The parts of the SS7 test peer: an independent stack (Debian's libss7, through its public API only) as the far end of
 * a timeslot attached in `ss7` mode, clocked in lockstep. One process, one thread; every struct is owned by speak(). */
#ifndef SWITCHSIM_SS7_PEER_H
#define SWITCHSIM_SS7_PEER_H

#include "peer.h"

#include <libss7.h>

enum { CICS = 32, CAUSES = 128, LONGEST_UNIT = 276, FCS_OCTETS = 2 };

/* The command line. `common` holds what both peers know. */
struct ss7_options {
    struct options common;
    int own_pc, far_pc, network_indicator, slc;
    int first_cic, last_cic, not_cic;     /* the circuits, and one among them that carries the link (0: none does) */
    int t7_ms;                            /* Q.764 T7 of the peer */
    int reset;                            /* when up: 0 nothing, 1 GRS for each run of circuits, 2 one GRS over all */
    int con, progress;                    /* answer with CON in place of ACM and ANM; CPG "progress" after ACM */
    int stray_iam, ignore_iam;            /* our n-th IAM goes to a network that nobody is; their n-th is not seen */
    int drop_out, drop_in, double_out;    /* the n-th MSU to the machine or from it: lost, lost, sent twice */
    int spoil_out;                        /* the n-th MSU to the machine has a wrong length indicator */
    int alarm_ms, alarm_for_ms, unplug;   /* link alarm at, for so long; 1: the attachment is closed meanwhile */
    int mtp_restart_ms;                   /* MTP restart (TRA) at */
    int block_ms, block_for_ms, block_cic; /* BLO at, UBL after */
    int group_block_ms, group_block_for_ms; /* CGB of the first run of circuits at, CGU after */
    int rsc_ms;                           /* RSC at, on the lowest circuit with a call, else on the first */
};

void ss7_options(struct ss7_options *options, int count, char **arguments); /* exits 2 with the usage when wrong */

/* One circuit. */
struct circuit {
    struct isup_call *call;        /* libss7's, of a call or of a supervision message that awaits its answer */
    int in_call, incoming, answered, cleared;
    int in_reset;                  /* our RSC or GRS awaits its answer */
    int blocked_by_us, blocked_by_them;
    uint64_t answer_us, hangup_us; /* NO_DEADLINE: not planned */
};

struct counts {
    int placed, answered_out, rung, answered_in, cleared_by_us, cleared_by_them, lost, dual_lost, up, most_up;
    int link_ups, link_downs, linkset_ups, linkset_downs, resets_sent, reset_acks, resets_received;
    int blocks_sent, block_acks, blocks_received, complaints, notes;
    int units_in, units_out, msus_in, msus_out, iams_out, iams_in, spoilt;
    int causes[CAUSES];
};

struct peer {
    const struct ss7_options *options;
    struct ss7 *ss7;
    int attach_fd;         /* -1: unplugged */
    int outer_fd, inner_fd; /* a pair: libss7 reads and writes units with two octets of FCS at inner_fd */
    uint8_t held[LONGEST_UNIT + FCS_OCTETS]; /* the last LSSU or FISU that came during an alarm */
    int held_octets;
    int machine_closed, linkset_up, in_alarm, script; /* script: bits of STEP_* that are done */
    struct circuit circuits[CICS];
    struct counts counts;
    uint64_t next_call_us, quiet_since_us;
};

/* ss7_link.c: units between the attachment and libss7. */
void link_open(struct peer *peer);
int link_read(struct peer *peer);      /* one unit into libss7; 0 when none waits */
void link_write(struct peer *peer);    /* everything libss7 has to send */
void link_alarm(struct peer *peer);
void link_alarm_over(struct peer *peer);

/* ss7_calls.c: set-up and clearing. */
int place_call(struct peer *peer);     /* 0: no circuit is free */
uint64_t run_calls(struct peer *peer, uint64_t now_us); /* what is due; returns the next deadline */
void ring(struct peer *peer, ss7_event_iam *iam);
void answered(struct peer *peer, int cic);
void released(struct peer *peer, ss7_event_rel *rel);
void clear_call(struct peer *peer, int cic, int cause);
void lose_call(struct peer *peer, int cic); /* a reset or a lost link ends it, without REL */
void vacate(struct peer *peer, int cic);
void let_go(struct peer *peer, int cic, struct isup_call *call);
struct circuit *circuit_of(struct peer *peer, int cic); /* NULL: not equipped */
int equipped(const struct ss7_options *options, int cic);
uint64_t sooner(uint64_t a, uint64_t b);

/* ss7_circuits.c: blocking, reset and query, both ways. */
void reset_circuits(struct peer *peer);
void reset_one(struct peer *peer);
void block(struct peer *peer, int on);
void block_group(struct peer *peer, int on);
void supervision_event(struct peer *peer, ss7_event *event);
void reset_acknowledged(struct peer *peer, const char *what, int first, int last, struct isup_call *call);

/* ss7_events.c: what libss7 tells and asks. */
void set_callbacks(void);
void run_events(struct peer *peer);

extern struct peer *speaking; /* libss7's callbacks carry no state of ours */

#endif
