"""The tester's own sequence numbers, and the units that it makes of a sheet's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from switchsim.conformance.language import Item, Step
from switchsim.conformance.q781 import units
from switchsim.conformance.q781.bench import Bench
from switchsim.conformance.q781.patterns import spread
from switchsim.dsp.engine import SU_ABORT, SU_BAD_FCS, SU_RAW
from switchsim.units import ms

USUAL_SIF: Final = 8


class Tester:
    """One end of a link that does what it is told and nothing else."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.numbers = {"BSN": 127, "BIB": 1, "FSN": 127, "FIB": 1}
        self.bodies: dict[int, bytes] = {}
        self.filling: Item | None = None
        self.acknowledges = False
        bench.on_message = self._acknowledge

    def feed(self, step: Step) -> None:
        """A `<` line."""
        if not step.counted and len(step.items) == 1 and step.items[0].name != "MSU":
            self._goes_on(step.items[0])
        else:
            self.bench.tester_feed(self._units(step))
            self.refill()

    def _goes_on(self, item: Item) -> None:
        if item.name == "ONES":
            self.bench.ones_for(ms(item.fields["MS"][0]) if "MS" in item.fields else None)
            return
        if item.name == "FRAME":
            self.bench.tester_feed([self._unit(item)])
            return
        self.bench.ones_end()
        self.filling = item
        for key in self.numbers.keys() & item.fields.keys():
            self.numbers[key] = item.fields[key][0]
        self.refill()

    def refill(self) -> None:
        """What is sent over and over has the present numbers."""
        if self.filling is not None:
            self.bench.tester_fill(b"" if self.filling.name == "FLAGS" else self._unit(self.filling, True)[0])

    def _acknowledge(self) -> None:
        if self.acknowledges:
            self.numbers["BSN"] = self.bench.in_sequence
            self.refill()

    def _units(self, step: Step) -> Iterator[tuple[bytes, int]]:
        # Messages take their numbers now, so that what is sent after them carries the last one; long repetitions of
        # other units are made when their turn comes.
        if any(item.name == "MSU" for item in step.items):
            return iter([self._unit(Item(name, {key: (value, value) for key, value in values.items()}))
                         for _ in range(step.low) for item in step.items for _ in range(item.count)
                         for name, values in spread((item,))])
        made = [self._unit(item) for item in step.items for _ in range(item.count)]
        return (unit for _ in range(step.low) for unit in made)

    def _unit(self, item: Item, present: bool = False) -> tuple[bytes, int]:
        numbers = dict(self.numbers)
        if not present:
            numbers.update({key: first for key, (first, _) in item.fields.items() if key in numbers})
        flags = SU_BAD_FCS * ("bad-fcs" in item.fields) | SU_ABORT * ("aborted" in item.fields)
        if item.name == "FRAME":
            return self._frame(item.fields["OCTETS"][0], numbers), SU_RAW
        if item.name == "MSU":
            if "FSN" not in item.fields:
                numbers["FSN"] = self.numbers["FSN"] = (self.numbers["FSN"] + 1) & 127
            body = units.message(units.TESTER_MARK, numbers["FSN"], item.fields.get("SIF", (USUAL_SIF, 0))[0])
            self.bodies[numbers["FSN"]] = body
            return self._header("MSU", numbers, body), flags
        if item.name == "FISU":
            return self._header("FISU", numbers, b""), flags
        status = units.STATUS.get(item.name, units.UNKNOWN_STATUS)
        return self._header("LSSU", numbers, bytes([status, 0][: 1 + ("two-octets" in item.fields)])), flags

    @staticmethod
    def _header(name: str, numbers: dict[str, int], body: bytes) -> bytes:
        return units.header(name, numbers["BSN"], numbers["BIB"], numbers["FSN"], numbers["FIB"], body)

    def _frame(self, octets: int, numbers: dict[str, int]) -> bytes:
        """A frame of so many octets with right check bits, that would be the next message were its length right."""
        head = units.header("MSU", numbers["BSN"], numbers["BIB"], (numbers["FSN"] + 1) & 127, numbers["FIB"],
                            bytes(max(octets - 5, 3)))
        return units.with_check_bits(head[: max(octets - 2, 0)])[:octets]
