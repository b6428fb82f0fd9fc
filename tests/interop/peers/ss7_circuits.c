/* Supervision of the circuits of the SS7 test peer: blocking, reset and query, ours and the machine's. */
#include "ss7_peer.h"

#include <string.h>

/* Q.763 3.14: the maintenance blocking state is left at none. */
enum { STATUS_UNEQUIPPED = 0x03, STATUS_IN = 0x04, STATUS_OUT = 0x08, STATUS_IDLE = 0x0c };

static int run_end(const struct ss7_options *options, int cic)
{
    while (equipped(options, cic + 1))
        cic++;
    return cic;
}

/* The call of a supervision message takes the circuit: what was on it ends. */
static struct isup_call *supervise(struct peer *peer, int cic)
{
    struct circuit *circuit = &peer->circuits[cic];
    if (!circuit->call)
        circuit->call = isup_new_call(peer->ss7, cic, (unsigned)peer->options->far_pc, 0);
    return circuit->call;
}

static void reset_range(struct peer *peer, int first, int last)
{
    for (int cic = first; cic <= last; cic++) {
        if (equipped(peer->options, cic) && peer->circuits[cic].call)
            isup_free_call(peer->ss7, peer->circuits[cic].call);
        lose_call(peer, cic);
        peer->circuits[cic].blocked_by_them = peer->circuits[cic].blocked_by_us = 0;
    }
    peer->counts.resets_sent++;
    say("reset_sent", "\"first\":%d,\"last\":%d", first, last);
    if (first == last) /* a range of 0 is no group (Q.763 3.43) */
        isup_rsc(peer->ss7, supervise(peer, first));
    else
        isup_grs(peer->ss7, supervise(peer, first), last);
    for (int cic = first; cic <= last; cic++)
        peer->circuits[cic].in_reset = 1;
}

void reset_circuits(struct peer *peer)
{
    const struct ss7_options *options = peer->options;
    if (options->reset == 2)
        reset_range(peer, options->first_cic, options->last_cic);
    for (int cic = options->first_cic; options->reset == 1 && cic <= options->last_cic; cic++) {
        if (!equipped(options, cic) || equipped(options, cic - 1))
            continue;
        reset_range(peer, cic, run_end(options, cic));
    }
}

void reset_one(struct peer *peer)
{
    int cic = peer->options->first_cic;
    for (int n = CICS - 1; n > 0; n--)
        if (peer->circuits[n].in_call)
            cic = n;
    say("rsc_sent", "\"cic\":%d,\"call\":%d", cic, peer->circuits[cic].in_call);
    peer->counts.resets_sent++;
    if (peer->circuits[cic].call)
        isup_free_call(peer->ss7, peer->circuits[cic].call);
    lose_call(peer, cic);
    isup_rsc(peer->ss7, supervise(peer, cic));
    peer->circuits[cic].in_reset = 1;
}

void block(struct peer *peer, int on)
{
    int cic = peer->options->block_cic;
    say(on ? "blo_sent" : "ubl_sent", "\"cic\":%d", cic);
    peer->counts.blocks_sent++;
    peer->circuits[cic].blocked_by_us = on;
    on ? isup_blo(peer->ss7, supervise(peer, cic)) : isup_ubl(peer->ss7, supervise(peer, cic));
}

void block_group(struct peer *peer, int on)
{
    int first = peer->options->first_cic, last = run_end(peer->options, first);
    unsigned char status[CICS];
    struct isup_call *call = supervise(peer, first);
    memset(status, 1, sizeof status);
    for (int cic = first; cic <= last; cic++)
        peer->circuits[cic].blocked_by_us = on;
    say(on ? "cgb_sent" : "cgu_sent", "\"first\":%d,\"last\":%d", first, last);
    peer->counts.blocks_sent++;
    on ? isup_cgb(peer->ss7, call, last, status, 0) : isup_cgu(peer->ss7, call, last, status, 0);
}

static void group_reset_received(struct peer *peer, ss7_event_cicrange *grs)
{
    unsigned char status[256] = { 0 };
    for (int cic = grs->startcic; cic <= grs->endcic; cic++) {
        struct circuit *circuit = circuit_of(peer, cic);
        if (!circuit)
            continue;
        circuit->blocked_by_them = 0;
        if (circuit->in_reset)
            continue; /* resets that cross: ours still awaits its answer */
        if (circuit->call && circuit->call != grs->call)
            isup_free_call(peer->ss7, circuit->call);
        lose_call(peer, cic);
    }
    peer->counts.resets_received++;
    say("grs", "\"first\":%d,\"last\":%d", grs->startcic, grs->endcic);
    isup_gra(peer->ss7, grs->call, grs->endcic, status);
    if (!circuit_of(peer, grs->startcic) || !peer->circuits[grs->startcic].in_reset)
        isup_free_call(peer->ss7, grs->call);
}

