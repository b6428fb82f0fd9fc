"""The engine under random acts at random cycles: against the cell-by-cycle reference, and however a run is cut.

Each test of determinism also shows that it can fail: one flipped octet gives other bytes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from native_parts import Parts

from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.engine import (
    CELL_ONES,
    EV_RAW_BLOCK,
    EV_SOURCE_DONE,
    EV_TX_DONE,
    NONE,
    Engine,
    EngineConfig,
    Event,
    exponential_q16,
    philox,
)
from switchsim.dsp.reference.engine import ReferenceEngine

SOURCES, TRANSMITTERS, RECEIVERS, CONFERENCES, SWITCHED, EARS, BANK = 5, 2, 3, 2, 96, 6, 3
PROMPTS = [random.Random(i).randbytes(n) for i, n in enumerate((700, 3, 1, 2000))]
TONES = [
    Tone((450_000,), (-10_000,)),
    Tone((350_000, 440_000), (-13_000, -13_000), (37, 11, 5, 90), 2),
    Tone((950_000,), (-3_000,), (100, 3), 0),
]
ASSETS = Assets(PROMPTS, TONES)
KEYS = "123A456B789C*0#D"

Act = tuple[int, str, tuple[Any, ...]]
"""(cycle, name of an engine's method, its arguments)"""


def config(tick: int = 8, recorders: int = 0) -> EngineConfig:
    return EngineConfig(
        tick_cycles=tick, n_sources=SOURCES, n_hdlc_tx=TRANSMITTERS, n_hdlc_rx=RECEIVERS, n_conferences=CONFERENCES,
        n_switched=SWITCHED, n_lines=2, n_receivers=BANK, n_ears=EARS, n_recorders=recorders, recorder_octets=4096,
    )  # fmt: skip


FIRST_SOURCE = 2
FIRST_HDLC = FIRST_SOURCE + SOURCES
FIRST_LEG = FIRST_HDLC + TRANSMITTERS
FIRST_SWITCHED = FIRST_LEG + 8 * CONFERENCES
CELLS = FIRST_SWITCHED + SWITCHED


def media_act(rng: random.Random) -> tuple[str, tuple[Any, ...]]:
    """An act that reference and engine both know."""
    source, cell = rng.randrange(SOURCES), rng.randrange(CELLS)
    switched = FIRST_SWITCHED + rng.randrange(SWITCHED)
    kind = rng.randrange(13)
    if kind < 3:
        return "connect", (switched, rng.choice([cell, FIRST_SOURCE + source, FIRST_HDLC, CELL_ONES]))
    if kind == 3:
        return "conference_leg", (rng.randrange(CONFERENCES), rng.randrange(8), rng.choice([cell, NONE, FIRST_SOURCE]),
                                  rng.randrange(256))  # fmt: skip
    if kind == 4:
        bits = rng.choice([(0xFF, 0, 0), (0, 0xD5, 0), (0xFF, 0, 1 << rng.randrange(8)), (0xF7, 0, 0)])
        return "gate", (rng.randrange(2, CELLS), *bits)
    if kind == 5:
        return "line_cut", (rng.randrange(2), rng.random() < 0.5)
    if kind == 6:
        return "line_errors", (rng.randrange(2), rng.choice([0, 1_000_000, 100_000, 300_000_000]), rng.getrandbits(64))
    if kind == 7:
        return "hdlc_send", (rng.randrange(TRANSMITTERS), rng.randbytes(rng.randint(1, 40)))
    return source_act(rng, source)


def source_act(rng: random.Random, source: int) -> tuple[str, tuple[Any, ...]]:
    kind = rng.randrange(5)
    if kind == 0:
        return "source_idle", (source,)
    if kind == 1:
        return "source_mark", (source, rng.randint(1, 2047))
    if kind == 2:
        return "source_tone", (source, rng.randrange(len(TONES)))
    if kind == 3:
        digits = "".join(rng.choices(KEYS, k=rng.randint(1, 4)))
        return "source_digits", (source, digits, rng.randint(1, 400), rng.randint(0, 200), -9000, -7000)
    return "source_prompts", (source, rng.choices(range(len(PROMPTS)), k=rng.randint(1, 4)), rng.random() < 0.4)


def listening_act(rng: random.Random) -> tuple[str, tuple[Any, ...]]:
    """An act of the sinks, which the reference does not have."""
    cell = rng.choice([NONE, rng.randrange(CELLS), FIRST_SOURCE + rng.randrange(SOURCES), FIRST_HDLC])
    kind = rng.randrange(4)
    if kind == 0:
        return "receiver_listen", (rng.randrange(BANK), cell)
    if kind == 1:
        return "hdlc_listen", (rng.randrange(RECEIVERS), cell)
    if kind == 2:
        return "hdlc_flush", (rng.randrange(TRANSMITTERS),)
    return "ear_listen", (rng.randrange(EARS), cell)


def script(seed: int, length: int, acts: int, listening: bool) -> list[Act]:
    """Lines defined, then `acts` acts at random cycles up to `length`, bunched so that long quiet stretches remain."""
    rng = random.Random(seed)
    made: list[Act] = [(0, "line_define", (0, FIRST_SWITCHED)), (0, "line_define", (1, FIRST_SWITCHED + 40))]
    centres = [rng.randrange(length) for _ in range(4)]
    for _ in range(acts):
        at = min(length, max(0, rng.choice(centres) + rng.randint(-40, 40)))
        made.append((at, *(listening_act(rng) if listening and rng.random() < 0.4 else media_act(rng))))
    return sorted(made, key=lambda act: act[0])


def advance(engine: Engine, until: int, cuts: Iterator[int]) -> list[Event]:
    """Run to exactly `until`, in steps of the given lengths, and gather the events."""
    events: list[Event] = []
    while engine.now < until:
        target = min(until, engine.now + next(cuts))
        while engine.now < target:
            events += engine.run(target)
    return events


def cuts_of(how: int | str) -> Iterator[int]:
    rng = random.Random(how)
    while True:
        yield how if isinstance(how, int) else rng.randint(1, 23)


def play(engine: Engine, acts: list[Act], length: int, how: int | str) -> tuple[list[Event], list[bytes]]:
    """The events, and a snapshot at every cycle at which something was done, and at the end."""
    events, states = [], []
    cuts = cuts_of(how)
    for at, name, arguments in acts:
        events += advance(engine, at, cuts)
        states.append(engine.snapshot())
        getattr(engine, name)(*arguments)
    events += advance(engine, length, cuts)
    return events, [*states, engine.snapshot()]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), tick=st.sampled_from([8, 8, 1, 2, 3, 5]))
