"""Values of timers against the windows that the standards give them: one question for every layer."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Window = tuple[int, int, int, str]
"""(lowest, usual, highest, where it is told or what it waits for), in cycles."""


class Outside(msgspec.Struct, frozen=True):
    """A value that its window does not hold; all but the names in cycles."""

    name: str
    value: int
    low: int
    high: int
    told: str


def outside(values: Mapping[str, int], windows: Mapping[str, Window]) -> list[Outside]:
    """Every value that its window does not hold, in the order given; one without a window has no bounds."""
    found = []
    for name, value in values.items():
        low, _, high, told = windows.get(name, (value, value, value, ""))
        if not low <= value <= high:
            found.append(Outside(name, value, low, high, told))
    return found
