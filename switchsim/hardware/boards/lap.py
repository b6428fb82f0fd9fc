"""LAP: protocol processing. Each D channel has an HDLC controller and Q.921 here; Q.931 is the main processor's.

So a switchover of the main processors drops no link.
"""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site
from switchsim.model.events import FrameBad, FrameReceived, FrameSent, LinkDown, LinkUp, Violated
from switchsim.model.messages import EstablishLink, Layer3Received, LineCarries, LinkChanged, SendLayer3
from switchsim.model.order import Act, Order
from switchsim.model.part import MediaEvent
from switchsim.proto.q921 import (
    Data,
    Established,
    Lapd,
    LapdState,
    Released,
    SendFrame,
    StartTimer,
    StopTimer,
    Violation,
)
from switchsim.proto.q921 import State as DataLink

FRAME, BAD_FRAME = 1, 2
BAD_REASONS = {1: "fcs", 2: "abort", 3: "short", 4: "long", 5: "align"}
NO_CELL = 0xFFFFFFFF
UP = (DataLink.ESTABLISHED, DataLink.TIMER_RECOVERY)


class LapState(CommonState):
    links: list[LapdState] = []
    backlog: list[list[bytes]] = []  # frames that wait for room in the transmitter
    down: list[int] = []  # links that are not established


class Lap(Board[LapState]):
    """Owns the media events of its receivers and transmitters."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.links = site.links
        self.by_receiver = {link.receiver: number for number, link in enumerate(site.links)}
        for link in site.links:
            site.owns((FRAME, BAD_FRAME), link.receiver)
        self.state = LapState()
        self.lapds: list[Lapd] = []

    def registers(self) -> dict[str, int]:
        return {"LINKS": sum(link.state in UP for link in self.state.links)}

    def started(self) -> None:
        self.state.links = [LapdState(side=link.side) for link in self.links]  # type: ignore[arg-type]
        self.state.backlog = [[] for _ in self.links]
        self.restored()
        self.state.down.clear()
        for number, link in enumerate(self.links):
            self._down(number)
            self.engine.hdlc_listen(link.receiver, link.cell)
            self._do(number, self.lapds[number].establish())

    def stopped(self) -> None:
        for number, link in enumerate(self.links):
            self.engine.hdlc_flush(link.transmitter)
            self.engine.hdlc_listen(link.receiver, NO_CELL)
            for timer in ("T200", "T203", "down", "room"):
                self.stop_timer(f"{timer}/{number}")

    def restored(self) -> None:
        self.lapds = [Lapd(state) for state in self.state.links]

    def on_media(self, event: MediaEvent) -> None:
        if not self.alive:
            return
        number = self.by_receiver[event.unit]
        name = self.links[number].name
        if event.kind == BAD_FRAME:
            self.emit(FrameBad(name, BAD_REASONS[event.a], event.b))
        elif event.kind == FRAME:
            self.emit(FrameReceived(name, event.octets.hex()))
            self._do(number, self.lapds[number].receive(event.octets))

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, SendLayer3):
            self._do(message.link, self.lapds[message.link].send(message.octets))
        elif isinstance(message, EstablishLink):
            self._do(message.link, self.lapds[message.link].establish())
        elif isinstance(message, LineCarries):
            self._do(message.link, self.lapds[message.link].line(message.up))
        else:
            super().handle(port, message)

    def timer(self, name: str) -> None:
        timer, _, index = name.partition("/")
        if timer == "room":
            self._drain(int(index))
        elif timer == "down":
            self.see_defect("link_down", self._place(int(index)))
            self.raise_alarm("d_link_lost", self._place(int(index)), "no data link for too long")
        else:
            self._do(int(index), self.lapds[int(index)].timer(timer))

    def _do(self, number: int, actions: Any) -> None:
        for action in actions:
            match action:
                case SendFrame(octets):
                    self._transmit(number, octets)
                case StartTimer(name, cycles):
                    self.start_timer(f"{name}/{number}", cycles)
                case StopTimer(name):
                    self.stop_timer(f"{name}/{number}")
                case Data(octets):
                    self.send("bus", Layer3Received(self.bus, number, octets))
                case Established():
                    self.emit(LinkUp(self.links[number].name))
                    self._up(number)
                    self.send("bus", LinkChanged(self.bus, number, True))
                case Released():
                    self.emit(LinkDown(self.links[number].name))
                    self._down(number)
                    self.send("bus", LinkChanged(self.bus, number, False))
                case Violation(clause, detail):
                    self.emit(Violated(self.links[number].name, clause, detail))

    def act(self, order: Order) -> None:
        """Besides what every board knows: Act `frame` (link, octets), one LAPD frame past the data link."""
        if not (isinstance(order, Act) and order.act == "frame"):
            super().act(order)
        elif self.alive:
            self._transmit(int(order.values["link"]), bytes.fromhex(str(order.values["octets"])))

    # -- a link that stays away is alarmed ---------------------------------------------------------------------------

    def _place(self, number: int) -> str:
        return f"{self.path}/link/{self.links[number].name}"

    def _down(self, number: int) -> None:
        if number not in self.state.down:
            self.state.down.append(number)
            self.start_timer(f"down/{number}", self.kind.timings["alarm_raise"])

    def _up(self, number: int) -> None:
        if number in self.state.down:
            self.state.down.remove(number)
            self.stop_timer(f"down/{number}")
            if self.has_alarm("d_link_lost", self._place(number)):
                self.defect_gone("link_down", self._place(number))
                self.clear_alarm("d_link_lost", self._place(number))

    def _transmit(self, number: int, octets: bytes) -> None:
        self.emit(FrameSent(self.links[number].name, octets.hex()))
        self.state.backlog[number].append(octets)
        self._drain(number)

    def _drain(self, number: int) -> None:
        backlog = self.state.backlog[number]
        while backlog and self.engine.hdlc_send(self.links[number].transmitter, backlog[0]):
            backlog.pop(0)
        if backlog:
            self.start_timer(f"room/{number}", self.kind.timings["transmit_poll"])
