"""The signals of sweeps are what they say: levels, frequencies, places, rates - else every curve would lie."""

from __future__ import annotations

import numpy as np
import pytest

from switchsim.dsp.reference.g711 import alaw_decode
from switchsim.sweeps import signals, speech, talkoff
from switchsim.sweeps.axes import DTMF, MFC, Axis
from switchsim.sweeps.signals import KEYS, MFC_HZ, MFC_PAIRS, Samples
from switchsim.sweeps.stimulus import Stimulus, dtmf_signal, mfc_signal

FAR = 0.05                                # dB


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def level_at(samples: Samples, hz: float) -> float:
    """dBm0 of one tone: the samples against it, in phase and in quadrature, as long as whole periods fit."""
    wave = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / signals.RATE)
    return float(20 * np.log10(abs(np.mean(samples * wave)) * 2 / signals.PEAK_0_DBM0))


def only(samples: Samples) -> Samples:
    """What is not silence at the edges."""
    there = np.flatnonzero(samples)
    return samples[there[0] : there[-1] + 1]


@pytest.mark.parametrize("key", KEYS)
def test_a_digit_has_its_two_frequencies_at_their_levels(key: str) -> None:
    whole = signals.digit(rng(), key, 2000, -12, -7)
    low, high = signals.LOW_HZ[KEYS.index(key) // 4], signals.HIGH_HZ[KEYS.index(key) % 4]
    assert level_at(whole, low) == pytest.approx(-12, abs=FAR)
    assert level_at(whole, high) == pytest.approx(-7, abs=FAR)
    assert signals.level_of(whole) == pytest.approx(signals.total_dbm0(-12, -7), abs=FAR)


def test_offsets_are_percent_of_each_frequency() -> None:
    whole = signals.digit(rng(), "5", 2000, -10, -10, low_off=2, high_off=-3)
    assert level_at(whole, 770 * 1.02) == pytest.approx(-10, abs=FAR)
    assert level_at(whole, 1336 * 0.97) == pytest.approx(-10, abs=FAR)
    assert level_at(whole, 770) < -30


def test_register_signals_are_those_of_q441_table_5() -> None:
    """With the weights 0 1 2 4 7 11 it is their sum up to 9; every further pair follows."""
    weights = (0, 1, 2, 4, 7, 11)
    assert [weights[low] + weights[high] for low, high in MFC_PAIRS[:9]] == list(range(1, 10))
    assert MFC_PAIRS[9:] == ((3, 4), (0, 5), (1, 5), (2, 5), (3, 5), (4, 5))
    assert MFC_HZ["forward"] == tuple(range(1380, 1981, 120))
    assert MFC_HZ["backward"] == tuple(range(1140, 539, -120))
    whole = signals.register_signal(rng(), "backward", 9, 2000, (-8, -12), (5, 0))
    assert level_at(whole, 905) == pytest.approx(-8, abs=FAR)
    assert level_at(whole, 660) == pytest.approx(-12, abs=FAR)


def test_twist_is_high_minus_low_and_the_stronger_tone_has_the_level() -> None:
    assert Stimulus(level_dbm0=-10, twist_db=4).levels == (-14, -10)
    assert Stimulus(level_dbm0=-10, twist_db=-8).levels == (-10, -18)


@pytest.mark.parametrize("snr", [0, 11, 20])
def test_noise_is_so_far_below_the_total_tone(snr: float) -> None:
    """White over 0-4 kHz: as much in each half of the band."""
    sent = Stimulus(ms=20_000, twist_db=-6, snr_db=snr)
    whole, _ = dtmf_signal(rng(), "1", sent)
    alone = whole - dtmf_signal(rng(), "1", Stimulus(ms=20_000, twist_db=-6))[0]
    assert signals.level_of(alone) == pytest.approx(signals.total_dbm0(*sent.levels) - snr, abs=0.1)
    halves = np.abs(np.fft.rfft(alone)) ** 2
    assert halves[: len(halves) // 2].sum() == pytest.approx(halves[len(halves) // 2 :].sum(), rel=0.03)


def test_a_dial_tone_begins_40_ms_before_the_digit_and_lasts() -> None:
    sent = Stimulus(ms=500, level_dbm0=-18, twist_db=-5, dial_tone="350+440", dial_tone_db=11)
    there = only(dtmf_signal(rng(), "9", sent)[0])
    assert len(there) / 8 == pytest.approx(40 + 500 + 60, abs=1)
    for hz, level in ((350, -12), (440, -12), (852, -18), (1477, -23)):
        assert level_at(there[320:4320], hz) == pytest.approx(level, abs=FAR)
    for part in (there[:320], there[4330:]):
        assert signals.level_of(part) == pytest.approx(-9, abs=1.5), "the dial tone alone"


def test_a_gap_parts_two_equal_digits() -> None:
    whole, right = dtmf_signal(rng(), "7", Stimulus(ms=40, gap_ms=10))
    there = only(whole)
    assert right == "77"
    assert len(there) == 8 * 90
    assert not there[8 * 40 : 8 * 50].any()


def test_a_signal_begins_at_any_place() -> None:
    made = rng()
    begins = {int(np.flatnonzero(signals.framed(made, np.ones(8)))[0]) for _ in range(2000)}
    assert begins == set(range(160, 256))


def test_an_echo_is_late_and_below() -> None:
    whole = np.zeros(1000)
    whole[100] = 1000
    heard = signals.echoed(whole, 20, -10)
    assert np.flatnonzero(heard).tolist() == [100, 260]
    assert heard[260] == pytest.approx(316.2, abs=0.1)


def test_clipping_keeps_below_the_peak() -> None:
    assert abs(signals.clipped(signals.sine(800, 1000, 0), -6)).max() == pytest.approx(11_439, abs=1)


def test_bit_errors_come_at_their_rate() -> None:
    octets = np.zeros((40, 20_000), np.uint8)
    wrong = np.unpackbits(signals.with_bit_errors(rng(), octets, 1e-3), axis=1)
    assert wrong.mean() == pytest.approx(1e-3, rel=0.05)
    places = wrong.reshape(-1, 8).sum(axis=0)
    assert places.min() > 0.85 * places.mean(), "every bit of an octet is as likely"


def test_octets_are_a_law() -> None:
    samples = np.linspace(-40_000, 40_000, 801)
    decoded = np.array([alaw_decode(int(code)) for code in signals.encode(samples)])
    inside = np.clip(samples, -32_768, 32_767)
    assert abs(decoded - inside).max() <= 512
    assert (np.sign(decoded) == np.where(samples < 0, -1, 1)).all()


def test_wrong_pairs_are_wrong() -> None:
    made = rng()
    for _ in range(20):
        spectrum = np.abs(np.fft.rfft(talkoff.wrong_pair(made, 1000)))
        hz = np.sort(np.argsort(spectrum)[-40:])
        groups = [hz[hz < 1055], hz[hz > 1055]]
        strongest = [max(group, key=lambda one: spectrum[one]) for group in groups]
        off = [min(abs(one / nominal - 1) for nominal in band) * 100
               for one, band in zip(strongest, (signals.LOW_HZ, signals.HIGH_HZ), strict=True)]
        assert max(off) > 3.3


@pytest.mark.parametrize("make", [talkoff.vowels, talkoff.chords])
def test_sounds_last_and_are_as_loud_as_speech(make: talkoff.Sounds) -> None:
    whole = make(rng(), 5)
    assert len(whole) == 40_000
    assert -20 < signals.level_of(whole) < -8


@pytest.mark.peer("espeak-ng", binary="espeak-ng")
@pytest.mark.parametrize("voice", ["en-gb", "cmn"])
def test_speech_is_as_loud_as_asked_and_within_a_telephone_channel(voice: str) -> None:
    whole = speech.speech(rng(), voice, 4, -15)
    assert len(whole) == 32_000
    assert signals.level_of(whole) == pytest.approx(-15, abs=FAR)
    power = np.abs(np.fft.rfft(whole)) ** 2
    assert power[4 * 3450 :].sum() < 0.001 * power.sum()
    assert power[4 * 250 : 4 * 1000].sum() > 0.2 * power.sum()


def test_resampling_keeps_tones() -> None:
    at_22050 = 1000 * np.sin(2 * np.pi * 941 / 22_050 * np.arange(22_050))
    assert level_at(speech.resampled(at_22050, 22_050), 941) == pytest.approx(20 * np.log10(1000 / 22_824), abs=0.1)


@pytest.mark.parametrize("axis", [*DTMF.values(), *MFC.values()], ids=lambda axis: axis.says)
def test_an_axis_moves_what_it_says(axis: Axis) -> None:
    """Its ends are within its range, on its steps, and differ in the signal."""
    first, last = axis.at(axis.start), axis.at(axis.stop)
    assert axis.lowest <= axis.start < axis.stop <= axis.highest
    assert (axis.stop - axis.start) % axis.step == 0
    changed = [name for name in Stimulus.__dataclass_fields__ if getattr(first, name) != getattr(last, name)]
    assert changed == [name for name in Stimulus.__dataclass_fields__ if name in axis.fields]


def test_kinds_have_the_axes_they_share() -> None:
    assert set(MFC) < set(DTMF)
    assert mfc_signal(rng(), "forward", "F", 15, MFC["twist"].at(MFC["twist"].start))[1] == "F"
