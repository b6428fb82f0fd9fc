"""The shipped fault scenarios pass; a run full of calls and faults is the same in any batch, and after any snapshot."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from office_bench import Bench
from rack_bench import rush, small

from switchsim.errors import ExitCode
from switchsim.kernel.snapshot import restore, take
from switchsim.model.order import Act
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import ms, seconds

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "scenarios" / "faults").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_fault_scenario_passes(path: Path, tmp_path: Path) -> None:
    finished = run(prepare(path), RunOptions(out=tmp_path / "run"), Teller(), StopSignal())
    assert finished.exit_code == ExitCode.PASSED


def eventful(batch: int = 160) -> Bench:
    """The small machine; faults and what agents do are orders for cycles that no tick and no batch knows."""
    bench = small("8s", settle=8, batch=batch, rate="150/min", numbers=("10061", "10061", "10060", "2001"))
    acts: list[tuple[int, str, dict[str, Any]]] = [
        (seconds(4) + 3, "consult", {"number": "1016"}), (seconds(5) + 5, "conference", {}),
        (seconds(6) + 1, "release", {}), (seconds(7) + 6, "busy", {}),
    ]  # fmt: skip
    for at, act, values in acts:
        for seat in ("1001", "1002", "1003", "1004"):
            bench.machine.order(at, f"farend/agent/{seat}", Act(act, values))
    bench.machine.order(seconds(5) + 1, "farend/agent/1010", Act("listen_in", {"seat": "1005"}))
    faults = (("mpu_kill", {"processor": "a"}, ms(5_503)), ("board_pull", {"board": "frame/0/slot/5"}, ms(6_001)),
              ("line_cut", {"line": "e1-1"}, ms(6_502)), ("receiver_failure", {"receiver": 2}, ms(4_000)))  # fmt: skip
    for name, where, at in faults:
        bench.fault(name, where, at=at + 3, until=at + seconds(2) + 5)  # type: ignore[arg-type]
    return bench


def journal(bench: Bench) -> bytes:
    return b"".join(bench.lines)


@pytest.fixture(scope="module")
def usual() -> bytes:
    bench = eventful()
    bench.machine.run(seconds(12))
    return journal(bench)


def test_the_run_is_eventful(usual: bytes) -> None:
    for kind in (b'"conference"', b'"listening"', b'"processor_active"', b'"fault_undone"', b'"held"', b'"menu"'):
        assert kind in usual, kind


@pytest.mark.parametrize("batch", [1, 8, 64])
def test_the_batch_never_changes_the_journal(batch: int, usual: bytes) -> None:
    bench = eventful(batch)
    bench.machine.run(seconds(12))
    assert journal(bench) == usual


@pytest.mark.parametrize("number", range(10))
def test_restored_at_any_cycle_it_goes_on_the_same(number: int, usual: bytes) -> None:
    at = Random(number).randrange(seconds(3), seconds(10))
    first = eventful()
    first.machine.run(at)
    octets = take(first.machine.kernel)
    second = Bench(machine="b_type_small", seed=1, settle=0,
                   load=[rush("8s", rate="150/min", numbers=("10061", "10061", "10060", "2001"))])  # fmt: skip
    restore(second.machine.kernel, octets)
    before = len(second.lines)
    second.machine.run(seconds(12))
    assert usual.endswith(b"".join(second.lines[before:]))
    assert len(b"".join(second.lines[before:])) == len(usual) - len(journal(first))
