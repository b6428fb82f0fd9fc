"""A call from offer to record: number analysis, answer, clearing, and the two ends' circuits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.reference.interworking import Caller, passed_on
from switchsim.firmware.reference.state import Call, Dial, Leg, Stage
from switchsim.model.events import CallAnswered, CallCleared, CallOffered, CallRecord, CallTranslated

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

UNALLOCATED, NORMAL, INCOMPLETE, TEMPORARY = 1, 16, 28, 41
CHANNEL_TAKEN, DIAL_ATTEMPTS = 44, 4
CALL_TIMERS = ("guard", "menu", "wait", "ring", "route", "hold", "limit", "flow", "origin")


class Calls:
    """Creates, answers, clears and records calls."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.office = self.core.office

    # -- beginnings ----------------------------------------------------------------------------------------------

    def new(self, direction: str, leg: Leg, calling: str, called: str) -> Call:
        state = self.core.state
        number = state.next_call
        state.next_call += 1
        call = Call(number, direction, calling, called, self.core.world.now, a=leg)
        if leg.circuit >= 0:
            circuit = self.office.circuits[leg.circuit]
            call.line, call.timeslot = circuit.line, circuit.timeslot
        state.calls[number] = call
        self.core.touch(call)
        return call

    def announce(self, call: Call) -> None:
        """Write the new call down."""
        event = CallOffered(call.number, call.direction, call.line, call.timeslot, call.calling, call.called)
        self.core.world.emit(event)
        if call.a.seat >= 0:
            call.a.answered = call.offered
        self.program.cti.call(call)

    def offered(self, leg: Leg, calling: str, called: str, caller: Caller) -> Call:
        """A call came on a circuit."""
        call = self.new("in", leg, calling, called)
        call.caller = caller
        self.announce(call)
        return call

    def analyse(self, call: Call, *, complete: bool) -> None:
        """Digit analysis: a known number goes to its service; a beginning of one waits; anything else is refused."""
        digits = call.called
        target = self.office.translations.get(digits, digits)
        service = self.office.numbers.get(target)
        if service is not None:
            call.target = target
            if target != digits:
                self.core.world.emit(CallTranslated(call.number, digits, target))
            self.program.trunks.proceeding(call, further=self.program.tandem.begins(service))
            self.program.script.begin(call, service)
        elif not complete and self._is_beginning(digits):
            self.core.stage(call, Stage.COLLECTING, digits)
            self.program.trunks.more_digits(call)
        else:
            self.clear(call, INCOMPLETE if self._is_beginning(digits) else UNALLOCATED, "machine")

    def _is_beginning(self, digits: str) -> bool:
        known = (*self.office.numbers, *self.office.translations)
        return any(number.startswith(digits) for number in known)

    def verdict(self, digits: str) -> str:
        """Of a called number whose digits come one by one: complete, beginning, unknown."""
        target = self.office.translations.get(digits, digits)
        if target in self.office.numbers:
            return "complete"
        return "beginning" if self._is_beginning(digits) else "unknown"

    def more_digits(self, call: Call, digits: str, complete: bool) -> None:
        if call.stage != Stage.COLLECTING:
            return
        call.called += digits
        self.core.touch(call)
        target = self.office.translations.get(call.called, call.called)
        if complete or target in self.office.numbers or not self._is_beginning(call.called):
            self.analyse(call, complete=True)

    def place(self, dial: Dial, group: int) -> bool:
        """A call from the console; it speaks to nobody, is held and cleared."""
        call = self.new("out", Leg(), dial.calling, dial.number)
        call.hold_cycles, call.attempts = dial.hold_cycles, dial.attempts + 1
        if not self.program.trunks.set_up(call, call.b, group, dial.number):
            del self.core.state.calls[call.number]
            self.core.state.next_call -= 1
            return False
        self.announce(call)
        self.core.stage(call, Stage.OUTGOING)
        return True

    def unplaced(self, dial: Dial) -> Call:
        """A call from the console that gets no circuit."""
        call = self.new("out", Leg(), dial.calling, dial.number)
        call.line = dial.line
        self.announce(call)
        return call

    # -- the far end of an outgoing leg --------------------------------------------------------------------------

    def far_alerting(self, call: Call) -> None:
        """The backward path is open: who waits hears the other exchange's ring-back."""
        call.b.alerted = True
        self.core.touch(call)
        self.core.hear(self.core.slot(call.a) or call.far, self.core.slot(call.b))

    def far_answered(self, call: Call) -> None:
        if call.origination is not None:
            self.program.orders.originator.answered(call)
            return
        self.answer(call)
        call.b.answered = self.core.world.now
        if call.a.present:
            self.program.talk.begin(call)
            return
        if call.joined:
            self.program.transfer.talk_across(call)
            return
        self.core.stage(call, Stage.SERVICE, "hold")
        self.core.world.start_timer(f"hold/{call.number}", call.hold_cycles)

    def answer(self, call: Call) -> None:
        """CONNECT to the caller, once."""
        if not call.answered:
            self.answered(call)
            if call.a.circuit >= 0:
                self.program.trunks.connect(call)

    def answered(self, call: Call) -> None:
        call.answered = self.core.world.now
        if call.a.circuit >= 0:
            call.a.answered = call.answered
        self.core.touch(call)
        self.core.world.emit(CallAnswered(call.number))

    # -- the end -------------------------------------------------------------------------------------------------

    def clear(self, call: Call, cause: int, by: str) -> None:
        """The machine is done with the call: everything of it is freed, its record written, its circuits cleared."""
        if call.stage == Stage.CLEARING:
            return
        was = call.stage
        self.program.queues.forget(call, "abandoned" if by == "caller" else "lost")
        self.silence(call)
        self.core.world.emit(CallCleared(call.number, cause, by))
        self.record(call, cause, by)
        self.core.stage(call, Stage.CLEARING)
        sent = cause if self.program.tandem.step(call) is None else passed_on(cause)
        for leg in (call.a, call.b):
            if leg.circuit >= 0:
                self.program.trunks.release(leg, sent)
        self.program.transfer.part(call, was, cause, by)
        self._drop_if_done(call)

    def silence(self, call: Call) -> None:
        """No prompt, receiver, conference or timer is left; both ends hear nothing, but a seat in another call does."""
        self.program.monitor.end(call)
        self.program.voice.free(call, "hangup")
        self.core.stop_playing(call)
        self.core.stop_listening(call)
        self.core.end_conference(call)
        for timer in CALL_TIMERS:
            self.core.world.stop_timer(f"{timer}/{call.number}")
        for leg in (call.a, call.b):
            if leg.seat < 0 or self.core.state.seats[leg.seat].call in (0, call.number):
                self.core.hear(self.core.slot(leg), 0)

    def leg_over(self, call: Call, group: int, key: int, cause: int, by: str) -> None:
        """One of its circuits is being cleared, and not from here: the call is over, or looks for another one."""
        if not self.program.tandem.lost(call, group, key, cause):
            self.clear(call, cause, by)

    def circuit_free(self, call: Call, group: int, key: int, cause: int) -> None:
        """ReleasedInd: the circuit is idle; if nobody had cleared the call, this does."""
        self._try_again(call, cause)
        self.leg_over(call, group, key, cause, "network")
        for leg in (call.a, call.b):
            if self.program.trunks.is_leg(leg, group, key):
                leg.circuit = leg.key = -1
        self._drop_if_done(call)

    def _try_again(self, call: Call, cause: int) -> None:
        """Glare: the other side had taken the channel (44). The console's call is tried on another one, a few times."""
        glare = call.stage == Stage.OUTGOING and call.direction == "out" and cause == CHANNEL_TAKEN
        if glare and call.attempts < DIAL_ATTEMPTS and call.origination is None:
            dial = Dial(call.line, call.called, call.calling, call.hold_cycles, call.attempts)
            self.core.state.dials.append(dial)
            self.core.units_changed = True

    def _drop_if_done(self, call: Call) -> None:
        if call.stage == Stage.CLEARING and max(call.a.circuit, call.b.circuit) < 0:
            self.core.state.calls.pop(call.number, None)
            self.core.touch(call)

    def record(self, call: Call, cause: int, by: str) -> None:
        self.core.world.emit(
            CallRecord(
                call.number, call.direction, call.line, call.timeslot, call.calling, call.called,
                call.target or call.called, call.queue or call.last_queue, call.seat, call.offered, call.answered,
                call.talked, self.core.world.now, cause, by,
            )
        )  # fmt: skip
