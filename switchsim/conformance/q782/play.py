"""Plays a sheet of Q.782: the steps one after the other against a bench; the first deviation ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from switchsim.conformance.language import Deviation, Item, Kind, Step, Time
from switchsim.conformance.q782.bench import TRANSFERS, Bench, Seen, Told
from switchsim.conformance.q782.octets import MARK, Values
from switchsim.conformance.q782.tester import Tester
from switchsim.conformance.reader import Steps
from switchsim.proto import mtp3
from switchsim.units import format_cycles, ms

PATIENCE: Final = ms(1000)
"""How long a `>` or `?` without a window is waited for."""
SETTLE: Final = ms(200)
"""After the last step: what still comes is looked at too."""
SLACK: Final = ms(25)
"""Level 2 takes its time: a window may be missed by so much."""

_OVERLOOKED: Final = {"restarts": ("TRA",), "transfers": TRANSFERS}
_ON_LINK: Final[dict[str, Callable[[mtp3.Mtp3, int], Iterable[Any]]]] = {
    "DEACTIVATE": lambda point, link: point.deactivate_link(link),
    "INHIBIT": lambda point, link: point.inhibit(link),
    "UNINHIBIT": lambda point, link: point.uninhibit(link),
}
_LOOSE: Final = ("LINK",)
"""Indications of management that come as often as the implementation likes."""


class Run:
    """One sheet on one bench."""

    def __init__(self, bench: Bench, lossy: bool) -> None:
        self.bench = bench
        self.tester = Tester(bench, lossy)
        self.at = self.marked = 0
        self.window: Step | None = None
        self.may: list[Item] = []
        self.transferred = 0

    def steps(self, steps: Steps) -> None:
        """Raises Deviation."""
        for step in steps:
            _STEPS[step.kind](self, step)

    def end(self, step: Step) -> None:
        """What came after the last step, or was never asked for, is a deviation too."""
        self._pass(step, SETTLE)
        self._quiet(step)

    def begins(self) -> None:
        """The precondition is reached: messages are numbered from 0 again."""
        self.transferred = 0
        self.tester.forget_order()

    # -- acting --------------------------------------------------------------------------------------------------------

    def _order(self, step: Step) -> None:
        item = step.items[0]
        for _ in range(step.low):
            if item.name == "TRANSFER":
                self._transfer(step, item)
            else:
                for values in self._spread(item):
                    self._one_order(item.name, values)
        self.at = self.bench.now

    def _one_order(self, name: str, values: Values) -> None:
        bench, point = self.bench, self.bench.point
        link = values.get("ON", 0)
        text = " ".join([name, *(f"{key}={value}" for key, value in values.items())])
        if name == "ACTIVATE":
            for one in bench.links if "all" in values else (link,):
                bench.order(f"{name} ON={one}", partial(point.activate_link, one))
        elif name in _ON_LINK:
            bench.order(text, lambda: _ON_LINK[name](point, link))
        elif name in ("OUTAGE", "RECOVERED"):
            bench.note("!", b"", text)
            bench.outage(link, True, name == "OUTAGE")
        elif name == "UNREADABLE":
            bench.unreadable(link)
        elif name == "CONGESTED":
            bench.order(text, lambda: point.congested(link, values.get("LEVEL", 1)))
        elif name == "RESTART":
            bench.order(text, point.restart)
        else:
            bench.order(text, lambda: point.user_part(values.get("SI", 5), name == "USER-BACK"))

    def _transfer(self, step: Step, item: Item) -> None:
        for values in self._spread(item):
            all_of_them = self.bench.layout.destinations() if "all" in values else [self.bench.layout.main]
            for dpc in [values["DEST"]] if "DEST" in values else all_of_them:
                sls = self.tester.flow(values["OF"], {**values, "DEST": dpc}) if "OF" in values else values["SLS"]
                if sls < 0:
                    raise Deviation(step, f"no flow to {dpc} began on link {values['OF']}")
                data = bytes([MARK]) + self.transferred.to_bytes(2, "big") + bytes(5)
                self.transferred += 1
                self.bench.order(f"TRANSFER {dpc} SLS={sls} DATA={self.transferred - 1}",
                                 partial(self.bench.point.transfer, values.get("SI", 5), dpc, sls, data))

    def _feed(self, step: Step) -> None:
        for _ in range(step.low):
            for item in step.items:
                for values in self._spread(item):
                    self._one_feed(item.name, values)
        self.at = self.bench.now

    def _one_feed(self, name: str, values: Values) -> None:
        bench, link = self.bench, values.get("ON", 0)
        if name in ("CUT", "JOIN"):
            bench.line(link, name == "JOIN")
        elif name == "STOP":
            bench.stop(link)
        elif name in ("OUTAGE", "RECOVERED"):
            bench.outage(link, False, name == "OUTAGE")
        elif "all" in values:
            first = {point: one for one, (point, _) in reversed(bench.links.items())}
            for one in sorted(first.values()):
                self.tester.send(name, {"ON": one})
        else:
            self.tester.send(name, values)

    def _setting(self, step: Step) -> None:
        item = step.items[0]
        if item.name in ("holds", "frees"):
            self.bench.hold(item.fields["ON"][0], item.name == "holds")
        elif item.name in ("answers", "leaves"):
            self.bench.answers_tests = item.name == "answers"
        else:
            for word in item.fields:
                self.bench.overlook(_OVERLOOKED[word], item.name == "overlooks")

    # -- looking at messages -------------------------------------------------------------------------------------------

    def _unit(self, step: Step) -> None:
        wanted = [(item.name, values) for item in step.items for values in self._spread(item)] * step.low
        if "all" in step.items[0].fields:
            wanted = [("TEST", {})] * self.transferred
        window, deadline = self._window_of()
        in_turn = len(step.items) == 1
        while wanted:
            number, seen = self._next_seen(step, wanted[:1] if in_turn else wanted, deadline)
            del wanted[number]
            self._in_order(step, seen)
            self._check_window(step, window, seen.at)
            window, self.at = None, max(self.at, seen.at)
            deadline = max(deadline, self.bench.now + PATIENCE)

    def _next_seen(self, step: Step, wanted: list[tuple[str, Values]], deadline: int) -> tuple[int, Seen]:
        """The first waiting message that is one of these, and which of them it is."""
        while True:
            reasons = []
            for queue in self.bench.seen.values():
                if not queue:
                    continue
                for number, (name, values) in enumerate(wanted):
                    why = self.tester.mismatch(name, values, queue[0])
                    if not why:
                        return number, queue.popleft()
                    reasons.append(f"{why}: {queue[0].link} {queue[0].message} at {format_cycles(queue[0].at)}")
            if self.bench.now >= deadline:
                what = "; ".join(dict.fromkeys(reasons)) or "nothing came"
                raise Deviation(step, f"until {format_cycles(self.bench.now)}: {what}{self._untold()}")
            self.bench.advance(deadline)

    def _in_order(self, step: Step, seen: Seen) -> None:
        self.tester.note_carrier(seen)
        message = seen.message
        if message.name == "TEST":
            why = self.tester.out_of_order(">", message.opc, message.dpc, message.sls, message.values["DATA"])
            if why:
                raise Deviation(step, why)

    # -- looking at indications ----------------------------------------------------------------------------------------

    def _indication(self, step: Step) -> None:
        window, deadline = self._window_of()
        wanted = [(item.name, values) for item in step.items for values in self._spread(item)] * step.low
        if "all" in step.items[0].fields:
            wanted = self._all(step.items[0])
        for name, values in wanted:
            told = self._next_told(step, name, values, deadline)
            self._check_window(step, window, told.at)
            window, self.at = None, max(self.at, told.at)
            if name == "DELIVER":
                why = self.tester.out_of_order("?", told.values["FROM"], 1, told.values["SLS"], told.values["DATA"])
                if why:
                    raise Deviation(step, why)

    def _all(self, item: Item) -> list[tuple[str, Values]]:
        if item.name == "RESUME":
            return [("RESUME", {"DEST": dpc}) for dpc in self.bench.layout.destinations()]
        state = next(key for key in item.fields if key != "all")
        return [("LINK", {"ON": link, state: 1}) for link in self.bench.links]

    def _next_told(self, step: Step, name: str, values: Values, deadline: int) -> Told:
        while True:
            for number, told in enumerate(self.bench.told):
                if told.word == name and all(told.values.get(key) == value for key, value in values.items()):
                    del self.bench.told[number]
                    return told
            if self.bench.now >= deadline:
                raise Deviation(step, f"not told until {format_cycles(self.bench.now)}{self._untold()}{self._unseen()}")
            self.bench.advance(deadline)

    def _untold(self) -> str:
        told = [f"{one.word} {one.values}" for one in self.bench.told]
        return "; told " + ", ".join(told) if told else ""

    def _unseen(self) -> str:
        heads = [f"{queue[0].link} {queue[0].message}" for queue in self.bench.seen.values() if queue]
        return "; waiting: " + ", ".join(heads) if heads else ""

    def _allow(self, step: Step) -> None:
        self.may += step.items

    def _quiet(self, step: Step) -> None:
        """Nothing waits that no step asked for."""
        for queue in self.bench.seen.values():
            for seen in queue:
                raise Deviation(step, f"unasked: {seen.link} {seen.message} at {format_cycles(seen.at)}")
        for told in self.bench.told:
            if told.word not in _LOOSE and not self._may(told):
                raise Deviation(step, f"unasked: {told.word} {told.values} at {format_cycles(told.at)}")
        self.bench.told.clear()

    def _may(self, told: Told) -> bool:
        for number, item in enumerate(self.may):
            fits = all(told.values.get(key) == first for key, (first, _) in item.fields.items())
            if item.name == told.word and fits:
                del self.may[number]
                return True
        return False

    # -- time ----------------------------------------------------------------------------------------------------------

    def _cycles(self, time: Time) -> int:
        """How long a time of the sheet is: a timer is as the implementation under test has it."""
        if not time.timer:
            return time.cycles
        name = f"slt_{time.timer[:2].lower()}" if time.timer[-1] == "t" else time.timer.lower()
        config = self.bench.point.config
        return int((mtp3.TIMERS | config.timers)[name] * time.share)

    def _pass(self, step: Step, cycles: int) -> None:
        until = self.bench.now + cycles
        while self.bench.now < until:
            self.bench.advance(until)

    def _wait(self, step: Step) -> None:
        self._pass(step, self._cycles(step.time))
        self.at = self.bench.now

    def _hold(self, step: Step) -> None:
        self._wait(step)
        self._quiet(step)

    def _never(self, step: Step) -> None:
        self._wait(step)
        for item in step.items:
            for values in self._spread(item):
                for queue in self.bench.seen.values():
                    for seen in queue:
                        if not self.tester.mismatch(item.name, values, seen):
                            raise Deviation(step, f"{seen.link} {seen.message} at {format_cycles(seen.at)}")

    def _mark(self, _: Step) -> None:
        self.marked = self.at

    def _set_window(self, step: Step) -> None:
        self.window = step

    def _window_of(self) -> tuple[tuple[int, int] | None, int]:
        """((earliest, latest), deadline) of a step that is waited for; the window is used up with the step."""
        if self.window is None:
            return None, self.bench.now + PATIENCE
        since = self.marked if self.window.since_mark else self.at
        low, high = since + self.window.time.cycles - SLACK, since + self.window.latest.cycles + SLACK
        self.window = None
        return (low, high), max(high, self.bench.now)

    def _check_window(self, step: Step, window: tuple[int, int] | None, at: int) -> None:
        if window is not None and not window[0] <= at <= window[1]:
            raise Deviation(step, f"at {format_cycles(at)}, not within {format_cycles(window[0])}.."
                                  f"{format_cycles(window[1])}")

    @staticmethod
    def _spread(item: Item) -> list[Values]:
        """An item with ranges as single ones: all its ranges go up together."""
        length = max([last - first + 1 for first, last in item.fields.values()], default=1)
        return [{key: first if first == last else first + number for key, (first, last) in item.fields.items()}
                for number in range(length)]


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
    Kind.MARK: Run._mark,
    Kind.SETTING: Run._setting,
}
