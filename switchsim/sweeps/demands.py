"""What the DTMF receiver must do, a row a demand: random signals, what is right, and how often it must be so.

The limits are those of Q.24 annex A and the common industry set, the strictest together; twist is high minus low.
Every row takes all sixteen keys, random phases, and a random place in a receiver's blocks, over the A-law path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from switchsim.sweeps import speech
from switchsim.sweeps.signals import (
    KEYS,
    Octets,
    Rng,
    Samples,
    digit,
    echoed,
    encode,
    framed,
    noise,
    silence,
    sine,
    stack,
    total_dbm0,
    with_bit_errors,
)
from switchsim.sweeps.stimulus import spoken

Make = Callable[[Rng, str], tuple[Samples, str]]
"""One signal of a key, and the digits that are right."""
PEER: Final = -1.0
"""The demand of a row that must be met as often as libspandsp meets it."""


@dataclass(frozen=True)
class Demand:
    """One row; `must` is percent of the signals heard exactly right, or PEER."""

    what: str
    must: float
    make: Make
    bit_errors: float = 0
    limits: str = "default"
    times: int = 1            # so many times the signals of a row

    def signals(self, rng: Rng, each: int) -> tuple[Octets, list[str]]:
        """`each` signals a key (and `times`), and what is right of each."""
        made = [self.make(rng, key) for key in KEYS * (each * self.times)]
        octets = encode(stack([signal for signal, _ in made]))
        octets = with_bit_errors(rng, octets, self.bit_errors) if self.bit_errors else octets
        return octets, [text for _, text in made]


def tone(ms: float = 50, low: float = -10, high: float = -10, low_off: float = 0, high_off: float = 0,
         heard: bool = True) -> Make:
    """One digit, to be heard or not."""
    return lambda rng, key: (framed(rng, digit(rng, key, ms, low, high, low_off, high_off)), key if heard else "")


def gap(ms: float, separates: bool) -> Make:
    """A digit, a gap, the same digit again, 40 ms each."""
    return lambda rng, key: (framed(rng, digit(rng, key, 40), silence(ms), digit(rng, key, 40)),
                             key * (2 if separates else 1))


def off(least: float, most: float, which: str) -> Make:
    """100 ms with a tone or both off by `least`..`most` percent, either way; the other one by up to 1.5."""
    def make(rng: Rng, key: str) -> tuple[Samples, str]:
        low, high = (sign * (rng.uniform(least, most) if name in which else rng.uniform(0, 1.5))
                     for sign, name in zip(rng.choice((-1, 1), 2), ("low", "high"), strict=True))
        return framed(rng, digit(rng, key, 100, low_off=low, high_off=high)), ""

    return make


def noisy(snr_db: float, twist_db: float = 0) -> Make:
    """50 ms over noise, 0-4 kHz, this far below the total tone."""
    def make(rng: Rng, key: str) -> tuple[Samples, str]:
        signal = framed(rng, digit(rng, key, 50, -10, -10 + twist_db))
        return signal + noise(rng, len(signal), total_dbm0(-10, -10 + twist_db) - snr_db), key

    return make


def dial_tone(above_db: float, *hz: int, twist_db: float = 0) -> Make:
    """50 ms over a dial tone that has been there for 40 ms, each frequency so far above the digit's weaker tone."""
    def make(rng: Rng, key: str) -> tuple[Samples, str]:
        low, high = -18 - max(0.0, -twist_db), -18 - max(0.0, -twist_db) + twist_db
        signal = np.concatenate([digit(rng, key, 50, low, high), silence(60)])
        before = silence(40)
        signal = np.concatenate([before, signal])
        for one in hz:
            signal = signal + sine(len(signal), one, min(low, high) + above_db, rng.uniform(0, 2 * np.pi))
        return framed(rng, signal), key

    return make


def echo_string(rng: Rng, key: str) -> tuple[Samples, str]:
    """Eight digits 45/45 ms, the key first, with an echo of -10 dB after 20 ms."""
    keys = key + "".join(rng.choice(list(KEYS), 7))
    pieces = [piece for one in keys for piece in (digit(rng, one, 45), silence(45))]
    return echoed(framed(rng, *pieces), 20, -10), keys


def over_speech(below_db: float) -> Make:
    """60 ms over speech this far below the digit."""
    def make(rng: Rng, key: str) -> tuple[Samples, str]:
        signal = framed(rng, silence(300), digit(rng, key, 60), silence(200))
        return signal + spoken(rng, len(signal), total_dbm0(-10, -10) - below_db), key

    return make


def demands() -> Iterator[Demand]:
    """Every row that is counted in percent right; those over speech only where espeak-ng is."""
    yield from _frequencies_and_twist()
    yield from _times()
    yield from _levels()
    yield from _disturbances()
    if speech.available():
        yield Demand("60 ms over speech 20 dB below", 99, over_speech(20))


def _frequencies_and_twist() -> Iterator[Demand]:
    for low in (-1.5, 1.5):
        for high in (-1.5, 1.5):
            yield Demand(f"{low:+} / {high:+} % accepted", 100, tone(50, low_off=low, high_off=high))
    yield Demand("+1.5 / -1.5 %, 40 ms accepted", 100, tone(40, low_off=1.5, high_off=-1.5))
    for which in ("low", "high", "low and high"):
        yield Demand(f"{which} 3.0 % off refused", 100, off(3.0, 3.0, which))
        yield Demand(f"{which} 3.0-7.0 % off refused", 100, off(3.0, 7.0, which))
    for twist in range(-8, 9):
        yield Demand(f"twist {twist:+} dB accepted", 100, tone(50, -10 - max(0, twist), -10 + min(0, twist)))


def _times() -> Iterator[Demand]:
    yield Demand("40 ms accepted", 100, tone(40))
    yield Demand("23 ms refused", 100, tone(23, heard=False))
    yield Demand("12 ms refused", 100, tone(12, heard=False))
    for ms in (2, 5, 8, 10):
        yield Demand(f"gap of {ms} ms ridden over", 100, gap(ms, False))
    for ms in (20, 25, 30, 40):
        yield Demand(f"pause of {ms} ms separates", 100, gap(ms, True))


def _levels() -> Iterator[Demand]:
    for level in (3, 0, -10, -25, -35, -40, -43, -45):
        yield Demand(f"{level:+} dBm0 a tone accepted", 100, tone(50, level, level))


def _disturbances() -> Iterator[Demand]:
    yield Demand("noise 11 dB below", 100, noisy(11))
    yield Demand("noise 15 dB below, twist -8 dB", 100, noisy(15, -8))
    for above in (-6, 0, 6, 11):
        yield Demand(f"450 Hz {above:+} dB", 100, dial_tone(above, 450))
        yield Demand(f"350+440 Hz {above:+} dB", 100, dial_tone(above, 350, 440))
    for twist in (-8, 4, 8):
        yield Demand(f"450 Hz +11 dB, twist {twist:+} dB", 100, dial_tone(11, 450, twist_db=twist))
        yield Demand(f"350+440 Hz +11 dB, twist {twist:+} dB", 100, dial_tone(11, 350, 440, twist_db=twist))
    yield Demand("bit errors 1e-3 at -10 dBm0", 99.9, tone(50), bit_errors=1e-3, times=4)
    for level in (-20, -30, -40):
        yield Demand(f"bit errors 1e-3 at {level} dBm0", PEER, tone(50, level, level), bit_errors=1e-3, times=4)
    yield Demand("echo -10 dB after 20 ms, 8 x 45/45 ms", 100, echo_string)
