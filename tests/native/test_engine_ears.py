"""Ears: who hears whom is measured, to the cycle; tones, prompts, mixes and what is none of them."""

from __future__ import annotations

import random

import pytest

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
    NONE,
    Engine,
    EngineConfig,
)
from switchsim.dsp.reference import g711, mark


def speech(seed: int, n_octets: int) -> bytes:
    """Low-pass noise that swells and fades five times a second."""
    rng, x, octets = random.Random(seed), 0.0, bytearray()
    for n in range(n_octets):
        x = 0.9 * x + rng.gauss(0, 400)
        octets.append(g711.alaw_encode(int(x * (1 + n % 1600) / 1600)))
    return bytes(octets)


SPEECH = [speech(seed, 4000) for seed in range(3)]
PAUSED = speech(3, 1500) + bytes([0xD5]) * 2400 + speech(4, 1500)
DIAL = Tone((350_000, 440_000), (-13_000, -13_000))
BUSY = Tone((450_000,), (-10_000,), (2800, 2800))
SINGLES = [Tone((hz * 1000,), (-10_000,)) for hz in (350, 400, 425, 440, 450, 480, 620, 950)]
PAIRS = [Tone((low * 1000, high * 1000), (-13_000, -13_000)) for low, high in ((440, 480), (480, 620), (400, 450))]
TONES = [DIAL, BUSY, *SINGLES, *PAIRS]
PATH = 24
"""Cycles from a source's cell to the ear of the fixture: three switched cells."""

Heard = list[tuple[int, int, int]]
"""(cycle, what, which)"""


class Bench:
    """Four sources; source 0 goes over three switched cells to ear 0."""

    def __init__(self, prompts: list[bytes] | None = None) -> None:
        self.engine = Engine(
            EngineConfig(n_sources=8, n_switched=64, n_lines=1, n_conferences=1, n_ears=4, n_receivers=2),
            Assets([*SPEECH, PAUSED] if prompts is None else prompts, TONES),
        )
        self.first = self.engine.first_switched_cell
        self.engine.line_define(0, self.first)
        for hop in range(3):
            source = self.engine.first_source_cell if hop == 0 else self.first + hop - 1
            self.engine.connect(self.first + hop, source)
        self.engine.ear_listen(0, self.first + 2)

    def run(self, until: int, ear: int = 0) -> Heard:
        found: Heard = []
        while self.engine.now < until:
            found += [(e.at, e.a, e.b) for e in self.engine.run(until) if e.kind == EV_HEARS and e.unit == ear]
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("at", range(40, 49))
def test_a_mark_is_heard_from_its_first_octet(bench: Bench, at: int) -> None:
    bench.run(at)
    bench.engine.source_mark(0, 77)
    assert bench.run(400) == [(at + PATH, HEARS_MARK, 77)]


@pytest.mark.parametrize("at", range(400, 409))
@pytest.mark.parametrize("parties", [(77, 1234), (5, 4), (2047, 1)])
def test_a_change_of_party_is_heard_to_the_cycle(bench: Bench, at: int, parties: tuple[int, int]) -> None:
    """Both marks go on; a switched cell is turned from one to the other in the middle of a row."""
    engine = bench.engine
    for source, party in enumerate(parties):
        engine.source_mark(source, party)
    bench.run(at)
    engine.connect(bench.first + 1, engine.first_source_cell + 1)
    (when, what, which), = bench.run(800)
    assert (what, which) == (HEARS_MARK, parties[1])
    before = [mark.octet(parties[0], cycle - PATH) for cycle in range(at, at + 24)]
    after = [mark.octet(parties[1], cycle - PATH + 8) for cycle in range(at, at + 24)]
    first_other = next(k for k in range(8, 24) if before[k] != after[k])
    assert when == at + first_other


def test_the_reference_reads_what_a_source_speaks(bench: Bench) -> None:
    for party in (1, 2, 1000, 2047):
        for row in (0, 1, 31, 32, 255, 256, 100_000):
            assert mark.who(bytes(mark.octet(party, 8 * row + j) for j in range(8))) == party
    damaged = bytearray(mark.octet(1000, j) for j in range(8))
    damaged[3] ^= 4
    assert mark.who(bytes(damaged)) == 0


