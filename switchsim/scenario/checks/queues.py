"""Queue order: the caller who waits longest goes first, to the seat that has been idle longest.

Where the platform ranks calls and seats, that comes first: calls of a higher priority, seats of a lower penalty. Calls
that the platform itself gives to seats are judged by its own rules, in `platform.order`. Calls that came in one cycle
stand by their numbers; the switch and a CCS keep that while both wait, and it is no jumping the queue when the one
that was told first already had a seat.
"""

from __future__ import annotations

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallCleared,
    CallQueued,
    CallRanked,
    CallState,
    CallUnqueued,
    MemberSet,
    ProcessorActive,
    SeatState,
)
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler


class _Lines:
    """Who waits where, in order. A call that is put back after no answer stands where `position` says."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[int]] = {}
        self.queue_of: dict[int, str] = {}
        self.known: set[tuple[str, int]] = set()
        self.since: dict[int, int] = {}
        self.priority: dict[int, int] = {}
        self.offered: set[int] = set()  # calls that the platform gives to seats
        self.given: set[int] = set()  # that it ever gave

    def rank(self, event: CallRanked) -> None:
        self.priority[event.call] = event.priority
        if event.own:
            self.offered.discard(event.call)
        else:
            self.offered.add(event.call)
            self.given.add(event.call)

    def stepped_back(self) -> str:
        """What is not judged here."""
        return f"{len(self.given)} calls that the platform gives to seats: see platform.order" if self.given else ""

    def before(self, call: int, other: int) -> bool:
        """Whether a call of a higher priority goes before one that came earlier."""
        return self.priority.get(call, 0) > self.priority.get(other, 0)

    def join(self, queue: str, call: int, position: int, at: int) -> None:
        waiting = self.waiting.setdefault(queue, [])
        waiting.insert(min(max(position - 1, 0), len(waiting)), call)
        self.queue_of[call] = queue
        self.known.add((queue, call))
        self.since[call] = at

    def leave(self, call: int) -> None:
        queue = self.queue_of.pop(call, None)
        if queue is not None:
            self.waiting[queue].remove(call)


class FirstInFirstOut(Check):
    """A seat is given to the call that came first; judged when it begins to ring, or takes a call without ringing."""

    name = "queue.fifo"
    title = "in every queue the call that waits longest goes first"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._lines = _Lines()
        self._ringing: dict[str, int] = {}

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            CallQueued: self._queued,
            CallUnqueued: self._unqueued,
            CallRanked: self._ranked,
            CallCleared: self._cleared,
            SeatState: self._seat,
        }

    def _ranked(self, record: Record, event: CallRanked) -> None:
        self._lines.rank(event)

    def _queued(self, record: Record, event: CallQueued) -> None:
        lines = self._lines
        waiting = lines.waiting.get(event.queue, [])
        place = f"queue {event.queue}"
        if event.call in lines.queue_of:
            self.found(record.at, place, f"call {event.call} is queued but waits in {lines.queue_of[event.call]}")
            lines.leave(event.call)
        elif not 1 <= event.position <= len(waiting) + 1:
            self.found(record.at, place, f"call {event.call} gets position {event.position} of {len(waiting) + 1}")
        elif event.position <= len(waiting) and (event.queue, event.call) not in lines.known and (
                lines.since[before := waiting[event.position - 1]] < record.at) and not (
                lines.before(event.call, before)):
            self.found(record.at, place, f"call {event.call} comes new but is put before call {before}")
        lines.join(event.queue, event.call, event.position, record.at)

    def _unqueued(self, record: Record, event: CallUnqueued) -> None:
        if event.call not in self._lines.queue_of:
            self.found(record.at, f"queue {event.queue}", f"call {event.call} leaves but does not wait")
        if event.why == "seat" and event.call not in self._ringing.values():
            self._distributed(record, event.call)
        self._lines.leave(event.call)

    def _cleared(self, record: Record, event: CallCleared) -> None:
        queue = self._lines.queue_of.get(event.call)
        if queue is not None:
            if event.by != "fault":  # a processor that takes over may know of the call no more than its number
                self.found(record.at, f"queue {queue}", f"call {event.call} is cleared but never left the queue")
            self._lines.leave(event.call)

    def _seat(self, record: Record, event: SeatState) -> None:
        if event.state == "ringing":
            if self._ringing.get(event.seat) != event.call:
                self._distributed(record, event.call)
            self._ringing[event.seat] = event.call
        else:
            self._ringing.pop(event.seat, None)

    def _distributed(self, record: Record, call: int) -> None:
        """A seat was chosen for `call`: all before it must have one by now."""
        queue = self._lines.queue_of.get(call)
        waiting = self._lines.waiting.get(queue or "", [])
        if queue is None or call not in waiting or call in self._lines.offered:
            return
        served = self._lines.offered.union(self._ringing.values())
        earlier = [other for other in waiting[: waiting.index(call)] if not self._with(other, call)]
        passed = [other for other in earlier if other not in served]
        if passed:
            what = f"call {call} is given a seat before call {passed[0]}, which came first"
            self.found(record.at, f"queue {queue}", what)

    def _with(self, call: int, other: int) -> bool:
        """They came in one cycle, and neither is ranked before the other."""
        lines = self._lines
        return lines.since[call] == lines.since[other] and not lines.before(call, other)

    def finish(self, end: int) -> CheckResult:
        if not self._lines.known and not self.findings:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no call was queued")
        return judged(self.name, self.title, self.findings, reason=self._lines.stepped_back())


class LongestIdle(Check):
    """Of the free seats of a queue the one that has been idle longest gets the call; equal times: any of them.

    A seat whose calls ended before anybody talked (the caller went while it rang, nobody answered what it placed) keeps
    its turn; not one that had talked in another call meanwhile. With a processor that begins anew all begin anew.
    """

    name = "queue.longest_idle"
    title = "the seat that has been idle longest gets the call"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._idle: dict[str, int] = {}
        self._machine: dict[str, str] = {}  # seat -> the machine that tells of it
        self._turn: dict[str, tuple[set[int], int]] = {}  # seat -> calls since it was idle, idle since before them
        self._talked: set[int] = set()
        self._queue_of: dict[int, tuple[str, int]] = {}
        self._offered: set[int] = set()
        self._members: dict[tuple[str, str], int] = {}  # queue, seat -> penalty, -1 = it was taken out; as ordered
        self._judged = 0

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            CallQueued: self._queued,
            CallUnqueued: self._unqueued,
            CallState: self._state,
            SeatState: self._seat,
            CallRanked: self._ranked,
            MemberSet: self._member,
            ProcessorActive: self._processor,
        }

    def _ranked(self, record: Record, event: CallRanked) -> None:
        if event.own:
            self._offered.discard(event.call)
        else:
            self._offered.add(event.call)

    def _member(self, record: Record, event: MemberSet) -> None:
        self._members[event.queue, event.seat] = event.penalty if event.present else -1

    def _processor(self, record: Record, event: ProcessorActive) -> None:
        if event.why == "restart":
            machine = self.settings.machine_of(record.place)
            self._idle |= {seat: record.at for seat in self._idle if self._machine.get(seat) == machine}

    def _state(self, record: Record, event: CallState) -> None:
        if event.state == "talk":
            self._talked.add(event.call)

    def _queued(self, record: Record, event: CallQueued) -> None:
        self._queue_of[event.call] = (event.queue, -1)

    def _unqueued(self, record: Record, event: CallUnqueued) -> None:
        """A call taken from the queue may ring in the same cycle only: after that it is on another way."""
        queue = self._queue_of.pop(event.call, None)
        if queue is not None and event.why == "seat":
            self._queue_of[event.call] = (event.queue, record.at)

    def _seat(self, record: Record, event: SeatState) -> None:
        self._machine.setdefault(event.seat, self.settings.machine_of(record.place))
        idle_since = self._idle.get(event.seat)
        calls, before = self._turn.pop(event.seat, (set(), record.at))
        if event.state == "idle":
            self._idle.setdefault(event.seat, before if calls.isdisjoint(self._talked) else record.at)
            return
        if event.state in ("ringing", "talk", "held"):
            own = set() if event.state == "ringing" else {event.call}  # one that rings here may have talked elsewhere
            self._turn[event.seat] = (calls | own, before if idle_since is None else idle_since)
        if event.state in ("ringing", "talk") and idle_since is not None:
            queue, left = self._queue_of.get(event.call, ("", -1))
            if queue and left in (-1, record.at) and event.call not in self._offered:
                self._chosen(record, event, queue, idle_since)
        self._idle.pop(event.seat, None)

    def _chosen(self, record: Record, event: SeatState, queue: str, idle_since: int) -> None:
        self._judged += 1
        own = (max(self._penalty(event.seat, queue), 0), idle_since)
        others = [
            (penalty, since, seat)
            for seat, since in self._idle.items()
            if seat != event.seat and (penalty := self._penalty(seat, queue)) >= 0
        ]
        penalty, longest, seat = min(others, default=(*own, event.seat))
        if (penalty, longest) < own:
            what = (
                f"call {event.call} of queue {queue} goes to seat {event.seat}, idle since cycle {idle_since}, "
                f"though seat {seat} is idle since cycle {longest}"
            )
            lower = f" and has penalty {penalty}, not {own[0]}" if penalty < own[0] else ""
            self.found(record.at, f"seat {event.seat}", what + lower)

    def _penalty(self, seat: str, queue: str) -> int:
        """-1: it does not serve the queue."""
        queues = self.settings.seat_queues.get(seat)
        return self._members.get((queue, seat), 0 if queues is None or queue in queues else -1)

    def finish(self, end: int) -> CheckResult:
        if not self._judged:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no queued call was given to a seat")
        return judged(self.name, self.title, self.findings)


QUEUES: tuple[type[Check], ...] = (FirstInFirstOut, LongestIdle)
