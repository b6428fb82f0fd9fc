"""DTM: the digital trunk board, two E1 lines (60 circuits) and check tone receivers.

It finds line defects and tells the main processor.
"""

from __future__ import annotations

from typing import Any

import msgspec

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.boards.checks import CheckReceivers, ChecksState
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.messages import LineChanged, LineSeen, ListenCheck, RemoteAlarm
from switchsim.model.part import MediaEvent, State

RECEIVE, TRANSMIT = 1, 2
DEFECTS = {"los": "e1_los", "rai": "e1_rai"}
"""Defect -> alarm. LOS: nothing is received. RAI: the far end says that it receives nothing (A bit, G.704)."""


class LineState(State):
    cut: dict[str, int] = {}  # fault number -> directions
    silent: int = 0  # directions that carry nothing now
    remote: bool = False  # the far end sends RAI
    dark: bool = False  # the far end sends nothing at all
    defects: list[str] = []
    alarmed: list[str] = []


class TrunkState(CommonState):
    lines: list[LineState] = []
    checks: ChecksState = msgspec.field(default_factory=ChecksState)


class Trunk(Board[TrunkState]):
    """Lines are parts of their board's path: `<board>/e1/<0 or 1>`. In-ports `remote/<n>`: what the far end says."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.lines = site.lines
        ends = site.rack.exchanges | site.rack.voice
        self.far_ends = [ends.get(line.name, "") for line in site.lines]
        self.joined = [line.name in site.rack.joined for line in site.lines]
        self.state = TrunkState(lines=[LineState() for _ in site.lines])
        self.checks = CheckReceivers(self, site)

    def wires(self, rack: Rack) -> list[Link]:
        """The signal of each line, as the equipment at its far end sees it, and what that answers."""
        links = []
        for number, line in enumerate(self.lines):
            if far := self.far_ends[number]:
                says = (RemoteAlarm, LineSeen) if line.name in rack.voice else (RemoteAlarm,)
                links.append(Link(self.path, f"far/{number}", far, "line", (LineSeen,)))
                links.append(Link(far, f"remote/{line.name}", self.path, f"remote/{number}", says))
        return links

    def registers(self) -> dict[str, int]:
        bits = {"los": 1, "rai": 2}
        return {
            f"LINE{number}": sum(bits[defect] for defect in line.defects)
            for number, line in enumerate(self.state.lines)
        }

    def started(self) -> None:
        """One that starts again looks at its lines anew: what it timed while it was dead is lost."""
        for number, line in enumerate(self.state.lines):
            self._carry(number)
            if line.defects:
                self.send("bus", LineChanged(self.bus, number, False, line.defects[0]))
            if self.now:
                self._look(number)
                for defect in sorted({*line.defects} ^ {*line.alarmed}):
                    persistence = self.kind.timings["alarm_raise" if defect in line.defects else "alarm_clear"]
                    self.start_timer(f"alarm/{defect}/{number}", persistence)
        self.checks.started()

    def stopped(self) -> None:
        self.checks.stopped()
        for number in range(len(self.lines)):
            self._carry(number)

    def _carry(self, number: int) -> None:
        """What each direction carries now: a dead board sends and takes nothing; a cut wire carries nothing."""
        cut = 0
        for directions in self.state.lines[number].cut.values():
            cut |= directions
        if "pull" in self.state.dead or "power" in self.state.dead or "kill" in self.state.dead:
            cut = RECEIVE | TRANSMIT
        if self.state.lines[number].dark:
            cut |= RECEIVE
        line, state = self.lines[number], self.state.lines[number]
        self.engine.line_cut(line.receive, bool(cut & RECEIVE))
        self.engine.line_cut(line.transmit, bool(cut & TRANSMIT))
        if (self.far_ends[number] or self.joined[number]) and (cut ^ state.silent) & TRANSMIT:
            self.send(f"far/{number}", LineSeen(not cut & TRANSMIT, self.lines[number].name))
        state.silent = cut

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, RemoteAlarm):  # the bit is on the line whether or not the board lives
            number = int(port.partition("/")[2])
            self.state.lines[number].remote = message.active
            self._look(number)
        elif isinstance(message, LineSeen):
            number = int(port.partition("/")[2])
            self.state.lines[number].dark = not message.in_service
            self._carry(number)
            self._look(number)
        else:
            super().on_message(port, message)

    def on_media(self, event: MediaEvent) -> None:
        self.checks.media(event)

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, ListenCheck):
            self.checks.order(message)
        else:
            super().handle(port, message)

    # -- defects, each with its detection time; an alarm after `alarm_raise`, gone after `alarm_clear` of good signal -

    def _look(self, number: int) -> None:
        for defect in DEFECTS:
            self.start_timer(f"{defect}/{number}", self.kind.timings[f"{defect}_detect"])

    def timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "alarm":
            defect, _, number = rest.partition("/")
            self._persisted(int(number), defect)
        elif what == "check":
            self.checks.tested(int(rest))
        else:
            line = self.state.lines[int(rest)]
            silent = line.dark or any(cut & RECEIVE for cut in line.cut.values())
            self._defect(int(rest), what, silent if what == "los" else line.remote and not silent)

    def _defect(self, number: int, defect: str, present: bool) -> None:
        line, place = self.state.lines[number], f"{self.path}/e1/{number}"
        if present == (defect in line.defects):
            return
        if present:
            line.defects.append(defect)
            self.see_defect(defect, place)
        else:
            line.defects.remove(defect)
            self.defect_gone(defect, place)
        if self.joined[number] and defect == "los":
            self.send(f"far/{number}", RemoteAlarm(present))  # the A bit, G.704; an exchange sees to its own
        self.led(f"LOS{number}", "red" if line.defects else "off")
        persistence = self.kind.timings["alarm_raise" if present else "alarm_clear"]
        self.start_timer(f"alarm/{defect}/{number}", persistence)
        self.send("bus", LineChanged(self.bus, number, not line.defects, "".join(line.defects[:1])))

    def _persisted(self, number: int, defect: str) -> None:
        line, place = self.state.lines[number], f"{self.path}/e1/{number}"
        present, alarmed = defect in line.defects, defect in line.alarmed
        if present and not alarmed:
            line.alarmed.append(defect)
            self.raise_alarm(DEFECTS[defect], place, self.lines[number].name)
        elif alarmed and not present:
            line.alarmed.remove(defect)
            self.clear_alarm(DEFECTS[defect], place)

    # -- faults --------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """line_cut: no signal on the line, both ways (directions 3), received (1) or sent (2). check_failure."""
        if point == "check_failure":
            return self.checks.fault(int(values["check"]))
        if point != "line_cut":
            return super().fault(point, values)
        number, directions = int(values["line"]), int(values["directions"])
        self.state.lines[number].cut[str(values["fault"])] = directions
        self._carry(number)
        self._look(number)
        return f"{self.lines[number].name} cut"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point == "check_failure":
            self.checks.undo(int(values["check"]))
            return
        if point != "line_cut":
            super().undo(point, values)
            return
        number = int(values["line"])
        self.state.lines[number].cut.pop(str(values["fault"]), None)
        self._carry(number)
        self._look(number)
