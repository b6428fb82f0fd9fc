"""What a `>` line says of the units to come, and of those that may go on meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from switchsim.conformance.language import Item, Step
from switchsim.conformance.q781.units import OUR_MARK, STATUS, Unit, message

Values = dict[str, int]
_ANY_STATUS: Final = (*STATUS, "SIX")

_ROUND: Final = {"BSN": 128, "FSN": 128}


def spread(items: Sequence[Item]) -> list[tuple[str, Values]]:
    """Items with ranges as single units: all ranges of an item go up together, BSN and FSN from 127 to 0."""
    found = []
    for item in items:
        length = max([(last - first) % 128 + 1 for first, last in item.fields.values()], default=1)
        for number in range(length):
            found.append((item.name, {key: first if first == last else (first + number) % _ROUND.get(key, 1 << 20)
                                      for key, (first, last) in item.fields.items()}))
    return found


def mismatch(name: str, values: Values, unit: Unit) -> str:
    """Why a unit is not what was expected; empty when it is."""
    if unit.wrong:
        return unit.wrong
    if not (unit.name == name or (name == "LSSU" and unit.name in _ANY_STATUS)):
        return f"{unit.name} instead of {name}"
    given = {"BSN": unit.bsn, "BIB": unit.bib, "FSN": unit.fsn, "FIB": unit.fib}
    for key, value in values.items():
        if key in given and given[key] != value:
            return f"{key}={given[key]} instead of {value}"
    if name in _ANY_STATUS and len(unit.body) != 1 + ("two-octets" in values):
        return f"a status field of {len(unit.body)} octets"
    if "DATA" in values and unit.body != message(OUR_MARK, values["DATA"], len(unit.body) - 1):
        return f"another message than number {values['DATA']}"
    return ""


class Going:
    """What may go on: the last `>` line's unit, or its turn of units."""

    def __init__(self) -> None:
        self.turn: list[tuple[str, Values]] = []
        self.place = 0

    def follow(self, step: Step, turn: list[tuple[str, Values]], place: int) -> None:
        """A `>` line was satisfied; `place` is the one of its turn that comes next."""
        if step.high is None:
            self.turn, self.place = turn, place % len(turn)
        else:
            self.turn, self.place = ([] if turn[-1][0] == "MSU" else turn[-1:]), 0

    def next_is(self, unit: Unit) -> bool:
        """Whether the unit goes on as said; then the turn moves on."""
        if not self.turn or mismatch(*self.turn[self.place], unit):
            return False
        self.place = (self.place + 1) % len(self.turn)
        return True

    def has(self, unit: Unit) -> bool:
        """Whether the unit is one of the turn."""
        return any(not mismatch(*one, unit) for one in self.turn)
