"""What an R2 exchange does wrongly: between its protocol, which is right, and the line.

A mistake meets line signals or register signals of some circuits; of those it meets `skip` are spared, then `count`
(0: all) are treated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchsim.model.part import State
from switchsim.terminals.r2_tap import BUSY, IDLE, SEIZED

Values = dict[str, int | str]
NO_ACK, DOUBLE_SEIZURE, LATE_LINE = "r2_no_ack", "r2_double_seizure", "r2_late_line"
MUTE, WRONG_SIGNAL, STUCK = "r2_mute_register", "r2_wrong_signal", "r2_stuck_tone"
POINTS: Final = (NO_ACK, DOUBLE_SEIZURE, LATE_LINE, MUTE, WRONG_SIGNAL, STUCK)
SILENCE: Final = 0
"""In place of a register signal: none."""
NOTHING: Final = -1
"""In place of a line signal: none now."""


class Mistake(State):
    """circuits: numbers. value: the signal sent instead (wrong_signal), or cycles (late_line). met: so many."""

    fault: str
    point: str
    circuits: list[int]
    skip: int = 0
    count: int = 0
    value: int = 0
    met: int = 0


class Late(State):
    """A line signal that has not left yet."""

    number: int
    ab: int


class MistakesState(State):
    """late: by their number; fired: faults of which the journal knows that they act."""

    mistakes: list[Mistake] = []
    late: dict[int, Late] = {}
    numbered: int = 0
    fired: list[str] = []


class Mistakes:
    """Of one exchange. `fired(fault, number, effect)` is told what a mistake does when it does it first."""

    def __init__(self, state: MistakesState, fired: Callable[[str, int, str], None]) -> None:
        self.state = state
        self.fired = fired

    def begin(self, fault: str, point: str, circuits: list[int], values: Values) -> None:
        value = int(values.get("signal", values.get("time", 0)))
        skip, count = (int(values.get(name, 0)) for name in ("skip", "count"))
        self.state.mistakes.append(Mistake(fault, point, circuits, skip, count, value))

    def end(self, fault: str) -> list[int]:
        """The circuits that it was about; line signals that are late still come."""
        ended = [one for one in self.state.mistakes if one.fault == fault]
        self.state.mistakes = [one for one in self.state.mistakes if one.fault != fault]
        self.state.fired = [one for one in self.state.fired if one != fault]
        return [number for one in ended for number in one.circuits]

    def line(self, number: int, ab: int, before: int, heard: int) -> tuple[int, int]:
        """(what the line carries now, cycles after which it carries `ab`) of a line signal; NOTHING: what it did.

        before: sent last by the protocol; heard: received last.
        """
        answers = ab == BUSY and before == IDLE and heard == SEIZED
        if answers and self._meets(number, NO_ACK, "a seizure is not acknowledged"):
            return NOTHING, 0
        if answers and self._meets(number, DOUBLE_SEIZURE, "a seizure is answered with a seizure"):
            return SEIZED, 0
        late = self._meets(number, LATE_LINE, "line signals come late")
        return (NOTHING, late.value) if late else (ab, 0)

    def tone(self, number: int, signal: int) -> int:
        """What is sent in place of a register signal."""
        if self._meets(number, MUTE, "the register is mute"):
            return SILENCE
        wrong = self._meets(number, WRONG_SIGNAL, "")
        if wrong is None:
            return signal
        self._tell(wrong, number, f"signal {wrong.value} in place of {signal}")
        return wrong.value

    def sticks(self, number: int) -> bool:
        """Whether a register signal that should end does not."""
        return self._meets(number, STUCK, "a register signal does not end") is not None

    def _meets(self, number: int, point: str, effect: str) -> Mistake | None:
        for mistake in self.state.mistakes:
            if mistake.point == point and number in mistake.circuits:
                mistake.met += 1
                past = mistake.met - mistake.skip
                if past > 0 and (not mistake.count or past <= mistake.count):
                    if effect:
                        self._tell(mistake, number, effect)
                    return mistake
        return None

    def _tell(self, mistake: Mistake, number: int, effect: str) -> None:
        if mistake.fault not in self.state.fired:
            self.state.fired.append(mistake.fault)
            self.fired(mistake.fault, number, effect)
