"""How the tests of the E1 framer put a line to its receiver, and look at what it said after each 125 us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from g704 import FRAME_BITS, Bits, Encoder, octets_of

from switchsim.dsp import e1

QUIET = bytes([0x55]) * 32  # no FAS in it, nor across the bounds of its timeslots
NUMBERED = bytes(0x40 | number for number in range(32))  # each timeslot another octet, no FAS in them
MULTIFRAME_OCTETS = 16 * 32
MS = 8  # frames


@dataclass
class Watched:
    """A receiver, and its status and octets after each frame's time."""

    flags: int = 0
    los_intervals: int = 255
    ssm_sa: int = 0
    statuses: list[int] = field(default_factory=list)
    out: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.receiver = e1.E1Receiver(self.flags, los_intervals=self.los_intervals, ssm_sa=self.ssm_sa)

    def aligned(self, crc_frame: int = 0, cas_frame: int = 0) -> Watched:
        self.receiver.aligned(crc_frame, cas_frame)
        return self

    def push(self, line: bytes | Bits) -> Watched:
        """A whole number of frames' times, of octets or bits."""
        octets = line if isinstance(line, bytes) else octets_of(line)
        assert len(octets) % 32 == 0
        for at in range(0, len(octets), 32):
            self.out.append(self.receiver.push(octets[at : at + 32]))
            self.statuses.append(self.receiver.status)
        return self

    def when(self, bits: int, on: bool = True, since: int = 0) -> int | None:
        """Index of the first frame from `since` after which one of the status bits is on (or all are off)."""
        for at in range(since, len(self.statuses)):
            if bool(self.statuses[at] & bits) == on:
                return at
        return None

    def ever(self, bits: int, since: int = 0) -> int:
        """The status bits of these that were on after any frame."""
        seen = 0
        for status in self.statuses[since:]:
            seen |= status & bits
        return seen

    @property
    def status(self) -> int:
        return self.receiver.status


def steady(multiframes: int, encoder: Encoder | None = None, payload: Sequence[int] = QUIET) -> bytearray:
    """That many equal multiframes: the check bits of a line on which nothing changes are the same in each of them."""
    encoder = encoder or Encoder()
    encoder.frames(payload, 16)
    return bytearray(octets_of(encoder.frames(payload, 16)) * multiframes)


def padded(bits: Bits) -> Bits:
    """The bits, with ones behind them up to a whole number of frames' times."""
    return bits + [1] * (-len(bits) % FRAME_BITS)


def flip(line: bytearray, bit: int) -> None:
    """Invert one bit of a line."""
    line[bit // 8] ^= 0x80 >> bit % 8


def errors_at_random(line: bytearray, rate: float, seed: int) -> int:
    """Invert bits independently at about this rate; the same ones for the same seed. Returns how many."""
    random, at, count = Random(seed), 0, 0
    while True:
        at += 1 + int(random.expovariate(rate))
        if at >= 8 * len(line):
            return count
        flip(line, at)
        count += 1


def imitating(count: int, timeslots: list[int], even: int, odd: int, crc4: bool) -> Bits:
    """Frames whose payload imitates the alignment signal in some timeslots, in even and odd frames."""
    encoder, bits = Encoder(crc4=crc4), []
    for number in range(count):
        octets = bytearray(NUMBERED)
        for timeslot in timeslots:
            octets[timeslot] = odd if number % 2 else even
        bits += encoder.frame(octets)
    return bits


def right(out: bytes, timeslots: list[int]) -> bool:
    """Whether the octets of the timeslots that imitate nothing are where they belong."""
    return all(out[t] == NUMBERED[t] for t in range(1, 32) if t not in timeslots)
