"""What a person with a line tester would try first: loops, single errors, old exchanges, signalling bits by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from whole_runs import command

from switchsim.assembly.yamlfile import parse
from switchsim.errors import BadInput

ROOT = Path(__file__).parents[2]
MACHINE = (ROOT / "boards/machines/clear_e1.yaml").read_text(encoding="utf-8")


def events(folder: Path, timeline: str, *, seconds: int = 6, machine: str = MACHINE) -> list[dict[str, Any]]:
    """The journal of a run of one clear line."""
    (folder / "tried.yaml").write_text(machine.replace("name: clear_e1", "name: tried"), encoding="utf-8")
    text = f"format: 1\nmachine: tried\nseed: 1\nseconds: {seconds}\ntimeline:\n{timeline}"
    (folder / "line.yaml").write_text(text, encoding="utf-8")
    command(["run", "line.yaml", "--quiet", "--out", "run", "--force"], folder, {})
    return [json.loads(line) for line in (folder / "run/journal.jsonl").read_text(encoding="utf-8").splitlines()[1:]]


def of(found: list[dict[str, Any]], kind: str, **fields: int | str) -> list[Mapping[str, Any]]:
    return [one for one in found if one["kind"] == kind and all(one[name] == value for name, value in fields.items())]


def test_a_local_loop_tells_the_board_from_the_line(tmp_path: Path) -> None:
    """The line is cut and full of errors; the end that hears itself knows nothing of it."""
    found = events(tmp_path, '''  - {at: 1s, fault: line_loop, where: {line: e1-0}, values: {loop: local}, for: 4s}
  - {at: 2s, fault: line_los, where: {line: e1-0}, for: 1s}
  - {at: 3500ms, fault: logic_errors, where: {line: e1-0}, values: {mode: random, rate: 1e-3}, for: 1s}
''')
    loops = [one["at"] for one in of(found, "line_looped")]
    assert [one for one in of(found, "line_status", end="machine") if loops[0] + 200 < one["at"] < loops[1]] == []


@pytest.mark.parametrize("end", ["machine", "far"])
@pytest.mark.parametrize("loop", ["line", "local"])
def test_a_loop_takes_the_clock_with_it(loop: str, end: str, tmp_path: Path) -> None:
    """At 50 ppm both ends slip every 2.5 s; the one that hears its own clock does not."""
    found = events(tmp_path, f'''  - {{at: 0s, fault: clock_offset, where: {{clock: e1-0}}, values: {{ppm: 50}}}}
  - {{at: 10s, fault: line_loop, where: {{line: e1-0}}, values: {{loop: {loop}, end: {end}}}, for: 20s}}
''', seconds=40)
    hears_itself = end if loop == "local" else {"machine": "far", "far": "machine"}[end]
    inside = [one for one in of(found, "line_slip", end=hears_itself) if 88_000 < one["at"] < 240_000]
    outside = [one for one in of(found, "line_slip", end=hears_itself) if not 80_000 < one["at"] < 248_000]
    assert inside == []
    assert len(outside) >= 5


@pytest.mark.parametrize("count", [1, 10, 100])
def test_every_code_violation_is_counted(count: int, tmp_path: Path) -> None:
    """Once, or twice: all pulses behind it are turned over, and the next V of HDB3 then has the sign of the last."""
    found = events(tmp_path, f"  - {{at: 1s, fault: code_violations, where: {{line: e1-0}}, values: "
                             f"{{mode: count, count: {count}, timeslots: 5}}}}\n")  # fmt: skip
    assert [count <= one["code_violations"] <= 2 * count for one in of(found, "line_counted", end="machine")] == [True]


@pytest.mark.parametrize(("rate", "severe"), [("0.299", 0), ("0.301", 1)])
def test_thirty_percent_of_errored_blocks_are_the_limit(rate: str, severe: int, tmp_path: Path) -> None:
    """G.826 3.1.3; errors at a rate come as evenly as can be."""
    found = events(tmp_path, f"  - {{at: 2s, fault: crc_errors, where: {{line: e1-0}}, values: "
                             f"{{mode: rate, rate: '{rate}'}}, for: 1s}}\n")  # fmt: skip
    near = of(found, "line_measured", end="machine", side="near", period="15min")
    assert [(one["es"], one["ses"]) for one in near] == [(1, severe)]


def test_an_exchange_without_crc4_is_nothing_to_worry_about(tmp_path: Path) -> None:
    machine = MACHINE.replace("cas: true", "cas: true, far_crc4: false")
    found = events(tmp_path, "  - {at: 3s, stop: true}\n", machine=machine)
    assert of(found, "line_status") == of(found, "line_measured") == of(found, "defect_seen") == []


def test_signalling_bits_by_hand(tmp_path: Path) -> None:
    found = events(tmp_path, '''  - {at: 1s, act: {who: "circuit e1-0:5", do: cas, value: 9}}
  - {at: 2s, act: {who: "circuit e1-0:31", do: cas, value: 5, end: far}}
''')
    told = [(one["end"], one["timeslot"], one["abcd"]) for one in of(found, "cas_received")]
    assert told == [("far", 5, 9), ("machine", 31, 5)]


@pytest.mark.parametrize(("key", "text"), [
    ("clock: {references: [{line: e1-0}]}", "references without a clock board"),
    ("clock: {references: [{line: nowhere}]}", "no line 'nowhere'"),
    ("clock: {ssm: true, references: [{line: e1-0}]}", "no reference carries status messages"),
    ("clock: {ppm: 501}", "501"),
])  # fmt: skip
def test_clocks_that_cannot_be(key: str, text: str, tmp_path: Path) -> None:
    from switchsim.assembly import build

    machine = MACHINE.replace("7: ckv, ", "") if "without" in text else MACHINE
    path = tmp_path / "clear_e1.yaml"
    path.write_text(machine + key + "\n", encoding="utf-8")
    assert parse(path.read_bytes(), str(path))
    with pytest.raises(BadInput) as error:
        build(path, seed=1, journal_sink=lambda _: None)
    assert any(text in problem.what and problem.line for problem in error.value.problems)