def test_a_party_that_falls_silent_and_a_dead_line(bench: Bench) -> None:
    engine = bench.engine
    engine.source_mark(0, 9)
    assert bench.run(203) == [(PATH, HEARS_MARK, 9)]
    engine.source_idle(0)
    assert bench.run(501) == [(203 + PATH, HEARS_QUIET, 0)]
    engine.line_cut(0, True)
    assert bench.run(1003) == [(501, HEARS_ONES, 0)]
    engine.line_cut(0, False)
    engine.connect(bench.first + 2, CELL_IDLE)
    assert bench.run(1200) == [(1003, HEARS_QUIET, 0)]


def test_a_deaf_ear_hears_quiet_and_a_turned_one_the_new_cell(bench: Bench) -> None:
    engine = bench.engine
    engine.source_mark(0, 9)
    engine.source_mark(1, 10)
    bench.run(205)
    engine.ear_listen(0, engine.first_source_cell + 1)
    assert bench.run(303) == [(205, HEARS_MARK, 10)]
    engine.ear_listen(0, CELL_ONES)
    assert bench.run(402) == [(303, HEARS_ONES, 0)]
    engine.ear_listen(0, NONE)
    assert bench.run(600) == [(402, HEARS_QUIET, 0)]


def test_bit_errors_do_not_chatter(bench: Bench) -> None:
    """One bit in 10,000 on the line for ten seconds: the party stays heard."""
    engine = bench.engine
    engine.source_mark(0, 300)
    engine.line_errors(0, 100_000, 1)
    assert bench.run(80_000) == [(PATH, HEARS_MARK, 300)]
    assert engine.line_error_count(0) > 1500


