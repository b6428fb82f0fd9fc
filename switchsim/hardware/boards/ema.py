"""EMA: watches both main processors and does the switchover; watches the node boards too. At power-on A is active."""

from __future__ import annotations

from switchsim.hardware.site import Link, Rack, Site
from switchsim.hardware.watching import BEAT, WatchingBoard, WatchingState
from switchsim.model.messages import Activate, HeartbeatState, SelectProcessor

OTHER = {"a": "b", "b": "a"}


class EmaState(WatchingState):
    active: str = "a"  # empty while neither runs


class Ema(WatchingBoard[EmaState]):
    """Ports: `beat/a`, `beat/b` (processors), `beat/<place>` (node boards), `program/<side>` (Activate), `node/<n>`
    (which mailbox counts), `watch` (its own heartbeat, to the first node board)."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.nodes = tuple(site.rack.nodes)
        processors = dict(zip("ab", site.rack.roles["mpu"], strict=False))
        boards = {place: place for place in site.rack.roles["nod"]}
        self.watched = processors | boards
        self.alarm_of = dict.fromkeys(processors, "processor_fault") | dict.fromkeys(boards, "node_fault")
        self.state = EmaState(beating=dict.fromkeys(self.watched, True))

    def wires(self, rack: Rack) -> list[Link]:
        programs = [
            Link(self.path, f"program/{side}", place, "ema", (Activate,)) for side, place in rack.programs.items()
        ]
        nodes = [Link(self.path, f"node/{n}", place, "ema", (SelectProcessor,)) for n, place in rack.nodes.items()]
        return [*programs, *nodes, Link(self.path, "watch", rack.roles["nod"][0], f"{BEAT}ema", (HeartbeatState,))]

    def started(self) -> None:
        if self.now:
            self.send("watch", HeartbeatState(True))
        super().started()

    def stopped(self) -> None:
        self.send("watch", HeartbeatState(False))

    def lost(self, line: str) -> None:
        if self.state.active == line:
            other = OTHER[line]
            self._activate(other if self.state.beating.get(other) else "", f"processor {line.upper()} lost")

    def back(self, line: str) -> None:
        if line not in OTHER or line == self.state.active:
            return
        if not self.state.active:
            self._activate(line, "restart")
        else:
            self.send(f"program/{line}", Activate(False, "standby"))

    def _activate(self, side: str, why: str) -> None:
        self.state.active = side
        for node in self.nodes:
            self.send(f"node/{node}", SelectProcessor(side))
        if side:
            self.send(f"program/{side}", Activate(True, why))

    def registers(self) -> dict[str, int]:
        return {"SELECT": {"": 0, "a": 1, "b": 2}[self.state.active]}
