"""The checks behind the entries of `expect:`."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
)
from switchsim.report.faults import FaultChain, FaultWatch
from switchsim.report.figures import FigureCounter
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.expect import (
    EventFilter,
    Expect,
    ExpectAlarm,
    ExpectCount,
    ExpectFault,
    ExpectFigure,
    ExpectOrder,
    Range,
    Wanted,
)
from switchsim.scenario.events import KINDS
from switchsim.units import format_cycles, parse_duration


def matches(wanted: EventFilter, record: Record) -> bool:
    """Whether a record of the right kind is at the place and has the field values that are wanted."""
    if wanted.place != "*" and not fnmatchcase(record.place, wanted.place):
        return False
    return all(_is(getattr(record.event, field), value) for field, value in wanted.where.items())


def _is(value: int | str, wanted: Wanted) -> bool:
    if isinstance(wanted, Range):
        if not isinstance(value, int):
            return False
        return (wanted.min is None or value >= wanted.min) and (wanted.max is None or value <= wanted.max)
    if isinstance(wanted, list):
        return any(_is(value, one) for one in wanted)
    if isinstance(wanted, str):
        return fnmatchcase(str(value), wanted)
    return value == wanted


def _between(value: int | float, low: int | float | None, high: int | float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _bounds(low: object, high: object) -> str:
    if low is not None and high is not None:
        return f"{low}..{high}"
    return f"at least {low}" if low is not None else f"at most {high}"


class _Expected(Check):
    """Base: one entry; `name` and `title` are the instance's own."""

    def __init__(self, settings: CheckSettings, name: str, title: str) -> None:
        super().__init__(settings)
        self.entry_name = name
        self.entry_title = title

    def answer(self, reason: str = "") -> CheckResult:
        return judged(self.entry_name, self.entry_title, self.findings, reason=reason)


class Count(_Expected):
    def __init__(self, settings: CheckSettings, name: str, entry: ExpectCount) -> None:
        super().__init__(settings, name, entry.name or f"{_bounds(entry.min, entry.max)} x {describe(entry)}")
        self.entry = entry
        self.count = 0
        self._last = 0

    def handlers(self) -> dict[type[Event], Handler]:
        return {KINDS[self.entry.event]: self._event}

    def _event(self, record: Record, event: Event) -> None:
        if self.entry.within.holds(record.at) and matches(self.entry, record):
            self.count += 1
            self._last = record.at

    def finish(self, end: int) -> CheckResult:
        entry = self.entry
        if not _between(self.count, entry.min, entry.max):
            what = f"{self.count} x {describe(entry)}; expected {_bounds(entry.min, entry.max)}"
            self.found(self._last if self.count else end, entry.place, what)
        return self.answer(f"seen {self.count}")


def describe(wanted: EventFilter) -> str:
    """`call_cleared at trunk/* with cause 16`."""
    place = f" at {wanted.place}" if wanted.place != "*" else ""
    fields = " and ".join(f"{field} {_told(value)}" for field, value in wanted.where.items())
    return wanted.event + place + (f" with {fields}" if fields else "")


def _told(value: Wanted) -> str:
    if isinstance(value, Range):
        return _bounds(value.min, value.max)
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


class Figure(_Expected):
    def __init__(self, settings: CheckSettings, name: str, entry: ExpectFigure) -> None:
        super().__init__(settings, name, entry.name or f"{entry.figure} {_bounds(entry.min, entry.max)}")
        self.entry = entry
        self._counter = FigureCounter(machines=settings.machines)

    def handlers(self) -> dict[type[Event], Handler]:
        return dict.fromkeys(self._counter.kinds(), self._event)

    def _event(self, record: Record, event: Event) -> None:
        self._counter.take(record)

    def finish(self, end: int) -> CheckResult:
        entry = self.entry
        value = getattr(self._counter.result(end), entry.figure)
        low, high = (parse_duration(bound) if isinstance(bound, str) else bound for bound in (entry.min, entry.max))
        told = format_cycles(value) if entry.figure.endswith("_cycles") else str(value)
        if not _between(value, low, high):
            self.found(end, "figures", f"{entry.figure} is {told}; expected {_bounds(entry.min, entry.max)}")
        return self.answer(f"is {told}")


