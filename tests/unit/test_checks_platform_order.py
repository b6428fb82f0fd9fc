"""The order of a CCS: skills with levels, most skills first, priorities of callers, idle and waiting longest."""

from __future__ import annotations

import pytest
from by_hand import Row, at_mpu, verdict_of
from test_checks_platform import CCS_A, HUB, at, fault, findings, up

from switchsim.model.event import Event
from switchsim.model.events import (
    AgentRefused,
    CallOffered,
    CallQueued,
    CallRanked,
    ConfigurationRead,
    OrderGiven,
    SeatOffered,
    SeatState,
)
from switchsim.report.result import Outcome
from switchsim.scenario.checks.base import CcsRules
from switchsim.scenario.checks.platform_order import PlatformOrder
from switchsim.units import seconds

RULES = CcsRules(
    levels={"1001": {"sales": 1}, "1002": {"sales": 2}, "1003": {"gold": 2, "sales": 1}, "1004": {"gold": 2}},
    most_skills=frozenset({"gold"}), callers={"1": 1, "138": 5},
)  # fmt: skip
SETTINGS = {"ccs_rules": {"7": RULES}}
NOW = seconds(20)


def begun(*more: Row) -> list[Row]:
    return [*up(), *at(0, CCS_A, ConfigurationRead("ccs.ini", "7")), *more]


def idle(**since: int) -> list[Row]:
    """Seats by their last digit: s1=4 is 1001 from second 4."""
    rows = [row for name, second in since.items()
            for row in at_mpu(seconds(second), SeatState(f"100{name[1:]}", "idle", 0))]
    return sorted(rows, key=lambda row: row[0])


def waits(call: int, at_s: int, queue: str = "sales", calling: str = "20") -> list[Row]:
    begins: tuple[Event, ...] = (CallOffered(call, "in", "e1-0", call, calling, "10061"),)
    return at_mpu(seconds(at_s), *begins, CallRanked(call, queue, 0, 0), CallQueued(call, queue, 1))


def gives(call: int, seat: str, queue: str = "sales", cycle: int = NOW) -> list[Row]:
    return at(cycle, CCS_A, SeatOffered(call, seat, queue))


def told(rows: list[Row]) -> list[str]:
    return findings(PlatformOrder, rows, seconds(60), **SETTINGS)


def test_a_better_seat_that_the_ccs_refuses_is_passed_over() -> None:
    rows = begun(*idle(s1=6, s3=5), *waits(1, 12)) + gives(1, "1001")
    refused = at(seconds(7), CCS_A, AgentRefused("5003", "1003", "full"))
    assert len(told(rows)) == 1
    assert told(begun(*sorted([*idle(s1=6, s3=5), *refused, *waits(1, 12)], key=lambda row: row[0]))
                + gives(1, "1001")) == []  # fmt: skip


@pytest.mark.parametrize(("since", "queue", "seat", "better"), [
    ({"s1": 5, "s3": 6}, "sales", "1001", ""),  # idle longest
    ({"s1": 6, "s3": 5}, "sales", "1001", "1003"),
    ({"s1": 6, "s2": 5}, "sales", "1001", ""),  # the lower level, however short
    ({"s1": 6, "s2": 5}, "sales", "1002", "1001"),
    ({"s3": 6, "s4": 5}, "gold", "1003", ""),  # most skills first
    ({"s3": 6, "s4": 5}, "gold", "1004", "1003"),
    ({"s1": 5, "s4": 6}, "gold", "1004", ""),  # without the skill
])  # fmt: skip
def test_the_seat_for_a_call(since: dict[str, int], queue: str, seat: str, better: str) -> None:
    found = told(begun(*idle(**since), *waits(1, 19, queue), *gives(1, seat, queue)))
    assert [f"expected seat {better} " in one for one in found] == ([True] if better else [])


@pytest.mark.parametrize(("other", "right"), [
    (waits(1, 18), False), (waits(1, 19), True),  # waiting longest
    (waits(1, 19, calling="1380013"), False), (waits(1, 19, calling="150"), False),  # priorities
    (waits(1, 18, "gold"), True), (waits(1, 18, "service"), True),  # a higher level; no skill
])  # fmt: skip
def test_the_call_for_a_seat(other: list[Row], right: bool) -> None:
    mine = waits(2, 19)
    rows = begun(*sorted(other + mine, key=lambda row: row[0]), *at_mpu(NOW - 80, SeatState("1003", "idle", 0)))
    found = told(rows + gives(2, "1003"))
    assert found == [] if right else "expected call 1 " in found[0]


def test_what_the_ccs_could_not_know_or_may_pass_over() -> None:
    call = waits(1, 19)
    just = at_mpu(NOW - 80, SeatState("1001", "idle", 0))
    assert told(begun(*idle(s2=5), *call, *just, *gives(1, "1002"))) == []
    failed = gives(9, "1001", cycle=seconds(18))
    assert told(begun(*idle(s1=4, s2=5), *failed, *call, *gives(1, "1002"))) == []
    tried = [*gives(1, "1001", cycle=NOW - 8_000), *at_mpu(NOW - 7_000, SeatState("1001", "ringing", 1)),
             *at_mpu(NOW - 5_000, SeatState("1001", "idle", 0))]  # fmt: skip
    assert told(begun(*idle(s1=4, s2=5), *waits(1, 18), *tried, *gives(1, "1002"))) == []


@pytest.mark.parametrize("why", [
    fault(seconds(18), HUB, "comm_delay", "delay from * to *"),
    at(seconds(9), "callcentre/proxy", OrderGiven("act", "sign_in agent=5001 seat=1002")),
    at(seconds(9), CCS_A, ConfigurationRead("ccs.ini", "unknown")),
])  # fmt: skip
def test_where_nobody_can_judge_it_steps_back(why: list[Row]) -> None:
    wrong = [*idle(s1=5, s2=6), *waits(1, 19), *gives(1, "1002")]
    assert len(told(begun(*wrong))) == 1
    rows = begun(*sorted([*why, *wrong], key=lambda row: row[0]))
    assert verdict_of(PlatformOrder, rows, seconds(60), **SETTINGS).outcome is Outcome.NOT_APPLICABLE
