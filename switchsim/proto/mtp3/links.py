"""Signalling link management: activity, link test, blocking (LSAC, SLTC; Q.704 3.2, Q.704 clause 12, Q.707)."""

from __future__ import annotations

from switchsim.proto.mtp3.actions import LinkState
from switchsim.proto.mtp3.codec import Kind, Message
from switchsim.proto.mtp3.core import Core, Due, Nothing, Rows, run
from switchsim.proto.mtp3.label import ServiceIndicator
from switchsim.proto.mtp3.state import (
    Box,
    LinkEntry,
    Lsac,
    LsacEvent,
    Sltc,
    SltcEvent,
    Tcoc,
    TcocEvent,
    TprcEvent,
    Trac,
    TracEvent,
)

PATTERN_OCTETS = 8


def step(core: Core, link: int, event: LsacEvent) -> None:
    run(core, Box.LSAC, core.state.links[link].lsac, event, LSAC, link)


def test_step(core: Core, link: int, event: SltcEvent) -> None:
    run(core, Box.SLTC, core.state.links[link].sltc, event, SLTC, link)


# -- availability ------------------------------------------------------------------------------------------------------


def _blocked(entry: LinkEntry) -> bool:
    return entry.remote_outage or entry.local_outage


def _usable(entry: LinkEntry) -> bool:
    return entry.lsac is Lsac.ACTIVE and not (
        _blocked(entry) or entry.locally_inhibited or entry.remotely_inhibited
    )


def status(entry: LinkEntry) -> str:
    """What management is told of a link (Q.704 3.2)."""
    if entry.lsac is Lsac.INACTIVE:
        return "deactivated"
    if entry.lsac not in (Lsac.ACTIVE, Lsac.TESTING):
        return "failed"
    if _blocked(entry):
        return "blocked"
    if entry.lsac is Lsac.TESTING:
        return "testing"
    return "available" if entry.available else "inhibited"


def update(core: Core, link: int) -> None:
    """A flag or the activity of a link changed: tell the boxes that depend on it."""
    entry = core.state.links[link]
    was, entry.available = entry.available, _usable(entry)
    adjacent_pc = core.plans[link].adjacent_pc
    core.forget()
    core.out.append(LinkState(link, status(entry)))
    if entry.available:
        core.signal(Box.TCOC, link, TcocEvent.RECOVERED)
        core.reroute(Due.LINK)
    elif entry.lsac is not Lsac.ACTIVE:
        if was or entry.tcoc is not Tcoc.IDLE or entry.peer_ordered:
            core.signal(Box.TCOC, link, TcocEvent.UNAVAILABLE)
    elif was:
        core.signal(Box.TCOC, link, TcocEvent.SUSPENDED)
    away = core.state.adjacents[adjacent_pc].trac is Trac.AWAY
    if away != core.connected(adjacent_pc):
        return
    if away:
        core.signal(Box.TPRC, "", TprcEvent.CONNECTED)
    core.signal(Box.TRAC, adjacent_pc, TracEvent.CONNECTED if away else TracEvent.LOST)
    if not away:
        core.signal(Box.TPRC, "", TprcEvent.LOST)


def set_outage(core: Core, link: int, remote: bool, on: bool) -> None:
    """Processor outage at the far end or here: the link is blocked (Q.704 3.2.6). What is stale is flushed.

    Level 2 tells of the far end's only when the link is aligned, but then perhaps not that it is in service.
    """
    entry = core.state.links[link]
    if (entry.remote_outage if remote else entry.local_outage) == on:
        return
    if remote:
        entry.remote_outage = on
    else:
        entry.local_outage = on
    if remote and on and entry.lsac is Lsac.ALIGNING:
        _aligned(core, link)
        return
    if entry.lsac not in (Lsac.ACTIVE, Lsac.TESTING):
        return
    if not _blocked(entry):
        if entry.stale:
            core.level2(link, "flush")
        core.level2(link, "continue")
        entry.stale = False
    if entry.lsac is Lsac.ACTIVE:
        update(core, link)
    else:
        _test(core, link)


