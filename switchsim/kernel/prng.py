"""Named random streams: draw = f(seed, stream name, index), so one stream never disturbs another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

Draw = Callable[[int, int], int]
"""(key, index) -> 64 bits: the native core's Philox4x64-10."""


def stream_key(seed: int, name: str) -> int:
    """The 64-bit key of a stream: BLAKE2b of its name under the run's seed."""
    digest = hashlib.blake2b(name.encode(), digest_size=8, key=seed.to_bytes(8, "little"))
    return int.from_bytes(digest.digest(), "little")


class Streams:
    """All streams of a run; only the number of draws taken from each is state."""

    def __init__(self, seed: int, draw: Draw) -> None:
        self.seed = seed
        self.taken: dict[str, int] = {}
        self._draw = draw
        self._keys: dict[str, int] = {}

    def draw(self, name: str) -> int:
        """The next 64 bits of stream `name`."""
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = stream_key(self.seed, name)
        index = self.taken.get(name, 0)
        self.taken[name] = index + 1
        return self._draw(key, index)


def below(bits: int, bound: int) -> int:
    """64 random bits -> 0..bound-1, by multiplication (bias below bound / 2^64)."""
    return bits * bound >> 64
