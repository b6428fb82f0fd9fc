"""Load of the main processor, and what it does in overload: new attempts get cause 42, calls that are up go on."""

from __future__ import annotations

from typing import Any

import pytest
from office_bench import LONG, Bench, Caller
from pydantic import ValidationError

from switchsim.assembly.loads import ConstantLoad, LoadWanted
from switchsim.assembly.processing import ProcessorSpec
from switchsim.model.events import PartyCalls
from switchsim.model.order import Act
from switchsim.proto.isup.codec import decode
from switchsim.proto.isup.messages import MessageType
from switchsim.report.figures import FigureCounter
from switchsim.units import CYCLES_PER_SECOND, ms, seconds

MPU = "frame/0/slot/2"
CITY, ISDN = "farend/exchange/city", "farend/exchange/e1-1"
CONGESTION = 42


@pytest.fixture
def bench() -> Bench:
    """The link is up; the next second begins in 50 ms."""
    return Bench(machine="busy_office", settle=seconds(12) - ms(50))


def place(bench: Bench, exchange: str, count: int) -> list[Caller]:
    before = len(bench.records)
    for _ in range(count):
        values = {"called": "10000", "calling": "138", "plan": "", "hold_cycles": LONG}
        bench.order(exchange, Act("call", values))  # type: ignore[arg-type]
    bench.run(ms(10))
    parties = [r.event.party for r in bench.records[before:] if isinstance(r.event, PartyCalls)]
    return [Caller(bench, exchange, party) for party in parties]


def busy_second(bench: Bench, count: int) -> list[Caller]:
    """So many ISUP calls in one second, in its middle; returns at the end of the next one."""
    bench.run(-bench.now % CYCLES_PER_SECOND + ms(500))
    callers = place(bench, CITY, count)
    bench.run(seconds(1) + ms(490))
    return callers


def levels(bench: Bench) -> list[tuple[int, int]]:
    return [(e.level, e.percent) for e in bench.events("ProcessorLoad")]


@pytest.mark.parametrize(
    ("count", "expected"),
    # An IAM costs 10 ms of a second and the call 100 ms: 11 % each.
    [(7, []), (8, [(1, 88), (0, 0)]), (9, [(2, 99), (0, 0)]), (10, [(2, 110), (0, 0)])],
)
def test_the_load_of_a_second_is_what_its_messages_and_calls_cost(
    bench: Bench, count: int, expected: list[tuple[int, int]]
) -> None:
    callers = busy_second(bench, count)
    bench.run(seconds(2))
    assert levels(bench) == expected
    assert [e.state for e in bench.events("CallState", state="talk")] == ["talk"] * count
    assert {caller.states[-1][0] for caller in callers} == {"talking"}
    bench.close()


@pytest.mark.parametrize(
    ("level", "percent", "expected"),
    [(0, 84, 0), (0, 85, 1), (0, 94, 1), (0, 95, 2), (1, 95, 2), (1, 94, 1), (1, 70, 1), (1, 69, 0), (2, 94, 2),
     (2, 85, 2), (2, 84, 1), (2, 70, 1), (2, 69, 0), (0, 5_000, 2), (2, 0, 0)],
)  # fmt: skip
def test_a_level_ends_below_where_it_began(bench: Bench, level: int, percent: int, expected: int) -> None:
    part: Any = bench.machine.part(f"{MPU}/program")
    assert part.program.load.level_after(level, percent) == expected


def test_every_new_attempt_gets_cause_42_at_level_2_and_calls_go_on(bench: Bench) -> None:
    first = busy_second(bench, 5)
    bench.run(-bench.now % CYCLES_PER_SECOND)
    second = place(bench, CITY, 9)
    bench.wait("ProcessorLoad", seconds(2), level=2)
    raised = bench.wait("AlarmRaised", seconds(1), since=0, alarm="processor_overload", about=MPU)
    assert (raised.event.zh, raised.event.en) == ("主处理机过负荷", "Main processor overloaded")
    refused = place(bench, CITY, 4) + place(bench, ISDN, 3)
    bench.run(ms(300))
    for caller in refused:
        assert caller.states[-1] == ("released", CONGESTION)
    records = bench.call_records()
    assert [(r.cause, r.by, r.answered) for r in records] == [(CONGESTION, "machine", 0)] * 7
    assert [e.call for e in bench.events("CallRefused")] == [r.call for r in records]
    assert {caller.states[-1][0] for caller in first + second} == {"talking"}
    cleared = bench.wait("AlarmCleared", seconds(3), since=0, alarm="processor_overload")
    assert bench.events("ProcessorLoad", level=0)[0].refused == 7
    assert cleared.event.since == raised.at
    accepted = place(bench, CITY, 1) + place(bench, ISDN, 1)
    bench.run(seconds(1))
    assert {caller.states[-1][0] for caller in accepted} == {"talking"}
    assert figures(bench).refused == 7
    bench.close()


