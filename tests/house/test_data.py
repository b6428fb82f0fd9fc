"""Data that travels: what setup.py ships, the schemas that editors use, machines and scenarios that are valid."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sources import ROOT

from switchsim.assembly import build
from switchsim.assembly.kinds import load_kinds
from switchsim.assembly.shipped import FOLDERS, folder
from switchsim.scenario.checking import check_file

MACHINES = sorted((ROOT / "boards" / "machines").glob("*.yaml"))
SCENARIOS = sorted(path for path in (ROOT / "scenarios").rglob("*.yaml") if "conformance" not in path.parts)


def test_what_is_shipped_is_what_the_package_looks_for() -> None:
    setup = (ROOT / "setup.py").read_text(encoding="utf-8")
    assert f"SHIPPED = {FOLDERS!r}".replace("'", '"') in setup
    for name in FOLDERS:
        assert f"graft {name}" in (ROOT / "MANIFEST.in").read_text(encoding="utf-8")
        assert any(folder(name).rglob("*.*")), name
    assert (ROOT / "switchsim" / "py.typed").is_file()


def test_every_prompt_is_short_speech_at_8_khz() -> None:
    import wave

    for path in sorted((ROOT / "prompts").glob("*.wav")):
        with wave.open(str(path)) if path.read_bytes()[20:22] == b"\1\0" else path.open("rb") as opened:
            rate = opened.getframerate() if isinstance(opened, wave.Wave_read) else int.from_bytes(
                path.read_bytes()[24:28], "little")
        assert rate == 8000, path.name
        assert path.stat().st_size < 200_000, path.name


@pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.stem)
def test_every_machine_can_be_built(path: Path) -> None:
    build(path, seed=1, journal_sink=len)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_fits_its_machine(path: Path) -> None:
    assert check_file(str(path)).problems == ()


def test_every_alarm_and_board_has_both_languages() -> None:
    for name, kind in load_kinds().items():
        for zh, en in [(kind.kind.zh, kind.kind.en), *((row.zh, row.en) for row in kind.kind.alarms.values())]:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in zh), f"{name}: {zh!r} is no Chinese"
            assert en.isascii(), f"{name}: {en!r}"
            assert en


def test_the_schemas_are_current() -> None:
    words = [sys.executable, "tools/make_schemas.py", "--check"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + "make schemas"


def test_every_dependency_is_documented_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(row for rows in project["optional-dependencies"].values() for row in rows)]
    wanted = {re.split(r"[><=!~ ]", row)[0] for row in asked}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").partition("## Outside judges")[0]
    lines = [line.strip("|") for line in text.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    named = {name.strip() for row in rows if row[0] != "package" for name in row[0].split(",")}
    assert named == wanted
    assert all(len(row) == 3 and row[1] and row[2] for row in rows)


def test_hooks_before_a_commit_are_what_lint_does() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    lint = re.findall(r"^\t\$\(BIN\)/([\w-]+)", (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2]
                      .partition("\n\n")[0], re.MULTILINE)  # fmt: skip
    assert re.findall(r"entry: \.venv/bin/([\w-]+)", hooks) == lint == ["ruff", "mypy", "lint-imports"]
