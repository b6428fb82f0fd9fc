"""Who waits in a queue is not lost, whatever becomes of the platform."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    AgentRefused,
    CallCleared,
    CallQueued,
    CallRanked,
    CallUnqueued,
    MemberSet,
    OrderGiven,
    ProcessorActive,
    SeatState,
)
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import Check, CheckSettings, Handler
from switchsim.scenario.checks.platform_calls import NO_PLATFORM
from switchsim.scenario.checks.platform_watch import PLATFORM, Platform, PlatformWatch
from switchsim.units import format_cycles

SENT_ON: Final = ("overflow", "redirected")
FAR: Final = 1 << 62


class _Waiting(msgspec.Struct):
    """A call in a queue. since: of its place; waits: cycle since which no seat rings for it. own: the switch's."""

    machine: str
    queue: str
    since: int
    waits: int
    own: bool = True
    rings: str = ""


class QueuedCallers(Check):
    """Who was queued is answered, hangs up, is sent on, or is cleared for a fault of a line or a board - never for one
    of the platform. One who waits for the platform is the switch's again soon after the platform has gone, and nobody
    waits long while a seat that could serve him is idle."""

    name = "platform.queued_callers"
    title = "no caller in a queue is lost or forgotten"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._watch = PlatformWatch(settings)
        self._calls: dict[int, _Waiting] = {}
        self._ranked: dict[int, bool] = {}  # call -> own
        self._left: dict[int, tuple[str, str]] = {}  # call -> queue, why it left the last one
        self._idle: dict[str, int] = {}
        self._members: dict[tuple[str, str], bool] = {}
        self._gone: dict[str, int] = {}  # machine -> cycle since which nobody of the platform can give calls to seats
        self._harmed: dict[str, bool] = {}  # machine -> a fault outside the platform has acted
        self._moved: dict[str, bool] = {}  # machine -> agents have signed in by letter: nobody knows who sits where
        self._seen = False

    def handlers(self) -> dict[type[Event], Handler]:
        return {
            CallQueued: self._queued,
            CallRanked: self._rank,
            CallUnqueued: self._unqueued,
            CallCleared: self._cleared,
            SeatState: self._seat,
            MemberSet: self._member,
            ProcessorActive: self._processor,
            OrderGiven: self._ordered,
            **self._watch.handlers(self._changed),
            AgentRefused: self._refused,
        }

    # -- the platform --------------------------------------------------------------------------------------------

    def _changed(self, record: Record, event: Any) -> None:
        machine, row = self.settings.machine_of(record.place), self._watch.of(record.place)
        if any(not fault.place.startswith(PLATFORM) for fault in row.acting.values()):
            self._harmed[machine] = True
        if not _gone(row):
            self._waited_in_vain(machine, record.at)
            self._gone.pop(machine, None)
        else:
            self._gone.setdefault(machine, record.at)

    def _waited_in_vain(self, machine: str, at: int) -> None:
        for call, row in self._calls.items():
            if row.machine == machine:
                self._still_the_platforms(call, row, at)

    def _still_the_platforms(self, call: int, row: _Waiting, at: int) -> None:
        """A call is judged when it ceases to wait for the platform, or the platform comes back, or the run ends."""
        gone = self._gone.get(row.machine, FAR)
        since = max(gone, row.waits)
        if not row.own and not row.rings and at - since > self.settings.distribute_cycles:
            limit = format_cycles(self.settings.distribute_cycles)
            what = f"call {call} waits for a platform that is gone since cycle {gone}, until cycle {at}"
            self.found(at, f"queue {row.queue}", f"{what}; expected that the switch distributes it within {limit}")

    # -- calls ---------------------------------------------------------------------------------------------------

    def _rank(self, record: Record, event: CallRanked) -> None:
        self._ranked[event.call] = bool(event.own)
        row = self._calls.get(event.call)
        if row is not None:
            self._still_the_platforms(event.call, row, record.at)
            row.own = bool(event.own)

    def _queued(self, record: Record, event: CallQueued) -> None:
        self._seen = True
        machine = self.settings.machine_of(record.place)
        own = self._ranked.get(event.call, True)
        self._calls[event.call] = _Waiting(machine, event.queue, record.at, record.at, own)

    def _unqueued(self, record: Record, event: CallUnqueued) -> None:
        row = self._calls.pop(event.call, None)
        if row is not None:
            self._judge_wait(event.call, row, record.at)
            self._left[event.call] = (row.queue, event.why)

    def _cleared(self, record: Record, event: CallCleared) -> None:
        row = self._calls.pop(event.call, None)
        self._ranked.pop(event.call, None)
        queue, why = self._left.pop(event.call, ("", "")) if row is None else (row.queue, "")
        if not queue or why in (*SENT_ON, "seat"):
            return
        machine = self.settings.machine_of(record.place)
        if event.by in ("caller", "network", "seat") or (event.by == "fault" and self._harmed.get(machine)):
            return
        if event.by == "machine" and event.cause:
            return  # ordered, and for a stated reason
        what = f"call {event.call} waited and is cleared by {event.by or 'nobody'} with cause {event.cause}"
        expected = "expected an agent, a hang-up, overflow, or a fault of a line or a board"
        self.found(record.at, f"queue {queue}", f"{what}; {expected}")

    def _judge_wait(self, call: int, row: _Waiting, at: int) -> None:
        self._still_the_platforms(call, row, at)
        if row.rings:
            return
        for seat, since in self._idle.items():
            if self._serves(row.machine, seat, row.queue):
                self._beside(call, row, seat, since, at)

    def _beside(self, call: int, row: _Waiting, seat: str, since: int, at: int) -> None:
        """The call waits and the seat is idle, both up to now: for how long, with nothing to hinder it?"""
        quiet = self._watch.platforms[row.machine].quiet_since(at) if row.machine in self._watch.platforms else at
        together = max(row.waits, since, quiet)
        if at - together > self.settings.recovery_cycles:
            what = f"call {call} waits and seat {seat} is idle, from cycle {together} to {at}"
            limit = format_cycles(self.settings.recovery_cycles)
            self.found(at, f"queue {row.queue}", f"{what}; expected that it rings within {limit}")

    # -- seats ---------------------------------------------------------------------------------------------------

    def _serves(self, machine: str, seat: str, queue: str) -> bool:
        """By the machine and the orders of applications; by a CCS's list of agents too, where there is one."""
        queues = self.settings.seat_queues.get(seat)
        member = self._members.get((queue, seat), queues is None or queue in queues)
        skills = self.settings.agent_skills.get(seat)
        refused = machine in self._watch.platforms and seat in self._watch.platforms[machine].refused
        return member and (skills is None or queue in skills) and not refused and not self._moved.get(machine)

    def _refused(self, record: Record, event: AgentRefused) -> None:
        self._watch.take(record, event)
        if event.seat in self._idle:
            self._idle[event.seat] = record.at  # it counts from here on, or no more

    def _member(self, record: Record, event: MemberSet) -> None:
        self._members[event.queue, event.seat] = bool(event.present)

    def _processor(self, record: Record, event: ProcessorActive) -> None:
        """It is told of everything anew, and so are those who wait."""
        self._harmed[self.settings.machine_of(record.place)] = True

    def _ordered(self, record: Record, event: OrderGiven) -> None:
        if record.place.endswith("callcentre/proxy") and "sign_in" in event.arguments:
            self._moved[self.settings.machine_of(record.place)] = True

    def _seat(self, record: Record, event: SeatState) -> None:
        since = self._idle.pop(event.seat, None)
        if since is not None:
            for call, row in self._calls.items():
                if not row.rings and self._serves(row.machine, event.seat, row.queue):
                    self._beside(call, row, event.seat, since, record.at)
        self._ringing(record, event)
        if event.state == "idle":
            self._idle[event.seat] = record.at

    def _ringing(self, record: Record, event: SeatState) -> None:
        for call, row in self._calls.items():
            if row.rings == event.seat and (event.state, event.call) != ("ringing", call):
                row.rings, row.waits = "", record.at
        row = self._calls.get(event.call)  # type: ignore[assignment]
        if event.state == "ringing" and row is not None:
            self._still_the_platforms(event.call, row, record.at)
            row.rings = event.seat

    def finish(self, end: int) -> CheckResult:
        if not self._watch.seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, NO_PLATFORM)
        for call, row in self._calls.items():
            self._judge_wait(call, row, end)
        if not self._seen:
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, "no call was queued")
        return judged(self.name, self.title, self.findings)


def _gone(row: Platform) -> bool:
    """Nobody of the platform can give calls to seats."""
    return row.link != "up" or (bool(row.ccs()) and not row.deciding()) or not row.lives("callcentre/cti_server")


PLATFORM_QUEUES: tuple[type[Check], ...] = (QueuedCallers,)
