/* pri_peer: an independent ISDN stack (libpri) as the far end of an attached D channel.
 *
 *   pri_peer --attach PATH --clock PATH --side network|user [behaviour...]      see usage() below
 *
 * It places and answers calls as told, in simulated time, writes one JSON line an event and a summary at the end, and
 * exits 0 (finished, or the machine ended the run), 1 (the machine closed the attachment), 2 (usage), 9 (--die-at). */
#include "peer.h"

#include <errno.h>
#include <libpri.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { CHANNELS = 32, D_CHANNEL = 16, FCS_OCTETS = 2, CAUSES = 128 };

/* One call, in the slot of its B channel. */
struct call {
    q931_call *call;             /* owned by libpri; NULL: the channel is free */
    int incoming, answered, clearing;
    uint64_t answer_us, hangup_us; /* NO_DEADLINE: not planned */
    const char *digits_left;     /* overlap sending */
};

struct peer {
    const struct options *options;
    struct pri *pri;
    int fd, frame_read, machine_closed, link_up, restarted;
    int resetting; /* channel whose RESTART is not acknowledged yet; CHANNELS: none, all are done */
    struct call calls[CHANNELS];
    uint64_t next_call_us, quiet_since_us;
    int placed, rung, answered_out, answered_in, cleared_by_us, cleared_by_them, up, most_up, setups_sent, setups_lost;
    int link_ups, link_downs, restarts_sent, restart_acks, restarts_received, complaints, notes, frames_in, frames_out;
    int causes[CAUSES];
};

static struct peer *speaking; /* libpri's message callbacks carry no state of ours */

