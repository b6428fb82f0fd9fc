"""The rack: boards in their card slots, the programs of the processors, and the wires between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from switchsim.assembly.clocking import clock_boards, clock_plan
from switchsim.assembly.layout import BoardPlace, Layout
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.officedata import make_office
from switchsim.assembly.planner import Planner
from switchsim.assembly.voice import lines_of_processors, places_of_lines
from switchsim.dsp.engine import Engine
from switchsim.firmware.processor import Processor
from switchsim.hardware.board import Board
from switchsim.hardware.site import Link, Rack, Site
from switchsim.kernel.ports import Wire
from switchsim.kernel.scheduler import Kernel
from switchsim.model.messages import ActiveLamp, Checkpoint, LoadLevel, PoolLevel, SyncRequest

PROGRAM_SIDES = ("a", "b")
CHECKPOINTS_IN_FLIGHT = 65_536


def wire(kernel: Kernel, link: Link) -> None:
    """Lay one wire."""
    laid = Wire(
        link.to_place, link.to_port, link.accepts, latency_cycles=link.latency_cycles, capacity=link.capacity
    )
    kernel.connect(link.place, link.port, laid)


class RackBuilder:
    """Puts boards and programs into a kernel."""

    def __init__(
        self, spec: MachineFile, layout: Layout, planner: Planner, kernel: Kernel, engine: Engine, bits: bool
    ) -> None:
        self.spec = spec
        self.bits = bits  # lines at bit level, always
        self.layout = layout
        self.planner = planner
        self.kernel = kernel
        self.engine = engine
        self.rack = self._rack()

    def build(self, prompt_cycles: tuple[int, ...]) -> None:
        """prompt_cycles: lengths of the prompts, in the order of the machine file."""
        self._programs(prompt_cycles)
        self._rack_boards()

    def _rack(self) -> Rack:
        boards = self.layout.boards
        hearing: dict[int, tuple[str, ...]] = {}
        for board in boards:
            if board.bus >= 0:
                hearing[board.bus] = (board.path,)
            if board.loaded.spec.on_bus == "pair" and board.side != "a":
                first = next(b for b in boards if b.loaded.spec.kind == board.loaded.spec.kind)
                hearing[first.bus] = (*hearing[first.bus], board.path)
        roles: dict[str, tuple[str, ...]] = {}
        for board in boards:
            roles[board.loaded.spec.kind] = (*roles.get(board.loaded.spec.kind, ()), board.path)
        nodes = {
            board.first["nodes"] + number: f"{board.path}/node/{number}"
            for board in boards
            for number in range(board.loaded.spec.provides.nodes)
        }
        return Rack(
            slots=self.layout.slots,
            nodes=nodes,
            hearing=hearing,
            boards={board.bus: board.path for board in boards if board.bus >= 0},
            roles=roles,
            programs={side: f"{place}/program" for side, place in zip(PROGRAM_SIDES, roles["mpu"], strict=False)},
            platform="callcentre/cti_server" if self.spec.platform is not None else "",
            people={seat.number: f"farend/agent/{seat.number}" for seat in self.layout.seats},
            exchanges={line: f"farend/exchange/{name}" for line, name in self.layout.exchanges.items()},
            voice=places_of_lines(lines_of_processors(self.layout)), clocks=tuple(clock_boards(self.layout)),
            trunks={line.name: line.trunk for line in self.layout.lines}, clocking=clock_plan(self.spec),
        )

    def _programs(self, prompt_cycles: tuple[int, ...]) -> None:
        office = make_office(self.spec, self.layout, self.planner, prompt_cycles)
        programs = self.rack.programs
        for side, place in programs.items():
            paired = len(programs) > 1
            self.kernel.add(Processor(place, self.kernel, office, side, tuple(self.rack.nodes), paired=paired))
            board = place.rpartition("/")[0]
            wire(self.kernel, Link(place, "board", board, "program", (ActiveLamp, LoadLevel, PoolLevel)))
            other = next((path for path in programs.values() if path != place), "")
            if other:
                to_peer = Link(place, "peer", other, "peer", (Checkpoint, SyncRequest), 0, CHECKPOINTS_IN_FLIGHT)
                wire(self.kernel, to_peer)

    def _rack_boards(self) -> None:
        boards: list[Board[Any]] = []
        for place in self.layout.boards:
            site = self._site(place)
            parts = place.loaded.board.build(site)
            for part in parts:
                self.kernel.add(part)
            for kinds, unit in site.media:
                self.kernel.own_media(kinds, unit, place.path)
            board = parts[0]
            assert isinstance(board, Board), f"the first part that {place.loaded.spec.class_} builds is its board"
            boards.append(board)
        for board in boards:
            for link in board.wires(self.rack):
                wire(self.kernel, link)

    def _site(self, board: BoardPlace) -> Site:
        layout, provides = self.layout, board.loaded.spec.provides

        def own(what: str, rows: Sequence[Any]) -> tuple[Any, ...]:
            first = board.first[what]
            return tuple(rows[first : first + getattr(provides, what)])

        tones = [(source, self.planner.tones.index(name)) for name, source in layout.tone_sources.items()]
        return Site(
            path=board.path, host=self.kernel, kind=board.loaded.kind, bus=board.bus, side=board.side,
            engine=self.engine, rack=self.rack, lines=own("lines", layout.trunk_lines(self.bits)),
            links=own("links", layout.links),
            signalling=self.planner.number7.on_board(board),
            receivers=own("receivers", layout.receivers), checks=own("checks", layout.checks),
            mfc=own("mfc", layout.mfc), test_source=self.planner.test_sources.get(board.path, -1),
            announcers=own("announcers", layout.announcers), tones=tuple(tones) if provides.tones else (),
            seats=own("seats", layout.seat_lines(self.engine.first_source_cell)),
            accesses=tuple(access.row for access in layout.accesses if access.board == board),
            nodes=own("nodes", list(self.rack.nodes)), bin_cycles=self.spec.measurement.bin,
        )  # fmt: skip
