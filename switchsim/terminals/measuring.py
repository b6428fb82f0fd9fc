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
    """One link since cycle `since`; `*_since`: -1 while that is not so. base: what the counters showed at `since`."""

    since: int = 0
    base: list[int] = []
    up_since: int = -1
    outage_since: int = -1
    congested_since: int = -1
    up_cycles: int = 0
    outage_cycles: int = 0
    congested_cycles: int = 0
    restored: int = 0
    congestions: int = 0
    unaligned: int = 0  # failures of alignment or proving
    failures: dict[str, int] = {}  # of a link in service, by reason


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

    def reported(self, number: int, what: str, reason: str, now: int) -> None:
        """A report of level 2, as in Level2Report."""
        tally = self.tallies[number]
        if what == "in_service":
            if tally.up_since < 0:
                tally.up_since, tally.restored = now, tally.restored + 1
        elif what == "out_of_service":
            if tally.up_since < 0:
                tally.unaligned += 1
            else:
                name = _REASONS.get(reason, "other")
                tally.failures[name] = tally.failures.get(name, 0) + 1
            self.stopped(number, now)
        elif what == "remote_outage" and tally.outage_since < 0:
            tally.outage_since = now
        elif what == "remote_recovered":
            _end_outage(tally, now)
        elif what == "congested":
            _end_congestion(tally, now)
            if reason:
                tally.congested_since, tally.congestions = now, tally.congestions + 1

    def stopped(self, number: int, now: int) -> None:
        """The link is out of service, for whatever reason."""
        tally = self.tallies[number]
        if tally.up_since >= 0:
            tally.up_cycles += now - tally.up_since
            tally.up_since = -1
        _end_outage(tally, now)
        _end_congestion(tally, now)

    def measured(self, number: int, level: LinkState, now: int) -> LinkMeasured:
        """The bin that ends now; the next one begins."""
        tally = self.tallies[number]
        _roll(tally, now)
        counters = self._counters(number, level)
        counts = [after - before for after, before in zip(counters, tally.base, strict=True)]
        bad, msus_in, octets_in, countings, counted, begun, octets_begun, repeated, octets_repeated = counts[:9]
        nacks, sib_in, sib_out, dropped = counts[9:]
        event = LinkMeasured(
            link=self.rows[number].name, since=tally.since, in_service=tally.up_cycles,
            failures=sum(tally.failures.values()), failures_abnormal=tally.failures.get("abnormal", 0),
            failures_delay=tally.failures.get("delay", 0), failures_errors=tally.failures.get("errors", 0),
            failures_congestion=tally.failures.get("congestion", 0), failures_alignment=tally.unaligned,
            units_bad=bad, nacks_in=nacks, restored=tally.restored, remote_outage=tally.outage_cycles,
            sib_in=sib_in, sib_out=sib_out, octets_out=octets_begun - (octets_repeated - _UNIT_OCTETS * repeated),
            octets_repeated=octets_repeated, msus_out=begun - repeated, octets_in=octets_in, msus_in=msus_in,
            congestions=tally.congestions, congested=tally.congested_cycles, dropped=dropped, countings=countings,
            octets_counted=counted,
        )  # fmt: skip
        self.tallies[number] = Tally(
            since=now, base=counters, up_since=tally.up_since, outage_since=tally.outage_since,
            congested_since=tally.congested_since,
        )  # fmt: skip
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


def _end_outage(tally: Tally, now: int) -> None:
    if tally.outage_since >= 0:
        tally.outage_cycles += now - tally.outage_since
        tally.outage_since = -1


def _end_congestion(tally: Tally, now: int) -> None:
    if tally.congested_since >= 0:
        tally.congested_cycles += now - tally.congested_since
        tally.congested_since = -1


def _roll(tally: Tally, now: int) -> None:
    """Count what goes on up to now; it goes on in the next bin."""
    for what in ("up", "outage", "congested"):
        began = getattr(tally, f"{what}_since")
        if began >= 0:
            setattr(tally, f"{what}_cycles", getattr(tally, f"{what}_cycles") + now - began)
            setattr(tally, f"{what}_since", now)
