"""Faults of E1 lines, a scenario each: what is found and when, what must not come of it, and how it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from whole_runs import Inside, prepared

from switchsim.assembly.kinds import load_kind
from switchsim.errors import BadInput, ExitCode
from switchsim.faults.line import LINE_FAULTS
from switchsim.kernel.snapshot import restore, take
from switchsim.scenario.prepare import Prepared, prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import ms, seconds

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios" / "faults" / "line"
ONE_LINE = ("clear_e1", "one_e1_pri", "one_e1_ss7")
SCENARIOS = [path for path in sorted(FOLDER.glob("*.yaml"))
             if any(f"machine: {machine}\n" in path.read_text(encoding="utf-8") for machine in ONE_LINE)]  # fmt: skip


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


@pytest.mark.parametrize("path", SCENARIOS[::2], ids=lambda path: path.stem)
def test_without_its_fault_a_scenario_fails(path: Path, tmp_path: Path) -> None:
    """By what it counts alone, without the entries about the fault."""
    sound = prepare(path)
    scenario = sound.scenario
    update = {"timeline": tuple(step for step in scenario.timeline if not hasattr(step, "fault")),
              "expect": tuple(entry for entry in scenario.expect if entry.kind != "fault")}  # fmt: skip
    code, bad = played(replace(sound, scenario=scenario.model_copy(update=update)), tmp_path / "run")
    assert code == ExitCode.FAILED
    assert bad
    assert all(name.startswith("expect.") for name in bad), bad


def steps() -> list[tuple[str, str]]:
    """(fault, direction or end) of every fault step."""
    found = []
    for path in SCENARIOS:
        for step in prepare(path).scenario.timeline:
            if hasattr(step, "fault"):
                found.append((step.fault, str(step.values.get("direction", step.values.get("end", "")))))
    return found


def test_every_fault_of_a_line_has_a_scenario_both_ways_where_the_machine_is_told() -> None:
    found = steps()
    assert {fault for fault, _ in found} == set(LINE_FAULTS)
    raising = {name for name, row in LINE_FAULTS.items() if row.alarms or "line_status" in row.shows}
    received_only = {"nfas_errors", "crc_mf_errors", "e_bit_errors", "a_bit_errors"}
    assert {name for name, direction in found if direction == "sent"} >= raising - received_only
    assert ("line_loop", "far") in found
    assert ("line_loop", "") in found


def test_every_alarm_of_a_line_is_raised_by_some_scenario() -> None:
    """But that of the CRC-4 multiframe: 400 ms without it are the end of the search (G.706 annex B), not 2.5 s."""
    texts = "".join(path.read_text(encoding="utf-8") for path in SCENARIOS)
    kind = load_kind(ROOT / "boards" / "kinds" / "dtm.yaml").kind
    alarms = {name for name in kind.alarms if name.startswith("e1_")}
    places = ("alarm: {}, about: frame/1/slot/0/e1/0, raised", "kind: alarm\n    alarm: {}\n",
              "where: {{alarm: {}}}, within")  # fmt: skip
    raised = {name for name in alarms if any(place.format(name) in texts for place in places)}
    assert alarms - raised == {"e1_lomf"}


SAME = ("logic_errors_1e3_received", "interruptions_long", "no_crc_received", "slips_in_calls", "delay_sent")


@pytest.mark.parametrize("name", SAME)
def test_neither_the_batch_nor_bit_level_changes_the_journal(name: str) -> None:
    ready = prepare(FOLDER / f"{name}.yaml")
    usual = Inside(ready).go()
    assert Inside(ready, 8).go() == usual
    assert Inside(ready, bits=True).go() == usual


@pytest.mark.parametrize("name", SAME)
def test_a_snapshot_while_the_fault_acts_goes_on_as_it_did(name: str) -> None:
    ready = prepare(FOLDER / f"{name}.yaml")
    whole = Inside(ready)
    whole.begin()
    points = []
    for at in (seconds(3) + 8, 28_123, 33_007, 50_001, 70_003):
        whole.machine.run(at)
        points.append((at, len(whole.octets), take(whole.machine.kernel)))
    whole.end()
    for at, so_far, snapshot in points:
        again = Inside(ready)
        restore(again.machine.kernel, snapshot)
        again.end()
        assert bytes(again.octets) == bytes(whole.octets[so_far:]), f"restored at cycle {at}"


@pytest.mark.parametrize(("fault", "values"), [
    ("line_interruptions", "time: 8cyc, every: 5s, count: 3"), ("alignment_shift", "every: 5s, count: 3"),
    ("line_interruptions", "direction: sent, time: 2ms, every: 5s, count: 3"),
])  # fmt: skip
def test_what_happens_again_when_the_line_has_become_calm(fault: str, values: str, tmp_path: Path) -> None:
    """In the very cycle in which its two ends, one after the other, find that it has: 4.25 s after what was wrong."""
    text = ("format: 1\nmachine: clear_e1\nseconds: 15\ntimeline:\n"
            f"  - {{at: 2s, fault: {fault}, where: {{line: e1-0}}, values: {{{values}}}}}\n")  # fmt: skip
    whole = Inside(prepared(tmp_path, text))
    whole.go()
    end = "far" if "sent" in values else "machine"
    told = [json.loads(line) for line in bytes(whole.octets).splitlines() if b'"line_status"' in line]
    lost = [one["at"] for one in told if one["end"] == end and one["status"].startswith("lo")]
    assert {at // ms(10) for at in lost} == {200, 700, 1200}


# -- mistakes ---------------------------------------------------------------------------------------------------------

HEAD = "format: 1\nmachine: {}\nseconds: 5\ntimeline:\n  - {{at: 1s, stop: true}}\n  - {{at: 1s, fault: "
BITS = "logic_errors, where: {line: e1-0}, values: "
LOOP = "line_loop, where: {line: e1-0}, values: "


@pytest.mark.parametrize(("step", "words"), [
    (BITS + "{mode: random, rate: 0.6}", "rate: 0.6 is out of range; expected 1e-9..0.5 of the opportunities"),
    (BITS + "{mode: rate, rate: 5.1e-1}", "rate: 5.1e-1 is out of range; expected 1e-9..0.5"),
    (BITS + "{mode: random, rate: 1e-10}", "rate: 1e-10 is out of range; expected 1e-9..0.5"),
    (BITS + "{mode: random, rate: -0.1}", "rate: '-0.1'; expected 1e-9..0.5"),
    (BITS + "{mode: random, rate: 2}", "rate: 2 is out of range; expected 1e-9..0.5"),
    (BITS + "{mode: random}", "rate is missing"),
    (BITS + "{rate: 1e-3}", "rate says nothing with mode single; expected mode rate or random"),
    (BITS + "{mode: often}", "mode: 'often'; expected one of single, count, burst, rate, random, continuous"),
    (BITS + '{timeslots: "0"}', "timeslots: 0 is out of range; expected timeslots 1..31"),
    (BITS + "{timeslots: 32}", "timeslots: 32 is out of range; expected timeslots 1..31"),
    (BITS + '{timeslots: "1-15,17-32"}', "expected timeslots 1..31"),
    (BITS + '{timeslots: "5-3"}', "timeslots: '5-3'; expected timeslots 1..31"),
    (BITS + "{timeslots: 1.5}", "timeslots: '1.5'; expected timeslots 1..31"),
    (BITS + "{bits: 256}", "bits: 256 is out of range; expected 1..255"),
    (BITS + "{bits: 1.5}", "bits: '1.5'; expected a whole number"),
    (BITS + "{direction: both}", "direction: 'both'; expected one of received, sent"),
    ("sa_errors, where: {line: e1-0}, values: {bits: 32}", "bits: 32 is out of range; expected 1..31"),
    ("line_los, where: {line: e1-1}", "no line 'e1-1'; expected one of e1-0"),
    ("line_los, where: {lines: e1-0}", "line_los: where: lines; expected line"),
    ("line_los, where: {line: e1-0}, values: {rate: 1e-3}", "unknown parameter 'rate'; expected one of direction"),
    ("line_loss, where: {line: e1-0}", "no fault 'line_loss'"),
    ("cas_mf_errors, where: {line: e1-0}", "e1-0 has no cas; expected a line with framing: {cas: true}"),
    (LOOP + "{}", "loop is missing"),
    (LOOP + "{loop: line, end: moon}", "end: 'moon'; expected one of machine, far"),
    (LOOP + "{loop: line, direction: sent}", "unknown parameter 'direction'; expected one of end, loop, timeslots"),
    (LOOP + "{loop: timeslots}", "timeslots is missing"),
    (LOOP + "{loop: timeslots, timeslots: 0}", "timeslots: 0 is out of range; expected timeslots 1..31"),
    (LOOP + "{loop: payload, timeslots: 5}", "timeslots says nothing to payload"),
    ("line_delay, where: {line: e1-0}, values: {time: 257ms}", "'257ms'; expected a duration of 0.125ms to 256ms"),
    ("line_interruptions, where: {line: e1-0}, values: {time: 1s}", "an interruption of 1s every 1s"),
    ("line_slip, where: {line: e1-0}, values: {how: up}", "how: 'up'; expected one of repeated, lost"),
    ("line_slip, where: {line: e1-0}, values: {count: 0}", "count: 0 is out of range; expected 1..1000000"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line(step: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(HEAD.format("one_e1_pri") + step + "}\n", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        Staged(prepare(path), Sinks(), Teller(), StopSignal())
    assert f"{path}:6: " in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("rate", ["1e-9", "0.01", "0.5", '"0.25"', "1.0e-3"])
def test_a_rate_may_be_written_with_decimals(rate: str, tmp_path: Path) -> None:
    text = HEAD.format("one_e1_pri") + BITS + f"{{mode: random, rate: {rate}}}}}\n"
    Staged(prepared(tmp_path, text), Sinks(), Teller(), StopSignal())
