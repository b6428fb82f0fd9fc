"""Receivers of register signals and of call progress tones in floating point: windows as wholes, the rules in words.

For tests of the native banks; a signal that lies near a limit may be told differently.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from switchsim.dsp.reference.g711 import alaw_decode
from switchsim.dsp.reference.tone import amplitude

HELD = 3 / 64  # of the power of a tone's weaker frequency: so long it goes on
BAND = 1.87  # what the frequencies of a band make together of one tone in its middle, in windows of one hop


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a receiver listens for; a frequency at two places (a wide one) is named twice, one after the other."""

    places_hz: tuple[float, ...]
    joined: tuple[int, ...] = ()           # places that are one frequency with the next
    tones: tuple[tuple[int, int], ...]     # places, the lower first; twice the same: a single one
    hop_cycles: int
    weights: tuple[int, ...]               # of the hops of a window, the earliest first
    in_band: bool                          # purity is that of the band of the frequencies, not of all that is heard
    least_mdbm0: int
    twist_near_mdb: int
    twist_far_mdb: int
    third_mdb: int
    alone_mdb: int = 0
    pure_percent: int
    on_hops: int
    off_hops: int


@dataclass
class Listening:
    """What a receiver remembers from window to window."""

    shown: tuple[int, int] | None = None
    run: int = 0
    present: tuple[int, int] | None = None
    held: float = 0
    gap: int = 0
    told: list[tuple[int, bool, int]] = field(default_factory=list)


def above(stronger: float, weaker: float, mdb: int) -> bool:
    """Whether one power lies at least so much above another."""
    return stronger >= weaker * float(10 ** (mdb / 10_000))


def bins(samples: Sequence[int], start: int, rules: Rules) -> list[complex]:
    """Of one hop, each place: the amplitude of a tone there, with its phase at cycle 0."""
    found = []
    for hz in rules.places_hz:
        turn = -2j * math.pi * hz / 8000
        found.append(2 / len(samples) * sum(x * cmath.exp(turn * (start + i)) for i, x in enumerate(samples)))
    return found


def weighed(rules: Rules, hops: Sequence[float]) -> float:
    """Weighted mean of what the hops of a window are."""
    return sum(weight * hop for weight, hop in zip(rules.weights, hops, strict=True)) / sum(rules.weights)


def powers(hops: Sequence[Sequence[complex]], rules: Rules) -> list[float]:
    """Square of the peak at each place of a window; 0 at a place that is joined to the one before."""
    found = [
        weighed(rules, [hop[place].real for hop in hops]) ** 2 + weighed(rules, [hop[place].imag for hop in hops]) ** 2
        for place in range(len(rules.places_hz))
    ]
    for place in rules.joined:
        found[place] += found[place + 1]
        found[place + 1] = 0
    return found


def shows(power: Sequence[float], energy: float, rules: Rules) -> tuple[int, int] | None:
    """The places of the pair, or of the single frequency, that a window shows; `energy`: square of a tone with it."""
    order = sorted(range(len(power)), key=lambda place: -power[place])
    first, second, third = (power[place] for place in order[:3])
    least = amplitude(rules.least_mdbm0) ** 2
    near = abs(order[0] - order[1]) == 1
    twist = rules.twist_near_mdb if near else rules.twist_far_mdb
    pure = rules.pure_percent / 100 * energy
    if second >= least and not above(first, second, twist) and above(second, third, rules.third_mdb):
        return (min(order[:2]), max(order[:2])) if first + second >= pure else None
    if rules.alone_mdb and first >= least and above(first, second, rules.alone_mdb) and first >= pure:
        return order[0], order[0]
    return None


def follow(heard: Listening, shown: tuple[int, int] | None, power: Sequence[float], at: int, rules: Rules) -> None:
    """A tone begins when so many windows running show it, and ends when it is too weak in so many."""
    heard.run = heard.run + 1 if shown == heard.shown else 1
    heard.shown = shown
    if heard.present is not None:
        own = min(power[place] for place in heard.present)
        heard.held = max(heard.held, own * HELD)
        heard.gap = heard.gap + 1 if own < heard.held else 0
        if heard.gap >= rules.off_hops:
            heard.told.append((at, False, rules.tones.index(heard.present)))
            heard.present = None
            heard.held = heard.gap = 0
    elif shown in rules.tones and heard.run >= rules.on_hops:
        heard.told.append((at, True, rules.tones.index(shown)))
        heard.present, heard.gap = shown, 0
        heard.held = HELD * min(power[place] for place in shown)


def listen(codes: bytes, rules: Rules) -> list[tuple[int, bool, int]]:
    """(cycle, begins, number of the tone) of what a receiver tells that hears A-law octets from cycle 0 on."""
    heard, cycles = Listening(), rules.hop_cycles
    hops = [[0j] * len(rules.places_hz)] * len(rules.weights)
    energies = [0.0] * len(rules.weights)
    for start in range(0, len(codes) - cycles + 1, cycles):
        samples = [alaw_decode(code) for code in codes[start : start + cycles]]
        hops = [*hops[1:], bins(samples, start, rules)]
        if rules.in_band:
            energy = sum(abs(bin_) ** 2 for bin_ in hops[-1]) / BAND
        else:
            energy = 2 * sum(x * x for x in samples) / cycles
        energies = [*energies[1:], energy]
        power = powers(hops, rules)
        follow(heard, shows(power, weighed(rules, energies), rules), power, start + cycles - 1, rules)
    return heard.told
