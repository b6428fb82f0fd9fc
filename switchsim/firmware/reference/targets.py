"""Where orders of the platform send calls: `queue:NAME`, `seat:NUMBER`, `service:NAME`, `number:DIGITS`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Call, Leg, Stage
from switchsim.firmware.reference.transfer import RING_CYCLES

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NORMAL, NO_CIRCUIT, UNALLOCATED = 16, 34, 1
DIGITS, MOST_DIGITS = frozenset("0123456789*#"), 20
MOVABLE = (Stage.SERVICE, Stage.ROUTING, Stage.QUEUED, Stage.RINGING, Stage.TALK, Stage.HELD)


def is_number(text: str) -> bool:
    """Whether it can be dialled: 1..20 digits, * and #."""
    return 0 < len(text) <= MOST_DIGITS and set(text) <= DIGITS


class Targets:
    """`wrong` says why a call can not go there, `go` lets it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = program.core.office

    def meant(self, target: str) -> tuple[str, str]:
        """(queue, seat, service, outside, or empty; its name). A number is a seat's, a service's, or outside."""
        kind, _, name = target.partition(":")
        if kind != "number":
            return (kind if kind in ("queue", "seat", "service") else "", name)
        number = self.office.translations.get(name, name)
        if self.program.seats.index_of(number) >= 0:
            return "seat", number
        if number in self.office.numbers:
            return "service", self.office.numbers[number]
        return ("outside" if is_number(number) else "", number)

    def wrong(self, target: str) -> str:
        """Empty, or one of RESULTS."""
        kind, name = self.meant(target)
        match kind:
            case "queue":
                return "" if name in self.office.queues else "no_such_queue"
            case "seat":
                index = self.program.seats.index_of(name)
                if index < 0:
                    return "no_such_seat"
                return "" if self.core.state.seats[index].state == "idle" else "busy"
            case "service":
                return "" if name in self.office.services else "no_such_number"
            case "outside":
                return "" if self.program.trunks.usable_groups() else "no_circuit"
        return "no_such_number"

    def go(self, call: Call, target: str, *, decided: bool = False) -> None:
        """Whoever is leg a goes there; a target that has become impossible meanwhile clears the call.

        decided: the platform has answered the question where the call goes; else one that is sent to a queue is asked
        about, so that whoever serves that queue does so in its order.
        """
        kind, name = self.meant(target)
        if target.startswith("number:") and kind in ("service", "outside"):
            number = target.partition(":")[2]
            call.target = self.office.translations.get(number, number)
        match kind:
            case "queue":
                self.program.calls.answer(call)
                self._to_queue(call, name, decided)
            case "seat":
                self.program.queues.ring_directly(call, name, RING_CYCLES)
            case "service":
                self.program.script.begin(call, name)
            case "outside":
                self._outside(call, name)
            case _:
                self.program.calls.clear(call, UNALLOCATED, "machine")

    def _to_queue(self, call: Call, name: str, decided: bool) -> None:
        if decided or not self.program.cti.routing:
            self.program.queues.enter(call, name, "platform")
        else:
            call.ordered_queue = name
            self.program.queues.route(call, name)

    def _outside(self, call: Call, number: str) -> None:
        trunks = self.program.trunks
        call.attempts = 0
        line, timeslot = call.line, call.timeslot
        found = trunks.seize(call, trunks.usable_groups(), number)
        if line:  # of the record: where the call is from
            call.line, call.timeslot = line, timeslot
        if found:
            self.core.stage(call, Stage.OUTGOING, number)
        else:
            self.program.calls.clear(call, NO_CIRCUIT, "machine")

    # -- out of what it does -------------------------------------------------------------------------------------

    def movable(self, call: Call) -> bool:
        """One party and perhaps a seat, and nothing under way that belongs to another call."""
        circuits = (call.a.circuit >= 0) + (call.b.circuit >= 0)
        seats = (call.a.seat >= 0) + (call.b.seat >= 0)
        joined = call.joined and call.stage != Stage.TALK
        alone = not (joined or call.partner or call.origination is not None)
        return alone and call.stage in MOVABLE and circuits < 2 and circuits + seats > 0

    def take_out(self, call: Call) -> None:
        """The party stays, as leg a; a seat that it speaks with, or that rings for it, is free, another call over."""
        self.program.cti.call(call)
        self._part(call)
        self.program.voice.free(call, "redirected")
        self.program.queues.forget(call, "redirected")
        self.program.calls.silence(call)
        call.stage = Stage.SERVICE
        if call.b.circuit >= 0 or not call.a.present:
            self.program.talk.swap(call)
        seat, left = call.b.seat, call.b
        call.b = Leg()
        call.last_queue, call.queue, call.ordered_queue = call.queue or call.last_queue, "", ""
        call.own, call.priority = True, 0
        call.service, call.step = "", -1
        self.core.touch(call)
        if seat >= 0:
            self.program.cti.leaves(left)
            self.program.cti.call(call)
            self.program.seats.released(seat, call)

    def _part(self, call: Call) -> None:
        """Somebody of another call, to whom this one was transferred, goes."""
        other = self.core.state.calls.get(call.joined)
        if other is not None:
            call.joined = other.joined = call.far = other.far = 0
            self.core.touch(call)
            self.program.calls.clear(other, NORMAL, "machine")
