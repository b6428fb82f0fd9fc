"""LAP7: No.7 signalling links. Each has a signalling terminal of the native core and Q.703 here; MTP3 is the main
processor's, behind the bus.

So a switchover of the main processors drops no link, and a board that goes takes its links and what they held with it.
"""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site
from switchsim.model.messages import Level2Order, Level2Report, MsuReceived, SendMsu
from switchsim.model.part import MediaEvent
from switchsim.terminals.level2 import Terminals, TerminalState


class Lap7State(CommonState):
    links: list[TerminalState] = []
    down: list[int] = []  # links that are out of service


class Lap7(Board[Lap7State]):
    """Owns the media events of its links' units."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.rows = site.signalling
        self.terminals = Terminals(self, site.engine, site.signalling, self._received, self._report)
        for row in self.rows:
            for kinds, unit in row.media_units():
                site.owns(kinds, unit)
        self.state = Lap7State(links=self.terminals.new_states())
        self.restored()

    def registers(self) -> dict[str, int]:
        return {"LINKS": len(self.rows) - len(self.state.down)}

    def started(self) -> None:
        self.state.links = self.terminals.new_states()
        self.state.down = []
        self.restored()
        self.terminals.power_on()
        for number in range(len(self.rows)):
            self._down(number)

    def stopped(self) -> None:
        self.terminals.power_off()
        for number in range(len(self.rows)):
            self.stop_timer(f"down/{number}")

    def restored(self) -> None:
        self.terminals.restored(self.state.links)

    def on_media(self, event: MediaEvent) -> None:
        if self.alive:
            self.terminals.media(event)

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, SendMsu):
            self.terminals.send(message.link, message.octets)
        elif isinstance(message, Level2Order):
            self.terminals.order(message.link, message.order, message.value)
        else:
            super().handle(port, message)

    def timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "l2":
            self.terminals.timer(rest)
        else:
            place = self._place(int(rest))
            self.see_defect("link_down", place)
            self.raise_alarm("signalling_link_lost", place, "out of service for too long")

    # -- level 2 to level 3 --------------------------------------------------------------------------------------

    def _received(self, number: int, octets: bytes) -> None:
        self.send("bus", MsuReceived(self.bus, number, octets))

    def _report(self, number: int, what: str, value: int, text: str, octets: bytes) -> None:
        self.send("bus", Level2Report(self.bus, number, what, value, text, octets))
        if what == "in_service":
            self._is_up(number)
        elif what == "out_of_service":
            self._down(number)

    # -- a link that stays away is alarmed -----------------------------------------------------------------------

    def _place(self, number: int) -> str:
        return f"{self.path}/link/{self.rows[number].name}"

    def _down(self, number: int) -> None:
        if number not in self.state.down:
            self.state.down.append(number)
            self.start_timer(f"down/{number}", self.kind.timings["alarm_raise"])

    def _is_up(self, number: int) -> None:
        if number in self.state.down:
            self.state.down.remove(number)
            self.stop_timer(f"down/{number}")
            if self.has_alarm("signalling_link_lost", self._place(number)):
                self.defect_gone("link_down", self._place(number))
                self.clear_alarm("signalling_link_lost", self._place(number))
