"""CSTA XML over TCP without SOAP: the header of eight octets (ECMA-323, annex on TCP).

| octets | content |
|---|---|
| 0, 1 | 0: plain XML (0x0100, an envelope of SOAP, is refused) |
| 2, 3 | length of the whole, these eight octets included, big-endian |
| 4..7 | invoke identifier, four ASCII digits; 9999 = an event, which nobody answers |
"""

from __future__ import annotations

from typing import Final

import msgspec

HEADER_OCTETS: Final = 8
LONGEST: Final = 65_535
"""Of a frame that is taken: its length has 16 bits."""
LONGEST_SENT: Final = 32_767
"""Some clients read the length as a signed number."""
EVENT_INVOKE: Final = 9999
_TRANSPORT: Final = "ECMA-323 transport over TCP"


class Frame(msgspec.Struct, frozen=True):
    """One message; invoke: 0..9999, document: 0..65527 octets."""

    invoke: int
    document: bytes


class Violation(msgspec.Struct, frozen=True):
    """A peer's mistake after which its octets mean nothing: the connection is of no use any more."""

    clause: str
    detail: str


class FrameState(msgspec.Struct):
    """What has come of a frame that is not complete; broken: nothing is read any more."""

    kept: bytes = b""
    broken: bool = False


def push(state: FrameState, octets: bytes) -> list[Frame | Violation]:
    """Frames that are complete now, however the octets were cut; the first wrong header is the last that is reported.

    Keeps at most one frame.
    """
    found: list[Frame | Violation] = []
    if state.broken:
        return found
    octets = state.kept + octets if state.kept else octets
    at = 0
    while at < len(octets):
        head = octets[at : at + HEADER_OCTETS]
        wrong = _wrong(head)
        if wrong is not None:
            found.append(wrong)
            state.broken, state.kept = True, b""
            return found
        end = at + int.from_bytes(head[2:4], "big") if len(head) >= 4 else len(octets) + 1
        if len(head) < HEADER_OCTETS or end > len(octets):
            break
        found.append(Frame(int(head[4:]), octets[at + HEADER_OCTETS : end]))
        at = end
    state.kept = octets[at:]
    return found


def _wrong(head: bytes) -> Violation | None:
    """What contradicts the header in as many of its octets as are there."""
    if head[:2].strip(b"\0"):
        return Violation(_TRANSPORT, f"octets 0 and 1 are {head[:2].hex()}, expected 0000")
    if len(head) >= 4 and int.from_bytes(head[2:4], "big") < HEADER_OCTETS:
        return Violation(_TRANSPORT, f"length {int.from_bytes(head[2:4], 'big')} is less than the header's 8")
    if any(octet not in b"0123456789" for octet in head[4:]):
        return Violation(_TRANSPORT, f"invoke identifier {head[4:].hex()} is not four digits")
    return None


def frame(invoke: int, document: bytes) -> bytes:
    """The octets of a message; invoke 0..9999, the document short enough for LONGEST_SENT."""
    length = HEADER_OCTETS + len(document)
    assert 0 <= invoke <= EVENT_INVOKE
    assert length <= LONGEST_SENT, f"{length} octets are too many for a frame"
    return b"\0\0" + length.to_bytes(2, "big") + b"%04d" % invoke + document


def next_invoke(invoke: int) -> int:
    """Of a request of our own: after 9998 comes 0."""
    return (invoke + 1) % EVENT_INVOKE
