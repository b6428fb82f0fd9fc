"""Signals for receivers: digits, register signals, tones, and what lies over them.

Samples are float64 on the 16-bit A-law scale at 8 kHz, 0 dBm0 = 16139 RMS; levels are dBm0 a tone unless said so,
times are ms, offsets percent of the nominal frequency. Twist is high minus low. Chance comes from the generator given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from switchsim.dsp.assets import encode_alaw

Samples = np.ndarray[Any, np.dtype[np.float64]]
Octets = np.ndarray[Any, np.dtype[np.uint8]]
Rng = np.random.Generator

RATE: Final = 8000
PEAK_0_DBM0: Final = 22_824
RMS_0_DBM0: Final = 16_139
KEYS: Final = "123A456B789C*0#D"                    # Q.23 table: rows are low frequencies, columns high ones
LOW_HZ: Final = (697, 770, 852, 941)
HIGH_HZ: Final = (1209, 1336, 1477, 1633)
MFC_HZ: Final = {"forward": (1380, 1500, 1620, 1740, 1860, 1980), "backward": (1140, 1020, 900, 780, 660, 540)}
MFC_PAIRS: Final = tuple((low, high) for high in range(1, 6) for low in range(high))
"""Signal n is made of the frequencies MFC_PAIRS[n - 1] of its direction (Q.441 table 5)."""


def silence(ms: float) -> Samples:
    """Nothing."""
    return np.zeros(round(ms * 8))


def sine(n: int, hz: float, dbm0: float, phase: float = 0) -> Samples:
    """One tone of n samples; phase in radians."""
    turns = 2 * np.pi * hz / RATE
    wave: Samples = PEAK_0_DBM0 * 10 ** (dbm0 / 20) * np.sin(turns * np.arange(n) + phase)
    return wave


def tones(rng: Rng, ms: float, hz: Sequence[float], dbm0: Sequence[float]) -> Samples:
    """Several tones at once, each at a random phase."""
    made = silence(ms)
    for one, level in zip(hz, dbm0, strict=True):
        made = made + sine(len(made), one, level, rng.uniform(0, 2 * np.pi))
    return made


def digit(rng: Rng, key: str, ms: float, low: float = -10, high: float = -10, low_off: float = 0,
          high_off: float = 0) -> Samples:
    """One DTMF digit (Q.23)."""
    index = KEYS.index(key)
    hz = LOW_HZ[index // 4] * (1 + low_off / 100), HIGH_HZ[index % 4] * (1 + high_off / 100)
    return tones(rng, ms, hz, (low, high))


def register_signal(rng: Rng, direction: str, number: int, ms: float, levels: tuple[float, float] = (-11.5, -11.5),
                    offsets_hz: tuple[float, float] = (0, 0)) -> Samples:
    """MFC signal 1..15 (Q.441 table 5); levels and offsets of its frequency of lower number first."""
    first, second = (MFC_HZ[direction][index] for index in MFC_PAIRS[number - 1])
    return tones(rng, ms, (first + offsets_hz[0], second + offsets_hz[1]), levels)


def noise(rng: Rng, n: int, dbm0: float) -> Samples:
    """White noise of this level, 0-4 kHz."""
    return rng.normal(0, RMS_0_DBM0 * 10 ** (dbm0 / 20), n)


def total_dbm0(*levels: float) -> float:
    """The level of tones together."""
    return float(10 * np.log10(sum(10 ** (level / 10) for level in levels)))


def level_of(samples: Samples) -> float:
    """dBm0 RMS; -300 of nothing."""
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    return 10 * float(np.log10(max(power / RMS_0_DBM0**2, 1e-30)))


def framed(rng: Rng, *pieces: Samples) -> Samples:
    """The pieces one after the other, begun 20..32 ms into silence (any place in a block), with 60 ms of it after."""
    return np.concatenate([silence(20), np.zeros(int(rng.integers(0, 96))), *pieces, silence(60)])


def echoed(signal: Samples, late_ms: float, dbm0: float) -> Samples:
    """With an echo, late and this much below (a negative number)."""
    late = round(late_ms * 8)
    return signal + np.concatenate([np.zeros(late), signal[: len(signal) - late]]) * 10 ** (dbm0 / 20)


def clipped(signal: Samples, dbm0: float) -> Samples:
    """Cut off at the peak of a tone of this level."""
    peak = PEAK_0_DBM0 * 10 ** (dbm0 / 20)
    cut: Samples = np.clip(signal, -peak, peak)
    return cut


def stack(signals: Sequence[Samples]) -> Samples:
    """[signal][sample], filled up with silence to whole rows of eight."""
    longest = max(map(len, signals)) + 8
    table = np.zeros((len(signals), longest // 8 * 8))
    for row, signal in zip(table, signals, strict=True):
        row[: len(signal)] = signal
    return table


def encode(samples: Samples) -> Octets:
    """A-law octets of samples of any shape; what is too loud is clipped as the encoder does."""
    linear = np.clip(np.rint(samples), -32768, 32767).astype("<i2")
    return np.frombuffer(encode_alaw(linear.tobytes()), np.uint8).reshape(samples.shape)


def with_bit_errors(rng: Rng, octets: Octets, rate: float) -> Octets:
    """Every bit wrong with this probability."""
    wrong = rng.random((*octets.shape, 8)) < rate
    return octets ^ np.packbits(wrong, axis=-1)[..., 0]
