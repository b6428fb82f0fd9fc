"""Loss of signal, alarm indication signal and remote alarm indication (G.775 clauses 4 to 6, O.162), case by case.

Status is looked at after each frame's time (256 bits). Where the two 512-bit periods of an AIS begin is free: the lines
of these tests are such that it does not matter, or the range is given.
"""

from __future__ import annotations

import pytest
from e1_bench import MS, QUIET, Watched, errors_at_random, flip, padded, steady
from g704 import FRAME_BITS, Bits, Encoder, octets_of

from switchsim.dsp import e1

ONES = b"\xff" * 32


def ones_with_zeros(bits: int, zeros: list[int], period: int) -> Bits:
    """All ones but for these places of each period."""
    return [0 if at % period in zeros else 1 for at in range(bits)]


# 4 Loss of signal


@pytest.mark.parametrize("framed", [True, False])
def test_4_los_at_exactly_n_intervals_10_to_255(framed: bool) -> None:
    """N - 1 intervals without a pulse are no loss of signal, N are; the zeros end a frame's time."""
    for n in range(10, 256):
        for zeros, lost in ((n - 1, False), (n, True)):
            watched = Watched(los_intervals=n)
            if framed:
                watched.aligned()
            watched.push(ONES)
            watched.push([1] * (FRAME_BITS - zeros) + [0] * zeros)
            assert bool(watched.status & e1.LOS) == lost, (n, zeros)
            watched.push(ONES)
            assert watched.receiver.counts.bits == 3 * FRAME_BITS
            if not lost:
                assert watched.ever(e1.LOS) == 0


