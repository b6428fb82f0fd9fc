"""Dials out over TCP (`--agi`): the part says where to, of the hosts that the options name; the result is an input."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from typing import Any, Final

from switchsim.kernel.inputs import InputKind
from switchsim.model.outside import AgiTarget, pack_in
from switchsim.sut.addresses import shown
from switchsim.sut.connection import Connection
from switchsim.sut.listening import somebody_listens
from switchsim.sut.secrets import NoMask
from switchsim.sut.side import Arrival
from switchsim.sut.tcp import TcpSide

CONNECT_TIMEOUT_MS: Final = 2_000
MOST_CONNECTIONS: Final = 400
_WHY: Final = {errno.ECONNREFUSED: "refused", errno.ETIMEDOUT: "timeout"}
UNREACHABLE: Final = "unreachable"
_UNDER_WAY: Final = (0, errno.EINPROGRESS)
_NS_PER_MS: Final = 1_000_000

Resolved = tuple[int, Any]
"""(address family, address) of a host."""


class Dialler(TcpSide):
    """Connections to servers. The part numbers them; a number that is in use is not dialled again."""

    def __init__(self, name: str, targets: Iterable[AgiTarget], timeout_ms: int = CONNECT_TIMEOUT_MS) -> None:
        """Look up the names of all hosts; one that is unknown now is unreachable in this run."""
        super().__init__(name, NoMask, None)
        self._timeout_ns = timeout_ms * _NS_PER_MS
        targets = tuple(targets)
        self._hosts = {shown(*host): _resolved(*host) for target in targets for host in target.hosts}
        self.cautions = tuple(f"--{name}: nobody knows the host of {host}; it counts as unreachable"
                              for host, address in self._hosts.items() if address is None)
        self._servers = [[self._hosts[shown(*host)] for host in target.hosts] for target in targets]
        self._connecting: dict[int, Connection] = {}
        self._failed: list[Arrival] = []

    @property
    def clients(self) -> int:
        """Targets that have a server; 0 until all have one. Those of other hosts are taken for there."""
        there = [any(one is not None and somebody_listens(one[1]) for one in hosts) for hosts in self._servers]
        return len(there) if all(there) else 0

    @property
    def waiting(self) -> bool:
        return bool(self._failed) or super().waiting

    def take(self) -> list[Arrival]:
        failed, self._failed = self._failed, []
        return [*failed, *super().take()]

    def _connect(self, number: int, payload: bytes) -> None:
        where = self._hosts.get(payload.decode("utf-8", "replace"))
        if number in self.connections or where is None or len(self.connections) >= MOST_CONNECTIONS:
            self._no(number, UNREACHABLE if where is None else "limit")
            return
        try:
            server = socket.socket(where[0], socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError:
            self._no(number, "limit")
            return
        code = server.connect_ex(where[1])
        if code not in _UNDER_WAY:
            server.close()
            self._no(number, _WHY.get(code, UNREACHABLE))
            return
        connection = self._add(number, server)
        self._connecting[number] = connection
        self._start_time(connection)
        self._watch(connection)

    def _connected(self, connection: Connection) -> bool:
        return connection.number not in self._connecting

    def _expired(self, connection: Connection, now_ns: int) -> bool:
        if self._connected(connection):
            return False
        if now_ns - connection.since_ns > self._timeout_ns:
            self._give_up(connection, "timeout")
        return True

    def _writable(self, connection: Connection) -> None:
        if self._connected(connection):
            super()._writable(connection)
            return
        code = connection.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._give_up(connection, _WHY.get(code, UNREACHABLE))
            return
        del self._connecting[connection.number]
        self._timed.pop(connection.number, None)
        self._tell(connection, InputKind.CONNECTED)
        self._write(connection)

    def _drop(self, connection: Connection, *, reset: bool = False) -> None:
        self._connecting.pop(connection.number, None)
        super()._drop(connection, reset=reset)

    def _give_up(self, connection: Connection, why: str) -> None:
        if not connection.closing:
            self._no(connection.number, why)
        self._drop(connection)

    def _no(self, number: int, why: str) -> None:
        if why == UNREACHABLE:
            self.counts.unreachable += 1
        else:
            self.counts.refused += 1
        self._failed.append((InputKind.CONNECT_FAILED, pack_in(number, why.encode())))


def _resolved(host: str, port: int) -> Resolved | None:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        return None
    return int(family), address
