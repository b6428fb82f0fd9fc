"""The phase-locked loop of a clock: free run, acquiring, locked, holdover (G.812, G.813).

Its output converges on the reference by halving what is left, sixteen times in a lock time; a wandering reference is
followed at the same pace, so fast wander is smoothed. A change of the own oscillator comes through at once and is then
pulled out. Without a reference the loop goes on with the correction that it had: holdover, a little off from the start
and drifting from there; after `holdover_cycles` it gives that up and runs free. It follows frequency: what phase was
gained or lost while acquiring stays in the elastic stores.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from switchsim.units import seconds

Mode = Literal["free_run", "acquiring", "locked", "holdover"]
HALVINGS: Final = 16
"""In a lock time: 500 ppm become less than 8 ppb."""
DAY_CYCLES: Final = seconds(86_400)


class PllConfig(msgspec.Struct, frozen=True):
    """Times in cycles, 16 and up; frequencies in ppb.

    pull_in_ppb: how far a reference may lie from the own oscillator. The defaults of the holdover are those of the
    slave clock of a local node (G.812, 1988): 1e-8 at once, 2e-8 a day. holdover_cycles 0: it ends never.
    """

    lock_cycles: int = seconds(10)
    pull_in_ppb: int = 100_000
    holdover_ppb: int = 10
    drift_ppb_per_day: int = 20
    holdover_cycles: int = seconds(86_400)


class PllState(msgspec.Struct):
    """Output = reference + error while there is a reference, else the oscillator + correction (+ drift)."""

    mode: Mode = "free_run"
    since: int = 0  # of the mode; the error halves on a grid of cycles that begins at `grid`
    grid: int = 0
    oscillator_ppb: int = 0
    reference_ppb: int = 0
    error_ppb: int = 0  # at cycle `stamp`
    stamp: int = 0
    correction_ppb: int = 0
    tuned: bool = False  # it was locked since it started: there is something to hold over


class Pll:
    """Holds references to state and config, and nothing else."""

    def __init__(self, state: PllState, config: PllConfig) -> None:
        self.state = state
        self.config = config
        self.step_cycles = max(1, config.lock_cycles // HALVINGS)

    @property
    def following(self) -> bool:
        return self.state.mode in ("acquiring", "locked")

    def frequency(self, now: int) -> int:
        """ppb off nominal of the output from `now` on, until `next_change`."""
        state = self.state
        if self.following:
            return state.reference_ppb + self._error(now)
        if state.mode == "free_run":
            return state.oscillator_ppb
        return state.oscillator_ppb + state.correction_ppb + self._drifted(now)

    def in_range(self, reference_ppb: int) -> bool:
        """Whether the loop can pull in, and hold, such a reference."""
        return abs(reference_ppb - self.state.oscillator_ppb) <= self.config.pull_in_ppb

    def _error(self, now: int) -> int:
        state = self.state
        halvings = (now - state.grid) // self.step_cycles - (state.stamp - state.grid) // self.step_cycles
        left = abs(state.error_ppb) >> halvings
        return left if state.error_ppb >= 0 else -left

    def _drifted(self, now: int) -> int:
        whole = abs(self.config.drift_ppb_per_day) * (now - self.state.since) // DAY_CYCLES
        return self.config.holdover_ppb + (whole if self.config.drift_ppb_per_day >= 0 else -whole)

    # -- what happens -------------------------------------------------------------------------------------------------

    def oscillator(self, now: int, ppb: int) -> None:
        """The own oscillator runs so from `now` on."""
        state = self.state
        if ppb != state.oscillator_ppb and self.following:
            state.error_ppb, state.stamp = self._error(now) + ppb - state.oscillator_ppb, now
        state.oscillator_ppb = ppb

    def follow(self, now: int, ppb: int, *, at_once: bool = False, handed_over: bool = False) -> None:
        """Follow a reference from `now` on, another one than before.

        at_once: the loop is there already. handed_over: another loop, which this one went along with, was locked to it.
        """
        state = self.state
        error = 0 if at_once else self.frequency(now) - ppb
        locked = at_once or handed_over
        self._become("locked" if locked else "acquiring", now)
        state.grid, state.reference_ppb, state.error_ppb, state.stamp = now, ppb, error, now
        state.tuned = state.tuned or locked

    def moved(self, now: int, ppb: int) -> None:
        """The reference that is followed has another frequency from `now` on."""
        state = self.state
        if self.following and ppb != state.reference_ppb:
            state.error_ppb, state.stamp = self.frequency(now) - ppb, now
            state.reference_ppb = ppb

    def lose(self, now: int) -> None:
        """There is no reference any more: holdover, or free run when the loop was never locked."""
        state = self.state
        if self.following:
            state.correction_ppb = self.frequency(now) - state.oscillator_ppb
            self._become("holdover" if state.tuned else "free_run", now)

    def free(self, now: int) -> None:
        """Forget what was learnt."""
        if self.state.mode != "free_run":
            self._become("free_run", now)
        self.state.tuned = False

    def advance(self, now: int) -> None:
        """What time alone does up to `now`: locked at the end of the lock time, free run at the end of holdover."""
        state, config = self.state, self.config
        if state.mode == "acquiring" and now >= state.since + config.lock_cycles:
            self._become("locked", state.since + config.lock_cycles)
            state.tuned = True
        if state.mode == "holdover" and config.holdover_cycles and now >= state.since + config.holdover_cycles:
            self._become("free_run", state.since + config.holdover_cycles)
            state.tuned = False

    def _become(self, mode: Mode, at: int) -> None:
        self.state.mode, self.state.since = mode, at

    def next_change(self, now: int) -> int | None:
        """The first cycle after `now` at which mode or frequency may change by itself; None: never."""
        state, config = self.state, self.config
        found: list[int] = []
        if self.following and self._error(now):
            found.append(now + self.step_cycles - (now - state.grid) % self.step_cycles)
        if state.mode == "acquiring":
            found.append(state.since + config.lock_cycles)
        if state.mode == "holdover" and config.holdover_cycles:
            found.append(state.since + config.holdover_cycles)
        if state.mode == "holdover" and config.drift_ppb_per_day:
            rate = abs(config.drift_ppb_per_day)
            whole = rate * (now - state.since) // DAY_CYCLES + 1
            found.append(state.since - (-whole * DAY_CYCLES // rate))
        return max(now + 1, min(found)) if found else None
