"""Transmission control: numbering, retransmission buffer, acknowledgements in and out, status (figures 13 and 15).

The terminal is handed small portions, so that a status, an acknowledgement or a retransmission comes soon; what was
handed is in the retransmission buffer, whether its transmission has begun or not.
"""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.actions import (
    CongestionAbated,
    CongestionOnset,
    Fill,
    Flush,
    Notify,
    RetrievalComplete,
    Retrieved,
    Send,
)
from switchsim.proto.mtp2.core import Core, Handler
from switchsim.proto.mtp2.state import WINDOW, Event, Status, Txc
from switchsim.proto.mtp2.units import ACK, FISU, LINE_OCTETS, lssu, msu

_IDLE, _STATUS, _FILL_IN, _MESSAGES = Txc
PORTION_UNITS: Final = 4
PORTION_OCTETS: Final = 64
LONG_OCTETS: Final = 24
"""A unit that takes so many octet times lets us answer `low()` before it ends, so nothing need wait behind it."""


def start(link: Core, _: None) -> None:
    """Numbers and buffers as new (clause 5.1); what was not retrieved is lost."""
    state = link.state
    state.txc = _STATUS
    state.rtb.clear()
    state.tb.clear()
    state.fsnf, state.fsnl, state.bsn = 0, 127, 127
    state.fib = state.bib = 128
    state.rtb_octets = state.next_index = 0
    state.forced = state.sib_received = state.congested = False
    _forget_waiting(link)
    link.out.append(ACK[255])


def send_status(link: Core, status: int) -> None:
    """Status before everything: what has not begun stays in the retransmission buffer."""
    link.state.status = status
    _change(link, _STATUS)
    _suspend_supervision(link)


def send_fisu(link: Core, _: None) -> None:
    _change(link, _FILL_IN)
    _suspend_supervision(link)


def send_msu(link: Core, _: None) -> None:
    _change(link, _MESSAGES)
    if link.state.rtb:
        link.start_timer("T7")
    pump(link)


def _change(link: Core, to: Txc) -> None:
    if link.state.txc is _MESSAGES and to is not _MESSAGES:
        link.out.append(Flush())
        _forget_waiting(link)
    link.state.txc = to
    refill(link)


def _forget_waiting(link: Core) -> None:
    state = link.state
    state.waiting_count = state.waiting_octets = 0
    state.notify_level = -1
    state.new_waiting = state.last_new = False


def _suspend_supervision(link: Core) -> None:
    """No acknowledgement is due while no message may be sent, so neither T7 nor T6 may fail the link."""
    link.stop_timer("T7")
    link.stop_timer("T6")
    link.state.sib_received = False


def refill(link: Core) -> None:
    """Tell the terminal what to repeat: FSN is that of the last message handed over."""
    state = link.state
    second = state.fib | state.fsnl
    if state.txc is _STATUS:
        link.out.append(Fill(lssu(second, state.status, link.config.lssu_octets)))
    else:
        link.out.append(FISU[second])


def send_sib(link: Core, _: None) -> None:
    state = link.state
    state.sib_out_count += 1
    link.out.append(Send(lssu(state.fib | state.fsnl, Status.SIB, link.config.lssu_octets), True))


def queue(link: Core, message: bytes) -> None:
    """A message while none may be sent: it waits, for service or for retrieval."""
    state = link.state
    if _refused(link):
        state.dropped_out_count += 1
        return
    state.tb.append(message)
    if link.config.congestion_onset and not state.congested:
        _check_onset(link)


def send(link: Core, message: bytes) -> None:
    queue(link, message)
    state = link.state
    if link.pcr and state.waiting_count and state.tb and not (state.new_waiting or _full(link)):
        # Clause 6.3: a new message goes before cyclic retransmission, of which some waits in the terminal.
        state.next_index = max(0, state.next_index - state.waiting_count)
        link.out.append(Flush())
        _forget_waiting(link)
    pump(link)


def _refused(link: Core) -> bool:
    limit = link.config.congestion_discard
    return limit > 0 and len(link.state.tb) + len(link.state.rtb) >= limit


def _check_onset(link: Core) -> None:
    state = link.state
    if len(state.tb) + len(state.rtb) >= link.config.congestion_onset:
        state.congested = True
        link.out.append(CongestionOnset())


def check_abatement(link: Core) -> None:
    state = link.state
    if state.congested and len(state.tb) + len(state.rtb) < link.config.congestion_abate:
        state.congested = False
        link.out.append(CongestionAbated())


def drop(link: Core, _: bytes) -> None:
    link.state.dropped_out_count += 1


def room(link: Core, _: None) -> None:
    """The terminal has begun all but `notify_level` units: transmission request."""
    _note_room(link)
    pump(link)


def note_room(link: Core, _: None) -> None:
    _note_room(link)


def _note_room(link: Core) -> None:
    state = link.state
    level = max(state.notify_level, 0)
    state.notify_level = -1
    state.waiting_count = min(state.waiting_count, level)
    state.waiting_octets = state.last_octets if state.waiting_count else 0
    state.new_waiting = state.last_new and state.waiting_count > 0


