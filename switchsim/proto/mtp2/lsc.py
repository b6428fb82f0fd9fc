"""Link state control: power, start and stop, service, failure, processor outage (Q.703 clauses 1.7 and 8, figure 8)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.actions import (
    Fill,
    Flush,
    InService,
    Monitor,
    OutOfService,
    RemoteProcessorOutage,
    RemoteProcessorRecovered,
    RtbCleared,
)
from switchsim.proto.mtp2.core import Core, Handler
from switchsim.proto.mtp2.state import COUNTERS, RUN, Event, LinkState, Lsc, Poc, Status

_OFF, _OOS, _ALIGNING = Lsc.POWER_OFF, Lsc.OUT_OF_SERVICE, Lsc.INITIAL_ALIGNMENT
_READY, _NOT_READY, _SERVICE, _OUTAGE = Lsc.ALIGNED_READY, Lsc.ALIGNED_NOT_READY, Lsc.IN_SERVICE, Lsc.PROCESSOR_OUTAGE


def power_on(link: Core, _: None) -> None:
    link.fire("txc", Event.START)
    link.fire("txc", Event.SEND_STATUS, Status.SIOS)
    link.state.lsc = _OOS


def power_off(link: Core, _: None) -> None:
    """The board is pulled: timers and monitors die, the line carries flags, all is forgotten but the counters."""
    for name in RUN:
        link.stop_timer(name)
    link.out += (Monitor(0), Flush(), Fill(b""))
    state = link.state
    fresh = LinkState()
    for field in state.__struct_fields__:
        if field not in COUNTERS:
            setattr(state, field, getattr(fresh, field))


def start(link: Core, _: None) -> None:
    link.fire("rc", Event.START)
    link.fire("txc", Event.START)
    link.fire("iac", Event.START)
    link.state.lsc = _ALIGNING


def stop(link: Core, _: None) -> None:
    """Level 3 ended it: no indication (figure 8)."""
    _leave(link)


def fail(link: Core, reason: str) -> None:
    """Back to out of service with a reason for level 3, which follows everything that goes to the terminal."""
    link.state.failures_count += 1
    _leave(link)
    link.out.append(OutOfService(reason))


def _leave(link: Core) -> None:
    state = link.state
    state.lsc = _OOS
    link.stop_timer("T1")
    link.fire("iac", Event.STOP)
    link.out.append(Monitor(0))
    link.fire("rc", Event.STOP)
    link.fire("poc", Event.STOP)
    link.fire("txc", Event.SEND_STATUS, Status.SIOS)
    state.emergency = state.local_outage = state.l3_indicated = False
    link.unwatch()


def _received(status: str) -> Handler:
    def fail_by_status(link: Core, _: None) -> None:
        fail(link, f"{status} received")

    return fail_by_status


def expired_t1(link: Core, _: None) -> None:
    fail(link, "T1 expired")


def mark_emergency(link: Core, _: None) -> None:
    link.state.emergency = True


def emergency_while_aligning(link: Core, _: None) -> None:
    link.state.emergency = True
    link.fire("iac", Event.EMERGENCY)


def cease_emergency(link: Core, _: None) -> None:
    link.state.emergency = False


def mark_outage(link: Core, _: None) -> None:
    link.state.local_outage = True


def cancel_outage(link: Core, _: None) -> None:
    link.state.local_outage = False


def aligned(link: Core, _: None) -> None:
    """Proving is over: SUERM watches, T1 waits for the peer, which may repeat a unit that has not mattered so far."""
    link.out.append(Monitor(2))
    link.start_timer("T1")
    if link.state.local_outage:
        _enter_not_ready(link)
    else:
        _enter_ready(link)


def _enter_ready(link: Core) -> None:
    link.fire("txc", Event.SEND_FISU)
    link.fire("rc", Event.ACCEPT)
    link.state.lsc = _READY
    link.watch()


def _enter_not_ready(link: Core) -> None:
    link.fire("poc", Event.LOCAL_OUTAGE)
    link.fire("txc", Event.SEND_STATUS, Status.SIPO)
    link.fire("rc", Event.REJECT)
    link.state.lsc = _NOT_READY
    link.watch()


def outage_when_ready(link: Core, _: None) -> None:
    link.state.local_outage = True
    _enter_not_ready(link)


def recovered_when_not_ready(link: Core, _: None) -> None:
    link.state.local_outage = False
    link.fire("poc", Event.LOCAL_RECOVERED)
    _enter_ready(link)


def unit_when_ready(link: Core, _: None) -> None:
    link.stop_timer("T1")
    link.fire("txc", Event.SEND_MSU)
    link.state.lsc = _SERVICE
    link.out.append(InService())


def unit_when_not_ready(link: Core, _: None) -> None:
    link.stop_timer("T1")
    link.state.lsc = _OUTAGE
    link.out.append(InService())


def sipo_when_aligned(link: Core, _: None) -> None:
    link.stop_timer("T1")
    link.state.lsc = _OUTAGE
    remote_outage(link, None)


def sipo_in_service(link: Core, _: None) -> None:
    link.fire("txc", Event.SEND_FISU)
    link.state.lsc = _OUTAGE
    link.state.l3_indicated = False
    remote_outage(link, None)


def remote_outage(link: Core, _: None) -> None:
    """SIPO: told to level 3 when it is news."""
    if link.state.poc in (Poc.IDLE, Poc.LOCAL):
        link.fire("poc", Event.REMOTE_OUTAGE)
        link.out.append(RemoteProcessorOutage())


def unit_during_outage(link: Core, _: None) -> None:
    """FISU or MSU: the peer's level 3 is there again, told when it is news."""
    if link.state.poc in (Poc.REMOTE, Poc.BOTH):
        link.out.append(RemoteProcessorRecovered())
        link.fire("poc", Event.REMOTE_RECOVERED)


