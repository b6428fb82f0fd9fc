"""Philox4x64-10 against the published vectors, numpy's generator and the reference."""

from __future__ import annotations

import numpy as np
import pytest
from native_parts import Parts

from switchsim.dsp.reference import prng

ONES = 2**64 - 1
# Random123 1.14, tests/kat_vectors, lines `philox4x64 10`: counter, key, expected.
VECTORS = [
    ((0, 0, 0, 0), (0, 0),
     (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)),
    ((ONES,) * 4, (ONES,) * 2,
     (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0)),
    ((0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
     (0x452821E638D01377, 0xBE5466CF34E90C6C),
     (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6)),
]  # fmt: skip


def native_block(parts: Parts, counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    out = parts.ffi.new("uint64_t[4]")
    parts.lib.swd_philox_block(out, list(counter), list(key))
    return tuple(out)


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_random123_known_answers(parts: Parts, counter: prng.Block, key: tuple[int, int], expected: prng.Block) -> None:
    assert native_block(parts, counter, key) == expected
    assert prng.philox_block(counter, key) == expected


def test_numpy_draws_the_same(parts: Parts) -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        key, index = (int(x) for x in rng.integers(0, 2**64, 2, dtype=np.uint64))
        # numpy adds one to the counter before it draws.
        peer = np.random.Philox(key=key, counter=(index - 1) % 2**256)
        assert parts.lib.swd_philox(key, index) == peer.random_raw() == prng.philox(key, index)


def test_neighbouring_draws_and_keys_differ(parts: Parts) -> None:
    draws = {parts.lib.swd_philox(key, index) for key in range(32) for index in range(32)}
    assert len(draws) == 1024
