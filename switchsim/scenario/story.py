"""The story of a run as it goes: a few lines for people, the same in a pipe and above the live figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from switchsim.model.event import Event
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    CallQueued,
    CircuitState,
    FaultFired,
    FaultUndone,
    LinkDown,
    LinkUp,
    PlatformLink,
    ProcessorActive,
    ProgramAttached,
    ProgramDetached,
    RunEnded,
)
from switchsim.report.figures import FigureCounter
from switchsim.sut.face import OutsideEvent
from switchsim.units import CYCLES_PER_SECOND, format_cycles, round_up

SUMMARIES: Final = 6
"""So many lines of figures a run, about."""
MOST_LINKS: Final = 8
"""Links that are told of one by one; the rest are counted in the figures."""


class Teller:
    """Shows a run to somebody; this one shows nothing, others show what they want of it."""

    def line(self, text: str) -> None:
        """A line of the story."""

    def figures(self, now: int, until: int, story: Story) -> None:
        """The run has reached cycle `now`."""

    def event(self, now: int, place: str, event: Event) -> None:
        """Every event of the journal."""

    def ready(self, addresses: dict[str, str]) -> None:
        """Every listener exists: source -> address."""

    def caution(self, text: str) -> None:
        """Something outside is not as it should be; the run goes on. After `ready`."""
        self.line(text)

    def outside(self, event: OutsideEvent) -> None:
        """A program came or went."""


class Story:
    """Kernel observer: keeps the figures that a live display shows, and tells the main events, a line each."""

    def __init__(self, teller: Teller, until: int) -> None:
        self.counter = FigureCounter()
        self.offered = 0
        self.alarms: dict[tuple[str, str], str] = {}
        self.circuits: set[tuple[str, int]] = set()
        """(line, timeslot) of those that carry a call, also one that is being cleared."""
        self.teller = teller
        self._until = until
        self._next_length = 1
        self._links_told = 0
        self._summary_cycles = max(CYCLES_PER_SECOND, round_up(until // SUMMARIES, CYCLES_PER_SECOND))
        self._handlers: dict[type[Event], Callable[[str, Any], str]] = {
            CallQueued: self._queued,
            CircuitState: self._circuit,
            ProcessorActive: self._processor,
            AlarmRaised: self._alarm_raised,
            AlarmCleared: self._alarm_cleared,
            FaultFired: self._fault_fired,
            FaultUndone: self._fault_undone,
            LinkUp: self._link,
            LinkDown: self._link,
            PlatformLink: self._platform,
            ProgramAttached: self._program,
            ProgramDetached: self._program,
            RunEnded: self._ended,
        }

    def observe(self, now: int, place: str, event: Event) -> None:
        self.counter.event(now, event)
        self.teller.event(now, place, event)
        handler = self._handlers.get(type(event))
        if handler is not None and (text := handler(place, event)):
            self.teller.line(f"{format_cycles(now):>10}  {text}")

    def second(self, now: int) -> None:
        """The run has reached `now`, a whole second or its end."""
        if now % self._summary_cycles == 0:
            self.teller.line(f"{format_cycles(now):>10}  {self.summary()}")
        self.teller.figures(now, self._until, self)

    def states(self) -> dict[str, int]:
        """Calls in each state, now."""
        return {state: count for state, count in sorted(self.counter.states.items()) if count}

    def summary(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in self.states().items())
        alarms = f"; alarms up: {len(self.alarms)}" if self.alarms else ""
        return f"calls up: {sum(self.states().values())}" + (f" ({states})" if states else "") + alarms

    # -- one event, one line ---------------------------------------------------------------------------------------

    def _queued(self, place: str, event: CallQueued) -> str:
        """Only a queue that is longer than ever before, by a good deal, is worth a line."""
        if event.position < self._next_length:
            return ""
        self._next_length = event.position + max(1, event.position // 2)
        return f"call {event.call} waits in queue {event.queue}, number {event.position} in line"

    def _circuit(self, place: str, event: CircuitState) -> str:
        (self.circuits.add if event.state == "busy" else self.circuits.discard)((event.line, event.timeslot))
        return ""

    def _processor(self, place: str, event: ProcessorActive) -> str:
        lost = f", {event.lost} in set-up are given up" if event.lost else ""
        return f"{place} takes the calls ({event.why}): {event.kept} go on{lost}"

    def _alarm_raised(self, place: str, event: AlarmRaised) -> str:
        self.alarms[event.alarm, event.about] = event.severity
        return f"ALARM {event.severity} {event.alarm} at {event.about}: {event.en} / {event.zh}"

    def _alarm_cleared(self, place: str, event: AlarmCleared) -> str:
        self.alarms.pop((event.alarm, event.about), None)
        return f"cleared {event.alarm} at {event.about}, up since {format_cycles(event.since)}"

    def _fault_fired(self, place: str, event: FaultFired) -> str:
        return f"fault {event.fault} acts at {place}: {event.effect}"

    def _fault_undone(self, place: str, event: FaultUndone) -> str:
        return f"fault {event.fault} is undone at {place}"

    def _link(self, place: str, event: LinkUp | LinkDown) -> str:
        self._links_told += 1
        word = "up" if isinstance(event, LinkUp) else "down"
        return f"link {event.link} is {word}, says {place}" if self._links_told <= MOST_LINKS else ""

    def _platform(self, place: str, event: PlatformLink) -> str:
        return f"the link to the platform is {event.state}"

    def _program(self, place: str, event: ProgramAttached | ProgramDetached) -> str:
        word = "came" if isinstance(event, ProgramAttached) else "went"
        return f"a program {word} at {event.source}"

    def _ended(self, place: str, event: RunEnded) -> str:
        return f"the run ends: {event.why}"
