"""Write native/src/path_tables.c: the filters of impaired speech paths (native/src/path_sound.c), exactly rounded.

As make_tables.py, by integers and `decimal` alone; a test runs this again and compares.
Usage: python tools/make_path_tables.py [DIRECTORY]   (default: native/src)
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

from make_tables import PI, nearest, sine

TAPS = 97
Q = 14
BETA = Decimal("4.9")                      # of the Kaiser window: 53 dB
BAND_EDGE_HZ = Decimal(941 + 1209) / 2     # between the low and the high group of DTMF (Q.23)
SAMPLES = 8000


def bessel(x: Decimal) -> Decimal:
    """The modified Bessel function I0, by its power series."""
    term = total = Decimal(1)
    for k in range(1, 60):
        term *= (x / 2 / k) ** 2
        total += term
    return total


def window(n: int) -> Decimal:
    """The Kaiser window at n = -48..48."""
    half = Decimal(TAPS // 2)
    return bessel(BETA * (1 - (n / half) ** 2).sqrt()) / bessel(BETA)


def low_pass() -> list[int]:
    """Its taps add up to one exactly, so that what it leaves is the high band."""
    turns = BAND_EDGE_HZ / SAMPLES
    ideal = [2 * turns if n == 0 else sine(n * turns) / (PI * n) for n in range(-(TAPS // 2), TAPS // 2 + 1)]
    taps = [value * window(n - TAPS // 2) for n, value in enumerate(ideal)]
    rounded = [nearest(tap / sum(taps) * (1 << Q)) for tap in taps]
    rounded[TAPS // 2] += (1 << Q) - sum(rounded)
    return rounded


def hilbert() -> list[int]:
    """A quarter of a turn later at every frequency of 120..3880 Hz; the latest sample stands last."""
    odd = [(n, -2 / (PI * n) if n % 2 else Decimal(0)) for n in range(-(TAPS // 2), TAPS // 2 + 1)]
    return [nearest(value * window(n) * (1 << Q)) for n, value in odd]


def text() -> str:
    """The file."""
    parts = ["/* Made by tools/make_path_tables.py; a test compares. */", '#include "path.h"', ""]
    for name, taps in (("low_pass", low_pass()), ("hilbert", hilbert())):
        rows = [", ".join(map(str, taps[i : i + 16])) for i in range(0, TAPS, 16)]
        parts += [f"const int16_t swd_path_{name}[PATH_TAPS] = {{", *(f"    {row}," for row in rows), "};", ""]
    return "\n".join(parts)


def main(arguments: list[str]) -> None:
    """Write the file into the directory named, or where it belongs."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[1] / "native" / "src"
    (folder / "path_tables.c").write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
