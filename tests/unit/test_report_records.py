"""Call records of a run: one a call, what the journal adds to them, and what is told of calls that left none or two."""

from __future__ import annotations

import csv
import json

from by_hand import Row, at_mpu, offered, record_of, records, whole_call

from switchsim.model.events import CallAnswered, CallCleared, CallLeg, CallTranslated, CallUnqueued
from switchsim.report.records import FIELDS, collect, csv_lines, json_lines, table

GONE_ON: list[Row] = [
    *at_mpu(8, offered(1), CallTranslated(1, "10060", "7777"), CallUnqueued(1, "sales", "overflow", 800)),
    *at_mpu(900, CallLeg(1, "e1-4", 3, "", 1), CallLeg(1, "e1-4", 3, "", 0), CallLeg(1, "e1-5", 9, "", 1)),
    *at_mpu(1000, CallAnswered(1)),
    *at_mpu(2000, CallCleared(1, 16, "caller"), record_of(1, 8, 1000, ended=2000)),
]


def test_what_the_record_says_and_what_the_journal_adds() -> None:
    (row,) = collect(records(GONE_ON, 3000)).rows
    assert (row.call, row.direction, row.line, row.timeslot) == (1, "in", "e1-0", 1)
    assert (row.offered, row.answered, row.ended, row.cause, row.by) == (8, 1000, 2000, 16, "caller")
    assert (row.out_line, row.out_timeslot, row.attempts, row.waited) == ("e1-5", 9, 2, 800)


def test_a_call_that_is_up_has_a_row_too() -> None:
    found = collect(records(GONE_ON[:-2], 3000))
    (row,) = found.rows
    assert (row.ended, row.number, row.answered, found.faults) == (-1, "7777", 1000, ())
    assert table(found.rows)[0]["ended 结束"] == "up"


def test_a_record_too_many_and_one_too_few_are_told() -> None:
    rows = [*whole_call(1, 1, 5), *at_mpu(6, record_of(1, 1, 1), offered(2)), *at_mpu(7, CallCleared(2, 16, "caller"))]
    assert collect(records(rows, 9)).faults == ("call 1: 2 call records", "call 2: cleared without a call record")


def test_csv_and_json_hold_the_same() -> None:
    rows = collect(records([*GONE_ON, *whole_call(2, 2100, 2200)], 3000)).rows
    read = list(csv.DictReader(csv_lines(rows)))
    assert tuple(read[0]) == FIELDS
    objects = [json.loads(line) for line in json_lines(rows)]
    assert [{name: str(value) for name, value in row.items()} for row in objects] == read
    assert [row["call"] for row in objects] == [1, 2]
