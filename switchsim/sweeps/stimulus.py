"""One random signal with one thing wrong: what an axis moves, and everything else at its best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from switchsim.sweeps import speech
from switchsim.sweeps.signals import (
    MFC_HZ,
    MFC_PAIRS,
    Rng,
    Samples,
    clipped,
    digit,
    echoed,
    framed,
    level_of,
    noise,
    register_signal,
    silence,
    sine,
    total_dbm0,
)

DIAL_TONES: Final = {"450": (450,), "350+440": (350, 440)}
THIRD_HZ: Final = 1060
"""Between the groups of DTMF. The third frequency of a register signal is another one of its six."""
SPEECH_SECONDS: Final = 8


@dataclass(frozen=True)
class Stimulus:
    """What is sent; None: not there. Levels of what disturbs are relative to the weaker tone, dB."""

    ms: float = 50
    level_dbm0: float = -10              # of the stronger tone
    twist_db: float = 0                  # high minus low; of register signals: higher number minus lower
    low_off: float = 0                   # percent; of register signals Hz
    high_off: float = 0
    gap_ms: float | None = None          # the digit, this much silence, the digit again
    snr_db: float | None = None          # total tone over white noise
    dial_tone: str = "450"
    dial_tone_db: float | None = None    # each of its frequencies, from 40 ms before the digit to the end
    third_db: float | None = None        # a third tone with the others
    echo_db: float | None = None
    echo_ms: float = 20
    clip_db: float | None = None         # cut off at this much above the peak of one tone
    speech_db: float | None = None       # speech this much below both tones together
    bit_errors: float = 0                # a bit

    @property
    def levels(self) -> tuple[float, float]:
        """Of both tones."""
        return self.level_dbm0 - max(0.0, self.twist_db), self.level_dbm0 + min(0.0, self.twist_db)


def dtmf_signal(rng: Rng, key: str, sent: Stimulus) -> tuple[Samples, str]:
    """The signal and what is to be heard of it."""
    low, high = sent.levels
    once = [digit(rng, key, sent.ms, low, high, sent.low_off, sent.high_off) for _ in range(2)]
    pieces = [once[0]] if sent.gap_ms is None else [once[0], silence(sent.gap_ms), once[1]]
    return disturbed(rng, pieces, sent, THIRD_HZ), key * len(pieces[::2])


def mfc_signal(rng: Rng, direction: str, letter: str, number: int, sent: Stimulus) -> tuple[Samples, str]:
    """The same of register signal `number`, known by its letter."""
    made = register_signal(rng, direction, number, sent.ms, sent.levels, (sent.low_off, sent.high_off))
    others = [hz for index, hz in enumerate(MFC_HZ[direction]) if index not in MFC_PAIRS[number - 1]]
    return disturbed(rng, [made], sent, others[rng.integers(len(others))]), letter


def disturbed(rng: Rng, pieces: list[Samples], sent: Stimulus, third_hz: int) -> Samples:
    """The pieces at a random place in a frame, with all that the stimulus says over them."""
    weaker, together = min(sent.levels), total_dbm0(*sent.levels)
    whole = np.concatenate(pieces)
    if sent.third_db is not None:
        whole = whole + sine(len(whole), third_hz, weaker + sent.third_db, rng.uniform(0, 2 * np.pi))
    if sent.clip_db is not None:
        whole = clipped(whole, sent.level_dbm0 + sent.clip_db)
    if sent.dial_tone_db is not None:
        whole = _over_dial_tone(rng, whole, sent, weaker + sent.dial_tone_db)
    signal = framed(rng, whole)
    if sent.echo_db is not None:
        signal = echoed(signal, sent.echo_ms, sent.echo_db)
    if sent.snr_db is not None:
        signal = signal + noise(rng, len(signal), together - sent.snr_db)
    if sent.speech_db is not None:
        signal = signal + spoken(rng, len(signal), together - sent.speech_db)
    return signal


def _over_dial_tone(rng: Rng, digits: Samples, sent: Stimulus, dbm0: float) -> Samples:
    whole = np.concatenate([silence(40), digits, silence(60)])
    for hz in DIAL_TONES[sent.dial_tone]:
        whole = whole + sine(len(whole), hz, dbm0, rng.uniform(0, 2 * np.pi))
    return whole


_voices: list[Samples] = []


def spoken(rng: Rng, n: int, dbm0: float) -> Samples:
    """A random piece of speech of n samples that is no pause, at this level."""
    if not _voices:
        fixed = np.random.default_rng(20)
        _voices.extend(speech.speech(fixed, voice, SPEECH_SECONDS) for voice in speech.VOICES)
    while True:
        voice = _voices[rng.integers(len(_voices))]
        start = int(rng.integers(len(voice) - n))
        under = voice[start : start + n]
        if (level := level_of(under)) > -25:
            return under * 10 ** ((dbm0 - level) / 20)
