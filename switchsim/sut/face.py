"""What the runner sees of the outside, live (outside.py) or recorded (recorded.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from switchsim.kernel.inputs import InputRecord

Room = Callable[[int], int]
"""Source index -> how many more frames its timeslot takes now, 0..64; asked for attachments in frame modes alone."""


RUN: Final = "run"
"""Name of the last source: the run itself, which ends at a cycle."""


class OutsideEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something for the JSON lines of `serve`; never for the journal."""

    at: int
    """Cycle."""
    event: str
    """`attached` or `detached`."""
    source: str
    detail: str = ""


class Face(Protocol):
    """What the runner sees of the outside, live or recorded."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of the sources, in the order of the options: attachments, then clocks, then `ami`, `csta`, `agi`,
        `e1d` and `database` as far as there are any, then `run`."""

    def wait_ready(self, timeout_s: float, look: Callable[[], None] = ...) -> None: ...
    def next_deadline(self, now_cycle: int) -> int | None: ...
    def due(self, now_cycle: int) -> bool: ...
    def exchange(self, now_cycle: int, room: Room) -> list[InputRecord]: ...
    def deliver(self, source: int, octets: bytes) -> bool: ...
    def flush(self) -> None: ...
    def program(self, now_cycle: int, act: str) -> InputRecord: ...
    def end(self, now_cycle: int) -> InputRecord: ...
    def finished(self) -> bool: ...
    def take_events(self) -> list[OutsideEvent]: ...
    def close(self) -> None: ...
