"""Trunks of PRI, No.7 and R2 in one rack under load, and two machines joined by R2: nobody is lost, nothing leaks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from whole_runs import ROOT, Inside, prepared

from switchsim.model.events import CallLeg, CallRecord, ResourceFreed, ResourceSeized, decode_line
from switchsim.report.result import Outcome
from switchsim.scenario.checks import CheckRun, built_in_checks

LOAD = ROOT / "scenarios" / "load"


class Played:
    """A shipped scenario, run to its end."""

    def __init__(self, folder: Path, name: str) -> None:
        self.run = Inside(prepared(folder, (LOAD / f"{name}.yaml").read_text(encoding="utf-8")))
        self.run.go()
        self.records = [decode_line(line) for line in bytes(self.run.octets).splitlines()[1:]]
        self.events = [record.event for record in self.records]
        checks = CheckRun(built_in_checks(self.run.staged.settings()))
        for record in self.records:
            checks.take(record)
        self.checks = checks.finish(self.records[-1].at)

    def lines(self) -> Counter[str]:
        """Line -> calls on its circuits, of either direction."""
        return Counter(event.line for event in self.events if isinstance(event, CallRecord | CallLeg) and event.line)


@pytest.fixture(scope="module", params=["three_kinds_of_trunks", "joined_by_r2"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return Played(tmp_path_factory.mktemp("mixed"), request.param)


def test_every_call_is_answered_and_ends_as_calls_end(played: Played) -> None:
    records = [event for event in played.events if isinstance(event, CallRecord)]
    assert len(records) > 100
    assert {record.cause for record in records} == {16}
    assert all(record.answered for record in records)


def test_no_built_in_check_finds_anything(played: Played) -> None:
    assert [result for result in played.checks if result.outcome is Outcome.FAILED] == []


def test_receivers_and_registers_are_free_at_the_end(played: Played) -> None:
    held: Counter[tuple[str, str, int]] = Counter()
    for record in played.records:
        event = record.event
        if isinstance(event, ResourceSeized | ResourceFreed):
            held[record.place, event.resource, event.unit] += 1 if isinstance(event, ResourceSeized) else -1
    assert len(held) > 10
    assert not any(held.values())


def test_calls_were_on_lines_of_every_kind(played: Played) -> None:
    lines = played.lines()
    assert len(lines) >= 3
    assert min(lines.values()) > 20, lines
