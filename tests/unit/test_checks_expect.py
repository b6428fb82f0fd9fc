"""`expect:` entries: read strictly, met, and shown to fail."""

from __future__ import annotations

from typing import Any

import pytest
from by_hand import Row, at_mpu, offered, records, talking, whole_call
from pydantic import TypeAdapter, ValidationError

from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    CallQueued,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    LinkUp,
)
from switchsim.report.result import CheckResult, Outcome
from switchsim.scenario.checks import CheckSettings, expectations, run_checks
from switchsim.scenario.checks.expect import Expect
from switchsim.units import seconds

EXPECT: TypeAdapter[Expect] = TypeAdapter(Expect)
LINE = "frame/3/slot/7/e1/0"

ROWS: list[Row] = sorted(
    [
        *whole_call(1, 8000, 40_000),
        *whole_call(2, 16_000, 41_000, timeslot=2, cause=17),
        *at_mpu(8100, CallQueued(1, "sales", 1)),
        *talking(1, 12_000),
        *at_mpu(50_000, offered(3, 3)),
        (20_000, "faults", FaultArmed("1", "line_cut", LINE)),
        (24_000, "faults", FaultFired("1", "cut")),
        (24_800, LINE, DefectSeen("los", LINE)),
        (26_400, "frame/1/slot/20", AlarmRaised("e1_los", LINE, "major", "los", "信号丢失", "loss of signal")),
        (32_000, "faults", FaultUndone("1")),
        (34_400, "frame/1/slot/20", AlarmCleared("e1_los", LINE, 26_400)),
        (20_000, "frame/1/slot/12", LinkUp("e1-0:16")),
    ],
    key=lambda row: row[0],
)


def check(**entry: Any) -> CheckResult:
    checks = expectations(CheckSettings(), [EXPECT.validate_python(entry)])
    return run_checks(records(ROWS, 80_000), checks)[0]


CASES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    # what is met, what changes it to be missed, what is then told
    ({"kind": "count", "event": "call_cleared", "min": 2, "max": 2}, {"min": 0, "max": 1}, "; expected 0..1"),
    ({"kind": "count", "event": "call_cleared", "where": {"cause": 17}, "min": 1}, {"where": {"cause": 18}}, "0 x"),
    ({"kind": "count", "event": "call_cleared", "where": {"cause": [16, 17]}, "min": 2}, {"where": {"cause": [1]}}, ""),
    ({"kind": "count", "event": "call_cleared", "where": {"cause": {"max": 16}}, "max": 1}, {"max": 0}, "1 x"),
    ({"kind": "count", "event": "call_offered", "where": {"calling": "1*"}, "min": 3}, {"where": {"calling": ""}}, "0"),
    ({"kind": "count", "event": "call_offered", "min": 3, "within": {"from": "1s"}}, {"within": {"to": "2s"}}, "2 x"),
    ({"kind": "count", "event": "link_up", "place": "frame/1/*", "min": 1}, {"place": "frame/2/*"}, "0 x"),
    ({"kind": "figure", "figure": "answered", "min": 2}, {"min": 3}, "answered is 2; expected at least 3"),
    ({"kind": "figure", "figure": "answered_percent", "min": 99.5}, {"max": 99.9, "min": 0}, "is 100.0"),
    ({"kind": "figure", "figure": "max_wait_cycles", "max": "1s"}, {"max": "400ms"}, "max_wait_cycles is 0.487s"),
    ({"kind": "alarm", "alarm": "e1_los", "raised": {"from": "3s", "to": "4s"}}, {"raised": {"to": "3s"}}, "not rais"),
    ({"kind": "alarm", "alarm": "e1_los", "cleared_within": "1s"}, {"cleared_within": "900ms"}, "up for 1.000s"),
    ({"kind": "alarm", "alarm": "e1_los", "about": "frame/3/*"}, {"about": "frame/4/*"}, "not raised"),
    ({"kind": "alarm", "alarm": "e1_los", "absent": True, "raised": {"to": "1s"}}, {"raised": {}}, "expected that it"),
    ({"kind": "fault", "fault": "line_cut", "stage": "alarmed", "within": "300ms"}, {"within": "200ms"}, "after 0.3"),
    ({"kind": "fault", "fault": 1, "stage": "detected", "within": "100ms"}, {"fault": 2}, "no fault 2 was armed"),
    ({"kind": "fault", "fault": 1, "stage": "cleared"}, {"within": "1s"}, "cleared after 1.300s"),
    (
        {"kind": "order", "first": {"event": "defect_seen"}, "then": {"event": "alarm_raised"}, "within": "200ms"},
        {"within": "100ms"},
        "comes after 0.200s; expected within 0.100s",
    ),
    (
        {"kind": "order", "first": {"event": "fault_fired"}, "then": {"event": "defect_seen"}},
        {"first": {"event": "alarm_raised"}},
        "no defect_seen after alarm_raised",
    ),
    (
        {"kind": "order", "first": {"event": "fault_fired"}, "then": {"event": "fault_undone"}},
        {"then": {"event": "fault_armed"}},
        "no fault_armed after fault_fired",
    ),
    (
        {"kind": "order", "first": {"event": "fault_fired"}, "then": {"event": "fault_undone"}},
        {"then": {"event": "board_state"}},
        "no board_state after fault_fired",
    ),
]


