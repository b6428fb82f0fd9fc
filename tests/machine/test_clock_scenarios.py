"""Clocks disturbed on purpose: every shipped scenario passes, fails without that, and repeats to the octet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from whole_runs import Inside

from switchsim.errors import ExitCode
from switchsim.faults.clock import CLOCK_FAULTS
from switchsim.scenario.prepare import Prepared, prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

FOLDER = Path(__file__).parents[2] / "scenarios" / "faults" / "clock"
SCENARIOS = sorted(FOLDER.glob("*.yaml"))
BY_NAME = {path.stem: path for path in SCENARIOS}


def exit_code(prepared: Prepared, folder: Path) -> ExitCode:
    return run(prepared, RunOptions(out=folder), Teller(), StopSignal()).exit_code


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_passes(path: Path, tmp_path: Path) -> None:
    assert exit_code(prepare(path), tmp_path / "run") == ExitCode.PASSED


@pytest.mark.parametrize("path", SCENARIOS[::4], ids=lambda path: path.stem)
def test_without_what_disturbs_it_a_scenario_fails(path: Path, tmp_path: Path) -> None:
    sound = prepare(path)
    expect = tuple(entry for entry in sound.scenario.expect if entry.kind != "fault")
    sound = replace(sound, scenario=sound.scenario.model_copy(update={"timeline": (), "expect": expect}))
    assert exit_code(sound, tmp_path / "run") == ExitCode.FAILED


def test_every_fault_of_a_clock_has_a_scenario() -> None:
    texts = "".join(path.read_text(encoding="utf-8") for path in SCENARIOS)
    assert [name for name in (*CLOCK_FAULTS, "clock_reference_lost") if f"fault: {name}," not in texts] == []


@pytest.mark.parametrize("name", ["reference_walk", "timing_loop", "no_timing_loop"])
def test_the_batch_never_changes_the_journal(name: str) -> None:
    first, second = (Inside(prepare(BY_NAME[name]), batch) for batch in (160, 8))
    assert first.go() == second.go()


@pytest.mark.parametrize("name", ["wander_above", "quality_drop", "no_timing_loop"])
def test_at_bit_level_and_at_octet_level_the_journal_is_the_same(name: str) -> None:
    """Slips, status messages in Sa bits, two machines."""
    octets, bits = Inside(prepare(BY_NAME[name])), Inside(prepare(BY_NAME[name]), bits=True)
    assert octets.go() == bits.go()
