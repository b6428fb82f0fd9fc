"""Alarms: raised and cleared in pairs, and cleared once their cause is gone."""

from __future__ import annotations

from typing import Final

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    DefectGone,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    OrderGiven,
)
from switchsim.report.faults import FaultWatch, lies_under
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import format_cycles

SERIOUS: Final = ("critical", "major")
FROM_OUTSIDE: Final = ("d_link_lost", "signalling_link_lost", "processor_overload", "pool_short")
"""Alarms for which an outside program, or the callers, may be the cause."""


class AlarmsPaired(Check):
    """No alarm is raised twice, or cleared without having been raised."""

    name = "alarms.paired"
    title = "alarms are raised once and cleared once"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._up: dict[tuple[str, str], int] = {}
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {AlarmRaised: self._raised, AlarmCleared: self._cleared}

    def _raised(self, record: Record, event: AlarmRaised) -> None:
        self._seen = True
        key = (event.alarm, event.about)
        if key in self._up:
            what = f"alarm {event.alarm} is raised again; it is up since cycle {self._up[key]}"
            self.found(record.at, event.about, what)
        self._up[key] = record.at

    def _cleared(self, record: Record, event: AlarmCleared) -> None:
        self._seen = True
        since = self._up.pop((event.alarm, event.about), None)
        if since is None:
            self.found(record.at, event.about, f"alarm {event.alarm} is cleared but is not up")
        elif since != event.since:
            what = f"alarm {event.alarm} is cleared as raised at cycle {event.since}; it was raised at {since}"
            self.found(record.at, event.about, what)

    def finish(self, end: int) -> CheckResult:
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no alarm was raised")
        return judged(self.name, self.title, self.findings)


class AlarmsCleared(Check):
    """An alarm goes, within a window, once every fault that explains it is undone and no defect about it is left.

    A serious alarm that is still up at the end must have a cause in the journal: a fault, a defect, an order; all but
    those that outside programs and the load can bring about. Other alarms without a cause are not judged.
    """

    name = "alarms.cleared"
    title = "every alarm is cleared once its cause is undone"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._faults = FaultWatch(settings.facts, settings.own_facts)
        self._up: dict[tuple[str, str], int] = {}
        self._defects: dict[tuple[str, str], int] = {}
        self._gone: dict[str, int] = {}
        self._judged = 0
        self._serious: set[tuple[str, str]] = set()
        self._ordered: dict[str, int] = {}  # machine -> cycle of the first order that it was given

    def handlers(self) -> dict[type[Event], Handler]:
        follow: dict[type[Event], Handler] = dict.fromkeys((FaultArmed, FaultFired, FaultUndone), self._fault)
        return follow | {
            AlarmRaised: self._raised,
            AlarmCleared: self._cleared,
            DefectSeen: self._defect,
            DefectGone: self._defect_gone,
            OrderGiven: self._order,
        }

    def _fault(self, record: Record, event: Event) -> None:
        self._faults.take(record)

    def _order(self, record: Record, event: OrderGiven) -> None:
        if event.order == "act":  # faults are followed on their own
            self._ordered.setdefault(self.settings.machine_of(record.place), record.at)

    def _raised(self, record: Record, event: AlarmRaised) -> None:
        self._up[event.alarm, event.about] = record.at
        machine = self.settings.machine_of(event.about or record.place)
        if event.severity in SERIOUS and event.alarm not in FROM_OUTSIDE and machine not in self._ordered:
            self._serious.add((event.alarm, event.about))

    def _defect(self, record: Record, event: DefectSeen) -> None:
        self._defects[event.defect, event.about] = record.at

    def _defect_gone(self, record: Record, event: DefectGone) -> None:
        self._defects.pop((event.defect, event.about), None)
        self._gone[event.about] = record.at

    def _cleared(self, record: Record, event: AlarmCleared) -> None:
        raised = self._up.pop((event.alarm, event.about), None)
        self._serious.discard((event.alarm, event.about))
        if raised is not None:
            late = self._late(event.alarm, event.about, raised, record.at)
            if late:
                self.found(*late)

    def _cause_ended(self, alarm: str, about: str, raised: int) -> int | None:
        """The cycle at which its last cause ended: -1 = one still acts, None = none is known."""
        if any(lies_under(about, where) or lies_under(where, about) for _, where in self._defects):
            return -1
        ends = [chain.undone for chain in self._faults.causes_of(alarm, about)]
        if -1 in ends:
            return -1
        gone = self._gone.get(about, -1)
        if gone > raised:
            ends.append(gone)
        return max(ends, default=None)

    def _late(self, alarm: str, about: str, raised: int, until: int) -> tuple[int, str, str] | None:
        ended = self._cause_ended(alarm, about, raised)
        if ended is None:
            return None
        self._judged += 1
        window = self.settings.alarm_clear_cycles
        if ended < 0 or until - max(ended, raised) <= window:
            return None
        what = f"alarm {alarm} (raised at cycle {raised}): its cause ended at cycle {ended}; not cleared within "
        return ended, about, what + format_cycles(window)

    def finish(self, end: int) -> CheckResult:
        pending, unexplained = [], []
        for (alarm, about), raised in self._up.items():
            late = self._late(alarm, about, raised, end)
            if late:
                self.found(*late)
            elif (ended := self._cause_ended(alarm, about, raised)) is None:
                unexplained.append(f"{alarm} at {about}")
                if (alarm, about) in self._serious:
                    what = f"alarm {alarm} (raised at cycle {raised}) is up at the end of the run"
                    self.found(raised, about, f"{what}; no fault, defect or order explains it")
            elif ended >= 0:
                pending.append(f"{alarm} at {about}")
        if self.findings:
            return judged(self.name, self.title, self.findings)
        if pending:
            reason = "the run ended before its time to clear was over: " + ", ".join(pending)
            return CheckResult(self.name, self.title, Outcome.INCONCLUSIVE, reason)
        reason = "no cause known of " + ", ".join(unexplained) if unexplained else ""
        if not self._judged:
            reason = reason or "no alarm was raised by a known cause"
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, reason)
        return judged(self.name, self.title, self.findings, reason=reason)


ALARMS: tuple[type[Check], ...] = (AlarmsPaired, AlarmsCleared)
