"""The end of a run: its journal is read once, by the checks, the expectations and whatever makes a file of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from switchsim.errors import ExitCode
from switchsim.report.faults import FaultWatch
from switchsim.report.figures import FigureCounter
from switchsim.report.folder import JOURNAL, JUNIT, SIGNALLING, VERDICT, WAVES, RunFolder
from switchsim.report.journal import EndWatch, JournalReader
from switchsim.report.junit import junit_xml
from switchsim.report.pcapng import write_pcapng
from switchsim.report.traffic import TrafficCounter, TrafficPlan
from switchsim.report.vcd import write_vcd
from switchsim.report.verdict import AlarmList, Verdict, make_verdict, verdict_json
from switchsim.scenario.checks import CheckRun, CheckSettings, built_in_checks, expectations
from switchsim.scenario.checks.expect import Expect


def judge(
    journal: Path,
    *,
    scenario: str,
    seed: int,
    digest: str,
    settings: CheckSettings,
    expects: Sequence[Expect],
    problem: tuple[ExitCode, str] | None = None,
    plan: TrafficPlan | None = None,
) -> Verdict:
    """Read a finished journal and weigh it up; raises BadInput when it can not be read.

    `problem`: what broke the run off from outside, with its exit code. `plan`: the machine's routes.
    """
    figures, alarms, end = FigureCounter(machines=settings.machines), AlarmList(), EndWatch()
    faults = FaultWatch(settings.facts, settings.own_facts)
    checks, wanted = CheckRun(built_in_checks(settings)), CheckRun(expectations(settings, expects))
    traffic = TrafficCounter(plan or TrafficPlan())
    takers = (figures.take, alarms.take, end.take, faults.take, checks.take, wanted.take, traffic.take)
    for record in JournalReader(journal):
        for take in takers:
            take(record)
    last = end.result()
    return make_verdict(
        scenario=scenario, seed=seed, digest=digest, end=last, figures=figures.result(last.at), faults=faults.result(),
        fault_results=faults.judge(), alarms=alarms.alarms, checks=checks.finish(last.at),
        expects=wanted.finish(last.at), problem=problem, traffic=traffic.result(last.at))


def write_evidence(folder: RunFolder, verdict: Verdict) -> None:
    """The files that are made of a finished journal; raises OutputError."""
    folder.write(VERDICT, verdict_json(verdict))
    folder.write(JUNIT, junit_xml(verdict))
    write_pcapng(folder.path / SIGNALLING, JournalReader(folder.path / JOURNAL))
    write_vcd(folder.path / WAVES, folder.path / JOURNAL)
