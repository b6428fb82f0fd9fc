"""Two links of proto.mtp2 joined by a line: a small stand-in for signalling terminals, unit by unit, no bits.

A unit takes its octets plus one flag on the line, then a delay. Fill-in is repeated, octet 0 stamped as its
transmission begins, repetitions of FISU and LSSU filtered at the far end, as real terminals do.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from switchsim.proto import mtp2
from switchsim.proto.mtp2 import Action, Link, LinkConfig, LinkState

Spoil = Callable[[bytes], list[bytes]]
"""What the line makes of one unit: none (lost), it, several."""


class End:
    """One link with its terminal; `events` collects what level 3 hears, `sent` what went to the line."""

    def __init__(self, pair: Pair, config: LinkConfig, trace: list[tuple[str, int, mtp2.Event]] | None = None) -> None:
        self.pair = pair
        self.link = Link(LinkState(), config, trace)
        self.peer: End
        self.fill = b""
        self.ack = 255
        self.queue: list[bytes] = []
        self.notify = -1
        self.deadlines: dict[str, int] = {}
        self.heard: list[bytes] = []
        self.events: list[Action] = []
        self.violations: list[mtp2.Violation] = []
        self.sent: list[bytes] = []
        self.actions: list[Action] = []
        self.spoil: Spoil = lambda unit: [unit]
        self.filter: bytes = b""
        self.repeats = 0
        self.answer_recovery = True

    def do(self, actions: list[Action]) -> None:
        for action in actions:
            self.actions.append(action)
            self._act(action)

    def _act(self, action: Action) -> None:
        match action:
            case mtp2.Fill(octets):
                self.fill = octets
            case mtp2.Ack(octet):
                self.ack = octet
            case mtp2.Send(octets, first):
                self.queue.insert(0 if first else len(self.queue), octets)
                assert len(self.queue) <= 16
            case mtp2.Flush():
                self.queue.clear()
            case mtp2.Notify(level):
                self.notify = level
            case mtp2.CheckRepeats():
                self.do(self.link.repeated(self.repeats))
            case mtp2.StartTimer(name, cycles):
                self.deadlines[name] = self.pair.now + cycles
                self.pair.at(self.deadlines[name], lambda: self._expire(name))
            case mtp2.StopTimer(name):
                self.deadlines.pop(name, None)
            case mtp2.Received(octets):
                self.heard.append(octets)
            case mtp2.Violation():
                self.violations.append(action)
            case mtp2.Monitor():
                pass
            case _:
                self.events.append(action)
                if isinstance(action, mtp2.RemoteProcessorRecovered) and self.answer_recovery:
                    self.do(self.link.continue_())

    def _expire(self, name: str) -> None:
        if self.deadlines.get(name) == self.pair.now:
            del self.deadlines[name]
            self.do(self.link.timer(name))

    def transmit(self) -> None:
        """One unit begins; the next one when it ends."""
        unit = self.queue.pop(0) if self.queue else self.fill
        if not unit:
            self.pair.at(self.pair.now + 8, self.transmit)
            return
        unit = bytes((self.ack,)) + unit[1:]
        self.sent.append(unit)
        end = self.pair.now + len(unit) + 3
        for arrived in self.spoil(unit):
            self.pair.at(end + self.pair.delay, lambda unit=arrived: self.peer.arrive(unit))
        self.pair.at(end, self.transmit)
        if self.notify >= 0 and len(self.queue) <= self.notify:
            self.notify = -1
            self.pair.at(self.pair.now + 8, lambda: self.do(self.link.low()))

    def arrive(self, unit: bytes) -> None:
        if unit == self.filter and len(unit) <= 5:
            self.repeats = min(self.repeats + 1, 65_535)
            return
        repeats, self.filter, self.repeats = self.repeats, unit, 0
        self.do(self.link.receive(unit, repeats))

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


class Pair:
    """Ends `a` and `b` and their time in cycles."""

    def __init__(self, config: LinkConfig | None = None, delay: int = 16, traced: bool = False) -> None:
        config = config or QUICK
        self.now = 0
        self.delay = delay
        self.trace: list[tuple[str, int, mtp2.Event]] = []
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._sequence = 0
        self.a, self.b = (End(self, config, self.trace if traced else None) for _ in range(2))
        self.a.peer, self.b.peer = self.b, self.a
        for end in (self.a, self.b):
            end.do(end.link.power_on())
            end.transmit()

    def at(self, when: int, act: Callable[[], None]) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (when, self._sequence, act))

    def run(self, cycles: int, until: Callable[[], bool] = lambda: False) -> bool:
        """Go on for `cycles`, or until a condition holds: whether it came to hold."""
        limit = self.now + cycles
        while self._heap and self._heap[0][0] <= limit and not until():
            self.now, _, act = heapq.heappop(self._heap)
            act()
        if not until():
            self.now = limit
        return until()

    def align(self) -> None:
        for end in (self.a, self.b):
            end.do(end.link.start())
        assert self.run(200_000, lambda: self.a.link.in_service and self.b.link.in_service)


QUICK = LinkConfig(timers={"t4n": 800, "t4e": 200})
"""Proving of 100 and 25 ms: what is tested here is not its length."""
