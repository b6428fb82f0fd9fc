"""ISUP as the messages show it: what is asked is answered, what is not answered is repeated in its time, and both ends
of a circuit think the same of it at the end (Q.764 2.8, 2.9, annex A)."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import Destination, MessageDelivered, MessageSent, ProcessorActive
from switchsim.report import isup_heads as heads
from switchsim.report.isup_heads import Head, read_isup
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.lies import USERS, Lies
from switchsim.units import format_cycles, ms, seconds

ISUP: Final = 5
SLACK_CYCLES: Final = ms(500)
"""Between the user part's timer and the message transfer part, and where the look at what is overdue is taken."""
REPEATED: Final = (seconds(15), seconds(60))
"""T1, T12, T14, T16, T18, T20, T22."""
LONG: Final = (seconds(300), seconds(900))
"""T5, T13, T15, T17, T19, T21, T23."""
ANSWER_CYCLES: Final = seconds(15)
"""Nobody answers later than the other side's earliest repetition."""
DECIDED_CYCLES: Final = seconds(65)
"""After so long, the longest T1 has repeated what was lost."""


class Row(msgspec.Struct, frozen=True):
    """A message that is repeated until one of `answers` comes: first every `timer`, then every `long_timer`."""

    message: int
    answers: frozenset[int]
    timer: str
    long_timer: str


ROWS: Final = {
    row.message: row
    for row in (
        Row(heads.REL, frozenset({heads.RLC}), "T1", "T5"),
        Row(heads.BLO, frozenset({heads.BLA}), "T12", "T13"),
        Row(heads.UBL, frozenset({heads.UBA}), "T14", "T15"),
        Row(heads.RSC, frozenset({heads.RLC}), "T16", "T17"),
        Row(heads.CGB, frozenset({heads.CGBA}), "T18", "T19"),
        Row(heads.CGU, frozenset({heads.CGUA}), "T20", "T21"),
        Row(heads.GRS, frozenset({heads.GRA}), "T22", "T23"),
    )
}
_END: Final = {
    heads.RSC: frozenset({heads.REL}), heads.GRS: frozenset({heads.REL, heads.RSC}),
    heads.UBL: frozenset({heads.BLO}), heads.BLO: frozenset({heads.UBL}),
    heads.CGU: frozenset({heads.CGB}), heads.CGB: frozenset({heads.CGU}),
}  # fmt: skip
"""What is sent ends the repetition of these: it takes their place."""
_ANYWAY: Final = frozenset({heads.UCIC})
"""It ends whatever was asked about the circuit (Q.764 2.12)."""

Relation = tuple[int, int]
"""(own point code, the other's)."""
Key = tuple[Relation, int, int, bool]
"""(relation, CIC, message, hardware)."""


class _Asked(msgspec.Struct):
    """first: when it was sent first; last: most recently."""

    first: int
    last: int


class _Messages(Check):
    """Base: the ISUP messages of every point, as it sends and gets them."""

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._lies = Lies(settings)
        self._points = settings.signalling.points
        self._since = -1

    def handlers(self) -> dict[type[Event], Handler]:
        return {MessageSent: self._on_sent, MessageDelivered: self._on_delivered, **self._lies.handlers()}

    def _on_sent(self, record: Record, event: MessageSent) -> None:
        own, head = self._points.get(record.place, -1), read_isup(bytes.fromhex(event.octets))
        if event.service == ISUP and own >= 0 and head is not None:
            self._since = record.at if self._since < 0 else self._since
            self.sends(record.at, (own, event.dpc), head)

    def _on_delivered(self, record: Record, event: MessageDelivered) -> None:
        own, head = self._points.get(record.place, -1), read_isup(bytes.fromhex(event.octets))
        if event.service == ISUP and own >= 0 and head is not None:
            self._since = record.at if self._since < 0 else self._since
            self.gets(record.at, (own, event.opc), head)

    def sends(self, at: int, relation: Relation, head: Head) -> None:
        raise NotImplementedError

    def gets(self, at: int, relation: Relation, head: Head) -> None:
        raise NotImplementedError

    def _place(self, code: int) -> str:
        return next((place for place, point in self._points.items() if point == code), f"point {code}")


