"""After a fault the platform routes calls again, within a stated time that is reported."""

from __future__ import annotations

from typing import Any

from switchsim.model.event import Event, Record
from switchsim.model.events import CallCleared, CallState, Routed, RouteDecided
from switchsim.report.recovery import Recovered, RecoveryWatch
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.platform_pair import NO_PAIR
from switchsim.scenario.checks.platform_watch import PlatformWatch
from switchsim.units import format_cycles


class Recovery(Check):
    """The time begins with the fault where another CCS can take over, else when the fault ends; anything else that
    happens to the platform begins it anew. A question that the switch asks later is answered by the platform."""

    name = "platform.recovery"
    title = "after a fault the platform routes calls again in time"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._watch = PlatformWatch(settings)
        self._times = RecoveryWatch(settings.machines)
        self._asked: dict[tuple[str, int], int] = {}  # machine, call -> cycle of the question

    def handlers(self) -> dict[type[Event], Handler]:
        mine: dict[type[Event], Handler] = {
            CallState: self._state, CallCleared: self._cleared, RouteDecided: self._decided, Routed: self._routed,
        }  # fmt: skip
        return {**dict.fromkeys(RecoveryWatch.KINDS, self._time), **self._watch.handlers(self._time), **mine}

    def _call(self, record: Record, call: int) -> tuple[str, int]:
        return self.settings.machine_of(record.place), call

    def _time(self, record: Record, event: Any) -> None:
        self._times.take(record)

    def _state(self, record: Record, event: CallState) -> None:
        self._times.take(record)
        if event.state == "routing":
            self._asked[self._call(record, event.call)] = record.at
        else:
            self._asked.pop(self._call(record, event.call), None)

    def _cleared(self, record: Record, event: CallCleared) -> None:
        self._asked.pop(self._call(record, event.call), None)

    def _decided(self, record: Record, event: RouteDecided) -> None:
        self._times.take(record)
        if not event.target:
            self._asked.pop(self._call(record, event.call), None)  # it said that it can not route the call

    def _routed(self, record: Record, event: Routed) -> None:
        self._times.take(record)
        asked = self._asked.pop(self._call(record, event.call), None)
        row = self._watch.of(record.place)
        if asked is None or event.by == "platform" or not any(row.lives(place) for place in row.ccs()):
            return
        since, limit = row.quiet_since(record.at), self.settings.recovery_cycles
        if asked - since > limit:
            what = f"call {event.call}, asked about at cycle {asked}, is routed by the switch"
            expected = f"expected by the platform, which had {format_cycles(limit)} from cycle {since} on"
            self.found(record.at, record.place, f"{what}; {expected}")

    def finish(self, end: int) -> CheckResult:
        if not self._watch.paired:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, NO_PAIR)
        rows = self._times.rows()
        told = "; ".join(_told(row) for row in rows)
        if not rows and not self.findings:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "nothing happened to the platform")
        return judged(self.name, self.title, self.findings, reason=told)


def _told(row: Recovered) -> str:
    head = f"fault {row.fault} ({row.name} at {row.where})"
    if row.took >= 0:
        healed = f", {format_cycles(row.decided - row.undone)} after its end" if 0 <= row.undone < row.decided else ""
        return f"{head}: {format_cycles(row.took)}{healed}"
    return f"{head}: {'no decision yet' if row.asked else 'no call asked'}"


PLATFORM_RECOVERY: tuple[type[Check], ...] = (Recovery,)
