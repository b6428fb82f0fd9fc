"""Plays a sheet of Q.781: the steps one after the other against a bench; the first deviation ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from switchsim.conformance.language import Deviation, Item, Kind, Step, Time
from switchsim.conformance.q781 import units
from switchsim.conformance.q781.bench import TICK, Bench, Indication, Seen
from switchsim.conformance.q781.patterns import Going, mismatch, spread
from switchsim.conformance.q781.tester import USUAL_SIF, Tester
from switchsim.conformance.q781.words import LEAST
from switchsim.conformance.reader import Steps
from switchsim.proto import mtp2
from switchsim.units import format_cycles, ms, round_up

PATIENCE: Final = ms(1000)
"""How long a `>` or `?` without a window is waited for."""
EARLY: Final = ms(4)
LATE: Final = ms(16)
"""The window of a short timer: two units and two ticks each way."""
SETTLE: Final = ms(10)
"""After the last step: what still comes is looked at too."""

_ORDERS: Final[dict[str, Callable[[mtp2.Link], Iterable[Any]]]] = {
    "POWER-ON": lambda link: link.power_on(),
    "POWER-OFF": lambda link: link.power_off(),
    "START": lambda link: link.start(),
    "STOP": lambda link: link.stop(),
    "EMERGENCY": lambda link: link.emergency(),
    "EMERGENCY-CEASES": lambda link: link.emergency_ceases(),
    "LPO": lambda link: link.local_processor_outage(),
    "LPR": lambda link: link.local_processor_recovered(),
    "FLUSH": lambda link: link.flush_buffers(),
    "CONTINUE": lambda link: link.continue_(),
    "RETRIEVE-BSNT": lambda link: link.retrieve_bsnt(),
    "CONGESTED": lambda link: link.receive_congestion(True),
    "CONGESTION-ENDS": lambda link: link.receive_congestion(False),
}
_INDICATIONS: Final[dict[type, str]] = {
    mtp2.InService: "IN-SERVICE",
    mtp2.OutOfService: "OUT-OF-SERVICE",
    mtp2.RemoteProcessorOutage: "RPO",
    mtp2.RemoteProcessorRecovered: "RPR",
    mtp2.Received: "MSU",
    mtp2.Bsnt: "BSNT",
    mtp2.Retrieved: "RETRIEVED",
    mtp2.RetrievalComplete: "RETRIEVAL-COMPLETE",
    mtp2.CongestionOnset: "CONGESTION-ONSET",
    mtp2.CongestionAbated: "CONGESTION-ABATED",
    mtp2.RtbCleared: "RTB-CLEARED",
}


class Run:
    """One sheet on one bench."""

    def __init__(self, bench: Bench, timers: Mapping[str, int]) -> None:
        self.bench = bench
        self.tester = Tester(bench)
        self.timers = timers  # those that are short; windows of others are as the sheet says
        self.going = Going()
        self.last: Seen | None = None
        self.at = 0
        self.mark = 0
        self.window: Step | None = None
        self.may: list[Item] = []
        self.sent_count = 0

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
        link, item = self.bench.link, step.items[0]
        for _ in range(step.low):
            if item.name == "SEND":
                octets = units.message(units.OUR_MARK, self.sent_count, item.fields.get("SIF", (USUAL_SIF, 0))[0])
                self.sent_count += 1
                self.bench.order("SEND " + octets.hex(), partial(link.send, octets))
            elif item.name == "RETRIEVE":
                self.bench.order(step.text, partial(link.retrieve, item.fields["FSNC"][0] if item.fields else None))
            else:
                self.bench.order(item.name, partial(_ORDERS[item.name], link))
        self.at = self.bench.now

    def _feed(self, step: Step) -> None:
        self.tester.feed(step)
        self.at = self.bench.now

    def _setting(self, step: Step) -> None:
        self.tester.acknowledges = step.items[0].name == "acknowledges"

    # -- looking -----------------------------------------------------------------------------------------------------

    def _unit(self, step: Step) -> None:
        turn = spread(step.items)
        place = needed = 0
        window, deadline = self._window_of(step)
        if self._goes_on_already(step, turn):
            self.going.follow(step, turn, 0)
            return
        while needed < step.low * len(turn):
            seen = self._next_seen(step, deadline)
            self.last = seen
            if needed == 0 and step.high is None:
                place = next((at for at, one in enumerate(turn) if not mismatch(*one, seen.unit)), 0)
            if why := mismatch(*turn[place % len(turn)], seen.unit):
                if needed == 0 and self.going.next_is(seen.unit):
                    continue
                raise Deviation(step, f"{why}: {seen.unit} at {format_cycles(seen.at)}")
            place, needed = place + 1, needed + 1
            self._check_window(step, window, seen.at if needed == 1 else None)
        self.going.follow(step, turn, place)
        self.at = self.last.at if self.last else self.bench.now

    def _goes_on_already(self, step: Step, turn: list[tuple[str, dict[str, int]]]) -> bool:
        """The unit that the line carries now, over and over, is the one; nothing new waits."""
        return (not step.counted and self.window is None and not self.bench.seen and len(turn) == 1
                and turn[0][0] != "MSU" and self.last is not None and not mismatch(*turn[0], self.last.unit))

    def _next_seen(self, step: Step, deadline: int) -> Seen:
        while not self.bench.seen:
            deadline = self._later(deadline)
            if self.bench.now >= deadline:
                still = f"still {self.last.unit}" if self.last else "nothing at all"
                raise Deviation(step, f"did not come until {format_cycles(self.bench.now)}: {still}{self._untold()}")
            self.bench.advance(deadline)
        return self.bench.seen.popleft()

    def _later(self, deadline: int) -> int:
        """While the tester still has units to send, what they cause is waited for."""
        return max(deadline, round_up(self.bench.now + PATIENCE, TICK)) if self.bench.feeding else deadline

    def _indication(self, step: Step) -> None:
        window, deadline = self._window_of(step)
        wanted = spread(step.items) * step.low
        for name, values in wanted:
            told = self._next_told(step, deadline, name)
            if why := self._differs(name, values, told):
                raise Deviation(step, f"{why} at {format_cycles(told.at)}")
            self._check_window(step, window, told.at)
            window, self.at = None, told.at

    def _next_told(self, step: Step, deadline: int, name: str) -> Indication:
        while True:
            while self.bench.told:
                told = self.bench.told.popleft()
                if _INDICATIONS[type(told.action)] == name or not self._may(told):
                    return told
            deadline = self._later(deadline)
            if self.bench.now >= deadline:
                raise Deviation(step, f"level 3 was told nothing until {format_cycles(self.bench.now)}")
            self.bench.advance(deadline)

    def _differs(self, name: str, values: dict[str, int], told: Indication) -> str:
        action: Any = told.action
        word = _INDICATIONS[type(action)]
        if word != name:
            return f"level 3 is told {word} {getattr(action, 'reason', '')} instead of {name}"
        if name == "MSU" and "FSN" in values and action.octets != self.tester.bodies.get(values["FSN"]):
            return f"level 3 gets {action.octets.hex()}, not the message sent with FSN={values['FSN']}"
        if name == "BSNT" and "FSN" in values and action.fsn != values["FSN"]:
            return f"BSNT {action.fsn} instead of {values['FSN']}"
        if name == "RETRIEVED" and "DATA" in values:
            expected = units.message(units.OUR_MARK, values["DATA"], len(action.octets) - 1)
            return "" if action.octets == expected else f"retrieved another message than number {values['DATA']}"
        return ""

    def _may(self, told: Indication) -> bool:
        for number, item in enumerate(self.may):
            if item.name == _INDICATIONS[type(told.action)]:
                del self.may[number]
                return True
        return False

    def _allow(self, step: Step) -> None:
        self.may += step.items

    # -- time --------------------------------------------------------------------------------------------------------

    def cycles(self, time: Time) -> int:
        """How long a time of the sheet is with this run's timers."""
        if not time.timer:
            return time.cycles
        whole = self.timers.get(time.timer) or LEAST[time.timer]
        return round_up(int(whole * time.share), TICK)

    def _pass(self, cycles: int) -> None:
        until = round_up(self.bench.now + cycles, TICK)
        while self.bench.now < until:
            self.bench.advance(until)

    def _wait(self, step: Step) -> None:
        self._pass(self.cycles(step.time))
        while self.bench.seen and self.going.has(self.bench.seen[0].unit):
            self.last = self.bench.seen.popleft()
        self.at = self.bench.now

    def _hold(self, step: Step) -> None:
        self._pass(self.cycles(step.time))
        self._quiet(step)
        self.at = self.bench.now

    def _quiet(self, step: Step) -> None:
        while self.bench.seen:
            self.last = self.bench.seen.popleft()
            if not self.going.has(self.last.unit):
                raise Deviation(step, f"{self.last.unit} at {format_cycles(self.last.at)}")
        while self.bench.told:
            told = self.bench.told.popleft()
            if not self._may(told):
                raise Deviation(step, f"level 3 is told {_INDICATIONS[type(told.action)]} at {format_cycles(told.at)}")

    def _never(self, step: Step) -> None:
        self._pass(self.cycles(step.time))
        (name, values), *_ = spread(step.items)
        while self.bench.seen:
            self.last = self.bench.seen.popleft()
            if not mismatch(name, values, self.last.unit):
                raise Deviation(step, f"{self.last.unit} at {format_cycles(self.last.at)}")
        self.at = self.bench.now

    def _set_mark(self, _: Step) -> None:
        self.mark = self.at

    def _set_window(self, step: Step) -> None:
        self.window = step

    def _window_of(self, step: Step) -> tuple[tuple[int, int] | None, int]:
        """((earliest, latest), deadline) of a step that is waited for; the window is used up with the step."""
        if self.window is None:
            return None, round_up(self.bench.now + PATIENCE, TICK)
        one = self.window
        low, high = one.time.cycles, one.latest.cycles
        if one.time.timer in self.timers:
            low, high = self.timers[one.time.timer] - EARLY, self.timers[one.time.timer] + LATE
        since = self.mark if one.since_mark else self.at
        return (since + low, since + high), round_up(since + high, TICK) + TICK

    def _check_window(self, step: Step, window: tuple[int, int] | None, at: int | None) -> None:
        if window is not None and at is not None:
            self.window = None
            if not window[0] <= at <= window[1]:
                raise Deviation(step, f"at {format_cycles(at)}, not within {format_cycles(window[0])}.."
                                      f"{format_cycles(window[1])}")

    def _untold(self) -> str:
        return "; level 3 was told " + ", ".join(
            _INDICATIONS[type(told.action)] for told in self.bench.told) if self.bench.told else ""


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
    Kind.SETTING: Run._setting,
}
