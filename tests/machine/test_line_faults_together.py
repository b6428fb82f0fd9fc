"""Faults of one line that overlap: each does its own, and ends alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from switchsim.assembly import build
from switchsim.assembly.bit_tests import BitTestWanted
from switchsim.model.event import Event, Record
from switchsim.model.events import FaultFired, LineLooped, LineSlip, LineStatus, decode_line
from switchsim.model.line_events import PatternLost, PatternSync
from switchsim.model.order import Act, Heal, Inject
from switchsim.terminals.line_end import LineEndState
from switchsim.units import ms, seconds

MACHINES = Path(__file__).parents[2] / "boards" / "machines"
CLEAR_E1, CLEAR_LINE = MACHINES / "clear_e1.yaml", MACHINES / "clear_line.yaml"
TWO_CLOCKS = MACHINES / "two_clocks.yaml"


class Bench:
    """Faults have numbers from 1 on, in the order in which they are given."""

    def __init__(self, path: Path = CLEAR_E1, tests: Sequence[BitTestWanted] = ()) -> None:
        self.octets = bytearray()
        self.machine = build(path, seed=1, tests=tests, journal_sink=self.octets.extend)
        self.machine.power_on()
        self.count = 0

    def fault(
        self, begin: int, end: int | None, name: str, *, line: str = "e1-0", at: str = "", **values: Any
    ) -> None:
        """at: the end of the line, of a loop."""
        self.count += 1
        values |= {"end": at} if at else {}
        place, point, plain = self.machine.resolve_fault(name, {"line": line}, values)
        self.machine.order(begin, place, Inject(str(self.count), point, plain))
        if end is not None:
            self.machine.order(end, place, Heal(str(self.count), point, plain))

    def run(self, until: int) -> None:
        self.machine.run(until)

    def told(self, kind: type[Event]) -> list[Record]:
        records = [decode_line(line) for line in bytes(self.octets).splitlines()[1:]]
        return [one for one in records if isinstance(one.event, kind)]

    def statuses(self, end: str) -> list[tuple[int, str]]:
        return [(one.at, one.event.status) for one in self.told(LineStatus)
                if isinstance(one.event, LineStatus) and one.event.end == end]  # fmt: skip

    def state(self) -> LineEndState:
        """Of the machine's end."""
        found = self.machine.part("frame/1/slot/0").state.lines[0].end
        assert isinstance(found, LineEndState)
        return found

    def losses(self, since: int, until: int) -> int:
        """Times that the machine lost the frame or the signal."""
        return sum(since <= at < until and bool({"los", "lof"} & set(status.split()))
                   for at, status in self.statuses("machine"))  # fmt: skip


@pytest.mark.parametrize("apart", [ms(100), seconds(7)], ids=["at bit level", "calm in between"])
def test_errors_that_are_over_leave_room_for_further_ones(apart: int) -> None:
    """Four errors can be made at a time; those of a count are over when they are made, healed or not."""
    bench = Bench()
    for number in range(6):
        bench.fault(ms(10) + number * apart, None, "logic_errors", mode="burst", count=5)
    bench.run(ms(50) + 6 * apart)
    assert len(bench.told(FaultFired)) == 6


def test_an_error_that_was_over_does_not_end_another_in_its_place() -> None:
    bench = Bench()
    bench.fault(ms(10), ms(500), "fas_errors", mode="single")
    for number in range(4):
        bench.fault(ms(100) + number, None, "fas_errors", mode="continuous", bits=1 << number)
    bench.run(ms(499))
    assert len(bench.told(FaultFired)) == 5
    before = bench.machine.engine.e1_injected(0, 4)
    bench.run(ms(900))
    assert bench.machine.engine.e1_injected(0, 4) > before + 1000


def test_a_fifth_error_at_a_time_does_not_fire() -> None:
    bench = Bench()
    for number in range(5):
        bench.fault(ms(10) + number, None, "sa_errors", mode="continuous")
    bench.run(ms(100))
    assert len(bench.told(FaultFired)) == 4


def test_a_delay_ends_and_the_one_before_goes_on() -> None:
    """What is added is silent at first, what is taken away is lost: an odd number of frames, and so the alignment."""
    bench = Bench()
    bench.fault(ms(100), ms(900), "line_delay", time="81cyc")
    bench.fault(ms(300), ms(500), "line_delay", time="400cyc")
    bench.run(ms(899))
    silent = {at // ms(10) for at, status in bench.statuses("machine") if "los" in status.split()}
    assert silent == {10, 30}
    assert set(bench.state().faults.deeds["1"].delayed.values()) == {81}
    assert bench.losses(ms(499), ms(520)) == 1
    assert bench.losses(ms(520), ms(899)) == 0
    bench.run(ms(950))
    assert bench.losses(ms(899), ms(950)) == 1, "the first one was there until now"


@pytest.mark.parametrize("loops", [("payload", "timeslots"), ("timeslots", "payload")])
def test_a_loop_ends_and_another_over_the_same_timeslots_goes_on(loops: tuple[str, str]) -> None:
    test = BitTestWanted(name="near", pattern="2^15-1", line="e1-0", check="machine")
    bench = Bench(CLEAR_LINE, tests=[test])
    bench.machine.order(ms(10), "farend/test/near", Act("start", {}))
    for number, loop in enumerate(loops):
        more = {"timeslots": "1-31"} if loop == "timeslots" else {}
        bench.fault(ms(100), ms(300 + 300 * number), "line_loop", loop=loop, at="far", **more)
    bench.run(ms(2500))
    assert [one.at // ms(100) for one in bench.told(PatternSync)] == [1]
    lost = [one.at for one in bench.told(PatternLost)]
    assert len(lost) == 1
    assert ms(950) < lost[0] < ms(1050), "half the bits are wrong from 600 ms on: 0.4 s later they are a fifth of 1 s"
    assert len(bench.told(LineLooped)) == 4


@pytest.mark.parametrize("loop", ["local", "line"])
@pytest.mark.parametrize("line", ["west-east", "east-west"])
def test_a_loop_at_either_end_of_a_joined_line_ends(line: str, loop: str) -> None:
    bench = Bench(TWO_CLOCKS)
    bench.fault(ms(100), ms(600), "line_loop", line=line, loop=loop)
    bench.run(seconds(9))
    assert len(bench.told(LineLooped)) == 2
    for board in ("west/frame/1/slot/1", "east/frame/1/slot/0"):
        assert not any(one.end.bits for one in bench.machine.part(board).state.lines), "calm again"


def test_two_slips_at_a_time_are_one() -> None:
    """The store is two frames long: it repeats one frame, and no second one in the same cycle. What is told is done."""
    bench = Bench()
    for _ in range(2):
        bench.fault(ms(100), None, "line_slip", how="repeated")
    bench.run(ms(200))
    assert [one.event.count for one in bench.told(LineSlip)] == [1]  # type: ignore[attr-defined]
