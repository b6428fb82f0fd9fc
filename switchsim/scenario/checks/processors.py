"""Exactly one main processor is active, outside a stated window."""

from __future__ import annotations

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import BoardState, ProcessorActive, ProcessorStandby
from switchsim.report.faults import lies_under
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import format_cycles

DOWN = ("off", "pulled", "hung", "faulty", "self_test")


class _Pair(msgspec.Struct):
    """The main processors of one machine."""

    named: tuple[str, ...]
    active: dict[str, int] = {}
    known: dict[str, None] = {}
    state: dict[str, str] = {}
    none_since: int = 0  # -1 = somebody is active, or nobody could be
    both_since: int = -1
    both: str = ""

    def could_be(self) -> bool:
        """Whether any processor could be active: all are known to be down only when each said so."""
        return not self.named or any(self.state.get(place) not in DOWN for place in self.named)


class OneActive(Check):
    """From its ProcessorActive a processor is active until it goes to standby, or its board is off, pulled or hangs.

    The first one may take the window from power-on. Nobody is missed while no processor is in service. Every machine
    of a plant is judged by itself.
    """

    name = "processors.one_active"
    title = "exactly one main processor is active"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._pairs: dict[str, _Pair] = {}
        for machine in settings.machines or ("",):
            named = tuple(place for place in settings.processors if settings.machine_of(place) == machine)
            self._pairs[machine] = _Pair(named, known=dict.fromkeys(named))
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {ProcessorActive: self._takes, ProcessorStandby: self._gives, BoardState: self._board}

    def _pair(self, record: Record) -> _Pair:
        return self._pairs.setdefault(self.settings.machine_of(record.place), _Pair(()))

    def _takes(self, record: Record, event: ProcessorActive) -> None:
        self._seen = True
        pair = self._pair(record)
        pair.known[record.place] = None
        pair.active[record.place] = record.at
        self._changed(pair, record.at)

    def _gives(self, record: Record, event: ProcessorStandby) -> None:
        pair = self._pair(record)
        pair.known[record.place] = None
        pair.active.pop(record.place, None)
        self._changed(pair, record.at)

    def _board(self, record: Record, event: BoardState) -> None:
        pair = self._pair(record)
        for processor in pair.known:
            if lies_under(processor, record.place):
                pair.state[processor] = event.state
                if event.state in DOWN:
                    pair.active.pop(processor, None)
        self._changed(pair, record.at)

    def _changed(self, pair: _Pair, at: int) -> None:
        if len(pair.active) != 1 or pair.none_since >= 0:
            self._window(pair, at)
        if len(pair.active) < 2:
            if pair.both_since >= 0:
                self._too_long(pair.both_since, at, pair.both, "are active together")
            pair.both_since = -1
        elif pair.both_since < 0:
            pair.both_since, pair.both = at, " and ".join(sorted(pair.active))

    def _window(self, pair: _Pair, at: int) -> None:
        if pair.active or not pair.could_be():
            if pair.none_since >= 0:
                self._nobody(pair, at)
            pair.none_since = -1
        elif pair.none_since < 0:
            pair.none_since = at

    def _nobody(self, pair: _Pair, until: int) -> None:
        machine = self.settings.machine_of(pair.named[0]) if pair.named else ""
        place = f"main processors of {machine}" if machine else "main processors"
        self._too_long(pair.none_since, until, place, "none is active")

    def _too_long(self, since: int, until: int, place: str, what: str) -> None:
        if until - since > self.settings.takeover_cycles:
            limit = format_cycles(self.settings.takeover_cycles)
            self.found(since, place, f"{what} for {format_cycles(until - since)}; at most {limit}")

    def finish(self, end: int) -> CheckResult:
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "the journal names no main processor")
        for pair in self._pairs.values():
            if pair.none_since >= 0:
                self._nobody(pair, end)
            if pair.both_since >= 0:
                self._too_long(pair.both_since, end, pair.both, "are active together")
        return judged(self.name, self.title, self.findings)


PROCESSORS: tuple[type[Check], ...] = (OneActive,)
