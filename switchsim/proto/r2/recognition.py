"""Recognition of line bits (Q.422 3.2): a code counts when it has lasted, and what returns before that never was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from switchsim.proto.r2.actions import Action, Recognised, StartTimer, StopTimer
from switchsim.proto.r2.state import IDLE
from switchsim.units import ms

TIMER: Final = "recognise"
RECOGNITION: Final = ms(20)
SKEW: Final = ms(2)
UNKNOWN: Final = -1
"""Nothing was recognised yet: whatever arrives first has to last as well."""


class RecogniserState(msgspec.Struct):
    """Plain values. `ab` was recognised last, or UNKNOWN; `candidate` is being timed, -1 none."""

    ab: int = IDLE
    candidate: int = -1


class Recogniser:
    """One circuit's line bits: `push` every change of abcd, `timer` when "recognise" expires.

    The time runs from the latest change. Bits that are meant to change together may come apart by 2 ms: the first one
    makes a code that is gone long before it counts, so the skew needs no timer of its own.
    """

    __slots__ = ("cycles", "state")

    def __init__(self, state: RecogniserState | None = None, cycles: int = RECOGNITION) -> None:
        """Raises ValueError for a time that the skew of two bits would outlast."""
        if cycles <= SKEW:
            raise ValueError(f"{cycles} cycles: recognition takes longer than the skew of {SKEW} cycles")
        self.state, self.cycles = RecogniserState() if state is None else state, cycles

    def push(self, abcd: int) -> Sequence[Action]:
        """The four bits as they come, a in bit 3; c and d are not looked at."""
        state, ab = self.state, abcd >> 2 & 0b11
        if ab == (state.ab if state.candidate < 0 else state.candidate):
            return ()
        if ab == state.ab:
            state.candidate = -1
            return (StopTimer(TIMER),)
        state.candidate = ab
        return (StartTimer(TIMER, self.cycles),)

    def timer(self, name: str) -> Sequence[Action]:
        """The candidate has lasted."""
        state = self.state
        if name != TIMER or state.candidate < 0:
            return ()
        state.ab, state.candidate = state.candidate, -1
        return (Recognised(state.ab),)
