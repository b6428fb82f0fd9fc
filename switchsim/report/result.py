"""What a check says: an outcome, and findings that name the place and the cycle."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from switchsim.units import format_cycles

SHOWN_FINDINGS = 20
"""More findings of one check are counted, not listed: a run that breaks once often breaks a thousand times."""


class Outcome(StrEnum):
    """The four answers; the last two carry a reason."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"


class Finding(msgspec.Struct, frozen=True):
    """One thing that broke a rule: at which cycle, where, what."""

    at: int
    place: str
    what: str

    def __str__(self) -> str:
        return f"{format_cycles(self.at)} (cycle {self.at}) {self.place}: {self.what}"


class CheckResult(msgspec.Struct, frozen=True):
    """The answer of one check, fault or expectation.

    findings: the first SHOWN_FINDINGS of findings_count. reason: why it is neither passed nor failed, or what was seen.
    """

    name: str
    title: str
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    findings_count: int = 0


def judged(name: str, title: str, findings: list[Finding], *, reason: str = "") -> CheckResult:
    """Failed when anything was found, else passed."""
    outcome = Outcome.FAILED if findings else Outcome.PASSED
    ordered = sorted(findings, key=lambda finding: finding.at)
    return CheckResult(name, title, outcome, reason, tuple(ordered[:SHOWN_FINDINGS]), len(findings))
