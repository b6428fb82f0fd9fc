"""Time and level units: one integer clock, and the only places where text or floats become integers.

A *cycle* is one PCM frame: 125 microseconds, 8000 a second (G.704 clause 2.1.4).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NewType

Cycle = NewType("Cycle", int)
"""Cycles since reset, 0 and up."""

CYCLES_PER_SECOND: Final = 8000
CYCLES_PER_MS: Final = 8
ROW_CYCLES: Final = 8
"""K: the row of consecutive cycles that the native core switches at once."""

_DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>us|ms|s|min|h|cyc)", re.ASCII)
_UNIT_US: Final = {"us": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000, "cyc": 125}


def ms(milliseconds: int) -> int:
    """Cycles in `milliseconds`."""
    return milliseconds * CYCLES_PER_MS


def seconds(number: int) -> int:
    """Cycles in a whole number of seconds."""
    return number * CYCLES_PER_SECOND


def parse_duration(text: str) -> int:
    """Cycles of `12.5s`, `300ms`, `400cyc`, `2min`; raises ValueError when the text is none or not whole cycles."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration; expected a number and one of us, ms, s, min, h, cyc, as in 12.5s")
    cycles = Decimal(match["number"]) * _UNIT_US[match["unit"]] / 125
    if cycles != int(cycles):
        raise ValueError(f"{text!r} is no whole number of 125 us cycles")
    return int(cycles)


def duration_text(cycles: int) -> str:
    """A text that `parse_duration` makes these cycles of, 0 and up: `2s`, `1500ms`, `0.125ms`, `131.072s`."""
    whole = cycles % CYCLES_PER_SECOND == 0 or cycles >= 10 * CYCLES_PER_SECOND
    size, unit = (CYCLES_PER_SECOND, "s") if whole else (CYCLES_PER_MS, "ms")
    number = str(cycles // size) if cycles % size == 0 else f"{(Decimal(cycles) / size).normalize():f}"
    return number + unit


def round_up(value: int, step: int) -> int:
    """The smallest multiple of `step` that is not below `value`."""
    return -(-value // step) * step


def format_cycles(cycles: int) -> str:
    """A time for people: seconds to three decimals, and the cycle."""
    return f"{cycles // CYCLES_PER_SECOND}.{cycles % CYCLES_PER_SECOND * 1000 // CYCLES_PER_SECOND:03d}s"
