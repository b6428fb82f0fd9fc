"""Several machines in one run: each is as it would be alone, lines join them, and the checks judge each by itself."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from whole_runs import Inside, Run, digests, prepared, shortened

from switchsim.assembly import build
from switchsim.assembly.plants import Plant
from switchsim.assembly.shipped import folder
from switchsim.assembly.ward import Ward
from switchsim.errors import BadInput
from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Event, Record
from switchsim.model.events import (
    AlarmRaised,
    CallLeg,
    CallQueued,
    CallRecord,
    DefectSeen,
    PartyHears,
    ProcessorActive,
    decode_line,
)
from switchsim.report.result import Outcome
from switchsim.scenario.checks import CheckSettings, built_in_checks, run_checks
from switchsim.scenario.prepare import Prepared, prepare
from switchsim.scenario.replay import replay
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import seconds

HERE = Path(__file__).parent
PLANTS = HERE / "plants"
SHIPPED = folder("boards") / "machines"
TWO: dict[str, Any] = {
    "format": 1, "machine": str(PLANTS / "two.yaml"), "seed": 3, "seconds": 50, "drained": False,
    "load": [{
        "name": "north", "shape": "poisson", "rate": "50/min", "lines": ["n-0", "n-1"], "numbers": ["180"],
        "stop": "30s", "patience": "40s", "plan": {
            "steps": [{"do": "wait"}, {"do": "speak"}, {"do": "hold"}],
            "hold": {"shape": "erlang", "mean": "10s", "stages": 4}},
    }],
    "timeline": [{"at": "20s", "fault": "board_pull", "where": {"board": "south/frame/0/slot/2"}, "for": "5s"}],
}  # fmt: skip


def two(where: Path, **changes: Any) -> Prepared:
    """Two machines, the northern one with more callers than agents; the southern one loses a processor for a while."""
    return prepared(where, yaml.safe_dump(TWO | changes, sort_keys=False), "plant")


def records(octets: bytes) -> list[Record]:
    return [decode_line(line) for line in octets.splitlines()[1:]]


def judged(journal: list[Record], settings: CheckSettings) -> dict[str, Outcome]:
    return {one.name: one.outcome for one in run_checks(journal, built_in_checks(settings))}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Inside:
    run = Inside(two(tmp_path_factory.mktemp("plant")))
    run.go()
    return run


@pytest.fixture(scope="module")
def told(whole: Inside) -> list[Record]:
    return records(bytes(whole.octets))


def of(told: list[Record], kind: type[Event]) -> list[Record]:
    return [record for record in told if isinstance(record.event, kind)]


# -- a machine does not know that it is one of several ----------------------------------------------------------------


def test_one_machine_in_a_plant_does_what_it_does_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the draws of the machine alone, its journal is the same but for the names of places."""
    monkeypatch.setattr(Ward, "draw", lambda ward, stream: ward.kernel.draw(stream))
    text = shortened(12)
    alone = Inside(prepared(tmp_path, text))
    alone.go()
    (tmp_path / "solo.yaml").write_text(
        "format: 1\nname: solo\ntitle: {zh: 单, en: Solo}\nmachines: {solo: {file: b_type_small.yaml}}\n", "utf-8")
    inside = Inside(prepared(
        tmp_path, text.replace("machine: b_type_small", "machine: solo").replace("processor: a", "processor: solo/a")))
    inside.go()
    assert len(alone.octets) > 50_000
    assert b"solo/" in inside.octets
    assert bytes(inside.octets).replace(b"solo/", b"") == bytes(alone.octets)


def test_machines_of_a_plant_draw_their_own_chance(tmp_path: Path) -> None:
    plant = Inside(two(tmp_path)).machine
    assert isinstance(plant, Plant)
    north, south = (one.kernel for one in plant.machines.values())
    assert north.draw("farend/agent:answer") != south.draw("farend/agent:answer")


# -- what goes over joined lines --------------------------------------------------------------------------------------


def test_who_waits_too_long_is_served_by_the_other_machine(told: list[Record]) -> None:
    served = [one.event for one in of(told, CallRecord) if one.place.startswith("south/")]
    over = [one.event for one in of(told, CallLeg) if one.event.line == "n-im" and one.event.joined]
    assert len(served) == len(over) > 5
    assert {(one.line, one.called) for one in served} == {("s-im", "10069")}
    assert all(one.call > 10_000_000 for one in served)
    agents = {one.event.which for one in of(told, PartyHears) if one.place.startswith("north/farend/exchange")}
    assert any(who.isdigit() and int(who) > 120 for who in agents), "callers of the north hear agents of the south"


