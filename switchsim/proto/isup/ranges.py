"""Ranges of circuits in group messages: which are taken, how ours are cut, the timers of those that wait.

Timers of a group are named after its first CIC, hardware oriented ones with an h: "t18/1", "t18/1h", "t22/1", "t28/1".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from switchsim.proto.isup import parameters as p
from switchsim.proto.isup.actions import StartTimer, StopTimer
from switchsim.proto.isup.codec import Message
from switchsim.proto.isup.core import Core
from switchsim.proto.isup.state import Circuit, Group
from switchsim.proto.isup.timers import LONG_OF
from switchsim.proto.isup.values_more import RangeStatus

MOST: Final = 32
"""Circuits that GRS, CQM and the set bits of CGB and CGU may concern (Q.763 3.43)."""


def checked(core: Core, message: Message, highest: int, status: bool) -> RangeStatus | None:
    """The range of a received message, None (counted) when Q.763 3.43 does not allow it: the message is discarded.

    Range 0 is reserved, `highest` is the last that the message may have; with `status` there must be status octets, and
    at most 32 bits of them set.
    """
    found = message.value(p.RANGE_AND_STATUS)
    wrong = ""
    if found is None:
        wrong = "range and status cannot be read"
    elif not 1 <= found.range <= highest:
        wrong = f"range {found.range} is not within 1..{highest}"
    elif status and not found.status:
        wrong = "status octets are missing"
    elif status and sum(found.bits()) > MOST:
        wrong = f"{sum(found.bits())} circuits concerned, at most {MOST} may be"
    if wrong:
        core.violation("2.8.2.3", wrong, message.cic)
        return None
    return found


def split(circuits: Mapping[int, Circuit], cics: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Cut circuits, ascending, into ranges of at most 32 that hold equipped ones only: (first CIC, a bit a circuit).

    A range of one borrows its equipped neighbour, with bit 0; one bit alone comes back where there is no neighbour.
    """
    at = 0
    while at < len(cics):
        first = last = cics[at]
        while at + 1 < len(cics) and cics[at + 1] - first < MOST and _unbroken(circuits, last, cics[at + 1]):
            at += 1
            last = cics[at]
        at += 1
        wanted = set(cics)
        if first == last and last + 1 in circuits:
            yield first, [1, 0]
        elif first == last and first - 1 in circuits:
            yield first - 1, [0, 1]
        else:
            yield first, [int(cic in wanted) for cic in range(first, last + 1)]


def _unbroken(circuits: Mapping[int, Circuit], last: int, following: int) -> bool:
    return all(cic in circuits for cic in range(last + 1, following))


def runs(cics: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut circuits, ascending, into unbroken rows of at most 32: (first CIC, how many)."""
    at = 0
    while at < len(cics):
        count = 1
        while at + count < len(cics) and cics[at + count] == cics[at] + count and count < MOST:
            count += 1
        yield cics[at], count
        at += count


def name(number: int, group: Group) -> str:
    return f"t{number}/{group.first}{'h' if group.hardware else ''}"


def number(name: str) -> int:
    """The number of the timer in a name."""
    return int(name[1 : name.index("/")])


def start(core: Core, group: Group, number: int) -> None:
    core.out.append(StartTimer(name(number, group), core.cycles[number]))


def start_pair(core: Core, group: Group, number: int) -> None:
    start(core, group, number)
    start(core, group, LONG_OF[number])


def stop_pair(core: Core, group: Group, number: int) -> None:
    """Stop what runs for a group: T28 alone, or the long timer with the short one unless that has given up."""
    if not group.late:
        core.out.append(StopTimer(name(number, group)))
    if number in LONG_OF:
        core.out.append(StopTimer(name(LONG_OF[number], group)))
