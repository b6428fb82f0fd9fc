"""Calls and the platform: one decision each, no call twice."""

from __future__ import annotations

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallQueued,
    CallRecord,
    CallUnqueued,
    RequestTaken,
    Routed,
    RouteDecided,
    SeatOffered,
    SeatState,
)
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.platform_watch import CCS, NEVER, PlatformWatch

NO_PLATFORM = "there is no platform"
AT_WORK = ("ringing", "talk", "held")
MAKES_CALL = ("originate", "makecall")
"""Requests of AMI and CSTA."""


class OneDecision(Check):
    """A question of the switch is decided once: while a call waits in a queue it is routed nowhere else, no CCS decides
    twice within one role, and one that is not active decides nothing. A seat has one call, a call rings at one seat;
    whom a seat consults by ringing gets the caller himself when that seat hands him over."""

    name = "platform.one_decision"
    title = "every call gets one routing decision and rings at one seat"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._watch = PlatformWatch(settings)
        self._queue: dict[int, tuple[str, int]] = {}  # call -> where it waits, since
        self._decided: dict[tuple[str, int], tuple[int, int]] = {}  # (place, call) -> entry, cycle
        self._seats: dict[str, tuple[str, int]] = {}  # seat -> state, call
        self._rings: dict[int, str] = {}
        self._by_seats: set[int] = set()  # calls that a seat has placed

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            CallOffered: self._offered,
            CallQueued: self._queued,
            CallUnqueued: self._unqueued,
            CallCleared: self._cleared,
            Routed: self._routed,
            RouteDecided: self._decides,
            SeatOffered: self._offers,
            SeatState: self._seat,
            **self._watch.handlers(),
        }

    def _offered(self, record: Record, event: CallOffered) -> None:
        if event.direction == "seat":
            self._by_seats.add(event.call)

    def _queued(self, record: Record, event: CallQueued) -> None:
        self._queue[event.call] = (event.queue, record.at)

    def _unqueued(self, record: Record, event: CallUnqueued) -> None:
        self._queue.pop(event.call, None)

    def _cleared(self, record: Record, event: CallCleared) -> None:
        self._queue.pop(event.call, None)
        self._rings.pop(event.call, None)
        for key in [key for key in self._decided if key[1] == event.call]:
            del self._decided[key]

    def _routed(self, record: Record, event: Routed) -> None:
        if event.call in self._queue:
            queue, since = self._queue[event.call]
            what = f"call {event.call} is routed to {event.queue} by {event.by}"
            expected = f"expected nothing: it has waited in {queue} since cycle {since}"
            self.found(record.at, record.place, f"{what}; {expected}")

    def _decides(self, record: Record, event: RouteDecided) -> None:
        self._must_be_active(record, f"decides about call {event.call}")
        if event.call in self._queue:
            return  # it has waited too long: no question was asked
        key = (record.place, event.call)
        active_since = self._watch.of(record.place).active.get(self._watch.short(record.place), 0)
        entry, at = self._decided.get(key, (0, -1))
        if entry == event.entry and at >= active_since:
            what = f"question {event.entry} of call {event.call} is decided again: {event.target or 'nothing'}"
            self.found(record.at, record.place, f"{what}; expected one decision, that of cycle {at}")
        self._decided[key] = (event.entry, record.at)

    def _offers(self, record: Record, event: SeatOffered) -> None:
        self._must_be_active(record, f"gives call {event.call} to seat {event.seat}")

    def _must_be_active(self, record: Record, what: str) -> None:
        place = self._watch.short(record.place)
        if place.startswith(CCS) and place not in self._watch.of(record.place).active:
            self.found(record.at, record.place, f"{what}; expected nothing: it is not active")

    def _seat(self, record: Record, event: SeatState) -> None:
        before, had = self._seats.get(event.seat, ("", 0))
        if event.state == "ringing":
            handed_over = before == "ringing" and had in self._by_seats
            if before in AT_WORK and had != event.call and not handed_over:
                what = f"call {event.call} rings; expected nothing: the seat has call {had} ({before})"
                self.found(record.at, f"seat {event.seat}", what)
            other = self._rings.get(event.call, event.seat)
            if other != event.seat:
                what = f"call {event.call} rings here and at seat {other}; expected one of them"
                self.found(record.at, f"seat {event.seat}", what)
            self._rings[event.call] = event.seat
        elif before == "ringing" and self._rings.get(had) == event.seat:
            del self._rings[had]
        self._seats[event.seat] = (event.state, event.call)

    def finish(self, end: int) -> CheckResult:
        if not self._watch.seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, NO_PLATFORM)
        return judged(self.name, self.title, self.findings)


