"""Timers of No.7 links, judged from the units on the line alone, by the windows of Q.703 12.3.

What the machine's end sends is judged against what it receives. The values are the Recommendation's, not the machine's.
A part that is told to stop, a board or a processor that begins anew and a fault that makes units lie end what is timed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    BoardState,
    FaultArmed,
    FaultFired,
    FaultUndone,
    OctetCounting,
    ProcessorActive,
    SignallingLink,
    UnitReceived,
    UnitSent,
    UnitTampered,
)
from switchsim.report.result import CheckResult, Outcome
from switchsim.report.signal_units import Unit, read_record
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.lies import LEVEL2, Lies
from switchsim.units import format_cycles, ms, seconds

ON_LINE_CYCLES: Final = ms(60)
"""A unit in front of it (279 octets, 35 ms), its own length, and a tick at either end."""
T1: Final = (seconds(40), seconds(50))
T2: Final = (seconds(5), seconds(150))
T3: Final = (seconds(1), seconds(2))
T4_NORMAL: Final = (ms(7_500), ms(9_500))
T4_EMERGENCY: Final = (ms(400), ms(600))
T5: Final = (ms(80), ms(120))
T6: Final = (seconds(3), seconds(6))
T7: Final = (ms(500), seconds(2))
PROVINGS: Final = 5  # M, Q.703 10.3
SKIPPED: Final = 16
"""A new FSN is at most so much higher than the last one seen."""

MISSED_CYCLES: Final = T4_NORMAL[1] + T3[1]
"""After a fault took a fill-in unit or a status with all its repetitions the line shows too little for so long."""

NORMAL, EMERGENCY, PROVED = "SIN", "SIE", ("FISU", "MSU", "SIPO")
_ALIGNS: Final = (NORMAL, EMERGENCY)
_OUT: Final = ("SIO", NORMAL, EMERGENCY, "SIOS")


class _Side(msgspec.Struct):
    """What one direction shows: the last kind of unit that is not SIB, and since when."""

    kind: str = ""
    since: int = 0


class _Line(msgspec.Struct):
    """One end of a link. Cycles; -1 = not so."""

    sent: _Side = msgspec.field(default_factory=_Side)
    heard: _Side = msgspec.field(default_factory=_Side)
    told: int = 0  # an order, a reset or a fault came here then
    noisy: bool = False
    proved: int = -1  # when the proving that is under way began
    emergency: bool = False  # it is an emergency one
    last_fsn: int = 127
    acknowledged: int = 127
    unacknowledged: int = -1  # since when nothing of what was sent was acknowledged
    busy_since: int = -1  # the first SIB that came without an acknowledgement after it
    busy_last: int = -1
    sib: int = -1  # the last SIB that was sent
    bsn: int = -1  # what was acknowledged then
    missed: int = -MISSED_CYCLES  # when a fault last took a fill-in unit or a status from it
    expects: int = -1  # SIO and the like came in service: SIOS must follow


class Level2(Check):
    """T1..T7 of Q.703 12.3: proving takes T4n or T4e, the other side's silence in alignment T1..T3, SIB is repeated
    every T5, what is not acknowledged or a far end that stays busy fails the link by T7 or T6, and a link that fails
    sends SIOS before it aligns again."""

    name = "signalling.link_timers"
    title = "Q.703 timers of signalling links keep their windows"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._long = settings.signalling.long_labels
        self._facts = settings.signalling
        self._lies = Lies(settings)
        self._lines: dict[tuple[str, str], _Line] = {}
        self._since = -1

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            UnitSent: self._sent,
            UnitReceived: self._received,
            UnitTampered: self._tampered,
            OctetCounting: self._counting,
            SignallingLink: self._link,
            BoardState: self._began,
            ProcessorActive: self._began,
            FaultArmed: self._lies.arm,
            FaultFired: self._fired,
            FaultUndone: self._undone,
        }

    def _line(self, record: Record, link: str) -> _Line:
        return self._lines.setdefault((record.place, link), _Line())

    # -- what disturbs -----------------------------------------------------------------------------------------------

    def _counting(self, record: Record, event: OctetCounting) -> None:
        for (_, link), line in self._lines.items():
            if link == event.link:
                line.noisy = True

    def _link(self, record: Record, event: SignallingLink) -> None:
        for (_, link), line in self._lines.items():
            if link == event.link and event.state in ("deactivated", "failed"):
                line.told = record.at

    def _began(self, record: Record, event: Any) -> None:
        if isinstance(event, BoardState) and event.state != "in_service":
            links = self._facts.on_board(record.place)
            for key in [key for key in self._lines if key[1] in links]:
                self._lines[key] = _Line(told=record.at)
        for line in self._lines.values():
            line.told = record.at

    def _about(self, fault: str) -> list[_Line]:
        return [line for (_, link), line in self._lines.items() if self._lies.meets(fault, link)]

    def _fired(self, record: Record, event: FaultFired) -> None:
        self._lies.fire(record, event)
        for line in self._about(event.fault):
            line.noisy = True

    def _undone(self, record: Record, event: FaultUndone) -> None:
        """The line is as it was seen last: what is repeated shows no more. What was due is not."""
        self._lies.undo(record, event)
        for line in self._about(event.fault):
            line.told, line.noisy = record.at, True
            line.unacknowledged = line.busy_since = line.sib = line.expects = -1

    # -- units -------------------------------------------------------------------------------------------------------

    def _sent(self, record: Record, event: UnitSent) -> None:
        line, at = self._line(record, event.link), record.at
        self._since = at if self._since < 0 else self._since
        unit = read_record(event.octets, long_label=self._long)
        judge = _Judge(self._finder(record, event.link), line, at)
        if unit.kind == "SIB":
            judge.busy(unit)
        elif unit.kind != line.sent.kind:
            judge.turned(unit.kind)
            line.sent = _Side(unit.kind, at)
            judge.begins_proving()
        judge.sends(unit)

    def _received(self, record: Record, event: UnitReceived) -> None:
        line, at = self._line(record, event.link), record.at
        unit = read_record(event.octets, long_label=self._long)
        judge = _Judge(self._finder(record, event.link), line, at)
        if unit.kind == "SIB":
            judge.hears_busy()
        elif unit.kind not in (line.heard.kind, "?"):
            judge.hears_turn(unit.kind)
            line.heard = _Side(unit.kind, at)
            judge.begins_proving()
        judge.hears(unit)

    def _tampered(self, record: Record, event: UnitTampered) -> None:
        if event.action == "drop" and read_record(event.octets, long_label=self._long).kind != "MSU":
            self._line(record, event.link).missed = record.at

    def _finder(self, record: Record, link: str) -> Callable[[str, int], None]:
        def find(what: str, since: int) -> None:
            shows = record.at - self._line(record, link).missed > MISSED_CYCLES
            if shows and not self._lies.acted(since, record.at, LEVEL2, link):
                self.found(record.at, f"{record.place} {link}", what)

        return find

    def finish(self, end: int) -> CheckResult:
        if self._since < 0:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no signal unit was sent")
        for (place, link), line in self._lines.items():
            record = Record(end, "", place, 0, SignallingLink(link, ""))
            _Judge(self._finder(record, link), line, end).overdue()
        links = dict.fromkeys(link for _, link in self._lines)
        return self._lies.judged(self.name, self.title, self.findings, (self._since, end), LEVEL2, links)


class _Judge:
    """The rules, for one unit at one end of a link."""

    def __init__(self, find: Callable[[str, int], None], line: _Line, at: int) -> None:
        self.find, self.line, self.at = find, line, at

    def _bad(self, what: str, timer: str, window: tuple[int, int], elapsed: int) -> None:
        within = f"{format_cycles(window[0])}..{format_cycles(window[1])}"
        self.find(f"{what} after {format_cycles(elapsed)}; {timer} is {within} (Q.703 12.3)", self.at - elapsed)

    def _outside(self, what: str, timer: str, window: tuple[int, int], since: int) -> None:
        elapsed = self.at - since
        if not window[0] - ON_LINE_CYCLES <= elapsed <= window[1] + ON_LINE_CYCLES:
            self._bad(what, timer, window, elapsed)

    # -- alignment ---------------------------------------------------------------------------------------------------

    def begins_proving(self) -> None:
        """Both sides show SIN or SIE: the later of the two begins the period, an SIE an emergency one."""
        line = self.line
        both = line.sent.kind in _ALIGNS and line.heard.kind in _ALIGNS
        emergency = EMERGENCY in (line.sent.kind, line.heard.kind)
        if both and (line.proved < 0 or (emergency and not line.emergency)):
            line.proved, line.emergency = self.at, emergency

    def turned(self, kind: str) -> None:
        """What is sent changes to `kind`."""
        line, was, since = self.line, self.line.sent.kind, self.line.sent.since
        if was in _ALIGNS and kind in PROVED:
            self._proved()
        elif was in ("SIO", "SIOS") and kind in PROVED:
            self.find(f"{kind} follows on {was}: nothing was proved (Q.703 7.3)", since)
        elif was in PROVED and kind in ("SIO", *_ALIGNS) and line.told < self.at - ms(500):
            self.find(f"{kind} follows on {was}, although the link did not fail (Q.703 7.2)", self.at)
        elif kind == "SIOS" and line.told < since and was == "SIO":
            self._outside("SIO is given up", "T2", T2, since)
        elif kind == "SIOS" and line.told < since and was in _ALIGNS and line.heard.kind == "SIO":
            self._outside(f"{was} is given up", "T3", T3, max(since, line.heard.since))
        elif kind == "SIOS" and line.told < since and was in ("FISU", "SIPO") and line.heard.kind in _ALIGNS:
            self._outside("the other side's proving is given up", "T1", T1, since)
        if kind not in PROVED:
            line.expects = -1
        if kind in ("SIO", "SIOS"):
            line.proved = -1

    def _proved(self) -> None:
        line = self.line
        if line.proved < 0:
            self.find("proving ends, but the other side did not send SIN or SIE (Q.703 7.3)", line.sent.since)
            return
        least, most = T4_EMERGENCY if line.emergency else T4_NORMAL
        window = (least, most * PROVINGS if line.noisy else most)
        self._outside("proving ends", "T4e" if line.emergency else "T4n", window, line.proved)
        line.noisy = False

    def hears_turn(self, kind: str) -> None:
        """What comes changes to `kind`."""
        line = self.line
        if line.sent.kind in ("FISU", "MSU") and line.heard.kind in PROVED and kind in _OUT:
            line.expects = self.at
        if kind in ("SIO", "SIOS"):
            line.proved = -1

    # -- in service --------------------------------------------------------------------------------------------------

    def sends(self, unit: Unit) -> None:
        line = self.line
        self.overdue()
        if unit.kind == "MSU" and self._is_new(unit.fsn):
            if line.unacknowledged < 0:
                line.unacknowledged = self.at
            line.last_fsn = unit.fsn
        elif unit.kind == "FISU":
            line.last_fsn = unit.fsn
        elif unit.kind in _OUT:
            line.last_fsn = line.acknowledged = 127
            line.unacknowledged = line.busy_since = line.sib = -1

    def _is_new(self, fsn: int) -> bool:
        """Not a repetition, which with preventive cyclic retransmission may even be of what is acknowledged by now.
        A fault may have taken units from between."""
        line = self.line
        waiting, place = line.last_fsn - line.acknowledged & 127, fsn - line.acknowledged & 127
        return place > waiting and fsn - line.last_fsn & 127 <= SKIPPED

    def hears(self, unit: Unit) -> None:
        line = self.line
        if unit.kind in _OUT or unit.bsn < 0:
            return
        if unit.bsn != line.acknowledged:
            line.acknowledged = unit.bsn
            line.busy_since = -1
            line.unacknowledged = -1 if unit.bsn == line.last_fsn else self.at
        self.overdue()

    def busy(self, unit: Unit) -> None:
        """SIB is sent."""
        line = self.line
        elapsed = self.at - line.sib
        if line.sib >= 0 and elapsed < T5[0] - ON_LINE_CYCLES:
            self._bad("SIB is repeated already", "T5", T5, elapsed)
        elif line.sib >= 0 and unit.bsn == line.bsn and elapsed > T5[1] + ON_LINE_CYCLES:
            self._bad("SIB is repeated only", "T5", T5, elapsed)
        line.sib, line.bsn = self.at, unit.bsn

    def hears_busy(self) -> None:
        line = self.line
        if line.unacknowledged >= 0:
            line.unacknowledged = self.at  # T7 begins anew
            if line.busy_since < 0 or self.at - line.busy_last > T6[0]:
                line.busy_since = self.at
        line.busy_last = self.at

    def overdue(self) -> None:
        """What should have failed the link long ago."""
        line = self.line
        if line.sent.kind not in ("FISU", "MSU") or line.heard.kind not in ("FISU", "MSU"):
            line.unacknowledged = line.busy_since = -1
            if line.expects >= 0 and self.at - line.expects > ms(500):
                self.find(f"{line.heard.kind} came in service, and no SIOS follows (Q.703 8)", line.expects)
                line.expects = -1
            return
        if 0 <= line.unacknowledged < self.at - T7[1] - ON_LINE_CYCLES:
            self._bad("no acknowledgement, and the link goes on", "T7", T7, self.at - line.unacknowledged)
            line.unacknowledged = self.at
        if 0 <= line.busy_since < self.at - T6[1] - ON_LINE_CYCLES:
            self._bad("the far end stays busy, and the link goes on", "T6", T6, self.at - line.busy_since)
            line.busy_since = self.at


LINK_TIMERS: tuple[type[Check], ...] = (Level2,)
