"""An E1 line by hand: G.704 clause 2.3 and 5.1, bit by bit, to judge the framer that is built for speed.

Nothing here is shared with the program. A line is a list of bits, 0 or 1, in the order in which they are sent; bit 1
of a timeslot is its most significant bit. Clauses are those of G.704 (1998), G.706 (1991) and G.732 (1988).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Bits = list[int]

FAS = [0, 0, 1, 1, 0, 1, 1]  # bits 2..8 of TS0 in even frames, table 5A
CRC_MFAS = [0, 0, 1, 0, 1, 1]  # bit 1 of frames 1, 3, 5, 7, 9, 11, table 5B
FRAME_BITS = 256
C_FRAMES = (0, 2, 4, 6)  # within a sub-multiframe: C1, C2, C3, C4
NO_SIGNALLING = 0b1101  # b c d not used: 1 0 1, 5.1.3.2.2


def bits_of(octets: Iterable[int]) -> Bits:
    """The bits of some octets as they are sent."""
    return [octet >> place & 1 for octet in octets for place in range(7, -1, -1)]


def octets_of(bits: Sequence[int]) -> bytes:
    """Octets of a whole number of them."""
    assert len(bits) % 8 == 0
    return bytes(int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits), 8))


def number_of(bits: Sequence[int]) -> int:
    """A number from its bits, the most significant first."""
    return sum(bit << place for place, bit in enumerate(reversed(bits)))


def nibble(value: int) -> Bits:
    """Four bits, the most significant first."""
    return [value >> place & 1 for place in (3, 2, 1, 0)]


def crc4(bits: Iterable[int]) -> Bits:
    """C1..C4: the remainder of the bits times x^4, divided by x^4 + x + 1 (2.3.3.5)."""
    c1, c2, c3, c4 = 0, 0, 0, 0
    for bit in bits:
        back = c1 ^ bit
        c1, c2, c3, c4 = c2, c3, c4 ^ back, back
    return [c1, c2, c3, c4]


@dataclass
class Encoder:
    """Sends frames; fields may be changed between any two of them."""

    crc4: bool = True
    cas: bool = False
    crc_frame: int = 0  # number of the next frame in the CRC-4 multiframe; even ones carry the FAS
    cas_frame: int = 0  # number of the next frame in the signalling multiframe
    si: int = 1  # bit 1 where there is no CRC-4
    a: int = 0
    y: int = 0
    e: Bits = field(default_factory=lambda: [1, 1])
    sa: Bits = field(default_factory=lambda: [1] * 5)  # Sa4..Sa8
    ssm_sa: int = 0  # 4..8: this Sa bit carries `ssm`
    ssm: int = 0b1111
    abcd: dict[int, int] = field(default_factory=dict)  # by timeslot, 1..15 and 17..31
    checked: Bits = field(default_factory=list)  # this sub-multiframe so far, C bits as 0
    check: Bits = field(default_factory=lambda: [0] * 4)  # of the sub-multiframe before

    def frame(self, payload: Sequence[int]) -> Bits:
        """The 256 bits of the next frame; timeslots 0, and 16 with CAS, are made here."""
        timeslots = [bits_of([octet]) for octet in payload]
        timeslots[0] = self.timeslot_0()
        if self.cas:
            timeslots[16] = self.timeslot_16()
        frame = [bit for timeslot in timeslots for bit in timeslot]
        self.remember(frame)
        self.crc_frame = (self.crc_frame + 1) % 16
        self.cas_frame = (self.cas_frame + 1) % 16
        return frame

    def timeslot_0(self) -> Bits:
        if self.crc_frame % 2 == 0:
            return [self.bit_1(), *FAS]
        sa = list(self.sa)
        if self.ssm_sa:  # San1..San4 in frames 1, 3, 5, 7 and again in 9, 11, 13, 15 (2.3.4)
            sa[self.ssm_sa - 4] = nibble(self.ssm)[self.crc_frame // 2 % 4]
        return [self.bit_1(), 1, self.a, *sa]

    def bit_1(self) -> int:
        if not self.crc4:
            return self.si
        if self.crc_frame % 2 == 0:
            return self.check[self.crc_frame % 8 // 2]
        if self.crc_frame >= 13:
            return self.e[(self.crc_frame - 13) // 2]
        return CRC_MFAS[self.crc_frame // 2]

    def timeslot_16(self) -> Bits:
        if self.cas_frame == 0:
            return [0, 0, 0, 0, 1, self.y, 1, 1]
        first, second = self.cas_frame, self.cas_frame + 16
        return nibble(self.abcd.get(first, NO_SIGNALLING)) + nibble(self.abcd.get(second, NO_SIGNALLING))

    def remember(self, frame: Bits) -> None:
        """What is sent counts for the check of the next sub-multiframe."""
        bits = list(frame)
        if self.crc_frame % 2 == 0:
            bits[0] = 0
        self.checked += bits
        if self.crc_frame % 8 == 7:
            self.check = crc4(self.checked)
            self.checked = []

    def frames(self, payload: Sequence[int], count: int) -> Bits:
        """That many frames of the same payload."""
        return [bit for _ in range(count) for bit in self.frame(payload)]


def is_fas(bits: Sequence[int], at: int) -> bool:
    """Whether a timeslot 0 of a frame with the alignment signal could start here."""
    return list(bits[at + 1 : at + 8]) == FAS


def aligned_at(bits: Sequence[int], start: int = 0) -> int | None:
    """The first place from `start` that G.706 4.1.2 would take for the frame n: FAS, then bit 2 = 1, then FAS."""
    for at in range(start, len(bits) - 2 * FRAME_BITS - 7):
        if is_fas(bits, at) and bits[at + FRAME_BITS + 1] == 1 and is_fas(bits, at + 2 * FRAME_BITS):
            return at
    return None


@dataclass
class Frame:
    """One frame taken apart."""

    bits: Bits

    @property
    def first(self) -> int:
        return self.bits[0]

    @property
    def good_fas(self) -> bool:
        return self.bits[1:8] == FAS

    @property
    def a(self) -> int:
        return self.bits[2]

    @property
    def sa(self) -> Bits:
        return self.bits[3:8]

    @property
    def octets(self) -> bytes:
        return octets_of(self.bits)

    def timeslot(self, number: int) -> Bits:
        return self.bits[8 * number : 8 * number + 8]


def frames_from(bits: Sequence[int], at: int) -> list[Frame]:
    """All whole frames from the first bit of one of them."""
    return [Frame(list(bits[b : b + FRAME_BITS])) for b in range(at, len(bits) - FRAME_BITS + 1, FRAME_BITS)]


def crc_multiframe_at(frames: Sequence[Frame]) -> int | None:
    """Index of the first frame 0, where even indices carry the FAS: two alignment signals, 2 ms apart (G.706 4.2)."""
    for start in range(0, len(frames) - 28, 2):
        if all([frames[start + late + 1 + 2 * n].first for n in range(6)] == CRC_MFAS for late in (0, 16)):
            return start
    return None


@dataclass
class SubMultiframe:
    """Eight frames and what the sub-multiframe after them says of them."""

    frames: list[Frame]
    computed: Bits
    sent: Bits | None = None  # C1..C4 of the next one; None at the end of the line

    @property
    def good(self) -> bool:
        return self.computed == self.sent

    def ssm(self, sa: int) -> int:
        return number_of([self.frames[n].sa[sa - 4] for n in (1, 3, 5, 7)])


def sub_multiframes(frames: Sequence[Frame], start: int) -> list[SubMultiframe]:
    """Sub-multiframes I, II, I, II ... from a frame 0 at index `start`."""
    found: list[SubMultiframe] = []
    for at in range(start, len(frames) - 7, 8):
        eight = list(frames[at : at + 8])
        if found:
            found[-1].sent = [eight[n].first for n in C_FRAMES]
        zeroed = [[0, *f.bits[1:]] if n in C_FRAMES else f.bits for n, f in enumerate(eight)]
        found.append(SubMultiframe(eight, crc4(bit for bits in zeroed for bit in bits)))
    return found


def e_bits(frames: Sequence[Frame], start: int) -> list[tuple[int, int]]:
    """E1 and E2 of each whole CRC-4 multiframe."""
    return [(frames[at + 13].first, frames[at + 15].first) for at in range(start, len(frames) - 15, 16)]


def cas_multiframe_at(frames: Sequence[Frame]) -> int | None:
    """Index of the first frame 0 of the signalling multiframe: 0000, and not all 0 before it (G.732 5.2)."""
    for at in range(1, len(frames)):
        if frames[at].timeslot(16)[:4] == [0, 0, 0, 0] and any(frames[at - 1].timeslot(16)):
            return at
    return None


@dataclass
class Signalling:
    """One signalling multiframe (5.1.3.2)."""

    x: Bits
    y: int
    abcd: dict[int, int]


def signalling(frames: Sequence[Frame], start: int) -> list[Signalling]:
    """All whole signalling multiframes from a frame 0 at index `start`."""
    found = []
    for at in range(start, len(frames) - 15, 16):
        zero = frames[at].timeslot(16)
        abcd = {}
        for n in range(1, 16):
            octet = frames[at + n].timeslot(16)
            abcd[n], abcd[n + 16] = number_of(octet[:4]), number_of(octet[4:])
        found.append(Signalling([zero[4], zero[6], zero[7]], zero[5], abcd))
    return found


@dataclass
class Follower:
    """Keeps frame alignment that it was given until G.706 4.1.1 says that it is lost: three FAS in a row in error.

    `nfas` adds the option: bit 2 of three frames without FAS in a row in error.
    """

    odd: bool = False  # the next frame is one without FAS
    nfas: bool = False
    aligned: bool = True
    wrong_fas: int = 0
    wrong_bit_2: int = 0
    fas_errors: int = 0  # words in error while aligned

    def push(self, frame: Frame) -> bool:
        """Whether alignment holds after this frame."""
        if self.aligned and self.odd:
            self.wrong_bit_2 = 0 if frame.bits[1] else self.wrong_bit_2 + 1
        elif self.aligned:
            self.wrong_fas = 0 if frame.good_fas else self.wrong_fas + 1
            self.fas_errors += not frame.good_fas
        if self.wrong_fas == 3 or (self.nfas and self.wrong_bit_2 == 3):
            self.aligned = False
        self.odd = not self.odd
        return self.aligned
