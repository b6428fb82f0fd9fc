"""Generators of test patterns: the sequences of O.150 to O.153, dealing out; checkers' refusals, repeatability, shares.

The sequences expected are made bit by bit from the polynomials (switchsim.dsp.reference.patterns).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby, islice

import pytest
from pattern_path import CONFIG, Path, run, sync_story

from switchsim.assembly.share import EngineShare
from switchsim.dsp import isa
from switchsim.dsp.engine import CELL_ONES, NONE, Engine, EngineConfig, Event
from switchsim.dsp.patterns import PATTERNS, PRBS11, PRBS15, BertCounts
from switchsim.dsp.reference import patterns

STAGES = {name: shape[0] for name, shape in patterns.SHAPES.items()}


def sent(name: str, cycles: int, timeslots: int = 1, inverted: bool = False, cuts: tuple[int, ...] = ()) -> list[bytes]:
    """What a generator's sources carry, by source."""
    engine = Engine(CONFIG)
    for k in range(timeslots):
        engine.record_start(k, engine.first_source_cell + k)
    engine.pattern_start(0, PATTERNS[name], 0, timeslots, inverted)
    for cut in (*cuts, cycles):
        run(engine, cut)
    return [engine.record_drain(k) for k in range(timeslots)]


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("name", PATTERNS)
def test_o150_5_the_sequence_is_that_of_the_shift_register(name: str, inverted: bool) -> None:
    assert sent(name, 3000, inverted=inverted) == [patterns.octets(patterns.line_bits(name, inverted), 3000)]


@pytest.mark.parametrize("timeslots", [2, 7, 30, 31])
@pytest.mark.parametrize("name", ["2^11-1", "qrss", "alternating"])
def test_a_generator_deals_octets_out_frame_by_frame(name: str, timeslots: int) -> None:
    """N x 64 kbit/s: every frame carries the next N octets, one a timeslot."""
    line = patterns.octets(patterns.line_bits(name), 200 * timeslots)
    assert sent(name, 200, timeslots, cuts=(3, 4, 16, 101)) == [line[k::timeslots] for k in range(timeslots)]


def bits_of(octets: bytes) -> str:
    return "".join(f"{octet:08b}" for octet in octets)


def longest_run(bits: str, bit: str) -> int:
    return max(sum(1 for _ in run_of) for value, run_of in groupby(bits) if value == bit)


