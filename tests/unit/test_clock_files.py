"""Clocks in machine files and faults of clocks in scenarios: what is taken, what is refused, with place and range."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchsim.assembly import build
from switchsim.assembly.build import Machine
from switchsim.assembly.clocking import clock_plan, far_clock_plans
from switchsim.assembly.machine import MachineFile
from switchsim.assembly.yamlfile import read
from switchsim.errors import BadInput
from switchsim.faults.clock import CLOCK_FAULTS

ONE = Path(__file__).resolve().parents[2] / "boards" / "machines" / "one_e1_pri.yaml"
SIGNALLING = "    signalling: {kind: pri, side: user}\n"
CLOCK = """clock:
  ppm: -4.6
  wander: {shape: sine, amplitude_us: 2.5, period: 10s}
  references:
    - {line: e1-0, priority: 2}
  ssm: true
  revertive: false
  quality: ssu_b
  wait_to_restore: 5min
"""


def written(tmp_path: Path, *, machine: str = "", line: str = "") -> Path:
    text = ONE.read_text(encoding="utf-8")
    assert SIGNALLING in text
    path = tmp_path / "one.yaml"
    path.write_text(text.replace(SIGNALLING, SIGNALLING + line) + machine, encoding="utf-8")
    return path


def spec(path: Path) -> MachineFile:
    return read(path).validate(MachineFile)


# -- machine files -----------------------------------------------------------------------------------------------------


def test_without_keys_every_clock_is_exact_and_silent(tmp_path: Path) -> None:
    machine = spec(written(tmp_path))
    plan, far = clock_plan(machine), far_clock_plans(machine)["e1-0"]
    assert (plan.told, plan.ppb, plan.references, plan.name) == (False, 0, (), "one_e1_pri")
    assert (far.told, far.ppb, far.follows, far.name) == (False, 0, False, "far/e1-0")


def test_what_a_file_says_of_its_clock(tmp_path: Path) -> None:
    plan = clock_plan(spec(written(tmp_path, machine=CLOCK)))
    assert (plan.told, plan.ppb, plan.ssm, plan.revertive, plan.quality, plan.wait_cycles) == (
        True, -4600, True, False, 8, 2_400_000)  # fmt: skip
    assert [(one.line, one.priority) for one in plan.references] == [("e1-0", 2)]
    assert (plan.wander.kind, plan.wander.amplitude_ns, plan.wander.period_cycles) == ("sine", 2500, 80_000)


def test_what_a_file_says_of_a_far_end(tmp_path: Path) -> None:
    line = "    clock: {ppm: 50, quality: ssu_a, wander: {shape: walk, step_ppm: 0.01, most_ppm: 1, every: 1s}}\n"
    machine = spec(written(tmp_path, line=line))
    far = far_clock_plans(machine)["e1-0"]
    assert (far.told, far.ppb, far.quality, far.wander.step_ppb, far.wander.most_ppb) == (True, 50_000, 4, 10, 1000)
    assert clock_plan(machine).told  # who speaks of one clock speaks of all


@pytest.mark.parametrize(("machine", "line", "message"), [
    ("clock: {references: [{line: e1-7}]}\n", "", r"one\.yaml:24: .*no line 'e1-7'; expected one of e1-0"),
    ("clock: {references: [{line: e1-0}, {line: e1-0}]}\n", "", r"one\.yaml:24: .*line e1-0 is a reference already"),
    ("clock: {references: []}\n", "", r"one\.yaml:24: .*at least 1"),
    ("clock: {ppm: 500.001}\n", "", r"one\.yaml:24: .*500\.001 is out of range; .* -500\.\.500$"),
    ("clock: {ppm: -501}\n", "", r"one\.yaml:24: .*-501 is out of range"),
    ("clock: {ppm: 0.0001}\n", "", r"one\.yaml:24: .*0\.0001 has too many decimals"),
    ("clock: {quality: stratum_1}\n", "", r"one\.yaml:24: .*'stratum_1' does not fit"),
    ("clock: {wait_to_restore: 13min}\n", "", r"one\.yaml:24: .*0s to 720s"),
    ("clock: {wander: {shape: sine, amplitude_us: 1000, period: 1s}}\n", "",
     r"one\.yaml:24: .*\d+ ppm at the steepest; expected at most 500 ppm"),
    ("clock: {wander: {shape: sine, amplitude_us: 1, period: 50ms}}\n", "", r"one\.yaml:24: .*100ms to 86400s"),
    ("", "    clock: {ppm: 1000}\n", r"one\.yaml:12: .*1000 is out of range; expected a number -500\.\.500$"),
    ("", "    clock: {follow: true}\n", r"one\.yaml:12: .*unknown key 'follow'"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_place(tmp_path: Path, machine: str, line: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        build(written(tmp_path, machine=machine, line=line), seed=1, journal_sink=len)


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built() -> Machine:
    return build(ONE, seed=1, journal_sink=len)


@pytest.mark.parametrize(("name", "clock", "values", "found"), [
    ("clock_offset", "machine", {"ppm": 50}, ("frame/0/slot/7", "clock_offset", {"ppb": 50_000})),
    ("clock_offset", "frame/0/slot/7", {"ppm": "-4.6"}, ("frame/0/slot/7", "clock_offset", {"ppb": -4600})),
    ("clock_step", "e1-0", {"ppm": "0.001"}, ("farend/clock/e1-0", "clock_step", {"ppb": 1})),
    ("clock_wander", "e1-0", {"amplitude_ns": 9000, "period": "10s"},
     ("farend/clock/e1-0", "clock_wander", {"amplitude_ns": 9000, "period": 80_000})),
    ("clock_walk", "e1-0", {"ppm": "0.5", "most": 5},
     ("farend/clock/e1-0", "clock_walk", {"ppb": 500, "most": 5000, "every": 8000})),
    ("clock_quality", "e1-0", {"quality": "do_not_use"}, ("farend/clock/e1-0", "clock_quality", {"quality": 15})),
    ("clock_quality", "machine", {"quality": "reserved"}, ("frame/0/slot/7", "clock_quality", {"quality": 1})),
])  # fmt: skip
def test_faults_find_their_clock(built: Machine, name: str, clock: str, values: dict[str, int | str],
                                 found: tuple[str, str, dict[str, int]]) -> None:  # fmt: skip
    assert built.faults.resolve(name, {"clock": clock}, values) == found


@pytest.mark.parametrize(("name", "clock", "values", "message"), [
    ("clock_offset", "machine", {"ppm": 501}, r"clock_offset: ppm: 501 is out of range; expected -500\.\.500 ppm"),
    ("clock_offset", "machine", {"ppm": "-500.001"}, r"ppm: -500\.001 is out of range; expected -500\.\.500 ppm"),
    ("clock_offset", "machine", {"ppm": "much"}, r"ppm: 'much'; expected -500\.\.500 ppm"),
    ("clock_offset", "machine", {"ppm": "4.6001"}, r"ppm: '4\.6001'"),
    ("clock_offset", "machine", {}, "ppm is missing"),
    ("clock_offset", "e1-1", {"ppm": 1}, r"no clock 'e1-1'; expected one of machine, frame/0/slot/7, e1-0"),
    ("clock_offset", "frame/0/slot/0", {"ppm": 1}, "no clock 'frame/0/slot/0'"),
    ("clock_walk", "machine", {"ppm": -1, "most": 5}, r"ppm: -1 is out of range; expected 0\.\.500 ppm"),
    ("clock_wander", "machine", {"amplitude_ns": 500_000, "period": "1s"}, "ppm at the steepest"),
    ("clock_wander", "machine", {"amplitude_ns": 1, "period": "50ms"}, "100ms to 86400s"),
    ("clock_quality", "e1-0", {"quality": "best"}, "quality: 'best'; expected one of unknown, prc"),
])  # fmt: skip
def test_faults_that_do_not_fit_are_refused(built: Machine, name: str, clock: str, values: dict[str, int | str],
                                            message: str) -> None:  # fmt: skip
    with pytest.raises(BadInput, match=message):
        built.faults.resolve(name, {"clock": clock}, values)


def test_every_fault_of_clocks_is_told(built: Machine) -> None:
    assert {row["fault"] for row in built.describe_faults()} >= {*CLOCK_FAULTS, "clock_reference_lost"}
