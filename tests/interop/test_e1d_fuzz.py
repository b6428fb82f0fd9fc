"""The socket of `--e1d` under clients that send anything: the server counts, disconnects, keeps nothing, goes on."""

from __future__ import annotations

import os
import random
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from switchsim.kernel.inputs import InputKind
from switchsim.model.e1d import CONTROL, Item, pack_item, read_opened
from switchsim.model.outside import unpack_in
from switchsim.proto.e1d.desk import Desk, DeskLine
from switchsim.sut.e1d import E1dServer
from switchsim.sut.e1d_clients import MOST_CLIENTS

LINES = (DeskLine("e1-0", tuple(range(1, 32))), DeskLine("e1-1", tuple(range(1, 32))))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[E1dServer]:
    one = E1dServer(str(tmp_path / "ctl"), Desk(LINES, most_open=8))
    one.patience_s = 0.05
    yield one
    one.close()
    assert not (tmp_path / "ctl").exists()


def dial(server: E1dServer, stack: ExitStack) -> socket.socket:
    client = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
    client.connect(server.control.path)
    client.setblocking(False)
    return client


def packet(source: random.Random) -> bytes:
    """Mostly a good message, often with something wrong."""
    kind = source.randrange(6)
    config = struct.pack("=BBH", source.choice((16, 17)), source.choice((0, 128)), source.choice((1, 160)))
    body = {3: b"\x20", 4: config, 5: b"\xf1"}.get(kind, b"")
    places = [source.choice((0, 0, 255)), source.choice((0, 1, 255)), source.choice((1, 5, 31, 255, 254))]
    octets = bytearray(struct.pack("=HHBBBB", 0x01E1, 8 + len(body), kind, *places) + body)
    if source.random() < 0.2:
        octets[source.randrange(len(octets))] ^= 1 << source.randrange(8)
    if source.random() < 0.05:
        octets = bytearray(source.randbytes(source.randrange(1, 6000)))
    return bytes(octets)


def read_all(client: socket.socket, opened: list[socket.socket]) -> bool:
    """Read responses; false when the server has closed. Descriptors that came are kept."""
    while True:
        try:
            octets, descriptors, _, _ = socket.recv_fds(client, 4096, 4)
        except BlockingIOError:
            return True
        except ConnectionResetError:
            return False
        opened += [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if not octets:
            return False
        assert struct.unpack_from("=HH", octets) == (0x01E1, len(octets))


class Crowd:
    """Four clients who send anything, and whatever timeslots they get."""

    def __init__(self, server: E1dServer, source: random.Random, stack: ExitStack) -> None:
        self.server = server
        self.source = source
        self.stack = stack
        self.clients = [dial(server, stack) for _ in range(4)]
        self.opened: list[socket.socket] = []

    def act(self) -> None:
        for index, client in enumerate(self.clients):
            with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                client.send(packet(self.source))
            if not read_all(client, self.opened):
                client.close()
                self.clients[index] = dial(self.server, self.stack)
        for one in self.opened:
            one.setblocking(False)
            with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                one.send(self.source.randbytes(self.source.choice((1, 160, 265, 3000))))
        if self.opened and self.source.random() < 0.3:
            self.opened.pop(self.source.randrange(len(self.opened))).close()

    def go(self) -> None:
        for one in (*self.clients, *self.opened):
            one.close()


def pass_time(server: E1dServer, now: int, sessions: dict[int, str]) -> int:
    """To the next cycle at which a run would stop."""
    now = server.next_block(now) or now + 80
    server.service()
    server.settle(now)
    book(server, sessions)
    return now


@pytest.mark.parametrize("seed", range(8))
def test_whatever_clients_send_the_books_balance(server: E1dServer, seed: int) -> None:
    before, now = len(os.listdir("/proc/self/fd")), 0
    server.in_step = seed % 2 == 0
    sessions: dict[int, str] = {}
    with ExitStack() as stack:
        crowd = Crowd(server, random.Random(seed), stack)
        for _ in range(300):
            crowd.act()
            now = pass_time(server, now, sessions)
            for number in sessions:
                server.deliver(pack_item(Item.DATA, number, bytes(160)))
            server.deliver(pack_item(Item.EVENT, 0, struct.pack("=HHBBBB", 0x01E1, 8, 0x40, 0, 0, 0)))
            server.flush()
        crowd.go()
    for _ in range(20_000):  # what was written before a close still goes on the line
        if not sessions:
            break
        now = pass_time(server, now, sessions)
    assert sessions == {}
    assert (server.sessions, server.control.there) == ({}, {})
    assert min(server.counts.wrong_filter, server.counts.wrong_length) > 0
    assert server.counts.opened > 8
    assert len(os.listdir("/proc/self/fd")) == before


def book(server: E1dServer, sessions: dict[int, str]) -> None:
    """Every arrival is of somebody who is there; nobody comes twice, and no more timeslots are open than may be."""
    for kind, octets in server.take():
        number, payload = unpack_in(octets)
        if kind is InputKind.CONNECTED:
            assert number not in sessions
            sessions[number] = payload.decode()
            assert payload.decode() == CONTROL or read_opened(payload) is not None
        else:
            assert number in sessions, kind
        if kind is InputKind.CLOSED:
            del sessions[number]
    assert sum(name != CONTROL for name in sessions.values()) <= 8


def test_one_client_too_many_is_closed_and_counted(server: E1dServer) -> None:
    with ExitStack() as stack:
        clients = []
        for _ in range(MOST_CLIENTS + 1):
            clients.append(dial(server, stack))
            server.service()
        assert (server.counts.clients, server.counts.refused) == (MOST_CLIENTS, 1)
        assert clients[-1].recv(10) == b""


def test_a_client_that_reads_no_responses_is_disconnected(server: E1dServer) -> None:
    ask = struct.pack("=HHBBBB", 0x01E1, 8, 2, 0, 0, 255)
    with ExitStack() as stack:
        client = dial(server, stack)
        server.service()
        for _ in range(10_000):
            with suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                client.send(ask)
            server.service()
            if server.counts.slow:
                break
        assert (server.counts.slow, server.control.there) == (1, {})


@pytest.mark.parametrize("in_step", [False, True])
def test_a_program_that_does_not_read_its_timeslot_holds_nobody_for_long(server: E1dServer, in_step: bool) -> None:
    server.in_step = in_step
    with ExitStack() as stack:
        client = dial(server, stack)
        server.service()
        client.send(struct.pack("=HHBBBBBBH", 0x01E1, 12, 4, 0, 0, 5, 16, 0, 160))
        server.service()
        _, descriptors, _, _ = socket.recv_fds(client, 4096, 1)
        theirs = stack.enter_context(socket.socket(fileno=descriptors[0]))
        number = next(iter(server.sessions.values())).number
        for _ in range(3000):
            server.deliver(pack_item(Item.DATA, number, bytes(range(160))))
            server.flush()
        assert server.counts.unsent > 0
        heard = b""
        while len(heard) < server.counts.octets_out:
            heard += theirs.recv(1 << 20)
            server.flush()
        assert len(heard) % 160 == 0  # whole blocks are lost, and no others
        assert heard == bytes(range(160)) * (len(heard) // 160)
