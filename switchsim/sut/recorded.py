"""The outside of a replay: `inputs.bin` played back, without any process or socket."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from switchsim.kernel.inputs import InputKind, InputReader, InputRecord
from switchsim.sut.face import OutsideEvent, Room

_CLOCK: Final = re.compile(r"clock/\d+")


class Recorded:
    """Has the face of `Outside`; what the machine sends goes nowhere."""

    def __init__(self, reader: InputReader) -> None:
        """Raises BadInput here or in `exchange` when the file is damaged."""
        self._reader = reader
        self._records: Iterator[InputRecord] = iter(reader)
        self._next = next(self._records, None)
        self._finished: set[int] = set()
        self._gone: set[int] = set()
        self._clocks = {index for index, name in enumerate(reader.sources) if _CLOCK.fullmatch(name)}
        self.ended_at: int | None = None
        """Cycle at which the recorded run ended, once it was met; None for an interrupted one."""

    @property
    def sources(self) -> tuple[str, ...]:
        return self._reader.sources

    def wait_ready(self, timeout_s: float, look: Callable[[], None] = lambda: None) -> None:
        """A record is always ready."""

    def next_deadline(self, now_cycle: int) -> int | None:
        """The cycle of the next record, which is later than `now_cycle` when `exchange` was called at it."""
        return max(self._next.at_cycle, now_cycle + 1) if self._next is not None else None

    def due(self, now_cycle: int) -> bool:
        return self._next is not None and self._next.at_cycle <= now_cycle

    def exchange(self, now_cycle: int, room: Room) -> list[InputRecord]:
        """The records of this cycle."""
        taken: list[InputRecord] = []
        while self._next is not None and self._next.at_cycle <= now_cycle:
            self._note(self._next)
            taken.append(self._next)
            self._next = next(self._records, None)
        return [record for record in taken if record.kind not in (InputKind.ENDED, InputKind.PROGRAM)]

    def end(self, now_cycle: int) -> InputRecord:
        """The record that a live run would end with."""
        source = len(self._reader.sources) - 1
        return InputRecord(at_cycle=now_cycle, source=source, seq=0, kind=InputKind.ENDED)

    def program(self, now_cycle: int, act: str) -> InputRecord:
        """The record that a live run would write; no program is there."""
        source = len(self._reader.sources) - 1
        return InputRecord(at_cycle=now_cycle, source=source, seq=0, kind=InputKind.PROGRAM, octets=act.encode())

    def deliver(self, source: int, octets: bytes) -> bool:
        return True

    def flush(self) -> None:
        """Nothing was sent."""

    def finished(self) -> bool:
        """As the recorded run saw it: a program said *finished*, and every other clocked one has too, or is gone."""
        return bool(self._finished) and self._clocks <= self._finished | self._gone

    def take_events(self) -> list[OutsideEvent]:
        return []

    def close(self) -> None:
        """Nothing is open here; the file belongs to the caller."""

    def _note(self, record: InputRecord) -> None:
        if record.kind is InputKind.ENDED:
            self.ended_at = record.at_cycle
        elif record.source in self._clocks:
            if record.kind is InputKind.FINISHED:
                self._finished.add(record.source)
            elif record.kind is InputKind.CLOSED:
                self._gone.add(record.source)
            elif record.kind is InputKind.CONNECTED:
                self._gone.discard(record.source)
