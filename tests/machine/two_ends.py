"""What benches of two exchanges back to back on one line have in common: their people, and what the journal says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from switchsim.dsp.engine import EV_HEARS, EV_SOURCE_DONE
from switchsim.farend.exchange import Party
from switchsim.kernel.scheduler import Kernel
from switchsim.model.event import Record
from switchsim.model.events import decode_line


class TwoEnds:
    """A kernel with the exchanges, and the lines of its journal."""

    kernel: Kernel
    lines: list[bytes]

    def people_of(self, end: int, slots: tuple[int, ...], speaks: int, hears: int) -> tuple[Party, ...]:
        """A party a timeslot; ids 101.. at end 0, 201.. at end 1. speaks, hears: cells of timeslot 0."""
        return tuple(
            Party(line="e1-0", timeslot=slot, source=number, ear=number, party=100 * (end + 1) + slot,
                  speaks=speaks + slot, hears=hears + slot)
            for number, slot in enumerate(slots, end * len(slots))
        )  # fmt: skip

    def own_people(self, place: str, parties: Iterable[Party]) -> None:
        """Their exchange is told what their sources and ears say."""
        for row in parties:
            self.kernel.own_media((EV_SOURCE_DONE,), row.source, place)
            self.kernel.own_media((EV_HEARS,), row.ear, place)

    def run(self, cycles: int) -> Self:
        self.kernel.run(self.kernel.now + cycles)
        return self

    def records(self, place: str = "", kind: str = "") -> list[Record]:
        found = [decode_line(line) for line in self.lines[1:]]
        return [
            row for row in found
            if (not place or row.place == place) and (not kind or type(row.event).__name__ == kind)
        ]  # fmt: skip

    def states(self, place: str, party: int) -> list[tuple[str, int]]:
        """(state, cause) of a party, in order."""
        rows: list[Any] = [row.event for row in self.records(place, "PartyState")]
        return [(row.state, row.cause) for row in rows if row.party == party]

    def heard(self, place: str, party: int) -> list[tuple[str, str]]:
        """(what, which) a party has heard, in order."""
        rows: list[Any] = [row.event for row in self.records(place, "PartyHears")]
        return [(row.what, row.which) for row in rows if row.party == party]
