"""The checked-in tables are what tools/make_tables.py makes, byte for byte, and say what they should."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import make_tables
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "native" / "src"


@pytest.mark.parametrize("name", ["tables.c", "tables.h"])
def test_regenerated_tables_are_the_same(tmp_path: Path, name: str) -> None:
    make_tables.main([str(tmp_path)])
    assert (tmp_path / name).read_bytes() == (SOURCE / name).read_bytes()


def test_tables_against_the_floating_point_of_this_host() -> None:
    points = make_tables.sine_table()
    assert all(abs(v - 16384 * math.sin(2 * math.pi * i / 4096)) < 0.5001 for i, v in enumerate(points))
    logs = make_tables.ln_table()
    assert all(abs(v + 2**24 * math.log(0.5 + i / 2048)) < 0.5001 for i, v in enumerate(logs))


def test_overlapping_windows_sum_to_one() -> None:
    window = make_tables.dtmf_window()
    assert all(abs(rising + falling - 1) < 1e-40 for rising, falling in zip(window[:48], window[48:], strict=True))


WAVES = pytest.mark.parametrize("wave", [make_tables.cosine, make_tables.sine])


@WAVES
def test_correlators_fit_32_bits(wave: Callable[[Decimal], Decimal]) -> None:
    """|sample| <= 4032, four of them folded into one: the accumulators hold the worst signal (see dtmf_kernel.h)."""
    table = make_tables.dtmf_correlator(wave)
    for tone in range(8):
        assert 4032 * sum(map(abs, table[96 * tone : 96 * tone + 96])) + 0x8000 < 2**31
    for odd, lines in ((0, 7), (1, 8)):
        table = make_tables.dtmf_screen(wave, odd)
        for line in range(lines):
            weights = [abs(table[(pair * lines + line) * 2 + k]) for pair in range(12) for k in (0, 1)]
            assert 4 * 4032 * sum(weights) + 0x8000 < 2**31


def gain_db(hz: float) -> float:
    """Of the DTMF bank's band-pass."""
    taps = [*make_tables.DTMF_BAND_PASS, *reversed(make_tables.DTMF_BAND_PASS)]
    total = sum(tap * cmath.exp(-2j * math.pi * hz * i / 8000) for i, tap in enumerate(taps)) / 16384
    return 20 * math.log10(abs(total))


def test_band_pass_lets_the_tones_through_and_dial_tones_not() -> None:
    assert all(abs(gain_db(hz)) < 1.2 for hz in (686, 697, 770, 852, 941, 958, 1190, 1209, 1336, 1477, 1633, 1662))
    assert all(gain_db(hz) < -32 for hz in (350, 400, 425, 440, 450))
    assert all(gain_db(hz) < -17 for hz in range(2330, 4000, 50))


def test_arc_tangents() -> None:
    found = make_tables.arc_tangents()
    assert all(abs(v - 2**24 * math.atan(2.0**-i) / (2 * math.pi)) < 0.5001 for i, v in enumerate(found))
