"""MPU: a main processor board. Two run in hot standby; the program is a part of its own (switchsim.firmware)."""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Link, Rack, Site
from switchsim.hardware.watching import BEAT
from switchsim.model.call_events import POOLS
from switchsim.model.messages import ActiveLamp, HeartbeatState, LoadLevel, PoolLevel, RunProgram


class Mpu(Board[CommonState]):
    """Ports: `program` (what runs on it), `ema` (its heartbeat line). It has no place on the serial bus."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.side = site.side
        self.state = CommonState()

    def wires(self, rack: Rack) -> list[Link]:
        ema = rack.roles["ema"][0]
        return [
            Link(self.path, "program", rack.programs[self.side], "board", (RunProgram,)),
            Link(self.path, "ema", ema, f"{BEAT}{self.side}", (HeartbeatState,)),
        ]

    def registers(self) -> dict[str, int]:
        return {"STATUS": int(self.state.leds["ACT"] == "green")}

    def started(self) -> None:
        if self.now:
            self.send("program", RunProgram(True))
            self.send("ema", HeartbeatState(True))

    def stopped(self) -> None:
        self.clear_alarm("processor_overload", self.path)  # who does nothing has nothing to do
        for pool in POOLS:
            self.clear_alarm("pool_short", f"{self.path}/{pool}")
        self.send("program", RunProgram(False))
        self.send("ema", HeartbeatState(False))

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, ActiveLamp):
            self.led("ACT", "green" if message.active else "off")
        elif isinstance(message, LoadLevel):
            if message.level:
                self.raise_alarm("processor_overload", self.path, f"load {message.percent} %")
            else:
                self.clear_alarm("processor_overload", self.path)
        elif isinstance(message, PoolLevel):
            self._pool(message)
        else:
            super().handle(port, message)

    def _pool(self, message: PoolLevel) -> None:
        about = f"{self.path}/{message.pool}"
        if message.short:
            self.raise_alarm("pool_short", about, message.pool)
        else:
            self.clear_alarm("pool_short", about)