def test_every_check_passes_with_a_takeover_in_one_of_them(whole: Inside, told: list[Record]) -> None:
    found = judged(told, whole.staged.settings())
    assert set(found.values()) == {Outcome.PASSED, Outcome.NOT_APPLICABLE}
    for name in ("speech.crossed", "speech.silence", "queue.fifo", "queue.longest_idle", "processors.one_active"):
        assert found[name] == Outcome.PASSED


def test_two_calls_that_are_swapped_on_a_joined_line_are_found(tmp_path: Path) -> None:
    run = Inside(two(tmp_path, timeline=[]))
    plant = run.machine
    assert isinstance(plant, Plant)
    plant.power_on()
    plant.run(seconds(28))
    north, south = plant._end("n-im"), plant._end("s-im")
    busy = sorted({one.event.timeslot for one in of(records(bytes(run.octets)), CallLeg) if one.event.line == "n-im"})
    for timeslot, other in zip(busy, [*busy[1:], busy[0]], strict=True):
        arrives = north.share.cell(north.plan.receive_cell + timeslot)
        plant.engine.connect(arrives, south.share.cell(south.plan.far_rx_cell + other))
    run.end()
    found = judged(records(bytes(run.octets)), run.staged.settings())
    assert found["speech.crossed"] == found["speech.silence"] == Outcome.FAILED


def test_without_the_join_the_checks_do_not_know_who_talks_with_whom(whole: Inside, told: list[Record]) -> None:
    settings = whole.staged.settings()
    assert judged(told, msgspec.structs.replace(settings, joins={}))["speech.crossed"] == Outcome.FAILED


# -- names ------------------------------------------------------------------------------------------------------------


def test_alarms_and_queues_are_told_with_their_machine(told: list[Record]) -> None:
    alarms = [one.event for one in of(told, AlarmRaised)]
    assert "south/frame/0/slot/2" in [one.about for one in alarms]
    assert all(one.event.about.startswith(("north/", "south/", "n-", "s-")) for one in of(told, DefectSeen))
    assert {one.event.queue for one in of(told, CallQueued)} == {"north/all", "south/last"}
    assert {one.event.queue for one in of(told, CallRecord)} <= {"north/all", "south/last", ""}


def test_each_machine_has_its_active_processor(whole: Inside, told: list[Record]) -> None:
    places = [one.place for one in of(told, ProcessorActive)]
    assert places == [f"{place}/program" for place in
                      ("north/frame/0/slot/2", "south/frame/0/slot/2", "south/frame/0/slot/3")]  # fmt: skip
    settings, lost = whole.staged.settings(), [one for one in told if one.place != places[2]]
    assert judged(lost, settings)["processors.one_active"] == Outcome.FAILED, "nobody took over in the south"


@pytest.mark.parametrize(("where", "place"), [
    ({"processor": "south/b"}, "south/frame/0/slot/3"),
])  # fmt: skip
def test_a_fault_names_its_machine(whole: Inside, where: dict[str, Any], place: str) -> None:
    assert whole.machine.resolve_fault("mpu_kill", where, {})[0] == place


def test_a_fault_finds_a_line_and_a_seat_by_themselves(whole: Inside) -> None:
    assert whole.machine.resolve_fault("line_cut", {"line": "s-im"}, {})[0] == "south/frame/2/slot/1"
    assert whole.machine.resolve_fault("seat_drop", {"seat": "2001"}, {})[0] == "south/frame/4/slot/0"
    for where in ({"processor": "a"}, {"processor": "east/a"}):
        with pytest.raises(BadInput, match="of north, south"):
            whole.machine.resolve_fault("mpu_kill", where, {})


# -- the same run -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [1, 8])
def test_the_batch_does_not_matter(whole: Inside, tmp_path: Path, batch: int) -> None:
    short = two(tmp_path, seconds=12, timeline=[])
    assert Inside(short, batch).go() == Inside(short, 160).go()


def test_the_hash_seed_does_not_matter_and_another_seed_does(tmp_path: Path) -> None:
    two(tmp_path, seconds=12, timeline=[])
    path = tmp_path / "plant.yaml"
    runs = [Run(environment={"PYTHONHASHSEED": "1"}), Run(environment={"PYTHONHASHSEED": "77"}), Run(("--seed", "4"))]
    first, second, other = (digests([path], how, tmp_path / f"run{index}")[0] for index, how in enumerate(runs))
    assert first == second != other