def outage_in_service(link: Core, _: None) -> None:
    link.state.local_outage = True
    link.state.l3_indicated = False
    link.fire("poc", Event.LOCAL_OUTAGE)
    link.fire("txc", Event.SEND_STATUS, Status.SIPO)
    link.fire("rc", Event.REJECT)
    link.state.lsc = _OUTAGE


def outage_during_outage(link: Core, _: None) -> None:
    link.state.local_outage = True
    link.fire("poc", Event.LOCAL_OUTAGE)
    link.fire("txc", Event.SEND_STATUS, Status.SIPO)
    link.fire("rc", Event.REJECT)


def recovered_during_outage(link: Core, _: None) -> None:
    """FISUs tell the peer, with the BSN of the last accepted message; messages wait for level 3."""
    if not link.state.local_outage:
        return
    link.state.local_outage = False
    link.fire("rc", Event.LOCAL_RECOVERED)
    link.fire("txc", Event.SEND_FISU)
    link.fire("poc", Event.LOCAL_RECOVERED)


def flush_buffers(link: Core, _: None) -> None:
    link.fire("txc", Event.FLUSH_BUFFERS)
    link.out.append(RtbCleared())
    continue_(link, None)


def continue_(link: Core, _: None) -> None:
    link.state.l3_indicated = True
    if link.state.poc is Poc.IDLE:
        no_outage(link, None)


def no_outage(link: Core, _: None) -> None:
    """Both level 3 are there: service goes on once ours has said what becomes of the buffers (clause 8)."""
    if link.state.l3_indicated:
        link.state.l3_indicated = False
        link.state.lsc = _SERVICE
        link.fire("rc", Event.ACCEPT)
        link.fire("txc", Event.SEND_MSU)
        link.watch()


def sib(link: Core, _: None) -> None:
    link.fire("txc", Event.SIB)


def retrieve_bsnt(link: Core, _: None) -> None:
    link.fire("rc", Event.RETRIEVE_BSNT)


def retrieve(link: Core, fsnc: int | None) -> None:
    link.fire("txc", Event.RETRIEVE, fsnc)


_ON: Final = (_OOS, _ALIGNING, _READY, _NOT_READY, _SERVICE, _OUTAGE)
_UP: Final = (_READY, _NOT_READY, _SERVICE, _OUTAGE)
_ROWS: Final[tuple[tuple[tuple[Lsc, ...], Event, Handler], ...]] = (
    ((_OFF,), Event.POWER_ON, power_on),
    (_ON, Event.POWER_OFF, power_off),
    ((_OOS,), Event.START, start),
    (_ON[1:], Event.STOP, stop),
    ((_OOS, *_UP), Event.EMERGENCY, mark_emergency),
    ((_ALIGNING,), Event.EMERGENCY, emergency_while_aligning),
    (_ON, Event.EMERGENCY_CEASES, cease_emergency),
    ((_OOS, _ALIGNING), Event.LOCAL_OUTAGE, mark_outage),
    ((_OOS, _ALIGNING), Event.LOCAL_RECOVERED, cancel_outage),
    ((_ALIGNING,), Event.ALIGNED, aligned),
    ((_ALIGNING,), Event.NOT_POSSIBLE, fail),
    ((_READY,), Event.LOCAL_OUTAGE, outage_when_ready),
    ((_NOT_READY,), Event.LOCAL_RECOVERED, recovered_when_not_ready),
    ((_READY,), Event.FISU_MSU, unit_when_ready),
    ((_NOT_READY,), Event.FISU_MSU, unit_when_not_ready),
    ((_READY, _NOT_READY), Event.SIPO, sipo_when_aligned),
    ((_READY, _NOT_READY), Event.T1, expired_t1),
    ((_SERVICE,), Event.LOCAL_OUTAGE, outage_in_service),
    ((_SERVICE,), Event.SIPO, sipo_in_service),
    ((_SERVICE,), Event.SIB, sib),
    ((_OUTAGE,), Event.LOCAL_OUTAGE, outage_during_outage),
    ((_OUTAGE,), Event.LOCAL_RECOVERED, recovered_during_outage),
    ((_OUTAGE,), Event.SIPO, remote_outage),
    ((_OUTAGE,), Event.FISU_MSU, unit_during_outage),
    ((_OUTAGE,), Event.FLUSH_BUFFERS, flush_buffers),
    ((_OUTAGE,), Event.CONTINUE, continue_),
    ((_OUTAGE,), Event.NO_OUTAGE, no_outage),
    ((_OOS, _OUTAGE), Event.RETRIEVE_BSNT, retrieve_bsnt),
    ((_OOS, _OUTAGE), Event.RETRIEVE, retrieve),
    (_UP, Event.FAILURE, fail),
    (_UP, Event.SIO, _received("SIO")),
    (_UP, Event.SIOS, _received("SIOS")),
    ((_SERVICE, _OUTAGE), Event.SIN, _received("SIN")),
    ((_SERVICE, _OUTAGE), Event.SIE, _received("SIE")),
)

