"""The receivers that are compared: the shipped ones behind the engine, and libspandsp's where the library is there.

A receiver takes A-law octets [signal][cycle] and gives, a signal, the string of what it heard begin: the keys of DTMF,
and of register signals the letters of MFC_LETTERS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from switchsim.dsp.dtmf import LIMITS
from switchsim.dsp.engine import EV_DIGIT_ON, EV_MFC_ON, Engine, EngineConfig, Event
from switchsim.errors import BadInput, one_of
from switchsim.sweeps.signals import Octets

Receiver = Callable[[Octets], list[str]]

MFC_LETTERS: Final = "123456789ABCDEF"
"""Register signals 1..15 as a letter each."""
MFC_LIMITS: Final = ("itu", "china")
FEED_OCTETS: Final = 480                  # a raw source holds 640
CHANNELS: Final = 4096                    # of one engine


def played(octets: Octets, engine: Engine, cycles: int = FEED_OCTETS) -> list[Event]:
    """Feed octets [source][cycle] to the raw sources of an engine, from now on, at most `cycles` (1..480) a run."""
    sources, length = octets.shape
    heard: list[Event] = []
    begun = engine.now
    for source in range(sources):
        engine.source_raw(source)
    for start in range(0, length, cycles):
        part = np.ascontiguousarray(octets[:, start : start + cycles])
        for source in range(sources):
            engine.source_feed(source, part[source].tobytes())
        until = begun + start + part.shape[1]
        while engine.now < until:
            heard += engine.run(until)
    heard += engine.run(engine.now)
    return heard


def limits_of(kind: str) -> tuple[str, ...]:
    """Names of the limits that a kind of receiver can be set to, the default first."""
    return {"dtmf": tuple(LIMITS), "mfc": MFC_LIMITS}[kind]


def check_limits(kind: str, name: str | None) -> str:
    """The name, or the default one for None; raises BadInput when there is no such."""
    names = limits_of(kind)
    if name is not None and name not in names:
        raise BadInput.one("--limits", f"{kind} has no limits {name!r}", one_of(names))
    return name or names[0]


def mfc_letters(direction: str, limits: str) -> str:
    """The register signals there are: China No.1 has four backward frequencies, and so six signals."""
    return MFC_LETTERS[:6] if (direction, limits) == ("backward", "china") else MFC_LETTERS


def dtmf(limits: str = "default") -> Receiver:
    """The bank of DTMF receivers, with limits by name."""

    def hear(octets: Octets) -> list[str]:
        return [text for part in _parts(octets) for text in _digits(part, limits)]

    return hear


def _parts(octets: Octets) -> list[Octets]:
    return [octets[first : first + CHANNELS] for first in range(0, len(octets), CHANNELS)]


def _digits(octets: Octets, limits: str) -> list[str]:
    engine = Engine(EngineConfig(n_sources=len(octets), n_receivers=len(octets)))
    engine.receiver_limits(limits)
    found = [""] * len(octets)
    for channel in range(len(octets)):
        engine.receiver_listen(channel, engine.first_source_cell + channel)
    for event in played(octets, engine):
        if event.kind == EV_DIGIT_ON:
            found[event.unit] += chr(event.a & 0xFF)
    return found


def mfc(direction: str, limits: str = "itu") -> Receiver:
    """The bank of MFC receivers, all of one direction and limits."""

    def hear(octets: Octets) -> list[str]:
        return [text for part in _parts(octets) for text in _register_signals(part, direction, limits)]

    return hear


def _register_signals(octets: Octets, direction: str, limits: str) -> list[str]:
    engine = Engine(EngineConfig(n_sources=len(octets), n_mfc=len(octets)))
    found = [""] * len(octets)
    for channel in range(len(octets)):
        engine.mfc_listen(channel, engine.first_source_cell + channel, direction, limits)
    for event in played(octets, engine):
        if event.kind == EV_MFC_ON:
            found[event.unit] += MFC_LETTERS[event.a - 1]
    return found