class Alarm(_Expected):
    def __init__(self, settings: CheckSettings, name: str, entry: ExpectAlarm) -> None:
        word = "is not raised" if entry.absent else "is raised"
        super().__init__(settings, name, entry.name or f"alarm {entry.alarm} about {entry.about} {word}")
        self.entry = entry
        self._raised: dict[tuple[str, str], int] = {}
        self._seen = 0

    def handlers(self) -> dict[type[Event], Handler]:
        return {AlarmRaised: self._up, AlarmCleared: self._down}

    def _up(self, record: Record, event: AlarmRaised) -> None:
        entry = self.entry
        if event.alarm != entry.alarm or not fnmatchcase(event.about, entry.about) or not entry.raised.holds(record.at):
            return
        self._seen += 1
        self._raised[event.alarm, event.about] = record.at
        if entry.absent:
            self.found(record.at, event.about, f"alarm {event.alarm} is raised; expected that it is not")

    def _down(self, record: Record, event: AlarmCleared) -> None:
        raised = self._raised.pop((event.alarm, event.about), None)
        if raised is not None:
            self._late(event.about, raised, record.at)

    def _late(self, about: str, raised: int, until: int) -> None:
        limit = self.entry.cleared_within
        if limit is not None and until - raised > limit:
            after = f"up for {format_cycles(until - raised)}; expected cleared within {format_cycles(limit)}"
            self.found(raised, about, f"alarm {self.entry.alarm} is {after}")

    def finish(self, end: int) -> CheckResult:
        entry = self.entry
        pending = 0
        for (_, about), raised in self._raised.items():
            self._late(about, raised, end)
            pending += entry.cleared_within is not None and end - raised <= entry.cleared_within
        if not self._seen and not entry.absent:
            self.found(end, entry.about, f"alarm {entry.alarm} was not raised in its window")
        if pending and not self.findings:
            reason = "the run ended before the time to clear was over"
            return CheckResult(self.entry_name, self.entry_title, Outcome.INCONCLUSIVE, reason)
        return self.answer()


class Fault(_Expected):
    def __init__(self, settings: CheckSettings, name: str, entry: ExpectFault) -> None:
        limit = f" within {format_cycles(entry.within)}" if entry.within is not None else ""
        super().__init__(settings, name, entry.name or f"fault {entry.fault} is {entry.stage}{limit}")
        self.entry = entry
        self._watch = FaultWatch(settings.facts, settings.own_facts)

    def handlers(self) -> dict[type[Event], Handler]:
        return dict.fromkeys(FaultWatch.KINDS, self._event)

    def _event(self, record: Record, event: Event) -> None:
        self._watch.take(record)

    def finish(self, end: int) -> CheckResult:
        wanted = str(self.entry.fault)
        chains = [chain for chain in self._watch.result() if wanted in (chain.fault, chain.name)]
        if not chains:
            self.found(end, "faults", f"no fault {wanted} was armed")
        for chain in chains:
            self._judge(chain)
        return self.answer("; ".join(chain.stages() for chain in chains))

    def _judge(self, chain: FaultChain) -> None:
        stage, limit = self.entry.stage, self.entry.within
        seen: int = getattr(chain, stage)
        since = chain.fired if chain.fired >= 0 else chain.armed
        if seen < 0:
            self.found(since, chain.where, f"fault {chain.fault} ({chain.name}) was never {stage}; {chain.stages()}")
        elif limit is not None and seen - since > limit:
            what = f"{stage} after {format_cycles(seen - since)}; expected within {format_cycles(limit)}"
            self.found(since, chain.where, f"fault {chain.fault} ({chain.name}) {what}")


class Order(_Expected):
    def __init__(self, settings: CheckSettings, name: str, entry: ExpectOrder) -> None:
        super().__init__(settings, name, entry.name or f"{describe(entry.first)} before {describe(entry.then)}")
        self.entry = entry
        self._first = self._then = -1

    def handlers(self) -> dict[type[Event], Handler]:
        return {KINDS[wanted.event]: self._event for wanted in (self.entry.first, self.entry.then)}

    def _event(self, record: Record, event: Any) -> None:
        first, then = self.entry.first, self.entry.then
        if self._first < 0:
            if isinstance(event, KINDS[first.event]) and matches(first, record):
                self._first = record.at
        elif self._then < 0 and isinstance(event, KINDS[then.event]) and matches(then, record):
            self._then = record.at

    def finish(self, end: int) -> CheckResult:
        entry = self.entry
        if self._first < 0:
            self.found(end, entry.first.place, f"no {describe(entry.first)}")
        elif self._then < 0:
            self.found(self._first, entry.then.place, f"no {describe(entry.then)} after {describe(entry.first)}")
        elif entry.within is not None and self._then - self._first > entry.within:
            after = f"{format_cycles(self._then - self._first)}; expected within {format_cycles(entry.within)}"
            self.found(self._then, entry.then.place, f"{describe(entry.then)} comes after {after}")
        return self.answer()


def expectation(settings: CheckSettings, number: int, entry: Expect) -> Check:
    """The check of one entry; `number` counts from 1 and names it."""
    name = f"expect.{number}"
    match entry:
        case ExpectCount():
            return Count(settings, name, entry)
        case ExpectFigure():
            return Figure(settings, name, entry)
        case ExpectAlarm():
            return Alarm(settings, name, entry)
        case ExpectFault():
            return Fault(settings, name, entry)
        case ExpectOrder():
            return Order(settings, name, entry)


def expectations(settings: CheckSettings, entries: Sequence[Expect]) -> list[Check]:
    return [expectation(settings, number, entry) for number, entry in enumerate(entries, 1)]
