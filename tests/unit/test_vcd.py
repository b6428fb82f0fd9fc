"""waves.vcd: each event changes the signals it should, at its time, and pyvcd's own reader reads what was written."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import pytest
from by_hand import Row, offered, write_journal
from vcd.reader import TokenKind, tokenize

from switchsim.model.clock_events import ClockMode, ClockReference
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    BoardState,
    CallCleared,
    CallQueued,
    CallUnqueued,
    DefectGone,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    LedChanged,
    LinkDown,
    LinkUp,
    PartyHears,
    ProcessorActive,
    ProcessorStandby,
    RunEnded,
    SignallingLink,
)
from switchsim.model.line_events import LineLooped, LineSlip, LineStatus, LineUnavailable
from switchsim.report.journal import JournalReader
from switchsim.report.vcd import write_vcd
from switchsim.report.waves import KINDS

BOARD = "frame/0/slot/2"
Wave = list[tuple[int, int | str]]
"""(microseconds, value) from the initial value on."""


def waves_of(octets: bytes) -> tuple[dict[str, Wave], int]:
    """Full name -> its values, and the last time, as pyvcd reads them."""
    names: dict[str, list[str]] = {}
    waves: dict[str, Wave] = {}
    scopes: list[str] = []
    now = 0
    for token in tokenize(io.BytesIO(octets)):
        if token.kind is TokenKind.SCOPE:
            scopes.append(token.scope.ident)
        elif token.kind is TokenKind.UPSCOPE:
            scopes.pop()
        elif token.kind is TokenKind.VAR:
            names.setdefault(token.var.id_code, []).append("/".join([*scopes, token.var.reference]))
        elif token.kind is TokenKind.TIMESCALE:
            assert (token.timescale.magnitude, token.timescale.unit.value) == (1, "us")
        elif token.kind is TokenKind.CHANGE_TIME:
            now = token.time_change
        elif token.kind in (TokenKind.CHANGE_SCALAR, TokenKind.CHANGE_VECTOR, TokenKind.CHANGE_STRING):
            change = token.data
            value = int(change.value) if token.kind is TokenKind.CHANGE_SCALAR else change.value
            for name in names[change.id_code]:
                waves.setdefault(name, []).append((now, value))
    return waves, now


def drawn(folder: Path, rows: Iterable[Row]) -> tuple[dict[str, Wave], int]:
    write_journal(folder / "journal.jsonl", rows)
    signals = write_vcd(folder / "waves.vcd", folder / "journal.jsonl")
    waves, end = waves_of((folder / "waves.vcd").read_bytes())
    assert len(waves) == signals
    return waves, end


RUN = "lines/e1-0_machine/"
CASES: list[tuple[str, list[Row], dict[str, Wave]]] = [
    ("an alarm and its defect", [
        (8, "b", DefectSeen("los", "e1-0")), (80, "b", AlarmRaised("e1_los", "e1-0", "major", "c", "中", "en")),
        (96, "b", DefectGone("los", "e1-0")), (800, "b", AlarmCleared("e1_los", "e1-0", 80))],
     {"defects/e1-0/los": [(0, 0), (1000, 1), (12_000, 0)], "alarms/e1-0/e1_los": [(0, 0), (10_000, 1), (100_000, 0)]}),
    ("what is so at cycle 0 is the initial value", [(0, BOARD, LedChanged("RUN", "green_blinking"))],
     {"boards/frame_0_slot_2/led_RUN": [(0, "green_blinking")]}),
    ("a board that is pulled is dark, and stays so until it shines again", [
        (0, BOARD, LedChanged("RUN", "green")), (8, BOARD, BoardState("pulled")), (16, BOARD, BoardState("self_test")),
        (16, BOARD, LedChanged("RUN", "red"))],
     {"boards/frame_0_slot_2/led_RUN": [(0, "green"), (1000, "off"), (2000, "red")],
      "boards/frame_0_slot_2/state": [(0, "in_service"), (1000, "pulled"), (2000, "self_test")]}),
    ("a board that hangs keeps its LEDs", [(0, BOARD, LedChanged("RUN", "green")), (8, BOARD, BoardState("hung"))],
     {"boards/frame_0_slot_2/led_RUN": [(0, "green")],
      "boards/frame_0_slot_2/state": [(0, "in_service"), (1000, "hung")]}),
    ("a processor is active until its board is not in service", [
        (0, f"{BOARD}/program", ProcessorActive("power-on", 0, 0)), (8, BOARD, BoardState("hung")),
        (16, "frame/0/slot/3/program", ProcessorActive("lost", 1, 0)),
        (24, "frame/0/slot/3/program", ProcessorStandby("told"))],
     {"processors/frame_0_slot_2_program/active": [(0, 1), (1000, 0)],
      "processors/frame_0_slot_3_program/active": [(0, 0), (2000, 1), (3000, 0)],
      "boards/frame_0_slot_2/state": [(0, "in_service"), (1000, "hung")]}),
    ("both ends of a link", [
        (8, "a", LinkUp("e1-0:16")), (16, "b", LinkUp("e1-0:16")), (24, "a", LinkDown("e1-0:16")),
        (32, "a", SignallingLink("e1-0:16", "failed"))],
     {"links/e1-0_16/up_a": [(0, 0), (1000, 1), (3000, 0)], "links/e1-0_16/up_b": [(0, 0), (2000, 1)],
      "links/e1-0_16/state_a": [(0, "unknown"), (4000, "failed")]}),
    ("a line: its status word by word", [
        (8, "t", LineStatus("e1-0", "machine", "los lof", 0)),
        (16, "t", LineStatus("e1-0", "machine", "lof cas_lomf", 0)),
        (24, "t", LineStatus("e1-0", "machine", "", 0))],
     {RUN + "los": [(0, 0), (1000, 1), (2000, 0)], RUN + "ais": [(0, 0)], RUN + "rai": [(0, 0)],
      RUN + "lof": [(0, 0), (1000, 1), (3000, 0)], RUN + "cas_lomf": [(0, 0), (2000, 1), (3000, 0)]}),
    ("a line: slips, loops, availability", [
        (8, "t", LineSlip("e1-0", "machine", "lost", "clocks", 1)),
        (16, "t", LineLooped("e1-0", "machine", "local", 1)),
        (24, "t", LineLooped("e1-0", "machine", "local", 0)),
        (32, "t", LineUnavailable("e1-0", "machine", "far", 1, 2))],
     {RUN + "slips": [(0, 0), (1000, 1)], RUN + "loop_local": [(0, 0), (2000, 1), (3000, 0)],
      RUN + "unavailable_far": [(0, 0), (4000, 1)]}),
    ("a clock, and what it thinks of its references", [
        (8, "c", ClockReference("e1-0", "good", "prc", "far")), (16, "c", ClockMode("locked", "e1-0", -4600)),
        (24, "c", ClockReference("e1-0", "failed", "unknown", "")), (32, "c", ClockMode("free_run", "", 50))],
     {"clocks/c/reference_e1-0": [(0, "unknown"), (1000, "good"), (3000, "failed")],
      "clocks/c/quality_e1-0": [(0, "unknown"), (1000, "prc"), (3000, "unknown")],
      "clocks/c/mode": [(0, "unknown"), (2000, "locked"), (4000, "free_run")],
      "clocks/c/follows": [(0, "unknown"), (2000, "e1-0"), (4000, "-")],
      "clocks/c/ppb": [(0, 0), (2000, 2**32 - 4600), (4000, 50)]}),
    ("a fault has its name and number", [
        (0, "f", FaultArmed("1", "line_cut", "line=e1-0")), (8, "f", FaultFired("1", "cut")),
        (16, "f", FaultUndone("1"))],
     {"faults/1_line_cut": [(0, 0), (1000, 1), (2000, 0)]}),
    ("calls and queues", [
        (8, "p", offered(1)), (16, "p", CallQueued(1, "sales", 1)), (24, "p", offered(2)),
        (32, "p", CallQueued(2, "sales", 2)), (40, "p", CallQueued(2, "sales", 1)), (48, "p", CallQueued(2, "desk", 1)),
        (56, "p", CallUnqueued(1, "sales", "seat", 40)), (64, "p", CallCleared(2, 16, "caller"))],
     {"calls/up": [(0, 0), (1000, 1), (3000, 2), (8000, 1)],
      "queues/sales": [(0, 0), (2000, 1), (4000, 2), (6000, 1), (7000, 0)],
      "queues/desk": [(0, 0), (6000, 1), (8000, 0)]}),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_events_change_their_signals(tmp_path: Path, rows: list[Row], expected: dict[str, Wave]) -> None:
    waves, end = drawn(tmp_path, [*rows, (8000, "run", RunEnded("done"))])
    assert waves == expected
    assert end == 1_000_000, "the dump lasts as long as the run"


def test_every_kind_of_record_that_is_wanted_is_known() -> None:
    seen = {event.__struct_config__.tag for _, rows, _ in CASES for _, _, event in rows}
    assert seen < KINDS
    assert KINDS - seen == {"run_ended", "platform_link", "process_state", "processor_load"}


def test_nothing_happened(tmp_path: Path) -> None:
    assert drawn(tmp_path, [(40, "run", RunEnded("done"))]) == ({}, 5000)


def test_only_changes_are_written(tmp_path: Path) -> None:
    """What is told again and again takes no room."""
    rows: list[Row] = [(at, "b", AlarmRaised("e1_los", "e1-0", "major", "c", "中", "en")) for at in range(8, 8008, 8)]
    waves, _ = drawn(tmp_path, rows)
    assert waves == {"alarms/e1-0/e1_los": [(0, 0), (1000, 1)]}
    assert (tmp_path / "waves.vcd").stat().st_size < 300


def test_an_interrupted_journal_gives_what_there_is(tmp_path: Path) -> None:
    """It ends with the last whole line, of whatever kind; the piece of a line behind it is not read."""
    journal = tmp_path / "journal.jsonl"
    write_journal(journal, [(8, BOARD, LedChanged("RUN", "red")), (80, "far/1", PartyHears(1, "quiet", "", 8))])
    journal.write_bytes(journal.read_bytes() + b'{"at":88,"phase":"decide","pla')
    write_vcd(tmp_path / "waves.vcd", journal)
    waves, end = waves_of((tmp_path / "waves.vcd").read_bytes())
    assert waves == {"boards/frame_0_slot_2/led_RUN": [(0, "off"), (1000, "red")]}
    assert end == 10_000


def test_names_that_readers_could_not_take(tmp_path: Path) -> None:
    """Queues may be called anything; names that would become the same stay two."""
    waves, _ = drawn(tmp_path, [(8, "p", CallQueued(1, "投诉 a.b[1]", 1)), (16, "p", CallQueued(2, "a/b", 1)),
                                (24, "p", CallQueued(3, "a_b", 1))])
    assert waves == {"queues/u6295u8BC9_a_b_1_": [(0, 0), (1000, 1)], "queues/a_b": [(0, 0), (2000, 1)],
                     "queues/a_b_2": [(0, 0), (3000, 1)]}
    assert (tmp_path / "waves.vcd").read_bytes().isascii()


def test_a_journal_that_somebody_edited_is_drawn_as_far_as_it_goes(tmp_path: Path) -> None:
    """Times that go back, texts with spaces, numbers that no wire has."""
    waves, _ = drawn(tmp_path, [(16, BOARD, LedChanged("RUN", "a b\n")), (8, BOARD, LedChanged("RUN", "")),
                                (24, "t", LineLooped("e1-0", "machine", "local", 7))])
    assert waves["boards/frame_0_slot_2/led_RUN"] == [(0, "off"), (2000, "a_bu000A"), (2000, "-")]
    assert waves[RUN + "loop_local"] == [(0, 0), (3000, 1)]


def test_the_same_journal_gives_the_same_octets(tmp_path: Path) -> None:
    """No date, no version of anything."""
    for name in ("a", "b"):
        write_journal(tmp_path / "journal.jsonl", CASES[2][1])
        write_vcd(tmp_path / name, tmp_path / "journal.jsonl")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert b"$date" not in (tmp_path / "a").read_bytes()


def test_a_reader_of_some_kinds_counts_all_lines(tmp_path: Path) -> None:
    write_journal(tmp_path / "j", [(8, "a", LinkUp("x")), (16, "a", LinkDown("x")),
                                   (24, "a", PartyHears(1, '"kind":"link_up"', "", 8))])
    reader = JournalReader(tmp_path / "j", only=frozenset({"link_up"}))
    assert [record.at for record in reader] == [8]
    assert (reader.lines, reader.last_at()) == (4, 24)
