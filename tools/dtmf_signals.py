"""DTMF signals for tests and benches: samples on the 16-bit A-law scale, 8 kHz, as float64. Twist is high minus low."""

from __future__ import annotations

from typing import Any

import numpy as np

KEYS = "123A456B789C*0#D"
LOW_HZ, HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
PEAK_0_DBM0 = 22_824
RMS_0_DBM0 = 16_139

Samples = np.ndarray[Any, np.dtype[np.float64]]


def silence(ms: float) -> Samples:
    """ms * 8 zeros."""
    return np.zeros(round(ms * 8))


def digit(
    rng: np.random.Generator, key: str, ms: float, low_dbm0: float = -10, high_dbm0: float = -10, low_off: float = 0,
    high_off: float = 0,
) -> Samples:  # fmt: skip
    """One key at random phases; frequency offsets in percent."""
    index, t = KEYS.index(key), np.arange(round(ms * 8)) / 8000
    low = LOW_HZ[index // 4] * (1 + low_off / 100)
    high = HIGH_HZ[index % 4] * (1 + high_off / 100)
    return PEAK_0_DBM0 * (
        10 ** (low_dbm0 / 20) * np.sin(2 * np.pi * low * t + rng.uniform(0, 2 * np.pi))
        + 10 ** (high_dbm0 / 20) * np.sin(2 * np.pi * high * t + rng.uniform(0, 2 * np.pi))
    )


def noise(rng: np.random.Generator, n: int, level_dbm0: float) -> Samples:
    """White noise, 0-4 kHz."""
    return rng.normal(0, RMS_0_DBM0 * 10 ** (level_dbm0 / 20), n)


def at_random(rng: np.random.Generator, *pieces: Samples) -> Samples:
    """The pieces one after the other, begun 20..32 ms into silence (any offset in a block), 40 ms of silence after."""
    return np.concatenate([silence(20), np.zeros(int(rng.integers(0, 96))), *pieces, silence(40)])


def stack(signals: list[Samples]) -> Samples:
    """[signal][sample], filled up with silence to a whole number of rows."""
    longest = max(map(len, signals)) + 8
    table = np.zeros((len(signals), longest // 8 * 8))
    for row, signal in zip(table, signals, strict=True):
        row[: len(signal)] = signal
    return table
