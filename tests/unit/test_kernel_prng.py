"""Random streams: draw = f(seed, name, index), so that one stream never disturbs another."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from switchsim.dsp.engine import philox
from switchsim.kernel.prng import Streams, below, stream_key

SEEDS = st.integers(0, 2**64 - 1)
NAMES = st.text(min_size=1, max_size=30).map(lambda text: text.encode("utf-8", "replace").decode())


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.lists(NAMES, max_size=20))
def test_draws_of_other_streams_never_disturb_one(seed: int, others: list[str]) -> None:
    alone, among = Streams(seed, philox), Streams(seed, philox)
    seen = []
    for other in [name for name in others if name != "mine"]:
        among.draw(other)
        seen.append(among.draw("mine"))
    assert seen == [alone.draw("mine") for _ in seen]


@settings(max_examples=60, deadline=None)
@given(SEEDS, NAMES, st.integers(0, 200))
def test_a_draw_depends_on_its_index_alone(seed: int, name: str, index: int) -> None:
    """`taken` is the whole state: set it, and the stream stands there."""
    walked, jumped = Streams(seed, philox), Streams(seed, philox)
    for _ in range(index):
        walked.draw(name)
    jumped.taken[name] = index
    assert walked.draw(name) == jumped.draw(name) == philox(stream_key(seed, name), index)
    assert walked.taken[name] == index + 1


def test_seed_and_name_both_count() -> None:
    keys = {stream_key(seed, name) for seed in range(50) for name in ("a", "b", "a:b", "ab")}
    assert len(keys) == 200


def test_keys_are_those_of_every_host() -> None:
    """Written down once: BLAKE2b with 8 octets, keyed with the seed, both little-endian."""
    assert stream_key(0, "farend/load/rush:arrival") == 0x3113A2A08830B664
    assert stream_key(2**64 - 1, "x") == 0xBE067EF588F73A63


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(1, 2**32))
def test_below_stays_below(bits: int, bound: int) -> None:
    assert 0 <= below(bits, bound) < bound


def test_below_reaches_both_ends_and_every_value() -> None:
    assert below(0, 10) == 0
    assert below(2**64 - 1, 10) == 9
    assert {below(value << 56, 10) for value in range(256)} == set(range(10))
