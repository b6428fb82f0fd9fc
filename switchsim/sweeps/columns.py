"""The columns of Q.24 table A-1, and the Chinese limits, as demands: each set of limits does what its column says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from switchsim.sweeps.demands import Demand, Make, gap, off, tone
from switchsim.sweeps.signals import HIGH_HZ, KEYS, LOW_HZ, Rng, Samples, digit, framed


@dataclass(frozen=True)
class Column:
    """What must be accepted and what must be refused: percent, Hz, dBm0 a tone, dB, ms; None: the column is silent."""

    frequency: float
    frequency_hz: float             # to be accepted besides
    frequency_refused: float | None
    level: tuple[float, float]      # lowest, highest
    level_refused: float
    high_above: float
    low_above: float
    tone: float
    tone_refused: float | None
    pause: float | None
    interruption: float


COLUMNS: Final = {
    "ntt": Column(1.8, 0, 3.0, (-24, -3), -29, 5, 5, 40, 24, 30, 10),
    "att": Column(1.5, 0, 3.5, (-25, 0), -55, 4, 8, 40, 23, 40, 10),
    "denmark": Column(1.5, 2, None, (-27, -2), -36, 6, 6, 40, 20, 40, 20),
    "australia": Column(1.5, 4, 7.0, (-27, -5), -30, 10, 10, 40, 25, 70, 12),
    "brazil": Column(1.8, 0, 3.0, (-25, -3), -50, 9, 9, 40, 20, 30, 10),
    "china": Column(1.5, 0, 3.5, (-23, -4), -31, 6, 6, 40, None, None, 10),
}


def columns() -> Iterator[Demand]:
    """Every row of every column."""
    for name, column in COLUMNS.items():
        for what, make in _rows(column):
            yield Demand(f"{name}: {what}", 100, make, limits=name)


def _rows(column: Column) -> Iterator[tuple[str, Make]]:
    lowest, highest = column.level
    yield f"{column.frequency:g} % + {column.frequency_hz:g} Hz off accepted", at_the_edge(column)
    if column.frequency_refused:
        for which in ("low", "high"):
            wrong = column.frequency_refused
            yield f"{which} {wrong:g} % off refused", off(wrong, wrong, which)
    for level in (lowest, highest):
        yield f"{level:g} dBm0 a tone accepted", tone(50, level, level)
    faint = column.level_refused
    yield f"{faint:g} dBm0 a tone refused", tone(100, faint, faint, heard=False)
    yield f"twist +{column.high_above:g} dB accepted", tone(50, -10 - column.high_above, -10)
    yield f"twist -{column.low_above:g} dB accepted", tone(50, -10, -10 - column.low_above)
    yield f"{column.tone:g} ms accepted", tone(column.tone)
    if column.tone_refused:
        yield f"{column.tone_refused:g} ms refused", tone(column.tone_refused, heard=False)
    yield f"gap of {column.interruption:g} ms ridden over", gap(column.interruption, False)
    if column.pause:
        yield f"pause of {column.pause:g} ms separates", gap(column.pause, True)


def at_the_edge(column: Column) -> Make:
    """50 ms with both frequencies off as far as they may be, each either way."""
    def make(rng: Rng, key: str) -> tuple[Samples, str]:
        index = KEYS.index(key)
        low, high = (sign * (column.frequency + 100 * column.frequency_hz / hz) for sign, hz in zip(
            rng.choice((-1, 1), 2), (LOW_HZ[index // 4], HIGH_HZ[index % 4]), strict=True))
        return framed(rng, digit(rng, key, 50, low_off=low, high_off=high)), key

    return make
