"""Conservation: what was taken is given back, and the leaked one is named with its place and the cycle it was taken at.

Where calls are still up at the end of a run that was not to be drained, what may belong to them is not judged.
"""

from __future__ import annotations

from typing import Any, ClassVar

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    BoardState,
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallRecord,
    CircuitBlocked,
    CircuitState,
    ConferenceLeg,
    Destination,
    PartyState,
    ProcessorActive,
    ResourceFreed,
    ResourceSeized,
    SeatState,
    SlotsConnected,
)
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler

GONE = ("off", "pulled", "faulty")
"""States in which a board has forgotten what it was told."""

Taken = tuple[int, str, int]
"""(cycle, place, call or 0) of the taking."""

STILL_UP = " (if it is only still up: a longer run, or drained: false)"


class Calls(Check):
    """Every call offered is cleared once and leaves one call record, which tells its caller, its times, its cause and
    who cleared it as they were; no other is. Whatever takes over from a lost processor accounts for its calls."""

    name = "conservation.calls"
    title = "every call is cleared once and leaves exactly one call record"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._open: dict[int, Taken] = {}
        self._cleared: dict[int, int] = {}
        self._ends: dict[int, tuple[int, int, str]] = {}  # cycle, cause, by; until the record comes
        self._callers: dict[int, tuple[str, str]] = {}  # direction, calling; until the record comes
        self._records: dict[int, int] = {}
        self._times: dict[int, tuple[int, int]] = {}  # offered, answered

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            CallOffered: self._offered,
            CallAnswered: self._answered,
            CallCleared: self._clear,
            CallRecord: self._record,
        }

    def _answered(self, record: Record, event: CallAnswered) -> None:
        if event.call in self._times:
            self._times[event.call] = (self._times[event.call][0], record.at)

    def _offered(self, record: Record, event: CallOffered) -> None:
        if event.call in self._open or event.call in self._cleared:
            self.found(record.at, record.place, f"call {event.call} is offered twice")
        where = f"{event.direction} {event.line}:{event.timeslot}"
        self._open[event.call] = (record.at, f"{record.place} ({where})", event.call)
        self._times[event.call] = (record.at, 0)
        self._callers[event.call] = (event.direction, event.calling)

    def _clear(self, record: Record, event: CallCleared) -> None:
        if event.call in self._cleared:
            self.found(record.at, record.place, f"call {event.call} is cleared twice")
        elif event.call not in self._open:
            self.found(record.at, record.place, f"call {event.call} is cleared but was never offered")
        if event.call not in self._cleared:
            self._ends[event.call] = (record.at, event.cause, event.by)
        self._open.pop(event.call, None)
        self._cleared[event.call] = record.at

    def _record(self, record: Record, event: CallRecord) -> None:
        if event.call in self._records:
            self.found(record.at, record.place, f"call {event.call} leaves a second call record")
        elif event.call not in self._open and event.call not in self._cleared:
            self.found(record.at, record.place, f"call record of call {event.call}, which was never offered")
        self._records[event.call] = record.at
        true = self._times.pop(event.call, (event.offered, event.answered))
        if (event.offered, event.answered) != true:
            told = f"says offered {event.offered}, answered {event.answered}; it was {true[0]}, {true[1]}"
            self.found(record.at, record.place, f"the call record of call {event.call} {told}")
        self._compare(record, event)

    def _compare(self, record: Record, event: CallRecord) -> None:
        """What the call record says of the caller and of the end with what was told of them."""
        end, caller = (event.ended, event.cause, event.by), (event.direction, event.calling)
        for name, says, was in (
            ("end, cause, by", end, self._ends.pop(event.call, end)),
            ("direction, calling", caller, self._callers.pop(event.call, caller)),
        ):
            if says != was:
                what = f"the call record of call {event.call} says {name} {says}; it was {was}"
                self.found(record.at, record.place, what)

    def finish(self, end: int) -> CheckResult:
        if self.settings.drained:
            for call, (at, place, _) in self._open.items():
                self.found(at, place, f"call {call} is never cleared{STILL_UP}")
        for call, at in self._cleared.items():
            if call not in self._records:
                self.found(at, "", f"call {call} is cleared but leaves no call record")
        up = f"{len(self._open)} still up" if self._open and not self.settings.drained else ""
        return judged(self.name, self.title, self.findings, reason=up)


