"""One active processor, and alarms that come and go with their causes."""

from __future__ import annotations

import pytest
from by_hand import Row, verdict_of

from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    BoardState,
    DefectGone,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    OrderGiven,
    ProcessorActive,
    ProcessorStandby,
)
from switchsim.report.faults import FaultFacts
from switchsim.report.result import Outcome
from switchsim.scenario.checks.alarms import AlarmsCleared, AlarmsPaired
from switchsim.scenario.checks.processors import OneActive
from switchsim.units import seconds

A, B = "frame/1/slot/1", "frame/2/slot/1"
LINE = "frame/3/slot/7/e1/0"


def active(at: int, place: str) -> Row:
    return (at, place, ProcessorActive("heartbeat_lost", 3, 1))


def state(at: int, place: str, word: str) -> Row:
    return (at, place, BoardState(word))


TAKEOVER = [
    state(0, A, "in_service"), state(0, B, "in_service"), active(100, A), state(9000, A, "hung"), active(11_000, B),
]  # fmt: skip


def test_takeover_within_the_window_passes() -> None:
    assert verdict_of(OneActive, TAKEOVER, 99_000).outcome is Outcome.PASSED


def test_nobody_active_for_too_long() -> None:
    result = verdict_of(OneActive, [*TAKEOVER[:-1], active(9000 + seconds(1) + 1, B)], 99_000)
    assert [(one.at, one.what) for one in result.findings] == [(9000, "none is active for 1.000s; at most 1.000s")]
    assert verdict_of(OneActive, TAKEOVER[:-1], 99_000).outcome is Outcome.FAILED


def test_nobody_active_from_power_on() -> None:
    assert verdict_of(OneActive, [active(seconds(2), A)], 99_000).outcome is Outcome.FAILED


def test_two_active() -> None:
    rows = [active(100, A), active(5000, B)]
    result = verdict_of(OneActive, rows, 99_000)
    assert [(one.at, one.place) for one in result.findings] == [(5000, f"{A} and {B}")]
    standby: Row = (5400, A, ProcessorStandby("switchover"))
    assert verdict_of(OneActive, [*rows, standby], 99_000).outcome is Outcome.PASSED
    late: Row = (5000 + seconds(1) + 1, A, ProcessorStandby("switchover"))
    assert verdict_of(OneActive, [*rows, late], 99_000).outcome is Outcome.FAILED


def test_nobody_is_missed_while_nobody_could_be_active() -> None:
    rows = [*TAKEOVER[:-1], state(9500, B, "pulled"), state(60_000, B, "in_service"), active(60_500, B)]
    assert verdict_of(OneActive, rows, 99_000, processors=(A, B)).outcome is Outcome.PASSED
    assert verdict_of(OneActive, rows, 99_000).outcome is Outcome.FAILED


def test_a_processor_is_down_with_its_board() -> None:
    rows = [active(100, A + "/cpu"), state(5000, A, "pulled"), active(5100, B + "/cpu")]
    assert verdict_of(OneActive, rows, 99_000).outcome is Outcome.PASSED
    assert verdict_of(OneActive, [rows[0], rows[2]], 99_000).outcome is Outcome.FAILED


def test_processors_not_applicable() -> None:
    assert verdict_of(OneActive, [state(0, A, "in_service")], 99_000).outcome is Outcome.NOT_APPLICABLE


def raised(at: int, about: str = LINE, alarm: str = "e1_los") -> Row:
    return (at, "alm", AlarmRaised(alarm, about, "major", "los", "信号丢失", "loss of signal"))


def cleared(at: int, since: int, about: str = LINE, alarm: str = "e1_los") -> Row:
    return (at, "alm", AlarmCleared(alarm, about, since))


def fault(at: int, undone: int, where: str = LINE) -> list[Row]:
    rows: list[Row] = [(at, "faults", FaultArmed("1", "line_cut", where)), (at, "faults", FaultFired("1", "cut"))]
    return rows + ([(undone, "faults", FaultUndone("1"))] if undone else [])


