"""DTMF detection of one channel, block by block, in the open: the oracle of the native bank.

It takes the same steps as native/src/dtmf_kernel.h and dtmf_track.c with numpy sums and Python integers, one channel
at a time, whole signals at once: Hann blocks of 96 samples every 48, anchored at cycle 0. Limits: Q.24 annex A, AT&T
column.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from switchsim.dsp.reference.g711 import alaw_decode

HOP, BLOCK = 48, 96
HZ = (697, 770, 852, 941, 1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
FLOOR = 48 * 48
TONE_ACCEPT_Q8, GAP_Q8, STRONG_Q8, INSIDE_Q8 = 315 * 256 // 60, 150 * 256 // 60, 205, 160
KEPT = 12
OFFSET = 0.023
LINEAR = np.array([alaw_decode(code) // 8 for code in range(256)], np.int64)

Bin = tuple[int, int]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Hit:
    """A digit that began (on = 1) or ended; `at` is the cycle of the last octet of the deciding block."""

    at: int
    on: int
    digit: str
    length_cycles: int = 0


def spectrum(codes: bytes) -> tuple[Ints, Ints]:
    """Bins [block][tone][re, im] and energies [block] of A-law octets whose number is a multiple of the hop."""
    samples = np.concatenate([np.zeros(HOP, np.int64), LINEAR[np.frombuffer(codes, np.uint8)]])
    n = np.arange(BLOCK)
    window = (1 - np.cos(2 * np.pi * (n + 0.5) / BLOCK)) / 2
    angle = 2 * np.pi * np.array(HZ)[:, None] * (n - 47.5) / 8000
    weights = np.rint(np.stack([window * np.cos(angle), -window * np.sin(angle)]) * 8192).astype(np.int64)
    blocks = np.stack([samples[i : i + BLOCK] for i in range(0, len(samples) - HOP, HOP)])
    bins = (np.einsum("bn,ctn->btc", blocks, weights) + 0x8000) >> 16
    return bins, (blocks * blocks).sum(axis=1)


def power(x: Bin) -> int:
    """|X|^2."""
    return x[0] * x[0] + x[1] * x[1]


def amplitude(x: Bin) -> int:
    """About |X|: the longer component, or 7/8 of it and half the shorter."""
    longer, shorter = max(abs(x[0]), abs(x[1])), min(abs(x[0]), abs(x[1]))
    return max(longer, longer - longer // 8 + shorter // 2)


def screened(bins: list[Bin], energy: int) -> bool:
    """Whether a block may hold a digit."""
    low, high = max(map(power, bins[:4])), max(map(power, bins[4:]))
    return low > FLOOR and high > FLOOR and (low >> 4) + (high >> 4) >= (energy >> 4) * 3 >> 5


def strongest(bins: list[Bin]) -> tuple[int, int]:
    """Index of the strongest low and high tone, the lower one when equal."""
    return max(range(4), key=lambda t: power(bins[t])), max(range(4, 8), key=lambda t: power(bins[t]))


@dataclass
class Burst:
    """What is known of the burst under way."""

    low: int
    high: int
    kept: list[tuple[Bin, Bin, int]] = field(default_factory=list)
    phase: str = "collecting"
    gap_q8: int = 0
    length_q8: int = 0

    def keep(self, bins: list[Bin], energy: int) -> None:
        """Note one block."""
        self.kept.append((bins[self.low], bins[self.high], energy))

    def references(self) -> tuple[int, int]:
        """Largest amplitude of each tone so far."""
        return max(amplitude(low) for low, _, _ in self.kept), max(amplitude(high) for _, high, _ in self.kept)

    def relative_q8(self, bins: list[Bin]) -> int:
        """The weaker tone's amplitude against its reference, at most 256."""
        low, high = self.references()
        return min(amplitude(bins[self.low]) * 256 // low, amplitude(bins[self.high]) * 256 // high, 256)

    def collected_q8(self) -> int:
        """Length so far: relative amplitudes of overlapping windows add up to it."""
        return sum(amplitude(low) + amplitude(high) for low, high, _ in self.kept) * 256 // sum(self.references())


def half(value: int) -> int:
    """Divide by two towards zero."""
    return abs(value) // 2 * (1 if value > 0 else -1)


def on_frequency(xs: list[tuple[Bin, Bin]], tone: int) -> bool:
    """Phase advance of (now, before) pairs: near the nominal one, and steady."""
    re = sum(a[0] * b[0] + a[1] * b[1] for a, b in xs)
    im = sum(a[1] * b[0] - a[0] * b[1] for a, b in xs)
    total = sum((power(a) + power(b)) // 2 for a, b in xs)
    while total >> 28:
        re, im, total = half(re), half(im), total // 2
    turn = 2 * np.pi * (HZ[tone] * HOP % 8000) / 8000
    c, s = round(float(np.cos(turn)) * 16384), round(float(np.sin(turn)) * 16384)
    slope = round(float(np.tan(2 * np.pi * HZ[tone] * OFFSET * HOP / 8000)) * 4096)
    along, across = (re * c + im * s) >> 14, abs((im * c - re * s) >> 14)
    return along > 0 and across << 12 <= along * slope and 100 * (re * re + im * im) >= 81 * total * total


def judge(burst: Burst) -> bool:
    """Whether what was collected is a digit: enough blocks, clean, twist and frequencies within limits."""
    low_reference, high_reference = burst.references()
    kept = burst.kept
    inside = [
        amplitude(low) * 256 >= low_reference * INSIDE_Q8 and amplitude(high) * 256 >= high_reference * INSIDE_Q8
        for low, high, _ in kept
    ]
    pairs = [i for i in range(1, len(kept)) if inside[i] and inside[i - 1]]
    inner = [kept[i - 1] for i in range(2, len(kept)) if inside[i] and inside[i - 1] and inside[i - 2]]
    if len(pairs) < 3 or len(inner) < 2:
        return False
    low, high = sum(power(block[0]) for block in inner), sum(power(block[1]) for block in inner)
    if 64 * (low + high) < 9 * sum(block[2] for block in inner) or 3 * high > 28 * low or 3 * low > 28 * high:
        return False
    return on_frequency([(kept[i][0], kept[i - 1][0]) for i in pairs], burst.low) and on_frequency(
        [(kept[i][1], kept[i - 1][1]) for i in pairs], burst.high
    )


def detect(codes: bytes) -> list[Hit]:
    """Digits in A-law octets from cycle 0 on; a rest shorter than a hop is not looked at."""
    bins, energies = spectrum(codes[: len(codes) // HOP * HOP])
    blocks: list[list[Bin]] = [[(int(x[0]), int(x[1])) for x in block] for block in bins]
    burst: Burst | None = None
    hits: list[Hit] = []
    for k, block in enumerate(blocks):
        last = blocks[k - 1] if k else [(0, 0)] * 8
        burst = _advance(burst, block, last, int(energies[k]), (k + 1) * HOP - 1, hits)
    return hits


def _open(block: list[Bin], last: list[Bin], energy: int) -> Burst:
    burst = Burst(*strongest(block))
    burst.keep(last, energy)
    burst.keep(block, energy)
    return burst


def _advance(
    burst: Burst | None, block: list[Bin], last: list[Bin], energy: int, at: int, hits: list[Hit]
) -> Burst | None:
    """One block of the channel's story; appends to `hits`, returns the burst that goes on."""
    hit = screened(block, energy)
    if burst is None:
        return _open(block, last, energy) if hit else None
    digit = KEYS[burst.low * 4 + burst.high - 4]
    relative = burst.relative_q8(block)
    burst.length_q8 += 256 if burst.phase == "accepted" else 0
    burst.gap_q8 = burst.gap_q8 + 256 - relative if relative < STRONG_Q8 else 0
    if burst.gap_q8 >= GAP_Q8:
        if burst.phase == "accepted":
            hits.append(Hit(at, 0, digit, ((burst.length_q8 - burst.gap_q8) * HOP + 128) >> 8))
        return None
    if burst.phase != "collecting":
        return burst
    if hit and strongest(block) != (burst.low, burst.high):
        return _open(block, last, energy)
    if len(burst.kept) == KEPT:
        burst.phase = "muted"
        return burst
    burst.keep(block, energy)
    if burst.collected_q8() >= TONE_ACCEPT_Q8 and judge(burst):
        burst.phase, burst.length_q8 = "accepted", burst.collected_q8()
        hits.append(Hit(at, 1, digit))
    return burst