def test_a_restored_plant_goes_on_as_it_did(whole: Inside, tmp_path: Path) -> None:
    run = Inside(two(tmp_path))
    run.begin()
    points = []
    for at in (seconds(11) + 3, seconds(21) + 5, seconds(27)):
        run.machine.run(at)
        points.append((len(run.octets), take(run.machine.kernel)))
    run.end()
    for so_far, snapshot in points:
        again = Inside(run.prepared)
        restore(again.machine.kernel, snapshot)
        again.end()
        assert hashlib.sha256(again.octets).digest() == hashlib.sha256(run.octets[so_far:]).digest()


def test_a_run_folder_replays_from_its_own_copies(tmp_path: Path) -> None:
    done = run(two(tmp_path, seconds=8, timeline=[]), RunOptions(out=tmp_path / "run"), Teller(), StopSignal())
    assert done.problem == ""
    (tmp_path / "plant.yaml").unlink()
    again = replay(tmp_path / "run")
    assert again.difference is None


# -- files ------------------------------------------------------------------------------------------------------------


def plant_file(where: Path, text: str) -> Path:
    """`two.yaml` changed, beside its machines."""
    for one in ("north", "south"):
        (where / f"{one}.yaml").write_text((PLANTS / f"{one}.yaml").read_text("utf-8"), "utf-8")
    (where / "two.yaml").write_text(text, "utf-8")
    return where / "two.yaml"


@pytest.mark.parametrize(("was", "becomes", "found"), [
    ("south.yaml", "east.yaml", "no machine file 'east.yaml'"),
    ("south: {file: south.yaml}", "south: {file: north.yaml}", "line n-0 is one of north too"),
    ("s-im]", "s-9]", "no line 's-9'"),
    ("[n-im, s-im]}", "[n-im, s-im]}, {between: [n-im, s-0]}", "line n-im is joined twice"),
    ("joins:", "joints:", "unknown key 'joints'"),
])  # fmt: skip
def test_what_does_not_fit_is_said(tmp_path: Path, was: str, becomes: str, found: str) -> None:
    text = (PLANTS / "two.yaml").read_text("utf-8")
    assert was in text
    with pytest.raises(BadInput, match=found):
        build(plant_file(tmp_path, text.replace(was, becomes)), seed=1, journal_sink=lambda _: None)


def test_a_call_that_could_come_back_is_refused(tmp_path: Path) -> None:
    """Each sends to the other's common number, whose queue overflows to the first again."""
    path = plant_file(tmp_path, (PLANTS / "two.yaml").read_text("utf-8"))
    for one in ("north", "south"):
        text = (tmp_path / f"{one}.yaml").read_text("utf-8")
        (tmp_path / f"{one}.yaml").write_text(text.replace('number: "10069"', 'number: "180"'), "utf-8")
    way = "callers go round: north: all -> north: over -> south: all -> south: over -> north: all"
    with pytest.raises(BadInput, match=way):
        build(path, seed=1, journal_sink=lambda _: None)
    text = (tmp_path / "south.yaml").read_text("utf-8")
    (tmp_path / "south.yaml").write_text(text.replace("overflow: over", "overflow: full"), "utf-8")
    build(path, seed=1, journal_sink=lambda _: None)


@pytest.mark.parametrize(("name", "seats"), [("two_cities", 150), ("three_machines_667", 667)])
def test_the_shipped_plants_have_their_seats(name: str, seats: int) -> None:
    plant = build(SHIPPED / f"{name}.yaml", seed=1, journal_sink=lambda _: None)
    assert len(plant.seat_queues) == seats
    assert all(len(one.layout.seats) <= 256 and len(one.layout.lines) <= 48 for one in plant.machines.values())


