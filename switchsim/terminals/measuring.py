"""What a board measures of its signalling links, bin by bin (Q.752 tables 1 to 3).

The terminals of the native core and level 2 count since they began; a bin is the difference of two such counts. Times
are taken from what level 2 reports.
"""

from __future__ import annotations

from typing import Final

from switchsim.dsp.engine import Engine
from switchsim.model.events import LinkMeasured
from switchsim.model.part import State
from switchsim.proto.mtp2 import LinkState
from switchsim.terminals.level2 import TerminalRow

_UNIT_OCTETS: Final = 6  # flag, BSN, FSN, length indicator and check bits of a repeated unit (item 3.2 counts them)
_REASONS: Final = {
    "abnormal BSN": "abnormal", "abnormal FIB": "abnormal", "T7 expired": "delay", "SUERM": "errors",
    "T6 expired": "congestion",
}  # fmt: skip


class Tally(State):
    """One link since cycle `since`.

    base: what the counters showed then. began: conditions that hold (up, remote_outage, local_outage, congested,
    remote_busy, local_busy), and since when, as far as this bin goes; lasted: cycles for which each held before.
    """

    since: int = 0
    base: list[int] = []
    began: dict[str, int] = {}
    lasted: dict[str, int] = {}
    restored: int = 0
    congestions: int = 0
    unaligned: int = 0  # failures of alignment or proving
    failures: dict[str, int] = {}  # of a link in service, by reason

    def holds(self, what: str, on: bool, now: int) -> None:
        """A condition begins to hold, or ends."""
        if on:
            self.began.setdefault(what, now)
        elif what in self.began:
            self.lasted[what] = self.lasted.get(what, 0) + now - self.began.pop(what)

    def roll(self, now: int) -> None:
        """Count what holds up to now; it holds on in the next bin."""
        for what in list(self.began):
            self.holds(what, False, now)
            self.began[what] = now


class Meter:
    """Tallies of one board's links; `tallies` are those of the board's state."""

    def __init__(self, engine: Engine, rows: tuple[TerminalRow, ...]) -> None:
        self.engine = engine
        self.rows = rows
        self.tallies: list[Tally] = []

    def begin(self, tallies: list[Tally], levels: list[LinkState], now: int) -> None:
        """These are the tallies from now on, when the board starts."""
        self.tallies = tallies
        for number, level in enumerate(levels):
            tallies[number].since = now
            tallies[number].base = self._counters(number, level)

    def reported(self, number: int, what: str, value: int, reason: str, now: int) -> None:
        """A report of level 2, as in Level2Report."""
        tally = self.tallies[number]
        if what in ("in_service", "remote_outage"):  # either can be the first that is heard of a link
            tally.restored += "up" not in tally.began
            tally.holds("up", True, now)
        if what == "out_of_service":
            if "up" in tally.began:
                name = _REASONS.get(reason, "other")
                tally.failures[name] = tally.failures.get(name, 0) + 1
            else:
                tally.unaligned += 1
            self.stopped(number, now)
        elif what in ("remote_outage", "remote_recovered"):
            tally.holds("remote_outage", what == "remote_outage", now)
        elif what in ("congested", "local_outage"):
            tally.congestions += what == "congested" and bool(value) and what not in tally.began
            tally.holds(what, bool(value), now)

    def heard(self, number: int, level: LinkState, now: int) -> None:
        """A unit came: either side may be busy, or not any more."""
        tally = self.tallies[number]
        if level.sib_received != ("remote_busy" in tally.began):
            tally.holds("remote_busy", level.sib_received, now)
        if level.receive_congested != ("local_busy" in tally.began):
            tally.holds("local_busy", level.receive_congested, now)

    def stopped(self, number: int, now: int) -> None:
        """The link is out of service, for whatever reason."""
        tally = self.tallies[number]
        for what in list(tally.began):
            tally.holds(what, False, now)

    def measured(self, number: int, level: LinkState, now: int) -> LinkMeasured:
        """The bin that ends now; the next one begins."""
        tally = self.tallies[number]
        tally.roll(now)
        lasted, failures = tally.lasted, tally.failures
        counters = self._counters(number, level)
        counts = [after - before for after, before in zip(counters, tally.base, strict=True)]
        bad, msus_in, octets_in, countings, counted, begun, octets_begun, repeated, octets_repeated = counts[:9]
        nacks, sib_in, sib_out, dropped = counts[9:]
        event = LinkMeasured(
            link=self.rows[number].name, since=tally.since, in_service=lasted.get("up", 0),
            failures=sum(failures.values()), failures_abnormal=failures.get("abnormal", 0),
            failures_delay=failures.get("delay", 0), failures_errors=failures.get("errors", 0),
            failures_congestion=failures.get("congestion", 0), failures_alignment=tally.unaligned,
            units_bad=bad, nacks_in=nacks, restored=tally.restored, remote_outage=lasted.get("remote_outage", 0),
            local_outage=lasted.get("local_outage", 0), remote_busy=lasted.get("remote_busy", 0),
            local_busy=lasted.get("local_busy", 0), sib_in=sib_in, sib_out=sib_out,
            octets_out=octets_begun - (octets_repeated - _UNIT_OCTETS * repeated),
            octets_repeated=octets_repeated, msus_out=begun - repeated, octets_in=octets_in, msus_in=msus_in,
            congestions=tally.congestions, congested=lasted.get("congested", 0), dropped=dropped,
            countings=countings, octets_counted=counted,
        )  # fmt: skip
        self.tallies[number] = Tally(since=now, base=counters, began=tally.began)
        return event

    def _counters(self, number: int, level: LinkState) -> list[int]:
        row = self.rows[number]
        heard, sent = self.engine.su_counters(row.receiver), self.engine.su_tx_counters(row.transmitter)
        bad = heard.bad_fcs + heard.bad_abort + heard.bad_short + heard.bad_long + heard.bad_align
        return [
            bad, heard.msus, heard.msu_octets, heard.countings, heard.counted_octets, sent.msus, sent.msu_octets,
            level.retransmitted_count, level.retransmitted_octets_count, level.nacks_in_count, level.sib_in_count,
            level.sib_out_count, level.dropped_out_count,
        ]  # fmt: skip

