/* ss7_peer: an independent SS7 stack (libss7: MTP2, MTP3, ISUP) as the far end of an attached signalling link.
 *
 *   ss7_peer --attach PATH --clock PATH [behaviour...]      see usage() in ss7_options.c
 *
 * It places and answers calls as told, in simulated time, writes one JSON line an event and a summary at the end, and
 * exits 0 (finished, or the machine ended the run), 1 (the machine closed the attachment), 2 (usage), 9 (--die-at). */
#include "ss7_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { STEP_ALARM = 1, STEP_ALARM_OVER = 2, STEP_MTP_RESTART = 4, STEP_BLOCK = 8, STEP_UNBLOCK = 16, STEP_RSC = 32,
       STEP_GROUP_BLOCK = 64, STEP_GROUP_UNBLOCK = 128 };

static void on_error(struct ss7 *ss7, char *text)
{
    (void)ss7;
    speaking->counts.complaints++;
    say_text("complaint", "text", text);
}

static void on_message(struct ss7 *ss7, char *text)
{
    (void)ss7;
    speaking->counts.notes++;
    if (speaking->options->common.trace)
        fprintf(stderr, "%10.6f %s", (double)virtual_now_us() / 1e6, text);
    else
        say_text("note", "text", text);
}

static void not_said(struct ss7 *ss7, char *text)
{
    (void)ss7;
    (void)text;
}

/* --- the stack --- */

/* libss7 has all timers of levels 3 and 4 off; these are in the windows of Q.704 16.8, Q.707 5.5 and Q.764 annex A. */
static void set_timers(struct ss7 *ss7, const struct ss7_options *options)
{
    const struct { char *name; int ms; } level3[] = {
        { "t1", 800 }, { "t2", 1400 }, { "t3", 800 }, { "t4", 800 }, { "t5", 800 }, { "t6", 800 }, { "t10", 45000 },
        { "t12", 1150 }, { "t13", 1150 }, { "t14", 2500 }, { "t19", 68000 }, { "t21", 64000 }, { "t22", 240000 },
        { "t23", 240000 }, { "q707_t1", 8000 }, { "q707_t2", 60000 },
    };
    const struct { char *name; int ms; } level4[] = {
        { "t1", 20000 }, { "t2", 180000 }, { "t5", 300000 }, { "t6", 60000 }, { "t8", 12000 }, { "t12", 20000 },
        { "t13", 300000 }, { "t14", 20000 }, { "t15", 300000 }, { "t16", 20000 }, { "t17", 300000 }, { "t18", 20000 },
        { "t19", 300000 }, { "t20", 20000 }, { "t21", 300000 }, { "t22", 20000 }, { "t23", 300000 }, { "t27", 240000 },
        { "t33", 13000 }, { "t35", 17000 },
    };
    for (size_t n = 0; n < sizeof level3 / sizeof *level3; n++)
        ss7_set_mtp3_timer(ss7, level3[n].name, level3[n].ms);
    for (size_t n = 0; n < sizeof level4 / sizeof *level4; n++)
        ss7_set_isup_timer(ss7, level4[n].name, level4[n].ms);
    ss7_set_isup_timer(ss7, "t7", options->t7_ms);
}

static void start_stack(struct peer *peer)
{
    const struct ss7_options *options = peer->options;
    peer->ss7 = ss7_new(SS7_ITU);
    ss7_set_error(on_error);
    ss7_set_message(not_said); /* it tells of each timer */
    set_callbacks();
    set_timers(peer->ss7, options);
    ss7_set_message(on_message);
    if (options->common.trace)
        ss7_set_debug(peer->ss7, SS7_DEBUG_MTP2 | SS7_DEBUG_MTP3 | SS7_DEBUG_ISUP);
    ss7_set_pc(peer->ss7, (unsigned)options->own_pc);
    ss7_set_network_ind(peer->ss7, options->network_indicator);
    ss7_add_link(peer->ss7, SS7_TRANSPORT_DAHDIMTP2, peer->inner_fd, options->slc, (unsigned)options->far_pc);
    link_write(peer); /* out of service, until it starts */
    ss7_start(peer->ss7);
}

/* --- the script --- */

