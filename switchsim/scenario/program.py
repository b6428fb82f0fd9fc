"""The program that a scenario starts (`sut: command:`): lives as long as the run, and is missed when it dies."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from switchsim.errors import BadInput, SutCrashed

_END_S: Final = 5.0


class StartedProgram:
    """A context manager around one process; no command, no process."""

    def __init__(self, command: Sequence[str], folder: Path, addresses: Mapping[str, str] | None = None) -> None:
        """`folder`: the working directory, where the scenario lies. addresses: of the listeners, which it finds in its
        environment as SWITCHSIM_AMI, SWITCHSIM_CSTA (`HOST:PORT`)."""
        self._command = command
        self._folder = folder
        told = {f"SWITCHSIM_{name.upper()}": address for name, address in (addresses or {}).items() if name.isalpha()}
        self._environment = os.environ | told
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> StartedProgram:
        if self._command:
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def act(self, act: str) -> None:
        """restart, stop, kill or start, as the timeline says; waits until it has ended. Raises as `look` does."""
        self.look()
        if act == "kill" and self._process is not None:
            self._process.kill()
        if act != "start":
            self._end()
        if act in ("restart", "start") and self._process is None:
            self._start()

    def look(self) -> None:
        """Raise SutCrashed when it has ended with an error."""
        code = self._process.poll() if self._process is not None else None
        if code:
            how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
            raise SutCrashed(f"the program {self._command[0]!r} {how}")

    def _start(self) -> None:
        try:
            # What it prints goes to standard error: standard output is ours.
            self._process = subprocess.Popen(self._command, cwd=self._folder, env=self._environment,
                                             stdin=subprocess.DEVNULL, stdout=2)
        except (OSError, ValueError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise BadInput.one("sut: command", f"{self._command[0]!r} can not be started: {reason}",
                               "a program", "name its file, relative to the scenario") from error

    def _end(self) -> None:
        """What it says of its end does not matter: it was we who ended it. It is kept until it has ended."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
