"""Boards that watch the heartbeat lines of others.

Heartbeats are not sent one by one: a line says that it beats, or no more, and the watcher notices at the beat at which
it has missed enough of them. A line has its level whether or not the watcher lives; one that comes back looks at all.
"""

from __future__ import annotations

from typing import Any, TypeVar

from switchsim.hardware.board import Board, CommonState
from switchsim.model.messages import HeartbeatState

HEARTBEATS_MISSED = 3
BEAT = "beat/"
"""Lines come in on ports `beat/<name>`."""


class WatchingState(CommonState):
    beating: dict[str, bool] = {}  # line -> its level
    missing: list[str] = []  # lines whose loss was noticed


WatchingT = TypeVar("WatchingT", bound=WatchingState)


class WatchingBoard(Board[WatchingT]):
    """A kind gives `watched` (line -> place) and `alarm_of` (line -> alarm id), and may override `lost` and `back`."""

    watched: dict[str, str]
    alarm_of: dict[str, str]

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, HeartbeatState):
            self._line(port.removeprefix(BEAT), message.beating)
        else:
            super().on_message(port, message)

    def _line(self, name: str, beating: bool) -> None:
        self.state.beating[name] = beating
        if beating:
            self.stop_timer(f"missed/{name}")
            self.start_timer(f"seen/{name}", 0)
        else:
            period = self.kind.timings["heartbeat"]
            self.start_timer(f"missed/{name}", period * HEARTBEATS_MISSED - self.now % period)

    def started(self) -> None:
        if self.now:
            for name, beating in self.state.beating.items():  # what changed while this board was away
                self._line(name, beating)

    def timer(self, name: str) -> None:
        what, _, line = name.partition("/")
        place, alarm = self.watched[line], self.alarm_of[line]
        if what == "missed":
            if line not in self.state.missing:
                self.state.missing.append(line)
                self.see_defect("heartbeat_lost", place)
                self.raise_alarm(alarm, place, "heartbeat lost")
            self.lost(line)
        else:
            if line in self.state.missing:
                self.state.missing.remove(line)
                self.defect_gone("heartbeat_lost", place)
                self.clear_alarm(alarm, place)
            self.back(line)

    def lost(self, line: str) -> None:
        """The line beats no more."""

    def back(self, line: str) -> None:
        """The line beats (again)."""
