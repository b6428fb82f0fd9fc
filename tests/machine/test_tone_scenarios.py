"""Faults of speech paths, a scenario each: what becomes of the digit, and of the call."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from whole_runs import Inside, prepared

from switchsim.errors import BadInput, ExitCode
from switchsim.faults.tones import TONE_FAULTS
from switchsim.kernel.snapshot import restore, take
from switchsim.scenario.prepare import Prepared, prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.scenario.timeline import FaultStep

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "faults" / "tones"
SCENARIOS = sorted(FOLDER.glob("*.yaml"))
HARMFUL = ("dropout_misdials", "level_lost", "noise_to_caller", "third_tone", "twist_beyond")
"""Those of different effects on the call: mis-dialled, asked again, timed out."""


def played(ready: Prepared, folder: Path) -> tuple[ExitCode, dict[str, str]]:
    """How a run ended, and the reason of each check that found something or could not say."""
    finished = run(ready, RunOptions(out=folder), Teller(), StopSignal())
    verdict = json.loads((finished.folder / "verdict.json").read_text(encoding="utf-8"))
    judged = [*verdict["checks"], *verdict["expects"]]
    bad = {one["name"]: str(one) for one in judged if one["outcome"] not in ("passed", "not applicable")}
    return finished.exit_code, bad


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_passes(path: Path, tmp_path: Path) -> None:
    code, bad = played(prepare(path), tmp_path / "run")
    assert code == ExitCode.PASSED, bad
    assert not [name for name in bad if name.startswith(("expect.", "fault."))], bad


@pytest.mark.parametrize("name", HARMFUL)
def test_without_its_fault_a_scenario_fails(name: str, tmp_path: Path) -> None:
    sound = prepare(FOLDER / f"{name}.yaml")
    scenario = sound.scenario
    update = {"timeline": (), "expect": tuple(entry for entry in scenario.expect if entry.kind != "fault")}
    code, bad = played(replace(sound, scenario=scenario.model_copy(update=update)), tmp_path / "run")
    assert code == ExitCode.FAILED
    assert any(name.startswith("expect.") for name in bad), bad


def test_every_fault_of_a_speech_path_has_a_scenario() -> None:
    steps = [step for path in SCENARIOS for step in prepare(path).scenario.timeline if isinstance(step, FaultStep)]
    assert {step.fault for step in steps} - {"line_slip"} == set(TONE_FAULTS)
    kinds = {str(step.values.get("kind")) for step in steps if step.fault == "tone_noise"}
    assert kinds == {"white", "pink", "impulse"}
    assert {str(step.values.get("direction", "received")) for step in steps} == {"received", "sent"}


# -- what the journal does not depend on ------------------------------------------------------------------------------

MANY = """format: 1
machine: b_type_small
seed: 77
seconds: 7
drained: false
load:
  - {name: callers, shape: burst, calls: 2, every: 60s, start: 1s, numbers: ["10060"], patience: 30s,
     plan: [{do: listen, prompt: welcome}, {do: dial, digits: "1"}, {do: wait}, {do: speak}, {do: hold}]}
timeline:
  - {at: 1s, fault: tone_noise, where: {line: e1-0}, values: {level: -30}}
  - {at: 2s, fault: tone_level, id: weak, where: {line: e1-0}, values: {timeslots: 1-3, gain: -6.5}}
  - {at: 2500ms, fault: tone_noise, where: {line: e1-0}, values: {kind: pink, level: -35, direction: sent}, for: 1s}
  - {at: 3s, fault: tone_level, where: {line: e1-0}, values: {timeslots: "1", gain: -3}, for: 500ms}
  - {at: 3100ms, fault: tone_break_in, where: {line: e1-0}, values: {timeslots: 1, circuit: "e1-0:2", gain: -20}}
  - {at: 4s, fault: tone_break_in, where: {line: e1-0}, values: {timeslots: 2, prompt: welcome}, for: 2s}
  - {at: 5s, heal: weak}
