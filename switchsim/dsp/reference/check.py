"""Receiver of a continuity check tone in floating point: each block of 5 ms correlated as a whole, the rules in words.

For tests of the native receivers; a signal that lies near a limit may be told differently.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence

from switchsim.dsp.reference.g711 import alaw_decode
from switchsim.dsp.reference.tone import amplitude

BLOCK = 40  # cycles; from cycle 0
LEAST_MDBM0, HELD_MDBM0, MOST_MDBM0 = -20_000, -25_000, -4_000
PURITY = 0.7  # of the block's energy, at the frequency
BLOCKS_ON, BLOCKS_OFF = 8, 5


def holds(samples: Sequence[int], hz: int, start: int, least_mdbm0: int) -> bool:
    """Whether a block of samples from cycle `start` holds the tone."""
    turn = -2j * math.pi * hz / 8000
    found = sum(x * cmath.exp(turn * (start + i)) for i, x in enumerate(samples))
    peak = 2 * abs(found) / len(samples)
    energy = sum(x * x for x in samples)
    pure = energy > 0 and peak * peak * len(samples) / 2 >= PURITY * energy
    return pure and amplitude(least_mdbm0) <= peak <= amplitude(MOST_MDBM0)


def listen(codes: bytes, tones_hz: Sequence[int]) -> list[tuple[int, bool, int]]:
    """(cycle, begins, Hz) of the tones that a receiver tells, which hears A-law octets from cycle 0 on."""
    told: list[tuple[int, bool, int]] = []
    on, run, gap, last = 0, 0, 0, 0
    for start in range(0, len(codes) - BLOCK + 1, BLOCK):
        samples = [alaw_decode(code) for code in codes[start : start + BLOCK]]
        found = next((hz for hz in tones_hz if holds(samples, hz, start, HELD_MDBM0 if hz == on else LEAST_MDBM0)), 0)
        run = run + 1 if found == last else 1
        last = found
        if on:
            gap = 0 if found == on else gap + 1
            if gap == BLOCKS_OFF:
                told.append((start + BLOCK - 1, False, on))
                on = run = 0
        elif found and run >= BLOCKS_ON:
            on, gap = found, 0
            told.append((start + BLOCK - 1, True, on))
    return told
