"""Several clock boards: switchovers without a step, two machines that follow each other, snapshots."""

from __future__ import annotations

import pytest
from clock_bench import KIND, Bench, plan

from switchsim.kernel.snapshot import restore, take
from switchsim.model.events import AlarmRaised, ClockActive, ClockMode, ClockReference, OrderGiven
from switchsim.proto.clock.oscillator import Wander
from switchsim.proto.clock.store import LOST, Store, StoreState
from switchsim.terminals.clocking import ClockPlan
from switchsim.units import seconds

PLACE = "frame/0/slot/7"
SSU_A, SEC = 4, 11


def started(bench: Bench, until: int = seconds(1)) -> Bench:
    bench.kernel.power_on()
    bench.kernel.run(until)
    return bench


def modes(bench: Bench, place: str = "") -> list[tuple[int, str, str]]:
    return [(one.at, one.event.mode, one.event.reference) for one in bench.events(ClockMode, place=place)]


# -- pair --------------------------------------------------------------------------------------------------------------


def slips_of(bench: Bench, far_ppb: int, until: int) -> int:
    """Of a line whose far end writes with far_ppb."""
    store, now, count = Store(StoreState()), 0, 0
    for at, read in [*((at, clock.ppb) for at, clock in bench.told()), (until, 0)]:
        while (due := store.next_slip(now)) is not None and due[0] < at:
            now = due[0]
            store.slipped(now)
            count += 1
            assert due[1] in (LOST, 1)
        store.frequencies(at, far_ppb, read)
        now = at
    return count


@pytest.mark.parametrize("why", ["pull", "power", "hang"])
def test_a_switchover_is_no_step_and_no_slip(why: str) -> None:
    bench = Bench(plan(1), boards=2)
    bench.says(3, "e1-0", ppb=20_000, origin="far/e1-0")
    bench.inject(seconds(5), why)
    bench.heal(seconds(20), why)
    started(bench, seconds(60))
    told = [(at, clock.ppb) for at, clock in bench.told() if at > 100]
    assert told == []  # the lines have heard nothing new
    assert slips_of(bench, 20_000, seconds(60)) == 0
    assert [(one.place, one.at, one.event.why) for one in bench.events(ClockActive)] == [
        ("frame/0/slot/8", seconds(5), "switchover")]  # fmt: skip
    assert [mode[1:] for mode in modes(bench, "frame/0/slot/8")] == [("locked", "e1-0")]
    assert (bench.clock().gives, bench.clock(board=1).gives) == (False, True)  # it does not go back


def test_a_single_board_that_comes_back_locks_anew() -> None:
    bench = Bench(plan(1, ppb=30_000))
    bench.inject(seconds(5), "pull")
    bench.heal(seconds(20), "pull")
    started(bench, seconds(60))
    assert [one.event.why for one in bench.events(ClockActive)] == ["restart"]
    assert [mode[1] for mode in modes(bench)] == ["locked", "free_run", "acquiring", "locked"]
    assert bench.told()[-1][1].ppb == 0


def test_a_switchover_in_holdover_goes_on_from_the_same_frequency() -> None:
    bench = Bench(plan(1, ppb=4000), boards=2)
    bench.says(seconds(2), "e1-0", usable=False)
    bench.inject(seconds(10), "pull")
    started(bench, seconds(20))
    assert [clock.ppb for _, clock in bench.told()] == [0, 10, 20]  # each begins holdover as far off as the kind says
    assert modes(bench, "frame/0/slot/8")[-1][1] == "holdover"


def test_three_boards_take_over_in_their_order() -> None:
    bench = Bench(plan(1), boards=3)
    bench.inject(seconds(5), "pull", board=0)
    bench.inject(seconds(6), "pull", "2", board=1)
    bench.heal(seconds(7), "pull", board=0)
    bench.inject(seconds(9), "pull", "3", board=2)
    started(bench, seconds(20))
    assert [one.place for one in bench.events(ClockActive)] == ["frame/0/slot/8", "frame/0/slot/9", PLACE]
    assert bench.clock().gives


@pytest.mark.parametrize("after", [-8, 0, 1, 7, 8, 9, 16, 24])
def test_the_active_board_dies_while_the_other_starts(after: int) -> None:
    """Before it has answered that it gives the clock: whoever lives then gives it."""
    bench = Bench(plan(1), boards=2)
    bench.inject(seconds(5), "pull", board=0)
    bench.heal(seconds(7), "pull", board=0)
    bench.inject(seconds(7) + KIND.timings["self_test"] + after, "pull", "2", board=1)
    started(bench, seconds(30))
    assert bench.clock().gives
    assert modes(bench)[-1][1] == "locked"


# -- two machines ------------------------------------------------------------------------------------------------------


def two(north: ClockPlan, south: ClockPlan) -> Bench:
    bench = Bench(north, south)
    bench.join("e1-0")
    return bench


