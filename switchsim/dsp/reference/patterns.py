"""Test sequences (ITU-T O.150 clause 5) bit by bit, for tests: a shift register with its feedback, nothing clever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

SHAPES = {
    "2^9-1": (9, 5, False),  # O.153
    "2^11-1": (11, 9, False),  # O.152
    "2^15-1": (15, 14, True),  # O.151
    "2^20-1": (20, 3, False),  # O.153
    "qrss": (20, 17, False),  # O.150 5.5
    "2^23-1": (23, 18, True),  # O.151
}
"""Name -> stages of the register, the other stage of the feedback, whether the line carries it inverted."""
FIXED = {"ones": [1], "zeros": [0], "alternating": [1, 0]}
SUPPRESSED_ZEROS = 14


def register(stages: int, tap: int) -> Iterator[int]:
    """What the last stage of a register gives out that starts full of ones."""
    held = [1] * stages
    while True:
        yield held[-1]
        held = [held[tap - 1] ^ held[stages - 1], *held[:-1]]


def suppressed(bits: Iterator[int]) -> Iterator[int]:
    """A bit is forced to one when the 14 bits after it are all zero."""
    window = list(islice(bits, SUPPRESSED_ZEROS + 1))
    for bit in bits:
        yield 1 if not any(window[1:]) else window[0]
        window = [*window[1:], bit]


def line_bits(name: str, inverted: bool = False) -> Iterator[int]:
    """The endless bits of a pattern as the line carries them."""
    if name in FIXED:
        while True:
            yield from (bit ^ inverted for bit in FIXED[name])
    stages, tap, turned = SHAPES[name]
    bits = register(stages, tap)
    for bit in suppressed(bits) if name == "qrss" else bits:
        yield bit ^ turned ^ inverted


def octets(bits: Iterable[int], count: int) -> bytes:
    """The next `count` octets, first bit uppermost (G.704)."""
    taken = list(islice(bits, 8 * count))
    return bytes(int("".join(map(str, taken[i : i + 8])), 2) for i in range(0, 8 * count, 8))
