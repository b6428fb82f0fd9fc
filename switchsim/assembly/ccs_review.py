"""The files of ICDCONFIG, read as the CCS pair will read them: what is damaged is told with file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from switchsim.assembly.platform_file import PlatformSpec
from switchsim.assembly.yamlfile import Lines
from switchsim.callcentre.ccs.configuration import CcsFiles, damage
from switchsim.errors import BadInput, Problem, one_of

FOLDER: Final = "ICDCONFIG/"
FILES: Final = {"icd": "icd.ini", "ccs": "ccs.ini", "users": "ccsuser.dat"}
_WHY: Final = re.compile(
    r"[^ :]+(?: line (?P<line>[0-9]+))?"
    r"(?P<where>(?: \[(?P<section>[^\]]*)\])?(?: (?P<key>[^:]*))?): (?P<what>.*)", re.DOTALL
)  # fmt: skip
_NAMED: Final = re.compile(r"(?:no key )?'([^']*)'")


def ccs_pair(platform: PlatformSpec) -> tuple[str, ...]:
    """Names of the CCS; none where there is none."""
    if platform.ccs is None:
        return ()
    return ("ccs/a",) if platform.ccs.single else ("ccs/a", "ccs/b")


def ccs_files(platform: PlatformSpec, shared: Mapping[str, bytes]) -> CcsFiles:
    """Octets of a platform's files; a missing one is empty."""
    old = platform.ccs.old if platform.ccs is not None else None
    octets = {part: shared.get(FOLDER + name, b"") for part, name in FILES.items()}
    return CcsFiles(**octets, old_ccs=shared.get(FOLDER + old, b"") if old else b"")


def review_configuration(platform: PlatformSpec | None, shared: Mapping[str, bytes], lines: Lines) -> None:
    """Raises BadInput when a CCS could not start, or not with its old `ccs.ini`."""
    pair = ccs_pair(platform) if platform is not None else ()
    if platform is None or platform.ccs is None or not pair:
        return
    old = platform.ccs.old or ""
    if old and not shared.get(FOLDER + old):
        here = [name.removeprefix(FOLDER) for name in shared if name.startswith(FOLDER)]
        what = f"no file {old!r} in {FOLDER[:-1]}, or an empty one"
        raise BadInput([lines.problem(("platform", "ccs", "old"), what, one_of(here))])
    files = ccs_files(platform, shared)
    names = {**FILES, "old_ccs": old}
    problems: dict[tuple[str, int], Problem] = {}  # what both CCS say of a line is one
    for name in pair:
        other = next((one for one in pair if one != name), "")
        for part, why in damage(files, name, other).items():
            problem = _problem(FOLDER + names[part], getattr(files, part), why)
            problems.setdefault((problem.file, problem.line), problem)
    if problems:
        raise BadInput(list(problems.values()))


def _problem(path: str, octets: bytes, why: str) -> Problem:
    """why: `FILE line N: what`, or `FILE [section] key: what`, whose line is looked for."""
    found = _WHY.fullmatch(why)
    if found is None:  # a section with an odd title
        return Problem(path, 0, why)
    named = _NAMED.match(found["what"])
    key = found["key"] or (named[1] if named else "")
    line = int(found["line"] or 0) or _line(octets, found["section"] or "", key)
    where = found["where"].strip()
    what, _, expected = found["what"].partition("; expected ")
    return Problem(path, line, f"{where}: {what}" if where else what, expected)


def _line(octets: bytes, section: str, key: str) -> int:
    """Of a key, else of its section; 0 = neither is there."""
    inside, found = False, 0
    for number, raw in enumerate(octets.decode("utf-8-sig", "replace").splitlines(), 1):
        line = raw.strip()
        if line.startswith("["):
            inside = " ".join(line.partition("]")[0][1:].split()) == section
            found = number if inside else found
        elif inside and line.partition("=")[0].strip() == key:
            return number
    return found
