"""MTP restart: of this point (TPRC) and of each adjacent one (TRAC) (Q.704 clause 9).

An end point has nothing to tell about other destinations, so it sends TRA as soon as a neighbour can be reached, also
while it restarts itself: two end points that wake up together need not wait for each other.
"""

from __future__ import annotations

from switchsim.proto.mtp3.actions import RestartDone
from switchsim.proto.mtp3.codec import Kind, Message
from switchsim.proto.mtp3.core import Core, Due, Nothing, Rows, run
from switchsim.proto.mtp3.inhibit import forget_inhibition
from switchsim.proto.mtp3.routes import forget_adjacent, tell
from switchsim.proto.mtp3.state import Box, Tprc, TprcEvent, Trac, TracEvent


def step(core: Core, event: TprcEvent) -> None:
    run(core, Box.TPRC, core.state.tprc, event, TPRC)


def adjacent_step(core: Core, adjacent_pc: int, event: TracEvent) -> None:
    run(core, Box.TRAC, core.state.adjacents[adjacent_pc].trac, event, TRAC, adjacent_pc)


def send_tra(core: Core, adjacent_pc: int) -> None:
    """What the neighbour must not send through us, then TRA; T19 keeps the two from answering each other for ever."""
    adjacent = core.state.adjacents[adjacent_pc]
    if core.config.stp:
        tell(core, adjacent_pc, adjacent)
    if core.send_snm(adjacent_pc, 0, Message(Kind.TRA)):
        core.start("t19", adjacent_pc)


# -- an adjacent point -------------------------------------------------------------------------------------------------


def _comes(core: Core, adjacent_pc: int) -> None:
    adjacent = core.state.adjacents[adjacent_pc]
    adjacent.trac = Trac.RESTARTING
    if core.state.tprc is Tprc.RUNNING:
        core.start("t21", adjacent_pc)
        send_tra(core, adjacent_pc)
    elif not core.config.stp:
        send_tra(core, adjacent_pc)
    if adjacent.tra_received:
        _has_restarted(core, adjacent_pc)


def _early_tra(core: Core, adjacent_pc: int) -> None:
    """Its end of the link has passed the test, ours is about to: TRA comes once only, so it is kept."""
    core.state.adjacents[adjacent_pc].tra_received = True


def _goes(core: Core, adjacent_pc: int) -> None:
    adjacent = core.state.adjacents[adjacent_pc]
    adjacent.trac = Trac.AWAY
    adjacent.tra_received = False
    adjacent.told.clear()
    core.stop("t19", adjacent_pc)
    core.stop("t21", adjacent_pc)
    forget_adjacent(core, adjacent_pc)
    core.reroute(Due.LINK)
    _check_neighbours(core)


def _has_restarted(core: Core, adjacent_pc: int) -> None:
    adjacent = core.state.adjacents[adjacent_pc]
    adjacent.tra_received = True
    core.stop("t21", adjacent_pc)
    if core.state.tprc is Tprc.RUNNING:
        _ready(core, adjacent_pc)
    else:
        _check_neighbours(core)


def _check_neighbours(core: Core) -> None:
    if core.state.tprc is Tprc.RUNNING:
        return
    near = [one for one in core.state.adjacents.values() if one.trac is not Trac.AWAY]
    if near and all(one.tra_received for one in near):
        core.signal(Box.TPRC, "", TprcEvent.NEIGHBOUR_DONE)


def _ready(core: Core, adjacent_pc: int) -> None:
    core.state.adjacents[adjacent_pc].trac = Trac.READY
    core.reroute(Due.LINK)


def _own_done(core: Core, adjacent_pc: int) -> None:
    """When all are marked it is known what can be reached: each is told what can not, then gets its TRA (Q.704 9.2)."""
    _ready(core, adjacent_pc)
    adjacents = core.state.adjacents
    if any(one.trac is Trac.RESTARTING for one in adjacents.values()):
        return
    for near_pc, one in adjacents.items():
        if one.trac is Trac.READY and f"t19/{near_pc}" not in core.state.timers:
            send_tra(core, near_pc)


def _unexpected_tra(core: Core, adjacent_pc: int) -> None:
    """It restarted without our noticing: it waits for what we have to tell, and for our TRA (Q.704 9.5)."""
    if f"t19/{adjacent_pc}" in core.state.timers:
        core.count("tra_while_t19")
        return
    core.state.adjacents[adjacent_pc].told.clear()
    send_tra(core, adjacent_pc)


