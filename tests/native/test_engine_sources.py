"""Digits and register signals as an engine's sources sound them: when, how loud, at which frequencies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from switchsim._native import lib
from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.engine import EV_SOURCE_DONE, Engine, EngineConfig, Event
from switchsim.dsp.sources import DtmfShape

CONFIG = EngineConfig(n_sources=2, n_recorders=2, recorder_octets=1 << 16)
PEAK_0_DBM0 = 22_824  # of a sine, 16-bit scale
LOW, HIGH, KEYS = (697, 770, 852, 941), (1209, 1336, 1477, 1633), "123A456B789C*0#D"
FORWARD, BACKWARD = (1380, 1500, 1620, 1740, 1860, 1980), (1140, 1020, 900, 780, 660, 540)  # Q.441 tables 1 and 2
PAIRS = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4), (3, 4), (0, 5), (1, 5), (2, 5), (3, 5),
         (4, 5))  # of signals 1..15, as the tables have them

Wave = NDArray[np.float64]


def recorded(engine: Engine, until: int, step: int = 8000) -> tuple[bytes, list[Event]]:
    events: list[Event] = []
    while engine.now < until:
        events += engine.run(min(until, engine.now + step))
    return engine.record_drain(0), events


def opened(at: int = 0) -> Engine:
    engine = Engine(CONFIG)
    engine.record_start(0, engine.first_source_cell)
    while engine.now < at:
        engine.run(at)
    return engine


def linear(octets: bytes) -> Wave:
    return np.array([lib.swd_alaw_decode(octet) for octet in octets], np.float64)


def level_dbm0(wave: Wave, hz: float) -> float:
    """Of the sine of this frequency in it, by projection."""
    turn = np.exp(-2j * np.pi * hz * np.arange(len(wave)) / 8000)
    return float(20 * np.log10(2 * np.abs(np.mean(wave * turn)) / PEAK_0_DBM0))


@pytest.mark.parametrize("digit", KEYS)
def test_every_digit_has_its_two_frequencies(digit: str) -> None:
    engine = opened()
    engine.source_dtmf(0, digit, DtmfShape(on_cycles=8000, low_mdbm0=-11_000, high_mdbm0=-6_500))
    wave = linear(recorded(engine, 8000)[0])
    row, column = divmod(KEYS.index(digit), 4)
    assert level_dbm0(wave, LOW[row]) == pytest.approx(-11, abs=0.1)
    assert level_dbm0(wave, HIGH[column]) == pytest.approx(-6.5, abs=0.1)


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("signal", range(1, 16))
def test_every_register_signal_has_its_two_frequencies(direction: str, signal: int) -> None:
    engine = opened(at=13)
    engine.source_mfc(0, direction, signal, level_mdbm0=(-11_500, -8_000))
    octets, events = recorded(engine, 8013)
    wave, hz = linear(octets[13:]), FORWARD if direction == "forward" else BACKWARD
    first, second = PAIRS[signal - 1]
    assert octets[:13] == b"\xd5" * 13
    assert level_dbm0(wave, hz[first]) == pytest.approx(-11.5, abs=0.1)
    assert level_dbm0(wave, hz[second]) == pytest.approx(-8, abs=0.1)
    assert events == []


def test_a_register_signal_of_so_many_cycles_ends_by_itself() -> None:
    engine = opened(at=21)
    engine.source_mfc(0, "backward", 1, cycles=1200)
    octets, events = recorded(engine, 2000)
    assert [(event.kind, event.at, event.unit) for event in events] == [(EV_SOURCE_DONE, 1220, 0)]
    assert octets[1221:] == b"\xd5" * (2000 - 1221)
    assert octets[1200:1221] != b"\xd5" * 21


def test_a_register_signal_lasts_until_it_is_stopped_at_a_cycle() -> None:
    engine = opened()
    engine.source_mfc(0, "forward", 15)
    engine.run(803)
    engine.source_idle(0)
    octets, events = recorded(engine, 1000)
    assert octets[803:] == b"\xd5" * 197
    assert octets[700:803].count(b"\xd5") < 10
    assert events == []


def test_the_two_ways_to_dial_are_one() -> None:
    engine = opened()
    engine.source_digits(0, "159D", 400, 300, -9000, -7000)
    first, _ = recorded(engine, 3000)
    engine.record_start(0, engine.first_source_cell + 1)
    engine.source_dtmf(1, "159D", DtmfShape(on_cycles=(400, 400, 400, 400), off_cycles=300))
    assert recorded(engine, 6000)[0] == first


def test_each_digit_has_its_own_length_and_pause() -> None:
    engine = opened()
    engine.source_dtmf(0, "123", DtmfShape(on_cycles=(320, 200, 480), off_cycles=(160, 0, 80), ramp_cycles=16))
    octets, events = recorded(engine, 2000)
    quiet = [k for k in range(1240) if octets[k : k + 40] == b"\xd5" * 40]
    assert (min(quiet), max(quiet)) == (320, 1239)
    assert [(event.kind, event.at) for event in events] == [(EV_SOURCE_DONE, 1239)]


@pytest.mark.parametrize("ppm", [-35_000, -18_000, 15_000, 100_000])
def test_a_frequency_is_off_by_as_much_as_it_is_told(ppm: int) -> None:
    engine = opened()
    engine.source_dtmf(0, "1", DtmfShape(on_cycles=16_000, low_ppm=ppm, high_ppm=-ppm))
    wave = linear(recorded(engine, 16_000)[0])
    assert level_dbm0(wave, 697 * (1 + ppm / 1e6)) == pytest.approx(-9, abs=0.1)
    assert level_dbm0(wave, 1209 * (1 - ppm / 1e6)) == pytest.approx(-7, abs=0.1)
    engine.source_mfc(0, "forward", 1, offset_ppm=(ppm, 0))
    wave = linear(recorded(engine, 32_000)[0])
    assert level_dbm0(wave, 1380 * (1 + ppm / 1e6)) == pytest.approx(-11.5, abs=0.1)


def test_both_begin_at_their_phases() -> None:
    engine = opened()
    shape = DtmfShape(on_cycles=80, low_phase=1 << 30, high_phase=3 << 30, low_mdbm0=-3000, high_mdbm0=-60_000)
    engine.source_dtmf(0, "5", shape)
    wave = linear(recorded(engine, 80)[0])
    peak = PEAK_0_DBM0 * 10 ** (-3 / 20)
    assert wave == pytest.approx(peak * np.cos(2 * np.pi * 770 * np.arange(80) / 8000), abs=peak / 25)


def test_a_digit_rises_and_falls_along_a_straight_line() -> None:
    engine = opened()
    engine.source_dtmf(0, "1", DtmfShape(on_cycles=800, low_mdbm0=-3000, high_mdbm0=-60_000, ramp_cycles=200))
    wave = linear(recorded(engine, 800)[0])
    expected = PEAK_0_DBM0 * 10 ** (-3 / 20) * np.minimum(np.minimum(np.arange(1, 801), np.arange(800, 0, -1)) / 201, 1)
    sine = np.sin(2 * np.pi * 697 * np.arange(800) / 8000)
    assert wave == pytest.approx(expected * sine, abs=PEAK_0_DBM0 / 30)
    assert math.isclose(float(np.abs(wave[395:405]).max()), expected[400], rel_tol=0.05)


@pytest.mark.parametrize("step", [1, 3, 8, 160])
def test_how_a_run_is_cut_does_not_show(step: int) -> None:
    whole, cut = opened(), opened()
    shape = DtmfShape(on_cycles=(101, 55, 83), off_cycles=(7, 0, 33), ramp_cycles=9, low_ppm=777)
    for engine in (whole, cut):
        engine.source_dtmf(0, "0*8", shape)
        engine.source_mfc(1, "backward", 6, cycles=211)
    assert recorded(whole, 400, 400) == recorded(cut, 400, step)
    assert whole.snapshot() == cut.snapshot()


@pytest.mark.parametrize(("wrong", "says"), [
    ({"low_mdbm0": 3141}, "-60000..3140 mdBm0, not 3141"), ({"high_mdbm0": -60_001}, "-60000..3140 mdBm0"),
    ({"low_ppm": 100_001}, "-100000..100000 ppm"), ({"high_ppm": -100_001}, "-100000..100000 ppm"),
    ({"on_cycles": 0}, "1..1048576 cycles"), ({"on_cycles": (800, -1)}, "1..1048576 cycles"),
    ({"off_cycles": -1}, "0..1048576 cycles"), ({"off_cycles": 1 << 21}, "0..1048576 cycles"),
    ({"ramp_cycles": 401}, "half of a digit's 800 cycles, not 401"), ({"ramp_cycles": -1}, "at most half"),
])  # fmt: skip
def test_a_shape_out_of_its_ranges_is_refused_with_them(wrong: dict[str, int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        DtmfShape(**wrong)


@pytest.mark.parametrize(("act", "says"), [
    (lambda e: e.source_dtmf(0, "12E", DtmfShape()), "digits of 0123456789ABCD"),
    (lambda e: e.source_dtmf(0, "", DtmfShape()), "1..32 digits"),
    (lambda e: e.source_dtmf(0, "123", DtmfShape(on_cycles=(800, 800))), "3 digits have as many lengths"),
    (lambda e: e.source_mfc(0, "forward", 16), "out of range"),
    (lambda e: e.source_mfc(0, "forward", 0), "out of range"),
    (lambda e: e.source_mfc(0, "sideways", 1), "tuple.index|not in tuple"),
    (lambda e: e.source_mfc(0, "forward", 1, level_mdbm0=(0, 4000)), "-60000..3140 mdBm0, not 4000"),
    (lambda e: e.source_mfc(2, "forward", 1), "out of range"),
])  # fmt: skip
def test_what_can_not_be_played_is_refused_and_changes_nothing(act: object, says: str) -> None:
    engine = opened()
    before = engine.snapshot()
    with pytest.raises(ValueError, match=says):
        act(engine)  # type: ignore[operator]
    assert engine.snapshot() == before


SIT_STEPS = (2640, 0, 2640, 0, 2640, 8000)


def test_frequencies_of_a_tone_sound_in_turn() -> None:
    """The special information tone of E.180: 950, 1400, 1800 Hz for 330 ms each, then a second of silence."""
    tone = Tone((950_000, 1_400_000, 1_800_000), (-10_000, -11_000, -12_000), SIT_STEPS, in_turn=True)
    for step in (4000, 7):
        engine = Engine(CONFIG, Assets([], [tone]))
        engine.record_start(0, engine.first_source_cell)
        while engine.now < 100:
            engine.run(100)
        engine.source_tone(0, 0)
        octets, _ = recorded(engine, 100 + 2 * sum(SIT_STEPS), step)
        for begin in (100, 100 + sum(SIT_STEPS)):
            for which, (hz, dbm0) in enumerate(((950, -10), (1400, -11), (1800, -12))):
                part = linear(octets[begin + 2640 * which : begin + 2640 * (which + 1)])
                assert level_dbm0(part, hz) == pytest.approx(dbm0, abs=0.1)
                assert max(level_dbm0(part, other) for other in {950, 1400, 1800} - {hz}) < -45
            assert octets[begin + 7920 : begin + 15_920] == b"\xd5" * 8000


def test_a_modulated_tone_is_three_frequencies_at_once() -> None:
    """400 Hz modulated by 25 Hz: the envelope goes up and down 25 times a second."""
    engine = Engine(CONFIG, Assets([], [Tone((375_000, 400_000, 425_000), (-16_020, -10_000, -16_020))]))
    engine.record_start(0, engine.first_source_cell)
    engine.source_tone(0, 0)
    wave = linear(recorded(engine, 8000)[0])
    for hz, dbm0 in ((375, -16.02), (400, -10), (425, -16.02)):
        assert level_dbm0(wave, hz) == pytest.approx(dbm0, abs=0.1)
    loud = [float(np.abs(wave[at : at + 40]).max()) for at in range(0, 8000, 40)]
    assert max(loud) > 1.9 * PEAK_0_DBM0 * 10 ** (-10 / 20)
    assert sum(1 for one, two, three in zip(loud, loud[1:], loud[2:], strict=False) if one > two <= three) == 25
