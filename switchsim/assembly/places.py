"""Where a fault of the catalogue acts: from what a scenario names to a part, a fault point and its values."""

from __future__ import annotations

import difflib
import re
from typing import Any

from switchsim.assembly.clocking import clock_boards, clock_values
from switchsim.assembly.far_lines import far_line_place
from switchsim.assembly.layout import Layout
from switchsim.assembly.link_places import LinkPlaces, links_of
from switchsim.assembly.parameters import describe_parameters, near, read_parameters
from switchsim.assembly.planner import Planner
from switchsim.assembly.tone_places import TonePlaces
from switchsim.assembly.voice import lines_of_processors, places_of_lines
from switchsim.errors import BadInput
from switchsim.faults.catalogue import CATALOGUE, TARGETS, FaultRow, ParameterFault
from switchsim.faults.clock import CLOCK_FAULTS, ClockFault
from switchsim.faults.interfaces import INTERFACE_FAULTS, InterfaceFault
from switchsim.faults.line import LINE_FAULTS, LineFault, line_values
from switchsim.faults.platform import PLATFORM_FAULTS, PlatformFault
from switchsim.faults.r2 import R2_FAULTS, R2Fault
from switchsim.faults.signalling import LINK_FAULTS, LinkFault
from switchsim.faults.tones import TONE_FAULTS, ToneFault
from switchsim.hardware.board import DEADLY
from switchsim.terminals.line_end import FAR

PLATFORM, EVERYBODY, HUB, MACHINE = "callcentre", "*", "icdcomm", "machine"
R2 = "r2"
Value = int | str


