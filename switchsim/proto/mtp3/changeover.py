"""Changeover (TCOC): traffic leaves a link without loss, duplication or overtaking (Q.704 clause 5)."""

from __future__ import annotations

from switchsim.proto.mtp3.actions import ChangeoverDone
from switchsim.proto.mtp3.changeback import leave_link
from switchsim.proto.mtp3.codec import Kind
from switchsim.proto.mtp3.core import Core, Due, Nothing, Rows, run
from switchsim.proto.mtp3.flows import changeover_key, complete, give_back, members
from switchsim.proto.mtp3.snm import retrieved_management
from switchsim.proto.mtp3.state import Box, Gate, Lsac, LsacEvent, Tcoc, TcocEvent

ANSWERS = {Kind.COO: Kind.COA, Kind.XCO: Kind.XCA, Kind.ECO: Kind.ECA}
_LAST_FSN = 127


def step(core: Core, link: int, event: TcocEvent, value: int = -1) -> None:
    run(core, Box.TCOC, core.state.links[link].tcoc, event, TCOC, link, value)


# -- the beginning -----------------------------------------------------------------------------------------------------


def _divertible(core: Core, link: int) -> bool:
    """Whether anything that the link carries has somewhere else to go."""
    core.forget()
    return any(carrier == link and core.want(dpc)[sls] >= 0
               for dpc, destination in core.state.destinations.items()
               for sls, carrier in enumerate(destination.carriers))


def _enter(core: Core, link: int, state: Tcoc) -> None:
    core.state.links[link].tcoc = state
    core.state.gates.setdefault(changeover_key(link), Gate("tcoc", link))
    leave_link(core, link)
    core.reroute(Due.LINK)


def _unavailable(core: Core, link: int, _: int) -> None:
    """The link's buffers can be read: with a way to the far end the order goes there, else time must do (5.6.2)."""
    plan = core.plans[link]
    core.forget()
    if core.snm_link(plan.adjacent_pc, plan.slc) >= 0:
        _enter(core, link, Tcoc.READING)
        _read(core, link)
    elif _divertible(core, link):
        _time(core, link)
    else:
        core.state.links[link].peer_ordered = 0
        leave_link(core, link)
        core.reroute(Due.LINK)


def _read(core: Core, link: int) -> None:
    """Ask level 2 for the last FSN that it accepted; T2 watches over it, as its board may be gone."""
    core.state.links[link].tcoc = Tcoc.READING
    core.start("t2", link)
    core.level2(link, "retrieve_bsnt")


def _suspended(core: Core, link: int, _: int) -> None:
    """Blocked or inhibited: level 2 keeps what it holds, so only new traffic is diverted, after T1 (5.6.2)."""
    if _divertible(core, link):
        _time(core, link)
    else:
        core.state.links[link].stale = True
        leave_link(core, link)
        core.reroute(Due.LINK)


def _time(core: Core, link: int) -> None:
    _enter(core, link, Tcoc.TIMED)
    core.start("t1", link)


def _fails_while_timed(core: Core, link: int, _: int) -> None:
    """Now its buffers can be read: when the far end can be told, or has told us, nothing need be lost."""
    plan = core.plans[link]
    if core.snm_link(plan.adjacent_pc, plan.slc) >= 0 or core.state.links[link].peer_ordered:
        core.stop("t1", link)
        _read(core, link)


# -- the exchange ------------------------------------------------------------------------------------------------------


def _bsnt(core: Core, link: int, fsn: int) -> None:
    entry = core.state.links[link]
    entry.bsnt = fsn
    if entry.peer_ordered:
        _answer(core, link)
        _retrieve(core, link)
        return
    entry.tcoc = Tcoc.WAITING
    core.send_for(link, Kind.COO if fsn >= 0 else Kind.ECO, max(fsn, 0))
    core.start("t2", link)


def _answer(core: Core, link: int) -> None:
    """Acknowledge an order with our own last FSN, or in emergency when that can not be read (5.4.3, 5.6.1)."""
    entry = core.state.links[link]
    kind = ANSWERS[Kind(entry.peer_ordered)]
    entry.peer_ordered = 0
    if entry.bsnt < 0:
        core.send_for(link, Kind.ECA)
    else:
        core.send_for(link, Kind.COA if kind is Kind.ECA else kind, entry.bsnt)