def test_a_run_is_the_same_however_it_is_cut(seed: int, tick: int) -> None:
    length = 4000
    acts = script(seed, length, 60, listening=True)
    whole = play(Engine(config(tick), ASSETS), acts, length, 160)
    for how in (1, 8, 10**9, "random"):
        other = play(Engine(config(tick), ASSETS), acts, length, how)
        assert other[0] == whole[0]
        assert other[1] == whole[1]


def test_one_flipped_octet_is_another_run() -> None:
    """The comparison above can fail."""
    acts: list[Act] = [(0, "source_raw", (0,)), (0, "ear_listen", (0, FIRST_SOURCE))]
    sound = bytearray(random.Random(1).randbytes(640))
    runs = []
    for flip in (0, 1):
        sound[100] ^= flip
        runs.append(play(Engine(config(), ASSETS), [*acts, (0, "source_feed", (0, bytes(sound)))], 700, 160))
    assert runs[0][1] != runs[1][1]


def test_another_key_is_another_run() -> None:
    acts: list[Act] = [(0, "line_define", (0, FIRST_SWITCHED))]
    runs = [
        play(Engine(config(), ASSETS), [*acts, (0, "line_errors", (0, 10_000_000, key))], 700, 160) for key in (1, 2)
    ]
    assert runs[0][1][-1] != runs[1][1][-1]


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), at=st.integers(0, 4000))
def test_a_restored_snapshot_goes_on_alike(seed: int, at: int) -> None:
    length = 4000
    acts = script(seed, length, 40, listening=True)
    whole = play(Engine(config(), ASSETS), acts, length, 160)
    first = Engine(config(), ASSETS)
    before = play(first, [act for act in acts if act[0] < at], at, 160)[0]
    second = Engine(config(), ASSETS)
    second.restore(first.snapshot())
    after, states = play(second, [act for act in acts if act[0] >= at], length, 160)
    assert before + after == whole[0]
    assert states[-1] == whole[1][-1]


