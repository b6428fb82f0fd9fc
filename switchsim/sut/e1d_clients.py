"""Clients of the e1d control socket: packets in and out, descriptors with them. What they mean is for the desk."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator, Sequence
from typing import Final

from switchsim.sut.side import E1dCounts
from switchsim.sut.sockets import Program, bind_path

MOST_CLIENTS: Final = 64
"""At once; further ones are closed."""
_PACKETS_AT_ONCE: Final = 16
_BACKLOG: Final = 32


class Clients:
    """Listens on a path; raises BadInput when it can not be had."""

    def __init__(self, path: str, counts: E1dCounts) -> None:
        self.path = path
        self.counts = counts
        self.socket = bind_path(path, "--e1d")
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.setblocking(False)
        self.socket.listen(_BACKLOG)
        self._inode = os.stat(path).st_ino
        self.there: dict[int, Program] = {}
        """By their numbers."""

    def descriptors(self) -> list[int]:
        return [self.socket.fileno(), *(client.socket.fileno() for client in self.there.values())]

    def accept(self) -> Iterator[Program]:
        """Those that came; whoever takes them adds them to `there`."""
        for _ in range(_BACKLOG):
            try:
                connection = self.socket.accept()[0]
            except OSError:  # none waits, or no descriptor is left
                return
            if len(self.there) >= MOST_CLIENTS:
                connection.close()
                self.counts.refused += 1
                continue
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self.counts.clients += 1
            yield Program(connection)

    def packets(self, number: int) -> Iterator[bytes | None]:
        """What a client sent, a few packets at once; None: it closed."""
        for _ in range(_PACKETS_AT_ONCE):
            client = self.there.get(number)
            if client is None:
                return
            try:
                packet = client.receive()
            except BlockingIOError:
                return
            yield packet
            if packet is None:
                return

    def answer(self, number: int, packet: bytes, descriptors: Sequence[int] = ()) -> bool:
        """Send a response, and descriptors with it; false when the client does not take it."""
        client = self.there[number]
        try:
            socket.send_fds(client.socket, [packet], list(descriptors))
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            return False
        return True

    def tell_all(self, packet: bytes) -> None:
        """An event; who does not take it now never gets it."""
        for client in self.there.values():
            self.counts.unsent += not client.send(packet)

    def drop(self, number: int) -> None:
        self.there.pop(number).close()

    def close(self) -> None:
        for number in list(self.there):
            self.drop(number)
        self.socket.close()
        with contextlib.suppress(OSError):
            if os.stat(self.path).st_ino == self._inode:
                os.unlink(self.path)
