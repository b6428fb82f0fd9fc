"""The figures of a run: calls offered, answered and lost, waiting, talk, service level - from the call events alone.

Calls from the trunks are counted. One *seeks a person* once it was routed to a queue, queued, or rang at a seat. It is
**answered** when a person talked to it, or, where it never sought one, when the machine connected it. It is **lost**
when it ended otherwise. It **waits** from the moment it sought a person until one talks to it. Times are cycles; rates
are in per cent, rounded down to one decimal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallOffered,
    CallQueued,
    CallRefused,
    CallState,
    CallUnqueued,
    PartyState,
    Routed,
    SeatState,
)
from switchsim.report.bit_tests import BitTestFigures, BitTests
from switchsim.report.causes import cause_name
from switchsim.report.recovery import RecoveryWatch
from switchsim.units import CYCLES_PER_SECOND, seconds

SERVICE_LEVEL_CYCLES: Final = seconds(20)
_AT_WORK: Final = ("talk", "held", "wrap_up")


class Figures(msgspec.Struct, frozen=True):
    """All counts are calls, all times cycles; `lost_causes` maps `17 user busy` to calls.

    placed, placed_answered: calls of the machine itself towards the network; all else counts calls from there.
    refused: attempts, calls of the machine itself among them, that met an overloaded processor (cause 42).
    recovery_cycles: the longest time from a fault of the platform to its next right decision, of those that came.
    tests: what bit error rate tests found, a row a measurement.
    not_offered: callers whom their own exchange could not connect (no link, no free channel); no call of the machine.
    KPI names of the call centre: connect_rate_percent 接通率, service_level_percent, mean_wait_cycles 等待时长,
    mean_talk_cycles 平均通话时长, calls_an_hour, utilisation_percent (talk, hold and wrap-up of signed-in time).
    """

    offered: int
    connected: int
    answered: int
    lost: int
    up: int
    lost_causes: dict[str, int]
    abandoned: int
    overflowed: int
    refused: int
    sought_person: int
    connect_rate_percent: float
    answered_percent: float
    service_level_percent: float
    service_level_cycles: int
    mean_wait_cycles: int
    max_wait_cycles: int
    mean_talk_cycles: int
    talk_cycles: int
    calls_an_hour: int
    utilisation_percent: float
    placed: int
    placed_answered: int
    not_offered: int
    peak_up: int
    peak_queued: int
    at_end: dict[str, int]
    recovery_cycles: int = 0
    tests: tuple[BitTestFigures, ...] = ()


FIGURE_NAMES: Final = tuple(
    name
    for name, kind in Figures.__annotations__.items()
    if kind in ("int", "float") and name != "service_level_cycles"
)
"""Figures that an expectation may name."""


def percent(part: int, whole: int) -> float:
    """Per cent, rounded down to one decimal; 100.0 of nothing."""
    return (1000 * part // whole) / 10 if whole else 100.0


class _Call(msgspec.Struct):
    offered: int
    inward: bool
    outward: bool
    state: str = "offered"
    sought: int = -1
    connected: bool = False
    talked: int = -1


class FigureCounter:
    """Counts while the run goes on (`states` for a progress line) or over a finished journal. machines: of a plant."""

    def __init__(self, service_level_cycles: int = SERVICE_LEVEL_CYCLES, machines: Collection[str] = ()) -> None:
        self.service_level_cycles = service_level_cycles
        self.states: Counter[str] = Counter()
        self._up: dict[int, _Call] = {}
        self._n: Counter[str] = Counter()
        self._causes: Counter[int] = Counter()
        self._waits: Counter[str] = Counter()
        self._max_wait = self._peak_up = self._peak_queued = 0
        self._seats: dict[str, tuple[str, int]] = {}
        self._seat_cycles: Counter[str] = Counter()
        self._recovery = RecoveryWatch(machines)
        self._tests = BitTests()
        self._handlers: dict[type[Event], Callable[[int, Any], None]] = {
            CallOffered: self._offered,
            CallAnswered: self._answered,
            CallState: self._state,
            CallQueued: self._queued,
            Routed: self._queued,
            CallUnqueued: self._unqueued,
            CallRefused: self._refused,
            CallCleared: self._cleared,
            SeatState: self._seat,
            PartyState: self._party,
        }

    def kinds(self) -> tuple[type[Event], ...]:
        """The events that it counts."""
        return tuple(dict.fromkeys((*self._handlers, *RecoveryWatch.KINDS)))

    def take(self, record: Record) -> None:
        self.event(record.at, record.event)
        self._recovery.take(record)
        self._tests.take(record)

    def event(self, at: int, event: Event) -> None:
        handler = self._handlers.get(type(event))
        if handler is not None:
            handler(at, event)

    def _party(self, at: int, event: PartyState) -> None:
        self._n["not offered"] += event.state == "refused" and event.party == 0

    def _offered(self, at: int, event: CallOffered) -> None:
        # A call that a seat places to consult is work on a call that is already counted.
        self._up[event.call] = _Call(at, event.direction == "in", event.direction == "out")
        self.states["offered"] += 1
        self._peak_up = max(self._peak_up, len(self._up))
        self._n["offered"] += event.direction == "in"
        self._n["placed"] += event.direction == "out"

    def _answered(self, at: int, event: CallAnswered) -> None:
        call = self._up.get(event.call)
        if call is not None and not call.connected:
            call.connected = True
            self._n["placed answered"] += call.outward

    def _state(self, at: int, event: CallState) -> None:
        call = self._up.get(event.call)
        if call is None:
            return
        self.states[call.state] -= 1
        self.states[event.state] += 1
        self._peak_queued = max(self._peak_queued, self.states["queued"])
        call.state = event.state
        if event.state == "ringing":
            self._seeks(call, at)
        elif event.state == "talk" and call.talked < 0:
            call.talked = at
            if call.sought >= 0 and call.inward:
                self._waited(at - call.sought)

    def _queued(self, at: int, event: CallQueued | Routed) -> None:
        call = self._up.get(event.call)
        if call is not None and event.queue:
            self._seeks(call, at)

    def _seeks(self, call: _Call, at: int) -> None:
        if call.sought < 0:
            call.sought = at
            self._n["sought"] += call.inward

    def _waited(self, cycles: int) -> None:
        self._n["served"] += 1
        self._waits["sum"] += cycles
        self._waits["in time"] += cycles <= self.service_level_cycles
        self._max_wait = max(self._max_wait, cycles)

    def _unqueued(self, at: int, event: CallUnqueued) -> None:
        self._n["abandoned"] += event.why == "abandoned"
        self._n["overflow"] += event.why == "overflow"

    def _refused(self, at: int, event: CallRefused) -> None:
        self._n["refused"] += 1

    def _cleared(self, at: int, event: CallCleared) -> None:
        call = self._up.pop(event.call, None)
        if call is None:
            return
        self.states[call.state] -= 1
        if call.talked >= 0:
            self._n["talks"] += 1
            self._n["talk cycles"] += at - call.talked
        if not call.inward:
            return
        self._n["connected"] += call.connected
        if call.talked >= 0 or (call.sought < 0 and call.connected):
            self._n["answered"] += 1
            return
        self._n["lost"] += 1
        self._causes[event.cause] += 1
        if call.sought >= 0:
            self._max_wait = max(self._max_wait, at - call.sought)

    def _seat(self, at: int, event: SeatState) -> None:
        state, since = self._seats.get(event.seat, ("signed_out", at))
        self._seat_cycles[state] += at - since
        self._seats[event.seat] = (event.state, at)

    def _seat_use(self, end: int) -> tuple[int, int]:
        """(cycles at work, cycles signed in) of all seats."""
        total = Counter(self._seat_cycles)
        for state, since in self._seats.values():
            total[state] += end - since
        away = total["signed_out"] + total["faulty"]
        return sum(total[state] for state in _AT_WORK), total.total() - away

    def result(self, end: int) -> Figures:
        """The figures at cycle `end`; calls that are still up are in `up` and at_end, not among answered or lost."""
        n = self._n
        up = sum(call.inward for call in self._up.values())
        served, talks = n["served"], n["talks"]
        work, signed_in = self._seat_use(end)
        return Figures(
            offered=n["offered"],
            connected=n["connected"],
            answered=n["answered"],
            lost=n["lost"],
            up=up,
            lost_causes={cause_name(cause): count for cause, count in sorted(self._causes.items())},
            abandoned=n["abandoned"],
            overflowed=n["overflow"],
            refused=n["refused"],
            sought_person=n["sought"],
            connect_rate_percent=percent(n["connected"], n["offered"] - up),
            answered_percent=percent(n["answered"], n["answered"] + n["lost"]),
            service_level_percent=percent(self._waits["in time"], n["sought"]),
            service_level_cycles=self.service_level_cycles,
            mean_wait_cycles=self._waits["sum"] // served if served else 0,
            max_wait_cycles=self._max_wait,
            mean_talk_cycles=n["talk cycles"] // talks if talks else 0,
            talk_cycles=n["talk cycles"],
            calls_an_hour=n["offered"] * 3600 * CYCLES_PER_SECOND // end if end else 0,
            utilisation_percent=percent(work, signed_in) if signed_in else 0.0,
            placed=n["placed"],
            placed_answered=n["placed answered"],
            not_offered=n["not offered"],
            peak_up=self._peak_up,
            peak_queued=self._peak_queued,
            at_end={state: count for state, count in sorted(self.states.items()) if count},
            recovery_cycles=self._recovery.longest(),
            tests=tuple(self._tests.found),
        )
