"""From names on a command line to runs that can begin: files found, read, validated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from switchsim.assembly.yamlfile import Document, parse, read
from switchsim.errors import BadInput
from switchsim.scenario.options import NOTHING_ASKED, OutsideAsked, OutsideOptions, put_together
from switchsim.scenario.places import find_machine
from switchsim.scenario.schema import FORMAT, MOST_SEED, Scenario

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Prepared:
    """A scenario that can be run."""

    name: str
    """Of the run folder: the scenario file's name without its ending."""
    scenario: Scenario
    document: Document
    """Its text, for the copy in the run folder, and its lines, for messages."""
    machine_path: Path
    seed: int
    outside: OutsideOptions
    folder: Path
    """Where the scenario lies: programs are started there."""


def prepare(
    path: Path, *, seed: int | None = None, search: Sequence[str] = (), asked: OutsideAsked = NOTHING_ASKED
) -> Prepared:
    """Read and validate a scenario and find its machine; raises BadInput with every problem of the file."""
    document = read(path)
    scenario = document.validate(Scenario)
    machine_path = find_machine(scenario.machine, beside=path.parent, path=search, lines=document.lines)
    return Prepared(run_name(path.stem), scenario, document, machine_path, _seed(seed, scenario.seed),
                    put_together(asked, scenario.sut), path.parent)


def prepare_bare(
    machine: str, *, seconds: int | None, seed: int | None, search: Sequence[str] = (), asked: OutsideAsked
) -> Prepared:
    """`serve` without a scenario: an empty one around the machine. Without `seconds` it lasts until it is ended."""
    machine_path = find_machine(machine, beside=None, path=search)
    length = seconds if seconds is not None else LONGEST_SERVE_SECONDS
    document = parse(f"format: {FORMAT}\nmachine: {_quoted(str(machine_path))}\nseconds: {length}\n".encode(),
                     f"{machine_path.stem}.yaml")
    scenario = document.validate(Scenario)
    return Prepared(run_name(machine_path.stem), scenario, document, machine_path, _seed(seed, scenario.seed),
                    put_together(asked, None, paced=True), Path())


LONGEST_SERVE_SECONDS: Final = 10_000_000
"""115 days: `serve` without --seconds ends when it is told to."""


def run_name(stem: str) -> str:
    """A name that is good for a folder."""
    return _UNFIT.sub("_", stem).strip(".")[:80] or "run"


def _seed(asked: int | None, own: int) -> int:
    if asked is not None and not 0 <= asked <= MOST_SEED:
        raise BadInput.one("--seed", str(asked), f"0..{MOST_SEED}")
    return own if asked is None else asked


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
