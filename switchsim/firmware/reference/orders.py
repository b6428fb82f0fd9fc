"""What applications order over the CTI link: each order is answered, after everything that it brought about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from switchsim.firmware.reference.originate import Originator, patience, result_of
from switchsim.firmware.reference.state import Call, Leg, Stage
from switchsim.firmware.reference.targets import is_number
from switchsim.model import cti
from switchsim.model.cti import Ordered, Wanted
from switchsim.model.events import CallRanked, MemberSet

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NORMAL, REJECTED = 16, 21
MOST_RANK, MOST_REASON = 1_000_000, 80
"""Limits of priorities and penalties, and of the characters of a reason."""
Answer = tuple[str, int]
"""(one of RESULTS, call that it was about). An empty result: the answer comes later."""


class Orders:
    """One method an order."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = program.core.office
        self.originator = Originator(program)
        self._handlers: dict[type, Callable[[Any], Answer]] = {
            cti.PressKey: self._press,
            cti.HangUp: self._hang_up,
            cti.AnswerCaller: self._answer_caller,
            cti.Redirect: self._redirect,
            cti.ChooseRoute: self._choose,
            cti.Offer: self._offer,
            cti.SetMember: self._set_member,
            cti.Routing: self._routing,
            cti.AttachChannel: self._attach,
            cti.DetachChannel: self._detach,
            cti.RefuseFlow: self._refuse,
        }

    def take(self, wanted: Wanted) -> None:
        body = wanted.body
        match body:
            case cti.TellAll():
                self.program.cti.listen(wanted.sender)
                result, call = "ok", 0
            case cti.TellNothing():
                self.answer(wanted.sender, wanted.order, "ok", 0)
                self.core.state.cti.listening = False  # before: a service goes its other way only where nobody listens
                self.program.cti.stop()
                return
            case cti.Originate():
                result, call = self.originator.order(wanted, body)
            case _:
                result, call = self._handlers[type(body)](body)
        if result:
            self.answer(wanted.sender, wanted.order, result, call)

    def answer(self, sender: str, order: int, result: str, call: int) -> None:
        """Everything that the order brought about is told before its answer."""
        if self.program.cti.on:
            self.program.cti.differences()
            self.program.cti.tell(Ordered(sender, order, result, call))

    def _call(self, number: int) -> Call | None:
        call = self.core.state.calls.get(number)
        return None if call is None or call.stage == Stage.CLEARING else call

    # -- seats ---------------------------------------------------------------------------------------------------

    def _press(self, order: cti.PressKey) -> Answer:
        index = self.program.seats.index_of(order.seat)
        if index < 0:
            return "no_such_seat", 0
        before, next_call = self._looks(index), self.core.state.next_call
        seat = self.core.state.seats[index]
        about = seat.call or seat.held
        if order.key in ("dial", "transfer") and not is_number(order.argument):
            return self._refusal(order), about
        self.program.seats.press(index, order.key, order.argument[:MOST_REASON])
        if self.core.state.next_call != next_call:
            return self._dialled(self.core.state.next_call - 1)
        if self._looks(index) != before:
            return "ok", about or seat.call or seat.held
        return self._refusal(order), about

    def _looks(self, index: int) -> bytes:
        """A seat and its calls: whether a key did anything is seen by them."""
        seat = self.core.state.seats[index]
        calls = [self.core.state.calls.get(number) for number in (seat.call, seat.held)]
        return msgspec.msgpack.encode((seat, calls))

    def _dialled(self, number: int) -> Answer:
        """A key placed a call; it may be over again already."""
        cause = self.program.cti.causes.get(number)
        return ("ok" if cause is None else result_of(cause)), number

    def _refusal(self, order: cti.PressKey) -> str:
        if order.key == "dial" and not is_number(order.argument):
            return "no_such_number"
        if order.key != "transfer":
            return "wrong_state"
        seat = self.core.state.seats[self.program.seats.index_of(order.seat)]
        call = self._call(seat.call or seat.held)
        if call is None or call.stage not in (Stage.TALK, Stage.HELD) or call.joined:
            return "wrong_state"
        number = self.office.translations.get(order.argument, order.argument)
        return "busy" if self.program.seats.index_of(number) >= 0 else "no_such_number"

    def _set_member(self, order: cti.SetMember) -> Answer:
        """A member whose penalty changes is no new one."""
        index = self.program.seats.index_of(order.seat)
        members = self.core.state.members.get(order.queue)
        if members is None:
            return "no_such_queue", 0
        if index < 0:
            return "no_such_seat", 0
        if not order.present:
            return self._remove_member(order.queue, index), 0
        penalty = members.get(index, 0) if order.penalty < 0 else min(order.penalty, MOST_RANK)
        if members.get(index, -1) == penalty:
            return "already_there", 0
        new = index not in members
        members[index] = penalty
        self._member_set(order.queue, index, penalty, present=True)
        if new and self.core.state.seats[index].state == "idle":
            self.program.queues.seat_idle(index)
        return "ok", 0

    def _remove_member(self, queue: str, index: int) -> str:
        penalty = self.core.state.members[queue].pop(index, None)
        if penalty is None:
            return "not_there"
        self._member_set(queue, index, penalty, present=False)
        return "ok"

    def _member_set(self, queue: str, index: int, penalty: int, *, present: bool) -> None:
        self.core.members_changed = True
        self.core.world.emit(MemberSet(queue, self.office.seats[index].number, int(present), penalty))
        self.program.cti.member(queue, index, penalty, present=present)

    # -- calls ---------------------------------------------------------------------------------------------------

    def _hang_up(self, order: cti.HangUp) -> Answer:
        call = self._call(order.call)
        if call is None:
            return "no_such_call", order.call
        cause = order.cause if 1 <= order.cause <= 127 else NORMAL
        if not order.leg:
            self.program.calls.clear(call, cause, "machine")
            return "ok", call.number
        leg = next((leg for leg in (call.a, call.b) if leg.present and leg.number == order.leg), None)
        if leg is None:
            return "no_such_leg", call.number
        self._leave(call, leg, cause)
        return "ok", call.number

    def _leave(self, call: Call, leg: Leg, cause: int) -> None:
        """One leg goes: a seat that rings gives the call back, of three two stay; else that was the call."""
        seat = leg.seat
        if seat >= 0 and leg is call.b and call.stage == Stage.RINGING:
            self.program.queues.no_answer(call, REJECTED)
        elif seat >= 0 and leg is call.b and call.stage == Stage.CONFERENCE and call.conference >= 0:
            self.program.transfer.leave_conference(seat, call)
        else:
            self.program.calls.clear(call, cause, "seat" if seat >= 0 else "machine")

    def _answer_caller(self, order: cti.AnswerCaller) -> Answer:
        call = self._call(order.call)
        if call is None:
            return "no_such_call", order.call
        if call.answered or call.stage not in (Stage.SERVICE, Stage.ROUTING):
            return "wrong_state", call.number
        self.program.calls.answer(call)
        return "ok", call.number

    def _redirect(self, order: cti.Redirect) -> Answer:
        call = self._call(order.call)
        if call is None:
            return "no_such_call", order.call
        if not self.program.targets.movable(call):
            return "wrong_state", call.number
        if wrong := self.program.targets.wrong(order.target):
            return wrong, call.number
        self.program.targets.take_out(call)
        self.program.targets.go(call, order.target)
        return "ok", call.number

    # -- queues --------------------------------------------------------------------------------------------------

    def _choose(self, order: cti.ChooseRoute) -> Answer:
        """The first decision to a question counts; one that is impossible leaves the question open."""
        call = self._call(order.call)
        if call is None:
            return "no_such_call", order.call
        if call.stage != Stage.ROUTING or order.entry != call.entries:
            return "too_late", call.number
        if wrong := self.program.targets.wrong(order.target):
            return wrong, call.number
        self.core.world.stop_timer(f"route/{call.number}")
        call.own, call.priority = order.own, max(-MOST_RANK, min(order.priority, MOST_RANK))
        self.program.targets.go(call, order.target, decided=True)
        return "ok", call.number

    def _offer(self, order: cti.Offer) -> Answer:
        call, index = self._call(order.call), self.program.seats.index_of(order.seat)
        if call is None:
            return "no_such_call", order.call
        if index < 0:
            return "no_such_seat", call.number
        if call.stage != Stage.QUEUED:
            return "too_late", call.number
        if self.core.state.seats[index].state != "idle":
            return "busy", call.number
        if call.own:  # the switch would not have chosen so, perhaps
            self.core.world.emit(CallRanked(call.number, call.queue, call.priority, 0))
        ring = patience(order.ring, self.office.queues[call.queue].ring_cycles)
        self.program.queues.ring(call, index, ring)
        return "ok", call.number

    def _routing(self, order: cti.Routing) -> Answer:
        self.core.state.cti.routing = order.on
        self.core.cti_changed = True
        if not order.on:
            self.program.queues.distribute()
        return "ok", 0

    # -- voice channels ------------------------------------------------------------------------------------------

    def _attach(self, order: cti.AttachChannel) -> Answer:
        call = self._call(order.call)
        if call is None:
            return "no_such_call", order.call
        return self.program.voice.attach(call, order.line, order.timeslot), call.number

    def _detach(self, order: cti.DetachChannel) -> Answer:
        call = self._call(order.call)
        if call is None:
            return "no_such_call", order.call
        if call.voice < 0:
            return "not_active", call.number
        self.program.voice.free(call, "detached")
        return "ok", call.number

    def _refuse(self, order: cti.RefuseFlow) -> Answer:
        call = self._call(order.call)
        if call is None:
            return "no_such_call", order.call
        if self.program.voice.step(call) is None:
            return "wrong_state", call.number
        self.program.voice.refused(call)
        return "ok", call.number
