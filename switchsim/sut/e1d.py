"""The server of `--e1d PATH`: programs built on Osmocom's libraries open timeslots of the emulated lines.

Control requests are answered while simulated time stands still: they are read by the kernel's thread, between two
slices. When the run is not paced it waits for the block of every raw timeslot, so the program and the machine go in
step. The desk, which knows the protocol, is given; everything that can change the machine is an arrival.
"""

from __future__ import annotations

import errno
import socket
import time
from typing import Final, Protocol

from switchsim.kernel.inputs import InputKind
from switchsim.model.e1d import CONTROL, Item, unpack_item, unpack_sent, write_opened
from switchsim.model.outside import pack_in
from switchsim.sut.e1d_clients import Clients
from switchsim.sut.e1d_sessions import RAW, Session
from switchsim.sut.side import Arrival, E1dCounts
from switchsim.sut.sockets import poll_for, readable

NAME: Final = "e1d"
FIRST_BLOCK_S: Final = 1.0
"""Wall seconds that a program has for its first block; one that only listens costs no more than that."""
CLOSED, TAKEN_OVER = "closed", "taken over"


class Opening(Protocol):
    """A timeslot that the desk has opened."""

    @property
    def line(self) -> int: ...
    @property
    def timeslot(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def read_bufsize(self) -> int: ...


class Reply(Protocol):
    """What the desk answers; `why` of a refusal ends the connection."""

    @property
    def packet(self) -> bytes: ...
    @property
    def opening(self) -> Opening | None: ...
    @property
    def sabits(self) -> tuple[int, int] | None: ...


class Refusal(Protocol):
    """A message that was none."""

    @property
    def why(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Desk(Protocol):
    """Who knows the protocol (switchsim/proto/e1d)."""

    def answer(self, packet: bytes) -> tuple[Reply | None, Refusal | None]:
        """One of the two."""

    def closed(self, line: int, timeslot: int) -> None: ...
    def failed(self, line: int, timeslot: int, number: int) -> bytes: ...


class E1dServer:
    """A `Side` whose raw timeslots go in step with the machine."""

    name = NAME
    immediate = False
    cautions: tuple[str, ...] = ()
    look_ms = 1000

    def __init__(self, path: str, desk: Desk) -> None:
        """Listen; raises BadInput when the path can not be had."""
        self.counts = E1dCounts()
        self.desk = desk
        self.in_step = False
        """True: the machine waits for raw timeslots; set before the run when it is not paced."""
        self.patience_s = 10.0
        """Wall seconds that a program is waited for; after that it is not waited for until it goes on."""
        self.control = Clients(path, self.counts)
        self.sessions: dict[tuple[int, int], Session] = {}
        """(line, timeslot) -> who has it; one that ended stays until its last block was on the line."""
        self._arrivals: list[Arrival] = []
        self._next_number = 1

    @property
    def address(self) -> str:
        return f"unix:{self.control.path}"

    @property
    def waiting(self) -> bool:
        return bool(self._arrivals)

    @property
    def clients(self) -> int:
        """Timeslots that are open: simulated time begins with the first."""
        return len(self.sessions)

    @property
    def unsent(self) -> bool:
        return any(session.unsent for session in self.sessions.values())

    def descriptors(self) -> list[int]:
        readable = [one.socket.fileno() for one in self.sessions.values() if one.readable]
        return [*self.control.descriptors(), *readable]

    def service(self) -> None:
        """Read timeslots, then clients, without waiting."""
        ready = readable(self.descriptors())
        for (line, timeslot), session in self.sessions.items():
            if session.socket.fileno() in ready:
                self._arrivals += session.read()
                if session.ended:
                    self.desk.closed(line, timeslot)
        for number, client in list(self.control.there.items()):
            if client.socket.fileno() in ready:
                for packet in self.control.packets(number):
                    self._packet(number, packet)
        for client in self.control.accept():
            self.control.there[number := self._number()] = client
            self._arrivals.append((InputKind.CONNECTED, pack_in(number, CONTROL.encode())))

    def next_block(self, now: int) -> int | None:
        """The first cycle after `now` at which a block of a raw timeslot is due."""
        return min((at for one in self.sessions.values() if (at := one.next_block(now)) is not None), default=None)

    def block_due(self, now: int) -> bool:
        return self.next_block(now - 1) == now

    def settle(self, now: int) -> None:
        """Everything up to cycle `now`: wait for the blocks that are due when in step, and cut them."""
        if self.in_step:
            self._await_blocks(now)
        for key, session in list(self.sessions.items()):
            session.noticed(now)
            self._arrivals += session.cut(now)
            if session.over:
                self._close(key, CLOSED)

    def take(self) -> list[Arrival]:
        taken, self._arrivals = self._arrivals, []
        return taken

    def take_closed(self) -> list[int]:
        """The machine closes nobody."""
        return []

    def deliver(self, item: bytes) -> None:
        what, number, payload = unpack_item(item)
        if what is Item.EVENT:
            self.control.tell_all(payload)
            return
        session = next((one for one in self.sessions.values() if one.number == number), None)
        if session is None:
            self.counts.unsent += what is Item.DATA  # it was closed meanwhile
        elif what is Item.SENT:
            session.in_flight -= unpack_sent(payload)
        else:
            session.say(payload)

    def flush(self) -> None:
        """Send; in step a program that does not read is waited for."""
        last = time.monotonic() + self.patience_s
        while stuck := self._stuck():
            left = last - time.monotonic()
            if left <= 0 or not self.in_step:
                self._give_up(stuck)
                return
            poll_for(self.descriptors(), left, to_write=stuck[0].socket.fileno())
            self.service()

    def close(self) -> None:
        for session in self.sessions.values():
            session.close()
        self.control.close()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _stuck(self) -> list[Session]:
        """Sessions that do not take what is to go to them, and are waited for."""
        for session in self.sessions.values():
            session.send()
            if session.deaf:
                session.trim()
        return [one for one in self.sessions.values() if one.unsent and not one.deaf]

    def _give_up(self, stuck: list[Session]) -> None:
        for session in stuck:
            session.deaf = self.in_step
            session.trim()

    def _await_blocks(self, now: int) -> None:
        began = time.monotonic()
        while missing := [one for one in self.sessions.values() if one.missing(now)]:
            patience_s = max(self.patience_s if one.spoke else min(FIRST_BLOCK_S, self.patience_s) for one in missing)
            left = began + patience_s - time.monotonic()
            if left <= 0:
                for session in missing:
                    session.awaited = False
                return
            poll_for(self.descriptors(), left)
            self.service()

    def _number(self) -> int:
        self._next_number += 1
        return self._next_number - 1

    def _packet(self, number: int, packet: bytes | None) -> None:
        if packet is None:
            self._drop(number, CLOSED)
            return
        reply, refusal = self.desk.answer(packet)
        if refusal is not None:
            name = f"wrong_{refusal.why}"
            setattr(self.counts, name, getattr(self.counts, name) + 1)
            self._drop(number, f"wrong {refusal.why}: {refusal.detail}")
        elif reply is not None:
            self._answer(number, reply)

    def _answer(self, number: int, reply: Reply) -> None:
        if reply.opening is not None:
            taken = self._open(number, reply.opening, reply.packet)
        else:
            taken = self.control.answer(number, reply.packet)
        if reply.sabits is not None:
            self._arrivals.append((InputKind.DATA, pack_in(number, bytes(reply.sabits))))
        if not taken:
            self.counts.slow += 1
            self._drop(number, "slow")

    def _open(self, number: int, opening: Opening, packet: bytes) -> bool:
        """Open a timeslot: both ends of a pair, theirs to the client with the response; false when it is not taken."""
        kind = socket.SOCK_STREAM if opening.mode == RAW else socket.SOCK_SEQPACKET
        key = (opening.line, opening.timeslot)
        for other in [one for one in self.sessions if one == key or self.sessions[one].ended]:
            self._close(other, TAKEN_OVER if other == key and not self.sessions[other].ended else CLOSED)
        try:
            ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
        except OSError as error:
            return self.control.answer(number, self.desk.failed(*key, error.errno or errno.EIO))
        with theirs:
            if not self.control.answer(number, packet, [theirs.fileno()]):
                ours.close()
                self.desk.closed(*key)
                return False
        session = Session(self._number(), opening.name, opening.mode, opening.read_bufsize, ours, self.counts)
        self.sessions[key] = session
        self.counts.opened += 1
        text = write_opened(opening.name, opening.mode, opening.read_bufsize)
        self._arrivals.append((InputKind.CONNECTED, pack_in(session.number, text)))
        return True

    def _close(self, key: tuple[int, int], why: str) -> None:
        session = self.sessions.pop(key)
        session.close()
        self._arrivals.append((InputKind.CLOSED, pack_in(session.number, why.encode())))

    def _drop(self, number: int, why: str) -> None:
        """A client goes; its timeslots stay open, as with osmo-e1d."""
        self.control.drop(number)
        self._arrivals.append((InputKind.CLOSED, pack_in(number, why.encode())))
