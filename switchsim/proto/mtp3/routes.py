"""Signalling route management: what neighbours say of destinations, what we tell them (RSRT, RTPC, RTAC, RTRC)."""

from __future__ import annotations

from switchsim.proto.mtp3.codec import Kind, Message
from switchsim.proto.mtp3.core import Core, Due, Nothing, Rows, run
from switchsim.proto.mtp3.state import Adjacent, Box, Rsrt, RsrtEvent, Tprc, Trac

ALLOWED, PROHIBITED, RESTRICTED = 0, 1, 2
_TELL = {ALLOWED: Kind.TFA, PROHIBITED: Kind.TFP, RESTRICTED: Kind.TFR}
_SAYS = {RsrtEvent.TFP: Kind.TFP, RsrtEvent.TFR: Kind.TFR, RsrtEvent.TFA: Kind.TFA}


def key_of(dpc: int, adjacent_pc: int) -> str:
    return f"{dpc}/{adjacent_pc}"


# -- what neighbours say -----------------------------------------------------------------------------------------------


def step(core: Core, dpc: int, adjacent_pc: int, event: RsrtEvent) -> None:
    state = core.state.destinations[dpc].routes.get(adjacent_pc, Rsrt.ALLOWED)
    run(core, Box.RSRT, state, event, RSRT, dpc, adjacent_pc)


def on_transfer(core: Core, adjacent_pc: int, dpc: int, event: RsrtEvent) -> None:
    """TFP, TFR or TFA; about a destination that is not routed by its sender it means nothing to us (Q.704 13.2.4)."""
    plan = core.routes.get(dpc)
    if plan is None:
        core.unknown("13.2.4", _SAYS[event], dpc)
        return
    if dpc == adjacent_pc:
        core.count("unknown_destination")
        return
    names = core.by_adjacent[adjacent_pc]
    if any(name in one for one in plan.classes for name in names):
        step(core, dpc, adjacent_pc, event)
    else:
        core.count("route_not_used")


def forget_adjacent(core: Core, adjacent_pc: int) -> None:
    """The neighbour went away or restarts: it will say anew what it can not reach (Q.704 9.4)."""
    for dpc in core.state.destinations:
        step(core, dpc, adjacent_pc, RsrtEvent.RESET)


def _prohibited(core: Core, dpc: int, adjacent_pc: int) -> None:
    _worse(core, dpc, adjacent_pc, Rsrt.PROHIBITED)


def _restricted(core: Core, dpc: int, adjacent_pc: int) -> None:
    _worse(core, dpc, adjacent_pc, Rsrt.RESTRICTED)


def _worse(core: Core, dpc: int, adjacent_pc: int, to: Rsrt) -> None:
    core.state.destinations[dpc].routes[adjacent_pc] = to
    core.start("t10", key_of(dpc, adjacent_pc))
    core.reroute(Due.ROUTE)


def _allowed(core: Core, dpc: int, adjacent_pc: int) -> None:
    del core.state.destinations[dpc].routes[adjacent_pc]
    core.stop("t10", key_of(dpc, adjacent_pc))
    core.reroute(Due.ROUTE)


def _ask(core: Core, dpc: int, adjacent_pc: int) -> None:
    """Every T10: is it still so? (Q.704 13.5)"""
    state = core.state.destinations[dpc].routes[adjacent_pc]
    core.send_snm(adjacent_pc, 0, Message(Kind.RST if state is Rsrt.PROHIBITED else Kind.RSR, point=dpc))
    core.start("t10", key_of(dpc, adjacent_pc))


