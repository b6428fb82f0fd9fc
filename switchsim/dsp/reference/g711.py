"""G.711 by its tables: the codec written as a search over decision values, for tests.

Samples are on the 16-bit scale (A-law 13 bits times 8, mu-law 14 bits times 4); octets are as they are on the line.
"""

from __future__ import annotations

from bisect import bisect_right

ALAW_LINE = 0x55                     # even bits inverted (G.711 table 1a note 2)
ULAW_LINE = 0xFF                     # all bits inverted (G.711 table 2a note 2)
SEGMENTS, STEPS = 8, 16


def _alaw_decisions() -> list[int]:
    """Lower decision value of each of the 128 positive intervals: 16 steps a segment, doubling from the third on."""
    decisions, lower, step = [], 0, 16
    for segment in range(SEGMENTS):
        if segment > 1:
            step *= 2
        for _ in range(STEPS):
            decisions.append(lower)
            lower += step
    return [*decisions, lower]


def _ulaw_decisions() -> list[int]:
    """The first interval is half a step, as zero lies in the middle of a step; steps double every segment."""
    decisions, lower, step = [0], 4, 8
    for segment in range(SEGMENTS):
        for index in range(STEPS):
            if (segment, index) != (0, 0):
                decisions.append(lower)
                lower += step
        step *= 2
    return [*decisions, lower]


ALAW_DECISIONS = _alaw_decisions()
ULAW_DECISIONS = _ulaw_decisions()


def alaw_encode(linear: int) -> int:
    """A-law octet of a sample -32768..32767. A negative sample -x is taken as x - 1: the circuits' one's complement."""
    magnitude = linear if linear >= 0 else -linear - 1
    index = min(bisect_right(ALAW_DECISIONS, magnitude) - 1, 127)
    return (index | (0x80 if linear >= 0 else 0)) ^ ALAW_LINE


def alaw_decode(code: int) -> int:
    """Sample in the middle of the interval of an A-law octet; +-8..+-32256."""
    bits = code ^ ALAW_LINE
    index = bits & 0x7F
    middle = (ALAW_DECISIONS[index] + ALAW_DECISIONS[index + 1]) // 2
    return middle if bits & 0x80 else -middle


def ulaw_encode(linear: int) -> int:
    """mu-law octet of a sample; symmetrical: a sample and its negative differ in the sign bit only."""
    index = min(bisect_right(ULAW_DECISIONS, abs(linear)) - 1, 127)
    return (index | (0 if linear >= 0 else 0x80)) ^ ULAW_LINE


def ulaw_decode(code: int) -> int:
    """Sample in the middle of the interval of a mu-law octet; 0 for the innermost; up to +-32124."""
    bits = code ^ ULAW_LINE
    index = bits & 0x7F
    middle = (ULAW_DECISIONS[index] + ULAW_DECISIONS[index + 1]) // 2 if index else 0
    return -middle if bits & 0x80 else middle