"""


def test_neither_the_batch_nor_a_snapshot_changes_the_journal(tmp_path: Path) -> None:
    ready = prepared(tmp_path, MANY)
    whole = Inside(ready)
    usual = whole.go()
    assert Inside(ready, 8).go() == usual
    whole = Inside(ready)
    whole.begin()
    points = []
    for at in (8_100, 16_003, 25_003, 33_333, 41_001):
        whole.machine.run(at)
        points.append((at, len(whole.octets), take(whole.machine.kernel)))
    whole.end()
    for at, so_far, snapshot in points[1::2]:
        again = Inside(ready)
        restore(again.machine.kernel, snapshot)
        again.end()
        assert bytes(again.octets) == bytes(whole.octets[so_far:]), f"restored at cycle {at}"


def test_another_seed_is_other_noise_and_nothing_else(tmp_path: Path) -> None:
    """What the caller hears differs in its cycles; what the machine does with him does not."""
    text = MANY.replace("seed: 77", "seed: 78")
    assert Inside(prepared(tmp_path, text)).go() != Inside(prepared(tmp_path, MANY)).go()


def test_paths_are_freed_when_their_last_fault_ends(tmp_path: Path) -> None:
    inside = Inside(prepared(tmp_path, MANY))
    inside.begin()
    engine = inside.machine.engine
    used = {}
    for at in (7_999, 8_100, 20_100, 29_000, 50_000):
        inside.machine.run(at)
        used[at] = sum(bool(engine.path_does(path)) for path in range(engine.config.n_paths))
    assert used == {7_999: 0, 8_100: 30, 20_100: 60, 29_000: 30, 50_000: 30}


def test_too_many_paths_are_told_as_a_fault_that_never_fired(tmp_path: Path) -> None:
    text = "format: 1\nmachine: b_type_small\nseconds: 2\ntimeline:\n"
    for line in range(3):
        text += f"  - {{at: 1s, fault: tone_recoding, where: {{line: e1-{line}}}}}\n"
    code, bad = played(prepared(tmp_path, text), tmp_path / "run")
    assert code == ExitCode.INVALID_RUN
    assert "never fired" in bad["fault.3"]


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "words"), [
    ("tone_level, where: {line: e1-0}", "gain is missing"),
    ("tone_level, where: {line: e1-0}, values: {gain: 20.001}", "gain: 20.001 is out of range; expected -60..20 dB"),
    ("tone_level, where: {line: e1-0}, values: {gain: loud}", "gain: 'loud'; expected -60..20 dB"),
    ("tone_level, where: {line: e1-9}, values: {gain: 1}", "no line 'e1-9'"),
    ("tone_twist, where: {line: e1-0}, values: {twist: -21}", "twist: -21 is out of range; expected -20..20 dB"),
    ("tone_offset, where: {line: e1-0}, values: {offset: 200.5}", "expected -200..200 Hz"),
    ("tone_noise, where: {line: e1-0}, values: {level: 3.15}", "level: 3.15 is out of range; expected -60..3.14 dBm0"),
    ("tone_noise, where: {line: e1-0}, values: {kind: brown, level: 0}", "kind: 'brown'; expected one of white, pink"),
    ("tone_noise, where: {line: e1-0}, values: {kind: impulse, level: 0}", "every is missing"),
    ("tone_noise, where: {line: e1-0}, values: {level: 0, time: 1ms}", "time says nothing to kind: white"),
    ("tone_noise, where: {line: e1-0}, values: {kind: impulse, level: 0, every: 1s, time: 9ms}", "0.125ms to 8ms"),
    ("third_tone, where: {line: e1-0}, values: {tone: 4000, level: -9}", "expected 0.001..3999.999 Hz"),
    ("third_tone, where: {line: e1-0}, values: {tone: 1000, level: 4}", "expected -60..3.14 dBm0"),
    ("tone_echo, where: {line: e1-0}, values: {time: 101ms}", "expected a duration of 0.125ms to 100ms"),
    ("tone_echo, where: {line: e1-0}, values: {time: 20ms, loss: -1}", "expected 0..60 dB"),
    ("tone_dropout, where: {line: e1-0}, values: {time: -3ms}", "time: '-3ms'; expected a duration"),
    ("tone_dropout, where: {line: e1-0}, values: {time: 3ms, every: 3ms}", "a silence of 3ms every 3ms"),
    ("tone_break_in, where: {line: e1-0}, values: {gain: 0}", "neither prompt nor circuit; expected one of them"),
    ('tone_break_in, where: {line: e1-0}, values: {prompt: menu, circuit: "e1-0:3"}', "both prompt and circuit"),
    ("tone_break_in, where: {line: e1-0}, values: {prompt: men}", "no prompt 'men'"),
    ('tone_break_in, where: {line: e1-0}, values: {circuit: "e1-0:16"}', "no circuit 'e1-0:16'"),
    ('tone_break_in, where: {line: e1-0}, values: {circuit: "e1-7:1"}', "no line 'e1-7'"),
    ("tone_clipping, where: {line: e1-0}, values: {level: -3, timeslots: 16}", "timeslot 16 of e1-0 carries"),
    ("tone_clipping, where: {line: e1-0}, values: {level: -3, timeslots: 0}", "expected timeslots 1..31"),
    ("tone_clipping, where: {line: e1-0}, values: {level: -3, direction: both}", "expected one of received, sent"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line(step: str, words: str, tmp_path: Path) -> None:
    text = f"format: 1\nmachine: b_type_small\nseconds: 5\ntimeline:\n  - {{at: 1s, fault: {step}}}\n"
    with pytest.raises(BadInput) as caught:
        Staged(prepared(tmp_path, text), Sinks(), Teller(), StopSignal())
    assert ".yaml:5: " in str(caught.value)
    assert words in str(caught.value)
