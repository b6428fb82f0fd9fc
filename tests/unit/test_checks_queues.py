"""Queue order: first in, first out; and the seat idle longest first (fact sheet of the queue switch, source S)."""

from __future__ import annotations

from by_hand import Row, at_mpu, verdict_of

from switchsim.model.events import (
    CallCleared,
    CallQueued,
    CallRanked,
    CallState,
    CallUnqueued,
    MemberSet,
    ProcessorActive,
    SeatState,
)
from switchsim.report.result import Outcome
from switchsim.scenario.checks.queues import FirstInFirstOut, LongestIdle


def queued(at: int, call: int, position: int, queue: str = "sales") -> list[Row]:
    return at_mpu(at, CallQueued(call, queue, position))


def rings(at: int, seat: str, call: int) -> list[Row]:
    return at_mpu(at, SeatState(seat, "ringing", call))


def answered(at: int, seat: str, call: int) -> list[Row]:
    return at_mpu(at, CallUnqueued(call, "sales", "seat", 1), SeatState(seat, "talk", call))


def idle(at: int, *seats: str) -> list[Row]:
    return at_mpu(at, *(SeatState(seat, "idle", 0) for seat in seats))


def findings(rows: list[Row]) -> list[str]:
    return [one.what for one in verdict_of(FirstInFirstOut, rows, 99).findings]


def test_fifo_passes() -> None:
    rows = queued(1, 1, 1) + queued(2, 2, 2) + rings(3, "8001", 1) + rings(4, "8002", 2)
    rows += answered(5, "8002", 2) + answered(6, "8001", 1)  # the second answers sooner: still in order
    assert verdict_of(FirstInFirstOut, rows, 99).outcome is Outcome.PASSED


def test_fifo_overtaking_is_found() -> None:
    rows = queued(1, 1, 1) + queued(2, 2, 2) + rings(3, "8001", 2)
    assert findings(rows) == ["call 2 is given a seat before call 1, which came first"]


def test_fifo_overtaking_without_ringing_is_found() -> None:
    rows = queued(1, 1, 1) + queued(2, 2, 2) + answered(3, "8001", 2)
    assert findings(rows) == ["call 2 is given a seat before call 1, which came first"]


def test_fifo_each_queue_for_itself() -> None:
    rows = queued(1, 1, 1, "service") + queued(2, 2, 1) + rings(3, "8001", 2)
    assert findings(rows) == []


def test_fifo_requeue_to_the_front_is_in_order_and_jumping_in_is_not() -> None:
    back = queued(1, 1, 1) + queued(2, 2, 2) + rings(3, "8001", 1) + at_mpu(3, CallUnqueued(1, "sales", "seat", 2))
    assert findings([*back, *queued(4, 1, 1), *rings(5, "8002", 1)]) == []
    assert findings([*back, *queued(4, 3, 1)]) == ["call 3 comes new but is put before call 2"]


def test_fifo_positions_and_leaving() -> None:
    assert findings(queued(1, 1, 3)) == ["call 1 gets position 3 of 1"]
    assert findings(queued(1, 1, 1) + queued(2, 1, 1)) == ["call 1 is queued but waits in sales"]
    assert findings(at_mpu(1, CallUnqueued(4, "sales", "abandoned", 1))) == ["call 4 leaves but does not wait"]
    cleared = queued(1, 1, 1) + at_mpu(2, CallCleared(1, 16, "caller"))
    assert findings(cleared) == ["call 1 is cleared but never left the queue"]
    assert findings(queued(1, 1, 1) + at_mpu(2, CallCleared(1, 41, "fault"))) == []


def test_fifo_not_applicable_without_a_queue() -> None:
    assert verdict_of(FirstInFirstOut, idle(1, "8001"), 99).outcome is Outcome.NOT_APPLICABLE


def test_longest_idle() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + queued(5, 1, 1)
    assert verdict_of(LongestIdle, rows + rings(5, "8001", 1), 99).outcome is Outcome.PASSED
    wrong = verdict_of(LongestIdle, rows + rings(5, "8002", 1), 99)
    assert [(one.at, one.place, one.what) for one in wrong.findings] == [(
        5, "seat 8002",
        "call 1 of queue sales goes to seat 8002, idle since cycle 2, though seat 8001 is idle since cycle 1",
    )]  # fmt: skip