/* True once, when it is time for a step; `deadline_us` is when it will be. */
static int is_time(struct peer *peer, int step, int at_ms, uint64_t now_us, uint64_t *deadline_us)
{
    uint64_t at_us = (uint64_t)at_ms * 1000;
    if (at_ms == NEVER || peer->script & step)
        return 0;
    if (now_us < at_us) {
        *deadline_us = sooner(*deadline_us, at_us);
        return 0;
    }
    peer->script |= step;
    return 1;
}

static int until(int at_ms, int for_ms)
{
    return at_ms == NEVER ? NEVER : at_ms + for_ms;
}

static uint64_t run_steps(struct peer *peer, uint64_t now_us)
{
    const struct ss7_options *options = peer->options;
    uint64_t deadline_us = NO_DEADLINE;
    if (is_time(peer, STEP_ALARM, options->alarm_ms, now_us, &deadline_us)) {
        link_alarm(peer);
        run_events(peer); /* no call is placed any more */
    }
    if (is_time(peer, STEP_ALARM_OVER, until(options->alarm_ms, options->alarm_for_ms), now_us, &deadline_us))
        link_alarm_over(peer);
    if (is_time(peer, STEP_MTP_RESTART, options->mtp_restart_ms, now_us, &deadline_us)) {
        say("mtp_restart", "\"slc\":%d", options->slc);
        mtp3_init_restart(peer->ss7, options->slc);
    }
    if (is_time(peer, STEP_BLOCK, options->block_ms, now_us, &deadline_us))
        block(peer, 1);
    if (is_time(peer, STEP_UNBLOCK, until(options->block_ms, options->block_for_ms), now_us, &deadline_us))
        block(peer, 0);
    if (is_time(peer, STEP_GROUP_BLOCK, options->group_block_ms, now_us, &deadline_us))
        block_group(peer, 1);
    if (is_time(peer, STEP_GROUP_UNBLOCK, until(options->group_block_ms, options->group_block_for_ms), now_us,
                &deadline_us))
        block_group(peer, 0);
    if (is_time(peer, STEP_RSC, options->rsc_ms, now_us, &deadline_us))
        reset_one(peer);
    return deadline_us;
}

static int answers_missing(const struct peer *peer)
{
    return peer->counts.reset_acks != peer->counts.resets_sent || peer->counts.block_acks != peer->counts.blocks_sent;
}

static uint64_t run_script(struct peer *peer, uint64_t now_us)
{
    const struct options *common = &peer->options->common;
    uint64_t deadline_us = run_steps(peer, now_us);
    if (common->die_ms != NEVER)
        deadline_us = sooner(deadline_us, (uint64_t)common->die_ms * 1000);
    if (peer->linkset_up && peer->counts.placed < common->calls && !answers_missing(peer)) {
        if (peer->next_call_us <= now_us && place_call(peer))
            peer->next_call_us = now_us + (uint64_t)common->gap_ms * 1000;
        if (peer->next_call_us > now_us) /* with no circuit free we wait for a call to end */
            deadline_us = sooner(deadline_us, peer->next_call_us);
    }
    return sooner(deadline_us, run_calls(peer, now_us));
}

static int steps_left(const struct peer *peer)
{
    const struct ss7_options *options = peer->options;
    return (options->alarm_ms != NEVER && !(peer->script & STEP_ALARM_OVER)) ||
           (options->mtp_restart_ms != NEVER && !(peer->script & STEP_MTP_RESTART)) ||
           (options->block_ms != NEVER && !(peer->script & STEP_UNBLOCK)) ||
           (options->group_block_ms != NEVER && !(peer->script & STEP_GROUP_UNBLOCK)) ||
           (options->rsc_ms != NEVER && !(peer->script & STEP_RSC));
}

static int all_done(const struct peer *peer)
{
    const struct options *common = &peer->options->common;
    return peer->linkset_up && peer->counts.placed >= common->calls && peer->counts.rung >= common->expect &&
           !peer->counts.up && !steps_left(peer) && !answers_missing(peer);
}

static uint64_t stack_deadline(struct peer *peer, uint64_t now_us)
{
    struct timeval *timer = ss7_schedule_next(peer->ss7), now;
    gettimeofday(&now, NULL);
    if (!timer)
        return NO_DEADLINE;
    return now_us + (uint64_t)((timer->tv_sec - now.tv_sec) * 1000000L + (timer->tv_usec - now.tv_usec));
}

