"""Calls over two signalling links that fail in turn, and together: signalling is exact or its losses are told, and
whoever talks does not notice (Q.704 5, 6; Q.764 2.10)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from whole_runs import ROOT, Inside, Run, digests, prepared

from switchsim.model.event import Record
from switchsim.model.events import CallRecord, Destination, MessageSent, SignallingLink, decode_line
from switchsim.report.result import CheckResult, Outcome
from switchsim.scenario.checks import CheckRun, built_in_checks
from switchsim.units import ms, seconds

SCENARIO = ROOT / "scenarios" / "load" / "two_links.yaml"
POINTS = {"frame/0/slot/2/program": 2, "farend/exchange/city": 1}
"""Place -> the point code it sends to."""
SEEN = 1032
"""Cycles from a cut to the failure, with little traffic: 64 errors of 16 octets each (Q.703 10.2), and a tick."""


def played(folder: Path, text: str) -> tuple[list[Record], dict[str, CheckResult]]:
    """A run's records, and what the built-in checks say of it."""
    run = Inside(prepared(folder, text))
    run.go()
    lines = bytes(run.octets).splitlines()[1:]
    records = [decode_line(line) for line in lines]
    checks = CheckRun(built_in_checks(run.staged.settings()))
    for record in records:
        checks.take(record)
    return records, {result.name: result for result in checks.finish(records[-1].at)}


def holds(results: dict[str, CheckResult]) -> None:
    wrong = [result for result in results.values() if result.outcome is Outcome.FAILED]
    assert not wrong, wrong
    judged = [name for name in results if name.startswith("signalling.")]
    assert len(judged) >= 7
    assert all(results[name].outcome is Outcome.PASSED for name in judged)


def test_ten_minutes_of_failures_lose_nothing(tmp_path: Path) -> None:
    """200 calls a minute, one link cut every 30 s: exact, and quick. All callers are answered."""
    records, results = played(tmp_path, SCENARIO.read_text(encoding="utf-8"))
    holds(results)
    assert results["signalling.sequence"].reason.endswith(", all delivered")
    match = re.fullmatch(
        r"20 changeovers; full traffic on the other links after 0\.0(\d\d)s on average, 0\.(\d{3})s at most",
        results["signalling.changeover"].reason,
    )
    assert match is not None, results["signalling.changeover"].reason
    assert int(match[2]) < 100, "between two ends that are told in time nobody waits for T2"
    ended = [record.event for record in records if isinstance(record.event, CallRecord)]
    assert len(ended) > 2000
    assert {event.cause for event in ended} == {16}


# -- the journal is the same however it is made


