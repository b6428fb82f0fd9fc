"""Measurements of signalling links (Q.752 tables 1 to 3), bin by bin, from a finished journal.

What only a link's board can count comes from its LinkMeasured events; what level 3 sees from its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from switchsim.model.event import Record
from switchsim.model.events import Changeback, Changeover, LinkMeasured, SignallingLink

LINK_EVENTS: Final = frozenset({LinkMeasured, SignallingLink, Changeover, Changeback})
"""What a LinkCounter takes."""
_FAR_END: Final = "farend/"
_STATES: Final = ("available", "failed", "inhibited", "blocked", "deactivated", "testing")
"""States of a link in level 3; other words of a SignallingLink are results of requests."""


class LinkBin(msgspec.Struct, kw_only=True):
    """One link of the machine in one bin; cycles, units and octets. Numbers in the comments: items of Q.752."""

    begin: int
    cycles: int
    partial: bool
    link: str
    in_service: int = 0  # 1.1
    failures: int = 0  # 1.2
    failures_abnormal: int = 0  # 1.3
    failures_delay: int = 0  # 1.4
    failures_errors: int = 0  # 1.5
    failures_congestion: int = 0  # 1.6
    failures_alignment: int = 0  # 1.7
    units_bad: int = 0  # 1.8
    nacks_in: int = 0  # 1.9
    changeovers: int = 0  # 1.10
    changebacks: int = 0  # 1.11
    restored: int = 0  # 1.12
    unavailable: int = 0  # 2.1
    inhibited: int = 0  # 2.5 and 2.6: by either side
    failed: int = 0  # 2.7
    remote_outage: int = 0  # 2.9
    local_outage: int = 0
    remote_busy: int = 0
    local_busy: int = 0  # 2.15
    sib_in: int = 0
    sib_out: int = 0
    octets_out: int = 0  # 3.1
    octets_repeated: int = 0  # 3.2
    msus_out: int = 0  # 3.3
    octets_in: int = 0  # 3.4
    msus_in: int = 0  # 3.5
    congestions: int = 0  # 3.6
    congested: int = 0  # 3.7
    dropped: int = 0  # 3.10
    countings: int = 0  # times in octet counting (Q.703 4.1.4)
    octets_counted: int = 0


_MEASURED: Final = tuple(name for name in LinkMeasured.__struct_fields__ if name not in ("link", "since"))


class _Level3(msgspec.Struct):
    state: str = "deactivated"
    since: int = 0


class LinkCounter:
    """Links are those that the machine's level 3 or boards tell of."""

    def __init__(self, bin_cycles: int) -> None:
        self.bin_cycles = bin_cycles
        self._bins: dict[tuple[int, str], LinkBin] = {}
        self._level3: dict[str, _Level3] = {}

    def take(self, record: Record) -> None:
        event = record.event
        if isinstance(event, LinkMeasured):
            row = self._bin(event.since, event.link)
            for name in _MEASURED:
                setattr(row, name, getattr(row, name) + getattr(event, name))
        elif isinstance(event, SignallingLink | Changeover | Changeback) and not record.place.startswith(_FAR_END):
            link = self._level3.setdefault(event.link, _Level3())
            if isinstance(event, Changeover):
                self._bin(record.at, event.link).changeovers += 1
            elif isinstance(event, Changeback):
                self._bin(record.at, event.link).changebacks += 1
            elif event.state in _STATES:
                self._passed(event.link, link, record.at)
                link.state = event.state

    def result(self, end: int) -> Iterable[LinkBin]:
        """All bins up to the last cycle, by time, then by name of the link."""
        for name, link in self._level3.items():
            self._passed(name, link, end)
        links = sorted({*self._level3, *(name for _, name in self._bins)}, key=_natural)
        rows = []
        for begin in range(0, end, self.bin_cycles):
            cycles = min(self.bin_cycles, end - begin)
            for name in links:
                row = self._bin(begin, name)
                row.cycles, row.partial = cycles, cycles < self.bin_cycles
                rows.append(row)
        return rows

    def _bin(self, at: int, link: str) -> LinkBin:
        begin = at // self.bin_cycles * self.bin_cycles
        if (begin, link) not in self._bins:
            self._bins[begin, link] = LinkBin(begin=begin, cycles=self.bin_cycles, partial=False, link=link)
        return self._bins[begin, link]

    def _passed(self, name: str, link: _Level3, now: int) -> None:
        """The link was in its state up to now; the time goes to the bins that it touches."""
        while link.since < now:
            end = min(now, (link.since // self.bin_cycles + 1) * self.bin_cycles)
            row, cycles = self._bin(link.since, name), end - link.since
            if link.state != "available":
                row.unavailable += cycles
            if link.state == "inhibited":
                row.inhibited += cycles
            elif link.state == "failed":
                row.failed += cycles
            link.since = end


def _natural(name: str) -> list[tuple[int, str]]:
    """`e1-10:16` comes behind `e1-9:16`."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
