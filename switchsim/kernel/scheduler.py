"""The kernel: integer time, seven phases a cycle, and one heap of everything that is due.

docs/timing_model.md says what may be read and written in each phase. In short: orders land between cycles, exactly at
theirs; messages, timers and what the native core saw are handled at control ticks, in the order (phase, place,
sequence); then the native core runs the media up to the next cycle at which anything is due, and returns early when it
saw something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any, Protocol

from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Seen, Wire
from switchsim.kernel.prng import Streams
from switchsim.model.event import Event
from switchsim.model.events import OrderGiven, PortLost
from switchsim.model.message import Message
from switchsim.model.order import Order, describe
from switchsim.model.part import MediaEvent, Part
from switchsim.model.phase import Phase
from switchsim.units import round_up

DEFAULT_TICK = 8
DEFAULT_BATCH = 160
TIMER, MESSAGE, MEDIA = 0, 1, 2
PHASES = tuple(Phase)


class Media(Protocol):
    """The media path (switchsim.dsp.engine)."""

    @property
    def now(self) -> int: ...
    def run(self, until: int) -> Sequence[MediaEvent]: ...
    def snapshot(self) -> bytes: ...
    def restore(self, octets: bytes) -> None: ...


class NoMedia:
    """A media path without timeslots, for parts that need none."""

    def __init__(self) -> None:
        self.now = 0

    def run(self, until: int) -> Sequence[MediaEvent]:
        self.now = until
        return ()

    def snapshot(self) -> bytes:
        return self.now.to_bytes(8, "little")

    def restore(self, octets: bytes) -> None:
        self.now = int.from_bytes(octets, "little")


Observer = Callable[[int, str, Event], object]
"""(cycle, place, event); called in phase 7. May give orders for later cycles, and nothing else."""

HeapEntry = tuple[int, int, int, int, int, str, Any]
"""(due, phase, place index, sequence, sort of entry, timer or port name, generation or content)."""


def natural_key(path: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key of a path: numbers by value, so that slot/10 comes after slot/9."""
    return tuple((1, 0, word) if not word.isdigit() else (0, int(word), "") for word in re.split(r"[/]", path))


