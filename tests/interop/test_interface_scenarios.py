"""Shipped scenarios in which a sample program outlives what testers break on its connections."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Final

import pytest

from switchsim.cli.main import run_command_line

SCENARIOS: Final = Path(__file__).resolve().parents[2] / "scenarios" / "faults" / "interfaces"
FAST: Final = ("menu_ivr",)
"""Those that the suite runs; the others take as long as their pace wants."""


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_can_be_run(path: Path) -> None:
    assert run_command_line(["check", str(path)]) == 0


@pytest.mark.parametrize("name", FAST)
def test_the_sample_program_recovers(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    out = tmp_path / "run"
    assert run_command_line(["run", str(SCENARIOS / f"{name}.yaml"), "--quiet", "--out", str(out)]) == 0
    faults = json.loads((out / "verdict.json").read_text())["faults"]
    assert [fault["fault"] for fault in faults if fault["fired"] < 0] == []
    assert len(faults) >= 3