class FaultPlaces:
    """Resolves faults against one machine. What does not fit is BadInput, in words for the scenario's line."""

    def __init__(self, layout: Layout, planner: Planner) -> None:
        self.layout = layout
        self.planner = planner
        self.boards = {board.path: board for board in layout.boards}
        self.links = LinkPlaces(layout, planner)
        self.tones = TonePlaces(layout, planner)
        self.processes: tuple[str, ...] = ()  # of the platform; known once it is built
        self.rows = (
            CATALOGUE | LINK_FAULTS | LINE_FAULTS | CLOCK_FAULTS | PLATFORM_FAULTS | INTERFACE_FAULTS | R2_FAULTS
            | TONE_FAULTS
            | self._own_rows()
        )

    def _own_rows(self) -> dict[str, FaultRow]:
        """Fault points of board kinds that the catalogue does not know: a fault each, at a board that has the point."""
        known = {row.point for row in (CATALOGUE | LINE_FAULTS | TONE_FAULTS).values()}
        kinds = {board.loaded.kind.name: board.loaded.kind for board in self.layout.boards}
        return {
            name: FaultRow(name, point.text, "board", name, (point.shows,) if point.shows else (), (),
                           values=dict.fromkeys(point.values))
            for kind in kinds.values()
            for name, point in kind.fault_points.items()
            if name not in known and name not in CATALOGUE | LINK_FAULTS
        }  # fmt: skip

    def resolve(
        self, name: str, where: dict[str, Value], values: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]:
        """(place, fault point, values). Raises BadInput."""
        row = self.rows.get(name)
        if row is None:
            near = difflib.get_close_matches(name, self.rows, n=1)
            raise _wrong(f"no fault {name!r}", f"one of {', '.join(sorted(self.rows))}",
                         f"did you mean {near[0]!r}?" if near else "")
        wanted = TARGETS[row.target]
        if isinstance(row, InterfaceFault):
            where = {**where, "client": where.get("client", 0)}
        if set(where) != set(wanted):
            raise _wrong(f"{name}: where: {', '.join(where) or 'nothing'}", ", ".join(wanted) or "no where at all")
        if isinstance(row, LinkFault):
            return self.links.resolve(row, str(where["link"]), str(where["end"]), values)
        if isinstance(row, PlatformFault):
            place, found = self._process(row, where)
            read = read_parameters(row, values)
            if "card" in read:
                self._card(row.name, place, int(read["card"]))
            return place, row.point, {**read, **found}
        if isinstance(row, InterfaceFault):
            place, client = self._interface(row, where)
            return place, row.point, {**read_parameters(row, values), "client": client}
        if isinstance(row, ClockFault):
            return self._clock(row, where["clock"]), row.point, clock_values(row, values)
        if isinstance(row, R2Fault):
            return self._r2(**where), row.point, {**read_parameters(row, values), **where}
        place, found = getattr(self, f"_{row.target}")(**where)
        if row.name not in CATALOGUE and row.point not in self.boards[place].loaded.kind.fault_points:
            raise _wrong(f"{name}: the board at {place} has no such fault point", "a board of a kind that has it")
        if isinstance(row, ToneFault):
            read = {**found, **read_parameters(row, values)}
            return place, row.point, self.tones.values(row, str(where["line"]), read)
        if isinstance(row, LineFault):
            return self._line_fault(row, str(where["line"]), place, {**found, **read_parameters(row, values)})
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

    def _process(self, row: PlatformFault, where: dict[str, Value]) -> tuple[str, dict[str, Value]]:
        """Ways are the hub's."""
        if not self.processes:
            raise _wrong(f"{row.name}: this machine has no processes of a platform", "a machine with `platform: ccs`")
        for name in map(str, where.values()):
            known = name in self.processes and not (row.target == "way" and name == HUB)
            if not known and not (row.target == "way" and name == EVERYBODY):
                raise _wrong(f"{row.name}: no process {name!r}", f"one of {', '.join(self.processes)}",
                             near(name, self.processes))  # fmt: skip
        if row.target == "way":
            return f"{PLATFORM}/{row.of}", dict(where)
        name = str(where["process"])
        if row.of and name.partition("/")[0] != row.of:
            having = [one for one in self.processes if one.partition("/")[0] == row.of]
            raise _wrong(f"{row.name}: {name} has no such fault point", f"one of {', '.join(having) or 'none here'}")
        return f"{PLATFORM}/{name}", {}

    def _card(self, name: str, place: str, card: int) -> None:
        """A voice processor has as many cards as lines lead to it."""
        lines = [line for line, where in places_of_lines(lines_of_processors(self.layout)).items() if where == place]
        if not 0 <= card < len(lines):
            having = ", ".join(f"{number} ({line})" for number, line in enumerate(lines))
            raise _wrong(f"{name}: {place.removeprefix(PLATFORM + '/')} has no card {card}", having)

    def _interface(self, row: InterfaceFault, where: dict[str, Value]) -> tuple[str, int]:
        name, client = where["interface"], where["client"]
        if name not in row.interfaces:
            raise _wrong(f"{row.name}: interface: {name}", " or ".join(row.interfaces), near(name, row.interfaces))
        if name not in self.processes:
            raise _wrong(f"{row.name}: this run has no interface {name}", f"--{name}, or `sut: {name}:`")
        if not isinstance(client, int) or not 0 <= client < 1 << 32:
            raise _wrong(f"{row.name}: client: {client!r}", "the number of a connection from 1 on, or 0 for all")
        if client and row.point == "clock_jump":
            raise _wrong(f"{row.name}: client: {client}", "0: an interface has one clock")
        return f"{PLATFORM}/{name}", client

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

    def _line_fault(
        self, row: LineFault, name: str, place: str, read: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]:
        line = next(one for one in self.layout.lines if one.name == name)
        if row.needs and not getattr(line.framing, row.needs):
            key = "code: hdb3" if row.needs == "hdb3" else f"{row.needs}: true"
            raise _wrong(f"{row.name}: {name} has no {row.needs}", f"a line with framing: {{{key}}}")
        if read.get("end") == FAR:
            if line.joined:
                raise _wrong(f"{row.name}: the far end of {name} is another machine's", "its line there, end machine")
            place = far_line_place(name)
        return place, row.point, {"line": read["line"], **line_values(row, read)}

    def _clock(self, row: ClockFault, clock: Value) -> str:
        """The clock boards by their places, the first one as `machine`, the far end of a line by the line."""
        boards = list(clock_boards(self.layout))
        lines = [line.name for line in self.layout.lines if line.name not in self.planner.joined]
        if clock == MACHINE and boards:
            return boards[0]
        if clock in lines:
            return f"farend/clock/{clock}"
        if clock not in boards:
            raise _wrong(f"{row.name}: no clock {clock!r}", f"one of {', '.join([MACHINE, *boards, *lines])}",
                         near(clock, [MACHINE, *boards, *lines]))  # fmt: skip
        return str(clock)

    def _line(self, line: Value) -> tuple[str, dict[str, Value]]:
        for one in self.layout.lines:
            if one.name == line:
                return one.trunk, {"line": one.trunk_line}
        raise _wrong(f"no line {line!r}", f"one of {', '.join(one.name for one in self.layout.lines)}")

    def _receiver(self, receiver: Value) -> tuple[str, dict[str, Value]]:
        return self._unit("receivers", "receiver", receiver, len(self.layout.receivers), "receivers")

    def _register(self, register: Value) -> tuple[str, dict[str, Value]]:
        return self._unit("mfc", "register", register, len(self.layout.mfc), "MFC boards")

    def _unit(self, what: str, name: str, number: Value, count: int, having: str) -> tuple[str, dict[str, Value]]:
        """One unit of a pool; in a plant its number is text, as it came behind the name of a machine."""
        index = int(number) if isinstance(number, int) or re.fullmatch(r"\d{1,6}", number) else -1
        if not 0 <= index < count:
            raise _wrong(f"no {name} {number!r}", f"0..{count - 1}" if count else f"a machine with {having}")
        board, unit = self.planner.owner(what, index)
        return board.path, {name: unit}

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

    def _r2(self, line: Value, timeslot: Value) -> str:
        """The exchange at the far end of a line with R2 signalling, when it is the built-in one."""
        known = [one for one in self.layout.lines if one.signalling.kind == R2 and one.name in self.layout.exchanges]
        found = next((one for one in known if one.name == line), None)
        if found is None:
            having = ", ".join(one.name for one in known)
            raise _wrong(f"no exchange with R2 signalling on line {line!r}", f"one of {having}" if having else
                         "a line with signalling: {kind: r2}")  # fmt: skip
        circuits = [timeslot for name, timeslot in self.layout.party_sources if name == line]
        if timeslot != 0 and timeslot not in circuits:
            raise _wrong(f"no circuit {line}:{timeslot}", "a timeslot of its circuits, or 0 for all of them")
        return f"farend/exchange/{self.layout.exchanges[found.name]}"

    def _seat(self, seat: Value) -> tuple[str, dict[str, Value]]:
        for one in self.layout.seats:
            if one.number == str(seat):
                return one.board.path, {"seat": one.unit}
        raise _wrong(f"no seat {seat!r}", "a seat number of the machine")

    def _wires(self, seat: Value) -> tuple[str, dict[str, Value]]:
        place, found = self._seat(seat)
        channels = [name for access in self.layout.accesses for name in access.seats]
        if str(seat) not in channels:
            having = f"one of {', '.join(channels)}" if channels else "seats with `access`"
            raise _wrong(f"seat {seat} has no D channel", having)
        return place, found