_KNOWN = Nothing("this is known already", "13.2.4")
RSRT: Rows = {
    (Rsrt.ALLOWED, RsrtEvent.TFP): _prohibited,
    (Rsrt.ALLOWED, RsrtEvent.TFR): _restricted,
    (Rsrt.ALLOWED, RsrtEvent.TFA): _KNOWN,
    (Rsrt.ALLOWED, RsrtEvent.T10): Nothing("the timer does not run in this state", "13.5.2", impossible=True),
    (Rsrt.ALLOWED, RsrtEvent.RESET): _KNOWN,
    (Rsrt.PROHIBITED, RsrtEvent.TFP): _KNOWN,
    (Rsrt.PROHIBITED, RsrtEvent.TFR): _restricted,
    (Rsrt.PROHIBITED, RsrtEvent.TFA): _allowed,
    (Rsrt.PROHIBITED, RsrtEvent.T10): _ask,
    (Rsrt.PROHIBITED, RsrtEvent.RESET): _allowed,
    (Rsrt.RESTRICTED, RsrtEvent.TFP): _prohibited,
    (Rsrt.RESTRICTED, RsrtEvent.TFR): _KNOWN,
    (Rsrt.RESTRICTED, RsrtEvent.TFA): _allowed,
    (Rsrt.RESTRICTED, RsrtEvent.T10): _ask,
    (Rsrt.RESTRICTED, RsrtEvent.RESET): _allowed,
}


# -- what we tell (transfer points only) -------------------------------------------------------------------------------


def standing(core: Core, adjacent_pc: int, dpc: int) -> int:
    """What holds for a neighbour that wants to reach a destination through us.

    Prohibited is also what we reach through that very neighbour: it must not send it back to us (Q.704 13.2.2 i).
    """
    if dpc == adjacent_pc:
        return ALLOWED
    row = core.want(dpc)
    if row[0] < 0:
        return PROHIBITED
    if any(core.plans[link].adjacent_pc == adjacent_pc for link in row):
        return PROHIBITED
    return RESTRICTED if core.state.destinations[dpc].restricted else ALLOWED


def tell_neighbours(core: Core) -> None:
    """Broadcast every change: TFP, TFR, TFA to each neighbour for which something is different now (13.2.2, 13.3.2)."""
    if core.config.stp and core.state.tprc is Tprc.RUNNING:
        for adjacent_pc, adjacent in core.state.adjacents.items():
            if adjacent.trac is not Trac.AWAY:
                tell(core, adjacent_pc, adjacent)


def tell(core: Core, adjacent_pc: int, adjacent: Adjacent) -> None:
    for dpc in core.routes:
        now = standing(core, adjacent_pc, dpc)
        if adjacent.told.get(dpc, ALLOWED) == now:
            continue
        if core.send_snm(adjacent_pc, 0, Message(_TELL[now], point=dpc)):
            adjacent.told[dpc] = now


def respond(core: Core, adjacent_pc: int, dpc: int) -> None:
    """A neighbour sent traffic that goes no further: tell it, at most once in T8 (response method, 13.2.2 iii)."""
    name = key_of(dpc, adjacent_pc)
    if core.config.stp and f"t8/{name}" not in core.state.timers:
        core.send_snm(adjacent_pc, 0, Message(Kind.TFP, point=dpc))
        core.start("t8", name)


def on_route_test(core: Core, adjacent_pc: int, dpc: int, believed: int) -> None:
    """RST or RSR: an answer only when the neighbour believes what is not so (13.5.4)."""
    if not core.config.stp or dpc not in core.routes:
        core.count("route_test_ignored")
        return
    now = standing(core, adjacent_pc, dpc)
    if now != believed and core.send_snm(adjacent_pc, 0, Message(_TELL[now], point=dpc)):
        core.state.adjacents[adjacent_pc].told[dpc] = now


def watch_restriction(core: Core, dpc: int) -> None:
    """National option: when the normal route has been lost for T11, the destination is restricted through us (13.4)."""
    destination = core.state.destinations[dpc]
    if not (core.config.stp and core.config.transfer_restricted):
        return
    best = core.routes[dpc].classes[0]
    link = core.want(dpc)[0]
    if link >= 0 and core.plans[link].link_set not in best:
        if not destination.restricted and f"t11/{dpc}" not in core.state.timers:
            core.start("t11", dpc)
    else:
        destination.restricted = False
        core.stop("t11", dpc)


def on_t11(core: Core, dpc: int) -> None:
    core.state.destinations[dpc].restricted = True
    tell_neighbours(core)
