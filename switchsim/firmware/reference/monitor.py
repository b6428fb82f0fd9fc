"""Listening in: a supervisor's seat hears both sides of a talk, and nobody hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Call, Leg, Seat, Stage

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

BOTH_AND_LISTENER = (0b010, 0b001, 0b011)
"""Whom each leg of the conference hears: the two each other, the supervisor both."""


class Monitor:
    """One listener a call. The talk runs over a conference meanwhile; it ends when the speech path changes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core

    def listen_in(self, index: int, seat: Seat, number: str) -> None:
        """Key of an idle or busy seat; without a talk of two at that seat it changes nothing."""
        target = self.program.seats.index_of(number)
        if seat.state not in ("idle", "busy") or target < 0:
            return
        call = self.core.state.calls.get(self.core.state.seats[target].call)
        if call is None or call.stage != Stage.TALK or call.listener >= 0 or call.joined:
            return
        if not self.core.confer(call, (call.a, call.b, Leg(seat=index)), BOTH_AND_LISTENER):
            return
        if seat.state == "busy":
            seat.after = seat.after or "busy"
        call.listener, seat.call = index, call.number
        self.program.seats.become(index, "listening")

    def leave(self, index: int) -> None:
        """The supervisor goes; the talk goes on as before."""
        seat = self.core.state.seats[index]
        call = self.core.state.calls.get(seat.call)
        if seat.state == "listening" and call is not None:
            self.end(call)
            if call.stage == Stage.TALK and not call.joined:
                self.core.join(call.a, call.b)

    def end(self, call: Call) -> None:
        """Nobody listens in any more; the two of the call hear nothing until they are joined again."""
        if call.listener < 0:
            return
        index, call.listener = call.listener, -1
        self.core.end_conference(call)
        seat = self.core.state.seats[index]
        seat.call = 0
        self.program.seats.stopped_listening(index)
