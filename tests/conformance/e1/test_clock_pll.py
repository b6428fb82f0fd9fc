"""The phase-locked loop: lock time, pull-in range, holdover and its drift (G.812 of 1988, a local node), free run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.proto.clock.oscillator import Oscillator, OscillatorState, Wander
from switchsim.proto.clock.pll import DAY_CYCLES, HALVINGS, Pll, PllConfig, PllState
from switchsim.units import seconds

LOCK = seconds(10)
PPB = st.integers(-50_000, 50_000)
ACTS = st.sampled_from(["follow", "lose", "moved", "oscillator", "free"])


def pll(**config: int) -> Pll:
    return Pll(PllState(), PllConfig(**config))


def course(one: Pll, now: int, until: int) -> list[tuple[int, str, int]]:
    """(cycle, mode, ppb) at `now` and at every change until then."""
    found = [(now, one.state.mode, one.frequency(now))]
    while (change := one.next_change(now)) is not None and change <= until:
        now = change
        one.advance(now)
        found.append((now, one.state.mode, one.frequency(now)))
    return found


@pytest.mark.parametrize(("own", "reference"), [(0, 0), (50_000, 0), (0, -50_000), (-50_000, 50_000), (4600, 4601)])
def test_it_is_locked_after_the_lock_time(own: int, reference: int) -> None:
    one = pll()
    one.oscillator(0, own)
    one.follow(800, reference)
    assert one.frequency(800) == own  # no jump
    found = course(one, 800, 800 + 2 * LOCK)
    assert next(at for at, mode, _ in found if mode == "locked") == 800 + LOCK
    assert abs(one.frequency(800 + LOCK) - reference) <= abs(own - reference) >> HALVINGS
    assert found[-1][1:] == ("locked", reference)
    assert one.next_change(800 + 2 * LOCK) is None


def test_what_is_left_halves() -> None:
    one = pll()
    one.oscillator(0, 32_000)
    one.follow(0, 0)
    assert [ppb for _, _, ppb in course(one, 0, LOCK)][:6] == [32_000, 16_000, 8000, 4000, 2000, 1000]


@pytest.mark.parametrize(("own", "reference", "inside"), [
    (0, 100_000, True), (0, 100_001, False), (50_000, -50_000, True), (50_000, -50_001, False), (-1, -100_001, True),
])  # fmt: skip
def test_pull_in_range(own: int, reference: int, inside: bool) -> None:
    """Both the interface's 50 ppm (G.703) and as much of its own."""
    one = pll(pull_in_ppb=100_000)
    one.oscillator(0, own)
    assert one.in_range(reference) is inside


def test_a_reference_that_steps_is_followed() -> None:
    one = pll()
    one.follow(0, 0, at_once=True)
    one.moved(seconds(20), 1600)
    assert one.frequency(seconds(20)) == 0
    assert course(one, seconds(20), seconds(60))[-1][1:] == ("locked", 1600)


def test_the_own_oscillator_comes_through_and_is_pulled_out() -> None:
    one = pll()
    one.follow(0, 500, at_once=True)
    one.oscillator(seconds(1), 4000)
    assert one.frequency(seconds(1)) == 4500
    assert course(one, seconds(1), seconds(60))[-1][2] == 500


