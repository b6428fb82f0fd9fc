"""EMA: watches both main processors and does the switchover. At power-on A is active."""

from __future__ import annotations

from typing import Any

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.messages import Activate, HeartbeatState, SelectProcessor

HEARTBEATS_MISSED = 3
OTHER = {"a": "b", "b": "a"}


class EmaState(CommonState):
    active: str = "a"  # empty while neither runs
    beating: dict[str, bool] = {}


class Ema(Board[EmaState]):
    """Ports: `mpu/a`, `mpu/b` (heartbeats), `program/a`, `program/b` (Activate), `node/<n>` (which mailbox counts)."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.nodes = tuple(site.rack.nodes)
        self.places = dict(zip("ab", site.rack.roles["mpu"], strict=False))
        self.state = EmaState(beating=dict.fromkeys(self.places, True))

    def wires(self, rack: Rack) -> list[Link]:
        programs = [
            Link(self.path, f"program/{side}", place, "ema", (Activate,)) for side, place in rack.programs.items()
        ]
        nodes = [Link(self.path, f"node/{n}", place, "ema", (SelectProcessor,)) for n, place in rack.nodes.items()]
        return programs + nodes

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, HeartbeatState):
            self._line(port[-1], message.beating)  # the wire has its level whether or not EMA lives
        else:
            super().on_message(port, message)

    def _line(self, side: str, beating: bool) -> None:
        self.state.beating[side] = beating
        if beating:
            self.stop_timer(f"missed/{side}")
            self.start_timer(f"seen/{side}", 0)
        else:
            period = self.kind.timings["heartbeat"]
            self.start_timer(f"missed/{side}", period * HEARTBEATS_MISSED - self.now % period)

    def timer(self, name: str) -> None:
        what, _, side = name.partition("/")
        if what == "missed":
            self.see_defect("heartbeat_lost", self.places[side])
            self.raise_alarm("processor_fault", self.places[side], "heartbeat lost")
            if self.state.active == side:
                other = OTHER[side]
                self._activate(other if self.state.beating.get(other) else "", f"processor {side.upper()} lost")
        else:
            self.defect_gone("heartbeat_lost", self.places[side])
            self.clear_alarm("processor_fault", self.places[side])
            if not self.state.active:
                self._activate(side, "restart")
            else:
                self.send(f"program/{side}", Activate(False, "standby"))

    def _activate(self, side: str, why: str) -> None:
        self.state.active = side
        for node in self.nodes:
            self.send(f"node/{node}", SelectProcessor(side))
        if side:
            self.send(f"program/{side}", Activate(True, why))

    def started(self) -> None:
        if not self.now:
            return
        for side, beating in self.state.beating.items():  # what changed while EMA was away
            self._line(side, beating)
