"""AF_UNIX SOCK_SEQPACKET as attachments and clocks use it: one listener, at most one program."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import stat
import struct
from collections.abc import Iterable
from typing import Final

from switchsim.errors import BadInput

MAX_DATAGRAM: Final = 65536
"""A datagram is read up to here; longer ones only count as too long."""
_UCRED: Final = struct.Struct("3i")
_ANCILLARY: Final = socket.CMSG_SPACE(_UCRED.size)


def poll_for(to_read: Iterable[int], timeout_s: float, to_write: int | None = None) -> bool:
    """Wait until one of the descriptors is ready (true), or `timeout_s` wall seconds (at least a millisecond)."""
    wanted = dict.fromkeys(to_read, select.POLLIN)
    if to_write is not None:
        wanted[to_write] = wanted.get(to_write, 0) | select.POLLOUT
    poll = select.poll()
    for descriptor, events in wanted.items():
        poll.register(descriptor, events)
    return bool(poll.poll(max(timeout_s * 1000, 1)))


def readable(descriptors: Iterable[int]) -> frozenset[int]:
    """Which of the descriptors can be read now, their end included; does not wait."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return frozenset(descriptor for descriptor, _ in poll.poll(0))


class Program:
    """One connected program: its socket and, as far as the host tells, its process."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self.socket = connection
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
        self.pid: int = _UCRED.unpack(credentials)[0]
        self._ended = False
        self._process = self._open_process()

    def receive(self) -> bytes | None:
        """The next datagram, which may be empty; None when the program closed. Raises BlockingIOError: none now."""
        while True:
            try:
                octets, ancillary, _, _ = self.socket.recvmsg(MAX_DATAGRAM, _ANCILLARY)
            except ConnectionResetError:
                continue  # reported once when the program left datagrams unread; what it sent can still be read
            # With SO_PASSCRED every datagram carries its sender, so an empty one is told from the end.
            return octets if octets or ancillary else None

    def send(self, octets: bytes) -> bool:
        """Send one datagram; false when there is no room now or the program is gone (its end is read later)."""
        try:
            self.socket.send(octets)
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            return False
        return True

    def hung_up(self) -> bool:
        """True when the program closed, whatever still waits to be read."""
        poll = select.poll()
        poll.register(self.socket, select.POLLRDHUP)
        return bool(poll.poll(0))

    def died(self) -> bool:
        """True when its process is known to have ended."""
        return self.wait_end(0)

    def wait_end(self, timeout_s: float) -> bool:
        """Wait up to `timeout_s` wall seconds for its process to end; true when it is known to have ended."""
        if self._process is None:
            return self._ended
        poll = select.poll()
        poll.register(self._process, select.POLLIN)
        return bool(poll.poll(timeout_s * 1000))

    def close(self) -> None:
        self.socket.close()
        if self._process is not None:
            os.close(self._process)
            self._process = None

    def _open_process(self) -> int | None:
        """A descriptor that becomes readable when the process ends; None where the host can not tell."""
        try:
            return os.pidfd_open(self.pid) if self.pid > 0 else None
        except ProcessLookupError:
            self._ended = True
        except OSError:
            pass
        return None


class Listener:
    """Listens on a path and holds at most one program; raises BadInput when the path can not be had."""

    def __init__(self, path: str, option: str) -> None:
        self.path = path
        self.socket = bind_path(path, option)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.setblocking(False)
        self.socket.listen(8)
        self._inode = os.stat(path).st_ino
        self.program: Program | None = None

    def accept(self) -> tuple[bool, int]:
        """Take what waits: (a program came, how many more were refused). The first one stays, others are closed.

        While the program has gone but was not dropped yet, newcomers wait: the next one takes its place.
        """
        came, refused = False, 0
        if self.program is not None and self.program.hung_up():
            return came, refused
        while (connection := self._next()) is not None:
            if self.program is None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                self.program = Program(connection)
                came = True
            else:
                connection.close()
                refused += 1
        return came, refused

    def drop(self) -> None:
        """Close the program; the listener takes the next one."""
        if self.program is not None:
            self.program.close()
            self.program = None

    def close(self) -> None:
        self.drop()
        self.socket.close()
        with contextlib.suppress(OSError):
            if os.stat(self.path).st_ino == self._inode:
                os.unlink(self.path)

    def _next(self) -> socket.socket | None:
        try:
            return self.socket.accept()[0]
        except (BlockingIOError, ConnectionAbortedError):
            return None


def bind_path(path: str, option: str) -> socket.socket:
    """A SOCK_SEQPACKET socket at `path`; one that nobody answers any more is removed. Raises BadInput."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        if _stale(path, option):
            os.unlink(path)
        listener.bind(path)
    except OSError as error:
        listener.close()
        raise BadInput.one(option, f"the socket {path} can not be made: {error.strerror}",
                           "a path in a writable directory", "name another path") from error
    except BadInput:
        listener.close()
        raise
    return listener


def _stale(path: str, option: str) -> bool:
    """True when `path` is a socket that nobody answers; raises BadInput when it is anything else that is there."""
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return False
    if not stat.S_ISSOCK(mode):
        raise BadInput.one(option, f"{path} is there and is no socket", "a free path", "name another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            return True
        except OSError:
            pass  # a full backlog, another socket type, no permission: somebody owns it
    raise BadInput.one(option, f"the socket {path} is in use", "a free path", "end the program that listens there, "
                       "or name another path")
