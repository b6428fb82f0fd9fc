"""Load shapes: when calls come, and what is in them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from switchsim.farend.chance import Constant, Uniform
from switchsim.farend.load import Burst, Load, LoadConfig, Poisson, Ramp, Shape, Steady, Weighted, arrival
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel, NoMedia
from switchsim.model.messages import PlaceCall
from switchsim.model.order import Act, Begin
from switchsim.model.part import Part, State

ONE = 1 << 16


class Heap(State):
    calls: list[tuple[int, PlaceCall]] = msgspec.field(default_factory=list)


class Taker(Part[Heap]):
    def __init__(self, path: str, host: Any) -> None:
        super().__init__(path, host)
        self.state = Heap()

    def on_message(self, port: str, message: PlaceCall) -> None:
        self.state.calls.append((self.now, message))


def weyl(key: int, index: int) -> int:
    mixed = (key + index * 0x9E3779B97F4A7C15) & (1 << 64) - 1
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
    return mixed ^ mixed >> 31


def machine(shape: Shape, **values: Any) -> tuple[Kernel, list[Taker]]:
    kernel = Kernel(NoMedia(), Journal(lambda _: None, lambda _: None), Streams(1, weyl))
    settings: dict[str, Any] = {
        "called": (Weighted("10060"),), "plans": (Weighted("plain"),), "lines": ("e1-0",), **values,
    }  # fmt: skip
    load = Load("farend/load/test", kernel, LoadConfig(shape=shape, **settings))
    kernel.add(load)
    takers = []
    for line in settings["lines"]:
        takers.append(Taker(f"farend/exchange/{line}", kernel))
        kernel.add(takers[-1])
        kernel.connect(load.path, f"exchange/{line}", Wire(takers[-1].path, "load", (PlaceCall,)))
    kernel.power_on()
    return kernel, takers


def test_constant_load_is_exact() -> None:
    kernel, (taker,) = machine(Steady(3_000))
    kernel.run(80_100)
    assert len(taker.state.calls) == 30
    assert [at for at, _ in taker.state.calls][:3] == [2672 + 8, 5336 + 8, 8008]  # due 2666, 5333, 8000


def test_poisson_load_has_the_rate_and_is_not_even() -> None:
    kernel, (taker,) = machine(Poisson(20_000))
    kernel.run(8_000 * 60)
    gaps = [b - a for (a, _), (b, _) in zip(taker.state.calls, taker.state.calls[1:], strict=False)]
    assert 1_080 < len(taker.state.calls) < 1_320
    mean = sum(gaps) // len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) // len(gaps)
    assert 0.8 < variance / mean**2 < 1.25


def test_ramp_adds_up_to_the_area_under_it() -> None:
    ramp = Ramp(0, 10_000, 80_000)
    assert arrival(ramp, 50 * ONE) == 80_000
    assert arrival(ramp, 51 * ONE) == 80_800
    assert 39_990 <= arrival(ramp, 50 * ONE // 4) <= 40_000
    down = Ramp(10_000, 0, 80_000)
    assert arrival(down, 50 * ONE) == 80_000
    assert arrival(down, 51 * ONE) == -1
    assert 39_990 <= arrival(down, 3 * 50 * ONE // 4) <= 40_010
    assert arrival(Ramp(5_000, 5_000, 80_000), ONE) == 1_600


@pytest.mark.parametrize("shape", [Steady(7), Poisson(901), Ramp(3, 900, 5_000), Ramp(900, 3, 5_000), Burst(3, 800)])
def test_arrivals_never_go_back(shape: Shape) -> None:
    times = [arrival(shape, step * 20_011 + ONE) for step in range(600)]
    whole = [at for at in times if at >= 0]
    assert whole == sorted(whole)


def test_burst_comes_at_once_and_again() -> None:
    kernel, (taker,) = machine(Burst(5, 16_000), start_at=800)
    kernel.run(20_000)
    assert [at for at, _ in taker.state.calls] == [808] * 5 + [16_808] * 5


def test_starts_and_stops_when_told() -> None:
    kernel, (taker,) = machine(Steady(10_000), start_at=-1)
    kernel.order(8_000, "farend/load/test", Begin({}))
    kernel.order(16_100, "farend/load/test", Act("stop", {}))
    kernel.run(40_000)
    assert next(at for at, _ in taker.state.calls) == 8_808
    assert len(taker.state.calls) == 10


def test_stop_cycle_and_number_of_calls_are_limits() -> None:
    kernel, (taker,) = machine(Steady(10_000), stop_at=8_000)
    kernel.run(40_000)
    assert len(taker.state.calls) == 9
    kernel, (taker,) = machine(Steady(10_000), most_calls=4)
    kernel.run(40_000)
    assert len(taker.state.calls) == 4


def test_numbers_plans_times_and_exchanges_are_spread() -> None:
    kernel, takers = machine(
        Steady(100_000), lines=("a", "b", "c"), called=(Weighted("1", 3), Weighted("2")), hold=Uniform(8, 80),
        patience=Constant(5), plans=(Weighted("p"), Weighted("q")), spread="random",
    )  # fmt: skip
    kernel.run(80_000)
    calls = [call for taker in takers for _, call in taker.state.calls]
    assert all(len(taker.state.calls) > 250 for taker in takers)
    assert 650 < sum(call.called == "1" for call in calls) < 850
    assert {call.plan for call in calls} == {"p", "q"}
    assert {call.patience_cycles for call in calls} == {5}
    assert all(8 <= call.hold_cycles <= 80 for call in calls)
    assert len({call.calling for call in calls}) > 950
    assert all(len(call.calling) == 11 and call.calling.startswith("138") for call in calls)


def test_round_robin_takes_turns_and_the_plan_decides_what_load_leaves_open() -> None:
    kernel, takers = machine(Steady(100_000), lines=("a", "b"))
    kernel.run(8_016)
    assert [len(taker.state.calls) for taker in takers] == [50, 50]
    assert {call.hold_cycles for _, call in takers[0].state.calls} == {-1}
