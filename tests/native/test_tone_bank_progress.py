"""Call progress bank: the tones of E.180 and of China, their limits, pairs, and any other one or two frequencies."""

from __future__ import annotations

import numpy as np
import pytest
from dtmf_signals import Samples, at_random, noise, silence, stack
from mfc_signals import tone
from native_parts import Parts
from tone_parts import PROGRESS, Hit, ToneBank

from switchsim.dsp.reference import tones as reference
from switchsim.dsp.tone_receivers import TONE_SETS, ToneSet, native_fields

MS = 8
NAMES = {name: number for number, name in enumerate(TONE_SETS)}
TONES = [(name, index) for name, tones in TONE_SETS.items() for index in range(len(tones.tones))]


def hits_of(parts: Parts, signals: list[Samples], tones: ToneSet) -> list[list[Hit]]:
    """What a receiver told of each signal, through A-law."""
    bank = ToneBank(parts, PROGRESS, len(signals))
    assert bank.define(3, parts.ffi.new("swd_tone_set *", native_fields(tones))) == 0
    bank.assign_all(3)
    found: list[list[Hit]] = [[] for _ in signals]
    for hit in bank.push(parts.encode(stack(signals))):
        found[hit.channel].append(hit)
    return found


def turns(hits: list[Hit]) -> list[tuple[int, int]]:
    return [(hit.tone, hit.on) for hit in hits]


def made(rng: np.random.Generator, hz: tuple[int, ...], ms: float, dbm0: float = -10, off: float = 0) -> Samples:
    wave: Samples = np.sum([tone(rng, one + off, ms, dbm0) for one in hz], axis=0)
    return wave


@pytest.mark.parametrize(("name", "index"), TONES)
def test_every_tone_of_every_set(parts: Parts, name: str, index: int) -> None:
    rng, tones = np.random.default_rng(180), TONE_SETS[name]
    signals = [
        at_random(rng, made(rng, tones.tones[index], 200, dbm0), silence(100))
        for dbm0 in (-3, -10, -20, -30, -34) for _ in range(8)
    ]  # fmt: skip
    for hits in hits_of(parts, signals, tones):
        assert turns(hits) == [(index, 1), (index, 0)]
        pair = len(tones.tones[index]) == 2  # which swells and fades
        assert abs(hits[1].length_cycles - 200 * MS) <= (13 if pair else 6) * MS


@pytest.mark.parametrize("off", [-25, -12, 0, 12, 25])
def test_450_hz_within_25_hz(parts: Parts, off: float) -> None:
    rng = np.random.default_rng(2)
    signals = [at_random(rng, made(rng, (450,), 150, dbm0, off)) for dbm0 in (-7, -13, -34) for _ in range(8)]
    for hits in hits_of(parts, signals, TONE_SETS["china"]):
        assert turns(hits) == [(0, 1), (0, 0)]


@pytest.mark.parametrize("hz", [300, 350, 395, 505, 550, 620, 800, 1100, 1336, 2000, 3400])
def test_other_frequencies_are_nothing(parts: Parts, hz: int) -> None:
    rng = np.random.default_rng(3)
    assert not any(hits_of(parts, [at_random(rng, made(rng, (hz,), 300)) for _ in range(8)], TONE_SETS["china"]))


@pytest.mark.parametrize("ms", [100, 350, 700, 1000])
def test_lengths_are_told_within_6_ms(parts: Parts, ms: int) -> None:
    """A tenth of the shortest, 100 ms, is what a cadence may be off."""
    rng = np.random.default_rng(4)
    signals = [at_random(rng, made(rng, (450,), ms, dbm0, off)) for dbm0 in (-5, -30) for off in (-20, 0, 20)
               for _ in range(6)]  # fmt: skip
    for hits in hits_of(parts, signals, TONE_SETS["china"]):
        assert turns(hits) == [(0, 1), (0, 0)]
        assert abs(hits[1].length_cycles - ms * MS) <= 6 * MS


def test_gap_of_40_ms_separates_and_10_ms_does_not(parts: Parts) -> None:
    rng = np.random.default_rng(5)
    for ms, times in ((40, 2), (10, 1)):
        signals = []
        for _ in range(16):
            wave, at = made(rng, (450,), 400), int(rng.integers(900, 1100))
            wave[at : at + ms * MS] = 0
            signals.append(at_random(rng, wave))
        for hits in hits_of(parts, signals, TONE_SETS["china"]):
            assert turns(hits) == [(0, 1), (0, 0)] * times


def test_bursts_of_20_ms_are_nothing(parts: Parts) -> None:
    rng = np.random.default_rng(6)
    assert not any(hits_of(parts, [at_random(rng, made(rng, (450,), 20)) for _ in range(32)], TONE_SETS["china"]))


def test_a_pair_with_one_frequency_missing_or_weak_is_none(parts: Parts) -> None:
    rng, tones = np.random.default_rng(7), TONE_SETS["us"]
    alone = [at_random(rng, made(rng, (hz,), 300)) for hz in (350, 480, 620) for _ in range(4)]
    weak = [at_random(rng, made(rng, (350,), 300) + made(rng, (440,), 300, -28)) for _ in range(4)]
    twisted = [at_random(rng, made(rng, (350,), 300) + made(rng, (440,), 300, -15)) for _ in range(4)]
    assert not any(hits_of(parts, alone + weak, tones))
    assert all(turns(hits) == [(0, 1), (0, 0)] for hits in hits_of(parts, twisted, tones))


