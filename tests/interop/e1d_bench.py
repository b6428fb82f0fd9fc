"""Clients of `--e1d` for the tests: in a thread beside `serve`, with everything that they opened closed at the end."""

from __future__ import annotations

import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "e1d"))

from serve_bench import Line, Program, Served, serve
from timeslots import BLOCK, TS_OPEN, Control

EXAMPLE = (sys.executable, str(Path(__file__).parents[2] / "examples" / "e1d" / "timeslots.py"))


class Client:
    """What a test does outside; `path` is the control socket's."""

    def __init__(self, path: str, stack: ExitStack) -> None:
        self.path = path
        self._stack = stack

    def control(self) -> Control:
        one = Control(self.path)
        self._stack.enter_context(one.socket)
        return one

    def open(self, timeslot: int, mode: int, control: Control | None = None) -> socket.socket:
        return self._stack.enter_context((control or self.control()).open(0, timeslot, mode))

    def ask_open(
        self, control: Control, timeslot: int, mode: int, flags: int = 0
    ) -> tuple[bytes, socket.socket | None]:
        """The payload of the response, and the timeslot's socket if one came."""
        answer, descriptors = control.ask(TS_OPEN, 0, timeslot, struct.pack("=BBH", mode, flags, BLOCK))
        found = socket.socket(fileno=descriptors[0]) if descriptors else None
        if found is not None:
            self._stack.enter_context(found)
        return answer, found


def with_client(folder: Path, act: Callable[[Client], Any], *options: str) -> tuple[Served, Any]:
    """`serve one_e1_pri --e1d` while `act` runs in a thread; what `act` returned, or its error."""
    path, results = str(folder / "e1d.ctl"), []
    threads: list[threading.Thread] = []

    def go() -> None:
        try:
            with ExitStack() as stack:
                results.append(act(Client(path, stack)))
        except BaseException as error:
            results.append(error)

    def react(line: Line, _: list[Program]) -> None:
        if line["event"] == "ready":
            threads.append(threading.Thread(target=go, daemon=True))
            threads[0].start()

    served = serve(folder, "one_e1_pri", "--e1d", path, *options, react=react)
    for thread in threads:
        thread.join(30)
    if isinstance(results[0], BaseException):
        raise results[0]
    return served, results[0]
