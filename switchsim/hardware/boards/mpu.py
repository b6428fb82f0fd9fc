"""MPU: a main processor board. Two run in hot standby; the program is a part of its own (switchsim.firmware)."""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.kind import BoardKind
from switchsim.model.messages import ActiveLamp, HeartbeatState, RunProgram
from switchsim.model.part import Host


class Mpu(Board[CommonState]):
    """Ports: `program` (what runs on it), `ema` (its heartbeat line). It has no place on the serial bus."""

    def __init__(self, path: str, host: Host, kind: BoardKind) -> None:
        super().__init__(path, host, kind, -1)
        self.state = CommonState()

    def started(self) -> None:
        if self.now:
            self.send("program", RunProgram(True))
            self.send("ema", HeartbeatState(True))

    def stopped(self) -> None:
        self.send("program", RunProgram(False))
        self.send("ema", HeartbeatState(False))

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, ActiveLamp):
            self.led("ACT", "green" if message.active else "off")
        else:
            super().handle(port, message)
