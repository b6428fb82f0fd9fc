"""A bench: the link under test on a signalling terminal, the tester on another, timers, and everything logged.

Two directions of one link; each passes a switched cell, 8 cycles of delay. Time stands at control ticks of 8 cycles.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple, Protocol

from switchsim.conformance.q781 import units
from switchsim.conformance.verdict import LogLine
from switchsim.dsp.engine import SU_FIRST, SU_VERBATIM
from switchsim.proto import mtp2
from switchsim.units import round_up

IUT: Final = 0
TESTER: Final = 1
TICK: Final = 8

SUERM_T: Final = 64  # errors, Q.703 10.2.3: what the terminal is told where the link leaves it to the terminal
UNIT, SUERM, AERM, PROVED_AGAIN, LOW = range(5)


class WireEvent(NamedTuple):
    """What a terminal of one side reports: sort UNIT SUERM AERM PROVED_AGAIN LOW; repeats of the unit before it."""

    at: int
    side: int
    sort: int
    octets: bytes = b""
    repeats: int = 0


class Wire(Protocol):
    """Two terminals joined by a link; side 0 belongs to the implementation under test, 1 to the tester."""

    @property
    def now(self) -> int: ...
    def run(self, until: int) -> list[WireEvent]: ...
    def fill(self, side: int, octets: bytes, verbatim: bool) -> None: ...
    def send(self, side: int, octets: bytes, flags: int) -> bool: ...
    def ack(self, octet: int) -> None: ...
    def notify(self, side: int, level: int) -> None: ...
    def flush(self, side: int) -> None: ...
    def monitor(self, mode: int, threshold: int) -> None: ...
    def repeats(self, side: int) -> int: ...
    def ones(self, on: bool) -> None:
        """The direction to the implementation under test carries nothing but ones, or what the tester sends."""
        ...


class Seen(NamedTuple):
    """A unit that came from the implementation under test."""

    at: int
    unit: units.Unit


class Indication(NamedTuple):
    """What level 3 was told."""

    at: int
    action: Any


class Bench:
    """Runs both sides. `seen` and `told` are queues for the player; `log` keeps all."""

    def __init__(self, wire: Wire, link: mtp2.Link) -> None:
        self.wire = wire
        self.link = link
        self.timers: dict[str, int] = {}
        self.seen: deque[Seen] = deque()
        self.told: deque[Indication] = deque()
        self.log: list[LogLine] = []
        self.in_sequence = 127  # the FSN of the last message that came from the link under test in its turn
        self.on_message: Callable[[], None] = lambda: None
        self._feed: deque[Iterator[tuple[bytes, int]]] = deque()
        self._ready: tuple[bytes, int] | None = None
        self._ones_until = -1
        self._waiting_low = False

    @property
    def now(self) -> int:
        return self.wire.now

    # -- the tester's side -------------------------------------------------------------------------------------------

    def tester_fill(self, octets: bytes) -> None:
        """What the tester sends when nothing else waits; nothing: flags."""
        self.wire.fill(TESTER, octets, verbatim=True)

    def tester_feed(self, feed: Iterable[tuple[bytes, int]]) -> None:
        """Units (octets, flags) to send after those that wait."""
        self._feed.append(iter(feed))
        self._top_up()

    def ones_for(self, cycles: int | None) -> None:
        """Ones instead of what the tester sends, for so long or until `ones_end`."""
        self.wire.ones(True)
        self._ones_until = -1 if cycles is None else round_up(self.now + cycles, TICK)

    def ones_end(self) -> None:
        self.wire.ones(False)
        self._ones_until = -1

    @property
    def feeding(self) -> bool:
        """Whether units still wait at the tester."""
        return self._ready is not None or bool(self._feed)

    def _top_up(self) -> None:
        while True:
            if self._ready is None:
                self._ready = self._next_unit()
                if self._ready is None:
                    return
            if not self.wire.send(TESTER, self._ready[0], self._ready[1] | SU_VERBATIM):
                break
            self._ready = None
        if not self._waiting_low:
            self._waiting_low = True
            self.wire.notify(TESTER, 4)

    def _next_unit(self) -> tuple[bytes, int] | None:
        while self._feed:
            unit = next(self._feed[0], None)
            if unit is not None:
                return unit
            self._feed.popleft()
        return None

    # -- the side of the implementation under test -------------------------------------------------------------------

    def order(self, text: str, act: Callable[[], Iterable[Any]]) -> None:
        """An order of level 3 or management."""
        self._note("!", b"", text)
        self._do(act())

    def _do(self, actions: Iterable[Any]) -> None:
        for action in actions:
            handler = _DO.get(type(action))
            if handler is None:
                self.told.append(Indication(self.now, action))
                octets = getattr(action, "octets", b"")
                self._note("?", octets, f"{type(action).__name__} {octets.hex()}".strip())
            else:
                handler(self, action)

    def _send(self, action: mtp2.Send) -> None:
        self.wire.send(IUT, action.octets, SU_FIRST if action.first else 0)

    def _fill(self, action: mtp2.Fill) -> None:
        self.wire.fill(IUT, action.octets, verbatim=False)

    def _ack(self, action: mtp2.Ack) -> None:
        self.wire.ack(action.octet)

    def _notify(self, action: mtp2.Notify) -> None:
        self.wire.notify(IUT, action.level)

    def _flush(self, _: mtp2.Flush) -> None:
        self.wire.flush(IUT)

    def _monitor(self, action: mtp2.Monitor) -> None:
        self.wire.monitor(action.mode, action.threshold or SUERM_T)

    def _check_repeats(self, _: mtp2.CheckRepeats) -> None:
        self._do(self.link.repeated(self.wire.repeats(IUT)))

    def _start_timer(self, action: mtp2.StartTimer) -> None:
        self.timers[action.name] = self.now + action.cycles

    def _stop_timer(self, action: mtp2.StopTimer) -> None:
        self.timers.pop(action.name, None)

    def _violation(self, _: mtp2.Violation) -> None:
        pass  # a count of management, which no sheet asks for

    # -- time ----------------------------------------------------------------------------------------------------------

    def advance(self, until: int) -> None:
        """Run to `until` (a multiple of 8), or to the first tick at which the player has something new to see."""
        before = len(self.seen) + len(self.told)
        while self.now < until and len(self.seen) + len(self.told) == before:
            for event in self.wire.run(self._next_stop(until)):
                self._happened(event)
            if 0 <= self._ones_until <= self.now:
                self.ones_end()
            self._expire()
            if self._waiting_low is False and self.feeding:
                self._top_up()

    def _next_stop(self, until: int) -> int:
        stops = [until, *(round_up(due, TICK) for due in self.timers.values())]
        if self._ones_until >= 0:
            stops.append(self._ones_until)
        return max(min(stops), self.now + TICK)

    def _expire(self) -> None:
        while due := sorted((at, name) for name, at in self.timers.items() if at <= self.now):
            name = due[0][1]
            del self.timers[name]
            self._do(self.link.timer(name))

    def _happened(self, event: WireEvent) -> None:
        if event.sort == LOW and event.side == TESTER:
            self._waiting_low = False
        elif event.side == TESTER:
            if event.sort == UNIT:
                self._from_iut(event)
        elif event.sort == UNIT:
            self.log.append(LogLine(event.at, "<", event.octets, str(units.read(event.octets))))
            self._do(self.link.receive(event.octets, event.repeats))
        else:
            self._do(getattr(self.link, _REPORTS[event.sort])())

    def _from_iut(self, event: WireEvent) -> None:
        unit = units.read(event.octets)
        self.log.append(LogLine(event.at, ">", event.octets, str(unit)))
        self.seen.append(Seen(event.at, unit))
        if unit.name == "MSU" and unit.fsn == (self.in_sequence + 1) & 127:
            self.in_sequence = unit.fsn
            self.on_message()

    def _note(self, sort: str, octets: bytes, text: str) -> None:
        self.log.append(LogLine(self.now, sort, octets, text))


_REPORTS: Final = {SUERM: "suerm_failure", AERM: "aerm_abort", PROVED_AGAIN: "correct_su", LOW: "low"}
_DO: Final[dict[type, Callable[[Bench, Any], None]]] = {
    mtp2.Send: Bench._send,
    mtp2.Fill: Bench._fill,
    mtp2.Ack: Bench._ack,
    mtp2.Notify: Bench._notify,
    mtp2.Flush: Bench._flush,
    mtp2.Monitor: Bench._monitor,
    mtp2.CheckRepeats: Bench._check_repeats,
    mtp2.StartTimer: Bench._start_timer,
    mtp2.StopTimer: Bench._stop_timer,
    mtp2.Violation: Bench._violation,
}
