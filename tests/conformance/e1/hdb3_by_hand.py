"""HDB3 by hand (G.703 annex A): pulses as +1, 0, -1, coded with all four zeros of a run in sight.

Marks alternate (AMI). Each block of four successive spaces becomes 000V or B00V, so chosen that the number of B pulses
between two consecutive V pulses is odd; so successive V pulses alternate and the line carries no direct current.
"""

from __future__ import annotations

from collections.abc import Sequence


def encode(bits: Sequence[int], last_pulse: int = -1, marks_since_v: int = 0) -> list[int]:
    """The pulses of some bits; `last_pulse` is the polarity of the last one before them."""
    pulses: list[int] = []
    at = 0
    while at < len(bits):
        if bits[at]:
            last_pulse = -last_pulse
            pulses.append(last_pulse)
            marks_since_v += 1
            at += 1
        elif len(bits) - at >= 4 and not any(bits[at : at + 4]):
            if marks_since_v % 2 == 0:
                last_pulse = -last_pulse
                pulses += [last_pulse, 0, 0, last_pulse]
            else:
                pulses += [0, 0, 0, last_pulse]
            marks_since_v = 0
            at += 4
        else:
            pulses.append(0)
            at += 1
    return pulses


def decode(pulses: Sequence[int]) -> list[int]:
    """The bits of a line without errors: a violation after 00 or 000 takes itself, and a B three before, away."""
    bits = [abs(pulse) for pulse in pulses]
    last = 0
    for at, pulse in enumerate(pulses):
        if pulse and pulse == last:
            bits[at] = 0
            if at >= 3:
                bits[at - 3] = 0
        last = pulse or last
    return bits


def places_of_violations(pulses: Sequence[int]) -> list[int]:
    """Where a pulse has the polarity of the pulse before it."""
    found, last = [], 0
    for at, pulse in enumerate(pulses):
        if pulse and pulse == last:
            found.append(at)
        last = pulse or last
    return found
