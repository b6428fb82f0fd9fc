"""Oscillators, levels and the exponential distribution against floating point, and purity by spectrum."""

from __future__ import annotations

import math

import numpy as np
import pytest
from native_parts import Parts

from switchsim.dsp.reference import tone


@pytest.mark.parametrize("freq_mhz", [0, 1, 25_000, 450_000, 941_000, 1_633_000, 2_000_001, 3_999_999])
def test_phase_step_is_rounded_to_nearest(parts: Parts, freq_mhz: int) -> None:
    assert parts.lib.swd_phase_step(freq_mhz) == tone.phase_step(freq_mhz)


def test_every_level_is_within_one_of_the_exact_peak(parts: Parts) -> None:
    errors = [abs(parts.lib.swd_amplitude_q15(level) - tone.amplitude(level)) for level in range(-60_000, 3_141)]
    assert max(errors) < 0.52
    assert [parts.lib.swd_amplitude_q15(db * 1000) for db in (0, -10, -20, -30, -45)] == [22824, 7218, 2282, 722, 128]


def test_sine_is_close_and_odd(parts: Parts) -> None:
    for phase in range(0, 2**32, 2**32 // 1009):
        assert abs(parts.lib.swd_sine(phase, 32767) - tone.sine(phase, 32767)) < 32767 * math.pi / 4096 + 2
    assert [parts.lib.swd_sine(turn << 30, 32767) for turn in range(4)] == [0, 32767, 0, -32767]


@pytest.mark.parametrize("freq_mhz", [350_000, 450_000, 697_000, 1_004_000, 1_633_000, 2_010_000, 3_400_000])
def test_spurious_lines_are_60_db_down(parts: Parts, freq_mhz: int) -> None:
    """One second at -6 dBm0, before A-law; every line of the spectrum outside the tone's own window lobe."""
    step, peak = parts.lib.swd_phase_step(freq_mhz), parts.lib.swd_amplitude_q15(-6000)
    wave = np.array([parts.lib.swd_sine(n * step & 0xFFFFFFFF, peak) for n in range(8000)], np.float64)
    lines = np.abs(np.fft.rfft(wave * np.blackman(8000)))
    top = int(lines.argmax())
    assert abs(top - freq_mhz / 1000) <= 1
    lines_outside = np.delete(lines, range(top - 4, top + 5))
    assert 20 * math.log10(lines_outside.max() / lines[top]) < -60


def test_digital_milliwatt_from_the_oscillator(parts: Parts) -> None:
    """1000 Hz at 0 dBm0, started half a sample after a zero, gives the sequence of G.711 table 5."""
    step = parts.lib.swd_phase_step(1_000_000)
    wave = [-parts.lib.swd_sine(step // 2 + n * step & 0xFFFFFFFF, 22824) for n in range(8)]
    assert bytes(parts.lib.swd_alaw_encode(s) for s in wave) == bytes.fromhex("34212134B4A1A1B4")


def test_exponential_is_within_one_unit(parts: Parts) -> None:
    rng = np.random.default_rng(3)
    draws = [0, 1, 2, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1, *(2**k for k in range(64))]
    draws += [int(x) for x in rng.integers(0, 2**64, 2000, dtype=np.uint64)]
    for draw in draws:
        assert abs(parts.lib.swd_exponential_q16(draw) - tone.exponential_q16(draw)) < 0.6, draw
    assert parts.lib.swd_exponential_q16(2**64 - 1) == 0


def test_exponential_never_rises_and_has_mean_one(parts: Parts) -> None:
    values = [parts.lib.swd_exponential_q16(k << 54) for k in range(1024)]
    assert values == sorted(values, reverse=True)
    draws = [parts.lib.swd_exponential_q16(parts.lib.swd_philox(1, k)) for k in range(20_000)]
    assert abs(sum(draws) / len(draws) / 65_536 - 1) < 0.03