@pytest.mark.parametrize("period_s", [2, 100, 3600])
def test_slow_wander_is_followed_and_fast_wander_smoothed(period_s: int) -> None:
    oscillator = Oscillator(OscillatorState(wander=Wander("sine", amplitude_ns=5000, period_cycles=seconds(period_s))))
    one, now, most = pll(), 0, 0
    one.follow(0, 0, at_once=True)
    for _ in range(128):
        one.moved(now, oscillator.frequency(now))
        change = oscillator.next_change(now)
        assert change is not None
        most = max(most, *(abs(ppb) for _, _, ppb in course(one, now, change)))
        now = change
    peak = oscillator.wander.peak_ppb
    assert (most < peak // 2) if period_s == 2 else (most > peak * 3 // 4)


# -- holdover ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "ppb"), [(0, 10), (1, 30), (2, 50), (7, 150), (30, 610)])
def test_g812_local_node_holdover(days: int, ppb: int) -> None:
    """1e-8 at once, 2e-8 a day."""
    one = pll(holdover_cycles=0)
    one.oscillator(0, 3000)
    one.follow(0, -700, at_once=True)
    one.lose(800)
    assert one.state.mode == "holdover"
    assert one.frequency(800 + days * DAY_CYCLES) == -700 + ppb


def test_holdover_drift_either_way_in_equal_steps() -> None:
    for drift in (20, -20):
        one = pll(drift_ppb_per_day=drift, holdover_ppb=0, holdover_cycles=0)
        one.follow(0, 0, at_once=True)
        one.lose(0)
        found = course(one, 0, DAY_CYCLES)
        assert [at for at, _, _ in found] == [k * DAY_CYCLES // 20 for k in range(21)]
        assert [ppb for _, _, ppb in found] == [k * drift // 20 for k in range(21)]


def test_the_oscillator_shows_in_holdover() -> None:
    one = pll(holdover_ppb=0, drift_ppb_per_day=0)
    one.oscillator(0, 5000)
    one.follow(0, 100, at_once=True)
    one.lose(10)
    one.oscillator(20, 5300)
    assert one.frequency(20) == 400


def test_holdover_ends_in_free_run() -> None:
    one = pll(holdover_cycles=seconds(3600), drift_ppb_per_day=0)
    one.oscillator(0, 4600)
    one.follow(0, 0, at_once=True)
    one.lose(80)
    found = course(one, 80, seconds(10_000))
    assert found == [(80, "holdover", 10), (80 + seconds(3600), "free_run", 4600)]


def test_what_never_was_locked_holds_nothing_over() -> None:
    one = pll()
    one.oscillator(0, 4600)
    one.follow(0, 0)
    one.lose(LOCK // 2)
    assert (one.state.mode, one.frequency(LOCK)) == ("free_run", 4600)


def test_a_failed_acquisition_keeps_what_was_learnt_before() -> None:
    one = pll(holdover_ppb=0, drift_ppb_per_day=0)
    one.oscillator(0, 4600)
    one.follow(0, 0, at_once=True)
    one.lose(100)
    one.follow(200, 0)
    one.lose(300)
    assert (one.state.mode, one.frequency(300)) == ("holdover", 0)


def test_a_hand_over_is_no_step() -> None:
    one = pll()
    one.oscillator(0, 9000)
    one.follow(0, 250, at_once=True)  # the output of the other loop
    one.follow(80, 256, handed_over=True)
    assert (one.state.mode, one.frequency(80)) == ("locked", 250)


# -- computed, not stepped to ------------------------------------------------------------------------------------------


def act(one: Pll, what: str, now: int, ppb: int) -> None:
    if what in ("follow", "moved", "oscillator"):
        getattr(one, what)(now, ppb)
    else:
        getattr(one, what)(now)


@given(acts=st.lists(st.tuples(ACTS, st.integers(1, 200_000), PPB), min_size=1, max_size=10))
def test_advance_equals_stepping(acts: list[tuple[str, int, int]]) -> None:
    """One looks only at the instants that next_change names, the other a hundred times in between as well."""
    config = {"holdover_cycles": seconds(20), "drift_ppb_per_day": 500_000}
    rare, often = pll(**config), pll(**config)
    now = 0
    for what, length, ppb in acts:
        act(rare, what, now, ppb)
        act(often, what, now, ppb)
        marks = [(at, mode, frequency) for at, mode, frequency in course(rare, now, now + length)]
        for at in range(now, now + length, max(1, length // 100)):
            often.advance(at)
            assert (often.state.mode, often.frequency(at)) == [mark[1:] for mark in marks if mark[0] <= at][-1]
        now += length
        rare.advance(now)
        often.advance(now)
        assert rare.state == often.state
