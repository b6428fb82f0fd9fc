"""Talk: answer, hold, consultation, transfer, three-party, and how each of them ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Call, Leg, Seat, Stage
from switchsim.model.events import CallLeg

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NORMAL, NO_ROUTE, NO_CIRCUIT = 16, 3, 34
CONSULT_RING_CYCLES = 160_000
"""A consulted seat rings 20 s."""


class Talk:
    """Calls with two or three parties. A consultation is a second call, `partner` of the held one."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        self.keys: dict[str, Callable[[int, Seat, str], None]] = {
            "answer": self._answer,
            "release": self._release,
            "hold": self._hold,
            "retrieve": self._retrieve,
            "dial": self._consult,
            "transfer": self._transfer,
            "complete": self._complete,
            "conference": self._conference,
        }

    def key(self, index: int, key: str, argument: str) -> None:
        """A key that means nothing now is ignored, as a real set ignores it."""
        handler = self.keys.get(key)
        if handler is not None:
            handler(index, self.core.state.seats[index], argument)

    def _current(self, seat: Seat) -> Call | None:
        return self.core.state.calls.get(seat.call)

    def begin(self, call: Call) -> None:
        """Both ends hear each other from now on."""
        self.program.queues.forget(call, "seat")
        self.core.stop_playing(call)
        self.core.world.stop_timer(f"ring/{call.number}")
        if not call.talked:
            call.talked = self.core.world.now
        self.core.join(call.a, call.b)
        for leg in (call.a, call.b):
            if leg.seat >= 0:
                call.seat = self.core.office.seats[leg.seat].number
                self.core.state.seats[leg.seat].call = call.number
                self.program.seats.become(leg.seat, "talk")
        self.core.stage(call, Stage.TALK, call.seat)
        self.resume(call)

    # -- keys ----------------------------------------------------------------------------------------------------

    def _answer(self, index: int, seat: Seat, _: str) -> None:
        call = self._current(seat)
        if call is None or call.stage != Stage.RINGING or call.b.seat != index:
            return
        call.stage = Stage.TALK  # so that leaving the queue does not stop the ringing of this seat as a loss
        self.program.calls.answer(call)
        self.begin(call)

    def _release(self, index: int, seat: Seat, _: str) -> None:
        call = self._current(seat) or self.core.state.calls.get(seat.held)
        if call is None:
            return
        if call.stage == Stage.RINGING and call.b.seat == index:
            self.program.queues.no_answer(call)
        elif call.stage == Stage.CONFERENCE:
            self._leave_conference(index, call)
        else:
            self.program.calls.clear(call, NORMAL, "seat")

    def _hold(self, index: int, seat: Seat, _: str) -> None:
        call = self._current(seat)
        if call is None or call.stage != Stage.TALK or seat.held:
            return
        seat.call, seat.held = 0, call.number
        self.core.hear(self.core.slot(Leg(seat=index)), 0)
        other = call.a if call.b.seat == index else call.b
        self.core.hear(self.core.slot(other), 0)
        queue = self.core.office.queues.get(call.queue)
        if queue is not None and queue.music and other is call.a:
            self.core.play(call, queue.music, looping=True)
        self.core.stage(call, Stage.HELD, self.core.office.seats[index].number)
        self.program.seats.become(index, "held")

    def _retrieve(self, index: int, seat: Seat, _: str) -> None:
        call = self.core.state.calls.get(seat.held)
        if call is not None and not seat.call:
            seat.held, seat.call = 0, call.number
            self.begin(call)

    def _consult(self, index: int, seat: Seat, number: str) -> None:
        """Call somebody; a call in talk is held meanwhile."""
        if seat.call:
            self._hold(index, seat, "")
        if seat.call or seat.state not in ("held", "idle", "busy", "wrap_up"):
            return
        own = self.core.office.seats[index].number
        calls = self.program.calls
        call = calls.new("seat", Leg(seat=index), own, number)
        calls.announce(call)
        seat.call = call.number
        held = self.core.state.calls.get(seat.held)
        if held is not None:
            call.partner, held.partner = held.number, call.number
            self.core.touch(held)
        self.program.seats.become(index, "talk")
        self._reach(call, number)

    def _reach(self, call: Call, number: str) -> None:
        target = self.program.seats.index_of(number)
        if target >= 0:
            self.program.queues.ring_directly(call, number, CONSULT_RING_CYCLES)
            return
        trunks = self.program.trunks
        if any(trunks.set_up(call, call.b, link, number) for link in trunks.usable_links()):
            self.leg(call, call.b, joined=True)
            self.core.stage(call, Stage.OUTGOING, number)
        else:
            self.program.calls.clear(call, NO_CIRCUIT, "machine")

    def _transfer(self, index: int, seat: Seat, number: str) -> None:
        """Blind: the caller goes to another seat or service at once; refused (nothing changes) when there is none."""
        call = self._current(seat)
        if call is None or call.stage != Stage.TALK or call.b.seat != index:
            return
        target = self.program.seats.index_of(number)
        service = self.core.office.numbers.get(number)
        free = target >= 0 and self.core.state.seats[target].state == "idle"
        if not free and service is None:
            self.core.stage(call, Stage.TALK, f"transfer to {number} refused")
            return
        self.core.hear(self.core.slot(call.a), 0)
        self.core.hear(self.core.slot(call.b), 0)
        self.core.world.stop_timer(f"limit/{call.number}")
        call.b = Leg()
        if free:
            self.program.queues.ring_directly(call, number, CONSULT_RING_CYCLES)
        self.program.seats.released(index, call)
        if not free and service is not None:
            call.queue = ""
            self.program.script.begin(call, service)

    def _complete(self, index: int, seat: Seat, _: str) -> None:
        """Consulted transfer: the held caller gets the consulted party, talking or still ringing."""
        held, consult = self.core.state.calls.get(seat.held), self._current(seat)
        if held is None or consult is None or held.partner != consult.number or not consult.b.present:
            return
        ringing = consult.stage == Stage.RINGING
        held.b, consult.b = consult.b, Leg()
        self._move(held.b, consult, held)
        self.core.stop_playing(held)
        self.program.seats.released(index, held)
        self.program.calls.clear(consult, NORMAL, "seat")
        if ringing:
            self.core.tone(held.a, "ring_back")
            self.core.stage(held, Stage.RINGING, self.core.office.seats[held.b.seat].number)
            self.program.seats.show(held.b.seat)
            self.core.world.start_timer(f"ring/{held.number}", CONSULT_RING_CYCLES)
        else:
            self.begin(held)

    def _move(self, leg: Leg, from_call: Call, to_call: Call) -> None:
        """A leg changes its call."""
        self.leg(from_call, leg, joined=False)
        self.leg(to_call, leg, joined=True)
        if leg.seat >= 0:
            self.core.state.seats[leg.seat].call = to_call.number
            self.core.dirty_seats.add(leg.seat)
        else:
            link = self.core.office.circuits[leg.circuit].link
            self.core.state.by_key[f"{link}/{leg.key}"] = to_call.number
        self.core.touch(to_call)
        self.core.touch(from_call)

    def leg(self, call: Call, leg: Leg, *, joined: bool) -> None:
        """Write down that a circuit or a seat became, or is no longer, part of a call."""
        circuit = self.core.office.circuits[leg.circuit] if leg.circuit >= 0 else None
        line, timeslot = (circuit.line, circuit.timeslot) if circuit else ("", 0)
        seat = self.core.office.seats[leg.seat].number if leg.seat >= 0 else ""
        self.core.world.emit(CallLeg(call.number, line, timeslot, seat, int(joined)))

    def _conference(self, index: int, seat: Seat, _: str) -> None:
        held, consult = self.core.state.calls.get(seat.held), self._current(seat)
        if held is None or consult is None or consult.stage != Stage.TALK or held.partner != consult.number:
            return
        own = Leg(seat=index)
        self.core.stop_playing(held)
        if not self.core.confer(held, (held.a, own, consult.b)):
            return
        held.c, consult.b = consult.b, Leg()
        self._move(held.c, consult, held)
        consult.a = Leg()  # the seat belongs to the conference now
        seat.call, seat.held = held.number, 0
        self.core.stage(held, Stage.CONFERENCE, self.core.office.seats[index].number)
        self.program.calls.clear(consult, NORMAL, "seat")
        self.program.seats.become(index, "talk")

    def _leave_conference(self, index: int, call: Call) -> None:
        """A seat leaves; the other two go on talking."""
        leaver = Leg(seat=index)
        self.leg(call, leaver, joined=False)
        self.core.end_conference(call)
        call.b, call.c = (call.b if call.c.seat == index else call.c), Leg()
        self.core.hear(self.core.slot(leaver), 0)
        self.program.seats.released(index, call)
        self.begin(call)

    def resume(self, call: Call) -> None:
        """After a switchover: the talk limit begins anew."""
        queue = self.core.office.queues.get(call.queue)
        if queue is not None and queue.talk_limit_cycles:
            self.core.world.start_timer(f"limit/{call.number}", queue.talk_limit_cycles)

    # -- ends ----------------------------------------------------------------------------------------------------

    def third_left(self, call: Call) -> None:
        """The third party of a conference hung up."""
        self.leg(call, call.c, joined=False)
        self.core.end_conference(call)
        call.c = Leg()
        self.begin(call)

    def part(self, call: Call) -> None:
        """The call is over: its seats are free for what comes next, its partner stands alone."""
        partner = self.core.state.calls.get(call.partner)
        if partner is not None:
            partner.partner = 0
            self.core.touch(partner)
        for leg in (call.a, call.b, call.c):
            if leg.seat >= 0:
                self.program.seats.released(leg.seat, call)
