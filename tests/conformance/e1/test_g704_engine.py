"""The line bits of the engine, taken at its tap and read by the decoder by hand (G.704); errors counted in them."""

from __future__ import annotations

from random import Random

import pytest
from g704 import (
    FAS,
    Frame,
    aligned_at,
    bits_of,
    cas_multiframe_at,
    crc_multiframe_at,
    e_bits,
    frames_from,
    signalling,
    sub_multiframes,
)

from switchsim.dsp import e1
from switchsim.dsp import e1_lines as lines
from switchsim.dsp.engine import Engine, EngineConfig

TIMESLOTS = range(1, 32)
ROW = 8  # cycles


class Line:
    """One direction at bit level; each timeslot carries random octets of its own, which are kept."""

    def __init__(self, flags: int = e1.CRC4, phase: int = 0, ssm_sa: int = 0, start: int = 0) -> None:
        self.engine = Engine(EngineConfig(n_sources=31, n_switched=32, n_e1=1))
        first = self.engine.first_switched_cell
        self.engine.e1_define(0, lines.E1Config(first_cell=first, flags=flags, phase=phase, ssm_sa=ssm_sa))
        for timeslot in TIMESLOTS:
            self.engine.source_raw(timeslot - 1)
            self.engine.connect(first + timeslot, self.engine.first_source_cell + timeslot - 1)
        self.random = Random(704)
        self.fed = dict.fromkeys(TIMESLOTS, b"")
        self.line = b""
        self.engine.run(start)
        self.start = start
        assert self.engine.e1_level(0, True)
        assert self.engine.e1_tap(0, True)

    def run(self, rows: int) -> Line:
        """So many rows, with new octets for each."""
        for _ in range(rows):
            for timeslot in TIMESLOTS:
                octets = self.random.randbytes(ROW)
                assert self.engine.source_feed(timeslot - 1, octets)
                self.fed[timeslot] += octets
            until = self.engine.now + ROW
            while self.engine.now < until:
                self.engine.run(until)
            self.line += self.engine.e1_tap_drain(0)
        return self

    def inject(self, kind: int, **how: int) -> None:
        self.engine.e1_inject(0, 0, lines.E1Error(kind=kind, key=5, **how))  # type: ignore[arg-type]

    @property
    def frames(self) -> list[Frame]:
        """In the order of the line, from the cycle at which the tap was opened."""
        return frames_from(bits_of(self.line), 0)

    @property
    def from_fas(self) -> list[Frame]:
        return self.frames[next(n for n, frame in enumerate(self.frames) if frame.good_fas) :]


@pytest.mark.parametrize("start", [0, 40])
@pytest.mark.parametrize("phase", [0, 1, 6, 11, 15])
def test_2_3_3_and_5_1_3_2_the_multiframes_go_with_the_cycle(phase: int, start: int) -> None:
    """Signalling multiframe: cycle % 16; CRC-4 multiframe: (cycle + phase) % 16; all checks right."""
    line = Line(e1.CRC4 | e1.CAS, phase, start=start).run(16)
    odd = (start + phase) % 2
    zero = crc_multiframe_at(line.frames[odd:])
    assert zero is not None
    assert (zero + odd + start + phase) % 16 == 0
    blocks = sub_multiframes(line.frames[odd:], zero)
    assert len(blocks) > 10
    assert all(block.good for block in blocks[:-1])
    assert cas_multiframe_at(line.frames) in range(-start % 16, 17, 16)
    assert set(e_bits(line.frames[odd:], zero)) == {(1, 1)}
    assert all(frame.a == 0 and frame.sa == [1] * 5 for frame in line.frames[1 - odd :: 2])


@pytest.mark.parametrize("cas", [0, e1.CAS], ids=["ccs", "cas"])
def test_5_1_each_timeslot_carries_what_was_put_into_it(cas: int) -> None:
    line = Line(e1.CRC4 | cas).run(20)
    delays = set()
    for timeslot in TIMESLOTS:
        if cas and timeslot == 16:
            continue
        sent = bytes(frame.octets[timeslot] for frame in line.frames)
        delays.add(sent.index(line.fed[timeslot][:32]))
        assert sent[min(delays) :] == line.fed[timeslot][: len(sent) - min(delays)]
    assert len(delays) == 1


def test_5_1_3_2_signalling_bits() -> None:
    line = Line(e1.CRC4 | e1.CAS)
    want = {timeslot: 1 + timeslot % 15 for timeslot in TIMESLOTS if timeslot != 16}
    for timeslot, abcd in want.items():
        line.engine.e1_abcd(0, timeslot, abcd)
    line.run(10)
    assert [multiframe.abcd for multiframe in signalling(line.frames, 16)] == [want] * 4


