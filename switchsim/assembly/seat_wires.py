"""The wires between seat boards and the seat sets that are on D channels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from switchsim.assembly.layout import LINE_CELLS, AccessPlan
from switchsim.assembly.seats import seat_groups
from switchsim.hardware.site import SeatAccess

if TYPE_CHECKING:
    from switchsim.assembly.planner import Planner


def plan_accesses(planner: Planner) -> None:
    """Lay D channels and their B channels between seat boards and sets; both ways take a line's 8 cycles.

    Of a native line for D, cell 0 leads to the board and 1 to the sets; of one for B, 2n and 2n + 1 of seat n.
    """
    layout, places = planner.layout, {seat.number: index for index, seat in enumerate(planner.layout.seats)}
    for number, group in enumerate(seat_groups(planner.machine.seats)):
        near, far = planner.access_units[number]
        d_cells, b_cells = planner.cells(LINE_CELLS), planner.cells(LINE_CELLS)
        feeds = [(d_cells, planner.first_hdlc + far), (d_cells + 1, planner.first_hdlc + near)]
        for position, seat_number in enumerate(group):
            index = places[seat_number]
            seat, up, down = layout.seats[index], b_cells + 2 * position, b_cells + 2 * position + 1
            feeds += [(up, planner.first_source + seat.source), (down, seat.heard_cell)]
            planner.heard[seat.slot] = up
            layout.seats[index] = replace(seat, ear_cell=down)
        line = 2 * number
        row = SeatAccess(
            name=group[0] if len(group) == 1 else f"{group[0]}..{group[-1]}", unit=near, cell=d_cells, d_line=line,
            seats=tuple(layout.seats[places[one]].unit for one in group), b_line=line + 1,
            place=f"farend/seat_line/{group[0]}",
        )  # fmt: skip
        board = layout.seats[places[group[0]]].board
        layout.accesses.append(AccessPlan(row, board, group, far, d_cells + 1, d_cells, b_cells, tuple(feeds)))