def test_levels_are_told(parts: Parts) -> None:
    rng = np.random.default_rng(8)
    for off in (-20, 0, 20):
        found = hits_of(parts, [at_random(rng, made(rng, (450,), 200, -12, off)) for _ in range(8)], TONE_SETS["china"])
        assert all(abs(hits[0].levels[0] + 1200) < 60 for hits in found)
    pairs = [at_random(rng, made(rng, (480,), 200, -10) + made(rng, (620,), 200, -14)) for _ in range(8)]
    for hits in hits_of(parts, pairs, TONE_SETS["us"]):
        assert abs(hits[0].levels[0] + 1000) < 150
        assert abs(hits[0].levels[1] + 1400) < 150


@pytest.mark.parametrize("level", [-10, -20, -30])
@pytest.mark.parametrize("name", ["china", "us"])
def test_noise_alone_is_nothing(parts: Parts, level: float, name: str) -> None:
    rng = np.random.default_rng(9)
    assert not any(hits_of(parts, [noise(rng, 8 * 4000, level) for _ in range(32)], TONE_SETS[name]))


def test_in_noise_10_db_below(parts: Parts) -> None:
    rng = np.random.default_rng(10)
    signals = [at_random(rng, made(rng, (450,), 350)) for _ in range(32)]
    found = hits_of(parts, [wave + noise(rng, len(wave), -20) for wave in signals], TONE_SETS["china"])
    assert all(turns(hits) == [(0, 1), (0, 0)] for hits in found)


GENERIC = ToneSet(freqs_hz=(2010, 1780), tones=((2010,), (1780,), (2010, 1780)), level_mdbm0=(-20_000, -4_000))


def test_any_other_pair(parts: Parts) -> None:
    """A set of one's own: two frequencies, by themselves and together."""
    rng = np.random.default_rng(11)
    for index, hz in enumerate(GENERIC.tones):
        signals = [at_random(rng, made(rng, hz, 120, dbm0)) for dbm0 in (-18, -6) for _ in range(6)]
        assert all(turns(hits) == [(index, 1), (index, 0)] for hits in hits_of(parts, signals, GENERIC))
    outside = [at_random(rng, made(rng, (2010,), 120, dbm0)) for dbm0 in (-23, -2)]
    assert not any(hits_of(parts, outside, GENERIC))


def test_values_out_of_their_range_are_refused(parts: Parts) -> None:
    bank = ToneBank(parts, PROGRESS, 1)
    fields = native_fields(GENERIC)
    wrong: list[dict[str, object]] = [
        {"n_freqs": 0}, {"n_freqs": 9}, {"freq_mhz": [199_999, 1_780_000]}, {"freq_mhz": [3_800_001, 1_780_000]},
        {"n_tones": 0}, {"n_tones": 17}, {"tones": [(0, 2)], "n_tones": 1}, {"least_mdbm0": -40_001},
        {"least_mdbm0": 0, "most_mdbm0": -1}, {"most_mdbm0": 3_001}, {"third_mdb": 18_001}, {"pure_percent": 19},
        {"pure_percent": 101}, {"on_hops": 0}, {"off_hops": 101}, {"wide": 0x1FC, "n_freqs": 7},
        {"n_freqs": 7, "freq_mhz": [450_000] * 7, "wide": 3},
    ]  # fmt: skip
    for change in wrong:
        assert bank.define(0, parts.ffi.new("swd_tone_set *", fields | change)) == -1, change
    assert bank.define(16, parts.ffi.new("swd_tone_set *", fields)) == -1
    assert bank.assign(0, 0) == -1  # not defined
    assert bank.define(0, parts.ffi.new("swd_tone_set *", fields)) == 0
    assert bank.assign(1, 0) == -1
    assert bank.assign(0, 0) == 0
    assert bank.define(0, parts.ffi.new("swd_tone_set *", fields)) == -1  # in use


def test_the_reference_tells_the_same(parts: Parts) -> None:
    rules = reference.Rules(
        places_hz=(437.5, 462.5, 937.5, 962.5, 1387.5, 1412.5, 1787.5, 1812.5), joined=(0, 2, 4, 6), weights=(1, 1, 1),
        tones=((0, 0), (2, 2), (4, 4), (6, 6)), hop_cycles=80, in_band=False, least_mdbm0=-40_000, twist_near_mdb=8_000,
        twist_far_mdb=8_000, third_mdb=4_000, alone_mdb=10_000, pure_percent=60, on_hops=5, off_hops=2,
    )  # fmt: skip
    rng = np.random.default_rng(12)
    signals = [
        at_random(rng, made(rng, (hz,), 150, -12, off), silence(40), made(rng, (950,), 90, -25), noise(rng, 400, -20))
        for hz in (450, 950, 1400, 1800) for off in (-10, 0, 10)
    ]  # fmt: skip
    codes = parts.encode(stack(signals))
    told = [[(hit.at, bool(hit.on), hit.tone) for hit in hits] for hits in hits_of(parts, signals, TONE_SETS["china"])]
    expected = [reference.listen(row.tobytes(), rules) for row in codes]
    assert sum(a != b for a, b in zip(told, expected, strict=True)) <= 1
