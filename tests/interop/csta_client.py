"""A CSTA application on a real socket, written from the sheet alone: struct for frames, ElementTree for documents."""

from __future__ import annotations

import os
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))

from serve_bench import Line, Served, serve

DEADLINE_S: Final = 20
ED4: Final = "http://www.ecma-international.org/standards/ecma-323/csta/ed4"
SESSION: Final = "http://www.ecma-international.org/standards/ecma-354/appl_session"


class Message:
    """One message: invoke identifier, name, and texts by path of local names."""

    def __init__(self, invoke: int, octets: bytes) -> None:
        self.invoke = invoke
        self.root = ElementTree.fromstring(octets)
        self.name = _local(self.root)

    def at(self, path: str) -> str:
        here: Any = self.root
        for name in path.split("/"):
            here = next((child for child in here if _local(child) == name), None)
            if here is None:
                return ""
        return here.text or ""

    def every(self, name: str) -> list[str]:
        return [one.text or "" for one in self.root.iter() if _local(one) == name]

    def __repr__(self) -> str:
        return f"{self.invoke:04d} {ElementTree.tostring(self.root).decode()}"


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def framed(invoke: int, document: str) -> bytes:
    octets = document.encode()
    return struct.pack(">HH4s", 0, len(octets) + 8, b"%04d" % invoke) + octets


class Application:
    """Requests and their answers; events are kept in the order in which they came. SystemStatus is answered."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), DEADLINE_S)
        self.octets = b""
        self.heard: list[Message] = []
        self.invoke = 0
        self.deadline = time.monotonic() + DEADLINE_S

    def send(self, invoke: int, document: str) -> None:
        self.socket.sendall(framed(invoke, document))

    def receive(self) -> Message | None:
        """The next message; None when the switch has closed."""
        while len(self.octets) < 8 or len(self.octets) < struct.unpack(">H", self.octets[2:4])[0]:
            self.socket.settimeout(max(self.deadline - time.monotonic(), 0.01))
            some = self.socket.recv(65536)
            if not some:
                return None
            self.octets += some
        zero, length, invoke = struct.unpack(">HH4s", self.octets[:8])
        assert zero == 0
        assert length <= 32767
        message = Message(int(invoke), self.octets[8:length])
        self.octets = self.octets[length:]
        if message.name == "SystemStatus":
            self.send(message.invoke, f'<SystemStatusResponse xmlns="{ED4}"/>')
        self.heard.append(message)
        return message

    def ask(self, name: str, inside: str = "", namespace: str = ED4) -> Message:
        """The answer to a request."""
        self.invoke = (self.invoke + 1) % 9999
        invoke = self.invoke
        self.send(invoke, f'<?xml version="1.0"?><{name} xmlns="{namespace}">{inside}</{name}>')
        while True:
            message = self.receive()
            assert message is not None, f"closed before the answer to {name}"
            answers = ("PosResponse", "NegResponse", "Response")
            if message.invoke == invoke and message.name in ("CSTAErrorCode", *(name + end for end in answers)):
                return message

    def until(self, name: str, after: int = 0, **texts: str) -> Message:
        """The first message of that name (from the `after`th on) with these texts; paths are written with `__`."""
        at = after
        while True:
            for message in self.heard[at:]:
                wanted = (message.at(path.replace("__", "/")) == text for path, text in texts.items())
                if message.name == name and all(wanted):
                    return message
            at = len(self.heard)
            assert self.receive() is not None, f"closed before {name}"

    def start_session(self, user: str, password: str) -> Message:
        login = f"<user>{user}</user><password>{password}</password>"
        return self.ask(
            "StartApplicationSession",
            "<applicationInfo><applicationID>test</applicationID>"
            f"<applicationSpecificInfo>{login}</applicationSpecificInfo></applicationInfo>"
            f"<requestedProtocolVersions><protocolVersion>{ED4}</protocolVersion></requestedProtocolVersions>"
            "<requestedSessionDuration>300</requestedSessionDuration>",
            SESSION,
        )

    def monitor(self, device: str, more: str = "") -> str:
        told = self.ask("MonitorStart", f"<monitorObject><deviceObject>{device}</deviceObject></monitorObject>{more}")
        assert told.name == "MonitorStartResponse", told
        return told.at("monitorCrossRefID")

    def names(self, monitor: str) -> list[str]:
        """Events of a monitor so far."""
        return [
            one.name.removesuffix("Event")
            for one in self.heard
            if one.at("monitorCrossRefID") == monitor and one.invoke == 9999
        ]


def played(
    folder: Path, scenario: str, script: Callable[[Application], None], *options: str, pace: str = "6",
    machine: str = "b_type_small",
) -> Served:  # fmt: skip
    """`serve` of a scenario with a CSTA listener; `script` plays the application, then it is interrupted."""
    (folder / "users.yaml").write_text("ccs: s3cret\n", encoding="utf-8")
    (folder / "calls.yaml").write_text(scenario, encoding="utf-8")
    failures: list[BaseException] = []
    threads: list[threading.Thread] = []

    def play(address: str) -> None:
        host, _, port = address.rpartition(":")
        try:
            application = Application(host, int(port))
            script(application)
            application.socket.close()
        except BaseException as error:
            failures.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    def react(line: Line, _: Any) -> None:
        if line["event"] == "ready":
            threads.append(threading.Thread(target=play, args=(line["addresses"]["csta"],)))
            threads[0].start()

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # one that comes when the run is over already
    users = options or ("--users", str(folder / "users.yaml"))
    try:
        files = ("--scenario", str(folder / "calls.yaml"))
        run = serve(folder, machine, *files, "--csta", "127.0.0.1:0", "--pace", pace, *users, react=react)
        for thread in threads:
            thread.join(DEADLINE_S)
    finally:
        signal.signal(signal.SIGINT, before)
    if failures:
        raise failures[0]
    assert threads, run.errors
    return run
