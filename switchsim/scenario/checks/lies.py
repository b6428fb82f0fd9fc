"""Faults that make units or messages say what is not so: what then is broken by a rule is the fault's doing.

A finding stands on a stretch of time, from the beginning of the procedure that was broken to its end. It is the
fault's doing when that stretch meets the fault, on the link that the fault is about, in a layer that it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import FaultArmed, FaultFired, FaultUndone
from switchsim.report.result import CheckResult, Finding, Outcome, judged
from switchsim.scenario.checks.base import CheckSettings, FaultScope, Handler
from switchsim.units import format_cycles, seconds

OPEN: Final = 1 << 62
AFTER_CYCLES: Final = seconds(3)
"""What was on its way, and a link that a lie makes fail by T7, 2 s at most (Q.703 12.3)."""
LEVEL2, LEVEL3, USERS = 2, 3, 4
"""Layers that a lie may reach: the link; changeover, link tests, what is transferred; the user parts."""


class Lie(msgspec.Struct):
    """A fault that acts. link: `` all of them. until: the cycle up to which its traces may be seen."""

    name: str
    link: str
    layers: tuple[int, ...]
    since: int
    after: int
    until: int = OPEN


class Lies:
    """Give it the records that `handlers` names."""

    def __init__(self, settings: CheckSettings) -> None:
        self._facts, self._scopes = settings.facts, settings.scopes
        self._armed: dict[str, str] = {}
        self._lies: dict[str, Lie] = {}

    def handlers(self) -> dict[type[Event], Handler]:
        return {FaultArmed: self.arm, FaultFired: self.fire, FaultUndone: self.undo}

    def arm(self, record: Record, event: FaultArmed) -> None:
        self._armed[event.fault] = event.name

    def fire(self, record: Record, event: FaultFired) -> None:
        name = self._armed.get(event.fault, "")
        facts, scope = self._facts.get(name), self._scopes.get(event.fault, FaultScope())
        if facts is not None and facts.harms_messages:
            layers = (scope.layer,) if scope.layer else facts.layers
            lie = Lie(name, scope.link, layers, record.at, scope.late_cycles + AFTER_CYCLES)
            self._lies.setdefault(event.fault, lie)

    def undo(self, record: Record, event: FaultUndone) -> None:
        if event.fault in self._lies:
            self._lies[event.fault].until = record.at + self._lies[event.fault].after

    def meets(self, fault: str, link: str) -> bool:
        """Whether a fault, harmful or not, may be about `link`."""
        return self._scopes.get(fault, FaultScope()).link in ("", link)

    def acted(self, since: int, until: int, layer: int, *links: str) -> str:
        """A fault that may have had to do with what happened in [since, until] on one of `links`, `` none. No links:
        whatever links the fault is about."""
        return next((lie.name for lie in self._of(layer, links) if lie.since <= until and since <= lie.until), "")

    def _of(self, layer: int, links: tuple[str, ...]) -> list[Lie]:
        return [lie for lie in self._lies.values()
                if layer in lie.layers and (not links or lie.link in ("", *links))]  # fmt: skip

    # -- what a check says of it -------------------------------------------------------------------------------------

    def told(self, layer: int, end: int) -> str:
        """When nothing was judged, and why, in words; `` when all was."""
        rows = []
        for lie in self._of(layer, ()):
            until = format_cycles(lie.until) if lie.until < end else "the end"
            rows.append(f"{lie.name} ({lie.link or 'all links'}, {format_cycles(lie.since)} to {until})")
        return f"not judged: what meets the fault {' or '.join(rows)}" if rows else ""

    def all_along(self, begin: int, end: int, layer: int, links: Iterable[str]) -> bool:
        """Whether no time of [begin, end] was judged on any of `links`; at least one must be named."""
        return all(self._covered(begin, end, layer, link) for link in links)

    def _covered(self, begin: int, end: int, layer: int, link: str) -> bool:
        lies = self._of(layer, (link,) if link else ())
        for lie in sorted(lies, key=lambda lie: lie.since):
            if lie.since <= begin <= lie.until:
                begin = lie.until + 1
        return begin > end

    def judged(
        self, name: str, title: str, findings: list[Finding], span: tuple[int, int], layer: int,
        links: Iterable[str] = ("",), reason: str = "",
    ) -> CheckResult:  # fmt: skip
        """As `report.result.judged`; with what was not judged, and not applicable when that is all of `span`."""
        told = self.told(layer, span[1])
        if not findings and told and self.all_along(*span, layer, links):
            return CheckResult(name, title, Outcome.NOT_APPLICABLE, told)
        return judged(name, title, findings, reason="; ".join(text for text in (reason, told) if text))
