/* What the parts of the test peer share: options, virtual time, sockets, JSON lines.
 *
 * The peer is the outside judge of the machine's ISDN side: Debian's libpri, driven through its public API only, attached
 * to a timeslot in `hdlc` mode and clocked in lockstep. One process, one thread; every struct is owned by main(). */
#ifndef SWITCHSIM_TEST_PEER_H
#define SWITCHSIM_TEST_PEER_H

#include <stdint.h>

#define NO_DEADLINE UINT64_MAX
#define FINISHED (UINT64_MAX - 1)
#define NEVER (-1)

/* The command line. Times are simulated milliseconds; NEVER: not asked for. */
struct options {
    const char *attach;          /* path of the machine's `hdlc` attachment */
    const char *clock;           /* path of the machine's clock; NULL only in garbage mode */
    int network;                 /* 1: network side, 0: user side */
    int calls, expect;           /* calls to place; incoming calls to wait for before finishing */
    int gap_ms, hold_ms;         /* between two calls; talk before we clear (NEVER: the far end clears) */
    int answer_ms;               /* from SETUP to CONNECT; NEVER: let it ring */
    int alert;                   /* 1: ALERTING before CONNECT */
    int reject_cause;            /* 0, or refuse incoming calls with this cause */
    int overlap;                 /* digits in SETUP, the rest after SETUP ACKNOWLEDGE; 0: all in SETUP */
    int complete, exclusive;     /* sending complete in SETUP; the channel is exclusive */
    int lose_setup;              /* drop the n-th outgoing frame that holds a SETUP; 0: none */
    int restart_ms, restart_channel; /* RESTART at; 0: the lowest channel with a call, else 1 */
    int reset;                   /* RESTART every channel, one by one, when the link first comes up */
    int die_ms, back_ms;         /* end without closing anything; a new process after so long */
    int linger_ms;               /* quiet time before we say finished */
    int garbage;                 /* datagrams of rubbish to send instead of anything else */
    int trace;                   /* libpri's own trace to stderr */
    uint32_t seed;               /* of the rubbish */
    const char *number, *caller;
};

void peer_options(struct options *options, int count, char **arguments); /* exits 2 with the usage when wrong */

/* Called with each time that the machine tells; returns the next deadline in us, NO_DEADLINE or FINISHED. */
typedef uint64_t (*tick_fn)(void *state, uint64_t now_us);

int peer_connect(const char *path);   /* connected SOCK_SEQPACKET; exits 2 with a message when it can not be had */
int peer_lockstep(int clock_fd, tick_fn tick, void *state); /* until finished (0) or the machine closed (1) */
int peer_supervise(const struct options *options, int (*child)(const struct options *options, int clock_fd));
void peer_send(int fd, const void *octets, int length);     /* one datagram; waits for room */
int peer_garbage(const struct options *options);

uint64_t virtual_now_us(void);        /* the time that was told last */

/* One JSON object a line on stdout, flushed: {"at_us":..,"event":"..", ...}; `format` gives further members. */
void say(const char *event, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with one text member, escaped. */
void say_text(const char *event, const char *member, const char *text);

#endif