@pytest.mark.parametrize("tone", range(2, len(TONES)), ids=lambda tone: str(TONES[tone].freqs_mhz))
def test_a_tone_is_named_by_its_lowest_frequency(bench: Bench, tone: int) -> None:
    for start in (1000, 1077):
        bench = Bench()
        bench.run(start)
        bench.engine.source_tone(0, tone)
        (at, what, which), = bench.run(9000)
        assert (what, which) == (HEARS_TONE, min(TONES[tone].freqs_mhz) // 1000)
        assert start + PATH <= at <= start + PATH + 3


def test_dial_tone_after_speech(bench: Bench) -> None:
    bench.engine.source_mark(0, 2)
    bench.run(1003)
    bench.engine.source_tone(0, 0)
    (at, what, which), = bench.run(5000)
    assert (what, which) == (HEARS_TONE, 350)
    assert 1003 + PATH <= at <= 1003 + PATH + 3


def test_a_cadence_can_be_measured(bench: Bench) -> None:
    """Busy tone, GF 002: 0.35 s on, 0.35 s off."""
    bench.engine.source_tone(0, 1)
    heard = bench.run(20_000)
    assert [what for _, what, _ in heard] == [HEARS_TONE, HEARS_QUIET] * 4
    for i, (at, _, _) in enumerate(heard):
        assert abs(at - PATH - 2800 * i) <= 2


@pytest.mark.parametrize("at", [500, 503, 519])
def test_a_prompt_is_known_and_followed_through_its_pauses(bench: Bench, at: int) -> None:
    bench.run(at)
    bench.engine.source_prompts(0, [3])
    heard = bench.run(at + 9000)
    (start, what, which), (end, *after) = heard
    assert (what, which) == (HEARS_PROMPT, 3)
    assert at + PATH <= start <= at + PATH + 60
    assert after == [HEARS_QUIET, 0]
    assert abs(end - (at + PATH + len(PAUSED))) <= 1


def test_prompts_one_after_the_other_begin_where_they_do(bench: Bench) -> None:
    bench.run(400)
    bench.engine.source_prompts(0, [1, 2])
    heard = bench.run(12_000)
    assert [(what, which) for _, what, which in heard] == [(HEARS_PROMPT, 1), (HEARS_PROMPT, 2), (HEARS_QUIET, 0)]
    assert abs(heard[1][0] - (400 + PATH + 4000)) <= 60
    assert abs(heard[2][0] - (400 + PATH + 8000)) <= 60


def test_a_prompt_joined_in_the_middle(bench: Bench) -> None:
    bench.engine.ear_listen(0, NONE)
    bench.engine.source_prompts(0, [2])
    bench.run(1003)
    bench.engine.ear_listen(0, bench.first + 2)
    heard = bench.run(3900)
    assert heard[-1] == (1003, HEARS_PROMPT, 2)


def test_dtmf_is_sound_and_pauses_of_it_do_not_chatter(bench: Bench) -> None:
    bench.run(100)
    bench.engine.source_digits(0, "159D#", 400, 400, -9000, -7000)
    heard = bench.run(8000)
    assert [what for _, what, _ in heard] == [HEARS_SOUND, HEARS_QUIET]


@pytest.mark.parametrize("party", [1, 64, 777, 2047])
def test_marks_are_no_digits(bench: Bench, party: int) -> None:
    bench.engine.source_mark(0, party)
    bench.engine.receiver_listen(0, bench.first)
    events = []
    while bench.engine.now < 40_000:
        events += bench.engine.run(40_000)
    assert [event.kind for event in events] == [EV_HEARS]


def conference(bench: Bench, hears: dict[int, int]) -> None:
    """Legs 0.. speak marks 100.. and hear the masks; ear l listens to leg l."""
    engine = bench.engine
    for leg, mask in hears.items():
        engine.source_mark(leg, 100 + leg)
        engine.connect(bench.first + 40 + leg, engine.first_source_cell + leg)
        engine.conference_leg(0, leg, bench.first + 40 + leg, mask)
        engine.ear_listen(leg, engine.first_conference_cell + leg)


def test_three_parties_hear_the_other_two(bench: Bench) -> None:
    bench.run(505)
    conference(bench, {0: 0b110, 1: 0b101, 2: 0b011})
    heard: dict[int, list[tuple[int, int]]] = {0: [], 1: [], 2: []}
    while bench.engine.now < 6000:
        for event in bench.engine.run(6000):
            heard[event.unit].append((event.a, event.b))
    mixes = {0: 102 << 16 | 101, 1: 102 << 16 | 100, 2: 101 << 16 | 100}
    assert {leg: found[-1] for leg, found in heard.items()} == {leg: (HEARS_MIX, pair) for leg, pair in mixes.items()}


def test_listen_in_and_whisper(bench: Bench) -> None:
    """Leg 2 hears both and only leg 1 hears it: the caller, leg 0, hears the agent alone, octet for octet."""
    conference(bench, {0: 0b010, 1: 0b101, 2: 0b011})
    assert bench.run(6000, ear=0)[-1][1:] == (HEARS_MARK, 101)


def test_a_party_that_leaves_a_mix(bench: Bench) -> None:
    conference(bench, {0: 0b110, 1: 0b101, 2: 0b011})
    bench.run(5003)
    bench.engine.conference_leg(0, 2, NONE, 0)
    assert bench.run(9000) == [(5003, HEARS_MARK, 101)]


def test_five_parties_with_unequal_paths(bench: Bench) -> None:
    """Ids are found at every path delay, and the two lowest are named."""
    engine = bench.engine
    bench.run(505)
    for leg in range(5):
        engine.source_mark(leg, 500 - leg)
        cell = engine.first_source_cell + leg
        for hop in range(leg):
            engine.connect(bench.first + 32 + 5 * leg + hop, cell)
            cell = bench.first + 32 + 5 * leg + hop
        engine.conference_leg(0, leg, cell, 0)
    engine.conference_leg(0, 7, NONE, 0b11111)
    engine.ear_listen(1, engine.first_conference_cell + 7)
    assert bench.run(5000, ear=1)[-1][1:] == (HEARS_MIX, 497 << 16 | 496)


def test_speech_and_a_mark_are_sound(bench: Bench) -> None:
    conference(bench, {0: 0, 1: 0b101})
    bench.engine.conference_leg(0, 2, bench.first + 42, 0)
    bench.engine.connect(bench.first + 42, bench.engine.first_source_cell + 2)
    bench.engine.source_prompts(2, [0], loop=True)
    assert bench.run(9000, ear=1)[-1][1:] == (HEARS_SOUND, 0)
