"""Call progress signals by their cadence (E.180): which of a country's signals the tones and pauses make up.

Sans-I/O: told when a tone begins and ends, asked again when `due` says so. A signal is recognised as soon as no other
one fits what was heard. The first burst may have begun before anybody listened: it shows only how long it is at least.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from switchsim.units import ms

QUIET: Final = ""
LEAST_TOLERANCE: Final = ms(25)
"""What a receiver's beginnings and ends may be off by, whatever the cadence."""


class Signal(msgspec.Struct, frozen=True):
    """A signal: tones (by their names, `` is a pause) and how long each lasts, in cycles, over and over.

    One step of 0 cycles: a continuous tone.
    """

    name: str
    steps: tuple[tuple[str, int], ...]


class Interval(msgspec.Struct):
    """A tone or a pause that was heard. whole: its beginning was heard, too."""

    tone: str
    cycles: int
    whole: bool


class CadenceState(msgspec.Struct):
    """heard: intervals that are over, the oldest first. tone, since, whole: the present one. signal: recognised."""

    heard: list[Interval] = []
    tone: str = QUIET
    since: int = 0
    whole: bool = False
    signal: str = ""


def tolerance(cycles: int) -> int:
    """Cadences may be 10 % off (E.180; GF 002-9002)."""
    return max(cycles // 10, LEAST_TOLERANCE)


class Cadence:
    """Recognises one of `signals`. Times of `at` never go back."""

    def __init__(self, signals: Sequence[Signal], state: CadenceState | None = None) -> None:
        self.signals = tuple(signals)
        self.state = state if state is not None else CadenceState()
        self.longest = max((len(signal.steps) for signal in signals), default=1)

    def tone(self, name: str, at: int) -> str | None:
        """A tone begins, or (``) a pause; returns the signal that is heard from now on, None while nothing changes."""
        state = self.state
        if name == state.tone:
            return None
        if state.heard or state.tone != QUIET:  # the pause before the first tone says nothing
            state.heard.append(Interval(state.tone, at - state.since, state.whole))
            del state.heard[: -2 * self.longest]
        state.whole = bool(state.heard)
        state.tone, state.since = name, at
        return self.look(at)

    def look(self, at: int) -> str | None:
        """Time has gone on; as `tone`."""
        state = self.state
        found = self._fitting(at)
        while not found and state.heard:
            state.heard.pop(0)  # whatever it was, it is over
            found = self._fitting(at)
        names = {signal.name for signal in found} if state.heard or state.tone != QUIET else set()
        if state.signal in names:
            return None
        signal = min(names) if len(names) == 1 and self._evident(min(names), at) else ""
        if signal == state.signal:
            return None
        state.signal = signal
        return signal

    def _evident(self, name: str, at: int) -> bool:
        """Whether enough was heard: two intervals from beginning to end, or a tone longer than any other signal's."""
        heard, state = self.state.heard, self.state
        if sum(interval.whole for interval in heard) >= 2:
            return True
        tone, cycles = (state.tone, at - state.since) if state.tone != QUIET else (heard[-1].tone, heard[-1].cycles)
        others = [length + tolerance(length) for signal in self.signals if signal.name != name
                  for what, length in signal.steps if what == tone]  # fmt: skip
        return tone != QUIET and cycles > max(others, default=-1)  # a tone of no other signal is enough at once

    def due(self, at: int) -> int | None:
        """The cycle at which `look` may find something else though nothing is heard to change."""
        ends = [self._end(signal, start) for signal in self.signals for start in range(len(signal.steps))
                if self._fits(signal, start, at)]  # fmt: skip
        later = [end for end in ends if end is not None]
        return min(later) + 1 if later else None

    def _fitting(self, at: int) -> list[Signal]:
        return [signal for signal in self.signals
                if any(self._fits(signal, start, at) for start in range(len(signal.steps)))]  # fmt: skip

    def _end(self, signal: Signal, start: int) -> int | None:
        """Until when the present interval may last; None for ever."""
        _, cycles = signal.steps[(start + len(self.state.heard)) % len(signal.steps)]
        return self.state.since + cycles + tolerance(cycles) if cycles else None

    def _fits(self, signal: Signal, start: int, at: int) -> bool:
        """Whether what was heard is the signal, from this step of it on."""
        state = self.state
        for number, interval in enumerate(state.heard):
            tone, cycles = signal.steps[(start + number) % len(signal.steps)]
            over = interval.cycles - cycles
            if tone != interval.tone or not cycles or over > tolerance(cycles):
                return False
            if interval.whole and -over > tolerance(cycles):
                return False
        tone, _ = signal.steps[(start + len(state.heard)) % len(signal.steps)]
        end = self._end(signal, start)
        return tone == state.tone and (end is None or at <= end)
