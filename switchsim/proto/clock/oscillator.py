"""An oscillator: its offset, steps of it, and wander, a sine of phase or a random walk of frequency."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from switchsim.proto.clock.sine import POINTS, SINE, SINE_Q
from switchsim.proto.clock.store import FRAME_NS, NANO_FRAMES
from switchsim.units import ms

MOST_PPB: Final = 500_000
"""An offset is within +-500 ppm: ten times what an interface of 2048 kbit/s may be off (G.703)."""
GRID_CYCLES: Final = 8
"""A frequency changes at multiples of this after the beginning of its wander."""
LEAST_PERIOD: Final = ms(100)
"""What is faster than 10 Hz is jitter, not wander (G.810)."""
_PHASE_OF_NS: Final = NANO_FRAMES // FRAME_NS


class Wander(msgspec.Struct, frozen=True):
    """How a frequency moves.

    sine: the phase swings by +-amplitude_ns with a period of period_cycles, rounded up to a multiple of 32 ms.
    walk: every every_cycles the frequency moves by a draw of -step_ppb..step_ppb, and stays within +-most_ppb.
    """

    kind: Literal["none", "sine", "walk"] = "none"
    amplitude_ns: int = 0
    period_cycles: int = LEAST_PERIOD
    step_ppb: int = 0
    most_ppb: int = 0
    every_cycles: int = GRID_CYCLES

    @property
    def interval_cycles(self) -> int:
        """Between two changes of frequency."""
        if self.kind == "walk":
            return max(GRID_CYCLES, self.every_cycles)
        turn = POINTS * GRID_CYCLES
        return -(-self.period_cycles // turn) * GRID_CYCLES

    @property
    def peak_ppb(self) -> int:
        """The largest deviation of the frequency from the offset."""
        if self.kind == "sine":
            return max(abs(sine_ppb(self, point)) for point in range(POINTS))
        return self.most_ppb if self.kind == "walk" else 0


def _phase(wander: Wander, point: int) -> int:
    """Nano-frames at a point of the turn, a multiple of the interval: the frequency between two points is whole."""
    exact = wander.amplitude_ns * _PHASE_OF_NS * SINE[point % POINTS]
    whole = abs(exact) // (wander.interval_cycles << SINE_Q) * wander.interval_cycles
    return whole if exact >= 0 else -whole


def sine_ppb(wander: Wander, point: int) -> int:
    """The deviation from `point` of the turn to the next. Over a turn the phase comes back exactly."""
    return (_phase(wander, point + 1) - _phase(wander, point)) // wander.interval_cycles


class OscillatorState(msgspec.Struct):
    """offset_ppb: as made. offsets: replace it, the last one counts. steps: come on top. Both by who caused them."""

    offset_ppb: int = 0
    wander: Wander = Wander()
    offsets: dict[str, int] = {}
    steps: dict[str, int] = {}
    wanders: dict[str, Wander] = {}  # replace `wander`, the last one counts
    begun: int = 0  # cycle from which the present wander counts
    walked_ppb: int = 0
    walks: int = 0  # changes that the walk has made


class Oscillator:
    """Holds a reference to its state, and nothing else."""

    def __init__(self, state: OscillatorState) -> None:
        self.state = state

    @property
    def wander(self) -> Wander:
        return list(self.state.wanders.values())[-1] if self.state.wanders else self.state.wander

    def frequency(self, now: int) -> int:
        """ppb off nominal from `now` on, until `next_change`."""
        state, wander = self.state, self.wander
        offset = list(state.offsets.values())[-1] if state.offsets else state.offset_ppb
        moved = 0
        if wander.kind == "sine":
            moved = sine_ppb(wander, (now - state.begun) // wander.interval_cycles)
        elif wander.kind == "walk":
            moved = state.walked_ppb
        return offset + sum(state.steps.values()) + moved

    def next_change(self, now: int) -> int | None:
        """The first cycle after `now` at which the frequency may change by itself; None: never."""
        wander = self.wander
        if wander.kind == "none":
            return None
        if wander.kind == "walk":
            return max(now + 1, self.state.begun + (self.state.walks + 1) * wander.interval_cycles)
        return now + wander.interval_cycles - (now - self.state.begun) % wander.interval_cycles

    def draws_due(self, now: int) -> int:
        """How many draws the walk takes to come to `now`: give each to `walk`."""
        wander = self.wander
        if wander.kind != "walk":
            return 0
        return max(0, (now - self.state.begun) // wander.interval_cycles - self.state.walks)

    def walk(self, bits: int) -> None:
        """One change of the random walk. bits: 64 random ones."""
        wander, state = self.wander, self.state
        moved = state.walked_ppb + (bits * (2 * wander.step_ppb + 1) >> 64) - wander.step_ppb
        state.walked_ppb = max(-wander.most_ppb, min(wander.most_ppb, moved))
        state.walks += 1

    def wander_anew(self, now: int) -> None:
        """Another wander counts from now on."""
        self.state.begun, self.state.walked_ppb, self.state.walks = now, 0, 0