# -- LSAC --------------------------------------------------------------------------------------------------------------


def _start(core: Core, link: int) -> None:
    """Order level 2 to align, in emergency when the link set has no other link to work with (Q.704 12.2.4)."""
    entry = core.state.links[link]
    entry.lsac = Lsac.ALIGNING
    entry.bsnt = -1
    adjacent = core.state.adjacents[core.plans[link].adjacent_pc]
    if adjacent.trac is Trac.AWAY:
        adjacent.tra_received = False
    entry.remote_outage = entry.local_outage = entry.stale = False  # level 2 begins without any (Q.703 clause 8)
    emergency = not core.set_available(core.plans[link].link_set)
    core.level2(link, "emergency" if emergency else "emergency_ceases")
    core.level2(link, "start")


def _activate(core: Core, link: int) -> None:
    if core.state.links[link].tcoc is Tcoc.IDLE:
        _start(core, link)
    else:
        core.state.links[link].lsac = Lsac.HELD


def _deactivate(core: Core, link: int) -> None:
    entry = core.state.links[link]
    core.stop("t17", link)
    core.signal(Box.SLTC, link, SltcEvent.STOP)
    entry.lsac = Lsac.INACTIVE
    core.level2(link, "stop")
    update(core, link)


def _aligned(core: Core, link: int) -> None:
    entry = core.state.links[link]
    if not core.config.test_links:
        _active(core, link)
        return
    entry.lsac = Lsac.TESTING
    _test(core, link)


def _test(core: Core, link: int) -> None:
    """The first test waits for the end of a processor outage: no message passes meanwhile."""
    entry = core.state.links[link]
    core.out.append(LinkState(link, status(entry)))
    if not _blocked(entry):
        core.signal(Box.SLTC, link, SltcEvent.START)
    elif entry.sltc is not Sltc.IDLE:
        core.signal(Box.SLTC, link, SltcEvent.STOP)


def _active(core: Core, link: int) -> None:
    core.state.links[link].lsac = Lsac.ACTIVE
    update(core, link)


def _wait(core: Core, link: int) -> None:
    """Alignment or the first test failed: T17 keeps the ends from trying in step for ever (Q.704 12.2.2)."""
    core.signal(Box.SLTC, link, SltcEvent.STOP)
    core.state.links[link].lsac = Lsac.WAITING
    core.start("t17", link)


def _test_failed(core: Core, link: int) -> None:
    core.level2(link, "stop")
    _wait(core, link)


def _failed(core: Core, link: int) -> None:
    """An active link failed: it is restored as soon as its buffers have been read."""
    core.signal(Box.SLTC, link, SltcEvent.STOP)
    core.state.links[link].lsac = Lsac.HELD
    update(core, link)
    core.signal(Box.LSAC, link, LsacEvent.CHANGEOVER_ENDED)


def _taken_out(core: Core, link: int) -> None:
    core.level2(link, "stop")
    _failed(core, link)


def _restore(core: Core, link: int) -> None:
    if core.state.links[link].tcoc is Tcoc.IDLE:
        _start(core, link)


def _refuse_service(core: Core, link: int) -> None:
    """Level 2 came up although nobody ordered it to."""
    core.count("unordered_in_service")
    core.level2(link, "stop")