class Answers(_Messages):
    """REL, BLO, UBL, RSC, CGB, CGU and GRS are repeated after 15..60 s, later after 5..15 min, until they are answered;
    whoever gets one answers it. While the destination is paused, and after a takeover, nothing is timed."""

    name = "signalling.isup_timers"
    title = "ISUP messages that want an answer get it, or are repeated in the windows of Q.764"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._asked: dict[Key, _Asked] = {}
        self._owed: dict[Key, int] = {}
        self._look_at = 0

    def handlers(self) -> dict[type[Event], Handler]:
        return super().handlers() | {Destination: self._destination, ProcessorActive: self._taken_over}

    def sends(self, at: int, relation: Relation, head: Head) -> None:
        self._look(at)
        for key in [key for key in self._owed if key[0] == relation and self._answers(key, head)]:
            del self._owed[key]
        for message in _END.get(head.message, ()):
            self._asked.pop((relation, head.cic, message, head.hardware), None)
        self._fails(relation, head)
        row = ROWS.get(head.message)
        if row is None:
            return
        key = (relation, head.cic, head.message, head.hardware)
        asked = self._asked.get(key)
        if asked is None:
            self._asked[key] = _Asked(at, at)
        else:
            self._repeated(at, key, asked, row, head)

    def _answers(self, key: Key, head: Head) -> bool:
        """Whether this message answers what `key` says; a group's answer is its own CIC's and sort's."""
        if key[1] != head.cic:
            return False
        if head.message in _ANYWAY:
            return True
        return head.message in ROWS[key[2]].answers and key[3] == head.hardware

    def _fails(self, relation: Relation, head: Head) -> None:
        """Circuits that are blocked because their hardware failed are idle at both ends at once (Q.764 2.8.2.2)."""
        if head.message == heads.CGB and head.hardware:
            for cic in head.marked():
                self._asked.pop((relation, cic, heads.REL, False), None)
                self._owed.pop((relation, cic, heads.REL, False), None)

    def _repeated(self, at: int, key: Key, asked: _Asked, row: Row, head: Head) -> None:
        elapsed = at - asked.last
        short = REPEATED[0] - SLACK_CYCLES <= elapsed <= REPEATED[1] + SLACK_CYCLES
        long = at - asked.first >= LONG[0] - SLACK_CYCLES and elapsed <= LONG[1] + SLACK_CYCLES
        if not short and not long:
            windows = f"{row.timer} is 15..60 s, {row.long_timer} 5..15 min (Q.764 annex A)"
            self._bad(at, key, (asked.first, at), f"{head.name} is repeated after {format_cycles(elapsed)}; {windows}")
        asked.last = at

    def gets(self, at: int, relation: Relation, head: Head) -> None:
        self._look(at)
        for key in [key for key in self._asked if key[0] == relation and self._answers(key, head)]:
            del self._asked[key]
        self._fails(relation, head)
        if head.message in ROWS:
            self._owed.setdefault((relation, head.cic, head.message, head.hardware), at)

    def _look(self, at: int, *, last: bool = False) -> None:
        if at < self._look_at and not last:
            return
        self._look_at = at + seconds(1)
        for key, since in list(self._owed.items()):
            if at - since > ANSWER_CYCLES:
                del self._owed[key]
                wanted = " or ".join(heads.NAMES[answer] for answer in sorted(ROWS[key[2]].answers))
                what = f"{heads.NAMES[key[2]]} is not answered by {wanted} (Q.764 2.3, 2.8, 2.9)"
                self._bad(since, key, (since, since + ANSWER_CYCLES), what)
        for key, asked in list(self._asked.items()):
            limit = LONG[1] if asked.last - asked.first >= LONG[0] - REPEATED[1] else REPEATED[1]
            if at - asked.last > limit + 2 * seconds(1):
                del self._asked[key]
                row, took = ROWS[key[2]], format_cycles(at - asked.last)
                what = f"{heads.NAMES[key[2]]} is neither answered nor repeated for {took}"
                span = (asked.first, asked.last + limit)
                self._bad(asked.last, key, span, f"{what}; {row.timer} is 15..60 s (Q.764 annex A)")

    def _bad(self, at: int, key: Key, span: tuple[int, int], what: str) -> None:
        """span: from the first message to the end of its time; a fault may have spoiled any of its repetitions."""
        if self._lies.acted(*span, USERS):
            return
        self.found(at, self._place(key[0][0]), f"CIC {key[1]} towards {key[0][1]}: {what}")

    def _destination(self, record: Record, event: Destination) -> None:
        own = self._points.get(record.place, -1)
        if event.state == "pause":
            self._forget(lambda relation: relation in ((own, event.point_code), (event.point_code, own)))

    def _taken_over(self, record: Record, event: ProcessorActive) -> None:
        own = self._points.get(record.place, -1)
        self._forget(lambda relation: own in relation)

    def _forget(self, whose: Any) -> None:
        self._asked = {key: asked for key, asked in self._asked.items() if not whose(key[0])}
        self._owed = {key: since for key, since in self._owed.items() if not whose(key[0])}

    def finish(self, end: int) -> CheckResult:
        self._look(end, last=True)
        if self._since < 0:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no ISUP message was sent or delivered")
        return self._lies.judged(self.name, self.title, self.findings, (self._since, end), USERS)


class _Circuit(msgspec.Struct):
    """What one end must think of a circuit, by its own messages. Blocked: bit 0 maintenance, bit 1 hardware."""

    busy: bool = False
    ours: int = 0  # we blocked it
    theirs: int = 0  # they did
    changed: int = -1


