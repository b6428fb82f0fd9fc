"""MFC bank against the receiver's limits of Q.455, as manuals of receivers name them, and the tables of Q.441.

Operates: -5 to -35 dBm0 each, 5 dB apart when neighbours and 7 dB when not, +-10 Hz and the sender's +-4. Does not:
-38.5 dBm0, 20 dB apart, 60 Hz off, shorter than 7 ms. An interruption of up to 7 ms is none. Operate and release:
80 ms.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from dtmf_signals import Samples, at_random, noise, silence, stack
from mfc_signals import BACKWARD_HZ, FORWARD_HZ, PAIRS, mfc, tone
from native_parts import Parts
from tone_parts import BACKWARD, CHINA, FORWARD, MFC, Hit, ToneBank

from switchsim.dsp.reference import tones as reference

SIGNALS = tuple(PAIRS)
EACH = 4
MS = 8
Make = Callable[[np.random.Generator, int], Samples]


def hits_of(parts: Parts, signals: list[Samples], number: int = FORWARD) -> list[list[Hit]]:
    """What a receiver told of each signal, through A-law."""
    bank = ToneBank(parts, MFC, len(signals))
    bank.assign_all(number)
    found: list[list[Hit]] = [[] for _ in signals]
    for hit in bank.push(parts.encode(stack(signals))):
        found[hit.channel].append(hit)
    return found


def heard(parts: Parts, make: Make, number: int = FORWARD, signals: tuple[int, ...] = SIGNALS) -> list[list[int]]:
    """Signals begun, of EACH made of every signal."""
    rng = np.random.default_rng(455)
    made = [make(rng, signal) for signal in signals * EACH]
    return [[hit.tone + 1 for hit in hits if hit.on] for hits in hits_of(parts, made, number)]


def all_operate(parts: Parts, make: Make, number: int = FORWARD, times: int = 1) -> bool:
    return heard(parts, make, number) == [[signal] * times for signal in SIGNALS * EACH]


def none_operates(parts: Parts, make: Make, number: int = FORWARD) -> bool:
    return not any(heard(parts, make, number))


@pytest.mark.parametrize("number", [FORWARD, BACKWARD])
@pytest.mark.parametrize(("ms", "dbm0"), [(20, -5), (20, -11.5), (60, -20), (60, -35), (150, -11.5)])
def test_q441_all_signals(parts: Parts, number: int, ms: int, dbm0: float) -> None:
    def make(rng: np.random.Generator, signal: int) -> Samples:
        return at_random(rng, mfc(rng, signal, ms, (dbm0, dbm0), forward=number == FORWARD))

    assert all_operate(parts, make, number)


def test_signals_of_the_other_direction_are_nothing(parts: Parts) -> None:
    assert none_operates(parts, lambda rng, signal: at_random(rng, mfc(rng, signal, 100, forward=False)))
    assert none_operates(parts, lambda rng, signal: at_random(rng, mfc(rng, signal, 100)), BACKWARD)


@pytest.mark.parametrize("number", [BACKWARD | CHINA, FORWARD | CHINA])
def test_china_has_six_backward_signals(parts: Parts, number: int) -> None:
    def make(rng: np.random.Generator, signal: int) -> Samples:
        return at_random(rng, mfc(rng, signal, 60, (-8, -5.5), forward=not number & BACKWARD))

    known = 6 if number & BACKWARD else 15
    expected = [[signal] if signal <= known else [] for signal in SIGNALS * EACH]
    assert heard(parts, make, number) == expected


@pytest.mark.parametrize("number", [FORWARD, BACKWARD])
@pytest.mark.parametrize("off", [(14, 14), (-14, 14), (14, -14), (-14, -14), (10, 0)])
@pytest.mark.parametrize("dbm0", [-5, -35])
def test_q455_frequencies(parts: Parts, number: int, off: tuple[float, float], dbm0: float) -> None:
    def make(rng: np.random.Generator, signal: int) -> Samples:
        return at_random(rng, mfc(rng, signal, 60, (dbm0, dbm0), off, number == FORWARD))

    assert all_operate(parts, make, number)


@pytest.mark.parametrize("off", [(60, 0), (0, 60), (-60, -60), (60, 60), (0, -60)])
def test_60_hz_off_is_no_signal(parts: Parts, off: tuple[float, float]) -> None:
    assert none_operates(parts, lambda rng, signal: at_random(rng, mfc(rng, signal, 100, off_hz=off)))


@pytest.mark.parametrize("number", [FORWARD, BACKWARD])
@pytest.mark.parametrize("lower_first", [True, False])
@pytest.mark.parametrize("off", [0, 10])
def test_q455_levels_5_or_7_db_apart(parts: Parts, number: int, lower_first: bool, off: float) -> None:
    def make(rng: np.random.Generator, signal: int) -> Samples:
        low, high = PAIRS[signal]
        weak = -28 - (5 if high - low == 1 else 7)
        dbm0 = (weak, -28) if lower_first else (-28, weak)
        return at_random(rng, mfc(rng, signal, 80, dbm0, (off, -off), number == FORWARD))

    assert all_operate(parts, make, number)


def test_20_db_apart_is_no_signal(parts: Parts) -> None:
    for dbm0 in ((-5, -25), (-31, -11)):
        assert none_operates(parts, lambda rng, signal: at_random(rng, mfc(rng, signal, 100, dbm0)))  # noqa: B023


@pytest.mark.parametrize("dbm0", [-38.5, -42, -50])
def test_below_the_floor_is_no_signal(parts: Parts, dbm0: float) -> None:
    assert none_operates(parts, lambda rng, signal: at_random(rng, mfc(rng, signal, 200, (dbm0, dbm0))))


@pytest.mark.parametrize("ms", [1, 4, 7, 8])
@pytest.mark.parametrize("dbm0", [-5, -20])
def test_q455_shorter_than_7_ms_is_ignored(parts: Parts, ms: float, dbm0: float) -> None:
    assert none_operates(parts, lambda rng, signal: at_random(rng, mfc(rng, signal, ms, (dbm0, dbm0))))


@pytest.mark.parametrize("ms", [1, 3, 5, 7])
def test_q455_interruptions_up_to_7_ms_are_ridden_over(parts: Parts, ms: float) -> None:
    def make(rng: np.random.Generator, signal: int) -> Samples:
        made, at = mfc(rng, signal, 90), int(rng.integers(300, 400))
        made[at : at + round(ms * MS)] = 0
        return at_random(rng, made)

    assert all_operate(parts, make)


def test_pauses_of_20_ms_separate(parts: Parts) -> None:
    def make(rng: np.random.Generator, signal: int) -> Samples:
        return at_random(rng, mfc(rng, signal, 40), silence(20 + rng.uniform(0, 8)), mfc(rng, signal, 40))

    assert all_operate(parts, make, times=2)


def test_q455_operate_and_release(parts: Parts) -> None:
    """25 and 20 ms, of the 80 ms that both may take."""
    for dbm0, latest in ((-11.5, 24), (-35, 25)):
        for lead in range(0, 32, 3):
            rng = np.random.default_rng(lead)
            begin, level = 200 + lead, (dbm0, dbm0)
            signals = [np.concatenate([np.zeros(begin), mfc(rng, s, 60, level), silence(60)]) for s in SIGNALS]
            for on, off in hits_of(parts, signals):
                assert 8 * MS <= on.at + 1 - begin <= latest * MS
                assert 3 * MS <= off.at + 1 - (begin + 60 * MS) <= 20 * MS
                assert abs(off.length_cycles - 60 * MS) <= 5 * MS


def test_levels_are_told(parts: Parts) -> None:
    rng = np.random.default_rng(3)
    for dbm0 in ((-7.0, -11.0), (-20.0, -16.5), (-30.0, -30.0)):
        found = hits_of(parts, [at_random(rng, mfc(rng, signal, 60, dbm0)) for signal in SIGNALS * 4])
        told = np.array([hits[0].levels for hits in found]) / 100
        assert np.abs(told - dbm0).max() < 2.5
        assert np.abs(told.mean(axis=0) - dbm0).max() < 0.5


@pytest.mark.parametrize("number", [FORWARD, BACKWARD])
def test_q455_one_frequency_alone_is_no_signal(parts: Parts, number: int) -> None:
    rng = np.random.default_rng(4)
    found = hits_of(parts, [at_random(rng, tone(rng, hz, 150, -5)) for hz in np.arange(300, 3400, 17.3)], number)
    assert not any(found)


@pytest.mark.parametrize("number", [FORWARD, BACKWARD])
@pytest.mark.parametrize("dbm0", [-11.5, -14.5, -16.5])
def test_three_frequencies_are_no_signal(parts: Parts, number: int, dbm0: float) -> None:
    """A third one that might be one of the two makes it doubtful which they are."""
    hz = FORWARD_HZ if number == FORWARD else BACKWARD_HZ

    def make(rng: np.random.Generator, signal: int) -> Samples:
        third = int(rng.choice([i for i in range(6) if i not in PAIRS[signal]]))
        return at_random(rng, mfc(rng, signal, 100, forward=number == FORWARD) + tone(rng, hz[third], 100, dbm0))

    assert none_operates(parts, make, number)


@pytest.mark.parametrize("number", [FORWARD, BACKWARD])
@pytest.mark.parametrize("dbm0", [-11.5, -6.5])
def test_signals_of_the_other_direction_do_not_hinder(parts: Parts, number: int, dbm0: float) -> None:
    """A register hears what it sends itself, where a circuit has two wires."""
    def make(rng: np.random.Generator, signal: int) -> Samples:
        other = mfc(rng, int(rng.integers(1, 16)), 100, (dbm0, dbm0), forward=number == BACKWARD)
        other[200:600] += mfc(rng, signal, 50, forward=number == FORWARD)
        return at_random(rng, other)

    assert all_operate(parts, make, number)


def test_a_disturbance_20_db_below_is_none(parts: Parts) -> None:
    def make(rng: np.random.Generator, signal: int) -> Samples:
        return at_random(rng, mfc(rng, signal, 60) + tone(rng, rng.uniform(300, 3400), 60, -31.5))

    assert all_operate(parts, make)


@pytest.mark.parametrize("ratio", [13, 10])
def test_in_noise(parts: Parts, ratio: float) -> None:
    """Total tone over white noise, 0 to 4 kHz."""
    def make(rng: np.random.Generator, signal: int) -> Samples:
        made = at_random(rng, mfc(rng, signal, 60))
        return made + noise(rng, len(made), -8.5 - ratio)

    assert all_operate(parts, make)


def test_bit_errors_of_1e_3(parts: Parts) -> None:
    rng = np.random.default_rng(5)
    codes = parts.encode(stack([at_random(rng, mfc(rng, signal, 80)) for signal in SIGNALS * 20]))
    for _ in range(codes.size * 8 // 1000):
        codes[rng.integers(len(codes)), rng.integers(codes.shape[1])] ^= 1 << int(rng.integers(8))
    bank = ToneBank(parts, MFC, len(codes))
    bank.assign_all(FORWARD)
    found: list[list[int]] = [[] for _ in codes]
    for hit in bank.push(codes):
        if hit.on:
            found[hit.channel].append(hit.tone + 1)
    right = sum(told == [signal] for told, signal in zip(found, SIGNALS * 20, strict=True))
    assert right >= 0.98 * len(codes)


@pytest.mark.parametrize("level", [-10, -20, -30])
def test_noise_alone_is_no_signal(parts: Parts, level: float) -> None:
    rng = np.random.default_rng(6)
    assert not any(hits_of(parts, [noise(rng, 8 * 4000, level) for _ in range(64)]))


def test_a_slip_inside_a_signal(parts: Parts) -> None:
    """A frame lost or repeated turns both frequencies, by different angles: the signal goes on."""
    rng = np.random.default_rng(7)
    for lost in (True, False):
        made = []
        for signal in SIGNALS * 4:
            wave, at = mfc(rng, signal, 80), int(rng.integers(250, 400))
            made.append(at_random(rng, np.delete(wave, at) if lost else np.insert(wave, at, wave[at])))
        found = [[hit.tone + 1 for hit in hits if hit.on] for hits in hits_of(parts, made)]
        assert found == [[signal] for signal in SIGNALS * 4]


def test_compelled_signals_one_after_the_other(parts: Parts) -> None:
    rng = np.random.default_rng(8)
    numbers = [[int(s) for s in rng.integers(1, 16, 12)] for _ in range(32)]
    made = [at_random(rng, *(x for s in number for x in (mfc(rng, s, 45), silence(25)))) for number in numbers]
    assert [[hit.tone + 1 for hit in hits if hit.on] for hits in hits_of(parts, made)] == numbers


def rules(backward: bool) -> reference.Rules:
    """The same as the bank's."""
    return reference.Rules(
        places_hz=BACKWARD_HZ if backward else FORWARD_HZ, tones=tuple(PAIRS[s] for s in SIGNALS), hop_cycles=32,
        weights=(1, 2, 2, 1), in_band=True, least_mdbm0=-37_500, twist_near_mdb=9_000, twist_far_mdb=11_000,
        third_mdb=8_000, pure_percent=72, on_hops=3, off_hops=1,
    )  # fmt: skip