_HERE = Nothing("the neighbour is known to be there", "9.4")
_NOT_THERE = Nothing("without a link there is nothing to do for it", "9.4")
_NEVER_THERE = Nothing("without a link nothing comes from it directly", "9.4", impossible=True)
_NOT_WAITING = Nothing("nobody waits for the end of its restart", "9.4", impossible=True)
TRAC: Rows = {
    (Trac.AWAY, TracEvent.CONNECTED): _comes,
    (Trac.AWAY, TracEvent.LOST): _NEVER_THERE,
    (Trac.AWAY, TracEvent.TRA): _early_tra,
    (Trac.AWAY, TracEvent.TRAFFIC): _NEVER_THERE,
    (Trac.AWAY, TracEvent.T21): _NOT_WAITING,
    (Trac.AWAY, TracEvent.OWN_DONE): _NOT_THERE,
    (Trac.RESTARTING, TracEvent.CONNECTED): _HERE,
    (Trac.RESTARTING, TracEvent.LOST): _goes,
    (Trac.RESTARTING, TracEvent.TRA): _has_restarted,
    (Trac.RESTARTING, TracEvent.TRAFFIC): _has_restarted,
    (Trac.RESTARTING, TracEvent.T21): _has_restarted,
    (Trac.RESTARTING, TracEvent.OWN_DONE): _own_done,
    (Trac.READY, TracEvent.CONNECTED): _NOT_WAITING,
    (Trac.READY, TracEvent.LOST): _goes,
    (Trac.READY, TracEvent.TRA): _unexpected_tra,
    (Trac.READY, TracEvent.TRAFFIC): _NOT_WAITING,
    (Trac.READY, TracEvent.T21): _NOT_WAITING,
    (Trac.READY, TracEvent.OWN_DONE): _NOT_WAITING,
}


# -- this point --------------------------------------------------------------------------------------------------------


def _begin(core: Core) -> None:
    """The first link is there after isolation: old inhibitions no longer count, the neighbours tell what they reach."""
    core.state.tprc = Tprc.COLLECTING
    for link in core.state.links:
        forget_inhibition(core, link)
    if core.config.stp:
        core.start("t18")
    core.start("t20")


def _restart(core: Core) -> None:
    """Management wants a restart with the links as they are: users pause until the neighbours have answered."""
    core.state.tprc = Tprc.COLLECTING
    for adjacent in core.state.adjacents.values():
        adjacent.tra_received = False
    for adjacent_pc, adjacent in core.state.adjacents.items():
        if adjacent.trac is not Trac.AWAY:
            _goes(core, adjacent_pc)
            _comes(core, adjacent_pc)
    if core.config.stp:
        core.start("t18")
    core.start("t20")


def _end(core: Core) -> None:
    core.stop("t18")
    core.stop("t20")
    core.state.tprc = Tprc.RUNNING
    core.out.append(RestartDone())
    for adjacent_pc in core.state.adjacents:
        core.signal(Box.TRAC, adjacent_pc, TracEvent.OWN_DONE)
    core.reroute(Due.LINK)


def _lost(core: Core) -> None:
    if not any(core.connected(adjacent_pc) for adjacent_pc in core.by_adjacent):
        core.stop("t18")
        core.stop("t20")
        core.state.tprc = Tprc.ISOLATED


_ALONE = Nothing("without a link there is nobody to restart with", "9.2")
_NO_NEIGHBOUR = Nothing("without a link no neighbour ends its restart or goes", "9.2", impossible=True)
_RUNS = Nothing("the restart goes on with one neighbour more", "9.2")
_TIMER = Nothing("the timer does not run in this state", "16.8", impossible=True)
TPRC: Rows = {
    (Tprc.ISOLATED, TprcEvent.CONNECTED): _begin,
    (Tprc.ISOLATED, TprcEvent.LOST): _NO_NEIGHBOUR,
    (Tprc.ISOLATED, TprcEvent.NEIGHBOUR_DONE): _NO_NEIGHBOUR,
    (Tprc.ISOLATED, TprcEvent.T18): _TIMER,
    (Tprc.ISOLATED, TprcEvent.T20): _TIMER,
    (Tprc.ISOLATED, TprcEvent.RESTART): _ALONE,
    (Tprc.COLLECTING, TprcEvent.CONNECTED): _RUNS,
    (Tprc.COLLECTING, TprcEvent.LOST): _lost,
    (Tprc.COLLECTING, TprcEvent.NEIGHBOUR_DONE): _end,
    (Tprc.COLLECTING, TprcEvent.T18): _end,
    (Tprc.COLLECTING, TprcEvent.T20): _end,
    (Tprc.COLLECTING, TprcEvent.RESTART): _RUNS,
    (Tprc.RUNNING, TprcEvent.CONNECTED): Nothing("the adjacent point alone restarts", "9.4"),
    (Tprc.RUNNING, TprcEvent.LOST): _lost,
    (Tprc.RUNNING, TprcEvent.NEIGHBOUR_DONE): Nothing("the restart has ended", "9.2", impossible=True),
    (Tprc.RUNNING, TprcEvent.T18): _TIMER,
    (Tprc.RUNNING, TprcEvent.T20): _TIMER,
    (Tprc.RUNNING, TprcEvent.RESTART): _restart,
}
