"""Counting for `kpis`: what becomes of every call, every stay in a queue and every seat, event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallQueued,
    CallState,
    CallUnqueued,
    DigitHeard,
    Routed,
    SeatState,
)
from switchsim.report.kpis import CallRow, CallTally, FirstCalls, KpiPlan, Kpis, Ratings, SeatRow, SeatTally
from switchsim.report.traffic import share

ELSEWHERE: Final = ("overflow", "redirected")
"""Ways out of a queue on which a call goes on."""


class _Stay(msgspec.Struct):
    """A call in a queue. why: `` it is in it."""

    queue: str
    at: int
    why: str = ""
    waited: int = 0


class _Call(msgspec.Struct):
    """Cycles, -1 = not (yet). sought: when it first sought a person. asked: it came to a service after its talk.

    root: the call whose caller this one brings from another machine, 0 = it is inbound itself. further: it has gone on.
    """

    calling: str
    offered: int
    sought: int = -1
    machine: bool = False
    talked: int = -1
    ended: int = -1
    asked: bool = False
    rating: str = ""
    stays: list[_Stay] = []
    root: int = 0
    further: bool = False

    @property
    def connected(self) -> bool:
        """Whether it counts as connected; of a call that is up and has not sought a person yet nobody knows."""
        return self.talked >= 0 or (self.machine and self.sought < 0 and self.ended >= 0)


class _Seat(msgspec.Struct):
    state: str
    since: int
    call: int
    talks: list[int] = []  # calls that it has talked in


class KpiCounter:
    """Give it every record, in order."""

    def __init__(self, plan: KpiPlan) -> None:
        self.plan = plan
        self._calls: dict[int, _Call] = {}
        self._peers = dict(plan.joins) | {b: a for a, b in plan.joins}
        self._out: dict[tuple[str, int], int] = {}  # circuit of a joined line -> the call that went on over it
        self._seats: dict[str, _Seat] = {}
        self._seat_tallies: dict[str, dict[int, SeatTally]] = {}  # seat -> interval
        self._handlers: dict[type[Event], Callable[[int, Any], None]] = {
            CallOffered: self._offered,
            CallLeg: self._leg,
            CallAnswered: self._answered,
            CallState: self._state,
            CallQueued: self._queued,
            Routed: self._routed,
            CallUnqueued: self._unqueued,
            DigitHeard: self._digit,
            CallCleared: self._cleared,
            SeatState: self._seat,
        }

    def take(self, record: Record) -> None:
        handler = self._handlers.get(type(record.event))
        if handler is not None:
            handler(record.at, record.event)

    # -- calls -------------------------------------------------------------------------------------------------------

    def _offered(self, at: int, event: CallOffered) -> None:
        if event.direction != "in":
            return
        call = self._calls[event.call] = _Call(event.calling, at)
        before = self._out.get((self._peers.get(event.line, ""), event.timeslot), 0)
        if before in self._calls:
            call.root = self._calls[before].root or before
            self._calls[before].further = True

    def _leg(self, at: int, event: CallLeg) -> None:
        if event.line in self._peers:
            if event.joined:
                self._out[event.line, event.timeslot] = event.call
            elif self._out.pop((event.line, event.timeslot), 0) in self._calls:
                self._calls[event.call].further = False

    def _answered(self, at: int, event: CallAnswered) -> None:
        if event.call in self._calls:
            self._calls[event.call].machine = True

    def _state(self, at: int, event: CallState) -> None:
        call = self._calls.get(event.call)
        if call is None:
            return
        if event.state in ("ringing", "outgoing"):
            self._seeks(call, at)
        elif event.state == "talk" and not call.further:
            self._talks(call, at)
        elif event.state == "service" and call.talked >= 0:
            (self._calls[call.root] if call.root else call).asked = True

    def _talks(self, call: _Call, at: int) -> None:
        """A person has the caller, at this machine or where the call has gone on to."""
        for one in (call, self._calls[call.root]) if call.root else (call,):
            if one.talked < 0:
                self._seeks(one, at)
                one.talked = at

    def _seeks(self, call: _Call, at: int) -> None:
        if call.sought < 0:
            call.sought = at

    def _routed(self, at: int, event: Routed) -> None:
        call = self._calls.get(event.call)
        if call is not None and event.queue:
            self._seeks(call, at)

    def _queued(self, at: int, event: CallQueued) -> None:
        call = self._calls.get(event.call)
        if call is not None:
            self._seeks(call, at)
            call.stays.append(_Stay(event.queue, at))

    def _unqueued(self, at: int, event: CallUnqueued) -> None:
        call = self._calls.get(event.call)
        stay = call.stays[-1] if call is not None and call.stays else None
        if stay is not None and not stay.why:
            stay.why, stay.waited = event.why, event.waited

    def _digit(self, at: int, event: DigitHeard) -> None:
        call = self._calls.get(event.call)
        caller = self._calls[call.root] if call is not None and call.root else call
        if caller is not None and caller.asked and not caller.rating:
            caller.rating = event.digit

    def _cleared(self, at: int, event: CallCleared) -> None:
        call = self._calls.get(event.call)
        if call is not None and call.ended < 0:
            call.ended = at

    def _call_tally(self, call: _Call) -> CallTally:
        """One inbound call, as it counts in the whole."""
        tally = CallTally(offered=1, connected=int(call.connected))
        open_ = call.ended < 0 and not call.connected
        tally.missed, tally.waiting = int(not open_ and not call.connected), int(open_)
        if call.talked >= 0:
            self._wait(tally, call.talked - call.sought)
        tally.sought = int(call.sought >= 0 and not open_)
        if call.talked >= 0 and call.ended >= 0:
            tally.calls, tally.call_cycles = 1, call.ended - call.talked
        return tally

    def _stay_tally(self, call: _Call, stay: _Stay) -> CallTally:
        """One stay in a queue."""
        tally = CallTally(offered=1, connected=int(stay.why == "seat"), waiting=int(not stay.why))
        tally.overflowed = int(stay.why in ELSEWHERE)
        tally.missed = 1 - tally.connected - tally.waiting - tally.overflowed
        tally.sought = tally.connected + tally.missed
        if tally.connected:
            self._wait(tally, stay.waited)
            if call.ended >= 0:
                tally.calls, tally.call_cycles = 1, call.ended - (stay.at + stay.waited)
        return tally

    def _wait(self, tally: CallTally, cycles: int) -> None:
        tally.waits = [cycles]
        tally.in_time = int(cycles <= self.plan.service_level_cycles)

    # -- seats -------------------------------------------------------------------------------------------------------

    def _seat(self, at: int, event: SeatState) -> None:
        seat = self._seats.get(event.seat)
        if seat is None:
            seat = self._seats[event.seat] = _Seat("signed_out", at, 0)
        self._spend(event.seat, seat, at)
        now = self._tally(event.seat, at)
        rang_in_vain = seat.state == "ringing" and event.state in ("busy", "signed_out", "faulty")
        now.not_answered += rang_in_vain
        if event.state == "talk" and event.call not in seat.talks:
            seat.talks.append(event.call)
            now.calls += 1
        seat.state, seat.since, seat.call = event.state, at, event.call

    def _tally(self, seat: str, at: int) -> SeatTally:
        return self._seat_tallies.setdefault(seat, {}).setdefault(at // self.plan.every_cycles, SeatTally())

    def _spend(self, name: str, seat: _Seat, until: int) -> None:
        """Its time in this state, in every interval through which that goes."""
        every, at = self.plan.every_cycles, seat.since
        while at < until:
            then = min(until, (at // every + 1) * every)
            states = self._tally(name, at).states
            states[seat.state] = states.get(seat.state, 0) + then - at
            at = then
        seat.since = until

    # -- the end -----------------------------------------------------------------------------------------------------

    def result(self, end: int) -> Kpis:
        """The key figures at the last cycle of the run."""
        every = self.plan.every_cycles
        whole: dict[int, CallTally] = {at: CallTally() for at in range(-(-end // every))}
        queues: dict[str, dict[int, CallTally]] = {}
        for call in self._calls.values():
            if not call.root:
                whole.setdefault(call.offered // every, CallTally()).add(self._call_tally(call))
            for stay in call.stays:
                of_queue = queues.setdefault(stay.queue, {})
                of_queue.setdefault(call.offered // every, CallTally()).add(self._stay_tally(call, stay))
        for name, seat in self._seats.items():
            self._spend(name, seat, end)
        seats = sorted(self._seat_tallies.items())
        return Kpis(
            plan=self.plan, end=end, whole=self._sum("", whole, end), intervals=self._rows("", whole, end),
            queues=tuple(self._sum(name, rows, end) for name, rows in sorted(queues.items())),
            queue_intervals=tuple(row for name, rows in sorted(queues.items()) for row in self._rows(name, rows, end)),
            seats=tuple(self._seat_sum(name, rows, end) for name, rows in seats),
            seat_intervals=tuple(row for name, rows in seats for row in self._seat_rows(name, rows, end)),
            first_calls=self._first_calls(), ratings=self._ratings(),
        )  # fmt: skip

    def _span(self, interval: int, end: int) -> tuple[int, int, int]:
        """(begin, cycles of it that the run has, whole cycles)."""
        every = self.plan.every_cycles
        return interval * every, max(0, min(every, end - interval * every)), every

    def _rows(self, name: str, tallies: dict[int, CallTally], end: int) -> tuple[CallRow, ...]:
        return tuple(tally.row(name, *self._span(at, end)) for at, tally in sorted(tallies.items()))

    def _sum(self, name: str, tallies: dict[int, CallTally], end: int) -> CallRow:
        total = CallTally()
        for tally in tallies.values():
            total.add(tally)
        return total.row(name, 0, end, 0)

    def _seat_rows(self, name: str, tallies: dict[int, SeatTally], end: int) -> tuple[SeatRow, ...]:
        return tuple(tally.row(name, *self._span(at, end)) for at, tally in sorted(tallies.items()))

    def _seat_sum(self, name: str, tallies: dict[int, SeatTally], end: int) -> SeatRow:
        total = SeatTally()
        for tally in tallies.values():
            total.add(tally)
        return total.row(name, 0, end, 0)

    def _first_calls(self) -> FirstCalls:
        """Calls of one number come in order of time; a hidden number is nobody's."""
        first = resolved = 0
        by_number: dict[str, list[_Call]] = {}
        for call in self._calls.values():
            if call.calling and not call.root:
                by_number.setdefault(call.calling, []).append(call)
        window = self.plan.repeat_cycles
        for calls in by_number.values():
            for before, call, after in zip([None, *calls[:-1]], calls, [*calls[1:], None], strict=True):
                begins = before is None or call.offered - (before.ended if before.ended >= 0 else call.offered) > window
                if call.connected and begins and call.ended >= 0:
                    first += 1
                    resolved += after is None or after.offered - call.ended > window
        return FirstCalls(first, resolved, share(resolved, first))

    def _ratings(self) -> Ratings:
        asked = [call for call in self._calls.values() if call.asked]
        rated = [call for call in asked if call.rating]
        good = sum(call.rating in self.plan.good_digits for call in rated)
        return Ratings(len(asked), len(rated), good, share(good, len(rated)), share(good, len(asked)))


def measure(records: Iterable[Record], plan: KpiPlan) -> Kpis:
    """The key figures of a whole journal; its last record's cycle is the end."""
    counter, end = KpiCounter(plan), 0
    for record in records:
        counter.take(record)
        end = record.at
    return counter.result(end)
