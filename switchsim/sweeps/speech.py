"""Speech by espeak-ng (Debian: espeak-ng), where it is installed: sentences from a seed, twenty voices, 8 kHz."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any, Final

import numpy as np

from switchsim.errors import BadInput
from switchsim.sweeps.signals import RATE, Rng, Samples, level_of

VOICES: Final = (
    "en-gb", "en-us+f2", "de+m3", "fr-fr+f4", "es", "it+f1", "pt-br+m5", "nl", "sv+f3", "pl+m2",
    "cs", "tr+f5", "fi+m1", "hu+f2", "ro+m4", "da+f4", "id", "vi+f1", "cmn", "cmn+f3",
)  # fmt: skip
SUBJECTS: Final = ("my order", "the number on the card", "this account", "our invoice", "the parcel", "your colleague",
                   "the engineer", "a second line", "the router", "everybody here")  # fmt: skip
VERBS: Final = ("never reached", "was sent to", "is waiting for", "calls back", "does not agree with", "asks about",
                "paid for", "moves away from", "opened", "would rather keep")
OBJECTS: Final = ("the warehouse in Hull", "an address", "the same date", "nobody at all", "eleven boxes", "the agent",
                  "platform nine", "a quiet room", "each of the branches", "what you told me")
CHINESE: Final = ("您好，请问有什么可以帮您", "我的订单还没有收到", "请稍等，正在为您转接", "这个号码已经停机了",
                  "明天上午会有人联系您", "我想查一下上个月的话费", "对不起，所有座席都在忙", "宽带又断了，已经三天了")


def available() -> bool:
    """Whether espeak-ng is on this host."""
    return shutil.which("espeak-ng") is not None


def text(rng: Rng, voice: str, sentences: int) -> str:
    """So many sentences, with a number in each."""
    def one() -> str:
        number = int(rng.integers(0, 10_000))
        if voice.startswith("cmn"):
            return f"{rng.choice(CHINESE)}，{number}。"
        return f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}, {number}."

    return " ".join(one() for _ in range(sentences))


def speech(rng: Rng, voice: str, seconds: float, dbm0: float = -15) -> Samples:
    """Speech of this length whose mean level, pauses included, is `dbm0`; raises BadInput without espeak-ng."""
    if not available():
        raise BadInput.one("espeak-ng", "is not installed", "the program, for speech", "apt-get install espeak-ng")
    spoken: list[Samples] = []
    while sum(map(len, spoken)) < seconds * RATE:
        words = text(rng, voice, 12)
        command = ["espeak-ng", "-v", voice, "-s", str(int(rng.integers(130, 200))), "--stdout", words]
        spoken.append(resampled(*_wav(subprocess.run(command, capture_output=True, check=True).stdout)))
    whole = np.concatenate(spoken)[: round(seconds * RATE)]
    return whole * 10 ** ((dbm0 - level_of(whole)) / 20)


def _wav(octets: bytes) -> tuple[np.ndarray[Any, Any], int]:
    """Samples and rate of what espeak-ng writes to a pipe; the sizes in its header mean nothing."""
    start = octets.index(b"data") + 8
    body = octets[start : len(octets) - (len(octets) - start) % 2]
    return np.frombuffer(body, "<i2").astype(np.float64), int.from_bytes(octets[24:28], "little")


def resampled(samples: np.ndarray[Any, Any], rate: int) -> Samples:
    """At 8 kHz, with a telephone channel's band: nothing above 3.4 kHz, nothing below 200 Hz."""
    step = rate // int(np.gcd(rate, RATE))
    samples = np.concatenate([samples, np.zeros(-len(samples) % step)])
    length = len(samples) * RATE // rate
    spectrum = np.fft.rfft(samples)[: length // 2 + 1]
    hz = np.arange(len(spectrum)) * (rate / len(samples))
    spectrum *= (hz > 200) & (hz < 3400)
    return np.fft.irfft(spectrum, length) * (length / len(samples))
