"""Exactly one main processor is active, outside a stated window."""

from __future__ import annotations

from switchsim.model.event import Event, Record
from switchsim.model.events import BoardState, ProcessorActive, ProcessorStandby
from switchsim.report.faults import lies_under
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import format_cycles

DOWN = ("off", "pulled", "hung", "faulty", "self_test")


class OneActive(Check):
    """From its ProcessorActive a processor is active until it goes to standby, or its board is off, pulled or hangs.

    The first one may take the window from power-on. Nobody is missed while no processor is in service.
    """

    name = "processors.one_active"
    title = "exactly one main processor is active"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._active: dict[str, int] = {}
        self._known: set[str] = set(settings.processors)
        self._state: dict[str, str] = {}
        self._none_since = 0  # -1 = somebody is active, or nobody could be
        self._both_since = -1
        self._both = ""
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {ProcessorActive: self._takes, ProcessorStandby: self._gives, BoardState: self._board}

    def _takes(self, record: Record, event: ProcessorActive) -> None:
        self._seen = True
        self._known.add(record.place)
        self._active[record.place] = record.at
        self._changed(record.at)

    def _gives(self, record: Record, event: ProcessorStandby) -> None:
        self._known.add(record.place)
        self._active.pop(record.place, None)
        self._changed(record.at)

    def _board(self, record: Record, event: BoardState) -> None:
        for processor in self._known:
            if lies_under(processor, record.place):
                self._state[processor] = event.state
                if event.state in DOWN:
                    self._active.pop(processor, None)
        self._changed(record.at)

    def _changed(self, at: int) -> None:
        if len(self._active) != 1 or self._none_since >= 0:
            self._window(at)
        if len(self._active) < 2:
            if self._both_since >= 0:
                self._too_long(self._both_since, at, self._both, "are active together")
            self._both_since = -1
        elif self._both_since < 0:
            self._both_since, self._both = at, " and ".join(sorted(self._active))

    def _window(self, at: int) -> None:
        if self._active or not self._could_be():
            if self._none_since >= 0:
                self._too_long(self._none_since, at, "main processors", "none is active")
            self._none_since = -1
        elif self._none_since < 0:
            self._none_since = at

    def _could_be(self) -> bool:
        """Whether any processor could be active: all are known to be down only when each said so."""
        named = self.settings.processors
        return not named or any(self._state.get(place) not in DOWN for place in named)

    def _too_long(self, since: int, until: int, place: str, what: str) -> None:
        if until - since > self.settings.takeover_cycles:
            limit = format_cycles(self.settings.takeover_cycles)
            self.found(since, place, f"{what} for {format_cycles(until - since)}; at most {limit}")

    def finish(self, end: int) -> CheckResult:
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "the journal names no main processor")
        if self._none_since >= 0:
            self._too_long(self._none_since, end, "main processors", "none is active")
        if self._both_since >= 0:
            self._too_long(self._both_since, end, self._both, "are active together")
        return judged(self.name, self.title, self.findings)


PROCESSORS: tuple[type[Check], ...] = (OneActive,)
