"""Bit error rate tests of lines in scenarios: through errors, slips, loops, in plants; refusals; determinism."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from whole_runs import ROOT, Inside, prepared

from switchsim.errors import BadInput, ExitCode
from switchsim.kernel.snapshot import restore, take
from switchsim.model.events import CallAnswered, PartyState, decode_line
from switchsim.model.line_events import PatternErrors, PatternLost, PatternResult, PatternSync
from switchsim.scenario.prepare import prepare
from switchsim.scenario.replay import replay
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import ms, seconds

SCENARIOS = sorted((ROOT / "scenarios" / "line_tests").glob("*.yaml"))
TOLD = (PatternSync, PatternLost, PatternErrors, PatternResult)
Row = tuple[int, str, Any]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_passes(path: Path, tmp_path: Path) -> None:
    finished = run(prepare(path), RunOptions(out=tmp_path / "run"), Teller(), StopSignal())
    assert finished.exit_code == ExitCode.PASSED
    assert finished.verdict is not None
    assert len(finished.verdict.figures.tests) >= 1


def inside(folder: Path, tests: list[dict[str, Any]], timeline: list[dict[str, Any]], **more: Any) -> Inside:
    """Three seconds of the machine with one clear line; more: keys of the scenario, `batch` and `bits` of the run."""
    batch, bits = more.pop("batch", None), more.pop("bits", False)
    text = yaml.safe_dump({"format": 1, "machine": "clear_line", "seed": 1, "seconds": 3, "tests": tests,
                           "timeline": timeline, **more})  # fmt: skip
    return Inside(prepared(folder, text), batch, bits=bits)


def act(at: str, test: str, do: str, **more: Any) -> dict[str, Any]:
    return {"at": at, "act": {"who": f"test {test}", "do": do, **more}}


def fault(at: str, name: str, lasts: str, **values: Any) -> dict[str, Any]:
    return {"at": at, "fault": name, "where": {"line": "e1-0"}, "values": values, "for": lasts}


def told(one: Inside) -> list[Row]:
    """Cycle, name of the test, event."""
    records = [decode_line(line) for line in bytes(one.octets).splitlines()[1:]]
    return [(record.at, record.place.rpartition("/")[2], record.event) for record in records
            if isinstance(record.event, TOLD)]  # fmt: skip


def results(one: Inside) -> dict[str, PatternResult]:
    return {name: event for _, name, event in told(one) if isinstance(event, PatternResult)}


NEAR: dict[str, Any] = {"name": "near", "pattern": "2^15-1", "line": "e1-0", "check": "machine"}
OUT: dict[str, Any] = {"name": "out", "pattern": "2^15-1", "line": "e1-0"}
BACK: dict[str, Any] = {"name": "back", "pattern": "2^11-1", "line": "e1-0", "send": "far"}


@pytest.mark.parametrize(("test", "where", "unit"), [(BACK, {}, 0), (OUT, {"direction": "sent"}, 1)])
def test_every_injected_bit_of_the_payload_is_counted_once(
    tmp_path: Path, test: dict[str, Any], where: dict[str, Any], unit: int
) -> None:
    values = {"mode": "random", "rate": "1e-4", "timeslots": "1-31"} | where
    steps = [act("100ms", str(test["name"]), "start"), fault("200ms", "logic_errors", "2s", **values)]
    one = inside(tmp_path, [test], steps)
    one.begin()
    one.machine.run(ms(2199))
    injected = sum(one.machine.engine.e1_injected(unit, slot) for slot in range(8))
    one.end()
    result = results(one)[str(test["name"])]
    assert 300 < injected < 500
    assert 0 <= result.errors - injected <= 5  # those of the last millisecond
    assert result.sync_losses == 0


def test_errors_of_the_framing_alone_are_none_of_the_pattern(tmp_path: Path) -> None:
    wrong = fault("200ms", "crc_errors", "2s", mode="random", rate="1e-1")
    one = inside(tmp_path, [BACK], [act("100ms", "back", "start"), wrong])
    one.go()
    assert results(one)["back"].errors == 0


def test_a_payload_loop_at_the_end_that_sends_is_between_the_test_set_and_the_line(tmp_path: Path) -> None:
    """What `near` sends stays away from the line while that lasts, and comes again when it is over."""
    for end, test in (("machine", OUT), ("far", BACK)):
        loop = fault("500ms", "line_loop", "1s", loop="payload", end=end)
        one = inside(tmp_path, [test], [act("100ms", str(test["name"]), "start"), loop])
        one.go()
        lost = [at for at, _, event in told(one) if isinstance(event, PatternLost)]
        synced = [at for at, _, event in told(one) if isinstance(event, PatternSync)]
        assert len(lost) == 1
        assert ms(500) < lost[0] < ms(1500)
        assert len(synced) == 2
        assert ms(1500) <= synced[1] < ms(1510)


def test_a_loop_of_some_timeslots_serves_those(tmp_path: Path) -> None:
    tests = [NEAR | {"name": "three", "timeslots": "3-5"}, NEAR | {"name": "nine", "timeslots": [9, "20-21"]}]
    loop = fault("500ms", "line_loop", "2s", loop="timeslots", timeslots="1-5", end="far")
    one = inside(tmp_path, tests, [act("100ms", "three", "start"), act("100ms", "nine", "start"), loop])
    one.go()
    assert results(one)["nine"].bits == 0
    three = results(one)["three"]
    assert three.timeslots == "3-5"
    assert three.bits > 64 * 3 * 1990
    assert next(at for at, name, event in told(one) if name == "three" and isinstance(event, PatternSync)) < ms(510)


def test_acts_of_a_test(tmp_path: Path) -> None:
    """Two measurements with two patterns, wrong bits sent on purpose; what was measured is told at each stop."""
    steps = [act("100ms", "out", "start"), act("500ms", "out", "error", value=3), act("600ms", "out", "error"),
             act("1200ms", "out", "stop"), act("1300ms", "out", "start", pattern="qrss")]  # fmt: skip
    one = inside(tmp_path, [OUT | {"timeslots": 7}], steps)
    one.go()
    found = [event for _, _, event in told(one) if isinstance(event, PatternResult)]
    assert [(event.pattern, event.timeslots, event.errors, event.seconds) for event in found] == [
        ("2^15-1", "7", 4, 1), ("qrss", "7", 0, 1)]  # fmt: skip


def test_a_pattern_that_is_turned_over_is_one_for_its_checker(tmp_path: Path) -> None:
    """The inversion is one of the line: a checker without it finds nothing."""
    tests = [OUT | {"timeslots": "1-9", "check": "machine", "inverted": True},
             BACK | {"name": "a", "pattern": "2^15-1", "timeslots": "1-9", "check": "far"}]  # fmt: skip
    one = inside(tmp_path, tests, [act("100ms", "out", "start"), act("100ms", "a", "start")])
    one.go()
    assert {name: result.bits for name, result in results(one).items()} == {"a": 0, "out": 0}


def test_units_are_planned_for_tests_alone(tmp_path: Path) -> None:
    without = inside(tmp_path, [], []).machine.layout.engine
    config = inside(tmp_path, [OUT, BACK | {"timeslots": "4,6"}], []).machine.layout.engine
    assert (without.n_patterns, without.n_berts) == (0, 0)
    assert (config.n_patterns, config.n_berts, config.n_sources - without.n_sources) == (2, 2, 33)


def test_a_plant_without_speech_has_test_sets(tmp_path: Path) -> None:
    """Its people have no sources, its test sets have."""
    plant = (ROOT / "boards" / "machines" / "two_clocks.yaml").read_text(encoding="utf-8")
    plant = plant.replace("name: two_clocks", "name: quiet\nspeech: none")
    (tmp_path / "quiet.yaml").write_text(plant, encoding="utf-8")
    tests = [NEAR | {"name": "w", "line": "west-0", "check": "far"}, NEAR | {"name": "e", "line": "east-west"},
             NEAR | {"name": "v", "line": "west-east"}]  # fmt: skip
    tests = [test | {"timeslots": "17-31"} for test in tests]
    one = inside(tmp_path, tests, [act("1s", name, "start") for name in "wev"], machine="quiet")
    one.go()
    synced = [(at, name) for at, name, event in told(one) if isinstance(event, PatternSync)]
    assert {name for at, name in synced if at < ms(1010)} == {"w", "e", "v"}
    assert {name: result.slips for name, result in results(one).items()} == {"w": 0, "e": 1, "v": 1}
    assert results(one)["w"].errors == 0


def test_a_recorded_run_with_tests_is_replayed(tmp_path: Path) -> None:
    (tmp_path / "clean.yaml").write_text(SCENARIOS[0].read_text(encoding="utf-8"), encoding="utf-8")
    finished = run(prepare(tmp_path / "clean.yaml"), RunOptions(out=tmp_path / "run"), Teller(), StopSignal())
    assert replay(finished.folder).difference is None


def test_calls_beside_a_test_are_good_and_one_under_it_hears_nothing(tmp_path: Path) -> None:
    """Timeslot 2 of a line with calls is taken by a test set: the D channel and the call in timeslot 1 do not mind."""
    load = {"name": "c", "shape": "burst", "calls": 2, "every": "1h", "start": "200ms", "numbers": ["10000"],
            "plan": [{"do": "wait"}, {"do": "speak"}, {"do": "hold", "time": "1s"}],
            "patience": "1500ms"}  # fmt: skip
    one = inside(tmp_path, [OUT | {"timeslots": 2}], [act("100ms", "out", "start")], machine="one_e1_pri", seconds=8,
                 load=[load])  # fmt: skip
    one.go()
    assert results(one)["out"].errors == 0
    events = [decode_line(line).event for line in bytes(one.octets).splitlines()[1:]]
    talking = [event.party for event in events if isinstance(event, PartyState) and event.state == "talking"]
    gone = [event.party for event in events if isinstance(event, PartyState) and event.state == "abandons"]
    assert sum(isinstance(event, CallAnswered) for event in events) == 2
    assert len(talking) == len(gone) == 1
    assert talking != gone


# -- refusals --------------------------------------------------------------------------------------------------------

REFUSED = [
    ({"line": "e1-7"}, "clear_line", r"no line 'e1-7'; expected one of e1-0"),
    ({"timeslots": "0-3"}, "clear_line", r"outside 1\.\.31"),
    ({"timeslots": 32}, "clear_line", r"outside 1\.\.31"),
    ({"timeslots": "5-3"}, "clear_line", r"1\.\.31"),
    ({"timeslots": "1-5,3"}, "clear_line", r"timeslot 3 twice"),
    ({"timeslots": [1, "1-2"]}, "clear_line", r"timeslot 1 twice"),
    ({"timeslots": []}, "clear_line", r"1\.\.31"),
    ({"timeslots": True}, "clear_line", r"names no timeslots; expected some of 1\.\.31"),
    ({"timeslots": {"a": 1}}, "clear_line", r"names no timeslots"),
    ({"pattern": "2^15"}, "clear_line", r"no pattern '2\^15'; expected one of 2\^9-1.*did you mean '2\^15-1'\?"),
    ({"pattern": "prbs"}, "clear_line", r"no pattern 'prbs'; expected one of"),
    ({"send": "north"}, "clear_line", r"north"),
    ({"name": "a b"}, "clear_line", r"name"),
    ({"line": "west-east", "send": "far"}, "two_clocks", r"the far end of line west-east is another machine"),
    ({"line": "west-east", "check": "far"}, "two_clocks", r"the far end of line west-east is another machine"),
    ({"line": "nowhere"}, "two_clocks", r"no line 'nowhere'"),
]


@pytest.mark.parametrize(("wrong", "machine", "what"), REFUSED)
def test_a_test_that_cannot_be_is_refused_with_its_line(
    tmp_path: Path, wrong: dict[str, Any], machine: str, what: str
) -> None:
    with pytest.raises(BadInput, match=what) as refused:
        inside(tmp_path, [NEAR | {"name": "t"} | wrong], [], machine=machine)
    problems = refused.value.problems
    assert all(problem.file.endswith("short.yaml") and problem.line >= 5 for problem in problems), problems


@pytest.mark.parametrize(("tests", "steps", "what"), [
    ([NEAR, OUT | {"name": "near"}], [], "a second test is called 'near'"),
    ([OUT, NEAR | {"timeslots": 9}], [], "test out sends in timeslot 9 of e1-0 from the machine end, too"),
    ([OUT], [act("1s", "in", "start")], "nobody is 'test in'; expected one of out"),
    ([], [act("1s", "out", "start")], "this run has no test at all"),
    ([OUT], [act("1s", "out", "pause")], "can not 'pause'"),
    ([OUT], [act("1s", "out", "start", value=3)], "start takes no value"),
    ([OUT], [act("1s", "out", "start", pattern="qrs")], "did you mean 'qrss'"),
])  # fmt: skip
def test_tests_and_acts_that_do_not_fit_are_refused(
    tmp_path: Path, tests: list[dict[str, Any]], steps: list[dict[str, Any]], what: str
) -> None:
    with pytest.raises(BadInput, match=what):
        inside(tmp_path, tests, steps)


def test_the_signalling_bits_are_no_timeslot_of_a_test(tmp_path: Path) -> None:
    """A line with CAS: all timeslots are those without 16, and 16 by its number is refused."""
    text = (ROOT / "boards" / "machines" / "clear_line.yaml").read_text(encoding="utf-8")
    text = text.replace("{kind: clear}", "{kind: clear}\n    framing: {cas: true}")
    (tmp_path / "bits.yaml").write_text(text.replace("name: clear_line", "name: bits"), encoding="utf-8")
    one = inside(tmp_path, [OUT], [act("1s", "out", "start")], machine="bits")
    one.go()
    assert results(one)["out"].timeslots == "1-15,17-31"
    with pytest.raises(BadInput, match="timeslot 16 of line e1-0 carries the signalling bits"):
        inside(tmp_path, [OUT | {"timeslots": "15-17"}], [], machine="bits")


# -- determinism -----------------------------------------------------------------------------------------------------

EVENTFUL = [
    act("101ms", "out", "start"), act("103ms", "back", "start"),
    fault("401ms", "logic_errors", "500ms", mode="random", rate="1e-3", timeslots="1-31"),
    fault("700ms", "line_slip", "300ms", how="lost", count=2, every="101ms"),
    act("1003ms", "out", "error", value=9), fault("1301ms", "line_los", "600ms"),
    fault("1600ms", "line_loop", "700ms", loop="payload", end="far"),
    act("2105ms", "back", "stop"), act("2200ms", "back", "start", pattern="ones"),
]  # fmt: skip


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> str:
    return inside(tmp_path_factory.mktemp("usual"), [OUT, BACK], EVENTFUL).go()


@pytest.mark.parametrize("how", [{"batch": 1}, {"batch": 8}, {"batch": 160}, {"bits": True}], ids=str)
def test_the_digest_depends_neither_on_the_batch_nor_on_the_level(
    how: dict[str, Any], usual: str, tmp_path: Path
) -> None:
    one = inside(tmp_path, [OUT, BACK], EVENTFUL, **how)
    assert one.go() == usual
    kinds = {type(event) for _, _, event in told(one)}
    assert kinds == set(TOLD)


def test_after_a_snapshot_the_measurements_go_on_as_they_did(tmp_path: Path) -> None:
    whole = inside(tmp_path, [OUT, BACK], EVENTFUL)
    whole.begin()
    points = []
    for at in (ms(102), ms(405) + 3, ms(1003) + 1, ms(1450) + 5, ms(1704) + 2, seconds(2), ms(2202) + 7):
        whole.machine.run(at)
        points.append((at, len(whole.octets), take(whole.machine.kernel)))
    whole.end()
    for at, so_far, snapshot in points:
        again = inside(tmp_path, [OUT, BACK], EVENTFUL)
        restore(again.machine.kernel, snapshot)
        again.end()
        assert bytes(again.octets) == bytes(whole.octets[so_far:]), f"restored at cycle {at}"
