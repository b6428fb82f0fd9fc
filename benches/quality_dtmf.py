"""Quality of the DTMF bank beside libspandsp's dtmf_rx: what part of random signals each reports rightly, in percent.

Both hear the same signals after an A-law encoder: random phase, random offset, all 16 keys. Rows follow the table of
demands in Q.24 annex A and the CM7291-style tests. Twist is high minus low. "Right" means: exactly the digits sent, or
none where none may be reported.   Usage: python benches/quality_dtmf.py [--each 20]   (signals a key and row)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import native_parts
import spandsp_peer
from dtmf_signals import KEYS, Samples, at_random, digit, noise, silence, stack

Make = Callable[[np.random.Generator, str], Samples]
Row = tuple[str, Make, str]          # what, one signal of a key, the digits that are right ({0} is the key)


def tone(ms: float = 50, low: float = -10, high: float = -10, low_off: float = 0, high_off: float = 0) -> Make:
    """One digit."""
    return lambda rng, key: at_random(rng, digit(rng, key, ms, low, high, low_off, high_off))


def split(on: float, gap: float, after: float) -> Make:
    """A digit, a gap, the digit again."""
    return lambda rng, key: at_random(rng, digit(rng, key, on), silence(gap), digit(rng, key, after))


def noisy(snr_db: float, twist_db: float = 0) -> Make:
    """50 ms with white noise this far below the total tone."""
    low, high = -10.0, -10.0 + twist_db
    total = 10 * np.log10(10 ** (low / 10) + 10 ** (high / 10))

    def make(rng: np.random.Generator, key: str) -> Samples:
        signal = at_random(rng, digit(rng, key, 50, low, high))
        return signal + noise(rng, len(signal), float(total) - snr_db)

    return make


def dial_tone(above_db: float, *hz: int) -> Make:
    """A digit over a steady dial tone, each of whose frequencies is this far above the digit's."""

    def make(rng: np.random.Generator, key: str) -> Samples:
        signal = at_random(rng, silence(40), digit(rng, key, 60, -18, -18))
        t = np.arange(len(signal)) / 8000
        for f in hz:
            signal = signal + 22_824 * 10 ** ((above_db - 18) / 20) * np.sin(2 * np.pi * f * t + rng.uniform(0, 7))
        return signal

    return make


def echoed(rng: np.random.Generator, key: str) -> Samples:
    """45 ms with an echo 20 ms late, 10 dB below."""
    signal = at_random(rng, digit(rng, key, 45))
    late = np.concatenate([silence(20), signal[:-160]])
    return signal + late * 10**-0.5


def rows() -> Iterator[Row]:
    """The table."""
    for ms in (30, 35, 40, 50, 100):
        yield f"{ms} ms accepted", tone(ms), "{0}"
    for ms in (20, 23, 26):
        yield f"{ms} ms refused", tone(ms), ""
    for level in (3, 0, -3, -25, -30, -40, -45):
        yield f"{level} dBm0 a tone accepted", tone(50, level, level), "{0}"
    yield "-55 dBm0 a tone refused", tone(50, -55, -55), ""
    for low, high in ((-1.5, -1.5), (-1.5, 1.5), (1.5, -1.5), (1.5, 1.5)):
        yield f"{low:+} / {high:+} % accepted", tone(50, low_off=low, high_off=high), "{0}"
    for low, high in ((-3.0, 0.0), (3.0, 0.0), (0.0, -3.0), (0.0, 3.0), (-3.5, 0), (3.5, 0), (0, -3.5), (0, 3.5)):
        yield f"{low:+} / {high:+} % refused", tone(50, low_off=low, high_off=high), ""
    for twist in (-9, -8, -6, 3, 4, 6, 9):
        yield f"twist {twist:+} dB accepted", tone(50, -12, -12 + twist), "{0}"
    for gap in (5, 8, 10, 13):
        yield f"gap {gap} ms ridden over", split(40, gap, 40), "{0}"
    for gap in (18, 20, 30, 40):
        yield f"pause {gap} ms separates", split(40, gap, 40), "{0}{0}"
    for snr in (15, 11, 8):
        yield f"noise {snr} dB below", noisy(snr), "{0}"
    yield "noise 15 dB below, twist -8 dB", noisy(15, -8), "{0}"
    for above in (-6, 0, 6, 12):
        yield f"350+440 Hz {above:+} dB", dial_tone(above, 350, 440), "{0}"
        yield f"450 Hz {above:+} dB", dial_tone(above, 450), "{0}"
    yield "echo -10 dB, 20 ms", echoed, "{0}"


def ours(parts: native_parts.Parts, codes: np.ndarray[Any, Any]) -> list[str]:
    """Digits begun, a string a signal."""
    found = [""] * len(codes)
    for _, channel, on, key, _ in native_parts.Bank(parts, len(codes)).push(codes):
        found[channel] += key if on else ""
    return found


def theirs(peer: tuple[Any, Any], codes: np.ndarray[Any, Any]) -> list[str]:
    """The same of dtmf_rx."""
    ffi, lib = peer
    linear = np.array(NATIVE_LINEAR, np.int16)[codes]
    found, into = [], ffi.new("char[129]")
    for row in linear:
        state = lib.dtmf_rx_init(ffi.NULL, ffi.NULL, ffi.NULL)
        lib.dtmf_rx(state, ffi.from_buffer("int16_t[]", np.ascontiguousarray(row)), len(row))
        found.append(ffi.string(into, lib.dtmf_rx_get(state, into, 128)).decode())
        lib.dtmf_rx_free(state)
    return found


NATIVE_LINEAR: list[int] = []


def main() -> None:
    """Print a line a row, then what noise alone gave."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=20)
    each = parser.parse_args().each
    with tempfile.TemporaryDirectory() as where:
        parts = native_parts.Parts(Path(where))
    NATIVE_LINEAR.extend(parts.lib.swd_alaw_decode(code) for code in range(256))
    peer, rng, keys = spandsp_peer.load(), np.random.default_rng(1), KEYS * each
    print(f"{'percent right':34} {'switchsim':>10} {'libspandsp':>11}")
    for what, make, expected in rows():
        codes = parts.encode(stack([make(rng, key) for key in keys]))
        heard = [ours(parts, codes), *([theirs(peer, codes)] if peer else [])]
        right = [expected.format(key) for key in keys]
        shares = [100 * sum(map(str.__eq__, found, right)) / len(keys) for found in heard]
        print(f"{what:34} " + " ".join(f"{share:10.1f}" for share in shares), flush=True)
    codes = parts.encode(np.stack([noise(rng, 8 * 60_000, -15) for _ in range(16)]))
    print(f"{'digits in 16 minutes of noise':34} {len(''.join(ours(parts, codes))):10}", end=" ")
    print(f"{len(''.join(theirs(peer, codes))):10}" if peer else "")


if __name__ == "__main__":
    main()
