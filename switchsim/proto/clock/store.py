"""The elastic store of a line's receiver: written by the line's clock, read by the machine's. It slips whole frames.

The phase is how much more has been written than read, against the middle of the store, in nano-frames (1e-9 of a frame
of 125 us). With frequencies in ppb it moves by write minus read in every cycle, exactly. So slips are 125 us / |df/f|
apart (the rate of G.822's plesiochronous examples: 28.8 an hour for each ppm).

The store holds two frames, 64 timeslots; it slips when less than 2 timeslots, or more than 60, lie between writer and
reader, as framers with such a store do (MT8977, Zarlink; FALC, Infineon: 190 UI of wander). A slip moves it back by 32
timeslots, close to the middle: 26 timeslots, 101 us, remain until it would slip the other way. G.823 asks for 18 us.
"""

from __future__ import annotations

from typing import Final

import msgspec

FRAME_NS: Final = 125_000
NANO_FRAMES: Final = 1_000_000_000
"""A frame."""
LIMIT: Final = NANO_FRAMES * 29 // 32
"""The phase, either way, at which the store slips."""
LEAST_HYSTERESIS: Final = NANO_FRAMES * 18_000 // FRAME_NS
"""18 us: the wander that a switch's input has to stand (G.823)."""
LOST, REPEATED = -1, 1


class StoreState(msgspec.Struct):
    """phase: nano-frames at cycle `since`, from the middle. limit: where it slips, half a frame and more."""

    phase: int = 0
    since: int = 0
    write_ppb: int = 0
    read_ppb: int = 0
    limit: int = LIMIT


class Store:
    """Holds a reference to its state, and nothing else."""

    def __init__(self, state: StoreState) -> None:
        self.state = state

    @property
    def hysteresis(self) -> int:
        """Nano-frames from where a slip leads to the slip the other way."""
        return 2 * self.state.limit - NANO_FRAMES

    def phase(self, now: int) -> int:
        """Nano-frames at `now`, not before the last change."""
        state = self.state
        return state.phase + (state.write_ppb - state.read_ppb) * (now - state.since)

    def frequencies(self, now: int, write_ppb: int, read_ppb: int) -> None:
        """From `now` on the line writes and the machine reads so many ppb off nominal."""
        state = self.state
        state.phase, state.since = self.phase(now), now
        state.write_ppb, state.read_ppb = write_ppb, read_ppb

    def next_slip(self, now: int) -> tuple[int, int] | None:
        """(cycle, +1 a frame is repeated, -1 a frame is lost) of the next slip, as clocks are now; None: never.

        The cycle is `now` when the store is beyond its limit already.
        """
        state = self.state
        drift, phase = state.write_ppb - state.read_ppb, self.phase(now)
        if abs(phase) >= state.limit:
            return now, LOST if phase > 0 else REPEATED
        if not drift:
            return None
        way = state.limit - phase if drift > 0 else state.limit + phase
        return now - (-way // abs(drift)), LOST if drift > 0 else REPEATED

    def slipped(self, now: int) -> None:
        """The slip that was due has been made: the phase moves back by one frame."""
        state = self.state
        phase = self.phase(now)
        state.phase, state.since = phase - NANO_FRAMES if phase > 0 else phase + NANO_FRAMES, now

    def recentred(self, now: int) -> None:
        """The line came back after it was lost: the reader starts anew in the middle."""
        self.state.phase, self.state.since = 0, now
