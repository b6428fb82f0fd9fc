"""Time-outs of a circuit: `TIMERS[name] = (low, default, high, what it waits for)` in cycles.

The clause in front of the text is of Q.400 to Q.490, which are numbered through: 3.1 is Q.421, 3.2 Q.422, 4.1 Q.440,
4.2 Q.441 and Q.442, 5.5 Q.476. A window without a clause is what practice allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchsim.proto.windows import Window
from switchsim.units import ms, seconds

TIMERS: Final[dict[str, Window]] = {
    "seize_ack": (ms(100), ms(200), seconds(2), "3.2.3.2: seizing acknowledgement; 1..2 s by satellite"),
    "guard": (ms(100), ms(100), ms(500), "3.2.7.1: double seizure: seizing bits stay up so long"),
    "reseize": (ms(100), ms(100), seconds(2), "3.2.7.1: idle both ways before our next seizure"),
    "release": (seconds(3), seconds(60), seconds(180), "3.2: release guard, or clear-forward; alarm"),
    "reset": (seconds(1), seconds(3), seconds(60), "idle from the peer after a restart"),
    "fault": (seconds(1), ms(1500), seconds(2), "3.2: bits that no state has, to go away again"),
    "line_fault": (ms(500), ms(2500), seconds(90), "the line, while a call is answered"),
    "answer": (seconds(30), seconds(60), seconds(240), "answer (Q.118)"),
    "clear_back": (seconds(60), seconds(90), seconds(120), "re-answer after clear-back (Q.118)"),
    "forward": (seconds(12), seconds(15), seconds(18), "5.5: a backward signal to the forward one being sent"),
    "between": (seconds(24), seconds(24), seconds(60), "5.5: occasion for the next forward signal"),
    "incoming": (seconds(8), seconds(15), seconds(24), "5.5: the next forward signal"),
    "back_cycle": (seconds(2), seconds(15), seconds(24), "5.5: end of the forward signal that was answered"),
    "pulse_gap": (ms(100), ms(100), ms(300), "4.2: silence before a pulsed backward signal"),
}

PULSE_LOW, PULSE, PULSE_HIGH = ms(100), ms(150), ms(200)
"""Length of a pulsed backward signal (Q.442): "pulse" among the overrides, no timer of its own."""

NAMES: Final = tuple(TIMERS)
BIT: Final = {name: 1 << index for index, name in enumerate(NAMES)}
SETTINGS: Final[dict[str, Window]] = {
    **TIMERS, "pulse": (PULSE_LOW, PULSE, PULSE_HIGH, "4.2: length of a pulsed backward signal"),
}  # fmt: skip


def timer_values(overrides: Mapping[str, int]) -> dict[str, int]:
    """Cycles by name, defaults with `overrides` in place; raises ValueError for a name that is none."""
    unknown = [name for name in overrides if name not in SETTINGS]
    if unknown:
        raise ValueError(f"no timers of R2 signalling: {', '.join(unknown)}; expected {', '.join(SETTINGS)}")
    return {name: overrides.get(name, row[1]) for name, row in SETTINGS.items()}
