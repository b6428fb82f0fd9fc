"""Plays recordings to every kind of receiver and prints what became of it: a JSON line a block length.

    python recordings_player.py FLIPPED BLOCK...

FLIPPED is the octet of the first recording that gets a wrong bit (-1: none). The instruction set is SWITCHSIM_ISA's.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter

import numpy as np

from switchsim.dsp import isa
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import CHECK_2000, Engine, EngineConfig
from switchsim.sweeps import signals, speech, talkoff
from switchsim.sweeps.signals import KEYS, Octets, Rng, Samples

CYCLES = 9601                             # 1.2 s and an octet, so that every cut leaves a rest
PROGRESS = {"dial": (450,), "busy": (450,), "ring": (450,), "us": (350, 440), "information": (950,)}


def dtmf(rng: Rng) -> list[Samples]:
    """Strings of digits: clean, faint, in noise, off and twisted, broken by gaps."""
    def string(low: float, high: float, off: float, gap: float, noise: float) -> Samples:
        keys = "5" + "".join(rng.choice(list(KEYS), 9))
        pieces = [piece for key in keys for piece in (
            signals.digit(rng, key, 50, low, high, off, -off), signals.silence(gap))]
        whole = np.concatenate([signals.silence(25), *pieces])
        return whole + signals.noise(rng, len(whole), noise)

    return [string(-10, -10, 0, 50, -70), string(-44, -44, 1, 30, -90), string(-10, -16, 1.5, 21, -25),
            string(-12, -5, -1.4, 9, -60), string(3, 3, 0, 45, -40)]


def mfc(rng: Rng) -> list[Samples]:
    """Every register signal of each direction, at three levels, with breaks of 6 ms."""
    made = []
    for direction in signals.MFC_HZ:
        for level in (-5.0, -11.5, -34.0):
            pieces = []
            for number in rng.permutation(15)[:10] + 1:
                one = signals.register_signal(rng, direction, int(number), 70, (level, level - 4))
                one[300:348] = 0
                pieces += [one, signals.silence(40)]
            made.append(np.concatenate(pieces))
    return made


def progress(rng: Rng) -> list[Samples]:
    """Tones with cadences, and check tones."""
    made = []
    for hz in [*PROGRESS.values(), (2000,), (1780,), (2010,)]:
        on, off = int(rng.integers(100, 400)), int(rng.integers(20, 350))
        made.append(np.concatenate([piece for _ in range(6) for piece in (
            signals.tones(rng, on, hz, [-10.0] * len(hz)), signals.silence(off))]))
    return made


def recordings() -> Octets:
    """[recording][cycle], the same wherever they are made: numpy's random numbers and A-law."""
    rng = np.random.default_rng(9)
    made = [*dtmf(rng), *mfc(rng), *progress(rng), *(signals.noise(rng, CYCLES, level) for level in (-8, -20, -45))]
    made += [talkoff.vowels(rng, 1.3), talkoff.chords(rng, 1.3)]
    if speech.available():
        made += [speech.speech(rng, voice, 1.3) for voice in ("en-gb", "cmn+f3")]
    table = np.zeros((len(made), CYCLES))
    for row, one in zip(table, made, strict=True):
        row[: len(one)] = one[:CYCLES]
    return signals.encode(table)


def played(octets: Octets, block: int) -> dict[str, object]:
    """All receivers on every recording, the engine run in blocks of this many cycles."""
    count = len(octets)
    engine = Engine(
        EngineConfig(n_sources=count, n_receivers=count, n_checks=count, n_mfc=2 * count, n_progress=count),
        Assets([row.tobytes() for row in octets]))
    for unit in range(count):
        cell = engine.first_source_cell + unit
        engine.source_prompts(unit, [unit])
        engine.receiver_listen(unit, cell)
        engine.check_listen(unit, cell, CHECK_2000)
        engine.mfc_listen(unit, cell, "forward", "itu")
        engine.mfc_listen(count + unit, cell, "backward", "china")
        engine.progress_listen(unit, cell, TONE_SETS[unit % len(TONE_SETS)])
    events = []
    for start in range(0, CYCLES, block):
        while engine.now < min(start + block, CYCLES):
            events += engine.run(min(start + block, CYCLES))
    events += engine.run(engine.now)
    kinds = Counter(event.kind for event in events)
    return {"isa": isa.selected(), "block": block, "events": hashed(repr(events).encode()),
            "state": hashed(engine.snapshot()), "kinds": {str(kind): kinds[kind] for kind in sorted(kinds)}}


def hashed(octets: bytes) -> str:
    return hashlib.blake2b(octets, digest_size=16).hexdigest()


TONE_SETS = ("china", "us")


def main() -> None:
    flipped, *blocks = map(int, sys.argv[1:])
    octets = recordings().copy()
    if flipped >= 0:
        octets[0, flipped] ^= 0x40
    for block in blocks:
        print(json.dumps(played(octets, block)))  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
