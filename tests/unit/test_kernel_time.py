"""The clock: phases and ties, timers, orders at exact cycles, batches and early return."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_toys import Ball, Bench, Decider, ScriptedMedia, Sound, Toy

from switchsim.kernel.scheduler import natural_key
from switchsim.model.order import Act, describe
from switchsim.model.phase import Phase


def act(name: str = "go") -> Act:
    return Act(name, {})


def starts(toy: Toy, *timers: tuple[str, int]) -> None:
    for name, cycles in timers:
        toy.start_timer(name, cycles)


# -- ties --------------------------------------------------------------------------------------------------------------


def test_ties_break_by_phase_then_place_then_sequence() -> None:
    """Whatever the order of construction: signal before decide, slot 2 before slot 10, first started first."""
    bench = Bench()
    for path, kind in (("slot/10", Toy), ("slot/2", Decider), ("slot/9", Toy), ("slot/1", Decider)):
        bench.toy(path, lambda toy, what: starts(toy, ("b", 8), ("a", 8)) if what == "start" else None, kind)
    bench.kernel.power_on()
    bench.kernel.run(16)
    assert [(place, what) for _, place, what in bench.told()] == [
        (place, f"timer {name}") for place in ("slot/9", "slot/10", "slot/1", "slot/2") for name in ("b", "a")
    ]


def test_paths_sort_by_number_not_by_digit() -> None:
    paths = ["frame/10/slot/1", "frame/2/slot/3", "frame/2", "frame/2/slot/11"]
    assert [paths.index(path) for path in sorted(paths, key=natural_key)] == [2, 1, 3, 0]


@settings(max_examples=30, deadline=None)
@given(st.permutations([f"p/{number}" for number in range(12)]))
def test_the_order_of_construction_never_shows(paths: list[str]) -> None:
    def journal(order: list[str]) -> bytes:
        bench = Bench()
        for path in order:
            bench.toy(path, lambda toy, what: starts(toy, ("t", 24)) if what == "start" else None)
        bench.kernel.power_on()
        bench.kernel.run(32)
        return bytes(bench.octets)

    assert journal(paths) == journal(sorted(paths))


def test_a_part_that_acts_in_the_order_of_a_set_would_be_seen() -> None:
    """The comparison above can fail: construction order that leaks into the journal gives other octets."""
    def journal(order: list[str]) -> bytes:
        bench = Bench()
        bench.toy("p", lambda toy, what: starts(toy, *((name, 8) for name in order)) if what == "start" else None)
        bench.kernel.power_on()
        bench.kernel.run(16)
        return bytes(bench.octets)

    assert journal(["a", "b"]) != journal(["b", "a"])


# -- timers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cycles", "due"), [(0, 8), (1, 8), (8, 8), (9, 16), (800, 800)])
def test_a_timer_is_due_at_the_first_control_tick_at_or_after_its_time(cycles: int, due: int) -> None:
    """Started at power-on, after phase 2 of cycle 0: a timer of 0 cycles waits for the next tick."""
    bench = Bench()
    toy = bench.toy("p", lambda toy, what: starts(toy, ("t", cycles)) if what == "order go" else None)
    bench.kernel.power_on()
    bench.kernel.order(0, "p", act())
    bench.kernel.run(1000)
    expected = 0 if cycles == 0 else due  # an order lands before the cycle, so its own tick is still to come
    assert toy.state.seen == ["0 order go", f"{expected} timer t"]


@pytest.mark.parametrize(("again", "due"), [(400, 500), (40, 140)])
def test_a_restart_moves_the_deadline_forth_and_back(again: int, due: int) -> None:
    bench = Bench(tick=1)
    toy = bench.toy("p", lambda toy, what: starts(toy, ("t", 300 if what == "start" else again))
                    if what in ("start", "order go") else None)
    bench.kernel.power_on()
    bench.kernel.order(100, "p", act())
    bench.kernel.run(1000)
    assert toy.state.seen == ["100 order go", f"{due} timer t"]


def test_a_stopped_timer_is_not_due_and_can_be_started_again() -> None:
    bench = Bench(tick=1)

    def react(toy: Toy, what: str) -> None:
        if what == "order stop":
            toy.stop_timer("t")
        elif what in ("start", "order go"):
            toy.start_timer("t", 100)

    toy = bench.toy("p", react)
    bench.kernel.power_on()
    bench.kernel.order(50, "p", act("stop"))
    bench.kernel.run(200)
    assert toy.state.seen == ["50 order stop"]
    assert bench.kernel.timers_of("p") == []
    bench.kernel.order(250, "p", act())
    bench.kernel.run(251)
    assert bench.kernel.timers_of("p") == ["t"]
    bench.kernel.run(600)
    assert toy.state.seen == ["50 order stop", "250 order go", "350 timer t"]


def test_stopping_what_does_not_run_changes_nothing() -> None:
    bench = Bench()
    toy = bench.toy("p")
    bench.kernel.power_on()
    toy.stop_timer("none")
    bench.kernel.run(100)
    assert bench.kernel.timers == {}


class _Model:
    """The obvious timer: one deadline a name."""

    def __init__(self) -> None:
        self.due: dict[str, int] = {}
        self.fired: list[str] = []

    def tick(self, now: int) -> None:
        for name in [name for name, due in self.due.items() if due <= now]:
            del self.due[name]
            self.fired.append(f"{now} timer {name}")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab"), st.integers(-1, 60)), max_size=25))
def test_timers_against_a_model(script: list[tuple[int, str, int]]) -> None:
    """Any mixture of starts, restarts and stops (-1) fires what a table of deadlines fires, when it fires it."""
    bench = Bench(tick=1)
    toy = bench.toy("p")
    bench.kernel.power_on()
    model = _Model()
    for gap, name, cycles in script:
        for now in range(bench.kernel.now, bench.kernel.now + gap):
            model.tick(now)
        bench.kernel.run(bench.kernel.now + gap)
        now = bench.kernel.now
        bench.kernel._phase = Phase.ORDER  # between cycles, as an order is
        if cycles < 0:
            toy.stop_timer(name)
            model.due.pop(name, None)
        else:
            toy.start_timer(name, cycles)
            model.due[name] = now + cycles
    for now in range(bench.kernel.now, bench.kernel.now + 80):
        model.tick(now)
    bench.kernel.run(bench.kernel.now + 80)
    assert sorted(toy.state.seen) == sorted(model.fired)


# -- orders ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 8, 160, 8000])
def test_an_order_lands_at_its_own_cycle_on_a_tick_or_not(batch: int) -> None:
    bench = Bench(batch=batch)
    toy = bench.toy("p")
    bench.kernel.power_on()
    for at in (0, 7, 8, 13, 4001):
        bench.kernel.order(at, "p", act(f"a{at}"))
    bench.kernel.run(5000)
    assert toy.state.seen == [f"{at} order a{at}" for at in (0, 7, 8, 13, 4001)]


def test_orders_for_one_cycle_land_in_the_order_in_which_they_were_given() -> None:
    bench = Bench()
    bench.toy("p/2")
    bench.toy("p/1")
    bench.kernel.power_on()
    for place, name in (("p/2", "first"), ("p/1", "second"), ("p/2", "third")):
        bench.kernel.order(20, place, act(name))
    bench.kernel.run(24)
    assert [(at, what) for at, _, what in bench.told()] == [(20, f"order {n}") for n in ("first", "second", "third")]


def test_an_order_for_the_past_lands_now_and_one_for_nobody_is_refused() -> None:
    bench = Bench()
    toy = bench.toy("p")
    bench.kernel.power_on()
    bench.kernel.run(100)
    bench.kernel.order(3, "p", act())
    with pytest.raises(ValueError, match="no part q"):
        bench.kernel.order(3, "q", act())
    bench.kernel.run(101)
    assert toy.state.seen == ["100 order go"]


def test_an_order_is_journalled_before_what_it_does() -> None:
    bench = Bench()
    bench.toy("p")
    bench.kernel.power_on()
    bench.kernel.order(5, "p", Act("dial", {"digits": "12", "party": 3}))
    bench.kernel.run(8)
    lines = bytes(bench.octets).splitlines()
    assert b'"at":5,"phase":"order","place":"p","seq":0,"kind":"order_given","order":"act"' in lines[1]
    assert b'"seq":1,"kind":"defect_seen"' in lines[2]
    assert describe(Act("dial", {"digits": "12", "party": 3})) == ("act", "dial digits=12 party=3")


def test_an_observer_sees_what_was_written_and_may_order_later_cycles() -> None:
    bench = Bench()
    bench.toy("p")
    seen: list[tuple[int, str]] = []

    def observe(at: int, place: str, event: object) -> None:
        seen.append((at, type(event).__name__))
        if len(seen) == 1:
            bench.kernel.order(at + 3, place, act("answer"))

    bench.kernel.observers.append(observe)
    bench.kernel.power_on()
    bench.kernel.order(10, "p", act())
    bench.kernel.run(100)
    assert [(at, what) for at, _, what in bench.told()] == [(10, "order go"), (13, "order answer")]
    assert seen == [(10, "OrderGiven"), (10, "DefectSeen"), (13, "OrderGiven"), (13, "DefectSeen")]


# -- batches, early return ---------------------------------------------------------------------------------------------


def test_idle_stretches_are_jumped_and_a_batch_bounds_a_native_call() -> None:
    media = ScriptedMedia([])
    bench = Bench(media=media, batch=160)
    bench.toy("p", lambda toy, what: starts(toy, ("t", 200)) if what == "start" else None)
    bench.kernel.power_on()
    bench.kernel.run(400)
    assert media.calls == [(0, 160), (160, 200), (200, 360), (360, 400)]


def test_what_the_native_core_saw_reaches_its_owner_at_the_next_control_tick() -> None:
    media = ScriptedMedia([Sound(13, 1, 5), Sound(15, 1, 5), Sound(16, 1, 5), Sound(20, 2, 5)])
    bench = Bench(media=media)
    toy = bench.toy("p")
    bench.kernel.own_media((1,), 5, "p")
    bench.kernel.power_on()
    bench.kernel.run(100)
    assert toy.state.seen == ["16 media 5 at 13", "16 media 5 at 15", "24 media 5 at 16"], "kind 2 has no owner"
    assert media.calls[:2] == [(0, 100), (16, 100)], "the core came back early, and was sent on"


def test_a_sound_whose_onset_lies_back_is_never_delivered_in_the_past() -> None:
    class Late(ScriptedMedia):
        def run(self, until: int) -> list[Sound]:  # type: ignore[override]
            super().run(until)
            return [Sound(3, 1, 0)] if self.now == 160 else []

    bench = Bench(media=Late([]))
    toy = bench.toy("p")
    bench.kernel.own_media((1,), 0, "p")
    bench.kernel.power_on()
    bench.kernel.run(400)
    assert toy.state.seen == ["160 media 0 at 3"]


SOUNDS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 2)), max_size=12, unique=True)


def batch_journal(sounds: list[tuple[int, int]], tick: int, batch: int, cuts: list[int]) -> bytes:
    media = ScriptedMedia([Sound(at, 1, unit) for at, unit in sounds], tick)
    bench = Bench(media=media, tick=tick, batch=batch)
    for unit in range(3):
        bench.toy(f"p/{unit}", lambda toy, what: starts(toy, ("t", 11)) if what.startswith("media") else None)
        bench.kernel.own_media((1,), unit, f"p/{unit}")
    bench.kernel.power_on()
    for cut in sorted({*cuts, 400}):
        bench.kernel.run(cut)
    return bytes(bench.octets)


@settings(max_examples=60, deadline=None)
@given(SOUNDS, st.integers(1, 8), st.integers(1, 400), st.lists(st.integers(1, 399), max_size=4))
def test_neither_batch_nor_slices_show(sounds: list[tuple[int, int]], tick: int, batch: int, cuts: list[int]) -> None:
    assert batch_journal(sounds, tick, batch, cuts) == batch_journal(sounds, tick, 160, [])


def test_a_part_that_reads_the_batch_would_be_seen() -> None:
    """The comparison above can fail: a part that looks at how far the media has run gives itself away."""
    def journal(batch: int) -> bytes:
        media = ScriptedMedia([])
        bench = Bench(media=media, batch=batch)
        bench.toy("p", lambda toy, what: toy.start_timer("t", 80 + 8 * (len(media.calls) > 1))
                  if what in ("start", "timer t") else None)
        bench.kernel.power_on()
        bench.kernel.run(400)
        return bytes(bench.octets)

    assert journal(8) != journal(160)


def test_leave_ends_the_run_after_the_present_cycle() -> None:
    bench = Bench()
    toy = bench.toy("p", lambda toy, what: starts(toy, ("t", 80)) if what == "start" else None)
    bench.kernel.leave = lambda: bool(toy.state.seen)
    bench.kernel.power_on()
    bench.kernel.run(1000)
    assert bench.kernel.now == 81


@pytest.mark.parametrize("tick", [0, 9, -1])
def test_a_control_tick_beyond_a_row_is_refused(tick: int) -> None:
    with pytest.raises(ValueError, match="control tick"):
        Bench(tick=tick)


def test_two_parts_at_one_place_are_refused() -> None:
    bench = Bench()
    bench.toy("p")
    with pytest.raises(ValueError, match="two parts at p"):
        bench.toy("p")


def test_another_control_tick_is_another_machine() -> None:
    def journal(tick: int) -> bytes:
        bench = Bench(tick=tick)
        bench.toy("p", lambda toy, what: starts(toy, ("t", 13)) if what == "start" else None)
        bench.kernel.power_on()
        bench.kernel.run(100)
        return bytes(bench.octets)

    assert journal(1) != journal(8)
    assert journal(8) == journal(8)


def test_a_message_of_a_later_phase_arrives_in_the_same_tick_and_of_an_earlier_one_in_the_next() -> None:
    bench = Bench()
    signal = bench.toy("s", lambda toy, what: toy.send("out", Ball(1)) if what == "timer t" else
                       starts(toy, ("t", 16)) if what == "start" else None)
    decide = bench.toy("d", lambda toy, what: toy.send("out", Ball(2)) if what == "in 1" else None, Decider)
    bench.wire("s", "d")
    bench.wire("d", "s")
    bench.kernel.power_on()
    bench.kernel.run(100)
    assert decide.state.seen == ["16 in 1"]
    assert signal.state.seen == ["16 timer t", "24 in 2"]
