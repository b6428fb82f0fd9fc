"""Oscillators: what adds up, wander as a sine of phase and as a random walk; the table that they are made from."""

from __future__ import annotations

import math
from pathlib import Path

import make_clock_table
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchsim.proto.clock import sine
from switchsim.proto.clock.oscillator import Oscillator, OscillatorState, Wander, sine_ppb
from switchsim.terminals.clocking import disturb, leave_alone
from switchsim.units import ms, seconds

PACKAGE = Path(sine.__file__).parent
MIDDLE = 1 << 63


def test_the_table_is_what_its_script_writes(tmp_path: Path) -> None:
    make_clock_table.main([str(tmp_path)])
    assert (tmp_path / "sine.py").read_bytes() == (PACKAGE / "sine.py").read_bytes()


def test_the_table_against_the_floating_point_of_this_host() -> None:
    assert all(abs(value - 2**sine.SINE_Q * math.sin(2 * math.pi * k / sine.POINTS)) < 0.5001
               for k, value in enumerate(sine.SINE))


@pytest.mark.parametrize("period", [ms(100), ms(1000), seconds(10), seconds(86_400)])
@pytest.mark.parametrize("amplitude_ns", [0, 1, 500, 9000, 1_000_000])
def test_a_sine_comes_back_and_swings_as_far_as_it_says(amplitude_ns: int, period: int) -> None:
    wander = Wander("sine", amplitude_ns=amplitude_ns, period_cycles=period)
    assert sum(sine_ppb(wander, point) for point in range(sine.POINTS)) == 0
    crest = sum(sine_ppb(wander, point) for point in range(sine.POINTS // 4)) * wander.interval_cycles
    assert 0 <= amplitude_ns * 8000 - crest < wander.interval_cycles
    assert period <= wander.interval_cycles * sine.POINTS < period + ms(32)


def test_frequencies_are_constant_between_changes() -> None:
    one = Oscillator(OscillatorState(offset_ppb=700, wander=Wander("sine", amplitude_ns=5000, period_cycles=8192)))
    change = one.next_change(0)
    assert change == 256
    assert {one.frequency(now) for now in range(256)} == {one.frequency(0)}
    assert one.frequency(256) != one.frequency(0)
    assert one.next_change(255) == 256
    assert one.next_change(256) == 512


def test_without_wander_nothing_changes_by_itself() -> None:
    one = Oscillator(OscillatorState(offset_ppb=-50_000))
    assert (one.frequency(seconds(1000)), one.next_change(0)) == (-50_000, None)


@given(draws=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=60))
def test_a_walk_stays_within_its_bounds(draws: list[int]) -> None:
    one = Oscillator(OscillatorState(wander=Wander("walk", step_ppb=30, most_ppb=100, every_cycles=80)))
    now, before = 0, 0
    for bits in draws:
        change = one.next_change(now)
        assert change == now + 80
        now = change
        assert one.draws_due(now) == 1
        one.walk(bits)
        assert one.draws_due(now) == 0
        moved = one.frequency(now)
        assert abs(moved - before) <= 30
        assert abs(moved) <= 100
        before = moved


def test_every_step_of_a_walk_is_as_likely() -> None:
    """2 * step + 1 of them, by multiplication: the ends and the middle of 64 bits."""
    wander = Wander("walk", step_ppb=2, most_ppb=10, every_cycles=8)
    for bits, moved in ((0, -2), (MIDDLE, 0), (2**64 - 1, 2)):
        one = Oscillator(OscillatorState(wander=wander))
        one.walk(bits)
        assert one.frequency(8) == moved


def test_a_walk_that_was_not_looked_at_takes_all_its_draws() -> None:
    one = Oscillator(OscillatorState(wander=Wander("walk", step_ppb=2, most_ppb=10, every_cycles=8)))
    assert one.draws_due(80) == 10


def test_faults_replace_an_offset_and_add_steps() -> None:
    one = Oscillator(OscillatorState(offset_ppb=100))
    seen = []
    disturb(one, 10, "clock_offset", {"ppb": 5000, "fault": "1"})
    seen.append(one.frequency(10))
    disturb(one, 20, "clock_step", {"ppb": 70, "fault": "2"})
    disturb(one, 20, "clock_offset", {"ppb": -800, "fault": "3"})
    seen.append(one.frequency(20))
    leave_alone(one, 30, "clock_offset", {"fault": "3"})
    seen.append(one.frequency(30))
    leave_alone(one, 40, "clock_offset", {"fault": "1"})
    leave_alone(one, 40, "clock_step", {"fault": "2"})
    seen.append(one.frequency(40))
    assert seen == [5000, -730, 5070, 100]


def test_a_wander_fault_counts_from_its_beginning_and_leaves_the_old_one_as_if_new() -> None:
    one = Oscillator(OscillatorState(wander=Wander("walk", step_ppb=5, most_ppb=9, every_cycles=80)))
    one.walk(0)
    disturb(one, 1000, "clock_wander", {"amplitude_ns": 5000, "period": 8192, "fault": "1"})
    assert one.next_change(1000) == 1256
    assert one.frequency(1000) == sine_ppb(one.wander, 0)
    leave_alone(one, 2000, "clock_wander", {"fault": "1"})
    assert (one.frequency(2000), one.next_change(2000)) == (0, 2080)
    disturb(one, 3000, "clock_walk", {"ppb": 50, "most": 60, "every": 8, "fault": "2"})
    assert one.next_change(3000) == 3008
