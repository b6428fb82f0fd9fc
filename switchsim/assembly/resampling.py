"""Samples of any coding made 8 kHz, mono, 16 bits: for sounds that are not so already (switchsim.assembly.wav).

By numpy and soxr, in double precision; the only floating point on the way to what a machine plays, done before a run.
"""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from switchsim.dsp.assets import law_samples

RATE = 8000
FLOAT, ALAW, ULAW = 3, 6, 7
Samples = NDArray[np.float64]


def linear(octets: bytes, coding: int, bits: int) -> Samples:
    """On the 16-bit scale; coding and bits as in the format chunk of a WAV file. Raises ValueError."""
    if coding in (ALAW, ULAW):
        decoded: Samples = np.array(law_samples(coding == ULAW), np.float64)[np.frombuffer(octets, np.uint8)]
        return decoded
    if coding == FLOAT:
        with np.errstate(invalid="ignore"):  # what is no number is refused below, without a warning
            samples = np.frombuffer(octets, f"<f{bits // 8}").astype(np.float64)
        if not np.isfinite(samples).all():
            raise ValueError("holds samples that are no numbers")
        return np.clip(samples, -1, 1) * 32768
    if bits == 8:
        return (np.frombuffer(octets, np.uint8).astype(np.float64) - 128) * 256
    if bits == 24:
        wide = np.zeros((len(octets) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(octets, np.uint8).reshape(-1, 3)
        octets, bits = wide.tobytes(), 32
    return np.frombuffer(octets, f"<i{bits // 8}").astype(np.float64) / (1 << (bits - 16))


def resampled(samples: Samples, channels: int, rate: int) -> bytes:
    """The mean of the channels at 8 kHz, rounded to little-endian 16 bits, saturated."""
    mono = samples.reshape(-1, channels).mean(axis=1)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE, quality="VHQ")
    whole: bytes = np.clip(np.rint(mono), -32768, 32767).astype("<i2").tobytes()
    return whole
