"""MEM: the Ethernet board to the platform. It keeps the heartbeat with CTI-SERVER and raises the alarm when it is lost,
and passes on what the main processor and the platform say to each other.

Assumption of this project: heartbeat every second, lost after three without an answer.
"""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.cti import CtiReport, CtiRequest, Told, Wanted
from switchsim.model.messages import Packet, PlatformChanged, RouteAnswer, RouteRequest

HEARTBEATS_MISSED = 3


class MemState(CommonState):
    unanswered: int = 0
    up: bool = False
    link_cut: bool = False
    told: int = 0  # serial of the last event that was to go to CTI-SERVER


class Mem(Board[MemState]):
    """Port `ethernet` to CTI-SERVER, in-port `ethernet` from it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.has_platform = bool(site.rack.platform)  # without one there is nobody to talk to, and nothing to alarm
        self.state = MemState()

    def wires(self, rack: Rack) -> list[Link]:
        return [Link(self.path, "ethernet", rack.platform, "ethernet", (Packet, Told), 1)] if rack.platform else []

    def registers(self) -> dict[str, int]:
        return {"STATUS": int(self.state.up)}

    def started(self) -> None:
        self.state.up = False
        self.state.unanswered = 0
        if self.has_platform:
            self.start_timer("heartbeat", 0)

    def stopped(self) -> None:
        self.stop_timer("heartbeat")

    def timer(self, name: str) -> None:
        if self.state.unanswered == HEARTBEATS_MISSED:
            self._link(False)
        self.state.unanswered += 1
        self._out(Packet("heartbeat", self.state.told, ""))
        self.start_timer("heartbeat", self.kind.timings["heartbeat"])

    def _out(self, packet: Packet | Told) -> None:
        if not self.state.link_cut:
            self.send("ethernet", packet)

    def _link(self, up: bool) -> None:
        if up == self.state.up and not (not up and not self.has_alarm("platform_link_lost", self.path)):
            return
        self.state.up = up
        self.led("LINK", "green" if up else "red")
        if up:
            if self.has_alarm("platform_link_lost", self.path):
                self.defect_gone("heartbeat_lost", self.path)
            self.clear_alarm("platform_link_lost", self.path)
        else:
            self.see_defect("heartbeat_lost", self.path)
            self.raise_alarm("platform_link_lost", self.path, "no heartbeat answer from CTI-SERVER")
        self.send("bus", PlatformChanged(self.bus, up))

    def handle(self, port: str, message: Any) -> None:
        match message:
            case Packet():
                if not self.state.link_cut:
                    self._packet(message)
            case Wanted():
                if not self.state.link_cut:
                    self.send("bus", CtiRequest(self.bus, message))
            case CtiReport():
                self.state.told = message.told.serial
                self._out(message.told)
            case RouteRequest():
                self._out(Packet("route", message.call, message.number))
            case _:
                super().handle(port, message)

    def _packet(self, packet: Packet) -> None:
        if packet.what == "heartbeat_answer":
            self.state.unanswered = 0
            self._link(True)
        else:
            self.send("bus", RouteAnswer(self.bus, packet.call, packet.text))

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """link_cut: nothing passes on the Ethernet link."""
        if point != "link_cut":
            return super().fault(point, values)
        self.state.link_cut = True
        return "Ethernet to the platform cut"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point != "link_cut":
            super().undo(point, values)
            return
        self.state.link_cut = False