@pytest.mark.parametrize("number", [FORWARD, BACKWARD])
def test_the_reference_tells_the_same(parts: Parts, number: int) -> None:
    rng = np.random.default_rng(9)
    forward = number == FORWARD
    made = [
        at_random(rng, mfc(rng, s, rng.uniform(18, 60), (-12, -14), forward=forward), silence(30),
                  mfc(rng, 16 - s, 40, (-25, -24), (8, -8), forward), noise(rng, 160, -30))
        for s in SIGNALS
    ]  # fmt: skip
    codes = parts.encode(stack(made))
    told = [[(hit.at, bool(hit.on), hit.tone) for hit in hits] for hits in hits_of(parts, made, number)]
    expected = [reference.listen(row.tobytes(), rules(not forward)) for row in codes]
    differences = sum(a != b for a, b in zip(told, expected, strict=True))
    assert differences <= 1  # a window that lies at a limit


def test_what_is_faint_is_kept_whoever_is_near(parts: Parts) -> None:
    """A silent tile is passed over: a pair that grows out of hardly any sound begins when it does beside a loud one."""
    t = np.arange(2400) / 8000
    pair = np.sin(2 * np.pi * 1380 * t) + np.sin(2 * np.pi * 1620 * t)
    growing = pair * np.where(t < 0.1, 220, 560) * (t < 0.25)  # at first all in the two lowest segments
    loud = 6000 * pair
    alone, near = (hits_of(parts, signals) for signals in ([growing], [growing, loud]))
    assert [hit for hit in alone[0] if hit.on]
    assert alone[0] == near[0]
