"""Drawn durations: whole cycles from 64 random bits, integer arithmetic only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Union

import msgspec

from switchsim.dsp.engine import exponential_q16
from switchsim.kernel.prng import below


class Constant(msgspec.Struct, frozen=True, tag="constant", forbid_unknown_fields=True):
    """Always the same; takes no draw."""

    cycles: int = 0


class Uniform(msgspec.Struct, frozen=True, tag="uniform", forbid_unknown_fields=True):
    """least..most, both included."""

    least_cycles: int
    most_cycles: int


class Exponential(msgspec.Struct, frozen=True, tag="exponential", forbid_unknown_fields=True):
    """Negative exponential; longer ones are cut to `most_cycles` unless that is 0."""

    mean_cycles: int
    most_cycles: int = 0


class Erlang(msgspec.Struct, frozen=True, tag="erlang", forbid_unknown_fields=True):
    """Mean of `stages` exponentials (1..64): a bell leaning left, as talking times are; the spread falls as 1/sqrt."""

    mean_cycles: int
    stages: int = 4


Duration = Union[Constant, Uniform, Exponential, Erlang]  # noqa: UP007 - msgspec reads it at run time
NOW = Constant(0)


def drawn(duration: Duration, draw: Callable[[], int]) -> int:
    """Cycles, 0 and up; `draw` gives 64 random bits a call."""
    if isinstance(duration, Constant):
        return duration.cycles
    if isinstance(duration, Uniform):
        return duration.least_cycles + below(draw(), duration.most_cycles - duration.least_cycles + 1)
    if isinstance(duration, Exponential):
        cycles = duration.mean_cycles * exponential_q16(draw()) >> 16
        return min(cycles, duration.most_cycles) if duration.most_cycles else cycles
    total = sum(exponential_q16(draw()) for _ in range(duration.stages))
    return duration.mean_cycles * total // (duration.stages << 16)


def problems_of(duration: Duration) -> list[str]:
    """What is wrong with a duration, in words; empty when nothing is."""
    if isinstance(duration, Constant):
        return ["cycles below 0"] if duration.cycles < 0 else []
    if isinstance(duration, Uniform):
        ok = 0 <= duration.least_cycles <= duration.most_cycles
        return [] if ok else [f"least {duration.least_cycles} is not in 0..{duration.most_cycles}"]
    found = ["mean below 0"] if duration.mean_cycles < 0 else []
    if isinstance(duration, Erlang) and not 1 <= duration.stages <= 64:
        found.append(f"{duration.stages} stages; expected 1..64")
    return found
