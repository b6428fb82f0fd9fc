"""Lines whose timeslots programs open through the control socket of `--e1d`: planned, built, and the desk for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.assembly.layout import BITS_TIMESLOT, LINE_CELLS, Layout
from switchsim.assembly.signalling import VpSpec
from switchsim.dsp.engine import EV_BAD_FRAME, EV_FRAME, Engine
from switchsim.errors import BadInput
from switchsim.farend.e1d import PLACE, E1dConfig, E1dFarEnd, E1dLine
from switchsim.farend.e1d_timeslot import E1dUnit
from switchsim.kernel.scheduler import Kernel
from switchsim.proto.e1d.desk import MOST_OPEN, Desk, DeskLine

if TYPE_CHECKING:
    from switchsim.assembly.planner import Planner


def plan_e1d(planner: Planner) -> None:
    """Which timeslots can be opened, and a pool of units for as many as can be open at once; raises BadInput.

    A line to a voice processor is inside the platform, one to another machine has its far end there.
    """
    if not planner.e1d:
        return
    layout, framings = planner.layout, planner.machine.framings()
    layout.e1d_lines = {
        name: tuple(
            timeslot
            for timeslot in range(1, LINE_CELLS)
            if f"{name}:{timeslot}" not in planner.attached and not (framings[name].cas and timeslot == BITS_TIMESLOT)
        )
        for name, signalling in planner.machine.line_names()
        if not isinstance(signalling, VpSpec) and name not in planner.joined
    }
    if not layout.e1d_lines:
        raise BadInput.one("--e1d", "this machine has no line to the network", "a machine with one",
                           "take another machine: one_e1_pri")  # fmt: skip
    for _ in range(min(MOST_OPEN, sum(map(len, layout.e1d_lines.values())))):
        layout.e1d_units.append((planner.sources.take(), planner.recorders.take(), planner.hdlc.take()))


def build_e1d(layout: Layout, kernel: Kernel, engine: Engine) -> None:
    """The part that is the far end of what is opened."""
    lines = tuple(
        E1dLine(name=line.name, near_rx=line.receive_cell, far_rx=line.far_rx_cell, far_hears=line.far_hears_cell)
        for line in layout.lines if line.name in layout.e1d_lines
    )  # fmt: skip
    units = tuple(E1dUnit(source, recorder, hdlc) for source, recorder, hdlc in layout.e1d_units)
    kernel.add(E1dFarEnd(PLACE, kernel, engine, E1dConfig(lines, units, framers=True)))
    for unit in units:
        kernel.own_media((EV_FRAME, EV_BAD_FRAME), unit.hdlc, PLACE)


def desk_of(layout: Layout) -> Desk:
    """Who answers the clients of the control socket."""
    return Desk([DeskLine(name, timeslots) for name, timeslots in layout.e1d_lines.items()])
