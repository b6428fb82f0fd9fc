"""Journals written by hand, for the tests of what reads journals."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from switchsim.kernel.journal import Journal, RunDigest
from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallOffered,
    CallRecord,
    CallState,
    RunEnded,
    SeatState,
)
from switchsim.model.phase import Phase
from switchsim.report.compare import Checkpoint
from switchsim.report.result import CheckResult
from switchsim.scenario.checks.base import Check, CheckSettings, run_checks

MPU = "frame/1/slot/1/cpu"

Row = tuple[int, str, Event]
"""(cycle, place, event)."""


def at_mpu(at: int, *events: Event) -> list[Row]:
    return [(at, MPU, event) for event in events]


def records(rows: Iterable[Row], end: int = 0) -> list[Record]:
    """Records in the order given; with `end`, the run's last line at that cycle."""
    rows = list(rows)
    if end:
        rows.append((end, "run", RunEnded("done")))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows), "a journal is in order of time"
    return [Record(at, "decide", place, number, event) for number, (at, place, event) in enumerate(rows)]


def verdict_of(check: type[Check], rows: Iterable[Row], end: int = 0, **settings: Any) -> CheckResult:
    """What one check says of a hand-written journal."""
    return run_checks(records(rows, end), [check(CheckSettings(**settings))])[0]


def offered(call: int, timeslot: int = 1, direction: str = "in") -> CallOffered:
    return CallOffered(call, direction, "e1-0" if timeslot else "", timeslot, "13900000001", "10060")


def record_of(call: int, at: int, answered: int, timeslot: int = 1, cause: int = 16, ended: int = 4) -> CallRecord:
    """at, answered: the cycles of CallOffered and CallAnswered (0 = never)."""
    return CallRecord(
        call, "in", "e1-0", timeslot, "13900000001", "10060", "10060", "sales", "8001", at, answered, 3, ended, cause,
        "caller",
    )  # fmt: skip


def talking(call: int, at: int, seat: str = "8001") -> list[Row]:
    return at_mpu(at, CallState(call, "talk", ""), SeatState(seat, "talk", call))


def whole_call(call: int, at: int, until: int, timeslot: int = 1, cause: int = 16) -> list[Row]:
    """Offered, answered, cleared, recorded."""
    begin = at_mpu(at, offered(call, timeslot), CallAnswered(call))
    return begin + at_mpu(until, CallCleared(call, cause, "caller"), record_of(call, at, at, timeslot, cause, until))


def write_journal(path: Path, rows: Iterable[Row]) -> tuple[str, list[Checkpoint]]:
    """A journal file as the kernel writes it; returns its digest and its checkpoints."""
    digest, points = RunDigest(), []
    with path.open("wb") as out:

        def sink(octets: bytes) -> None:
            digest(octets)
            out.write(octets)

        journal = Journal(sink, lambda point: points.append(Checkpoint(point.cycle, point.offset, point.chain)))
        journal.begin()
        for at, place, event in rows:
            journal.write(at, Phase.DECIDE, place, event)
    return digest.hexdigest(), points
