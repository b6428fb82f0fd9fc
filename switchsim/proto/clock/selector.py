"""Which of its references a clock follows: by quality, then priority; hold-off and wait to restore (G.781).

A reference whose signal fails is kept for the hold-off time; one that comes back is waited for before it is used. A
reference that comes from the clock itself, by way of others, is a timing loop: known from the names that frequencies
travel with. It is given up after a while, by one clock of the loop after the other until the loop is open.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from switchsim.proto.clock.ssm import Quality, rank, usable
from switchsim.units import ms, seconds

Stage = Literal["failed", "waiting", "good", "hold_off"]
FROM: Final = "<"
"""Between the names of an origin, the nearest first: `north<south` is north's frequency, which comes from south."""


def names_of(origin: str) -> list[str]:
    """The clocks that a frequency comes through."""
    return origin.split(FROM) if origin else []


def through(own: str, origin: str) -> str:
    """The origin of what a clock sends that follows a reference of that origin; in a loop every name stands once."""
    return FROM.join([own, *(name for name in names_of(origin) if name != own)])


class SelectorConfig(msgspec.Struct, frozen=True):
    """own: the clock's name. ssm: qualities count; without, only priorities do. Times in cycles.

    quality: of the clock by itself: nothing that says it is worse is followed. G.781 has a hold-off of 300..1800 ms and
    waits 0..12 min, of which 5 min is usual; machine files say their own.
    """

    own: str
    ssm: bool = False
    quality: int = Quality.SEC
    revertive: bool = True
    hold_off_cycles: int = ms(500)
    wait_cycles: int = seconds(10)
    loop_cycles: int = seconds(5)


class Reference(msgspec.Struct):
    """What is known of one reference. signal: it is there, and in range; due: when the stage ends, -1 never.

    trusted: from when on its message is believed: one that may be used again, not before. loop_since: since when it has
    been followed in a loop, -1 it is not. given_up: it would close a loop again.
    """

    line: str
    priority: int
    stage: Stage = "failed"
    signal: bool = False
    due: int = -1
    ppb: int = 0
    quality: int = 0
    origin: str = ""
    trusted: int = 0
    loop_since: int = -1
    given_up: bool = False


class SelectorState(msgspec.Struct):
    """selected: the line of the reference that is followed, empty for none."""

    references: list[Reference] = []
    selected: str = ""


class Selector:
    """Holds references to state and config, and nothing else."""

    def __init__(self, state: SelectorState, config: SelectorConfig) -> None:
        self.state = state
        self.config = config

    def reference(self, line: str) -> Reference | None:
        """None: not one of the references."""
        return next((one for one in self.state.references if one.line == line), None)

    @property
    def selected(self) -> Reference | None:
        return self.reference(self.state.selected)

    # -- what happens -------------------------------------------------------------------------------------------------

    def heard(self, now: int, line: str, signal: bool, ppb: int, quality: int, origin: str,
              *, at_once: bool = False) -> None:
        """What a line brings from `now` on. at_once: no wait, as right after power-on."""
        one = self.reference(line)
        if one is None:
            return
        if usable(quality) and not usable(one.quality) and not at_once:
            one.trusted = now + self.config.hold_off_cycles * self._turn(origin)
        one.ppb, one.quality, one.origin = ppb, quality, origin
        if signal != one.signal:
            one.signal = signal
            self._signal_changed(now, one, at_once)

    def _turn(self, origin: str) -> int:
        """Two clocks that have nothing but each other must not go to and fro together: the first by name goes first."""
        return 1 if names_of(origin)[:1] >= [self.config.own] else 2

    def _signal_changed(self, now: int, one: Reference, at_once: bool) -> None:
        config = self.config
        if not one.signal:
            if one.stage == "good":
                self._stage(one, "hold_off", now + config.hold_off_cycles)
            else:
                self._stage(one, "failed", -1)
        elif one.stage == "hold_off" or at_once:
            self._stage(one, "good", -1)
        else:
            self._stage(one, "waiting", now + config.wait_cycles)

    def _stage(self, one: Reference, stage: Stage, due: int) -> None:
        one.stage, one.due = stage, due

    def advance(self, now: int) -> None:
        """What time does up to `now`; then the best reference is selected."""
        for one in self.state.references:
            if 0 <= one.due <= now:
                self._stage(one, "good" if one.stage == "waiting" else "failed", -1)
            if one.given_up and self.config.own not in names_of(one.origin):
                one.given_up = False
                if one.stage == "good":
                    self._stage(one, "waiting", now + self.config.wait_cycles)
        self._select(now)
        while self._loop(now):
            self._select(now)
        self._forgive()

    def _forgive(self) -> None:
        """What was given up is no loop while something better is followed; if it is needed again, it is tried anew."""
        selected = self.selected
        for one in self.state.references:
            if one.given_up and selected is not None and self._order(selected) < self._order(one):
                one.given_up = False

    def _loop(self, now: int) -> bool:
        """Whether a reference is given up now."""
        selected, given_up = self.selected, False
        for one in self.state.references:
            if one is not selected or self.config.own not in names_of(one.origin):
                one.loop_since = -1
            elif one.loop_since < 0:
                one.loop_since = now
            elif now >= one.loop_since + self._patience(one):
                one.given_up, one.loop_since, given_up = True, -1, True
        return given_up

    def _patience(self, one: Reference) -> int:
        """The first of the loop's clocks, by name, gives up first: one is enough."""
        names = names_of(one.origin)
        members = sorted(names[: names.index(self.config.own) + 1])
        return self.config.loop_cycles * (1 + members.index(self.config.own))

    def _select(self, now: int) -> None:
        """The best that may be used; one that is as good as another stays, when nobody wants to go back."""
        fit = [one for one in self.state.references if self._fits(now, one)]
        best = min(fit, key=self._order, default=None)
        present = self.selected
        keeps = best and present and present in fit and self._rank(present) == self._rank(best)
        if keeps and not self.config.revertive:
            return
        self.state.selected = best.line if best else ""

    def _fits(self, now: int, one: Reference) -> bool:
        if one.stage not in ("good", "hold_off") or one.given_up:
            return False
        return not self.config.ssm or (now >= one.trusted and self._good_enough(one.quality))

    def _good_enough(self, quality: int) -> bool:
        """An unknown quality is taken for better than none."""
        unknown = quality == Quality.UNKNOWN
        return unknown or (usable(quality) and rank(quality) <= rank(self.config.quality))

    def _rank(self, one: Reference) -> int:
        return rank(one.quality) if self.config.ssm else 0

    def _order(self, one: Reference) -> tuple[int, int]:
        return self._rank(one), one.priority

    def next_change(self, now: int) -> int | None:
        """The first cycle after `now` at which `advance` may change something; None: never."""
        found = [one.due for one in self.state.references if one.due >= 0]
        found += [one.loop_since + self._patience(one) for one in self.state.references if one.loop_since >= 0]
        found += [one.trusted for one in self.state.references if one.trusted > now]
        return max(now + 1, min(found)) if found else None
