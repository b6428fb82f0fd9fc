"""What a journal says of states that last: the signals of waves.vcd, and how each event changes them.

A signal is found under a group (boards, lines, alarms, ...), a place in it, and its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any, Final, NamedTuple

from switchsim.model.clock_events import ClockMode, ClockReference
from switchsim.model.event import Event, Record, snake
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    BoardState,
    CallCleared,
    CallOffered,
    CallQueued,
    CallUnqueued,
    DefectGone,
    DefectSeen,
    FaultArmed,
    FaultFired,
    FaultUndone,
    LedChanged,
    LinkDown,
    LinkUp,
    PlatformLink,
    ProcessorActive,
    ProcessorLoad,
    ProcessorStandby,
    ProcessState,
    RunEnded,
    SignallingLink,
)
from switchsim.model.line_events import LineLooped, LineSlip, LineStatus, LineUnavailable

DARK: Final = ("off", "pulled")
"""States of a board in which no LED of it shines; one that hangs leaves them as they are."""
STATUS_WORDS: Final = ("los", "ais", "lof", "rai")
"""Signals that every end of a line with a status has; the other words of LineStatus as they come."""


class Sort(IntEnum):
    """A wire is 0 or 1; a number has 32 bits and a sign; a text is shown as it is."""

    WIRE = 0
    NUMBER = 1
    TEXT = 2


class Signal(NamedTuple):
    """`first`: its value until something is said of it; 0 of wires and numbers."""

    group: str
    place: str
    name: str
    sort: Sort = Sort.WIRE
    first: str = ""


Change = tuple[Signal, int | str]


class Waves:
    """Turns records into changes, one after the other; holds what it must know of those before."""

    def __init__(self) -> None:
        self._leds: dict[str, dict[str, None]] = {}  # board -> LEDs that were told of
        self._active: dict[str, str] = {}  # board -> the program on it that takes the calls
        self._status: dict[tuple[str, str], dict[str, None]] = {}  # line, end -> words of its status
        self._queued: dict[int, str] = {}  # call -> queue
        self._lengths: dict[str, int] = {}  # queue -> calls in it
        self._calls: dict[int, None] = {}
        self._faults: dict[str, str] = {}  # number -> name

    def changes(self, record: Record) -> Iterator[Change]:
        """What this record changes, and signals that exist from now on; nothing for events not in KINDS."""
        handler = HANDLERS.get(type(record.event))
        return handler(self, record.place, record.event) if handler is not None else iter(())

    # -- rack ------------------------------------------------------------------------------------------------------

    def board(self, place: str, event: BoardState) -> Iterator[Change]:
        yield Signal("boards", place, "state", Sort.TEXT, "in_service"), event.state
        if event.state in DARK:
            for led in self._leds.get(place, ()):
                yield _led(place, led), "off"
        if event.state != "in_service" and place in self._active:
            yield Signal("processors", self._active.pop(place), "active"), 0

    def led(self, place: str, event: LedChanged) -> Iterator[Change]:
        self._leds.setdefault(place, {})[event.led] = None
        yield _led(place, event.led), event.state

    def active(self, place: str, _: ProcessorActive) -> Iterator[Change]:
        self._active[place.rpartition("/")[0]] = place
        yield Signal("processors", place, "active"), 1

    def standby(self, place: str, _: ProcessorStandby) -> Iterator[Change]:
        self._active.pop(place.rpartition("/")[0], None)
        yield Signal("processors", place, "active"), 0

    # -- lines -----------------------------------------------------------------------------------------------------

    def status(self, _: str, event: LineStatus) -> Iterator[Change]:
        known = self._status.setdefault((event.line, event.end), dict.fromkeys(STATUS_WORDS))
        words = event.status.split()
        known.update(dict.fromkeys(words))
        for word in known:
            yield _end(event, word), int(word in words)

    def slip(self, _: str, event: LineSlip) -> Iterator[Change]:
        yield _end(event, "slips", Sort.NUMBER), event.count

    def clock(self, place: str, event: ClockMode) -> Iterator[Change]:
        yield Signal("clocks", place, "mode", Sort.TEXT, "unknown"), event.mode
        yield Signal("clocks", place, "follows", Sort.TEXT, "unknown"), event.reference
        yield Signal("clocks", place, "ppb", Sort.NUMBER), event.ppb

    def reference(self, place: str, event: ClockReference) -> Iterator[Change]:
        yield Signal("clocks", place, f"reference {event.line}", Sort.TEXT, "unknown"), event.stage
        yield Signal("clocks", place, f"quality {event.line}", Sort.TEXT, "unknown"), event.quality

    # -- calls and faults --------------------------------------------------------------------------------------------

    def offered(self, _: str, event: CallOffered) -> Iterator[Change]:
        self._calls[event.call] = None
        yield CALLS_UP, len(self._calls)

    def cleared(self, _: str, event: CallCleared) -> Iterator[Change]:
        self._calls.pop(event.call, None)
        yield CALLS_UP, len(self._calls)
        yield from self._leave(event.call)

    def queued(self, _: str, event: CallQueued) -> Iterator[Change]:
        if self._queued.get(event.call) != event.queue:
            yield from self._leave(event.call)
            self._queued[event.call] = event.queue
            yield self._length(event.queue, 1)

    def unqueued(self, _: str, event: CallUnqueued) -> Iterator[Change]:
        yield from self._leave(event.call)

    def _leave(self, call: int) -> Iterator[Change]:
        queue = self._queued.pop(call, None)
        if queue is not None:
            yield self._length(queue, -1)

    def _length(self, queue: str, by: int) -> Change:
        self._lengths[queue] = self._lengths.get(queue, 0) + by
        return Signal("queues", "", queue, Sort.NUMBER), self._lengths[queue]

    def fault(self, _: str, event: FaultArmed | FaultFired | FaultUndone) -> Iterator[Change]:
        if isinstance(event, FaultArmed):
            self._faults[event.fault] = event.name
        name = f"{event.fault} {self._faults.get(event.fault, '')}".rstrip()
        yield Signal("faults", "", name), int(isinstance(event, FaultFired))


CALLS_UP: Final = Signal("calls", "", "up", Sort.NUMBER)


def _led(place: str, led: str) -> Signal:
    return Signal("boards", place, f"led {led}", Sort.TEXT, "off")


def _end(event: LineStatus | LineSlip | LineLooped | LineUnavailable, name: str, sort: Sort = Sort.WIRE) -> Signal:
    """A signal of one end of a line."""
    return Signal("lines", f"{event.line} {event.end}", name, sort)


def _one(change: Callable[[str, Any], Change]) -> Callable[[Waves, str, Any], Iterator[Change]]:
    """A handler of an event that changes one signal, whatever was before."""
    return lambda _, place, event: iter((change(place, event),))


HANDLERS: Final[dict[type[Event], Callable[[Waves, str, Any], Iterator[Change]]]] = {
    BoardState: Waves.board,
    LedChanged: Waves.led,
    ProcessorActive: Waves.active,
    ProcessorStandby: Waves.standby,
    ProcessorLoad: _one(lambda place, event: (Signal("processors", place, "overload", Sort.NUMBER), event.level)),
    AlarmRaised: _one(lambda _, event: (Signal("alarms", event.about, event.alarm), 1)),
    AlarmCleared: _one(lambda _, event: (Signal("alarms", event.about, event.alarm), 0)),
    DefectSeen: _one(lambda _, event: (Signal("defects", event.about, event.defect), 1)),
    DefectGone: _one(lambda _, event: (Signal("defects", event.about, event.defect), 0)),
    LineStatus: Waves.status,
    LineSlip: Waves.slip,
    LineLooped: _one(lambda _, event: (_end(event, f"loop {event.loop}"), event.on)),
    LineUnavailable: _one(lambda _, event: (_end(event, f"unavailable {event.side}"), event.on)),
    ClockMode: Waves.clock,
    ClockReference: Waves.reference,
    LinkUp: _one(lambda place, event: (Signal("links", event.link, f"up {place}"), 1)),
    LinkDown: _one(lambda place, event: (Signal("links", event.link, f"up {place}"), 0)),
    SignallingLink: _one(
        lambda place, event: (Signal("links", event.link, f"state {place}", Sort.TEXT, "unknown"), event.state)),
    ProcessState: _one(lambda place, event: (Signal("processes", place, "state", Sort.TEXT, "unknown"), event.state)),
    PlatformLink: _one(lambda place, event: (Signal("processors", place, "platform up"), int(event.state == "up"))),
    CallOffered: Waves.offered,
    CallCleared: Waves.cleared,
    CallQueued: Waves.queued,
    CallUnqueued: Waves.unqueued,
    FaultArmed: Waves.fault,
    FaultFired: Waves.fault,
    FaultUndone: Waves.fault,
}  # fmt: skip
_WANTED: Final[list[type[Event]]] = [RunEnded, *HANDLERS]
KINDS: Final = frozenset(snake(one.__name__) for one in _WANTED)
"""Kinds of the records that matter here, and of the last one."""
