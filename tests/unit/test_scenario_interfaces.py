"""Options of interfaces that can never work end before anything is written; calls to the outside are answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from switchsim.cli.main import run_command_line


def served(folder: Path, machine: str, *words: str) -> int:
    """The exit code of a short `serve`."""
    return run_command_line(["serve", machine, "--pace", "fast", "--out", str(folder / "out"), *words])


@pytest.mark.parametrize(("file", "octets", "says"), [
    ("typo.db", b"", "no such file"), ("random.db", bytes(range(256)) * 16, "the file is no database"),
])
def test_a_database_that_can_not_be_used_makes_the_run_invalid_and_nothing_else(
    file: str, octets: bytes, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if octets:
        (tmp_path / file).write_bytes(octets)
    before = list(tmp_path.iterdir())
    assert served(tmp_path, "call_centre", "--database", f"sqlite:///{tmp_path}/{file}", "--seconds", "1") == 3
    assert f"the database can not be used: {says}" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == before


@pytest.mark.parametrize(("machine", "target", "says"), [
    ("b_type_small", "10099=agi://127.0.0.1/x", "no line to a voice processor"),
    ("call_centre", "agi://127.0.0.1/x", "--agi NUMBER=agi://127.0.0.1/x"),
])
def test_a_server_that_no_call_could_reach_is_bad_input(
    machine: str, target: str, says: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert served(tmp_path, machine, "--agi", target, "--seconds", "1") == 2
    assert says in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_somebody_outside_answers_the_call_centre(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert served(tmp_path, "call_centre", "--dial", "e1-0=10000*1", "--seconds", "8") == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    calls = [(line["state"], line["cause"]) for line in lines if line["event"] == "call"]
    assert calls[-2:] == [("service", 0), ("cleared", 16)]
