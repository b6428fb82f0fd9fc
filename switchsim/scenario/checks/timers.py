"""Standard timers, judged from the frames alone: nothing is repeated too early, nothing is forgotten.

One row a timer. What the machine sends starts it, what it receives stops it; then the row's repetition must come within
the window. A link that goes down or begins anew, a defect, a board that fails and a takeover end the timers: what
follows is another matter.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    BoardState,
    DefectGone,
    DefectSeen,
    FrameReceived,
    FrameSent,
    LinkDown,
    LinkUp,
    ProcessorActive,
)
from switchsim.report import frames
from switchsim.report.frames import Lapd, Layer3, Numbering, cause_value, message_name, read_lapd, read_layer3
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import format_cycles, ms, seconds

ANY: Final = frozenset(range(256))
_CLEARED: Final = frozenset({frames.RELEASE, frames.RELEASE_COMPLETE, frames.STATUS})
_AWAY: Final = frozenset({"heartbeat_lost", "slave_lost"})
_LOOK_CYCLES: Final = ms(500)
"""How often the forgotten ones are looked for."""
CROSSING_CYCLES: Final = ms(20)
"""A message may be so long on its way between layer 2 and call control, with mailbox, bus and other frames."""


class Row(msgspec.Struct, frozen=True):
    """One timer: `starts` is sent, one of `stops` received ends it, `expires` is sent when it runs out."""

    timer: str
    clause: str
    starts: int
    stops: frozenset[int]
    expires: int
    value_cycles: int
    tolerance_cycles: int
    repeats: int  # expiries after which the same is sent again; then the call is given up
    by_user_only: bool = False
    cause: int = 0  # of what is sent on expiry, where others send the same; 0: any


ROWS: Final = (
    Row("T303", "Q.931 5.2.5.3, table 9-1", frames.SETUP, ANY, frames.SETUP, seconds(4), seconds(1), 1),
    Row(
        "T305", "Q.931 5.3.4, table 9-1", frames.DISCONNECT,
        _CLEARED | {frames.DISCONNECT},
        frames.RELEASE, seconds(30), seconds(3), 1,
    ),
    Row(
        "T308", "Q.931 5.3.4, table 9-1", frames.RELEASE, _CLEARED,
        frames.RELEASE, seconds(4), seconds(1), 1,
    ),
    Row(
        "T313", "Q.931 5.2.8, table 9-2", frames.CONNECT,
        _CLEARED | {frames.CONNECT_ACKNOWLEDGE, frames.DISCONNECT},
        frames.DISCONNECT, seconds(4), seconds(1), 1, by_user_only=True, cause=102,
    ),
    Row(
        "T316", "Q.931 5.5.1, table 9-1", frames.RESTART, frozenset({frames.RESTART_ACKNOWLEDGE}),
        frames.RESTART, seconds(120), seconds(5), 1,
    ),
)  # fmt: skip
"""T302, T310 and T301 are not here: their values are a choice of the side, and wait for people."""

T200_CYCLES: Final = seconds(1)  # Q.921 5.9.1
T200_EARLY_CYCLES: Final = ms(50)
T200_LATE_CYCLES: Final = ms(500)  # a frame may wait for those before it on the line
N200: Final = 3  # Q.921 5.9.2

Key = tuple[str, str, int, bool]
"""(place, link, call reference, chosen by the sender)."""


class _Running(msgspec.Struct):
    row: Row
    since: int
    expiries: int = 0


class Layer3Timers(Check):
    """The timers of Q.931 clause 9 that frames show, of every side that journals its frames."""

    name = "timers.q931"
    title = "Q.931 timers keep their windows"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._running: dict[Key, _Running] = {}
        self._heard: dict[Key, tuple[int, int]] = {}  # the last message of the other side, and when
        self._outages: set[str] = set()  # boards that are known to be away
        self._outage_end = -1
        self._numbering = Numbering()
        self._up: dict[str, int] = {}
        self._look_at = 0
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            FrameSent: self._sent,
            FrameReceived: self._received,
            LinkUp: self._begins,
            LinkDown: self._down,
            BoardState: self._broken,
            ProcessorActive: self._broken,
            DefectSeen: self._defect,
            DefectGone: self._defect_gone,
        }

    def _sent(self, record: Record, event: FrameSent) -> None:
        lapd = read_lapd(bytes.fromhex(event.octets))
        line = (record.place, event.link)
        if lapd.kind in ("SABME", "UA"):
            self._forget(line)
        new = self._numbering.takes(*line, True, lapd)  # what layer 2 repeats is nothing that layer 3 said
        message = read_layer3(lapd.info) if new else None
        if message is None:
            return
        self._seen = True
        self._overdue(record.at)
        self._says(record.at, (*line, message.reference, not message.to_originator), message, lapd)

    def _says(self, at: int, key: Key, message: Layer3, lapd: Lapd) -> None:
        running = self._running.pop(key, None)
        if message.message == frames.RESTART:
            self._forget(key[:2])  # the calls on those channels end without a word
        if running is not None and _is_expiry(running.row, message, lapd) and self._expired(at, key, running):
            return
        for row in ROWS:
            if (row.starts == message.message and not (row.by_user_only and lapd.command_bit)
                    and not self._crossed(at, key, row)):
                self._running[key] = _Running(row, at)

    def _crossed(self, at: int, key: Key, row: Row) -> bool:
        """What stops the timer came before what starts it left, and call control had not read it: it reads it next.

        A mailbox holds it for as long as the way between the boards is broken.
        """
        heard, since = self._heard.get(key, (0, -1))
        held = self._outages or since <= self._outage_end <= at <= self._outage_end + CROSSING_CYCLES
        return heard in row.stops and (at - since <= CROSSING_CYCLES or bool(held))

    def _expired(self, at: int, key: Key, running: _Running) -> bool:
        """What the timer sends came; True when that is a repetition, False when it begins the next timer (RELEASE)."""
        row, elapsed = running.row, at - running.since
        name = message_name(row.expires)
        if running.expiries >= row.repeats:
            self._bad(at, key, row, f"{name} is sent once more after {row.repeats} repetition")
        elif elapsed < row.value_cycles - row.tolerance_cycles and not self._waited_for_link(key, running):
            self._bad(at, key, row, f"{name} already after {format_cycles(elapsed)}")
        elif elapsed > row.value_cycles + row.tolerance_cycles:
            self._bad(at, key, row, f"{name} only after {format_cycles(elapsed)}")
        if row.starts != row.expires:
            return False
        self._running[key] = _Running(row, at, running.expiries + 1)
        return True

    def _waited_for_link(self, key: Key, running: _Running) -> bool:
        """The first of the two may have waited for the link, while its timer was running."""
        return running.since - self._up.get(key[1], -running.row.value_cycles) < running.row.value_cycles

    def _received(self, record: Record, event: FrameReceived) -> None:
        lapd = read_lapd(bytes.fromhex(event.octets))
        if lapd.kind in ("SABME", "UA"):
            self._forget((record.place, event.link))
        self._numbering.takes(record.place, event.link, False, lapd)
        message = read_layer3(lapd.info) if lapd.kind == "I" else None
        self._overdue(record.at)
        if message is None:
            return
        if message.message == frames.RESTART:
            self._forget((record.place, event.link))
        key = (record.place, event.link, message.reference, message.to_originator)
        self._heard[key] = message.message, record.at
        running = self._running.get(key)
        if running is not None and message.message in running.row.stops:
            del self._running[key]

    def _overdue(self, at: int) -> None:
        """Find what should have been sent long ago."""
        if at < self._look_at:
            return
        self._look_at = at + _LOOK_CYCLES
        for key, running in list(self._running.items()):
            row = running.row
            if at - running.since > row.value_cycles + row.tolerance_cycles + _LOOK_CYCLES:
                del self._running[key]
                if running.expiries < row.repeats:
                    what = f"no {message_name(row.expires)} after {message_name(row.starts)}"
                    self._bad(running.since, key, row, f"{what} for {format_cycles(at - running.since)}")

    def _bad(self, at: int, key: Key, row: Row, what: str) -> None:
        value = f"{format_cycles(row.value_cycles)} +-{format_cycles(row.tolerance_cycles)}"
        self.found(at, f"{key[0]} {key[1]}", f"call reference {key[2]}: {what}; {row.timer} is {value} ({row.clause})")

    def _begins(self, record: Record, event: LinkUp) -> None:
        self._up[event.link] = record.at

    def _forget(self, line: tuple[str, str]) -> None:
        for key in [key for key in self._running if key[:2] == line]:
            del self._running[key]

    def _down(self, record: Record, event: LinkDown) -> None:
        for key in [key for key in self._running if key[1] == event.link]:
            del self._running[key]

    def _broken(self, record: Record, event: Any) -> None:
        if not isinstance(event, BoardState) or event.state != "in_service":
            self._running.clear()

    def _defect(self, record: Record, event: DefectSeen) -> None:
        self._broken(record, event)
        if event.defect in _AWAY:
            self._outages.add(event.about)

    def _defect_gone(self, record: Record, event: DefectGone) -> None:
        if event.defect in _AWAY:
            self._outages.discard(event.about)
            self._outage_end = record.at

    def finish(self, end: int) -> CheckResult:
        self._look_at = 0
        self._overdue(end)
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no Q.931 message was sent")
        return judged(self.name, self.title, self.findings)


def _is_expiry(row: Row, message: Layer3, lapd: Lapd) -> bool:
    """A DISCONNECT says by its cause whether a timer sent it; people disconnect too."""
    return message.message == row.expires and (row.cause == 0 or cause_value(lapd.info) == row.cause)


class _Poll(msgspec.Struct):
    kind: str
    since: int
    repeats: int = 0


class Layer2Timers(Check):
    """T200 of Q.921: a command with P = 1 that stays without an answer with F = 1 is repeated after 1 s, N200 times."""

    name = "timers.q921"
    title = "Q.921 T200 keeps its window"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._polls: dict[tuple[str, str], _Poll] = {}
        self._command_bit: dict[tuple[str, str], int] = {}
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            FrameSent: self._sent,
            FrameReceived: self._received,
            LinkDown: self._down,
            BoardState: self._broken,
            DefectSeen: self._broken,
        }

    def _sent(self, record: Record, event: FrameSent) -> None:
        lapd = read_lapd(bytes.fromhex(event.octets))
        key = (record.place, event.link)
        self._overdue(record.at)
        poll = self._polls.get(key)
        if lapd.kind in ("SABME", "DISC", "I"):
            self._command_bit[key] = lapd.command_bit
        elif lapd.kind in ("UA", "DM"):
            self._command_bit[key] = 1 - lapd.command_bit
        if lapd.kind == "SABME" and lapd.pf:
            self._polled(record, key, "SABME", poll)
        elif lapd.kind in ("RR", "RNR") and lapd.pf and self._command_bit.get(key) == lapd.command_bit:
            self._polled(record, key, "RR", poll)

    def _polled(self, record: Record, key: tuple[str, str], kind: str, poll: _Poll | None) -> None:
        self._seen = True
        repeats = 0
        if poll is not None and poll.kind == kind:
            elapsed = record.at - poll.since
            if elapsed < T200_CYCLES - T200_EARLY_CYCLES:
                self._bad(record.at, key, f"{kind} with P = 1 is repeated already after {format_cycles(elapsed)}")
            repeats = (poll.repeats + 1) % (N200 + 1)  # after N200 the next one begins anew
        self._polls[key] = _Poll(kind, record.at, repeats)

    def _received(self, record: Record, event: FrameReceived) -> None:
        lapd = read_lapd(bytes.fromhex(event.octets))
        self._overdue(record.at)
        if lapd.kind in ("UA", "DM", "SABME", "FRMR") or (lapd.kind in ("RR", "RNR", "REJ") and lapd.pf):
            self._polls.pop((record.place, event.link), None)

    def _overdue(self, at: int) -> None:
        for key, poll in list(self._polls.items()):
            if at - poll.since > T200_CYCLES + T200_LATE_CYCLES:
                del self._polls[key]
                if poll.repeats < N200:
                    after = format_cycles(at - poll.since)
                    self._bad(poll.since, key, f"{poll.kind} with P = 1 is neither answered nor repeated for {after}")

    def _bad(self, at: int, key: tuple[str, str], what: str) -> None:
        self.found(at, f"{key[0]} {key[1]}", f"{what}; T200 is {format_cycles(T200_CYCLES)} (Q.921 5.9.1)")

    def _down(self, record: Record, event: LinkDown) -> None:
        for key in [key for key in self._polls if key[1] == event.link]:
            del self._polls[key]

    def _broken(self, record: Record, event: BoardState | DefectSeen) -> None:
        if not isinstance(event, BoardState) or event.state != "in_service":
            self._polls.clear()

    def finish(self, end: int) -> CheckResult:
        self._overdue(end)
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no command with P = 1 was sent")
        return judged(self.name, self.title, self.findings)


TIMERS: tuple[type[Check], ...] = (Layer3Timers, Layer2Timers)
