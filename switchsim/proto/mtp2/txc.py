"""Transmission control: what may be sent, acknowledgements in and out, SIB, T6 and T7 (Q.703 figures 13 and 15).

What goes out when stands in `handing`, what becomes of the buffers in `buffers`.
"""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.actions import Flush, Send
from switchsim.proto.mtp2.buffers import check_abatement, drop, flush_buffers, queue, retrieve
from switchsim.proto.mtp2.core import Core, Handler
from switchsim.proto.mtp2.handing import forget_waiting, is_full, note_room, pump, refill, room, take_back
from switchsim.proto.mtp2.state import WINDOW, Event, Status, Txc
from switchsim.proto.mtp2.units import ACK, LINE_OCTETS, lssu

_IDLE, _STATUS, _FILL_IN, _MESSAGES = Txc


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
    forget_waiting(link)
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
        forget_waiting(link)
    link.state.txc = to
    refill(link)


def _suspend_supervision(link: Core) -> None:
    """No acknowledgement is due while no message may be sent, so neither T7 nor T6 may fail the link."""
    link.stop_timer("T7")
    link.stop_timer("T6")
    link.state.sib_received = False


def send_sib(link: Core, _: None) -> None:
    state = link.state
    state.sib_out_count += 1
    link.out.append(Send(lssu(state.fib | state.fsnl, Status.SIB, link.config.lssu_octets), True))


def send(link: Core, message: bytes) -> None:
    queue(link, message)
    state = link.state
    if link.pcr and state.waiting_count and state.tb and not (state.new_waiting or is_full(link)):
        # Clause 6.3: a new message goes before cyclic retransmission, of which some waits in the terminal.
        take_back(link)
    pump(link)


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
    in_vain = _waits_in_vain(link, count)
    if in_vain:
        take_back(link)
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
    if in_vain or (blocked and state.tb and state.txc is _MESSAGES):
        pump(link)


def _waits_in_vain(link: Core, count: int) -> bool:
    """Whether the terminal may hold repetition of the `count` oldest messages, which the peer has now (clause 6.3)."""
    state = link.state
    repeats = link.pcr and state.txc is _MESSAGES and state.waiting_count > 0 and not state.new_waiting
    return repeats and state.next_index - state.waiting_count < count


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
        forget_waiting(link)
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
    ((_FILL_IN,), (Event.SEND_FISU,), "impossible, figure 8: told when status or messages are being sent"),
    ((_STATUS,), (Event.SEND_MSU,), "impossible, figure 8: fill-in units come before the first message"),
    ((_MESSAGES,), (Event.SEND_MSU,), "impossible, figure 8: told on entering service alone"),
    ((_STATUS,), (Event.SEND_SIB,), "clause 11.2: a status that concerns the whole link goes first"),
    ((_STATUS, _FILL_IN), (Event.SIB,), "impossible, figure 8: told in service alone"),
    ((_MESSAGES,), (Event.FLUSH_BUFFERS, Event.RETRIEVE), "impossible, figure 8: told during an outage or later"),
    ((_STATUS, _FILL_IN), (Event.T6, Event.T7), "impossible: both stop when messages may not be sent"),
)  # fmt: skip