class Kernel:
    """Runs parts. `Host` of switchsim.model.part for each of them."""

    def __init__(
        self, media: Media, journal: Journal, streams: Streams, *, tick: int = DEFAULT_TICK, batch: int = DEFAULT_BATCH
    ) -> None:
        if not 1 <= tick <= DEFAULT_TICK:
            raise ValueError(f"control tick {tick}: expected 1..{DEFAULT_TICK} cycles")
        self.now = 0
        self.tick = tick
        self.batch = batch
        self.media = media
        self.journal = journal
        self.streams = streams
        self.parts: dict[str, Part[Any]] = {}
        self.wires: dict[tuple[str, str], Wire] = {}
        self.media_owner: dict[tuple[int, int], str] = {}
        self.media_shift: dict[tuple[int, int], int] = {}
        self.observers: list[Observer] = []
        self.leave: Callable[[], bool] | None = None
        self.heap: list[HeapEntry] = []
        self.orders: list[tuple[int, int, str, Order]] = []
        self.timers: dict[tuple[str, str], list[int]] = {}  # deadline (-1 stopped), generation, due of its heap entry
        self.sequence = 0
        self._phase = Phase.ORDER
        self._fresh: list[tuple[str, Event]] = []
        self._index: dict[str, int] = {}
        self._by_index: list[Part[Any]] = []

    # -- building ------------------------------------------------------------------------------------------------

    def add(self, part: Part[Any]) -> None:
        if part.stands_at in self.parts:
            raise ValueError(f"two parts at {part.stands_at}")
        self.parts[part.stands_at] = part

    def connect(self, place: str, port: str, wire: Wire) -> None:
        """Lay a wire out of (place, port)."""
        if (place, port) in self.wires:
            raise ValueError(f"two wires out of {place} port {port}")
        if wire.grid_cycles % self.tick and self.tick % wire.grid_cycles:
            raise ValueError(f"{place} port {port}: grid {wire.grid_cycles} does not fit the control tick {self.tick}")
        self.wires[place, port] = wire

    def own_media(self, kinds: Iterable[int], unit: int, place: str, shift: int = 0) -> None:
        """What the native core sees of these kinds on this unit goes to the part at `place`.

        shift: the part's own number of the unit is so much less.
        """
        for kind in kinds:
            self.media_owner[kind, unit] = place
            if shift:
                self.media_shift[kind, unit] = shift

    def power_on(self) -> None:
        """Fix the order of places and start every part, in that order."""
        self.index_places()
        self.journal.begin()
        for part in self._by_index:
            part.start()
        self._observe()

    def index_places(self) -> None:
        self._by_index = [self.parts[path] for path in sorted(self.parts, key=natural_key)]
        self._index = {part.stands_at: index for index, part in enumerate(self._by_index)}

    # -- Host ----------------------------------------------------------------------------------------------------

    def emit(self, place: str, event: Event) -> None:
        self.journal.write(self.now, self._phase, place, event)
        if self.observers:
            self._fresh.append((place, event))

    def send(self, place: str, port: str, message: Message) -> bool:
        wire = self.wires[place, port]
        state = wire.state
        assert isinstance(message, wire.accepts), f"{place} port {port} does not carry {type(message).__name__}"
        if state.cut or state.in_flight >= wire.capacity:
            state.lost += 1
            self.emit(place, PortLost(port, type(message).__name__, "cut" if state.cut else "full"))
            return False
        state.in_flight += 1
        state.sent += 1
        # _earliest and _push, written out: nothing else is done so often
        phase, now = self.parts[wire.to_place].phase, self.now
        due = now + wire.latency_cycles
        due += -due % self.tick
        if due == now and phase <= self._phase:
            due += self.tick
        self.sequence += 1
        index, content = self._index[wire.to_place], (message, place, port)
        heappush(
            self.heap, (due + -due % wire.grid_cycles, phase, index, self.sequence, MESSAGE, wire.to_port, content)
        )
        return True

    def start_timer(self, place: str, name: str, cycles: int) -> None:
        part = self.parts[place]
        deadline = self._earliest(cycles, part.phase)
        timer = self.timers.get((place, name))
        if timer is not None and timer[2] <= deadline:
            timer[0] = deadline  # its heap entry comes first and moves on
            return
        # The generation is the heap entry's own number, so a stale entry never matches a later timer of that name.
        self.timers[place, name] = [deadline, self.sequence + 1, deadline]
        self._push(deadline, part, TIMER, name, self.sequence + 1)

    def stop_timer(self, place: str, name: str) -> None:
        timer = self.timers.get((place, name))
        if timer is not None:
            timer[0] = -1

    def timers_of(self, place: str) -> list[str]:
        """Names of the timers that run at a place, in the order in which they were first started."""
        return [name for (owner, name), timer in self.timers.items() if owner == place and timer[0] >= 0]

    def draw(self, stream: str) -> int:
        return self.streams.draw(stream)

    # -- outside -------------------------------------------------------------------------------------------------

    def order(self, at: int, place: str, order: Order) -> None:
        """Give an order for cycle `at` (the present one at the earliest, if it has not been run)."""
        if place not in self.parts:
            raise ValueError(f"no part {place}")
        self.sequence += 1
        heappush(self.orders, (max(at, self.now), self.sequence, place, order))

    def part(self, path: str) -> Part[Any]:
        return self.parts[path]

    def run(self, until: int) -> None:
        """Run cycles now .. until - 1; when `leave` says so after a cycle's control tick, only to the next cycle."""
        while self.now < until:
            self._between_cycles()
            if self.now % self.tick == 0:
                self._control_tick()
            self._observe()
            if self.leave is not None and self.leave():
                until = self.now + 1
            self._media(min(until, self.now + self.batch))
        self.stand_still()

    def stand_still(self) -> None:
        """Between two runs, or just restored: what is written now is said about a finished cycle."""
        self._phase = Phase.OBSERVE

    # -- inside --------------------------------------------------------------------------------------------------

    def _earliest(self, cycles: int, phase: Phase) -> int:
        """The first control tick at or after now + cycles at which `phase` is still to come."""
        due = round_up(self.now + cycles, self.tick)
        return due + self.tick if due == self.now and phase <= self._phase else due

    def _push(self, due: int, part: Part[Any], sort: int, name: str, content: Any) -> None:
        self.sequence += 1
        heappush(self.heap, (due, part.phase, self._index[part.stands_at], self.sequence, sort, name, content))

    def _between_cycles(self) -> None:
        self._phase = Phase.ORDER
        while self.orders and self.orders[0][0] <= self.now:
            _, _, place, order = heappop(self.orders)
            part = self.parts[place]
            if not part.tells(order):
                name, arguments = describe(order)
                self.emit(place, OrderGiven(name, arguments))
            part.on_order(order)

    def _control_tick(self) -> None:
        heap, now = self.heap, self.now
        while heap and heap[0][0] <= now:
            _, phase, index, _, sort, name, content = heappop(heap)
            self._phase = PHASES[phase]
            part = self._by_index[index]
            if sort == TIMER:
                self._timer_due(part, name, content)
            elif sort == MESSAGE:
                message, from_place, from_port = content
                self.wires[from_place, from_port].state.in_flight -= 1
                part.on_message(name, message)
            else:
                part.on_media(content)

    def _timer_due(self, part: Part[Any], name: str, generation: int) -> None:
        timer = self.timers.get((part.stands_at, name))
        if timer is None or timer[1] != generation:
            return
        deadline = timer[0]
        if deadline > self.now:  # restarted meanwhile: only its deadline moved
            timer[1], timer[2] = self.sequence + 1, deadline
            self._push(deadline, part, TIMER, name, self.sequence + 1)
            return
        del self.timers[part.stands_at, name]
        if deadline >= 0:
            part.on_timer(name)

    def _observe(self) -> None:
        self._phase = Phase.OBSERVE
        fresh, self._fresh = self._fresh, []
        for place, event in fresh:
            for observer in self.observers:
                observer(self.now, place, event)

    def _media(self, stop: int) -> None:
        if self.heap:
            stop = min(stop, max(self.heap[0][0], self.now + 1))
        if self.orders:
            stop = min(stop, max(self.orders[0][0], self.now + 1))
        self._phase = Phase.MEDIA
        seen_events = self.media.run(stop)
        soonest = round_up(self.media.now, self.tick)  # `at` may lie further back: the onset of what took time to know
        for event in seen_events:
            owner = self.media_owner.get((event.kind, event.unit))
            if owner is not None:
                if self.media_shift:
                    event = self._shifted(event)
                due = max(round_up(event.at + 1, self.tick), soonest)
                self._push(due, self.parts[owner], MEDIA, "", event)
        self.now = self.media.now
        self.journal.catch_up(self.now)

    def _shifted(self, event: MediaEvent) -> MediaEvent:
        """As the part numbers the unit."""
        shift = self.media_shift.get((event.kind, event.unit))
        return Seen(event.at, event.kind, event.unit - shift, event.a, event.b, event.octets) if shift else event