@pytest.mark.parametrize(("name", "zeros", "ones"), [
    ("2^9-1", 8, 9), ("2^11-1", 10, 11), ("2^15-1", 15, 14),
])  # fmt: skip
def test_o150_5_period_and_longest_runs(name: str, zeros: int, ones: int) -> None:
    """Over the period, 2^n - 1 bits; the inverted sequence has n zeros, a plain one n - 1 (O.151 2.1)."""
    period = (1 << STAGES[name]) - 1
    bits = bits_of(sent(name, (2 * period + 64) // 8 + 1)[0])
    assert bits[:period] == bits[period : 2 * period]
    assert all(bits[:64] != bits[k : k + 64] for k in range(1, period))
    assert (longest_run(bits, "0"), longest_run(bits, "1")) == (zeros, ones)


@pytest.mark.parametrize("name", ["2^20-1", "qrss", "2^23-1"])
def test_o150_5_the_register_comes_round_after_its_period(name: str) -> None:
    """31 timeslots together run through a long sequence fast; after the period come the octets of its start."""
    period = (1 << STAGES[name]) - 1
    cycles = period // (8 * 31) + 40
    engine = Engine(CONFIG)
    engine.pattern_start(0, PATTERNS[name], 0, 31)
    run(engine, cycles - 40, 8000)
    for k in range(31):
        engine.record_start(k, engine.first_source_cell + k)
    run(engine, cycles)
    columns = [engine.record_drain(k) for k in range(31)]
    tail = bits_of(bytes(octet for frame in zip(*columns, strict=True) for octet in frame))
    begins = period - (cycles - 40) * 8 * 31
    assert tail[begins : begins + 2000] == "".join(str(bit) for bit in islice(patterns.line_bits(name), 2000))


def test_o150_5_5_zero_suppression() -> None:
    """QRSS is the 2^20-1 sequence of taps 20 and 17 with 14 zeros at most; elsewhere it is that sequence."""
    columns = sent("qrss", 1000, 31)
    suppressed = bits_of(bytes(octet for frame in zip(*columns, strict=True) for octet in frame))
    plain = "".join(str(bit) for bit in islice(patterns.register(20, 17), len(suppressed) + 14))
    assert longest_run(suppressed, "0") == 14 < longest_run(plain, "0")
    forced = [k for k, bit in enumerate(suppressed) if bit != plain[k]]
    assert forced
    assert all(plain[k : k + 15] == "0" * 15 for k in forced)


# Generators and their sources


def test_a_stopped_generator_leaves_its_sources_idle() -> None:
    path = Path(timeslots=2)
    path.run(800)
    path.engine.source_idle(1)
    path.engine.source_mark(1, 7)
    path.engine.pattern_stop(0)
    path.engine.record_start(0, path.engine.first_source_cell)
    path.engine.record_start(1, path.engine.first_source_cell + 1)
    run(path.engine, 900)
    assert set(path.engine.record_drain(0)) == {0xD5}
    assert len(set(path.engine.record_drain(1))) > 10


def test_a_source_taken_from_its_generator_leaves_the_others_their_octets() -> None:
    line = patterns.octets(patterns.line_bits("2^11-1"), 300)
    engine = Engine(CONFIG)
    engine.pattern_start(0, PRBS11, 0, 3)
    for k in range(3):
        engine.record_start(k, engine.first_source_cell + k)
    run(engine, 50)
    engine.source_raw(1)
    engine.source_feed(1, b"\x55" * 50)
    run(engine, 100)
    assert [engine.record_drain(k) for k in (0, 2)] == [line[0::3], line[2::3]]
    assert engine.record_drain(1) == line[1:150:3] + b"\x55" * 50


def test_a_stopped_checker_counts_no_more() -> None:
    path = Path()
    path.run(800)
    path.engine.bert_stop(0)
    before = path.counts
    assert path.run(1600) == []
    assert path.counts == before
    assert before.bits > 0
    path.engine.bert_listen(0, PRBS15, path.cells)
    assert path.counts == BertCounts(0, 0, 0, 0, 0, 0, 0)


def test_what_is_out_of_range_is_refused() -> None:
    engine = Engine(CONFIG)
    cell = engine.first_switched_cell
    for refused in (
        lambda: engine.pattern_start(2, PRBS15, 0), lambda: engine.pattern_start(0, 0, 0),
        lambda: engine.pattern_start(0, 10, 0), lambda: engine.pattern_start(0, PRBS15, 10, 31),
        lambda: engine.pattern_start(0, PRBS15, 0, 0), lambda: engine.pattern_start(0, PRBS15, 0, 32),
        lambda: engine.pattern_error(0), lambda: engine.pattern_stop(2), lambda: engine.bert_listen(3, PRBS15, [cell]),
        lambda: engine.bert_listen(0, PRBS15, []), lambda: engine.bert_listen(0, PRBS15, [cell] * 32),
        lambda: engine.bert_listen(0, PRBS15, [NONE]), lambda: engine.bert_listen(0, 10, [cell]),
        lambda: engine.bert_stop(3), lambda: engine.bert_counters(3), lambda: engine.bert_slip(cell, 2),
        lambda: engine.bert_slip(NONE, 1),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            refused()
    engine.pattern_start(0, PRBS15, 0)
    assert engine.pattern_error(0, 0xFFFFFFFF)
    assert not engine.pattern_error(0, 1)


# Repeatability


def disturbed(path: Path, cut: int) -> bytes:
    """A second with errors, a gap and a slip, cut into calls of `cut` cycles; the journal and all octets."""
    engine = path.engine
    events: list[Event] = []
    acts: dict[int, Callable[[], object]] = {
        805: lambda: engine.line_errors(0, 20_000_000, 9), 2003: lambda: engine.connect(path.cell + 1, CELL_ONES),
        2301: lambda: engine.connect(path.cell + 1, engine.first_source_cell + 1),
        3002: lambda: engine.line_errors(0, 0, 0), 4007: lambda: engine.bert_slip(path.cell, -1),
        5001: lambda: engine.pattern_error(0, 100),
    }  # fmt: skip
    for at, act in acts.items():
        events += run(engine, at, cut)
        act()
    events += run(engine, 6000, cut)
    return repr(sync_story(events)).encode() + engine.snapshot()


@pytest.mark.parametrize("timeslots", [1, 2, 31])
def test_no_cut_and_no_instruction_set_changes_anything(timeslots: int) -> None:
    want = disturbed(Path("qrss", timeslots), 6000)
    assert b"(4007, 0, 2)" in want
    assert [disturbed(Path("qrss", timeslots), cut) for cut in (1, 3, 160)] == [want] * 3
    best = isa.selected()
    for name in isa.NAMES[: isa.NAMES.index(best) + 1]:
        isa.choose(name)
        assert disturbed(Path("qrss", timeslots), 160) == want
    isa.choose(best)
    assert disturbed(Path("qrss", timeslots), 6000) != disturbed(Path("2^20-1", timeslots), 6000)


@pytest.mark.parametrize("at", [803, 810, 2100, 4012])
def test_a_snapshot_goes_on_as_it_was(at: int) -> None:
    path, other = Path("2^11-1", 3), Path("2^15-1", 1)
    path.run(at)
    other.engine.restore(path.engine.snapshot())
    assert path.run(at + 900) == other.run(at + 900)
    assert path.engine.snapshot() == other.engine.snapshot()


def test_a_share_of_a_core_counts_its_own_units_from_nought() -> None:
    """The second of two machines in one core: its generator 0 and checker 0 are others than the first one's."""
    core = Engine(EngineConfig(n_sources=6, n_switched=64, n_patterns=2, n_berts=2))
    own = EngineConfig(n_sources=3, n_switched=32, n_patterns=1, n_berts=1)
    shares = [EngineShare(core, own, EngineConfig()), EngineShare(core, own, own)]
    for pattern, share in zip((PRBS11, PRBS15), shares, strict=True):
        cells = range(share.first_switched_cell, share.first_switched_cell + 3)
        for k, cell in enumerate(cells):
            share.connect(cell, share.first_source_cell + k)
        share.pattern_start(0, pattern, 0, 3)
        share.bert_listen(0, pattern, cells)
    run(core, 800)
    assert shares[1].pattern_error(0, 5)
    shares[0].bert_slip(shares[0].first_switched_cell, 1)
    run(core, 1600)
    assert [share.bert_counters(0)[4:] for share in shares] == [(1, 1, 1), (0, 0, 1)]
    assert shares[1].bert_counters(0).errors == 5 == core.bert_counters(1).errors
    shares[0].pattern_stop(0)
    shares[0].bert_stop(0)
    run(core, 2400)
    assert shares[1].bert_counters(0).errors == 5
