"""Philox4x64-10 (Salmon, Moraes, Dror, Shaw, SC11) in Python integers, for tests."""

from __future__ import annotations

MASK = (1 << 64) - 1
MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
ROUNDS = 10

Block = tuple[int, int, int, int]


def philox_block(counter: Block, key: tuple[int, int]) -> Block:
    """The four output words of one counter, each 0..2^64-1."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        product_0, product_1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = product_1 >> 64 ^ c1 ^ k0, product_1 & MASK, product_0 >> 64 ^ c3 ^ k1, product_0 & MASK
        k0, k1 = (k0 + WEYL[0]) & MASK, (k1 + WEYL[1]) & MASK
    return c0, c1, c2, c3


def philox(key: int, index: int) -> int:
    """First word of counter (index, 0, 0, 0) under key (key, 0)."""
    return philox_block((index, 0, 0, 0), (key, 0))[0]
