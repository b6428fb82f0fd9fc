/* openr2_peer: an independent MFC R2 stack (libopenr2) as the far end of attached circuits.
 *
 *   openr2_peer --attach PREFIX --clock PATH [behaviour...]      see usage() in openr2_options.c
 *
 * It places and answers calls as told, in simulated time, writes one JSON line an event and a summary at the end, and
 * exits 0 (finished, or the machine ended the run), 1 (the machine closed the attachment), 2 (usage), 9 (--die-at). */
#include "openr2_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_circuit(const struct r2_options *options, int timeslot)
{
    return timeslot >= options->first && timeslot <= options->last && timeslot != TS16;
}

#define EACH(timeslot, options) \
    for (int timeslot = 1; timeslot < CIRCUITS; timeslot++) \
        if (is_circuit(options, timeslot))

/* --- calls --- */

/* The highest circuit that is idle at both ends, 0: none. */
static int free_circuit(const struct peer *peer)
{
    for (int timeslot = CIRCUITS - 1; timeslot > 0; timeslot--) {
        const struct circuit *circuit = &peer->circuits[timeslot];
        if (is_circuit(peer->options, timeslot) && !circuit->in_call && !circuit->blocked_by_us &&
            !circuit->blocked_by_them && circuit->guarded_us <= virtual_now_us() && driver_bits(timeslot) >> 2 == 2)
            return timeslot;
    }
    return 0;
}

static int place_call(struct peer *peer, int timeslot)
{
    const struct r2_options *options = peer->options;
    struct circuit *circuit = &peer->circuits[timeslot];
    openr2_calling_party_category_t category = options->priority ?
        OR2_CALLING_PARTY_CATEGORY_NATIONAL_PRIORITY_SUBSCRIBER : OR2_CALLING_PARTY_CATEGORY_NATIONAL_SUBSCRIBER;
    if (openr2_chan_make_call(circuit->chan, options->restricted ? NULL : options->common.caller,
                              options->common.number, category))
        return 0;
    *circuit = (struct circuit){ .chan = circuit->chan, .in_call = 1, .accept_us = NO_DEADLINE,
                                 .answer_us = NO_DEADLINE, .hangup_us = after(options->abandon_ms) };
    peer->counts.placed++;
    if (++peer->counts.up > peer->counts.most_up)
        peer->counts.most_up = peer->counts.up;
    say("placed", "\"ts\":%d", timeslot);
    return 1;
}

/* The verdict on an offered call: a signal of group B. */
static void decide(struct peer *peer, struct circuit *circuit, int timeslot)
{
    const struct r2_options *options = peer->options;
    static const struct { int q850, cause; } CAUSES_KNOWN[] = {
        { 17, OR2_CAUSE_BUSY_NUMBER }, { 34, OR2_CAUSE_NETWORK_CONGESTION }, { 1, OR2_CAUSE_UNALLOCATED_NUMBER },
        { 27, OR2_CAUSE_OUT_OF_ORDER },
    };
    circuit->accept_us = NO_DEADLINE;
    for (size_t n = 0; n < sizeof CAUSES_KNOWN / sizeof *CAUSES_KNOWN; n++) {
        if (options->common.reject_cause == CAUSES_KNOWN[n].q850) {
            peer->counts.refused++;
            say("refused", "\"ts\":%d,\"cause\":%d", timeslot, options->common.reject_cause);
            give_up(peer, circuit, CAUSES_KNOWN[n].cause);
            return;
        }
    }
    openr2_chan_accept_call(circuit->chan, options->no_charge ? OR2_CALL_NO_CHARGE : OR2_CALL_WITH_CHARGE);
}

