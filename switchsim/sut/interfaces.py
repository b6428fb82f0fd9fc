"""The interfaces of a run to CTI and IVR software and to a database, opened in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from switchsim.errors import BadInput, InvalidRun, Problem
from switchsim.model.outside import AgiTarget, Listeners
from switchsim.sut.addresses import Address, check_agi
from switchsim.sut.dialler import Dialler
from switchsim.sut.e1d import Desk, E1dServer
from switchsim.sut.listener import TcpListener
from switchsim.sut.options import DatabaseOption
from switchsim.sut.secrets import AmiMask, CstaMask, Users
from switchsim.sut.side import Side

AMI: Final = "ami"
CSTA: Final = "csta"
AGI: Final = "agi"
E1D: Final = "e1d"
DATABASE: Final = "database"
NAMES: Final = (AMI, CSTA, AGI, E1D, DATABASE)
"""Names of the sources, in the order in which they stand after attachments and clocks."""


class InterfaceOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say; `users` None: no password is asked for."""

    ami: Address | None = None
    csta: Address | None = None
    agi: tuple[AgiTarget, ...] = ()
    users: Users | None = None
    no_auth: bool = False
    e1d: str | None = None
    """Path of the control socket."""
    database: str | None = None
    expects: tuple[str, ...] = ()
    """Interfaces that must have a client (agi: a server that listens) before simulated time begins."""

    @property
    def tcp(self) -> bool:
        return self.ami is not None or self.csta is not None or bool(self.agi)

    @property
    def listeners(self) -> Listeners:
        """What the machine is to know of it."""
        return Listeners(ami=self.ami is not None, csta=self.csta is not None, agi=self.agi, auth=not self.no_auth,
                         e1d=self.e1d is not None, database=self.database is not None)


NO_INTERFACES: Final = InterfaceOptions()


def check_interfaces(options: InterfaceOptions) -> None:
    """Refuse options that do not fit each other; raises BadInput with every problem."""
    check_agi(options.agi)
    problems: list[Problem] = []
    asking = [f"--{name}" for name, one in ((AMI, options.ami), (CSTA, options.csta)) if one is not None]
    if asking and options.users is None and not options.no_auth:
        problems.append(Problem(", ".join(asking), 0, "nobody could log in: there is no password", "--users FILE",
                                "write a YAML file of `name: secret`; or --insecure-no-auth, if any log-in may do"))
    if options.users is not None and options.no_auth:
        problems.append(Problem("--users", 0, "users, and --insecure-no-auth", "one of them", "drop one of the two"))
    if options.users is not None and not asking:
        problems.append(Problem("--users", 0, "nothing asks for a password", "--ami or --csta with it", "drop it"))
    if options.no_auth and not asking:
        problems.append(Problem("--insecure-no-auth", 0, "nothing asks for a password", "--ami or --csta with it",
                                "drop it"))  # fmt: skip
    there = [*asking, *([f"--{AGI}"] if options.agi else [])]
    problems += [Problem("sut: expects", 0, f"{name} is expected, but there is no --{name}", f"--{name} HOST:PORT")
                 for name in options.expects if f"--{name}" not in there]
    if options.ami is not None and options.ami == options.csta and options.ami.port:
        problems.append(Problem("--ami, --csta", 0, "one address for both", "an address each", "name another port"))
    if problems:
        raise BadInput(problems)


def open_interfaces(
    options: InterfaceOptions, databases: Mapping[str, DatabaseOption], desk: Desk | None = None
) -> list[Side]:
    """Every listener exists afterwards; raises BadInput when one can not be made, and closes the others.

    databases: source -> what it asks. desk: who answers the clients of --e1d.
    """
    users = None if options.no_auth else options.users
    sides: list[Side] = []
    try:
        if options.ami is not None:
            sides.append(TcpListener(AMI, options.ami, AmiMask, users))
        if options.csta is not None:
            sides.append(TcpListener(CSTA, options.csta, CstaMask, users))
        if options.agi:
            sides.append(Dialler(AGI, options.agi))
        if options.e1d is not None and desk is not None:
            sides.append(E1dServer(options.e1d, desk))
        if databases:
            from switchsim.sut.database import Database  # SQLAlchemy takes its time to load

            for name, option in databases.items():
                sides.append(made := Database(option, name))
                made.begin()
    except (BadInput, InvalidRun):
        for side in sides:
            side.close()
        raise
    return sides


def expected_and_missing(sides: Sequence[Side], expects: Sequence[str]) -> list[str]:
    """Interfaces that wait for their first client, or for their servers."""
    return [side.name for side in sides if side.name in expects and not side.clients]
