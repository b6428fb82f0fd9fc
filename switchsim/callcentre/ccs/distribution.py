"""Waiting calls to idle seats: an `Offer`, what came of it, and once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from switchsim.callcentre.ccs.order import Order
from switchsim.model.cti import Offer, SeatCalled, SeatCallEnded
from switchsim.model.events import SeatOffered

if TYPE_CHECKING:
    from switchsim.callcentre.ccs.server import Ccs

NOT_ANSWERED: Final = ("no_answer", "rejected")
AWAY: Final = ("signed_out", "faulty")
MOST_SKILLS_FIRST: Final = "most_skills_first"


class Distribution:
    """The active CCS's rows of seats and calls. They follow from the state: after a restore, and when the switch has
    told everything, they are built anew. A caller keeps its place through an unanswered call."""

    def __init__(self, ccs: Ccs) -> None:
        self.ccs = ccs
        self.forget_all()

    def forget_all(self) -> None:
        self.order = Order(lambda queue: self.ccs.configuration.queue(queue).strategy == MOST_SKILLS_FIRST)
        self._served: dict[str, tuple[str, ...]] = {}
        self._signed_in: dict[str, int] = {}
        self._member_of: dict[str, dict[str, int]] = {}

    def build(self) -> None:
        """From the view of the switch; nothing is given away yet."""
        self.forget_all()
        view = self.ccs.state.switch
        for queue in view.queues.values():
            for seat, penalty in queue.members.items():
                self._member_of.setdefault(seat, {})[queue.queue] = penalty + 1
        for seat in view.seats:
            self.refresh_seat(seat)
        for queue in view.queues.values():
            for call in queue.waiting:
                self.refresh_call(call)

    def serve_all(self) -> None:
        for queue in list(self.order.call_rows):
            for _, _, call in list(self.order.call_rows[queue]):
                self.serve_call(call)

    # -- rows ----------------------------------------------------------------------------------------------------

    def skills_of(self, seat: str) -> dict[str, int]:
        """Of the agent who is signed in there; of a seat of no known agent: the queues that the switch has it in."""
        agent = self.ccs.configuration.agents.get(self.ccs.state.at_seat.get(seat, ""))
        if agent is not None:
            return agent.skills
        return {} if seat in self.ccs.state.refused else self._member_of.get(seat, {})

    def signed_in(self, queue: str) -> int:
        """Agents who are signed in for a queue."""
        return self._signed_in.get(queue, 0)

    def refresh_seat(self, seat: str) -> bool:
        """Put it where it belongs now; True when it has come (back) to a row."""
        state = self.ccs.state
        row = state.switch.seats.get(seat)
        here = row is not None and row.state not in AWAY
        skills = self.skills_of(seat) if here else {}
        self._count(seat, tuple(skills))
        idle = row is not None and row.state == "idle" and seat not in state.offered
        if row is None or not idle or seat in state.resting_seats:
            self.order.take_seat(seat)
            return False
        return self.order.put_seat(seat, row.idle_since, skills)

    def _count(self, seat: str, queues: tuple[str, ...]) -> None:
        before = self._served.get(seat, ())
        if queues == before:
            return
        for queue in before:
            self._signed_in[queue] -= 1
        for queue in queues:
            self._signed_in[queue] = self._signed_in.get(queue, 0) + 1
        self._served[seat] = queues

    def refresh_call(self, call: int) -> bool:
        """As `refresh_seat`, of a call that waits for an offer."""
        state = self.ccs.state
        row = state.switch.calls.get(call)
        waits = row is not None and row.queue and not row.own
        if row is None or not waits or call in state.ringing or call in state.offers or call in state.resting_calls:
            self.order.take_call(call)
            return False
        return self.order.put_call(call, row.queue, row.entered, self.ccs.configuration.priority(row.calling))

    # -- giving --------------------------------------------------------------------------------------------------

    def serve_call(self, call: int) -> None:
        if self.order.has_call(call):
            seat = self.order.seat_for(call, self._tried(call))
            if seat:
                self._offer(call, seat)

    def serve_seat(self, seat: str) -> None:
        if self.order.has_seat(seat):
            call = self.order.call_for(seat, self._tried)
            if call:
                self._offer(call, seat)

    def _tried(self, call: int) -> list[str]:
        return self.ccs.state.tried.get(call, [])

    def _offer(self, call: int, seat: str) -> None:
        state = self.ccs.state
        queue = state.switch.calls[call].queue
        state.offers[call], state.offered[seat] = seat, call
        self.order.take_call(call)
        self.order.take_seat(seat)
        self.ccs.emit(SeatOffered(call, seat, queue))
        ring = self.ccs.configuration.queue(queue).ring
        self.ccs.order_switch(Offer(call, seat, ring), f"offer/{call}/{seat}")

    def offered(self, call: int, seat: str, result: str) -> None:
        """The switch's answer, or that there was none: a failed offer leaves its call or its seat alone for a while."""
        state = self.ccs.state
        if state.offers.get(call) == seat:
            del state.offers[call]
        if state.offered.get(seat) == call:
            del state.offered[seat]
        if result == "too_late":
            state.resting_calls.append(call)
        elif result != "ok":
            state.resting_seats.append(seat)
        self.look_at(call, seat)

    def rested(self) -> None:
        """A second later: they may be tried again."""
        state = self.ccs.state
        seats, state.resting_seats = state.resting_seats, []
        calls, state.resting_calls = state.resting_calls, []
        for call in calls:
            self.look_at(call, "")
        for seat in seats:
            self.look_at(0, seat)

    def look_at(self, call: int, seat: str) -> None:
        """Something of a call (0 = none) or a seat (`` = none) has changed."""
        if not self.ccs.ready:
            return
        if call:
            self.refresh_call(call)
        if seat:
            self.refresh_seat(seat)
        self.serve_call(call)
        self.serve_seat(seat)

    # -- what the switch tells -----------------------------------------------------------------------------------

    def called(self, event: SeatCalled) -> None:
        self.ccs.state.ringing[event.call] = event.seat
        self.look_at(event.call, event.seat)

    def call_ended(self, event: SeatCallEnded) -> None:
        state = self.ccs.state
        state.ringing.pop(event.call, None)
        if event.why in NOT_ANSWERED:
            tried = state.tried.setdefault(event.call, [])
            if event.seat not in tried:
                tried.append(event.seat)
        # Whoever was answered, has gone or was sent elsewhere waits no more: the queue is told to be left next.
        self.look_at(event.call if event.why in NOT_ANSWERED else 0, event.seat)

    def member(self, queue: str, seat: str, penalty: int) -> None:
        """penalty -1: it left."""
        rows = self._member_of.setdefault(seat, {})
        rows.pop(queue, None)
        if penalty >= 0:
            self._member_of[seat] = {**rows, queue: penalty + 1}
        self.look_at(0, seat)

    def forget(self, call: int) -> None:
        """The call is over."""
        state = self.ccs.state
        self.order.take_call(call)
        state.ringing.pop(call, None)
        state.tried.pop(call, None)
        if call in state.resting_calls:
            state.resting_calls.remove(call)
