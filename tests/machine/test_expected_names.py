"""Alarms and places that scenarios name, in expectations, filters of events and steps that wait: something can raise
those, and something stands at these."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_runs import prepared

from switchsim.errors import BadInput
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller


def staged(folder: Path, rest: str, machine: str = "b_type_small") -> Staged:
    """`rest` begins at line 4 of the scenario."""
    text = f"format: 1\nmachine: {machine}\nseconds: 5\n{rest}"
    return Staged(prepared(folder, text), Sinks(), Teller(), StopSignal())


def refused(folder: Path, rest: str) -> list[str]:
    """What is wrong with it, by lines and without the file's name."""
    with pytest.raises(BadInput) as caught:
        staged(folder, rest)
    return [str(problem).partition(".yaml:")[2] for problem in caught.value.problems]


def absent(alarm: str) -> str:
    return f"expect:\n  - {{kind: alarm, alarm: {alarm}, absent: true}}\n"


@pytest.mark.parametrize(("alarm", "advice"), [
    ("e1_loss", "did you mean 'e1_los'?"),
    ("process_lost", "expected one of board_lost, "),
    ('"*"', "nothing here raises an alarm '*'"),
])  # fmt: skip
def test_an_alarm_that_can_not_be_raised_is_refused(alarm: str, advice: str, tmp_path: Path) -> None:
    (told,) = refused(tmp_path, absent(alarm))
    assert told.startswith("5: nothing here raises")
    assert advice in told


@pytest.mark.parametrize(("machine", "alarm"), [("b_type_small", "e1_los"), ("call_centre", "process_lost")])
def test_alarms_of_boards_and_of_the_platform_are_known(machine: str, alarm: str, tmp_path: Path) -> None:
    assert alarm in staged(tmp_path, absent(alarm), machine).machine.alarms


@pytest.mark.parametrize(("wanted", "told"), [
    ("e1_loss", "nothing here raises an alarm 'e1_loss'; expected one of board_lost, "),
    ('"e1_loss*"', "nothing here raises an alarm like 'e1_loss*'; expected one of board_lost, "),
    ("[e1_los, e1_ras]", "nothing here raises an alarm 'e1_ras'; expected one of board_lost, "),
    ("E1_LOS", "nothing here raises an alarm 'E1_LOS'; expected one of board_lost, "),
])  # fmt: skip
@pytest.mark.parametrize("event", ["alarm_raised", "alarm_cleared"])
def test_a_filter_that_no_alarm_can_meet_is_refused(event: str, wanted: str, told: str, tmp_path: Path) -> None:
    (said,) = refused(tmp_path, f"expect:\n  - {{kind: count, event: {event}, where: {{alarm: {wanted}}}, max: 0}}\n")
    assert said.startswith(f"5: {told}")
    assert said.endswith("; did you mean 'e1_los'?" if "ras" not in wanted else "?")


def test_every_filter_is_told_at_its_own_line(tmp_path: Path) -> None:
    assert [one.partition(";")[0] for one in refused(tmp_path, """\
timeline:
  - {on: {event: alarm_raised, where: {alarm: seat_falt}}, fault: seat_drop, where: {seat: "1001"}, for: 1s}
  - on:
      event: alarm_cleared
      where:
        place: frame/0/*
        alarm: e1_l?s
    stop: true
expect:
  - kind: order
    first: {event: alarm_raised, where: {alarm: e1_loss}}
    then:
      event: alarm_cleared
      where:
        about: "frame/*"
        alarm:
          - e1_los
          - "e2_*"
  - {kind: count, event: alarm_raised, where: {alarm: e1_raj}, within: {from: 1s, to: 2s}, max: 0}
""")] == [
        "5: nothing here raises an alarm 'seat_falt'",
        "10: nothing here raises an alarm 'e1_l?s'",
        "14: nothing here raises an alarm 'e1_loss'",
        "21: nothing here raises an alarm like 'e2_*'",
        "22: nothing here raises an alarm 'e1_raj'",
    ]  # fmt: skip


def test_a_place_where_nothing_stands_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, """\
timeline:
  - {on: {event: board_state, where: {place: "frame/0/slot/99*"}}, stop: true}
expect:
  - {kind: count, event: call_cleared, place: "rack9/*", max: 0}
  - kind: order
    first: {event: run_ended, place: run}
    then: {event: board_state, place: farend/e1-9}
""") == [
        "5: nothing here stands at a place like 'frame/0/slot/99*'; expected the place of a part; did you mean "
        "'frame/0/slot/9'?",
        "7: nothing here stands at a place like 'rack9/*'; expected the place of a part",
        "10: nothing here stands at a place 'farend/e1-9'; expected the place of a part; did you mean "
        "'farend/line/e1-3'?",
    ]  # fmt: skip


def test_filters_that_alarms_can_meet_are_taken(tmp_path: Path) -> None:
    staged(tmp_path, """\
timeline:
  - {on: {event: alarm_raised, where: {alarm: "e1_*"}}, stop: true}
expect:
  - {kind: count, event: alarm_raised, where: {alarm: [e1_los, "e1_l*", "seat_faul?", "[es]*"]}, max: 0}
  - {kind: count, event: alarm_raised, where: {alarm: "*", severity: critical}, max: 0}
  - {kind: count, event: alarm_raised, where: {about: "frame/*"}, max: 0}
  - {kind: count, event: alarm_raised, max: 0}
  - {kind: order, first: {event: defect_seen}, then: {event: alarm_cleared, where: {alarm: e1_los}}}
""")  # fmt: skip
