"""Legs as the CTI link knows them: what a call is made of now, and how that differs from what was told last.

Whatever changed a call, only the difference counts; so no path through the program can tell something untrue, and a leg
that went over to another call keeps its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from switchsim.firmware.reference.cti_state import Ringing, ToldCall, ToldLeg
from switchsim.firmware.reference.state import Call, Leg, Stage
from switchsim.model.cti import CallBegan, CallNumber, LegChanged, SeatCallEnded, SeatServed

if TYPE_CHECKING:
    from switchsim.firmware.reference.cti import Cti

NORMAL, NO_CIRCUIT = 16, 34


class Legs:
    """`leaving`: leg -> why its seat is out of the call, while that happens."""

    def __init__(self, cti: Cti) -> None:
        self.cti = cti
        self.core = cti.core
        self.office = cti.office
        self.leaving: dict[int, str] = {}

    # -- what there is -------------------------------------------------------------------------------------------

    def of(self, call: Call) -> list[Leg]:
        return [leg for leg in (call.a, call.b) if leg.present]

    def number(self, call: Call) -> None:
        """Legs get their numbers when they are met for the first time."""
        state = self.cti.state
        for leg in self.of(call):
            if not leg.number:
                leg.number, state.next_leg = state.next_leg, state.next_leg + 1
                self.core.touch(call)
            leg.role = leg.role or ("b" if leg is call.b and call.a.present else "a")

    def device(self, leg: Leg) -> str:
        if leg.seat >= 0:
            return f"SEAT/{self.office.seats[leg.seat].number}"
        circuit = self.office.circuits[leg.circuit]
        return f"E1/{circuit.line}/{circuit.timeslot}"

    def state(self, call: Call, leg: Leg) -> str:
        """One of LEG_STATES, not null."""
        if leg is call.a and call.waits:
            return "queued"
        if leg.seat >= 0:
            return self._state_of_seat(call, leg)
        if call.stage == Stage.COLLECTING:
            return "initiated"
        if leg is call.b and call.stage == Stage.OUTGOING:
            return "alerting" if leg.alerted else "initiated"
        return "connected"

    def _state_of_seat(self, call: Call, leg: Leg) -> str:
        seat = self.core.state.seats[leg.seat]
        if seat.held == call.number != seat.call:
            return "hold"
        return "alerting" if leg is call.b and call.stage == Stage.RINGING else "connected"

    def heard(self, call: Call, leg: Leg) -> list[int]:
        """Legs whose speech reaches this one; the ear of a seat with two calls belongs to one of them."""
        if not self._speaks(call, leg):
            return []
        near = [call, *self._joined(call)]
        source = self.core.hears(self.core.slot(leg))
        sources = self._conference(near, source) or [source]
        return [
            other.number
            for one in near
            for other in self.of(one)
            if self.core.slot(other) in sources and self._speaks(one, other)
        ]

    def _speaks(self, call: Call, leg: Leg) -> bool:
        return leg.seat < 0 or self.core.state.seats[leg.seat].call == call.number

    def _joined(self, call: Call) -> list[Call]:
        other = self.core.state.calls.get(call.joined)
        return [] if other is None else [other]

    def _conference(self, near: list[Call], source: int) -> list[int]:
        """Slots whose sum is heard at an output of a conference."""
        for call in near:
            if call.conference >= 0:
                outputs = self.office.conferences[call.conference].slots[: len(call.members)]
                if source in outputs:
                    mask = call.masks[outputs.index(source)]
                    return [member for bit, member in enumerate(call.members) if mask >> bit & 1]
        return []

    # -- what is new ---------------------------------------------------------------------------------------------

    def tell(self, call: Call, *, anew: bool = False) -> None:
        """What is new of a call and its legs; `anew`: also what is not."""
        if call.stage == Stage.CLEARING:
            return
        told = self._begun(call)
        for leg in (call.a, call.b):
            if not leg.present:  # its circuit was no good; another one is another leg
                leg.number, leg.role, leg.alerted = 0, "", False
        for one in (call, *self._joined(call)):
            self.number(one)
        for leg in self.of(call):
            self._leg(call, leg, anew=anew)
        here = [leg.number for leg in self.of(call)]
        for number in [number for number in told.legs if number not in here]:
            if self.elsewhere(number, call) is None:
                self.gone(number, NORMAL, "agent")

    def _begun(self, call: Call) -> ToldCall:
        target = call.target or call.called
        told = self.cti.state.calls.get(call.number)
        if told is None:
            told = self.cti.state.calls[call.number] = ToldCall(call.called, target)
            began = CallBegan(call.number, call.direction, call.calling, call.called, target, call.offered)
            self.cti.tell(began)
        elif (told.called, told.number) != (call.called, target):
            told.called, told.number = call.called, target
            self.cti.tell(CallNumber(call.number, call.called, target))
        return told

    def _leg(self, call: Call, leg: Leg, *, anew: bool) -> None:
        legs = self.cti.state.legs
        was = legs.get(leg.number)
        if was is not None and was.device != self.device(leg):  # another circuit was tried
            self.gone(leg.number, NO_CIRCUIT, "agent")
            leg.number, was = 0, None
            self.number(call)
        if was is not None and was.call != call.number:
            self.cti.state.calls[was.call].legs.remove(leg.number)
            leg.role = "a" if leg is call.a else "b"
        ringing = None if leg.ringing is None else msgspec.structs.replace(leg.ringing)
        now = ToldLeg(call.number, self.device(leg), leg.role, self.state(call, leg), self.heard(call, leg),
                      leg.answered, ringing)  # fmt: skip
        legs[leg.number] = now
        if was is None or was.call != call.number:
            self.cti.state.calls[call.number].legs.append(leg.number)
        if anew or was is None or _shown(was) != _shown(now):
            self.cti.tell(_event(leg.number, now, now.state, 0))

    def elsewhere(self, number: int, call: Call) -> Call | None:
        """The other call that a leg went over to."""
        for other in sorted(self.core.dirty_calls):
            found = self.core.state.calls.get(other)
            if found is not None and found is not call and any(leg.number == number for leg in self.of(found)):
                return found
        return None

    def gone(self, number: int, cause: int, why: str) -> None:
        """A leg is no more."""
        self.served(number, why)
        leg = self.cti.state.legs.pop(number)
        self.cti.state.calls[leg.call].legs.remove(number)
        self.cti.tell(_event(number, leg, "null", cause))

    def served(self, number: int, why: str) -> None:
        """A seat's part is over; why: of one that had answered (caller, agent, transfer)."""
        leg = self.cti.state.legs[number]
        ringing, leg.ringing = leg.ringing, None
        if ringing is not None:
            seat, why = leg.device.partition("/")[2], self.leaving.get(number, why)
            self.cti.tell(self.seat_over(leg.call, number, seat, ringing, why))

    def seat_over(self, call: int, leg: int, seat: str, ringing: Ringing, why: str) -> SeatServed | SeatCallEnded:
        """What ends with the leg of a seat that was called: its service, or the ringing."""
        now = self.core.world.now
        if not ringing.answered:
            return SeatCallEnded(call, leg, ringing.queue, seat, "lost", now - ringing.since)
        return SeatServed(call, leg, ringing.queue, seat, why, ringing.waited, now - ringing.answered)


def _shown(leg: ToldLeg) -> tuple[int, str, str, list[int], int]:
    return leg.call, leg.role, leg.state, leg.heard, leg.answered


def _event(number: int, leg: ToldLeg, state: str, cause: int) -> LegChanged:
    heard = () if state == "null" else tuple(leg.heard)
    return LegChanged(leg.call, number, leg.device, leg.role, state, cause, heard, leg.answered)