TRANSITIONS: Final = {(state, event): handler for states, event, handler in _ROWS for state in states}

_FROM_RC: Final = (Event.SIO, Event.SIN, Event.SIE, Event.SIOS, Event.SIPO, Event.SIB, Event.FISU_MSU)
_INNER: Final = (*_FROM_RC, Event.ALIGNED, Event.NOT_POSSIBLE, Event.NO_OUTAGE, Event.T1, Event.POWER_ON)
_EVENTS: Final = tuple(sorted({event for _, event in TRANSITIONS}))
IGNORED: Final = (
    ((_OFF,), tuple(event for event in _EVENTS if event not in _INNER),
     "figure 8: without power only power on counts"),
    ((_OFF,), tuple(event for event in _INNER if event is not Event.POWER_ON),
     "impossible, figure 8: without power no box runs"),
    (_ON, (Event.POWER_ON,), "figure 8: power is on"),
    ((_OOS,), (Event.STOP,), "Q.781 2.1: a link out of service stays there"),
    (_ON[1:], (Event.START,), "Q.781 2.2 to 2.8: the link was started"),
    ((_OOS,), _FROM_RC, "impossible, figure 14: reception control is idle (Q.781 2.1)"),
    ((_ALIGNING,), _FROM_RC[:-1], "Q.781 2.2 to 2.4: alignment control judges these, or nobody"),
    ((_ALIGNING,), (Event.FISU_MSU,), "impossible: reception control keeps these (Q.781 2.2 to 2.4)"),
    ((_READY, _NOT_READY), (Event.SIN, Event.SIE), "clause 7.3: the peer may still be proving"),
    ((_READY, _NOT_READY, _OUTAGE), (Event.SIB,), "Q.781 2.5, 2.6 and 2.8: no message is under way"),
    ((_READY, _SERVICE), (Event.LOCAL_RECOVERED,), "Q.781 2.5 and 2.7: there is no outage"),
    ((_NOT_READY,), (Event.LOCAL_OUTAGE,), "clause 8: the outage is known"),
    ((_SERVICE,), (Event.FISU_MSU,), "figure 8: the usual case, acceptance goes on"),
    ((_OOS, _ALIGNING, _READY, _NOT_READY, _SERVICE), (Event.FLUSH_BUFFERS, Event.CONTINUE),
     "clause 8: these answer the end of an outage"),
    ((_ALIGNING, _READY, _NOT_READY, _SERVICE), (Event.RETRIEVE_BSNT, Event.RETRIEVE),
     "Q.704 clause 5.5: retrieval is of a link that carries nothing"),
    ((_OOS, *_UP), (Event.ALIGNED, Event.NOT_POSSIBLE), "impossible, figure 9: alignment control is idle"),
    ((_OOS, _ALIGNING, _SERVICE, _OUTAGE), (Event.T1,), "impossible, figure 8: T1 runs in aligned states alone"),
    ((_OOS,), (Event.FAILURE,), "figure 8: the link is out of service"),
    ((_ALIGNING,), (Event.FAILURE,), "clause 10.2: SUERM is idle, late word of it is of the time before"),
    ((_NOT_READY,), (Event.NO_OUTAGE,), "figure 8: the recovery that caused it makes the link ready"),
    ((_OOS, _ALIGNING, _READY, _SERVICE), (Event.NO_OUTAGE,), "impossible, figure 10: there was no outage to end"),
)  # fmt: skip