@pytest.mark.parametrize("line", ["north-pri", "north-s7"])
def test_each_city_takes_the_other_ones_overflow_over_either_line(tmp_path: Path, line: str) -> None:
    """The north has no agents; over PRI or, with that line out of the way, over No.7 the south answers."""
    load = {"name": "north", "shape": "constant", "rate": "1/s", "lines": ["north-0"], "numbers": ["96112"],
            "start": "11s", "stop": "14500ms", "plan": {"steps": [{"do": "wait"}, {"do": "speak"}, {"do": "hold"}],
                                                    "hold": "2s"}}  # fmt: skip
    cut = [{"at": "12s", "fault": "line_cut", "where": {"line": "north-pri"}, "for": "60s"}]
    scenario = {"format": 1, "machine": "two_cities", "seed": 1, "seconds": 62, "load": [load], "drained": False,
                "agents": [{"seats": [str(seat) for seat in range(1001, 1076)], "sign_in": "10h"}],
                "timeline": [] if line == "north-pri" else cut}  # fmt: skip
    path = tmp_path / "cities.yaml"
    path.write_text(yaml.safe_dump(scenario), "utf-8")
    city = Inside(prepare(path))
    city.go()
    journal = records(bytes(city.octets))
    assert [one.event.line for one in of(journal, CallLeg) if one.event.joined] == [line] * 3
    answered = [one.event for one in of(journal, CallRecord) if one.place.startswith("south/")]
    assert [one.seat[:1] for one in answered] == ["2"] * 3
    assert Outcome.FAILED not in judged(journal, city.staged.settings()).values()


# -- without speech ---------------------------------------------------------------------------------------------------


def silent(where: Path, steps: list[dict[str, str]]) -> Prepared:
    text = (PLANTS / "two.yaml").read_text("utf-8")
    path = plant_file(where, text + "speech: none\n")
    load = TWO["load"][0] | {"plan": {"steps": steps, "hold": TWO["load"][0]["plan"]["hold"]}}
    return two(where, machine=str(path), load=[load], timeline=[])


def test_without_speech_the_control_plane_does_the_same(tmp_path: Path) -> None:
    run = Inside(silent(tmp_path, [{"do": "hold"}]))
    run.go()
    journal = records(bytes(run.octets))
    assert not of(journal, PartyHears)
    assert run.machine.engine.config.n_ears == 0
    assert {one.event.line for one in of(journal, CallLeg)} == {"n-im"}
    found = judged(journal, run.staged.settings())
    assert found["speech.crossed"] == found["speech.silence"] == Outcome.NOT_APPLICABLE
    assert Outcome.FAILED not in found.values()


def test_without_speech_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="callers who listen, speak, dial or wait"):
        Inside(silent(tmp_path, [{"do": "wait"}, {"do": "hold"}]))


def test_without_speech_registers_sing_all_the_same(tmp_path: Path) -> None:
    """A line of R2 between two machines: register signals are the machines' own; so are the self-tests of registers."""
    for name in ("joined_r2_west", "joined_r2_east"):
        (tmp_path / f"{name}.yaml").write_text((SHIPPED / f"{name}.yaml").read_text("utf-8"), "utf-8")
    path = tmp_path / "joined_silent.yaml"
    path.write_text((SHIPPED / "joined_r2.yaml").read_text("utf-8") + "speech: none\n", "utf-8")
    load = {"name": "on", "shape": "constant", "rate": "1/s", "lines": ["west-0"], "numbers": ["20000"], "stop": "3s",
            "patience": "20s", "plan": {"steps": [{"do": "hold"}], "hold": "1s"}}  # fmt: skip
    fault = {"at": "1s", "fault": "register_failure", "where": {"register": "east/5"}, "for": "5s"}
    scenario = {"format": 1, "machine": str(path), "seconds": 20, "load": [load], "timeline": [fault]}
    run = Inside(prepared(tmp_path, yaml.safe_dump(scenario, sort_keys=False), "plant"))
    run.go()
    journal = records(bytes(run.octets))
    assert {one.event.cause for one in of(journal, CallRecord)} == {16}
    assert {one.event.about for one in of(journal, AlarmRaised)} == {"east/frame/3/slot/0/register/5"}
    assert Outcome.FAILED not in judged(journal, run.staged.settings()).values()


def test_without_speech_no_exchange_sings(tmp_path: Path) -> None:
    west = (SHIPPED / "joined_r2_west.yaml").read_text("utf-8")
    both = west.replace("  - {names: west-east,", "  - {names: west-9, signalling: {kind: r2}}\n  - {names: west-east,")
    (tmp_path / "joined_r2_west.yaml").write_text(both.replace("0-1: dtm", "0-2: dtm"), "utf-8")
    (tmp_path / "joined_r2_east.yaml").write_text((SHIPPED / "joined_r2_east.yaml").read_text("utf-8"), "utf-8")
    path = tmp_path / "joined_silent.yaml"
    path.write_text((SHIPPED / "joined_r2.yaml").read_text("utf-8") + "speech: none\n", "utf-8")
    with pytest.raises(BadInput, match="an exchange behind R2 without speech"):
        Inside(prepared(tmp_path, yaml.safe_dump({"format": 1, "machine": str(path), "seconds": 1}), "plant"))
