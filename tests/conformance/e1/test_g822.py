"""G.822: slips in 24 hours and in one hour put the time into three categories."""

from __future__ import annotations

import itertools
import random

import msgspec
import pytest

from switchsim.proto.e1 import ACCEPTABLE, DEGRADED, UNACCEPTABLE, SlipQuality, SlipState
from switchsim.units import seconds

HOUR, DAY = seconds(3600), 24 * seconds(3600)

ROWS = [
    # id, instants of slips, when it is asked, expected
    ("table 1 (a): no slip", [], 0, ACCEPTABLE),
    ("table 1 (a): five slips in 24 hours", [1, 2, 3, 4, 5], 5, ACCEPTABLE),
    ("table 1 (b): six slips in 24 hours", [1, 2, 3, 4, 5, 6], 6, DEGRADED),
    ("table 1 (b): six, the last of them in the last cycle of 24 hours", [1, 2, 3, 4, 5, DAY], DAY, DEGRADED),
    ("table 1 (a): the sixth comes when the first is 24 hours old", [1, 2, 3, 4, 5, DAY + 1], DAY + 1, ACCEPTABLE),
    ("table 1 (b): until the first of six is 24 hours old", [1, 2, 3, 4, 5, 6], DAY, DEGRADED),
    ("table 1 (a): from then on", [1, 2, 3, 4, 5, 6], DAY + 1, ACCEPTABLE),
    ("table 1 (b): thirty slips in one hour", list(range(1, 31)), HOUR, DEGRADED),
    ("table 1 (c): thirty-one slips in one hour", list(range(1, 32)), 31, UNACCEPTABLE),
    ("table 1 (c): the thirty-first in the last cycle of the hour", [*range(1, 31), HOUR], HOUR, UNACCEPTABLE),
    ("table 1 (b): one cycle later it is another hour", [*range(1, 31), HOUR + 1], HOUR + 1, DEGRADED),
    ("table 1 (b): an hour after the first of thirty-one", list(range(1, 32)), HOUR + 1, DEGRADED),
    ("table 1 (a): a day after the twenty-sixth of thirty-one", list(range(1, 32)), DAY + 26, ACCEPTABLE),
    ("table 1 (b): a slip every four hours, six a day", [DAY // 6 * n for n in range(1, 20)], DAY // 6 * 19, DEGRADED),
    ("table 1 (a): five slips a day for a week", [DAY // 5 * n for n in range(1, 36)], DAY * 7, ACCEPTABLE),
]  # fmt: skip


@pytest.mark.parametrize(("slips", "asked", "expected"), [one[1:] for one in ROWS], ids=[one[0] for one in ROWS])
def test_g822_category(slips: list[int], asked: int, expected: int) -> None:
    quality = SlipQuality(SlipState())
    for at in slips:
        quality.slip(at)
    quality.advance(asked)
    assert quality.category == expected


def brute(slips: list[int], at: int) -> int:
    within = [sum(1 for slip in slips if at - window < slip <= at) for window in (HOUR, DAY)]
    return UNACCEPTABLE if within[0] > 30 else DEGRADED if within[1] > 5 else ACCEPTABLE


@pytest.mark.parametrize("seed", range(8))
def test_time_in_each_category_is_exact(seed: int) -> None:
    """Against a count of all slips at every instant at which anything can change."""
    draw = random.Random(seed)
    every = draw.choice((seconds(27), seconds(110), seconds(600), seconds(9000)))
    slips = sorted(draw.randrange(1, every * 80) for _ in range(80))
    end = slips[-1] + 2 * DAY
    edges = sorted({0, end, *slips, *(at + HOUR for at in slips), *(at + DAY for at in slips)})
    expected = [0, 0, 0]
    for begin, until in itertools.pairwise(edges):
        expected[brute(slips, begin)] += max(0, min(until, end) - begin)
    quality = SlipQuality(SlipState())
    for at in slips:
        if draw.random() < 0.3:
            quality.advance(draw.randrange(quality.state.at, at + 1))
        quality.slip(at)
    quality.advance(end)
    assert quality.state.spent == expected
    assert (sum(quality.state.spent), quality.state.total) == (end, 80)


def test_g822_shares_and_objectives() -> None:
    quality = SlipQuality(SlipState())
    quality.advance(DAY)
    assert (quality.shares(), quality.objectives_met()) == ((1_000_000_000, 0, 0), True)
    for at in range(DAY, DAY + 31):
        quality.slip(at)
    quality.advance(2 * DAY)
    shares = quality.shares()
    assert sum(shares) in range(999_999_998, 1_000_000_001)
    assert shares[UNACCEPTABLE] == (HOUR - 30) * 1_000_000_000 // (2 * DAY)  # from the 31st slip on
    assert not quality.objectives_met()
    assert SlipQuality(SlipState()).shares() == (1_000_000_000, 0, 0)


def test_an_offset_of_a_part_per_million_is_degraded_and_100_ppm_unacceptable() -> None:
    """A slip every 125 s is 28.8 an hour; every 1.25 s 2880 an hour."""
    for every, expected in ((seconds(125), DEGRADED), (seconds(5) // 4, UNACCEPTABLE)):
        quality = SlipQuality(SlipState())
        for number in range(1, 100):
            quality.slip(number * every)
        assert quality.category == expected


def test_next_change_is_when_the_category_gets_better() -> None:
    quality = SlipQuality(SlipState())
    assert quality.next_change() is None
    for at in range(1, 32):
        quality.slip(at)
    assert quality.next_change() == HOUR + 1
    quality.advance(HOUR + 1)
    assert (quality.category, quality.next_change()) == (DEGRADED, DAY + 26)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(quality.state), type=SlipState) == quality.state
