"""Checkers of test patterns: sync, errors counted once, loss of sync by O.150 4.2, slips."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import spandsp_peer
from pattern_path import CONFIG, SECOND, Path, run, sync_story

from switchsim.dsp.engine import CELL_IDLE, CELL_ONES, Engine, Event
from switchsim.dsp.patterns import LOST_PHASE, LOST_RATIO, PATTERNS, PRBS15, BertCounts
from switchsim.dsp.reference import patterns

SHAPES = patterns.SHAPES

# Synchronisation


@pytest.mark.parametrize("timeslots", [1, 3, 31])
@pytest.mark.parametrize("name", PATTERNS)
def test_a_checker_synchronises_and_counts_every_bit(name: str, timeslots: int) -> None:
    path = Path(name, timeslots)
    ((at, synced, _),) = path.run(2000)
    assert synced == 1
    assert at < 8 + 3 * 8
    assert path.counts == BertCounts((2000 - at - 1) * 8 * timeslots, 0, 0, 1, 0, 0, 1)


@pytest.mark.parametrize("name", ["2^15-1", "2^11-1", "2^9-1", "2^23-1", "2^20-1", "qrss"])
def test_an_inverted_stream_is_not_in_sync(name: str) -> None:
    """O.151 inverts 2^15-1: a checker locked to the complement would call a wrong polarity good."""
    path = Path(name, inverted=True)
    assert path.run(SECOND) == []
    assert path.counts == BertCounts(0, 0, 0, 0, 0, 0, 0)
    path.engine.bert_listen(0, PATTERNS[name], path.cells, inverted=True)
    assert [a for _, a, _ in path.run(SECOND + 100)] == [1]


@pytest.mark.parametrize("cell", [CELL_ONES, CELL_IDLE], ids=["ones", "idle"])
@pytest.mark.parametrize("name", SHAPES)
def test_a_constant_line_is_no_sequence(name: str, cell: int) -> None:
    """Ones on the line (AIS), and zeros, would keep a register of zeros or ones going: that state is no part of it."""
    engine = Engine(CONFIG)
    engine.connect(engine.first_switched_cell, cell)
    engine.connect(engine.first_switched_cell + 1, engine.first_source_cell)
    engine.pattern_start(0, PATTERNS["zeros"], 0)
    for bert in range(2):
        engine.bert_listen(bert, PATTERNS[name], [engine.first_switched_cell + bert])
        engine.bert_listen(2, PATTERNS[name], [engine.first_switched_cell], inverted=True)
    assert run(engine, SECOND) == []


@pytest.mark.parametrize("name", SHAPES)
def test_no_pattern_is_taken_for_another(name: str) -> None:
    for other in PATTERNS:
        path = Path(name, checked=other)
        assert path.run(2000) == [] or other == name


@pytest.mark.parametrize("inverted", [False, True])
def test_alternating_bits_have_two_phases(inverted: bool) -> None:
    path = Path("alternating", inverted=inverted)
    assert [a for _, a, _ in path.run(400)] == [1]
    assert path.counts.errors == 0


# Errors


@pytest.mark.parametrize("timeslots", [1, 5])
@pytest.mark.parametrize("name", PATTERNS)
def test_a_single_error_counts_once(name: str, timeslots: int) -> None:
    """A self-synchronising checker would count it once a tap and once for the bit itself."""
    path = Path(name, timeslots)
    path.run(803)
    assert path.engine.pattern_error(0, 1)
    path.run(1600)
    assert path.counts[1:] == (1, 1, 1, 0, 0, 1)
    assert path.engine.pattern_error(0, 24)
    path.run(2400)
    assert path.counts[1:] == (25, 25, 1, 0, 0, 1)


def test_errors_of_one_octet_are_one_errored_octet() -> None:
    path = Path()
    path.run(800)
    path.engine.gate(path.cell, 0xFF, 0, 0x13)
    path.run(802)
    path.engine.gate(path.cell, 0xFF, 0, 0)
    path.run(1600)
    assert path.counts[1:3] == (6, 2)


@pytest.mark.parametrize("rate_ppb", [1_000_000, 10_000_000, 100_000_000])
def test_line_errors_are_counted_bit_for_bit(rate_ppb: int) -> None:
    """Random errors up to 1 in 10 do not lose the sync; every one is counted, as the line tells."""
    path = Path(timeslots=31)
    path.run(80)
    path.engine.connect(path.cell + 31, CELL_IDLE)
    path.engine.line_errors(0, rate_ppb, 5)
    path.run(SECOND)
    other = Engine(CONFIG)  # the same errors on a quiet line tell those of the cell that is not checked
    other.line_define(0, other.first_switched_cell)
    run(other, 80)
    other.line_errors(0, rate_ppb, 5)
    other.record_start(0, other.first_switched_cell + 31)
    run(other, SECOND)
    unchecked = sum((octet ^ 0xD5).bit_count() for octet in other.record_drain(0))
    assert path.counts.losses == 0
    assert path.counts.bits == (SECOND - 16) * 248
    assert path.counts.errors == path.engine.line_error_count(0) - unchecked


# Loss of sync (O.150 4.2)


def flipped(engine: Engine, cell: int, octets: Iterator[int]) -> None:
    """Exclusive-or these octets upon a cell, one a cycle."""
    for octet in octets:
        engine.gate(cell, 0xFF, 0, octet)
        run(engine, engine.now + 1)
    engine.gate(cell, 0xFF, 0, 0)


@pytest.mark.parametrize(("spared", "lost"), [(0, True), (1, False)], ids=["a fifth", "a bit less"])
def test_o150_4_2_a_a_fifth_of_wrong_bits_in_a_second_loses_sync(spared: int, lost: bool) -> None:
    """12,800 of the 64,000 bits after the sync are wrong, the last of them just before the second ends; 12,799 are not
    enough, and the errors of the next second are counted from nought."""
    path = Path("2^23-1")
    synced = path.run(24)[0][0]
    assert synced == 23
    flipped(path.engine, path.cell, (0xFF if k % 5 == 0 else 0 for k in range(SECOND - 8)))
    assert path.counts == BertCounts(64_000 - 64, 12_800 - 8, 1599, 1, 0, 0, 1)
    run(path.engine, path.engine.now + 3)
    flipped(path.engine, path.cell, iter([0xFF >> spared]))
    assert path.run(synced + SECOND + 1) == ([(synced + SECOND, 0, LOST_RATIO)] if lost else [])
    flipped(path.engine, path.cell, (0xFF if k % 5 == 0 else 0 for k in range(SECOND - 8)))
    assert path.counts.losses == int(lost)


@pytest.mark.parametrize("name", SHAPES)
def test_ones_in_place_of_the_sequence_lose_it_by_ratio_alone(name: str) -> None:
    """AIS is no other phase of the sequence: half the bits are wrong, and a fifth of a second's are after 0.4 s."""
    path = Path(name)
    synced = path.run(800)[0][0]
    path.engine.connect(path.cell, CELL_ONES)
    ((at, a, b),) = path.run(2 * SECOND)
    assert (a, b) == (0, LOST_RATIO)
    assert 0.38 * SECOND < at - 800 < 0.42 * SECOND
    assert path.counts.losses == 1
    assert path.counts.slips == 0
    assert at % 8 == synced % 8 == 7
    path.engine.connect(path.cell, path.engine.first_source_cell)
    assert [a for _, a, _ in path.run(2 * SECOND + 40)] == [1]