class _Held(Check):
    """Base: things that are taken and given back; `_open` holds those that are out.

    A thing that belongs to a call which is still up is that call's matter, not a leak of its own.
    """

    called: ClassVar[str]

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._open: dict[Any, Taken] = {}
        self._calls: set[int] = set()

    def handlers(self) -> dict[type[Event], Handler]:
        return {CallOffered: self._call, CallCleared: self._call_over}

    def _call(self, record: Record, event: CallOffered) -> None:
        self._calls.add(event.call)

    def _call_over(self, record: Record, event: CallCleared) -> None:
        self._calls.discard(event.call)

    def _holds(self, key: Any, held: bool, record: Record, call: int = 0) -> None:
        if held:
            self._open.setdefault(key, (record.at, record.place, call))
        else:
            self._open.pop(key, None)

    def finish(self, end: int) -> CheckResult:
        waived = 0
        for key, (at, place, call) in self._open.items():
            if call in self._calls or (not call and self._calls and not self.settings.drained):
                waived += 1
            else:
                self.found(at, place, f"{self._name(key)} is {self.called}" + (f" (call {call})" if call else ""))
        reason = f"{waived} belong to calls that are still up" if waived else ""
        if waived and not self.findings and self.settings.drained:
            return CheckResult(self.name, self.title, Outcome.INCONCLUSIVE, reason)
        return judged(self.name, self.title, self.findings, reason=reason)

    def _name(self, key: Any) -> str:
        return str(key)


class Circuits(_Held):
    name = "conservation.circuits"
    title = "every circuit that was busy or restarting is idle (or blocked) at the end"
    called = "never idle again"

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {
            CallOffered: self._on_circuit, CallLeg: self._further, CallRecord: self._off, CircuitState: self._circuit}

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._call_on: dict[tuple[str, int], int] = {}

    def _on_circuit(self, record: Record, event: CallOffered) -> None:
        self._call(record, event)
        key = (event.line, event.timeslot)
        self._call_on[key] = event.call
        if key in self._open:
            at, place, _ = self._open[key]
            self._open[key] = (at, place, event.call)

    def _further(self, record: Record, event: CallLeg) -> None:
        """The circuit of an outgoing leg is its call's as well, until it is seized again."""
        key = (event.line, event.timeslot)
        if event.line and event.joined and key in self._open:
            at, place, _ = self._open[key]
            self._open[key] = (at, place, event.call)

    def _off(self, record: Record, event: CallRecord) -> None:
        self._call_on.pop((event.line, event.timeslot), None)

    def _circuit(self, record: Record, event: CircuitState) -> None:
        key = (event.line, event.timeslot)
        self._open.pop(key, None)
        self._holds(key, event.state in ("busy", "restarting"), record, self._call_on.get(key, 0))

    def _name(self, key: Any) -> str:
        return f"circuit {key[0]}:{key[1]}"


class _OnBoards(_Held):
    """Things that a board holds: a board without power or out of its slot has let them go."""

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {BoardState: self._board}

    def _board(self, record: Record, event: BoardState) -> None:
        if event.state in GONE:
            for key in [key for key in self._open if key[0] == record.place]:
                del self._open[key]


class Slots(_OnBoards):
    name = "conservation.slots"
    title = "every timeslot that was connected is quiet at the end"
    called = "never disconnected"

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {SlotsConnected: self._connected}

    def _connected(self, record: Record, event: SlotsConnected) -> None:
        self._holds((record.place, event.to_slot), event.from_slot != 0, record)

    def _name(self, key: Any) -> str:
        return f"timeslot {key[1]}"


class Conferences(_OnBoards):
    name = "conservation.conferences"
    title = "every conference leg is free at the end"
    called = "never freed"

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {ConferenceLeg: self._leg}

    def _leg(self, record: Record, event: ConferenceLeg) -> None:
        self._holds((record.place, event.conference, event.leg), event.from_slot != 0, record)

    def _name(self, key: Any) -> str:
        return f"conference {key[1]} leg {key[2]}"


