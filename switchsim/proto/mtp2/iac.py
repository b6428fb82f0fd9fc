"""Initial alignment control: not aligned, aligned, proving (Q.703 clause 7, figure 9)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.actions import Monitor
from switchsim.proto.mtp2.core import Core, Handler
from switchsim.proto.mtp2.state import ABORTS_LIMIT, TIE, TIN, Event, Iac, Status

_IDLE, _NOT_ALIGNED, _ALIGNED, _PROVING = Iac


def start(link: Core, _: None) -> None:
    """The peer may have been sending the same status for long: its repetitions count now."""
    link.fire("txc", Event.SEND_STATUS, Status.SIO)
    link.start_timer("T2")
    link.state.iac = _NOT_ALIGNED
    link.watch()


def stop(link: Core, _: None) -> None:
    for name in ("T2", "T3", "T4"):
        link.stop_timer(name)
    link.state.iac = _IDLE


def sio_or_sin(link: Core, _: None) -> None:
    _align(link, short=link.state.emergency)


def sie(link: Core, _: None) -> None:
    """The peer's emergency shortens our proving, but our status still tells our own need (clause 7.2)."""
    _align(link, short=True)


def _align(link: Core, short: bool) -> None:
    state = link.state
    link.stop_timer("T2")
    state.short_proving = short
    link.fire("txc", Event.SEND_STATUS, Status.SIE if state.emergency else Status.SIN)
    link.start_timer("T3")
    state.iac = _ALIGNED
    link.watch()


def prove(link: Core, _: None) -> None:
    state = link.state
    link.stop_timer("T3")
    state.aborts_count = 0
    state.iac = _PROVING
    _prove_afresh(link, None)
    link.watch()


def prove_short(link: Core, _: None) -> None:
    link.state.short_proving = True
    prove(link, None)


def _prove_afresh(link: Core, _: None) -> None:
    link.state.further_proving = False
    link.out.append(Monitor(1, TIE if link.state.short_proving else TIN))
    link.start_timer("T4")


def sie_while_proving(link: Core, _: None) -> None:
    if not link.state.short_proving:
        link.state.short_proving = True
        _prove_afresh(link, None)


def sio_while_proving(link: Core, _: None) -> None:
    """The peer began again: it is aligned at most, so are we; the status that we send stays."""
    link.stop_timer("T4")
    link.out.append(Monitor(0))
    link.start_timer("T3")
    link.state.iac = _ALIGNED


def emergency_when_aligned(link: Core, _: None) -> None:
    link.fire("txc", Event.SEND_STATUS, Status.SIE)
    link.state.short_proving = True


def emergency_while_proving(link: Core, _: None) -> None:
    emergency_when_aligned(link, None)
    _prove_afresh(link, None)


def abort(link: Core, _: None) -> None:
    state = link.state
    state.aborts_count += 1
    if state.aborts_count >= ABORTS_LIMIT:
        _give_up(link, f"{ABORTS_LIMIT} proving periods aborted")
    else:
        state.further_proving = True


def correct_su(link: Core, _: None) -> None:
    if link.state.further_proving:
        _prove_afresh(link, None)


def expired_t4(link: Core, _: None) -> None:
    if link.state.further_proving:
        _prove_afresh(link, None)
        return
    link.state.iac = _IDLE
    link.state.emergency = False
    link.fire("lsc", Event.ALIGNED)


def sios(link: Core, _: None) -> None:
    _give_up(link, "SIOS received")


def expired_t2(link: Core, _: None) -> None:
    _give_up(link, "T2 expired")


def expired_t3(link: Core, _: None) -> None:
    _give_up(link, "T3 expired")


def _give_up(link: Core, why: str) -> None:
    stop(link, None)
    link.fire("lsc", Event.NOT_POSSIBLE, f"alignment not possible: {why}")


TRANSITIONS: Final[dict[tuple[Iac, Event], Handler]] = {
    (_IDLE, Event.START): start,
    (_NOT_ALIGNED, Event.STOP): stop,
    (_NOT_ALIGNED, Event.SIO): sio_or_sin,
    (_NOT_ALIGNED, Event.SIN): sio_or_sin,
    (_NOT_ALIGNED, Event.SIE): sie,
    (_NOT_ALIGNED, Event.T2): expired_t2,
    (_ALIGNED, Event.STOP): stop,
    (_ALIGNED, Event.EMERGENCY): emergency_when_aligned,
    (_ALIGNED, Event.SIN): prove,
    (_ALIGNED, Event.SIE): prove_short,
    (_ALIGNED, Event.SIOS): sios,
    (_ALIGNED, Event.T3): expired_t3,
    (_PROVING, Event.STOP): stop,
    (_PROVING, Event.EMERGENCY): emergency_while_proving,
    (_PROVING, Event.SIO): sio_while_proving,
    (_PROVING, Event.SIE): sie_while_proving,
    (_PROVING, Event.SIOS): sios,
    (_PROVING, Event.T4): expired_t4,
    (_PROVING, Event.ABORT): abort,
    (_PROVING, Event.CORRECT_SU): correct_su,
}

_RUNNING: Final = (_NOT_ALIGNED, _ALIGNED, _PROVING)
IGNORED: Final = (
    ((_IDLE,), (Event.STOP,), "figure 9: nothing to stop"),
    ((_IDLE,), (Event.SIO, Event.SIN, Event.SIE, Event.SIOS), "figure 9: link state control judges these"),
    ((_IDLE,), (Event.EMERGENCY,), "impossible, figure 8: told during initial alignment alone"),
    (_RUNNING, (Event.START,), "impossible, figure 8: started once, from out of service"),
    ((_NOT_ALIGNED,), (Event.EMERGENCY,), "clause 7.2: the mark in link state control counts at alignment"),
    ((_NOT_ALIGNED,), (Event.SIOS,), "Q.781 2.2: the peer has not begun yet"),
    ((_ALIGNED,), (Event.SIO,), "Q.781 2.3: the peer has not heard us yet, T3 runs on"),
    ((_PROVING,), (Event.SIN,), "clause 7.3: the peer proves as well"),
    ((_IDLE, _ALIGNED, _PROVING), (Event.T2,), "impossible, figure 9: T2 runs when not aligned alone"),
    ((_IDLE, _NOT_ALIGNED, _PROVING), (Event.T3,), "impossible, figure 9: T3 runs when aligned alone"),
    ((_IDLE, _NOT_ALIGNED, _ALIGNED), (Event.T4,), "impossible, figure 9: T4 runs while proving alone"),
    ((_IDLE, _NOT_ALIGNED, _ALIGNED), (Event.ABORT, Event.CORRECT_SU), "clause 10.3: the error monitor is stopped"),
)
