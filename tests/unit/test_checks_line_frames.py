"""The check of frames between two machines: those that a slip hit are named, any other that is lost is a finding."""

from __future__ import annotations

from switchsim.model.event import Event, Record
from switchsim.model.events import FaultFired, FaultUndone, FrameReceived, FrameSent, LineSlip
from switchsim.report.result import CheckResult, Outcome
from switchsim.scenario.checks.base import CheckRun, CheckSettings
from switchsim.scenario.checks.line_frames import FramesHitBySlips

A, B = "west-east:16", "east-west:16"
SETTINGS = CheckSettings(joins={"west-east": "east-west", "east-west": "west-east"})
SLIP = LineSlip("east-west", "machine", "lost", "clocks", 1)
FRAMES = ["02010001", "0201020300", "02010405", "0201060700"]


def judge(*happened: tuple[int, Event]) -> CheckResult:
    """The check over these events, at their cycles."""
    run = CheckRun([FramesHitBySlips(SETTINGS)])
    for at, event in sorted(happened, key=lambda one: one[0]):
        run.take(Record(at, "signal", "west/frame/0/slot/11", 0, event))
    return run.finish(100_000)[0]


def sent(at: int, number: int) -> tuple[int, Event]:
    return at, FrameSent(A, FRAMES[number])


def came(at: int, number: int) -> tuple[int, Event]:
    return at, FrameReceived(B, FRAMES[number])


def test_the_frame_under_the_slip_is_named_and_no_other() -> None:
    result = judge(sent(100, 0), came(160, 0), sent(1000, 1), (1030, SLIP), sent(2000, 2), came(2060, 2))
    assert result.outcome is Outcome.PASSED
    assert result.reason == "2 frames arrived, 1 slips hit 1; east-west:16: 0201020300 sent at 0.125s, slip at 0.128s"


def test_a_frame_lost_without_a_slip_is_a_finding() -> None:
    result = judge(sent(100, 0), came(160, 0), (500, SLIP), sent(1000, 1), sent(2000, 2), came(2060, 2))
    assert [finding.what for finding in result.findings] == ["a frame is lost that no slip hit: 0201020300"]


def test_a_slip_that_was_over_before_the_frame_came_before_explains_nothing() -> None:
    result = judge(sent(900, 0), sent(901, 1), (950, SLIP), came(1500, 0), sent(2000, 2), came(2060, 2))
    assert result.outcome is Outcome.FAILED


def test_one_slip_at_a_flag_hits_both_its_frames() -> None:
    result = judge(sent(100, 0), came(160, 0), sent(1000, 1), sent(1001, 2), (1045, SLIP), sent(1002, 3), came(1100, 3))
    assert result.outcome is Outcome.PASSED
    assert "1 slips hit 2" in result.reason


def test_a_frame_that_nobody_sent() -> None:
    assert judge(sent(100, 0), (150, SLIP), (160, FrameReceived(B, "beef"))).outcome is Outcome.FAILED


def test_the_last_frame_never_came() -> None:
    assert judge(sent(100, 0), (150, SLIP), came(160, 0), sent(1000, 1)).outcome is Outcome.FAILED


def test_another_fault_excuses_what_it_may_have_done() -> None:
    fault = FaultFired("1", "west-east cut")
    result = judge(sent(100, 0), (150, SLIP), came(160, 0), (900, fault), sent(910, 1), sent(2000, 2), came(2060, 2))
    assert result.outcome is Outcome.PASSED


def test_a_fault_that_lasts_excuses_what_is_lost_meanwhile_and_nothing_later() -> None:
    lasts = [(500, FaultFired("1", "west-east 1 in 1000 bits wrong")), (150, SLIP), sent(100, 0), came(160, 0)]
    lost = [sent(5000, 1), sent(5100, 2), came(5160, 2)]
    assert judge(*lasts, *lost).outcome is Outcome.PASSED
    assert judge(*lasts, *lost, (6000, FaultUndone("1"))).outcome is Outcome.PASSED
    assert judge(*lasts, *lost, (4000, FaultUndone("1"))).outcome is Outcome.FAILED


def test_a_slip_after_the_frame_was_gone_explains_nothing_however_late_the_next_one_comes() -> None:
    result = judge(sent(100, 0), came(160, 0), sent(1000, 1), (3000, SLIP), sent(20_000, 2), came(20_060, 2))
    assert result.outcome is Outcome.FAILED


def test_the_first_frame_after_power_on_is_no_exception() -> None:
    assert judge(sent(0, 0), sent(10, 1), came(70, 1), (150, SLIP)).outcome is Outcome.FAILED


def test_without_slips_there_is_nothing_to_judge() -> None:
    assert judge(sent(100, 0), came(160, 0)).outcome is Outcome.NOT_APPLICABLE
