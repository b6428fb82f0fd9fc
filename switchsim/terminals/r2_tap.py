"""What passes on an R2 circuit, called by its name for the journal: for whoever sends and hears its signals.

Names follow from the bits and signals alone, never from what a protocol machine thinks: a wrong one is shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from switchsim.model.event import Event
from switchsim.model.events import R2Line, R2Register
from switchsim.model.part import State

Way: TypeAlias = str
"""sent, received: seen from the end that the tap is at."""
SENT: Final = "sent"
RECEIVED: Final = "received"
FORWARD, BACKWARD = "forward", "backward"
SEIZED, IDLE, BUSY, ANSWERED = 0b00, 0b10, 0b11, 0b01
"""a, b; what BUSY says depends on the state: acknowledged, cleared back, blocked (Q.421 table 1)."""
CHANGEOVER: Final = 3
"""A-3: the next forward signal is of group II (KD), the next backward signal of group B (KB)."""
ASKS_CATEGORY: Final = {"itu": 5, "china": 6}


class TapState(State):
    """ab: sent and received last. by: the way of the seizure, while there is one. asked: A-5 came before."""

    ab: dict[str, int] = msgspec.field(default_factory=lambda: {SENT: IDLE, RECEIVED: IDLE})
    by: str = ""
    forward: str = "I"
    backward: str = "A"
    asked: bool = False
    sounds: dict[str, list[str | int]] = {}  # way -> direction, group, signal of the tone that is on


class R2Tap:
    """One circuit at one end. `emit` writes to the journal."""

    def __init__(
        self, emit: Callable[[Event], None], line: str, timeslot: int, end: str, variant: str, state: TapState
    ) -> None:
        """variant: itu, china."""
        self.emit = emit
        self.line_name, self.timeslot, self.end, self.variant = line, timeslot, end, variant
        self.state = state

    def line(self, way: Way, abcd: int) -> None:
        """Bits sent, or recognised; abcd with a in bit 3."""
        signal = self._line_signal(way, abcd >> 2)
        self.emit(R2Line(self.line_name, self.timeslot, self.end, way, signal, abcd))

    def _line_signal(self, way: Way, ab: int) -> str:
        state = self.state
        before, state.ab[way] = state.ab[way], ab
        other = RECEIVED if way == SENT else SENT
        if ab == IDLE:
            signal = "clear_forward" if state.by == way else "idle"
            if state.ab[other] == IDLE:
                state.by = ""
            return signal
        if ab == SEIZED:
            if state.by == other and before != IDLE:
                return "forced_release"
            state.by = state.by or way
            return "seizure"
        if state.by != other:
            return "blocked" if ab == BUSY and not state.by else "fault"
        if ab == ANSWERED:
            return "answer"
        return "seizure_ack" if before == IDLE else "clear_back"

    def tone(self, way: Way, direction: str, signal: int) -> None:
        """A register signal begins; one that was on this way has ended."""
        self.silence(way)
        group = self._group(direction, signal)
        self.state.sounds[way] = [direction, group, signal]
        self._register(way, direction, group, signal, 1)

    def silence(self, way: Way) -> None:
        """It ends; nothing when there is none."""
        if way in self.state.sounds:
            direction, group, signal = self.state.sounds.pop(way)
            self._register(way, str(direction), str(group), int(signal), 0)

    def register_over(self) -> None:
        """The registers let go of the circuit: the next signals are those of a new call."""
        for way in (SENT, RECEIVED):
            self.silence(way)
        state = self.state
        state.forward, state.backward, state.asked = "I", "A", False

    def _register(self, way: str, direction: str, group: str, signal: int, on: int) -> None:
        self.emit(R2Register(self.line_name, self.timeslot, self.end, way, direction, group, signal, on))

    def _group(self, direction: str, signal: int) -> str:
        """The group of a signal that begins, and what it makes of the next ones' (Q.441 3.2, Q.442)."""
        state = self.state
        if direction == FORWARD:
            return state.forward
        group = state.backward
        china = self.variant == "china"
        if group != "A":
            return group
        if signal == CHANGEOVER:
            state.forward, state.backward = ("KD", "KB") if china else ("II", "B")
        elif signal == ASKS_CATEGORY[self.variant]:
            state.forward = "KA" if china else "I" if state.asked else "II"
            state.asked = True
        else:
            state.forward = "I"
        return group
