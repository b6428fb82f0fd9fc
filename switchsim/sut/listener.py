"""The listener of an interface over TCP (`--ami`, `--csta`): many clients, numbered from 1 as they come."""

from __future__ import annotations

import errno
import os
import select
import socket
from collections.abc import Callable
from typing import Final

from switchsim.errors import BadInput
from switchsim.kernel.inputs import InputKind
from switchsim.sut.addresses import Address, shown
from switchsim.sut.connection import Connection
from switchsim.sut.secrets import Mask, Users
from switchsim.sut.tcp import TcpSide

MOST_CONNECTIONS: Final = 400
"""Of one listener; further ones are closed at once."""
MOST_SILENT: Final = 100
"""Clients that have not said anything yet; one more, and the oldest of them is cut off."""
_BACKLOG: Final = 512
_NO_DESCRIPTOR: Final = (errno.EMFILE, errno.ENFILE)


class TcpListener(TcpSide):
    """Listens on one address. Raises BadInput when it can not be had."""

    def __init__(self, name: str, address: Address, new_mask: Callable[[], Mask], users: Users | None) -> None:
        super().__init__(name, new_mask, users)
        self._socket = _listening(f"--{name}", address)
        self._spare = os.open(os.devnull, os.O_RDONLY)
        """Given up for a moment to close a client for whom there is no descriptor."""
        self._silent: dict[int, Connection] = {}
        self._next_number = 1
        self._epoll.register(self._socket, select.EPOLLIN)

    @property
    def address(self) -> str:
        host, port = self._socket.getsockname()[:2]
        return shown(host, port)

    def close(self) -> None:
        self._socket.close()
        os.close(self._spare)
        super().close()

    def _other(self, descriptor: int) -> None:
        for _ in range(_BACKLOG):
            if (peer := self._accept()) is None:
                break
            if len(self.connections) >= MOST_CONNECTIONS:
                peer.close()
                self.counts.refused += 1
                continue
            connection = self._add(self._next_number, peer)
            self._next_number += 1
            self._silent[connection.number] = connection
            self._tell(connection, InputKind.CONNECTED)
            self._watch(connection)
            self._make_room()

    def _heard(self, connection: Connection) -> None:
        self._silent.pop(connection.number, None)

    def _drop(self, connection: Connection, *, reset: bool = False) -> None:
        self._silent.pop(connection.number, None)
        super()._drop(connection, reset=reset)

    def _make_room(self) -> None:
        """Whoever has said something by now that was not read yet is no silent one."""
        while len(self._silent) > MOST_SILENT:
            oldest = next(iter(self._silent.values()))
            self._read(oldest)
            if oldest.number in self._silent:
                self.counts.silent += 1
                self._end(oldest, "limit")

    def _accept(self) -> socket.socket | None:
        while True:
            try:
                return self._socket.accept()[0]
            except ConnectionAbortedError:
                continue
            except BlockingIOError:
                return None
            except OSError as error:
                if error.errno not in _NO_DESCRIPTOR or not self._refuse_one():
                    return None

    def _refuse_one(self) -> bool:
        """No descriptor is left: the client is told so by a close, instead of waiting for ever."""
        os.close(self._spare)
        try:
            self._socket.accept()[0].close()
            self.counts.refused += 1
        except OSError:
            return False
        finally:
            self._spare = os.open(os.devnull, os.O_RDONLY)
        return True


def _listening(option: str, address: Address) -> socket.socket:
    try:
        family, _, _, _, resolved = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _refused(option, address, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(resolved)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _refused(option, address, error) from error
    return listener


def _refused(option: str, address: Address, error: OSError | UnicodeError) -> BadInput:
    why = (error.strerror if isinstance(error, OSError) else None) or "no such host"
    advice = "end the program that listens there, or take another port; 0 takes one that is free"
    return BadInput.one(option, f"{shown(address.host, address.port)} can not be listened on: {why}",
                        "an address of this host with a free port", advice)
