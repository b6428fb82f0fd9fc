"""Slips against G.822: which category each instant of time is in, by the slips of the 24 hours and the hour before it.

Only the last 31 slips can matter, so no more are remembered. Instants are cycles of 125 us.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.units import seconds

ACCEPTABLE, DEGRADED, UNACCEPTABLE = 0, 1, 2
MOST_IN_A_DAY, MOST_IN_AN_HOUR = 5, 30  # G.822 table 1, categories a and b
HOUR_CYCLES: Final = seconds(3600)
DAY_CYCLES: Final = 24 * HOUR_CYCLES
WHOLE_PPB: Final = 1_000_000_000
DEGRADED_BELOW_PPB, UNACCEPTABLE_BELOW_PPB = 10_000_000, 1_000_000
"""G.822 table 1, of a year or more: less than 1.0 % and 0.1 % of the time."""


class SlipState(msgspec.Struct):
    """times: cycles of the last 31 slips. at: until when time is counted; spent: cycles in each category."""

    times: list[int] = []
    at: int = 0
    spent: list[int] = msgspec.field(default_factory=lambda: [0, 0, 0])
    total: int = 0


class SlipQuality:
    """G.822 of one end of a line. Slips and questions come in order of time."""

    def __init__(self, state: SlipState) -> None:
        self.state = state

    def slip(self, at: int) -> None:
        """A frame was repeated or lost in this cycle."""
        self.advance(at)
        self.state.times.append(at)
        del self.state.times[: -MOST_IN_AN_HOUR - 1]
        self.state.total += 1

    def advance(self, now: int) -> None:
        """Time goes on until `now`; at most three categories are passed through."""
        state = self.state
        while state.at < now:
            change = self.next_change()
            until = now if change is None else min(now, change)
            state.spent[self.category] += until - state.at
            state.at = until

    @property
    def category(self) -> int:
        """ACCEPTABLE, DEGRADED (more than 5 slips in 24 hours) or UNACCEPTABLE (more than 30 in one) at `at`."""
        if self._lapses(MOST_IN_AN_HOUR, HOUR_CYCLES) > self.state.at:
            return UNACCEPTABLE
        return DEGRADED if self._lapses(MOST_IN_A_DAY, DAY_CYCLES) > self.state.at else ACCEPTABLE

    def next_change(self) -> int | None:
        """When the category gets better, if no slip comes; None when it is the best."""
        hour, day = self._lapses(MOST_IN_AN_HOUR, HOUR_CYCLES), self._lapses(MOST_IN_A_DAY, DAY_CYCLES)
        return next((lapses for lapses in (hour, day) if lapses > self.state.at), None)

    def _lapses(self, most: int, window: int) -> int:
        """When the window that ends then has no more than `most` slips."""
        times = self.state.times
        return times[-most - 1] + window if len(times) > most else 0

    def shares(self) -> tuple[int, int, int]:
        """Shares of the time so far in each category, 1e-9, rounded down."""
        spent, whole = self.state.spent, sum(self.state.spent)
        if not whole:
            return WHOLE_PPB, 0, 0
        return spent[0] * WHOLE_PPB // whole, spent[1] * WHOLE_PPB // whole, spent[2] * WHOLE_PPB // whole

    def objectives_met(self) -> bool:
        """Whether the time so far keeps the shares of G.822 table 1, which are meant for a year or more."""
        _, degraded, unacceptable = self.shares()
        return degraded < DEGRADED_BELOW_PPB and unacceptable < UNACCEPTABLE_BELOW_PPB
