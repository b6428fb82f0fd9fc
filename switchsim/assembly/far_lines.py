"""The far ends of E1 lines: a framer each, whatever stands behind it."""

from __future__ import annotations

from switchsim.assembly.clocking import far_clock_plans
from switchsim.assembly.layout import Layout, LinePlan
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.rack import wire
from switchsim.assembly.signalling import PriSpec, R2Spec
from switchsim.dsp.engine import Engine
from switchsim.farend.clock import FarClock
from switchsim.farend.e1d import PLACE as E1D
from switchsim.farend.line import FarLine
from switchsim.hardware.site import Link, Rack
from switchsim.kernel.scheduler import Kernel
from switchsim.model.e1d import LineReceives, SaWanted
from switchsim.model.messages import LineCas, LineSeen, NodeClock, ReferenceState
from switchsim.terminals.line_end import units_of


def far_line_place(line: str) -> str:
    return f"farend/line/{line}"


class FarLines:
    """Puts a framer at the far end of every line that does not lead to another machine."""

    def __init__(
        self, spec: MachineFile, layout: Layout, rack: Rack, kernel: Kernel, engine: Engine, bits: bool
    ) -> None:
        self.clocks = far_clock_plans(spec)
        self.layout = layout
        self.rack = rack
        self.kernel = kernel
        self.engine = engine
        self.bits = bits

    def build(self) -> None:
        for line in self.layout.lines:
            if not line.joined:
                self._line(line)

    def _line(self, line: LinePlan) -> None:
        place, user = far_line_place(line.name), self._user(line)
        row, plan = self.layout.far_line(line, self.bits), self.clocks[line.name]
        clock = FarClock(f"farend/clock/{line.name}", self.kernel, plan)
        self.kernel.add(FarLine(place, self.kernel, self.engine, row, user=bool(user), follows=plan.follows,
                                programs=line.name in self.layout.e1d_lines))
        self.kernel.add(clock)
        wire(self.kernel, Link(clock.path, "line", place, "clock", (NodeClock,)))
        if plan.follows:
            wire(self.kernel, Link(place, "reference", clock.path, "reference", (ReferenceState,)))
        for kinds, unit in units_of(row):
            self.kernel.own_media(kinds, unit, place)
        if line.name in self.layout.e1d_lines:
            wire(self.kernel, Link(place, "programs", E1D, f"line/{line.name}", (LineReceives,)))
            wire(self.kernel, Link(E1D, f"line/{line.name}", place, "programs", (SaWanted,)))
        if user:
            wire(self.kernel, Link(place, "user", user, "line", (LineSeen, LineCas)))
        if isinstance(line.signalling, R2Spec) and user:
            wire(self.kernel, Link(user, f"remote/{line.name}", place, "sender", (LineCas,)))
        if line.name in self.rack.voice:
            wire(self.kernel, Link(user, f"remote/{line.name}", place, "sender", (LineSeen,)))

    def _user(self, line: LinePlan) -> str:
        """Who wants to know whether layer 1 is there: PRI and R2 exchanges, voice processors. No.7 finds out itself."""
        if line.name in self.rack.voice:
            return self.rack.voice[line.name]
        return self.rack.exchanges.get(line.name, "") if isinstance(line.signalling, PriSpec | R2Spec) else ""