def city(name: str, references: int, **more: object) -> ClockPlan:
    rows = plan(references).references
    return ClockPlan(name=name, told=True, references=rows, **more)  # type: ignore[arg-type]


def test_a_timing_loop_is_seen_alarmed_and_opened_by_one() -> None:
    bench = two(city("north", 1), city("south", 1))
    started(bench, seconds(60))
    raised = [(one.at, one.place, one.event.about.partition("/reference/")[2])
              for one in bench.events(AlarmRaised) if one.event.alarm == "clock_timing_loop"]
    assert {row[1:] for row in raised} == {("m0/frame/0/slot/7", "e1-0"), ("m1/frame/0/slot/7", "e1-0")}
    given = [(one.place, one.event.stage) for one in bench.events(ClockReference) if one.event.stage == "given_up"]
    assert given == [("m0/frame/0/slot/7", "given_up")]  # north, the first by name
    assert modes(bench, "m0")[-1][1:] == ("holdover", "")
    assert modes(bench, "m1")[-1][1:] == ("locked", "e1-0")
    assert bench.told(1)[-1][1].origin == "south<north"
    assert list(bench.clock(1).state.alarms) == []
    assert sorted(bench.clock(0).state.alarms) == ["clock_holdover@m0/frame/0/slot/7",
                                                   "clock_timing_loop@m0/frame/0/slot/7/reference/e1-0"]  # fmt: skip


@pytest.mark.parametrize(("north", "south", "follows"), [(SSU_A, SEC, "m1"), (SEC, SSU_A, "m0"), (SEC, SEC, "m0")])
def test_status_messages_keep_a_loop_from_closing(north: int, south: int, follows: str) -> None:
    """Who follows a line says do-not-use on it, and nobody follows what is worse than himself; of equals one does."""
    bench = two(city("north", 1, ssm=True, quality=north), city("south", 1, ssm=True, quality=south))
    started(bench, seconds(60))
    assert [one for one in bench.events(AlarmRaised) if one.event.alarm == "clock_timing_loop"] == []
    leads = "m1" if follows == "m0" else "m0"
    assert (modes(bench, follows)[-1][1:], modes(bench, leads)[-1][2]) == (("locked", "e1-0"), "")
    assert len(modes(bench)) < 10


def test_the_loop_is_left_for_a_better_reference() -> None:
    """North has a reference of its own as the second choice: it is what it falls back to."""
    bench = two(city("north", 2), city("south", 1))
    bench.says(3, "e1-1", ppb=77, origin="far/e1-1")
    started(bench, seconds(90))
    assert modes(bench, "m0")[-1][1:] == ("locked", "e1-1")
    assert bench.told(1)[-1][1].origin == "south<north<far/e1-1"
    assert bench.told(1)[-1][1].ppb == 77


def test_who_free_runs_leads_the_other() -> None:
    bench = two(city("north", 0, ppb=50_000), city("south", 1))
    started(bench, seconds(30))
    assert bench.told(1)[-1][1].ppb == 50_000
    assert list(bench.events(AlarmRaised)) == []


# -- snapshots ---------------------------------------------------------------------------------------------------------


def busy() -> Bench:
    wander = Wander("walk", step_ppb=40, most_ppb=500, every_cycles=seconds(1))
    bench = Bench(plan(ppb=1500, wander=wander), boards=2)
    bench.says(3, "e1-0", ppb=700, origin="far/e1-0")
    bench.says(seconds(4), "e1-0", usable=False)
    bench.says(seconds(9), "e1-0", ppb=900, origin="far/e1-0")
    bench.inject(seconds(12), "clock_wander", ppb=0, amplitude_ns=3000, period=seconds(3))
    bench.inject(seconds(16), "pull", "2")
    bench.heal(seconds(22), "pull", "2")
    bench.says(seconds(25), "e1-1", usable=False)
    return bench


@pytest.mark.parametrize("at", [5, 159, 8001, 33_000, 37_777, 80_003, 100_001, 131_007, 140_000, 185_000])
def test_a_restored_clock_goes_on_as_the_first_one_did(at: int) -> None:
    first, second = busy(), busy()
    first.kernel.power_on()
    second.kernel.power_on()
    first.kernel.run(at)
    kept = take(first.kernel)
    first.kernel.run(seconds(40))
    restore(second.kernel, kept)
    second.kernel.run(seconds(40))
    assert take(first.kernel) == take(second.kernel)
    assert first.told() == second.told()


def test_the_batch_does_not_show() -> None:
    runs = []
    for batch in (1, 8, 160):
        bench = busy()
        bench.kernel.batch = batch
        started(bench, seconds(30))
        runs.append(bytes(bench.octets))
    assert runs[0] == runs[1] == runs[2]
    assert len(bench.events(OrderGiven)) > 5
