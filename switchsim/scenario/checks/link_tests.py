"""Tests of No.7 links, judged from the units on the line alone (Q.707)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import BoardState, ProcessorActive, SignallingLink, UnitReceived, UnitSent
from switchsim.report.result import CheckResult, Outcome
from switchsim.report.signal_units import SLTA, SLTM, TESTS, Unit, read_record
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.lies import LEVEL3, Lies
from switchsim.units import format_cycles, ms, seconds

T1: Final = (seconds(4), seconds(12))
T2: Final = (seconds(30), seconds(90))
SLACK_CYCLES: Final = ms(100)
"""On the line behind other messages, and between level 3 and the line."""
_OUT: Final = ("SIO", "SIN", "SIE", "SIOS")

Key = tuple[str, str]
"""(place, link)."""


class _Line(msgspec.Struct):
    """One end of a link."""

    asked_at: int = -1  # the last SLTM that was sent
    pattern: bytes = b""
    answered: bool = True
    repeats: int = 0
    owed: dict[bytes, int] = {}  # SLTM that came and is not answered: pattern -> cycle


class LinkTests(Check):
    """A test message is answered with its own pattern, repeated once after T1 when nothing comes, and in service the
    next one follows after T2."""

    name = "signalling.link_tests"
    title = "signalling link tests are answered and keep the windows of Q.707"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._lies = Lies(settings)
        self._long = settings.signalling.long_labels
        self._lines: dict[Key, _Line] = {}
        self._tests = 0
        self._since = -1
        self._links: dict[str, None] = {}

    def handlers(self) -> dict[type[Event], Handler]:
        return {UnitSent: self._sent, UnitReceived: self._received, SignallingLink: self._link,
                BoardState: self._began, ProcessorActive: self._began, **self._lies.handlers()}  # fmt: skip

    def _began(self, record: Record, event: Any) -> None:
        """What a new processor or board does is another matter."""
        if not isinstance(event, BoardState) or event.state != "in_service":
            self._lines.clear()

    def _link(self, record: Record, event: SignallingLink) -> None:
        if event.state in ("failed", "deactivated"):
            for key in [key for key in self._lines if key[1] == event.link]:
                del self._lines[key]

    def _read(self, octets: str) -> Unit:
        return read_record(octets, long_label=self._long)

    def _sent(self, record: Record, event: UnitSent) -> None:
        unit, key = self._read(event.octets), (record.place, event.link)
        if unit.kind in _OUT:
            self._lines.pop(key, None)
        line = self._lines.setdefault(key, _Line())
        self._overdue(record.at, key, line)
        if unit.service in TESTS and unit.heading == SLTA:
            line.owed.pop(unit.info[1:], None)
        elif unit.service in TESTS and unit.heading == SLTM:
            self._asks(record.at, key, line, unit.info[1:])

    def _asks(self, at: int, key: Key, line: _Line, pattern: bytes) -> None:
        elapsed, first = at - line.asked_at, line.asked_at < 0
        if not first and pattern == line.pattern and elapsed < T1[0] // 2:
            return  # level 2 repeats it
        self._tests += 1
        self._since = at if self._since < 0 else self._since
        self._links[key[1]] = None
        if not first and not line.answered:
            self._window(at, key, "the test is repeated", "T1", T1, elapsed)
            line.repeats += 1
            if line.repeats > 1:
                what = "a test goes unanswered twice, and the link goes on (Q.707 2.2)"
                self._bad((at - elapsed - T1[1], at), at, key, what)
        elif not first:
            self._window(at, key, "the next test follows", "T2", (T2[0], T2[1] + T1[1]), elapsed)
        line.asked_at, line.pattern, line.answered = at, pattern, False

    def _window(self, at: int, key: Key, what: str, timer: str, window: tuple[int, int], took: int) -> None:
        if not window[0] - SLACK_CYCLES <= took <= window[1] + SLACK_CYCLES:
            within = f"{format_cycles(window[0])}..{format_cycles(window[1])}"
            what = f"{what} after {format_cycles(took)}; {timer} is {within} (Q.707 5)"
            self._bad((at - took, at), at, key, what)

    def _received(self, record: Record, event: UnitReceived) -> None:
        unit, key = self._read(event.octets), (record.place, event.link)
        line = self._lines.setdefault(key, _Line())
        if unit.service in TESTS and unit.heading == SLTM:
            line.owed.setdefault(unit.info[1:], record.at)
        elif unit.service in TESTS and unit.heading == SLTA and unit.info[1:] == line.pattern:
            line.answered, line.repeats = True, 0
        self._overdue(record.at, key, line)

    def _overdue(self, at: int, key: Key, line: _Line) -> None:
        for pattern, since in list(line.owed.items()):
            if at - since > T1[0]:
                del line.owed[pattern]
                what = f"the test {pattern.hex()} is not answered within T1 (Q.707 2.2)"
                self._bad((since, since + T1[0]), since, key, what)
        waits = line.asked_at >= 0 and not line.answered
        if waits and at - line.asked_at > T1[1] + SLACK_CYCLES:
            what = "the test got no answer; neither is it repeated nor the link given up by T1, 4..12 s (Q.707 2.2)"
            self._bad((line.asked_at, line.asked_at + T1[1]), line.asked_at, key, what)
            line.answered = True

    def _bad(self, span: tuple[int, int], at: int, key: Key, what: str) -> None:
        """span: from the beginning of what went wrong to its end."""
        if not self._lies.acted(*span, LEVEL3, key[1]):
            self.found(at, f"{key[0]} {key[1]}", what)

    def finish(self, end: int) -> CheckResult:
        for key, line in self._lines.items():
            self._overdue(end, key, line)
        if not self._tests:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no link test was sent")
        span, reason = (self._since, end), f"{self._tests} tests"
        return self._lies.judged(self.name, self.title, self.findings, span, LEVEL3, self._links, reason)


LINK_TESTS: tuple[type[Check], ...] = (LinkTests,)
