"""The message transfer part from above: what a user part hands over comes out at the other end, once and in order."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import MessageDelivered, MessageSent, UnitCrafted
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.lies import LEVEL3
from switchsim.scenario.checks.network import Network
from switchsim.units import format_cycles, seconds

ON_ITS_WAY_CYCLES: Final = seconds(3)
"""Changeover holds a message for T2, 2 s at most (Q.704 16.8)."""
LATEST_CYCLES: Final = seconds(10)
"""Congestion holds one for T6, 6 s at most (Q.703 12.3); what comes later is taken for the next one of its kind."""
KEPT_MESSAGES: Final = 64
"""So many delivered and lost ones of a flow are remembered, to tell a second delivery from a late one."""

Sent = tuple[int, str]
"""(cycle, octets)."""


class _Flow(msgspec.Struct):
    waiting: deque[Sent] = msgspec.field(default_factory=deque)
    lost: list[tuple[int, str, str]] = []  # cycle, octets, what overtook it
    delivered: deque[Sent] = msgspec.field(default_factory=lambda: deque(maxlen=KEPT_MESSAGES))


Key = tuple[int, int, int, int]
"""(OPC, DPC, service, SLS)."""


class Sequence(Check):
    """Between any two points that are in the journal, MTP-TRANSFER requests and indications are compared by content and
    position for each service and SLS. A message may be lost only where changeover can not retrieve it - no link of the
    two was available at both ends, processor outage, a lost board, a takeover, a paused or congested destination - and
    is counted. A second delivery and a wrong order are never allowed (Q.704 5.1.2, 6.1.2, Q.706 1.1)."""

    name = "signalling.sequence"
    title = "no message is lost, duplicated or misordered by the message transfer part"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._points = settings.signalling.points
        self._codes = frozenset(self._points.values())
        self._network = Network(settings)
        self._flows: dict[Key, _Flow] = {}
        self._sent_count = 0
        self._untrue = 0
        self._crafted: deque[Sent] = deque(maxlen=KEPT_MESSAGES)

    def handlers(self) -> dict[type[Event], Handler]:
        mine: dict[type[Event], Handler] = {
            MessageSent: self._sent, MessageDelivered: self._delivered, UnitCrafted: self._made}
        return self._network.handlers() | mine

    def _sent(self, record: Record, event: MessageSent) -> None:
        opc = self._points.get(record.place)
        if opc is not None and event.dpc in self._codes:
            self._sent_count += 1
            flow = self._flows.setdefault((opc, event.dpc, event.service, event.sls), _Flow())
            flow.waiting.append((record.at, _content(event)))

    def _made(self, record: Record, event: UnitCrafted) -> None:
        """Somebody sent a unit of his own: its message may come out somewhere."""
        self._crafted.append((record.at, event.octets))

    def _is_made(self, at: int, octets: str) -> bool:
        return any(at - sent <= LATEST_CYCLES and unit.endswith(octets) for sent, unit in self._crafted)

    def _delivered(self, record: Record, event: MessageDelivered) -> None:
        dpc = self._points.get(record.place)
        if dpc is None or event.opc not in self._codes:
            return
        key = (event.opc, dpc, event.service, event.sls)
        flow = self._flows.setdefault(key, _Flow())
        while flow.waiting and record.at - flow.waiting[0][0] > LATEST_CYCLES:
            self._lose(flow, "")
        octets = _content(event)
        index = self._match(key, flow, record.at, octets)
        if index < 0:
            self._unexpected(record, key, flow, octets)
            return
        for _ in range(index):
            self._lose(flow, octets)
        flow.waiting.popleft()
        flow.delivered.append((record.at, octets))

    def _match(self, key: Key, flow: _Flow, at: int, octets: str) -> int:
        """Which of the waiting messages this is: the first equal one, unless that may well be lost and is old."""
        equal = [index for index, (_, waiting) in enumerate(flow.waiting) if waiting == octets]
        while len(equal) > 1:
            sent = flow.waiting[equal[0]][0]
            if at - sent <= ON_ITS_WAY_CYCLES or not self._network.excuse(key[0], key[1], sent):
                break
            del equal[0]
        return equal[0] if equal else -1

    def _lose(self, flow: _Flow, by: str) -> None:
        at, octets = flow.waiting.popleft()
        flow.lost.append((at, octets, by))

    def _unexpected(self, record: Record, key: Key, flow: _Flow, octets: str) -> None:
        if self._network.untrue(record.at) or self._is_made(record.at, octets.partition("/")[0]):
            return
        late = next((row for row in reversed(flow.lost[-KEPT_MESSAGES:]) if row[1] == octets), None)
        again = next((at for at, delivered in flow.delivered if delivered == octets), -1)
        if late is not None:
            flow.lost.remove(late)
            what = f"is delivered only {format_cycles(record.at - late[0])} after it was sent"
            what += f", out of sequence: after {late[2]}, which was sent later" if late[2] else ""
        elif again >= 0:
            what = f"is delivered again, {format_cycles(record.at - again)} after the first time"
        else:
            what = "is delivered, but was not sent"
        if self._network.lies.acted(record.at, record.at, LEVEL3):
            self._untrue += 1
        else:
            self.found(record.at, record.place, f"{_named(key, octets)} {what} (Q.704 5.1.2)")

    def finish(self, end: int) -> CheckResult:
        excused: Counter[str] = Counter()
        for key, flow in self._flows.items():
            lost = flow.lost + [(at, octets, "") for at, octets in flow.waiting if at <= end - ON_ITS_WAY_CYCLES]
            for at, octets, by in lost:
                why = self._network.excuse(key[0], key[1], at)
                if why:
                    excused[why] += 1
                else:
                    after = f"; what was sent after it came: {by}" if by else ""
                    self.found(at, self._place(key[0]), f"{_named(key, octets)} is lost{after} (Q.704 5.1.2)")
        if not self._flows:
            reason = "no two signalling points of the journal had messages for each other"
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, reason)
        told = "; ".join(f"{count} while {why}" for why, count in sorted(excused.items()))
        reason = f"{self._sent_count} messages in {len(self._flows)} flows"
        reason += f", {excused.total()} of them lost where that may be: {told}" if excused else ", all delivered"
        if self._untrue:
            reason += f"; {self._untrue} delivered that faults made, altered, doubled or moved"
        return judged(self.name, self.title, self.findings, reason=reason)

    def _place(self, code: int) -> str:
        return next(place for place, point in self._points.items() if point == code)


def _content(event: MessageSent | MessageDelivered) -> str:
    """TUP has a part of the circuit's number beside the SLS."""
    return f"{event.octets}/{event.spare}" if event.spare else event.octets


def _named(key: Key, octets: str) -> str:
    shown = octets if len(octets) <= 32 else f"{octets[:32]}..."
    return f"message {shown} from {key[0]} to {key[1]} (service {key[2]}, SLS {key[3]})"


SIGNALLING: tuple[type[Check], ...] = (Sequence,)
