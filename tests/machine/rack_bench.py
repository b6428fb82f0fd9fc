"""The small B-type machine under load, for the tests of the rack and its faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from office_bench import Bench

from switchsim.assembly.loads import LoadWanted, PoissonLoad
from switchsim.model.events import PartyHears
from switchsim.units import seconds

MPU_A, MPU_B = "frame/0/slot/2", "frame/0/slot/3"
CHOOSES_SALES = [
    {"do": "listen", "prompt": "menu"}, {"do": "dial", "digits": "1"}, {"do": "wait"}, {"do": "speak"}, {"do": "hold"},
]  # fmt: skip


def rush(stop: str, *, rate: str = "90/min", hold: str = "4s", numbers: tuple[str, ...] = ("10060", "10061", "2001"),
         **more: Any) -> LoadWanted:  # fmt: skip
    """Callers for the menu, for a queue, and for a seat without one."""
    spec = {"shape": "poisson", "name": "rush", "rate": rate, "numbers": list(numbers), "stop": stop,
            "plan": {"steps": CHOOSES_SALES, "hold": hold, "patience": "20s", **more}}  # fmt: skip
    return PoissonLoad.model_validate(spec).wanted()


def small(stop: str = "14s", *, seed: int = 1, batch: int = 160, settle: int = seconds(8), **more: Any) -> Bench:
    return Bench(machine="b_type_small", seed=seed, batch=batch, settle=settle, load=[rush(stop, **more)])


def drain(bench: Bench, within: int = seconds(60)) -> None:
    """Run until every call has its record and all alarms are gone."""
    end = bench.now + within
    while bench.now < end and (open_calls(bench) or up(bench)):
        bench.run(seconds(1))
    bench.run(seconds(1))


def open_calls(bench: Bench) -> list[int]:
    over = {record.call for record in bench.call_records()}
    return [event.call for event in bench.events("CallOffered") if event.call not in over]


def up(bench: Bench) -> list[tuple[str, str]]:
    """Alarms that are up."""
    alarms: dict[tuple[str, str], bool] = {}
    for record in bench.records:
        name = type(record.event).__name__
        if name in ("AlarmRaised", "AlarmCleared"):
            event: Any = record.event
            alarms[event.alarm, event.about] = name == "AlarmRaised"
    return [key for key, raised in alarms.items() if raised]


def still_works(bench: Bench, *, but: Sequence[str] = ()) -> None:
    """A call through the menu reaches an agent, both hear each other, and nothing is left over."""
    caller = bench.call("10061", line="e1-2")
    bench.until_hears(caller, "party", within=seconds(12))
    agent = int(bench.hears(caller)[1])
    heard = [r.event for r in bench.records if isinstance(r.event, PartyHears) and r.event.party == agent]
    bench.run(seconds(1))
    heard = [r.event for r in bench.records if isinstance(r.event, PartyHears) and r.event.party == agent]
    assert (heard[-1].what, heard[-1].which) == ("party", str(caller.party))
    bench.close(but=but)


def recovered(bench: Bench, *, but: Sequence[str] = ()) -> None:
    """After a fault: calls drain, alarms go, the checks find nothing, the machine works."""
    drain(bench)
    assert open_calls(bench) == [], bench.tail()
    assert up(bench) == []
    still_works(bench, but=but)


def kinds(bench: Bench) -> dict[str, list[str]]:
    """Board kind -> places."""
    found: dict[str, list[str]] = {}
    for board in bench.machine.layout.boards:
        found.setdefault(board.loaded.spec.kind, []).append(board.path)
    return found


def timing(bench: Bench, place: str, name: str) -> int:
    cycles: int = bench.machine.part(place).kind.timings[name]
    return cycles
