"""Seat sets: their states and keys. What keys do to calls is in `talk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Call, Seat, Stage
from switchsim.model.events import CallLeg, SeatState
from switchsim.model.messages import SeatDisplay

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

REJECTED, OUT_OF_ORDER = 21, 27
NO_ANSWER = "no_answer"
"""Reason of a seat that is busy because its person did not answer."""


class Seats:
    """A seat is idle, rings, talks, holds, wraps up, is busy, signed out or faulty."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = self.core.office
        self.by_number = {seat.number: index for index, seat in enumerate(self.office.seats)}
        self.by_port = {(seat.board, seat.unit): index for index, seat in enumerate(self.office.seats)}

    def cold_start(self) -> None:
        self.core.state.seats = [Seat() for _ in self.office.seats]
        self.core.state.members = {
            queue: {index: 0 for index, port in enumerate(self.office.seats) if queue in port.queues}
            for queue in self.office.queues
        }

    def index_of(self, number: str) -> int:
        return self.by_number.get(number, -1)

    def become(self, index: int, state: str) -> None:
        """Change state, tell the set, write it down."""
        seat, data = self.core.state.seats[index], self.office.seats[index]
        call = seat.call or seat.held
        if (shown := f"{state} {call}") == seat.shown:
            return
        seat.state, seat.shown = state, shown
        self.core.dirty_seats.add(index)
        if state != "busy":
            seat.reason = seat.reason if seat.after == "busy" else ""
        self.core.world.emit(SeatState(data.number, state, call))
        self.show(index)
        self.program.cti.seat(index)

    def show(self, index: int) -> None:
        seat, data = self.core.state.seats[index], self.office.seats[index]
        number = seat.call or seat.held
        current = self.core.state.calls.get(number)
        calling = current.calling if current is not None else ""
        ringing = seat.state == "ringing"
        self.core.world.send_bus(SeatDisplay(data.board, data.unit, seat.state, ringing, number, calling))

    # -- ringing -------------------------------------------------------------------------------------------------

    def ring(self, index: int, call: Call) -> None:
        self.core.state.seats[index].call = call.number
        self.become(index, "ringing")

    def stop_ringing(self, call: Call) -> None:
        """The caller went, or the call goes elsewhere: the seat is idle again, no time of idleness lost."""
        if call.b.seat < 0:
            return
        seat = self.core.state.seats[call.b.seat]
        if seat.call == call.number and seat.state == "ringing":
            seat.call = 0
            self._after(call.b.seat, keep_turn=True)

    def did_not_answer(self, index: int) -> None:
        seat = self.core.state.seats[index]
        seat.call, seat.reason = 0, NO_ANSWER
        self.become(index, "busy")

    # -- the end of a call at a seat -----------------------------------------------------------------------------

    def released(self, index: int, call: Call) -> None:
        """The seat is no longer part of the call."""
        seat = self.core.state.seats[index]
        if seat.call == call.number:
            seat.call = 0
        elif seat.held == call.number:
            seat.held = 0
        else:
            return
        self.core.dirty_seats.add(index)
        number = self.office.seats[index].number
        if call.calling == number and call.stage != Stage.CLEARING:  # the call that it placed goes on without it
            self.core.world.emit(CallLeg(call.number, "", 0, number, 0))
        if seat.call:
            self.become(index, "talk")
        elif seat.held:
            self.become(index, "held")
        elif seat.state != "faulty":
            self._after(index, keep_turn=not seat.served)

    def stopped_listening(self, index: int) -> None:
        """It was in no call of its own: idle from now on, or what was wished for meanwhile."""
        seat = self.core.state.seats[index]
        wish, seat.after = seat.after, ""
        if wish:
            self.become(index, {"sign_out": "signed_out"}.get(wish, wish))
        else:
            self.idle(index)

    def _after(self, index: int, *, keep_turn: bool) -> None:
        """What was wished for during the call takes effect now; else wrap-up, then idle."""
        seat, data = self.core.state.seats[index], self.office.seats[index]
        wish, seat.after = seat.after, ""
        if wish:
            self.become(index, {"sign_out": "signed_out"}.get(wish, wish))
        elif data.wrap_up_cycles and not keep_turn:
            self.become(index, "wrap_up")
            self.core.world.start_timer(f"wrap/{index}", data.wrap_up_cycles)
        else:
            self.idle(index, keep_turn=keep_turn)

    def idle(self, index: int, *, keep_turn: bool = False) -> None:
        seat = self.core.state.seats[index]
        seat.served = False
        if not keep_turn:
            seat.idle_since = self.core.world.now
        self.core.world.stop_timer(f"wrap/{index}")
        self.become(index, "idle")
        self.program.queues.seat_idle(index)

    def resume(self) -> None:
        """After a switchover: wrap-ups begin anew."""
        for index, seat in enumerate(self.core.state.seats):
            if seat.state == "wrap_up":
                self.core.world.start_timer(f"wrap/{index}", self.office.seats[index].wrap_up_cycles)

    def wrapped_up(self, index: int) -> None:
        if self.core.state.seats[index].state == "wrap_up":
            self.idle(index)

    # -- keys ----------------------------------------------------------------------------------------------------

    def key(self, board: int, unit: int, key: str, argument: str) -> None:
        self.press(self.by_port[board, unit], key, argument)

    def press(self, index: int, key: str, argument: str) -> None:
        """A key of the set, pressed there or by order. argument: number of dial and transfer, reason of busy."""
        seat = self.core.state.seats[index]
        match key:
            case "sign_in" if seat.state == "signed_out":
                self.idle(index)
            case "sign_out" | "busy":
                self._leave(index, key, argument)
            case "ready" if seat.state in ("busy", "wrap_up"):
                self.idle(index)
            case "ready":
                seat.after = seat.reason = ""
                self.core.dirty_seats.add(index)
            case _:
                self.program.talk.key(index, key, argument)

    def _leave(self, index: int, wish: str, argument: str) -> None:
        """Sign-out or busy: at once when no call is up, otherwise when it ends; a call that only rings goes on."""
        seat = self.core.state.seats[index]
        if seat.state in ("signed_out", "faulty"):
            return
        seat.reason = argument if wish == "busy" else ""
        self.core.dirty_seats.add(index)
        if seat.state == "ringing":
            call = self.core.state.calls[seat.call]
            self.program.cti.ring_ended(call, "rejected")
            seat.call = 0
            self.become(index, {"sign_out": "signed_out"}.get(wish, wish))
            self.program.queues.back_to_queue(call, REJECTED)
        elif seat.call or seat.held:
            seat.after = wish
            self.core.dirty_seats.add(index)
        else:
            self.core.world.stop_timer(f"wrap/{index}")
            self.become(index, {"sign_out": "signed_out"}.get(wish, wish))

    # -- failures ------------------------------------------------------------------------------------------------

    def failed(self, index: int) -> None:
        """The set or its board is gone: calls in talk are cleared, a ringing one goes back to its queue."""
        seat = self.core.state.seats[index]
        self.program.monitor.leave(index)
        calls = [self.core.state.calls[number] for number in (seat.call, seat.held) if number]
        seat.call = seat.held = 0
        self.become(index, "faulty")
        for call in calls:
            if call.stage == Stage.RINGING and call.b.seat == index:
                self.program.cti.ring_ended(call, "lost")
                self.program.queues.back_to_queue(call)
            else:
                self.program.calls.clear(call, OUT_OF_ORDER, "fault")

    def repaired(self, index: int) -> None:
        """It works again; its person must sign in."""
        if self.core.state.seats[index].state == "faulty":
            self.become(index, "signed_out")

    def on_board(self, board: int) -> list[int]:
        return [index for index, seat in enumerate(self.office.seats) if seat.board == board]