def shortened() -> str:
    """The first failure, and its changeback."""
    scenario: dict[str, Any] = yaml.safe_load(SCENARIO.read_text(encoding="utf-8"))
    scenario |= {"seconds": 48, "expect": [], "drained": False}
    scenario["load"][0]["stop"] = "46s"
    scenario["timeline"] = [step for step in scenario["timeline"] if float(step["at"].removesuffix("s")) < 48]
    return yaml.safe_dump(scenario, sort_keys=False)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("short") / "two_links.yaml"
    path.write_text(shortened(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def usual(short: Path) -> str:
    return digests([short], Run((), {"PYTHONHASHSEED": "1"}), short.parent / "usual")[0]


@pytest.mark.parametrize(
    "run",
    [Run(("--batch", "1"), {"PYTHONHASHSEED": "2"}), Run(("--batch", "8"))],
    ids=["hash seed, batch 1", "batch 8"],
)
def test_failures_under_load_have_one_digest(run: Run, short: Path, usual: str, tmp_path: Path) -> None:
    assert digests([short], run, tmp_path / "out") == [usual]


def test_a_failure_one_millisecond_later_is_another_run(usual: str, tmp_path: Path) -> None:
    path = tmp_path / "two_links.yaml"
    path.write_text(shortened().replace("at: 30s", "at: 30.001s"), encoding="utf-8")
    assert digests([path], Run(()), tmp_path / "out") != [usual]


# -- both links gone


def both_fail(second: int, seconds_count: int = 115) -> str:
    """Link 0 is cut at 24 s for 5 s; link 1 is cut at cycle `second` for 2 s. Three agents talk throughout."""
    talkers = [f'  - {{at: {9 + n}s, act: {{who: agent {1028 + n}, do: dial, number: "1390000000{n}"}}}}'
               for n in range(3)]  # fmt: skip
    ends = [f"  - {{at: {seconds_count - 8 + n}s, act: {{who: agent {1028 + n}, do: release}}}}" for n in range(3)]
    faults = [(seconds(24), 0, 5), *([(second, 1, 2)] if second else [])]
    cuts = [f'  - {{at: {at}cyc, fault: link_cut, where: {{link: "e1-{link}:16", end: machine}}, for: {length}s}}'
            for at, link, length in faults]  # fmt: skip
    return "\n".join([
        "format: 1", "machine: two_links_ss7", "seed: 5", f"seconds: {seconds_count}", "load:",
        "  - {name: rush, shape: poisson, rate: 200/min, numbers: ['10000'], start: 8s, stop: 45s}",
        "timeline:", *talkers, *cuts, *ends, ""])  # fmt: skip


class First(msgspec.Struct):
    """The run in which link 1 stays whole: when both ends say a state of link 0 after its cut, and when users send."""

    told: dict[str, int]
    sends: list[int]


@pytest.fixture(scope="module")
def first_back(tmp_path_factory: pytest.TempPathFactory) -> First:
    records, results = played(tmp_path_factory.mktemp("first"), both_fail(0, 60))
    holds(results)
    told = {record.event.state: record.at for record in records if isinstance(record.event, SignallingLink)
            and record.event.link == "e1-0:16" and record.at > seconds(25)}  # fmt: skip
    return First(told, [record.at for record in records if isinstance(record.event, MessageSent)])


def paused_rightly(records: list[Record]) -> dict[str, int]:
    """A point is paused where the last link was lost, resumed where there is one again; how often, by place."""
    links: dict[tuple[str, str], str] = {}
    paused: dict[str, int] = dict.fromkeys(POINTS, 0)
    now: dict[str, bool] = dict.fromkeys(POINTS, False)
    for record in records:
        event, place = record.event, record.place
        if isinstance(event, SignallingLink):
            links[place, event.link] = event.state
        elif isinstance(event, Destination) and event.point_code == POINTS.get(place) and record.at > seconds(20):
            has = any(state == "available" for (where, _), state in links.items() if where == place)
            assert event.state == ("resume" if now[place] else "pause"), (record.at, place, event)
            assert has is (event.state == "resume"), (record.at, place, links)
            now[place] = event.state == "pause"
            paused[place] += now[place]
    assert not any(now.values()), "still paused at the end"
    return paused


@pytest.mark.parametrize(
    ("state", "before", "outage"),
    [
        pytest.param("testing", SEEN + seconds(4), True, id="in proving"),
        pytest.param("testing", SEEN - ms(4), True, id="in its link test"),
        pytest.param("available", SEEN - ms(3), False, id="in changeback"),
    ],
)
def test_the_second_link_fails_while_the_first_is(
    state: str, before: int, outage: bool, first_back: First, tmp_path: Path
) -> None:
    """Loss is allowed while there is no link, and counted; ISUP is paused and resumed; talks go on, circuits agree."""
    cut = first_back.told[state] - before
    if before > seconds(1):
        cut = next(at for at in first_back.sends if at > cut) - ms(10)  # with something on its way
    records, results = played(tmp_path, both_fail(cut))
    holds(results)
    reason = results["signalling.sequence"].reason
    paused = paused_rightly(records)
    if outage:
        assert "of them lost where that may be: " in reason
        assert set(paused.values()) == {1}
    else:
        assert reason.endswith(", all delivered")
        assert set(paused.values()) == {0}
    assert results["speech.silence"].outcome is Outcome.PASSED
    assert results["signalling.circuits"].outcome is Outcome.PASSED
    assert "not at rest" not in results["signalling.circuits"].reason
    talks = [record.event for record in records if isinstance(record.event, CallRecord)
             and 0 < record.event.talked < cut < record.event.ended]  # fmt: skip
    assert len(talks) >= 3
    assert {event.cause for event in talks} == {16}
    assert sum(event.ended > seconds(106) for event in talks) == 3, "the agents' talks last until they release them"