@pytest.fixture(scope="module")
def digit_octet(parts: Parts) -> Callable[[str, int, int, int], int]:
    lows, highs = (697_000, 770_000, 852_000, 941_000), (1_209_000, 1_336_000, 1_477_000, 1_633_000)

    def octet(digit: str, t: int, low: int, high: int) -> int:
        row, column = divmod(KEYS.index(digit), 4)
        total = 0
        for freq, level in ((lows[row], low), (highs[column], high)):
            phase = parts.lib.swd_phase_step(freq) * t & 0xFFFFFFFF
            total += parts.lib.swd_sine(phase, parts.lib.swd_amplitude_q15(level))
        return int(parts.lib.swd_alaw_encode(total))

    return octet


@pytest.fixture(scope="module")
def tone_octet(parts: Parts) -> Callable[[int, int], int]:
    def octet(tone: int, cycle: int) -> int:
        total = 0
        for freq, level in zip(TONES[tone].freqs_mhz, TONES[tone].levels_mdbm0, strict=True):
            phase = parts.lib.swd_phase_step(freq) * cycle & 0xFFFFFFFF
            total += parts.lib.swd_sine(phase, parts.lib.swd_amplitude_q15(level))
        return int(parts.lib.swd_alaw_encode(max(-32768, min(32767, total))))

    return octet


@pytest.mark.parametrize("seed", range(8))
def test_every_octet_is_the_references(
    seed: int, tone_octet: Callable[[int, int], int], digit_octet: Callable[[str, int, int, int], int]
) -> None:
    length, watched = 2600, random.Random(seed).sample(range(CELLS), 40)
    acts = script(seed, length, 90, listening=False)
    engine = Engine(config(recorders=len(watched)), ASSETS)
    reference = ReferenceEngine(config(), ASSETS, PROMPTS, philox, exponential_q16, tone_octet, digit_octet)
    for recorder, cell in enumerate(watched):
        engine.record_start(recorder, cell)
    events, cuts = [], cuts_of("random")
    for at, name, arguments in [*acts, (length, "line_cut", (0, False))]:
        events += advance(engine, at, cuts)
        reference.run(at)
        assert getattr(engine, name)(*arguments) == getattr(reference, name)(*arguments)
    for recorder, cell in enumerate(watched):
        assert engine.record_drain(recorder) == bytes(reference.history[cell]), f"cell {cell}"
    own = [(e.at, e.kind, e.unit) for e in events if e.kind in (EV_TX_DONE, EV_SOURCE_DONE, EV_RAW_BLOCK)]
    assert own == sorted(reference.events)
    assert [engine.line_error_count(line) for line in (0, 1)] == [reference.line_error_count(line) for line in (0, 1)]


def test_raw_octets_are_the_references(
    tone_octet: Callable[[int, int], int], digit_octet: Callable[[str, int, int, int], int]
) -> None:
    engine = Engine(config(recorders=1), ASSETS)
    reference = ReferenceEngine(config(), ASSETS, PROMPTS, philox, exponential_q16, tone_octet, digit_octet)
    engine.record_start(0, FIRST_SOURCE)
    rng, events, cuts = random.Random(5), [], cuts_of("random")
    for machine in (engine, reference):
        machine.source_raw(0)  # type: ignore[attr-defined]
    for at in range(0, 2000, 170):
        events += advance(engine, at, cuts)
        reference.run(at)
        octets = rng.randbytes(rng.choice([160, 320, 40, 640]))
        assert engine.source_feed(0, octets) == reference.source_feed(0, octets)
    assert engine.record_drain(0) == bytes(reference.history[FIRST_SOURCE])
    assert [(e.at, e.kind, e.unit) for e in events] == reference.events
    assert engine.source_underruns(0) > 0
