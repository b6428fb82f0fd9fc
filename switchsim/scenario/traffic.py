"""Traffic of a run folder: its journal, with the routes and the bins of its machine file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from switchsim.assembly.machine import MachineFile
from switchsim.assembly.signalling import No7Spec
from switchsim.assembly.yamlfile import parse
from switchsim.errors import BadInput
from switchsim.report.folder import JOURNAL, kept_files, read_run_info
from switchsim.report.journal import EndWatch, JournalReader
from switchsim.report.traffic import RoutePlan, Traffic, TrafficCounter, TrafficPlan

TIMESLOTS = 31
"""Of a line: those behind timeslot 0."""


def plan_of(machines: Sequence[MachineFile]) -> TrafficPlan:
    """No.7 lines towards one exchange are one route, by its name; a primary rate access is one, by its line."""
    lines: dict[str, list[str]] = {}
    room: dict[str, int] = {}
    for machine in machines:
        for line, signalling in machine.line_names():
            lines.setdefault(signalling.to if isinstance(signalling, No7Spec) else line, []).append(line)
            room[line] = TIMESLOTS - len(machine.link_timeslots(line))
    routes = tuple(RoutePlan(name, tuple(rows), sum(room[row] for row in rows)) for name, rows in lines.items())
    return TrafficPlan(machines[0].measurement.bin, routes)


def machines_of(folder: Path) -> list[MachineFile]:
    """The machine files of a run folder; several of a plant. Raises BadInput."""
    info = read_run_info(folder)
    found = kept_files(folder, info, "member") or kept_files(folder, info, "machine")
    if not found:
        raise BadInput.one(str(folder), "no machine in run.json", "one")
    return [parse(octets, str(folder / kept.copy)).validate(MachineFile) for kept, octets in found]


def traffic_of(folder: Path) -> Traffic:
    """Measure a run folder, an interrupted one too; raises BadInput when it is none, or damaged."""
    counter = TrafficCounter(plan_of(machines_of(folder)))
    end = EndWatch()
    for record in JournalReader(folder / JOURNAL):
        counter.take(record)
        end.take(record)
    return counter.result(end.result().at)
