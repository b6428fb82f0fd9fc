"""Calls that the platform makes: a seat rings, or a number outside is dialled, and then goes to a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.reference.cti_state import Origination
from switchsim.firmware.reference.state import Call, Leg, Stage
from switchsim.firmware.reference.targets import is_number
from switchsim.model.cti import Originate, Wanted
from switchsim.units import seconds

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NO_ANSWER, NO_CIRCUIT = 19, 34
PLAIN_CYCLES, MOST_CYCLES = seconds(30), seconds(3_600)
RESULT_OF = {1: "no_such_number", 28: "no_such_number", 17: "busy", 21: "busy", 20: "busy",
             **dict.fromkeys((27, 34, 38, 41, 42, 44, 47), "no_circuit")}  # fmt: skip
"""Cause (Q.850) of a call that failed -> result of its order; any other: no_answer."""


def result_of(cause: int) -> str:
    return RESULT_OF.get(cause, "no_answer")


def patience(ordered_cycles: int, plain_cycles: int) -> int:
    """So long a device is called: as ordered, within reason; 0 and below: as plain."""
    return min(ordered_cycles, MOST_CYCLES) if ordered_cycles > 0 else plain_cycles


class Originator:
    """The device is leg b until it answers, then leg a: from there on the call is as any that it had begun."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = program.core.office

    def order(self, wanted: Wanted, body: Originate) -> tuple[str, int]:
        """Returns (result, call); an empty result comes later."""
        kind, _, rest = body.device.partition("/")
        if kind == "SEAT":
            return self._seat(wanted, body, rest)
        line, _, number = rest.partition("/")
        if kind != "E1" or not is_number(number):
            return "no_such_number", 0
        return self._trunk(wanted, body, line, number)

    def _target(self, target: str) -> str:
        """What is wrong with it for ever; a seat may become idle meanwhile, a circuit free."""
        wrong = self.program.targets.wrong(target)
        return "" if wrong in ("busy", "no_circuit") else wrong

    def _call(self, wanted: Wanted, body: Originate, direction: str, called: str) -> Call:
        calling = body.calling if is_number(body.calling) else ""
        call = self.program.calls.new(direction, Leg(), calling, called)
        call.target = called
        call.origination = Origination(wanted.sender, wanted.order, body.target)
        return call

    def _seat(self, wanted: Wanted, body: Originate, number: str) -> tuple[str, int]:
        index = self.program.seats.index_of(number)
        if index < 0:
            return "no_such_seat", 0
        if wrong := self._target(body.target):
            return wrong, 0
        if self.core.state.seats[index].state != "idle":
            return "busy", 0
        call = self._call(wanted, body, "seat", body.target.partition(":")[2])
        self.program.calls.announce(call)
        self.program.queues.ring(call, index, patience(body.timeout, PLAIN_CYCLES))
        return "", call.number

    def _trunk(self, wanted: Wanted, body: Originate, line: str, number: str) -> tuple[str, int]:
        if wrong := self._target(body.target):
            return wrong, 0
        trunks, groups = self.program.trunks, self.office.groups
        usable = [group for group in trunks.usable_groups() if line in ("*", groups[group].line)]
        if not usable or self.program.load.refuses():
            return "no_circuit", 0
        call = self._call(wanted, body, "out", number)
        found = any(trunks.set_up(call, call.b, group, number) for group in usable)
        self.program.calls.announce(call)
        if found:
            self.core.stage(call, Stage.OUTGOING, number)
            self.core.world.start_timer(f"origin/{call.number}", patience(body.timeout, PLAIN_CYCLES))
        else:
            self.program.calls.clear(call, NO_CIRCUIT, "machine")
        return "", call.number

    # -- the device ----------------------------------------------------------------------------------------------

    def answered(self, call: Call) -> None:
        """It answers: the order has its answer, the call goes to its target."""
        origination, call.origination = call.origination, None
        assert origination is not None, "a call that was ordered"
        for timer in ("origin", "ring"):
            self.core.world.stop_timer(f"{timer}/{call.number}")
        seat = call.b.seat
        if seat >= 0:
            self.program.seats.become(seat, "talk")
        else:
            self.program.calls.answer(call)
        call.b.answered = self.core.world.now
        self.program.talk.swap(call)
        call.b = Leg()
        self.core.stage(call, Stage.SERVICE, "answered")
        self.program.cti.call(call)
        self.program.cti.ring_ended(call, "answered", call.a)
        self.program.orders.answer(origination.sender, origination.order, "ok", call.number)
        self.program.targets.go(call, origination.target)

    def no_answer(self, call: Call, cause: int = NO_ANSWER) -> None:
        self.program.calls.clear(call, cause, "machine")

    def ended(self, call: Call, cause: int) -> None:
        """The call is over; before its device answered, that is the answer to the order."""
        origination, call.origination = call.origination, None
        if origination is not None:
            self.program.orders.answer(origination.sender, origination.order, result_of(cause), call.number)