static void run_call(struct peer *peer, struct circuit *circuit, int timeslot, uint64_t now_us)
{
    if (circuit->accept_us <= now_us)
        decide(peer, circuit, timeslot);
    if (circuit->answer_us <= now_us) {
        circuit->answer_us = NO_DEADLINE;
        if (!openr2_chan_answer_call(circuit->chan)) {
            circuit->answered = 1;
            peer->counts.answered_in++;
            circuit->hangup_us = after(peer->options->common.hold_ms);
            say("answered", "\"ts\":%d,\"incoming\":1", timeslot);
        }
    }
    if (circuit->hangup_us <= now_us) {
        peer->counts.cleared_by_us++;
        say("clearing", "\"ts\":%d,\"answered\":%d", timeslot, circuit->answered);
        give_up(peer, circuit, OR2_CAUSE_NORMAL_CLEARING);
    }
}

static void run_block(struct peer *peer, uint64_t now_us)
{
    const struct r2_options *options = peer->options;
    struct circuit *circuit = &peer->circuits[options->block_circuit];
    uint64_t from_us = (uint64_t)options->block_ms * 1000, to_us = from_us + (uint64_t)options->block_for_ms * 1000;
    if (options->block_ms == NEVER || peer->blocking == 2)
        return;
    if (peer->blocking == 0 && now_us >= from_us && !circuit->in_call) {
        openr2_chan_set_blocked(circuit->chan);
        circuit->blocked_by_us = peer->blocking = 1;
        say("blocking", "\"ts\":%d", options->block_circuit);
    } else if (peer->blocking == 1 && now_us >= to_us) {
        openr2_chan_set_idle(circuit->chan);
        circuit->blocked_by_us = 0;
        peer->blocking = 2;
        say("unblocking", "\"ts\":%d", options->block_circuit);
    }
}

static void run_script(struct peer *peer, uint64_t now_us)
{
    const struct options *common = &peer->options->common;
    run_block(peer, now_us);
    EACH(timeslot, peer->options)
        if (peer->circuits[timeslot].in_call)
            run_call(peer, &peer->circuits[timeslot], timeslot, now_us);
    /* A call that met another on its circuit is placed again. */
    while (peer->counts.placed < common->calls + peer->counts.collisions && peer->next_call_us <= now_us) {
        int timeslot = free_circuit(peer);
        if (!timeslot || !place_call(peer, timeslot))
            break;
        peer->next_call_us = now_us + (uint64_t)common->gap_ms * 1000;
        if (common->gap_ms)
            break;
    }
}

static int all_done(const struct peer *peer)
{
    const struct options *common = &peer->options->common;
    return peer->counts.placed >= common->calls + peer->counts.collisions && peer->counts.offered >= common->expect &&
           !peer->counts.up && (peer->options->block_ms == NEVER || peer->blocking == 2);
}

/* --- the clock --- */

static void begin(struct peer *peer)
{
    const struct r2_options *options = peer->options;
    peer->context = openr2_context_new(NULL, &peer_events, NULL, options->china ? OR2_VAR_CHINA : OR2_VAR_ITU,
                                       options->ask_ani ? 20 : 0, options->digits);
    openr2_context_set_ani_first(peer->context, options->ani_first);
    openr2_context_set_skip_category_request(peer->context, !options->ask_ani);
    openr2_context_set_immediate_accept(peer->context, options->accept);
    openr2_context_set_log_level(peer->context, OR2_LOG_ERROR | OR2_LOG_WARNING);
    if (options->protocol && openr2_context_configure_from_advanced_file(peer->context, options->protocol)) {
        fprintf(stderr, "openr2_peer: can not read %s\n", options->protocol);
        exit(2);
    }
    EACH(timeslot, options) {
        char path[128];
        struct circuit *circuit = &peer->circuits[timeslot];
        snprintf(path, sizeof path, "%s%d", options->common.attach, timeslot);
        circuit->chan = openr2_chan_new_from_fd(peer->context, driver_open(timeslot, path), NULL, NULL);
        if (!circuit->chan) {
            fprintf(stderr, "openr2_peer: no channel for timeslot %d\n", timeslot);
            exit(2);
        }
        openr2_chan_set_logging_func(circuit->chan, peer_log);
        openr2_chan_set_log_level(circuit->chan, OR2_LOG_ERROR | OR2_LOG_WARNING |
                                  (options->common.trace ? OR2_LOG_MF_TRACE | OR2_LOG_CAS_TRACE : 0));
        openr2_chan_set_idle(circuit->chan);
        driver_begin(timeslot);
    }
}

