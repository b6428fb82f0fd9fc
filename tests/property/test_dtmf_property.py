"""DTMF: the native bank reports what the reference reports, on any mixture of tones, noise and gaps."""

from __future__ import annotations

import numpy as np
from dtmf_signals import KEYS, Samples, digit, noise, silence
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_parts import Bank, Parts

from switchsim.dsp.reference import dtmf

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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=PIECES, seed=st.integers(0, 2**32), noise_dbm0=st.sampled_from([None, -20, -35]), flips=st.integers(0, 5))
def test_bank_is_the_reference(
    parts: Parts, pieces: list[Piece], seed: int, noise_dbm0: int | None, flips: int
) -> None:
    rng = np.random.default_rng(seed)
    signal = build(rng, pieces)
    if noise_dbm0 is not None:
        signal = signal + noise(rng, len(signal), noise_dbm0)
    codes = parts.encode(signal[None, :])
    for at in rng.integers(0, codes.size, flips):
        codes[0, at] ^= 1 << int(rng.integers(0, 8))
    expected = [(h.at, 0, h.on, h.digit, h.length_cycles) for h in dtmf.detect(codes.tobytes())]
    assert Bank(parts, 1).push(codes) == expected
