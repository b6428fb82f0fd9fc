"""Availability of one side of a path by the rule of ten seconds, and its registers of 15 minutes and 24 hours.

Ten seconds decide, so the last (at most nine) seconds may be open: `pending`. They are counted when it is known
whether they are available time, in the register of the time when they were. (G.826 annex A, G.821 annex A, M.2120)
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from switchsim.proto.e1.thresholds import THRESHOLDS, Thresholds

DECIDING_SECONDS: Final = 10  # G.826 annex A.1


class Period(NamedTuple):
    """A kind of register: seconds that it spans, from a whole multiple of it on, and how many closed ones are kept."""

    name: str
    seconds: int
    kept: int


PERIODS: Final = (Period("15min", 900, 96), Period("24h", 86400, 1))


class Judged(msgspec.Struct, frozen=True):
    """What one second was, whether or not it will be counted: es and ses 0 or 1, bbe 0 in a SES."""

    es: int = 0
    ses: int = 0
    bbe: int = 0
    slips: int = 0


GOOD: Final = Judged()


class Counts(msgspec.Struct):
    """Errored, severely errored, unavailable seconds; background block errors; slips (of unavailable time, too)."""

    es: int = 0
    ses: int = 0
    bbe: int = 0
    uas: int = 0
    slips: int = 0

    def any(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.es or self.uas or self.slips)  # SES and BBE are in ES


class Register(msgspec.Struct):
    """The counts from second `since` on, a multiple of the period."""

    since: int
    counts: Counts = msgspec.field(default_factory=Counts)


class SideState(msgspec.Struct):
    """begin: the second in which measuring began; at: seconds that are over, counted from 0 of the clock.

    open, kept: the running register, and the closed ones that counted something, of each of PERIODS.
    """

    begin: int
    at: int
    open: list[Register]
    available: bool = True
    pending: list[Judged] = []
    kept: list[list[Register]] = msgspec.field(default_factory=lambda: [[] for _ in PERIODS])

    @classmethod
    def starting(cls, second: int) -> SideState:
        """From this second on, available."""
        return cls(second, second, [Register(second - second % period.seconds) for period in PERIODS])


class Availability(msgspec.Struct, frozen=True):
    """The side is available or not from second `since` on. at: seconds that were over when it was known."""

    at: int
    side: str
    available: bool
    since: int


class Crossing(msgspec.Struct, frozen=True):
    """A count of a running register reached its threshold; once a register."""

    at: int
    side: str
    period: str
    what: str
    value: int
    threshold: int


class Measured(msgspec.Struct, frozen=True):
    """A register closed that counted something (or is read while it runs). seconds: the available ones of it."""

    at: int
    side: str
    period: str
    since: int
    seconds: int
    counts: Counts


Result = Availability | Crossing | Measured


class Side:
    """One direction of a path. Give it every second, in order; `clean` gives many good ones at once."""

    def __init__(self, name: str, state: SideState, thresholds: Thresholds = THRESHOLDS) -> None:
        self.name = name
        self.state = state
        self.limits = [[(what, number) for what, number in thresholds.get(period.name, {}).items() if number]
                       for period in PERIODS]  # fmt: skip

    def take(self, judged: Judged) -> list[Result]:
        """One second."""
        state = self.state
        state.at += 1
        if bool(judged.ses) != state.available:  # no reason to change
            results = self._decide(state.at - 1)
            self._count(state.at - 1, judged, results)
            return results
        state.pending.append(judged)
        if len(state.pending) < DECIDING_SECONDS:
            return []
        state.available = not state.available
        change = Availability(state.at, self.name, state.available, state.at - DECIDING_SECONDS)
        return [change, *self._decide(state.at)]

    def clean(self, number: int) -> list[Result]:
        """As `number` seconds in which nothing was wrong; the cost does not depend on the number."""
        results: list[Result] = []
        while number > 0 and (self.state.pending or not self.state.available):
            results += self.take(GOOD)
            number -= 1
        if number > 0:
            self.state.at += number
            self._turn_over(self.state.at, 0, results)
        return results

    def due(self) -> int | None:
        """The end of the second by which this must be told how things go on; None: nothing to be told, ever."""
        state = self.state
        if state.pending or not state.available:
            return state.at + 1
        ends = [register.since + period.seconds for period, register in zip(PERIODS, state.open, strict=True)
                if register.counts.any()]  # fmt: skip
        return min(ends, default=None)

    def readings(self, *, every: bool = False) -> list[Measured]:
        """The running registers as if measuring ended now: what is pending counts as time is now. every: zeros too."""
        copy = Side(self.name, msgspec.msgpack.decode(msgspec.msgpack.encode(self.state), type=SideState))
        closed = [result for result in copy._decide(copy.state.at) if isinstance(result, Measured)]
        running = [
            copy._measured(period, register, copy.state.at)
            for period, register in zip(PERIODS, copy.state.open, strict=True)
            if every or register.counts.any()
        ]
        return closed + running

    def history(self, period: str) -> list[Measured]:
        """The closed registers that are kept and counted something, the oldest first; what lacks was all zero."""
        index = [one.name for one in PERIODS].index(period)
        return [self._measured(PERIODS[index], register, register.since + PERIODS[index].seconds)
                for register in self.state.kept[index]]  # fmt: skip

    def _decide(self, until: int) -> list[Result]:
        """What was pending before second `until` is counted as time is now."""
        results: list[Result] = []
        for second, judged in enumerate(self.state.pending, until - len(self.state.pending)):
            self._count(second, judged, results)
        self.state.pending.clear()
        return results

    def _count(self, second: int, judged: Judged, results: list[Result]) -> None:
        available = self.state.available
        for index, register in enumerate(self.state.open):
            counts, before = register.counts, msgspec.structs.astuple(register.counts)
            if available:
                counts.es += judged.es
                counts.ses += judged.ses
                counts.bbe += judged.bbe
            else:
                counts.uas += 1
            counts.slips += judged.slips
            if msgspec.structs.astuple(counts) != before:
                self._alert(index, Counts(*before), results)
        self._turn_over(second + 1, self.state.at, results)

    def _alert(self, index: int, before: Counts, results: list[Result]) -> None:
        counts, at = self.state.open[index].counts, self.state.at
        for what, threshold in self.limits[index]:
            value = getattr(counts, what)
            if getattr(before, what) < threshold <= value:
                results.append(Crossing(at, self.name, PERIODS[index].name, what, value, threshold))

    def _turn_over(self, until: int, now: int, results: list[Result]) -> None:
        """Close the registers that ended when `until` seconds were over; told at their ends, but not before `now`."""
        state = self.state
        for index, (period, register) in enumerate(zip(PERIODS, state.open, strict=True)):
            end = register.since + period.seconds
            if until < end:
                continue
            since = until - until % period.seconds
            if register.counts.any():
                results.append(self._measured(period, register, max(end, now)))
                state.kept[index].append(register)
            state.kept[index] = [one for one in state.kept[index] if one.since >= since - period.kept * period.seconds]
            state.open[index] = Register(since)

    def _measured(self, period: Period, register: Register, at: int) -> Measured:
        begin, end = max(register.since, self.state.begin), min(register.since + period.seconds, at)
        return Measured(at, self.name, period.name, register.since, end - begin - register.counts.uas, register.counts)
