"""Key figures of a call centre, from the journal of a run: whole, by queue, by seat, and each by 15 minutes.

Inbound calls count, in the interval in which they were offered; whatever becomes of them later counts there, too.

- **connected** (接通): a person talked to the caller, here or at another exchange; where the call never sought one,
  the machine answered it. **missed** (未接): it ended otherwise. **waiting**: still up, neither yet. Offered is their
  sum.
- A queue counts each stay of a call in it: connected (a seat took it), missed (abandoned, lost), overflowed (it went
  elsewhere), waiting.
- **waiting time** (等待时长): of connected calls, from the moment they sought a person, or came into the queue, until
  one took them. **service level** (服务水平): those who waited no longer than the limit, of all that sought a person
  and are not waiting any more (of a queue: that did not go elsewhere either).
- **call time** (通话时长): from the talk's begin to the call's end, of connected calls that ended.
- A seat is **at work** in talk, hold and wrap-up. **Utilisation** (利用率) is the share of its signed-in time at work,
  **work intensity** (工作强度) that of talk and hold in the time in which it could take calls (signed in, not busy).
- **First-call resolution** (一次解决率): of the connected calls with which a calling number began, those after whose
  end the number did not call again within the window, as far as the run goes.
- **Satisfaction** (满意度): a digit that a caller dials in a service after his talk with a person rates the call.
  Shares: of good digits among the ratings; **good perception** (好感知率): among all calls that came to such a service.

Times are cycles, shares per cent rounded down to one decimal, None where there is nothing to divide by.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.report.traffic import share
from switchsim.units import seconds

EVERY_CYCLES: Final = seconds(900)
SERVICE_LEVEL_CYCLES: Final = seconds(20)
REPEAT_CYCLES: Final = seconds(3_600)
GOOD_DIGITS: Final = "1"
PERCENTILES: Final = (50, 80, 90, 95)
HOUR_CYCLES: Final = seconds(3_600)


class KpiPlan(msgspec.Struct, frozen=True):
    """How to count. good_digits: ratings that say that the caller is content.

    joins: lines between machines of the same run. A call that comes over one goes on: it is no inbound call of its own,
    and a person talks to its caller when one does at the machine where it ends.
    """

    every_cycles: int = EVERY_CYCLES
    service_level_cycles: int = SERVICE_LEVEL_CYCLES
    repeat_cycles: int = REPEAT_CYCLES
    good_digits: str = GOOD_DIGITS
    joins: tuple[tuple[str, str], ...] = ()


class CallRow(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of the whole run or of one queue, in one interval or in all. name: of the queue, `` the whole.

    partial: the run ended in the interval. waits: percentile -> cycles, nearest rank.
    """

    name: str
    begin: int
    cycles: int
    partial: bool
    offered: int
    connected: int
    missed: int
    overflowed: int
    waiting: int
    in_time: int
    connect_rate_percent: float | None
    service_level_percent: float | None
    mean_wait_cycles: int | None
    max_wait_cycles: int | None
    waits: dict[int, int]
    mean_call_cycles: int | None
    calls_an_hour: int


class SeatRow(msgspec.Struct, frozen=True, kw_only=True):
    """One seat in one interval or in all. calls: talks of its own, whoever placed them; not_answered: it rang in vain.

    A talk counts in the interval in which it began, times where they pass.
    """

    seat: str
    begin: int
    cycles: int
    partial: bool
    calls: int
    not_answered: int
    signed_in_cycles: int
    talk_cycles: int
    wrap_up_cycles: int
    idle_cycles: int
    busy_cycles: int
    mean_call_cycles: int | None
    calls_an_hour: int | None
    utilisation_percent: float | None
    work_intensity_percent: float | None


class FirstCalls(msgspec.Struct, frozen=True):
    """first: connected calls with which a number began. resolved: no other call of it followed in time."""

    first: int
    resolved: int
    percent: float | None


class Ratings(msgspec.Struct, frozen=True):
    """asked: calls that came to a service after a talk with a person. None: nobody was asked, or nobody rated."""

    asked: int
    rated: int
    good: int
    satisfaction_percent: float | None
    good_perception_percent: float | None


class Kpis(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. Intervals in order of time; queues and seats by name, each with its intervals."""

    plan: KpiPlan
    end: int
    whole: CallRow
    intervals: tuple[CallRow, ...]
    queues: tuple[CallRow, ...]
    queue_intervals: tuple[CallRow, ...]
    seats: tuple[SeatRow, ...]
    seat_intervals: tuple[SeatRow, ...]
    first_calls: FirstCalls
    ratings: Ratings


def percentile(values: list[int], percent: int) -> int:
    """Nearest rank: the smallest of the (not empty) values that at least `percent` per cent do not exceed."""
    return sorted(values)[max(0, -(-percent * len(values) // 100) - 1)]


class CallTally(msgspec.Struct):
    """What is counted of calls, until it becomes a row. sought: calls that the service level is about."""

    offered: int = 0
    connected: int = 0
    missed: int = 0
    overflowed: int = 0
    waiting: int = 0
    sought: int = 0
    in_time: int = 0
    waits: list[int] = []
    calls: int = 0
    call_cycles: int = 0

    def add(self, other: CallTally) -> None:
        """The sum of both."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            value += getattr(other, name)  # a list grows in place
            setattr(self, name, value)

    def row(self, name: str, begin: int, cycles: int, whole: int) -> CallRow:
        waits = self.waits
        return CallRow(
            name=name, begin=begin, cycles=cycles, partial=cycles < whole, offered=self.offered,
            connected=self.connected, missed=self.missed, overflowed=self.overflowed, waiting=self.waiting,
            in_time=self.in_time,
            connect_rate_percent=share(self.connected, self.connected + self.missed),
            service_level_percent=share(self.in_time, self.sought),
            mean_wait_cycles=sum(waits) // len(waits) if waits else None,
            max_wait_cycles=max(waits, default=None),
            waits={percent: percentile(waits, percent) for percent in PERCENTILES} if waits else {},
            mean_call_cycles=self.call_cycles // self.calls if self.calls else None,
            calls_an_hour=self.offered * HOUR_CYCLES // cycles if cycles else 0,
        )  # fmt: skip


class SeatTally(msgspec.Struct):
    """What is counted of a seat. Cycles by state."""

    calls: int = 0
    not_answered: int = 0
    states: dict[str, int] = {}

    def add(self, other: SeatTally) -> None:
        self.calls += other.calls
        self.not_answered += other.not_answered
        for state, cycles in other.states.items():
            self.states[state] = self.states.get(state, 0) + cycles

    def row(self, seat: str, begin: int, cycles: int, whole: int) -> SeatRow:
        time = self.states.get
        signed_in = sum(spent for state, spent in self.states.items() if state not in ("signed_out", "faulty"))
        talk, wrap_up, busy = time("talk", 0) + time("held", 0), time("wrap_up", 0), time("busy", 0)
        return SeatRow(
            seat=seat, begin=begin, cycles=cycles, partial=cycles < whole, calls=self.calls,
            not_answered=self.not_answered, signed_in_cycles=signed_in, talk_cycles=talk, wrap_up_cycles=wrap_up,
            idle_cycles=time("idle", 0), busy_cycles=busy,
            mean_call_cycles=talk // self.calls if self.calls else None,
            calls_an_hour=self.calls * HOUR_CYCLES // signed_in if signed_in else None,
            utilisation_percent=share(talk + wrap_up, signed_in),
            work_intensity_percent=share(talk, signed_in - busy),
        )  # fmt: skip
