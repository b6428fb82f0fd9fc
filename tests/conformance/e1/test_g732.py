"""The signalling multiframe of timeslot 16 (G.732 5.2, O.162, G.775); excessive error ratio (4.1); E bits (I.431)."""

from __future__ import annotations

import pytest
from e1_bench import MS, QUIET, Watched, errors_at_random, flip, steady
from g704 import FRAME_BITS, Encoder, octets_of

from switchsim.dsp import e1

BOTH = e1.CRC4 | e1.CAS
TS16 = 128  # its first bit in a frame
MULTIFRAME_BITS = 16 * FRAME_BITS


def line_with_cas(multiframes: int) -> bytearray:
    return steady(multiframes, Encoder(cas=True))


# 5.2 Loss of multiframe alignment


@pytest.mark.parametrize(
    ("words", "lost_at"), [("....", None), ("x.x.", None), ("xx..", 1), (".xx.", 2), ("x.xx", 3), ("xxxx", 1)]
)
@pytest.mark.parametrize("bit", range(4))
def test_5_2_two_consecutive_alignment_signals_in_error(words: str, lost_at: int | None, bit: int) -> None:
    line = line_with_cas(6)
    for number, word in enumerate(words):
        if word == "x":
            flip(line, number * MULTIFRAME_BITS + TS16 + bit)
    watched = Watched(BOTH).aligned().push(bytes(line))
    assert watched.when(e1.LOCAS) == (None if lost_at is None else 16 * lost_at)
    assert watched.ever(e1.LOF | e1.LOCRC) == 0
    assert watched.receiver.counts.cas_losses == (lost_at is not None)


@pytest.mark.parametrize("bit", range(4, 8))
def test_5_2_bits_5_to_8_are_no_part_of_the_alignment_signal(bit: int) -> None:
    line = line_with_cas(4)
    for number in range(4):
        flip(line, number * MULTIFRAME_BITS + TS16 + bit)
    assert Watched(BOTH).aligned().push(bytes(line)).ever(e1.LOCAS) == 0


def test_5_2_recovery_with_the_first_correct_signal() -> None:
    """The timeslot 16 before it is not all 0."""
    line = line_with_cas(6)
    for number in (1, 2):
        flip(line, number * MULTIFRAME_BITS + TS16)
    watched = Watched(BOTH).aligned().push(bytes(line))
    assert watched.when(e1.LOCAS) == 32
    assert watched.when(e1.LOCAS, on=False, since=32) == 48


@pytest.mark.parametrize("zero_before", [1, 2, 5])
def test_5_2_note_no_recovery_behind_a_timeslot_16_of_zeros(zero_before: int) -> None:
    """Zeros in the last frames of the multiframe: the frame 0 behind them is not taken."""
    line = line_with_cas(8)
    for number in (1, 2):
        flip(line, number * MULTIFRAME_BITS + TS16)
    for frame in range(48 - zero_before, 48):
        line[frame * 32 + 16] = 0
    watched = Watched(BOTH).aligned().push(bytes(line))
    back = watched.when(e1.LOCAS, on=False, since=32)
    assert back is not None
    if zero_before == 1:  # a zero behind a non-zero looks like the signal: it may be taken, and must be lost again
        assert back in (47, 64)
    else:
        assert back in (48 - zero_before, 64)
    assert watched.status == 0


@pytest.mark.parametrize("other", [0, e1.CRC4])
def test_5_2_note_all_zeros_for_one_or_two_multiframes_are_a_loss(other: int) -> None:
    """All its alignment signals look right."""
    line = line_with_cas(8)
    for frame in range(32, 96):
        line[frame * 32 + 16] = 0
    watched = Watched(other | e1.CAS).aligned().push(bytes(line))
    lost = watched.when(e1.LOCAS)
    assert lost is not None
    assert 32 + 15 <= lost <= 32 + 48
    assert all(status & e1.LOCAS for status in watched.statuses[lost:96])
    assert watched.status == 0


