"""The outside of a run as the command line and the scenario ask for it, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from switchsim.assembly.yamlfile import read
from switchsim.errors import BadInput, Problem
from switchsim.model.outside import NO_LISTENERS, Listeners
from switchsim.scenario.schema import SutSpec
from switchsim.sut.addresses import parse_agi, parse_listen, users_of
from switchsim.sut.interfaces import AMI, CSTA, NO_INTERFACES, InterfaceOptions, check_interfaces
from switchsim.sut.options import (
    AttachOption,
    ClockOption,
    Pace,
    check_options,
    default_pace,
    parse_attach,
    parse_clock,
    parse_e1d,
    parse_pace,
)
from switchsim.units import CYCLES_PER_MS

WAIT_MS: Final = 60_000
PEER_TIMEOUT_MS: Final = 10_000
_MEANT: Final = {
    "ami": "HOST:PORT, as in 127.0.0.1:5038", "csta": "HOST:PORT, as in 127.0.0.1:1040",
    "users": "a file with lines `name: secret`",
    "e1d": "PATH, as in /tmp/osmo-e1d.ctl", "pace": "fast, real or a factor",
    "database": "the URL of a database, as in sqlite:///leads.db",
}  # fmt: skip


@dataclass(frozen=True)
class OutsideAsked:
    """The options of the command line as they were given."""

    attach: Sequence[str] = ()
    clock: Sequence[str] = ()
    pace: str | None = None
    wait_ms: int | None = None
    peer_timeout_ms: int | None = None
    ami: str | None = None
    csta: str | None = None
    agi: Sequence[str] = ()
    users: str | None = None
    no_auth: bool = False
    e1d: str | None = None
    database: str | None = field(default=None, repr=False)  # may hold a password


NOTHING_ASKED: Final = OutsideAsked()


@dataclass(frozen=True)
class OutsideOptions:
    """What a run does with the outside; times are wall milliseconds."""

    attaches: tuple[AttachOption, ...] = ()
    clocks: tuple[ClockOption, ...] = ()
    pace: Pace | None = None
    """None: as fast as can be, nobody is outside."""
    wait_ms: int = WAIT_MS
    peer_timeout_ms: int = PEER_TIMEOUT_MS
    command: tuple[str, ...] = ()
    interfaces: InterfaceOptions = NO_INTERFACES
    listeners: Listeners = NO_LISTENERS
    """What the machine knows of the interfaces; all that a replay needs of them."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of attachments and clocks as in inputs.bin."""
        return (*(one.name for one in self.attaches), *(one.name for one in self.clocks))


def put_together(
    asked: OutsideAsked, sut: SutSpec | None, *, paced: bool = False, folder: Path | None = None
) -> OutsideOptions:
    """The command line's options over the scenario's `sut`; raises BadInput.

    paced: without any word of it the pace is real (`serve`), else fast; a clock or a block mode makes it fast, clients
    over TCP or of --e1d without a clock make it real. folder: where the scenario lies, and the users that it names.
    """
    spec = sut or SutSpec()
    _check_empty(asked, spec)
    attaches = tuple(map(parse_attach, (*spec.attach, *asked.attach)))
    clocks = tuple(parse_clock(text, index) for index, text in enumerate((*spec.clock, *asked.clock)))
    interfaces = _interfaces(asked, spec, folder or Path())
    check_options(attaches, clocks, interfaces.e1d)
    pace_text = asked.pace or spec.pace
    timed = interfaces.tcp or interfaces.e1d is not None
    pace: Pace | None = None
    if pace_text is not None:
        pace = parse_pace(pace_text)
    elif attaches or clocks or paced or timed:
        pace = default_pace(attaches, clocks, tcp=timed)
    if pace is not None and pace.fast and not attaches and not clocks and not timed:
        pace = None
    wait_ms = spec.ready_within // CYCLES_PER_MS if spec.ready_within is not None else spec.wait
    return OutsideOptions(
        attaches, clocks, pace,
        wait_ms=wait_ms if asked.wait_ms is None else asked.wait_ms,
        peer_timeout_ms=spec.peer_timeout if asked.peer_timeout_ms is None else asked.peer_timeout_ms,
        command=spec.command, interfaces=interfaces, listeners=interfaces.listeners)


def _check_empty(asked: OutsideAsked, spec: SutSpec) -> None:
    """An option with nothing in it is no option left out; raises BadInput."""
    problems = [Problem(f"{before}{name}", 0, "nothing is named", expected, "leave it out, or say what is meant")
                for one, before in ((asked, "--"), (spec, "sut: ")) for name, expected in _MEANT.items()
                if getattr(one, name) == ""]
    if problems:
        raise BadInput(problems)


def _interfaces(asked: OutsideAsked, spec: SutSpec, folder: Path) -> InterfaceOptions:
    """A word of the command line replaces the scenario's; targets of FastAGI come together."""
    ami, csta, e1d = asked.ami or spec.ami, asked.csta or spec.csta, asked.e1d or spec.e1d
    users = Path(asked.users) if asked.users else folder / spec.users if spec.users else None
    options = InterfaceOptions(
        ami=parse_listen(ami, f"--{AMI}") if ami else None,
        csta=parse_listen(csta, f"--{CSTA}") if csta else None,
        agi=tuple(map(parse_agi, (*spec.agi, *asked.agi))), e1d=parse_e1d(e1d) if e1d else None,
        users=users_of(read(users).data, str(users)) if users is not None else None,
        no_auth=asked.no_auth or spec.insecure_no_auth, database=asked.database or spec.database,
        expects=spec.expects)
    check_interfaces(options)
    return options
