"""A sweep: the same random signals to every receiver, at each value of an axis; part of them accepted, in percent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from switchsim.errors import BadInput
from switchsim.sweeps.axes import Axis
from switchsim.sweeps.receivers import MFC_LETTERS, Receiver, mfc_letters
from switchsim.sweeps.signals import KEYS, MFC_HZ, Octets, Rng, Samples, encode, stack, with_bit_errors
from switchsim.sweeps.stimulus import Stimulus, dtmf_signal, mfc_signal

MOST_EACH: Final = 10_000
MOST_SEED: Final = 2**64 - 1
BATCH: Final = 2048                       # signals made at once
Make = Callable[[Rng, Stimulus], tuple[Samples, str]]


@dataclass(frozen=True)
class Point:
    """What each receiver made of the signals at one value: percent accepted, percent heard as something else."""

    value: Decimal
    signals: int
    accepted: Mapping[str, float]
    otherwise: Mapping[str, float]


def dtmf_makers(digits: str) -> Sequence[Make]:
    """A maker a digit; raises BadInput for an unknown one."""
    wrong = sorted(set(digits) - set(KEYS))
    if wrong or not digits:
        raise BadInput.one("--digits", f"{digits!r} is no row of digits", "of 0-9 A-D * #, at least one")

    def maker(key: str) -> Make:
        return lambda rng, sent: dtmf_signal(rng, key, sent)

    return [maker(key) for key in digits]


def mfc_makers(digits: str | None, direction: str, limits: str) -> Sequence[Make]:
    """A maker a register signal, by their letters 1-9 A-F (A is 10), all for None; raises BadInput for others."""
    known = mfc_letters(direction, limits)
    digits = known if digits is None else digits
    if not digits or set(digits) - set(MFC_LETTERS):
        raise BadInput.one("--digits", f"{digits!r} are no register signals", "of 1-9 A-F (A is signal 10)")
    if set(digits) - set(known):
        raise BadInput.one("--digits", f"{digits!r} are not all {direction} signals of limits {limits}",
                           f"of 1-{known[-1]}, which is all that there is", "or other --limits, or --direction forward")
    assert direction in MFC_HZ

    def maker(letter: str) -> Make:
        number = MFC_LETTERS.index(letter) + 1
        return lambda rng, sent: mfc_signal(rng, direction, letter, number, sent)

    return [maker(letter) for letter in digits]


def check_amounts(each: int, seed: int) -> None:
    """Raises BadInput when there are too many, or none."""
    if not 1 <= each <= MOST_EACH:
        raise BadInput.one("--each", f"{each} signals of each", f"1 to {MOST_EACH}")
    if not 0 <= seed <= MOST_SEED:
        raise BadInput.one("--seed", f"{seed} is no seed", "0 to 2^64-1")


def measure(axis: Axis, values: Sequence[Decimal], makers: Sequence[Make], each: int, seed: int,
            receivers: Mapping[str, Receiver]) -> Iterator[Point]:
    """One point after the other; a point's signals depend on the seed and the value alone."""
    for value in values:
        rng = np.random.default_rng([seed, int((value + 10_000) * 1000)])
        total, right, other = 0, dict.fromkeys(receivers, 0), dict.fromkeys(receivers, 0)
        for octets, wanted in batches(rng, axis.at(value), list(makers) * each):
            total += len(wanted)
            for name, hear in receivers.items():
                found = hear(octets)
                good = sum(map(str.__eq__, found, wanted))
                right[name] += good
                other[name] += sum(map(bool, found)) - good
        yield Point(value, total, _percent(right, total), _percent(other, total))


def batches(rng: Rng, sent: Stimulus, makers: Sequence[Make]) -> Iterator[tuple[Octets, list[str]]]:
    """Octets of the signals, and what is to be heard, some at a time."""
    for first in range(0, len(makers), BATCH):
        made = [make(rng, sent) for make in makers[first : first + BATCH]]
        octets = encode(stack([signal for signal, _ in made]))
        octets = with_bit_errors(rng, octets, sent.bit_errors) if sent.bit_errors else octets
        yield octets, [text for _, text in made]


def _percent(counts: Mapping[str, int], total: int) -> Mapping[str, float]:
    return {name: round(100 * count / total, 3) for name, count in counts.items()}
