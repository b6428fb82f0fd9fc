"""Plays a sheet of Q.784: the steps one after the other against a bench; the first deviation ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from switchsim.conformance.language import Deviation, Item, Kind, Step, Time
from switchsim.conformance.q784.bench import Bench, Seen, Told
from switchsim.conformance.q784.messages import USUAL_CIC, Values, compose, mismatch
from switchsim.conformance.q784.words import LEAST
from switchsim.conformance.reader import Steps
from switchsim.units import format_cycles, ms

SETTLE: Final = ms(100)
"""After the last step: what still comes is looked at too."""
SIDE_MATTERS: Final = frozenset({"IDLE", "SEND-TONE", "LOOP", "TONE-OFF"})
"""What ISUP's user is told besides: passed over unless a step asks for it."""


def spread(item: Item) -> list[Values]:
    """The fields of an item; ranges go up together, one item a value."""
    length = max([last - first + 1 for first, last in item.fields.values()], default=1)
    return [{key: first if first == last else first + number for key, (first, last) in item.fields.items()}
            for number in range(length)]


class Run:
    """One sheet on one bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.at = bench.now
        self.mark = bench.now
        self.window: Step | None = None
        self.may: list[Item] = []
        self.going: tuple[str, Values] | None = None

    def steps(self, steps: Steps) -> None:
        """Raises Deviation."""
        for step in steps:
            _STEPS[step.kind](self, step)

    def end(self, step: Step) -> None:
        """What came after the last step, or was never asked for, is a deviation too."""
        self._pass(SETTLE)
        self._quiet(step)

    # -- acting ------------------------------------------------------------------------------------------------------

    def _order(self, step: Step) -> None:
        for _ in range(step.low):
            for values in spread(step.items[0]):
                self.bench.order(step.items[0].name, values)
        self.at = self.bench.now

    def _feed(self, step: Step) -> None:
        for _ in range(step.low):
            for item in step.items:
                for values in spread(item) * item.count:
                    self.bench.send(compose(item.name, values))
        self.at = self.bench.now

    # -- looking -----------------------------------------------------------------------------------------------------

    def _unit(self, step: Step) -> None:
        window, deadline = self._window_of(step)
        for _ in range(step.low):
            for item in step.items:
                for values in spread(item):
                    seen = self._next_other(step, deadline, item.name, values)
                    if why := mismatch(item.name, values, seen.message):
                        raise Deviation(step, f"{why}: {seen.message} at {format_cycles(seen.at)}")
                    self._check_window(step, window, seen.at)
                    window, self.at = None, seen.at
        self.going = (step.items[0].name, spread(step.items[0])[0]) if step.high is None else None

    def _next_other(self, step: Step, deadline: int, name: str, values: Values) -> Seen:
        """The next message that is not what `x N..` said may go on, unless the step waits for just that."""
        while True:
            seen = self._next_seen(step, deadline)
            if not mismatch(name, values, seen.message) or not self._goes_on(seen):
                return seen

    def _goes_on(self, seen: Seen) -> bool:
        return self.going is not None and not mismatch(*self.going, seen.message)

    def _next_seen(self, step: Step, deadline: int) -> Seen:
        while not self.bench.seen:
            if self.bench.now >= deadline:
                untold = ", ".join(told.word for told in self.bench.told if told.word not in SIDE_MATTERS)
                told = f"; the user was told {untold}" if untold else ""
                raise Deviation(step, f"did not come until {format_cycles(self.bench.now)}{told}")
            self.bench.advance(deadline)
        return self.bench.seen.popleft()

    def _indication(self, step: Step) -> None:
        if self.bench.answers_itself:
            self.window = None
            return
        window, deadline = self._window_of(step)
        for item in step.items * step.low:
            for values in spread(item):
                told = self._next_told(step, deadline, item.name)
                if why := _differs(item.name, values, told):
                    raise Deviation(step, f"{why} at {format_cycles(told.at)}")
                self._check_window(step, window, told.at)
                window, self.at = None, told.at

    def _next_told(self, step: Step, deadline: int, name: str) -> Told:
        while True:
            while self.bench.told:
                told = self.bench.told.popleft()
                if told.word == name or not (told.word in SIDE_MATTERS or self._may(told)):
                    return told
            if self.bench.now >= deadline:
                raise Deviation(step, f"the user was told nothing until {format_cycles(self.bench.now)}")
            self.bench.advance(deadline)

    def _may(self, told: Told) -> bool:
        for number, item in enumerate(self.may):
            if item.name == told.word:
                del self.may[number]
                return True
        return False

    def _allow(self, step: Step) -> None:
        self.may += step.items

    def _quiet(self, step: Step) -> None:
        if self.bench.seen:
            seen = self.bench.seen.popleft()
            raise Deviation(step, f"{seen.message} at {format_cycles(seen.at)}")
        while self.bench.told:
            told = self.bench.told.popleft()
            if not (told.word in SIDE_MATTERS or self._may(told)):
                raise Deviation(step, f"the user is told {told.word} {told.values} at {format_cycles(told.at)}")

    # -- time --------------------------------------------------------------------------------------------------------

    @staticmethod
    def cycles(time: Time) -> int:
        """How long a time of the sheet is."""
        return int(LEAST[time.timer] * time.share) if time.timer else time.cycles

    def _pass(self, cycles: int) -> None:
        until = self.bench.now + cycles
        while self.bench.now < until:
            self.bench.advance(until)

    def _wait(self, step: Step) -> None:
        self._pass(self.cycles(step.time))
        while self.bench.seen and self._goes_on(self.bench.seen[0]):
            self.bench.seen.popleft()
        self.at = self.bench.now

    def _hold(self, step: Step) -> None:
        self._pass(self.cycles(step.time))
        self._quiet(step)
        self.at = self.bench.now

    def _never(self, step: Step) -> None:
        self._pass(self.cycles(step.time))
        for seen in self.bench.seen:
            if not mismatch(step.items[0].name, spread(step.items[0])[0], seen.message):
                raise Deviation(step, f"{seen.message} at {format_cycles(seen.at)}")
        self.bench.seen.clear()
        self.at = self.bench.now

    def _set_mark(self, _: Step) -> None:
        self.mark = self.at

    def _set_window(self, step: Step) -> None:
        self.window = step

    def _window_of(self, step: Step) -> tuple[tuple[int, int] | None, int]:
        """((earliest, latest), deadline) of a step that is waited for; the window is used up with the step."""
        one, self.window = self.window, None
        if one is None:
            return None, self.bench.now + self.bench.patience
        since, late = self.mark if one.since_mark else self.at, self.bench.tolerance
        latest = since + one.latest.cycles + late
        return (since + one.time.cycles - late, latest), latest + ms(1)

    @staticmethod
    def _check_window(step: Step, window: tuple[int, int] | None, at: int) -> None:
        if window is not None and not window[0] <= at <= window[1]:
            raise Deviation(step, f"at {format_cycles(at)}, not within {format_cycles(window[0])}.."
                                  f"{format_cycles(window[1])}")


def _differs(name: str, values: Values, told: Told) -> str:
    if told.word != name:
        return f"the user is told {told.word} {told.values} instead of {name}"
    wanted_values = {"CIC": USUAL_CIC, **values} if told.values.get("CIC") else values
    for key, wanted in wanted_values.items():
        if told.values.get(key) != wanted:
            return f"{name} with {key}={told.values.get(key)} instead of {wanted}"
    return ""


_STEPS: Final[dict[Kind, Callable[[Run, Step], None]]] = {
    Kind.ORDER: Run._order,
    Kind.FEED: Run._feed,
    Kind.UNIT: Run._unit,
    Kind.INDICATION: Run._indication,
    Kind.MAY: Run._allow,
    Kind.NEVER: Run._never,
    Kind.HOLD: Run._hold,
    Kind.WAIT: Run._wait,
    Kind.WINDOW: Run._set_window,
    Kind.MARK: Run._set_mark,
}
