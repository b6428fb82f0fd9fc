"""Controlled slips: their rate (G.822: 125 us / |df/f|), their direction, and wander that makes none (G.823)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.proto.clock.oscillator import Oscillator, OscillatorState, Wander
from switchsim.proto.clock.sine import POINTS
from switchsim.proto.clock.store import FRAME_NS, LEAST_HYSTERESIS, LOST, NANO_FRAMES, REPEATED, Store, StoreState
from switchsim.units import CYCLES_PER_SECOND, seconds

PPB = st.integers(-500_000, 500_000)
STEPS = st.lists(st.tuples(st.integers(0, 40_000), PPB, PPB), min_size=1, max_size=8)


def slips(store: Store, now: int, until: int) -> list[tuple[int, int]]:
    """(cycle, direction) of every slip before `until`."""
    found = []
    while (due := store.next_slip(now)) is not None and due[0] < until:
        now = due[0]
        store.slipped(now)
        found.append(due)
    return found


# -- the rate ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["writer", "reader"])
@pytest.mark.parametrize("sign", [1, -1], ids=["fast", "slow"])
@pytest.mark.parametrize(("ppb", "apart_s"), [
    (1, Fraction(125_000)), (10, Fraction(12_500)), (100, Fraction(1250)), (1000, Fraction(125)),
    (4600, Fraction(125_000, 4600)), (50_000, Fraction(5, 2)), (100_000, Fraction(5, 4)), (500_000, Fraction(1, 4)),
])  # fmt: skip
def test_slips_are_as_far_apart_as_the_frequencies_say(ppb: int, apart_s: Fraction, sign: int, end: str) -> None:
    store = Store(StoreState())
    write, read = (sign * ppb, 0) if end == "writer" else (0, sign * ppb)
    store.frequencies(0, write, read)
    found = slips(store, 0, int(40 * apart_s * CYCLES_PER_SECOND))
    assert len(found) == 40
    first, last = found[0][0], found[-1][0]
    assert abs(last - first - 39 * apart_s * CYCLES_PER_SECOND) < 1  # not one of 39 intervals is rounded away
    faster = "writer" if write > read else "reader"
    assert {how for _, how in found} == {LOST if faster == "writer" else REPEATED}


@pytest.mark.parametrize(("ppb", "a_day"), [(1, 0.69), (10, 6.9), (1000, 691), (4600, 3180), (50_000, 34_560)])
def test_slips_of_a_day(ppb: int, a_day: float) -> None:
    store = Store(StoreState())
    store.frequencies(0, ppb, 0)
    assert abs(len(slips(store, 0, 10 * seconds(86_400))) - 10 * a_day) < 1 + a_day / 100


def test_equal_clocks_never_slip() -> None:
    store = Store(StoreState())
    store.frequencies(0, 50_000, 50_000)
    assert store.next_slip(0) is None
    assert store.next_slip(seconds(86_400 * 365)) is None


# -- hysteresis --------------------------------------------------------------------------------------------------------


def wandered(peak_to_peak_us: int, period_s: int, start: StoreState, turns: int = 5) -> list[tuple[int, int]]:
    """Slips under sinusoidal wander of the writer."""
    sine = Wander("sine", amplitude_ns=peak_to_peak_us * 500, period_cycles=seconds(period_s))
    oscillator, store, now, found = Oscillator(OscillatorState(wander=sine)), Store(start), 0, []
    while now < turns * POINTS * sine.interval_cycles:
        store.frequencies(now, oscillator.frequency(now), 0)
        change = oscillator.next_change(now)
        assert change is not None
        found += slips(store, now, change)
        now = change
    return found


def test_the_store_stands_what_g823_asks_for() -> None:
    assert Store(StoreState()).hysteresis > 5 * LEAST_HYSTERESIS
    assert LEAST_HYSTERESIS * FRAME_NS == 18_000 * NANO_FRAMES


@pytest.mark.parametrize("period_s", [2, 10, 600])
@pytest.mark.parametrize(("us", "count"), [(18, 0), (100, 0), (200, 0), (226, 0), (228, 4), (300, 4)])
def test_wander_about_the_middle(us: int, count: int, period_s: int) -> None:
    """113 us either way are free. What goes beyond slips in every turn: up, down, further down, up again."""
    found = wandered(us, period_s, StoreState())
    assert [how for _, how in found] == [LOST, REPEATED, REPEATED, LOST][:count] * 5


@pytest.mark.parametrize(("us", "count"), [(18, 0), (90, 0), (101, 0), (103, 1)])
def test_wander_right_after_a_slip(us: int, count: int) -> None:
    """At the worst moment: a frame was lost just now, and the wander turns back. 101 us of it make no second slip."""
    store = Store(StoreState())
    store.frequencies(0, 50_000, 0)
    (at, _), = slips(store, 0, seconds(3))
    store.frequencies(at, -us * 8, 0)  # us * 1000 ns are us * 8,000,000 nano-frames: a million cycles
    found = slips(store, at, at + 1_000_000)
    assert [how for _, how in found] == [REPEATED] * count


def test_a_line_that_comes_back_is_read_from_the_middle() -> None:
    store = Store(StoreState())
    store.frequencies(0, 1000, 0)
    store.recentred(seconds(100))
    due = store.next_slip(seconds(100))
    assert due == (seconds(100) + store.state.limit // 1000, LOST)


def test_a_slip_that_was_missed_is_due_now() -> None:
    store = Store(StoreState())
    store.frequencies(0, -100_000, 0)
    due = store.next_slip(seconds(60))
    assert due == (seconds(60), REPEATED)


# -- computed, not stepped to ------------------------------------------------------------------------------------------


@given(steps=STEPS)
def test_advance_equals_stepping(steps: list[tuple[int, int, int]]) -> None:
    """The instants that are computed are those that a store finds which looks at every cycle, or so: every 40th."""
    computed, stepped = Store(StoreState()), Store(StoreState())
    at, want, got = 0, [], []
    for length, write, read in steps:
        computed.frequencies(at, write, read)
        stepped.frequencies(at, write, read)
        want += slips(computed, at, at + length)
        for now in (*range(at, at + length, 40), at + length):
            due = stepped.next_slip(now)
            while due is not None and due[0] < min(now + 40, at + length):
                stepped.frequencies(due[0], write, read)
                stepped.slipped(due[0])
                got.append(due)
                due = stepped.next_slip(due[0])
            stepped.frequencies(now, write, read)
        at += length
    assert got == want
    assert computed.phase(at) == stepped.phase(at)


@given(steps=STEPS)
def test_a_second_opinion_on_the_phase(steps: list[tuple[int, int, int]]) -> None:
    """Cycle by cycle, in fractions: written minus read, frames slipped taken into account."""
    store, phase, at = Store(StoreState()), Fraction(0), 0
    for length, write, read in steps:
        length = length % 400
        store.frequencies(at, write, read)
        for _ in range(length):
            phase += Fraction(write - read, NANO_FRAMES)
        at += length
    assert store.phase(at) == phase * NANO_FRAMES
