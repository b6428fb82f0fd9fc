"""A bench without a machine: attached timeslots joined by wires of 64 kbit/s, with our protocol stack at one end.

Time jumps from stop to stop. Whatever the stack reports is kept in `story`, so that two runs can be compared.
"""

from __future__ import annotations

import heapq
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from switchsim.kernel.inputs import InputKind, InputRecord
from switchsim.proto import q921, q931
from switchsim.sut.options import FAST, parse_attach, parse_clock
from switchsim.sut.outside import Outside
from switchsim.units import ms

LINE_FRAMES: Final = 64
OVERHEAD_OCTETS: Final = 3  # FCS and one flag; stuffing is left out: the bench judges messages, not bits


class Wire:
    """One direction of a timeslot: an octet a cycle, one frame at a time."""

    def __init__(self, deliver: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._frames: list[tuple[int, bytes]] = []
        self._free_at = 0

    def put(self, now: int, frame: bytes) -> None:
        self._free_at = max(self._free_at, now) + len(frame) + OVERHEAD_OCTETS
        self._frames.append((self._free_at, frame))

    def due(self) -> int | None:
        return self._frames[0][0] if self._frames else None

    def room(self) -> int:
        return LINE_FRAMES - len(self._frames)

    def run(self, now: int) -> None:
        while self._frames and self._frames[0][0] <= now:
            self._deliver(self._frames.pop(0)[1])

    def cut(self) -> None:
        self._frames.clear()


class Stack:
    """Our LAPD and call control, one side, with a user of calls that acts like the machine's call centre."""

    def __init__(self, side: str, answer_ms: int = 300, hold_ms: int = 3000, spread_ms: int = 0) -> None:
        self.link = q921.Lapd(q921.LapdState(side=side))  # type: ignore[arg-type]
        self.calls = q931.Interface(q931.InterfaceState(side=side))  # type: ignore[arg-type]
        self.now = 0
        self.story: list[str] = []
        self.answer_ms, self.hold_ms, self.spread_ms = answer_ms, hold_ms, spread_ms
        self.send: Callable[[bytes], None] = lambda frame: None
        self._timers: dict[str, int] = {}
        self._plan: list[tuple[int, int, Callable[[], None]]] = []
        self.counts: dict[str, int] = {}

    # -- time ------------------------------------------------------------------------------------------------------

    def due(self) -> int | None:
        times = [*self._timers.values(), *(self._plan[0][:1] if self._plan else ())]
        return min(times, default=None)

    def at(self, cycle: int, act: Callable[[], None]) -> None:
        heapq.heappush(self._plan, (cycle, len(self.story) + len(self._plan) * 1_000_000, act))

    def run(self, now: int) -> None:
        self.now = now
        for name in [name for name, at in self._timers.items() if at <= now]:
            if self._timers.pop(name, None) is not None:
                layer, _, timer = name.partition(" ")
                self._do((self.link if layer == "2" else self.calls).timer(timer), layer)
        while self._plan and self._plan[0][0] <= now:
            heapq.heappop(self._plan)[2]()

    # -- what comes and what is asked ---------------------------------------------------------------------------------

    def receive(self, frame: bytes) -> None:
        self._do(self.link.receive(frame), "2")

    def establish(self) -> None:
        self._do(self.link.establish(), "2")

    def place(self, number: str = "10000", overlap: str = "", selection: str = "exclusive") -> None:
        request = q931.SetupRequest(
            called=q931.Number(digits=number), calling=q931.Number(digits="13800138000", ton=2, npi=1),
            sending_complete=not overlap, selection=selection)  # type: ignore[arg-type]
        key, actions = self.calls.setup(request)
        self.count("placed" if key else "refused")
        self._overlap = overlap
        self._do(actions, "3")

    def restart(self, channels: Sequence[int] | None) -> None:
        self._do(self.calls.restart(channels), "3")

    def count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def _do(self, actions: Sequence[Any], layer: str) -> None:
        for action in actions:
            name = type(action).__name__
            handler = getattr(self, f"_on_{name}", None)
            if isinstance(action, q921.SendFrame):
                self.send(action.octets)
            elif isinstance(action, (q921.StartTimer, q931.StartTimer)):
                self._timers[f"{layer} {action.name}"] = self.now + action.cycles
            elif isinstance(action, (q921.StopTimer, q931.StopTimer)):
                self._timers.pop(f"{layer} {action.name}", None)
            elif isinstance(action, q931.SendL3):
                self._do(self.link.send(action.octets), "2")
            elif isinstance(action, q921.Data):
                self._do(self.calls.receive(action.octets), "3")
            else:
                self.story.append(f"{self.now} {action!r}")
                self.count(name)
                if handler is not None:
                    handler(action)

    # -- the user of calls ------------------------------------------------------------------------------------------

    def _on_Established(self, _: q921.Established) -> None:
        self._do(self.calls.data_link(True), "3")

    def _on_Released(self, _: q921.Released) -> None:
        self._do(self.calls.data_link(False), "3")
        self.establish()

    def _on_EstablishLink(self, _: q931.EstablishLink) -> None:
        self.establish()

    def _on_SetupInd(self, setup: q931.SetupInd) -> None:
        self._do(self.calls.proceeding(setup.key), "3")
        self.at(self.now + ms(self.answer_ms), lambda: self._do(self.calls.connect(setup.key), "3"))

    def _on_ConnectedInd(self, connected: q931.ConnectedInd) -> None:
        self._clear_later(connected.key)

    def _on_ConnectInd(self, connect: q931.ConnectInd) -> None:
        self._clear_later(connect.key)

    def _on_SetupAckInd(self, ack: q931.SetupAckInd) -> None:
        for digit in self._overlap:
            self._do(self.calls.info(ack.key, digit), "3")

    def _clear_later(self, key: int) -> None:
        hold_ms = self.hold_ms + self.spread_ms * (key % 2)
        self.at(self.now + ms(hold_ms), lambda: self._do(self.calls.disconnect(key, 16), "3"))


class Bench:
    """Our stack on one attached timeslot, or two attached programs joined to each other."""

    def __init__(self, folder: Path, stack: Stack | None, programs: int = 1, spare: Path | None = None) -> None:
        lines = [parse_attach(f"e1-{n}:16=hdlc:unix:{folder}/d{n}") for n in range(programs)]
        if spare is not None:
            lines.append(parse_attach(f"spare:1=hdlc:unix:{spare}"))
        clocks = [parse_clock(f"unix:{folder}/c{n}", n) for n in range(programs)]
        self.outside = Outside(lines, clocks, FAST, 20.0)
        self.stack = stack
        self.now = stack.now if stack is not None else 0
        self.inputs: list[InputRecord] = []
        self.towards = [Wire(self._to_program(n)) for n in range(programs)]
        self.away = [Wire(self._from_program(n)) for n in range(programs)]
        if stack is not None:
            stack.send = lambda frame: self.towards[0].put(self.now, frame)

    def _to_program(self, source: int) -> Callable[[bytes], None]:
        return lambda frame: [self.outside.deliver(source, frame), None][1]

    def _from_program(self, source: int) -> Callable[[bytes], None]:
        if self.stack is not None:
            return self.stack.receive
        return lambda frame: self.towards[1 - source].put(self.now, frame)

    def run(self, until: int, stop: Callable[[], bool] = lambda: False) -> None:
        """From stop to stop for `until` cycles, or until every program has said finished and `stop` agrees."""
        end = self.now + until
        self._exchange()
        while self.now < end and not (self.outside.finished() and stop()):
            times = [self.outside.next_deadline(self.now), *(wire.due() for wire in (*self.towards, *self.away))]
            if self.stack is not None:
                times.append(self.stack.due())
            self.now = max(min([time for time in times if time is not None], default=end), self.now)
            self._step()

    def _step(self) -> None:
        if self.stack is not None:
            self.stack.now = self.now
        for wire in (*self.away, *self.towards):
            wire.run(self.now)
        if self.stack is not None:
            self.stack.run(self.now)
        if self.outside.due(self.now):
            self._exchange()

    def _room(self, source: int) -> int:
        return self.away[source].room() if source < len(self.away) else LINE_FRAMES

    def _exchange(self) -> None:
        for record in self.outside.exchange(self.now, lambda source: self._room(source)):
            self.inputs.append(record)
            if record.source >= len(self.away):
                continue  # the clocks, and a spare program on a line that leads nowhere
            if record.kind is InputKind.DATA:
                self.away[record.source].put(self.now, record.octets)
            elif record.kind is InputKind.CLOSED:
                self.towards[record.source].cut()


class Program:
    """A started program; what it says goes to a file, as a full pipe would stop it and with it the simulated time."""

    def __init__(self, command: Sequence[str], folder: Path, number: int) -> None:
        self._said = folder / f"said{number}"
        self._errors = folder / f"errors{number}"
        with self._said.open("w") as out, self._errors.open("w") as errors:
            self.process = subprocess.Popen(command, stdout=out, stderr=errors)

    def events(self) -> list[dict[str, Any]]:
        """Its JSON lines, once it has ended; its error output must be empty."""
        self.process.wait(20)
        assert self._errors.read_text() == ""
        return [json.loads(line) for line in self._said.read_text().splitlines()]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def bench(folder: Path, stack: Stack | None,
          *commands: Sequence[str], spare: Path | None = None) -> Iterator[tuple[Bench, list[Program]]]:
    """A bench with its programs started; `commands`: the program and its options, one an attachment.

    Ready too, unless there is a `spare` attachment, whose program the caller starts.
    """
    made = Bench(folder, stack, len(commands), spare)
    started: list[Program] = []
    try:
        for n, (program, *options) in enumerate(commands):
            full = [program, "--attach", f"{folder}/d{n}", "--clock", f"{folder}/c{n}", *options]
            started.append(Program(full, folder, n))
        if spare is None:
            made.outside.wait_ready(20)
        yield made, started
    finally:
        made.outside.close()
        for started_one in started:
            started_one.kill()


def summary(said: list[dict[str, Any]]) -> dict[str, Any]:
    """The last line of a program."""
    assert said[-1]["event"] == "summary"
    return said[-1]
