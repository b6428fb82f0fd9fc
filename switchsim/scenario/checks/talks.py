"""Who is to speak with whom, as the call events say it - not as the network switched it.

A *place* is `line:timeslot` or `seat number`. The members of a call in talk are its circuit, the seats in talk with it,
the seat that placed it, and the legs that joined it later. Calls in conference with the same detail belong together,
and so do a call and the one that its detail names (`call 7`): a transfer that joined two trunks. Over a line that
joins two machines the calls of both, each with its end of the same circuit, are one talk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Final

import msgspec

from switchsim.model.event import Record
from switchsim.model.events import (
    CallCleared,
    CallLeg,
    CallOffered,
    CallRecord,
    CallState,
    PartyPlaced,
    SeatState,
)

SPEAKING: Final = ("talk", "conference")
THROUGH: Final = (*SPEAKING, "outgoing")
"""With calls that nobody has answered yet: the path from the far end may be open, for its tones or a late answer."""
_JOINED: Final = re.compile(r"\bcall (\d+)\b")

Pair = tuple[int, int]
"""Two parties, the lower id first."""

Changed = Callable[[Pair, bool, int], None]
"""(pair, connected now, cycle)."""


class _Call(msgspec.Struct):
    circuit: str
    seat: str  # that placed it
    state: str = ""
    detail: str = ""
    seats: set[str] = msgspec.field(default_factory=set)  # in talk with it
    legs: set[str] = msgspec.field(default_factory=set)  # that joined later


def seat_place(seat: str) -> str:
    return f"seat {seat}"


class Talks:
    """Follows the call events and tells `changed` whenever two parties are connected or parted; `states`: those of a
    call whose members are connected."""

    def __init__(
        self, changed: Changed, states: tuple[str, ...] = SPEAKING, machine_of: Callable[[str], str] = lambda _: "",
        joins: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """machine_of: a place -> the machine of a plant: each numbers its conferences by itself.

        joins: line of one machine -> the line of another that is its other end, both ways.
        """
        self._changed = changed
        self._states = states
        self._machine_of = machine_of
        self._joins = joins
        self._call_on: dict[str, int] = {}  # circuit of a joined line -> the call that has it
        self._calls: dict[int, _Call] = {}
        self._seats: dict[str, int] = {}  # seat -> the call it talks in
        self._party_at: dict[str, int] = {}
        self._place_of: dict[int, str] = {}
        self._pairs_of: dict[int, set[Pair]] = {}
        self._holders: dict[Pair, set[int]] = {}
        self._sizes: dict[Pair, int] = {}
        self._partners: dict[int, set[int]] = {}
        self._listening: dict[str, int] = {}  # place -> the call that its seat listens in on
        self.placed = 0

    def connected(self, pair: Pair) -> bool:
        return bool(self._holders.get(pair))

    def size(self, pair: Pair) -> int:
        """How many parties speak in the talk of this pair."""
        return self._sizes.get(pair, 2)

    def partners(self, party: int) -> list[int]:
        """Whom a party is connected with, in order of id."""
        return sorted(self._partners.get(party, ()))

    def listens_to(self, ear: int, mouth: int) -> bool:
        """Whether the ear's seat listens in on a call in which the mouth speaks."""
        number = self._listening.get(self.place_of(ear))
        return number is not None and mouth in self._parties(number)

    def listened_to_at(self, place: str) -> list[tuple[int, int]]:
        """(ear, mouth) of the seat there and of all whom it listens in on."""
        number, ear = self._listening.get(place), self._party_at.get(place)
        return [] if number is None or ear is None else [(ear, mouth) for mouth in sorted(self._parties(number))]

    def place_of(self, party: int) -> str:
        return self._place_of.get(party, f"party {party}")

    # -- events --------------------------------------------------------------------------------------------------

    def offered(self, record: Record, event: CallOffered) -> None:
        seat = seat_place(event.calling) if event.direction == "seat" else ""
        circuit = f"{event.line}:{event.timeslot}" if event.line else ""
        self._calls[event.call] = _Call(circuit, seat)
        self._takes(event.line, circuit, event.call)

    def _takes(self, line: str, circuit: str, call: int) -> None:
        if line in self._joins:
            self._call_on[circuit] = call

    def _told(self, record: Record, detail: str) -> str:
        return f"{self._machine_of(record.place)} {detail}".lstrip()

    def state(self, record: Record, event: CallState) -> None:
        call = self._calls.get(event.call)
        if call is not None:
            before = self._together(event.call)
            call.state, call.detail = event.state, event.detail and self._told(record, event.detail)
            self._renew(before | self._together(event.call), record.at)

    def seat(self, record: Record, event: SeatState) -> None:
        place, before = seat_place(event.seat), self._seats.pop(event.seat, None)
        self._listening.pop(place, None)
        if event.state == "listening":
            self._listening[place] = event.call
        affected: set[int] = set()
        if before in self._calls:
            self._calls[before].seats.discard(place)
            affected |= self._together(before)
        if event.state == "talk" and event.call in self._calls:
            self._seats[event.seat] = event.call
            self._calls[event.call].seats.add(place)
            affected |= self._together(event.call)
        self._renew(affected, record.at)

    def leg(self, record: Record, event: CallLeg) -> None:
        call = self._calls.get(event.call)
        if call is not None:
            place = seat_place(event.seat) if event.seat else f"{event.line}:{event.timeslot}"
            (call.legs.add if event.joined else call.legs.discard)(place)
            if event.joined:
                self._takes(event.line, place, event.call)
            if not event.joined and place == call.seat:
                call.seat = ""
            if not event.joined and place == call.circuit:
                call.circuit = ""
            self._renew(self._together(event.call), record.at)

    def over(self, record: Record, event: CallCleared | CallRecord) -> None:
        if event.call in self._calls:
            before = self._together(event.call)
            del self._calls[event.call]
            self._renew(before, record.at)

    def party(self, record: Record, event: PartyPlaced) -> None:
        self.placed += 1
        place = seat_place(event.seat) if event.seat else f"{event.line}:{event.timeslot}" if event.line else ""
        old = self._place_of.pop(event.party, "")
        if self._party_at.get(old) == event.party:
            del self._party_at[old]
        if place:
            self._party_at[place] = event.party
            self._place_of[event.party] = place
        affected = {number for number, call in self._calls.items() if {old, place} & self._members(call)}
        for number in list(affected):
            affected |= self._together(number)
        self._renew(affected, record.at)

    # -- who belongs together ----------------------------------------------------------------------------------------

    def _members(self, call: _Call) -> set[str]:
        return {place for place in (call.circuit, call.seat, *call.seats, *call.legs) if place}

    def _together(self, number: int) -> set[int]:
        """The calls that are one talk with this one, itself included."""
        found, look = {number}, [number]
        while look:
            for other in self._neighbours(look.pop()):
                if other not in found:
                    found.add(other)
                    look.append(other)
        return found

    def _neighbours(self, number: int) -> Iterator[int]:
        call = self._calls.get(number)
        if call is None or call.state not in self._states:
            return
        yield from self._beyond(call)
        if not call.detail:
            return
        joined = _JOINED.search(call.detail)
        for other, candidate in self._calls.items():
            if candidate.state in self._states and other != number:
                same = call.state == candidate.state == "conference" and call.detail == candidate.detail
                if same or (joined and int(joined[1]) == other) or self._names(candidate, number):
                    yield other

    def _beyond(self, call: _Call) -> Iterator[int]:
        """The calls of other machines at the other ends of its circuits."""
        for place in sorted((call.circuit, *call.legs)) if self._joins else ():
            line, _, timeslot = place.partition(":")
            end = f"{self._joins[line]}:{timeslot}" if line in self._joins else ""
            number = self._call_on.get(end, 0)
            other = self._calls.get(number)
            if other is not None and other.state in self._states and end in (other.circuit, *other.legs):
                yield number

    def _names(self, call: _Call, number: int) -> bool:
        joined = _JOINED.search(call.detail)
        return joined is not None and int(joined[1]) == number

    def _renew(self, numbers: set[int], at: int) -> None:
        before = {pair: self.connected(pair) for number in numbers for pair in self._pairs_of.get(number, ())}
        for number in numbers:
            for pair in self._pairs_of.pop(number, set()):
                self._holders[pair].discard(number)
        for number in sorted(numbers):
            parties = self._parties(number)
            pairs = set(combinations(sorted(parties), 2))
            if pairs:
                self._pairs_of[number] = pairs
            for pair in pairs:
                before.setdefault(pair, self.connected(pair))
                self._holders.setdefault(pair, set()).add(number)
                self._sizes[pair] = len(parties)
        for pair in sorted(before):
            if before[pair] != self.connected(pair):
                self._partner(pair, not before[pair])
                self._changed(pair, not before[pair], at)

    def _partner(self, pair: Pair, connected: bool) -> None:
        for one, other in (pair, pair[::-1]):
            partners = self._partners.setdefault(one, set())
            (partners.add if connected else partners.discard)(other)

    def _parties(self, number: int) -> set[int]:
        call = self._calls.get(number)
        if call is None or call.state not in self._states:
            return set()
        places = {place for other in self._together(number) for place in self._members(self._calls[other])}
        return {self._party_at[place] for place in places if place in self._party_at}