def _retrieve(core: Core, link: int) -> None:
    entry = core.state.links[link]
    entry.tcoc = Tcoc.RETRIEVING
    core.start("t2", link)
    core.level2(link, "retrieve", entry.peer_fsn)


def _acknowledged(core: Core, link: int, fsn: int) -> None:
    core.state.links[link].peer_fsn = fsn
    _retrieve(core, link)


def _order_instead(core: Core, link: int, _: int) -> None:
    """Both ends have sent an order: each counts as an acknowledgement, and gets one (5.4.3)."""
    _answer(core, link)
    _retrieve(core, link)


def _order_idle(core: Core, link: int, _: int) -> None:
    """The far end gives the link up; one that we gave up before is answered in emergency (5.7.4)."""
    entry = core.state.links[link]
    if entry.lsac is Lsac.ACTIVE:
        core.signal(Box.LSAC, link, LsacEvent.PEER_CHANGEOVER)
    else:
        entry.peer_ordered = 0
        core.count("order_after_changeover")
        core.send_for(link, Kind.ECA)


def _order_timed(core: Core, link: int, _: int) -> None:
    """The far end found a way to tell us: the link has failed, and from here on it is an ordinary changeover.

    An active link is stopped first, for level 2 lets nobody read its buffers while they are in use.
    """
    if core.state.links[link].lsac is Lsac.ACTIVE:
        core.signal(Box.LSAC, link, LsacEvent.PEER_CHANGEOVER)
    else:
        core.stop("t1", link)
        _read(core, link)


def _order_again(core: Core, link: int, _: int) -> None:
    _answer(core, link)


# -- the end -----------------------------------------------------------------------------------------------------------


def _end(core: Core, link: int, _: int = -1) -> None:
    entry = core.state.links[link]
    gate = core.state.gates[changeover_key(link)]
    core.stop("t1", link)
    core.stop("t2", link)
    entry.tcoc = Tcoc.IDLE
    entry.peer_fsn = -1
    entry.peer_ordered = 0
    count = len(gate.retrieved)
    gate.retrieved = [octets for octets in gate.retrieved if not retrieved_management(core, octets)]
    to_links = complete(core, changeover_key(link))
    core.out.append(ChangeoverDone(link, to_links, count))
    core.reroute(Due.LINK)
    core.signal(Box.LSAC, link, LsacEvent.CHANGEOVER_ENDED)


def _retrieved(core: Core, link: int, reasonable: int) -> None:
    if not reasonable:
        core.count("unreasonable_fsn")
        core.violation("5.7.3", f"link {link}: the far end's last FSN can not be; nothing is retrieved")
    _end(core, link)


def _unanswered(core: Core, link: int, _: int) -> None:
    core.violation("5.7.2", f"no changeover acknowledgement for link {link}: its messages are not retrieved")
    core.count("changeover_unanswered")
    _end(core, link)


def _unread(core: Core, link: int, _: int) -> None:
    """Level 2 does not answer: changeover in emergency."""
    core.count("level2_unanswered")
    _bsnt(core, link, -1)


def _unretrieved(core: Core, link: int, _: int) -> None:
    core.count("level2_unanswered")
    _end(core, link)


def _timed_out(core: Core, link: int, _: int) -> None:
    """A failed link still holds messages that were never transmitted: they go first; the rest is stale (5.6)."""
    core.stop("t1", link)
    entry = core.state.links[link]
    if entry.lsac is not Lsac.ACTIVE:
        entry.peer_fsn = -1
        _retrieve(core, link)
    else:
        entry.stale = True
        _end(core, link)


def _recovered(core: Core, link: int, _: int) -> None:
    """A short outage: the flows have never left, so they go on where they were, in sequence."""
    core.stop("t1", link)
    core.state.links[link].tcoc = Tcoc.IDLE
    key = changeover_key(link)
    give_back(core, key, list(members(core, key)))
    del core.state.gates[key]
    core.reroute(Due.LINK)


