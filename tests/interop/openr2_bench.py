"""Circuits attached in `cas` mode without a machine: programs joined circuit by circuit, or with something of ours.

Time goes in blocks of 160 cycles, as the attachment's does: what a program gives in one block the other side has in the
block after the next.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from switchsim.kernel.inputs import InputKind
from switchsim.sut.options import FAST, parse_attach, parse_clock
from switchsim.sut.outside import Outside

BLOCK: Final = 160
IDLE_BLOCK: Final = bytes([0b1001]) + b"\xd5" * BLOCK
Line = dict[str, Any]


class Joint(Protocol):
    """The other side of the programs: gives each circuit of each program its next datagram."""

    def give(self, number: int, timeslot: int, datagram: bytes) -> None:
        """The datagram of a program's circuit."""

    def take(self, number: int, timeslot: int) -> bytes:
        """What that circuit gets next."""

    def block_over(self, now: int) -> None:
        """Every circuit has given its block; 160 cycles are over."""


class Wires(Joint):
    """Two programs, circuit by circuit joined to each other."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, int], bytes] = {}
        self.cut: set[int] = set()
        """Timeslots on which nothing passes any more but idle."""

    def give(self, number: int, timeslot: int, datagram: bytes) -> None:
        self._last[number, timeslot] = datagram

    def take(self, number: int, timeslot: int) -> bytes:
        return IDLE_BLOCK if timeslot in self.cut else self._last.get((1 - number, timeslot), IDLE_BLOCK)


class Blocks:
    """The clocks and attachments of some programs, run block by block."""

    def __init__(self, folder: Path, programs: int, timeslots: Sequence[int], joint: Joint) -> None:
        self.circuits = [(number, timeslot) for number in range(programs) for timeslot in timeslots]
        lines = [parse_attach(f"e1-{number}:{timeslot}=cas:unix:{folder}/p{number}_{timeslot}")
                 for number, timeslot in self.circuits]
        self.outside = Outside(lines, [parse_clock(f"unix:{folder}/c{n}", n) for n in range(programs)], FAST, 20.0)
        self.joint = joint
        self.now = 0
        self.finished = False

    def run(self, blocks: int) -> None:
        """So many blocks, or until one program has said finished (it gives no more of them)."""
        for _ in range(blocks):
            if self.finished:
                return
            target = self.now + BLOCK
            while self.now < target:
                self.now = min(self.outside.next_deadline(self.now) or target, target)
                if self.now == target:
                    self._deliver()
                if self.outside.due(self.now):
                    self._exchange()
            self.joint.block_over(self.now)

    def begin(self) -> None:
        self.outside.wait_ready(20)
        self._exchange()

    def _deliver(self) -> None:
        for source, (number, timeslot) in enumerate(self.circuits):
            self.outside.deliver(source, self.joint.take(number, timeslot))

    def _exchange(self) -> None:
        for record in self.outside.exchange(self.now, lambda _: 0):
            if record.kind is InputKind.DATA and record.source < len(self.circuits):
                self.joint.give(*self.circuits[record.source], record.octets)
            self.finished |= record.kind is InputKind.FINISHED


class Program:
    """A started program; what it says goes to a file, as a full pipe would stop it and with it the simulated time."""

    def __init__(self, command: Sequence[str], said: Path) -> None:
        self._said = said
        with said.open("w") as out, said.with_suffix(".err").open("w") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)

    def lines(self) -> list[Line]:
        """Its JSON lines, once it has ended; its error output must be empty."""
        self.process.wait(20)
        assert self._said.with_suffix(".err").read_text() == ""
        return [json.loads(line) for line in self._said.read_text().splitlines()]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def attached(folder: Path, joint: Joint, timeslots: Sequence[int],
             *commands: Sequence[str]) -> Iterator[tuple[Blocks, list[Program]]]:
    """Blocks with their programs started and ready; `commands`: each a program and its options."""
    folder.mkdir(exist_ok=True)
    blocks = Blocks(folder, len(commands), timeslots, joint)
    started: list[Program] = []
    try:
        for number, (program, *options) in enumerate(commands):
            full = [program, "--attach", f"{folder}/p{number}_", "--clock", f"{folder}/c{number}", "--first",
                    str(timeslots[0]), "--last", str(timeslots[-1]), *options]
            started.append(Program(full, folder / f"said{number}"))
        blocks.begin()
        yield blocks, started
    finally:
        blocks.outside.close()
        for one in started:
            one.kill()


def summary(said: Sequence[Line]) -> Line:
    """The last line of a program."""
    assert said[-1]["event"] == "summary"
    return said[-1]


def trail(said: Sequence[Line], timeslot: int) -> str:
    """What a program said of one circuit, for the message of a failing test."""
    return "\n".join(json.dumps(line) for line in said
                     if line.get("ts") == timeslot or str(line.get("text", "")).startswith(f"{timeslot}: "))
