"""From names on a command line to runs that can begin: files found, read, validated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from switchsim.assembly.yamlfile import Document, parse, read
from switchsim.errors import BadInput, Problem
from switchsim.scenario.capture import MOST_OCTETS
from switchsim.scenario.dial import Dial
from switchsim.scenario.options import NOTHING_ASKED, OutsideAsked, OutsideOptions, put_together
from switchsim.scenario.places import find_machine, search_folders
from switchsim.scenario.schema import FORMAT, MOST_SEED, Scenario
from switchsim.scenario.timeline import PlayStep
from switchsim.units import CYCLES_PER_SECOND

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
    until: int
    """The cycle at which the run ends at the latest."""
    dials: tuple[Dial, ...] = ()
    kinds: tuple[Path, ...] = ()
    """Folders with board kinds besides the shipped ones: `kinds` beside the machine, and in the search path."""
    captures: dict[str, bytes] = field(default_factory=dict)
    """Octets of the captures that the timeline plays, by their names in the scenario."""


def prepare(
    path: Path, *, seed: int | None = None, search: Sequence[str] = (), asked: OutsideAsked = NOTHING_ASKED
) -> Prepared:
    """Read and validate a scenario and find its machine; raises BadInput with every problem of the file."""
    document = read(path)
    scenario = document.validate(Scenario)
    machine_path = find_machine(scenario.machine, beside=path.parent, path=search, lines=document.lines)
    return Prepared(run_name(path.stem), scenario, document, machine_path, _seed(seed, scenario.seed),
                    put_together(asked, scenario.sut, folder=path.parent), path.parent, until=scenario.until_cycle,
                    kinds=kinds_of(machine_path, search), captures=_captures(scenario, document, path.parent))


def prepare_served(
    machine: str, *, scenario: Path | None, seconds: int | None, seed: int | None, search: Sequence[str] = (),
    asked: OutsideAsked = NOTHING_ASKED, dials: tuple[Dial, ...] = (),
) -> Prepared:  # fmt: skip
    """`serve`: a scenario, or an empty one, on `machine`; without `seconds` the empty one lasts until it is ended."""
    machine_path = find_machine(machine, beside=None, path=search)
    if scenario is not None:
        document = read(scenario)
    else:
        text = f"format: {FORMAT}\nmachine: {machine_path.stem}\nseconds: {seconds or LONGEST_SERVE_SECONDS}\n"
        document = parse(text.encode(), f"{run_name(machine_path.stem)}.yaml")
    model = document.validate(Scenario)
    until = model.until_cycle if seconds is None else seconds * CYCLES_PER_SECOND
    folder = scenario.parent if scenario else Path()
    return Prepared(run_name(Path(document.lines.file).stem), model, document, machine_path, _seed(seed, model.seed),
                    put_together(asked, model.sut, paced=True, folder=folder), folder, until=until, dials=dials,
                    kinds=kinds_of(machine_path, search), captures=_captures(model, document, folder))


def _captures(scenario: Scenario, document: Document, folder: Path) -> dict[str, bytes]:
    """What the timeline plays; raises BadInput, at the steps' lines, for files that cannot be read."""
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for index, step in enumerate(scenario.timeline):
        if isinstance(step, PlayStep) and step.play.capture not in found:
            try:
                path = folder / step.play.capture
                if path.stat().st_size > MOST_OCTETS:
                    raise OSError(None, f"more than {MOST_OCTETS} octets")
                found[step.play.capture] = path.read_bytes()
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else "a name with an octet 0"
                where = ("timeline", index, "play", "capture")
                problems.append(document.lines.problem(
                    where, f"{step.play.capture}: {why}", "a pcap or pcapng file beside the scenario", ""))
    if problems:
        raise BadInput(problems)
    return found


LONGEST_SERVE_SECONDS: Final = 10_000_000
"""115 days: `serve` without --seconds ends when it is told to."""


def run_name(stem: str) -> str:
    """A name that is good for a folder."""
    return _UNFIT.sub("_", stem).strip(".")[:80] or "run"


def kinds_of(machine_path: Path, search: Sequence[str]) -> tuple[Path, ...]:
    """The `kinds` folders beside a machine and in the search path, as far as they exist."""
    folders = [machine_path.parent / "kinds", *(one / "kinds" for one in search_folders(search))]
    return tuple(one for one in folders if one.is_dir())


def _seed(asked: int | None, own: int) -> int:
    if asked is not None and not 0 <= asked <= MOST_SEED:
        raise BadInput.one("--seed", str(asked), f"0..{MOST_SEED}")
    return own if asked is None else asked
