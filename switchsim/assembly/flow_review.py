"""What is wrong with well-formed flows: names that lead nowhere, blocks that nobody reaches, endless circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from switchsim.assembly.flows import FlowFile
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.yamlfile import Document, Lines, parse
from switchsim.callcentre.ivr import flow as compiled
from switchsim.callcentre.ivr.blocks import digits_only
from switchsim.errors import BadInput, Problem, one_of

SERVICE: Final = "SERVICE/"
WAIT_NOT: Final = (compiled.Branch, compiled.Set)
"""Blocks that go on at once: a circle of them alone would never end."""


class Known(msgspec.Struct, frozen=True):
    """What a machine has that flows may name."""

    sounds: tuple[str, ...]
    queues: tuple[str, ...]
    statements: tuple[str, ...]


def known_of(spec: MachineFile) -> Known:
    database = spec.platform.database if spec.platform is not None else None
    return Known(tuple(spec.prompts), tuple(spec.queues), tuple(database.statements) if database else ())


def compile_flows(shared: Mapping[str, bytes], spec: MachineFile, lines: Lines) -> dict[str, bytes]:
    """The shared folder as the processes see it: each file of SERVICE a compiled flow.

    Raises BadInput with everything that is wrong in flow files, and with files that an IVR lists and nobody has.
    """
    files, problems, names = dict(shared), _missing(shared, spec, lines), dict[str, str]()
    known = known_of(spec)
    for path in (path for path in shared if path.startswith(SERVICE)):
        try:
            document = parse(shared[path], path)
            flow = read_flow(document, known)
        except BadInput as error:
            problems += error.problems
            continue
        if flow.name in names:
            problems.append(document.lines.problem(("flow",), f"{flow.name!r} is the flow of {names[flow.name]} too",
                                                   "a name of its own"))  # fmt: skip
        names[flow.name] = path
        files[path] = compiled.pack(flow)
    if problems:
        raise BadInput(problems)
    return files


def _missing(shared: Mapping[str, bytes], spec: MachineFile, lines: Lines) -> list[Problem]:
    here = [path.removeprefix(SERVICE) for path in shared if path.startswith(SERVICE)]
    return [
        lines.problem(("platform", "ivr", index, "flows", at), f"no flow file {name!r} in SERVICE", one_of(here))
        for index, ivr in enumerate(spec.platform.ivr if spec.platform is not None else ())
        for at, name in enumerate(ivr.flows) if name not in here
    ]  # fmt: skip


def read_flow(document: Document, known: Known) -> compiled.Flow:
    """The flow of a file; raises BadInput with all that is wrong."""
    flow = document.validate(FlowFile).compiled()
    problems = list(_Review(flow, document.lines, known).problems())
    if problems:
        raise BadInput(sorted(problems, key=lambda problem: problem.line))
    return flow


class _Review:
    def __init__(self, flow: compiled.Flow, lines: Lines, known: Known) -> None:
        self.flow = flow
        self.lines = lines
        self.known = known
        self.set = self._variables()

    def problems(self) -> Iterator[Problem]:
        if self.flow.start not in self.flow.blocks:
            yield self.lines.problem(("start",), f"no block {self.flow.start!r}", one_of(self.flow.blocks))
        dangling = list(self._dangling())
        yield from dangling
        for name, block in self.flow.blocks.items():
            yield from self._names(name, block)
            yield from self._uses(name, block)
        if not dangling and self.flow.start in self.flow.blocks:
            yield from self._unreached()
            yield from self._circles()

    def _say(self, name: str, what: str, expected: str) -> Problem:
        return self.lines.problem(("blocks", name), f"block {name}: {what}", expected)

    def _dangling(self) -> Iterator[Problem]:
        for name, block in self.flow.blocks.items():
            for other in compiled.followers(block):
                if other not in self.flow.blocks:
                    yield self._say(name, f"no block {other!r}", one_of(self.flow.blocks))

    def _names(self, name: str, block: compiled.AnyBlock) -> Iterator[Problem]:
        """Sounds, queues, statements and numbers."""
        for sound in getattr(block, "sounds", ()):
            if sound not in self.known.sounds:
                yield self._say(name, f"no sound {sound!r}", one_of(self.known.sounds))
        if isinstance(block, compiled.Queue) and block.queue not in self.known.queues:
            yield self._say(name, f"no queue {block.queue!r}", one_of(self.known.queues))
        if isinstance(block, compiled.LookUpBlock) and block.statement not in self.known.statements:
            yield self._say(name, f"no statement {block.statement!r}",
                            one_of(self.known.statements) if self.known.statements else "a `database` with statements")
        if isinstance(block, compiled.Transfer):
            fixed = compiled.VARIABLE.sub("", block.number)
            if fixed != digits_only(fixed):
                yield self._say(name, f"{block.number!r} is no number", "digits, * and #, or variables")

    # -- variables -----------------------------------------------------------------------------------------------

    def _variables(self) -> tuple[str, ...]:
        """All that any block sets; `PREFIX.` stands for every column of a look-up."""
        found = list(compiled.SET_BY_START)
        for block in self.flow.blocks.values():
            match block:
                case compiled.Collect():
                    found.append(block.into)
                case compiled.Set():
                    found += block.values
                case compiled.Record():
                    found += compiled.SET_BY_RECORD
                case compiled.LookUpBlock():
                    found.append(f"{block.into}.")
        return tuple(dict.fromkeys(found))

    def _uses(self, name: str, block: compiled.AnyBlock) -> Iterator[Problem]:
        texts: list[str] = []
        match block:
            case compiled.Branch():
                texts = [f"${{{block.on}}}"]
            case compiled.Set():
                texts = list(block.values.values())
            case compiled.LookUpBlock():
                texts = list(block.parameters.values())
            case compiled.Transfer():
                texts = [block.number]
            case compiled.Record():
                texts = [block.name]
        for used in (match[1] for text in texts for match in compiled.VARIABLE.finditer(text)):
            if used not in self.set and f"{used.partition('.')[0]}." not in self.set:
                yield self._say(name, f"nothing sets the variable {used!r}",
                                one_of([one for one in self.set if not one.endswith(".")]))  # fmt: skip

    # -- the way through -----------------------------------------------------------------------------------------

    def _unreached(self) -> Iterator[Problem]:
        reached, edge = {self.flow.start}, [self.flow.start]
        while edge:
            for other in compiled.followers(self.flow.blocks[edge.pop()]):
                if other not in reached:
                    reached.add(other)
                    edge.append(other)
        for name in self.flow.blocks:
            if name not in reached:
                yield self._say(name, "nobody comes here", "a block that leads to it, or none")

    def _circles(self) -> Iterator[Problem]:
        """Each circle of blocks that do not wait, once: told at its first block in the file."""
        order = {name: at for at, name in enumerate(self.flow.blocks)}
        for name in self.flow.blocks:
            way = self._back_to(name)
            if way and min(way, key=order.__getitem__) == name:
                yield self._say(name, f"goes round without waiting: {' -> '.join([*way, name])}", "a block that waits")

    def _back_to(self, name: str) -> list[str]:
        """The blocks from this one back to it by ones that do not wait; empty: no such way."""
        ways: list[list[str]] = [[name]]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            block = self.flow.blocks[way[-1]]
            if not isinstance(block, WAIT_NOT):
                continue
            for other in compiled.followers(block):
                if other == name:
                    return way
                if other not in seen:
                    seen.add(other)
                    ways.append([*way, other])
        return []
