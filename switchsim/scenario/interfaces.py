"""Which interfaces to outside programs a machine really has, and the database that its file names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from switchsim.assembly.machine import MachineFile
from switchsim.assembly.services import IvrStep
from switchsim.assembly.signalling import VpSpec
from switchsim.errors import BadInput, Problem
from switchsim.model.outside import AgiTarget, Listeners
from switchsim.sut.interfaces import AGI, DATABASE, NAMES
from switchsim.sut.options import DatabaseOption
from switchsim.units import CYCLES_PER_MS

INTERFACES: Final = {
    "ami": "callcentre/ami", "csta": "callcentre/csta", "agi": "callcentre/agi", "e1d": "farend/e1d",
    "database": "callcentre/aplogic",
}  # fmt: skip
"""Source -> place of its part, in the order of the sources. Of a plant `NAME/database` is the machine NAME's."""
IN_MEMORY: Final = "sqlite://"


class HasParts(Protocol):
    """What is asked of a machine."""

    @property
    def kernel(self) -> Any: ...
    @property
    def spec(self) -> Any: ...


def place_of(source: str) -> str | None:
    """Where the part of an interface is; None for attachments, clocks and the run itself."""
    machine, slash, name = source.rpartition("/")
    return f"{machine}{slash}{INTERFACES[name]}" if name in INTERFACES else None


def is_database(source: str) -> bool:
    return source.rpartition("/")[2] == DATABASE


def interfaces_of(machine: HasParts, listeners: Listeners) -> tuple[str, ...]:
    """Names of the sources of interfaces, in their order; raises BadInput when an option finds no part."""
    wanted = {"ami": listeners.ami, "csta": listeners.csta, "agi": bool(listeners.agi), "e1d": listeners.e1d,
              "database": listeners.database}
    there = [name for name in NAMES if INTERFACES[name] in machine.kernel.parts]
    missing = [name for name in NAMES if wanted[name] and name not in there]
    if missing and machine.spec.platform is None:
        expected, advice = "a machine with a MEM board and `platform:`", "add them to its file, or take another machine"
        raise BadInput([Problem(f"--{name}", 0, "this machine has no call-centre platform", expected, advice)
                        for name in missing])
    if missing:
        expected, advice = "a machine with `platform: database: statements:`", "name what may be asked"
        raise BadInput([Problem(f"--{name}", 0, "nothing in this machine uses it", expected if name == DATABASE else "",
                                advice if name == DATABASE else "take another machine") for name in missing])
    if machine.spec.platform is not None:
        _check_servers(machine.spec, listeners.agi)
    return (*there, *(source for source in _members(machine) if place_of(source) in machine.kernel.parts))


def _check_servers(spec: MachineFile, targets: Sequence[AgiTarget]) -> None:
    """Servers of FastAGI that no call could ever reach are refused; raises BadInput."""
    if not targets:
        return
    if not any(isinstance(line.signalling, VpSpec) for line in spec.lines):
        raise BadInput.one(
            "--agi", "this machine has no line to a voice processor, so no call could hear the server",
            "a machine with a line of `signalling: {kind: vp, vp: 0}`", "add one, or take another machine: call_centre")
    asking = {step.ivr for steps in spec.services.values() for step in steps if isinstance(step, IvrStep)}
    unasked = [target.url for target in targets if not target.number and AGI not in asking]
    if unasked:
        raise BadInput.one("--agi", f"no service of this machine asks for {unasked[0]!r}",
                           "NUMBER=agi://..., or a service with a step `ivr: agi`",
                           f"name the number that is called: --agi NUMBER={unasked[0]}")


def _members(machine: HasParts) -> dict[str, Any]:
    """Of a plant: the source of each machine's database -> the machine."""
    return {f"{name}/{DATABASE}": one for name, one in getattr(machine, "machines", {}).items()}


def databases_of(machine: HasParts, url: str | None, beside: str) -> dict[str, DatabaseOption]:
    """Source -> the database that is to be asked: `url` of the option, else the machine file's.

    beside: folder of the machine file, for a SQLite file that it names.
    """
    found = {}
    for source, one in ({DATABASE: machine} | _members(machine)).items():
        platform = one.spec.platform
        if platform is None or platform.database is None or place_of(source) not in machine.kernel.parts:
            continue
        spec = platform.database
        found[source] = DatabaseOption(
            url=url or spec.url or IN_MEMORY, statements=dict(spec.statements), init=() if url else tuple(spec.init),
            beside="." if url else beside, named=url is not None,
            timeout_ms=max(1, spec.timeout // CYCLES_PER_MS))
    return found
