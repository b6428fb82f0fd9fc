"""A new board kind is one YAML and one Python file: sensor/kinds/sensor.yaml and sensor/sensor.py, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from whole_runs import CLOCK_FRAME, SMALL, command

from switchsim.assembly import build
from switchsim.assembly.build import Machine
from switchsim.errors import BadInput
from switchsim.kernel.snapshot import restore, take
from switchsim.model.event import Event
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    BoardState,
    FaultFired,
    FaultUndone,
    LedChanged,
    decode_line,
)
from switchsim.model.order import Heal, Inject

SENSOR = Path(__file__).parent / "sensor"
PLACE = "frame/1/slot/2"
SECOND = 8000
SCENARIO = """format: 1
machine: warm
seed: 1
seconds: 20
timeline:
  - {at: 3s, fault: board_pull, where: {board: frame/1/slot/2}, for: 5s}
expect:
  - {kind: count, event: alarm_raised, min: 1, max: 1}
"""


@pytest.fixture
def machine_file(tmp_path: Path) -> Path:
    """The small machine with the sensor in its clock frame."""
    text = SMALL.read_text(encoding="utf-8")
    assert CLOCK_FRAME in text
    path = tmp_path / "warm.yaml"
    text = text.replace(CLOCK_FRAME, "clock: {frame: 1, slots: {0-1: ckv, 2: sensor}}")
    path.write_text(text.replace("b_type_small", "warm"), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SENSOR))


def built(machine_file: Path, journal: bytearray) -> Machine:
    return build(machine_file, seed=1, kinds=[SENSOR / "kinds"], journal_sink=journal.extend)


def told(journal: bytearray) -> list[tuple[int, Event]]:
    """(cycle, event) of everything at the sensor's place."""
    records = map(decode_line, bytes(journal).splitlines()[1:])
    return [(record.at, record.event) for record in records if record.place == PLACE]


def test_without_its_kind_the_machine_is_refused_with_the_place(machine_file: Path) -> None:
    with pytest.raises(BadInput, match=r"warm\.yaml:7: no board kind 'sensor'"):
        build(machine_file, seed=1, journal_sink=len)


def test_its_fault_fires_alarms_and_clears(machine_file: Path) -> None:
    journal = bytearray()
    machine = built(machine_file, journal)
    machine.power_on()
    machine.order(10_000, PLACE, Inject("1", "overheat", {"degrees": 70}))
    machine.order(30_000, PLACE, Heal("1", "overheat", {"degrees": 70}))
    machine.run(6 * SECOND)
    wanted = (FaultFired, AlarmRaised, FaultUndone, AlarmCleared)
    story = [(at, event) for at, event in told(journal) if isinstance(event, wanted)]
    assert story == [
        (10_000, FaultFired("1", "the air has 70 degrees")),
        (16_000, AlarmRaised("too_hot", PLACE, "major", "70 degrees", "机架温度过高", "Rack too hot")),
        (30_000, FaultUndone("1")),
        (32_000, AlarmCleared("too_hot", PLACE, 16_000)),
    ]
    assert [event.state for _, event in told(journal) if isinstance(event, LedChanged)] == [
        "green_blinking", "red", "off"]  # fmt: skip
    assert machine.part(PLACE).state.registers == {"DEGREES": 24, "LIMIT": 55}


def test_at_the_limit_there_is_no_alarm(machine_file: Path) -> None:
    journal = bytearray()
    machine = built(machine_file, journal)
    machine.power_on()
    machine.order(10, PLACE, Inject("1", "overheat", {"degrees": 55}))
    machine.run(3 * SECOND)
    assert not [event for _, event in told(journal) if isinstance(event, AlarmRaised)]
    assert machine.part(PLACE).state.registers["DEGREES"] == 55


def test_it_has_what_every_board_has(machine_file: Path) -> None:
    """Pulled and put back: dead, self-test, in service; its node misses it, and sees it again."""
    journal = bytearray()
    machine = built(machine_file, journal)
    machine.power_on()
    machine.order(SECOND, PLACE, Inject("1", "pull", {}))
    machine.order(3 * SECOND, PLACE, Heal("1", "pull", {}))
    machine.run(6 * SECOND)
    states = [(at, event.state) for at, event in told(journal) if isinstance(event, BoardState)]
    assert states == [(SECOND, "pulled"), (3 * SECOND, "self_test"), (3 * SECOND + 2400, "in_service")]
    lost = [record.event for record in map(decode_line, bytes(journal).splitlines()[1:])
            if isinstance(record.event, AlarmRaised)]
    assert [(alarm.alarm, alarm.about) for alarm in lost] == [("board_lost", PLACE)]


def test_its_state_is_in_a_snapshot(machine_file: Path) -> None:
    first, second = bytearray(), bytearray()
    machine = built(machine_file, first)
    machine.power_on()
    machine.order(10, PLACE, Inject("1", "overheat", {"degrees": 99}))
    machine.run(SECOND + 5)
    again = built(machine_file, second)
    restore(again.kernel, take(machine.kernel))
    machine.run(4 * SECOND)
    again.run(4 * SECOND)
    assert take(again.kernel) == take(machine.kernel)
    assert again.part(PLACE).state.air == 99


@pytest.mark.parametrize("beside", [True, False], ids=["beside the machine", "with --path"])
def test_the_command_line_finds_it(machine_file: Path, tmp_path: Path, beside: bool) -> None:
    """`kinds` beside the machine file, or in a folder of --path; its module has to be importable."""
    (tmp_path / "warm_run.yaml").write_text(SCENARIO, encoding="utf-8")
    if beside:
        (tmp_path / "kinds").symlink_to(SENSOR / "kinds")
    words = ["run", "warm_run.yaml", "--quiet", "--out", "out", *([] if beside else ["--path", str(SENSOR)])]
    printed = command(words, tmp_path, {"PYTHONPATH": str(SENSOR)})
    assert printed.startswith("passed warm_run seed 1 "), printed
    kept = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert any("sensor.yaml" in json.dumps(row) for row in kept["files"])


def test_a_scenario_breaks_it_with_its_python_file_beside_its_yaml(machine_file: Path, tmp_path: Path) -> None:
    """Nothing on Python's path: both files in `kinds`; its own fault point is a fault; the folder replays."""
    kinds = tmp_path / "kinds"
    kinds.mkdir()
    for file in (SENSOR / "kinds" / "sensor.yaml", SENSOR / "sensor.py"):
        (kinds / file.name).write_bytes(file.read_bytes())
    hot = "{at: 3300ms, fault: overheat, where: {board: frame/1/slot/2}, values: {degrees: 80}, for: 5s}"
    text = SCENARIO.replace("{at: 3s, fault: board_pull, where: {board: frame/1/slot/2}, for: 5s}", hot)
    (tmp_path / "hot.yaml").write_text(text, encoding="utf-8")
    printed = command(["run", "hot.yaml", "--quiet", "--out", "out"], tmp_path, {})
    assert printed.startswith("passed hot seed 1 "), printed
    chain = json.loads((tmp_path / "out" / "verdict.json").read_text(encoding="utf-8"))["faults"][0]
    assert (chain["name"], chain["fired"], chain["alarmed"] > chain["fired"]) == ("overheat", 26_400, True)
    assert command(["replay", "out"], tmp_path, {}).startswith("equal")
