"""A bench without a machine: two attached programs on one signalling link of 64 kbit/s, as the `ss7` mode joins them.

Time jumps from stop to stop. A unit takes its octets, two of FCS and a flag; a LSSU or FISU stands for its repetition,
and an MSU is followed by the FISUs of its header.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pri_bench import Program

from switchsim.kernel.inputs import InputKind, InputRecord
from switchsim.sut.options import FAST, parse_attach, parse_clock
from switchsim.sut.outside import Outside

LINE_UNITS: Final = 64
OVERHEAD_OCTETS: Final = 3
SIB: Final = 5


def is_msu(unit: bytes) -> bool:
    """Q.703 2.3.3: a length indicator above 2."""
    return unit[2] & 0x3F > 2


def fill_after(unit: bytes) -> bytes:
    """What the line goes on with after an MSU: the FISU of its numbers."""
    return unit[:2] + b"\x00"


class Line:
    """One direction of the link: what is put on it, and when the other end hears something new."""

    def __init__(self, spoil: int = 0) -> None:
        self.queue: list[tuple[int, bytes]] = []
        self.heard = b""
        self._free_at = 0
        self._msus = 0
        self._spoil = spoil

    def put(self, now: int, unit: bytes) -> None:
        self._append(max(self._free_at, now), unit)

    def due(self) -> int | None:
        return self.queue[0][0] if self.queue else None

    def room(self) -> int:
        return LINE_UNITS - len(self.queue)

    def run(self, now: int) -> list[bytes]:
        """What the other end hears by now: every MSU and SIB, and a LSSU or FISU that differs from what came before."""
        news: list[bytes] = []
        while self.queue and self.queue[0][0] <= now:
            at, unit = self.queue.pop(0)
            if is_msu(unit):
                if not self.queue or self.queue[0][0] > at + len(unit) + OVERHEAD_OCTETS:
                    self.queue.insert(0, (at + len(fill_after(unit)) + OVERHEAD_OCTETS, fill_after(unit)))
                self._msus += 1
                if self._msus == self._spoil:
                    continue
            if is_msu(unit) or unit != self.heard or unit[3:4] == bytes([SIB]):
                news.append(unit)
            self.heard = unit
        return news

    def cut(self) -> None:
        self.queue.clear()

    def _append(self, start: int, unit: bytes) -> None:
        self._free_at = start + len(unit) + OVERHEAD_OCTETS
        self.queue.append((self._free_at, unit))


class Bench:
    """Two attached programs joined to each other."""

    def __init__(self, folder: Path, spoil: int = 0) -> None:
        """spoil: the MSU of the first program with this number arrives with bad check bits, so it does not."""
        attaches = [parse_attach(f"e1-{n}:16=ss7:unix:{folder}/d{n}") for n in range(2)]
        clocks = [parse_clock(f"unix:{folder}/c{n}", n) for n in range(2)]
        self.outside = Outside(attaches, clocks, FAST, 20.0)
        self.now = 0
        self.inputs: list[InputRecord] = []
        self.lines = [Line(spoil), Line()]

    def run(self, until: int) -> None:
        """From stop to stop for `until` cycles, or until every program has said finished."""
        end = self.now + until
        self._exchange()
        while self.now < end and not self.outside.finished():
            times = [self.outside.next_deadline(self.now), *(line.due() for line in self.lines)]
            self.now = max(min([time for time in times if time is not None], default=end), self.now)
            for source, line in enumerate(self.lines):
                for unit in line.run(self.now):
                    self.outside.deliver(1 - source, unit)
            if self.outside.due(self.now):
                self._exchange()

    def _exchange(self) -> None:
        for record in self.outside.exchange(self.now, lambda source: self.lines[source].room()):
            self.inputs.append(record)
            if record.source >= len(self.lines):
                continue
            if record.kind is InputKind.DATA:
                self.lines[record.source].put(self.now, record.octets)
            elif record.kind is InputKind.CLOSED:
                self.lines[record.source].cut()
            elif record.kind is InputKind.CONNECTED and self.lines[1 - record.source].heard:
                self.outside.deliver(record.source, self.lines[1 - record.source].heard)


@contextmanager
def bench(folder: Path, *commands: Sequence[str], spoil: int = 0) -> Iterator[tuple[Bench, list[Program]]]:
    """A bench with its two programs, started and ready; `commands`: the program and its options."""
    made = Bench(folder, spoil)
    started: list[Program] = []
    try:
        for n, (program, *options) in enumerate(commands):
            full = [program, "--attach", f"{folder}/d{n}", "--clock", f"{folder}/c{n}", *options]
            started.append(Program(full, folder, n))
        made.outside.wait_ready(20)
        yield made, started
    finally:
        made.outside.close()
        for one in started:
            one.kill()