static uint64_t after(int ms)
{
    return ms == NEVER ? NO_DEADLINE : virtual_now_us() + (uint64_t)ms * 1000;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* --- frames: libpri counts two octets of FCS that an attachment does not carry --- */

static int io_read(struct pri *pri, void *buffer, int length)
{
    struct peer *peer = pri_get_userdata(pri);
    ssize_t got = recv(peer->fd, buffer, (size_t)(length - FCS_OCTETS), MSG_DONTWAIT);
    if (got == 0)
        peer->machine_closed = 1;
    if (got <= 0)
        return 0;
    peer->frame_read = 1;
    peer->frames_in++;
    memset((char *)buffer + got, 0, FCS_OCTETS);
    return (int)got + FCS_OCTETS;
}

/* True for an I frame whose message is a SETUP (Q.931 4.2-4.4: discriminator 08, a call reference of two octets). */
static int holds_setup(const uint8_t *frame, int length)
{
    return length > 8 && (frame[2] & 1) == 0 && frame[4] == 0x08 && frame[5] == 2 && frame[8] == 0x05;
}

static int io_write(struct pri *pri, void *buffer, int length)
{
    struct peer *peer = pri_get_userdata(pri);
    int frame_length = length - FCS_OCTETS;
    if (holds_setup(buffer, frame_length) && ++peer->setups_sent == peer->options->lose_setup) {
        peer->setups_lost++;
        say("setup_lost", "\"number\":%d", peer->setups_sent);
        return length;
    }
    peer->frames_out++;
    peer_send(peer->fd, buffer, frame_length);
    return length;
}

static void on_error(struct pri *pri, char *text)
{
    (void)pri;
    speaking->complaints++;
    say_text("complaint", "text", text);
}

static void on_message(struct pri *pri, char *text)
{
    (void)pri;
    if (speaking->options->trace)
        fprintf(stderr, "%10.6f %s", (double)virtual_now_us() / 1e6, text);
    else
        say_text("note", "text", text);
    speaking->notes++;
}

/* --- calls --- */

static struct call *on_channel(struct peer *peer, int channel)
{
    int number = channel & 0xff;
    return channel != -1 && number > 0 && number < CHANNELS ? &peer->calls[number] : NULL;
}

static int channel_of(const struct peer *peer, const q931_call *call)
{
    for (int channel = 1; channel < CHANNELS; channel++)
        if (call && peer->calls[channel].call == call)
            return channel;
    return 0;
}

/* The network side looks for a free channel from below, the user side from above, as is the custom. */
static int free_channel(const struct peer *peer)
{
    for (int n = 1; n < CHANNELS; n++) {
        int channel = peer->options->network ? n : CHANNELS - n;
        if (channel != D_CHANNEL && !peer->calls[channel].call)
            return channel;
    }
    return 0;
}

static void occupy(struct peer *peer, int channel, q931_call *call, int incoming)
{
    peer->calls[channel] = (struct call){ .call = call, .incoming = incoming, .answer_us = NO_DEADLINE,
                                          .hangup_us = NO_DEADLINE };
    peer->up++;
    if (peer->up > peer->most_up)
        peer->most_up = peer->up;
}

static void vacate(struct peer *peer, int channel)
{
    if (channel && peer->calls[channel].call) {
        peer->calls[channel].call = NULL;
        peer->up--;
        peer->quiet_since_us = virtual_now_us();
    }
}

static void place_call(struct peer *peer, int channel)
{
    const struct options *options = peer->options;
    q931_call *call = pri_new_call(peer->pri);
    struct pri_sr *request = pri_sr_new();
    char called[64], caller[64];

    snprintf(called, sizeof called, "%.*s", options->overlap ? options->overlap : 60, options->number);
    snprintf(caller, sizeof caller, "%s", options->caller);
    pri_sr_set_channel(request, channel, options->exclusive, 0);
    pri_sr_set_bearer(request, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
    pri_sr_set_called(request, called, PRI_UNKNOWN, options->overlap ? 0 : options->complete);
    pri_sr_set_caller(request, caller, NULL, PRI_NATIONAL_ISDN, PRES_ALLOWED_USER_NUMBER_PASSED_SCREEN);
    occupy(peer, channel, call, 0);
    peer->calls[channel].digits_left = options->overlap ? options->number + strlen(called) : "";
    peer->placed++;
    say("placed", "\"channel\":%d,\"number\":\"%s\"", channel, called);
    if (pri_setup(peer->pri, call, request) < 0)
        say("setup_failed", "\"channel\":%d", channel);
    pri_sr_free(request);
}

static void send_digits(struct peer *peer, struct call *call)
{
    for (; *call->digits_left; call->digits_left++)
        pri_information(peer->pri, call->call, *call->digits_left);
}

/* Causes that libpri sends as RELEASE COMPLETE in answer to a SETUP; for others it wants to have answered before. */
static int refused_at_once(int cause)
{
    return cause == PRI_CAUSE_UNALLOCATED || cause == PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION ||
           cause == PRI_CAUSE_REQUESTED_CHAN_UNAVAIL || cause == PRI_CAUSE_INCOMPATIBLE_DESTINATION;
}

static void ring(struct peer *peer, pri_event_ring *ring)
{
    int channel = ring->channel == -1 ? 0 : ring->channel & 0xff;
    peer->rung++;
    if (channel >= CHANNELS || channel == D_CHANNEL || (channel && peer->calls[channel].call))
        channel = ring->flexible ? free_channel(peer) : 0;
    else if (!channel)
        channel = free_channel(peer);
    say("ring", "\"channel\":%d,\"called\":\"%s\",\"caller\":\"%s\",\"asked\":%d,\"complete\":%d", channel,
        ring->callednum, ring->callingnum, ring->channel, ring->complete);
    if (!channel) {
        pri_hangup(peer->pri, ring->call, PRI_CAUSE_REQUESTED_CHAN_UNAVAIL);
        return;
    }
    if (refused_at_once(peer->options->reject_cause)) { /* libpri clears it alone; it never gets a slot */
        pri_hangup(peer->pri, ring->call, peer->options->reject_cause);
        return;
    }
    occupy(peer, channel, ring->call, 1);
    pri_proceeding(peer->pri, ring->call, channel, 0);
    if (peer->options->reject_cause) {
        pri_hangup(peer->pri, ring->call, peer->options->reject_cause);
        return;
    }
    if (peer->options->alert)
        pri_acknowledge(peer->pri, ring->call, channel, 0);
    peer->calls[channel].answer_us = after(peer->options->answer_ms);
}

static void answered(struct peer *peer, struct call *call, int channel)
{
    call->answered = 1;
    call->answer_us = NO_DEADLINE;
    call->hangup_us = after(peer->options->hold_ms);
    *(call->incoming ? &peer->answered_in : &peer->answered_out) += 1;
    say("answered", "\"channel\":%d,\"incoming\":%d", channel, call->incoming);
}

/* Each call counts once, with the first cause that clears it. */
static void count_clearing(struct peer *peer, const char *what, int channel, int cause, int *count)
{
    if (!channel || !peer->calls[channel].clearing) {
        ++*count;
        if (cause >= 0 && cause < CAUSES)
            peer->causes[cause]++;
        peer->calls[channel].clearing = 1;
    }
    say(what, "\"channel\":%d,\"cause\":%d", channel, cause);
}

/* The channels of a RESTART lose their calls silently (Q.931 5.5); -1: every channel. */
static void drop_calls(struct peer *peer, int channel)
{
    for (int n = 1; n < CHANNELS; n++) {
        if ((channel == -1 || n == (channel & 0xff)) && peer->calls[n].call) {
            pri_destroycall(peer->pri, peer->calls[n].call);
            vacate(peer, n);
        }
    }
}

/* One RESTART a channel, each after the acknowledgement of the one before, as an exchange does when it starts. */
static void reset_next(struct peer *peer)
{
    if (++peer->resetting == D_CHANNEL)
        peer->resetting++;
    if (peer->resetting >= CHANNELS)
        return;
    peer->restarts_sent++;
    drop_calls(peer, peer->resetting);
    pri_reset(peer->pri, peer->resetting);
}

static void on_link(struct peer *peer, int up)
{
    peer->link_up = up;
    *(up ? &peer->link_ups : &peer->link_downs) += 1;
    if (up)
        peer->next_call_us = peer->quiet_since_us = virtual_now_us();
    if (up && peer->options->reset && peer->link_ups == 1)
        reset_next(peer);
    say(up ? "link_up" : "link_down", "\"number\":%d", up ? peer->link_ups : peer->link_downs);
}

static void on_event(struct peer *peer, pri_event *event)
{
    struct call *call;
    int channel;
    switch (event->e) {
    case PRI_EVENT_DCHAN_UP:
    case PRI_EVENT_DCHAN_DOWN:
        on_link(peer, event->e == PRI_EVENT_DCHAN_UP);
        break;
    case PRI_EVENT_RING:
        ring(peer, &event->ring);
        break;
    case PRI_EVENT_SETUP_ACK:
        call = on_channel(peer, channel_of(peer, event->setup_ack.call));
        say("setup_ack", "\"channel\":%d", event->setup_ack.channel & 0xff);
        if (call)
            send_digits(peer, call);
        break;
    case PRI_EVENT_PROCEEDING:
        say("proceeding", "\"channel\":%d", event->proceeding.channel & 0xff);
        break;
    case PRI_EVENT_PROGRESS:
        say("progress", "\"channel\":%d", event->proceeding.channel & 0xff);
        break;
    case PRI_EVENT_RINGING:
        say("alerting", "\"channel\":%d", event->ringing.channel & 0xff);
        break;
    case PRI_EVENT_ANSWER:
        channel = channel_of(peer, event->answer.call);
        if (channel)
            answered(peer, &peer->calls[channel], channel);
        break;
    case PRI_EVENT_HANGUP_REQ: /* DISCONNECT: we go on with RELEASE */
        channel = channel_of(peer, event->hangup.call);
        count_clearing(peer, "cleared", channel, event->hangup.cause, &peer->cleared_by_them);
        pri_hangup(peer->pri, event->hangup.call, -1);
        if (channel)
            peer->calls[channel].answer_us = peer->calls[channel].hangup_us = NO_DEADLINE;
        break;
    case PRI_EVENT_HANGUP: /* RELEASE, RELEASE COMPLETE, or libpri gave up */
        channel = channel_of(peer, event->hangup.call);
        count_clearing(peer, "released", channel, event->hangup.cause, &peer->cleared_by_them);
        pri_hangup(peer->pri, event->hangup.call, event->hangup.cause);
        vacate(peer, channel);
        break;
    case PRI_EVENT_HANGUP_ACK: /* our clearing is complete; libpri has freed the call */
        channel = channel_of(peer, event->hangup.call);
        say("clear_ack", "\"channel\":%d,\"cause\":%d", channel, event->hangup.cause);
        vacate(peer, channel);
        break;
    case PRI_EVENT_RESTART:
        peer->restarts_received++;
        say("restart", "\"channel\":%d", event->restart.channel == -1 ? -1 : event->restart.channel & 0xff);
        drop_calls(peer, event->restart.channel);
        break;
    case PRI_EVENT_RESTART_ACK:
        peer->restart_acks++;
        peer->quiet_since_us = virtual_now_us();
        say("restart_ack", "\"channel\":%d", event->restartack.channel & 0xff);
        if (peer->options->reset && peer->resetting < CHANNELS)
            reset_next(peer);
        break;
    case PRI_EVENT_CONFIG_ERR:
        on_error(peer->pri, event->err.err);
        break;
    default:
        say("other", "\"number\":%d,\"name\":\"%s\"", event->e, pri_event2str(event->e));
    }
}

/* --- the script --- */

static void run_restart(struct peer *peer)
{
    int channel = peer->options->restart_channel;
    for (int n = 1; !channel && n < CHANNELS; n++)
        if (peer->calls[n].call)
            channel = n;
    channel = channel ? channel : 1;
    peer->restarted = 1;
    peer->restarts_sent++;
    say("restart_sent", "\"channel\":%d,\"call\":%d", channel, peer->calls[channel].call != NULL);
    drop_calls(peer, channel);
    pri_reset(peer->pri, channel);
}

static uint64_t run_calls(struct peer *peer, uint64_t now_us)
{
    uint64_t deadline_us = NO_DEADLINE;
    for (int channel = 1; channel < CHANNELS; channel++) {
        struct call *call = &peer->calls[channel];
        if (!call->call)
            continue;
        if (call->answer_us <= now_us) {
            pri_answer(peer->pri, call->call, channel, 0);
            answered(peer, call, channel);
        }
        if (call->hangup_us <= now_us) {
            call->hangup_us = NO_DEADLINE;
            count_clearing(peer, "clearing", channel, PRI_CAUSE_NORMAL_CLEARING, &peer->cleared_by_us);
            pri_hangup(peer->pri, call->call, PRI_CAUSE_NORMAL_CLEARING);
        }
        deadline_us = sooner(deadline_us, sooner(call->answer_us, call->hangup_us));
    }
    return deadline_us;
}

/* Do what is due; returns when the script wants to be told the time again. */
static uint64_t run_script(struct peer *peer, uint64_t now_us)
{
    const struct options *options = peer->options;
    uint64_t deadline_us = NO_DEADLINE, restart_us = (uint64_t)options->restart_ms * 1000;
    if (options->restart_ms != NEVER && !peer->restarted) {
        if (now_us >= restart_us && peer->link_up)
            run_restart(peer);
        else if (now_us < restart_us)
            deadline_us = restart_us;
    }
    if (options->die_ms != NEVER)
        deadline_us = sooner(deadline_us, (uint64_t)options->die_ms * 1000);
    if (peer->link_up && peer->placed < options->calls && (!options->reset || peer->resetting >= CHANNELS)) {
        int channel = peer->next_call_us <= now_us ? free_channel(peer) : 0;
        if (channel) {
            place_call(peer, channel);
            peer->next_call_us = now_us + (uint64_t)options->gap_ms * 1000;
        }
        if (peer->next_call_us > now_us) /* with no channel free we wait for a call to end */
            deadline_us = sooner(deadline_us, peer->next_call_us);
    }
    return sooner(deadline_us, run_calls(peer, now_us));
}

static int all_done(const struct peer *peer)
{
    const struct options *options = peer->options;
    return peer->placed >= options->calls && peer->rung >= options->expect && !peer->up && peer->link_ups &&
           (options->restart_ms == NEVER || peer->restarted) && peer->restart_acks == peer->restarts_sent;
}

static uint64_t tick(void *state, uint64_t now_us)
{
    struct peer *peer = state;
    const struct options *options = peer->options;
    pri_event *event;
    uint64_t deadline_us, quiet_us = (uint64_t)options->linger_ms * 1000;

    if (options->die_ms != NEVER && now_us >= (uint64_t)options->die_ms * 1000)
        _exit(9);
    if (!peer->pri) { /* not before the time is known: libpri starts its first timers here */
        peer->pri = pri_new_cb(peer->fd, options->network ? PRI_NETWORK : PRI_CPE, PRI_SWITCH_EUROISDN_E1, io_read,
                               io_write, peer);
        pri_set_debug(peer->pri, options->trace ? PRI_DEBUG_ALL : PRI_DEBUG_Q931_ANOMALY);
        pri_hangup_fix_enable(peer->pri, 1);
        pri_set_overlapdial(peer->pri, options->overlap != 0); /* else its SETUP always says "sending complete" */
        pri_set_timer(peer->pri, PRI_TIMER_T316, 10000); /* libpri has it off: a RESTART lost with the link stays lost */
    }
    do {
        peer->frame_read = 0;
        event = pri_check_event(peer->pri);
        if (event)
            on_event(peer, event);
    } while (peer->frame_read);
    while ((event = pri_schedule_run(peer->pri)))
        on_event(peer, event);
    deadline_us = run_script(peer, now_us);
    if (all_done(peer)) {
        if (now_us >= peer->quiet_since_us + quiet_us)
            return FINISHED;
        deadline_us = sooner(deadline_us, peer->quiet_since_us + quiet_us);
    }
    struct timeval *timer = pri_schedule_next(peer->pri), now;
    gettimeofday(&now, NULL);
    if (timer)
        deadline_us = sooner(deadline_us, now_us + (uint64_t)((timer->tv_sec - now.tv_sec) * 1000000L +
                                                              (timer->tv_usec - now.tv_usec)));
    return deadline_us;
}

/* A program that has finished stays until the machine closes: when it went would depend on the host. */
static void await_close(int fd)
{
    uint8_t octets[512];
    while (recv(fd, octets, sizeof octets, 0) > 0)
        ;
}

static void summary(const struct peer *peer, const char *ended)
{
    char causes[1024] = "";
    size_t used = 0;
    for (int cause = 0; cause < CAUSES; cause++)
        if (peer->causes[cause])
            used += (size_t)snprintf(causes + used, sizeof causes - used, "%s\"%d\":%d", used ? "," : "", cause,
                                     peer->causes[cause]);
    say("summary",
        "\"ended\":\"%s\",\"placed\":%d,\"answered_out\":%d,\"rung\":%d,\"answered_in\":%d,\"cleared_by_us\":%d,"
        "\"cleared_by_them\":%d,\"causes\":{%s},\"up\":%d,\"most_up\":%d,\"setups_sent\":%d,\"setups_lost\":%d,"
        "\"restarts_sent\":%d,\"restart_acks\":%d,\"restarts_received\":%d,\"link_ups\":%d,\"link_downs\":%d,"
        "\"complaints\":%d,\"notes\":%d,\"frames_in\":%d,\"frames_out\":%d",
        ended, peer->placed, peer->answered_out, peer->rung, peer->answered_in, peer->cleared_by_us,
        peer->cleared_by_them, causes, peer->up, peer->most_up, peer->setups_sent, peer->setups_lost,
        peer->restarts_sent, peer->restart_acks, peer->restarts_received, peer->link_ups, peer->link_downs,
        peer->complaints, peer->notes, peer->frames_in, peer->frames_out);
}

static int speak(const struct options *options, int clock_fd)
{
    static struct peer peer;
    int closed;
    peer.options = options;
    speaking = &peer;
    pri_set_error(on_error);
    pri_set_message(on_message);
    peer.fd = peer_connect(options->attach);
    closed = peer_lockstep(clock_fd, tick, &peer);
    summary(&peer, closed ? "machine closed the clock" : "finished");
    if (!closed)
        await_close(peer.fd);
    return peer.machine_closed && !closed;
}

int main(int count, char **arguments)
{
    struct options options;
    setenv("TZ", "UTC", 1);
    peer_options(&options, count, arguments);
    if (options.garbage)
        return peer_garbage(&options);
    if (options.back_ms != NEVER)
        return peer_supervise(&options, speak);
    return speak(&options, peer_connect(options.clock));
}
