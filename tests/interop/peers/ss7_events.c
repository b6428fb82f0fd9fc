/* What libss7 tells the SS7 test peer, and what it asks. */
#include "ss7_peer.h"

#include <stddef.h>

struct peer *speaking;

static void call_gone(struct ss7 *ss7, struct isup_call *call, int lock)
{
    (void)ss7;
    (void)lock;
    for (int cic = 1; cic < CICS; cic++)
        if (speaking->circuits[cic].call == call)
            lose_call(speaking, cic);
}

static void not_in_service(struct ss7 *ss7, int cic, unsigned dpc)
{
    (void)ss7;
    say("not_in_service", "\"cic\":%d,\"dpc\":%u", cic, dpc);
}

/* A timer or a message wants the call gone; what do we know of it? */
static int hang_up(struct ss7 *ss7, int cic, unsigned dpc, int cause, int how)
{
    struct circuit *circuit = circuit_of(speaking, cic);
    struct isup_call *call = circuit ? circuit->call : NULL;
    say("hangup", "\"cic\":%d,\"cause\":%d,\"how\":%d,\"call\":%d", cic, cause, how, call != NULL);
    if (!circuit)
        return SS7_CIC_NOT_EXISTS;
    if (how == SS7_HANGUP_SEND_REL && call) {
        clear_call(speaking, cic, cause);
        return SS7_CIC_USED;
    }
    if (how == SS7_HANGUP_SEND_RSC && call) {
        lose_call(speaking, cic);
        circuit->call = call;
        speaking->counts.resets_sent++;
        isup_rsc(ss7, call);
        circuit->in_reset = 1;
        return SS7_CIC_USED;
    }
    if (how == SS7_HANGUP_REEVENT_IAM && call) { /* theirs goes first; ours is tried again elsewhere */
        speaking->counts.dual_lost++;
        speaking->counts.placed--;
        vacate(speaking, cic);
        isup_clear_callflags(ss7, call, ISUP_SENT_IAM | ISUP_PENDING_IAM);
        isup_event_iam(ss7, call, (int)dpc);
        return SS7_CIC_USED;
    }
    if (how == SS7_HANGUP_SEND_RSC)
        speaking->counts.resets_sent++; /* libss7 sends it, as the circuit is idle */
    return SS7_CIC_IDLE;
}

void set_callbacks(void)
{
    ss7_set_hangup(hang_up);
    ss7_set_notinservice(not_in_service);
    ss7_set_call_null(call_gone);
}

static void on_linkset(struct peer *peer, int up)
{
    peer->linkset_up = up;
    *(up ? &peer->counts.linkset_ups : &peer->counts.linkset_downs) += 1;
    peer->next_call_us = peer->quiet_since_us = virtual_now_us();
    say(up ? "linkset_up" : "linkset_down", "\"number\":%d",
        up ? peer->counts.linkset_ups : peer->counts.linkset_downs);
    if (up)
        reset_circuits(peer);
    else
        peer->counts.reset_acks = peer->counts.resets_sent; /* libss7 has forgotten what it waited for */
}

static void on_link(struct peer *peer, int up)
{
    int *count = up ? &peer->counts.link_ups : &peer->counts.link_downs;
    ++*count;
    say(up ? "link_up" : "link_down", "\"number\":%d", *count);
}

static void on_release_complete(struct peer *peer, ss7_event_cic *rlc)
{
    if (rlc->got_sent_msg & ISUP_SENT_RSC) {
        reset_acknowledged(peer, "rsc_ack", rlc->cic, rlc->cic, rlc->call);
        return;
    }
    say("rlc", "\"cic\":%d", rlc->cic);
    let_go(peer, rlc->cic, rlc->call);
}

static void on_answer(struct peer *peer, int cic)
{
    if (circuit_of(peer, cic) && peer->circuits[cic].in_call)
        answered(peer, cic);
}

/* Events of a call; others are supervision. */
static void on_call_event(struct peer *peer, ss7_event *event)
{
    switch (event->e) {
    case ISUP_EVENT_IAM:
        ring(peer, &event->iam);
        break;
    case ISUP_EVENT_ACM:
        say("acm", "\"cic\":%d,\"called_status\":%d", event->acm.cic, event->acm.called_party_status_ind);
        break;
    case ISUP_EVENT_CPG:
        say("cpg", "\"cic\":%d,\"progress\":%d", event->cpg.cic, event->cpg.event);
        break;
    case ISUP_EVENT_ANM:
    case ISUP_EVENT_CON:
        on_answer(peer, event->anm.cic);
        break;
    case ISUP_EVENT_REL:
        released(peer, &event->rel);
        break;
    case ISUP_EVENT_RLC:
        on_release_complete(peer, &event->rlc);
        break;
    case ISUP_EVENT_SUS:
    case ISUP_EVENT_RES:
        say(event->e == ISUP_EVENT_SUS ? "sus" : "res", "\"cic\":%d,\"network\":%d", event->sus.cic,
            event->sus.network_isdn_indicator);
        break;
    default:
        supervision_event(peer, event);
    }
}

static void on_event(struct peer *peer, ss7_event *event)
{
    switch (event->e) {
    case MTP2_LINK_UP:
    case MTP2_LINK_DOWN:
        on_link(peer, event->e == MTP2_LINK_UP);
        break;
    case SS7_EVENT_UP:
    case SS7_EVENT_DOWN:
        on_linkset(peer, event->e == SS7_EVENT_UP);
        break;
    default:
        on_call_event(peer, event);
    }
}

void run_events(struct peer *peer)
{
    ss7_event *event;
    while ((event = ss7_check_event(peer->ss7)))
        on_event(peer, event);
}
