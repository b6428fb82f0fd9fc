"""The CCS pair: exactly one is active, and what it thinks of the agents is what the switch knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import AgentsKnown, RunEnded, SeatState
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.platform_watch import CCS, HUB, NEVER, Acting, Platform, PlatformWatch, between
from switchsim.units import format_cycles

NO_PAIR: Final = "there is no CCS"
SHOWN_SEATS: Final = 5


class _Stretch(msgspec.Struct):
    """none, both: cycle since which no CCS, or more than one, is active; NEVER = not so."""

    none: int = NEVER
    both: int = NEVER


class OneCcs(Check):
    """None is active for at most the time to take over: three heartbeats, and letters under way; a start begins it
    anew. Both are active only while they can not hear each other, and one heartbeat and a half longer. A CCS that hangs
    or has ended is not active, whatever it thought last; nobody is missed while no CCS lives."""

    name = "platform.one_ccs"
    title = "exactly one CCS is active"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._watch = PlatformWatch(settings)
        self._stretches: dict[str, _Stretch] = {}

    def handlers(self) -> dict[type[Event], Handler]:
        return self._watch.handlers(self._changed)

    def _changed(self, record: Record, event: Any) -> None:
        machine = self.settings.machine_of(record.place)
        row, stretch = self._watch.of(record.place), self._stretches.setdefault(machine, _Stretch())
        anew = self._watch.short(record.place).startswith((CCS, HUB))
        self._none(row, stretch, record.at, anew)
        self._both(row, stretch, record.at, anew)

    def _none(self, row: Platform, stretch: _Stretch, at: int, anew: bool) -> None:
        """anew: something happened to the pair, or between the two: they may take their time again."""
        missing = bool(row.ccs()) and not row.deciding() and any(row.lives(place) for place in row.ccs())
        self._judge(stretch.none, at, "none is active", self.settings.ccs_takeover_cycles)
        stretch.none = (at if anew or stretch.none == NEVER else stretch.none) if missing else NEVER

    def _both(self, row: Platform, stretch: _Stretch, at: int, anew: bool) -> None:
        """As long as they can not hear each other, their time to heal does not begin."""
        both = len(row.deciding()) > 1 and not any(self._harms(row))
        self._judge(stretch.both, at, "more than one is active", self.settings.ccs_healing_cycles)
        stretch.both = (at if anew or stretch.both == NEVER else stretch.both) if both else NEVER

    def _harms(self, row: Platform) -> Iterator[Acting]:
        """Faults that keep the two from hearing each other in time."""
        names = [place.removeprefix("callcentre/") for place in row.ccs()]
        for fault in row.acting.values():
            if between(fault, names) or (fault.place.startswith(CCS) and fault.name == "process_slow"):
                yield fault

    def _judge(self, since: int, until: int, what: str, limit: int) -> None:
        if since != NEVER and until - since > limit:
            expected = f"expected at most {format_cycles(limit)} from cycle {since} on"
            self.found(until, "callcentre/ccs", f"{what} for {format_cycles(until - since)}; {expected}")

    def finish(self, end: int) -> CheckResult:
        if not self._watch.paired:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, NO_PAIR)
        for machine, row in self._watch.platforms.items():
            stretch = self._stretches[machine]
            self._none(row, stretch, end, False)
            self._both(row, stretch, end, False)
        return judged(self.name, self.title, self.findings)


class AgentsAgree(Check):
    """Each CCS says what state it thinks every seat is in (AgentsKnown) after every comparison with the switch, and at
    the end. It must be one that the seat had within the time that news take, and at the end it must know at all."""

    name = "platform.agents_agree"
    title = "the platform thinks of every agent what the switch knows of him"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._watch = PlatformWatch(settings)
        self._history: dict[str, dict[str, list[tuple[int, str]]]] = {}  # machine -> seat -> (since, state), lately
        self._last: dict[str, tuple[int, AgentsKnown]] = {}
        self._ended = False  # as a run does, where everybody tells what is left to be told

    def handlers(self) -> dict[type[Event], Handler]:
        mine: dict[type[Event], Handler] = {
            SeatState: self._seat, AgentsKnown: self._known, RunEnded: self._run_ended,
        }  # fmt: skip
        return {**mine, **self._watch.handlers()}

    def _run_ended(self, record: Record, event: RunEnded) -> None:
        self._ended = True

    def _seat(self, record: Record, event: SeatState) -> None:
        seats = self._history.setdefault(self.settings.machine_of(record.place), {})
        rows = seats.setdefault(event.seat, [(NEVER, "signed_out")])
        while len(rows) > 1 and rows[1][0] < record.at - self.settings.news_cycles:
            rows.pop(0)
        rows.append((record.at, event.state))

    def _known(self, record: Record, event: AgentsKnown) -> None:
        self._last[record.place] = (record.at, event)
        if event.complete and not self._late(record):
            self._compare(record, event)

    def _late(self, record: Record) -> bool:
        """Whether something makes, or made lately, the news come later than they should, or not at all."""
        row = self._watch.of(record.place)
        acts = any(not fault.survivable and fault.name != "ccs_stale" for fault in row.acting.values())
        return acts or record.at - row.slowed <= self.settings.recovery_cycles

    def _compare(self, record: Record, event: AgentsKnown) -> None:
        believed = read_seats(event.seats)
        seats = self._history.get(self.settings.machine_of(record.place), {})
        for seat in [one for one in seats if one not in believed][:SHOWN_SEATS]:
            self.found(record.at, record.place, f"knows nothing of seat {seat}; expected {seats[seat][-1][1]}")
        for seat, state in believed.items():
            rows = seats.get(seat, [(NEVER, "signed_out")])
            since = record.at - self.settings.news_cycles
            lately = {had for index, (_, had) in enumerate(rows)
                      if index + 1 == len(rows) or rows[index + 1][0] >= since}  # fmt: skip
            if state not in lately:
                what = f"thinks that seat {seat} is {state}; expected {rows[-1][1]}, since cycle {rows[-1][0]}"
                self.found(record.at, record.place, what)

    def finish(self, end: int) -> CheckResult:
        if not self._watch.paired:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, NO_PAIR)
        for machine, row in self._watch.platforms.items():
            quiet = self._ended and end - row.quiet_since(end) > self.settings.recovery_cycles and row.link == "up"
            for place in (place for place in row.ccs() if quiet and row.lives(place)):
                whole = f"{machine}/{place}" if machine else place
                at, event = self._last.get(whole, (NEVER, None))
                if event is None or at < end or not event.complete:
                    self.found(end, whole, "does not know the agents at the end; expected what the switch knows")
        return judged(self.name, self.title, self.findings)


def read_seats(text: str) -> dict[str, str]:
    """`idle:1001-1003,1007 ringing:1004` -> seat -> state; numbers of a range have the length of its first."""
    seats: dict[str, str] = {}
    for part in text.split():
        state, _, numbers = part.partition(":")
        for one in numbers.split(","):
            first, _, last = one.partition("-")
            if not last:
                seats[first] = state
                continue
            for number in range(int(first), int(last) + 1):
                seats[str(number).zfill(len(first))] = state
    return seats


PLATFORM_PAIR: tuple[type[Check], ...] = (OneCcs, AgentsAgree)
