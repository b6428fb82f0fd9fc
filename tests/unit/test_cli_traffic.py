"""`switchsim traffic`: the tables of a run, the same as in its verdict; what is no run is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from switchsim.cli.main import run_command_line
from switchsim.errors import ExitCode

SCENARIO = """format: 1
machine: two_links_ss7
seed: 4
seconds: 20
load:
  - {name: rush, shape: constant, rate: 2/s, numbers: ["10000"], start: 11s, stop: 14s}
"""
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs a command line in an empty folder: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SWITCHSIM_PATH", raising=False)

    def run(*words: str) -> tuple[int, str, str]:
        code = run_command_line(list(words))
        told = capfd.readouterr()
        return code, told.out, told.err

    return run


def test_the_traffic_of_a_run(command: Command, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    assert command("run", "s.yaml", "--quiet", "--out", "r")[0] == ExitCode.PASSED
    code, out, err = command("traffic", "r", "--json")
    assert (code, err) == (ExitCode.PASSED, "")
    traffic = json.loads(out)
    assert traffic == json.loads((tmp_path / "r" / "verdict.json").read_bytes())["traffic"]
    (city,) = traffic["routes"]
    assert (city["route"], city["circuits"], city["partial"], city["cycles"]) == ("city", 60, True, 160_000)
    assert (city["seizures_in"], city["answers_in"], city["asr_in_percent"], city["bids_out"]) == (5, 5, 100.0, 0)
    assert [row["link"] for row in traffic["links"]] == ["e1-0:16", "e1-1:16"]
    # IAM and RLC of five calls, and the level 3 messages of the start.
    assert sum(row["msus_in"] for row in traffic["links"]) >= 10
    code, out, _ = command("traffic", "r")
    assert code == ExitCode.PASSED
    assert "1.9 NACK" in out
    assert "city" in out
    assert command("replay", "r")[0] == ExitCode.PASSED


def test_a_run_that_was_cut_is_measured_as_far_as_it_went(command: Command, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    command("run", "s.yaml", "--quiet", "--out", "r")
    journal = tmp_path / "r" / "journal.jsonl"
    octets = journal.read_bytes()
    journal.write_bytes(octets[: len(octets) * 9 // 10])
    code, out, _ = command("traffic", "r", "--json")
    assert code == ExitCode.PASSED
    assert json.loads(out)["routes"][0]["cycles"] < 160_000


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_what_is_no_run_is_refused(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = command("traffic", name)
    assert (code, out) == (ExitCode.BAD_INPUT, "")
    assert name in err