@pytest.mark.parametrize("timeslots", [1, 31])
@pytest.mark.parametrize("name", SHAPES)
def test_o150_4_2_b_a_slip_of_eight_bits_loses_sync_and_finds_it_again(name: str, timeslots: int) -> None:
    """The sequence out of phase by an octet (one frame of every timeslot): lost within two rows, found again in two."""
    path = Path(name, timeslots)
    path.run(803)
    engine = path.engine
    engine.bert_slip(path.cell, 1)
    (lost_at, a, b), (found_at, found, _) = path.run(1600)
    assert (a, b, found) == (0, LOST_PHASE, 1)
    assert 803 <= lost_at < 803 + 24
    assert lost_at < found_at <= lost_at + 16
    counts = path.counts
    assert counts[3:] == (2, 1, 1, 1)
    path.run(2400)
    assert path.counts.errors == counts.errors >= 8


def fed(pattern: int, octets: bytes) -> tuple[Engine, list[Event]]:
    """A checker hears these octets, whole blocks of 20 ms."""
    engine = Engine(CONFIG)
    engine.source_raw(0)
    engine.bert_listen(0, pattern, [engine.first_source_cell])
    events = []
    for k in range(0, len(octets), 160):
        engine.source_feed(0, octets[k : k + 160])
        events += run(engine, k + 160)
    return engine, events


