"""Parts that speak a line protocol of these tests over the interfaces, and clients for them on real sockets."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from serve_bench import Line, Served, serve

from switchsim import assembly
from switchsim.model.events import DefectSeen
from switchsim.model.order import Order, Outside
from switchsim.model.outside import (
    NO_LISTENERS,
    Listeners,
    Out,
    Query,
    Verify,
    pack_out,
    pack_query,
    pack_verify,
    unpack_answer,
    unpack_in,
    unpack_verified,
)
from switchsim.model.part import Part, State
from switchsim.model.phase import Phase
from switchsim.scenario.interfaces import INTERFACES

DEADLINE_S: Final = 20.0
BLOCK: Final = b"." * 65_535 + b"\n"


class ToyState(State):
    lines: dict[int, bytes] = {}
    outbox: list[bytes] = []
    secrets: dict[int, int] = {}
    dialled: int = 0


class Toy(Part[ToyState]):
    """Takes lines: `echo TEXT`, `Secret: X` (counted), `login USER`, `flood N` (64 KiB each), `close`, `dial HOST:PORT`
    (of the part of FastAGI), `ask STATEMENT KEY` (of the database); notes all that it is told in the journal."""

    phase = Phase.DECIDE
    others: dict[str, Toy]

    def __init__(self, path: str, host: Any) -> None:
        super().__init__(path, host)
        self.state = ToyState()

    @property
    def has_output(self) -> bool:
        return bool(self.state.outbox)

    def take_outbox(self) -> list[bytes]:
        taken, self.state.outbox = self.state.outbox, []
        return taken

    def say(self, connection: int, text: str) -> None:
        self.state.outbox.append(pack_out(Out.DATA, connection, text.encode()))

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Outside)
        connection, payload = unpack_in(order.octets)
        if order.what == "data":
            self._lines(connection, payload)
            return
        self.emit(DefectSeen(order.what, f"{order.source} {connection} {payload.hex()}"))
        if order.what == "verified":
            self.say(connection, f"{'welcome' if unpack_verified(payload)[1] else 'go away'}\n")
        elif order.what == "attached":
            self.say(connection, f"hello {connection}\n")
        elif order.what == "answered":
            answer = unpack_answer(payload)
            assert answer is not None
            self.others["ami"].say(answer.query, f"{answer.result} {answer.text}\n")
        elif order.what == "connect_failed":
            self.others["ami"].say(1, f"{payload.decode()}\n")

    def _lines(self, connection: int, payload: bytes) -> None:
        *lines, rest = (self.state.lines.get(connection, b"") + payload).split(b"\n")
        self.state.lines[connection] = rest
        for line in lines:
            self.emit(DefectSeen("line", f"{connection} {line.decode('latin-1')[:300]}"))
            self._line(connection, line.decode("latin-1").rstrip("\r"))

    def _line(self, connection: int, line: str) -> None:
        word, _, rest = line.partition(" ")
        match word:
            case "echo":
                self.say(connection, f"{rest}\n")
            case "Secret:":
                self.state.secrets[connection] = self.state.secrets.get(connection, 0) + 1
            case "login":
                key = str(self.state.secrets.get(connection, 0))
                self.state.outbox.append(
                    pack_verify(connection, Verify(request=7, user=rest, kind="plain", key=key)))
            case "flood":
                self.state.outbox += [pack_out(Out.DATA, connection, BLOCK)] * int(rest)
            case "close":
                self.say(connection, "bye\n")
                self.state.outbox.append(pack_out(Out.CLOSE, connection))
            case "dial":
                agi = self.others["agi"]
                agi.state.dialled += 1
                agi.state.outbox.append(pack_out(Out.CONNECT, agi.state.dialled, rest.encode()))
            case "ask":
                statement, _, key = rest.partition(" ")
                asked = Query(query=connection, statement=statement, parameters={"key": key})
                self.others["database"].state.outbox.append(pack_query(asked))


def put_toys(monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    """Machines get a toy for each interface of their options, and for those of `more`."""
    build = assembly.build

    def built(*words: Any, listeners: Listeners = NO_LISTENERS, **options: Any) -> Any:
        machine = build(*words, **options)
        wanted = {"ami": listeners.ami, "csta": listeners.csta, "agi": bool(listeners.agi), "database": False}
        toys = {name: Toy(place, machine.kernel) for name, place in INTERFACES.items()
                if (wanted.get(name) or name in more) and place not in machine.kernel.parts}  # fmt: skip
        for toy in toys.values():
            toy.others = toys
            machine.kernel.add(toy)
        return machine

    monkeypatch.setattr(assembly, "build", built)


class Client:
    """A client with lines."""

    def __init__(self, address: str, *, small_window: bool = False) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if small_window:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect((host, int(port)))
        self._rest = b""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def say(self, *lines: str) -> None:
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode("latin-1"))

    def line(self) -> str:
        """The next line; empty at the end."""
        while b"\n" not in self._rest:
            try:
                octets = self.socket.recv(65_536)
            except ConnectionResetError:
                octets = b""
            if not octets:
                return ""
            self._rest += octets
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("latin-1")

    def waiting(self) -> list[str]:
        """The lines that are there now."""
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while octets := self.socket.recv(65_536):
                self._rest += octets
        self.socket.settimeout(DEADLINE_S)
        *lines, self._rest = self._rest.split(b"\n")
        return [line.decode("latin-1") for line in lines]

    def ask(self, text: str) -> str:
        self.say(text)
        return self.line()


def served(folder: Path, options: Sequence[str], script: Callable[[dict[str, str]], None], *,
           gone: threading.Event | None = None) -> Served:
    """`serve one_e1_pri` with these options; `script` plays the clients in a thread, then the run is interrupted.

    gone: is set when the first client is.
    """
    failures: list[BaseException] = []

    def play(addresses: dict[str, str]) -> None:
        try:
            script(addresses)
        except BaseException as error:
            failures.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def react(line: Line, _: Any) -> None:
        if line["event"] == "ready":
            threads.append(threading.Thread(target=play, args=(line["addresses"],)))
            threads[0].start()

        elif line["event"] == "detached" and gone is not None:
            gone.set()

    threads: list[threading.Thread] = []
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # one that comes when the run is over already
    try:
        done = serve(folder, "one_e1_pri", *options, "--seconds", "60", react=react)
        for thread in threads:
            thread.join(DEADLINE_S)
    finally:
        signal.signal(signal.SIGINT, before)
    if failures:
        raise failures[0]
    return done


@contextmanager
def listening(answer: bytes = b"") -> Iterator[tuple[str, list[bytes]]]:
    """A server that says `answer` to each client and keeps what it hears until the client closes."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        def run() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.settimeout(DEADLINE_S)
                    client.sendall(answer)
                    heard.append(client.recv(65_536))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