class NoDuplicateCall(Check):
    """No call is offered, answered or recorded twice, no circuit is in two calls that were offered; and no order of an
    application is done twice: a call of its own for each request, one call of the machine's while letters double."""

    name = "platform.no_duplicate_call"
    title = "no call is there twice"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._watch = PlatformWatch(settings)
        self._first: dict[tuple[str, int], int] = {}  # (what, call) -> cycle
        self._circuits: dict[tuple[str, str, int], int] = {}  # machine, line, timeslot -> call
        self._circuits_of: dict[int, list[tuple[str, str, int]]] = {}
        self._incoming: dict[int, bool] = {}
        self._wanted: dict[int, tuple[int, str]] = {}  # call that a request made -> cycle, whose
        self._made: dict[tuple[str, str, str, str], tuple[int, int]] = {}  # machine, who calls whom -> cycle, call

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            CallOffered: self._offered,
            CallLeg: self._leg,
            CallAnswered: lambda record, event: self._once("answered", record, event.call),
            CallCleared: self._cleared,
            CallRecord: lambda record, event: self._once("recorded", record, event.call),
            RequestTaken: self._request,
            **self._watch.handlers(),
        }

    def _once(self, what: str, record: Record, call: int) -> None:
        first = self._first.get((what, call))
        if first is not None:
            self.found(record.at, record.place, f"call {call} is {what} again; expected once, at cycle {first}")
        else:
            self._first[what, call] = record.at

    def _offered(self, record: Record, event: CallOffered) -> None:
        self._once("offered", record, event.call)
        if event.direction != "in":
            self._doubled(record, event)
        if not event.line:
            return
        circuit = (self.settings.machine_of(record.place), event.line, event.timeslot)
        other = self._circuits.get(circuit, event.call)
        self._incoming[event.call] = event.direction == "in"
        glare = self._incoming.get(other) != self._incoming[event.call]  # both sides have seized it: one gives way
        if other != event.call and not glare:
            what = f"call {event.call} is offered on circuit {event.line}:{event.timeslot}"
            self.found(record.at, record.place, f"{what}; expected none: call {other} is there")
        self._takes(event.call, circuit)

    def _takes(self, call: int, circuit: tuple[str, str, int]) -> None:
        self._circuits[circuit] = call
        self._circuits_of.setdefault(call, []).append(circuit)

    def _leg(self, record: Record, event: CallLeg) -> None:
        """A circuit was no good and another one is tried, or an outgoing leg joins."""
        circuit = (self.settings.machine_of(record.place), event.line, event.timeslot)
        if event.line and event.joined:
            self._takes(event.call, circuit)
        elif event.line and self._circuits.get(circuit) == event.call:
            del self._circuits[circuit]

    def _doubled(self, record: Record, event: CallOffered) -> None:
        """A letter that comes twice is one order."""
        machine = self.settings.machine_of(record.place)
        key = (machine, event.direction, event.calling, event.called)
        at, call = self._made.get(key, (NEVER, 0))
        doubling = any(one.name == "comm_duplicate" for one in self._watch.of(record.place).acting.values())
        if doubling and record.at - at <= self.settings.news_cycles:
            what = f"call {event.call} to {event.called} is made while letters come twice"
            self.found(record.at, record.place, f"{what}; expected call {call} alone, of cycle {at}")
        self._made[key] = (record.at, event.call)

    def _cleared(self, record: Record, event: CallCleared) -> None:
        self._incoming.pop(event.call, None)
        for circuit in self._circuits_of.pop(event.call, ()):
            if self._circuits.get(circuit) == event.call:
                del self._circuits[circuit]

    def _request(self, record: Record, event: RequestTaken) -> None:
        if event.request.lower() not in MAKES_CALL or not event.call:
            return
        who = f"client {event.client} of {record.place}"
        if event.call in self._wanted:
            at, first = self._wanted[event.call]
            what = f"call {event.call} answers a request of {who}"
            self.found(record.at, record.place, f"{what}; expected another one: that of {first}, cycle {at}, made it")
        self._wanted[event.call] = (record.at, who)

    def finish(self, end: int) -> CheckResult:
        if not self._watch.seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, NO_PLATFORM)
        return judged(self.name, self.title, self.findings)


PLATFORM_CALLS: tuple[type[Check], ...] = (OneDecision, NoDuplicateCall)


