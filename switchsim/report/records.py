"""Call records (话单) of a run, from its journal: one a call, and whether each call really left one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import Final

import msgspec

from switchsim.model.event import Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallRecord,
    CallTranslated,
    CallUnqueued,
)
from switchsim.report.causes import cause_name
from switchsim.units import format_cycles

NOT_ENDED: Final = -1


class Detail(msgspec.Struct):
    """One call record. Cycles, 0 = never; ended -1: the call was up when the run ended.

    direction: in, out, seat. out_line, out_timeslot: circuit to another exchange, that it had last. attempts: circuits
    tried for it. number: after translation. waited: in queues. by: who cleared (caller, seat, machine, network, fault).
    """

    call: int
    direction: str
    line: str
    timeslot: int
    calling: str
    called: str
    number: str
    queue: str = ""
    seat: str = ""
    out_line: str = ""
    out_timeslot: int = 0
    attempts: int = 0
    offered: int = 0
    answered: int = 0
    talked: int = 0
    ended: int = NOT_ENDED
    waited: int = 0
    cause: int = 0
    by: str = ""


FIELDS: Final = Detail.__struct_fields__


class Records(msgspec.Struct, frozen=True):
    """All call records, by the number of the call; faults: calls without one or with several, in words."""

    rows: tuple[Detail, ...]
    faults: tuple[str, ...]


class RecordCollector:
    """Give it every record of a journal, in order."""

    def __init__(self) -> None:
        self._rows: dict[int, Detail] = {}
        self._written: dict[int, int] = {}
        self._cleared: dict[int, int] = {}  # call -> cycle

    def take(self, record: Record) -> None:
        event = record.event
        if isinstance(event, CallOffered):
            row = Detail(event.call, event.direction, event.line, event.timeslot, event.calling, event.called,
                         event.called, offered=record.at)  # fmt: skip
            if event.direction == "out":
                row.out_line, row.out_timeslot, row.attempts = event.line, event.timeslot, int(bool(event.line))
            self._rows.setdefault(event.call, row)
            return
        row_of = self._rows.get(getattr(event, "call", 0))
        if isinstance(event, CallRecord):
            self._record(event)
        elif isinstance(event, CallCleared):
            self._cleared.setdefault(event.call, record.at)
        elif row_of is None:
            return
        elif isinstance(event, CallAnswered):
            row_of.answered = record.at
        elif isinstance(event, CallTranslated):
            row_of.number = event.number
        elif isinstance(event, CallUnqueued):
            row_of.waited += event.waited
        elif isinstance(event, CallLeg) and event.line and event.joined:
            row_of.out_line, row_of.out_timeslot = event.line, event.timeslot
            row_of.attempts += 1

    def _record(self, event: CallRecord) -> None:
        """What the machine wrote down counts; the journal adds what the record has no room for."""
        self._written[event.call] = self._written.get(event.call, 0) + 1
        row = self._rows.setdefault(event.call, Detail(event.call, "", "", 0, "", "", ""))
        for name in CallRecord.__struct_fields__:
            setattr(row, name, getattr(event, name))

    def result(self) -> Records:
        faults = [f"call {call}: {count} call records" for call, count in self._written.items() if count > 1]
        faults += [f"call {call}: cleared without a call record" for call in self._cleared if call not in self._written]
        return Records(tuple(self._rows[call] for call in sorted(self._rows)), tuple(faults))


def collect(records: Iterable[Record]) -> Records:
    """The call records of a whole journal."""
    collector = RecordCollector()
    for record in records:
        collector.take(record)
    return collector.result()


def csv_lines(rows: Sequence[Detail]) -> Iterator[str]:
    """A heading and one line a call, as RFC 4180 has it, without the ends of lines."""
    for values in (FIELDS, *(tuple(getattr(row, name) for name in FIELDS) for row in rows)):
        line = StringIO()
        csv.writer(line, lineterminator="").writerow(values)
        yield line.getvalue()


def json_lines(rows: Sequence[Detail]) -> Iterator[str]:
    """One JSON object a call and line."""
    return (msgspec.json.encode(row).decode() for row in rows)


def table(rows: Sequence[Detail]) -> list[dict[str, object]]:
    """For people: times in seconds since the run began, lengths in seconds."""
    return [
        {
            "call 呼叫": row.call, "direction 方向": row.direction, "calling 主叫": row.calling,
            "called 被叫": row.called, "number 译后号码": row.number, "in 入中继": _circuit(row.line, row.timeslot),
            "out 出中继": _circuit(row.out_line, row.out_timeslot), "queue 队列": row.queue, "seat 座席": row.seat,
            "offered 呼入": format_cycles(row.offered), "waited 等待": format_cycles(row.waited),
            "talk 通话": format_cycles(row.ended - row.talked) if row.talked and row.ended >= 0 else "-",
            "ended 结束": format_cycles(row.ended) if row.ended >= 0 else "up",
            "cause 原因": cause_name(row.cause) if row.ended >= 0 else "", "by 释放方": row.by,
        }
        for row in rows
    ]  # fmt: skip


def _circuit(line: str, timeslot: int) -> str:
    return f"{line}:{timeslot}" if line else ""
