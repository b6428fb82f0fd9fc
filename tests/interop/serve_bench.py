"""`switchsim serve` and `replay` as a user calls them, with outside programs started as soon as the machine is ready.

The command runs inside the test's process (an import is paid once); `command` runs it in one of its own.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from switchsim.cli.main import run_command_line

SWITCHSIM: Final = (sys.executable, "-c", "from switchsim.cli.main import main; main()")
DEADLINE_S: Final = 60

Line = dict[str, Any]
Argv = Sequence[str]


class Program:
    """A program outside; what it says goes to a file, as a full pipe would stop it and with it the simulated time."""

    def __init__(self, argv: Argv, said: Path) -> None:
        self._said = said
        with said.open("w") as out, said.with_suffix(".err").open("w") as errors:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)

    def lines(self) -> list[Line]:
        """Its JSON lines, once it has ended; its error output must be empty."""
        self.process.wait(DEADLINE_S)
        assert self._said.with_suffix(".err").read_text() == ""
        return [json.loads(line) for line in self._said.read_text().splitlines()]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


class _Heard(io.RawIOBase):
    """Standard output of the command: calls `hear` with each whole line at once."""

    def __init__(self, hear: Callable[[Line], None]) -> None:
        self._hear = hear
        self._rest = b""

    def writable(self) -> bool:
        return True

    def write(self, octets: Any) -> int:
        *lines, self._rest = (self._rest + bytes(octets)).split(b"\n")
        for line in lines:
            self._hear(json.loads(line))
        return len(octets)


@dataclass
class Served:
    """A run of `serve` that is over."""

    exit_code: int
    folder: Path
    lines: list[Line] = field(default_factory=list)
    """Its JSON lines."""
    programs: list[list[Line]] = field(default_factory=list)
    """The JSON lines of each outside program."""
    errors: str = ""

    @property
    def done(self) -> Line:
        assert self.lines, self.errors
        assert self.lines[-1]["event"] == "done", self.errors
        return self.lines[-1]

    def of(self, event: str, **members: Any) -> list[Line]:
        """Its lines of one event, and with these members."""
        return [line for line in self.lines if line["event"] == event
                and all(line.get(name) == value for name, value in members.items())]

    def summary(self, program: int = 0) -> Line:
        """The last line of an outside program."""
        assert self.programs[program][-1]["event"] == "summary"
        return self.programs[program][-1]

    def journal(self, kind: str) -> Iterator[Line]:
        """The journal's lines of one kind."""
        with (self.folder / "journal.jsonl").open("rb") as lines:
            yield from (line for line in map(json.loads, lines) if line.get("kind") == kind)


def serve(folder: Path, machine: str, *options: str, programs: Sequence[Argv] = (),
          react: Callable[[Line, list[Program]], None] = lambda line, started: None) -> Served:
    """`switchsim serve MACHINE OPTIONS --out FOLDER/run`; `programs` start when it is ready, in this order.

    `react` is called with every JSON line and the programs. Programs are killed at the end, if still there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    started: list[Program] = []
    served = Served(-1, folder / "run")

    def hear(line: Line) -> None:
        served.lines.append(line)
        if line["event"] == "ready":
            started.extend(Program(argv, folder / f"said{n}") for n, argv in enumerate(programs))
        react(line, started)

    errors = io.StringIO()
    try:
        with redirect_stdout(io.TextIOWrapper(_Heard(hear), write_through=True)), redirect_stderr(errors):
            served.exit_code = run_command_line(["serve", machine, *options, "--out", str(served.folder)])
        served.errors = errors.getvalue()
        served.programs = [program.lines() for program in started if program.process.poll() is None or _said(program)]
    finally:
        for program in started:
            program.end()
    return served


def _said(program: Program) -> bool:
    return program.process.returncode >= 0


def replay(folder: Path) -> tuple[int, str]:
    """`switchsim replay FOLDER`: (exit code, what it said)."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = run_command_line(["replay", str(folder)])
    return code, said.getvalue()


@contextmanager
def command(*arguments: str, hash_seed: str = "random") -> Iterator[subprocess.Popen[str]]:
    """`switchsim ARGUMENTS` in a process of its own, killed at the end if it is still there."""
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    process = subprocess.Popen([*SWITCHSIM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def next_line(process: subprocess.Popen[str]) -> Line:
    """The next JSON line of a command; waits for it."""
    assert process.stdout is not None
    line: Line = json.loads(process.stdout.readline())
    return line
