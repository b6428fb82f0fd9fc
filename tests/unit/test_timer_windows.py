"""Timers of a machine file outside the windows of their standards: told, and taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from switchsim.assembly import build
from switchsim.cli.check import command as check
from switchsim.cli.run import command as run
from switchsim.proto.isup.timers import TIMERS as ISUP
from switchsim.proto.mtp2.state import PCR_TIMERS
from switchsim.proto.mtp2.state import TIMERS as MTP2
from switchsim.proto.mtp3.config import TEST_WINDOWS, WINDOWS
from switchsim.proto.r2.timers import TIMERS as R2
from switchsim.proto.tup.timers import TIMERS as TUP
from switchsim.proto.windows import Outside, outside
from switchsim.units import ms, seconds

MACHINE = Path(__file__).parents[2] / "boards" / "machines" / "two_links_ss7.yaml"


def machine(folder: Path, *timers: str, pcr: bool = False) -> Path:
    """Its timers stand in lines of their own; the first is one below `timers:`."""
    text = MACHINE.read_text(encoding="utf-8").replace(
        "  own: 1\n", "  own: 1\n  timers:\n" + "".join(f"    {timer}\n" for timer in timers))
    if pcr:
        text = text.replace("{to: city, links", "{to: city, method: pcr, links")
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("windows", [MTP2, PCR_TIMERS, WINDOWS, TEST_WINDOWS, ISUP, TUP, R2])
def test_every_default_is_in_its_window(windows: dict[str, tuple[int, int, int, str]]) -> None:
    assert outside({name: row[1] for name, row in windows.items()}, windows) == []


def test_the_bounds_are_inside_and_what_has_no_window_is_never_outside() -> None:
    values = {"t6": seconds(4), "t7": seconds(67), "tnone": 0}
    (row,) = outside(values, TUP)
    assert row == Outside("t7", seconds(67), seconds(54), seconds(66), "stop repeating clear forward")
    assert outside({"t7": ms(500)}, MTP2) == []
    assert [row.low for row in outside({"t7": ms(500)}, PCR_TIMERS)] == [ms(800)]


@pytest.mark.parametrize(("timer", "told"), [
    ("isup.t7: 5s", "isup.t7: 5s is outside 20..30 s (Q.764 2.9.8.3)"),
    ("mtp2.t5: 200ms", "mtp2.t5: 200ms is outside 80..120 ms (Q.703 12.3)"),
    ("mtp2.t4n: 7499875us", "mtp2.t4n: 7.499875s is outside 7.5..9.5 s (Q.703 12.3)"),
    ("mtp3.t1: 2s", "mtp3.t1: 2s is outside 0.5..1.2 s (Q.704 16.8)"),
    ("slt.t2: 10s", "slt.t2: 10s is outside 30..90 s (Q.707 5.5)"),
    ("tup.t6: 3s", "tup.t6: 3s is outside 4..15 s (Q.724: release guard)"),
])  # fmt: skip
def test_check_tells_a_value_outside_and_the_file_is_good(timer: str, told: str, tmp_path: Path) -> None:
    path = machine(tmp_path, "isup.t1: 15s", timer)
    line = path.read_text(encoding="utf-8").splitlines().index(f"    {timer}") + 1
    result = CliRunner().invoke(check, [str(path)], standalone_mode=False)
    assert result.return_value == 0
    assert result.stderr == f"{path}:{line}: warning: {told}\n"
    assert result.stdout == f"{path}: good\n"


def test_timers_of_r2_lines_are_told_too(tmp_path: Path) -> None:
    text = MACHINE.with_name("one_e1_r2.yaml").read_text(encoding="utf-8")
    path = tmp_path / "m.yaml"
    timers = "{kind: r2, timers: {seize_ack: 50ms, guard: 100ms, release: 200s}}"
    path.write_text(text.replace("{kind: r2}", timers), encoding="utf-8")
    line = text.splitlines().index("    signalling: {kind: r2}") + 1
    result = CliRunner().invoke(check, [str(path)], standalone_mode=False)
    assert result.return_value == 0
    assert result.stderr.splitlines() == [
        f"{path}:{line}: warning: seize_ack: 0.05s is outside 0.1..2 s"
        " (3.2.3.2: seizing acknowledgement; 1..2 s by satellite)",
        f"{path}:{line}: warning: release: 200s is outside 3..180 s (3.2: release guard, or clear-forward; alarm)",
    ]


def test_the_window_is_another_with_preventive_cyclic_retransmission(tmp_path: Path) -> None:
    for pcr, told in ((False, 0), (True, 1)):
        path = machine(tmp_path, "mtp2.t7: 500ms", "mtp3.t18: 20s", pcr=pcr)
        assert len(build(path, seed=1, journal_sink=bytearray().extend).warnings) == told


def test_a_run_begins_with_them(tmp_path: Path) -> None:
    machine(tmp_path, "mtp3.t1: 2s")
    scenario = tmp_path / "s.yaml"
    scenario.write_text("format: 1\nmachine: m\nseconds: 1\n", encoding="utf-8")
    result = CliRunner().invoke(run, [str(scenario), "--out", str(tmp_path / "run")], standalone_mode=False)
    assert result.return_value == 0
    assert "m.yaml:" in result.stdout.splitlines()[0]
    assert result.stdout.splitlines()[0].endswith("warning: mtp3.t1: 2s is outside 0.5..1.2 s (Q.704 16.8)")
    assert CliRunner().invoke(check, [str(scenario)], standalone_mode=False).stderr.count("warning") == 1
