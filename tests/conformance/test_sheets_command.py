"""`switchsim run`, `check` and `scenarios` with conformance sheets: what they print, leave and return."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from switchsim.assembly.shipped import folder
from switchsim.cli.main import run_command_line
from switchsim.scenario.places import split_sheets

Q784 = folder("scenarios") / "conformance" / "q784"


@pytest.fixture
def sheets(tmp_path: Path) -> Path:
    """A folder with three sheets: one that passes, one that fails, one that does not apply."""
    for name in ("preambles", "5.2.1", "5.2.10", "5.1"):
        (tmp_path / f"{name}.yaml").write_bytes((Q784 / f"{name}.yaml").read_bytes())
    late = (tmp_path / "5.2.1.yaml").read_text().replace("T7 20..30s", "T7 29..30s")
    (tmp_path / "5.2.1.yaml").write_text(late)
    return tmp_path


def test_a_folder_is_played_in_the_order_of_the_numbers(sheets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["run", str(sheets), "--quiet"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" Q.784.1 ")[1].split()[0] for line in lines[:-1]] == ["5.1", "5.2.1", "5.2.10"]
    assert lines[1].startswith("failed Q.784.1 5.2.1 5.2.1.yaml:8: '> REL': at 25.000s, not within 29.000s..30.000s")
    assert lines[-1] == "1 passed, 1 failed, 1 not applicable"


def test_the_verdicts_as_json_and_junit(sheets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["run", str(sheets), "--json", "--junit", str(sheets / "out.xml")]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [(row["standard"], row["number"], row["verdict"]) for row in rows] == [
        ("Q.784.1", "5.1", "not applicable"), ("Q.784.1", "5.2.1", "failed"),
        ("Q.784.1", "5.2.10", "passed")]  # fmt: skip
    assert [bool(row["first_deviation"]) for row in rows] == [True, True, False]
    (suite,) = ET.parse(sheets / "out.xml").getroot()
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "1"]
    assert [[one.tag for one in case] for case in suite.iter("testcase")] == [["skipped"], ["failure"], []]


def test_a_single_sheet_as_a_table(sheets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["run", str(sheets / "5.2.10.yaml")]) == 0
    told = capsys.readouterr().out
    assert "Timers T20 and T21" in told
    assert told.endswith("1 passed\n")


def test_a_precondition_that_is_not_reached_is_no_pass(sheets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (sheets / "preambles.yaml").read_text().replace("> IAM CALLED=5551234", "> IAM CALLED=1")
    (sheets / "preambles.yaml").write_text(text)
    assert run_command_line(["run", str(sheets / "5.2.1.yaml"), "--quiet", "--junit", str(sheets / "out.xml")]) == 1
    assert "inconclusive Q.784.1 5.2.1 preambles.yaml:" in capsys.readouterr().out
    assert ET.parse(sheets / "out.xml").getroot()[0].get("errors") == "1"


@pytest.mark.parametrize("command", ["run", "check"])
def test_mistakes_are_told_with_their_lines(command: str, sheets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("5.2.1", "5.2.10"):
        path = sheets / f"{name}.yaml"
        path.write_text(path.read_text().replace("> REL", "> RELL").replace("> CGB ", "> CBG "))
    assert run_command_line([command, str(sheets / "5.2.1.yaml"), str(sheets / "5.2.10.yaml")]) == 2
    told = capsys.readouterr().err
    assert "5.2.1.yaml:8: 'RELL' after '>'" in told
    assert "5.2.10.yaml:8: 'CBG' after '>'" in told


def test_check_knows_sheets_and_preambles(sheets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["check", str(sheets / "5.1.yaml"), str(sheets / "preambles.yaml")]) == 0
    assert capsys.readouterr().out.count("good") == 2
    (sheets / "preambles.yaml").write_text("format: 1\nstandard: Q.784.1\npreambles: {idle: '! WAKE'}\n")
    assert run_command_line(["check", str(sheets / "preambles.yaml")]) == 2


def test_shipped_sheets_have_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["run", "conformance/q784/2.1.1", "--quiet"]) == 0
    assert capsys.readouterr().out == "passed Q.784.1 2.1.1\n1 passed\n"
    assert run_command_line(["scenarios", "--json"]) == 0
    rows = {row["scenario"]: row["title"] for row in json.loads(capsys.readouterr().out)}
    assert rows["conformance/q784"] == "155 conformance sheets"
    assert "conformance/q781" in rows


def test_sheets_and_scenarios_are_kept_apart(sheets: Path) -> None:
    """A folder with scenarios stands for them alone, as before there were sheets."""
    found, others = split_sheets([str(sheets), "scenarios", str(sheets / "5.1.yaml"), "nothing\0", "smoke"])
    assert [path.stem for path in found] == ["5.1", "5.2.1", "5.2.10"]
    assert others == ["scenarios", "nothing\0", "smoke"]
    assert run_command_line(["run", str(sheets / "5.1.yaml"), "smoke", "--json"]) == 2