def figures(bench: Bench) -> Any:
    counter = FigureCounter()
    for record in bench.records:
        counter.take(record)
    return counter.result(bench.now)


def test_every_second_attempt_is_taken_at_level_1(bench: Bench) -> None:
    busy_second(bench, 0)
    place(bench, CITY, 8)
    bench.wait("ProcessorLoad", seconds(2), level=1, percent=88)
    callers = place(bench, CITY, 6)
    bench.run(ms(800))
    assert sorted(caller.states[-1][0] for caller in callers) == ["released"] * 3 + ["talking"] * 3
    bench.close()


def test_a_release_in_overload_tells_the_congestion_level(bench: Bench) -> None:
    busy_second(bench, 0)
    place(bench, CITY, 9)
    overload = bench.wait("ProcessorLoad", seconds(2), level=2).at
    place(bench, CITY, 1)
    bench.run(ms(300))
    sent = [e.octets for e in bench.events("MessageSent", since=overload, place=f"{MPU}/program")]
    message = next(m for m in (decode(bytes.fromhex(octets)) for octets in sent) if m.type == MessageType.REL)
    assert dict(message.parameters)[0x27] == b"\x02"  # automatic congestion level 2 (Q.763 3.4)
    bench.wait("ProcessorLoad", seconds(3), level=0)
    bench.close()


def test_calls_of_the_console_and_of_seats_are_refused_too(bench: Bench) -> None:
    busy_second(bench, 0)
    callers = place(bench, CITY, 9)
    bench.wait("ProcessorLoad", seconds(2), level=2)
    values = {"line": "e1-0", "number": "70001", "calling": "10000", "hold_cycles": seconds(3)}
    bench.order(f"{MPU}/program", Act("dial", values))  # type: ignore[arg-type]
    seat = bench.events("SeatState", state="talk")[0].seat
    bench.press(seat, "consult", number="70001")
    bench.run(ms(100))
    records = [(r.direction, r.line, r.called, r.cause, r.by) for r in bench.call_records()]
    assert records == [("out", "e1-0", "70001", 42, "machine"), ("out", "", "70001", 42, "machine")]
    assert {caller.states[-1][0] for caller in callers} == {"talking"}
    bench.press(seat, "retrieve")
    bench.close()


def test_a_processor_that_stops_is_not_overloaded(bench: Bench) -> None:
    busy_second(bench, 0)
    place(bench, CITY, 9)
    bench.wait("ProcessorLoad", seconds(2), level=2)
    heal = bench.fault("mpu_kill", {"processor": "a"})
    bench.run(ms(300))
    assert bench.seen("AlarmCleared", alarm="processor_overload")
    caller = place(bench, CITY, 1)[0]
    bench.run(seconds(1))
    assert caller.states[-1][0] == "talking"
    heal()
    bench.run(seconds(4))
    bench.close()


@pytest.mark.parametrize(
    ("given", "what"),
    [({"overload_begins": [95, 85]}, "level 2 is below level 1"),
     ({"overload_ends": [70, 96]}, "overload level 2 ends at 96 %"),
     ({"overload_begins": [85]}, "at least 2 items"), ({"costs_us": {"call": -1}}, "greater than or equal to 0"),
     ({"costs_us": {"call": 1.5}}, "valid integer")],
)  # fmt: skip
def test_a_load_model_that_can_not_be_is_refused(given: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        ProcessorSpec.model_validate(given)


def surge() -> LoadWanted:
    spec = {"name": "surge", "shape": "constant", "rate": "20/s", "numbers": ["10000"], "start": "12s", "stop": "17s",
            "hold": "2s", "lines": ["e1-0"]}  # fmt: skip
    return ConstantLoad.model_validate(spec).wanted()


def run_surge(batch: int) -> Bench:
    bench = Bench(machine="busy_office", settle=seconds(30), load=[surge()], batch=batch)
    return bench.run(ms(1))


def test_a_surge_drives_it_in_and_out_of_overload_the_same_way_each_time() -> None:
    bench = run_surge(160)
    raised, cleared = (bench.seen(kind, alarm="processor_overload") for kind in ("AlarmRaised", "AlarmCleared"))
    assert len(raised) == len(cleared) >= 1
    assert levels(bench)[0][0] == 2
    assert levels(bench)[-1][0] == 0
    records, refused = bench.call_records(), bench.events("CallRefused")
    assert len(records) == figures(bench).offered == 99
    assert sum(r.cause == CONGESTION for r in records) == len(refused) == figures(bench).refused > 10
    assert all(r.cause == 16 for r in records if r.answered)
    assert bench.findings() == []
    assert run_surge(8).lines == bench.lines


def test_below_the_threshold_nothing_is_told() -> None:
    bench = Bench(machine="two_links_ss7", settle=seconds(12))
    place(bench, CITY, 20)
    bench.run(seconds(5))
    assert bench.seen("ProcessorLoad") == []
    assert len([r for r in bench.call_records() if r.cause == 16]) == 20
