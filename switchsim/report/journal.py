"""Reading a finished journal: records one by one, and the index of its calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from switchsim.errors import BadInput
from switchsim.model.event import Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallOffered,
    CallQueued,
    CallRecord,
    RunEnded,
    SeatState,
    decode_line,
)

READS_FORMAT: Final = 1
"""The journal format that this reader understands; a journal of another one is refused."""


class _First(msgspec.Struct, forbid_unknown_fields=True):
    format: int


class _Head(msgspec.Struct):
    at: int


def _kind(line: bytes) -> bytes:
    """The kind of a record, which stands before all that could hold such a text itself."""
    return line.partition(b'"kind":"')[2].partition(b'"')[0]


class JournalReader:
    """Iterates over the records of journal.jsonl.

    A last line without its end of line is what an interrupted run leaves: it is not read, and `truncated` is set.
    `only`: kinds of the records that are wanted; lines of other kinds are counted, and not looked at any further.
    Raises BadInput (file, line, what) when the file is missing, of another format, or a whole line is none.
    """

    def __init__(self, path: Path, only: frozenset[str] | None = None) -> None:
        self.path = path
        self.truncated = False
        self.lines = 0
        self._only = None if only is None else frozenset(kind.encode() for kind in only)
        self._last = b""

    def last_at(self) -> int:
        """The cycle of the last whole line that was read, wanted or not; 0 before any."""
        try:
            return msgspec.json.decode(self._last, type=_Head).at if self._last else 0
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._bad(f"no journal record: {error}") from error

    def __iter__(self) -> Iterator[Record]:
        try:
            with self.path.open("rb") as source:
                yield from self._records(source)
        except OSError as error:
            what = error.strerror or "cannot be read"
            raise BadInput.one(str(self.path), what, "a journal", "name a run folder") from error

    def _records(self, source: BinaryIO) -> Iterator[Record]:
        self._first(source.readline())
        self.lines = 1
        for line in source:
            if not line.endswith(b"\n"):
                self.truncated = True
                return
            self.lines += 1
            self._last = line
            if self._only is not None and _kind(line) not in self._only:
                continue
            try:
                record = decode_line(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise self._bad(f"no journal record: {error}") from error
            yield record

    def _first(self, line: bytes) -> None:
        self.lines = 1
        if not line.endswith(b"\n"):
            self.truncated = True
            if not line:
                return
        try:
            first = msgspec.json.decode(line, type=_First)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._bad(f"not the first line of a journal: {error}") from error
        if first.format != READS_FORMAT:
            raise self._bad(f"journal format {first.format}")

    def _bad(self, what: str) -> BadInput:
        expected = f'{{"format":{READS_FORMAT}}}' if self.lines == 1 else "one object with at, phase, place, seq, kind"
        advice = "take the journal of a run of this version"
        return BadInput.one(str(self.path), what, expected, advice, line=self.lines)


class CallLine(msgspec.Struct):
    """One call in the index; cycles, -1 = not (yet)."""

    call: int
    direction: str
    line: str
    timeslot: int
    calling: str
    called: str
    offered: int
    answered: int = -1
    ended: int = -1
    cause: int = 0
    by: str = ""
    queue: str = ""
    seat: str = ""


class CallIndex:
    """All calls of a run by number; give it every record."""

    def __init__(self) -> None:
        self.calls: dict[int, CallLine] = {}

    def take(self, record: Record) -> None:
        event = record.event
        if isinstance(event, CallOffered):
            self.calls[event.call] = CallLine(
                event.call, event.direction, event.line, event.timeslot, event.calling, event.called, record.at
            )
            return
        call = self.calls.get(getattr(event, "call", 0))
        if call is None:
            return
        if isinstance(event, CallAnswered):
            call.answered = record.at
        elif isinstance(event, CallQueued):
            call.queue = event.queue
        elif isinstance(event, CallCleared):
            call.ended, call.cause, call.by = record.at, event.cause, event.by
        elif isinstance(event, CallRecord):
            call.line, call.timeslot = event.line or call.line, event.timeslot or call.timeslot
            call.seat = event.seat or call.seat
        elif isinstance(event, SeatState) and event.state in ("ringing", "talk"):
            call.seat = event.seat


def index_calls(records: Iterable[Record]) -> CallIndex:
    index = CallIndex()
    for record in records:
        index.take(record)
    return index


class End(msgspec.Struct, frozen=True):
    """How a journal ends: the last cycle it tells of, and why (`` when its last line is missing)."""

    at: int
    why: str


class EndWatch:
    """Finds the end of the run; give it every record."""

    def __init__(self) -> None:
        self.at = 0
        self.why = ""

    def take(self, record: Record) -> None:
        self.at = record.at
        if isinstance(record.event, RunEnded):
            self.why = record.event.why

    def result(self) -> End:
        return End(self.at, self.why)