def test_longest_idle_when_the_call_leaves_the_queue_before_it_rings() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + queued(5, 1, 1) + at_mpu(6, CallUnqueued(1, "sales", "seat", 1))
    assert verdict_of(LongestIdle, rows + rings(6, "8002", 1), 99).outcome is Outcome.FAILED


def test_longest_idle_equal_times_and_a_seat_told_idle_twice() -> None:
    assert verdict_of(LongestIdle, idle(1, "8001", "8002") + queued(5, 1, 1) + rings(5, "8002", 1), 99).outcome is (
        Outcome.PASSED
    )
    told_twice = idle(1, "8001") + idle(2, "8002") + idle(3, "8001") + queued(5, 1, 1) + rings(5, "8002", 1)
    assert verdict_of(LongestIdle, told_twice, 99).outcome is Outcome.FAILED


def test_longest_idle_a_seat_that_only_rang_keeps_its_turn() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + queued(3, 1, 1) + rings(3, "8001", 1)
    rows += idle(9, "8001") + queued(10, 2, 1)
    assert verdict_of(LongestIdle, rows + rings(10, "8001", 2), 99).outcome is Outcome.PASSED
    assert verdict_of(LongestIdle, rows + rings(10, "8002", 2), 99).outcome is Outcome.FAILED
    talked = rows[:-2] + at_mpu(5, SeatState("8001", "talk", 1), CallState(1, "talk", "")) + rows[-2:]
    assert verdict_of(LongestIdle, talked + rings(10, "8002", 2), 99).outcome is Outcome.PASSED
    assert verdict_of(LongestIdle, talked + rings(10, "8001", 2), 99).outcome is Outcome.FAILED


def test_longest_idle_a_seat_that_talked_before_an_unanswered_call_of_its_own_has_had_its_turn() -> None:
    rows = idle(1, "8001") + idle(6, "8002") + queued(2, 1, 1) + rings(2, "8001", 1)
    rows += at_mpu(3, SeatState("8001", "talk", 1), CallState(1, "talk", ""), SeatState("8001", "held", 1))
    rows += at_mpu(4, SeatState("8001", "talk", 2), CallState(2, "outgoing", ""))
    rows = sorted(rows, key=lambda row: row[0]) + idle(9, "8001") + queued(10, 3, 1)
    assert verdict_of(LongestIdle, rows + rings(10, "8002", 3), 99).outcome is Outcome.PASSED
    assert verdict_of(LongestIdle, rows + rings(10, "8001", 3), 99).outcome is Outcome.FAILED


def test_longest_idle_counts_from_a_restart() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + at_mpu(5, ProcessorActive("restart", 0, 2)) + queued(6, 1, 1)
    assert verdict_of(LongestIdle, rows + rings(6, "8002", 1), 99).outcome is Outcome.PASSED
    took_over = [row for row in rows if not isinstance(row[2], ProcessorActive)]
    took_over[2:2] = at_mpu(5, ProcessorActive("takeover", 2, 0))
    assert verdict_of(LongestIdle, took_over + rings(6, "8002", 1), 99).outcome is Outcome.FAILED


def test_longest_idle_counts_only_seats_of_the_queue_and_idle_ones() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + queued(5, 1, 1) + rings(5, "8002", 1)
    serves = {"8001": frozenset({"service"}), "8002": frozenset({"sales"})}
    assert verdict_of(LongestIdle, rows, 99, seat_queues=serves).outcome is Outcome.PASSED
    busy = idle(1, "8001") + idle(2, "8002") + at_mpu(3, SeatState("8001", "busy", 0)) + queued(5, 1, 1)
    assert verdict_of(LongestIdle, busy + rings(5, "8002", 1), 99).outcome is Outcome.PASSED


def test_longest_idle_not_applicable() -> None:
    assert verdict_of(LongestIdle, idle(1, "8001") + rings(2, "8001", 1), 99).outcome is Outcome.NOT_APPLICABLE


