"""`switchsim kpis` and `switchsim records`: of a real run, in a pipe, and of what is none."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from switchsim.cli.main import run_command_line
from switchsim.errors import ExitCode

SCENARIO = """format: 1
machine: b_type_small
seed: 4
seconds: 40
load:
  - name: rush
    shape: constant
    rate: 1/s
    numbers: ["10060"]
    stop: 10s
    plan: [{do: listen, prompt: welcome}, {do: dial, digits: "1"}, {do: wait}, {do: speak}, {do: hold, time: 2s}]
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


@pytest.fixture
def folder(command: Command, tmp_path: Path) -> str:
    (tmp_path / "s.yaml").write_text(SCENARIO, encoding="utf-8")
    assert command("run", "s.yaml", "--quiet", "--out", "r")[0] == ExitCode.PASSED
    return "r"


def test_key_figures_and_records_of_a_run(command: Command, folder: str, tmp_path: Path) -> None:
    code, out, err = command("kpis", folder, "--json", "--every", "10s", "--service-level", "1s")
    assert (code, err) == (ExitCode.PASSED, "")
    kpis = json.loads(out)
    figures = json.loads((tmp_path / folder / "verdict.json").read_bytes())["figures"]
    whole = kpis["whole"]
    assert whole["offered"] == figures["offered"] > 5
    assert (whole["connected"], whole["missed"]) == (figures["answered"], figures["lost"])
    assert len(kpis["intervals"]) == 4
    assert sum(row["offered"] for row in kpis["intervals"]) == whole["offered"]
    assert kpis["plan"]["service_level_cycles"] == 8_000

    code, out, err = command("records", folder, "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err, len(rows)) == (ExitCode.PASSED, "", whole["offered"])
    assert all(row["ended"] > row["offered"] for row in rows)
    assert [row["call"] for row in csv.DictReader(command("records", folder, "--csv")[1].splitlines())] == [
        str(row["call"]) for row in rows]  # fmt: skip


def test_plain_lines_in_a_pipe(command: Command, folder: str) -> None:
    code, out, _ = command("kpis", folder)
    assert code == ExitCode.PASSED
    lines = out.splitlines()
    assert lines[0] == "# Inbound calls 呼入"
    assert "connect rate 接通率 %" in lines[1].split("\t")
    assert len(lines[2].split("\t")) == len(lines[1].split("\t"))
    assert "no satisfaction" in lines[-1]


@pytest.mark.parametrize("name", ["nothing", "empty"])
@pytest.mark.parametrize("what", ["kpis", "records"])
def test_what_is_no_run_is_refused(command: Command, tmp_path: Path, what: str, name: str) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = command(what, name)
    assert (code, out) == (ExitCode.BAD_INPUT, "")
    assert name in err


@pytest.mark.parametrize("value", ["0s", "1", "x", "9000h", "1us"])
def test_lengths_that_mean_nothing_are_refused(command: Command, value: str) -> None:
    code, _, err = command("kpis", "r", "--every", value)
    assert code == ExitCode.BAD_INPUT
    assert value in err


def test_a_record_too_many_is_a_failure(command: Command, folder: str, tmp_path: Path) -> None:
    journal = tmp_path / folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"kind":"call_record"' in line)
    journal.write_bytes(b"".join([*lines[: at + 1], lines[at], *lines[at + 1 :]]))
    code, _, err = command("records", folder)
    assert code == ExitCode.FAILED
    assert "2 call records" in err
