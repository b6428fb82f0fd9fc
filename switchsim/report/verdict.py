"""The verdict of a run: one answer, and everything it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from switchsim.errors import ExitCode
from switchsim.model.event import Record
from switchsim.model.events import AlarmCleared, AlarmRaised
from switchsim.report.faults import FaultChain
from switchsim.report.figures import Figures
from switchsim.report.journal import End
from switchsim.report.result import CheckResult, Outcome
from switchsim.report.traffic import Traffic

VERDICT_FORMAT: Final = 1


class Result(StrEnum):
    """interrupted: stopped by a person, a signal or a full disk; crashed: the software under test or a firmware did."""

    PASSED = "passed"
    FAILED = "failed"
    INVALID = "invalid"
    INTERRUPTED = "interrupted"
    CRASHED = "crashed"


class AlarmLine(msgspec.Struct):
    """One alarm of the run; cleared -1 = still up at the end."""

    alarm: str
    about: str
    severity: str
    cause: str
    zh: str
    en: str
    raised: int
    cleared: int = -1


class AlarmList:
    """All alarms in the order they were raised; give it every record."""

    def __init__(self) -> None:
        self.alarms: list[AlarmLine] = []
        self._up: dict[tuple[str, str], AlarmLine] = {}

    def take(self, record: Record) -> None:
        match record.event:
            case AlarmRaised(alarm=alarm, about=about, severity=severity, cause=cause, zh=zh, en=en):
                line = AlarmLine(alarm, about, severity, cause, zh, en, record.at)
                self.alarms.append(line)
                self._up[alarm, about] = line
            case AlarmCleared(alarm=alarm, about=about):
                up = self._up.pop((alarm, about), None)
                if up is not None:
                    up.cleared = record.at
            case _:
                pass


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """verdict.json. `end` is the last cycle; `why` how the journal ended (`` = it is cut). digest: of the journal."""

    format: int = VERDICT_FORMAT
    result: Result
    exit_code: int
    scenario: str
    seed: int
    end: int
    why: str
    digest: str
    reasons: tuple[str, ...]
    figures: Figures
    traffic: Traffic = Traffic()
    faults: tuple[FaultChain, ...]
    alarms: tuple[AlarmLine, ...]
    checks: tuple[CheckResult, ...]
    expects: tuple[CheckResult, ...]


_ENDS: Final = {
    "interrupted": ExitCode.INTERRUPTED,
    "terminated": ExitCode.TERMINATED,
    "output": ExitCode.OUTPUT,
    "": ExitCode.INTERRUPTED,
}


def make_verdict(
    *,
    scenario: str,
    seed: int,
    digest: str,
    end: End,
    figures: Figures,
    faults: Sequence[FaultChain],
    fault_results: Sequence[CheckResult],
    alarms: Sequence[AlarmLine],
    checks: Sequence[CheckResult],
    expects: Sequence[CheckResult],
    problem: tuple[ExitCode, str] | None = None,
    traffic: Traffic | None = None,
) -> Verdict:
    """Weigh everything up. `problem`: what stopped the run from outside (no peer came, a crash), with its exit code.

    A run that was stopped says nothing of what it did not reach; then a fault that never fired makes it invalid; then
    any failed check, fault or expectation fails it.
    """
    results = (*checks, *fault_results)
    reasons = [f"{one.name}: {_first(one)}" for one in (*results, *expects) if one.outcome is Outcome.FAILED]
    never = [chain for chain in faults if chain.fired < 0]
    if problem is not None:
        code = problem[0]
        reasons.insert(0, problem[1])
    elif end.why in _ENDS:
        code = _ENDS[end.why]
        reasons.insert(0, f"the run was stopped: {end.why or 'its journal is cut'}")
    elif never:
        code = ExitCode.INVALID_RUN
    else:
        code = ExitCode.FAILED if reasons else ExitCode.PASSED
    return Verdict(
        result=_RESULTS[code], exit_code=int(code),
        scenario=scenario,
        seed=seed,
        end=end.at,
        why=end.why,
        digest=digest,
        reasons=tuple(reasons),
        figures=figures, traffic=traffic or Traffic(),
        faults=tuple(faults),
        alarms=tuple(alarms),
        checks=results,
        expects=tuple(expects),
    )


_RESULTS: Final = {
    ExitCode.PASSED: Result.PASSED,
    ExitCode.FAILED: Result.FAILED,
    ExitCode.BAD_INPUT: Result.FAILED,
    ExitCode.INVALID_RUN: Result.INVALID,
    ExitCode.SUT_CRASHED: Result.CRASHED,
    ExitCode.OUR_BUG: Result.CRASHED,
    ExitCode.OUTPUT: Result.INTERRUPTED,
    ExitCode.INTERRUPTED: Result.INTERRUPTED,
    ExitCode.TERMINATED: Result.INTERRUPTED,
}


def _first(result: CheckResult) -> str:
    more = f" (and {result.findings_count - 1} more)" if result.findings_count > 1 else ""
    return f"{result.findings[0]}{more}" if result.findings else result.reason


def verdict_json(verdict: Verdict) -> bytes:
    return msgspec.json.format(msgspec.json.encode(verdict), indent=2) + b"\n"
