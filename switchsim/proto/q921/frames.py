"""LAPD frames: address, control and information, without flags and FCS (Q.921 clauses 2 and 3)."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec


class State(IntEnum):
    """Data link states by their number in Q.921 annex B; 0 stands for a line that is down (no layer 1)."""

    NO_LINE = 0
    TEI_ASSIGNED = 4
    AWAITING_ESTABLISHMENT = 5
    AWAITING_RELEASE = 6
    ESTABLISHED = 7
    TIMER_RECOVERY = 8


class Event(IntEnum):
    """Everything that can happen to a data link: frames first, then requests, timers and the line."""

    I = 0  # noqa: E741 - the Recommendation's own name
    RR = 1
    RNR = 2
    REJ = 3
    SABME = 4
    DISC = 5
    UA = 6
    DM = 7
    FRMR = 8
    UI = 9
    XID = 10
    REJECTABLE = 11  # a frame of the condition "frame reject" (clause 5.8.5)
    ESTABLISH = 12
    RELEASE = 13
    DATA = 14
    BUSY = 15
    READY = 16
    T200 = 17
    T203 = 18
    LINE_UP = 19
    LINE_DOWN = 20


class Frame(msgspec.Struct, gc=False):
    """One decoded frame, or the argument of a request; `ns` and `nr` are 0..127."""

    event: Event
    command: bool = True
    pf: int = 0  # P bit of a command, F bit of a response
    ns: int = 0
    nr: int = 0
    info: bytes = b""


class Invalid(msgspec.Struct, gc=False, frozen=True):
    """A frame that is discarded without any reaction (clause 2.9), and why."""

    clause: str
    detail: str


# Control octets without the P/F bit (Table 4/Q.921); the frames, who may send them, and whether they carry information.
_P: Final = 0x10
_U_FRAMES: Final = {
    0x6F: Event.SABME, 0x0F: Event.DM, 0x43: Event.DISC, 0x63: Event.UA, 0x87: Event.FRMR, 0x03: Event.UI,
    0xAF: Event.XID,
}  # fmt: skip
_S_FRAMES: Final = {0x01: Event.RR, 0x05: Event.RNR, 0x09: Event.REJ}
_COMMAND_ONLY: Final = frozenset({Event.I, Event.SABME, Event.DISC, Event.UI})
_RESPONSE_ONLY: Final = frozenset({Event.UA, Event.DM, Event.FRMR})
_WITH_INFORMATION: Final = frozenset({Event.I, Event.UI, Event.FRMR, Event.XID})

CONTROL: Final = {event: octet for octet, event in (_U_FRAMES | _S_FRAMES).items()}
"""Control octet (P/F bit clear) of every frame but I."""


def decode(octets: bytes, address: bytes, peer_command: int, n201: int) -> Frame | Invalid:
    """Read one frame; never raises.

    `address` is the expected two octets with the C/R bit clear, `peer_command` the C/R bit (0 or 2) of the peer's
    commands, `n201` the longest information field in octets.
    """
    if len(octets) < 3:
        return Invalid("2.9", f"{len(octets)} octets are no frame")
    first = octets[0]
    if first & 0xFD != address[0] or octets[1] != address[1]:
        return Invalid("2.9", f"address {octets[:2].hex()} is not served here")
    command = first & 2 == peer_command
    control = octets[2]
    if not control & 1:
        frame = _numbered(octets, control, Event.I, command, n201)
    elif not control & 2:
        event = _S_FRAMES.get(control)
        frame = _numbered(octets, 0, event, command, n201) if event is not None else Frame(Event.REJECTABLE, command)
    else:
        frame = _unnumbered(octets, control, command, n201)
    return frame


def _numbered(octets: bytes, control: int, event: Event, command: bool, n201: int) -> Frame | Invalid:
    """An I or S frame: two control octets; only I frames carry information, and only as commands."""
    if len(octets) < 4:
        return Invalid("2.9", f"{event.name} frame without its second control octet")
    second = octets[3]
    if event is Event.I:
        if not command:
            return Invalid("3.6", "I frame sent as a response: are both ends the same side?")
        if len(octets) - 4 > n201:
            return Frame(Event.REJECTABLE, info=b"N201")
        return Frame(event, True, second & 1, control >> 1, second >> 1, octets[4:])
    if len(octets) > 4:
        return Frame(Event.REJECTABLE, command)
    return Frame(event, command, second & 1, 0, second >> 1)


def _unnumbered(octets: bytes, control: int, command: bool, n201: int) -> Frame | Invalid:
    """A U frame: one control octet, and an information field in UI, XID and FRMR only."""
    event = _U_FRAMES.get(control & ~_P)
    if event is None:
        return Frame(Event.REJECTABLE, command)
    if (event in _COMMAND_ONLY and not command) or (event in _RESPONSE_ONLY and command):
        return Invalid("3.6", f"{event.name} with the wrong C/R bit: are both ends the same side?")
    information = octets[3:]
    if len(information) > (n201 if event in _WITH_INFORMATION else 0):
        return Frame(Event.REJECTABLE, command)
    return Frame(event, command, 1 if control & _P else 0, 0, 0, information)
