/* What libopenr2 reports, and what this peer does about it: one JSON line each; a circuit's calls counted once. */
#include "openr2_peer.h"

#include <stdio.h>
#include <string.h>

static struct peer *speaking;

void peer_watch(struct peer *peer)
{
    speaking = peer;
}

uint64_t after(int ms)
{
    return ms == NEVER ? NO_DEADLINE : virtual_now_us() + (uint64_t)ms * 1000;
}

static struct circuit *circuit_of(openr2_chan_t *chan, int *timeslot)
{
    *timeslot = openr2_chan_get_number(chan);
    return &speaking->circuits[*timeslot];
}

static void occupy(struct circuit *circuit, int incoming)
{
    struct counts *counts = &speaking->counts;
    *circuit = (struct circuit){ .chan = circuit->chan, .in_call = 1, .incoming = incoming, .accept_us = NO_DEADLINE,
                                 .answer_us = NO_DEADLINE, .hangup_us = NO_DEADLINE };
    if (++counts->up > counts->most_up)
        counts->most_up = counts->up;
}

static void vacate(struct circuit *circuit)
{
    if (circuit->in_call)
        speaking->counts.up--;
    circuit->in_call = 0;
    circuit->accept_us = circuit->answer_us = circuit->hangup_us = NO_DEADLINE;
    circuit->guarded_us = after(GUARD_MS);
    speaking->quiet_since_us = virtual_now_us();
}

/* Clear a call from this side, or agree to the other's clearing. */
void give_up(struct peer *peer, struct circuit *circuit, int cause)
{
    circuit->accept_us = circuit->answer_us = circuit->hangup_us = NO_DEADLINE;
    circuit->ending = 1;
    if (openr2_chan_disconnect_call(circuit->chan, (openr2_call_disconnect_cause_t)cause)) {
        peer->counts.complaints++;
        vacate(circuit);
    }
}

static void on_call_init(openr2_chan_t *chan)
{
    int timeslot;
    occupy(circuit_of(chan, &timeslot), 1);
    say("seized", "\"ts\":%d", timeslot);
}

static void on_call_offered(openr2_chan_t *chan, const char *ani, const char *dnis,
                            openr2_calling_party_category_t category)
{
    int timeslot;
    struct circuit *circuit = circuit_of(chan, &timeslot);
    speaking->counts.offered++;
    say("offered", "\"ts\":%d,\"called\":\"%s\",\"caller\":\"%s\",\"restricted\":%d,\"category\":\"%s\"", timeslot,
        dnis, ani ? ani : "", !ani, openr2_proto_get_category_string(category));
    if (!speaking->options->accept) /* with A-6 the call is accepted already */
        circuit->accept_us = after(speaking->options->accept_ms);
}

static void on_call_accepted(openr2_chan_t *chan, openr2_call_mode_t mode)
{
    int timeslot;
    struct circuit *circuit = circuit_of(chan, &timeslot);
    say("accepted", "\"ts\":%d,\"mode\":\"%s\"", timeslot, openr2_proto_get_call_mode_string(mode));
    if (circuit->incoming)
        circuit->answer_us = after(speaking->options->common.answer_ms);
    else
        speaking->counts.accepted_out++;
}

static void on_call_answered(openr2_chan_t *chan)
{
    int timeslot;
    struct circuit *circuit = circuit_of(chan, &timeslot);
    circuit->answered = 1;
    circuit->hangup_us = after(speaking->options->common.hold_ms);
    speaking->counts.answered_out++;
    say("answered", "\"ts\":%d,\"incoming\":0", timeslot);
}

static void on_call_disconnect(openr2_chan_t *chan, openr2_call_disconnect_cause_t cause)
{
    int timeslot;
    struct circuit *circuit = circuit_of(chan, &timeslot);
    struct counts *counts = &speaking->counts;
    int double_seizure = !circuit->incoming && !circuit->answered && cause == OR2_CAUSE_FORCED_RELEASE;
    counts->collisions += double_seizure;
    if (!circuit->ending && !double_seizure) {
        counts->cleared_by_them++;
        counts->causes[(unsigned)cause % CAUSES]++;
    }
    say("cleared", "\"ts\":%d,\"incoming\":%d,\"cause\":\"%s\"", timeslot, circuit->incoming,
        double_seizure ? "Double Seizure" : openr2_proto_get_disconnect_string(cause));
    give_up(speaking, circuit, OR2_CAUSE_NORMAL_CLEARING);
}

