"""HDLC (ISO/IEC 13239) bit by bit, for tests: lists of bits, the FCS as a shift register.

A timeslot octet carries its most significant bit first (G.704); HDLC sends a frame's octets least significant bit
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_FRAME = 300
FLAG = [0, 1, 1, 1, 1, 1, 1, 0]
FCS_OCTETS = 2
BAD_FCS, BAD_ABORT, BAD_SHORT, BAD_LONG, BAD_ALIGN = 1, 2, 3, 4, 5


def fcs(octets: Iterable[int]) -> int:
    """FCS-16 of some octets: x^16 + x^12 + x^5 + 1, register preset to ones, result inverted (ISO/IEC 13239 4.2.5)."""
    register = 0xFFFF
    for octet in octets:
        for i in range(8):
            feedback = (register ^ octet >> i) & 1
            register = register >> 1 ^ (0x8408 if feedback else 0)
    return register ^ 0xFFFF


def octet_bits(octets: Iterable[int]) -> Iterator[int]:
    """Bits of frame octets in the order sent."""
    return (octet >> i & 1 for octet in octets for i in range(8))


def line_bits(line: Iterable[int]) -> Iterator[int]:
    """Bits of timeslot octets in the order on the line."""
    return (octet >> (7 - i) & 1 for octet in line for i in range(8))


def line_octets(bits: list[int]) -> bytes:
    """Timeslot octets of bits in line order; a rest of less than eight is left out."""
    return bytes(int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, len(bits) - 7, 8))


def stuff(bits: Iterable[int]) -> list[int]:
    """Insert a zero after every five ones (4.3.1)."""
    sent: list[int] = []
    for bit in bits:
        sent.append(bit)
        if sent[-5:] == [1] * 5:
            sent.append(0)
    return sent


def encode(frame: bytes) -> list[int]:
    """Stuffed bits of a frame and its FCS, without flags."""
    return stuff(octet_bits(frame + fcs(frame).to_bytes(2, "little")))


@dataclass
class Result:
    """One finished frame or error: at which octet of all those taken, what, how many octets, and a good frame's."""

    at: int
    bad: int
    n_octets: int
    frame: bytes = b""


@dataclass
class Receiver:
    """Finds frames in a timeslot; `bits` are those since the latest flag without the stuffing, None while hunting."""

    bits: list[int] | None = None
    ones: int = 0
    taken: int = 0
    results: list[Result] = field(default_factory=list)

    def push(self, line: Iterable[int]) -> list[Result]:
        """Take timeslot octets; returns what they completed."""
        self.results = []
        for octet in line:
            for bit in line_bits([octet]):
                self._take(bit)
            self.taken += 1
        return self.results

    def _take(self, bit: int) -> None:
        ones_before, self.ones = self.ones, self.ones + 1 if bit else 0
        if not bit and ones_before == 6:
            self._flag()
        elif self.ones == 7:
            self._abort()
        elif self.ones < 6 and not (not bit and ones_before >= 5) and self.bits is not None:
            self.bits.append(bit)
            if len(self.bits) == (MAX_FRAME + FCS_OCTETS + 1) * 8:
                self._report(BAD_LONG, len(self.bits))
                self.bits = None

    def _report(self, bad: int, n_bits: int, frame: bytes = b"") -> None:
        self.results.append(Result(self.taken, bad, len(frame) if frame else n_bits // 8, frame))

    def _data(self) -> list[int]:
        """The bits without the zero and five ones that a flag or abort left behind."""
        return (self.bits or [])[:-6]

    def _abort(self) -> None:
        if self._data():
            self._report(BAD_ABORT, len(self._data()))
        self.bits = None

    def _flag(self) -> None:
        data, self.bits = self._data(), []
        if not data:
            return
        octets = bytes(sum(bit << i for i, bit in enumerate(data[k : k + 8])) for k in range(0, len(data) - 7, 8))
        if len(data) < 32:
            self._report(BAD_SHORT, len(data))
        elif len(data) % 8:
            self._report(BAD_ALIGN, len(data))
        elif fcs(octets[:-2]) != int.from_bytes(octets[-2:], "little"):
            self._report(BAD_FCS, len(data))
        else:
            self._report(0, len(data), octets[:-2])
