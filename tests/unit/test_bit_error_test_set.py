"""Bit error rate test sets at the ends of a line: sync, errors by the second, G.821, slips, losses, what they leave."""

from __future__ import annotations

import pytest

from switchsim.dsp.e1_lines import ERR_BIT, E1Config, E1Error
from switchsim.dsp.engine import CELL_IDLE, EV_BERT, Engine, EngineConfig, philox
from switchsim.dsp.patterns import PATTERNS
from switchsim.farend.test_set import BitErrorConfig, BitErrorTestSet, in_words, timeslots_of
from switchsim.kernel.journal import Journal
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Event
from switchsim.model.events import decode_line
from switchsim.model.line_events import PatternErrors, PatternLost, PatternResult, PatternSync
from switchsim.model.order import Act, Value
from switchsim.units import ms, seconds

ENDS = ("machine", "far")
SECOND = seconds(1)


class Line:
    """Direction 0 leads to the machine, 1 away from it; a test set stands at each end. `looped`: at the machine."""

    def __init__(self, *, looped: bool = True, batch: int = 160) -> None:
        self.engine = engine = Engine(EngineConfig(
            n_sources=2 * 31, n_switched=64, n_e1=2, n_patterns=2, n_berts=2, n_recorders=2,
        ))  # fmt: skip
        first = engine.first_switched_cell
        self.cells = (first, first + 32)
        for unit, cell in enumerate(self.cells):
            engine.e1_define(unit, E1Config(first_cell=cell, opposite=1 - unit))
        self.journal: list[bytes] = []
        self.kernel = Kernel(engine, Journal(self.journal.append, lambda _: None), Streams(1, philox), batch=batch)
        for unit, end in enumerate(ENDS):
            config = BitErrorConfig(
                line="e1-0", end=end, first_sent=self.cells[1 - unit], first_received=self.cells[unit],
                generator=unit, bert=unit, first_source=31 * unit,
            )  # fmt: skip
            path = f"farend/test/{end}"
            self.kernel.add(BitErrorTestSet(path, self.kernel, engine, config))
            self.kernel.own_media([EV_BERT], unit, path)
        if looped:
            for timeslot in range(1, 32):
                engine.connect(self.cells[1] + timeslot, self.cells[0] + timeslot)
        self.kernel.power_on()

    def act(self, at: int, act: str, end: str = "far", **values: Value) -> None:
        self.kernel.order(at, f"farend/test/{end}", Act(act, values))

    def start(self, at: int = ms(100), pattern: str = "2^15-1", timeslots: Value = "1-15,17-31",
              inverted: int = 0) -> None:
        self.act(at, "start", pattern=pattern, timeslots=timeslots, inverted=inverted)

    def told(self) -> list[tuple[int, Event]]:
        """What test sets told, with the cycle."""
        records = [decode_line(line) for line in b"".join(self.journal).splitlines()[1:]]
        kinds = (PatternSync, PatternLost, PatternErrors, PatternResult)
        return [(record.at, record.event) for record in records if isinstance(record.event, kinds)]

    def result(self) -> PatternResult:
        """The one at the end of what was told."""
        event = self.told()[-1][1]
        assert isinstance(event, PatternResult)
        return event


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("timeslots", ["7", "1-15,17-31"])
def test_a_looped_line_without_errors(pattern: str, timeslots: str) -> None:
    """In sync after the loop's two rows and the checker's; nothing is told of clean seconds."""
    line = Line()
    line.start(pattern=pattern, timeslots=timeslots)
    line.act(ms(3150), "stop")
    line.kernel.run(ms(3200))
    (at, synced), (_, result) = line.told()
    count = len(timeslots_of(timeslots))
    assert synced == PatternSync("e1-0", "far", timeslots, pattern)
    assert ms(100) < at <= ms(100) + 48
    assert isinstance(result, PatternResult)
    assert 64 * count * (3050 - 6) < result.bits < 64 * count * 3050
    expected = PatternResult("e1-0", "far", timeslots, pattern, 3, result.bits, 0, 0, 0, 0, 0, 0)
    assert result == expected