_TIMER = Nothing("the timer does not run in this state", "16.8", impossible=True)
_WANTED = Nothing("the link is to be active already", "12.2.1")
_DOWN = Nothing("level 2 is known to be out of service", "3.2.2")
_NO_TEST = Nothing("no test runs in this state", "12.2.2", impossible=True)
_NO_TRAFFIC = Nothing("only an active link is given up by order", "5.2", impossible=True)
_NOT_HELD = Nothing("nothing waits for the end of a changeover", "12.2.3")
LSAC: Rows = {
    (Lsac.INACTIVE, LsacEvent.ACTIVATE): _activate,
    (Lsac.INACTIVE, LsacEvent.DEACTIVATE): Nothing("the link is down already", "12.2.3"),
    (Lsac.INACTIVE, LsacEvent.IN_SERVICE): _refuse_service,
    (Lsac.ALIGNING, LsacEvent.DEACTIVATE): _deactivate,
    (Lsac.ALIGNING, LsacEvent.IN_SERVICE): _aligned,
    (Lsac.ALIGNING, LsacEvent.OUT_OF_SERVICE): _wait,
    (Lsac.TESTING, LsacEvent.DEACTIVATE): _deactivate,
    (Lsac.TESTING, LsacEvent.IN_SERVICE): Nothing("level 2 is known to be in service", "3.2.2"),
    (Lsac.TESTING, LsacEvent.OUT_OF_SERVICE): _wait,
    (Lsac.TESTING, LsacEvent.TEST_PASSED): _active,
    (Lsac.TESTING, LsacEvent.TEST_FAILED): _test_failed,
    (Lsac.ACTIVE, LsacEvent.DEACTIVATE): _deactivate,
    (Lsac.ACTIVE, LsacEvent.IN_SERVICE): Nothing("level 2 is known to be in service", "3.2.2"),
    (Lsac.ACTIVE, LsacEvent.OUT_OF_SERVICE): _failed,
    (Lsac.ACTIVE, LsacEvent.TEST_PASSED): Nothing("a test in service confirms what is known", "12.2.2"),
    (Lsac.ACTIVE, LsacEvent.TEST_FAILED): _taken_out,
    (Lsac.ACTIVE, LsacEvent.PEER_CHANGEOVER): _taken_out,
    (Lsac.WAITING, LsacEvent.DEACTIVATE): _deactivate,
    (Lsac.WAITING, LsacEvent.IN_SERVICE): _refuse_service,
    (Lsac.WAITING, LsacEvent.T17): _start,
    (Lsac.HELD, LsacEvent.DEACTIVATE): _deactivate,
    (Lsac.HELD, LsacEvent.IN_SERVICE): _refuse_service,
    (Lsac.HELD, LsacEvent.CHANGEOVER_ENDED): _restore,
}
_LATER = Nothing("a link aligns only after its changeover has ended", "12.2.3", impossible=True)
for _state in (Lsac.ALIGNING, Lsac.TESTING, Lsac.WAITING):
    LSAC[_state, LsacEvent.CHANGEOVER_ENDED] = _LATER
_BY_EVENT = {
    LsacEvent.ACTIVATE: _WANTED, LsacEvent.OUT_OF_SERVICE: _DOWN, LsacEvent.TEST_PASSED: _NO_TEST,
    LsacEvent.TEST_FAILED: _NO_TEST, LsacEvent.T17: _TIMER, LsacEvent.CHANGEOVER_ENDED: _NOT_HELD,
    LsacEvent.PEER_CHANGEOVER: _NO_TRAFFIC,
}  # fmt: skip
for _state in Lsac:
    for _event in LsacEvent:
        if (_state, _event) not in LSAC:
            LSAC[_state, _event] = _BY_EVENT[_event]


# -- SLTC --------------------------------------------------------------------------------------------------------------


def pattern(link: int, number: int) -> bytes:
    """A test pattern that differs from link to link and from test to test."""
    return bytes(((link * 37 + number * 11 + step_ * 83) & 0xFF) for step_ in range(PATTERN_OCTETS))


def _send_test(core: Core, link: int) -> None:
    entry = core.state.links[link]
    message = Message(Kind.SLTM, pattern=pattern(link, entry.pattern))
    core.send_on(link, core.plans[link].slc, message, ServiceIndicator.SNT)
    core.start("slt_t1", link)


