"""The load of the processor that this program would run on, and what it does about too much of it.

Python's own time means nothing here: every message, timer and call costs a settled number of microseconds of the real
processor. The share of a second spent so is its load; one above 100 % says that the real one would fall behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.model.events import CallRefused, ProcessorLoad
from switchsim.model.messages import Layer3Received, Level2Report, LoadLevel, MsuReceived
from switchsim.proto import isup
from switchsim.units import CYCLES_PER_SECOND

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program
    from switchsim.firmware.reference.state import Call

CONGESTION: Final = 42  # switching equipment congestion (Q.850)
MOST: Final = 2
"""Level 0: all is well. 1: every second new attempt is refused. 2: every one. The levels of Q.764 2.11."""
_PER_CENT_US: Final = 10_000


class LoadMeter:
    """Windows of one second, aligned to the clock. A window is weighed up when the first thing of a later one happens:
    an idle processor needs no Python. Timer `load/0` sees to it only in a second of overload, or after one."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        model = self.core.office.load
        self.model = model
        self.much_us = model.begin_percent[0] * _PER_CENT_US
        self.costs_us: dict[type, int] = {
            Layer3Received: model.layer3_us, MsuReceived: model.msu_us, Level2Report: model.msu_us,
        }  # fmt: skip

    def message(self, kind: type) -> None:
        """A message is handled."""
        self.spend(self.costs_us.get(kind, self.model.message_us))

    def timer(self) -> None:
        """A timer is handled."""
        self.spend(self.model.timer_us)

    def spend(self, cost_us: int) -> None:
        load, second = self.core.state.load, self.core.world.now // CYCLES_PER_SECOND
        if second != load.second:
            self._weigh(second)
        was, load.busy_us = load.busy_us, load.busy_us + cost_us
        if was < self.much_us <= load.busy_us:
            self._await_end(second)

    def look(self) -> None:
        """A second in or before overload is over."""
        self.spend(0)

    def _weigh(self, second: int) -> None:
        """The window of `load.second` is over; windows without anything in them may have followed."""
        load = self.core.state.load
        percent = load.busy_us // _PER_CENT_US if second == load.second + 1 else 0
        load.second, load.busy_us = second, 0
        level = self.level_after(load.level, percent)
        if level != load.level:
            self._become(level, percent)
        if level:
            self._await_end(second)

    def _await_end(self, second: int) -> None:
        self.core.world.start_timer("load/0", (second + 1) * CYCLES_PER_SECOND - self.core.world.now)

    def level_after(self, level: int, percent: int) -> int:
        """The level that follows a window: raised at `begin`, lowered only below `end`."""
        while level < MOST and percent >= self.model.begin_percent[level]:
            level += 1
        while level and percent < self.model.end_percent[level - 1]:
            level -= 1
        return level

    def _become(self, level: int, percent: int) -> None:
        load, world = self.core.state.load, self.core.world
        load.level = level
        world.emit(ProcessorLoad(level, percent, load.refused))
        world.tell_board(LoadLevel(level, percent))
        point = self.program.trunks.number7.point
        for number, user in enumerate(point.users if point is not None else ()):
            if point is not None and isinstance(user, isup.Isup):
                point.do4(number, user.congested(level))
        if not level:
            load.refused = load.attempts = 0

    # -- new attempts --------------------------------------------------------------------------------------------

    def refuses(self) -> bool:
        """Asked once for each new attempt: whether there is too much to do for it; one that is taken costs its time."""
        load = self.core.state.load
        load.attempts += load.level > 0
        if load.level == MOST or (load.level and load.attempts % 2):
            return True
        self.spend(self.model.call_us)
        return False

    def refuse(self, call: Call) -> None:
        """End an attempt that has just begun; what was up before goes on."""
        self.core.state.load.refused += 1
        self.core.world.emit(CallRefused(call.number, self.core.state.load.level))
        self.program.calls.clear(call, CONGESTION, "machine")
