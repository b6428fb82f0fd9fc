"""Reception control: what a correct unit means, BSN and FIB two of three, acceptance, NACK (figures 14 and 16)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.actions import Bsnt, Received
from switchsim.proto.mtp2.core import Core, Handler
from switchsim.proto.mtp2.state import Event, Lsc, Rc, Status
from switchsim.proto.mtp2.units import HEAD_OCTETS, fault_of

_IDLE, _REJECTING, _ACCEPTING = Rc
_STATUS_EVENTS: Final[dict[int, Event]] = {status: Event[status.name] for status in Status}


def start(link: Core, _: None) -> None:
    state = link.state
    state.rc = _REJECTING
    state.fsnx, state.fibx = 0, 128
    state.rtr = state.nack_due = state.receive_congested = False
    state.abnormal_bsn = state.unb = state.abnormal_fib = state.unf = False


def stop(link: Core, _: None) -> None:
    """FSNX stays: level 3 asks for the last accepted BSN when the link has failed."""
    state = link.state
    state.rc = _IDLE
    state.receive_congested = state.abnormal_bsn = state.abnormal_fib = False
    link.fire("cc", Event.NORMAL)


def accept(link: Core, _: None) -> None:
    link.state.rc = _ACCEPTING


def reject(link: Core, _: None) -> None:
    link.state.rc = _REJECTING


def unit(link: Core, octets: bytes) -> None:
    """One unit with good check bits; its order of judgement is that of figure 14 (basic) or 16 (cyclic).

    During initial alignment FISU and MSU are not judged at all (Q.781 2.2 to 2.4): a peer that has not noticed our
    restart still counts from the old numbers.
    """
    fault = fault_of(octets)
    if fault is not None:
        bad = link.state.bad_units
        bad[fault[0]] = bad.get(fault[0], 0) + 1
        link.violation("2.3.3", fault[1])
        return
    length = len(octets) - HEAD_OCTETS
    if 1 <= length <= 2:
        _status(link, octets[HEAD_OCTETS] & 7)
    elif link.state.lsc is not Lsc.INITIAL_ALIGNMENT and _plausible_bsn(link, octets[0]):
        if link.pcr:
            _numbered_cyclic(link, octets)
        else:
            _numbered_basic(link, octets)


def _status(link: Core, code: int) -> None:
    event = _STATUS_EVENTS.get(code)
    if event is None:
        bad = link.state.bad_units
        bad["status"] = bad.get("status", 0) + 1
        link.violation("2.3.9", f"status {code} is none")
        return
    link.fire("lsc", event)
    if event in (Event.SIO, Event.SIN, Event.SIE, Event.SIOS):
        link.fire("iac", event)


def _plausible_bsn(link: Core, octet: int) -> bool:
    """BSN from the last acknowledged to the last sent; two of three others fail the link (clause 5.3.1).

    After one that is not, the first good unit is discarded, too: the second one shows that all is well (UNB).
    """
    state = link.state
    if (octet - state.fsnf + 1) & 127 > len(state.rtb):
        link.violation("5.3.1", f"BSN {octet & 127} outside {(state.fsnf - 1) & 127}..{state.fsnl}")
        if state.abnormal_bsn:
            link.fire("lsc", Event.FAILURE, "abnormal BSN")
        else:
            state.abnormal_bsn, state.unb = True, False
        return False
    if state.abnormal_bsn:
        if not state.unb:
            state.unb = True
            return False
        state.abnormal_bsn = False
    return True


def _numbered_basic(link: Core, octets: bytes) -> None:
    state = link.state
    if (octets[1] ^ state.fibx) & 128:
        _wrong_fib(link, octets)
        return
    if state.abnormal_fib:
        if not state.unf:
            state.unf = True
            return
        state.abnormal_fib = False
    link.fire("lsc", Event.FISU_MSU)
    link.fire("txc", Event.BSN_BIB, octets[0])
    if state.rc is not _ACCEPTING:
        return
    ahead = (octets[1] - state.fsnx) & 127
    discarding = state.receive_congested and link.config.congested == "discard"
    if ahead == 127:
        # The FSN of the last accepted message: the usual fill-in, or a message once more.
        state.discarded_in_count += len(octets) > HEAD_OCTETS
    elif ahead == 0 and len(octets) > HEAD_OCTETS and not discarding:
        state.rtr = state.nack_due = False
        _take(link, octets)
    else:
        state.discarded_in_count += len(octets) > HEAD_OCTETS
        _out_of_sequence(link)


def _out_of_sequence(link: Core) -> None:
    """Ask for all from FSNX on; a congested receiver asks when it is no longer (clauses 5.2 and 9.3)."""
    if link.state.receive_congested:
        link.state.nack_due = True
    else:
        _request(link)


def _request(link: Core) -> None:
    """NACK: from now on the other FIB is expected.

    It is only sent when the unit before had the FIB that we expect, so that never two are under way: units from before
    the first would have the FIB that is expected after the second.
    """
    state = link.state
    state.rtr, state.nack_due = True, False
    link.fire("txc", Event.NACK)
    state.fibx ^= 128


def _wrong_fib(link: Core, octets: bytes) -> None:
    """Sent before the peer saw our NACK, or nonsense: two of three of these fail the link (clause 5.2.2)."""
    state = link.state
    if state.abnormal_fib:
        link.violation("5.2.2", "FIB inverted again without a request")
        link.fire("lsc", Event.FAILURE, "abnormal FIB")
    elif state.rtr:
        state.discarded_in_count += len(octets) > HEAD_OCTETS
        link.fire("txc", Event.BSN_BIB, octets[0])
    else:
        link.violation("5.2.2", "FIB inverted without a request")
        state.abnormal_fib, state.unf = True, False


def _numbered_cyclic(link: Core, octets: bytes) -> None:
    """Indicator bits mean nothing; only the next message is taken, all others will come again (clause 6.2)."""
    state = link.state
    link.fire("lsc", Event.FISU_MSU)
    link.fire("txc", Event.BSN_BIB, octets[0])
    if state.rc is not _ACCEPTING or len(octets) == HEAD_OCTETS:
        return
    discarding = state.receive_congested and link.config.congested == "discard"
    if (octets[1] - state.fsnx) & 127 or discarding:
        state.discarded_in_count += 1
    else:
        _take(link, octets)


def _take(link: Core, octets: bytes) -> None:
    state = link.state
    state.fsnx = (state.fsnx + 1) & 127
    state.messages_in_count += 1
    if not state.receive_congested:
        link.fire("txc", Event.FSNX)
    link.out.append(Received(octets[HEAD_OCTETS:]))


def congestion(link: Core, _: None) -> None:
    link.state.receive_congested = True
    link.fire("cc", Event.BUSY)


def no_congestion(link: Core, _: None) -> None:
    """Acknowledge what was taken, and ask for what was not (clause 9.4).

    Figure 14 asks when RTR is set, be it by an earlier NACK that the peer has not answered; its answer will do.
    """
    state = link.state
    if not state.receive_congested:
        return
    state.receive_congested = False
    link.fire("cc", Event.NORMAL)
    link.fire("txc", Event.FSNX)
    if state.nack_due:
        _request(link)


def retrieve_fsnx(link: Core, _: None) -> None:
    """Our level 3 is back: congestion is over and the BSN is that of the last accepted message.

    Figure 14 cancels RTR here. It stays instead: a NACK that the peer has not seen because of the outage would make
    its units, still with the old FIB, look abnormal and fail the link.
    """
    link.state.receive_congested = link.state.nack_due = False
    link.fire("cc", Event.NORMAL)
    link.fire("txc", Event.FSNX)


def retrieve_bsnt(link: Core, _: None) -> None:
    link.out.append(Bsnt((link.state.fsnx - 1) & 127))


_ON: Final = (_REJECTING, _ACCEPTING)
_ROWS: Final[tuple[tuple[tuple[Rc, ...], Event, Handler], ...]] = (
    ((_IDLE,), Event.START, start),
    (_ON, Event.STOP, stop),
    ((_REJECTING,), Event.ACCEPT, accept),
    ((_REJECTING, _ACCEPTING), Event.REJECT, reject),
    (_ON, Event.UNIT, unit),
    (_ON, Event.CONGESTION, congestion),
    (_ON, Event.NO_CONGESTION, no_congestion),
    ((_REJECTING,), Event.LOCAL_RECOVERED, retrieve_fsnx),
    ((_IDLE, *_ON), Event.RETRIEVE_BSNT, retrieve_bsnt),
)

TRANSITIONS: Final = {(state, event): handler for states, event, handler in _ROWS for state in states}

IGNORED: Final = (
    (_ON, (Event.START,), "impossible, figure 8: started once, from out of service"),
    ((_IDLE,), (Event.STOP, Event.ACCEPT, Event.REJECT, Event.LOCAL_RECOVERED),
     "impossible, figure 8: told between start and failure alone"),
    ((_ACCEPTING,), (Event.ACCEPT,), "figure 14: units are accepted"),
    ((_ACCEPTING,), (Event.LOCAL_RECOVERED,), "impossible, figure 8: during a local outage units are rejected"),
    ((_IDLE,), (Event.UNIT,), "Q.781 2.1: out of service, no unit means anything"),
    ((_IDLE,), (Event.CONGESTION, Event.NO_CONGESTION), "figure 14: out of service, nothing is received"),
)
