"""Wall time: when a paced run may go on. Nothing else decides how fast a run goes."""

from __future__ import annotations

import time
from typing import Final

from switchsim.sut.options import Pace
from switchsim.units import CYCLES_PER_MS, CYCLES_PER_SECOND

FAST_GRID_CYCLES: Final = 160
"""How often a program without a clock is looked after when the run is not paced: it shares no time with the machine."""
_NS: Final = 1_000_000_000


class Pacer:
    """Holds simulated time back to `pace` times wall time; started by `start`, never catches up by jumping."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.behind_ns = 0
        """The most that simulated time was behind its pace."""
        self._start_ns: int | None = None

    @property
    def grid_cycles(self) -> int:
        """How far a run may go before it looks outside again: a millisecond of wall time."""
        factor = -(-self.pace.milli_factor // 1000)
        return factor * CYCLES_PER_MS if factor else FAST_GRID_CYCLES

    def start(self) -> None:
        """Cycle 0 is now."""
        self._start_ns = time.monotonic_ns()

    def seconds_left(self, now_cycle: int) -> float:
        """Wall seconds until cycle `now_cycle` may be; 0 when it may be at once."""
        if self.pace.fast or self._start_ns is None:
            return 0.0
        due_ns = self._start_ns + now_cycle * _NS * 1000 // (CYCLES_PER_SECOND * self.pace.milli_factor)
        left_ns = due_ns - time.monotonic_ns()
        self.behind_ns = max(self.behind_ns, -left_ns)
        return max(left_ns, 0) / _NS
