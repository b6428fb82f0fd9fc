"""The checked-in tables are what tools/make_tables.py makes, byte for byte, and say what they should."""

from __future__ import annotations

import math
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
    half = make_tables.dtmf_window()
    assert all(abs(rising + falling - 1) < 1e-40 for rising, falling in zip(half, reversed(half), strict=True))


def test_correlator_fits_32_bits() -> None:
    """|folded sample| <= 8064; the accumulator must hold the worst signal exactly (see dtmf_kernel.h)."""
    for wave in (make_tables.cosine, make_tables.sine):
        table = make_tables.dtmf_correlator(wave)
        for tone in range(8):
            weights = [abs(table[(pair * 8 + tone) * 2 + k]) for pair in range(24) for k in (0, 1)]
            assert 8064 * sum(weights) + 0x8000 < 2**31
