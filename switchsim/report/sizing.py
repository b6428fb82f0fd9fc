"""Sizing sheet: how many seats a call centre needs for its customers, in whole numbers."""

from __future__ import annotations

from typing import Final

import msgspec

MILLION: Final = 1_000_000
SECONDS_AN_HOUR: Final = 3600
B_TYPE_SEATS: Final = 256


class Sizing(msgspec.Struct, frozen=True):
    """seats: rounded up. milli_erlang: mean number of callers in talk in the busy hour. machines: of the B type, by
    their seats alone."""

    seats: int
    milli_erlang: int
    busy_hour_calls: int
    machines: int


def sizing(
    customers: int, daily_rate_ppm: int, concentration_ppm: int, duration_seconds: int, load_ppm: int
) -> Sizing:
    """seats = customers x daily rate x concentration x duration / (3600 x load), rounded up.

    customers: 1 and up. daily_rate_ppm: calls a customer and day, millionths (usually up to 3,000). concentration_ppm:
    share of a day's calls in its busiest hour (150,000 to 200,000). duration_seconds: mean call (120 to 150).
    load_ppm: highest share of its time that a seat is in calls (700,000 to 750,000). Raises ValueError for values
    below 1, and shares above a million.
    """
    given = (customers, daily_rate_ppm, concentration_ppm, duration_seconds, load_ppm)
    if min(given) < 1 or max(concentration_ppm, load_ppm) > MILLION:
        raise ValueError(f"sizing of {given}; expected values from 1, shares up to {MILLION}")
    calls = customers * daily_rate_ppm * concentration_ppm  # in a busy hour, times a million squared
    work = calls * duration_seconds
    seats = -(-work // (SECONDS_AN_HOUR * load_ppm * MILLION))
    milli_erlang = 1000 * work // (SECONDS_AN_HOUR * MILLION**2)
    return Sizing(seats, milli_erlang, -(-calls // MILLION**2), -(-seats // B_TYPE_SEATS))
