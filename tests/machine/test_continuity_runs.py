"""Continuity checks and whole runs: switchover, determinism, snapshots, scenarios."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from continuity_bench import FIRST, LINES, PROGRAM, Checked
from office_bench import MACHINES, agent
from whole_runs import ROOT, Inside, command, prepared

from switchsim.assembly import build
from switchsim.errors import BadInput
from switchsim.kernel.snapshot import restore, take
from switchsim.units import seconds

# -- switchover, determinism -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["e1-0", "e1-3"])
def test_a_switchover_ends_checks_and_resets_their_circuits(line: str) -> None:
    """The new processor knows what the old one had begun: no tone, loop or receiver is left behind."""
    bench = Checked()
    bench.loops("late", late=450)
    bench.ask_every(1)
    bench.dial(line)
    bench.fault("stuck_timeslot", {"line": line, "timeslot": 2}, until=bench.now + seconds(3), octet=0xD5)
    bench.far_call(line)
    bench.fault("mpu_kill", {"processor": "a"}, until=bench.now + seconds(8))
    taken = bench.wait("ProcessorActive", seconds(3))
    bench.run(seconds(14))
    program = taken.place
    assert {ts for on, ts, what in bench.checked(program, taken.at) if on == line and what == "off"} >= {1, 2}
    assert bench.states(line, FIRST)[-1] == "idle"
    bench.quiet()
    bench.ask_every(0)
    bench.close(seconds(8))


def journal(batch: int = 160, every_call: int = 2) -> str:
    """The digest of a run in which checks succeed, fail, and are repeated."""
    bench = Checked(batch=batch)
    bench.ask_every(every_call)
    bench.fault("stuck_timeslot", {"line": "e1-2", "timeslot": FIRST}, until=bench.now + seconds(3), octet=0xD5)
    for line in LINES:
        bench.dial(line)
        bench.far_call(line)
        bench.far_call(line)
    bench.run(seconds(4))
    return hashlib.blake2b(b"".join(bench.lines), digest_size=32).hexdigest()


def test_the_journal_depends_on_neither_hash_seed_nor_batch() -> None:
    here = Path(__file__).parent
    begin = f"import sys; sys.path.insert(0, {str(here)!r}); from test_continuity_runs import journal; "
    found = [
        subprocess.run([sys.executable, "-c", f"{begin}print(journal({batch}))"],
                       env=os.environ | {"PYTHONHASHSEED": seed}, cwd=here.parents[1], capture_output=True, text=True,
                       timeout=60, check=True).stdout.strip()
        for seed, batch in (("1", 1), ("2", 8))
    ]  # fmt: skip
    assert found[0] == found[1] == journal()
    assert found[0] != journal(every_call=3)


def test_a_snapshot_in_the_middle_of_checks_goes_on_as_the_run_did() -> None:
    bench = Checked()
    bench.ask_every(1)
    bench.loops("late", late=200)
    for line in LINES:
        bench.dial(line)
        bench.far_call(line)
    snapshot, at, so_far = take(bench.machine.kernel), bench.now, sum(map(len, bench.lines))
    assert {what for _, _, what in bench.checked(PROGRAM)} == {"send", "loop"}
    lines: list[bytes] = []
    again = build(MACHINES / "checked.yaml", seed=1, agents=[agent()], journal_sink=lines.append)
    restore(again.kernel, snapshot)
    again.run(at + seconds(3))
    bench.run(seconds(3))
    assert b"".join(lines) == b"".join(bench.lines)[so_far:] != b""
    assert len([e for e in bench.events("ContinuityCheck", place=PROGRAM) if e.what == "heard"]) == len(LINES)


# -- scenarios ---------------------------------------------------------------------------------------------------------


def test_the_shipped_scenario_passes(tmp_path: Path) -> None:
    told = command(["run", str(ROOT / "scenarios" / "smoke" / "continuity.yaml"), "--out", str(tmp_path / "run")],
                   tmp_path, {})  # fmt: skip
    assert "PASSED continuity seed 23" in told


def test_an_exchange_that_knows_no_continuity_check_is_not_told_of_any(tmp_path: Path) -> None:
    text = """
        {format: 1, title: none, machine: b_type_small, seed: 1, seconds: 1,
         timeline: [{at: 0s, act: {who: exchange e1-0, do: check_every, value: 2}}]}"""
    with pytest.raises(BadInput, match="exchange e1-0 can not 'check_every'"):
        Inside(prepared(tmp_path, text))
