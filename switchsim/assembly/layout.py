"""Who gets what of the native core: cells, slots, sources, ears, HDLC channels, addresses.

All of it is decided before anything is built, from the machine file and the attachments.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from switchsim.assembly.kinds import LoadedKind
from switchsim.assembly.machine import MachineFile, PriSpec, SeatsSpec
from switchsim.dsp.engine import CELL_IDLE, CELL_ONES, CONF_LEGS, EngineConfig
from switchsim.errors import BadInput
from switchsim.hardware.boards.bnet import NO_CELL
from switchsim.hardware.site import LapLink, Receiver, SeatLine, Slots, TrunkLine

LINE_CELLS = 32
HDLC = "hdlc"


@dataclass(frozen=True)
class BoardPlace:
    """A board, where it sits, and the first of each resource that is its own."""

    path: str
    loaded: LoadedKind
    bus: int  # -1 off the bus
    side: str
    first: dict[str, int]


@dataclass(frozen=True)
class LinePlan:
    """One E1: its cells on both ends, the slots of its timeslots, and who is at the far end."""

    name: str
    signalling: PriSpec
    index: int
    receive_cell: int
    transmit_cell: int
    far_tx_cell: int
    far_rx_cell: int
    first_slot: int  # of timeslot 1
    trunk: str
    trunk_line: int

    def slot(self, timeslot: int) -> int:
        return self.first_slot + timeslot - 1

    @property
    def b_timeslots(self) -> list[int]:
        return [timeslot for timeslot in range(1, LINE_CELLS) if timeslot != self.signalling.d_timeslot]


@dataclass(frozen=True)
class SeatPlan:
    number: str
    spec: SeatsSpec
    slot: int
    source: int
    ear: int
    party: int
    heard_cell: int
    board: BoardPlace
    unit: int


@dataclass
class _Counter:
    """Hands out numbers."""

    used: int = 0

    def take(self, count: int = 1) -> int:
        first = self.used
        self.used += count
        return first


@dataclass
class Layout:
    """The whole plan. Slot 0 is quiet."""

    boards: list[BoardPlace] = field(default_factory=list)
    lines: list[LinePlan] = field(default_factory=list)
    seats: list[SeatPlan] = field(default_factory=list)
    links: list[LapLink] = field(default_factory=list)
    link_slots: list[int] = field(default_factory=list)
    receivers: list[Receiver] = field(default_factory=list)
    receiver_slots: list[int] = field(default_factory=list)
    announcers: list[int] = field(default_factory=list)  # native sources
    announcer_slots: list[int] = field(default_factory=list)
    tone_sources: list[int] = field(default_factory=list)
    tone_slots: dict[str, int] = field(default_factory=dict)
    conference_slots: list[tuple[int, ...]] = field(default_factory=list)
    party_sources: dict[tuple[str, int], int] = field(default_factory=dict)  # (line, timeslot) -> source
    party_ears: dict[tuple[str, int], int] = field(default_factory=dict)
    party_ids: dict[tuple[str, int], int] = field(default_factory=dict)
    far_hdlc: dict[str, int] = field(default_factory=dict)  # line or line:timeslot -> HDLC unit, both ways
    raw: dict[str, tuple[int, int]] = field(default_factory=dict)  # line:timeslot -> source, recorder
    slots: Slots = field(default_factory=lambda: Slots((), (), (), ()))
    engine: EngineConfig = field(default_factory=EngineConfig)

    def trunk_lines(self) -> list[TrunkLine]:
        return [TrunkLine(line.name, 2 * line.index, 2 * line.index + 1) for line in self.lines]

    def seat_lines(self, source_cell: int) -> list[SeatLine]:
        return [SeatLine(seat.number, source_cell + seat.source, seat.heard_cell) for seat in self.seats]


class Planner:
    """Makes a Layout. Cells: idle, ones, sources, HDLC transmitters, conference legs, then switched cells."""

    def __init__(
        self, machine: MachineFile, kinds: dict[str, LoadedKind], tones: list[str], attached: dict[str, str],
        recorders: int,
    ) -> None:
        """attached: line:timeslot -> mode. recorders: besides those of raw attachments."""
        self.machine = machine
        self.kinds = kinds
        self.tones = tones
        self.attached = attached
        self.layout = Layout()
        self.sources, self.ears, self.hdlc, self.switched = _Counter(), _Counter(), _Counter(), _Counter()
        self.parties, self.recorders = _Counter(1), _Counter(recorders)
        self.heard: list[int] = [CELL_IDLE]
        self.spoken: list[int] = [NO_CELL]
        self.names: list[str] = ["quiet"]
        self.fixed: list[tuple[int, int]] = []

    def plan(self) -> Layout:
        self._boards()
        self._count_sources()
        self._first_cells()
        self._lines()
        self._links()
        self._voice()
        self._seats()
        layout = self.layout
        layout.slots = Slots(tuple(self.heard), tuple(self.spoken), tuple(self.names), tuple(self.fixed))
        layout.engine = EngineConfig(
            tick_cycles=self.machine.tick,
            n_sources=self.sources.used,
            n_hdlc_tx=self.hdlc.used,
            n_hdlc_rx=self.hdlc.used,
            n_conferences=self.machine.conferences,
            n_switched=self.switched.used,
            n_lines=2 * len(layout.lines),
            n_receivers=len(layout.receivers),
            n_ears=self.ears.used,
            n_recorders=self.recorders.used,
        )
        return layout

    # -- boards and addresses ------------------------------------------------------------------------------------

    def _boards(self) -> None:
        """Bus addresses: node * 256 + slave, the boards dealt out to the nodes in turn."""
        rows = [
            (spec.frame, slot, name) for spec in self.machine.rack.values() for slot, name in sorted(spec.slots.items())
        ]
        nodes = sum(self.kinds[name].spec.provides.nodes for _, _, name in rows)
        given: dict[str, int] = {}
        seen: dict[str, int] = {}
        on_bus = 0
        for frame, slot, name in sorted(rows):
            loaded = self.kinds[name]
            provides = loaded.spec.provides
            first = {what: given.get(what, 0) for what in type(provides).model_fields}
            for what in first:
                given[what] = first[what] + getattr(provides, what)
            bus = -1
            if loaded.spec.on_bus:
                bus = (on_bus % nodes) << 8 | on_bus // nodes
                on_bus += 1
            side = "abcdefgh"[seen.get(name, 0) % 8]
            seen[name] = seen.get(name, 0) + 1
            self.layout.boards.append(BoardPlace(f"frame/{frame}/slot/{slot}", loaded, bus, side, first))
        self.given = given

    def owner(self, what: str, index: int) -> tuple[BoardPlace, int]:
        """The board that carries resource number `index`, and the number on that board."""
        for board in self.layout.boards:
            offset = index - board.first[what]
            if 0 <= offset < getattr(board.loaded.spec.provides, what):
                return board, offset
        raise AssertionError(f"nobody carries {what} {index}")

    # -- cells ---------------------------------------------------------------------------------------------------

    def _count_sources(self) -> None:
        """Sources, ears and HDLC channels are counted first: their cells come before the switched ones."""
        layout = self.layout
        layout.tone_sources = [self.sources.take() for _ in self.tones]
        layout.announcers = [self.sources.take() for _ in range(self.given.get("announcers", 0))]
        for name, signalling in self.machine.line_names():
            self._far_end(name, signalling)
        self.lap_units = [self.hdlc.take() for _ in self.machine.line_names()]
        self.seat_units = [
            (self.sources.take(), self.ears.take(), self.parties.take()) for _ in self.machine.seat_numbers()
        ]

    def _far_end(self, name: str, signalling: PriSpec) -> None:
        layout = self.layout
        for timeslot in range(1, LINE_CELLS):
            place = f"{name}:{timeslot}"
            mode = self.attached.get(place)
            if mode == HDLC:
                layout.far_hdlc[place] = self.hdlc.take()
            elif mode is not None:
                layout.raw[place] = (self.sources.take(), self.recorders.take())
        if f"{name}:{signalling.d_timeslot}" in self.attached:
            return
        layout.far_hdlc[name] = self.hdlc.take()
        for timeslot in range(1, LINE_CELLS):
            if timeslot != signalling.d_timeslot and f"{name}:{timeslot}" not in self.attached:
                layout.party_sources[name, timeslot] = self.sources.take()
                layout.party_ears[name, timeslot] = self.ears.take()
                layout.party_ids[name, timeslot] = self.parties.take()

    def _first_cells(self) -> None:
        self.first_source = CELL_ONES + 1
        self.first_hdlc = self.first_source + self.sources.used
        self.first_conference = self.first_hdlc + self.hdlc.used
        self.first_switched = self.first_conference + self.machine.conferences * CONF_LEGS

    def _cells(self, count: int = 1) -> int:
        return self.first_switched + self.switched.take(count)

    def _slot(self, name: str, heard: int, spoken: int) -> int:
        self.heard.append(heard)
        self.spoken.append(spoken)
        self.names.append(name)
        return len(self.heard) - 1

    def _lines(self) -> None:
        for index, (name, signalling) in enumerate(self.machine.line_names()):
            board, number = self.owner("lines", index)
            receive, transmit, far_tx, far_rx = (self._cells(LINE_CELLS) for _ in range(4))
            first_slot = len(self.heard)
            for timeslot in range(1, LINE_CELLS):
                self._slot(f"{name}:{timeslot}", receive + timeslot, transmit + timeslot)
            self.layout.lines.append(
                LinePlan(name, signalling, index, receive, transmit, far_tx, far_rx, first_slot, board.path, number)
            )

    def _links(self) -> None:
        """D channels: semi-permanent connections between the line's timeslot and a LAP controller."""
        for line, unit in zip(self.layout.lines, self.lap_units, strict=True):
            timeslot = line.signalling.d_timeslot
            cell = self._cells()
            slot = self._slot(f"lap/{line.name}", self.first_hdlc + unit, cell)
            self.fixed += [(slot, line.slot(timeslot)), (line.slot(timeslot), slot)]
            name = f"{line.name}:{timeslot}"
            self.layout.links.append(LapLink(name, line.signalling.side, unit, unit, cell))
            self.layout.link_slots.append(slot)

    def _voice(self) -> None:
        layout = self.layout
        for name, source in zip(self.tones, layout.tone_sources, strict=True):
            layout.tone_slots[name] = self._slot(f"tone/{name}", self.first_source + source, NO_CELL)
        for number, source in enumerate(layout.announcers):
            layout.announcer_slots.append(self._slot(f"announcer/{number}", self.first_source + source, NO_CELL))
        for number in range(self.given.get("receivers", 0)):
            cell = self._cells()
            layout.receivers.append(Receiver(number, cell))
            layout.receiver_slots.append(self._slot(f"receiver/{number}", CELL_IDLE, cell))
        for conference in range(self.machine.conferences):
            first = self.first_conference + conference * CONF_LEGS
            legs = [self._slot(f"conference/{conference}/{leg}", first + leg, NO_CELL) for leg in range(CONF_LEGS)]
            layout.conference_slots.append(tuple(legs))

    def _seats(self) -> None:
        for index, (number, spec) in enumerate(self.machine.seat_numbers()):
            board, unit = self.owner("seats", index)
            source, ear, party = self.seat_units[index]
            cell = self._cells()
            slot = self._slot(f"seat/{number}", self.first_source + source, cell)
            self.layout.seats.append(SeatPlan(number, spec, slot, source, ear, party, cell, board, unit))


def heard_by(layout: Layout, who: str) -> int:
    """The cell that a person hears."""
    sort, _, name = who.partition(" ")
    for seat in layout.seats:
        if sort == "agent" and seat.number == name:
            return seat.heard_cell
    line_name, _, timeslot = name.partition(":")
    for line in layout.lines:
        if sort == "caller" and line.name == line_name and timeslot.isdecimal() and 1 <= int(timeslot) <= 31:
            return line.far_rx_cell + int(timeslot)
    raise BadInput.one("record", f"nobody is {who!r}", "agent NUMBER or caller LINE:TIMESLOT")
