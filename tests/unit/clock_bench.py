"""Clock boards in a kernel, with toys in place of trunk boards: what these are told is kept, what they say is given."""

from __future__ import annotations

from typing import Any, cast

from switchsim.assembly.kinds import load_kinds
from switchsim.dsp.engine import Engine
from switchsim.hardware.boards.clock import Clock
from switchsim.hardware.site import Rack, Site, Slots
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel, NoMedia
from switchsim.model.event import Event, Record
from switchsim.model.events import decode_line
from switchsim.model.messages import NodeClock, ReferenceState
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Part, State
from switchsim.proto.clock.ssm import Quality
from switchsim.terminals.clocking import ClockPlan, ReferencePlan

KIND = load_kinds()["ckv"].kind
LINES = ("e1-0", "e1-1", "e1-2")


class TrunkState(State):
    told: list[tuple[int, NodeClock]] = []


class ToyTrunk(Part[TrunkState]):
    """Keeps what it is told; the order Act `says` makes it tell the clock boards. peer: what it is told goes there."""

    def __init__(self, path: str, kernel: Kernel, clocks: list[str], peer: str = "") -> None:
        super().__init__(path, kernel)
        self.clocks = clocks
        self.peer = peer
        self.state = TrunkState()

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, NodeClock):
            self.state.told.append((self.now, message))
            if self.peer:
                quality = Quality.DO_NOT_USE if message.reference == self.peer else message.quality
                self.send("peer", ReferenceState(self.peer, True, message.ppb, quality, message.origin))
        else:
            self._tell(message)

    def _tell(self, message: ReferenceState) -> None:
        for number in range(len(self.clocks)):
            self.send(f"reference/{number}", message)

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act)
        values = order.values
        self._tell(ReferenceState(str(values["line"]), bool(values["usable"]), int(values["ppb"]),
                                  int(values["quality"]), str(values["origin"])))  # fmt: skip


def plan(references: int = 2, **more: Any) -> ClockPlan:
    """That many of LINES as references, the first one first."""
    rows = tuple(ReferencePlan(line, 1 + at) for at, line in enumerate(LINES[:references]))
    return ClockPlan(name="here", **({"told": True, "references": rows} | more))


class Bench:
    """Machines of clock boards (each with one toy trunk board) in a kernel; nothing else is in it."""

    def __init__(self, *plans: ClockPlan, boards: int = 1, seed: int = 1) -> None:
        self.octets = bytearray()
        journal = Journal(self.octets.extend, lambda _: None)
        self.kernel = Kernel(NoMedia(), journal, Streams(seed, _draw), batch=1 << 40)
        self.clocks: list[list[str]] = []
        self.trunks: list[str] = []
        for number, one in enumerate(plans):
            self._machine(f"m{number}/" if len(plans) > 1 else "", one, boards)

    def _machine(self, prefix: str, one: ClockPlan, boards: int) -> None:
        places = [f"{prefix}frame/0/slot/{7 + n}" for n in range(boards)]
        trunk = f"{prefix}frame/1/slot/0"
        rack = Rack(slots=Slots((), (), (), ()), nodes={}, hearing={}, boards={}, roles={"ckv": tuple(places)},
                    programs={}, platform="", people={}, exchanges={}, trunks=dict.fromkeys(LINES, trunk),
                    clocking=one)  # fmt: skip
        self.kernel.add(ToyTrunk(trunk, self.kernel, places))
        for number, place in enumerate(places):
            self.kernel.connect(trunk, f"reference/{number}", Wire(place, "reference", (ReferenceState,)))
            site = Site(place, self.kernel, KIND, -1, "a", cast(Engine, None), rack)
            board = Clock(site)
            self.kernel.add(board)
            for link in board.wires(rack):
                self.kernel.connect(link.place, link.port, Wire(link.to_place, link.to_port, link.accepts))
        self.clocks.append(places)
        self.trunks.append(trunk)

    def join(self, line: str) -> None:
        """The first two machines are joined: the line `line` of each brings it the other's clock."""
        for one, other in ((0, 1), (1, 0)):
            toy = cast(ToyTrunk, self.kernel.part(self.trunks[one]))
            toy.peer = line
            wire = Wire(self.trunks[other], "line", (ReferenceState,), latency_cycles=8)
            self.kernel.connect(self.trunks[one], "peer", wire)

    def clock(self, machine: int = 0, board: int = 0) -> Clock:
        return cast(Clock, self.kernel.part(self.clocks[machine][board]))

    def says(self, at: int, line: str, *, usable: bool = True, ppb: int = 0, quality: int = 0, origin: str = "",
             machine: int = 0) -> None:  # fmt: skip
        """A trunk board tells of a line from cycle `at` on."""
        values: dict[str, int | str] = {
            "line": line, "usable": int(usable), "ppb": ppb, "quality": quality, "origin": origin,
        }  # fmt: skip
        self.kernel.order(at, self.trunks[machine], Act("says", values))

    def inject(self, at: int, point: str, fault: str = "1", board: int = 0, machine: int = 0, **values: int) -> None:
        self.kernel.order(at, self.clocks[machine][board], Inject(fault, point, dict(values)))

    def heal(self, at: int, point: str, fault: str = "1", board: int = 0, machine: int = 0, **values: int) -> None:
        self.kernel.order(at, self.clocks[machine][board], Heal(fault, point, dict(values)))

    def told(self, machine: int = 0) -> list[tuple[int, NodeClock]]:
        """(cycle, clock) of everything that the lines of a machine were told."""
        return list(self.kernel.part(self.trunks[machine]).state.told)

    def events(self, *kinds: type[Event], place: str = "") -> list[Record]:
        records = [decode_line(line) for line in bytes(self.octets).splitlines()[1:]]
        return [one for one in records if isinstance(one.event, kinds) and one.place.startswith(place)]


def _draw(key: int, index: int) -> int:
    return (key ^ index * 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9 % 2**64
