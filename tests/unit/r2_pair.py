"""Two R2 circuits back to back over an ideal path: line bits, tones and registers with their delays, on one clock."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from switchsim.proto import r2
from switchsim.proto.r2.actions import Action
from switchsim.units import ms

HEARING = ms(40)
"""From the first octet of a register signal to the receiver's word, and from its end to the other."""

UNITS = (
    r2.SendLine, r2.SendTone, r2.StopTone, r2.PulseTone, r2.StartTimer, r2.StopTimer, r2.SeizeRegister, r2.FreeRegister,
)  # fmt: skip


class End:
    """One circuit with its recogniser, register and timers; what it reports is kept in `told`."""

    def __init__(self, bench: Bench, name: str, config: r2.R2Config, register_delay: int = 0) -> None:
        self.bench, self.name = bench, name
        self.state = r2.new_state()
        self.circuit = r2.Circuit(config, self.state)
        self.recogniser = r2.Recogniser()
        self.peer: End = self
        self.deaf = False
        self.register_delay, self.registers = register_delay, 1
        self.register = ""
        self.tone = 0
        self.heard = 0
        self.due: dict[str, int] = {}
        self.told: list[tuple[int, Action]] = []
        self.signals: list[int] = []
        self.bits: list[int] = []
        self.whole = 0  # digits of a complete called number
        self.free, self.charge, self.cause = True, True, 0
        self.answers_after = -1

    # -- actions --

    def do(self, actions: Sequence[Action]) -> None:
        for action in actions:
            if isinstance(action, UNITS):
                self.carry_out(action)
            else:
                self.told.append((self.bench.now, action))
                self.decide(action)

    def carry_out(self, action: Any) -> None:
        bench = self.bench
        match action:
            case r2.SendLine(ab):
                self.bits.append(ab)
                bench.later(bench.delay, self.peer.line_comes, ab << 2 | 1)
            case r2.SendTone(signal):
                self.send(signal)
            case r2.StopTone():
                self.send(0)
            case r2.PulseTone(signal, cycles):
                self.send(signal)
                bench.later(cycles, self.pulse_over)
            case r2.StartTimer(name, cycles):
                self.due[name] = bench.now + cycles
                bench.later(cycles, self.expire, name)
            case r2.StopTimer(name):
                del self.due[name]  # only what runs is stopped
            case r2.SeizeRegister(direction):
                bench.later(self.register_delay, self.connect, direction)
            case r2.FreeRegister():
                self.register = ""

    def send(self, signal: int) -> None:
        assert self.register, "a tone needs a register"
        assert bool(signal) != bool(self.tone), "tones follow silence, silence tones"
        self.tone = signal
        if signal:
            self.signals.append(signal)
        self.bench.later(self.bench.delay + HEARING, self.peer.tone_comes, signal)

    def pulse_over(self) -> None:
        if self.tone:
            self.send(0)
        self.do(self.circuit.pulse_sent())

    def connect(self, direction: str) -> None:
        if not self.registers:
            self.do(self.circuit.register_none())
        elif self.state.wanted:
            self.register = direction
            self.do(self.circuit.register_ready())
            if self.peer.tone:
                self.bench.later(HEARING, self.tone_comes, self.peer.tone)

    # -- what comes --

    def line_comes(self, abcd: int) -> None:
        for action in self.recogniser.push(abcd) if not self.deaf else ():
            self.carry_out(action)

    def tone_comes(self, signal: int) -> None:
        if not self.register or self.deaf or bool(signal) == bool(self.heard):
            self.heard = signal if self.register else 0
            return
        self.heard = signal
        self.do(self.circuit.tone_on(signal) if signal else self.circuit.tone_off())

    def expire(self, name: str) -> None:
        if self.due.get(name) != self.bench.now:
            return
        del self.due[name]
        if name == "recognise":
            for action in self.recogniser.timer(name):
                assert isinstance(action, r2.Recognised)
                self.do(self.circuit.line(action.ab))
        else:
            self.do(self.circuit.timer(name))

    def decide(self, action: Action) -> None:
        """The user: numbers are complete at a length, lines are free, and answer after a while."""
        match action:
            case r2.DigitInd(digits) if self.whole:
                self.do(self.circuit.complete() if len(digits) == self.whole else self.circuit.more())
            case r2.SetupInd() if self.cause:
                self.do(self.circuit.release(self.cause))
            case r2.SetupInd() if self.whole:
                self.do(self.circuit.accept(self.free, self.charge))
                if self.answers_after >= 0:
                    self.bench.later(self.answers_after, lambda: self.do(self.circuit.answer()))

    def kinds(self) -> list[str]:
        return [type(action).__name__ for _, action in self.told]

    def last(self, kind: type) -> Any:
        return next((action for _, action in reversed(self.told) if isinstance(action, kind)), None)


class Bench:
    """Ends "a" and "b", joined by a path of `delay` cycles each way."""

    def __init__(self, a: r2.R2Config, b: r2.R2Config | None = None, delay: int = ms(5)) -> None:
        self.now, self.delay = 0, delay
        self._queue: list[tuple[int, int, Any, tuple[Any, ...]]] = []
        self._number = 0
        self.a, self.b = End(self, "a", a), End(self, "b", a if b is None else b)
        self.a.peer, self.b.peer = self.b, self.a

    def later(self, cycles: int, act: Any, *arguments: Any) -> None:
        self._number += 1
        heapq.heappush(self._queue, (self.now + cycles, self._number, act, arguments))

    def run(self, cycles: int) -> None:
        end = self.now + cycles
        while self._queue and self._queue[0][0] <= end:
            self.now, _, act, arguments = heapq.heappop(self._queue)
            act(*arguments)
        self.now = end
