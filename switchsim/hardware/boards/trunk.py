"""DTM: the digital trunk board, two E1 lines (60 circuits). It finds line defects and tells the main processor."""

from __future__ import annotations

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.messages import LineChanged, LineSeen
from switchsim.model.part import State

RECEIVE, TRANSMIT = 1, 2


class LineState(State):
    cut: dict[str, int] = {}  # fault number -> directions
    silent: int = 0  # directions that carry nothing now
    defect: bool = False
    alarmed: bool = False


class TrunkState(CommonState):
    lines: list[LineState] = []


class Trunk(Board[TrunkState]):
    """Lines are parts of their board's path: `<board>/e1/<0 or 1>`."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.lines = site.lines
        self.watched = [line.name in site.rack.exchanges for line in site.lines]
        self.state = TrunkState(lines=[LineState() for _ in site.lines])

    def wires(self, rack: Rack) -> list[Link]:
        """The signal of each line, as the equipment at its far end sees it."""
        return [
            Link(self.path, f"far/{number}", rack.exchanges[line.name], "line", (LineSeen,))
            for number, line in enumerate(self.lines)
            if self.watched[number]
        ]

    def started(self) -> None:
        for number, line in enumerate(self.state.lines):
            self._carry(number)
            if line.defect:
                self.send("bus", LineChanged(self.bus, number, False, "los"))

    def stopped(self) -> None:
        for number in range(len(self.lines)):
            self._carry(number)

    def _carry(self, number: int) -> None:
        """What each direction carries now: a dead board sends and takes nothing; a cut wire carries nothing."""
        cut = 0
        for directions in self.state.lines[number].cut.values():
            cut |= directions
        if "pull" in self.state.dead or "power" in self.state.dead or "kill" in self.state.dead:
            cut = RECEIVE | TRANSMIT
        line, state = self.lines[number], self.state.lines[number]
        self.engine.line_cut(line.receive, bool(cut & RECEIVE))
        self.engine.line_cut(line.transmit, bool(cut & TRANSMIT))
        if self.watched[number] and (cut ^ state.silent) & TRANSMIT:
            self.send(f"far/{number}", LineSeen(not cut & TRANSMIT))
        state.silent = cut

    def _place(self, number: int) -> str:
        return f"{self.path}/e1/{number}"

    # -- defects: LOS after `los_detect`; an alarm after `alarm_raise`, gone after `alarm_clear` of good signal ------

    def timer(self, name: str) -> None:
        what, _, index = name.partition("/")
        number = int(index)
        line = self.state.lines[number]
        if what == "los":
            self._los(number, any(cut & RECEIVE for cut in line.cut.values()))
        elif line.defect and not line.alarmed:
            line.alarmed = True
            self.raise_alarm("e1_los", self._place(number), self.lines[number].name)
        elif line.alarmed and not line.defect:
            line.alarmed = False
            self.clear_alarm("e1_los", self._place(number))

    def _los(self, number: int, lost: bool) -> None:
        line = self.state.lines[number]
        if lost == line.defect:
            return
        line.defect = lost
        self.led(f"LOS{number}", "red" if lost else "off")
        if lost:
            self.see_defect("los", self._place(number))
        else:
            self.defect_gone("los", self._place(number))
        self.start_timer(f"alarm/{number}", self.kind.timings["alarm_raise" if lost else "alarm_clear"])
        self.send("bus", LineChanged(self.bus, number, not lost, "los" if lost else ""))

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """line_cut: no signal on the line, both ways (directions 3), received (1) or sent (2)."""
        if point != "line_cut":
            return super().fault(point, values)
        number, directions = int(values["line"]), int(values["directions"])
        self.state.lines[number].cut[str(values["fault"])] = directions
        self._carry(number)
        self.start_timer(f"los/{number}", self.kind.timings["los_detect"])
        return f"{self.lines[number].name} cut"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point != "line_cut":
            super().undo(point, values)
            return
        number = int(values["line"])
        self.state.lines[number].cut.pop(str(values["fault"]), None)
        self._carry(number)
        self.start_timer(f"los/{number}", self.kind.timings["los_detect"])

