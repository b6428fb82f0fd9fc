"""Limits of DTMF receivers: each set by name accepts what it must and refuses what it must; values out of range."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from dtmf_signals import KEYS, Samples, at_random, digit, stack
from native_parts import Parts

from switchsim.dsp.assets import encode_alaw
from switchsim.dsp.dtmf import LIMITS, SETS, DtmfLimits
from switchsim.dsp.engine import EV_DIGIT_ON, Engine, EngineConfig

NAMES = pytest.mark.parametrize("name", list(LIMITS))


def heard(signals: list[Samples], limits: str | DtmfLimits, limits_set: int = 0) -> list[str]:
    """Digits begun on each signal, all receivers using this set."""
    linear = np.clip(np.rint(stack(signals)), -32768, 32767).astype("<i2")
    codes = np.frombuffer(encode_alaw(linear.tobytes()), np.uint8).reshape(linear.shape)
    engine = Engine(EngineConfig(n_sources=len(signals), n_receivers=len(signals)))
    engine.receiver_limits(limits, limits_set)
    for channel in range(len(signals)):
        engine.source_raw(channel)
        engine.receiver_listen(channel, engine.first_source_cell + channel)
        engine.receiver_use(channel, limits_set)
    found = [""] * len(signals)
    for start in range(0, linear.shape[1], 480):
        for channel, row in enumerate(codes):
            engine.source_feed(channel, row[start : start + 480].tobytes())
        end = min(start + 480, len(codes[0]))
        events = []
        while engine.now < end:
            events += engine.run(end)
        for event in events:
            found[event.unit] += chr(event.a & 0xFF) if event.kind == EV_DIGIT_ON else ""
    return found


def each(ms: float = 60, low: float = -15, high: float = -15, off: float = 0) -> list[Samples]:
    """A digit of every key."""
    rng = np.random.default_rng(31)
    return [at_random(rng, digit(rng, key, ms, low, high, off, off)) for key in KEYS]


@NAMES
def test_levels(name: str) -> None:
    limits = LIMITS[name]
    accepted, refused = limits.level_accept_mdbm0 / 1000, limits.level_reject_mdbm0 / 1000
    assert heard(each(low=accepted, high=accepted), name) == list(KEYS)
    assert heard(each(low=refused, high=refused), name) == [""] * 16


@NAMES
def test_twist(name: str) -> None:
    limits = LIMITS[name]
    for accepted, refused, sign in (
        (limits.high_accept_mdb, limits.high_reject_mdb, 1), (limits.low_accept_mdb, limits.low_reject_mdb, -1)
    ):  # fmt: skip
        for mdb, right in ((accepted, list(KEYS)), (refused, [""] * 16)):
            low, high = (-8, -8 - mdb / 1000) if sign < 0 else (-8 - mdb / 1000, -8)
            assert heard(each(low=low, high=high), name) == right


@NAMES
def test_frequencies(name: str) -> None:
    limits = LIMITS[name]
    for sign in (-1, 1):
        accepted, refused = limits.frequency_accept_ppm / 10_000, limits.frequency_reject_ppm / 10_000
        assert heard(each(off=sign * accepted), name) == list(KEYS)
        assert heard(each(off=sign * refused), name) == [""] * 16


@NAMES
def test_lengths(name: str) -> None:
    limits = LIMITS[name]
    assert heard(each(ms=limits.tone_accept_cycles / 8), name) == list(KEYS)
    assert heard(each(ms=limits.tone_reject_cycles / 8), name) == [""] * 16


def test_the_default_of_the_core_is_the_default_here(parts: Parts) -> None:
    native = parts.ffi.new("swd_dtmf_limits *")
    parts.lib.swd_dtmf_default(native)
    assert {name: getattr(native, name) for name in asdict(LIMITS["default"])} == asdict(LIMITS["default"])


def test_a_receiver_uses_another_set() -> None:
    signals = each(low=-35, high=-35)
    assert heard(signals, "china", 3) == [""] * 16
    assert heard(signals, "default", 3) == list(KEYS)


@pytest.mark.parametrize("wrong", [
    {"frequency_accept_ppm": 40_000}, {"frequency_reject_ppm": 80_000}, {"frequency_extra_mhz": 10_001},
    {"level_accept_mdbm0": 3_001}, {"level_reject_mdbm0": -60_001}, {"level_accept_mdbm0": -47_000},
    {"high_accept_mdb": 12_000}, {"low_reject_mdb": 16_001}, {"tone_accept_cycles": 183}, {"tone_reject_cycles": 50},
    {"tone_accept_cycles": 700}, {"gap_accept_cycles": 161}, {"pause_accept_cycles": 900}, {"pause_accept_cycles": 10},
])  # fmt: skip
def test_limits_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    engine = Engine(EngineConfig(n_receivers=1))
    before = engine.snapshot()
    with pytest.raises(ValueError, match="out of range"):
        engine.receiver_limits(replace(DtmfLimits(), **wrong))
    assert engine.snapshot() == before


def test_unknown_names_sets_and_receivers_are_refused() -> None:
    engine, without = Engine(EngineConfig(n_receivers=1)), Engine(EngineConfig())
    for one, limits, limits_set in ((engine, "mars", 0), (engine, "default", SETS), (without, "default", 0)):
        with pytest.raises(ValueError, match="out of range"):
            one.receiver_limits(limits, limits_set)
    for receiver, limits_set in ((0, SETS), (1, 0)):
        with pytest.raises(ValueError, match="out of range"):
            engine.receiver_use(receiver, limits_set)
