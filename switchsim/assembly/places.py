"""Where a fault of the catalogue acts: from what a scenario names to a part, a fault point and its values."""

from __future__ import annotations

import difflib
from typing import Any

from switchsim.assembly.layout import Layout, Planner
from switchsim.errors import BadInput
from switchsim.faults.catalogue import CATALOGUE, TARGETS, FaultRow

Value = int | str


class FaultPlaces:
    """Resolves faults against one machine. What does not fit is BadInput, in words for the scenario's line."""

    def __init__(self, layout: Layout, planner: Planner) -> None:
        self.layout = layout
        self.planner = planner
        self.boards = {board.path: board for board in layout.boards}

    def resolve(
        self, name: str, where: dict[str, Value], values: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]:
        """(place, fault point, values). Raises BadInput."""
        row = CATALOGUE.get(name)
        if row is None:
            near = difflib.get_close_matches(name, CATALOGUE, n=1)
            raise _wrong(f"no fault {name!r}", f"one of {', '.join(sorted(CATALOGUE))}",
                         f"did you mean {near[0]!r}?" if near else "")
        wanted = TARGETS[row.target]
        if set(where) != set(wanted):
            raise _wrong(f"{name}: where: {', '.join(where) or 'nothing'}", ", ".join(wanted) or "no where at all")
        place, found = getattr(self, f"_{row.target}")(**where)
        return place, row.point, {**self._values(row, values), **found}

    def _values(self, row: FaultRow, values: dict[str, Value]) -> dict[str, Value]:
        unknown = sorted(set(values) - set(row.values))
        if unknown:
            known = ", ".join(row.values) or "none"
            raise _wrong(f"{row.name}: unknown parameter {unknown[0]!r}", f"one of {known}")
        merged: dict[str, Value] = {}
        for key, default in row.values.items():
            value = values.get(key, default)
            if not isinstance(value, int):
                raise _wrong(f"{row.name}: {key}: {value!r}", "a whole number")
            merged[key] = value
        ranges = self._ranges(row)
        for key, value in merged.items():
            low, high = ranges.get(key, (value, value))
            if not int(low) <= int(value) <= int(high):
                raise _wrong(f"{row.name}: {key} {value} is out of range", f"{low}..{high}")
        return merged

    def _ranges(self, row: FaultRow) -> dict[str, tuple[int, int]]:
        for board in self.layout.boards:
            point = board.loaded.kind.fault_points.get(row.point)
            if point is not None:
                return point.values
        return {}

    # -- targets: place, and the values that name what is on the board -----------------------------------------------

    def _processor(self, processor: Value) -> tuple[str, dict[str, Value]]:
        places = {board.side: board.path for board in self.layout.boards if board.loaded.spec.kind == "mpu"}
        if processor not in places:
            raise _wrong(f"no processor {processor!r}", " or ".join(places))
        return places[str(processor)], {}

    def _board(self, board: Value) -> tuple[str, dict[str, Value]]:
        if board not in self.boards:
            near = difflib.get_close_matches(str(board), self.boards, n=1)
            raise _wrong(f"no board at {board!r}", "frame/F/slot/S of the rack",
                         f"did you mean {near[0]!r}?" if near else "see `switchsim faults MACHINE`")
        return str(board), {}

    def _line(self, line: Value) -> tuple[str, dict[str, Value]]:
        for one in self.layout.lines:
            if one.name == line:
                return one.trunk, {"line": one.trunk_line}
        raise _wrong(f"no line {line!r}", f"one of {', '.join(one.name for one in self.layout.lines)}")

    def _receiver(self, receiver: Value) -> tuple[str, dict[str, Value]]:
        count = len(self.layout.receivers)
        if not isinstance(receiver, int) or not 0 <= receiver < count:
            raise _wrong(f"no receiver {receiver!r}", f"0..{count - 1}" if count else "a machine with receivers")
        board, unit = self.planner.owner("receivers", receiver)
        return board.path, {"receiver": unit}

    def _platform(self) -> tuple[str, dict[str, Value]]:
        for board in self.layout.boards:
            if board.loaded.spec.kind == "mem":
                return board.path, {}
        raise _wrong("no MEM board", "a machine with a platform")

    def _timeslot(self, line: Value, timeslot: Value) -> tuple[str, dict[str, Value]]:
        self._line(line)
        if not isinstance(timeslot, int) or not 1 <= timeslot <= 31:
            raise _wrong(f"no timeslot {timeslot!r}", "1..31")
        network = next(board.path for board in self.layout.boards if board.loaded.spec.kind == "bnet")
        slot = next(one for one in self.layout.lines if one.name == line).slot(timeslot)
        return network, {"slot": slot}

    def _seat(self, seat: Value) -> tuple[str, dict[str, Value]]:
        for one in self.layout.seats:
            if one.number == str(seat):
                return one.board.path, {"seat": one.unit}
        raise _wrong(f"no seat {seat!r}", "a seat number of the machine")


def _wrong(what: str, expected: str = "", advice: str = "") -> BadInput:
    return BadInput.one("", what, expected, advice)


def describe_faults(layout: Layout) -> list[dict[str, Any]]:
    """The catalogue's rows that this machine can have, for people and --json."""
    points = {point for board in layout.boards for point in board.loaded.kind.fault_points}
    deadly = {"kill", "hang", "pull", "power"}
    return [
        {
            "fault": row.name, "text": row.text, "where": list(TARGETS[row.target]),
            "parameters": dict(row.values), "alarms": list(row.alarms),
        }
        for row in CATALOGUE.values()
        if row.point in points or row.point in deadly
    ]  # fmt: skip
