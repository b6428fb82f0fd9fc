"""LAPD and Q.931 octets written by hand: address 00 01 (user commands), 02 01 (network commands)."""

from __future__ import annotations

from by_hand import Row

from switchsim.model.events import FrameReceived, FrameSent

LINK = "e1-0:16"
LAP = "frame/1/slot/12"


def u_frame(control: int, command: bool, user: bool = True) -> bytes:
    return bytes((0x00 if command == user else 0x02, 0x01, control))


def i_frame(ns: int, nr: int, info: bytes, user: bool = True) -> bytes:
    return bytes((0x00 if user else 0x02, 0x01, ns << 1, nr << 1)) + info


def rr(nr: int, pf: int = 0, command: bool = False, user: bool = True) -> bytes:
    return bytes((0x00 if command == user else 0x02, 0x01, 0x01, nr << 1 | pf))


def message(kind: int, reference: int, to_originator: bool = False, elements: str = "") -> bytes:
    high = (reference >> 8) | (0x80 if to_originator else 0)
    return bytes((0x08, 2, high, reference & 0xFF, kind)) + bytes.fromhex(elements)


def sent(at: int, octets: bytes) -> Row:
    return (at, LAP, FrameSent(LINK, octets.hex()))


def received(at: int, octets: bytes) -> Row:
    return (at, LAP, FrameReceived(LINK, octets.hex()))


SABME, UA, DISC, DM = 0x7F, 0x73, 0x53, 0x1F

ESTABLISHED = [sent(10, u_frame(SABME, True)), received(90, u_frame(UA, False, user=False))]
"""We are the user side: our SABME is answered."""
