"""The order of idle seats and of waiting calls, by call queue, kept sorted so that no event looks at all of them.

A seat stands in the row of each of its skills: by level of the skill, then (most skills first) by the number of skills,
then idle longest first, then by number. A call stands in the row of its queue: higher priority first, then waiting
longest, then by number.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Container, Mapping
from typing import Final

SeatKey = tuple[int, int, int, str]
CallKey = tuple[int, int, int]
NOTHING: Final[frozenset[str]] = frozenset()


class Order:
    """seat_rows, call_rows: queue -> sorted keys. most_skills: whether a queue wants most skills first."""

    def __init__(self, most_skills: Callable[[str], bool]) -> None:
        self.most_skills = most_skills
        self.seat_rows: dict[str, list[SeatKey]] = {}
        self.call_rows: dict[str, list[CallKey]] = {}
        self._seats: dict[str, dict[str, SeatKey]] = {}
        self._calls: dict[int, tuple[str, CallKey]] = {}

    # -- seats ---------------------------------------------------------------------------------------------------

    def put_seat(self, seat: str, idle_since: int, skills: Mapping[str, int]) -> bool:
        """It is idle; skills: queue -> level. False when it stood just so already."""
        keys = {
            queue: (level, -len(skills) if self.most_skills(queue) else 0, idle_since, seat)
            for queue, level in skills.items()
        }
        if self._seats.get(seat) == keys:
            return False
        self.take_seat(seat)
        self._seats[seat] = keys
        for queue, key in keys.items():
            insort(self.seat_rows.setdefault(queue, []), key)
        return True

    def take_seat(self, seat: str) -> None:
        for queue, key in self._seats.pop(seat, {}).items():
            row = self.seat_rows[queue]
            del row[bisect_left(row, key)]

    def has_seat(self, seat: str) -> bool:
        return seat in self._seats

    # -- calls ---------------------------------------------------------------------------------------------------

    def put_call(self, call: int, queue: str, since: int, priority: int) -> bool:
        """It waits to be given to a seat. False when it stood just so already."""
        key = (-priority, since, call)
        if self._calls.get(call) == (queue, key):
            return False
        self.take_call(call)
        self._calls[call] = (queue, key)
        insort(self.call_rows.setdefault(queue, []), key)
        return True

    def take_call(self, call: int) -> None:
        queue, key = self._calls.pop(call, ("", (0, 0, 0)))
        if queue:
            row = self.call_rows[queue]
            del row[bisect_left(row, key)]

    def has_call(self, call: int) -> bool:
        return call in self._calls

    # -- who next ------------------------------------------------------------------------------------------------

    def seat_for(self, call: int, tried: Container[str] = NOTHING) -> str:
        """The seat for a waiting call, `` = none is idle; those that it tried come when there is no other."""
        queue = self._calls[call][0]
        row = self.seat_rows.get(queue, ())
        return next((key[3] for key in row if key[3] not in tried), row[0][3] if row else "")

    def call_for(self, seat: str, tried: Callable[[int], Container[str]]) -> int:
        """The call for an idle seat, 0 = none waits: its best skill first, then as calls stand in their rows.

        Calls that have tried this seat come when there is no other.
        """
        fresh: list[tuple[int, CallKey]] = []
        again: list[tuple[int, CallKey]] = []
        for queue, seat_key in self._seats[seat].items():
            row = self.call_rows.get(queue, ())
            first = next((key for key in row if seat not in tried(key[2])), None)
            if first is not None:
                fresh.append((seat_key[0], first))
            elif row:
                again.append((seat_key[0], row[0]))
        best = min(fresh or again, default=None)
        return best[1][2] if best is not None else 0

    def idle_seats(self, queue: str) -> int:
        return len(self.seat_rows.get(queue, ()))
