"""CTI-SERVER: the platform's end of the MEM link. It answers heartbeats, and says which queue a call goes to."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from switchsim.model.events import ProcessState
from switchsim.model.messages import Packet
from switchsim.model.part import Host, Part, State
from switchsim.model.phase import Phase


class CtiConfig(msgspec.Struct, frozen=True):
    """route: number -> queue; a number that is not there stays with the switch. Cycles."""

    route: dict[str, str]
    answer_after: int


class CtiState(State):
    requests: int = 0


class CtiServer(Part[CtiState]):
    """`callcentre/cti_server`. Port `ethernet` both ways."""

    phase: ClassVar[Phase] = Phase.DECIDE

    def __init__(self, path: str, host: Host, config: CtiConfig) -> None:
        super().__init__(path, host)
        self.config = config
        self.state = CtiState()

    def start(self) -> None:
        self.emit(ProcessState("started"))

    def on_message(self, port: str, message: Any) -> None:
        if message.what == "heartbeat":
            self.send("ethernet", Packet("heartbeat_answer", 0, ""))
        elif message.what == "route":
            self.state.requests += 1
            self.start_timer(f"route/{message.call}/{message.text}", self.config.answer_after)

    def on_timer(self, name: str) -> None:
        _, call, number = name.split("/", 2)
        self.send("ethernet", Packet("route_answer", int(call), self.config.route.get(number, "")))
