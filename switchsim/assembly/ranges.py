"""Ranges of names in YAML files: `e1-0..e1-3`, `1001..1016`."""

from __future__ import annotations

import re
from typing import Any

from switchsim.assembly.yamltypes import wrong

MOST_IN_A_RANGE = 2_000


def spread(text: str) -> list[str]:
    """`e1-0..e1-3` or `1001..1016` written out; one name stays one name. Raises ValueError when it is no range."""
    first, dots, last = text.partition("..")
    if not dots:
        return [text]
    low, high = (re.fullmatch(r"(.*?)(\d+)", end) for end in (first, last))
    if low is None or high is None or low[1] != high[1]:
        raise ValueError(f"{text!r} is no range; expected NAME0..NAME7")
    a, b = int(low[2]), int(high[2])
    if not 0 <= b - a < MOST_IN_A_RANGE:
        raise ValueError(f"{text!r} goes the wrong way, or over more than {MOST_IN_A_RANGE}")
    return [f"{low[1]}{number:0{len(low[2])}d}" for number in range(a, b + 1)]


def spread_one(value: Any) -> Any:
    """A name or a range, written out; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(spread(value))
    except ValueError as error:
        raise wrong(str(error)) from None


def spread_each(value: Any) -> Any:
    """Names and ranges in a list, written out."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return value
    return tuple(name for item in value for name in spread_one(item))