@pytest.mark.parametrize("how", [1, -1])
def test_a_real_shift_is_seen_as_a_slip(how: int) -> None:
    """The same from octets that really are late or early: what a recorder took of the sequence, fed one octet off."""
    line = patterns.octets(patterns.line_bits("2^15-1"), 1000)
    slipped = line[:500] + (line[499:] if how > 0 else line[501:])
    engine, events = fed(PRBS15, slipped[:960])
    story = [(a, b) for _, a, b in sync_story(events)]
    assert story == [(1, 0), (0, LOST_PHASE), (1, 0)]
    assert engine.bert_counters(0)[3:] == (2, 1, 1, 1)


@pytest.mark.parametrize("how", [1, -1])
@pytest.mark.parametrize("name", SHAPES)
def test_the_reference_steps_the_way_that_the_line_does_not(name: str, how: int) -> None:
    """A repeated frame leaves the line one behind the reference: to see it, the reference goes one on. So octets that
    really lack one fit the reference that went on, bit for bit, and octets that repeat one that which went back."""
    line = patterns.octets(patterns.line_bits(name), 700)
    came = line[:300] + (line[301:] if how > 0 else line[299:])
    for told in (how, -how):
        engine = Engine(CONFIG)
        engine.connect(engine.first_switched_cell, engine.first_source_cell)
        engine.source_raw(0)
        engine.bert_listen(0, PATTERNS[name], [engine.first_switched_cell])
        engine.source_feed(0, came[:640])
        run(engine, 308)
        engine.bert_slip(engine.first_switched_cell, told)
        run(engine, 600)
        fits = engine.bert_counters(0)[3:] == (1, 0, 0, 1) and engine.bert_counters(0).errors == 0
        assert fits == (told == how)


@pytest.mark.parametrize("how", [1, -1])
def test_the_reference_steps_as_the_octets_would(how: int) -> None:
    """Stepping the reference one frame on, then back, leaves it where it was; a fixed pattern knows no slip."""
    for name in PATTERNS:
        path = Path(name, 3)
        path.run(800)
        path.engine.bert_slip(path.cell, how)
        path.engine.bert_slip(path.cell, -how)
        if name not in SHAPES:
            path.engine.bert_slip(path.cell, how)
        path.engine.bert_slip(path.cell + 1, how)  # another line's cells
        assert path.run(1600) == []
        assert path.counts.errors == 0


# libspandsp's tester as a judge: polynomials and polarity


def libspandsp(name: str) -> tuple[Any, Any, Any]:
    """(ffi, library, a tester of this pattern)."""
    peer = spandsp_peer.load()
    assert peer is not None
    ffi, lib = peer
    return ffi, lib, lib.bert_init(ffi.NULL, 0, spandsp_peer.BERT_PATTERNS[name], 300, 20)


@pytest.mark.peer("libspandsp2", library="spandsp")
@pytest.mark.parametrize("name", spandsp_peer.BERT_PATTERNS)
def test_libspandsp_is_in_sync_with_what_we_send(name: str) -> None:
    ffi, lib, tester = libspandsp(name)
    path = Path(name)
    path.engine.record_start(0, path.cell)
    path.run(8 + 4000)
    for octet in path.engine.record_drain(0)[8:]:
        for bit in range(8):
            lib.bert_put_bit(tester, octet >> 7 - bit & 1)
    results = ffi.new("bert_results_t *")
    lib.bert_result(tester, results)
    assert (results.bad_bits, results.resyncs) == (0, 0)
    assert results.total_bits > 31_000
    lib.bert_free(tester)


@pytest.mark.peer("libspandsp2", library="spandsp")
@pytest.mark.parametrize("name", spandsp_peer.BERT_PATTERNS)
def test_we_are_in_sync_with_what_libspandsp_sends(name: str) -> None:
    _, lib, tester = libspandsp(name)
    bits = (lib.bert_get_bit(tester) for _ in range(8 * 1600))
    engine, events = fed(PATTERNS[name], patterns.octets(bits, 1600))
    assert [a for _, a, _ in sync_story(events)] == [1]
    assert engine.bert_counters(0).errors == 0
    assert engine.bert_counters(0).bits > 8 * 1500
    lib.bert_free(tester)
