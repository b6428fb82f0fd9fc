"""Where scenarios and machines are found: as named, beside the scenario, on the search path, among the shipped ones."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from switchsim.assembly.shipped import folder
from switchsim.assembly.yamlfile import Lines
from switchsim.errors import BadInput, Problem

SEARCH_VARIABLE: Final = "SWITCHSIM_PATH"
_ENDINGS: Final = (".yaml", ".yml")
_SCENARIO: Final = re.compile(r"^machine\s*:", re.MULTILINE)
_SHEET: Final = re.compile(r"^standard\s*:", re.MULTILINE)
_OTHER: Final = re.compile(r"^(rack|class|tones|standard|machines)\s*:", re.MULTILINE)


def find_machine(name: str, *, beside: Path | None, path: Sequence[str] = (), lines: Lines | None = None) -> Path:
    """The machine file called `name` (a file, or a name without its ending).

    Looks beside the scenario (in the folder `beside`; without one, where the command was given), in the folders of
    `path`, in SWITCHSIM_PATH, then among the shipped ones. Raises BadInput, at the line of the scenario of `lines`.
    """
    folders = [beside] if beside is not None else [Path()]
    folders += search_folders(path)
    folders.append(folder("boards") / "machines")
    for one in folders:
        for candidate in _candidates(one, name):
            if candidate.is_file():
                return candidate
    near = difflib.get_close_matches(Path(name).stem, shipped_machines(), n=1)
    advice = f"did you mean {near[0]!r}?" if near else "shipped ones: " + ", ".join(shipped_machines())
    file, line = (lines.file, lines.at(("machine",))) if lines else (name, 0)
    raise BadInput([Problem(file, line, f"no machine {name!r}", "a machine file, or the name of one", advice)])


def search_folders(path: Sequence[str]) -> list[Path]:
    """The folders of --path, then those of SWITCHSIM_PATH."""
    return [Path(one) for one in (*path, *os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep)) if one]


def find_scenarios(texts: Iterable[str]) -> list[Path]:
    """The scenario files that the arguments name: files, folders (every scenario below), or shipped ones.

    Raises BadInput with every argument that names none.
    """
    found: list[Path] = []
    problems: list[Problem] = []
    for text in texts:
        path = _existing(text)
        if path is None:
            advice = "see `switchsim scenarios`"
            problems.append(Problem(text, 0, "no such file or folder", "a scenario, or a folder of them", advice))
        elif not path.is_dir():
            found.append(path)
        elif below := _scenarios_below(path):
            found += below
        else:
            problems.append(Problem(text, 0, "no scenario in this folder", "files ending in .yaml"))
    if problems:
        raise BadInput(problems)
    return list(dict.fromkeys(found))


def split_sheets(texts: Iterable[str]) -> tuple[list[Path], list[str]]:
    """(sheets of test specifications that the arguments name, arguments that name none).

    A folder stands for its sheets when there is no scenario in it.
    """
    sheets: list[Path] = []
    others: list[str] = []
    for text in texts:
        path = _existing(text)
        found = [] if path is None else [path] if path.is_file() else _below(path)
        found = [one for one in found if is_sheet(one)]
        if path is not None and found and (path.is_file() or not _scenarios_below(path)):
            sheets += [one for one in found if path.is_file() or one.stem[:1].isdecimal()]
        else:
            others.append(text)
    return list(dict.fromkeys(sheets)), others


def shipped_sheets() -> dict[Path, int]:
    """Folders of sheets -> how many there are."""
    counts: dict[Path, int] = {}
    for path in _below(folder("scenarios") / "conformance"):
        if is_sheet(path) and path.stem[:1].isdecimal():
            counts[path.parent] = counts.get(path.parent, 0) + 1
    return counts


def is_sheet(path: Path) -> bool:
    """Whether a file is a sheet of a test specification, or the preambles of some."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    except OSError:
        return False
    return _SHEET.search(text) is not None and _SCENARIO.search(text) is None


def shipped_scenarios() -> list[Path]:
    return _scenarios_below(folder("scenarios"))


def shipped_machines() -> list[str]:
    return [path.stem for path in _below(folder("boards") / "machines")]


def _existing(text: str) -> Path | None:
    path = Path(text)
    try:
        if path.exists():
            return path
    except (OSError, ValueError):  # too long a name, or an octet 0 in it
        return None
    inside = text.removeprefix("scenarios/")
    shipped = folder("scenarios")
    named = [one for one in shipped_scenarios() if one.stem == text]
    candidates = [one for one in _candidates(shipped, inside) if one.exists()] + named
    return candidates[0] if candidates and ".." not in Path(inside).parts else None


def _candidates(where: Path, name: str) -> list[Path]:
    if "\0" in name or len(name) > 500:
        return []
    return [where / name] if name.endswith(_ENDINGS) else [where / name, *(where / (name + end) for end in _ENDINGS)]


def _below(path: Path) -> list[Path]:
    return sorted(one for one in path.rglob("*") if one.suffix in _ENDINGS and one.is_file())


def _scenarios_below(path: Path) -> list[Path]:
    """The scenarios of a folder: not the machines, kinds and tone sets beside them, nor what a run folder keeps."""
    runs = {one.parent for one in path.rglob("run.json")}
    return [one for one in _below(path) if not runs.intersection(one.parents) and not _is_something_else(one)]


def _is_something_else(path: Path) -> bool:
    """True for a file that plainly is a machine, several of them, a board kind, a tone set or a sheet of a standard.

    What can not be told is taken as meant.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return _OTHER.search(text) is not None and _SCENARIO.search(text) is None
