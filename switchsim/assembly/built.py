"""A machine that was built: what the runner, the tests and the commands do with it."""

from __future__ import annotations

from typing import Any

from switchsim.assembly.layout import LINE_CELLS, AccessPlan, Layout, LinePlan
from switchsim.assembly.link_places import LinkPlaces
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.number7 import MACHINE
from switchsim.assembly.places import FaultPlaces, describe_faults, describe_places
from switchsim.assembly.taps import FrameTap, Kept, TappedMedia, TapSink
from switchsim.callcentre.ccs.server import Ccs
from switchsim.callcentre.mds import PROCESS_LOST, Mds
from switchsim.callcentre.vp import Vp
from switchsim.dsp import isa
from switchsim.dsp.engine import Engine
from switchsim.errors import Problem
from switchsim.farend.attached import Attached
from switchsim.farend.number7 import No7Exchange
from switchsim.farend.signalling import Stp
from switchsim.firmware.processor import Processor
from switchsim.hardware.board import Board
from switchsim.hardware.boards.lap7 import Lap7
from switchsim.kernel.scheduler import Kernel
from switchsim.model.order import Order, Value
from switchsim.model.part import Part
from switchsim.terminals.line_end import e1_config


class Machine:
    """A machine with its far end and its people, ready to be switched on."""

    def __init__(self, kernel: Kernel, engine: Engine, spec: MachineFile, layout: Layout, faults: FaultPlaces) -> None:
        self.kernel = kernel
        self.engine = engine
        self.spec = spec
        self.layout = layout
        self.faults = faults
        self.files: list[tuple[str, str, bytes]] = []
        self.warnings: tuple[Problem, ...] = ()  # what the file says, and no standard would
        self.attached: list[Attached] = []
        self.recorded: list[tuple[str, int]] = []  # name, cell; recorder = index
        self.exchanges: dict[str, str] = {}  # line -> place of the built-in exchange at its far end
        self.frame_taps: list[FrameTap] = []
        self._kept = Kept()
        self.sink: TapSink = self._kept  # of taps and recordings

    @property
    def places(self) -> tuple[str, ...]:
        """Places of the attachments, in the order of the options."""
        return tuple(part.stands_at for part in self.attached)

    @property
    def specs(self) -> tuple[MachineFile, ...]:
        """The machine files: one, but of a plant."""
        return (self.spec,)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the machines of a plant; none of one that stands alone."""
        return ()

    @property
    def joins(self) -> dict[str, str]:
        """Line of one machine of a plant -> line of another that is its other end, both ways."""
        return {}

    @property
    def instruction_set(self) -> str:
        return isa.selected()

    @property
    def seat_queues(self) -> dict[str, frozenset[str]]:
        return {seat.number: frozenset(seat.spec.queues) for seat in self.layout.seats}

    @property
    def agent_skills(self) -> dict[str, frozenset[str]]:
        """Seat -> queues that its usual agent has skills for; empty where there is no CCS."""
        for part in self.kernel.parts.values():
            if isinstance(part, Ccs):
                return part.usual_skills()
        return {}

    @property
    def ccs_rules(self) -> dict[str, dict[str, Any]]:
        """Version of `ccs.ini` -> levels, most_skills, callers; empty where there is no CCS, and of a plant."""
        return next((part.rules() for part in self.kernel.parts.values() if isinstance(part, Ccs)), {})

    @property
    def alarms(self) -> frozenset[str]:
        """Names of what its boards and processes can raise."""
        parts = self.kernel.parts.values()
        boards = {name for part in parts if isinstance(part, Board) for name in part.kind.alarms}
        return frozenset(boards | {PROCESS_LOST for part in parts if isinstance(part, Mds)})

    @property
    def processors(self) -> tuple[str, ...]:
        return tuple(part.stands_at for part in self.kernel.parts.values() if isinstance(part, Processor))

    @property
    def signalling_network(self) -> dict[str, Any]:
        """points: place -> point code; links: name -> codes of its ends; boards: name -> board; long_labels; of a plant
        also same: a link's name at its second end -> that at its first."""
        ss7 = self.spec.ss7
        if ss7 is None:
            return {}
        far = {part.signalling.config.name: part.stands_at for part in self.kernel.parts.values()
               if isinstance(part, Stp | No7Exchange)}  # fmt: skip
        return {
            "points": dict.fromkeys(self.processors, ss7.code(MACHINE))
            | {place: ss7.code(name) for name, place in far.items()},
            "links": {link.terminal.name: (ss7.code(link.point), ss7.code(link.peer)) for link in self.layout.number7},
            "boards": {row.name: part.stands_at for part in self.kernel.parts.values()
                       if isinstance(part, Lap7) for row in part.rows},
            "long_labels": ss7.label == "china",
        }  # fmt: skip

    def power_on(self) -> None:
        self.lay_lines()
        self.start_recorders()
        self.kernel.power_on()

    def lay_lines(self) -> None:
        if self.layout.engine.n_receivers:
            self.engine.receiver_limits(self.spec.receivers.limits)
        for line in self.layout.lines:
            _lay_line(self.engine, line, self.layout.sends.get(line.name))
        for access in self.layout.accesses:
            _lay_access(self.engine, access)

    def start_recorders(self) -> None:
        for number, (_, cell) in enumerate(self.recorded):
            self.engine.record_start(number, cell)
        for tap in self.frame_taps:
            self.engine.hdlc_listen(tap.unit, tap.cell)

    def listen_beside(self) -> None:
        """What frame taps see goes to the sink from now on, and not to the kernel."""
        if self.frame_taps:
            self.kernel.media = TappedMedia(self.kernel.media, self.frame_taps, self.sink)

    def tap_to(self, sink: TapSink) -> None:
        """Recordings and frames go to `sink`, instead of being kept in memory."""
        self.sink = sink
        if isinstance(self.kernel.media, TappedMedia):
            self.kernel.media.sink = sink

    def close(self) -> None:
        """The run is over: parts tell the journal what they still have to tell."""
        for part in self.kernel.parts.values():
            part.closing()

    def run(self, until: int) -> None:
        """Run to cycle `until`."""
        self.kernel.run(until)
        self.drain_recorders()

    def drain_recorders(self) -> None:
        for number, (name, _) in enumerate(self.recorded):
            self.sink.audio(name, self.engine.record_drain(number))

    def order(self, at: int, place: str, order: Order) -> None:
        self.kernel.order(at, place, order)

    def part(self, path: str) -> Part[Any]:
        return self.kernel.part(path)

    @property
    def signalling_links(self) -> LinkPlaces:
        """Where the ends of signalling links are."""
        return self.faults.links

    def resolve_fault(
        self, name: str, where: dict[str, Value], values: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]:
        """(place, fault point, values) of a fault of the catalogue; raises BadInput."""
        return self.faults.resolve(name, where, values)

    def describe_faults(self) -> list[dict[str, Any]]:
        """The faults that it can have, for people and --json."""
        return describe_faults(self.faults)

    def describe_places(self) -> list[dict[str, Any]]:
        """What `where` of a fault can name."""
        return describe_places(self.layout)

    # -- attachments and recordings ------------------------------------------------------------------------------

    def room(self, source: int) -> int:
        """Frames that attachment number `source` takes now."""
        return self.attached[source].room

    def has_sent(self) -> bool:
        return any(part.state.outbox for part in self.attached)

    def take_sent(self) -> list[tuple[int, bytes]]:
        """What goes out to the attached programs since the last time."""
        return [(source, octets) for source, part in enumerate(self.attached) for octets in part.take_outbox()]

    @property
    def frames(self) -> list[tuple[str, int, bytes | str]]:
        """(tap, cycle, octets or why it was none) of the frames that were kept."""
        return self._kept.frames

    def recordings(self) -> list[tuple[str, bytes]]:
        """(name, A-law octets) of what was kept of what was wanted, and of what voice processors recorded."""
        heard = [(name, bytes(octets)) for name, octets in self._kept.recordings.items()]
        for part in self.kernel.parts.values():
            if isinstance(part, Vp):
                head = part.name.replace("/", "-")
                heard += [(f"{head}-{name}", octets) for name, octets in part.recordings()]
        return heard


def _lay_line(engine: Engine, line: LinePlan, sends: int | None) -> None:
    """Both directions of a line: 8 cycles each, copied cell by cell. sends: the unit of a line to another machine."""
    framing, receive, transmit = line.framing, line.receive_unit, line.transmit_unit
    if sends is None:
        engine.e1_define(receive, e1_config(framing, line.receive_cell, transmit))
        engine.e1_define(transmit, e1_config(framing, line.far_rx_cell, receive))
    else:
        engine.e1_define(receive, e1_config(framing, line.receive_cell, sends))
    for timeslot in range(LINE_CELLS):
        engine.connect(line.receive_cell + timeslot, line.far_tx_cell + timeslot)
        engine.connect(line.far_rx_cell + timeslot, line.transmit_cell + timeslot)
        if line.network_cell != line.transmit_cell:
            engine.connect(line.transmit_cell + timeslot, line.network_cell + timeslot)


def _lay_access(engine: Engine, access: AccessPlan) -> None:
    """The D wires and the B wires of seats, both directions of each in one native line."""
    engine.line_define(access.row.d_line, access.d_cells)
    engine.line_define(access.row.b_line, access.b_cells)
    for cell, source in access.feeds:
        engine.connect(cell, source)
