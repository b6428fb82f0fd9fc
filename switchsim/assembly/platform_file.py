"""The section `platform` of machine files, and the shared folder that its processes read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from switchsim.assembly.kinds import Word
from switchsim.assembly.shipped import folder
from switchsim.assembly.yamlfile import Lines
from switchsim.assembly.yamltypes import Duration, Many, Strict
from switchsim.errors import BadInput

FOLDERS: Final = ("ICDCONFIG", "SERVICE", "ISNOTE")
"""What a shared folder holds: configuration, IVR flows, prompts that several voice processors have in common."""
MOST_FILES, MOST_OCTETS = 500, 8_000_000
PlatformDigits = Annotated[str, Field(pattern=r"^[0-9*#]{1,20}$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}$")]


class CcsSpec(Strict):
    """The call-centre servers. single: no standby. old: the `ccs.ini` that the fault `ccs_stale` brings back."""

    single: bool = False
    old: Name | None = None


class IvrSpec(Strict):
    """One IVR process: the flows that it loads, files of the folder SERVICE."""

    flows: Annotated[Many[Name], Field(min_length=1, max_length=100)]
    most_calls: Annotated[int, Field(ge=1, le=1000)] = 60


class VoiceSpec(Strict):
    """What all voice processors have in common. record_limit: of one recording; room: octets for all of them."""

    record_limit: Duration = 480_000
    room: Annotated[int, Field(ge=0, le=1_000_000_000)] = 50_000_000


class DatabaseSpec(Strict):
    """The business database. url: as SQLAlchemy reads it; none: SQLite in memory. init: statements at the start;
    statements: name -> SQL with :parameters. answer_after: simulated time of a look-up; timeout: given up after."""

    url: Annotated[str, Field(max_length=500)] | None = None
    init: Many[str] = ()
    statements: dict[Word, str]
    answer_after: Duration = 160
    timeout: Duration = 16_000


class PlatformSpec(Strict):
    """The call-centre platform behind the MEM board. `route`: number -> queue that CTI-SERVER itself chooses, where
    there is no CCS. shared: a folder beside the machine file, or a shipped one, with ICDCONFIG, SERVICE, ISNOTE."""

    route: dict[PlatformDigits, Word] = Field(default_factory=dict)
    answer_after: Duration = 160
    shared: Name | None = None
    ccs: CcsSpec | None = None
    ivr: Annotated[Many[IvrSpec], Field(max_length=16)] = ()
    voice: VoiceSpec = VoiceSpec()
    database: DatabaseSpec | None = None


def load_shared(spec: PlatformSpec | None, lines: Lines, machine: Path) -> dict[str, bytes]:
    """`ICDCONFIG/ccs.ini` -> octets, of every file of the shared folder; raises BadInput."""
    if spec is None or spec.shared is None:
        return {}
    where = ("platform", "shared")
    found = [one / spec.shared for one in (machine.parent, folder("boards") / "shared") if (one / spec.shared).is_dir()]
    if not found:
        raise BadInput([lines.problem(where, f"no folder {spec.shared!r}", "a folder beside the machine file")])
    files: dict[str, bytes] = {}
    for name in FOLDERS:
        for path in sorted((found[0] / name).glob("*")):
            if path.is_file():
                files[f"{name}/{path.name}"] = _octets(path, lines)
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_OCTETS:
        raise BadInput([lines.problem(where, f"{len(files)} files, {sum(map(len, files.values()))} octets",
                                      f"at most {MOST_FILES} files and {MOST_OCTETS} octets")])  # fmt: skip
    return files


def _octets(path: Path, lines: Lines) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput([lines.problem(("platform", "shared"), f"{path.name}: {error.strerror}", "a readable file")]
                       ) from error  # fmt: skip