def test_paired() -> None:
    assert verdict_of(AlarmsPaired, [raised(5), cleared(9, 5)], 99).outcome is Outcome.PASSED
    assert verdict_of(AlarmsPaired, [raised(5), raised(7)], 99).outcome is Outcome.FAILED
    assert verdict_of(AlarmsPaired, [cleared(9, 5)], 99).outcome is Outcome.FAILED
    assert verdict_of(AlarmsPaired, [raised(5), cleared(9, 4)], 99).outcome is Outcome.FAILED
    assert verdict_of(AlarmsPaired, [], 99).outcome is Outcome.NOT_APPLICABLE


END = seconds(200)
WINDOW = seconds(30)


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        pytest.param([*fault(1, 50), cleared(80, 9)], Outcome.PASSED, id="cleared after the undo"),
        pytest.param([*fault(1, 50)], Outcome.FAILED, id="never cleared"),
        pytest.param([*fault(1, 50), cleared(50 + WINDOW + 1, 9)], Outcome.FAILED, id="cleared late"),
        pytest.param([*fault(1, 0)], Outcome.PASSED, id="the fault still acts"),
        pytest.param([*fault(1, END - WINDOW)], Outcome.INCONCLUSIVE, id="too early to say"),
        pytest.param(
            [(1, "x", DefectSeen("los", LINE)), (50, "x", DefectGone("los", LINE))], Outcome.FAILED, id="defect gone"
        ),
        pytest.param([(1, "x", DefectSeen("los", LINE))], Outcome.PASSED, id="the defect is still there"),
        pytest.param([*fault(1, 50, "frame/4")], Outcome.FAILED, id="the fault is another's"),
        pytest.param([], Outcome.FAILED, id="nothing explains it"),
        pytest.param([cleared(80, 9)], Outcome.NOT_APPLICABLE, id="nothing explains it, but it went"),
        pytest.param([(1, "frame/4", OrderGiven("act", "pull"))], Outcome.NOT_APPLICABLE, id="somebody did something"),
        pytest.param([(1, "x", OrderGiven("inject", "cut"))], Outcome.FAILED, id="a fault is no order"),
        pytest.param([(19, "x", OrderGiven("act", "pull"))], Outcome.FAILED, id="what was done later is no cause"),
    ],
)
def test_cleared_once_its_cause_is_undone(rows: list[Row], outcome: Outcome) -> None:
    rows = sorted([*rows, raised(9)], key=lambda row: row[0])
    assert verdict_of(AlarmsCleared, rows, END).outcome is outcome


@pytest.mark.parametrize(("alarm", "severity", "found"), [
    ("process_lost", "major", True), ("board_lost", "critical", True), ("seat_fault", "minor", False),
    ("d_link_lost", "major", False), ("processor_overload", "major", False),
])  # fmt: skip
def test_a_serious_alarm_that_nothing_explains_is_not_passed_over(alarm: str, severity: str, found: bool) -> None:
    row = (9, "callcentre/mds", AlarmRaised(alarm, "callcentre/ccs/a", severity, "", "", ""))
    result = verdict_of(AlarmsCleared, [row], END)
    assert (result.outcome is Outcome.FAILED) is found
    assert [one.what for one in result.findings] == found * [
        f"alarm {alarm} (raised at cycle 9) is up at the end of the run; no fault, defect or order explains it"]


def test_cleared_is_asked_of_an_alarm_that_the_catalogue_ascribes() -> None:
    rows = sorted([*fault(1, 50, "frame/4"), raised(9)], key=lambda row: row[0])
    facts = {"line_cut": FaultFacts(alarms=("e1_los",))}
    result = verdict_of(AlarmsCleared, rows, END, facts=facts)
    assert [(one.at, one.place) for one in result.findings] == [(50, LINE)]