@pytest.mark.parametrize(("met", "change", "told"), CASES, ids=lambda value: str(value)[:60])
def test_expectation_is_met_and_missed(met: dict[str, Any], change: dict[str, Any], told: str) -> None:
    good = check(**met)
    assert good.outcome is Outcome.PASSED, good.findings
    bad = check(**(met | change))
    assert bad.outcome is Outcome.FAILED
    assert told in bad.findings[0].what


def test_name_of_an_entry_is_its_title() -> None:
    assert check(kind="figure", figure="lost", max=0, name="nobody is lost").title == "nobody is lost"


def test_alarm_that_may_still_clear_is_inconclusive() -> None:
    up = [row for row in ROWS if not isinstance(row[2], AlarmCleared)]
    entry = EXPECT.validate_python({"kind": "alarm", "alarm": "e1_los", "cleared_within": "30s"})
    result = run_checks(records(up, 80_000), expectations(CheckSettings(), [entry]))[0]
    assert result.outcome is Outcome.INCONCLUSIVE
    late = run_checks(records(up, 26_400 + seconds(31)), expectations(CheckSettings(), [entry]))[0]
    assert late.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"kind": "count", "event": "call_clear", "min": 1}, "no event 'call_clear'"),
        ({"kind": "count", "event": "call_cleared", "where": {"reason": 1}, "min": 1}, "no field 'reason'"),
        ({"kind": "count", "event": "call_cleared"}, "give min, max, or both"),
        ({"kind": "count", "event": "call_cleared", "min": "1"}, "valid integer"),
        ({"kind": "count", "event": "call_cleared", "min": 1, "within": {"from": "2s", "to": "1s"}}, "ends before"),
        ({"kind": "count", "event": "call_cleared", "min": 1, "within": {"from": "2"}}, "no duration"),
        ({"kind": "count", "event": "call_cleared", "min": 1, "within": {"from": 2}}, "2 is no duration"),
        ({"kind": "count", "event": "call_cleared", "min": 1, "where": {"cause": []}}, "at least 1 item"),
        ({"kind": "figure", "figure": "answer", "min": 1}, "no figure 'answer'"),
        ({"kind": "figure", "figure": "answered", "min": "1s"}, "compared with a number"),
        ({"kind": "figure", "figure": "max_wait_cycles", "max": 20}, "compared with a duration"),
        ({"kind": "alarm", "alarm": "x", "absent": True, "cleared_within": "1s"}, "give absent or cleared_within"),
        ({"kind": "fault", "fault": 1, "stage": "gone"}, "detected"),
        ({"kind": "wish"}, "does not match any of the expected tags"),
        ({"kind": "order", "first": {"event": "link_up"}, "then": {"event": "link_up", "x": 1}}, "not permitted"),
    ],
)
def test_bad_entry_is_refused_with_words(entry: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        EXPECT.validate_python(entry)


def test_schema_can_be_generated() -> None:
    schema = EXPECT.json_schema()
    assert set(schema["discriminator"]["mapping"]) == {"count", "figure", "alarm", "fault", "order"}
