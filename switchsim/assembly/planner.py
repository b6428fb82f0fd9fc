"""Plans a machine: every cell, slot, unit and address is given out before anything is built.

It follows from the machine file and the attachments alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from switchsim.assembly.bit_tests import BitTestWanted, plan_tests
from switchsim.assembly.e1d import plan_e1d
from switchsim.assembly.kinds import LoadedKind
from switchsim.assembly.layout import HDLC, LINE_CELLS, SS7, BoardPlace, Layout, LinePlan, SeatPlan, VoicePlan
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.planner7 import Number7Planner
from switchsim.assembly.seat_wires import plan_accesses
from switchsim.assembly.seats import seat_groups
from switchsim.assembly.signalling import ClearSpec, LineSignalling, PriSpec, R2Spec, VpSpec
from switchsim.dsp.engine import CELL_IDLE, CELL_ONES, CONF_LEGS, EngineConfig
from switchsim.hardware.boards.bnet import NO_CELL
from switchsim.hardware.site import LapLink, MfcRegister, Receiver, Slots
from switchsim.terminals.continuity import CHECK_TONES
from switchsim.terminals.line_end import MACHINE
from switchsim.terminals.tone_faults import PATHS


@dataclass
class _Counter:
    """Hands out numbers."""

    used: int = 0

    def take(self, count: int = 1) -> int:
        first = self.used
        self.used += count
        return first


class Planner:
    """Makes a Layout. Cells: idle, ones, sources, HDLC transmitters, conference legs, then switched cells."""

    def __init__(
        self, machine: MachineFile, kinds: dict[str, LoadedKind], tones: list[str], attached: dict[str, str],
        recorders: int, *, taps: int = 0, meters: int = 0, joined: frozenset[str] = frozenset(),
        first_party: int = 1, first_call: int = 1, e1d: bool = False, tests: Sequence[BitTestWanted] = (),
    ) -> None:  # fmt: skip
        """attached: line:timeslot -> mode. recorders: besides those of raw attachments. taps: HDLC receivers beside
        lines. meters: DTMF and progress receivers beside any path.

        joined: lines with another machine at their far end. first_party: the first watermark that is this machine's;
        first_call: its first number of a call. e1d: programs can open timeslots of lines to the network. tests: bit
        error rate tests of its lines.
        """
        self.machine = machine
        self.kinds = kinds
        self.tones = tones
        self.attached = attached
        self.taps = taps
        self.meters = meters
        self.joined = joined
        self.e1d = e1d
        self.tests = tests
        self.first_call = first_call
        self.layout = Layout()
        self.sources, self.ears, self.hdlc, self.switched = _Counter(), _Counter(), _Counter(), _Counter()
        self.su, self.su_taps = _Counter(), _Counter()
        self.parties, self.recorders = _Counter(first_party), _Counter(recorders)
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
        self.number7.plan()
        self._voice()
        self._seats()
        plan_accesses(self)
        self.number7.plan_checks()
        self._registers()
        layout = self.layout
        layout.first_tap = self.hdlc.used
        layout.first_meter = len(layout.receivers) + len(layout.voice)
        layout.slots = Slots(tuple(self.heard), tuple(self.spoken), tuple(self.names), tuple(self.fixed))
        layout.engine = EngineConfig(
            tick_cycles=self.machine.tick,
            n_sources=self.sources.used,
            n_hdlc_tx=self.hdlc.used,
            n_hdlc_rx=self.hdlc.used + self.taps,
            n_su_tx=self.su.used,
            n_su_rx=self.su.used + self.su_taps.used,
            n_conferences=self.machine.conferences,
            n_switched=self.switched.used,
            n_lines=2 * len(layout.accesses),
            n_e1=2 * len(layout.lines),
            n_paths=PATHS if layout.lines else 0,
            n_receivers=layout.first_meter + self.meters,
            n_progress=self.meters,
            n_checks=len(layout.checks) + len(layout.far_checks),
            n_mfc=len(layout.mfc) + len(layout.far_mfc),
            n_ears=self.ears.used,
            n_patterns=len(layout.tests),
            n_berts=len(layout.tests),
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
        """Sources, ears, HDLC and signalling units are counted first: their cells come before the switched ones."""
        layout = self.layout
        self.number7 = Number7Planner(self)
        layout.tone_sources = {name: self.sources.take() for name in self.tones if name not in CHECK_TONES.values()}
        layout.announcers = [self.sources.take() for _ in range(self.given.get("announcers", 0))]
        plan_tests(self, self.tests)
        self.test_sources = {
            board.path: self.sources.take() for board in layout.boards if board.loaded.spec.provides.receivers
        }
        self.mfc_sources = [self.sources.take() for _ in range(self.given.get("mfc", 0))]
        for name, signalling in self.machine.line_names():
            self._far_end(name, signalling)
        plan_e1d(self)
        self.number7.count()
        self.lap_units = {
            name: self.hdlc.take() for name, spec in self.machine.line_names() if isinstance(spec, PriSpec)
        }
        self.seat_units = [
            (self.sources.take(), self.ears.take(), self.parties.take()) for _ in self.machine.seat_numbers()
        ]
        self.access_units = [(self.hdlc.take(), self.hdlc.take()) for _ in seat_groups(self.machine.seats)]
        self.number7.count_checks()

    def _far_end(self, name: str, signalling: LineSignalling) -> None:
        """What is at the far end of a line: outside programs, and an exchange with its people unless one is that."""
        layout, links = self.layout, self.machine.link_timeslots(name)
        for timeslot in range(1, LINE_CELLS):
            place = f"{name}:{timeslot}"
            mode = self.attached.get(place)
            if mode == HDLC:
                layout.far_hdlc[place] = self.hdlc.take()
            elif mode == SS7:
                layout.far_su[place] = self.su.take()
            elif mode is not None:
                layout.raw[place] = (self.sources.take(), self.recorders.take())
        if name in self.joined or isinstance(signalling, ClearSpec):
            return
        if isinstance(signalling, VpSpec):
            self._voice_channels(name)
            return
        if isinstance(signalling, PriSpec):
            if f"{name}:{signalling.d_timeslot}" in self.attached:
                return
            layout.far_hdlc[name] = self.hdlc.take()
            layout.exchanges[name] = name
        elif isinstance(signalling, R2Spec):
            if any(place.partition(":")[0] == name for place in self.attached):
                return  # programs are the far end; a circuit without one is blocked
            layout.exchanges[name] = name
        elif signalling.to in self.number7.built_in:
            layout.exchanges[name] = signalling.to
        else:
            return
        for timeslot in range(1, LINE_CELLS):
            if timeslot not in links and f"{name}:{timeslot}" not in self.attached:
                layout.party_sources[name, timeslot] = self.sources.take()
                layout.party_ears[name, timeslot] = self.ears.take()
                layout.party_ids[name, timeslot] = self.parties.take()
                if isinstance(signalling, R2Spec):
                    layout.far_mfc[name, timeslot] = self.given.get("mfc", 0) + len(layout.far_mfc)

    def _voice_channels(self, line: str) -> None:
        """Timeslots of a voice processor; where a program is attached, that is the channel. DTR boards come first."""
        voice = self.layout.voice
        for timeslot in range(1, LINE_CELLS):
            if f"{line}:{timeslot}" not in self.attached:
                receiver = self.given.get("receivers", 0) + len(voice)
                voice[line, timeslot] = VoicePlan(self.sources.take(), receiver, self.recorders.take())

    def _first_cells(self) -> None:
        self.first_source = CELL_ONES + 1
        self.first_hdlc = self.first_source + self.sources.used
        self.first_su = self.first_hdlc + self.hdlc.used
        self.first_conference = self.first_su + self.su.used
        self.first_switched = self.first_conference + self.machine.conferences * CONF_LEGS

    def cells(self, count: int = 1) -> int:
        """The first of so many switched cells that are nobody's yet."""
        return self.first_switched + self.switched.take(count)

    def slot(self, name: str, heard: int, spoken: int) -> int:
        """A timeslot of the switching network: the cell that it brings, and the one that it takes."""
        self.heard.append(heard)
        self.spoken.append(spoken)
        self.names.append(name)
        return len(self.heard) - 1

    def _lines(self) -> None:
        framings = self.machine.framings()
        tested = {test.line for test in self.layout.tests if test.send == MACHINE}
        references = {one.line for one in self.machine.clock.references} if self.machine.clock else set()
        for index, (name, signalling) in enumerate(self.machine.line_names()):
            board, number = self.owner("lines", index)
            receive, transmit, far_tx, far_rx = (self.cells(LINE_CELLS) for _ in range(4))
            far_hears = self.cells(LINE_CELLS) if name in self.layout.e1d_lines else far_rx
            network = self.cells(LINE_CELLS) if name in tested else transmit
            first_slot = len(self.heard)
            for timeslot in range(1, LINE_CELLS):
                self.slot(f"{name}:{timeslot}", receive + timeslot, network + timeslot)
            self.layout.lines.append(
                LinePlan(name, signalling, tuple(self.machine.link_timeslots(name)), index, receive, transmit, far_tx,
                         far_rx, first_slot, board.path, number, far_hears, framings[name].framing(),
                         name in self.joined, network, name in references)
            )

    def _links(self) -> None:
        """D channels: semi-permanent connections between the line's timeslot and a LAP controller."""
        for line in self.layout.lines:
            if not isinstance(line.signalling, PriSpec):
                continue
            timeslot, unit = line.signalling.d_timeslot, self.lap_units[line.name]
            slot, cell = self.fixed_way(f"lap/{line.name}", self.first_hdlc + unit, line, timeslot)
            name = f"{line.name}:{timeslot}"
            self.layout.links.append(LapLink(name, line.signalling.side, unit, unit, cell))
            self.layout.link_slots.append(slot)

    def fixed_way(self, name: str, sends: int, line: LinePlan, timeslot: int) -> tuple[int, int]:
        """Connect a board's channel with a line's timeslot for good; returns its slot and the cell that it hears."""
        cell = self.cells()
        slot = self.slot(name, sends, cell)
        self.fixed += [(slot, line.slot(timeslot)), (line.slot(timeslot), slot)]
        return slot, cell

    def _voice(self) -> None:
        layout = self.layout
        for name in self.tones:
            if name not in CHECK_TONES.values():
                self.tone_slot(name)
        for number, source in enumerate(layout.announcers):
            layout.announcer_slots.append(self.slot(f"announcer/{number}", self.first_source + source, NO_CELL))
        for number in range(self.given.get("receivers", 0)):
            cell = self.cells()
            layout.receivers.append(Receiver(number, cell))
            layout.receiver_slots.append(self.slot(f"receiver/{number}", CELL_IDLE, cell))
        for conference in range(self.machine.conferences):
            first = self.first_conference + conference * CONF_LEGS
            legs = [self.slot(f"conference/{conference}/{leg}", first + leg, NO_CELL) for leg in range(CONF_LEGS)]
            layout.conference_slots.append(tuple(legs))

    def _registers(self) -> None:
        """MFC registers: each hears and speaks in a slot of its own."""
        for number, source in enumerate(self.mfc_sources):
            cell = self.cells()
            self.layout.mfc.append(MfcRegister(number, cell, source))
            self.layout.mfc_slots.append(self.slot(f"mfc/{number}", self.first_source + source, cell))

    def tone_slot(self, name: str) -> None:
        cell = self.first_source + self.layout.tone_sources[name]
        self.layout.tone_slots[name] = self.slot(f"tone/{name}", cell, NO_CELL)

    def _seats(self) -> None:
        for index, (number, spec) in enumerate(self.machine.seat_numbers()):
            board, unit = self.owner("seats", index)
            source, ear, party = self.seat_units[index]
            cell = self.cells()
            slot = self.slot(f"seat/{number}", self.first_source + source, cell)
            self.layout.seats.append(SeatPlan(number, spec, slot, source, ear, party, cell, board, unit, cell))
