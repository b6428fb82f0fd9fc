"""One TCP connection as an interface holds it, and the limits of all of them (docs/attaching.md tells them)."""

from __future__ import annotations

import socket
import struct
from collections import deque
from typing import Final

from switchsim.kernel.inputs import InputKind
from switchsim.model.outside import pack_in
from switchsim.sut.secrets import Mask
from switchsim.sut.side import Arrival

INBOX_OCTETS: Final = 65_536
"""With so many waiting for the machine a connection is not read."""
RECORD_OCTETS: Final = 16_384
"""At most so many are taken at a time from one connection, as one record,"""
TAKE_OCTETS: Final = 262_144
"""and from all of an interface together."""
OUTBOX_OCTETS: Final = 8 << 20
"""With more waiting for a client it is cut off; so is it"""
WRITE_TIMEOUT_MS: Final = 100
"""when it has taken nothing of what waits for so long."""
OUTBOXES_OCTETS: Final = 64 << 20
"""The same of an interface's connections together: whoever would exceed it is cut off."""
LAST_WORDS_MS: Final = 200
"""A client that has closed its way to us still gets what the machine says so soon after that."""
LINGER_MS: Final = 1_000
"""A client closes within so long after we did, or is closed."""
IDLE_LOOK_MS: Final = 1_000
BUSY_LOOK_MS: Final = 10
NS_PER_MS: Final = 1_000_000
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Connection:
    """One client or server; `number` is never used again."""

    def __init__(self, number: int, peer: socket.socket, mask: Mask) -> None:
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.number = number
        self.socket = peer
        self.mask = mask
        self.inbox: deque[Arrival] = deque()
        self.inbox_octets = 0
        self.out = bytearray()
        self.watched = 0
        """Events of epoll that it is registered for; 0: it is not."""
        self.since_ns = 0
        """Since when it has taken nothing, or lingers; or began to connect."""
        self.closing = False
        """It is to be closed once everything has gone; nothing more is told of it."""
        self.ended = False
        """The client sends no more, and the machine was told; answers to what it sent before still go to it."""
        self.shut = False
        """We have said so to the client."""

    @property
    def may_read(self) -> bool:
        """After a close only the end matters."""
        return not self.ended and (self.inbox_octets < INBOX_OCTETS or self.closing)

    def put(self, kind: InputKind, payload: bytes) -> None:
        """Something for the machine; octets that follow octets are joined."""
        inbox = self.inbox
        self.inbox_octets += len(payload)
        if inbox and kind is inbox[-1][0] is InputKind.DATA and len(inbox[-1][1]) + len(payload) <= RECORD_OCTETS:
            payload = inbox.pop()[1] + payload
        inbox.append((kind, payload))

    def take(self) -> list[Arrival]:
        """In order: what is no data, then at most one record of data."""
        taken: list[Arrival] = []
        data = bytearray()
        while self.inbox:
            kind, payload = self.inbox[0]
            if data and (kind is not InputKind.DATA or len(data) + len(payload) > RECORD_OCTETS):
                break
            if kind is InputKind.DATA:
                data += payload
            else:
                taken.append((kind, pack_in(self.number, payload)))
            self.inbox.popleft()
            self.inbox_octets -= len(payload)
        return [*taken, (InputKind.DATA, pack_in(self.number, bytes(data)))] if data else taken
