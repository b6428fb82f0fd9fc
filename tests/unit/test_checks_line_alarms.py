"""The check of alarms of E1 lines: they come and go with their own defects."""

from __future__ import annotations

import pytest
from by_hand import Row, verdict_of

from switchsim.model.events import AlarmCleared, AlarmRaised, BoardState, DefectGone, DefectSeen, FaultArmed, FaultFired
from switchsim.report.result import Outcome
from switchsim.scenario.checks import BUILT_IN
from switchsim.scenario.checks.line_alarms import AlarmsOfLines
from switchsim.units import ms, seconds

BOARD = "frame/1/slot/0"
LINE, OTHER = f"{BOARD}/e1/0", f"{BOARD}/e1/1"
END = seconds(100)
GONE = seconds(10)
WINDOW = seconds(30)


def seen(at: int, defect: str = "los", about: str = LINE) -> Row:
    return (at, BOARD, DefectSeen(defect, about))


def gone(at: int, defect: str = "los", about: str = LINE) -> Row:
    return (at, BOARD, DefectGone(defect, about))


def raised(at: int, alarm: str = "e1_los", about: str = LINE) -> Row:
    return (at, BOARD, AlarmRaised(alarm, about, "major", "e1-0", "", ""))


def cleared(at: int, alarm: str = "e1_los", about: str = LINE) -> Row:
    return (at, BOARD, AlarmCleared(alarm, about, 0))


def board(at: int, state: str) -> Row:
    return (at, BOARD, BoardState(state))


SHOWN = [seen(0), raised(ms(2500))]
FAULT: list[Row] = [(0, BOARD, FaultArmed("1", "line_los", LINE)), (0, BOARD, FaultFired("1", ""))]


@pytest.mark.parametrize(("rows", "outcome"), [
    pytest.param([*SHOWN, gone(GONE), cleared(GONE + seconds(10))], Outcome.PASSED, id="as it should"),
    pytest.param(SHOWN, Outcome.PASSED, id="the defect is there at the end"),
    pytest.param([*SHOWN, gone(END - WINDOW)], Outcome.PASSED, id="its time to go is not over"),
    pytest.param([*SHOWN, gone(GONE)], Outcome.FAILED, id="never cleared"),
    pytest.param([*FAULT, *SHOWN, gone(GONE)], Outcome.FAILED, id="a fault that acts is no excuse"),
    pytest.param([*SHOWN, gone(GONE), seen(GONE, "rai")], Outcome.FAILED, id="nor is another defect"),
    pytest.param([*SHOWN, gone(GONE), seen(GONE, "los", OTHER)], Outcome.FAILED, id="nor another line"),
    pytest.param([*SHOWN, gone(GONE), cleared(GONE + WINDOW + 1)], Outcome.FAILED, id="cleared late"),
    pytest.param([*SHOWN, gone(GONE), seen(GONE + 8)], Outcome.PASSED, id="it came back"),
    pytest.param([*SHOWN, cleared(GONE)], Outcome.FAILED, id="cleared too early"),
    pytest.param([seen(0), gone(8), raised(ms(2500))], Outcome.FAILED, id="raised too late"),
    pytest.param([seen(0, "rai"), raised(ms(2500))], Outcome.FAILED, id="raised for another defect"),
    pytest.param([raised(0), cleared(8)], Outcome.NOT_APPLICABLE, id="a board that tells no defects"),
    pytest.param([seen(0), raised(8, "check_fault")], Outcome.NOT_APPLICABLE, id="no alarm of a line"),
    pytest.param([*SHOWN, gone(GONE), board(GONE + 8, "off")], Outcome.PASSED, id="its board is away"),
    pytest.param([*SHOWN, gone(GONE), board(GONE + 8, "off"), board(END - WINDOW, "in_service")], Outcome.PASSED,
                 id="its board has just come back"),
    pytest.param([*SHOWN, gone(GONE), board(GONE + 8, "off"), board(2 * GONE, "in_service")], Outcome.FAILED,
                 id="its board is back for long"),
])  # fmt: skip
def test_an_alarm_of_a_line_follows_its_defect(rows: list[Row], outcome: Outcome) -> None:
    assert verdict_of(AlarmsOfLines, rows, END).outcome is outcome


def test_it_runs_unasked() -> None:
    assert AlarmsOfLines in BUILT_IN
