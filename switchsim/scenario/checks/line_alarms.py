"""Alarms of E1 lines: each has a defect of its own, after which it comes, and goes."""

from __future__ import annotations

from typing import Final

from switchsim.model.event import Event, Record
from switchsim.model.events import AlarmCleared, AlarmRaised, BoardState, DefectGone, DefectSeen
from switchsim.report.faults import lies_under
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import format_cycles

OF_LINES: Final = "e1_"
Key = tuple[str, str]
"""A defect, and the line that it is about, by its place."""


class AlarmsOfLines(Check):
    """The alarm `e1_los` of a line is raised while there is the defect `los` of that line, cleared while there is none,
    and not up for much longer than that; so are all of a line. Other defects of the line, and faults that still act, do
    not explain it. Not judged: lines of which no defect is told, and how late while their board is not in service.
    """

    name = "alarms.lines"
    title = "every alarm of a line comes and goes with its own defect"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._known: dict[str, None] = {}  # lines of which defects are told
        self._present: dict[Key, None] = {}
        self._gone: dict[Key, int] = {}
        self._up: dict[Key, None] = {}
        self._judged = 0

    def handlers(self) -> dict[type[Event], Handler]:
        return {DefectSeen: self._seen, DefectGone: self._went, AlarmRaised: self._raised, AlarmCleared: self._cleared,
                BoardState: self._board}  # fmt: skip

    def _seen(self, record: Record, event: DefectSeen) -> None:
        self._known[event.about] = None
        self._present[event.defect, event.about] = None
        self._gone.pop((event.defect, event.about), None)

    def _went(self, record: Record, event: DefectGone) -> None:
        self._present.pop((event.defect, event.about), None)
        self._gone[event.defect, event.about] = record.at

    def _key(self, event: AlarmRaised | AlarmCleared) -> Key | None:
        """The defect of an alarm of a line."""
        if not event.alarm.startswith(OF_LINES) or event.about not in self._known:
            return None
        return event.alarm.removeprefix(OF_LINES), event.about

    def _raised(self, record: Record, event: AlarmRaised) -> None:
        key = self._key(event)
        if key is None:
            return
        self._judged += 1
        self._up[key] = None
        if key not in self._present:
            self.found(record.at, event.about, f"alarm {event.alarm} is raised, but there is no defect {key[0]}")

    def _cleared(self, record: Record, event: AlarmCleared) -> None:
        key = self._key(event)
        if key is None:
            return
        self._up.pop(key, None)
        if key in self._present:
            self.found(record.at, event.about, f"alarm {event.alarm} is cleared, but the defect {key[0]} is there")
        self._late(key, record.at)

    def _late(self, key: Key, until: int) -> None:
        gone = self._gone.get(key)
        if gone is not None and until - gone > self.settings.alarm_clear_cycles:
            window = format_cycles(self.settings.alarm_clear_cycles)
            what = f"the defect {key[0]} is gone since cycle {gone}; alarm {OF_LINES}{key[0]} is not cleared within "
            self.found(gone, key[1], what + window)

    def _board(self, record: Record, event: BoardState) -> None:
        """A board that was away begins anew to time what it finds."""
        for key in self._up:
            if lies_under(key[1], record.place) and key not in self._present:
                self._gone.pop(key, None)
                if event.state == "in_service":
                    self._gone[key] = record.at

    def finish(self, end: int) -> CheckResult:
        for key in self._up:
            self._late(key, end)
        if not self._judged:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no line raised an alarm")
        return judged(self.name, self.title, self.findings)


LINE_ALARMS: tuple[type[Check], ...] = (AlarmsOfLines,)
