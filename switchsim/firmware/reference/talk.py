"""Talk between two: answer, release, hold, retrieve, and calls that a seat places. The rest is in `transfer`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from switchsim.firmware.reference.state import Call, Leg, Seat, Stage

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NORMAL, REJECTED, NO_CIRCUIT = 16, 21, 34
CONSULT_RING_CYCLES = 160_000
"""A seat that another one calls rings 20 s."""


class Talk:
    """Calls with two parties. A consultation is a second call, `partner` of the held one."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core
        transfer = program.transfer
        self.keys: dict[str, Callable[[int, Seat, str], None]] = {
            "answer": self._answer,
            "release": self._release,
            "hold": self.hold,
            "retrieve": self._retrieve,
            "dial": self._dial,
            "transfer": transfer.blind,
            "complete": transfer.complete,
            "conference": transfer.conference,
            "drop": transfer.drop,
            "listen_in": program.monitor.listen_in,
        }

    def key(self, index: int, key: str, argument: str) -> None:
        """A key that means nothing now is ignored, as a real set ignores it."""
        seat = self.core.state.seats[index]
        if seat.state == "listening":
            if key == "release":
                self.program.monitor.leave(index)
            return
        handler = self.keys.get(key)
        if handler is not None:
            handler(index, seat, argument)

    def current(self, seat: Seat) -> Call | None:
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
                seat = self.core.state.seats[leg.seat]
                seat.call, seat.served = call.number, True
                self.core.dirty_seats.add(leg.seat)
                self.program.seats.become(leg.seat, "talk")
        self.core.stage(call, Stage.TALK, call.seat)
        self.program.cti.talk_began(call)
        self.resume(call)

    def resume(self, call: Call) -> None:
        """Also after a switchover: the talk limit begins anew."""
        queue = self.core.office.queues.get(call.queue)
        if queue is not None and queue.talk_limit_cycles:
            self.core.world.start_timer(f"limit/{call.number}", queue.talk_limit_cycles)

    # -- keys ----------------------------------------------------------------------------------------------------

    def _answer(self, index: int, seat: Seat, _: str) -> None:
        call = self.current(seat)
        if call is None or call.stage != Stage.RINGING or call.b.seat != index:
            return
        if call.origination is not None:
            self.program.orders.originator.answered(call)
            return
        call.stage = Stage.TALK  # so that leaving the queue does not stop the ringing of this seat as a loss
        self.program.calls.answer(call)
        self.begin(call)

    def _release(self, index: int, seat: Seat, _: str) -> None:
        call = self.current(seat) or self.core.state.calls.get(seat.held)
        if call is None:
            return
        if call.stage == Stage.RINGING and call.b.seat == index:
            self.program.queues.no_answer(call, REJECTED)
        elif call.stage == Stage.CONFERENCE and call.conference >= 0 and call.b.seat == index:
            self.program.transfer.leave_conference(index, call)
        else:
            self.program.calls.clear(call, NORMAL, "seat")

    def hold(self, index: int, seat: Seat, _: str = "") -> None:
        call = self.current(seat)
        if call is None or call.stage != Stage.TALK or seat.held or call.joined:
            return  # also: the other party belongs to another call, which this seat can not hold
        self.program.monitor.end(call)
        self.other_first(call, index)
        seat.call, seat.held = 0, call.number
        self.core.hear(self.core.slot(call.b), 0)
        self.core.hear(self.core.slot(call.a), 0)
        self.play_again(call)
        self.core.stage(call, Stage.HELD, self.core.office.seats[index].number)
        self.program.seats.become(index, "held")

    def other_first(self, call: Call, index: int) -> None:
        """Leg b is the seat that does something to the call, leg a whoever it does it to."""
        if call.a.seat == index:
            self.swap(call)

    def swap(self, call: Call) -> None:
        """The legs change places; each keeps the part that it had in the call."""
        for leg, role in ((call.a, "a"), (call.b, "b")):
            leg.role = leg.role or role
        call.a, call.b = call.b, call.a
        self.core.touch(call)

    def play_again(self, call: Call) -> None:
        """The music of its queue, from the beginning, for a caller on hold."""
        self.core.stop_playing(call)
        queue = self.core.office.queues.get(call.queue)
        if queue is not None and queue.music:
            self.core.play(call, queue.music, looping=True)

    def _retrieve(self, index: int, seat: Seat, _: str) -> None:
        """Back to the held call; a consultation ends with that."""
        call = self.core.state.calls.get(seat.held)
        if call is None:
            return
        self.program.transfer.drop(index, seat)
        seat.held, seat.call = 0, call.number
        self.begin(call)

    # -- calls that a seat places --------------------------------------------------------------------------------

    def _dial(self, index: int, seat: Seat, dialled: str) -> None:
        """Call a seat, a service, or somebody outside; a call in talk is held meanwhile."""
        if seat.call:
            self.hold(index, seat)
        if seat.call or seat.state not in ("held", "idle", "busy", "wrap_up"):
            return
        if seat.state == "busy":
            seat.after = seat.after or "busy"
        number = self.core.office.translations.get(dialled, dialled)
        inside = self.program.seats.index_of(number) >= 0 or number in self.core.office.numbers
        own = self.core.office.seats[index].number
        call = self.program.calls.new("seat" if inside else "out", Leg(seat=index), own, dialled)
        call.target = number
        seat.call = call.number
        held = self.core.state.calls.get(seat.held)
        if held is not None:
            call.partner, held.partner = held.number, call.number
            self.core.touch(held)
        if inside:
            self._reach_inside(call)
        else:
            self._reach_outside(call)

    def _announce(self, call: Call) -> None:
        self.program.calls.announce(call)
        self.program.seats.become(call.a.seat, "talk")

    def _reach_inside(self, call: Call) -> None:
        self._announce(call)
        if self.program.seats.index_of(call.target) >= 0:
            self.program.queues.ring_directly(call, call.target, CONSULT_RING_CYCLES)
        else:
            self.program.script.begin(call, self.core.office.numbers[call.target])

    def _reach_outside(self, call: Call) -> None:
        trunks = self.program.trunks
        refused = self.program.load.refuses()
        found = not refused and any(trunks.set_up(call, call.b, group, call.target) for group in trunks.usable_groups())
        self._announce(call)
        if found:
            self.core.stage(call, Stage.OUTGOING, call.target)
        elif refused:
            self.program.load.refuse(call)
        else:
            self.program.calls.clear(call, NO_CIRCUIT, "machine")
