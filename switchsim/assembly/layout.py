"""Who gets what of the native core, as data: cells, slots, sources, ears, HDLC channels, signalling units, addresses.

`assembly.planner` fills it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from switchsim.assembly.kinds import LoadedKind
from switchsim.assembly.machine import BITS_TIMESLOT as BITS_TIMESLOT
from switchsim.assembly.machine import SeatsSpec
from switchsim.assembly.signalling import LineSignalling, R2Spec
from switchsim.dsp.engine import NONE, EngineConfig
from switchsim.hardware.site import LapLink, MfcRegister, Receiver, SeatAccess, SeatLine, Slots
from switchsim.terminals.framing import Framing
from switchsim.terminals.level2 import TerminalRow
from switchsim.terminals.line_end import FAR, MACHINE, LineEndRow

LINE_CELLS = 32
HDLC, SS7 = "hdlc", "ss7"


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
    signalling: LineSignalling
    links: tuple[int, ...]  # timeslots that carry signalling
    index: int
    receive_cell: int
    transmit_cell: int
    far_tx_cell: int
    far_rx_cell: int
    first_slot: int  # of timeslot 1
    trunk: str
    trunk_line: int
    far_hears_cell: int  # what the built-in far end listens to: `far_rx_cell`, or copies of it
    framing: Framing
    joined: bool  # with another machine's
    network_cell: int  # what the switching network feeds: `transmit_cell`, or where a test set sends, copied to it
    reference: bool = False  # the machine's clock may follow it

    @property
    def receive_unit(self) -> int:
        """Native E1 unit of what the machine receives."""
        return 2 * self.index

    @property
    def transmit_unit(self) -> int:
        """Of what it sends, when the far end is not another machine."""
        return 2 * self.index + 1

    def slot(self, timeslot: int) -> int:
        return self.first_slot + timeslot - 1

    @property
    def speech_timeslots(self) -> list[int]:
        return [timeslot for timeslot in range(1, LINE_CELLS) if timeslot not in self.links]


@dataclass(frozen=True)
class No7Link:
    """One end of a signalling link; `` is the machine. feeds: the cell that its transmitter goes to, NONE: none."""

    point: str
    peer: str
    slc: int
    terminal: TerminalRow
    feeds: int = NONE


@dataclass(frozen=True)
class VoicePlan:
    """Native units of one voice channel: what it plays, its DTMF receiver, its recorder."""

    source: int
    receiver: int
    recorder: int


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
    ear_cell: int  # what its person hears: `heard_cell`, or the far end of the B wires that carry it


@dataclass(frozen=True)
class BitTestPlan:
    """A bit error rate test: what is measured, at which ends (machine, far), and the first of its sources."""

    name: str
    pattern: str
    line: str
    timeslots: tuple[int, ...]
    send: str
    check: str
    inverted: bool
    first_source: int


@dataclass(frozen=True)
class AccessPlan:
    """A D channel of seats: what its board is given of it, its sets, and its wires.

    set_unit: HDLC unit of the sets; hears: the cell that they listen to. d_cells, b_cells: first cells of the
    native lines; feeds: (cell, the cell that it is connected with).
    """

    row: SeatAccess
    board: BoardPlace
    seats: tuple[str, ...]
    set_unit: int
    hears: int
    d_cells: int
    b_cells: int
    feeds: tuple[tuple[int, int], ...]


@dataclass
class Layout:
    """The whole plan. Slot 0 is quiet."""

    boards: list[BoardPlace] = field(default_factory=list)
    lines: list[LinePlan] = field(default_factory=list)
    seats: list[SeatPlan] = field(default_factory=list)
    accesses: list[AccessPlan] = field(default_factory=list)  # D channels of seats
    links: list[LapLink] = field(default_factory=list)
    link_slots: list[int] = field(default_factory=list)
    receivers: list[Receiver] = field(default_factory=list)
    receiver_slots: list[int] = field(default_factory=list)
    checks: list[Receiver] = field(default_factory=list)  # of check tones; none without No.7
    check_slots: list[int] = field(default_factory=list)
    far_checks: dict[tuple[str, int], int] = field(default_factory=dict)  # (line, timeslot) -> native check receiver
    mfc: list[MfcRegister] = field(default_factory=list)
    mfc_slots: list[int] = field(default_factory=list)
    far_mfc: dict[tuple[str, int], int] = field(default_factory=dict)  # (line, timeslot) -> native MFC receiver
    announcers: list[int] = field(default_factory=list)  # native sources
    announcer_slots: list[int] = field(default_factory=list)
    tone_sources: dict[str, int] = field(default_factory=dict)  # native sources
    tone_slots: dict[str, int] = field(default_factory=dict)
    conference_slots: list[tuple[int, ...]] = field(default_factory=list)
    party_sources: dict[tuple[str, int], int] = field(default_factory=dict)  # (line, timeslot) -> source
    party_ears: dict[tuple[str, int], int] = field(default_factory=dict)
    party_ids: dict[tuple[str, int], int] = field(default_factory=dict)
    far_hdlc: dict[str, int] = field(default_factory=dict)  # line or line:timeslot -> HDLC unit, both ways
    far_su: dict[str, int] = field(default_factory=dict)  # line:timeslot of an attached program -> SU unit, both ways
    number7: list[No7Link] = field(default_factory=list)  # the machine's first, in the order of its boards
    number7_slots: list[int] = field(default_factory=list)
    exchanges: dict[str, str] = field(default_factory=dict)  # line -> name of the built-in exchange at its far end
    points: list[str] = field(default_factory=list)  # points of the far end that are built in
    first_tap: int = 0  # the first HDLC receiver that listens from beside
    first_meter: int = 0  # the first DTMF receiver of a tone meter
    sends: dict[str, int] = field(default_factory=dict)  # joined line -> E1 unit that the other machine receives
    raw: dict[str, tuple[int, int]] = field(default_factory=dict)  # line:timeslot -> source, recorder
    tests: list[BitTestPlan] = field(default_factory=list)
    e1d_lines: dict[str, tuple[int, ...]] = field(default_factory=dict)  # line -> timeslots that programs can open
    e1d_units: list[tuple[int, int, int]] = field(default_factory=list)  # source, recorder, HDLC unit
    voice: dict[tuple[str, int], VoicePlan] = field(default_factory=dict)  # (line, timeslot) of voice processors
    slots: Slots = field(default_factory=lambda: Slots((), (), (), ()))
    engine: EngineConfig = field(default_factory=EngineConfig)

    def trunk_lines(self, bits: bool) -> list[LineEndRow]:
        """The machine's ends of its lines. bits: all at bit level, always."""
        return [
            LineEndRow(line.name, MACHINE, line.receive_unit, self.sends.get(line.name, line.transmit_unit),
                       line.receive_cell, line.transmit_cell, line.framing, line.joined, line.reference, bits,
                       isinstance(line.signalling, R2Spec))
            for line in self.lines
        ]  # fmt: skip

    def far_line(self, line: LinePlan, bits: bool) -> LineEndRow:
        """The far end of a line that does not lead to another machine."""
        return LineEndRow(line.name, FAR, line.transmit_unit, line.receive_unit, line.far_rx_cell, line.receive_cell,
                          line.framing, False, True, bits)

    def seat_lines(self, source_cell: int) -> list[SeatLine]:
        return [SeatLine(seat.number, source_cell + seat.source, seat.heard_cell) for seat in self.seats]