class Resources(_Held):
    """Receivers, announcers, conferences: one call at a time, and given back."""

    name = "conservation.resources"
    title = "every receiver, announcer and conference is seized by one call at a time and freed"
    called = "never freed"

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {ResourceSeized: self._seized, ResourceFreed: self._freed}

    def _seized(self, record: Record, event: ResourceSeized) -> None:
        key = (self.settings.machine_of(record.place), event.resource, event.unit)
        if key in self._open:
            at, _, call = self._open[key]
            what = f"{self._name(key)} is seized by call {event.call} while call {call} has it since cycle {at}"
            self.found(record.at, record.place, what)
        self._open[key] = (record.at, record.place, event.call)

    def _freed(self, record: Record, event: ResourceFreed) -> None:
        key = (self.settings.machine_of(record.place), event.resource, event.unit)
        if self._open.pop(key, None) is None:
            self.found(record.at, record.place, f"{self._name(key)} is freed by call {event.call} but nobody had it")

    def _name(self, key: Any) -> str:
        return f"{key[1]} {key[2]}"


class Seats(_Held):
    name = "conservation.seats"
    title = "no seat stays in a call that is over"
    called = "never released"

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {SeatState: self._seat}

    def _seat(self, record: Record, event: SeatState) -> None:
        self._open.pop(event.seat, None)
        self._holds(event.seat, event.state in ("ringing", "talk", "held"), record, event.call)

    def _name(self, key: Any) -> str:
        return f"seat {key}"


class Parties(_Held):
    name = "conservation.parties"
    title = "every far-end party that called or talked is released at the end"
    called = "never released"

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {PartyState: self._party}

    def _party(self, record: Record, event: PartyState) -> None:
        self._holds(event.party, event.state not in ("released", "refused"), record)

    def _name(self, key: Any) -> str:
        return f"party {key}"


class Blocked(Check):
    """Blocking pairs, for each circuit, side and sort: nothing is blocked twice or unblocked without having been. Being
    blocked at the end is no leak: who blocked it has not taken it back. A processor that begins anew tells it again,
    and so does everybody when a destination is accessible again."""

    name = "conservation.blocked"
    title = "every circuit is blocked once and unblocked once, by each side and for each reason"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._since: dict[tuple[str, str, int, str, str], int] = {}  # where, circuit, by, sort -> cycle
        self._again: set[tuple[str, str, int, str, str]] = set()  # may be told once more
        self._seen = False
        self._anew: set[str] = set()  # machines

    def handlers(self) -> dict[type[Event], Handler]:
        return {CircuitBlocked: self._blocked, ProcessorActive: self._began, Destination: self._destination}

    def _destination(self, record: Record, event: Destination) -> None:
        if event.state == "resume":
            self._again.update(key for key in self._since if key[0] == record.place)

    def _began(self, record: Record, event: ProcessorActive) -> None:
        machine = self.settings.machine_of(record.place)
        if event.why != "power-on":
            self._anew.add(machine)
        for key in [key for key in self._since if self.settings.machine_of(key[0]) == machine]:
            del self._since[key]

    def _blocked(self, record: Record, event: CircuitBlocked) -> None:
        self._seen = True
        key = (record.place, event.line, event.timeslot, event.by, event.sort)
        what = f"circuit {event.line}:{event.timeslot} is {'' if event.on else 'un'}blocked ({event.by}, {event.sort})"
        if event.on and key in self._since and key not in self._again:
            self.found(record.at, record.place, f"{what} though it has been blocked since cycle {self._since[key]}")
        elif not event.on and key not in self._since and self.settings.machine_of(record.place) not in self._anew:
            self.found(record.at, record.place, f"{what} but was not blocked")
        self._again.discard(key)
        if event.on:
            self._since[key] = record.at
        else:
            self._since.pop(key, None)

    def finish(self, end: int) -> CheckResult:
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no circuit was blocked")
        left = f"{len(self._since)} blocked at the end" if self._since else ""
        return judged(self.name, self.title, self.findings, reason=left)


CONSERVATION: tuple[type[Check], ...] = (Calls, Circuits, Slots, Conferences, Resources, Seats, Parties, Blocked)