def _first_test(core: Core, link: int) -> None:
    entry = core.state.links[link]
    entry.sltc = Sltc.FIRST
    entry.pattern = entry.pattern + 1 & 0xFFFF
    _send_test(core, link)


def _next_test(core: Core, link: int) -> None:
    """In an outage of a processor nothing can be learned of the link: another time."""
    if _blocked(core.state.links[link]):
        _rest(core, link)
    else:
        _first_test(core, link)


def _second_test(core: Core, link: int) -> None:
    if _blocked(core.state.links[link]):
        _rest(core, link)
        return
    core.state.links[link].sltc = Sltc.SECOND
    _send_test(core, link)


def _rest(core: Core, link: int) -> None:
    core.state.links[link].sltc = Sltc.RESTING
    core.start("slt_t2", link)


def _passed(core: Core, link: int) -> None:
    core.stop("slt_t1", link)
    _rest(core, link)
    core.signal(Box.LSAC, link, LsacEvent.TEST_PASSED)


def _no_answer(core: Core, link: int) -> None:
    """Two consecutive failures take the link out (Q.707 2.2), but not while a processor outage blocks it."""
    if _blocked(core.state.links[link]):
        _rest(core, link)
        return
    core.violation("12.2.2", f"Q.707: link {link}, two test messages without their acknowledgement")
    core.state.links[link].sltc = Sltc.IDLE
    core.signal(Box.LSAC, link, LsacEvent.TEST_FAILED)


def _stop_test(core: Core, link: int) -> None:
    core.state.links[link].sltc = Sltc.IDLE
    core.stop("slt_t1", link)
    core.stop("slt_t2", link)


_RUNS = Nothing("a link that aligns has no test running", "12.2.2", impossible=True)
SLTC: Rows = {
    (Sltc.IDLE, SltcEvent.START): _first_test,
    (Sltc.IDLE, SltcEvent.STOP): Nothing("no test runs", "12.2.2"),
    (Sltc.FIRST, SltcEvent.STOP): _stop_test,
    (Sltc.FIRST, SltcEvent.ACKNOWLEDGED): _passed,
    (Sltc.FIRST, SltcEvent.T1): _second_test,
    (Sltc.SECOND, SltcEvent.STOP): _stop_test,
    (Sltc.SECOND, SltcEvent.ACKNOWLEDGED): _passed,
    (Sltc.SECOND, SltcEvent.T1): _no_answer,
    (Sltc.RESTING, SltcEvent.STOP): _stop_test,
    (Sltc.RESTING, SltcEvent.T2): _next_test,
}
_TEST_BY_EVENT = {
    SltcEvent.START: _RUNS, SltcEvent.ACKNOWLEDGED: Nothing("no test message waits for this answer", "12.2.2"),
    SltcEvent.T1: _TIMER, SltcEvent.T2: _TIMER,
}  # fmt: skip
for _test_state in Sltc:
    for _test_event in SltcEvent:
        if (_test_state, _test_event) not in SLTC:
            SLTC[_test_state, _test_event] = _TEST_BY_EVENT[_test_event]


def on_test(core: Core, link: int, message: Message) -> None:
    """SLTM with the right label: send its pattern back on the same link, whatever state our own test is in."""
    answer = Message(Kind.SLTA, pattern=message.pattern)
    core.send_on(link, core.plans[link].slc, answer, ServiceIndicator.SNT)


def on_test_answer(core: Core, link: int, message: Message) -> None:
    """SLTA with the right label: a wrong pattern is no answer; T1 goes on (Q.707 2.2)."""
    entry = core.state.links[link]
    if message.pattern != pattern(link, entry.pattern):
        core.count("slta_pattern")
        core.violation("12.2.2", f"Q.707: link {link}, acknowledgement with another pattern")
        return
    test_step(core, link, SltcEvent.ACKNOWLEDGED)
