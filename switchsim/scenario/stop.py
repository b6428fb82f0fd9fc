"""Ctrl-C and SIGTERM: asked for politely between two slices of a run, so that no line is cut."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from switchsim.errors import ExitCode

_WHY = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
EXIT_CODES = {"interrupted": ExitCode.INTERRUPTED, "terminated": ExitCode.TERMINATED}


class Stopped(BaseException):
    """A signal came while the run waited for something outside."""


class StopSignal:
    """`why` is empty until a signal comes; then it is what the journal will say."""

    def __init__(self) -> None:
        self.why = ""
        self._waiting = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopSignal:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._came) for number in _WHY}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Here a signal breaks off at once, by raising Stopped: nothing of the machine is under way."""
        self.check()
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False

    def check(self) -> None:
        """Raise Stopped when a signal came."""
        if self.why:
            raise Stopped

    def _came(self, number: int, _frame: FrameType | None) -> None:
        again = bool(self.why)
        self.why = self.why or _WHY[signal.Signals(number)]
        if self._waiting:
            self._waiting = False
            raise Stopped
        if again:
            raise KeyboardInterrupt
