"""Receivers of continuity check tones (ITU-T Q.724 7.3): what they take for the tone and what not, and when."""

from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from switchsim.assembly.wav import load_wav
from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.engine import (
    CHECK_1780,
    CHECK_2000,
    CHECK_2010,
    EV_CHECK_OFF,
    EV_CHECK_ON,
    EV_RAW_BLOCK,
    NONE,
    Engine,
    EngineConfig,
)
from switchsim.dsp.reference import check
from switchsim.dsp.reference.g711 import alaw_encode
from switchsim.dsp.reference.tone import amplitude

MS = 8
HZ = {CHECK_2000: 2000, CHECK_2010: 2010, CHECK_1780: 1780}
PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


def tone(ms: float, dbm0: float, *freqs_hz: float, phase: float = 0.4) -> list[float]:
    """Samples of one or more tones, each at this level."""
    peak = amplitude(round(dbm0 * 1000))
    return [peak * sum(math.sin(2 * math.pi * hz * n / 8000 + phase) for hz in freqs_hz) for n in range(round(ms * MS))]


def silence(ms: float) -> list[float]:
    return [0.0] * round(ms * MS)


def alaw(samples: list[float]) -> bytes:
    return bytes(alaw_encode(max(-32768, min(32767, round(x)))) for x in samples)


def heard(line: bytes, freqs: int = CHECK_2000, tick: int = 8) -> list[tuple[int, bool, int]]:
    """(cycle, begins, Hz) of what a receiver tells, that listens from cycle 0 on; the reference must agree."""
    engine = Engine(EngineConfig(tick_cycles=tick, n_sources=1, n_checks=1))
    engine.source_raw(0)
    engine.check_listen(0, engine.first_source_cell, freqs)
    line += b"\xd5" * (-len(line) % 8)
    told = []
    for at in range(0, len(line), 480):
        assert engine.source_feed(0, line[at : at + 480])
        while engine.now < min(at + 480, len(line)):
            told += [(event.at, event.kind == EV_CHECK_ON, event.a) for event in engine.run(min(at + 480, len(line)))
                     if event.kind != EV_RAW_BLOCK]
    assert told == check.listen(line, [hz for bit, hz in HZ.items() if freqs & bit])
    return told


@pytest.mark.parametrize("freqs", [
    CHECK_2000, CHECK_2010, CHECK_1780, CHECK_2010 | CHECK_1780, CHECK_2000 | CHECK_1780,
])  # fmt: skip
@pytest.mark.parametrize("bit", [CHECK_2000, CHECK_2010, CHECK_1780])
def test_the_tones_listened_for(freqs: int, bit: int) -> None:
    """2000 and 2010 Hz are within each other's tolerance."""
    near = CHECK_2000 | CHECK_2010
    expected = freqs & (near if bit & near else bit)
    told = heard(alaw(tone(100, -12, HZ[bit]) + silence(60)), freqs)
    turns = [(True, HZ[expected]), (False, HZ[expected])] if expected else []
    assert [(begins, hz) for _, begins, hz in told] == turns


@pytest.mark.parametrize("dbm0", [-18, -15, -12, -9, -6])
@pytest.mark.parametrize("offset_hz", [-30, 0, 30])
@pytest.mark.parametrize("hz", [2000, 1780])
def test_q724_7_3_operates(hz: int, dbm0: int, offset_hz: int) -> None:
    told = heard(alaw(tone(60, dbm0, hz + offset_hz) + silence(50)), CHECK_2000 if hz == 2000 else CHECK_1780)
    assert [begins for _, begins, _ in told] == [True, False]


@pytest.mark.parametrize(("ms", "dbm0", "hz"), [
    (29, -12, 2000), (200, -22, 2000), (200, -30, 2000), (200, -2, 2000), (200, 3, 2000),
    (200, -12, 1800), (200, -12, 2200), (200, -12, 1780), (200, -12, 2600), (200, -12, 1000), (200, -12, 1900),
])  # fmt: skip
def test_q724_7_3_does_not_operate(ms: int, dbm0: int, hz: int) -> None:
    assert heard(alaw(silence(7) + tone(ms, dbm0, hz) + silence(60))) == []


@pytest.mark.parametrize("late", [0, 1, 7, 13, 24, 35, 39])
def test_q724_7_3_recognised_within_30_to_60_ms_and_its_end_within_40(late: int) -> None:
    line = alaw([0.0] * late + tone(100, -12, 2000) + silence(60))
    (began, _, _), (ended, _, _) = heard(line)
    assert 30 * MS <= began - late <= 60 * MS
    assert 0 < ended - late - 100 * MS <= 40 * MS


