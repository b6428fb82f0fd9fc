"""Plans the No.7 side of a machine: units and cells of every signalling link, the machine's and the far end's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.assembly.layout import BoardPlace, No7Link
from switchsim.assembly.number7 import VARIANTS
from switchsim.assembly.signalling import LinkSetSpec, No7Spec, Ss7Spec
from switchsim.dsp.engine import CELL_IDLE, NONE
from switchsim.hardware.site import Receiver
from switchsim.proto.mtp2 import LinkConfig
from switchsim.terminals.continuity import CHECK_TONES
from switchsim.terminals.level2 import TerminalRow

if TYPE_CHECKING:
    from switchsim.assembly.planner import Planner


class Number7Planner:
    """Works for a Planner: first `count`, then `plan`."""

    def __init__(self, planner: Planner) -> None:
        self.planner = planner
        self.ss7 = planner.machine.ss7
        away = set(planner.attached) | {
            f"{line}:{timeslot}" for line in planner.joined for timeslot in planner.machine.link_timeslots(line)
        }
        self.built_in = _built_in(self.ss7, away) if self.ss7 else []

    def count(self) -> None:
        """Give out units: the transmitter and the receiver of a link's end have the same number."""
        planner, su, taps = self.planner, self.planner.su, self.planner.su_taps
        self.near: list[tuple[int, int]] = []  # unit, tap
        self.far: dict[tuple[str, int], int] = {}
        self.inside: list[tuple[str, str, int, int, int, int]] = []  # points, SLC, units, tap
        planner.layout.points = self.built_in
        if self.ss7 is None:
            return
        for row in self.ss7.link_sets:
            for link in row.links:
                self.near.append((su.take(), taps.take()))
                if row.to in self.built_in:
                    self.far[link.line, link.timeslot] = su.take()
        for far in self.ss7.far_links:
            a, b = far.between
            if a in self.built_in and b in self.built_in:
                self.inside += [(a, b, slc, su.take(), su.take(), taps.take()) for slc in range(far.links)]

    def plan(self) -> None:
        if self.ss7 is None:
            return
        lines = {line.name: line for line in self.planner.layout.lines}
        planner, layout = self.planner, self.planner.layout
        far_ends: list[No7Link] = []
        links = [(row, link) for row in self.ss7.link_sets for link in row.links]
        for (row, link), (unit, tap) in zip(links, self.near, strict=True):
            name, line = f"{link.line}:{link.timeslot}", lines[link.line]
            slot, cell = planner.fixed_way(f"lap7/{name}", planner.first_su + unit, line, link.timeslot)
            layout.number7.append(No7Link("", row.to, link.slc, self._terminal(name, unit, cell, tap, row)))
            layout.number7_slots.append(slot)
            far_unit = self.far.get((link.line, link.timeslot))
            if far_unit is not None:
                terminal = self._terminal(name, far_unit, line.far_hears_cell + link.timeslot, -1, row)
                far_ends.append(No7Link(row.to, "", link.slc, terminal, line.far_tx_cell + link.timeslot))
        layout.number7 += far_ends
        for a, b, slc, unit_a, unit_b, tap in self.inside:
            name, cell_a, cell_b = f"{a}:{b}:{slc}", planner.first_su + unit_a, planner.first_su + unit_b
            layout.number7.append(No7Link(a, b, slc, self._terminal(name, unit_a, cell_b, tap, None)))
            layout.number7.append(No7Link(b, a, slc, self._terminal(name, unit_b, cell_a, -1, None)))

    # -- continuity check: whatever it needs comes last, so that nothing else moves for it ---------------------------

    def count_checks(self) -> None:
        """Sources of the check tones."""
        if self.ss7 is not None:
            for name in CHECK_TONES.values():
                self.planner.layout.tone_sources[name] = self.planner.sources.take()

    def plan_checks(self) -> None:
        """Slots of the check tones and receivers; at the far end a receiver for every circuit."""
        if self.ss7 is None:
            return
        planner, layout = self.planner, self.planner.layout
        for name in CHECK_TONES.values():
            planner.tone_slot(name)
        for number in range(planner.given.get("checks", 0)):
            cell = planner.cells()
            layout.checks.append(Receiver(number, cell))
            layout.check_slots.append(planner.slot(f"check/{number}", CELL_IDLE, cell))
        trunks = [line.name for line in layout.lines if isinstance(line.signalling, No7Spec)]
        places = [place for place in layout.party_sources if place[0] in trunks]
        layout.far_checks = {place: len(layout.checks) + index for index, place in enumerate(places)}

    def board_of(self, number: int) -> tuple[BoardPlace, int]:
        """The board that carries the machine's link of that number, and its number there.

        Links are dealt out to the boards in turn, so that no board carries a whole link set unless there is but one.
        """
        rooms = [(board, board.loaded.spec.provides.signalling_links) for board in self.planner.layout.boards]
        places = [(unit, at, board) for at, (board, room) in enumerate(rooms) for unit in range(room)]
        unit, _, board = sorted(places, key=lambda place: place[:2])[number]
        return board, unit

    def on_board(self, board: BoardPlace) -> tuple[TerminalRow, ...]:
        """The links of a board, in the order of their numbers there."""
        mine = [link.terminal for link in self.planner.layout.number7 if not link.point]
        return tuple(row for number, row in enumerate(mine) if self.board_of(number)[0] is board)

    def _terminal(self, name: str, unit: int, cell: int, tap: int, row: LinkSetSpec | None) -> TerminalRow:
        assert self.ss7 is not None
        timers = {key.partition(".")[2]: cycles for key, cycles in self.ss7.timers.items() if key.startswith("mtp2.")}
        config = LinkConfig(timers=timers) if row is None else LinkConfig(
            method=row.method, timers=timers, lssu_octets=row.lssu_octets, congestion_onset=row.congestion.onset,
            congestion_abate=row.congestion.abate, congestion_discard=row.congestion.discard)
        receiver = NONE if tap < 0 else self.planner.su.used + tap
        sends = self.planner.first_su + unit
        return TerminalRow(name, unit, unit, cell, sends, receiver, config, VARIANTS[self.ss7.label])


def _built_in(ss7: Ss7Spec, attached: set[str]) -> list[str]:
    """Points of the far end that no outside program is or hides: the machine reaches them by links of its own."""
    given_away = {
        row.to for row in ss7.link_sets if any(f"{link.line}:{link.timeslot}" in attached for link in row.links)
    }
    neighbours = ss7.neighbours()
    edge = [name for name in neighbours[""] if name not in given_away]
    found = list(edge)
    while edge:
        edge = [n for name in edge for n in neighbours[name] if n and n not in given_away and n not in found]
        edge = list(dict.fromkeys(edge))
        found += edge
    return [name for name in ss7.points if name in found]


