"""Recognition of line signals (Q.422): 20 ms within 7 ms, both bits within 2 ms are one change, c d never count."""

from __future__ import annotations

from typing import Any

import pytest

from switchsim.proto import r2
from switchsim.units import ms


class Watch:
    """One recogniser on a clock: what it recognised, and when."""

    def __init__(self) -> None:
        self.recogniser = r2.Recogniser()
        self.now, self.due = 0, -1
        self.seen: list[tuple[float, str]] = []

    def _do(self, actions: Any) -> None:
        for action in actions:
            kind = type(action).__name__
            if kind == "StartTimer":
                self.due = self.now + action.cycles
            elif kind == "StopTimer":
                self.due = -1
            elif kind == "Recognised":
                self.seen.append((self.now / ms(1), f"{action.ab:02b}"))

    def until(self, end: int) -> None:
        while 0 <= self.due <= end:
            self.now, self.due = self.due, -1
            self._do(self.recogniser.timer("recognise"))
        self.now = end

    def play(self, *codes: tuple[float, int]) -> list[tuple[float, str]]:
        """`codes`: (ms, abcd) as they come; returns what was recognised after the first code, idle, had settled."""
        self._do(self.recogniser.push(0b1001))
        self.until(ms(1000))
        self.seen.clear()
        for at, abcd in codes:
            self.until(ms(1000) + round(at * ms(1)))
            self._do(self.recogniser.push(abcd))
        self.until(ms(3000))
        return [(at - 1000, ab) for at, ab in self.seen]


def test_a_change_is_recognised_after_20_ms_within_7() -> None:
    [(at, ab)] = Watch().play((0, 0b0001))
    assert ab == "00"
    assert 13 <= at <= 27


@pytest.mark.parametrize("length_ms", [1, 4, 7, 12])
def test_shorter_than_13_ms_is_nothing(length_ms: int) -> None:
    assert Watch().play((0, 0b0001), (length_ms, 0b1001)) == []


@pytest.mark.parametrize("length_ms", [28, 30, 60])
def test_longer_than_27_ms_is_a_signal(length_ms: int) -> None:
    assert [ab for _, ab in Watch().play((0, 0b0001), (length_ms, 0b1001))] == ["00", "10"]


@pytest.mark.parametrize("skew_ms", [0.125, 1, 2])
def test_two_bits_within_2_ms_are_one_change(skew_ms: float) -> None:
    """10 to 01: whichever bit comes first, neither 00 nor 11 is seen between."""
    for between in (0b0001, 0b1101):
        assert [ab for _, ab in Watch().play((0, between), (skew_ms, 0b0101))] == ["01"]


def test_an_interruption_begins_the_time_anew() -> None:
    [(at, ab)] = Watch().play((0, 0b0001), (10, 0b1001), (15, 0b0001))
    assert (ab, 28 <= at <= 42) == ("00", True)


@pytest.mark.parametrize("cd", range(4))
def test_c_and_d_are_never_compared(cd: int) -> None:
    assert Watch().play((0, 0b1000 | cd)) == []
    assert [ab for _, ab in Watch().play((0, 0b1100 | cd), (60, 0b1100 | cd ^ 0b11))] == ["11"]
