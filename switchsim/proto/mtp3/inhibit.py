"""Management inhibiting: a link taken from traffic by agreement of both ends, and given back (Q.704 clause 10)."""

from __future__ import annotations

from switchsim.proto.mtp3.actions import InhibitResult
from switchsim.proto.mtp3.codec import Kind
from switchsim.proto.mtp3.core import Core, Nothing, Rows, run
from switchsim.proto.mtp3.links import update
from switchsim.proto.mtp3.state import Box, Linh, LinhEvent

TIMERS = ("t12", "t13", "t14", "t22", "t23")
BY_KIND = {
    Kind.LIN: LinhEvent.LIN, Kind.LIA: LinhEvent.LIA, Kind.LID: LinhEvent.LID, Kind.LUN: LinhEvent.LUN,
    Kind.LUA: LinhEvent.LUA, Kind.LFU: LinhEvent.LFU, Kind.LLT: LinhEvent.LLT, Kind.LRT: LinhEvent.LRT,
}  # fmt: skip


def step(core: Core, link: int, event: LinhEvent) -> None:
    run(core, Box.LINH, core.state.links[link].linh, event, LINH, link)


def permitted(core: Core, link: int) -> bool:
    """Whether traffic can do without a link: no destination is lost, and the links that remain are not congested."""
    entry = core.state.links[link]
    if not entry.available:
        return True
    others = [core.state.links[row.id] for row in core.link_sets[core.plans[link].link_set].links if row.id != link]
    if any(other.available and other.congestion for other in others):
        return False
    entry.available = False
    core.forget()
    kept = all(core.want(dpc)[0] >= 0
               for dpc, destination in core.state.destinations.items() if destination.accessible)
    entry.available = True
    core.forget()
    return kept


def _result(core: Core, link: int, word: str) -> None:
    core.out.append(InhibitResult(link, word))


def _send(core: Core, link: int, kind: Kind, timer: str, state: Linh) -> None:
    core.state.links[link].linh = state
    core.send_for(link, kind)
    core.start(timer, link)


def _idle(core: Core, link: int) -> None:
    for timer in ("t12", "t13", "t14"):
        core.stop(timer, link)
    core.state.links[link].linh = Linh.IDLE


def forget_inhibition(core: Core, link: int) -> None:
    """A restart begins: the link counts as uninhibited (Q.704 9.2)."""
    entry = core.state.links[link]
    marked = entry.locally_inhibited or entry.remotely_inhibited
    entry.locally_inhibited = entry.remotely_inhibited = False
    entry.linh = Linh.IDLE
    for timer in TIMERS:
        core.stop(timer, link)
    if marked:
        update(core, link)


# -- this end asks -----------------------------------------------------------------------------------------------------


def _inhibit(core: Core, link: int) -> None:
    if core.state.links[link].locally_inhibited:
        _result(core, link, "inhibited")
    elif permitted(core, link):
        _send(core, link, Kind.LIN, "t14", Linh.INHIBITING)
    else:
        _result(core, link, "denied")


def _inhibit_again(core: Core, link: int) -> None:
    _send(core, link, Kind.LIN, "t14", Linh.INHIBITING_AGAIN)


def _inhibited(core: Core, link: int) -> None:
    _idle(core, link)
    core.state.links[link].locally_inhibited = True
    core.start("t22", link)
    _result(core, link, "inhibited")
    update(core, link)


def _denied(core: Core, link: int) -> None:
    _idle(core, link)
    _result(core, link, "denied_remotely")


def _uninhibit(core: Core, link: int) -> None:
    if core.state.links[link].locally_inhibited:
        _send(core, link, Kind.LUN, "t12", Linh.UNINHIBITING)
    else:
        _result(core, link, "not_inhibited")


def _uninhibit_again(core: Core, link: int) -> None:
    _send(core, link, Kind.LUN, "t12", Linh.UNINHIBITING_AGAIN)


def _change_of_mind(core: Core, link: int) -> None:
    """The answer to our LIN is still due: whatever the far end has done by then, LUN undoes it."""
    core.stop("t14", link)
    _send(core, link, Kind.LUN, "t12", Linh.UNINHIBITING)


def _uninhibited(core: Core, link: int) -> None:
    entry = core.state.links[link]
    _idle(core, link)
    core.stop("t22", link)
    _result(core, link, "uninhibited")
    if entry.locally_inhibited:
        entry.locally_inhibited = False
        update(core, link)


def _no_answer(core: Core, link: int) -> None:
    core.violation("10.2.2", f"link {link}: no answer to a request to inhibit or uninhibit, twice")
    _idle(core, link)
    _result(core, link, "no_answer")


def _force(core: Core, link: int) -> None:
    _send(core, link, Kind.LFU, "t13", Linh.FORCING)


def _force_again(core: Core, link: int) -> None:
    _send(core, link, Kind.LFU, "t13", Linh.FORCING_AGAIN)


# -- the far end asks --------------------------------------------------------------------------------------------------


