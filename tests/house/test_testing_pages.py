"""The pages that test one's own software: the steps of their `What to break next` are good ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sources import ROOT

from switchsim.cli.main import run_command_line

PAGES = ("testing_your_ivr.md", "testing_your_ccs.md")
HEAD = """\
format: 1
machine: call_centre
seconds: 100
sut: {ami: "127.0.0.1:0", insecure_no_auth: true, command: [python, program.py], agi: [AGI]}
timeline:
"""


def steps(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition("\n## What to break next\n")[2]
    return re.findall(r"(\{(?:at|on): .*?\})(?=`|\]`)", text)


@pytest.mark.parametrize("page", PAGES)
def test_what_is_to_be_broken_can_be(page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = steps(page)
    assert len(found) > 5
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    urls = re.findall(r'`agi: \["(.*?)"\]`', text) or ["10060=agi://127.0.0.1:4573/menu"]
    scenario = HEAD.replace("AGI", f'"{urls[0]}"') + "".join(f"  - {step}\n" for step in found)
    (tmp_path / "s.yaml").write_text(scenario, encoding="utf-8")
    assert run_command_line(["check", str(tmp_path / "s.yaml")]) == 0, capsys.readouterr().err


def test_a_step_that_is_wrong_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = HEAD.replace("AGI", "") + "  - {at: 10s, fault: process_slow, where: {process: vp/0}, delay: 2s}\n"
    (tmp_path / "s.yaml").write_text(scenario, encoding="utf-8")
    assert run_command_line(["check", str(tmp_path / "s.yaml")]) == 2
    assert "delay" in capsys.readouterr().err
