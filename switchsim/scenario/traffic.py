"""Traffic of a run folder: its journal, with the routes and the bins of its machine file."""

from __future__ import annotations

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


def plan_of(machine: MachineFile) -> TrafficPlan:
    """No.7 lines towards one exchange are one route, by its name; a primary rate access is one, by its line."""
    lines: dict[str, list[str]] = {}
    for line, signalling in machine.line_names():
        lines.setdefault(signalling.to if isinstance(signalling, No7Spec) else line, []).append(line)
    routes = tuple(
        RoutePlan(name, tuple(rows), sum(TIMESLOTS - len(machine.link_timeslots(row)) for row in rows))
        for name, rows in lines.items()
    )
    return TrafficPlan(machine.measurement.bin, routes)


def traffic_of(folder: Path) -> Traffic:
    """Measure a run folder, an interrupted one too; raises BadInput when it is none, or damaged."""
    machines = kept_files(folder, read_run_info(folder), "machine")
    if len(machines) != 1:
        raise BadInput.one(str(folder), f"{len(machines)} machines in run.json", "one")
    kept, octets = machines[0]
    counter = TrafficCounter(plan_of(parse(octets, str(folder / kept.copy)).validate(MachineFile)))
    end = EndWatch()
    for record in JournalReader(folder / JOURNAL):
        counter.take(record)
        end.take(record)
    return counter.result(end.result().at)
