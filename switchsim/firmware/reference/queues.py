"""Queueing: waiting callers by priority and then first in first out; seats by penalty, the idle longest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.office import Queue
from switchsim.firmware.reference.state import Call, Leg, Stage
from switchsim.model.events import CallQueued, CallRanked, CallUnqueued, Routed
from switchsim.model.messages import RouteRequest

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NO_ANSWER, NO_CIRCUIT, BUSY, REJECTED = 19, 34, 17, 21
MOST_OVERFLOWS = 8
"""Times that a call may be sent over from full queues, or after waiting too long: queues in a circle end there."""
AWAY = {"signed_out": 20, "faulty": 27}
"""Q.850 causes of seats that can not be rung."""


def _order(call: Call) -> tuple[int, int, int]:
    """Sorts calls as a queue does."""
    return -call.priority, call.queued, call.number


class Queues:
    """A call keeps its place (`queued`, then its number) through a no-answer and a switchover."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = self.core.office

    # -- into the queue ------------------------------------------------------------------------------------------

    def route(self, call: Call, queue: str) -> None:
        """With a platform it is asked where the call goes; without one, or when it is late, the switch decides."""
        if self.program.cti.routing:
            self.core.stage(call, Stage.ROUTING, queue)
            self.program.cti.ask_route(call, queue)
            self.core.world.start_timer(f"route/{call.number}", self.office.timing.route_timeout_cycles)
        elif self.core.state.platform:
            self.core.stage(call, Stage.ROUTING, queue)
            self.core.world.send_bus(RouteRequest(self.office.mem_board, call.number, call.target, call.calling))
            self.core.world.start_timer(f"route/{call.number}", self.office.timing.route_timeout_cycles)
        else:
            self.enter(call, queue, "switch")

    def answered(self, call: Call, queue: str) -> None:
        """The platform chose."""
        if call.stage == Stage.ROUTING:
            self.core.world.stop_timer(f"route/{call.number}")
            call.own, call.priority = True, 0
            if queue in self.office.queues:
                self.enter(call, queue, "platform")
            else:
                self.enter(call, self.own_choice(call), "switch")

    def unanswered(self, call: Call) -> None:
        if call.stage == Stage.ROUTING:
            self.enter(call, self.own_choice(call), "switch")

    def own_choice(self, call: Call) -> str:
        """The queue to which an order sent the call, or that its service names."""
        step = self.program.script.step_of(call)
        return call.ordered_queue or str(getattr(step, "queue", ""))

    def enter(self, call: Call, queue: str, by: str) -> None:
        """An idle seat at once, else a place in the queue, else the way over. Calls that ring wait no more."""
        self.core.world.emit(Routed(call.number, by, queue))
        if by == "switch":
            call.own, call.priority = True, 0
        data = self.office.queues[queue]
        if self._idle_seat(queue) < 0 and 0 < data.max_length <= self._waiting(queue):
            self._overflow(call, data)
            return
        call.queue, call.queued, call.ordered_queue = queue, self.core.world.now, ""
        self._join_line(call)
        self.core.stage(call, Stage.QUEUED, queue)
        self._limit_wait(call, data)
        if not self._offer_to_idle(call):
            self._wait_with_music(call, data)

    def _limit_wait(self, call: Call, data: Queue) -> None:
        if data.max_wait_cycles:
            call.wait_due = self.core.world.now + data.max_wait_cycles
            self.core.world.start_timer(f"wait/{call.number}", data.max_wait_cycles)

    def _line(self, queue: str) -> list[int]:
        return self.core.state.waiting.setdefault(queue, [])

    def _waiting(self, queue: str) -> int:
        calls = self.core.state.calls
        return sum(calls[number].stage == Stage.QUEUED for number in self._line(queue))

    def _join_line(self, call: Call) -> None:
        """Behind everybody who came earlier: a call that comes back stands where it stood."""
        if call.priority or not call.own:
            self._ranked(call)
        position = self.place(call)
        self.core.world.emit(CallQueued(call.number, call.queue, position + 1))
        self.program.cti.entered(call, position + 1, len(self._line(call.queue)))

    def _ranked(self, call: Call) -> None:
        self.core.world.emit(CallRanked(call.number, call.queue, call.priority, int(call.own)))

    def place(self, call: Call) -> int:
        """Into its queue; returns how many stand before it."""
        line, calls = self._line(call.queue), self.core.state.calls
        position = sum(_order(calls[other]) < _order(call) for other in line)
        line.insert(position, call.number)
        return position

    def _wait_with_music(self, call: Call, data: Queue) -> None:
        if not data.music or not self.core.play(call, data.music, looping=True):
            self.core.tone(call.a, "ring_back")

    def play_again(self, call: Call) -> None:
        """What played the music is gone."""
        self.core.stop_playing(call)
        self._wait_with_music(call, self.office.queues[call.queue])

    # -- out of it -----------------------------------------------------------------------------------------------

    def forget(self, call: Call, why: str) -> None:
        """The call leaves its queue, wherever it stands in it."""
        line = self.core.state.waiting.get(call.queue, [])
        if call.stage == Stage.RINGING:
            self.program.cti.ring_ended(call, why)
        if call.number in line:
            position = line.index(call.number) + 1
            line.remove(call.number)
            waited = self.core.world.now - call.queued
            self.core.world.emit(CallUnqueued(call.number, call.queue, why, waited))
            self.program.cti.left(call, position, len(line), why)
            self.core.world.stop_timer(f"wait/{call.number}")
        if call.stage == Stage.RINGING:
            self.program.seats.stop_ringing(call)

    def waited_too_long(self, call: Call) -> None:
        if call.stage == Stage.QUEUED:
            self.forget(call, "overflow")
            self._overflow(call, self.office.queues[call.queue])

    def _overflow(self, call: Call, data: Queue) -> None:
        self.core.stop_playing(call)
        call.queue, call.last_queue = "", call.queue or call.last_queue
        call.overflows += 1
        if data.overflow and call.overflows <= MOST_OVERFLOWS:
            self.program.script.begin(call, data.overflow)
        else:
            self.program.calls.clear(call, NO_CIRCUIT, "machine")

    # -- distribution --------------------------------------------------------------------------------------------

    def _idle_seat(self, queue: str) -> int:
        """The member of the lowest penalty, then idle longest, then the lower seat; -1 when none is idle."""
        seats = self.core.state.seats
        idle = [
            (penalty, seats[index].idle_since, index)
            for index, penalty in self.core.state.members[queue].items()
            if seats[index].state == "idle"
        ]
        return min(idle)[2] if idle else -1

    def _offer_to_idle(self, call: Call) -> bool:
        index = self._idle_seat(call.queue) if call.own else -1
        if index >= 0:
            self.ring(call, index, self.office.queues[call.queue].ring_cycles)
        return index >= 0

    def seat_idle(self, index: int) -> None:
        """A seat became idle: the caller who is first in any of its queues."""
        calls = self.core.state.calls
        first = [
            _order(calls[number])
            for queue, members in self.core.state.members.items()
            if index in members
            for number in self.core.state.waiting.get(queue, ())
            if calls[number].stage == Stage.QUEUED and calls[number].own
        ]
        if first:
            call = calls[min(first)[2]]
            self.ring(call, index, self.office.queues[call.queue].ring_cycles)

    def distribute(self) -> None:
        """The platform offers no calls any more: the switch gives all that wait for that to its idle seats."""
        calls = self.core.state.calls
        freed = [_order(call) for call in calls.values() if not call.own]
        for _, _, number in sorted(freed):
            calls[number].own = True
            self.core.touch(calls[number])
            self._ranked(calls[number])
        for _, _, number in sorted(freed):
            if number in calls and calls[number].stage == Stage.QUEUED:
                self._offer_to_idle(calls[number])

    def ring(self, call: Call, index: int, no_answer_cycles: int) -> None:
        self.program.cti.call(call)
        call.b = Leg(seat=index)
        self.program.cti.seat_called(call, call.queue if call.number in self._line(call.queue) else "")
        self.core.stage(call, Stage.RINGING, self.office.seats[index].number)
        self.program.seats.ring(index, call)
        self.core.world.start_timer(f"ring/{call.number}", no_answer_cycles)

    def ring_directly(self, call: Call, number: str, no_answer_cycles: int) -> None:
        """No queue: ALERTING with in-band ring-back, the backward path open, both ways at answer."""
        index = self.program.seats.index_of(number)
        state = self.core.state.seats[index].state
        if state != "idle":
            self.program.calls.clear(call, AWAY.get(state, BUSY), "machine")
            return
        if call.a.circuit >= 0 and not call.answered:
            self.program.trunks.alerting(call)
        self.core.tone(call.a, "ring_back")
        self.ring(call, index, no_answer_cycles)

    def no_answer(self, call: Call, cause: int = NO_ANSWER) -> None:
        """The seat did not answer: it is taken out, the caller goes back to where he stood."""
        if call.stage != Stage.RINGING:
            return
        self.program.cti.ring_ended(call, "rejected" if cause == REJECTED else "no_answer")
        if call.origination is not None:
            self.program.orders.originator.no_answer(call, cause)
            return
        index = call.b.seat
        call.b = Leg()
        self.program.seats.did_not_answer(index)
        self.back_to_queue(call, cause)

    def back_to_queue(self, call: Call, cause: int = NO_ANSWER) -> None:
        """A call that loses its seat before talk waits again in its old place; one without a queue is cleared.

        One that had waited too long while the seat rang goes over now.
        """
        self.core.world.stop_timer(f"ring/{call.number}")
        call.b = Leg()
        if not call.queue:
            self.program.calls.clear(call, cause, "machine")
            return
        data = self.office.queues[call.queue]
        if call.number not in self._line(call.queue):
            self._join_line(call)
            self._limit_wait(call, data)
        self.core.stage(call, Stage.QUEUED, call.queue)
        if data.max_wait_cycles and call.wait_due <= self.core.world.now:
            self.waited_too_long(call)
        elif not self._offer_to_idle(call) and call.announcer < 0:
            self._wait_with_music(call, data)

    def resume(self, call: Call) -> None:
        """After a switchover: the timers of waiting and ringing begin anew."""
        data = self.office.queues.get(call.queue)
        if call.stage == Stage.ROUTING:
            self.unanswered(call)
        elif call.stage == Stage.QUEUED and data is not None and data.max_wait_cycles:
            self.core.world.start_timer(f"wait/{call.number}", data.max_wait_cycles)
        elif call.stage == Stage.RINGING:
            cycles = data.ring_cycles if data is not None else self._ring_cycles(call)
            self.core.world.start_timer(f"ring/{call.number}", cycles)

    def _ring_cycles(self, call: Call) -> int:
        return int(getattr(self.program.script.step_of(call), "no_answer_cycles", 0)) or 160_000
