"""What is asked of one fault of a line, and by what it is taken for noticed: its direction, its line, its alarm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from by_hand import Row, records

from switchsim.faults.catalogue import CATALOGUE
from switchsim.faults.line import LINE_FAULTS
from switchsim.model.event import Event
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    LineLooped,
    LineMeasured,
    LineSlip,
    LineStatus,
    LineThreshold,
    LineUnavailable,
    PartyHears,
    PartyPlaced,
)
from switchsim.report.faults import FaultFacts, FaultWatch
from switchsim.report.result import Outcome
from switchsim.scenario.checks import CheckSettings
from switchsim.scenario.checks.base import run_checks
from switchsim.scenario.checks.speech import NoCrossedSpeech
from switchsim.scenario.prepare import prepare
from switchsim.scenario.promised import facts_of, own_facts
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import seconds

BOARD = "frame/1/slot/0"
LINE = f"{BOARD}/e1/0"


def own(name: str, **values: Any) -> FaultFacts:
    row = (CATALOGUE | LINE_FAULTS)[name]
    return own_facts(row, "e1-0", BOARD, {"line": 0, **values}, joined=False)


@pytest.mark.parametrize(("name", "values", "alarms", "defects"), [
    ("line_los", {"direction": 1}, ("e1_los",), ("los",)), ("line_los", {"direction": 2}, ("e1_rai",), ("rai",)),
    ("line_ais", {"direction": 2}, ("e1_rai",), ("rai",)), ("line_lof", {"direction": 1}, ("e1_lof",), ("lof",)),
    ("line_rai", {"direction": 1}, ("e1_rai",), ("rai",)), ("line_rai", {"direction": 2}, (), ()),
    ("ts16_ais", {"direction": 1}, ("e1_ts16_ais",), ("ts16_ais",)),
    ("ts16_ais", {"direction": 2}, ("e1_remote_mf",), ("remote_mf",)), ("remote_mf_alarm", {"direction": 2}, (), ()),
    ("logic_errors", {"direction": 1}, (), ()), ("line_loop", {"direction": 1}, (), ()),
    ("line_cut", {"directions": 1}, ("e1_los",), ("los",)), ("line_cut", {"directions": 2}, ("e1_rai",), ("rai",)),
    ("line_cut", {"directions": 3}, ("e1_los",), ("los",)),
])  # fmt: skip
def test_what_is_due_follows_the_direction(
    name: str, values: dict[str, int], alarms: tuple[str, ...], defects: tuple[str, ...]
) -> None:
    facts = own(name, **values)
    assert (facts.alarms, facts.defects, facts.about, facts.line) == (alarms, defects, LINE, "e1-0")


def test_the_other_end_of_a_joined_line_has_another_name_and_a_far_end_no_alarms() -> None:
    row = LINE_FAULTS["line_slip"]
    assert own_facts(row, "north-0", BOARD, {"line": 0, "direction": 2}, joined=True).line == ""
    assert own_facts(LINE_FAULTS["line_loop"], "e1-0", "farend/line/e1-0", {"line": 0}, joined=False).about == ""


def test_a_run_asks_of_each_fault_what_its_own_direction_brings(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    step = "  - {at: 1s, fault: line_rai, where: {line: e1-1}, values: {direction: %s}}\n"
    path.write_text("format: 1\nmachine: b_type_small\nseconds: 5\ntimeline:\n" + step % "sent" + step % "received"
                    + "  - {at: 2s, fault: mpu_hang, where: {processor: a}}\n", encoding="utf-8")  # fmt: skip
    settings = Staged(prepare(path), Sinks(), Teller(), StopSignal()).settings()
    assert {number: facts.alarms for number, facts in settings.own_facts.items()} == {"1": (), "2": ("e1_rai",)}
    assert settings.own_facts["1"].about.endswith("/e1/1")
    assert settings.own_facts["1"].line == "e1-1"


# -- noticed by what ---------------------------------------------------------------------------------------------------

SHOWS = ("line_status", "line_slip", "line_looped", "line_measured", "line_threshold", "line_unavailable")
FACTS = {"it": FaultFacts(shows=SHOWS)}


def chain_of(rows: list[Row], facts: dict[str, FaultFacts], one: dict[str, FaultFacts] | None = None) -> Any:
    watch = FaultWatch(facts, one)
    for record in records(rows):
        assert isinstance(record.event, watch.KINDS)
        watch.take(record)
    return watch.result()[0]


TOLD: list[tuple[Event, bool]] = [
    (LineStatus("e1-0", "machine", "los lof", 0), True), (LineStatus("e1-0", "far", "", 0), False),
    (LineSlip("e1-0", "machine", "lost", "fault", 1), True), (LineLooped("e1-0", "far", "line", 1), True),
    (LineLooped("e1-0", "far", "line", 0), False), (LineUnavailable("e1-0", "machine", "near", 1, 0), True),
    (LineUnavailable("e1-0", "machine", "near", 0, 0), False),
    (LineThreshold("e1-0", "machine", "near", "15min", "es", 10, 10), True),
    (LineMeasured("e1-0", "machine", "near", "15min", 0, 10, 1, 0, 1, 0, 0), True),
]


@pytest.mark.parametrize(("event", "shows"), TOLD)
@pytest.mark.parametrize("at", [200, 300])
def test_events_of_a_line_show_a_fault_but_not_those_that_say_that_it_is_over(
    event: Event, shows: bool, at: int
) -> None:
    """Also in the cycle in which it fires, before that is told."""
    rows: list[Row] = [(100, "b", FaultArmed("1", "it", BOARD)), (200, "b", FaultFired("1", ""))]
    rows.insert(1 if at == 200 else 2, (at, "b", event))
    assert (chain_of(rows, FACTS).detected == at) is shows
    quiet = {"it": FaultFacts()}
    assert chain_of(rows, quiet).detected < 0


def test_what_another_line_shows_is_not_of_this_fault() -> None:
    rows: list[Row] = [(100, "b", FaultArmed("1", "it", BOARD)), (200, "b", FaultFired("1", "")),
                       (300, "b", LineStatus("e1-1", "machine", "los", 0))]  # fmt: skip
    assert chain_of(rows, FACTS, {"1": FaultFacts(shows=SHOWS, line="e1-0")}).detected < 0
    assert chain_of(rows, FACTS, {"1": FaultFacts(shows=SHOWS, line="e1-1")}).detected == 300
    assert chain_of(rows, FACTS, {"2": FaultFacts()}).detected == 300, "facts of another fault"
    other: Row = (400, "b", DefectSeen("los", f"{BOARD}/e1/1"))
    assert chain_of([*rows, other], FACTS, {"1": FaultFacts(about=LINE)}).detected < 0
    assert chain_of([*rows, other], FACTS, {"1": FaultFacts(about=f"{BOARD}/e1/1")}).detected == 400


def raised(alarm: str, about: str, at: int) -> Row:
    return (at, "b", AlarmRaised(alarm, about, "major", "x", "", ""))


@pytest.mark.parametrize(("alarm", "about", "cleared", "outcome"), [
    ("e1_los", LINE, False, Outcome.PASSED), ("e1_los", LINE, True, Outcome.FAILED),
    ("e1_los", f"{BOARD}/e1/1", False, Outcome.FAILED), ("e1_rai", LINE, False, Outcome.FAILED),
])  # fmt: skip
def test_an_alarm_that_is_up_already_need_not_be_raised_again(
    alarm: str, about: str, cleared: bool, outcome: Outcome
) -> None:
    rows: list[Row] = [(10, "b", FaultArmed("1", "line_los", BOARD)), raised(alarm, about, 100)]
    rows += [(150, "b", AlarmCleared(alarm, about, 100))] * cleared
    rows += [(200, "b", FaultFired("1", "")), (201, "b", LineStatus("e1-0", "machine", "los", 0)),
             (201, "b", DefectSeen("los", LINE)), (200 + seconds(4), "b", FaultUndone("1"))]  # fmt: skip
    watch = FaultWatch({}, {"1": own("line_los", direction=1)})
    for record in records(rows):
        watch.take(record)
    (result,) = watch.judge()
    assert result.outcome is outcome


def test_an_alarm_long_after_a_brief_fault_is_not_taken_for_its_own_come_too_late() -> None:
    rows: list[Row] = [(10, "b", FaultArmed("1", "line_los", BOARD)), (200, "b", FaultFired("1", "")),
                       (201, "b", DefectSeen("los", LINE))]  # fmt: skip
    for lasted, outcome in ((400, Outcome.PASSED), (seconds(4), Outcome.FAILED)):
        watch = FaultWatch({}, {"1": own("line_los", direction=1)})
        for record in records([*rows, (200 + lasted, "b", FaultUndone("1")), raised("e1_slips", LINE, seconds(70))]):
            watch.take(record)
        (result,) = watch.judge()
        assert result.outcome is outcome


# -- speech over a loop ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "outcome"), [("line_loop", Outcome.PASSED), ("line_los", Outcome.FAILED)])
def test_over_a_looped_line_a_speaker_hears_himself(name: str, outcome: Outcome) -> None:
    rows: list[Row] = [
        (1, "far", PartyPlaced(5, "e1-0", 1, "")), (1, "far", PartyPlaced(6, "e1-0", 2, "")),
        (10, "b", FaultArmed("1", name, BOARD)), (1000, "b", FaultFired("1", "")),
        (1100, "far", PartyHears(5, "party", "5", 1100)), (9000, "b", FaultUndone("1")),
        (9010, "far", PartyHears(5, "quiet", "", 9010)),
    ]  # fmt: skip
    settings = CheckSettings(facts={row.name: facts_of(row) for row in LINE_FAULTS.values()})
    (result,) = run_checks(records(rows), [NoCrossedSpeech(settings)])
    assert result.outcome is outcome
    stranger = [*rows[:5], (1200, "far", PartyHears(6, "party", "5", 1200)), *rows[5:]]
    (result,) = run_checks(records(stranger), [NoCrossedSpeech(settings)])
    assert result.outcome is Outcome.FAILED
