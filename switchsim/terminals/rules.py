"""Rules by which faults treat the signal units of one end of a link: which units, which of them, what becomes of them.

A rule is plain state. Rules know neither time nor the native core: they say what should happen, `breaking` does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from switchsim.model.part import State
from switchsim.proto.mtp3 import Variant
from switchsim.terminals.units import HEAD_OCTETS, MESSAGES, Unit, look, put

QUEUED_ONLY: Final = ("duplicate", "swap", "delay")
"""Actions that a unit which is repeated all the time, as long as nothing waits, knows no difference of."""
SPOILING: Final = ("bad_fcs", "abort", "length")
"""What only the transmitter of a unit can do: a receiver passes good units alone, and a message has no check octets."""


class Rule(State):
    """One fault's rule. Empty and -1: any.

    units: names of units. messages: codes of MESSAGES. Of the units that fit, the first `skip` are spared, then every
    `every`-th is meant, `count` in all (0: no end). received: those that arrive, else those that are sent. level3:
    messages between level 3 and level 2, of which level 2 does not know that something is wrong.
    """

    fault: str
    action: str
    received: bool = False
    level3: bool = False
    units: list[str] = []
    messages: list[int] = []
    cic: int = -1
    dpc: int = -1
    opc: int = -1
    skip: int = 0
    every: int = 1
    count: int = 0
    field: str = ""  # set
    value: int = -1
    add: int = 0
    octet: int = 0  # corrupt: which (of a message: from the SIO on), modulo the length, and the bits that turn over
    mask: int = 0
    cycles: int = 0  # delay
    octets: int = 0  # length: of the frame with its check octets
    seen: int = 0
    done: int = 0

    def fits(self, unit: Unit) -> bool:
        """Whether the rule is about units like this one."""
        return (
            (not self.units or any(unit.is_called(name) for name in self.units))
            and (not self.messages or unit.code in self.messages)
            and self.cic in (-1, unit.cic)
            and self.dpc in (-1, unit.dpc)
            and self.opc in (-1, unit.opc)
        )

    def turn(self) -> bool:
        """One more unit fits: is this one meant? Counts it."""
        self.seen += 1
        nth = self.seen - self.skip
        meant = nth > 0 and (nth - 1) % self.every == 0 and (not self.count or self.done < self.count)
        self.done += meant
        return meant


class Treated(msgspec.Struct):
    """What becomes of one unit; acted: the rules that had a part in it."""

    octets: bytes
    acted: list[Rule]
    dropped: bool = False
    copies: int = 1
    swapped: bool = False
    delay_cycles: int = 0
    spoiled: str = ""  # bad_fcs, abort, length
    length: int = 0


def treat(
    rules: Sequence[Rule], octets: bytes, variant: Variant, *, received: bool, level3: bool = False,
    repeated: bool = False,
) -> Treated:  # fmt: skip
    """Let every rule of this direction and level act upon a unit, in their order; a dropped one is seen by none after.

    level3: a message, with three octets before it. repeated: a fill-in unit or status that goes on until another takes
    its place.
    """
    result = Treated(octets, [])
    for rule in rules:
        if rule.received is not received or rule.level3 is not level3 or (repeated and rule.action in QUEUED_ONLY):
            continue
        changed = _changed(rule, result.octets, variant)
        if changed is None or not rule.fits(look(result.octets, variant)) or not rule.turn():
            continue
        result.octets = changed
        result.acted.append(rule)
        _note(rule, result)
        if result.dropped:
            break
    return result


def _changed(rule: Rule, octets: bytes, variant: Variant) -> bytes | None:
    """The unit as the rule wants it; None when it has not what the rule changes."""
    if rule.action == "set":
        changed = put(octets, rule.field, rule.value, rule.add, variant)
        return None if changed == octets else changed
    if rule.action == "corrupt":
        head = HEAD_OCTETS if rule.level3 else 0
        at = head + rule.octet % (len(octets) - head)
        return octets[:at] + bytes((octets[at] ^ rule.mask,)) + octets[at + 1 :]
    return octets


def _note(rule: Rule, result: Treated) -> None:
    match rule.action:
        case "drop":
            result.dropped = True
        case "duplicate":
            result.copies += 1
        case "swap":
            result.swapped = True
        case "delay":
            result.delay_cycles += rule.cycles
        case "bad_fcs" | "abort" | "length":
            result.spoiled, result.length = rule.action, rule.octets


def raw_frame(octets: bytes, length: int) -> bytes:
    """A frame of so many octets, check octets among them: the unit cut off, or filled up with zeros."""
    return (octets + bytes(max(0, length - len(octets))))[:length]


def rule_of(fault: str, action: str, values: dict[str, int | str], *, level3: bool) -> Rule:
    """The rule of a fault from its values, as `switchsim.faults.signalling` names them."""
    numbers = {name: int(values[name]) for name in _NUMBERS if name in values}
    return Rule(
        fault, action, received=values.get("direction") == "received", level3=level3,
        units=str(values.get("unit", "")).split(),
        messages=[MESSAGES[name] for name in str(values.get("message", "")).split()],
        field=str(values.get("field", "")), **numbers,
    )  # fmt: skip


_NUMBERS: Final = ("cic", "dpc", "opc", "skip", "every", "count", "value", "add", "octet", "mask", "cycles", "octets")
