"""DTM: the digital trunk board, two E1 lines (60 circuits) and check tone receivers.

Its framers find what is wrong with the lines (`switchsim.terminals.line_end`); the board tells the main processor, and
raises an alarm when a defect lasts.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.dsp.e1 import SEND_AIS, SEND_NOTHING
from switchsim.dsp.engine import EV_CHECK_OFF, EV_CHECK_ON
from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.boards.cas import CasScanner, CasState
from switchsim.hardware.boards.checks import CheckReceivers, ChecksState
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.message import Message
from switchsim.model.messages import (
    LineChanged,
    ListenCheck,
    NodeClock,
    ReferenceState,
    SendCas,
)
from switchsim.model.order import Act, Order
from switchsim.model.part import MediaEvent, State
from switchsim.terminals.line_end import LINE_MESSAGES, LineEnd, LineEndState, LineMessage, units_of
from switchsim.terminals.tone_faults import ToneFaults, ToneFaultsState

CUT: Final = {1: (1,), 2: (2,), 3: (1, 2)}
CHECKS: Final = (EV_CHECK_ON, EV_CHECK_OFF)
DEFECTS: Final = ("los", "rai", "ais", "lof", "eber", "lomf", "cas_lomf", "remote_mf", "ts16_ais", "slips", "quality")
"""In the order of the bits of a LINE register; each has its alarm `e1_<defect>`."""


class TrunkLineState(State):
    """defects: that hold, worst first; alarmed: those of them that lasted, and those whose end has not lasted yet."""

    end: LineEndState = msgspec.field(default_factory=LineEndState)
    defects: list[str] = []
    alarmed: list[str] = []
    in_service: bool = True


class TrunkState(CommonState):
    lines: list[TrunkLineState] = []
    checks: ChecksState = msgspec.field(default_factory=ChecksState)
    tones: ToneFaultsState = msgspec.field(default_factory=ToneFaultsState)
    cas: CasState = msgspec.field(default_factory=CasState)


class Trunk(Board[TrunkState]):
    """Lines are parts of their board's path: `<board>/e1/<0 or 1>`. In-ports `remote/<n>`: the other end of line n;
    `clock`: the machine's clock. Out: `far/<n>`, `reference/<n>` to clock board n. Act `cas` (line, timeslot, abcd).
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.lines = site.lines
        self.clocks = site.rack.clocks
        self.state = TrunkState(lines=[TrunkLineState() for _ in site.lines])
        self.checks = CheckReceivers(self, site)
        self.scanner = CasScanner(self)
        for row in site.lines:
            for kinds, unit in units_of(row):
                site.owns(kinds, unit)
        self.restored()

    def restored(self) -> None:
        self.tones = ToneFaults(self.engine, self.lines, self.state.tones, self.draw)
        self.ends = [
            LineEnd(self, self.engine, number, row, self.state.lines[number].end)
            for number, row in enumerate(self.lines)
        ]

    def wires(self, rack: Rack) -> list[Link]:
        """To the other end of each line, and to the clock boards."""
        links = [Link(self.path, f"reference/{n}", place, "reference", (ReferenceState,))
                 for n, place in enumerate(self.clocks)]  # fmt: skip
        for number, line in enumerate(self.lines):
            if not line.joined:
                far = f"farend/line/{line.name}"
                links.append(Link(self.path, f"far/{number}", far, "line", LINE_MESSAGES))
                links.append(Link(far, "line", self.path, f"remote/{number}", LINE_MESSAGES))
        return links

    def registers(self) -> dict[str, int]:
        return {
            f"LINE{number}": sum(1 << DEFECTS.index(defect) for defect in line.defects)
            for number, line in enumerate(self.state.lines)
        }

    # -- life ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        for end in self.ends:
            end.start()
        super().start()

    def started(self) -> None:
        """One that starts again looks at its lines anew: what it timed while it was dead is lost."""
        for number, line in enumerate(self.state.lines):
            if not line.in_service:
                self.send("bus", LineChanged(self.bus, number, False, "".join(line.defects[:1])))
            self.ends[number].power(0)
            if self.now:
                self.ends[number].wake()
                self.line_found(number)
                for defect in sorted({*line.defects} ^ {*line.alarmed}):
                    self._persist(number, defect)
        self._tell_clocks()
        self.checks.started()

    def stopped(self) -> None:
        self.checks.stopped()
        self.scanner.stopped()
        self._tell_clocks()
        for end in self.ends:
            end.sleep()
        if "hang" not in self.state.dead:
            for number in range(len(self.lines)):
                self.ends[number].power(SEND_NOTHING)

    def reset(self) -> None:
        """While it tests itself its transmitters send AIS, as unequipped ones do."""
        super().reset()
        for number in range(len(self.lines)):
            self.ends[number].power(SEND_AIS)

    # -- what comes ----------------------------------------------------------------------------------------------

    def on_message(self, port: str, message: Any) -> None:
        """What is on a line, or in the clock, is there whether or not the board lives."""
        if isinstance(message, LineMessage):
            self.ends[int(port.partition("/")[2])].other_end_says(message)
        elif isinstance(message, NodeClock):
            for end in self.ends:
                end.clock(message)
        else:
            super().on_message(port, message)

    def on_media(self, event: MediaEvent) -> None:
        if event.kind in CHECKS:
            self.checks.media(event)
        elif self.alive:
            next(end for end in self.ends if end.row.receive == event.unit).media(event)

    def handle(self, port: str, message: Any) -> None:
        if isinstance(message, ListenCheck):
            self.checks.order(message)
        elif isinstance(message, SendCas):
            self.scanner.order(message)
        else:
            super().handle(port, message)

    def on_timer(self, name: str) -> None:
        """A slip happens to a board that hangs, too."""
        what, _, number = name.rpartition("/")
        if what in ("slip", "second") or what.startswith("fault/"):
            self.ends[int(number)].timer(what)
        else:
            super().on_timer(name)

    def timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "alarm":
            defect, _, number = rest.partition("/")
            self._persisted(int(number), defect)
        elif what == "cas":
            self.scanner.timer(rest)
        else:
            self.checks.tested(int(rest))

    # -- what a line end asks of its owner -----------------------------------------------------------------------

    def start_line_timer(self, what: str, number: int, cycles: int) -> None:
        self.start_timer(f"{what}/{number}", cycles)

    def stop_line_timer(self, what: str, number: int) -> None:
        self.stop_timer(f"{what}/{number}")

    def tell_other_end(self, number: int, message: Message) -> None:
        self.send(f"far/{number}", message)

    def line_found(self, number: int) -> None:
        """Defects as they come and go; the main processor is told when the line's circuits cannot be used any more.

        A dead board sees nothing; when it starts it sees what there is then.
        """
        if not self.alive:
            return
        line, end = self.state.lines[number], self.ends[number]
        found, held = end.found, list(line.defects)
        line.defects = [*(alarm.removeprefix("e1_") for alarm in found.alarms), *end.quality.defects]
        for defect in (one for one in held if one not in line.defects):
            self.defect_gone(defect, self._place(number))
            self._persist(number, defect)
        for defect in (one for one in line.defects if one not in held):
            self.see_defect(defect, self._place(number))
            self._persist(number, defect)
        self.led(f"LOS{number}", "red" if line.defects else "off")
        in_service = found.in_service and not (found.block_cas and self.lines[number].signalled)
        if in_service != line.in_service:
            line.in_service = in_service
            self.send("bus", LineChanged(self.bus, number, line.in_service, "".join(line.defects[:1])))

    def _tell_clocks(self) -> None:
        """A dead board has no references."""
        for number in range(len(self.lines)):
            self.line_clock_heard(number)

    def cas_heard(self, number: int, timeslot: int, abcd: int) -> None:
        """Those of circuits; others are nobody's."""
        if self.alive and self.lines[number].signalled:
            self.scanner.heard(number, timeslot, abcd)

    def line_clock_heard(self, number: int) -> None:
        end = self.ends[number]
        if end.row.reference:
            heard, quality = end.state.heard, end.state.heard_quality
            told = ReferenceState(end.row.name, end.usable and self.alive, heard.ppb, quality, heard.origin)
            for clock in range(len(self.clocks)):
                self.send(f"reference/{clock}", told)

    # -- an alarm after `alarm_raise` of a defect, gone after `alarm_clear` without it ---------------------------

    def _place(self, number: int) -> str:
        return f"{self.path}/e1/{number}"

    def _persist(self, number: int, defect: str) -> None:
        present = defect in self.state.lines[number].defects
        self.start_timer(f"alarm/{defect}/{number}", self.kind.timings["alarm_raise" if present else "alarm_clear"])

    def _persisted(self, number: int, defect: str) -> None:
        line = self.state.lines[number]
        present, alarmed = defect in line.defects, defect in line.alarmed
        if present and not alarmed:
            line.alarmed.append(defect)
            self.raise_alarm(f"e1_{defect}", self._place(number), self.lines[number].name)
        elif alarmed and not present:
            line.alarmed.remove(defect)
            self.clear_alarm(f"e1_{defect}", self._place(number))

    # -- faults and acts -----------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """e1: of a line (faults.line). line_cut: no signal, both ways (directions 3), received (1) or sent (2)."""
        if point == "check_failure":
            return self.checks.fault(int(values["check"]))
        if point == "tone":
            return self.tones.inject(str(values["fault"]), values)
        if point not in ("line_cut", "e1"):
            return super().fault(point, values)
        end, fault = self.ends[int(values["line"])], str(values["fault"])
        if point == "e1":
            return end.faults.inject(fault, values)
        end.faults.force(fault, CUT[int(values["directions"])], SEND_NOTHING)
        return f"{end.row.name} cut"

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point == "check_failure":
            self.checks.undo(int(values["check"]))
        elif point == "tone":
            self.tones.undo(str(values["fault"]))
        elif point in ("line_cut", "e1"):
            self.ends[int(values["line"])].faults.undo(str(values["fault"]))
        else:
            super().undo(point, values)

    def act(self, order: Order) -> None:
        if isinstance(order, Act) and order.act == "cas":
            end = self.ends[int(order.values["line"])]
            end.cas(int(order.values["timeslot"]), int(order.values["abcd"]))
        else:
            super().act(order)

    def closing(self) -> None:
        super().closing()
        for end in self.ends:
            end.quality.close()
