/* Calls of the SS7 test peer, as an exchange sets them up and clears them. */
#include "ss7_peer.h"

#include <stdio.h>
#include <string.h>

static uint64_t after(int ms)
{
    return ms == NEVER ? NO_DEADLINE : virtual_now_us() + (uint64_t)ms * 1000;
}

uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

int equipped(const struct ss7_options *options, int cic)
{
    return cic >= options->first_cic && cic <= options->last_cic && cic != options->not_cic;
}

struct circuit *circuit_of(struct peer *peer, int cic)
{
    return equipped(peer->options, cic) ? &peer->circuits[cic] : NULL;
}

static void occupy(struct peer *peer, int cic, struct isup_call *call, int incoming)
{
    struct circuit *circuit = &peer->circuits[cic];
    circuit->call = call;
    circuit->in_call = 1;
    circuit->incoming = incoming;
    circuit->answered = circuit->cleared = 0;
    circuit->answer_us = circuit->hangup_us = NO_DEADLINE;
    if (++peer->counts.up > peer->counts.most_up)
        peer->counts.most_up = peer->counts.up;
}

void vacate(struct peer *peer, int cic)
{
    struct circuit *circuit = &peer->circuits[cic];
    circuit->call = NULL;
    circuit->in_reset = 0;
    circuit->answer_us = circuit->hangup_us = NO_DEADLINE;
    if (circuit->in_call) {
        circuit->in_call = 0;
        peer->counts.up--;
        peer->quiet_since_us = virtual_now_us();
    }
}

/* libss7 keeps what it still waits for; the circuit is free when it has let go. */
void let_go(struct peer *peer, int cic, struct isup_call *call)
{
    struct circuit *circuit = circuit_of(peer, cic);
    call = isup_free_call_if_clear(peer->ss7, call);
    if (!circuit)
        return;
    if (call)
        circuit->call = call;
    else
        vacate(peer, cic);
}

/* Each call counts once, with the first cause that clears it. */
static void count_clearing(struct peer *peer, const char *what, int cic, int cause, int *count)
{
    struct circuit *circuit = circuit_of(peer, cic);
    if (circuit && circuit->in_call && !circuit->cleared) {
        ++*count;
        if (cause >= 0 && cause < CAUSES)
            peer->counts.causes[cause]++;
        circuit->cleared = 1;
    }
    say(what, "\"cic\":%d,\"cause\":%d", cic, cause);
}

/* A call that a reset or a lost link ends without REL. */
void lose_call(struct peer *peer, int cic)
{
    struct circuit *circuit = &peer->circuits[cic];
    if (circuit->in_call && !circuit->cleared)
        peer->counts.lost++;
    vacate(peer, cic);
}

/* Q.764 2.9.1.4 method 2: the higher point code controls the even circuits; ours from below, then theirs from above. */
static int free_circuit(const struct peer *peer)
{
    const struct ss7_options *options = peer->options;
    int parity = options->own_pc > options->far_pc ? 0 : 1;
    for (int n = 0; n < 2 * CICS; n++) {
        int cic = n < CICS ? n : 2 * CICS - 1 - n;
        const struct circuit *circuit = &peer->circuits[cic];
        if (equipped(options, cic) && ((cic & 1) == parity) == (n < CICS) && !circuit->in_call && !circuit->call &&
            !circuit->blocked_by_them && !circuit->blocked_by_us)
            return cic;
    }
    return 0;
}

int place_call(struct peer *peer)
{
    const struct options *common = &peer->options->common;
    int cic = free_circuit(peer);
    struct isup_call *call;
    if (!cic)
        return 0;
    call = isup_new_call(peer->ss7, cic, (unsigned)peer->options->far_pc, 1);
    isup_set_called(call, common->number, SS7_NAI_NATIONAL, peer->ss7);
    isup_set_calling(call, common->caller, SS7_NAI_NATIONAL, SS7_PRESENTATION_ALLOWED,
                     SS7_SCREENING_NETWORK_PROVIDED);
    occupy(peer, cic, call, 0);
    peer->counts.placed++;
    say("placed", "\"cic\":%d,\"number\":\"%s\"", cic, common->number);
    isup_iam(peer->ss7, call);
    return cic;
}

void clear_call(struct peer *peer, int cic, int cause)
{
    struct circuit *circuit = &peer->circuits[cic];
    circuit->answer_us = circuit->hangup_us = NO_DEADLINE;
    count_clearing(peer, "clearing", cic, cause, &peer->counts.cleared_by_us);
    isup_rel(peer->ss7, circuit->call, cause);
}