@pytest.mark.parametrize("late", [0, 3, 11, 20, 33])
@pytest.mark.parametrize(("gap_ms", "turns"), [(5, 1), (15, 1), (45, 2)])
def test_q724_7_3_short_gaps_are_ridden_over(gap_ms: int, turns: int, late: int) -> None:
    line = alaw(tone(80 + late / MS, -12, 2000) + silence(gap_ms) + tone(80, -12, 2000, phase=2) + silence(60))
    assert [begins for _, begins, _ in heard(line)] == [True, False] * turns


@pytest.mark.parametrize("freqs", [CHECK_2000, CHECK_2010 | CHECK_1780])
@pytest.mark.parametrize("low", [697, 770, 852, 941])
@pytest.mark.parametrize("high", [1209, 1336, 1477, 1633])
def test_dtmf_is_no_check_tone(low: int, high: int, freqs: int) -> None:
    assert heard(alaw(tone(100, -9, low, high)), freqs) == []


@pytest.mark.parametrize("freqs_hz", [
    (450,), (950,), (350, 440), (480, 620), (1004,), (2100,), (2000, 1700), (2000, 450),
])  # fmt: skip
def test_other_tones_are_no_check_tone(freqs_hz: tuple[int, ...]) -> None:
    assert heard(alaw(tone(300, -12, *freqs_hz))) == []


@pytest.mark.parametrize("freqs", [CHECK_2000, CHECK_2010 | CHECK_1780])
@pytest.mark.parametrize("name", sorted(path.name for path in PROMPTS.glob("*.wav")))
def test_shipped_speech_is_no_check_tone(name: str, freqs: int) -> None:
    assert heard(load_wav(PROMPTS / name).octets[: 8000 * 4], freqs) == []


@pytest.mark.parametrize("seed", range(3))
def test_noise_and_random_octets_are_no_check_tone(seed: int) -> None:
    rng = random.Random(seed)
    assert heard(alaw([rng.gauss(0, 4000) for _ in range(8000)])) == []
    assert heard(rng.randbytes(8000)) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_tone_in_noise_26_db_below_it(seed: int) -> None:
    rng = random.Random(seed)
    noise = amplitude(-12_000) / math.sqrt(2) / 20
    told = heard(alaw([x + rng.gauss(0, noise) for x in tone(500, -12, 2000)] + silence(60)))
    assert [begins for _, begins, _ in told] == [True, False]


@pytest.mark.parametrize("tick", [1, 3, 8])
def test_any_control_tick(tick: int) -> None:
    line = alaw(tone(100, -12, 2000) + silence(60))
    assert [at for at, _, _ in heard(line, tick=tick)] == [8 * 40 - 1, 25 * 40 - 1]


def test_the_tone_of_a_source_through_a_loop() -> None:
    engine = Engine(EngineConfig(n_sources=1, n_checks=2, n_switched=2), Assets((), (Tone((2_000_000,), (-12_000,)),)))
    loop = engine.first_switched_cell
    engine.connect(loop, engine.first_source_cell)
    engine.connect(loop + 1, loop)
    engine.check_listen(0, loop + 1)
    engine.run(803)
    engine.source_tone(0, 0)
    found = engine.run(8000)
    assert [(event.kind, event.unit, event.a) for event in found] == [(EV_CHECK_ON, 0, 2000)]
    assert 803 + 16 + 30 * MS <= found[0].at <= 803 + 16 + 60 * MS
    engine.source_idle(0)
    assert [event.kind for event in engine.run(8000)] == [EV_CHECK_OFF]
    engine.check_listen(0, NONE)
    engine.source_tone(0, 0)
    assert engine.run(8000) == []
    assert engine.now == 8000


def test_values_out_of_their_range_are_refused() -> None:
    engine = Engine(EngineConfig(n_checks=1))
    for values in ((1, 0, 1), (0, 99, 1), (0, 0, 0), (0, 0, 8), (0, 0, CHECK_2000 | CHECK_2010)):
        with pytest.raises(ValueError, match="out of range"):
            engine.check_listen(*values)


def test_listening_anew_begins_anew() -> None:
    line = alaw(tone(400, -12, 2000))
    engine = Engine(EngineConfig(n_sources=1, n_checks=1))
    engine.source_raw(0)
    engine.source_feed(0, line[:640])
    engine.check_listen(0, engine.first_source_cell)
    engine.run(304)
    engine.check_listen(0, engine.first_source_cell)
    found = [event.at for event in [*engine.run(640), *engine.run(640)] if event.kind == EV_CHECK_ON]
    assert found == [639]
