"""The clock at the far end of a line: by itself, locked to what it receives, and with faults."""

from __future__ import annotations

from typing import Any

from clock_bench import _draw

from switchsim.farend.clock import FarClock
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel, NoMedia
from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Record
from switchsim.model.events import ClockDisturbed, ClockMode, FaultFired, FaultUndone, decode_line
from switchsim.model.messages import NodeClock, ReferenceState
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Part, State
from switchsim.proto.clock.oscillator import Wander
from switchsim.terminals.clocking import FarClockPlan
from switchsim.units import ms, seconds

LINE, CLOCK = "farend/line/e1-0", "farend/clock/e1-0"


class LineState(State):
    told: list[tuple[int, NodeClock]] = []


class ToyLine(Part[LineState]):
    """The end of the line: keeps what it is told, and says what it receives."""

    def __init__(self, kernel: Kernel) -> None:
        super().__init__(LINE, kernel)
        self.state = LineState()

    def on_message(self, port: str, message: Any) -> None:
        self.state.told.append((self.now, message))

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act)
        values = order.values
        heard = ReferenceState("e1-0", bool(values["usable"]), int(values["ppb"]), 4, "here")
        self.send("reference", heard)


class Bench:
    """A far clock, and a toy in place of its end of the line."""

    def __init__(self, **plan: Any) -> None:
        self.octets = bytearray()
        journal = Journal(self.octets.extend, lambda _: None)
        self.kernel = Kernel(NoMedia(), journal, Streams(1, _draw), batch=1 << 40)
        self.kernel.add(ToyLine(self.kernel))
        self.kernel.add(FarClock(CLOCK, self.kernel, FarClockPlan(line="e1-0", name="far/e1-0", **plan)))
        self.kernel.connect(CLOCK, "line", Wire(LINE, "clock", (NodeClock,)))
        self.kernel.connect(LINE, "reference", Wire(CLOCK, "reference", (ReferenceState,)))

    def hears(self, at: int, ppb: int, usable: int = 1) -> None:
        self.kernel.order(at, LINE, Act("hears", {"ppb": ppb, "usable": usable}))

    def run(self, until: int) -> list[tuple[int, NodeClock]]:
        self.kernel.power_on()
        self.kernel.run(until)
        return list(self.kernel.part(LINE).state.told)

    def records(self) -> list[Record]:
        return [decode_line(line) for line in bytes(self.octets).splitlines()[1:]]


def test_nobody_speaks_of_clocks() -> None:
    bench = Bench()
    bench.hears(800, 5000)
    assert bench.run(seconds(60)) == []
    assert bench.kernel.timers == {}


def test_it_says_once_how_exact_and_how_good_it_is() -> None:
    assert Bench(told=True, ppb=-4600, quality=2).run(seconds(60)) == [(0, NodeClock(-4600, 2, "far/e1-0"))]


def test_one_that_follows_starts_locked_and_comes_back_with_the_origin() -> None:
    bench = Bench(told=True, follows=True, ppb=20_000)
    bench.hears(3, 777)
    told = bench.run(seconds(60))
    assert told[-1][1] == NodeClock(777, 4, "far/e1-0<here", "e1-0")
    modes = [(one.at, one.event.mode) for one in bench.records() if isinstance(one.event, ClockMode)]
    assert modes == [(ms(20), "locked")]


def test_one_that_follows_holds_over_and_locks_again() -> None:
    bench = Bench(told=True, follows=True, ppb=20_000)
    bench.hears(seconds(1), 0, usable=0)
    bench.hears(seconds(10), 300_000)  # out of range is as good as nothing
    bench.hears(seconds(20), 800)
    told = bench.run(seconds(60))
    assert [clock.ppb for _, clock in told[:2]] == [0, 10]
    assert told[1][1].origin == "far/e1-0"
    assert told[-1][1].ppb == 800
    modes = [one.event.mode for one in bench.records() if isinstance(one.event, ClockMode)]
    assert modes == ["locked", "holdover", "acquiring", "locked"]


def test_one_that_does_not_follow_does_not_listen() -> None:
    bench = Bench(told=True)
    bench.hears(seconds(1), 50_000)
    assert len(bench.run(seconds(10))) == 1


def test_faults() -> None:
    bench = Bench()
    for at, point, values in (
        (1, "clock_offset", {"ppb": 50_000}), (2, "clock_step", {"ppb": -400}), (3, "clock_quality", {"quality": 15}),
    ):  # fmt: skip
        bench.kernel.order(seconds(at), CLOCK, Inject(str(at), point, dict(values)))
        bench.kernel.order(seconds(at + 10), CLOCK, Heal(str(at), point, dict(values)))
    told = [(clock.ppb, clock.quality) for _, clock in bench.run(seconds(60))]
    assert told == [(50_000, 2), (49_600, 2), (49_600, 15), (-400, 15), (0, 15), (0, 2)]
    events = [one.event for one in bench.records()]
    assert [one.effect for one in events if isinstance(one, FaultFired)] == [
        "oscillator 50000 ppb off nominal", "oscillator 49600 ppb off nominal", "sends do_not_use"]  # fmt: skip
    assert len([one for one in events if isinstance(one, FaultUndone)]) == 3
    assert [one.ppb for one in events if isinstance(one, ClockDisturbed)] == [50_000, 49_600, -400, 0]


def test_wander_of_a_far_end_goes_on_after_a_snapshot() -> None:
    wander = Wander("walk", step_ppb=40, most_ppb=500, every_cycles=seconds(1))
    first, second = Bench(told=True, wander=wander), Bench(told=True, wander=wander)
    first.kernel.power_on()
    second.kernel.power_on()
    first.kernel.run(seconds(7) + 3)
    restore(second.kernel, take(first.kernel))
    first.kernel.run(seconds(40))
    second.kernel.run(seconds(40))
    assert take(first.kernel) == take(second.kernel)
    assert len({clock.ppb for _, clock in first.kernel.part(LINE).state.told}) > 10