def _on_lin(core: Core, link: int) -> None:
    entry = core.state.links[link]
    if not (entry.remotely_inhibited or permitted(core, link)):
        core.send_for(link, Kind.LID)
        return
    core.send_for(link, Kind.LIA)
    if not entry.remotely_inhibited:
        entry.remotely_inhibited = True
        core.start("t23", link)
        update(core, link)


def _on_lun(core: Core, link: int) -> None:
    entry = core.state.links[link]
    core.stop("t23", link)
    core.send_for(link, Kind.LUA)
    if entry.remotely_inhibited:
        entry.remotely_inhibited = False
        update(core, link)


def _on_lun_forced(core: Core, link: int) -> None:
    _idle(core, link)
    _on_lun(core, link)


def _on_lfu(core: Core, link: int) -> None:
    """The far end needs the link: uninhibit it; LUN clears its mark also if we never inhibited it."""
    _send(core, link, Kind.LUN, "t12", Linh.UNINHIBITING)


def _on_llt(core: Core, link: int) -> None:
    """The far end says that it has inhibited the link; if we never agreed, it is asked to give it back (10.4.2)."""
    if not core.state.links[link].remotely_inhibited:
        core.count("inhibit_mismatch")
        core.send_for(link, Kind.LFU)


def _on_lrt(core: Core, link: int) -> None:
    """The far end believes that we have inhibited the link; if not, tell it so (10.4.3)."""
    if not core.state.links[link].locally_inhibited:
        core.count("inhibit_mismatch")
        _send(core, link, Kind.LUN, "t12", Linh.UNINHIBITING)


def _test_local(core: Core, link: int) -> None:
    core.send_for(link, Kind.LLT)
    core.start("t22", link)


def _test_remote(core: Core, link: int) -> None:
    core.send_for(link, Kind.LRT)
    core.start("t23", link)


_UNEXPECTED = Nothing("an answer that nothing waits for", "10.2.4")
_BUSY = Nothing("a request for this link is under way", "10.2")
_SETTLES = Nothing("the request under way settles what the far end believes", "10.4")
_TIMER = Nothing("the timer does not run in this state", "16.8", impossible=True)
_ASKING = (Linh.INHIBITING, Linh.INHIBITING_AGAIN)
_GIVING = (Linh.UNINHIBITING, Linh.UNINHIBITING_AGAIN)
_FORCING = (Linh.FORCING, Linh.FORCING_AGAIN)
LINH: Rows = {
    (Linh.IDLE, LinhEvent.INHIBIT): _inhibit,
    (Linh.IDLE, LinhEvent.UNINHIBIT): _uninhibit,
    (Linh.IDLE, LinhEvent.FORCE): _force,
    (Linh.IDLE, LinhEvent.LFU): _on_lfu,
    (Linh.IDLE, LinhEvent.LRT): _on_lrt,
    (Linh.INHIBITING, LinhEvent.T14): _inhibit_again,
    (Linh.INHIBITING_AGAIN, LinhEvent.T14): _no_answer,
    (Linh.UNINHIBITING, LinhEvent.T12): _uninhibit_again,
    (Linh.UNINHIBITING_AGAIN, LinhEvent.T12): _no_answer,
    (Linh.FORCING, LinhEvent.T13): _force_again,
    (Linh.FORCING_AGAIN, LinhEvent.T13): _no_answer,
}
for _state in Linh:
    for _event, _handler in ((LinhEvent.LIN, _on_lin), (LinhEvent.LUN, _on_lun), (LinhEvent.LLT, _on_llt),
                             (LinhEvent.T22, _test_local), (LinhEvent.T23, _test_remote)):  # fmt: skip
        LINH[_state, _event] = _handler
for _state in _ASKING:
    LINH[_state, LinhEvent.LIA] = _inhibited
    LINH[_state, LinhEvent.LID] = _denied
    LINH[_state, LinhEvent.UNINHIBIT] = _change_of_mind
    LINH[_state, LinhEvent.LFU] = _change_of_mind
    LINH[_state, LinhEvent.T22] = Nothing("the link is not inhibited yet", "10.4", impossible=True)
for _state in _GIVING:
    LINH[_state, LinhEvent.LUA] = _uninhibited
for _state in _FORCING:
    LINH[_state, LinhEvent.LUN] = _on_lun_forced
_BY_EVENT = {
    LinhEvent.INHIBIT: _BUSY, LinhEvent.UNINHIBIT: _BUSY, LinhEvent.FORCE: _BUSY, LinhEvent.LFU: _BUSY,
    LinhEvent.LRT: _SETTLES, LinhEvent.LIA: _UNEXPECTED, LinhEvent.LID: _UNEXPECTED, LinhEvent.LUA: _UNEXPECTED,
    LinhEvent.T12: _TIMER, LinhEvent.T13: _TIMER, LinhEvent.T14: _TIMER,
}  # fmt: skip
for _state in Linh:
    for _event in LinhEvent:
        if (_state, _event) not in LINH:
            LINH[_state, _event] = _BY_EVENT[_event]
