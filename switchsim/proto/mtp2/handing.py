"""What goes to the terminal next: retransmission, new messages and cyclic repetition, in small portions.

The terminal is handed little at a time, so that a status or a retransmission comes soon; what was handed is in the
retransmission buffer, whether its transmission has begun or not.
"""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.actions import Fill, Flush, Notify, Send
from switchsim.proto.mtp2.core import Core
from switchsim.proto.mtp2.state import WINDOW, Txc
from switchsim.proto.mtp2.units import FISU, LINE_OCTETS, lssu, msu

PORTION_UNITS: Final = 4
PORTION_OCTETS: Final = 64
LONG_OCTETS: Final = 24
"""A unit that takes so many octet times lets us answer `low()` before it ends, so nothing need wait behind it."""


def refill(link: Core) -> None:
    """Tell the terminal what to repeat: FSN is that of the last message handed over."""
    state = link.state
    second = state.fib | state.fsnl
    if state.txc is Txc.STATUS:
        link.out.append(Fill(lssu(second, state.status, link.config.lssu_octets)))
    else:
        link.out.append(FISU[second])


def forget_waiting(link: Core) -> None:
    state = link.state
    state.waiting_count = state.waiting_octets = 0
    state.notify_level = -1
    state.new_waiting = False


def take_back(link: Core) -> None:
    """Cyclic repetition that has not begun does not go out now; `pump` goes on with it, as far as it is due still."""
    state = link.state
    state.next_index = max(0, state.next_index - state.waiting_count)
    link.out.append(Flush())
    forget_waiting(link)


def room(link: Core, _: None) -> None:
    """The terminal has begun all but `notify_level` units: transmission request."""
    note_room(link, None)
    pump(link)


def note_room(link: Core, _: None) -> None:
    """At most `notify_level` units wait now, the last of those handed over; nothing is news that was not asked for."""
    state = link.state
    if state.notify_level < 0:
        return
    state.waiting_count = min(state.waiting_count, state.notify_level)
    state.notify_level = -1
    state.waiting_octets = state.last_octets if state.waiting_count else 0
    state.new_waiting = False


def pump(link: Core) -> None:
    """Hand over what is due until the portion is full; the fill-in unit then carries the new FSN."""
    state = link.state
    fsnl = state.fsnl
    hand = _hand_cyclic if link.pcr else _hand_basic
    while state.waiting_count < PORTION_UNITS and state.waiting_octets < PORTION_OCTETS:
        if not hand(link):
            break
    else:
        _ask_for_room(link, 0 if link.pcr or state.last_octets >= LONG_OCTETS else 1)
    if state.new_waiting and link.pcr:
        _ask_for_room(link, 0)
    if state.fsnl != fsnl:
        link.out.append(FISU[state.fib | state.fsnl])


def _ask_for_room(link: Core, level: int) -> None:
    if link.state.notify_level < 0:
        link.state.notify_level = level
        link.out.append(Notify(level))


def _hand_basic(link: Core) -> bool:
    """Retransmission first, in order; then new messages inside the window (clause 5.3)."""
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
    """New messages first, unless N1 or N2 is reached; then the unacknowledged ones over and over (clause 6.3).

    No repetition is handed over behind a new message that may not have begun: one more new message, with a higher
    number, could not go between them.
    """
    state = link.state
    full = is_full(link)
    if state.tb and not full:
        _number(link)
    elif state.rtb and not state.new_waiting:
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


def is_full(link: Core) -> bool:
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
    state.waiting_count += 1
    state.waiting_octets += state.last_octets
    if new:
        state.new_waiting = True
    else:
        state.retransmitted_count += 1
        state.retransmitted_octets_count += state.last_octets
