"""Tone banks: how loud a tone is told to be, and how long it was, when it begins and ends at any cycle of a hop.

A tone that counts after one hop or two is told while it fills only a part of the window: its level is that of the
window, and what it lacks of a full one. The bounds lie close above what is reached (3.4 dB at the most after one hop of
MFC, 1.1 after two, 0.7 after three; of call progress 3.6, 1.0, 0.5); levels of the window alone pass them wherever a
tone counts after fewer than three hops.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dtmf_signals import Samples, silence, stack
from mfc_signals import PAIRS, mfc, tone
from native_parts import Parts
from tone_parts import FORWARD, MFC, PROGRESS, Hit, ToneBank

from switchsim.dsp.tone_receivers import TONE_SETS, native_fields

MS = 8
MFC_HOP, PROGRESS_HOP = 32, 80
SET = 7


def beginning_anywhere(rng: np.random.Generator, hop: int, waves: list[Samples]) -> tuple[list[Samples], list[int]]:
    """Each of the waves beginning at every cycle of a hop, its end cut off by up to a hop; and their lengths."""
    signals, lengths = [], []
    for offset in range(hop):
        for wave in waves:
            length = len(wave) - int(rng.integers(hop))
            signals.append(np.concatenate([np.zeros(4 * hop + offset), wave[:length], silence(80)]))
            lengths.append(length)
    return signals, lengths


def told_of(bank: ToneBank, parts: Parts, signals: list[Samples]) -> list[list[Hit]]:
    bank.assign_all(SET)
    found: list[list[Hit]] = [[] for _ in signals]
    for hit in bank.push(parts.encode(stack(signals))):
        found[hit.channel].append(hit)
    assert all([hit.on for hit in hits] == [1, 0] for hits in found)
    return found


def off_level(found: list[list[Hit]], dbm0: tuple[float, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """How far each level told is from the one sent, dB."""
    return np.array([hits[0].levels for hits in found]) / 100 - dbm0


def off_length(found: list[list[Hit]], lengths: list[int]) -> int:
    """The most that a length told is off, cycles."""
    return max(abs(hits[1].length_cycles - length) for hits, length in zip(found, lengths, strict=True))


@pytest.mark.parametrize(("on_hops", "most_db", "mean_db"), [(1, 3.6, 1.0), (2, 1.2, 0.08), (3, 0.75, 0.05)])
@pytest.mark.parametrize("dbm0", [(-10, -10), (-13, -10), (-28, -30)])
def test_mfc(parts: Parts, on_hops: int, most_db: float, mean_db: float, dbm0: tuple[float, float]) -> None:
    rng = np.random.default_rng(441)
    signals, lengths = beginning_anywhere(rng, MFC_HOP, [mfc(rng, signal, 60, dbm0) for signal in PAIRS])
    bank, tones = ToneBank(parts, MFC, len(signals)), parts.ffi.new("swd_tone_set *")
    parts.lib.swd_mfc_tone_set(tones, FORWARD)
    tones.on_hops = on_hops
    assert bank.define(SET, tones) == 0
    found = told_of(bank, parts, signals)
    off = off_level(found, dbm0)
    assert np.abs(off).max() < most_db
    assert abs(off.mean()) < mean_db
    assert off_length(found, lengths) <= 6 * MS


@pytest.mark.parametrize(
    ("name", "hz", "on_hops", "most_db", "most_cycles"),
    [
        ("us", (1400,), 1, 2.5, 52), ("us", (1400,), 2, 0.32, 12), ("us", (1400,), 5, 0.1, 8),
        ("us", (480, 620), 1, 4.0, 72), ("us", (480, 620), 2, 0.55, 36), ("us", (480, 620), 5, 0.5, 36),
        ("china", (450,), 2, 1.1, 24), ("china", (450,), 3, 0.5, 24), ("china", (450,), 5, 0.1, 24),
    ],
)  # fmt: skip
def test_progress(
    parts: Parts, name: str, hz: tuple[int, ...], on_hops: int, most_db: float, most_cycles: int
) -> None:  # fmt: skip
    rng = np.random.default_rng(180)
    waves: list[Samples] = [np.sum([tone(rng, one, 200, -10) for one in hz], axis=0) for _ in range(6)]
    signals, lengths = beginning_anywhere(rng, PROGRESS_HOP, waves)
    bank = ToneBank(parts, PROGRESS, len(signals))
    fields = native_fields(replace(TONE_SETS[name], on_hops=on_hops))
    assert bank.define(SET, parts.ffi.new("swd_tone_set *", fields)) == 0
    found = told_of(bank, parts, signals)
    assert np.abs(off_level(found, (-10, -10))).max() < most_db
    assert off_length(found, lengths) <= most_cycles
