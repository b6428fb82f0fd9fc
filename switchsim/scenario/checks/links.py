"""LAPD links by their frames: what is sent is numbered without a gap, what comes in order is acknowledged (Q.921 5.6).

The machine's layer 3 gets exactly the I frames that its N(R) acknowledges; so N(R) may neither run ahead of what came
in sequence (a message made up, or taken twice) nor stay behind (a message lost) nor go back.
"""

from __future__ import annotations

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import FrameReceived, FrameSent, LinkDown
from switchsim.report.frames import Lapd, read_lapd
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.units import seconds

MODULUS = 128
WINDOW = 7  # k for 64 kbit/s call control, Q.921 5.9.5
COMMANDS = ("I", "SABME", "DISC")
ACKNOWLEDGE_CYCLES = seconds(2)  # the peer's T200, and its poll


class _Link(msgspec.Struct):
    up: bool = False
    asked: bool = False  # we sent SABME
    offered: bool = False  # the peer's last command to set the mode was SABME, not DISC
    command_bit: int = -1  # C/R of our commands, once one was seen
    busy: bool = False  # we told the peer to wait (RNR), and may discard what comes
    vs: int = 0  # N(S) of the next new frame
    va: int = 0  # the peer acknowledged all before
    vr: int = 0  # N(S) of the next frame in sequence
    nr: int = 0  # the last N(R) that was sent
    unacknowledged_since: int = -1


def _ahead(number: int, of: int) -> int:
    """How far `number` is ahead, modulo 128."""
    return (number - of) % MODULUS


class Sequence(Check):
    name = "links.sequence"
    title = "no layer 3 message is lost, duplicated or misordered on a link"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._links: dict[tuple[str, str], _Link] = {}
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {FrameSent: self._sent, FrameReceived: self._received, LinkDown: self._down}

    def _link(self, record: Record, link: str) -> _Link:
        return self._links.setdefault((record.place, link), _Link())

    def _sent(self, record: Record, event: FrameSent) -> None:
        lapd, link = read_lapd(bytes.fromhex(event.octets)), self._link(record, event.link)
        place = f"{record.place} {event.link}"
        if lapd.kind in COMMANDS:
            link.command_bit = lapd.command_bit
        if lapd.kind == "UA" and link.offered:
            self._reset(link)
        elif lapd.kind in ("SABME", "DISC", "DM", "UA"):
            link.up, link.asked = False, lapd.kind == "SABME"
        if not link.up:
            return
        if lapd.kind in ("RR", "RNR"):
            link.busy = lapd.kind == "RNR"
        if lapd.ns >= 0:
            self._numbered(record.at, place, link, lapd)
        if lapd.nr >= 0:
            self._acknowledges(record.at, place, link, lapd)

    def _numbered(self, at: int, place: str, link: _Link, lapd: Lapd) -> None:
        self._seen = True
        if lapd.ns == link.vs:
            link.vs = (link.vs + 1) % MODULUS
            if _ahead(link.vs, link.va) > WINDOW:
                what = f"I frame N(S) {lapd.ns} is beyond the window of {WINDOW} from {link.va} (Q.921 5.9.5)"
                self.found(at, place, what)
        elif _ahead(lapd.ns, link.va) >= _ahead(link.vs, link.va):
            self.found(at, place, f"I frame N(S) {lapd.ns} is sent; expected {link.vs} (Q.921 5.6.1)")

    def _acknowledges(self, at: int, place: str, link: _Link, lapd: Lapd) -> None:
        if _ahead(lapd.nr, link.nr) > _ahead(link.vr, link.nr):
            what = f"N(R) {lapd.nr} acknowledges what did not come in sequence; at most {link.vr} (Q.921 5.6.2)"
            self.found(at, place, what)
            link.vr = lapd.nr
        if link.nr != lapd.nr and link.unacknowledged_since >= 0:
            link.unacknowledged_since = at  # the rest came after what is acknowledged now
        link.nr = lapd.nr
        if link.nr == link.vr:
            link.unacknowledged_since = -1
        elif 0 <= link.unacknowledged_since < at - ACKNOWLEDGE_CYCLES:
            what = f"I frame N(S) {lapd.nr} came in sequence and is not acknowledged: lost to layer 3 (Q.921 5.6.2)"
            self.found(link.unacknowledged_since, place, what)
            link.vr, link.unacknowledged_since = lapd.nr, -1

    def _received(self, record: Record, event: FrameReceived) -> None:
        lapd, link = read_lapd(bytes.fromhex(event.octets)), self._link(record, event.link)
        if lapd.kind in COMMANDS and lapd.command_bit == link.command_bit:
            return  # one of our own, from a line that is looped: no response is of this kind (Q.921 table 5)
        if lapd.kind == "UA" and link.asked:
            self._reset(link)
        elif lapd.kind in ("SABME", "DISC", "DM"):
            link.up, link.offered = False, lapd.kind == "SABME"
        if not link.up:
            return
        if lapd.nr >= 0 and _ahead(lapd.nr, link.va) <= _ahead(link.vs, link.va):
            link.va = lapd.nr
        if lapd.ns == link.vr and not link.busy:
            self._seen = True
            link.vr = (link.vr + 1) % MODULUS
            if link.unacknowledged_since < 0:
                link.unacknowledged_since = record.at

    def _reset(self, link: _Link) -> None:
        link.up, link.asked, link.offered, link.busy = True, False, False, False
        link.vs = link.va = link.vr = link.nr = 0
        link.unacknowledged_since = -1

    def _down(self, record: Record, event: LinkDown) -> None:
        for (_, name), link in self._links.items():
            if name == event.link:
                link.up = False

    def finish(self, end: int) -> CheckResult:
        for (place, name), link in self._links.items():
            if link.up and 0 <= link.unacknowledged_since < end - ACKNOWLEDGE_CYCLES:
                what = f"I frame N(S) {link.nr} came in sequence, never acknowledged: lost to layer 3 (Q.921 5.6.2)"
                self.found(link.unacknowledged_since, f"{place} {name}", what)
        if not self._seen and not self.findings:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no I frame was sent or received")
        return judged(self.name, self.title, self.findings)


LINKS: tuple[type[Check], ...] = (Sequence,)