@pytest.mark.parametrize("cas_frame", range(16))
def test_5_2_found_from_each_phase(cas_frame: int) -> None:
    """The first frame 0 after frame alignment, once the frame before it was seen."""
    watched = Watched(e1.CAS).push(Encoder(crc4=False, cas=True, cas_frame=cas_frame).frames(QUIET, 64))
    basic, zero = 2, -cas_frame % 16
    assert watched.when(e1.LOF, on=False) == basic
    seen = watched.when(e1.LOCAS, on=False, since=basic)
    starts = range(zero, 64, 16)
    assert seen in {next(at for at in starts if at >= least) for least in (basic, basic + 2)}


def test_5_2_it_is_lost_with_frame_alignment() -> None:
    line = line_with_cas(8)
    for frame in (16, 18, 20):
        flip(line, frame * FRAME_BITS + 4)
    watched = Watched(BOTH).aligned().push(bytes(line))
    assert watched.statuses[24] & (e1.LOF | e1.LOCAS) == e1.LOCAS
    assert watched.when(e1.LOCAS, on=False, since=24) == 32
    assert watched.status == 0


@pytest.mark.parametrize("shift", range(1, 16))
def test_5_2_a_multiframe_on_another_phase_is_found_there(shift: int) -> None:
    """The frames stay, the signalling jumps: two wrong signals, then the new phase; CRC-4 does not notice."""
    before, after = Encoder(cas=True), Encoder(cas=True, cas_frame=shift, abcd={5: 0b0111})
    watched = Watched(BOTH).aligned().push(before.frames(QUIET, 32) + after.frames(QUIET, 80))
    lost = watched.when(e1.LOCAS)
    assert lost == 48
    back = watched.when(e1.LOCAS, on=False, since=lost)
    assert back == next(at for at in range(48, 80) if (at - 32 + shift) % 16 == 0)
    assert watched.ever(e1.LOF | e1.LOCRC) == 0
    assert watched.receiver.abcd[5] == 0b0111


# Remote alarm of the multiframe: bit Y (O.162 2.1.5: two)


@pytest.mark.parametrize(
    ("y_bits", "on"),
    [
        ("0100", "...."),
        ("0110110", "..YYYYY"),
        ("010101", "......"),
        ("1101", ".YYY"),
        ("110011", ".YY..Y"),
        ("11001", ".YY.."),
        ("1101010011", ".YYYYYY..Y"),
    ],
)
def test_o162_two_equal_y_bits_in_a_row(y_bits: str, on: str) -> None:
    """Y: the alarm is on after frame 0 of this multiframe; off after two multiframes without."""
    encoder, watched, seen = Encoder(cas=True), Watched(BOTH).aligned(), ""
    for bit in y_bits:
        encoder.y = int(bit)
        watched.push(encoder.frames(QUIET, 16))
        at = len(watched.statuses) - 16
        assert len({status & e1.RMA for status in watched.statuses[at:]}) == 1
        seen += "Y" if watched.status & e1.RMA else "."
    expected, state = "", False
    for at, bit in enumerate(y_bits):
        if at and y_bits[at - 1] == bit:
            state = bit == "1"
        expected += "Y" if state else "."
    assert seen == expected == on


# AIS in timeslot 16 (G.775: 3 zeros at most in each of two multiframes)


@pytest.mark.parametrize("zeros", range(6))
@pytest.mark.parametrize("cas_frame", [0, 7])
def test_g775_zeros_in_timeslot_16_of_a_multiframe(zeros: int, cas_frame: int) -> None:
    encoder = Encoder(cas=True, cas_frame=cas_frame)
    encoder.frames(QUIET, 16)
    watched = Watched(BOTH).aligned(0, cas_frame).push(encoder.frames(QUIET, 16))
    line = steady(5)
    for frame in range(80):
        line[frame * 32 + 16] = 0xFF
    for multiframe in range(5):
        for number in range(zeros):
            flip(line, multiframe * MULTIFRAME_BITS + (3 * number + 1) * FRAME_BITS + TS16 + number)
    watched.push(bytes(line))
    at = watched.when(e1.TS16_AIS)
    assert (at is not None) == (zeros < 4)
    assert at is None or 16 + 31 <= at <= 16 + 48
    assert watched.ever(e1.LOCAS) == e1.LOCAS
    assert watched.ever(e1.LOF | e1.LOCRC | e1.AIS) == 0


def test_g775_one_multiframe_of_ones_is_no_ais() -> None:
    line = line_with_cas(6)
    for frame in range(21, 21 + 26):  # cannot fill two, wherever they begin
        line[frame * 32 + 16] = 0xFF
    assert Watched(BOTH).aligned().push(bytes(line)).ever(e1.TS16_AIS) == 0


