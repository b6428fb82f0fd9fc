"""R2 register signals and other tones for tests: samples on the 16-bit A-law scale, 8 kHz, as float64."""

from __future__ import annotations

import numpy as np
from dtmf_signals import PEAK_0_DBM0, Samples

FORWARD_HZ = (1380, 1500, 1620, 1740, 1860, 1980)       # Q.441 clause 4.1, by the frequencies' numbers
BACKWARD_HZ = (1140, 1020, 900, 780, 660, 540)
PAIRS = {
    1: (0, 1), 2: (0, 2), 3: (1, 2), 4: (0, 3), 5: (1, 3), 6: (2, 3), 7: (0, 4), 8: (1, 4), 9: (2, 4), 10: (3, 4),
    11: (0, 5), 12: (1, 5), 13: (2, 5), 14: (3, 5), 15: (4, 5),
}  # fmt: skip
"""Signal -> the numbers of its frequencies (Q.441 tables 5 and 6)."""


def tone(rng: np.random.Generator, hz: float, ms: float, dbm0: float) -> Samples:
    """One frequency at a random phase."""
    t = np.arange(round(ms * 8)) / 8000
    wave: Samples = PEAK_0_DBM0 * 10 ** (dbm0 / 20) * np.sin(2 * np.pi * (hz * t + rng.uniform()))
    return wave


def mfc(
    rng: np.random.Generator, signal: int, ms: float, dbm0: tuple[float, float] = (-11.5, -11.5),
    off_hz: tuple[float, float] = (0, 0), forward: bool = True,
) -> Samples:  # fmt: skip
    """A register signal: levels and offsets of the frequency of the lower and of the higher number."""
    hz = FORWARD_HZ if forward else BACKWARD_HZ
    low, high = PAIRS[signal]
    return tone(rng, hz[low] + off_hz[0], ms, dbm0[0]) + tone(rng, hz[high] + off_hz[1], ms, dbm0[1])
