"""Whole calls into the circuit, with an outgoing register of the standard's: the numbers arrive in whatever order."""

from __future__ import annotations

import pytest
from r2_caller import Caller, call
from r2_rows import CALLING, ORDINARY, Bench

NUMBERS = ["10000", "1", "13901234567", "0000000000", "0987654321"]


@pytest.mark.parametrize("calling", [CALLING, "0", "02088886666", "1029384756"])
@pytest.mark.parametrize("called", NUMBERS)
def test_q441_a_call_with_category_and_calling_number(called: str, calling: str) -> None:
    bench = Bench(complete_at=len(called))
    caller = call(bench, Caller(called, calling))
    [setup] = bench.all_reported("SetupInd")
    assert (setup.called, setup.calling, setup.category) == (called, calling, ORDINARY)
    assert caller.cycles[-2][1] == 3, "address complete, changeover to group B"
    assert caller.cycles[-1] == (1, 6), "group II, line free with charge"
    assert sum(backward == 5 for _, backward in caller.cycles) == 1 + len(calling) + 1
    bench.play("wait 100 -> line=11\nanswer -> line=01\nline 10; wait 400 -> line=10 selectable")
    assert bench.register == ""


def test_without_asking_the_calling_number_stays_unknown() -> None:
    bench = Bench(complete_at=5, ask_calling=False)
    caller = call(bench, Caller("10000", CALLING))
    assert caller.cycles == [(1, 1), (10, 1), (10, 1), (10, 1), (10, 3), (1, 6)]
    [setup] = bench.all_reported("SetupInd")
    assert (setup.called, setup.calling, setup.category) == ("10000", "", ORDINARY)


def test_a_restricted_calling_number_ends_with_12() -> None:
    """The category comes, the number does not: I-12, and the call goes on without it."""
    class Restricted(Caller):
        def _identity(self) -> int:
            self.asked += 1
            return self.category if self.asked == 0 else 12

    bench = Bench(complete_at=3)
    caller = call(bench, Restricted("234", ""))
    [setup] = bench.all_reported("SetupInd")
    assert (setup.called, setup.calling) == ("234", "")
    assert (12, 5) not in caller.cycles, "after I-12 the number is not asked for again"


def test_end_of_pulsing_ends_a_number_of_unknown_length() -> None:
    """I-15 after the last digit: the number is what has come, whatever the user still waits for."""
    bench = Bench(complete_at=9)
    call(bench, Caller("234", CALLING))
    [setup] = bench.all_reported("SetupInd")
    assert (setup.called, setup.calling) == ("234", CALLING)


def test_a_fixed_length_of_the_calling_number() -> None:
    bench = Bench(complete_at=3, calling_digits=4)
    caller = call(bench, Caller("234", "5678"))
    assert bench.all_reported("SetupInd")[0].calling == "5678"
    assert 15 not in [forward for forward, _ in caller.cycles]


CATEGORIES = [(1, {10}), (2, {11}), (3, {13}), (5, {9}), (6, {12})]


@pytest.mark.parametrize(("category", "isup"), CATEGORIES)
def test_q441_categories(category: int, isup: set[int]) -> None:
    """Group II to the calling party's category of Q.763: ordinary, priority, maintenance (test), operator, data."""
    bench = Bench(complete_at=2)
    call(bench, Caller("23", "45", category=category))
    assert bench.all_reported("SetupInd")[0].category in isup


def test_fifty_calls_in_turn_leave_nothing() -> None:
    bench = Bench(complete_at=2)
    for number in range(50):
        call(bench, Caller("23", str(1000 + number)))
        bench.play("answer; wait 3000; line 10; wait 400 -> selectable line=10 tone=0")
        assert (bench.register, bench.timers) == ("", {})
    assert [setup.calling for setup in bench.all_reported("SetupInd")] == [str(1000 + number) for number in range(50)]
    assert not bench.all_reported("Violation")
    assert not bench.all_reported("MaintenanceAlarm")