def test_g775_ais_in_timeslot_16_ends_with_the_multiframe() -> None:
    """After two multiframes with four zeros, or when the alignment signal is found."""
    line = line_with_cas(12)
    for frame in range(16, 16 * 6):
        line[frame * 32 + 16] = 0xFF
    watched = Watched(BOTH).aligned().push(bytes(line))
    at = watched.when(e1.TS16_AIS)
    assert at is not None
    off = watched.when(e1.TS16_AIS, on=False, since=at)
    assert off is not None
    assert 96 <= off <= 96 + 48
    assert watched.status == 0


def test_without_cas_timeslot_16_is_a_channel() -> None:
    line = steady(6)
    for frame in range(96):
        line[frame * 32 + 16] = 0xFF if frame < 48 else 0
    watched = Watched(e1.CRC4).aligned().push(bytes(line))
    assert watched.ever(~0) == 0
    assert [out[16] for out in watched.out] == [0xFF] * 48 + [0] * 48


# 4.1 Excessive error ratio, estimated on the frame alignment signal


def with_errors(seconds_tenths: int, rate: float, seed: int) -> bytes:
    line = steady(50 * seconds_tenths)
    errors_at_random(line, rate, seed)
    return bytes(line)


@pytest.mark.parametrize("before", [10, 17, 27, 33, 40])
def test_4_1_1e_3_is_found_within_5_s_and_gone_5_s_after_it(before: int) -> None:
    """Set within 4 to 5 s of 1e-3, cleared within 4 to 5 s below 1e-4, whenever they begin (tenths of a second)."""
    watched, seen = Watched(e1.CRC4).aligned(), ""
    for tenth, rate in enumerate([1e-5] * before + [1e-3] * 60 + [0.8e-4] * 60):
        watched.receiver.push(with_errors(1, rate, 1000 * before + tenth))
        status = watched.receiver.status
        assert not status & (e1.LOF | e1.LOCRC)
        seen += "E" if status & e1.EBER else "."
    first, last = seen.index("E"), seen.rindex("E")
    assert "." not in seen[first:last]
    assert 20 <= first + 1 - before <= 50
    assert 5 <= last + 1 - (before + 60) <= 50


def test_4_1_1e_4_is_never_found() -> None:
    watched = Watched(e1.CRC4).aligned()
    for tenth in range(100):
        watched.receiver.push(with_errors(1, 1e-4, 90_000 + tenth))
        assert watched.receiver.status & e1.EBER == 0


def test_4_1_a_burst_is_no_ratio() -> None:
    """A tenth of a second of 5e-3 in quiet seconds stays far below 1e-3 over 4 s."""
    watched = Watched(0).aligned()
    for tenth in range(50):
        line = bytearray(octets_of(Encoder(crc4=False).frames(QUIET, 16)) * 50)
        if tenth == 12:
            errors_at_random(line, 5e-3, 12)
        watched.receiver.push(bytes(line))
        assert watched.receiver.status & (e1.EBER | e1.LOF) == 0
    assert watched.receiver.counts.bits == 50 * 100 * MS * FRAME_BITS


# 5 E bits: all 0 for a second (I.431, state F5)


def test_i431_all_e_bits_0_for_a_second() -> None:
    watched = Watched(e1.CRC4).aligned()
    zero = bytes(steady(50, Encoder(e=[0, 0])))
    for _ in range(9):
        watched.receiver.push(zero)
        assert watched.receiver.status & e1.FEBE_ALL == 0
    for _ in range(11):
        watched.receiver.push(zero)
    assert watched.receiver.status == e1.FEBE_ALL
    watched.receiver.push(bytes(steady(1100)))
    assert watched.receiver.status == 0


def test_i431_one_good_e_bit_in_each_second_is_not_all() -> None:
    watched = Watched(e1.CRC4).aligned()
    zero, one = bytes(steady(1, Encoder(e=[0, 0]))), bytes(steady(1, Encoder(e=[1, 0])))
    for n in range(1300):
        watched.receiver.push(one if n % 300 == 150 else zero)
        assert watched.receiver.status & e1.FEBE_ALL == 0
