"""Ears against their reference under random scripts of what a cell carries."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.dsp.assets import Assets, Tone
from switchsim.dsp.engine import (
    CELL_IDLE,
    CELL_ONES,
    EV_HEARS,
    HEARS_MARK,
    HEARS_MIX,
    HEARS_ONES,
    HEARS_PROMPT,
    HEARS_QUIET,
    HEARS_SOUND,
    HEARS_TONE,
    Engine,
    EngineConfig,
)
from switchsim.dsp.reference import ear, g711, mark


def speech(seed: int, n_octets: int) -> bytes:
    """Low-pass noise that swells and fades five times a second."""
    rng, x, octets = random.Random(seed), 0.0, bytearray()
    for n in range(n_octets):
        x = 0.9 * x + rng.gauss(0, 400)
        octets.append(g711.alaw_encode(int(x * (1 + n % 1600) / 1600)))
    return bytes(octets)


PROMPTS = [speech(1, 3000), speech(2, 1200) + bytes([0xD5]) * 900 + speech(3, 900), speech(4, 1777), speech(5, 2500)]
TONES = [
    Tone((450_000,), (-10_000,)),
    Tone((350_000, 440_000), (-13_000, -13_000)),
    Tone((425_000,), (-10_000,), (800, 1600)),
    Tone((950_000,), (-15_000,)),
    Tone((450_000,), (-10_000,), (2800, 2800)),
    Tone((480_000, 620_000), (-20_000, -20_000)),
]
SOURCES, CHAIN = 8, 100
Reports = list[ear.Report]


class Bench:
    """Ear 0 and the recorder hear one switched cell; source 7 comes to it over a chain of 1..100 more."""

    def __init__(self) -> None:
        self.engine = engine = Engine(
            EngineConfig(n_sources=SOURCES, n_conferences=1, n_switched=32 + CHAIN, n_ears=1, n_lines=1, n_recorders=1,
                         recorder_octets=1 << 17),
            Assets(PROMPTS, TONES),
        )  # fmt: skip
        self.cell, self.chain = engine.first_switched_cell, engine.first_switched_cell + 32
        for hop in range(CHAIN):
            engine.connect(self.chain + hop, engine.first_source_cell + 7 if hop == 0 else self.chain + hop - 1)
        engine.line_define(0, self.cell)
        engine.ear_listen(0, self.cell)
        engine.record_start(0, self.cell)
        self.reports: Reports = []

    def source(self, number: int) -> int:
        return self.engine.first_source_cell + number

    def hear(self, cell: int) -> None:
        self.engine.connect(self.cell, cell)

    def run(self, cycles: int) -> None:
        until = self.engine.now + cycles
        while self.engine.now < until:
            self.reports += [(e.at, e.a, e.b) for e in self.engine.run(until) if e.kind == EV_HEARS]

    def complaints(self) -> list[str]:
        octets = self.engine.record_drain(0)
        while more := self.engine.record_drain(0):
            octets += more
        assert len(octets) == self.engine.now
        return ear.complaints(octets, PROMPTS, self.reports)


def play(bench: Bench, rng: random.Random) -> None:
    """Something else on one of the sources that are switched through."""
    number, engine = rng.randrange(5), bench.engine
    kind = rng.randrange(6)
    if kind == 0:
        engine.source_idle(number)
    elif kind == 1:
        base = rng.choice([1, 64, 1000, 2040])
        engine.source_mark(number, base + rng.randrange(8))
    elif kind == 2:
        engine.source_tone(number, rng.randrange(len(TONES)))
    elif kind == 3:
        engine.source_prompts(number, rng.choices(range(len(PROMPTS)), k=rng.randint(1, 3)), rng.random() < 0.3)
    elif kind == 4:
        engine.source_digits(number, "".join(rng.choices("0123456789ABCD*#", k=6)), 400, 400, -9000, -7000)
    else:
        engine.source_mark(7, rng.randint(1, 2047))
        bench.hear(bench.chain + rng.randrange(CHAIN))
        return
    bench.hear(bench.source(number))


def turn(bench: Bench, rng: random.Random) -> None:
    """Another source, or a constant, without a new beginning."""
    bench.hear(rng.choice([CELL_IDLE, CELL_ONES, *map(bench.source, range(5))]))


def confer(bench: Bench, rng: random.Random) -> None:
    """Up to four of the sources in a conference; the cell is what leg 7 hears."""
    for leg in range(4):
        bench.engine.conference_leg(0, leg, bench.source(leg), 0)
    bench.engine.conference_leg(0, 7, CELL_IDLE, rng.randrange(1, 16))
    bench.hear(bench.engine.first_conference_cell + 7)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_an_ear_reports_what_is_there(seed: int) -> None:
    rng, bench = random.Random(seed), Bench()
    for number in range(4):
        bench.engine.source_mark(number, 300 + number)
    for _ in range(rng.randint(3, 9)):
        rng.choice([play, play, turn, confer])(bench, rng)
        bench.run(rng.choice([rng.randint(1, 60), rng.randint(100, 1500), rng.randint(2000, 9000)]))
    assert bench.complaints() == []


def feed(bench: Bench, octet: Callable[[int], int], cycles: int) -> None:
    """Source 6 says octet(cycle) for so many cycles from now on."""
    engine = bench.engine
    engine.source_raw(6)
    bench.hear(bench.source(6))
    start = engine.now
    for at in range(start, start + cycles, 160):
        assert engine.source_feed(6, bytes(octet(cycle) for cycle in range(at, min(at + 160, start + cycles))))
        bench.run(min(160, start + cycles - at))


def heard(bench: Bench) -> list[tuple[int, int]]:
    return [(kind, which) for _, kind, which in bench.reports]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), sure=st.integers(1, 2047))
def test_neighbouring_parties_change_places(seed: int, sure: int) -> None:
    """Ids that differ in one bit, at any cycle, also several times in a row of eight octets."""
    rng, bench = random.Random(seed), Bench()
    near = [sure, *(sure ^ 1 << bit for bit in rng.sample(range(11), 4))]
    for number, party in enumerate(near):
        bench.engine.source_mark(number, party or 2047)
    for _ in range(25):
        bench.hear(bench.source(rng.randrange(5)))
        bench.run(rng.choice([1, 2, 5, 9, 17, 33, 100, 333]))
    assert bench.complaints() == []
    assert {kind for kind, _ in heard(bench)} <= {HEARS_MARK, HEARS_SOUND}


@pytest.mark.parametrize("every", [1, 3, 8, 9, 10, 16, 17, 40, 100])
def test_a_mark_with_one_odd_octet_every_n(every: int) -> None:
    """From eight on there is at most one in a row; where every row has one it is no mark, octet for octet."""
    bench = Bench()
    feed(bench, lambda cycle: mark.octet(700, cycle - 8) ^ (1 << cycle % 7 if cycle % every == 0 else 0), 8000)
    expected = (HEARS_SOUND, 0) if every <= 8 else (HEARS_MARK, 700)
    assert heard(bench)[-1] == expected
    assert all(kind != HEARS_MARK or which == 700 for kind, which in heard(bench))
    assert len(bench.reports) <= 2


def test_odd_octets_that_begin_do_not_last_as_the_mark() -> None:
    """What was a clean mark and is damaged in every row for good becomes sound."""
    bench = Bench()
    feed(bench, lambda cycle: mark.octet(700, cycle - 8) ^ (4 if cycle > 3000 and cycle % 8 == 2 else 0), 8000)
    (_, *first), (at, *then) = bench.reports
    assert (first, then) == ([HEARS_MARK, 700], [HEARS_SOUND, 0])
    assert 3000 <= at <= 3000 + 32


@pytest.mark.parametrize("seed", range(4))
def test_a_party_on_a_bad_line_stays_that_party(seed: int) -> None:
    """One bit in a thousand: at most one in a thousand of the time is something else, and never another party."""
    bench = Bench()
    bench.engine.source_mark(0, 1 + 500 * seed)
    bench.hear(bench.source(0))
    bench.engine.line_errors(0, 1_000_000, seed)
    bench.run(80_000)
    bench.engine.line_errors(0, 0, 0)
    bench.run(400)
    assert set(heard(bench)) <= {(HEARS_MARK, 1 + 500 * seed), (HEARS_SOUND, 0)}
    assert heard(bench)[-1] == (HEARS_MARK, 1 + 500 * seed)
    assert len(bench.reports) <= 3


@pytest.mark.parametrize("prompt", range(len(PROMPTS)))
def test_a_prompt_on_a_bad_line_stays_that_prompt(prompt: int) -> None:
    bench = Bench()
    bench.run(333)
    bench.engine.line_errors(0, 1_000_000, prompt)
    bench.engine.source_prompts(0, [prompt], loop=True)
    bench.hear(bench.source(0))
    bench.run(40_000)
    changes = [report for report in heard(bench) if report != (HEARS_QUIET, 0)]
    assert {which for kind, which in changes if kind == HEARS_PROMPT} == {prompt}
    assert {kind for kind, _ in changes} <= {HEARS_PROMPT, HEARS_SOUND}
    in_prompt = sum(end - at for (at, kind, _), (end, *_) in zip(bench.reports, [*bench.reports[1:], (40_333, 0, 0)],
                                                                strict=True) if kind == HEARS_PROMPT)  # fmt: skip
    assert in_prompt > 0.95 * 40_000


@pytest.mark.parametrize("rows", [1, 2, 31, 32, 33, 63, 64, 99, 100])
def test_paths_of_up_to_a_hundred_rows(rows: int) -> None:
    bench = Bench()
    bench.engine.source_mark(7, 1234)
    bench.run(8 * 120 + 3)
    bench.hear(bench.chain + rows - 1)
    bench.run(50)
    assert heard(bench) == [(HEARS_MARK, 1234)]
    assert bench.complaints() == []


@pytest.mark.parametrize("at", range(400, 408))
@pytest.mark.parametrize("prompt", range(len(PROMPTS)))
def test_a_prompt_at_every_alignment_twice_and_cut(at: int, prompt: int) -> None:
    bench = Bench()
    bench.run(at)
    bench.engine.source_prompts(0, [prompt, prompt])
    bench.hear(bench.source(0))
    bench.run(len(PROMPTS[prompt]) + 1500)
    bench.hear(CELL_IDLE)
    bench.run(1000)
    assert bench.complaints() == []
    assert set(heard(bench)) == {(HEARS_PROMPT, prompt), (HEARS_QUIET, 0)}


@pytest.mark.parametrize("twist", [-8000, -4000, 0, 4000])
def test_digits_are_sound(twist: int) -> None:
    """All sixteen, with the twist that a receiver must accept: never a tone, a mark, a prompt or a dead line."""
    bench = Bench()
    bench.engine.source_digits(0, "123A456B789C*0#D", 520, 437, -8000, -8000 + twist)
    bench.hear(bench.source(0))
    bench.run(16 * 957 + 1000)
    assert set(heard(bench)) == {(HEARS_SOUND, 0), (HEARS_QUIET, 0)}


@pytest.mark.parametrize("hz", [25, 50, 60])
def test_a_hum_is_no_dead_line(hz: int) -> None:
    """Its crests stand at the very octet 0xFF, a row long."""
    bench, peak = Bench(), abs(g711.alaw_decode(0xFF))
    table = [g711.alaw_encode(int(peak * math.cos(math.tau * hz * (n - 12) / 8000))) for n in range(8000)]
    assert table[8:16] == [0xFF] * 8
    feed(bench, lambda cycle: table[cycle % 8000], 8000)
    assert set(heard(bench)) <= {(HEARS_SOUND, 0), (HEARS_QUIET, 0)}


def test_clicks_are_not_quiet() -> None:
    bench = Bench()
    feed(bench, lambda cycle: 0x2A if cycle % 8 == 3 else 0xD5, 4000)
    assert heard(bench) == [(HEARS_SOUND, 0)]


def test_a_silent_party_in_a_conference_leaves_the_other_whole() -> None:
    for quiet in (CELL_IDLE, None):
        bench = Bench()
        engine = bench.engine
        engine.source_mark(0, 99)
        if quiet is None:  # 0x55, A-law's other zero
            assert engine.gate(bench.cell + 5, 0, 0x55, 0)
        engine.conference_leg(0, 0, bench.source(0), 0b110)
        engine.conference_leg(0, 1, bench.cell + 5 if quiet is None else quiet, 0b101)
        engine.conference_leg(0, 2, CELL_IDLE, 0b011)
        bench.hear(engine.first_conference_cell + 2)
        bench.run(2000)
        assert heard(bench) == [(HEARS_MARK, 99)]


def test_other_parties_take_over_a_mix() -> None:
    """The new mix is dated after the change but for a search's window, not at the old one's beginning."""
    bench = Bench()
    engine = bench.engine
    for number in range(4):
        engine.source_mark(number, 10 + number)
        engine.conference_leg(0, number, bench.source(number), 0)
    engine.conference_leg(0, 7, CELL_IDLE, 0b0011)
    bench.hear(engine.first_conference_cell + 7)
    bench.run(20_003)
    engine.conference_leg(0, 7, CELL_IDLE, 0b1100)
    bench.run(12_000)
    (old, new) = [report for report in bench.reports if report[1] == HEARS_MIX]
    assert (old[2], new[2]) == (11 << 16 | 10, 13 << 16 | 12)
    assert 20_003 - 2048 <= new[0] <= 20_003 + 2048
    assert bench.complaints() == []


def test_the_oracle_can_complain() -> None:
    bench = Bench()
    bench.engine.source_mark(0, 99)
    bench.hear(bench.source(0))
    bench.run(500)
    (report,) = bench.reports
    for wrong in ([], [(report[0] + 1, *report[1:])], [(*report[:2], 98)], [report, (300, HEARS_ONES, 0)],
                  [report, (300, HEARS_TONE, 450)]):  # fmt: skip
        copy = Bench()
        copy.engine.source_mark(0, 99)
        copy.hear(copy.source(0))
        copy.run(500)
        copy.reports = wrong
        assert copy.complaints()
    assert bench.complaints() == []


def test_ones_are_a_dead_line() -> None:
    bench = Bench()
    for at in (501, 30, 24, 700):
        bench.hear(CELL_ONES)
        bench.run(at)
        bench.hear(CELL_IDLE)
        bench.run(400)
    assert bench.complaints() == []
    assert set(heard(bench)) == {(HEARS_ONES, 0), (HEARS_QUIET, 0)}