@pytest.mark.parametrize("sa", range(4, 9))
def test_2_3_4_synchronization_status(sa: int) -> None:
    line = Line(ssm_sa=sa)
    line.engine.e1_sa(0, 0b11111, 0b1011)
    line.run(10)
    assert [block.ssm(sa) for block in sub_multiframes(line.frames, 8)] == [0b1011] * 9


@pytest.mark.parametrize(
    ("send", "holds"),
    [
        (e1.SEND_A, lambda f: [frame.a for frame in f[1::2]] == [1] * (len(f) // 2)),
        (e1.SEND_AIS, lambda f: all(all(frame.bits) for frame in f)),
        (e1.SEND_NOTHING, lambda f: not any(any(frame.bits) for frame in f)),
        (e1.SEND_NO_CRC, lambda f: all(frame.first for frame in f)),
        (e1.SEND_E0, lambda f: set(e_bits(f, 0)) == {(0, 0)}),
    ],
    ids=["A", "AIS", "nothing", "no CRC", "E0"],
)
def test_g732_what_is_forced_on_the_line(send: int, holds: object) -> None:
    line = Line()
    line.engine.e1_send(0, send)
    line.run(10)
    assert callable(holds)
    assert holds(line.frames[16:])


def bad_blocks(line: Line) -> int:
    """Sub-multiframes with a wrong check, from the first whole one that the tap has."""
    return sum(not block.good for block in sub_multiframes(line.frames, 0)[:-1])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_2_3_3_5_each_injected_crc_error_is_one_block(count: int) -> None:
    line = Line().run(4)
    line.inject(lines.ERR_CRC, count=count, spacing=3, bits=0b0110)
    line.run(20)
    assert line.engine.e1_injected(0, 0) == count
    assert bad_blocks(line) == count == line.engine.e1_counters(0).crc_errors


@pytest.mark.parametrize("bits", [0x40, 0x01, 0x7F])
def test_4_1_1_injected_fas_errors_are_in_the_fas(bits: int) -> None:
    line = Line().run(4)
    line.inject(lines.ERR_FAS, count=4, spacing=2, bits=bits)
    line.run(12)
    wrong = [frame for frame in line.frames[::2] if not frame.good_fas]
    assert len(wrong) == 4 == line.engine.e1_counters(0).fas_errors
    mask = [bits >> place & 1 for place in range(6, -1, -1)]
    assert all([a ^ b for a, b in zip(frame.bits[1:8], FAS, strict=True)] == mask for frame in wrong)


def test_2_3_3_4_injected_e_bit_errors_are_e_bits_of_0() -> None:
    line = Line().run(4)
    line.inject(lines.ERR_E, count=3)
    line.run(20)
    pairs = e_bits(line.frames, 0)
    assert sum(pair.count(0) for pair in pairs) == 3 == line.engine.e1_counters(0).e_errors


def test_injected_bit_errors_are_where_the_mask_says() -> None:
    """Timeslot 7 alone, its last two bits; the octets fed are the judge."""
    line = Line().run(4)
    line.inject(lines.ERR_BIT, random=1, rate_ppb=20_000_000, timeslots=1 << 7, bits=0x03)
    line.run(40)
    sent = {t: bytes(frame.octets[t] for frame in line.frames) for t in TIMESLOTS}
    delay = sent[1].index(line.fed[1][:32])
    wrong = {t: [a ^ b for a, b in zip(sent[t][delay:], line.fed[t], strict=False)] for t in TIMESLOTS}
    assert [t for t in TIMESLOTS if any(wrong[t])] == [7]
    assert all(octet & ~0x03 == 0 for octet in wrong[7])
    flipped = sum(octet.bit_count() for octet in wrong[7])
    assert flipped == line.engine.e1_injected(0, 0)
    assert 3 < flipped < 40  # 640 bits at 2 %


@pytest.mark.parametrize("bits", [1, -1], ids=["one more", "one less"])
def test_a_shift_moves_the_frames_by_one_bit(bits: int) -> None:
    line = Line().run(4)
    before = len(line.line) * 8
    assert aligned_at(bits_of(line.line)) == 0
    assert line.engine.e1_shift(0, bits)
    line.run(12)
    place = aligned_at(bits_of(line.line), before + 256)
    assert place is not None
    assert place % 256 == bits % 256
    counts = line.engine.e1_counters(0)
    assert counts.frame_losses == 1
    assert line.engine.e1_status(0) & e1.LOF == 0