def pump(link: Core) -> None:
    """Hand over what is due until the portion is full; the fill-in unit then carries the new FSN."""
    state = link.state
    fsnl = state.fsnl
    hand = _hand_cyclic if link.pcr else _hand_basic
    while state.waiting_count < PORTION_UNITS and state.waiting_octets < PORTION_OCTETS:
        if not hand(link):
            break
    else:
        if state.notify_level < 0:
            state.notify_level = 0 if state.last_octets >= LONG_OCTETS else 1
            link.out.append(Notify(state.notify_level))
    if state.fsnl != fsnl:
        link.out.append(FISU[state.fib | state.fsnl])


def _hand_basic(link: Core) -> bool:
    """Retransmission first, in order; then new messages inside the window (clause 5.2)."""
    state = link.state
    if state.next_index < len(state.rtb):
        _hand(link, state.next_index, new=False)
    elif state.tb and len(state.rtb) < WINDOW:
        _number(link)
    else:
        return False
    state.next_index += 1
    return True


def _hand_cyclic(link: Core) -> bool:
    """New messages first, unless N1 or N2 is reached; then the unacknowledged ones over and over (clause 6.3)."""
    state = link.state
    full = _full(link)
    if state.tb and not full:
        _number(link)
    elif state.rtb:
        if full and not state.forced:
            state.forced_count += 1
            state.next_index = 0
        if state.next_index >= len(state.rtb):
            state.next_index = 0
        _hand(link, state.next_index, new=False)
        state.next_index += 1
    else:
        return False
    state.forced = full
    return True


def _full(link: Core) -> bool:
    """Is retransmission forced: N1 messages or N2 octets unacknowledged (clause 6.4)?"""
    state, config = link.state, link.config
    return len(state.rtb) >= min(config.n1, WINDOW) or state.rtb_octets >= config.n2


def _number(link: Core) -> None:
    """The oldest waiting message gets the next FSN; the first unacknowledged one starts T7 (clause 5.3.1)."""
    state = link.state
    if not state.rtb:
        link.start_timer("T7")
    message = state.tb.pop(0)
    state.rtb.append(message)
    state.rtb_octets += len(message) + LINE_OCTETS
    state.fsnl = (state.fsnl + 1) & 127
    state.messages_out_count += 1
    _hand(link, len(state.rtb) - 1, new=True)


def _hand(link: Core, index: int, new: bool) -> None:
    state = link.state
    message = state.rtb[index]
    link.out.append(Send(msu(state.fib | (state.fsnf + index & 127), message)))
    state.last_octets = len(message) + LINE_OCTETS
    state.last_new = new
    state.waiting_count += 1
    state.waiting_octets += state.last_octets
    if new:
        state.new_waiting = True
    else:
        state.retransmitted_count += 1


def bsn_bib(link: Core, octet: int) -> None:
    """BSNR (inside the window) and BIBR of a unit: positive acknowledgement, then a request to retransmit."""
    state = link.state
    acknowledged_count = (octet - state.fsnf + 1) & 127
    if acknowledged_count:
        acknowledged(link, acknowledged_count)
    if (octet ^ state.fib) & 128 and not link.pcr:
        _retransmit(link)


def acknowledged(link: Core, count: int) -> None:
    """The peer accepted the `count` oldest messages."""
    state = link.state
    if state.sib_received:
        state.sib_received = False
        link.stop_timer("T6")
    rtb = state.rtb
    blocked = link.pcr or len(rtb) >= WINDOW
    for message in rtb[:count]:
        state.rtb_octets -= len(message) + LINE_OCTETS
    del rtb[:count]
    state.fsnf = state.fsnf + count & 127
    left = state.next_index - count
    state.next_index = left if left > 0 else 0
    if not rtb:
        link.stop_timer("T7")
    elif state.txc is _MESSAGES:
        link.start_timer("T7")
    if state.congested:
        check_abatement(link)
    if blocked and state.tb and state.txc is _MESSAGES:
        pump(link)


def _retransmit(link: Core) -> None:
    """Negative acknowledgement: invert FIB and begin again with the oldest message (clause 5.3.2)."""
    state = link.state
    if state.sib_received:
        state.sib_received = False
        link.stop_timer("T6")
    state.nacks_in_count += 1
    state.fib ^= 128
    state.next_index = 0
    if state.txc is _MESSAGES:
        link.out.append(Flush())
        _forget_waiting(link)
        refill(link)
        pump(link)
    else:
        refill(link)


def nack(link: Core, _: None) -> None:
    state = link.state
    state.nacks_out_count += 1
    state.bib ^= 128
    link.out.append(ACK[state.bib | state.bsn])


def fsnx(link: Core, _: None) -> None:
    """Acknowledge everything before FSNX."""
    state = link.state
    state.bsn = (state.fsnx - 1) & 127
    link.out.append(ACK[state.bib | state.bsn])


