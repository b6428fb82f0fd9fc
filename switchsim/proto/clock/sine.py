"""One turn of a sine in 32 points, 2^20 = one; written by tools/make_clock_table.py."""

from __future__ import annotations

from typing import Final

POINTS: Final = 32
SINE_Q: Final = 20
SINE: Final = (
    0, 204567, 401273, 582558, 741455, 871859, 968758, 1028428,
    1048576, 1028428, 968758, 871859, 741455, 582558, 401273, 204567,
    0, -204567, -401273, -582558, -741455, -871859, -968758, -1028428,
    -1048576, -1028428, -968758, -871859, -741455, -582558, -401273, -204567,
)  # fmt: skip
