"""Receivers of register signals and tones in an engine: acts at exact cycles, any cell, any control tick, snapshots."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.engine import (
    EV_MFC_OFF,
    EV_MFC_ON,
    EV_SOURCE_DONE,
    EV_TONE_OFF,
    EV_TONE_ON,
    NONE,
    Engine,
    EngineConfig,
    Event,
)
from switchsim.dsp.tone_receivers import SIT, TONE_SETS, ToneSet, levels

MS = 8
ASSETS = Assets((), (
    Tone((450_000,), (-10_000,), (800, 800)), Tone((350_000, 440_000), (-13_000, -13_000)),
))  # fmt: skip


def machine(tick: int = 8) -> Engine:
    return Engine(EngineConfig(tick_cycles=tick, n_sources=6, n_switched=40, n_mfc=3, n_progress=3, n_lines=1), ASSETS)


def run(engine: Engine, until: int, step: int = 800) -> list[Event]:
    found = []
    while engine.now < until:
        found += engine.run(min(until, engine.now + step))
    return [event for event in found if event.kind != EV_SOURCE_DONE]


def told(events: list[Event]) -> list[tuple[int, int, int]]:
    return [(event.kind, event.unit, event.a) for event in events]


def play(step: int, tick: int = 8, restore_at: int = -1) -> tuple[list[Event], bytes]:
    """Signals of every kind over switched cells, one line of them with bit errors; receivers that come and go."""
    engine, found = machine(tick), []
    first = engine.first_switched_cell
    engine.line_define(0, first)
    for i in range(6):
        engine.connect(first + i, engine.first_source_cell + i)
    acts: dict[int, Callable[[Engine], object]] = {
        5: lambda e: (e.mfc_listen(0, first, "forward"), e.progress_listen(0, first + 2, "china")),
        100: lambda e: e.source_mfc(0, "forward", 11, cycles=500),
        101: lambda e: (e.source_tone(2, 0), e.source_tone(3, 1)),
        333: lambda e: (e.mfc_listen(1, first + 1, "backward", "china"), e.progress_listen(1, first + 3, "us")),
        850: lambda e: (e.source_mfc(1, "backward", 6, cycles=0), e.mfc_listen(0, NONE)),
        1203: lambda e: (e.source_idle(1), e.line_errors(0, 1_000_000, 7)),
        1600: lambda e: (e.source_mfc(0, "forward", 3, cycles=400), e.mfc_listen(0, first, "forward", "china")),
        1601: lambda e: e.progress_listen(1, NONE),
    }  # fmt: skip
    for at in sorted({*acts, 4000, restore_at} - {-1}):
        found += run(engine, at, step)
        if at == restore_at:
            state, engine = engine.snapshot(), machine(tick)
            engine.restore(state)
        if at in acts:
            acts[at](engine)
    return found, engine.snapshot()


def test_a_signal_through_a_switched_cell() -> None:
    found, _ = play(800)
    kinds = told(found)
    assert kinds.count((EV_MFC_ON, 0, 11)) == kinds.count((EV_MFC_OFF, 0, 11)) == 1
    assert kinds.count((EV_MFC_ON, 1, 6)) == kinds.count((EV_MFC_OFF, 1, 6)) == 1
    assert kinds.count((EV_MFC_ON, 0, 3)) == 1
    assert kinds.count((EV_TONE_ON, 0, 0)) == 3
    assert kinds.count((EV_TONE_ON, 1, 0)) == 1
    assert kinds.count((EV_TONE_OFF, 1, 0)) == 0  # released before its end
    on = next(event for event in found if event.kind == EV_MFC_ON)
    assert all(abs(level + 1150) < 250 for level in levels(on.b))
    off = next(event for event in found if event.kind == EV_MFC_OFF)
    assert abs(off.b - 500) <= 40


@pytest.mark.parametrize("step", [1, 3, 8, 160, 799])
def test_any_batch_gives_the_same_events_and_bytes(step: int) -> None:
    assert play(step) == play(800)


@pytest.mark.parametrize("tick", [1, 2, 3, 7])
def test_any_control_tick_hears_the_same(tick: int) -> None:
    assert play(800, tick)[0] == play(800)[0]


@pytest.mark.parametrize("at", [7, 150, 256, 400, 850, 1203, 1599, 1650, 2900])
def test_a_snapshot_goes_on(at: int) -> None:
    assert play(800, restore_at=at) == play(800)


@pytest.mark.parametrize("late", range(9))
def test_listening_begins_at_its_cycle(late: int) -> None:
    """What was on the cell before is not heard: a signal that began long ago is told when enough of it was heard."""
    engine = machine()
    engine.source_mfc(0, "forward", 8)
    run(engine, 1000 + late)
    engine.mfc_listen(0, engine.first_source_cell)
    on = run(engine, 1400)[0]
    assert 8 * MS <= on.at - (1000 + late) <= 24 * MS
    engine.source_idle(0)
    off = run(engine, 1800)[0]
    assert (off.kind, off.a) == (EV_MFC_OFF, 8)
    assert abs(off.b - (400 - late)) <= 24


def test_released_receivers_let_an_idle_engine_jump() -> None:
    engine = machine()
    engine.mfc_listen(0, engine.first_source_cell)
    engine.progress_listen(2, engine.first_source_cell, "uk")
    run(engine, 100)
    engine.mfc_listen(0, NONE)
    engine.progress_listen(2, NONE)
    assert engine.run(8_000_000_000) == []
    assert engine.now == 8_000_000_000


def test_the_special_information_tone() -> None:
    tones = tuple(Tone((hz * 1000,), (-15_000,), (2640, 24_000)) for hz in SIT)
    engine = Engine(EngineConfig(n_sources=1, n_progress=1), Assets((), tones))
    engine.progress_listen(0, engine.first_source_cell, "e180")
    found = []
    for index in range(3):
        engine.source_tone(0, index)
        found += run(engine, 2640 * (index + 1))
    engine.source_idle(0)
    found += run(engine, 16_000)
    names = TONE_SETS["e180"].tones
    assert [(event.kind == EV_TONE_ON, names[event.a][0]) for event in found] == [
        (begins, hz) for hz in SIT for begins in (True, False)
    ]


def test_a_set_of_ones_own() -> None:
    pair = Tone((1_000_000, 1_300_000), (-13_000, -13_000))
    engine = Engine(EngineConfig(n_sources=1, n_progress=1), Assets((), (pair,)))
    engine.progress_define("mine", ToneSet(freqs_hz=(1000, 1300), tones=((1000, 1300),)))
    engine.progress_listen(0, engine.first_source_cell, "mine")
    engine.source_tone(0, 0)
    assert told(run(engine, 800)) == [(EV_TONE_ON, 0, 0)]


def test_values_out_of_their_range_are_refused() -> None:
    engine = machine()
    for mfc in ((3, 0), (0, 99), (0, 0, "sideways"), (0, 0, "forward", "mars")):
        with pytest.raises(ValueError, match="out of range"):
            engine.mfc_listen(*mfc)
    for progress in ((3, 0), (0, 99), (0, 0, "mars")):
        with pytest.raises(ValueError, match="out of range"):
            engine.progress_listen(*progress)
    with pytest.raises(ValueError, match="no set of tones"):
        engine.progress_define("bad", ToneSet(freqs_hz=(450,), tones=((440,),)))
    with pytest.raises(ValueError, match="out of range"):
        engine.progress_define("bad", ToneSet(freqs_hz=(100,), tones=((100,),)))
    with pytest.raises(ValueError, match="out of range"):
        Engine(EngineConfig()).progress_listen(0, 0)
