"""What a board kind's YAML says (boards/kinds/*.yaml), as the boards read it."""

from __future__ import annotations

import msgspec


class AlarmText(msgspec.Struct, frozen=True):
    severity: str  # critical, major, minor, warning
    zh: str
    en: str


class Register(msgspec.Struct, frozen=True):
    """16-bit; `reset` is its value after power-on."""

    address: int
    reset: int
    writable: bool
    text: str


class FaultPoint(msgspec.Struct, frozen=True):
    """A place of the board where a fault can act. `shows`: the alarm that must follow, or empty."""

    text: str
    shows: str
    values: dict[str, tuple[int, int]]  # integer parameters with their ranges


class BoardKind(msgspec.Struct, frozen=True):
    name: str
    zh: str
    en: str
    leds: tuple[str, ...]
    registers: dict[str, Register]
    alarms: dict[str, AlarmText]
    fault_points: dict[str, FaultPoint]
    timings: dict[str, int]  # cycles
    parameters: dict[str, int] = {}  # other numbers, in the unit that their names end with