def sib(link: Core, _: None) -> None:
    """The peer is busy: its acknowledgements may be late, up to T6 (clause 9.3)."""
    state = link.state
    state.sib_in_count += 1
    if state.rtb:
        if not state.sib_received:
            state.sib_received = True
            link.start_timer("T6")
        link.start_timer("T7")


def flush_buffers(link: Core, _: None) -> None:
    """All is forgotten; the next message follows the last one that the peer acknowledged (clause 8.4)."""
    link.stop_timer("T7")
    link.state.tb.clear()
    _renumber(link, link.state.fsnf)
    check_abatement(link)


def _renumber(link: Core, fsnf: int) -> None:
    state = link.state
    state.rtb.clear()
    state.rtb_octets = state.next_index = 0
    state.forced = False
    state.fsnf = fsnf
    state.fsnl = (fsnf - 1) & 127
    refill(link)


def retrieve(link: Core, fsnc: int | None) -> None:
    """Give back what the peer, having accepted up to `fsnc`, never got: see `Link.retrieve`."""
    state = link.state
    out = link.out
    if fsnc is None:
        messages = state.tb[:]
        fsnf = state.fsnf
    else:
        count = (fsnc - state.fsnf + 1) & 127
        if count > len(state.rtb):
            link.violation("5.5", f"FSNC {fsnc} outside {(state.fsnf - 1) & 127}..{state.fsnl}: nothing is retrieved")
            out.append(RetrievalComplete())
            return
        messages = state.rtb[count:] + state.tb
        fsnf = (fsnc + 1) & 127
    link.stop_timer("T7")
    state.tb.clear()
    _renumber(link, fsnf)
    check_abatement(link)
    out.extend(map(Retrieved, messages))
    out.append(RetrievalComplete())


def expired_t6(link: Core, _: None) -> None:
    link.fire("lsc", Event.FAILURE, "T6 expired")


def expired_t7(link: Core, _: None) -> None:
    link.fire("lsc", Event.FAILURE, "T7 expired")


_ON: Final = (_STATUS, _FILL_IN, _MESSAGES)
_ROWS: Final[tuple[tuple[tuple[Txc, ...], Event, Handler], ...]] = (
    ((_IDLE, _STATUS), Event.START, start),
    (_ON, Event.SEND_STATUS, send_status),
    ((_STATUS, _MESSAGES), Event.SEND_FISU, send_fisu),
    ((_FILL_IN,), Event.SEND_MSU, send_msu),
    ((_FILL_IN, _MESSAGES), Event.SEND_SIB, send_sib),
    ((_IDLE,), Event.MESSAGE, drop),
    ((_STATUS, _FILL_IN), Event.MESSAGE, queue),
    ((_MESSAGES,), Event.MESSAGE, send),
    ((_STATUS, _FILL_IN), Event.ROOM, note_room),
    ((_MESSAGES,), Event.ROOM, room),
    (_ON, Event.BSN_BIB, bsn_bib),
    (_ON, Event.NACK, nack),
    (_ON, Event.FSNX, fsnx),
    ((_MESSAGES,), Event.SIB, sib),
    ((_STATUS, _FILL_IN), Event.FLUSH_BUFFERS, flush_buffers),
    ((_STATUS, _FILL_IN), Event.RETRIEVE, retrieve),
    ((_MESSAGES,), Event.T6, expired_t6),
    ((_MESSAGES,), Event.T7, expired_t7),
)

TRANSITIONS: Final = {(state, event): handler for states, event, handler in _ROWS for state in states}

IGNORED: Final = (
    ((_FILL_IN, _MESSAGES), (Event.START,), "impossible, figure 8: a link starts out of service, sending SIOS"),
    ((_IDLE,), (Event.SEND_STATUS, Event.SEND_FISU, Event.SEND_MSU, Event.SEND_SIB, Event.BSN_BIB, Event.NACK,
                Event.FSNX, Event.SIB, Event.FLUSH_BUFFERS, Event.RETRIEVE, Event.T6, Event.T7),
     "impossible, figure 8: nothing happens before power on"),
    ((_IDLE,), (Event.ROOM,), "figure 13: a terminal without power has nothing to send"),
    ((_FILL_IN,), (Event.SEND_FISU,), "clause 8.3: fill-in units are being sent"),
    ((_STATUS,), (Event.SEND_MSU,), "impossible, figure 8: fill-in units come before the first message"),
    ((_MESSAGES,), (Event.SEND_MSU,), "impossible, figure 8: told on entering service alone"),
    ((_STATUS,), (Event.SEND_SIB,), "clause 11.1.4: a status that concerns the whole link goes first"),
    ((_STATUS, _FILL_IN), (Event.SIB,), "impossible, figure 8: told in service alone"),
    ((_MESSAGES,), (Event.FLUSH_BUFFERS, Event.RETRIEVE), "impossible, figure 8: told during an outage or later"),
    ((_STATUS, _FILL_IN), (Event.T6, Event.T7), "impossible: both stop when messages may not be sent"),
)  # fmt: skip
