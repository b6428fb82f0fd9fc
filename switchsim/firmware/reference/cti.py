"""The CTI link, from the program's side: every event of `model.cti`, numbered, while somebody listens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from switchsim.firmware.reference.cti_legs import Legs
from switchsim.firmware.reference.cti_state import CtiRow, CtiState, Ringing
from switchsim.firmware.reference.originate import result_of
from switchsim.firmware.reference.state import Call, Leg, Stage
from switchsim.model.cti import (
    AllBegins,
    AllTold,
    AnyCtiEvent,
    CallEnded,
    CallsJoined,
    CtiReport,
    DigitPressed,
    LegChanged,
    MemberChanged,
    Ordered,
    QueueEntered,
    QueueLeft,
    RouteAsked,
    SeatCalled,
    SeatCallEnded,
    SeatChanged,
    Told,
)

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

BURST, BURST_CYCLES = 128, 8
"""So many events leave at once, then so many in each millisecond: the bus holds no more."""
TEMPORARY = 41
WHY_SERVED = {"caller": "caller", "network": "caller"}
"""Who ended a call -> why its seat has served it; otherwise the agent."""


class Cti:
    """Tells nothing, and costs nothing, while nobody listens or the platform is out of reach.

    Most is told as a difference when a message or timer has been handled (`settle`); events that say why something
    happened are told where it happens.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = program.core.office
        self.legs = Legs(self)
        self.later: list[AnyCtiEvent] = []  # told when the legs of a talk have been
        self.causes: dict[int, int] = {}  # of calls that ended just now
        self.given_up: list[AnyCtiEvent] = []  # at a switchover
        self.row = CtiRow(False, False, 0, 1)  # as the other processor left it

    @property
    def state(self) -> CtiState:
        return self.core.state.cti

    @property
    def on(self) -> bool:
        return self.state.listening and self.core.state.platform

    @property
    def routing(self) -> bool:
        """Whether the platform wants to say where calls go."""
        return self.state.routing and self.on

    # -- telling -------------------------------------------------------------------------------------------------

    def tell(self, event: AnyCtiEvent) -> None:
        if not self.on:
            return
        self.state.serial += 1
        self.core.cti_changed = True
        self.state.outbox.append(Told(self.state.serial, self.core.world.now, event))

    def differences(self) -> None:
        """Tell what is new of everything that was touched."""
        calls = self.core.state.calls
        numbers = set(self.core.dirty_calls)
        for index in self.core.dirty_seats:
            seat = self.core.state.seats[index]
            numbers.update((seat.call, seat.held))
        numbers.update([calls[number].joined for number in numbers if number in calls])
        for number in sorted(numbers):
            if number in calls:
                self.legs.tell(calls[number])
        for index in sorted(self.core.dirty_seats):
            self.seat(index)

    def settle(self) -> None:
        """A message or timer has been handled."""
        if self.on:
            self.differences()
        self.later.clear()  # also what nobody is told, or it would be told of something else
        self.causes.clear()
        self.legs.leaving.clear()
        if self.state.outbox and not self.state.pacing:
            self.send()

    def send(self) -> None:
        """As much as the bus takes; the rest a millisecond later."""
        outbox, self.state.outbox = self.state.outbox[:BURST], self.state.outbox[BURST:]
        for told in outbox:
            self.core.world.send_bus(CtiReport(self.office.mem_board, told))
        self.state.pacing = bool(self.state.outbox)
        if self.state.pacing:
            self.core.world.start_timer("cti/0", BURST_CYCLES)

    # -- calls ---------------------------------------------------------------------------------------------------

    def call(self, call: Call) -> None:
        """Tell at once what is new of a call: something is told about it next."""
        if self.on:
            self.legs.tell(call)

    def joined(self, call: Call, old: Call, how: str, index: int, to: Leg) -> None:
        """Two calls are one conversation; index: the seat that did it."""
        if not self.on:
            return
        seat = f"SEAT/{self.office.seats[index].number}"
        self.tell(CallsJoined(call.number, old.number, how, seat, self.legs.device(to)))
        self.legs.tell(call, anew=True)
        self.legs.tell(old, anew=True)

    def leaves(self, leg: Leg) -> None:
        """The seat hands its call on."""
        self.legs.leaving[leg.number] = "transfer"

    def ended(self, call: Call, cause: int, by: str) -> None:
        """Legs that went over to another call are told there; the others are gone, and so is the call."""
        told = self.state.calls.get(call.number)
        if not self.on or told is None:
            return
        for number in list(told.legs):
            other = self.legs.elsewhere(number, call)
            if other is not None:
                self.legs.tell(other)
        for number in told.legs:
            self.legs.served(number, WHY_SERVED.get(by, "agent"))
        for number in list(told.legs):
            self.legs.gone(number, cause, "")
        del self.state.calls[call.number]
        self.causes[call.number] = cause
        self.tell(self._record(call, cause, by))

    def _record(self, call: Call, cause: int, by: str) -> CallEnded:
        queue, now = call.queue or call.last_queue, self.core.world.now
        return CallEnded(call.number, cause, by, queue, call.seat, call.offered, call.answered, call.talked, now)

    def digit(self, call: Call, digit: str) -> None:
        self.call(call)
        self.tell(DigitPressed(call.number, call.a.number, digit))

    # -- queues --------------------------------------------------------------------------------------------------

    def entered(self, call: Call, position: int, count: int) -> None:
        self.call(call)
        self.tell(self._entered(call, position, count))

    def _entered(self, call: Call, position: int, count: int) -> QueueEntered:
        return QueueEntered(call.number, call.a.number, call.queue, position, count, call.queued, call.own)

    def left(self, call: Call, position: int, count: int, why: str) -> None:
        """Out of its queue; one that a seat answered is told so behind the answer."""
        waited = self.core.world.now - call.queued
        event = QueueLeft(call.number, call.a.number, call.queue, position, count, why, waited)
        if why == "seat":
            self.later.append(event)
        else:
            self.tell(event)

    def seat_called(self, call: Call, queue: str) -> None:
        """Leg b rings from now on; queue: in which its caller waits."""
        now = self.core.world.now
        call.b.ringing = Ringing(queue, now, now - call.queued if queue else 0)
        if self.on:
            self.legs.number(call)
            self.tell(self._called(call, call.b.ringing))

    def _called(self, call: Call, ringing: Ringing) -> SeatCalled:
        seat = self.office.seats[call.b.seat].number
        return SeatCalled(call.number, call.b.number, ringing.queue, seat, ringing.waited)

    def ring_ended(self, call: Call, why: str, of: Leg | None = None) -> None:
        """Leg b (or another one) rings no more; once."""
        leg, now = of or call.b, self.core.world.now
        ringing = leg.ringing
        if ringing is None or ringing.answered:
            return
        told = self.state.legs.get(leg.number)
        if told is not None:
            told.ringing = None
        seat = self.office.seats[leg.seat].number
        self.tell(SeatCallEnded(call.number, leg.number, ringing.queue, seat, why, now - ringing.since))
        if why == "answered":
            ringing.answered = now
            ringing.waited = now - call.queued if ringing.queue else 0
        else:
            leg.ringing = None

    def talk_began(self, call: Call) -> None:
        """Both legs are connected; a seat that rang has answered."""
        for leg in self.legs.of(call):
            leg.answered = leg.answered or self.core.world.now
        self.call(call)
        self.ring_ended(call, "answered")
        for event in self.later:
            self.tell(event)
        self.later.clear()
        self.call(call)

    # -- seats ---------------------------------------------------------------------------------------------------

    def seat(self, index: int) -> None:
        """What is new of a seat."""
        if not self.on:
            return
        seat, told = self.core.state.seats[index], self.state.seats
        event = SeatChanged(self.office.seats[index].number, seat.state, seat.call or seat.held, seat.after,
                            seat.reason, seat.idle_since)  # fmt: skip
        if told.get(index) != event:
            told[index] = event
            self.tell(event)

    def member(self, queue: str, index: int, penalty: int, *, present: bool) -> None:
        port = self.office.seats[index]
        self.tell(MemberChanged(queue, port.number, present, penalty, queue in port.queues))

    # -- questions -----------------------------------------------------------------------------------------------

    def ask_route(self, call: Call, queue: str) -> None:
        call.entries += 1
        self.call(call)
        self.tell(self._route(call, queue))

    def _route(self, call: Call, queue: str) -> RouteAsked:
        number = call.target or call.called
        return RouteAsked(call.number, call.a.number, number, call.calling, queue, call.entries)

    # -- everything ----------------------------------------------------------------------------------------------

    def listen(self, sender: str) -> None:
        """Somebody wants to know everything, and what changes from now on."""
        self.state.listening = True
        self.everything(sender)

    def everything(self, sender: str) -> None:
        self._forget()
        self.tell(AllBegins(sender))
        state = self.core.state
        for queue, members in state.members.items():
            for index, penalty in members.items():
                self.member(queue, index, penalty, present=True)
        for index in range(len(state.seats)):
            self.seat(index)
        for number in sorted(state.calls):
            self.call(state.calls[number])
        for line in state.waiting.values():
            for position, number in enumerate(line, 1):
                self.tell(self._entered(state.calls[number], position, len(line)))
        for number in sorted(state.calls):
            self._open(state.calls[number])
        self.tell(AllTold(sender))

    def _open(self, call: Call) -> None:
        """What goes on with it: a seat rings, or the platform has been asked."""
        if call.stage == Stage.RINGING and call.b.ringing is not None:
            self.tell(self._called(call, call.b.ringing))
        elif call.stage == Stage.ROUTING and call.entries:
            self.tell(self._route(call, self.program.queues.own_choice(call)))
        else:
            self.program.voice.ask_again(call)

    def _forget(self) -> None:
        """What was told is void; the lists are the state's own."""
        state = self.state
        state.calls, state.legs, state.seats = {}, {}, {}

    # -- nobody there any more, and the other processor ------------------------------------------------------------

    def stop(self) -> None:
        """Nobody listens, or nobody can be told: the switch does everything itself."""
        self.state.routing = False
        self._forget()
        self.core.cti_changed = True
        self.program.queues.distribute()
        self.program.voice.platform_lost()

    def platform_changed(self, up: bool) -> None:
        """The way to the platform is there (again), or not. Who had been told is told everything anew."""
        if not up:
            self.state.outbox.clear()
            self.stop()
        elif self.state.listening:
            self.everything("")

    def exported(self) -> bytes:
        state = self.state
        return msgspec.msgpack.encode(CtiRow(state.listening, state.routing, state.serial, state.next_leg))

    def adopt(self, octets: bytes) -> None:
        """Of the other processor; `resume` goes on with it."""
        self.row = msgspec.msgpack.decode(octets, type=CtiRow)

    def lost(self, call: Call) -> None:
        """A call is given up at a switchover, the other processor has told of it; nobody knows where it stood in a
        queue."""
        legs, events = [leg for leg in self.legs.of(call) if leg.number], self.given_up
        if legs and call.waits:
            waited = self.core.world.now - call.queued
            events.append(QueueLeft(call.number, call.a.number, call.queue, 1, 0, "lost", waited))
        for leg in legs:
            if leg.ringing is not None:
                seat = self.office.seats[leg.seat].number
                events.append(self.legs.seat_over(call.number, leg.number, seat, leg.ringing, "agent"))
        events += [
            LegChanged(call.number, leg.number, self.legs.device(leg), leg.role, "null", TEMPORARY, (), leg.answered)
            for leg in legs
        ]
        if legs:
            events.append(self._record(call, TEMPORARY, "fault"))
        if (by := call.origination) is not None:
            events.append(Ordered(by.sender, by.order, result_of(TEMPORARY), call.number))

    def resume(self) -> None:
        """After a switchover: everything anew, numbered on; questions that were open are asked again."""
        state, row = self.state, self.row
        state.listening, state.serial, state.next_leg = row.listening, row.serial, row.next_leg
        state.routing = row.routing and self.on
        given_up, self.given_up = self.given_up, []
        if self.on:
            for event in given_up:
                self.tell(event)
            self.everything("")
        if not state.routing:
            self.program.queues.distribute()
        self.settle()
