"""The order in which a CCS gives calls to seats, by its own rules: skills, levels, priorities, idle longest."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    AgentRefused,
    CallCleared,
    CallOffered,
    ConfigurationRead,
    OrderGiven,
    SeatOffered,
    SeatState,
)
from switchsim.report.result import CheckResult, Outcome, judged
from switchsim.scenario.checks.base import CcsRules, CheckSettings, Handler
from switchsim.scenario.checks.platform_watch import PlatformWatch
from switchsim.scenario.checks.queues import LongestIdle
from switchsim.units import seconds

RESTS: Final = seconds(7)
"""An offer that came to nothing is given up after five seconds; its seat and its call rest until the next heartbeat."""


class _Call(msgspec.Struct):
    """calling: digits of the caller. since: cycle from which it has waited. tried: seats that it was offered to."""

    calling: str = ""
    queue: str = ""
    since: int = 0
    tried: dict[str, None] = {}
    rings: str = ""
    offered: int = -RESTS


class PlatformOrder(LongestIdle):
    """Judged when a CCS offers a call to a seat, by the `ccs.ini` and `ccsuser.dat` that it runs with: no other seat
    that it knew to be idle was better for the call (lower level of the skill, then most skills where the queue says so,
    then idle longest), and no call that it knew to wait was better for the seat (lower level, higher priority, then
    waiting longest). Not judged: what a fault disturbs, seats and calls whose last offer failed, seats that the call
    has tried; nothing at all once agents have signed in by letter, as nobody knows then who sits where."""

    name = "platform.order"
    title = "a CCS gives calls to seats by its rules"

    def __init__(self, settings: CheckSettings) -> None:
        super().__init__(settings)
        self._watch = PlatformWatch(settings)
        self._calls: dict[int, _Call] = {}
        self._seats: dict[str, tuple[int, int]] = {}  # seat -> call that it was offered, cycle
        self._rules: dict[str, CcsRules] = {}  # CCS -> what it runs with
        self._changed: dict[str, int] = {}  # seat -> cycle of its last state
        self._by_letter = False

    def handlers(self) -> dict[type[Event], Handler]:
        mine: dict[type[Event], Handler] = {
            CallOffered: self._begins, CallCleared: self._over, ConfigurationRead: self._configured,
            OrderGiven: self._ordered, SeatOffered: self._gives,
        }  # fmt: skip
        return {**super().handlers(), **self._watch.handlers(), AgentRefused: self._refused, **mine}

    def _refused(self, record: Record, event: AgentRefused) -> None:
        self._watch.take(record, event)
        self._changed[event.seat] = record.at

    def _begins(self, record: Record, event: CallOffered) -> None:
        self._calls[event.call] = _Call(event.calling)

    def _over(self, record: Record, event: CallCleared) -> None:
        self._calls.pop(event.call, None)
        self._offered.discard(event.call)

    def _configured(self, record: Record, event: ConfigurationRead) -> None:
        self._rules.pop(record.place, None)
        if event.version in self.settings.ccs_rules:
            self._rules[record.place] = self.settings.ccs_rules[event.version]

    def _ordered(self, record: Record, event: OrderGiven) -> None:
        self._by_letter = self._by_letter or (record.place.endswith("/proxy") and "sign_in" in event.arguments)

    def _queued(self, record: Record, event: Any) -> None:
        super()._queued(record, event)
        row = self._calls.setdefault(event.call, _Call())
        if row.queue != event.queue:
            row.queue, row.since = event.queue, record.at

    def _unqueued(self, record: Record, event: Any) -> None:
        super()._unqueued(record, event)
        self._calls.setdefault(event.call, _Call()).queue = ""

    def _seat(self, record: Record, event: SeatState) -> None:
        super()._seat(record, event)
        self._changed[event.seat] = record.at
        for row in self._calls.values():
            if row.rings == event.seat:
                row.rings, row.offered = "", -RESTS
        if event.state == "ringing":
            self._seats.pop(event.seat, None)
            self._calls.setdefault(event.call, _Call()).rings = event.seat

    def _chosen(self, record: Record, event: SeatState, queue: str, idle_since: int) -> None:
        """By the switch: `queue.longest_idle` judges that."""

    # -- judging -------------------------------------------------------------------------------------------------

    def _gives(self, record: Record, event: SeatOffered) -> None:
        rules, call = self._rules.get(record.place), self._calls.get(event.call)
        quiet = record.at - self._watch.of(record.place).quiet_since(record.at) > self.settings.ccs_healing_cycles
        if call is not None and rules is not None and quiet and not self._by_letter:
            self._judge_seat(record, event, rules, call)
            self._judge_call(record, event, rules, call)
        if call is not None:
            call.tried = {**call.tried, event.seat: None}
            call.offered = record.at
        self._seats[event.seat] = (event.call, record.at)

    def _judge_seat(self, record: Record, event: SeatOffered, rules: CcsRules, call: _Call) -> None:
        own = self._seat_key(event.seat, event.queue, rules)
        if own is None or event.seat in call.tried or call.queue != event.queue:
            return
        self._judged += 1
        for seat in self._idle:
            key = self._seat_key(seat, event.queue, rules)
            passed = seat in call.tried or seat in self._watch.of(record.place).refused
            if key is None or key >= own or passed or not self._known(seat, record.at):
                continue
            what = f"call {event.call} of queue {event.queue} goes to seat {event.seat} ({_told(own)})"
            self.found(record.at, record.place, f"{what}; expected seat {seat} ({_told(key)})")
            return

    def _known(self, seat: str, at: int) -> bool:
        """The CCS has heard that it is idle, and has not offered it a call that it could still get."""
        return at - self._changed.get(seat, at) > self.settings.news_cycles and (
            at - self._seats.get(seat, (0, -RESTS))[1] >= RESTS)

    def _seat_key(self, seat: str, queue: str, rules: CcsRules) -> tuple[int, int, int] | None:
        level = rules.levels.get(seat, {}).get(queue)
        if level is None or seat not in self._idle:
            return None
        return level, -len(rules.levels[seat]) if queue in rules.most_skills else 0, self._idle[seat]

    def _judge_call(self, record: Record, event: SeatOffered, rules: CcsRules, call: _Call) -> None:
        levels = rules.levels.get(event.seat, {})
        if event.queue not in levels or event.seat in call.tried:
            return
        own = (levels[event.queue], -rules.priority(call.calling), call.since)
        for number, other in self._calls.items():
            if number not in self._offered or other.queue not in levels or event.seat in other.tried or other.rings:
                continue
            key = (levels[other.queue], -rules.priority(other.calling), other.since)
            new = record.at - other.since <= self.settings.news_cycles or record.at - other.offered < RESTS
            if key < own and not new:
                what = f"seat {event.seat} gets call {event.call} (level, priority, waiting since: {_plain(own)})"
                self.found(record.at, record.place, f"{what}; expected call {number} ({_plain(key)})")
                return

    def finish(self, end: int) -> CheckResult:
        if not self._judged and not self.findings:
            why = "agents have signed in by letter" if self._by_letter else "no CCS gave a call to a seat undisturbed"
            return CheckResult(self.name, self.title, Outcome.NOT_APPLICABLE, why)
        return judged(self.name, self.title, self.findings, reason=f"{self._judged} offers judged")


def _told(key: tuple[int, int, int]) -> str:
    skills = f", {-key[1]} skills" if key[1] else ""
    return f"level {key[0]}{skills}, idle since cycle {key[2]}"


def _plain(key: tuple[int, int, int]) -> str:
    return f"{key[0]}, {-key[1]}, {key[2]}"


PLATFORM_ORDER: Final = (PlatformOrder,)
