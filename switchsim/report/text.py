"""The verdict for people: tables on a terminal, plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from switchsim.report.faults import STAGES, FaultChain
from switchsim.report.figures import Figures
from switchsim.report.result import CheckResult, Outcome
from switchsim.report.verdict import AlarmLine, Verdict
from switchsim.units import format_cycles

_COLOURS: Final = {"passed": "green", "failed": "red", "invalid": "magenta", "interrupted": "yellow", "crashed": "red"}


def print_verdict(verdict: Verdict, console: Console) -> None:
    """Print it to `console`: rich tables when that is a terminal, else lines that stay the same for the same run."""
    if not console.is_terminal:
        for line in verdict_lines(verdict):
            console.file.write(line + "\n")
        return
    console.print(_results_table(verdict))
    console.print(_pairs_table("Figures", figure_pairs(verdict.figures)))
    if verdict.faults:
        console.print(_faults_table(verdict.faults))
    if verdict.alarms:
        console.print(_alarms_table(verdict.alarms))
    colour = _COLOURS[verdict.result.value]
    console.print(f"[bold {colour}]{escape(_headline(verdict))}[/]", soft_wrap=True)
    console.print(f"digest {verdict.digest}", highlight=False, soft_wrap=True)


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """The whole verdict as plain lines."""
    for result in (*verdict.checks, *verdict.expects):
        reason = f" ({result.reason})" if result.reason else ""
        yield f"{result.outcome.value:15} {result.name}: {result.title}{reason}"
        yield from (f"    {finding}" for finding in result.findings)
        if result.findings_count > len(result.findings):
            yield f"    and {result.findings_count - len(result.findings)} more"
    for name, value in figure_pairs(verdict.figures):
        yield f"figure {name}: {value}"
    for chain in verdict.faults:
        yield f"fault {chain.fault} {chain.name} at {chain.where}: {chain.stages()}"
    for alarm in verdict.alarms:
        yield f"alarm {alarm.alarm} at {alarm.about} {alarm.severity}: {alarm.en} / {alarm.zh}; {_times(alarm)}"
    yield _headline(verdict)
    yield f"digest {verdict.digest}"


def figure_pairs(figures: Figures) -> list[tuple[str, str]]:
    """(name, value with its unit) of the figures that people ask for first."""
    causes = ", ".join(f"{count} x {cause}" for cause, count in figures.lost_causes.items())
    limit = format_cycles(figures.service_level_cycles)
    return [
        ("offered", str(figures.offered)),
        ("answered", f"{figures.answered} ({figures.answered_percent} %)"),
        ("lost", f"{figures.lost}" + (f": {causes}" if causes else "")),
        ("abandoned in queue", str(figures.abandoned)),
        *([("refused in overload", str(figures.refused))] if figures.refused else []),
        ("still up", str(figures.up)),
        ("never reached the machine", f"{figures.not_offered} (no link or no free channel at their exchange)"),
        ("placed", f"{figures.placed}, {figures.placed_answered} of them answered"),
        ("connect rate", f"{figures.connect_rate_percent} %"),
        ("service level", f"{figures.service_level_percent} % within {limit}"),
        ("mean wait", format_cycles(figures.mean_wait_cycles)),
        ("longest wait", format_cycles(figures.max_wait_cycles)),
        ("mean talk", format_cycles(figures.mean_talk_cycles)),
        ("calls an hour", str(figures.calls_an_hour)),
        ("seat utilisation", f"{figures.utilisation_percent} %"),
        ("most calls at once", f"{figures.peak_up}, {figures.peak_queued} of them queued"),
        *((f"test {one.test}", one.told()) for one in figures.tests),
    ]


def _headline(verdict: Verdict) -> str:
    counts = dict.fromkeys(Outcome, 0)
    for result in (*verdict.checks, *verdict.expects):
        counts[result.outcome] += 1
    told = ", ".join(f"{count} {outcome.value}" for outcome, count in counts.items() if count)
    why = f" - {verdict.reasons[0]}" if verdict.reasons else ""
    run = f"{verdict.scenario} seed {verdict.seed}, {format_cycles(verdict.end)}"
    return f"{verdict.result.value.upper()} {run}: {told}{why}"


def _times(alarm: AlarmLine) -> str:
    cleared = f"cleared {format_cycles(alarm.cleared)}" if alarm.cleared >= 0 else "still up"
    return f"raised {format_cycles(alarm.raised)}, {cleared}"


def _results_table(verdict: Verdict) -> Table:
    table = Table(title="Checks", title_justify="left")
    for column in ("", "check", "what"):
        table.add_column(column)
    for result in (*verdict.checks, *verdict.expects):
        colour = {Outcome.PASSED: "green", Outcome.FAILED: "red"}.get(result.outcome, "yellow")
        table.add_row(f"[{colour}]{result.outcome.value}[/]", escape(result.name), escape(_told(result)))
    return table


def _told(result: CheckResult) -> str:
    lines = [result.title + (f" ({result.reason})" if result.reason else ""), *map(str, result.findings)]
    if result.findings_count > len(result.findings):
        lines.append(f"and {result.findings_count - len(result.findings)} more")
    return "\n".join(lines)


def _pairs_table(title: str, pairs: list[tuple[str, str]]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in pairs:
        table.add_row(escape(name), escape(value))
    return table


def _faults_table(faults: tuple[FaultChain, ...]) -> Table:
    table = Table(title="Faults", title_justify="left")
    for column in ("fault", "where", *STAGES):
        table.add_column(column)
    for chain in faults:
        times = (getattr(chain, stage) for stage in STAGES)
        shown = (format_cycles(time) if time >= 0 else "never" for time in times)
        table.add_row(escape(f"{chain.fault} {chain.name}"), escape(chain.where), *shown)
    return table


def _alarms_table(alarms: tuple[AlarmLine, ...]) -> Table:
    table = Table(title="Alarms", title_justify="left")
    for column in ("alarm", "severity", "where", "text", "raised", "cleared"):
        table.add_column(column)
    for alarm in alarms:
        cleared = format_cycles(alarm.cleared) if alarm.cleared >= 0 else "still up"
        text = f"{alarm.en}\n{alarm.zh}"
        row = (alarm.alarm, alarm.severity, alarm.about, text, format_cycles(alarm.raised), cleared)
        table.add_row(*map(escape, row))
    return table
