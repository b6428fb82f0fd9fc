"""Transfer, consultation, three-party: calls that change hands, and what is left when one of several parties goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Call, Leg, Seat, Stage

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NORMAL = 16
RING_CYCLES = 160_000
"""A seat to which a call is transferred rings 20 s."""
THREE_PARTY = (0b110, 0b101, 0b011)


class Transfer:
    """The held call and the consultation stay two calls as long as each has somebody of its own (`Call.joined`)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core

    def _pair(self, seat: Seat) -> tuple[Call, Call] | None:
        """The seat's held call and its consultation, when it has both."""
        calls = self.core.state.calls
        held, consult = calls.get(seat.held), calls.get(seat.call)
        both = held is not None and consult is not None and held.partner == consult.number
        return (held, consult) if both and held is not None and consult is not None else None

    # -- keys ----------------------------------------------------------------------------------------------------

    def blind(self, index: int, seat: Seat, dialled: str) -> None:
        """The caller goes to another seat or service at once; refused (nothing changes) when there is none."""
        call = self.core.state.calls.get(seat.call or seat.held)
        if call is None or call.stage not in (Stage.TALK, Stage.HELD) or call.joined:
            return
        if call.stage == Stage.HELD and seat.held != call.number:
            return  # the other party holds it
        number = self.core.office.translations.get(dialled, dialled)
        target = self.program.seats.index_of(number)
        service = self.core.office.numbers.get(number)
        free = target >= 0 and self.core.state.seats[target].state == "idle"
        if not free and service is None:
            self.core.stage(call, Stage(call.stage), f"transfer to {dialled} refused")
            return
        self.program.calls.silence(call)
        self.program.talk.other_first(call, index)
        self.program.cti.leaves(call.b)
        call.b = Leg()
        self.program.cti.call(call)
        if free:
            self.program.queues.ring_directly(call, number, RING_CYCLES)
        self.program.seats.released(index, call)
        if not free and service is not None:
            call.queue = call.last_queue = ""
            self.program.script.begin(call, service)

    def complete(self, index: int, seat: Seat, _: str) -> None:
        """Consulted transfer: the held caller gets the consulted party, talking or still ringing."""
        pair = self._pair(seat)
        if pair is None or not pair[1].b.present or pair[1].stage == Stage.HELD:
            return  # nobody was consulted, or that party has put the consultation on hold
        held, consult = pair
        self._unheard(held, consult)
        self.core.stop_playing(held)
        if consult.b.seat >= 0:
            self._to_seat(index, held, consult)
        else:
            self._to_trunk(index, held, consult)

    def _unheard(self, held: Call, consult: Call) -> None:
        """Whoever listens in leaves before the speech path changes hands."""
        self.program.monitor.end(held)
        self.program.monitor.end(consult)

    def _to_seat(self, index: int, held: Call, consult: Call) -> None:
        """The consulted seat changes its call; the consultation is over."""
        ringing = consult.stage == Stage.RINGING
        self.program.cti.ring_ended(consult, "redirected")
        self.program.cti.leaves(held.b)
        self._take_seat(held, consult)
        self.program.cti.joined(held, consult, "transfer", index, held.b)
        self.program.seats.released(index, held)
        self.program.calls.clear(consult, NORMAL, "seat")
        if not ringing:
            self.program.talk.begin(held)
            return
        self.program.cti.seat_called(held, "")
        self.core.tone(held.a, "ring_back")
        self.core.stage(held, Stage.RINGING, self.core.office.seats[held.b.seat].number)
        self.program.seats.become(held.b.seat, "ringing")
        self.core.world.start_timer(f"ring/{held.number}", RING_CYCLES)

    def _take_seat(self, held: Call, consult: Call) -> None:
        held.b, consult.b = consult.b, Leg()
        self.core.state.seats[held.b.seat].call = held.number
        self.core.dirty_seats.add(held.b.seat)
        self.core.touch(held)

    def _to_trunk(self, index: int, held: Call, consult: Call) -> None:
        """Two trunks: both calls go on, joined, until one of them ends."""
        talking = consult.stage == Stage.TALK
        self.program.cti.leaves(held.b)
        self._link(held, consult)
        held.b = consult.a = Leg()
        held.far, consult.far = self.core.slot(consult.b), self.core.slot(held.a)
        self.core.hear(held.far, 0)
        self.program.cti.joined(held, consult, "transfer", index, consult.b)
        self._leave(index, held, consult)
        if talking:
            self.talk_across(consult)
        else:
            self.core.stage(held, Stage.HELD, f"call {consult.number}")
            self.core.hear(consult.far, held.far)  # the other exchange's ring-back

    def _leave(self, index: int, held: Call, consult: Call) -> None:
        """The seat is in neither call any more."""
        seat = self.core.state.seats[index]
        if seat.call and seat.held:
            seat.held = 0
            seat.call = held.number
        self.core.hear(self.core.slot(Leg(seat=index)), 0)
        self.program.seats.released(index, held)

    def _link(self, held: Call, consult: Call) -> None:
        held.joined, consult.joined = consult.number, held.number
        held.partner = consult.partner = 0
        self.core.touch(held)
        self.core.touch(consult)

    def talk_across(self, call: Call) -> None:
        """The ends of two joined calls hear each other."""
        other = self.core.state.calls[call.joined]
        for one, far in ((call, other), (other, call)):
            one.talked = one.talked or self.core.world.now
            self.core.hear(far.far, one.far)
            self.core.stage(one, Stage.TALK, f"call {far.number}")

    def conference(self, index: int, seat: Seat, _: str) -> None:
        """Three-party: the caller, this seat, and whom it consulted."""
        pair = self._pair(seat)
        if pair is None or pair[1].stage != Stage.TALK:
            return
        held, consult = pair
        self._unheard(held, consult)  # and leaves its conference free for this one
        own = held.b if held.b.seat == index else Leg(seat=index)
        if not self.core.confer(held, (held.a, own, consult.b), THREE_PARTY):
            return
        self.core.stop_playing(held)
        held.b, consult.a = own, Leg()
        self._link(held, consult)
        seat.call, seat.held = held.number, 0
        for call in (held, consult):
            self.core.stage(call, Stage.CONFERENCE, self.core.office.seats[index].number)
        self.program.cti.joined(held, consult, "conference", index, consult.b)
        self.program.seats.become(index, "talk")

    def drop(self, index: int, seat: Seat, _: str = "") -> None:
        """The consulted party, or the third of a conference, is sent away."""
        pair = self._pair(seat)
        call = self.core.state.calls.get(seat.call)
        if pair is not None:
            self.program.calls.clear(pair[1], NORMAL, "seat")
        elif call is not None and call.conference >= 0 and call.joined:
            self.program.calls.clear(self.core.state.calls[call.joined], NORMAL, "seat")

    # -- ends ----------------------------------------------------------------------------------------------------

    def leave_conference(self, index: int, held: Call) -> None:
        """The seat that made the conference leaves; the other two go on talking."""
        consult = self.core.state.calls[held.joined]
        self.core.end_conference(held)
        if consult.b.seat < 0:
            self._to_trunk_after_conference(index, held, consult)
            return
        held.joined = consult.joined = 0
        self._take_seat(held, consult)
        self.program.calls.clear(consult, NORMAL, "seat")
        self._leave(index, held, consult)
        self.program.talk.begin(held)

    def _to_trunk_after_conference(self, index: int, held: Call, consult: Call) -> None:
        consult.stage = Stage.TALK
        self._to_trunk(index, held, consult)

    def part(self, call: Call, was: str, cause: int, by: str) -> None:
        """The call is over: its seats are free for what comes next, whoever it was joined with goes on or goes too."""
        calls = self.core.state.calls
        partner, other = calls.get(call.partner), calls.get(call.joined)
        if partner is not None:
            partner.partner = 0
            self.core.touch(partner)
        if other is not None:
            other.joined = call.joined = 0
            if was == Stage.CONFERENCE:
                self._two_stay(call, other)
            else:
                self.program.calls.clear(other, cause, by)
        self.program.cti.ended(call, cause, by)
        self.program.orders.originator.ended(call, cause)
        for leg in (call.a, call.b):
            if leg.seat >= 0:
                self.program.seats.released(leg.seat, call)

    def _two_stay(self, gone: Call, stays: Call) -> None:
        """One of three hung up: the caller (its call had the seat, which goes over), or the third."""
        self.core.end_conference(stays)
        if not stays.a.present:
            stays.a, gone.b = gone.b, Leg()
        self.program.talk.begin(stays)
