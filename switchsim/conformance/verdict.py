"""Verdicts, what a tester logged, and how two logs are compared."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import msgspec


class Verdict(Enum):
    """Of one sheet on one bench."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not applicable"


class LogLine(msgspec.Struct, frozen=True):
    """One unit on the link (`>` from, `<` to the implementation under test), `!` order or `?` indication."""

    cycle: int
    sort: str
    octets: bytes
    text: str

    def __str__(self) -> str:
        return f"{self.cycle:>9} {self.sort} {self.text}"


class Result(msgspec.Struct, frozen=True):
    """What playing a sheet gave. place: file:line of the first deviation; reason: what it is."""

    verdict: Verdict
    place: str = ""
    reason: str = ""
    log: tuple[LogLine, ...] = ()

    def told(self, last: int = 12) -> str:
        """For people: the verdict, why, and the end of the log."""
        return "\n".join([f"{self.verdict.value}: {self.place} {self.reason}", *map(str, self.log[-last:])])


def first_difference(ours: Sequence[LogLine], theirs: Sequence[LogLine], tolerance_cycles: int) -> str:
    """Where two logs part: order and octets are to be equal, times within the tolerance; empty: nowhere.

    The two directions of a link are compared each for itself, as are orders and indications: units that cross on the
    link have no order.
    """
    for sort in "!?<>":
        left = [line for line in ours if line.sort == sort]
        right = [line for line in theirs if line.sort == sort]
        for number, (one, other) in enumerate(zip(left, right, strict=False)):
            if (one.octets, one.text) != (other.octets, other.text):
                return f"{sort} number {number} differs: {one} | {other}"
            if abs(one.cycle - other.cycle) > tolerance_cycles:
                return f"{sort} number {number} comes at different times: {one} | {other}"
        if len(left) != len(right):
            longer = left if len(left) > len(right) else right
            return f"{sort}: one log goes on with {longer[min(len(left), len(right))]}"
    return ""
