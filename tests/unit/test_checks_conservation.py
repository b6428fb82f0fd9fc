"""Conservation: every leak, named with its place and cycle; and the clean run that leaks nothing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from by_hand import MPU, Row, at_mpu, offered, record_of, verdict_of, whole_call

from switchsim.model.events import (
    BoardState,
    CallAnswered,
    CallCleared,
    CallLeg,
    CallRecord,
    CircuitBlocked,
    CircuitState,
    ConferenceLeg,
    Destination,
    PartyState,
    ProcessorActive,
    ResourceFreed,
    ResourceSeized,
    SeatState,
    SlotsConnected,
)
from switchsim.report.result import Outcome
from switchsim.scenario.checks.base import Check
from switchsim.scenario.checks.conservation import (
    CONSERVATION,
    Blocked,
    Calls,
    Circuits,
    Conferences,
    Parties,
    Resources,
    Seats,
    Slots,
)

BNET = "frame/1/slot/9"

CLEAN: list[Row] = [
    (1, "far/1", PartyState(7, "calling", 0)),
    *at_mpu(10, offered(1), CircuitState("e1-0", 1, "busy"), ResourceSeized("receiver", 0, 1)),
    (20, BNET, SlotsConnected(5, 9)),
    (20, BNET, ConferenceLeg(0, 1, 9, 6)),
    *at_mpu(20, CircuitBlocked("e1-0", 4, "remote", "maintenance", 1)),
    *at_mpu(20, CircuitBlocked("e1-0", 4, "remote", "maintenance", 0)),
    *at_mpu(30, ResourceFreed("receiver", 0, 1), SeatState("8001", "ringing", 1), SeatState("8001", "talk", 1)),
    (40, BNET, SlotsConnected(5, 0)),
    (40, BNET, ConferenceLeg(0, 1, 0, 0)),
    *at_mpu(50, CallCleared(1, 16, "caller"), record_of(1, 10, 0, ended=50)),
    *at_mpu(50, CircuitState("e1-0", 1, "idle"), SeatState("8001", "idle", 0)),
    (60, "far/1", PartyState(7, "released", 16)),
]

LEAKS = [
    (Calls, CallCleared, "call 1 is never cleared (if it is only still up: a longer run, or drained: false)", 10),
    (Calls, CallRecord, "call 1 is cleared but leaves no call record", 50),
    (Circuits, CircuitState, "circuit e1-0:1 is never idle again (call 1)", 10),
    (Slots, SlotsConnected, "timeslot 5 is never disconnected", 20),
    (Conferences, ConferenceLeg, "conference 0 leg 1 is never freed", 20),
    (Resources, ResourceFreed, "receiver 0 is never freed (call 1)", 10),
    (Seats, SeatState, "seat 8001 is never released (call 1)", 30),
    (Parties, PartyState, "party 7 is never released", 1),
]


@pytest.mark.parametrize("check", CONSERVATION, ids=lambda check: check.name)
def test_clean_run_passes(check: type[Check]) -> None:
    assert verdict_of(check, CLEAN, 100).outcome is Outcome.PASSED


@pytest.mark.parametrize(("check", "kind", "what", "taken_at"), LEAKS, ids=lambda value: getattr(value, "name", None))
def test_leak_is_named_with_place_and_cycle(check: type[Check], kind: type, what: str, taken_at: int) -> None:
    """Without the last event of the kind that gives the thing back, it is leaked."""
    given_back = max(number for number, row in enumerate(CLEAN) if type(row[2]) is kind)
    rows = [row for number, row in enumerate(CLEAN) if number != given_back]
    result = verdict_of(check, rows, 100)
    assert result.outcome is Outcome.FAILED
    assert [(finding.at, finding.what) for finding in result.findings] == [(taken_at, what)]
    assert result.findings[0].place or check is Calls


def test_calls_twice_and_never_offered() -> None:
    again = at_mpu(6, CallCleared(1, 16, "seat"), record_of(1, 1, 1), CallCleared(2, 16, "x"), record_of(3, 1, 1))
    rows = whole_call(1, 1, 5) + again
    told = [finding.what for finding in verdict_of(Calls, rows, 9).findings]
    assert told[:4] == [
        "call 1 is cleared twice",
        "call 1 leaves a second call record",
        "call 2 is cleared but was never offered",
        "call record of call 3, which was never offered",
    ]


@pytest.mark.parametrize(("offered_at", "answered_at"), [(2, 5), (1, 4), (1, 0)])
def test_call_record_that_tells_other_times(offered_at: int, answered_at: int) -> None:
    rows = at_mpu(1, offered(1)) + at_mpu(5, CallAnswered(1)) + at_mpu(9, CallCleared(1, 16, "caller"))
    assert verdict_of(Calls, rows + at_mpu(9, record_of(1, 1, 5, ended=9)), 99).outcome is Outcome.PASSED
    result = verdict_of(Calls, rows + at_mpu(9, record_of(1, offered_at, answered_at, ended=9)), 99)
    assert [one.what for one in result.findings] == [
        f"the call record of call 1 says offered {offered_at}, answered {answered_at}; it was 1, 5"
    ]


@pytest.mark.parametrize(("fields", "what"), [
    ({"cause": 17}, "end, cause, by (9, 17, 'caller'); it was (9, 16, 'caller')"),
    ({"by": "fault"}, "end, cause, by (9, 16, 'fault'); it was (9, 16, 'caller')"),
    ({"ended": 8}, "end, cause, by (8, 16, 'caller'); it was (9, 16, 'caller')"),
    ({"calling": "1"}, "direction, calling ('in', '1'); it was ('in', '13900000001')"),
    ({"direction": "out"}, "direction, calling ('out', '13900000001'); it was ('in', '13900000001')"),
])  # fmt: skip
def test_call_record_that_tells_another_end_or_caller(fields: dict[str, Any], what: str) -> None:
    rows = at_mpu(1, offered(1)) + at_mpu(9, CallCleared(1, 16, "caller"))
    record = msgspec.structs.replace(record_of(1, 1, 0, ended=9), **fields)
    told = [one.what for one in verdict_of(Calls, rows + at_mpu(9, record), 99).findings]
    assert told == [f"the call record of call 1 says {what}"]


def test_the_circuit_of_an_outgoing_leg_is_its_calls() -> None:
    rows = at_mpu(1, offered(1), CircuitState("e1-1", 7, "busy"), CallLeg(1, "e1-1", 7, "", 1))
    rows += at_mpu(9, CallCleared(1, 16, "caller"))
    (told,) = verdict_of(Circuits, rows, 99).findings
    assert told.what == "circuit e1-1:7 is never idle again (call 1)"


def test_calls_up_are_no_leak_where_the_run_was_not_to_be_drained() -> None:
    result = verdict_of(Calls, at_mpu(1, offered(1)), 9, drained=False)
    assert (result.outcome, result.reason) == (Outcome.PASSED, "1 still up")
    assert verdict_of(Calls, at_mpu(1, offered(1)), 9).outcome is Outcome.FAILED


def test_what_a_call_that_is_up_holds_is_not_leaked_twice() -> None:
    rows = at_mpu(1, offered(1), CircuitState("e1-0", 1, "busy"), ResourceSeized("receiver", 0, 1))
    assert verdict_of(Circuits, rows, 9).outcome is Outcome.INCONCLUSIVE
    assert verdict_of(Resources, rows, 9, drained=False).outcome is Outcome.PASSED


def test_resource_seized_by_two() -> None:
    rows = at_mpu(1, ResourceSeized("receiver", 3, 1)) + at_mpu(2, ResourceSeized("receiver", 3, 2))
    told = verdict_of(Resources, rows, 9).findings
    assert (told[0].at, told[0].place) == (2, MPU)
    assert "receiver 3 is seized by call 2 while call 1 has it since cycle 1" in [finding.what for finding in told]


def test_resource_freed_by_nobody() -> None:
    told = verdict_of(Resources, at_mpu(2, ResourceFreed("announcer", 1, 4)), 9).findings
    assert told[0].what == "announcer 1 is freed by call 4 but nobody had it"


def test_board_that_was_pulled_holds_nothing() -> None:
    rows: list[Row] = [(1, BNET, SlotsConnected(5, 9)), (2, BNET, BoardState("pulled"))]
    assert verdict_of(Slots, rows, 9).outcome is Outcome.PASSED
    assert verdict_of(Slots, [rows[0], (2, "frame/1/slot/10", BoardState("pulled"))], 9).outcome is Outcome.FAILED


def test_circuit_that_stays_restarting_is_leaked_and_blocked_is_not() -> None:
    assert verdict_of(Circuits, at_mpu(1, CircuitState("e1-0", 4, "restarting")), 9).outcome is Outcome.FAILED
    assert verdict_of(Circuits, at_mpu(1, CircuitState("e1-0", 4, "blocked")), 9).outcome is Outcome.PASSED


def blocks(at: int, on: int, by: str = "local", sort: str = "hardware", place: str = MPU) -> Row:
    return at, place, CircuitBlocked("e1-0", 3, by, sort, on)


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        pytest.param([blocks(5, 1), blocks(9, 1)], "blocked (local, hardware) though it has been blocked since cycle 5",
                     id="twice"),
        pytest.param([blocks(5, 0)], "is unblocked (local, hardware) but was not blocked", id="for nothing"),
        pytest.param([blocks(5, 1), blocks(9, 0, "remote")], "was not blocked", id="by the other side"),
        pytest.param([blocks(5, 1), blocks(9, 0, sort="maintenance")], "was not blocked", id="another reason"),
    ],
)  # fmt: skip
def test_blocking_that_does_not_pair_is_found(rows: list[Row], what: str) -> None:
    result = verdict_of(Blocked, rows)
    assert result.outcome is Outcome.FAILED
    assert what in result.findings[0].what


def test_blocking_that_pairs_passes_and_what_is_left_is_told() -> None:
    other = "frame/1/slot/2/cpu"
    rows = [blocks(5, 1), blocks(6, 1, "remote"), blocks(9, 0), blocks(12, 1)]
    takeover = [(20, other, ProcessorActive("processor A lost", 0, 0)), blocks(21, 1, place=other),
                blocks(22, 0, "remote", place=other)]  # fmt: skip
    assert verdict_of(Blocked, rows).reason == "2 blocked at the end"
    assert verdict_of(Blocked, [*rows, *takeover]).findings == ()
    assert verdict_of(Blocked, []).outcome is Outcome.NOT_APPLICABLE


def test_blocking_may_be_told_once_more_when_the_destination_is_accessible_again() -> None:
    resumed = at_mpu(7, Destination(2, "resume", 0))
    rows = [blocks(5, 1), *resumed, blocks(9, 1)]
    assert verdict_of(Blocked, rows, 99).outcome is Outcome.PASSED
    assert verdict_of(Blocked, [*rows, blocks(11, 1)], 99).outcome is Outcome.FAILED
    assert verdict_of(Blocked, [*resumed, blocks(8, 1), blocks(9, 1)], 99).outcome is Outcome.FAILED
