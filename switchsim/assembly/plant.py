"""Several machines in one run: each stands below its own name; lines join them.

A plant file names machine files and pairs of lines. Every machine is drafted as if it were alone, then built in its
ward of one kernel and with its share of one native core. A joined line has a machine at both ends, and nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from switchsim.assembly.kinds import Title, Word
from switchsim.assembly.layout import LINE_CELLS, LinePlan
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.plant_rounds import way_round
from switchsim.assembly.services import LineName
from switchsim.assembly.share import EngineShare
from switchsim.assembly.ward import Ward
from switchsim.assembly.yamlfile import Document, Lines, read
from switchsim.assembly.yamltypes import Many, Strict
from switchsim.dsp.engine import Engine
from switchsim.errors import BadInput, Problem
from switchsim.kernel.ports import Wire
from switchsim.terminals.line_end import LINE_MESSAGES

MOST_MACHINES: Final = 64
CALLS_APART: Final = 10_000_000
"""Calls of the second machine are numbered from here on, of the third from twice that: one number, one call."""
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$")]


class MemberSpec(Strict):
    """A machine of the plant: its file, beside the plant file or shipped."""

    file: FileName


class JoinSpec(Strict):
    """Two lines of two machines that are one: each is the other's far end."""

    between: Annotated[Many[LineName], Field(min_length=2, max_length=2)]


class PlantFile(Strict):
    """Several machines and the lines between them. Names of lines and numbers of seats are single in all of them."""

    format: Literal[1]
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    title: Title
    machines: Annotated[dict[Word, MemberSpec], Field(min_length=1, max_length=MOST_MACHINES)]
    joins: Many[JoinSpec] = ()
    speech: Literal["marked", "none"] = "marked"

    @property
    def joined(self) -> frozenset[str]:
        return frozenset(name for join in self.joins for name in join.between)

    @property
    def ends(self) -> dict[str, str]:
        """Joined line -> its other end, both ways."""
        found: dict[str, str] = {}
        for row in self.joins:
            a, b = row.between
            found |= {a: b, b: a}
        return found


def is_plant(document: Document) -> bool:
    """Whether a machine file names machines instead of being one."""
    return isinstance(document.data, dict) and "machines" in document.data


@dataclass
class Members:
    """The files of a plant, read: name -> (path, document, machine)."""

    plant: PlantFile
    lines: Lines
    files: dict[str, tuple[Path, Document, MachineFile]] = field(default_factory=dict)

    @property
    def line_owner(self) -> dict[str, str]:
        return {line: name for name, (_, _, spec) in self.files.items() for line, _ in spec.line_names()}

    @property
    def seat_owner(self) -> dict[str, str]:
        return {seat: name for name, (_, _, spec) in self.files.items() for seat, _ in spec.seat_numbers()}


def read_members(document: Document, folders: Sequence[Path]) -> Members:
    """Every machine file of a plant, with prompts numbered alike; raises BadInput."""
    plant = document.validate(PlantFile)
    members = Members(plant, document.lines)
    for name, member in plant.machines.items():
        path = next((one / member.file for one in folders if (one / member.file).is_file()), None)
        if path is None:
            where = ("machines", name, "file")
            raise BadInput([document.lines.problem(where, f"no machine file {member.file!r}", "one beside this file")])
        found = read(path)
        members.files[name] = (path, found, found.validate(MachineFile))
    problems = [*_doubles(members), *_joins(members)]
    problems += [] if problems else _rounds(members)
    prompts = _prompts(members, problems)
    if problems:
        raise BadInput(problems)
    for name, (path, found, spec) in members.files.items():
        members.files[name] = (path, found, spec.model_copy(update={"prompts": prompts}))
    return members


def _doubles(members: Members) -> list[Problem]:
    """Lines and seats that two machines have, ticks and tones that differ."""
    found: list[Problem] = []
    seen: dict[tuple[str, str], str] = {}
    first = next(iter(members.files.values()))[2]
    for name, (_, _, spec) in members.files.items():
        names = [("line", line) for line, _ in spec.line_names()] + [("seat", seat) for seat, _ in spec.seat_numbers()]
        for what in names:
            other = seen.setdefault(what, name)
            if other != name:
                found.append(members.lines.problem(("machines", name), f"{what[0]} {what[1]} is one of {other} too",
                                                   "a name of its own in all machines"))  # fmt: skip
                break
        if (spec.tick, spec.tones) != (first.tick, first.tones):
            found.append(members.lines.problem(("machines", name), "another control tick or tone set than the first",
                                               f"tick {first.tick}, tones {first.tones}"))  # fmt: skip
    return found


def _joins(members: Members) -> list[Problem]:
    found: list[Problem] = []
    owner, used = members.line_owner, set[str]()
    for index, join in enumerate(members.plant.joins):
        for position, line in enumerate(join.between):
            where = ("joins", index, "between", position)
            if line not in owner:
                found.append(members.lines.problem(where, f"no line {line!r}", "a line of one of the machines"))
            elif line in used:
                found.append(members.lines.problem(where, f"line {line} is joined twice", "one other line"))
            used.add(line)
    return found


def _rounds(members: Members) -> list[Problem]:
    """What one machine sends to another must not come back for ever."""
    specs = {name: spec for name, (_, _, spec) in members.files.items()}
    way = way_round(specs, members.line_owner, members.plant.ends)
    if not way:
        return []
    what = f"callers go round: {' -> '.join(way)}"
    advice = "dial a number that has a queue without overflow there, kept for what other machines send"
    return [members.lines.problem(("joins",), what, "a way that ends", advice)]


def _prompts(members: Members, problems: list[Problem]) -> dict[str, str]:
    """All prompts of all machines, in one order: the native core numbers them once."""
    prompts: dict[str, str] = {}
    for name, (_, _, spec) in members.files.items():
        for prompt, file in spec.prompts.items():
            if prompts.setdefault(prompt, file) != file:
                what = f"prompt {prompt} is {file} here and {prompts[prompt]} elsewhere"
                problems.append(members.lines.problem(("machines", name), what, "one file a name"))
    return prompts


# -- what joins machines -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LineEnd:
    """One machine's end of a joined line."""

    ward: Ward
    share: EngineShare
    plan: LinePlan


def join(engine: Engine, a: LineEnd, b: LineEnd) -> None:
    """What one end sends the other receives, 16 cycles later."""
    for one, other in ((a, b), (b, a)):
        for timeslot in range(LINE_CELLS):
            arrives = one.share.cell(one.plan.receive_cell + timeslot)
            engine.connect(arrives, other.share.cell(other.plan.far_rx_cell + timeslot))


def see(a: LineEnd, b: LineEnd) -> None:
    """The trunk board of each is told when the other begins to stir the line, and the other's clock."""
    for one, other in ((a, b), (b, a)):
        wire = Wire(one.ward.full(one.plan.trunk), f"remote/{one.plan.trunk_line}", LINE_MESSAGES)
        one.ward.kernel.connect(other.ward.full(other.plan.trunk), f"far/{other.plan.trunk_line}", wire)


def owners_of(names: Mapping[str, str], wanted: Sequence[str]) -> list[str]:
    """The machines of lines or seats, each once, in their order."""
    return list(dict.fromkeys(names[name] for name in wanted if name in names))


__all__ = [
    "CALLS_APART", "LineEnd", "Members", "PlantFile", "is_plant", "join", "owners_of", "read_members", "see",
]  # fmt: skip

