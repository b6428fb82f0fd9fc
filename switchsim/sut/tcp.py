"""TCP connections of one interface: bounded both ways, never waited for. docs/attaching.md tells the limits."""

from __future__ import annotations

import contextlib
import select
import socket
import time
from collections import deque
from collections.abc import Callable

from switchsim.kernel.inputs import InputKind
from switchsim.model.outside import Out, pack_verified, unpack_out, unpack_verify
from switchsim.sut.connection import (
    BUSY_LOOK_MS,
    IDLE_LOOK_MS,
    INBOX_OCTETS,
    LAST_WORDS_MS,
    LINGER_MS,
    NS_PER_MS,
    OUTBOX_OCTETS,
    OUTBOXES_OCTETS,
    RECORD_OCTETS,
    RESET_ON_CLOSE,
    TAKE_OCTETS,
    WRITE_TIMEOUT_MS,
    Connection,
)
from switchsim.sut.secrets import Mask, Users
from switchsim.sut.side import Arrival, TcpCounts


class TcpSide:
    """The connections of one interface. `service` does everything that sockets need; nothing here waits."""

    immediate = False
    cautions: tuple[str, ...] = ()

    def __init__(self, name: str, new_mask: Callable[[], Mask], users: Users | None) -> None:
        """users: None when any log-in is good."""
        self.name = name
        self.counts = TcpCounts()
        self.connections: dict[int, Connection] = {}
        self._new_mask = new_mask
        self._users = users
        self._epoll = select.epoll()
        self._by_descriptor: dict[int, Connection] = {}
        self._with_news: deque[Connection] = deque()
        self._unsent: dict[int, Connection] = {}
        """To be written to at the next flush."""
        self._timed: dict[int, Connection] = {}
        """Those that have to do something in time."""
        self._outboxes_octets = 0
        self._closed: list[int] = []

    @property
    def address(self) -> str:
        return ""

    @property
    def waiting(self) -> bool:
        return bool(self._with_news)

    @property
    def clients(self) -> int:
        return sum(not (connection.closing or connection.ended) for connection in self.connections.values())

    @property
    def unsent(self) -> bool:
        return bool(self._unsent)

    @property
    def look_ms(self) -> int:
        return BUSY_LOOK_MS if self._timed else IDLE_LOOK_MS

    def descriptors(self) -> list[int]:
        return [self._epoll.fileno()]

    def service(self) -> None:
        for descriptor, events in self._epoll.poll(0):
            connection = self._by_descriptor.get(descriptor)
            if connection is None:
                self._other(descriptor)
                continue
            if events & (select.EPOLLOUT | select.EPOLLERR | select.EPOLLHUP):
                self._writable(connection)
            if events & (select.EPOLLIN | select.EPOLLERR | select.EPOLLHUP):
                self._read(connection)
        self._look_at_time()

    def take(self) -> list[Arrival]:
        """What came: connections in turn, each in its order."""
        taken: list[Arrival] = []
        left = TAKE_OCTETS
        for _ in range(len(self._with_news)):
            if left <= 0:
                break
            connection = self._with_news.popleft()
            news = connection.take()
            left -= sum(len(octets) for _, octets in news)
            taken += news
            if connection.inbox:
                self._with_news.append(connection)
            self._watch(connection)
        return taken

    def take_closed(self) -> list[int]:
        closed, self._closed = self._closed, []
        return closed

    def deliver(self, item: bytes) -> None:
        what, number, payload = unpack_out(item)
        connection = self.connections.get(number)
        if what is Out.CONNECT:
            self._connect(number, payload)
        elif connection is None or connection.closing:
            self.counts.unsent += len(payload) if what is Out.DATA else 0
        elif what is Out.DATA:
            self._append(connection, payload)
        elif what is Out.CLOSE:
            self._close_after_flush(connection)
        elif what is Out.VERIFY:
            asked = unpack_verify(payload)
            good = self._users is None or self._users.good(asked, connection.mask)
            self._tell(connection, InputKind.VERIFIED, pack_verified(asked.request, good))

    def flush(self) -> None:
        connections, self._unsent = self._unsent, {}
        for connection in connections.values():
            self._write(connection)

    def close(self) -> None:
        """The run is over: what can be sent at once is, then everything is closed."""
        self.flush()
        for connection in self.connections.values():
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_WR)
            connection.socket.close()
        self.connections.clear()
        self._by_descriptor.clear()
        self._epoll.close()

    # -- for kinds -------------------------------------------------------------------------------------------------

    def _other(self, descriptor: int) -> None:
        """Something happened on a descriptor that is no connection's."""

    def _connect(self, number: int, payload: bytes) -> None:
        """The part wants a connection; only one that dials has it."""

    def _connected(self, connection: Connection) -> bool:
        """True unless it is still being set up."""
        return True

    def _heard(self, connection: Connection) -> None:
        """It has said something."""

    def _expired(self, connection: Connection, now_ns: int) -> bool:
        """It is timed for a reason of the kind's own, which was seen to."""
        return False

    def _add(self, number: int, peer: socket.socket) -> Connection:
        connection = Connection(number, peer, self._new_mask())
        self.connections[number] = connection
        self._by_descriptor[peer.fileno()] = connection
        self.counts.connections += 1
        return connection

    def _tell(self, connection: Connection, kind: InputKind, payload: bytes = b"") -> None:
        """Something for the machine."""
        if connection.closing or connection.ended:
            return
        if not connection.inbox:
            self._with_news.append(connection)
        connection.put(kind, payload)

    def _end(self, connection: Connection, why: str) -> None:
        """It broke, or we cut it off: the machine is told."""
        self._tell(connection, InputKind.CLOSED, why.encode())
        self._drop(connection, reset=True)

    def _drop(self, connection: Connection, *, reset: bool = False) -> None:
        if reset:
            with contextlib.suppress(OSError):
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        connection.closing = True
        self.counts.unsent += len(connection.out)
        self._outboxes_octets -= len(connection.out)
        connection.out.clear()
        self.connections.pop(connection.number, None)
        self._watch(connection)
        self._by_descriptor.pop(connection.socket.fileno(), None)
        connection.socket.close()
        self._timed.pop(connection.number, None)
        self._unsent.pop(connection.number, None)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _watch(self, connection: Connection) -> None:
        """Register for what it may do now. One that may do nothing is not watched at all: its end would never stop."""
        wanted = 0
        if connection.number in self.connections:
            up = self._connected(connection)
            wanted |= select.EPOLLIN if up and connection.may_read else 0
            wanted |= select.EPOLLOUT if connection.out or not up else 0
        if wanted == connection.watched or connection.socket.fileno() < 0:
            return
        if not wanted:
            self._epoll.unregister(connection.socket)
        elif connection.watched:
            self._epoll.modify(connection.socket, wanted)
        else:
            self._epoll.register(connection.socket, wanted)
        connection.watched = wanted

    def _read(self, connection: Connection) -> None:
        """Read what is there, within the limit; after a close only the end matters."""
        while (connection.number in self.connections and self._connected(connection)
               and connection.may_read):
            try:
                octets = connection.socket.recv(INBOX_OCTETS)
            except BlockingIOError:
                break
            except OSError:
                self._end(connection, "reset")
                return
            if not octets:
                self._end_of_input(connection)
                return
            if connection.closing:
                break  # a flood that nobody hears must not hold us
            self._take_in(connection, octets)
        self._watch(connection)

    def _take_in(self, connection: Connection, octets: bytes) -> None:
        self.counts.octets_in += len(octets)
        self._heard(connection)
        masked = connection.mask.push(octets)
        for at in range(0, len(masked), RECORD_OCTETS):
            self._tell(connection, InputKind.DATA, masked[at : at + RECORD_OCTETS])

    def _end_of_input(self, connection: Connection) -> None:
        """It sends no more; what is still to be sent to it may arrive all the same."""
        self._tell(connection, InputKind.CLOSED, b"closed")
        connection.ended = True
        if connection.closing and not connection.out:
            self._drop(connection)
        else:
            self._start_time(connection)
            self._watch(connection)

    def _append(self, connection: Connection, payload: bytes) -> None:
        full = len(connection.out) + len(payload) > OUTBOX_OCTETS
        if full or self._outboxes_octets + len(payload) > OUTBOXES_OCTETS:
            self._slow(connection)
            return
        connection.out += payload
        self._outboxes_octets += len(payload)
        self._unsent[connection.number] = connection

    def _slow(self, connection: Connection) -> None:
        self.counts.slow += 1
        self._end(connection, "slow")

    def _writable(self, connection: Connection) -> None:
        if connection.number in self.connections:
            self._write(connection)

    def _write(self, connection: Connection) -> None:
        if connection.number not in self.connections or not self._connected(connection):
            return
        try:
            sent = connection.socket.send(connection.out) if connection.out else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._end(connection, "reset")
            return
        del connection.out[:sent]
        self.counts.octets_out += sent
        self._outboxes_octets -= sent
        if connection.out:
            if sent or connection.number not in self._timed:
                self._start_time(connection)
        elif connection.closing:
            self._shut(connection)
        elif not connection.ended:
            self._timed.pop(connection.number, None)
        self._watch(connection)

    def _close_after_flush(self, connection: Connection) -> None:
        connection.inbox.clear()
        connection.inbox_octets = 0
        if not connection.ended:
            self._closed.append(connection.number)
        if connection in self._with_news:
            self._with_news.remove(connection)
        connection.closing = True
        self._unsent[connection.number] = connection

    def _shut(self, connection: Connection) -> None:
        """Everything has gone: say that we are done, and let the client close."""
        if connection.ended:
            self._drop(connection)
            return
        if not connection.shut:
            connection.shut = True
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_WR)
        self._start_time(connection)

    def _start_time(self, connection: Connection) -> None:
        connection.since_ns = time.monotonic_ns()
        self._timed[connection.number] = connection

    def _look_at_time(self) -> None:
        now_ns = time.monotonic_ns()
        for connection in list(self._timed.values()):
            if self._expired(connection, now_ns):
                continue
            limit_ms = WRITE_TIMEOUT_MS if connection.out else LINGER_MS if connection.shut else LAST_WORDS_MS
            if now_ns - connection.since_ns <= limit_ms * NS_PER_MS:
                continue
            if connection.out:
                self._slow(connection)
            else:
                self._drop(connection)
