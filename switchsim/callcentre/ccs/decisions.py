"""The answers to the switch's questions, one a question; and callers who have waited too long go over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.ccs.routes import QUEUE, Room, route
from switchsim.callcentre.ccs.state import Question
from switchsim.model.cti import ChooseRoute, Ordered, QueueEntered, Redirect, RouteAsked
from switchsim.model.events import RouteDecided
from switchsim.units import seconds

if TYPE_CHECKING:
    from switchsim.callcentre.ccs.server import Ccs

AGAIN_CYCLES: Final = seconds(1)
"""A call that has waited too long while a seat rings for it is looked at again after that."""


class Decisions:
    """`RouteAsked` -> `ChooseRoute` of the active CCS; the standby remembers what is open.

    A call that the CCS can not route is not answered: the switch decides itself when its time is out.
    """

    def __init__(self, ccs: Ccs) -> None:
        self.ccs = ccs

    # -- questions -----------------------------------------------------------------------------------------------

    def asked(self, event: RouteAsked) -> None:
        state = self.ccs.state
        if event.entry <= state.decided.get(event.call, 0):
            return  # told again
        state.questions[event.call] = Question(event.entry, event.number, event.calling, event.queue)
        if self.ccs.ready:
            self.answer(event.call)

    def answer_all(self) -> None:
        for call in list(self.ccs.state.questions):
            self.answer(call)

    def answer(self, call: int) -> None:
        state, configuration = self.ccs.state, self.ccs.configuration
        question = state.questions.pop(call)
        state.decided[call] = question.entry
        chosen = question.entry > 1 or call in state.chosen
        target, why = route(configuration, question.number, question.queue, chosen, self._room)
        self.ccs.emit(RouteDecided(call, question.entry, target, why if target else f"can not route the call: {why}"))
        if target:
            priority = configuration.priority(question.calling)
            self.ccs.order_switch(ChooseRoute(call, question.entry, target, False, priority), f"route/{call}")

    def _room(self, queue: str) -> Room:
        row = self.ccs.state.switch.queues.get(queue)
        distribution = self.ccs.distribution
        return Room(len(row.waiting) if row else 0, distribution.order.idle_seats(queue), distribution.signed_in(queue))

    def other_ordered(self, event: Ordered) -> None:
        """The other CCS's decision was taken: nothing is open any more."""
        if event.sender == self.ccs.config.other and event.result == "ok":
            self._closed(event.call)

    def _closed(self, call: int) -> None:
        question = self.ccs.state.questions.pop(call, None)
        if question is not None:
            self.ccs.state.decided[call] = question.entry

    # -- waiting too long ----------------------------------------------------------------------------------------

    def entered(self, event: QueueEntered) -> None:
        self._closed(event.call)
        self.limit(event.call, event.queue, event.since)

    def limit(self, call: int, queue: str, since: int) -> None:
        row = self.ccs.configuration.queue(queue)
        if row.overflow_after and row.overflow_to not in ("", QUEUE + queue):
            self.ccs.start_timer(f"overflow/{call}", max(0, since + row.overflow_after - self.ccs.now))

    def left(self, call: int) -> None:
        self.ccs.stop_timer(f"overflow/{call}")

    def waited_too_long(self, call: int) -> None:
        state = self.ccs.state
        row = state.switch.calls.get(call)
        if row is None or not row.queue or row.own or not self.ccs.ready:
            return
        if call in state.ringing or call in state.offers:
            self.ccs.start_timer(f"overflow/{call}", AGAIN_CYCLES)
            return
        target = self.ccs.configuration.queue(row.queue).overflow_to
        self.ccs.emit(RouteDecided(call, state.decided.get(call, 0), target, f"waited too long in {row.queue}"))
        state.chosen[call] = 1
        self.ccs.order_switch(Redirect(call, target), f"overflow/{call}")

    def forget(self, call: int) -> None:
        state = self.ccs.state
        state.questions.pop(call, None)
        state.decided.pop(call, None)
        state.chosen.pop(call, None)
        self.left(call)
