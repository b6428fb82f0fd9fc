"""The shipped scenarios of the platform's faults pass, and would not without what happens in them; a CCS that dies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ccs_recovery import Moment, killed, main, moments, table

from switchsim.errors import ExitCode
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import Finished, RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import seconds

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "scenarios" / "faults" / "platform").glob("*.yaml"))
TAKEN_OVER = seconds(3) + seconds(1) // 4


def played(path: Path, out: Path) -> Finished:
    return run(prepare(path), RunOptions(out=out), Teller(), StopSignal())


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_fault_scenario_passes(path: Path, tmp_path: Path) -> None:
    finished = played(path, tmp_path / "run")
    assert finished.verdict is not None
    assert finished.exit_code == ExitCode.PASSED, finished.verdict.reasons


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_without_its_fault_the_scenario_fails(path: Path, tmp_path: Path) -> None:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["timeline"] = []
    data["expect"] = [entry for entry in data["expect"] if entry["kind"] != "fault"]
    copy = tmp_path / "nothing_happens.yaml"
    copy.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    finished = played(copy, tmp_path / "run")
    assert finished.verdict is not None
    assert finished.exit_code == ExitCode.FAILED, [one.title for one in finished.verdict.expects]


# -- the table of take-overs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_ms", moments(3, seed=7))
def test_the_active_ccs_dies_under_load(at_ms: int) -> None:
    row = killed(at_ms, seed=7)
    assert row.good, row
    assert row.active <= TAKEN_OVER
    assert row.calls > 20
    assert sum(row.stages.values()) > 0


def test_the_table_and_what_is_not_good() -> None:
    row = Moment(8_000, {"service": 1, "routing": 0, "queued": 2, "ringing": 3, "talk": 4}, 16_000, -1, 30, 1, ("x.y",))
    lines = table([row], markdown=True).splitlines()
    assert lines[2] == "| 1.000 | 1 | 0 | 2 | 3 | 4 | 2.000 | never | 30 | 1 | x.y |"
    assert not row.good
    assert len({len(line) for line in table([row], markdown=False).splitlines()}) == 1


def test_the_exit_code_says_whether_all_oracles_held(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = dict.fromkeys(("service", "routing", "queued", "ringing", "talk"), 0)
    for lost, code in ((0, 0), (1, 1)):
        row = Moment(8, stages, 8, 8, 1, lost, ())
        monkeypatch.setattr("ccs_recovery.killed", lambda at_ms, seed, row=row: row)
        assert main(["--moments", "2"]) == code
    assert capsys.readouterr().out.count("0.001") > 4
