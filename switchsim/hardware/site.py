"""What a board is given when the rack is assembled: its place, its share of the native core, and who else is there.

`assembly` fills a Site; a board kind's class turns it into parts (`build`) and names its wires (`wires`). So a new kind
needs one YAML and one Python file, and nothing else knows of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from switchsim.dsp.engine import Engine
from switchsim.hardware.kind import BoardKind
from switchsim.model.message import Message
from switchsim.model.part import Host
from switchsim.terminals.clocking import ClockPlan
from switchsim.terminals.level2 import TerminalRow
from switchsim.terminals.line_end import LineEndRow
from switchsim.units import seconds


class LapLink(msgspec.Struct, frozen=True):
    """One D channel: its name (line:timeslot), side, and native units; `cell` is what its receiver listens to."""

    name: str
    side: str
    transmitter: int
    receiver: int
    cell: int


class Receiver(msgspec.Struct, frozen=True):
    """Native receiver, and the cell of its highway timeslot."""

    unit: int
    cell: int


class MfcRegister(msgspec.Struct, frozen=True):
    """A register of an MFC board: its native receiver, the cell that it listens to, the source that it sends with."""

    unit: int
    cell: int
    source: int


class SeatLine(msgspec.Struct, frozen=True):
    """A seat set: number, the cell that it speaks into (its person's source), the cell that it hears."""

    number: str
    speaks: int
    hears: int


class SeatAccess(msgspec.Struct, frozen=True):
    """A D channel of seats, 1B+D or NB+D, and the wires that carry it and their B channels.

    seats: numbers on their board, by TEI. unit: HDLC transmitter and receiver of the board's end; cell: what that
    receiver listens to. d_line, b_line: native lines that hold both directions of the D wires and of the B wires.
    place: of the seat sets at the other end.
    """

    name: str
    seats: tuple[int, ...]
    unit: int
    cell: int
    d_line: int
    b_line: int
    place: str


class Slots(msgspec.Struct, frozen=True):
    """Timeslots of the network by slot number; number 0 is quiet. Cells are those of the native core.

    heard: what comes into the network; spoken: what leaves it, NO_CELL where nothing does (tones, announcements).
    """

    heard: tuple[int, ...]
    spoken: tuple[int, ...]
    names: tuple[str, ...]
    fixed: tuple[tuple[int, int], ...]  # semi-permanent connections (to, from), as of D channels to their LAP board


class Link(msgspec.Struct, frozen=True):
    """A wire out of a port of the part at `place`."""

    place: str
    port: str
    to_place: str
    to_port: str
    accepts: tuple[type[Message], ...]
    latency_cycles: int = 0
    capacity: int = 1024


@dataclass(frozen=True)
class Rack:
    """What every board of the machine can know of the others."""

    slots: Slots
    nodes: dict[int, str]  # main node number -> place
    hearing: dict[int, tuple[str, ...]]  # bus address -> boards that hear it: a pair hears its first board's too
    boards: dict[int, str]  # bus address -> the board whose own it is
    roles: dict[str, tuple[str, ...]]  # board kind -> places, in the order of frames and slots
    programs: dict[str, str]  # processor side -> place of its program
    platform: str  # place of CTI-SERVER, or empty
    people: dict[str, str]  # seat number -> place of the person
    exchanges: dict[str, str]  # line -> place of the exchange at its far end; none where a program is attached
    voice: dict[str, str] = field(default_factory=dict)  # line -> place of the voice processor at its far end
    clocks: tuple[str, ...] = ()  # places of the clock boards
    trunks: dict[str, str] = field(default_factory=dict)  # line -> its trunk board
    clocking: ClockPlan = field(default_factory=ClockPlan)


@dataclass(frozen=True)
class Site:
    """One board's share. `side` is a or b: first or second of its kind."""

    path: str
    host: Host
    kind: BoardKind
    bus: int
    side: str
    engine: Engine
    rack: Rack
    lines: tuple[LineEndRow, ...] = ()
    links: tuple[LapLink, ...] = ()
    signalling: tuple[TerminalRow, ...] = ()
    receivers: tuple[Receiver, ...] = ()
    checks: tuple[Receiver, ...] = ()  # of check tones
    test_source: int = -1  # native source of a board with DTMF receivers, for their self-test
    mfc: tuple[MfcRegister, ...] = ()
    announcers: tuple[int, ...] = ()  # native sources
    tones: tuple[tuple[int, int], ...] = ()  # native source, tone of the assets
    seats: tuple[SeatLine, ...] = ()
    accesses: tuple[SeatAccess, ...] = ()
    nodes: tuple[int, ...] = ()  # numbers of the main nodes on this board
    bin_cycles: int = seconds(900)  # of traffic measurement
    media: list[tuple[tuple[int, ...], int]] = field(default_factory=list)

    def owns(self, kinds: tuple[int, ...], unit: int) -> None:
        """What the native core sees on this unit is this board's."""
        self.media.append((kinds, unit))
