"""The table of quality: every demand on the DTMF receiver, what it does, and libspandsp's with the same signals."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from switchsim.sweeps import receivers, spandsp, speech, talkoff
from switchsim.sweeps.demands import PEER, Demand
from switchsim.sweeps.signals import Octets, Rng, encode, framed, stack

AT_ONCE: Final = 16                        # recordings side by side
LONGEST_S: Final = 75                      # of a recording
PAIRS_AT_ONCE: Final = 2000
TOLD: Final = 8


@dataclass(frozen=True)
class Result:
    """One row, measured; `ok` is None when nobody can say: libspandsp is the measure and is not there."""

    what: str
    signals: int
    unit: str                              # "% right" or "digits"
    must: str
    ours: float
    theirs: float | None
    ok: bool | None
    missed: Sequence[tuple[str, str]] = field(default=())  # the first ones: what was to be heard, what was

    def __str__(self) -> str:
        theirs = "-" if self.theirs is None else f"{self.theirs:.2f}"
        verdict = {True: "ok", False: "SHORT", None: "not judged"}[self.ok]
        return (f"{self.what:42} {self.signals:7} {self.must:>9} {self.ours:9.2f} {theirs:>9} {self.unit:8} {verdict}"
                + "".join(f" {wanted or '-'}>{heard or '-'}" for wanted, heard in self.missed))


HEADING: Final = f"{'demand':42} {'signals':>7} {'must':>9} {'switchsim':>9} {'spandsp':>9}"


def chance(seed: int, what: str) -> Rng:
    """A row's own generator, whatever rows stand beside it."""
    return np.random.default_rng([seed, zlib.crc32(what.encode())])


def judge(demand: Demand, each: int, seed: int) -> Result:
    """Measure one demand with `each` signals a key."""
    octets, wanted = demand.signals(chance(seed, demand.what), each)
    found = receivers.dtmf(demand.limits)(octets)
    peer = spandsp.dtmf()
    ours = _share(found, wanted)
    theirs = _share(peer(octets), wanted) if peer else None
    must = theirs if demand.must == PEER else demand.must
    wrong = [(right, heard) for right, heard in zip(wanted, found, strict=True) if right != heard]
    return Result(demand.what, len(wanted), "% right", "theirs" if demand.must == PEER else f"{demand.must:g}", ours,
                  theirs, None if must is None else ours >= must, wrong[:TOLD])


def _share(found: Sequence[str], wanted: Sequence[str]) -> float:
    return 100 * sum(map(str.__eq__, found, wanted)) / len(wanted)


@dataclass(frozen=True)
class TalkOff:
    """Sounds in which no digit is; `most` is the number that may be heard all the same, None: half of libspandsp's."""

    what: str
    octets: Callable[[Rng], Iterator[Octets]]
    recordings: int
    most: float | None


def talk_offs(speech_s: float, vowels_s: float, chords_s: float, pairs: int) -> Iterator[TalkOff]:
    """Seconds of speech (over twenty voices; only where espeak-ng is), of vowels and of chords, and pairs of tones."""
    if speech.available():
        def spoken(rng: Rng) -> Iterator[Octets]:
            return (encode(speech.speech(rng, voice, speech_s / len(speech.VOICES)))[np.newaxis, :]
                    for voice in speech.VOICES)

        yield TalkOff(f"{speech_s:g} s of speech, 20 voices", spoken, len(speech.VOICES), 0)
    for name, make, seconds in (("vowels", talkoff.vowels, vowels_s), ("chords", talkoff.chords, chords_s)):
        count = -int(-seconds // LONGEST_S)
        yield TalkOff(f"{seconds:g} s of {name}", _sounding(make, seconds / count, count), count, None)
    yield TalkOff(f"{pairs} pairs more than 3.5 % off", _pairs(pairs), pairs, 3 * pairs / 28_000)


def _sounding(make: talkoff.Sounds, seconds: float, count: int) -> Callable[[Rng], Iterator[Octets]]:
    def pieces(rng: Rng) -> Iterator[Octets]:
        for first in range(0, count, AT_ONCE):
            yield encode(stack([make(rng, seconds) for _ in range(min(AT_ONCE, count - first))]))

    return pieces


def _pairs(count: int) -> Callable[[Rng], Iterator[Octets]]:
    def pieces(rng: Rng) -> Iterator[Octets]:
        for first in range(0, count, PAIRS_AT_ONCE):
            made = [framed(rng, talkoff.wrong_pair(rng)) for _ in range(min(PAIRS_AT_ONCE, count - first))]
            yield encode(stack(made))

    return pieces


def judge_talk_off(sounds: TalkOff, seed: int) -> Result:
    """Count the digits that each receiver hears where there are none."""
    peer, ours, theirs, heard = spandsp.dtmf(), 0, 0, list[tuple[str, str]]()
    for octets in sounds.octets(chance(seed, sounds.what)):
        found = receivers.dtmf()(octets)
        ours += sum(map(len, found))
        heard += [("", digits) for digits in found if digits]
        theirs += sum(map(len, peer(octets))) if peer else 0
    most = sounds.most if sounds.most is not None else theirs / 2 if peer else None
    must = "<= half" if sounds.most is None else f"<= {int(sounds.most)}"
    return Result(sounds.what, sounds.recordings, "digits", must, ours, theirs if peer else None,
                  None if most is None else ours <= most, heard[:TOLD])
