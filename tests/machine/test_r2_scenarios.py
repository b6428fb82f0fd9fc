"""Faults of R2 signalling, a scenario each: what the machine makes of them, and that nothing is left of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from whole_runs import Inside, prepared

from switchsim.errors import BadInput, ExitCode
from switchsim.faults.r2 import R2_FAULTS
from switchsim.kernel.snapshot import restore, take
from switchsim.report.journal import JournalReader
from switchsim.report.ladder import ladder
from switchsim.scenario.prepare import Prepared, prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

FOLDER = Path(__file__).parents[2] / "scenarios" / "faults" / "r2"
SCENARIOS = sorted(FOLDER.glob("*.yaml"))
FAULTY = [path for path in SCENARIOS if "fault: " in path.read_text(encoding="utf-8")]


def played(ready: Prepared, folder: Path) -> tuple[ExitCode, dict[str, str], Path]:
    """How a run ended, the reason of each check that found something or could not say, and its folder."""
    finished = run(ready, RunOptions(out=folder), Teller(), StopSignal())
    verdict = json.loads((finished.folder / "verdict.json").read_text(encoding="utf-8"))
    judged = verdict["checks"] + verdict["expects"]
    bad = {one["name"]: str(one) for one in judged if one["outcome"] not in ("passed", "not applicable")}
    return finished.exit_code, bad, finished.folder


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_passes(path: Path, tmp_path: Path) -> None:
    code, bad, _ = played(prepare(path), tmp_path / "run")
    assert code == ExitCode.PASSED, bad
    assert not bad


def test_signalling_bits_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "bits.yaml"
    path.write_text("""format: 1
machine: one_e1_r2
seconds: 2
timeline:
  - {at: 1s, act: {who: "circuit e1-0:5", end: far, do: cas, value: 13}}
expect:
  - {kind: count, event: circuit_blocked, where: {timeslot: 5, by: remote, on: 1}, place: "*/program", min: 1, max: 1}
""", encoding="utf-8")
    code, bad, _ = played(prepare(path), tmp_path / "run")
    assert code == ExitCode.PASSED, bad


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_without_its_fault_a_scenario_fails(path: Path, tmp_path: Path) -> None:
    sound = prepare(path)
    steps = tuple(step for step in sound.scenario.timeline if not hasattr(step, "fault"))
    scenario = sound.scenario.model_copy(update={"timeline": steps})
    code, bad, _ = played(replace(sound, scenario=scenario), tmp_path / "run")
    assert code == ExitCode.FAILED
    assert any(name.startswith("expect.") for name in bad), bad


def test_every_fault_has_a_scenario() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in FAULTY)
    assert all(f"fault: {name}," in texts for name in R2_FAULTS)


def test_the_journal_does_not_depend_on_the_batch_and_snapshots_go_on() -> None:
    ready = prepare(FOLDER / "under_load.yaml")
    usual = Inside(ready).go()
    assert Inside(ready, 8).go() == usual
    whole = Inside(ready)
    whole.begin()
    points = []
    for at in (170_003, 250_008):
        whole.machine.run(at)
        points.append((at, len(whole.octets), take(whole.machine.kernel)))
    whole.end()
    for at, so_far, snapshot in points:
        again = Inside(ready)
        restore(again.machine.kernel, snapshot)
        again.end()
        assert bytes(again.octets) == bytes(whole.octets[so_far:]), f"restored at cycle {at}"


def test_explain_tells_a_call_signal_by_signal(tmp_path: Path) -> None:
    _, _, folder = played(prepare(FOLDER / "wrong_kb.yaml"), tmp_path / "run")
    text = "\n".join(ladder(JournalReader(folder / "journal.jsonl"), 1, ascii_only=True))
    told = [
        "seizure 0011", "seizure_ack 1111", "I-1 digit 1", "A-1 send next digit", "A-6 send KA and the calling number",
        "A-3 changeover to group B, send KD", "KD-3 local telephone", "KB-4 busy or congestion", "clear_forward 1011",
    ]  # fmt: skip
    at = -1
    for words in told:
        assert text.find(words, at + 1) > at, (words, text)
        at = text.find(words, at + 1)


HEAD = "format: 1\nmachine: {}\nseconds: 5\ntimeline:\n  - {{at: 1s, fault: {}}}\n"


@pytest.mark.parametrize(
    ("machine", "step", "words"),
    [
        ("one_e1_r2", "r2_no_ack, where: {line: e1-1, timeslot: 1}", "no exchange with R2 signalling on line 'e1-1'"),
        ("one_e1_pri", "r2_no_ack, where: {line: e1-0, timeslot: 1}", "a line with signalling: {kind: r2}"),
        ("one_e1_r2", "r2_no_ack, where: {line: e1-0, timeslot: 16}", "no circuit e1-0:16"),
        ("one_e1_r2", "r2_no_ack, where: {line: e1-0}", "line, timeslot"),
        ("one_e1_r2", "r2_wrong_signal, where: {line: e1-0, timeslot: 0}, values: {signal: 16}", "1..15"),
        ("one_e1_r2", "r2_wrong_signal, where: {line: e1-0, timeslot: 0}", "signal"),
        ("one_e1_r2", "r2_late_line, where: {line: e1-0, timeslot: 0}, values: {time: 2m}", "60"),
    ],
)  # fmt: skip
def test_a_fault_that_does_not_fit_is_refused_with_what_would(
    machine: str, step: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as refused:
        Inside(prepared(tmp_path, HEAD.format(machine, step)))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ('{who: "circuit e1-0:5", end: far, do: query}', "block or unblock or reset"),
        ('{who: "circuit e1-0:16", end: far, do: block}', "e1-0:16 is no circuit"),
        ('{who: "circuit e1-0:5", end: city, do: block}', "machine or far"),
    ],
)
def test_management_that_does_not_fit_is_refused(act: str, words: str, tmp_path: Path) -> None:
    text = f"format: 1\nmachine: one_e1_r2\nseconds: 5\ntimeline:\n  - {{at: 1s, act: {act}}}\n"
    with pytest.raises(BadInput) as refused:
        Inside(prepared(tmp_path, text))
    assert words in str(refused.value)