def test_two_test_sets_hear_each_other() -> None:
    line = Line(looped=False)
    line.start(timeslots=3)
    line.act(ms(100), "start", "machine", pattern="2^11-1", timeslots="3")
    line.kernel.run(ms(300))
    assert line.told() == []  # different patterns
    line.act(ms(300), "start", "machine", pattern="2^15-1", timeslots="3")
    line.kernel.run(ms(400))
    sync = [event for _, event in line.told() if isinstance(event, PatternSync)]
    assert sync == [PatternSync("e1-0", end, "3", "2^15-1") for end in ENDS]


def test_wrong_bits_that_are_sent_make_an_errored_second() -> None:
    line = Line()
    line.start(timeslots="1-2")
    line.act(ms(2500), "error", count=5)
    line.act(ms(4150), "stop")
    line.act(ms(4160), "error")  # nothing runs: nothing happens
    line.kernel.run(ms(4200))
    assert line.told()[1] == (ms(3100), PatternErrors("e1-0", "far", 2, 128_000, 5))
    result = line.result()
    assert (result.errors, result.errored_seconds, result.severely_errored_seconds) == (5, 1, 0)


@pytest.mark.parametrize(("errors", "severe"), [(127, 0), (128, 1)])
def test_g821_3_2_a_bit_error_ratio_of_one_in_a_thousand_is_severe(errors: int, severe: int) -> None:
    """128 of the 128,000 bits of two timeslots; the line makes them, every other one on its way out and back."""
    line = Line()
    line.start(timeslots="1-2")
    line.kernel.run(ms(1200))
    line.engine.e1_level(0, True)
    line.engine.e1_inject(0, 0, E1Error(kind=ERR_BIT, count=errors, timeslots=0b110, bits=0xFF))
    line.act(ms(3150), "stop")
    line.kernel.run(ms(3200))
    result = line.result()
    assert (result.errors, result.errored_seconds, result.severely_errored_seconds) == (errors, 1, severe)
    assert result.sync_losses == 0


def test_a_dead_line_makes_unavailable_time_after_ten_severe_seconds() -> None:
    """G.821 annex A: the ten seconds that decide belong to it, and so do those that decide the end."""
    line = Line()
    line.start(timeslots="5")
    line.kernel.run(ms(2600))
    line.engine.e1_mute(0, True)
    line.kernel.run(ms(15_600))
    line.engine.e1_mute(0, False)
    line.act(ms(30_150), "stop")
    line.kernel.run(ms(30_200))
    lost = [event for _, event in line.told() if isinstance(event, PatternLost)]
    assert lost == [PatternLost("e1-0", "far", "5", "2^15-1", "ratio")]
    result = line.result()
    assert (result.seconds, result.unavailable_seconds, result.severely_errored_seconds) == (30, 14, 0)
    assert (result.sync_losses, result.slips, result.errored_seconds) == (1, 0, 0)


@pytest.mark.parametrize("how", [1, -1])
def test_a_slip_is_a_pattern_out_of_phase(how: int) -> None:
    """The frame that a slip takes or gives: sync lost, found again, one severely errored second, one slip."""
    line = Line()
    line.start()
    line.kernel.run(ms(1500))
    line.engine.e1_slip(1, how)
    line.act(ms(3150), "stop")
    line.kernel.run(ms(3200))
    (lost_at, lost), (found_at, found) = [row for row in line.told()[1:] if not isinstance(row[1], PatternErrors)][:2]
    assert lost == PatternLost("e1-0", "far", "1-15,17-31", "2^15-1", "phase")
    assert isinstance(found, PatternSync)
    assert ms(1500) <= lost_at < found_at < ms(1500) + 64
    result = line.result()
    assert (result.sync_losses, result.slips, result.severely_errored_seconds) == (1, 1, 1)
    assert 0 < result.errors < 4 * 8 * 240