void answered(struct peer *peer, int cic)
{
    struct circuit *circuit = &peer->circuits[cic];
    circuit->answered = 1;
    circuit->answer_us = NO_DEADLINE;
    circuit->hangup_us = after(peer->options->common.hold_ms);
    *(circuit->incoming ? &peer->counts.answered_in : &peer->counts.answered_out) += 1;
    say("answered", "\"cic\":%d,\"incoming\":%d", cic, circuit->incoming);
}

static void answer(struct peer *peer, int cic)
{
    struct circuit *circuit = &peer->circuits[cic];
    if (peer->options->con)
        isup_con(peer->ss7, circuit->call);
    else
        isup_anm(peer->ss7, circuit->call);
    answered(peer, cic);
}

/* An IAM that gets no answer: 1, and libss7 has let go of it. */
static int dropped(struct peer *peer, struct circuit *circuit, ss7_event_iam *iam)
{
    const struct ss7_options *options = peer->options;
    if (circuit && (circuit->in_reset || (options->reset && !peer->linkset_up))) {
        /* It was sent before our reset has come (Q.764 2.9.3): we reset all before we serve any. */
        say("discarded_iam", "\"cic\":%d", iam->cic);
        if (iam->call != circuit->call)
            isup_free_call(peer->ss7, iam->call);
        else
            isup_clear_callflags(peer->ss7, iam->call, ISUP_GOT_IAM);
        return 1;
    }
    if (++peer->counts.rung == options->ignore_iam) {
        say("ignored_iam", "\"cic\":%d", iam->cic);
        isup_free_call(peer->ss7, iam->call);
        return 1;
    }
    return 0;
}

static void accept_call(struct peer *peer, int cic)
{
    const struct ss7_options *options = peer->options;
    struct circuit *circuit = &peer->circuits[cic];
    if (options->common.reject_cause) {
        clear_call(peer, cic, options->common.reject_cause);
        return;
    }
    if (!options->con) {
        isup_acm(peer->ss7, circuit->call);
        if (options->progress)
            isup_cpg(peer->ss7, circuit->call, CPG_EVENT_PROGRESS);
    }
    circuit->answer_us = after(options->common.answer_ms);
}

void ring(struct peer *peer, ss7_event_iam *iam)
{
    struct circuit *circuit = circuit_of(peer, iam->cic);
    size_t digits = strcspn(iam->called_party_num, "#");
    if (dropped(peer, circuit, iam))
        return;
    say("ring",
        "\"cic\":%d,\"called\":\"%.*s\",\"called_nai\":%d,\"complete\":%d,\"caller\":\"%s\",\"caller_nai\":%d,"
        "\"category\":%d,\"medium\":%d,\"continuity\":%d",
        iam->cic, (int)digits, iam->called_party_num, iam->called_nai, iam->called_party_num[digits] == '#',
        iam->calling_party_num, iam->calling_nai, iam->calling_party_cat, iam->transcap, iam->cot_check_required);
    if (!circuit) {
        isup_ucic(peer->ss7, iam->cic, iam->opc);
        isup_free_call(peer->ss7, iam->call);
        return;
    }
    if (!circuit->in_call)
        occupy(peer, iam->cic, iam->call, 1);
    circuit->call = iam->call;
    circuit->blocked_by_them = 0; /* Q.764 2.8.2.2: an IAM unblocks */
    accept_call(peer, iam->cic);
}

uint64_t run_calls(struct peer *peer, uint64_t now_us)
{
    uint64_t deadline_us = NO_DEADLINE;
    for (int cic = 1; cic < CICS; cic++) {
        struct circuit *circuit = &peer->circuits[cic];
        if (circuit->in_call && circuit->answer_us <= now_us)
            answer(peer, cic);
        if (circuit->in_call && circuit->hangup_us <= now_us)
            clear_call(peer, cic, 16);
        if (circuit->in_call)
            deadline_us = sooner(deadline_us, sooner(circuit->answer_us, circuit->hangup_us));
    }
    return deadline_us;
}

void released(struct peer *peer, ss7_event_rel *rel)
{
    count_clearing(peer, "cleared", rel->cic, rel->cause, &peer->counts.cleared_by_them);
    if (circuit_of(peer, rel->cic))
        peer->circuits[rel->cic].answer_us = peer->circuits[rel->cic].hangup_us = NO_DEADLINE;
    isup_rlc(peer->ss7, rel->call);
    let_go(peer, rel->cic, rel->call);
}