def on_order(core: Core, link: int, kind: Kind, fsn: int) -> None:
    """COO, XCO (`fsn` the last one that the far end accepted) or ECO (-1)."""
    entry = core.state.links[link]
    entry.peer_ordered = kind
    entry.peer_fsn = fsn if fsn <= _LAST_FSN else -1
    step(core, link, TcocEvent.ORDER)


def on_acknowledgement(core: Core, link: int, fsn: int) -> None:
    """COA, XCA or ECA (`fsn` -1)."""
    step(core, link, TcocEvent.ACKNOWLEDGED, fsn if fsn <= _LAST_FSN else -1)


_TIMER = Nothing("the timer does not run in this state", "16.8", impossible=True)
_ANSWER = Nothing("level 2 answers only what it was asked", "5.4.1")
_UNDER_WAY = Nothing("the changeover of this link is under way already", "5.2")
_NOT_ACTIVE = Nothing("a link is suspended once, and only while it is active", "5.2", impossible=True)
_UNEXPECTED = Nothing("an acknowledgement without an order is ignored", "5.7.1")
_FAILED = Nothing("a failed link comes back as a new one, by way of LSAC", "3.3", impossible=True)
TCOC: Rows = {
    (Tcoc.IDLE, TcocEvent.UNAVAILABLE): _unavailable,
    (Tcoc.IDLE, TcocEvent.SUSPENDED): _suspended,
    (Tcoc.IDLE, TcocEvent.RECOVERED): Nothing("no traffic waits; what was diverted comes back by changeback", "6.2"),
    (Tcoc.IDLE, TcocEvent.ORDER): _order_idle,
    (Tcoc.IDLE, TcocEvent.CANCELLED): Nothing("no changeover to cancel", "5.2", impossible=True),
    (Tcoc.READING, TcocEvent.BSNT): _bsnt,
    (Tcoc.READING, TcocEvent.BSNT_UNKNOWN): _bsnt,
    (Tcoc.READING, TcocEvent.ORDER): Nothing("answered as soon as our own last FSN is known", "5.4.3"),
    (Tcoc.READING, TcocEvent.T2): _unread,
    (Tcoc.READING, TcocEvent.CANCELLED): _end,
    (Tcoc.WAITING, TcocEvent.ORDER): _order_instead,
    (Tcoc.WAITING, TcocEvent.ACKNOWLEDGED): _acknowledged,
    (Tcoc.WAITING, TcocEvent.T2): _unanswered,
    (Tcoc.WAITING, TcocEvent.CANCELLED): _end,
    (Tcoc.TIMED, TcocEvent.UNAVAILABLE): _fails_while_timed,
    (Tcoc.TIMED, TcocEvent.SUSPENDED): _NOT_ACTIVE,
    (Tcoc.TIMED, TcocEvent.RECOVERED): _recovered,
    (Tcoc.TIMED, TcocEvent.ORDER): _order_timed,
    (Tcoc.TIMED, TcocEvent.T1): _timed_out,
    (Tcoc.TIMED, TcocEvent.CANCELLED): _timed_out,
    (Tcoc.RETRIEVING, TcocEvent.ORDER): _order_again,
    (Tcoc.RETRIEVING, TcocEvent.RETRIEVED): _retrieved,
    (Tcoc.RETRIEVING, TcocEvent.T2): _unretrieved,
    (Tcoc.RETRIEVING, TcocEvent.CANCELLED): Nothing("level 2 is about to hand its messages over", "5.5.1"),
}
_BY_EVENT = {
    TcocEvent.UNAVAILABLE: _UNDER_WAY, TcocEvent.SUSPENDED: _NOT_ACTIVE, TcocEvent.RECOVERED: _FAILED,
    TcocEvent.BSNT: _ANSWER, TcocEvent.BSNT_UNKNOWN: _ANSWER, TcocEvent.RETRIEVED: _ANSWER,
    TcocEvent.ACKNOWLEDGED: _UNEXPECTED, TcocEvent.T1: _TIMER, TcocEvent.T2: _TIMER,
}  # fmt: skip
for _state in Tcoc:
    for _event in TcocEvent:
        if (_state, _event) not in TCOC:
            TCOC[_state, _event] = _BY_EVENT[_event]
