"""DTMF bank against the limits of Q.24 annex A (AT&T column) and the common industry set. Twist is high minus low."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dtmf_signals import HIGH_HZ, KEYS, LOW_HZ, Samples, at_random, digit, noise, silence, stack
from native_parts import Bank, Parts
from tone_parts import NONE

from switchsim.dsp.reference.g711 import alaw_decode

EACH = 12                            # signals a key
LINEAR = np.array([float(alaw_decode(code)) for code in range(256)])
PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


def heard(parts: Parts, signals: list[Samples]) -> list[str]:
    """Digits begun on each signal, through A-law."""
    bank, found = Bank(parts, len(signals)), [""] * len(signals)
    for _, channel, on, key, _ in bank.push(parts.encode(stack(signals))):
        found[channel] += key if on else ""
    return found


def fraction(parts: Parts, make: Callable[[np.random.Generator, str], Samples], expected: str = "{0}") -> float:
    """Part of EACH random signals of all 16 keys that were heard exactly as expected ({0} is the key)."""
    rng = np.random.default_rng(24)
    keys = KEYS * EACH
    found = heard(parts, [make(rng, key) for key in keys])
    return sum(text == expected.format(key) for text, key in zip(found, keys, strict=True)) / len(keys)


@pytest.mark.parametrize("ms", [40, 50, 100])
@pytest.mark.parametrize("level", [-3, -10, -25, -30])
def test_q24_all_digits_operate(parts: Parts, ms: int, level: int) -> None:
    assert fraction(parts, lambda rng, key: at_random(rng, digit(rng, key, ms, level, level))) == 1


def test_q24_tone_reject_23_ms(parts: Parts) -> None:
    assert fraction(parts, lambda rng, key: at_random(rng, digit(rng, key, 23)), "") == 1


@pytest.mark.parametrize(("low", "high"), [(-1.5, -1.5), (-1.5, 1.5), (1.5, -1.5), (1.5, 1.5)])
def test_q24_frequency_operate_1_5_percent(parts: Parts, low: float, high: float) -> None:
    made = lambda rng, key: at_random(rng, digit(rng, key, 40, low_off=low, high_off=high))  # noqa: E731
    assert fraction(parts, made) == 1


@pytest.mark.parametrize(("low", "high"), [(-3.5, 0), (3.5, 0), (0, -3.5), (0, 3.5)])
def test_q24_frequency_not_operate_3_5_percent(parts: Parts, low: float, high: float) -> None:
    made = lambda rng, key: at_random(rng, digit(rng, key, 100, low_off=low, high_off=high))  # noqa: E731
    assert fraction(parts, made, "") == 1


@pytest.mark.parametrize("twist", [-8, 4])
def test_q24_twist_operate(parts: Parts, twist: int) -> None:
    made = lambda rng, key: at_random(rng, digit(rng, key, 50, -12, -12 + twist))  # noqa: E731
    assert fraction(parts, made) == 1


@pytest.mark.parametrize("twist", [-14, 14])
def test_twist_far_outside_is_refused(parts: Parts, twist: int) -> None:
    made = lambda rng, key: at_random(rng, digit(rng, key, 50, -18, -18 + twist))  # noqa: E731
    assert fraction(parts, made, "") == 1


def test_q24_level_not_operate_55_dbm(parts: Parts) -> None:
    assert fraction(parts, lambda rng, key: at_random(rng, digit(rng, key, 100, -55, -55)), "") == 1


@pytest.mark.parametrize("gap", [2, 5, 10])
def test_q24_interruption_ignored_10_ms(parts: Parts, gap: int) -> None:
    def made(rng: np.random.Generator, key: str) -> Samples:
        return at_random(rng, digit(rng, key, 35), silence(gap), digit(rng, key, 35))

    assert fraction(parts, made) == 1


@pytest.mark.parametrize("gap", [30, 40])
def test_q24_pause_accept(parts: Parts, gap: int) -> None:
    def made(rng: np.random.Generator, key: str) -> Samples:
        return at_random(rng, digit(rng, key, 40), silence(gap), digit(rng, key, 40))

    assert fraction(parts, made, "{0}{0}") == 1


def test_strings_of_different_digits(parts: Parts) -> None:
    rng = np.random.default_rng(4)
    numbers = ["".join(rng.choice(list(KEYS), 12)) for _ in range(16)]
    made = [at_random(rng, *(x for key in number for x in (digit(rng, key, 50), silence(50)))) for number in numbers]
    assert heard(parts, made) == numbers


def test_snr_15_db_below_total_tone(parts: Parts) -> None:
    """Total tone power is -7 dBm0."""
    def made(rng: np.random.Generator, key: str) -> Samples:
        signal = at_random(rng, digit(rng, key, 50))
        return signal + noise(rng, len(signal), -22)

    assert fraction(parts, made) == 1


@pytest.mark.parametrize("late_ms", [5, 10, 15, 20, 30])
def test_an_echo_10_db_below_is_no_hindrance(parts: Parts, late_ms: int) -> None:
    """It adds to the tones in any phase, and prolongs them."""
    def made(rng: np.random.Generator, key: str) -> Samples:
        signal = at_random(rng, digit(rng, key, 45))
        return signal + np.concatenate([silence(late_ms), signal[: -8 * late_ms]]) * 10**-0.5

    assert fraction(parts, made) == 1


@pytest.mark.parametrize("level", [-10, -20, -40])
def test_noise_alone_is_no_digit(parts: Parts, level: int) -> None:
    rng = np.random.default_rng(5)
    assert set(heard(parts, [noise(rng, 8 * 5000, level) for _ in range(64)])) == {""}


def test_single_tones_and_dial_tone_are_no_digit(parts: Parts) -> None:
    t = np.arange(8000) / 8000
    waves = [7000 * np.sin(2 * np.pi * hz * t) for hz in (*LOW_HZ, *HIGH_HZ, 425, 450, 1000, 2000)]
    waves.append(5000 * (np.sin(2 * np.pi * 350 * t) + np.sin(2 * np.pi * 440 * t)))
    assert set(heard(parts, waves)) == {""}


def wav_alaw(path: Path) -> bytes:
    """The data chunk of an A-law WAV, 8 kHz, one channel; empty for any other kind."""
    data = path.read_bytes()
    kind, channels, rate = struct.unpack_from("<HHL", data, data.index(b"fmt ") + 8)
    start = data.index(b"data") + 8
    size = int.from_bytes(data[start - 4 : start], "little")
    return data[start : start + size] if (kind, channels, rate) == (6, 1, 8000) else b""


def test_shipped_speech_is_no_digit(parts: Parts) -> None:
    """Every prompt that the project ships, at four loudnesses."""
    codes = [wav_alaw(path) for path in sorted(PROMPTS.rglob("*.wav"))]
    linear = [LINEAR[np.frombuffer(octets, np.uint8)] for octets in codes if octets]
    assert linear
    assert set(heard(parts, [x * gain for x in linear for gain in (2.0, 1.0, 0.3, 0.1)])) == {""}


@pytest.mark.parametrize("ms", [40, 65, 100, 500])
def test_reported_length(parts: Parts, ms: int) -> None:
    rng = np.random.default_rng(6)
    bank = Bank(parts, 64)
    hits = bank.push(parts.encode(stack([at_random(rng, digit(rng, KEYS[i % 16], ms)) for i in range(64)])))
    lengths = [length / 8 for _, _, on, _, length in hits if not on]
    assert len(lengths) == 64
    assert max(abs(length - ms) for length in lengths) < 4


def test_on_is_reported_within_48_ms_and_off_within_32_ms(parts: Parts) -> None:
    rng = np.random.default_rng(7)
    for lead in range(0, 96, 7):
        signal = np.concatenate([silence(30), np.zeros(lead), digit(rng, "5", 60), silence(60)])
        on, off = Bank(parts, 1).push(parts.encode(stack([signal])))
        begin = 240 + lead
        assert 31 * 8 < on[0] - begin < 48 * 8
        assert off[0] - (begin + 480) < 32 * 8


def test_every_isa_and_cut_gives_the_same_bytes(parts: Parts, isas: list[str]) -> None:
    rng = np.random.default_rng(8)
    signals = [at_random(rng, digit(rng, KEYS[i % 16], 50, -10 - i % 20, -12)) for i in range(37)]
    signals += [noise(rng, 1000, -15) for _ in range(5)]
    codes, outcomes = parts.encode(stack(signals)), set()
    for isa in isas:
        parts.select(isa)
        for cuts in ((8,), (1,) * 8, (3, 5), (7, 1)):
            bank = Bank(parts, len(signals))
            outcomes.add((tuple(bank.push(codes, cuts)), bank.state()))
    assert len(outcomes) == 1
    changed = codes.copy()
    changed[0, -30] ^= 0x40  # an earlier one would be forgotten by now
    bank = Bank(parts, len(signals))
    assert (tuple(bank.push(changed)), bank.state()) not in outcomes


def mu_law(parts: Parts, linear: Samples) -> np.ndarray:
    """Octets of the signals of `stack`."""
    whole = np.clip(np.rint(linear), -32768, 32767).astype(np.int16)
    encode = np.vectorize(lambda sample: parts.lib.swd_ulaw_encode(int(sample)), otypes=[np.uint8])
    octets: np.ndarray = encode(whole)
    return octets


@pytest.mark.parametrize("level", [-3, -20, -45])
def test_mu_law_is_heard_alike_on_every_isa(parts: Parts, isas: list[str], level: int) -> None:
    rng = np.random.default_rng(10)
    signals = [at_random(rng, digit(rng, key, 50, level, level)) for key in KEYS] + [noise(rng, 1600, -48)]
    codes, outcomes = mu_law(parts, stack(signals)), set()
    for isa in isas:
        parts.select(isa)
        bank = Bank(parts, len(signals))
        parts.lib.swd_dtmf_law(bank.bank, 1)
        hits = bank.push(codes)
        assert sorted((channel, key) for _, channel, on, key, _ in hits if on) == list(enumerate(KEYS))
        outcomes.add((tuple(hits), bank.state()))
    assert len(outcomes) == 1


def test_the_faintest_digits_that_limits_allow_are_looked_at(parts: Parts) -> None:
    """Between -48 dBm0, accepted, and -52 dBm0, refused: limits can not be set lower."""
    rng = np.random.default_rng(11)
    limits = parts.ffi.new("swd_dtmf_limits *")
    parts.lib.swd_dtmf_default(limits)
    limits.level_accept_mdbm0, limits.level_reject_mdbm0 = -48_000, -52_000
    bank = Bank(parts, 64)
    assert parts.lib.swd_dtmf_limits_set(bank.bank, 0, limits) == 0
    hits = bank.push(parts.encode(stack([at_random(rng, digit(rng, KEYS[i % 16], 60, -49, -49)) for i in range(64)])))
    assert [(h[1], h[3]) for h in sorted(hits, key=lambda h: h[1]) if h[2]] == [(i, KEYS[i % 16]) for i in range(64)]


@pytest.mark.parametrize("digit_ms", [60, 90])
def test_a_pause_of_20_ms_separates_wherever_it_lies_in_a_block(parts: Parts, digit_ms: int) -> None:
    rng = np.random.default_rng(12)
    signals = [
        np.concatenate([silence(30), np.zeros(lead), digit(rng, "8", digit_ms), np.zeros(160), digit(rng, "8", 60)])
        for lead in range(96)
    ]
    assert heard(parts, signals) == ["88"] * len(signals)


def test_assigning_begins_anew(parts: Parts) -> None:
    rng = np.random.default_rng(9)
    codes = parts.encode(stack([np.concatenate([digit(rng, "7", 60), silence(60)])]))
    bank = Bank(parts, 1)
    assert bank.push(codes[:, :240]) == []
    parts.lib.swd_dtmf_assign(bank.bank, 0, 0)
    assert bank.push(codes[:, 240:]) == []
    parts.lib.swd_dtmf_assign(bank.bank, 0, NONE)
    assert bank.push(codes) == []
