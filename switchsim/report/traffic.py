"""Traffic measurement of a run, bin by bin, from a finished journal: routes here, signalling links in `link_traffic`.

A *route* is the circuits towards one exchange. A *bid* is an attempt to get a circuit of it, a *seizure* one that got a
circuit. ASR: seizures answered, ABR: bids answered, in per cent (ITU-T E.410, E.425). What happens counts in the bin in
which it happens: an answer in that of the answer, a holding time in that of its end. Times are cycles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from switchsim.model.event import Event, Record
from switchsim.model.events import (
    CallAnswered,
    CallCleared,
    CallLeg,
    CallOffered,
    CallRefused,
    CallState,
    CircuitState,
)
from switchsim.report.link_traffic import LINK_EVENTS, LinkBin, LinkCounter
from switchsim.units import seconds

BIN_CYCLES: Final = seconds(900)
NO_ROUTE: Final = ""
"""The route of an attempt that found no circuit on any."""


class RoutePlan(msgspec.Struct, frozen=True):
    """Lines towards one exchange, and how many circuits for speech they have together."""

    name: str
    lines: tuple[str, ...]
    circuits: int


class TrafficPlan(msgspec.Struct, frozen=True):
    """What the journal does not say of the machine. A line that is in no route is one of its own, of unknown size."""

    bin_cycles: int = BIN_CYCLES
    routes: tuple[RoutePlan, ...] = ()


class RouteBin(msgspec.Struct, frozen=True, kw_only=True):
    """One route in one bin; None: nothing to divide by.

    partial: the bin was cut by the end of the run. bids_out: seizures, and attempts without one: no circuit was free,
    or the processor was overloaded (`refused`, both directions). erlang: mean number of busy circuits.
    """

    begin: int
    cycles: int
    partial: bool
    route: str
    circuits: int
    seizures_in: int
    answers_in: int
    bids_out: int
    seizures_out: int
    answers_out: int
    refused: int
    asr_in_percent: float | None
    asr_out_percent: float | None
    abr_out_percent: float | None
    mean_holding_cycles: int | None
    erlang: float
    occupancy_percent: float | None


class Traffic(msgspec.Struct, frozen=True):
    """All bins in order; within a bin routes in the order of the machine file, links by name."""

    bin_cycles: int = BIN_CYCLES
    routes: tuple[RouteBin, ...] = ()
    links: tuple[LinkBin, ...] = ()


def share(part: int, whole: int) -> float | None:
    """Per cent, rounded down to one decimal; None of nothing."""
    return (1000 * part // whole) / 10 if whole else None


class _Route:
    """Counts of the present bin, and the busy circuits."""

    def __init__(self, name: str, circuits: int) -> None:
        self.name, self.circuits = name, circuits
        self.busy = 0
        self.since = 0  # up to which cycle `area` counts
        self.clear()

    def clear(self) -> None:
        self.area = self.held = self.ended = 0
        self.seizures_in = self.seizures_out = self.answers_in = self.answers_out = 0
        self.bids_out = self.refused = 0

    def change(self, at: int, step: int) -> None:
        self.area += self.busy * (at - self.since)
        self.since, self.busy = at, self.busy + step

    def bin(self, begin: int, end: int, whole: int) -> RouteBin:
        """The bin that ends; the next one begins."""
        self.change(end, 0)
        cycles = end - begin
        row = RouteBin(
            begin=begin, cycles=cycles, partial=cycles < whole, route=self.name, circuits=self.circuits,
            seizures_in=self.seizures_in, answers_in=self.answers_in, bids_out=self.bids_out,
            seizures_out=self.seizures_out, answers_out=self.answers_out, refused=self.refused,
            asr_in_percent=share(self.answers_in, self.seizures_in),
            asr_out_percent=share(self.answers_out, self.seizures_out),
            abr_out_percent=share(self.answers_out, self.bids_out),
            mean_holding_cycles=self.held // self.ended if self.ended else None,
            erlang=1000 * self.area // cycles / 1000, occupancy_percent=share(self.area, self.circuits * cycles),
        )  # fmt: skip
        self.clear()
        return row


class _Seizure(msgspec.Struct):
    at: int
    route: str
    out: bool = True


_Circuit = tuple[str, int]


class TrafficCounter:
    """Give it every record, in order."""

    def __init__(self, plan: TrafficPlan) -> None:
        self.plan = plan
        self.begin = 0
        self.rows: list[RouteBin] = []
        self.links = LinkCounter(plan.bin_cycles)
        self._routes = {row.name: _Route(row.name, row.circuits) for row in plan.routes}
        self._route_of = {line: row.name for row in plan.routes for line in row.lines}
        self._seized: dict[_Circuit, _Seizure] = {}
        self._in: dict[int, _Circuit] = {}  # call -> circuit on which it came
        self._out: dict[int, _Circuit] = {}  # call -> circuit over which it goes on, not answered yet
        self._handlers: dict[type[Event], Callable[[int, Any], None]] = {
            CircuitState: self._circuit,
            CallOffered: self._offered,
            CallLeg: self._leg,
            CallAnswered: self._answered,
            CallState: self._state,
            CallRefused: self._refused,
            CallCleared: self._cleared,
        }

    def take(self, record: Record) -> None:
        while record.at >= self.begin + self.plan.bin_cycles:
            self._close(self.begin + self.plan.bin_cycles)
        handler = self._handlers.get(type(record.event))
        if handler is not None:
            handler(record.at, record.event)
        elif type(record.event) in LINK_EVENTS:
            self.links.take(record)

    def result(self, end: int) -> Traffic:
        """All of it, at the last cycle of the run."""
        if end > self.begin:
            self._close(end)
        return Traffic(self.plan.bin_cycles, tuple(self.rows), tuple(self.links.result(end)))

    def _close(self, end: int) -> None:
        self.rows += [route.bin(self.begin, end, self.plan.bin_cycles) for route in self._routes.values()]
        self.begin = end

    def _route(self, line: str) -> _Route:
        name = self._route_of.setdefault(line, line)
        if name not in self._routes:
            self._routes[name] = _Route(name, 0)
            self._routes[name].since = self.begin
        return self._routes[name]

    # -- events ------------------------------------------------------------------------------------------------------

    def _circuit(self, at: int, event: CircuitState) -> None:
        """Whatever seizes a circuit goes out, unless a call from there follows at once."""
        place = event.line, event.timeslot
        if event.state == "busy" and place not in self._seized:
            route = self._route(event.line)
            route.change(at, 1)
            route.seizures_out += 1
            route.bids_out += 1
            self._seized[place] = _Seizure(at, route.name)
        elif event.state != "busy" and place in self._seized:
            seizure = self._seized.pop(place)
            route = self._routes[seizure.route]
            route.change(at, -1)
            route.held += at - seizure.at
            route.ended += 1

    def _offered(self, at: int, event: CallOffered) -> None:
        place = event.line, event.timeslot
        seizure = self._seized.get(place)
        if event.direction == "in":
            self._in[event.call] = place
            if seizure is not None and seizure.out:
                route = self._routes[seizure.route]
                route.seizures_out -= 1
                route.bids_out -= 1
                route.seizures_in += 1
                seizure.out = False
        elif event.direction == "out":
            self._out[event.call] = place
            if seizure is None:  # a bid without a circuit
                self._route(event.line).bids_out += 1

    def _leg(self, at: int, event: CallLeg) -> None:
        """An attempt of the same call on another circuit, or of one that goes on to another exchange."""
        if event.line and event.joined:
            self._out[event.call] = (event.line, event.timeslot)
        elif event.line:
            self._out.pop(event.call, None)

    def _answered(self, at: int, event: CallAnswered) -> None:
        """Of a call that goes on the answer there is the answer here, unless a service had answered it before."""
        self._count_answer(self._in.get(event.call))
        self._count_answer(self._out.pop(event.call, None))

    def _state(self, at: int, event: CallState) -> None:
        """A call that a service had answered has gone on, and is answered there."""
        if event.state == "talk" and event.call in self._in:
            self._count_answer(self._out.pop(event.call, None))

    def _count_answer(self, place: _Circuit | None) -> None:
        seizure = self._seized.get(place) if place is not None else None
        if seizure is not None:
            route = self._routes[seizure.route]
            route.answers_out += seizure.out
            route.answers_in += not seizure.out

    def _refused(self, at: int, event: CallRefused) -> None:
        line, _ = self._out.get(event.call) or self._in.get(event.call) or (NO_ROUTE, 0)
        self._route(line).refused += 1

    def _cleared(self, at: int, event: CallCleared) -> None:
        self._in.pop(event.call, None)
        self._out.pop(event.call, None)


def measure(records: Sequence[Record], plan: TrafficPlan, end: int) -> Traffic:
    """The traffic of a whole journal, at its last cycle."""
    counter = TrafficCounter(plan)
    for record in records:
        counter.take(record)
    return counter.result(end)
