"""Seats on D channels: which seats share one, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from switchsim.assembly.machine import SeatsSpec

DIRECT, ONE, SEVERAL = "direct", "1b+d", "nb+d"
MOST_SHARED: Final = 16
"""Both directions of so many B channels fill a native line."""

Trouble = tuple[tuple[str | int, ...], str, str]
"""(where, what, expected)."""


def seat_groups(seats: Sequence[SeatsSpec]) -> list[tuple[str, ...]]:
    """The seats of each D channel, in the order of the machine file."""
    return [group for spec in seats for group in _groups(spec)]


def _groups(spec: SeatsSpec) -> Iterator[tuple[str, ...]]:
    size = {DIRECT: 0, ONE: 1, SEVERAL: spec.d_shared}[spec.access]
    for first in range(0, len(spec.numbers) if size else 0, size or 1):
        yield tuple(spec.numbers[first : first + size])


def access_problems(seats: Sequence[SeatsSpec], boards: Sequence[int]) -> Iterator[Trouble]:
    """What can not be. boards: how many seats each seat board takes, in their order."""
    ends = [sum(boards[: count + 1]) for count in range(len(boards))]
    index = 0
    for row, spec in enumerate(seats):
        if spec.access == SEVERAL and not spec.d_shared:
            yield (("seats", row, "access"), "nb+d without d_shared", "d_shared: how many seats share a D channel")
        elif spec.access != SEVERAL and spec.d_shared:
            yield (("seats", row, "d_shared"), f"d_shared of seats with access {spec.access}", f"access: {SEVERAL}")
        else:
            for group in _groups(spec):
                first = index + spec.numbers.index(group[0])
                if any(first < end < first + len(group) for end in ends):
                    what = f"seats {group[0]} to {group[-1]} share a D channel, but sit on two boards"
                    yield (("seats", row, "numbers"), what, "all seats of a D channel on one board")
        index += len(spec.numbers)
