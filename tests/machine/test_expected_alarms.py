"""Alarms that scenarios expect: of names that something in the machine raises."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_runs import prepared

from switchsim.errors import BadInput
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller


def staged(folder: Path, machine: str, alarm: str) -> Staged:
    text = f"format: 1\nmachine: {machine}\nseconds: 5\nexpect:\n  - {{kind: alarm, alarm: {alarm}, absent: true}}\n"
    return Staged(prepared(folder, text), Sinks(), Teller(), StopSignal())


@pytest.mark.parametrize(("machine", "alarm", "advice"), [
    ("b_type_small", "e1_loss", "did you mean 'e1_los'?"),
    ("b_type_small", "process_lost", "expected one of board_lost, "),
    ("b_type_small", '"*"', "nothing here raises an alarm '*'"),
])  # fmt: skip
def test_an_alarm_that_can_not_be_raised_is_refused(machine: str, alarm: str, advice: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        staged(tmp_path, machine, alarm)
    assert ".yaml:5: nothing here raises" in str(caught.value)
    assert advice in str(caught.value)


@pytest.mark.parametrize(("machine", "alarm"), [("b_type_small", "e1_los"), ("call_centre", "process_lost")])
def test_alarms_of_boards_and_of_the_platform_are_known(machine: str, alarm: str, tmp_path: Path) -> None:
    assert alarm in staged(tmp_path, machine, alarm).machine.alarms