static uint64_t tick(void *state, uint64_t now_us)
{
    struct peer *peer = state;
    const struct options *common = &peer->options->common;
    uint64_t deadline_us, quiet_us = (uint64_t)common->linger_ms * 1000;

    if (common->die_ms != NEVER && now_us >= (uint64_t)common->die_ms * 1000)
        _exit(9);
    if (!peer->ss7) /* not before the time is known: libss7 starts its first timer here */
        start_stack(peer);
    while (link_read(peer))
        run_events(peer); /* at once: its queue holds sixteen */
    ss7_schedule_run(peer->ss7);
    run_events(peer);
    deadline_us = run_script(peer, now_us);
    run_events(peer);
    link_write(peer);
    if (all_done(peer)) {
        if (now_us >= peer->quiet_since_us + quiet_us)
            return FINISHED;
        deadline_us = sooner(deadline_us, peer->quiet_since_us + quiet_us);
    }
    return sooner(deadline_us, stack_deadline(peer, now_us));
}

/* A program that has finished stays until the machine closes: when it went would depend on the host. */
static void await_close(int fd)
{
    uint8_t octets[512];
    while (recv(fd, octets, sizeof octets, 0) > 0)
        ;
}

static void summary(const struct counts *counts, const char *ended)
{
    char causes[1024] = "";
    size_t used = 0;
    for (int cause = 0; cause < CAUSES; cause++)
        if (counts->causes[cause])
            used += (size_t)snprintf(causes + used, sizeof causes - used, "%s\"%d\":%d", used ? "," : "", cause,
                                     counts->causes[cause]);
    say("summary",
        "\"ended\":\"%s\",\"placed\":%d,\"answered_out\":%d,\"rung\":%d,\"answered_in\":%d,\"cleared_by_us\":%d,"
        "\"cleared_by_them\":%d,\"lost\":%d,\"dual_lost\":%d,\"causes\":{%s},\"up\":%d,\"most_up\":%d,\"link_ups\":%d,"
        "\"link_downs\":%d,\"linkset_ups\":%d,\"linkset_downs\":%d,\"resets_sent\":%d,\"reset_acks\":%d,"
        "\"resets_received\":%d,\"blocks_sent\":%d,\"block_acks\":%d,\"blocks_received\":%d,\"complaints\":%d,"
        "\"notes\":%d,\"units_in\":%d,\"units_out\":%d,\"msus_in\":%d,\"msus_out\":%d,\"iams_in\":%d,\"iams_out\":%d,"
        "\"spoilt\":%d",
        ended, counts->placed, counts->answered_out, counts->rung, counts->answered_in, counts->cleared_by_us,
        counts->cleared_by_them, counts->lost, counts->dual_lost, causes, counts->up, counts->most_up, counts->link_ups,
        counts->link_downs, counts->linkset_ups, counts->linkset_downs, counts->resets_sent, counts->reset_acks,
        counts->resets_received, counts->blocks_sent, counts->block_acks, counts->blocks_received, counts->complaints,
        counts->notes, counts->units_in, counts->units_out, counts->msus_in, counts->msus_out, counts->iams_in,
        counts->iams_out, counts->spoilt);
}

static struct ss7_options given; /* peer_supervise() passes on the common part alone */

static int speak(const struct options *common, int clock_fd)
{
    static struct peer peer;
    int closed;
    given.common = *common;
    peer.options = &given;
    speaking = &peer;
    link_open(&peer);
    closed = peer_lockstep(clock_fd, tick, &peer);
    summary(&peer.counts, closed ? "machine closed the clock" : "finished");
    if (!closed && peer.attach_fd >= 0)
        await_close(peer.attach_fd);
    return peer.machine_closed && !closed;
}

int main(int count, char **arguments)
{
    struct options common;
    setenv("TZ", "UTC", 1);
    ss7_options(&given, count, arguments);
    common = given.common;
    if (common.back_ms != NEVER)
        return peer_supervise(&common, speak);
    return speak(&common, peer_connect(common.clock));
}