@pytest.mark.parametrize("n", [10, 32, 100, 192, 255])
@pytest.mark.parametrize("begin", [1, 3, 7, 8, 64, 100, 251, 255])
def test_4_intervals_go_over_the_bounds_of_octets_and_frames(n: int, begin: int) -> None:
    """N - 1 or N spaces wherever they lie; then a pulse in each 9 intervals, which clears nothing (28 in 255)."""
    for zeros, lost in ((n - 1, False), (n, True)):
        bits = [1] * (FRAME_BITS + begin) + [0] * zeros
        bits += ([1] + [0] * 8) * 90
        watched = Watched(los_intervals=n).push(padded(bits)[: 4 * FRAME_BITS])
        at = watched.when(e1.LOS)
        assert at == ((FRAME_BITS + begin + n - 1) // FRAME_BITS if lost else None)
        assert not lost or watched.status & e1.LOS


@pytest.mark.parametrize("n", [10, 100, 255])
def test_4_los_is_cleared_by_pulses(n: int) -> None:
    """G.775 clears it after 10 to 255 intervals with transitions: two frames' times are enough for any choice."""
    watched = Watched(los_intervals=n).aligned().push(bytes(64))
    assert watched.status & e1.LOS
    watched.push(ONES * 2)
    assert watched.status & e1.LOS == 0


@pytest.mark.parametrize("ones_in_256", [0, 1, 8, 24])
def test_4_los_is_not_cleared_by_a_few_pulses(ones_in_256: int) -> None:
    """Practice: 32 marks in 255 intervals (12.5 %); 24 evenly spread in 256 are too few."""
    watched = Watched(los_intervals=255).push(bytes(64))
    few = [int(at * ones_in_256 // 256 != (at + 1) * ones_in_256 // 256) for at in range(256)]
    watched.push(few * 20)
    assert watched.status & e1.LOS


def test_4_los_is_cleared_by_a_pulse_density_of_an_eighth() -> None:
    watched = Watched(los_intervals=255).push(bytes(64))
    watched.push(octets_of([int(at % 7 == 0) for at in range(256 * 7)]))
    assert watched.status & e1.LOS == 0


def test_4_a_silent_payload_is_no_loss_of_signal() -> None:
    """All 31 timeslots 0: at most 251 spaces, because bits 3 to 8 of the FAS have ones."""
    watched = Watched(e1.CRC4).aligned().push(bytes(steady(8, payload=bytes(32))))
    assert watched.ever(e1.LOS | e1.LOF) == 0
    assert {out[1:] for out in watched.out} == {bytes(31)}


def test_4_during_los_the_octets_are_ones() -> None:
    watched = Watched(e1.CRC4).aligned().push(bytes(steady(2))).push(bytes(32 * 8))
    at = watched.when(e1.LOS)
    assert at in (32, 33)
    assert set(watched.out[at:]) == {ONES}


def test_4_los_comes_before_lof_and_ends_with_the_line() -> None:
    watched = Watched(e1.CRC4).aligned().push(bytes(steady(2)) + bytes(32 * 20) + bytes(steady(8)))
    los, lof = watched.when(e1.LOS), watched.when(e1.LOF)
    assert los is not None
    assert lof is not None
    assert los < lof
    assert watched.ever(e1.AIS) == 0
    assert watched.when(e1.LOS, on=False, since=los) in (52, 53)
    assert watched.status == 0


# 5.2 Alarm indication signal


@pytest.mark.parametrize("begin", [0, 1, 100, 255, 256, 300, 511])
@pytest.mark.parametrize(
    ("zeros", "is_ais"),
    [([], True), ([100], True), ([100, 356], True), ([100, 260, 420], False), ([7, 8, 9, 300], False)],
)
def test_5_2_zeros_in_512_bits(zeros: list[int], is_ais: bool, begin: int) -> None:
    """Two in each 512 bits are AIS, three are none, wherever the periods begin; set within three periods."""
    lead = ([0, 1] * 256)[:begin]
    watched = Watched().push(padded(lead + ones_with_zeros(512 * 8, zeros, 512)))
    at = watched.when(e1.AIS)
    if not is_ais:
        assert at is None
        return
    assert at is not None
    assert begin + 1024 - 8 <= (at + 1) * FRAME_BITS
    assert at <= (begin + 3 * 512 - 1) // FRAME_BITS
    assert all(s & e1.AIS for s in watched.statuses[at:16])


@pytest.mark.parametrize("begin", [0, 5, 128, 256, 300, 384, 511])
@pytest.mark.parametrize(("ones", "is_ais"), [(512, False), (1000, False), (1536, True), (2048, True)])
def test_5_2_it_takes_two_consecutive_periods(ones: int, is_ais: bool, begin: int) -> None:
    """1000 ones cannot fill two periods, wherever they begin; 1536 do."""
    dense = [0, 1] * 512
    watched = Watched().push(padded((dense * 2)[: 1024 + begin] + [1] * ones + dense))
    assert bool(watched.ever(e1.AIS)) == is_ais


def test_5_2_periods_of_two_zeros_that_do_not_follow_each_other() -> None:
    """Every other 1024 bits are ones, the others have zeros everywhere: one and a half periods never suffice."""
    dense = [0, 1] * 256
    watched = Watched().push(padded(([1] * 1000 + dense * 3) * 6))
    assert watched.ever(e1.AIS) == 0


def test_5_2_cleared_by_three_zeros_in_each_of_two_periods() -> None:
    watched = Watched().push(ONES * 10)
    assert watched.status & e1.AIS
    watched.push(ones_with_zeros(512 * 4, [100, 260, 420], 512))
    assert watched.status & e1.AIS == 0
    assert all(status & e1.AIS for status in watched.statuses[9:13])


@pytest.mark.parametrize("zeros", [[0, 1, 2], [0, 1, 2, 3, 4], [0, 100, 200, 300, 400]], ids=["3", "5", "5 apart"])
@pytest.mark.parametrize("begin", [0, 100, 255, 256, 400])
def test_5_2_not_cleared_by_one_period_with_zeros(zeros: list[int], begin: int) -> None:
    """Five zeros cannot be three in each of two periods."""
    watched = Watched().push(ONES * 10)
    burst = [int(at not in zeros) for at in range(512)]
    watched.push(padded([1] * begin + burst + [1] * 2048))
    assert all(status & e1.AIS for status in watched.statuses[9:])


def test_5_2_cleared_when_the_fas_is_found() -> None:
    watched = Watched(e1.CRC4).push(ONES * 10 + bytes(steady(8)))
    off, found = watched.when(e1.AIS, on=False, since=9), watched.when(e1.LOF, on=False)
    assert off is not None
    assert found == 12
    assert off <= 13
    assert watched.status == 0


@pytest.mark.parametrize("a", [0, 1])
@pytest.mark.parametrize("crc", [0, e1.CRC4], ids=["plain", "crc4"])
def test_5_2_framed_all_ones_are_no_ais(a: int, crc: int) -> None:
    """The FAS alone has three zeros: with A = 1 and bit 1 = 1 these are all of them in 512 bits."""
    encoder = Encoder(crc4=bool(crc), a=a)
    watched = Watched(crc).push(octets_of(encoder.frames(ONES, 400)))
    assert watched.ever(e1.AIS) == 0
    assert watched.status == (e1.RAI if a else 0)
    assert watched.out[-1][1:] == ONES[1:]


@pytest.mark.parametrize("start", range(0, 512, 13))
def test_5_2_ais_comes_with_lof_not_long_after_it(start: int) -> None:
    """LOF and AIS both take up to 6 frames: together they may not look like a fault of this end.

    Free periods may bring AIS up to two frames after LOF; periods of double frames with the FAS bring it first.
    """
    line = steady(3)
    place = 512 * 16 + start
    for bit in range(place, 8 * len(line)):
        line[bit // 8] |= 0x80 >> bit % 8
    watched = Watched(e1.CRC4).aligned().push(bytes(line))
    ais, lof = watched.when(e1.AIS), watched.when(e1.LOF)
    assert ais is not None
    assert lof is not None
    assert ais <= lof + 2
    assert 3 <= ais - place // FRAME_BITS <= 6
    assert set(watched.out[max(ais, lof) :]) == {ONES}


@pytest.mark.parametrize("seed", range(5))
def test_5_2_ais_is_seen_through_errors_of_1e_3(seed: int) -> None:
    """0.5 zeros in a period on the average: AIS within 5 ms, and no signal is found in it."""
    line = bytearray(ONES * 100 * MS)
    errors_at_random(line, 1e-3, seed)
    watched = Watched(e1.CRC4).push(bytes(line))
    at = watched.when(e1.AIS)
    assert at is not None
    assert at <= 5 * MS
    assert watched.ever(e1.LOS) == 0
    assert all(status & e1.LOF for status in watched.statuses)
    assert sum(bool(status & e1.AIS) for status in watched.statuses[at:]) >= 98 * (800 - at) // 100


# 6 Remote alarm indication (O.162 2.1.4: three; G.775 allows 2 to 5)


@pytest.mark.parametrize(
    ("a_bits", "alarm"),
    [
        ("00110000", "........"),
        ("01110111", "...RRRRR"),
        ("11011011", "........"),
        ("11100111", "..RRRRRR"),
        ("11101011", "..RRRRRR"),
        ("11100011", "..RRR..."),
        ("1110010001", "..RRRRRR.."),
        ("0101010111", ".........R"),
    ],
)
def test_6_three_equal_a_bits_in_a_row(a_bits: str, alarm: str) -> None:
    """R: the alarm is on after the frame that carried this A bit."""
    encoder, watched = Encoder(crc4=False), Watched().aligned()
    for bit in a_bits:
        encoder.a = int(bit)
        watched.push(encoder.frames(QUIET, 2))
    assert "".join("R" if status & e1.RAI else "." for status in watched.statuses[1::2]) == alarm


def test_6_the_a_bit_means_nothing_out_of_frame() -> None:
    encoder = Encoder(a=1)
    encoder.frames(QUIET, 16)
    watched = Watched(e1.CRC4).aligned().push(encoder.frames(QUIET, 32))
    assert watched.status == e1.RAI
    watched.push(ONES * 16)
    assert watched.status & e1.RAI == 0


def test_6_rai_does_not_change_the_payload() -> None:
    watched = Watched(e1.CRC4).aligned().push(Encoder(a=1).frames(QUIET, 64))
    assert all(out[1:] == QUIET[1:] for out in watched.out)


def test_6_errors_of_1e_3_make_no_rai() -> None:
    line = steady(1000)
    errors_at_random(line, 1e-3, 775)
    assert Watched(e1.CRC4).aligned().push(bytes(line)).ever(e1.RAI) == 0


def test_6_a_single_wrong_a_bit_is_nothing() -> None:
    line = steady(10)
    for frame in range(1, 160, 6):
        flip(line, frame * FRAME_BITS + 2)
    assert Watched().aligned().push(bytes(line)).ever(e1.RAI) == 0