/* One block each way on every circuit that has one; the last word on a circuit goes with its next block. */
static uint64_t tick(void *state, uint64_t now_us)
{
    struct peer *peer = state;
    int came[CIRCUITS] = { 0 };
    if (peer->options->common.die_ms != NEVER && now_us >= (uint64_t)peer->options->common.die_ms * 1000)
        _exit(9);
    EACH(timeslot, peer->options) {
        came[timeslot] = driver_take(timeslot);
        peer->machine_closed |= came[timeslot] < 0;
        if (came[timeslot] > 0 && openr2_chan_process_event(peer->circuits[timeslot].chan))
            peer->counts.complaints++;
    }
    run_script(peer, now_us);
    EACH(timeslot, peer->options)
        if (came[timeslot] > 0)
            driver_give(timeslot);
    if (!all_done(peer))
        peer->quiet_since_us = now_us;
    return now_us >= peer->quiet_since_us + (uint64_t)peer->options->common.linger_ms * 1000 ? FINISHED : NO_DEADLINE;
}

static void summary(const struct peer *peer, const char *ended)
{
    const struct counts *counts = &peer->counts;
    char causes[512] = "";
    size_t used = 0;
    int in, out, odd, changes = driver_counts(&in, &out, &odd);
    for (int cause = 0; cause < CAUSES; cause++)
        if (counts->causes[cause])
            used += (size_t)snprintf(causes + used, sizeof causes - used, "%s\"%s\":%d", used ? "," : "",
                                     openr2_proto_get_disconnect_string((openr2_call_disconnect_cause_t)cause),
                                     counts->causes[cause]);
    say("summary",
        "\"ended\":\"%s\",\"placed\":%d,\"accepted_out\":%d,\"answered_out\":%d,\"offered\":%d,\"answered_in\":%d,"
        "\"refused\":%d,\"cleared_by_us\":%d,\"cleared_by_them\":%d,\"collisions\":%d,\"calls_ended\":%d,"
        "\"causes\":{%s},\"up\":%d,\"most_up\":%d,\"errors\":%d,\"complaints\":%d,\"blocked\":%d,"
        "\"unblocked\":%d,\"blocks_in\":%d,\"blocks_out\":%d,\"odd_blocks\":%d,\"changes\":%d",
        ended, counts->placed, counts->accepted_out, counts->answered_out, counts->offered, counts->answered_in,
        counts->refused, counts->cleared_by_us, counts->cleared_by_them, counts->collisions, counts->ended, causes,
        counts->up, counts->most_up, counts->errors, counts->complaints, counts->blocked, counts->unblocked, in, out,
        odd, changes);
}

static const struct r2_options *supervised;

static int speak(const struct r2_options *options, int clock_fd)
{
    static struct peer peer;
    int closed;
    peer.options = options;
    peer.next_call_us = (uint64_t)options->begin_ms * 1000;
    peer_watch(&peer);
    begin(&peer);
    closed = peer_lockstep(clock_fd, tick, &peer);
    summary(&peer, closed ? "machine closed the clock" : "finished");
    if (!closed)
        driver_await_close(options->first); /* when it went would depend on the host */
    return peer.machine_closed && closed;
}

/* What peer_supervise() starts: the same options, but when this process dies. */
static int speak_again(const struct options *common, int clock_fd)
{
    static struct r2_options options;
    options = *supervised;
    options.common = *common;
    return speak(&options, clock_fd);
}

int main(int count, char **arguments)
{
    struct r2_options options;
    setenv("TZ", "UTC", 1);
    r2_options(&options, count, arguments);
    supervised = &options;
    if (options.common.back_ms != NEVER)
        return peer_supervise(&options.common, speak_again);
    return speak(&options, peer_connect(options.common.clock));
}