def test_a_pattern_that_never_comes_back_is_never_in_sync() -> None:
    """Every second counts as lost; the run ends without a stop, and the result is told all the same."""
    line = Line(looped=False)
    line.start()
    line.kernel.run(ms(12_200))
    line.kernel.part("farend/test/far").closing()
    result = line.result()
    assert (result.bits, result.seconds, result.unavailable_seconds) == (0, 12, 12)


@pytest.mark.parametrize("stopped", [True, False])
def test_a_second_that_ends_with_the_measurement_is_one_of_it(stopped: bool) -> None:
    """A stop, or the end of the run, after whole seconds to the cycle; the last of them has an error."""
    line = Line()
    line.start(timeslots="1-2")
    line.act(ms(2500), "error")
    if stopped:
        line.act(ms(3100), "stop")
    line.kernel.run(ms(3100) + stopped)
    if not stopped:
        line.kernel.part("farend/test/far").closing()
    assert line.told()[-2] == (ms(3100), PatternErrors("e1-0", "far", 2, 128_000, 1))
    result = line.result()
    assert (result.seconds, result.errors, result.errored_seconds) == (3, 1, 1)


def test_a_stopped_test_set_leaves_the_line_as_it_was() -> None:
    line = Line()
    line.engine.connect(line.cells[0] + 4, CELL_IDLE)
    line.engine.source_mark(0, 9)
    line.engine.connect(line.cells[0] + 5, line.engine.first_source_cell)
    line.start(timeslots="4-5")
    line.act(ms(1000), "stop")
    line.kernel.run(ms(1010))
    for recorder, timeslot in enumerate((4, 5)):
        line.engine.record_start(recorder, line.cells[0] + timeslot)
    line.kernel.run(ms(1030))
    assert set(line.engine.record_drain(0)) == {0xD5}
    assert len(set(line.engine.record_drain(1))) > 10
    line.act(ms(1030), "stop")
    line.start(ms(1040), timeslots="4")
    line.kernel.run(ms(1100))
    assert [type(event) for _, event in line.told()] == [PatternSync, PatternResult, PatternSync]


def play(line: Line, until: int) -> None:
    line.start(timeslots="1-3")
    line.act(ms(1400), "error", count=400)
    line.start(ms(2300), "qrss", "9", inverted=1)
    line.act(ms(3404), "error", count=2)
    line.act(ms(4500), "stop")
    line.kernel.run(until)


def test_no_batch_and_no_snapshot_changes_the_journal() -> None:
    whole = Line()
    play(whole, ms(4600))
    assert len(whole.told()) == 6
    for batch in (1, 8):
        other = Line(batch=batch)
        play(other, ms(4600))
        assert other.journal == whole.journal
    for cut in (ms(1405), ms(3500)):
        first, second = Line(), Line()
        play(first, cut)
        restore(second.kernel, take(first.kernel))
        second.kernel.run(ms(4600))
        assert b"".join(first.journal + second.journal[1:]) == b"".join(whole.journal)


@pytest.mark.parametrize(("text", "timeslots"), [
    ("5", (5,)), (31, (31,)), ("1-3", (1, 2, 3)), ("17, 1-2", (1, 2, 17)), ("1-31", tuple(range(1, 32))),
])  # fmt: skip
def test_timeslots_of_a_text(text: int | str, timeslots: tuple[int, ...]) -> None:
    assert timeslots_of(text) == timeslots
    assert timeslots_of(in_words(timeslots)) == timeslots


@pytest.mark.parametrize("text", [
    "", "0", "32", "1-32", "0-3", "5-3", "x", "1,,2", "-3", "1-", "1-2-3", "²", -1, 0, "1;2", "2-4,3", "7,7",
])  # fmt: skip
def test_timeslots_outside_1_to_31_or_twice_are_refused(text: int | str) -> None:
    with pytest.raises(ValueError, match=r"1\.\.31"):
        timeslots_of(text)


def test_timeslots_in_words() -> None:
    assert in_words((1, 2, 3, 5, 7, 8)) == "1-3,5,7-8"
