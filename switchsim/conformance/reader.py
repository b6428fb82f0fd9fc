"""Reads sheets and preambles strictly: every mistake with file and line, as BadInput."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec
from pydantic import Field, model_validator

from switchsim.assembly import yamlfile
from switchsim.assembly.yamltypes import Strict, wrong
from switchsim.conformance.language import Kind, SheetError, Step, Vocabulary, parse
from switchsim.conformance.player import Player
from switchsim.errors import BadInput, Problem

PREAMBLES: Final = "preambles.yaml"
"""The file beside the sheets of a standard that says how each `given` is reached."""

Steps: TypeAlias = tuple[Step, ...]


class Only(Strict):
    """A sheet that one bench alone can play."""

    bench: str
    because: str = Field(min_length=1)


class SheetModel(Strict):
    """The keys of a sheet but `config`, which is its standard's."""

    format: Literal[1]
    standard: str
    number: str = Field(pattern=r"^\d{1,3}(\.\d{1,3})*[a-z]?$")
    title: str = Field(min_length=1)
    purpose: str = ""
    given: str = ""
    config: dict[str, Any] = Field(default_factory=dict)
    only: Only | None = None
    not_applicable: str = ""
    expect: str = ""

    @model_validator(mode="after")
    def _plays_or_says_why_not(self) -> SheetModel:
        if bool(self.not_applicable) == bool(self.expect.strip()):
            raise wrong("a sheet with neither or both of 'expect' and 'not_applicable'", "one of them")
        if self.expect and not self.given:
            raise wrong("'given' is missing", "the name of a preamble")
        return self


class PreambleModel(Strict):
    """The file of preambles."""

    format: Literal[1]
    standard: str
    preambles: dict[str, str]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet that was read and checked."""

    file: str
    standard: str
    number: str
    title: str
    given: str
    config: Any
    steps: Steps
    only: str = ""
    only_because: str = ""
    not_applicable: str = ""


def read_sheet(path: Path, player: Player, preambles: Mapping[str, Steps]) -> Sheet:
    """The sheet of a file; raises BadInput with every problem."""
    document = yamlfile.read(path)
    model = document.validate(_with_config(player))
    lines = document.lines
    problems = _standard(lines, model.standard, player)
    if model.given and model.given not in preambles:
        near = difflib.get_close_matches(model.given, sorted(preambles), n=1)
        problems.append(lines.problem(("given",), f"no preamble {model.given!r}", "one of " + ", ".join(preambles),
                                      f"did you mean {near[0]!r}?" if near else ""))
    if model.only and model.only.bench not in player.benches:
        problems.append(lines.problem(("only", "bench"), "no such bench", "one of " + ", ".join(player.benches)))
    steps = _steps(model.expect, lines, ("expect",), player.vocabulary, problems)
    if problems:
        raise BadInput(problems)
    return Sheet(file=str(path), standard=model.standard, number=model.number, title=model.title, given=model.given,
                 config=model.config, steps=steps, only=model.only.bench if model.only else "",
                 only_because=model.only.because if model.only else "", not_applicable=model.not_applicable)


def read_preambles(path: Path, player: Player) -> dict[str, Steps]:
    """Name -> steps; raises BadInput with every problem."""
    model, lines = yamlfile.load(path, PreambleModel)
    problems = _standard(lines, model.standard, player)
    found = {name: _steps(text, lines, ("preambles", name), player.vocabulary, problems)
             for name, text in model.preambles.items()}
    if problems:
        raise BadInput(problems)
    return found


def sheet_files(folder: Path) -> list[Path]:
    """The sheets of a folder, in order of their numbers."""
    return sorted((path for path in folder.glob("*.yaml") if path.name != PREAMBLES), key=in_order)


def read_folder(folder: Path, player: Player) -> tuple[list[Sheet], dict[str, Steps]]:
    """All sheets of a folder and its preambles; raises BadInput with the problems of all files."""
    preambles = read_preambles(folder / PREAMBLES, player)
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for path in sheet_files(folder):
        try:
            sheets.append(read_sheet(path, player, preambles))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return sheets, preambles


def in_order(path: Path) -> tuple[tuple[int, ...], str]:
    """Sorts files by the numbers of their sheets."""
    stem = path.stem
    digits = stem.rstrip("abcdefghijklmnopqrstuvwxyz")
    numbers = digits.split(".")
    return (tuple(int(part) for part in numbers) if all(part.isdecimal() for part in numbers) else (999,), stem)


def _with_config(player: Player) -> type[SheetModel]:
    model = player.config_model

    class WithConfig(SheetModel):
        config: model = Field(default_factory=model)  # type: ignore[valid-type]

    return WithConfig


def _standard(lines: yamlfile.Lines, standard: str, player: Player) -> list[Problem]:
    if standard == player.standard:
        return []
    return [lines.problem(("standard",), f"the standard {standard!r}", player.standard)]


def _steps(text: str, lines: yamlfile.Lines, where: tuple[str, ...], vocabulary: Vocabulary,
           problems: list[Problem]) -> Steps:
    """The steps of a block of text, which begins in the line after its key."""
    steps = []
    for number, one in enumerate(text.splitlines(), lines.at(where) + 1):
        try:
            step = parse(one, number, vocabulary)
        except SheetError as error:
            problems.append(Problem(lines.file, number, error.what, error.expected))
            continue
        if step is not None:
            steps.append(step)
    problems += _dangling(lines.file, steps)
    return tuple(steps)


def _dangling(file: str, steps: Sequence[Step]) -> list[Problem]:
    """A window needs a step before it and a `>` or `?` after it."""
    after = [*steps[1:], None]
    return [Problem(file, step.line, "a window that says nothing", "a '>' or '?' in the next line")
            for step, following in zip(steps, after, strict=False)
            if step.kind is Kind.WINDOW and (following is None or following.kind not in (Kind.UNIT, Kind.INDICATION))]
