"""Changeback (TCBC) and controlled rerouting (TCRC): traffic moves to a better link (Q.704 clauses 6, 8).

A changeback is one gate for a pair of links, (old, new). The declaration goes out on the old link behind all that was
sent there; its acknowledgement proves that the far end has it all. Flows that have to move later get one of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from switchsim.proto.mtp3.actions import ChangebackDone
from switchsim.proto.mtp3.codec import Kind, Message
from switchsim.proto.mtp3.core import Core, Nothing, Rows, run
from switchsim.proto.mtp3.flows import complete, give_back, join, members, route, withdraw
from switchsim.proto.mtp3.state import Box, Gate, Tcbc, TcbcEvent


def divert(core: Core, dpc: int, sls: int, link: int, to: int) -> None:
    """Bring one flow from `link` to `to`; those that move together share a changeback.

    One that began earlier serves no longer: its declaration may have overtaken what the flow sent since (Q.704 6.3).
    """
    key = core.opened.get((link, to))
    if key is not None:
        join(core, dpc, sls, key, core.state.gates[key])
        return
    key = core.opened[link, to] = _free_key(core, f"tcbc/{link}/{to}")
    join(core, dpc, sls, key, Gate("tcbc", link, to))
    same = core.plans[link].adjacent_pc == core.plans[to].adjacent_pc
    step(core, key, TcbcEvent.DIVERT if same else TcbcEvent.DIVERT_TIMED)


def _free_key(core: Core, name: str) -> str:
    gates, number = core.state.gates, 1
    while (key := name if number == 1 else f"{name}/{number}") in gates:
        number += 1
    return key


def divert_elsewhere(core: Core, dpc: int, sls: int, move: Callable[[], None]) -> None:
    """A flow on its way to one link is wanted on another one: it leaves that changeback for what `move` begins.

    Its messages stay in order: nothing of it was sent since the declaration of the changeback that it leaves.
    """
    waiting = withdraw(core, dpc, sls)
    move()
    for octets in waiting:
        route(core, dpc, sls, octets)


def step(core: Core, key: str, event: TcbcEvent) -> None:
    gate = core.state.gates.get(key)
    run(core, Box.TCBC, gate.tcbc if gate else Tcbc.IDLE, event, TCBC, key)


def declare(core: Core, key: str, timer: str, state: Tcbc) -> None:
    gate = core.state.gates[key]
    gate.tcbc = state
    core.send_on(gate.link, core.plans[gate.to].slc, Message(Kind.CBD, gate.code))
    core.start(timer, key)


def _declare_first(core: Core, key: str) -> None:
    """A code that no other changeback of this link uses (Q.704 6.3.2)."""
    gate = core.state.gates[key]
    used = [one.code for name, one in core.state.gates.items() if one.to == gate.to and name != key]
    gate.code = next(code for code in range(256) if code not in used)
    declare(core, key, "t4", Tcbc.FIRST)


def _declare_again(core: Core, key: str) -> None:
    declare(core, key, "t5", Tcbc.SECOND)


def _wait(core: Core, key: str) -> None:
    core.state.gates[key].tcbc = Tcbc.TIMED
    core.start("t3", key)


def _finish(core: Core, key: str) -> None:
    gate = core.state.gates[key]
    for timer in ("t3", "t4", "t5"):
        core.stop(timer, key)
    complete(core, key)
    core.out.append(ChangebackDone(gate.to))


def _finish_unanswered(core: Core, key: str) -> None:
    core.violation("6.5.3", f"no changeback acknowledgement for link {core.state.gates[key].to}, twice")
    _finish(core, key)


def _cancel(core: Core, key: str) -> None:
    for timer in ("t3", "t4", "t5"):
        core.stop(timer, key)
    give_back(core, key, list(members(core, key)))
    del core.state.gates[key]


_LATE = Nothing("no changeback to acknowledge", "6.5.1")
_OPEN = Nothing("a changeback that has begun is not begun again", "6.2", impossible=True)
_TIMER = Nothing("the timer does not run in this state", "16.8", impossible=True)
TCBC: Rows = {
    (Tcbc.IDLE, TcbcEvent.DIVERT): _declare_first,
    (Tcbc.IDLE, TcbcEvent.DIVERT_TIMED): _wait,
    (Tcbc.IDLE, TcbcEvent.ACKNOWLEDGED): _LATE,
    (Tcbc.IDLE, TcbcEvent.CANCELLED): Nothing("no changeback to cancel", "6.2", impossible=True),
    (Tcbc.FIRST, TcbcEvent.ACKNOWLEDGED): _finish,
    (Tcbc.FIRST, TcbcEvent.T4): _declare_again,
    (Tcbc.FIRST, TcbcEvent.CANCELLED): _cancel,
    (Tcbc.SECOND, TcbcEvent.ACKNOWLEDGED): _finish,
    (Tcbc.SECOND, TcbcEvent.T5): _finish_unanswered,
    (Tcbc.SECOND, TcbcEvent.CANCELLED): _cancel,
    (Tcbc.TIMED, TcbcEvent.T3): _finish,
    (Tcbc.TIMED, TcbcEvent.ACKNOWLEDGED): _LATE,
    (Tcbc.TIMED, TcbcEvent.CANCELLED): _cancel,
}
for _state in Tcbc:
    for _event in TcbcEvent:
        TCBC.setdefault((_state, _event), _OPEN if _event <= TcbcEvent.DIVERT_TIMED else _TIMER)


# -- messages ----------------------------------------------------------------------------------------------------------


def on_declaration(core: Core, link: int, code: int) -> None:
    """CBD: all that came before it on the old link has been received, so acknowledge, always (Q.704 6.3.4)."""
    core.send_for(link, Kind.CBA, code)


def on_acknowledgement(core: Core, link: int, code: int) -> None:
    """CBA: the code tells which of the link's changebacks it is for."""
    for key, gate in core.state.gates.items():
        if gate.kind == "tcbc" and gate.to == link and gate.code == code:
            step(core, key, TcbcEvent.ACKNOWLEDGED)
            return
    core.count("unexpected_cba")
    run(core, Box.TCBC, Tcbc.IDLE, TcbcEvent.ACKNOWLEDGED, TCBC, "")


# -- controlled rerouting ----------------------------------------------------------------------------------------------


def divert_route(core: Core, dpc: int, sls: int) -> None:
    """A better route became available: hold the flow for T6, then send on it (Q.704 8.2)."""
    key = f"tcrc/{dpc}"
    join(core, dpc, sls, key, Gate("tcrc"))
    core.start("t6", key)


def on_t6(core: Core, key: str) -> None:
    complete(core, key)


def leave_link(core: Core, link: int) -> None:
    """A link became unavailable: what was on its way to it, or from it, is given back (Q.704 6.2, 5.2)."""
    for key, gate in list(core.state.gates.items()):
        if gate.kind == "tcbc" and link in (gate.link, gate.to):
            step(core, key, TcbcEvent.CANCELLED)
        elif gate.kind == "tcrc":
            flows = [(dpc, sls) for dpc, sls in members(core, key)
                     if core.state.destinations[dpc].carriers[sls] == link]
            give_back(core, key, flows)
