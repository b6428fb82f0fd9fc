"""Fault chains, the verdict with its exit code, junit.xml, and the text for people."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from by_hand import Row, records, whole_call
from rich.console import Console

from switchsim.errors import ExitCode
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    LampShown,
)
from switchsim.report.faults import FaultFacts, FaultWatch
from switchsim.report.figures import FigureCounter
from switchsim.report.journal import End
from switchsim.report.junit import junit_xml
from switchsim.report.result import SHOWN_FINDINGS, CheckResult, Finding, Outcome, judged
from switchsim.report.text import print_verdict, verdict_lines
from switchsim.report.verdict import AlarmList, Result, Verdict, make_verdict, verdict_json
from switchsim.units import seconds

LINE = "frame/3/slot/7/e1/0"
FACTS = {"line_cut": FaultFacts(alarms=("e1_los",), defects=("los",), within_cycles=1000)}

CHAIN: list[Row] = [
    (100, "faults", FaultArmed("1", "line_cut", LINE)),
    (200, "faults", FaultFired("1", "cut")),
    (300, LINE, DefectSeen("los", LINE)),
    (400, "alm", AlarmRaised("e1_los", LINE, "major", "los", "信号丢失", "loss of signal")),
    (500, "faults", FaultUndone("1")),
    (600, "alm", AlarmCleared("e1_los", LINE, 400)),
]


def watched(rows: list[Row], facts: dict[str, FaultFacts] | None = None) -> FaultWatch:
    watch = FaultWatch(FACTS if facts is None else facts)
    for record in records(rows):
        watch.take(record)
    return watch


def test_chain_of_a_fault() -> None:
    chain = watched(CHAIN).result()[0]
    assert (chain.armed, chain.fired, chain.detected, chain.alarmed, chain.undone, chain.cleared) == (
        100, 200, 300, 400, 500, 600,
    )  # fmt: skip
    assert watched(CHAIN).judge()[0].outcome is Outcome.PASSED


def test_alarm_under_the_faults_place_and_alarm_of_the_catalogue() -> None:
    def alarmed(alarm: str, about: str) -> int:
        row: Row = (400, "alm", AlarmRaised(alarm, about, "major", "x", "", ""))
        return watched([*CHAIN[:2], row]).result()[0].alarmed

    assert alarmed("other", LINE + "/timeslot/3") == 400
    assert alarmed("other", LINE + ":3") == 400
    assert alarmed("e1_los", "elsewhere") == 400
    assert alarmed("other", LINE + "1") == -1
    second = [(200, "f", FaultArmed("2", "line_cut", LINE + "1")), (200, "f", FaultFired("2", "cut"))]
    one, two = watched([*CHAIN[:2], *second, *CHAIN[3:]]).result()
    assert (one.alarmed, two.alarmed) == (400, -1)
    assert alarmed("other", "frame/3") == -1


def test_alarm_before_the_fault_fired_is_not_its_alarm() -> None:
    rows = [CHAIN[0], (150, "alm", CHAIN[3][2]), (160, "alm", CHAIN[5][2]), CHAIN[1]]
    assert watched(rows).result()[0].alarmed == -1


def test_an_alarm_is_not_of_a_fault_that_is_long_over_while_another_acts() -> None:
    later = seconds(60)
    raised: Row = (later + 80, "alm", AlarmRaised("board_lost", LINE, "major", "x", "", ""))
    second: list[Row] = [
        (later, "f", FaultArmed("2", "board_hang", LINE)), (later, "f", FaultFired("2", "hang")),
        (later + 40, LINE, DefectSeen("slave_lost", LINE)), raised,
    ]  # fmt: skip
    one, two = watched([*CHAIN[:2], CHAIN[4], *second]).result()
    assert (one.detected, one.alarmed, two.detected, two.alarmed) == (-1, -1, later + 40, later + 80)
    assert watched([*CHAIN[:2], CHAIN[4], raised]).result()[0].alarmed == later + 80, "nobody else may be meant"
    assert watched([*CHAIN[:2], *second]).result()[0].alarmed == later + 80, "both act"


@pytest.mark.parametrize(("acted", "outcome"), [(seconds(3) - 1, Outcome.PASSED), (seconds(3), Outcome.FAILED)])
def test_a_fault_that_is_soon_undone_need_not_show(acted: int, outcome: Outcome) -> None:
    rows: list[Row] = [*CHAIN[:2], (200 + acted, "faults", FaultUndone("1"))]
    assert watched(rows).judge()[0].outcome is outcome
    late: Row = (seconds(20), "alm", CHAIN[3][2])
    assert watched([*rows, late]).judge()[0].outcome is Outcome.FAILED, "what shows is to show in time"


@pytest.mark.parametrize(
    ("rows", "facts", "outcome", "told"),
    [
        pytest.param(CHAIN[:1], FACTS, Outcome.FAILED, "never fired: the run is invalid", id="never fired"),
        pytest.param(CHAIN[:2], FACTS, Outcome.FAILED, "detected never; expected los within 0.125s", id="not detected"),
        pytest.param(CHAIN[:3], FACTS, Outcome.FAILED, "alarmed never; expected e1_los within", id="not alarmed"),
        pytest.param(
            [*CHAIN[:3], (1201, "alm", CHAIN[3][2])], FACTS, Outcome.FAILED, "only 0.125s after it fired", id="late"
        ),
        pytest.param(CHAIN[:2], {}, Outcome.INCONCLUSIVE, "", id="unknown fault that shows nothing"),
        pytest.param(CHAIN[:2], {"line_cut": FaultFacts()}, Outcome.PASSED, "", id="nothing is promised"),
    ],
)
def test_judgement_of_a_fault(rows: list[Row], facts: dict[str, FaultFacts], outcome: Outcome, told: str) -> None:
    result = watched(rows, facts).judge()[0]
    assert result.outcome is outcome
    assert not told or told in result.findings[0].what


@pytest.mark.parametrize(("process", "outcome"), [
    ("ami", Outcome.PASSED), ("ccs/a", Outcome.FAILED), ("cti_server", Outcome.FAILED),
])  # fmt: skip
def test_the_alarm_of_a_process_is_promised_where_a_monitor_has_a_lamp_for_it(process: str, outcome: Outcome) -> None:
    where = f"callcentre/{process}"
    rows: list[Row] = [
        (50, "callcentre/mds", LampShown("ccs/a", "yellow")), (100, "faults", FaultArmed("1", "process_crash", where)),
        (200, "faults", FaultFired("1", "crashed")),
    ]  # fmt: skip
    facts = {"process_crash": FaultFacts(alarms=("process_lost", "platform_link_lost"))}
    assert watched(rows, facts).judge()[0].outcome is outcome


@pytest.mark.parametrize(("monitor_fired", "outcome"), [(150, Outcome.PASSED), (300_000, Outcome.FAILED)])
def test_nobody_raises_the_alarm_while_the_monitor_is_gone(monitor_fired: int, outcome: Outcome) -> None:
    rows: list[Row] = [
        (50, "callcentre/mds", LampShown("ccs/a", "yellow")),
        (100, "faults", FaultArmed("1", "process_crash", "callcentre/ccs/a")), (100, "faults", FaultFired("1", "")),
        (100, "faults", FaultArmed("2", "process_hang", "callcentre/mds")),
        (monitor_fired, "faults", FaultFired("2", "")),
    ]  # fmt: skip
    facts = {"process_crash": FaultFacts(alarms=("process_lost",))}
    assert watched(rows, facts).judge()[0].outcome is outcome


# -- verdict -----------------------------------------------------------------------------------------------------

GOOD = judged("a.good", "a good check", [])
BAD = judged("b.bad", "a bad <check> & \x01", [Finding(8000, "frame/1", "broken \x00 & <so>")])
DOUBT = CheckResult("c.doubt", "a doubtful one", Outcome.INCONCLUSIVE, "the run was too short")
NONE = CheckResult("d.none", "one of nothing", Outcome.NOT_APPLICABLE, "no call")


def verdict(checks: list[CheckResult], rows: list[Row] | None = None, **more: Any) -> Verdict:
    rows = sorted([*whole_call(1, 50, 90), *(CHAIN if rows is None else rows)], key=lambda row: row[0])
    counter, alarms, watch = FigureCounter(), AlarmList(), watched(rows)
    for record in records(rows):
        counter.take(record)
        alarms.take(record)
    fields: dict[str, Any] = {
        "scenario": "busy_minute", "seed": 7, "digest": "ab" * 32, "end": End(16_000, "done"),
        "figures": counter.result(16_000), "faults": watch.result(), "fault_results": watch.judge(),
        "alarms": alarms.alarms, "checks": checks, "expects": [],
    }  # fmt: skip
    return make_verdict(**(fields | more))


@pytest.mark.parametrize(
    ("made", "result", "code"),
    [
        pytest.param(lambda: verdict([GOOD, DOUBT, NONE]), Result.PASSED, 0, id="passed"),
        pytest.param(lambda: verdict([GOOD, BAD]), Result.FAILED, 1, id="failed"),
        pytest.param(lambda: verdict([GOOD], expects=[BAD]), Result.FAILED, 1, id="failed expectation"),
        pytest.param(lambda: verdict([GOOD], CHAIN[:1]), Result.INVALID, 3, id="never fired"),
        pytest.param(lambda: verdict([BAD], CHAIN[:1]), Result.INVALID, 3, id="never fired and failed"),
        pytest.param(lambda: verdict([GOOD], CHAIN[:2]), Result.FAILED, 1, id="never alarmed"),
        pytest.param(lambda: verdict([BAD], end=End(9, "interrupted")), Result.INTERRUPTED, 130, id="interrupted"),
        pytest.param(lambda: verdict([GOOD], end=End(9, "terminated")), Result.INTERRUPTED, 143, id="terminated"),
        pytest.param(lambda: verdict([GOOD], end=End(9, "output")), Result.INTERRUPTED, 74, id="full disk"),
        pytest.param(lambda: verdict([GOOD], end=End(9, "")), Result.INTERRUPTED, 130, id="cut journal"),
        pytest.param(
            lambda: verdict([GOOD], problem=(ExitCode.SUT_CRASHED, "it died")), Result.CRASHED, 4, id="program crashed"
        ),
        pytest.param(
            lambda: verdict([GOOD], problem=(ExitCode.INVALID_RUN, "no peer")), Result.INVALID, 3, id="no peer came"
        ),
    ],
)
def test_verdict_weighs_everything_up(made: Any, result: Result, code: int) -> None:
    got = made()
    assert (got.result, got.exit_code) == (result, code)
    assert got.reasons or result is Result.PASSED


def test_verdict_json_round_trip() -> None:
    got = verdict([GOOD, BAD, DOUBT])
    assert msgspec.json.decode(verdict_json(got), type=Verdict) == got
    document = json.loads(verdict_json(got))
    assert document["result"] == "failed"
    assert document["faults"][0]["alarmed"] == 400
    assert document["alarms"][0]["zh"] == "信号丢失"


def test_only_the_first_findings_are_kept_and_all_counted() -> None:
    many = judged("x", "y", [Finding(100 - number, "p", "w") for number in range(100)])
    assert (len(many.findings), many.findings_count, many.findings[0].at) == (SHOWN_FINDINGS, 100, 1)


# -- junit.xml ---------------------------------------------------------------------------------------------------

REQUIRED = {
    "testsuite": {"name", "timestamp", "hostname", "tests", "failures", "errors", "time", "package", "id"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type"},
    "error": {"type"},
    "property": {"name", "value"},
}
"""The required attributes of the Ant schema of JUnit reports (JUnit.xsd)."""
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "testcase": ["skipped", "error", "failure"],
    "properties": ["property"],
}


@pytest.mark.parametrize(
    "got", [verdict([GOOD, BAD, DOUBT, NONE]), verdict([GOOD], CHAIN[:1])], ids=["failed", "invalid"]
)
def test_junit_holds_to_the_schema(got: Verdict) -> None:
    root = ET.fromstring(junit_xml(got))
    for element in root.iter():
        assert REQUIRED.get(element.tag, set()) <= set(element.attrib), element.tag
        order = [CHILDREN.get(element.tag, []).index(child.tag) for child in element]
        assert order == sorted(order), element.tag
    for case in root.iter("testcase"):
        assert len(case) <= 1


def test_junit_counts_and_one_case_each() -> None:
    root = ET.fromstring(junit_xml(verdict([GOOD, BAD, DOUBT, NONE], expects=[GOOD])))
    suite = root.find("testsuite")
    assert suite is not None
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "7", "failures": "1", "errors": "0", "skipped": "2", "time": "2.000"}
    names = [case.get("name", "").split(":")[0] for case in root.iter("testcase")]
    assert names == ["a.good", "b.bad", "c.doubt", "d.none", "fault.1", "a.good", "run"]
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.text == "1.000s (cycle 8000) frame/1: broken ? & <so>"


def test_junit_of_an_invalid_run_is_an_error() -> None:
    root = ET.fromstring(junit_xml(verdict([GOOD], CHAIN[:1])))
    assert [element.get("type") for element in root.iter("error")] == ["invalid"]
    assert not list(ET.fromstring(junit_xml(verdict([GOOD]))).iter("error"))


# -- text --------------------------------------------------------------------------------------------------------


def test_text_in_a_pipe_is_plain_and_stable() -> None:
    out = io.StringIO()
    print_verdict(verdict([GOOD, BAD, DOUBT]), Console(file=out, width=40))
    text = out.getvalue()
    assert text.splitlines() == list(verdict_lines(verdict([GOOD, BAD, DOUBT])))
    assert "\x1b" not in text
    assert "failed          b.bad: a bad <check>" in text
    assert "fault 1 line_cut at frame/3/slot/7/e1/0: armed 0.012s, fired 0.025s, detected 0.037s" in text
    assert "alarm e1_los at frame/3/slot/7/e1/0 major: loss of signal / 信号丢失; raised 0.050s, cleared 0.075s" in text
    assert text.splitlines()[-1] == "digest " + "ab" * 32


def test_text_on_a_terminal_has_tables() -> None:
    out = io.StringIO()
    print_verdict(verdict([GOOD, BAD]), Console(file=out, width=160, force_terminal=True))
    text = out.getvalue()
    for word in ("Checks", "Figures", "Faults", "Alarms", "信号丢失", "FAILED", "ab" * 32):
        assert word in text