static void group_block_received(struct peer *peer, ss7_event_cicrange *group, int on)
{
    unsigned char status[256] = { 0 };
    for (int cic = group->startcic; cic <= group->endcic; cic++) {
        struct circuit *circuit = circuit_of(peer, cic);
        status[cic - group->startcic] = circuit && group->status[cic - group->startcic];
        if (status[cic - group->startcic])
            circuit->blocked_by_them = on;
    }
    peer->counts.blocks_received++;
    say(on ? "cgb" : "cgu", "\"first\":%d,\"last\":%d,\"type\":%d", group->startcic, group->endcic, group->type);
    if (on)
        isup_cgba(peer->ss7, group->call, group->endcic, status);
    else
        isup_cgua(peer->ss7, group->call, group->endcic, status);
    let_go(peer, group->startcic, group->call);
}

static void query_received(struct peer *peer, ss7_event_cicrange *query)
{
    unsigned char status[256];
    for (int cic = query->startcic; cic <= query->endcic; cic++) {
        const struct circuit *circuit = circuit_of(peer, cic);
        status[cic - query->startcic] = !circuit ? STATUS_UNEQUIPPED : !circuit->in_call ? STATUS_IDLE :
                                        circuit->incoming ? STATUS_IN : STATUS_OUT;
    }
    say("cqm", "\"first\":%d,\"last\":%d", query->startcic, query->endcic);
    isup_cqr(peer->ss7, query->startcic, query->endcic, query->opc, status);
    let_go(peer, query->startcic, query->call);
}

static void block_received(struct peer *peer, ss7_event_cic *blo, int on)
{
    struct circuit *circuit = circuit_of(peer, blo->cic);
    peer->counts.blocks_received++;
    say(on ? "blo" : "ubl", "\"cic\":%d", blo->cic);
    if (circuit)
        circuit->blocked_by_them = on;
    on ? isup_bla(peer->ss7, blo->call) : isup_uba(peer->ss7, blo->call);
    let_go(peer, blo->cic, blo->call);
}

static void reset_received(struct peer *peer, ss7_event_rsc *rsc)
{
    peer->counts.resets_received++;
    say("rsc", "\"cic\":%d", rsc->cic);
    if (circuit_of(peer, rsc->cic))
        lose_call(peer, rsc->cic);
    isup_rlc(peer->ss7, rsc->call);
    let_go(peer, rsc->cic, rsc->call);
}

void reset_acknowledged(struct peer *peer, const char *what, int first, int last, struct isup_call *call)
{
    peer->counts.reset_acks++;
    peer->quiet_since_us = virtual_now_us();
    say(what, "\"cic\":%d", first);
    for (int cic = first; cic <= last && cic < CICS; cic++)
        peer->circuits[cic].in_reset = 0;
    let_go(peer, first, call);
}

static void block_acknowledged(struct peer *peer, const char *what, int cic, struct isup_call *call)
{
    peer->counts.block_acks++;
    peer->quiet_since_us = virtual_now_us();
    say(what, "\"cic\":%d", cic);
    if (circuit_of(peer, cic) && !peer->circuits[cic].in_call)
        let_go(peer, cic, call);
}

static void unequipped_received(struct peer *peer, ss7_event_cic *ucic)
{
    say("ucic", "\"cic\":%d", ucic->cic);
    isup_free_call(peer->ss7, ucic->call);
    if (circuit_of(peer, ucic->cic))
        lose_call(peer, ucic->cic);
}

void supervision_event(struct peer *peer, ss7_event *event)
{
    switch (event->e) {
    case ISUP_EVENT_RSC:
        reset_received(peer, &event->rsc);
        break;
    case ISUP_EVENT_GRS:
        group_reset_received(peer, &event->grs);
        break;
    case ISUP_EVENT_GRA:
        reset_acknowledged(peer, "gra", event->gra.startcic, event->gra.endcic, event->gra.call);
        break;
    case ISUP_EVENT_BLO:
    case ISUP_EVENT_UBL:
        block_received(peer, &event->blo, event->e == ISUP_EVENT_BLO);
        break;
    case ISUP_EVENT_BLA:
    case ISUP_EVENT_UBA:
        block_acknowledged(peer, event->e == ISUP_EVENT_BLA ? "bla" : "uba", event->bla.cic, event->bla.call);
        break;
    case ISUP_EVENT_CGB:
    case ISUP_EVENT_CGU:
        group_block_received(peer, &event->cgb, event->e == ISUP_EVENT_CGB);
        break;
    case ISUP_EVENT_CGBA:
    case ISUP_EVENT_CGUA:
        block_acknowledged(peer, event->e == ISUP_EVENT_CGBA ? "cgba" : "cgua", event->cgba.startcic,
                           event->cgba.call);
        break;
    case ISUP_EVENT_CQM:
        query_received(peer, &event->cqm);
        break;
    case ISUP_EVENT_UCIC:
        unequipped_received(peer, &event->ucic);
        break;
    default:
        say("other", "\"number\":%d,\"name\":\"%s\"", event->e, ss7_event2str(event->e));
    }
}
