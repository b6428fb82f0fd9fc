"""AIT: the seat board. Seat sets hang on it; it carries their keys up and the displays down, and feeds their speech.

What sets on a D channel need is `seat_lines`; the others' keys and displays pass as messages.
"""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.boards.seat_lines import AccessState, SeatLines
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.messages import SeatDisplay, SeatKey, SetKey, SetShows, UnitFailed
from switchsim.model.part import MediaEvent

QUIET = 0xD5
OF_WIRES = ("d_wire_cut", "crosstalk", "power_line_hum")
"""Fault points of D channels and their wires."""


class AitState(CommonState):
    dropped: list[int] = []
    accesses: list[AccessState] = []


class Ait(Board[AitState]):
    """Ports: `set/<n>` out to the seat sets' people, `set` in from them; `line/<n>` to the sets of a D channel.

    Owns the media events of the receivers of its D channels.
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.seats = site.seats
        self.by_number = {seat.number: number for number, seat in enumerate(site.seats)}
        self.lines = SeatLines(self, site, lambda seat: seat not in self.state.dropped)
        self.state = AitState(accesses=self.lines.new_states())
        self.lines.restored()

    def restored(self) -> None:
        self.lines.restored()

    def wires(self, rack: Rack) -> list[Link]:
        return [
            Link(self.path, f"set/{number}", rack.people[seat.number], "set", (SetShows,))
            for number, seat in enumerate(self.seats) if not self.lines.has(number)
        ] + self.lines.wires()

    def registers(self) -> dict[str, int]:
        return {"SETS": len(self.seats) - len(self.state.dropped)}

    def on_media(self, event: MediaEvent) -> None:
        if self.alive:
            self.lines.media(event)

    def started(self) -> None:
        for number in range(len(self.seats)):
            self._feed(number)
            if self.lines.has(number):
                continue
            if number in self.state.dropped or f"seat_fault@{self._place(number)}" in self.state.alarms:
                self._notice(number)
        self.lines.started()

    def _place(self, number: int) -> str:
        return f"{self.path}/seat/{self.seats[number].number}"

    def stopped(self) -> None:
        for number, seat in enumerate(self.seats):
            self._feed(number)
            if not self.lines.has(number):
                self.send(f"set/{number}", SetShows(seat.number, "dead", False, 0, ""))
        self.lines.stopped()

    def _feed(self, number: int) -> None:
        """Speech passes while the board lives and the set is plugged in; otherwise both ways are quiet."""
        passes = number not in self.state.dropped and not self.state.dead
        seat = self.seats[number]
        for cell in (seat.speaks, seat.hears):
            self.engine.gate(cell, 0xFF if passes else 0, 0 if passes else QUIET, 0)

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, SeatDisplay) and self.lines.has(message.seat):
            self.lines.display(message)
        elif isinstance(message, SeatDisplay):
            if message.seat not in self.state.dropped:
                seat = self.seats[message.seat].number
                shows = SetShows(seat, message.state, message.ringing, message.call, message.calling)
                self.send(f"set/{message.seat}", shows)
        elif isinstance(message, SetKey):
            number = self.by_number[message.seat]
            if number not in self.state.dropped:
                self.send("bus", SeatKey(self.bus, number, message.key, message.argument))
        else:
            super().handle(port, message)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """seat_drop: the seat set is unplugged. d_wire_cut, crosstalk, power_line_hum: what its D channel suffers."""
        if point in OF_WIRES:
            return self.lines.fault(point, str(values["fault"]), int(values["seat"]), int(values.get("ppb", 0)))
        if point != "seat_drop":
            return super().fault(point, values)
        number = int(values["seat"])
        self.state.dropped.append(number)
        self._plugged(number)
        return f"seat {self.seats[number].number} unplugged"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point in OF_WIRES:
            self.lines.undo(point, str(values["fault"]), int(values["seat"]))
            return
        if point != "seat_drop":
            super().undo(point, values)
            return
        number = int(values["seat"])
        self.state.dropped.remove(number)
        self._plugged(number)

    def _plugged(self, number: int) -> None:
        """The set's plug was pulled or put in; the board sees that at its next scan."""
        self._feed(number)
        if self.lines.has(number):
            self.lines.changed(number)
        elif number in self.state.dropped:
            self.send(f"set/{number}", SetShows(self.seats[number].number, "dead", False, 0, ""))
        self._notice(number)

    def _notice(self, number: int) -> None:
        self.start_timer(f"scan/{number}", self.kind.timings["line_scan"])

    def timer(self, name: str) -> None:
        what, *numbers = name.split("/")
        if what != "scan":
            self.lines.timer(what, int(numbers[0]), int(numbers[1]))
        elif self.lines.has(int(numbers[0])):
            self.lines.looked(int(numbers[0]))
        else:
            self._scanned(int(numbers[0]))

    def _scanned(self, number: int) -> None:
        """A set without a D channel is there, or is not."""
        seat = self.seats[number].number
        about = self._place(number)
        dropped = number in self.state.dropped
        if dropped:
            self.see_defect("seat_open", about)
            self.raise_alarm("seat_fault", about, seat)
        else:
            self.defect_gone("seat_open", about)
            self.clear_alarm("seat_fault", about)
            self.send(f"set/{number}", SetShows(seat, "signed_out", False, 0, ""))
        self.send("bus", UnitFailed(self.bus, number, dropped))
