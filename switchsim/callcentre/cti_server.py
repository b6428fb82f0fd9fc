"""CTI-SERVER: the platform's end of the MEM link. It answers heartbeats and passes on what is told and ordered."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.callcentre.process import HEARTBEAT_CYCLES, LOST_AFTER, Process, ProcessCommon
from switchsim.model.cti import Told, Wanted
from switchsim.model.messages import Packet
from switchsim.model.part import Host
from switchsim.model.platform import CtiUp, Heartbeat

LINK: Final = "cti_link"
MONITOR: Final = "mds"
MOST_GIVEN: Final = 64
"""Orders of a sender that are remembered, so that a letter which comes twice is taken once."""


class CtiConfig(msgspec.Struct, frozen=True):
    """route: number -> queue; a number that is not there stays with the switch. Cycles.

    linked: there is a CTI-LINK behind it.
    """

    route: dict[str, str]
    answer_after: int
    linked: bool = False


class CtiState(ProcessCommon):
    """heard: cycle of the last heartbeat of the MEM board. given: sender -> numbers of its last orders.

    told: serial of the last event of the switch, whether it arrived or not.
    """

    requests: int = 0
    given: dict[str, list[int]] = {}
    told: int = 0
    heard: int = 0
    up: bool = False


class CtiServer(Process[CtiState]):
    """`callcentre/cti_server`. Port `ethernet` both ways; `comm` where there is a CTI-LINK."""

    def __init__(self, path: str, host: Host, config: CtiConfig) -> None:
        self.config = config
        super().__init__(path, host)

    def fresh(self) -> CtiState:
        return CtiState()

    def started(self) -> None:
        if self.config.linked:
            self.start_timer("look", HEARTBEAT_CYCLES)

    def other(self, port: str, message: Any) -> None:
        match message:
            case Told():
                self.state.told = message.serial
                self.write(LINK, message)
            case Packet(what="heartbeat"):
                self.state.told = message.call
                self.send("ethernet", Packet("heartbeat_answer", 0, ""))
                self._heard()
            case Packet(what="route"):
                self.state.requests += 1
                self.start_timer(f"route/{message.call}/{message.text}", self.config.answer_after)

    def letter(self, sender: str, body: Any) -> None:
        if isinstance(body, Wanted) and not self._known(body):
            self.send("ethernet", body)

    def _known(self, wanted: Wanted) -> bool:
        """A letter may come twice; what it orders is done once."""
        given = self.state.given.setdefault(wanted.sender, [])
        if wanted.order in given:
            return True
        given.append(wanted.order)
        del given[:-MOST_GIVEN]
        return False

    def _heard(self) -> None:
        self.state.heard = self.now
        if self.config.linked and not self.state.up:
            self._link(True)

    def _link(self, up: bool) -> None:
        self.state.up = up
        self.write(LINK, CtiUp(up, self.state.told))

    def timer(self, name: str) -> None:
        if name == "look":
            self.start_timer("look", HEARTBEAT_CYCLES)
            self.write(MONITOR, Heartbeat("", 0))
            lost = self.now - self.state.heard > LOST_AFTER * HEARTBEAT_CYCLES
            self._link(self.state.up and not lost)  # said again each time: CTI-LINK may have been started anew
            return
        _, call, number = name.split("/", 2)
        self.send("ethernet", Packet("route_answer", int(call), self.config.route.get(number, "")))