# -- where the platform ranks calls and seats --------------------------------------------------------------------


def ranked(at: int, call: int, priority: int, own: int = 1) -> list[Row]:
    return at_mpu(at, CallRanked(call, "sales", priority, own))


def unjust(rows: list[Row]) -> list[str]:
    return [one.what for one in verdict_of(LongestIdle, rows, 99).findings]


def test_fifo_a_call_of_higher_priority_goes_before() -> None:
    rows = queued(1, 1, 1) + ranked(2, 2, 5) + queued(2, 2, 1)
    assert findings([*rows, *rings(3, "8001", 2)]) == []
    assert findings([*rows, *rings(3, "8001", 1)]) == ["call 1 is given a seat before call 2, which came first"]
    lower = queued(1, 1, 1) + ranked(2, 2, -1) + queued(2, 2, 1)
    assert findings(lower) == ["call 2 comes new but is put before call 1"]


def test_fifo_says_nothing_of_calls_that_the_platform_gives_to_seats() -> None:
    rows = ranked(1, 1, 0, own=0) + queued(1, 1, 1) + queued(2, 2, 2) + ranked(3, 3, 0, own=0) + queued(3, 3, 3)
    assert findings([*rows, *rings(4, "8001", 3), *rings(5, "8002", 2)]) == []
    back = [*rows, *ranked(4, 1, 0), *rings(5, "8001", 2)]
    assert findings(back) == ["call 2 is given a seat before call 1, which came first"]


def test_longest_idle_the_lowest_penalty_first() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + at_mpu(3, MemberSet("sales", "8001", 1, 4)) + queued(4, 1, 1)
    assert unjust([*rows, *rings(5, "8002", 1)]) == []
    assert unjust([*rows, *rings(5, "8001", 1)]) == [
        "call 1 of queue sales goes to seat 8001, idle since cycle 1, though seat 8002 is idle since cycle 2 and has "
        "penalty 0, not 4"]  # fmt: skip


def test_longest_idle_a_seat_that_was_taken_out_is_passed_over() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + at_mpu(3, MemberSet("sales", "8001", 0, 0)) + queued(4, 1, 1)
    assert unjust([*rows, *rings(5, "8002", 1)]) == []
    assert len(unjust([*rows, *at_mpu(4, MemberSet("sales", "8001", 1, 0)), *rings(5, "8002", 1)])) == 1


def test_longest_idle_does_not_judge_the_choice_of_the_platform() -> None:
    rows = idle(1, "8001") + idle(2, "8002") + ranked(3, 1, 0, own=0) + queued(3, 1, 1)
    assert unjust([*rows, *rings(5, "8002", 1)]) == []
    assert len(unjust([*rows, *ranked(4, 1, 0), *rings(5, "8002", 1)])) == 1


def test_longest_idle_a_call_that_rang_and_had_talked_elsewhere_takes_no_turn() -> None:
    rows = at_mpu(1, CallState(7, "talk", "8003")) + idle(1, "8001") + idle(2, "8002")
    rows += rings(3, "8001", 7) + idle(4, "8001") + queued(5, 1, 1) + rings(5, "8001", 1)
    assert unjust(rows) == []


def test_fifo_calls_of_one_cycle_stand_equal_and_others_do_not() -> None:
    """The switch puts the lower number first; who is told first may have had a seat by then."""
    assert findings(queued(1, 22, 1) + queued(1, 19, 1) + rings(2, "8001", 22)) == []
    assert findings(queued(1, 19, 1) + queued(2, 22, 2) + rings(3, "8001", 22)) != []
    ranked = at_mpu(1, CallRanked(19, "sales", 5, 1))
    assert findings(queued(1, 22, 1) + ranked + queued(1, 19, 1) + rings(2, "8001", 22)) != []


def test_fifo_says_what_it_leaves_to_the_rules_of_the_platform() -> None:
    rows = at_mpu(1, CallRanked(1, "sales", 0, 0)) + queued(1, 1, 1)
    result = verdict_of(FirstInFirstOut, rows + rings(2, "8001", 1), 99)
    assert result.reason == "1 calls that the platform gives to seats: see platform.order"
