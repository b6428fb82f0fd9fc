"""Sounds that are no digits and may be taken for some: vowels, chords, pairs of wrong frequencies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from switchsim.sweeps.signals import HIGH_HZ, LOW_HZ, RATE, Rng, Samples, level_of, sine

NOTE_ZERO_HZ: Final = 110.0
Sounds = Callable[[Rng, float], Samples]
"""So many seconds of something."""


def vowels(rng: Rng, seconds: float) -> Samples:
    """Harmonics of a voice held for 80..250 ms, weighted by three formants, narrow ones too; hardly a pause."""
    pieces: list[Samples] = []
    while sum(map(len, pieces)) < seconds * RATE:
        pieces += [_vowel(rng), np.zeros(int(rng.integers(0, 400)))]
    return np.concatenate(pieces)[: round(seconds * RATE)]


def _vowel(rng: Rng) -> Samples:
    n, pitch = int(rng.integers(640, 2000)), rng.uniform(85, 330)
    formants = rng.uniform(250, 1050), rng.uniform(1000, 2400), rng.uniform(2300, 3300)
    widths = rng.uniform(25, 120, 3)
    glide = 1 + rng.uniform(-0.02, 0.02) * rng.integers(0, 2) * np.arange(n) / n
    turns = np.cumsum(glide) * 2 * np.pi * pitch / RATE
    harmonics = np.arange(1, int(3400 / pitch) + 1)
    hz = harmonics * pitch
    gains = np.prod([1 / (1 + ((hz - f) / width) ** 2) ** 0.5
                     for f, width in zip(formants, widths, strict=True)], axis=0)
    wave = gains @ np.sin(np.outer(harmonics, turns) + rng.uniform(0, 2 * np.pi, (len(hz), 1)))
    return _faded(wave, rng.uniform(-20, -8))


def chords(rng: Rng, seconds: float) -> Samples:
    """Two to four notes of the tempered scale, each with a few harmonics, 100..300 ms."""
    pieces: list[Samples] = []
    while sum(map(len, pieces)) < seconds * RATE:
        pieces += [_chord(rng), np.zeros(int(rng.integers(0, 400)))]
    return np.concatenate(pieces)[: round(seconds * RATE)]


def _chord(rng: Rng) -> Samples:
    n = int(rng.integers(800, 2400))
    falling = rng.uniform(6, 20)                  # dB a harmonic
    made = np.zeros(n)
    for note in rng.integers(12, 48, int(rng.integers(2, 5))):
        hz, level = NOTE_ZERO_HZ * 2 ** (note / 12), rng.uniform(-8, 0)
        for k in range(1, 7):
            if k * hz < 3400:
                made = made + sine(n, k * hz, level - falling * (k - 1), rng.uniform(0, 2 * np.pi))
    return _faded(made, rng.uniform(-20, -8))


def _faded(wave: Samples, dbm0: float) -> Samples:
    """At this level, with 5 ms to rise and to fall."""
    edge = np.minimum(1, np.minimum(np.arange(len(wave)), np.arange(len(wave))[::-1]) / 40)
    return wave * edge * 10 ** ((dbm0 - level_of(wave)) / 20)


def wrong_pair(rng: Rng, ms: float = 100, percent: float = 3.5) -> Samples:
    """A tone of each band, of which one or both are farther than this from every nominal frequency of the band."""
    while True:
        hz = rng.uniform(620, 1030), rng.uniform(1080, 1780)
        off = [min(abs(one / nominal - 1) for nominal in band) * 100
               for one, band in zip(hz, (LOW_HZ, HIGH_HZ), strict=True)]
        if max(off) > percent:
            break
    low, n = rng.uniform(-25, -5), round(ms * 8)
    levels = (low, low + rng.uniform(-4, 4))
    return sum((sine(n, one, level, rng.uniform(0, 2 * np.pi)) for one, level in zip(hz, levels, strict=True)),
               start=np.zeros(n))
