"""One call record a call, whatever fails: the shipped fault scenarios, and anything at any time between exchanges."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from rack_bench import drain, open_calls, up
from tandem_bench import EXCHANGES, NUMBERS, Tandem

from switchsim.errors import ExitCode
from switchsim.model.events import CallOffered
from switchsim.model.order import Act, Value
from switchsim.report.journal import JournalReader
from switchsim.report.records import collect
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import ms, seconds

FAULTS = Path(__file__).resolve().parents[2] / "scenarios" / "faults"
CALLED = (*NUMBERS.values(), "180", "7005", "7006", "7007", "7008", "7009", "5")
JUDGED_ELSEWHERE = ("processors.one_active", "timers.q931")
"""Both processors may be out at once here; a far end that is cut off in its set-up is no matter of the machine."""


@pytest.mark.parametrize("name", ["both_processors", "mpu_kill", "mpu_hang", "board_pull", "line_cut"])
def test_a_record_a_call_in_the_fault_scenarios(name: str, tmp_path: Path) -> None:
    finished = run(prepare(FAULTS / f"{name}.yaml"), RunOptions(out=tmp_path / "run"), Teller(), StopSignal())
    assert finished.exit_code == ExitCode.PASSED
    journal = list(JournalReader(tmp_path / "run" / "journal.jsonl"))
    offered = [record.event.call for record in journal if isinstance(record.event, CallOffered)]
    found = collect(journal)
    assert found.faults == ()
    assert [row.call for row in found.rows] == sorted(offered)
    assert len(offered) == len(set(offered)) > 5
    assert all(row.ended >= row.offered for row in found.rows)


def call_somebody(tandem: Tandem, random: Random) -> None:
    place = f"farend/exchange/{random.choice(list(EXCHANGES.values()))}"
    values: dict[str, Value] = {"called": random.choice(CALLED), "calling": f"1380000{random.randrange(10_000):04d}",
                                "plan": "", "hold_cycles": random.randrange(seconds(1), seconds(6)),
                                "patience_cycles": random.randrange(seconds(1), seconds(10))}  # fmt: skip
    tandem.bench.order(place, Act("call", values))


def hang_somebody_up(tandem: Tandem, random: Random) -> None:
    part = tandem.bench.machine.part(f"farend/exchange/{random.choice(list(EXCHANGES.values()))}")
    talking = list(part.state.by_key.values())
    if talking:
        party = part.config.parties[random.choice(talking)].party
        tandem.bench.order(part.path, Act("hang_up", {"party": party}))


def refuse_or_not(tandem: Tandem, random: Random) -> None:
    far = tandem.far[random.choice(list(EXCHANGES))]
    if random.random() < 0.5:
        far.behave(random.choice(("answers", "answers", "busy", "no_answer")))
    else:
        far.refuse(random.choice((1, 17, 34, 41, 44, 100)))


def break_something(tandem: Tandem, random: Random) -> None:
    faults: list[tuple[str, dict[str, Value]]] = [
        ("mpu_kill", {"processor": random.choice("ab")}), ("mpu_hang", {"processor": random.choice("ab")}),
        ("line_cut", {"line": f"e1-{random.randrange(6)}"}), ("seat_drop", {"seat": "2001"}),
        ("board_pull", {"board": f"frame/0/slot/{random.randrange(9, 14)}"}),
    ]  # fmt: skip
    name, where = random.choice(faults)
    tandem.bench.fault(name, where, until=tandem.bench.now + random.randrange(1, seconds(4)))


@pytest.mark.parametrize("breaks", [False, True], ids=["sound", "broken"])
@pytest.mark.parametrize("number", range(4))
def test_anything_between_exchanges(number: int, breaks: bool) -> None:
    random, tandem = Random(number), Tandem()
    tandem.bench.press("2001", "sign_in")
    acts = [call_somebody, call_somebody, call_somebody, hang_somebody_up, refuse_or_not]
    for turn in range(60):
        random.choice(acts)(tandem, random)
        if breaks and turn % 12 == 5:
            break_something(tandem, random)
        tandem.bench.run(random.randrange(1, ms(400)))
    drain(tandem.bench, seconds(400))
    assert open_calls(tandem.bench) == [], tandem.bench.tail()
    assert up(tandem.bench) == []
    tandem.bench.close(seconds(40), but=JUDGED_ELSEWHERE)
    found = collect(tandem.bench.records)
    assert found.faults == ()
    assert len(found.rows) == len(tandem.bench.events("CallOffered")) > 10
