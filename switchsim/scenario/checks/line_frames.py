"""Frames between two machines: what slips of the line between them hit, and that nothing else is lost."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import FaultFired, FaultUndone, FrameReceived, FrameSent, LineSlip, LineStatus
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import format_cycles

ON_THE_WAY: Final = 64
"""Cycles from the transmitter of one machine to the receiver of the other."""
NEVER: Final = -1_000
"""Before power-on, longer than anything is on the way."""


class _Sent(msgspec.Struct, frozen=True):
    """over: by then its last bit has left, whatever was before it in the queue."""

    at: int
    octets: str
    over: int


class _Way(msgspec.Struct):
    """One direction of a link, by its name where it is received. sent: not yet received.

    slips, disturbed, last: cycles; of the slips, of the last thing that may do anything, of the last frame's arrival.
    idle: by then everything has been sent.
    """

    sent: list[_Sent] = []
    slips: list[int] = []
    disturbed: int = NEVER
    last: int = 0
    idle: int = 0
    received: int = 0


def _cycles(octets: str) -> int:
    """The most that a frame can take: its octets, FCS, flags, and a zero stuffed in after every five ones."""
    return (len(octets) // 2 + 4) * 6 // 5 + 2


class FramesHitBySlips(Check):
    """On a line that joins two machines every frame of a D channel arrives but those that a controlled slip hit.

    A frame was hit when a slip of the receiving end lies within the time that it was on the line. It is told by name.
    """

    name = "line.frames"
    title = "over a line with slips every frame arrives that no slip hit"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._ways: dict[str, _Way] = {}
        self._hit: list[str] = []
        self._slips = 0
        self._open: list[str] = []

    def handlers(self) -> dict[type[Event], Handler]:
        return {FrameSent: self._sent, FrameReceived: self._received, LineSlip: self._slip, LineStatus: self._disturbed,
                FaultFired: self._fault, FaultUndone: self._undone}  # fmt: skip

    def _way(self, link: str) -> _Way | None:
        """By the link's name at the receiver; only of lines that join two machines."""
        if link.partition(":")[0] not in self.settings.joins:
            return None
        return self._ways.setdefault(link, _Way())

    def _sent(self, record: Record, event: FrameSent) -> None:
        line, _, timeslot = event.link.partition(":")
        way = self._way(f"{self.settings.joins.get(line, '')}:{timeslot}")
        if way is not None:
            way.idle = max(way.idle, record.at) + _cycles(event.octets)
            way.sent.append(_Sent(record.at, event.octets, way.idle))

    def _slip(self, record: Record, event: LineSlip) -> None:
        for link, way in self._ways.items():
            if link.partition(":")[0] == event.line:
                way.slips.append(record.at)
                self._slips += 1

    def _disturbed(self, record: Record, event: LineStatus) -> None:
        """Whatever else is wrong with a line, its frames are no matter of this check."""
        for link, way in self._ways.items():
            if link.partition(":")[0] in (event.line, self.settings.joins.get(event.line)):
                way.disturbed = record.at

    def _fault(self, record: Record, event: FaultFired) -> None:
        """A fault may do anything to frames as long as it lasts, unless it is one of clocks alone."""
        if not event.effect.startswith("oscillator "):
            self._open.append(event.fault)
            self._anything(record.at)

    def _undone(self, record: Record, event: FaultUndone) -> None:
        if event.fault in self._open:
            self._open.remove(event.fault)
            self._anything(record.at)

    def _anything(self, now: int) -> None:
        for way in self._ways.values():
            way.disturbed = now

    def _received(self, record: Record, event: FrameReceived) -> None:
        way = self._way(event.link)
        if way is None:
            return
        at = next((index for index, sent in enumerate(way.sent) if sent.octets == event.octets), None)
        if at is None:
            if way.disturbed == NEVER and not self._open:
                self.found(record.at, event.link, f"a frame came that nobody sent: {event.octets}")
            return
        way.received += 1
        self._lost(record.at, event.link, way, way.sent[:at])
        way.last = record.at
        del way.sent[: at + 1]

    def _lost(self, now: int, link: str, way: _Way, frames: list[_Sent]) -> None:
        for frame in frames:
            since = max(frame.at, way.last) - ON_THE_WAY  # on the line after the one that came before
            until = min(now, frame.over + ON_THE_WAY)
            hits = [slip for slip in way.slips if since <= slip <= until]
            if hits:
                text = f"{frame.octets} sent at {format_cycles(frame.at)}, slip at {format_cycles(hits[0])}"
                self._hit.append(f"{link}: {text}")
            elif not self._open and way.disturbed < frame.at - ON_THE_WAY:
                self.found(frame.at, link, f"a frame is lost that no slip hit: {frame.octets}")

    def finish(self, end: int) -> CheckResult:
        if not self._slips:
            reason = "no line between two machines slipped"
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, reason)
        for link, way in self._ways.items():
            late = [frame for frame in way.sent if frame.at + _cycles(frame.octets) * (len(way.sent) + 1) < end]
            self._lost(end, link, way, late)
        received = sum(way.received for way in self._ways.values())
        seen = f"{received} frames arrived, {self._slips} slips hit {len(self._hit)}"
        return judged(self.name, self.title, self.findings, reason="; ".join([seen, *self._hit[:50]]))


LINE_FRAMES: tuple[type[Check], ...] = (FramesHitBySlips,)