_IDLE: Final = frozenset({heads.RLC, heads.UCIC})


class Agreement(_Messages):
    """Each end's view of each circuit - busy, blocked here, blocked there - follows from what it sent and got; when the
    messages have come to rest, the two views are the same. A circuit about which something may still be repeated
    (65 s) is counted, not judged."""

    name = "signalling.circuits"
    title = "both ends of every ISUP circuit agree on it at the end"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._circuits: dict[Relation, dict[int, _Circuit]] = {}

    def _circuit(self, at: int, relation: Relation, cic: int) -> _Circuit:
        circuit = self._circuits.setdefault(relation, {}).setdefault(cic, _Circuit())
        circuit.changed = at
        return circuit

    def _span(self, at: int, relation: Relation, head: Head) -> list[_Circuit]:
        return [self._circuit(at, relation, head.cic + number) for number in range(head.span)]

    def sends(self, at: int, relation: Relation, head: Head) -> None:
        circuit = self._circuit(at, relation, head.cic)
        self._call(circuit, head)
        sort = 2 if head.hardware else 1
        if head.message in (heads.RSC, heads.GRS):
            for one in self._span(at, relation, head):
                one.busy, one.ours, one.theirs = True, 0, 0  # until it is answered; who still blocks it says so again
        elif head.message == heads.GRA:
            self._all_idle(at, relation, head)
        elif head.message in (heads.BLO, heads.UBL):
            circuit.ours = _set(circuit.ours, 1, head.message == heads.BLO)
        elif head.message in (heads.CGB, heads.CGU):
            for cic in head.marked():
                one = self._circuit(at, relation, cic)
                one.ours = _set(one.ours, sort, head.message == heads.CGB)

    def gets(self, at: int, relation: Relation, head: Head) -> None:
        circuit = self._circuit(at, relation, head.cic)
        self._call(circuit, head)
        sort = 2 if head.hardware else 1
        if head.message in (heads.RSC, heads.GRS):
            for one in self._span(at, relation, head):
                one.theirs = 0
        elif head.message == heads.GRA:
            self._all_idle(at, relation, head)
            for cic in head.marked():
                self._circuit(at, relation, cic).theirs |= 1
        elif head.message in (heads.BLO, heads.UBL):
            circuit.theirs = _set(circuit.theirs, 1, head.message == heads.BLO)
        elif head.message in (heads.CGB, heads.CGU):
            for cic in head.marked():
                one = self._circuit(at, relation, cic)
                one.theirs = _set(one.theirs, sort, head.message == heads.CGB)

    def _call(self, circuit: _Circuit, head: Head) -> None:
        if head.message == heads.IAM:
            circuit.busy = True
        elif head.message in _IDLE:
            circuit.busy = False

    def _all_idle(self, at: int, relation: Relation, head: Head) -> None:
        for one in self._span(at, relation, head):
            one.busy = False

    def finish(self, end: int) -> CheckResult:
        undecided = count = 0
        for relation, circuits in self._circuits.items():
            others = self._circuits.get((relation[1], relation[0]))
            if relation[0] > relation[1] or others is None:
                continue
            for cic in sorted(circuits.keys() | others.keys()):
                count += 1
                here, there = circuits.get(cic, _Circuit()), others.get(cic, _Circuit())
                differs = _difference(relation, here, there)
                changed = max(here.changed, there.changed)
                if differs and end - changed < DECIDED_CYCLES:
                    undecided += 1
                elif differs:
                    self.found(changed, self._place(relation[0]), f"CIC {cic}: {differs} (Q.764 2.9)")
        if not count:
            reason = "no ISUP circuit has both its ends in the journal"
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, reason)
        reason = f"{count} circuits" + (f", {undecided} of them not at rest at the end" if undecided else "")
        return judged(self.name, self.title, self.findings, reason=reason)


def _set(bits: int, bit: int, on: bool) -> int:
    return bits | bit if on else bits & ~bit


def _difference(relation: Relation, here: _Circuit, there: _Circuit) -> str:
    """What the two ends think differently, in words."""
    own, other = relation
    if here.busy != there.busy:
        return f"{own if here.busy else other} takes it for busy, {other if here.busy else own} for idle"
    for who, by, ours, theirs in ((own, other, here.ours, there.theirs), (other, own, there.ours, here.theirs)):
        if ours != theirs:
            return f"{who} blocks it ({_sorts(ours)}), {by} takes it for blocked there ({_sorts(theirs)})"
    return ""


def _sorts(bits: int) -> str:
    return " and ".join(name for bit, name in ((1, "maintenance"), (2, "hardware")) if bits & bit) or "not at all"


ISUP_CHECKS: tuple[type[Check], ...] = (Answers, Agreement)
