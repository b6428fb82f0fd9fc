"""Tones, levels and the exponential distribution in floating point: what the integer ones must come close to."""

from __future__ import annotations

import math

PEAK_0_DBM0 = 22_824                 # 16-bit A-law scale


def phase_step(freq_mhz: int) -> int:
    """Part of a turn (2^32) that a frequency advances in one sample of 125 us, to the nearest."""
    return (2 * (freq_mhz << 32) + 8_000_000) // (2 * 8_000_000)


def amplitude(level_mdbm0: int) -> float:
    """Peak of a sine on the 16-bit scale."""
    return PEAK_0_DBM0 * math.pow(10.0, level_mdbm0 / 20_000)


def sine(phase: int, peak: float) -> float:
    """peak * sin(phase), phase in 1/2^32 turn."""
    return peak * math.sin(2 * math.pi * phase / 2**32)


def exponential_q16(draw: int) -> float:
    """-ln((draw + 1) / 2^64) in 1/65536; exact to a double's precision also next to u = 1."""
    missing = (1 << 64) - 1 - draw
    return -math.log1p(-missing / 2**64) * 65_536 if missing < 1 << 60 else -math.log((draw + 1) / 2**64) * 65_536