def _wrong(what: str, expected: str = "", advice: str = "") -> BadInput:
    return BadInput.one("", what, expected, advice)


def describe_faults(places: FaultPlaces) -> list[dict[str, Any]]:
    """The rows that this machine can have, for people and --json."""
    layout = places.layout
    points = {point for board in layout.boards for point in board.loaded.kind.fault_points}
    return [
        {
            "fault": row.name, "text": row.text, "where": list(TARGETS[row.target]),
            "parameters": describe_parameters(row) if isinstance(row, ParameterFault) else dict(row.values),
            "alarms": list(row.alarms),
        }
        for row in places.rows.values()
        if _can_be(row, points, places)
    ]  # fmt: skip


def _can_be(row: FaultRow, points: set[str], places: FaultPlaces) -> bool:
    if isinstance(row, PlatformFault):
        return any(not row.of or name.partition("/")[0] == row.of for name in places.processes)
    if isinstance(row, InterfaceFault):
        return any(board.loaded.spec.kind == "mem" for board in places.layout.boards)
    if isinstance(row, LinkFault):
        return bool(places.layout.number7)
    if isinstance(row, R2Fault):
        return any(line.signalling.kind == R2 for line in places.layout.lines)
    if isinstance(row, ClockFault):
        return True
    return row.point in points or row.point in DEADLY


def describe_places(layout: Layout) -> list[dict[str, Any]]:
    """What `where:` can name on this machine."""
    rows = [
        {"where": "board", "names": board.path, "what": f"{board.loaded.spec.kind} {board.loaded.kind.en}"}
        for board in layout.boards
    ]
    processors = [board.side for board in layout.boards if board.loaded.spec.kind == "mpu"]
    seats, lines = [seat.number for seat in layout.seats], [line.name for line in layout.lines]
    groups = (("processor", processors), ("line", lines), ("seat", seats))
    rows += [{"where": "link", "names": name, "what": f"end: {', '.join(ends)}"} for name, ends in links_of(layout)]
    rows += [{"where": what, "names": _from_to(names), "what": f"{len(names)}"} for what, names in groups if names]
    if layout.receivers:
        rows.append({"where": "receiver", "names": f"0..{len(layout.receivers) - 1}", "what": "DTMF receivers"})
    return [*rows, {"where": "timeslot", "names": "1..31", "what": "with its line"}]


def _from_to(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}..{names[-1]}"