static void on_call_end(openr2_chan_t *chan)
{
    int timeslot;
    struct circuit *circuit = circuit_of(chan, &timeslot);
    say("ended", "\"ts\":%d,\"incoming\":%d,\"answered\":%d", timeslot, circuit->incoming, circuit->answered);
    speaking->counts.ended++;
    vacate(circuit);
}

static void on_protocol_error(openr2_chan_t *chan, openr2_protocol_error_t error)
{
    int timeslot;
    struct circuit *circuit = circuit_of(chan, &timeslot);
    speaking->counts.errors++;
    say("protocol_error", "\"ts\":%d,\"error\":\"%s\"", timeslot, openr2_proto_get_error(error));
    vacate(circuit); /* libopenr2 has set the circuit idle */
}

static void on_line_blocked(openr2_chan_t *chan)
{
    int timeslot;
    circuit_of(chan, &timeslot)->blocked_by_them = 1;
    speaking->counts.blocked++;
    say("blocked", "\"ts\":%d", timeslot);
}

static void on_line_idle(openr2_chan_t *chan)
{
    int timeslot;
    circuit_of(chan, &timeslot)->blocked_by_them = 0;
    speaking->counts.unblocked++;
    say("idle", "\"ts\":%d", timeslot);
}

static void on_call_read(openr2_chan_t *chan, const unsigned char *octets, int length)
{
    (void)chan, (void)octets, (void)length; /* nobody listens */
}

static void on_hardware_alarm(openr2_chan_t *chan, int alarm)
{
    say("hardware_alarm", "\"ts\":%d,\"on\":%d", openr2_chan_get_number(chan), alarm);
}

static void on_os_error(openr2_chan_t *chan, int error)
{
    speaking->counts.complaints++;
    say("os_error", "\"ts\":%d,\"error\":%d", openr2_chan_get_number(chan), error);
}

static int on_dnis_digit_received(openr2_chan_t *chan, char digit)
{
    (void)chan, (void)digit;
    return 1; /* the length is libopenr2's business */
}

static void on_ani_digit_received(openr2_chan_t *chan, char digit)
{
    (void)chan, (void)digit;
}

static void on_billing_pulse_received(openr2_chan_t *chan)
{
    say("billing_pulse", "\"ts\":%d", openr2_chan_get_number(chan));
}

static void on_context_log(openr2_context_t *context, openr2_log_level_t level, const char *format, va_list arguments)
{
    char text[256];
    (void)context, (void)level;
    vsnprintf(text, sizeof text, format, arguments);
    speaking->counts.complaints++;
    say_text("complaint", "text", text);
}

void peer_log(openr2_chan_t *chan, openr2_log_level_t level, const char *format, va_list arguments)
{
    char text[400];
    int used = snprintf(text, sizeof text, "%d: ", openr2_chan_get_number(chan));
    vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
    speaking->counts.complaints += (level & (OR2_LOG_ERROR | OR2_LOG_WARNING)) != 0;
    say_text(level & (OR2_LOG_ERROR | OR2_LOG_WARNING) ? "complaint" : "trace", "text", text);
}

openr2_event_interface_t peer_events = {
    .on_call_init = on_call_init, .on_call_offered = on_call_offered, .on_call_accepted = on_call_accepted,
    .on_call_answered = on_call_answered, .on_call_disconnect = on_call_disconnect, .on_call_end = on_call_end,
    .on_call_read = on_call_read, .on_hardware_alarm = on_hardware_alarm, .on_os_error = on_os_error,
    .on_protocol_error = on_protocol_error, .on_line_blocked = on_line_blocked, .on_line_idle = on_line_idle,
    .on_context_log = on_context_log, .on_dnis_digit_received = on_dnis_digit_received,
    .on_ani_digit_received = on_ani_digit_received, .on_billing_pulse_received = on_billing_pulse_received,
};
