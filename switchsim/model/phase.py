"""The seven phases of a cycle (docs/timing_model.md)."""

from __future__ import annotations

from enum import IntEnum


class Phase(IntEnum):
    """Ties within a cycle break by (phase, place, sequence). ORDER stands before it: acts land between cycles."""

    ORDER = 0
    LINE_IN = 1
    SIGNAL = 2
    DECIDE = 3
    SWITCH = 4
    MEDIA = 5
    LINE_OUT = 6
    OBSERVE = 7


PHASE_NAMES = {phase: phase.name.lower() for phase in Phase}
