"""DTMF: every instruction set hears the same in any mixture of tones, noise and gaps, however cut, beside whomever."""

from __future__ import annotations

import numpy as np
from dtmf_signals import KEYS, RMS_0_DBM0, Samples, digit, silence, stack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_parts import Bank, Parts

PIECES = st.lists(
    st.tuples(
        st.sampled_from(KEYS), st.integers(3, 130), st.integers(-48, 3), st.integers(-12, 12), st.floats(-4, 4),
        st.floats(-4, 4), st.integers(0, 60),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


Piece = tuple[str, int, int, int, float, float, int]


def build(rng: np.random.Generator, pieces: list[Piece]) -> Samples:
    parts: list[Samples] = [silence(float(rng.integers(0, 9)))]
    for key, ms, level, twist, low_off, high_off, gap in pieces:
        parts += [digit(rng, key, ms, level, level + twist, low_off, high_off), silence(gap)]
    signal = np.concatenate([*parts, silence(30)])
    return signal[: len(signal) // 48 * 48]


CUTS = ((8,), (3, 5), (1,) * 8, (7, 1))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    signals=st.lists(PIECES, min_size=1, max_size=5), seed=st.integers(0, 2**32), channels=st.integers(6, 70),
    noise_dbm0=st.sampled_from([None, -20, -35]), flips=st.integers(0, 9),
)  # fmt: skip
def test_every_instruction_set_and_cut_hears_the_same(
    parts: Parts, isas: list[str], signals: list[list[Piece]], seed: int, channels: int, noise_dbm0: int | None,
    flips: int,
) -> None:
    rng = np.random.default_rng(seed)
    made = stack([build(rng, pieces) for pieces in signals])
    if noise_dbm0 is not None:
        made = made + rng.normal(0, RMS_0_DBM0 * 10 ** (noise_dbm0 / 20), made.shape)
    codes = parts.encode(made)
    for at in rng.integers(0, codes.size, flips):
        codes.reshape(-1)[at] ^= 1 << int(rng.integers(0, 8))
    parts.select("plain")
    alone = [[(h[0], *h[2:]) for h in Bank(parts, 1).push(row[None, :])] for row in codes]
    where = rng.permutation(channels)[: len(codes)]
    crowd = np.full((channels, codes.shape[1]), 0xD5, np.uint8)
    crowd[where] = codes
    outcomes = set()
    for isa in isas:
        parts.select(isa)
        bank = Bank(parts, channels)
        heard = bank.push(crowd, CUTS[int(rng.integers(0, len(CUTS)))])
        outcomes.add((tuple(heard), bank.state()))
        assert [[(h[0], *h[2:]) for h in heard if h[1] == channel] for channel in where] == alone
    assert len(outcomes) == 1
