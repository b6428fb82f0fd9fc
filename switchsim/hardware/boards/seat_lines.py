"""D channels of a seat board: the seat sets on them are signed on, shown to, heard, and missed when their link is gone.

The board is the network side of LAPD (Q.921): it establishes a seat's data link, again and again while it is down, and
supervises it with T203. The set registers on it; until then, and when the link is lost, its seat is faulty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from switchsim.dsp.engine import EV_BAD_FRAME, EV_FRAME
from switchsim.hardware.board import Board
from switchsim.hardware.site import Link, Site
from switchsim.model.events import FaultFired, FrameBad, LinkDown, LinkUp, Violated
from switchsim.model.messages import LineSeen, SeatDisplay, SeatKey, UnitFailed
from switchsim.model.part import MediaEvent, State
from switchsim.proto import seats
from switchsim.terminals.d_channel import NO_CELL, ChannelState, DChannel, new_channel

BAD_REASONS: Final = {1: "fcs", 2: "abort", 3: "short", 4: "long", 5: "align"}
TALKS: Final = frozenset({"talk", "held", "listening"})
"""States of a seat in which its B wires carry speech, which a D wire beside them would pick up."""
LEAST_OCTETS: Final = 5
"""Of an LAPD frame: address, control, FCS. What ends before is no frame that was hit, but a flag between two."""
MOST_PPB: Final = 500_000_000


class SetState(State):
    """One seat set. shows: what it is to show, or shows; told: the switch was told that it does not work."""

    shows: seats.Display = seats.Display("signed_out", False, 0, "")
    registered: bool = False
    told: bool = False
    defect: str = ""


class AccessState(State):
    """One D channel. cut, hum, crosstalk: faults that act, by their numbers; the last two with their rates."""

    channel: ChannelState
    sets: list[SetState]
    cut: list[str] = []
    hum: dict[str, int] = {}
    crosstalk: dict[str, tuple[int, int]] = {}  # seat on the board, rate
    fired: list[str] = []
    d_ppb: int = 0
    b_ppb: int = 0
    flags_hit: int = 0


class SeatLines:
    """Part of the board's work. Ports: `line/<n>` to the sets of each D channel."""

    def __init__(self, board: Board[Any], site: Site, plugged: Callable[[int], bool]) -> None:
        """plugged: whether the set of a seat of the board is plugged in."""
        self.board, self.engine, self.kind = board, site.engine, site.kind
        self.accesses, self.seats = site.accesses, site.seats
        self.plugged = plugged
        self.places = {seat: (number, tei) for number, access in enumerate(site.accesses)
                       for tei, seat in enumerate(access.seats)}  # fmt: skip
        self.by_unit = {access.unit: number for number, access in enumerate(site.accesses)}
        for access in site.accesses:
            site.owns((EV_FRAME, EV_BAD_FRAME), access.unit)
        self.channels: list[DChannel] = []

    @property
    def states(self) -> list[AccessState]:
        return self.board.state.accesses  # type: ignore[no-any-return]

    def wires(self) -> list[Link]:
        return [Link(self.board.path, f"line/{number}", access.place, "line", (LineSeen,))
                for number, access in enumerate(self.accesses)]  # fmt: skip

    def has(self, seat: int) -> bool:
        """Whether this seat is on a D channel."""
        return seat in self.places

    # -- life ----------------------------------------------------------------------------------------------------

    def new_states(self) -> list[AccessState]:
        if not self.accesses:
            return []
        supervision = self.kind.timings["d_supervision"]
        return [
            AccessState(new_channel("network", len(access.seats), supervision), [SetState() for _ in access.seats])
            for access in self.accesses
        ]

    def restored(self) -> None:
        self.channels = [
            DChannel(self.board, self, self.engine, number, tuple(self._name(seat) for seat in access.seats),
                     access.unit, state.channel, tap=True)
            for number, (access, state) in enumerate(zip(self.accesses, self.states, strict=True))
        ]  # fmt: skip

    def started(self) -> None:
        """Just in service: every link anew. Faults of the wires last, and so do alarms until their sets register."""
        fresh = self.new_states()
        for new, old in zip(fresh, self.states, strict=True):
            new.cut, new.hum, new.crosstalk, new.fired = old.cut, old.hum, old.crosstalk, old.fired
            new.d_ppb, new.b_ppb = old.d_ppb, old.b_ppb
            for one, before in zip(new.sets, old.sets, strict=True):
                one.defect = before.defect
        self.board.state.accesses = fresh
        self.restored()
        for number, access in enumerate(self.accesses):
            self.channels[number].listen(access.cell)
            self._noise(number)
            for tei, seat in enumerate(access.seats):
                self.board.start_timer(f"link/{number}/{tei}", self.kind.timings["d_link_wait"])
                self._see(number, tei)
                if not self._lit(number, seat):
                    self.channels[number].layer1(tei, False)
                    self.board.start_timer(f"scan/{seat}", self.kind.timings["line_scan"])
                self.channels[number].establish(tei)

    def stopped(self) -> None:
        """A dead board sends nothing."""
        for number, access in enumerate(self.accesses):
            self.channels[number].listen(NO_CELL)
            for tei, one in enumerate(self.states[number].sets):
                self.board.stop_timer(f"link/{number}/{tei}")
                if one.registered:
                    one.registered = False
                    self.board.emit(LinkDown(self._name(access.seats[tei])))
                self._say(number, tei, False)

    def _name(self, seat: int) -> str:
        return f"seat/{self.seats[seat].number}"

    def _lit(self, number: int, seat: int) -> bool:
        return self.plugged(seat) and not self.states[number].cut

    def _see(self, number: int, tei: int) -> None:
        """What the set's layer 1 sees of the board."""
        self._say(number, tei, self._lit(number, self.accesses[number].seats[tei]) and self.board.alive)

    def _say(self, number: int, tei: int, lit: bool) -> None:
        seat = self.accesses[number].seats[tei]
        self.board.send(f"line/{number}", LineSeen(lit, self.seats[seat].number))

    # -- frames and timers ---------------------------------------------------------------------------------------

    def media(self, event: MediaEvent) -> None:
        number = self.by_unit[event.unit]
        if event.kind == EV_FRAME:
            self.channels[number].frame(event.octets)
        elif event.b < LEAST_OCTETS:
            self.states[number].flags_hit += 1  # a bit error between frames: nothing is lost
        else:
            self.board.emit(FrameBad(self.channels[number].names[0], BAD_REASONS[event.a], event.b))

    def timer(self, what: str, number: int, tei: int) -> None:
        if what != "link":
            self.channels[number].timer(what, tei)
        elif not self.states[number].sets[tei].registered:
            self._missed(number, tei, "d_link_lost")

    def established(self, number: int, tei: int, lost: Sequence[bytes]) -> None:
        """The set says who it is, and is told what it is to show: displays that were lost do not matter."""

    def released(self, number: int, tei: int, lost: Sequence[bytes]) -> None:
        """Asked for again at once, when there is a layer 1."""
        one, seat = self.states[number].sets[tei], self.accesses[number].seats[tei]
        if one.registered:
            one.registered = False
            self.board.emit(LinkDown(self._name(seat)))
            self._missed(number, tei, "d_link_lost" if self._lit(number, seat) else "seat_open")
        if self._lit(number, seat):
            self.channels[number].establish(tei)

    def data(self, number: int, tei: int, octets: bytes) -> None:
        seat = self.accesses[number].seats[tei]
        body = seats.decode(octets)
        match body:
            case seats.Register(name) if name == self.seats[seat].number:
                self._registers(number, tei)
            case seats.Register(name):
                self._violated(seat, "5.8.6.2", f"the set of seat {name} is at the port of {self.seats[seat].number}")
            case seats.Key(key, argument):
                self.board.send("bus", SeatKey(self.board.bus, seat, key, argument))
            case seats.Violation(clause, detail):
                self._violated(seat, clause, detail)
            case _:
                self._violated(seat, "5.8.4", f"{type(body).__name__} is not expected")

    def _violated(self, seat: int, clause: str, detail: str) -> None:
        self.board.emit(Violated(self._name(seat), f"Q.931 {clause}", detail))

    def _registers(self, number: int, tei: int) -> None:
        """It works: its alarm goes, the switch is told, and it shows what it is to show."""
        one, seat = self.states[number].sets[tei], self.accesses[number].seats[tei]
        if not one.registered:
            one.registered = True
            self.board.emit(LinkUp(self._name(seat)))
        self.board.stop_timer(f"link/{number}/{tei}")
        if one.defect:
            self.board.defect_gone(one.defect, self._place(seat))
            self.board.clear_alarm("seat_fault", self._place(seat))
            one.defect = ""
        if one.told:
            one.told = False
            self.board.send("bus", UnitFailed(self.board.bus, seat, False))
        self.channels[number].send(tei, seats.encode(one.shows))

    def _missed(self, number: int, tei: int, defect: str) -> None:
        """Its set is not to be reached."""
        one, seat = self.states[number].sets[tei], self.accesses[number].seats[tei]
        if not one.defect:
            one.defect = defect
            self.board.see_defect(defect, self._place(seat))
            self.board.raise_alarm("seat_fault", self._place(seat), self.seats[seat].number)
        if not one.told:
            one.told = True
            self.board.send("bus", UnitFailed(self.board.bus, seat, True))

    def _place(self, seat: int) -> str:
        return f"{self.board.path}/seat/{self.seats[seat].number}"

    # -- displays ------------------------------------------------------------------------------------------------

    def display(self, message: SeatDisplay) -> None:
        number, tei = self.places[message.seat]
        one = self.states[number].sets[tei]
        one.shows = seats.Display(message.state, message.ringing, message.call, message.calling)
        if one.registered:
            self.channels[number].send(tei, seats.encode(one.shows))
        self._noise(number)

    # -- wires ---------------------------------------------------------------------------------------------------

    def looked(self, seat: int) -> None:
        """The line scan sees what layer 1 of a seat is now."""
        number, tei = self.places[seat]
        lit = self._lit(number, seat)
        self.channels[number].layer1(tei, lit)
        if not lit:
            self._missed(number, tei, "seat_open")

    def changed(self, seat: int) -> None:
        """A set was plugged in or out."""
        self._see(*self.places[seat])

    def fault(self, point: str, fault: str, seat: int, ppb: int) -> str:
        """d_wire_cut, power_line_hum, crosstalk: on the wires of this seat, which others may share."""
        number, _ = self.places[seat]
        state, name = self.states[number], self.accesses[number].name
        if point == "d_wire_cut":
            state.cut.append(fault)
            self._cut(number)
            return f"D wires of {name} cut"
        if point == "power_line_hum":
            state.hum[fault] = ppb
            self._noise(number)
            return f"{ppb} of 10^9 bits inverted on the B and D wires of {name}"
        state.crosstalk[fault] = (seat, ppb)
        self._noise(number)
        return ""  # it fires when the seat talks

    def undo(self, point: str, fault: str, seat: int) -> None:
        number, _ = self.places[seat]
        state = self.states[number]
        if point == "d_wire_cut":
            state.cut.remove(fault)
            self._cut(number)
            return
        (state.hum if point == "power_line_hum" else state.crosstalk).pop(fault, None)
        self._noise(number)

    def _cut(self, number: int) -> None:
        """Cut wires carry ones, which no HDLC receiver takes for a frame."""
        access = self.accesses[number]
        self.engine.line_cut(access.d_line, bool(self.states[number].cut))
        for tei, seat in enumerate(access.seats):
            self._see(number, tei)
            self.board.start_timer(f"scan/{seat}", self.kind.timings["line_scan"])

    def _noise(self, number: int) -> None:
        """Bit errors of the wires as they are now."""
        state, access = self.states[number], self.accesses[number]
        if not (state.hum or state.crosstalk or state.d_ppb):
            return
        b_ppb = sum(state.hum.values())
        d_ppb = b_ppb
        for fault, (seat, ppb) in state.crosstalk.items():
            _, tei = self.places[seat]
            if state.sets[tei].shows.state in TALKS:
                d_ppb += ppb
                if fault not in state.fired:
                    state.fired.append(fault)
                    where = f"the D wires of {access.name} while {self.seats[seat].number} talks"
                    self.board.emit(FaultFired(fault, f"{ppb} of 10^9 bits inverted on {where}"))
        state.d_ppb = self._errors(access.d_line, state.d_ppb, d_ppb)
        state.b_ppb = self._errors(access.b_line, state.b_ppb, b_ppb)

    def _errors(self, line: int, before: int, wanted: int) -> int:
        ppb = min(wanted, MOST_PPB)
        if ppb != before:
            self.engine.line_errors(line, ppb, self.board.draw("wires"))
        return ppb
