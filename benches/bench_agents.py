"""10,000 agents signed in over CTI on 40 machines, each with its CCS pair; 30 calls a second of 150 s; no speech.

A round is one simulated second on one core with all 4,500 calls up, everything journalled; the time in which they come
is not measured. `python benches/bench_agents.py` says instead which part takes which share of the time.
"""

from __future__ import annotations

import cProfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from agents_load import MACHINES, RAMP_SECONDS, RATE, SEATS, START_SECONDS, TALK_SECONDS, agents
from bench_signalling import shares
from machine_load import SECOND, Counts

from switchsim.callcentre.ccs.server import Ccs

ROUNDS = 60
PROFILED_SECONDS = 20
STEADY_SECONDS = START_SECONDS + RAMP_SECONDS + 2

PARTS = (
    ("native core", ("swd_", "_native")),
    ("its Python face", ("dsp/", "assembly/share.py", "assembly/silent.py")),
    ("CCS", ("callcentre/ccs/",)),
    ("CTI link and its mirrors", ("callcentre/cti_", "callcentre/view.py", "callcentre/appl", "model/cti.py")),
    ("other processes, letters", ("callcentre/",)),
    ("what the switch tells", ("firmware/reference/cti", "firmware/reference/orders")),
    ("call processing", ("firmware/",)),
    ("Q.921, Q.931", ("proto/",)),
    ("boards, bus", ("hardware/", "terminals/")),
    ("far end's people and load", ("farend/",)),
    ("journal", ("kernel/journal.py", "msgspec.json", "machine_load.py")),
    ("kernel: time, wires, timers", ("kernel/", "model/", "units.py", "heapq", "assembly/ward.py")),
)  # fmt: skip
"""Part -> what its functions have in their file or name; the first that fits."""


def test_bench_ten_thousand_agents(benchmark: Any, tmp_path: Path) -> None:
    counts = Counts()
    plant = agents(tmp_path, counts)
    plant.run(STEADY_SECONDS * SECOND)
    up = counts.answered - counts.records
    assert up == pytest.approx(RATE * TALK_SECONDS, rel=0.03), "all calls of the steady state are up"
    assert sum(signed_in(part) for part in plant.kernel.parts.values()) == 2 * MACHINES * SEATS, "at both of each pair"
    now, before = [STEADY_SECONDS * SECOND], counts.records

    def second() -> None:
        now[0] += SECOND
        plant.run(now[0])

    benchmark.pedantic(second, rounds=ROUNDS, iterations=1)
    done = counts.records - before
    assert done == pytest.approx(RATE * ROUNDS, rel=0.1), "calls end as fast as they come"
    multiple = 1 / benchmark.stats["median"]
    what = f"control plane, 10,000 agents on {MACHINES} machines with CCS, {RATE} calls a second of {TALK_SECONDS} s"
    benchmark.extra_info.update(what=what, multiple=round(multiple, 1), calls_a_second=round(RATE * multiple),
                                bound="Python: letters between processes, frames, call processing")  # fmt: skip
    print(f"\n{what}: {multiple:.1f} times real time, {up} calls up")


def signed_in(part: object) -> int:
    """Agents whom a CCS knows as signed in."""
    return sum(seat.state != "signed_out" for seat in part.state.switch.seats.values()) if isinstance(part, Ccs) else 0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        plant = agents(Path(folder), Counts())
        plant.run(STEADY_SECONDS * SECOND)
        profile = cProfile.Profile()
        profile.runcall(plant.run, (STEADY_SECONDS + PROFILED_SECONDS) * SECOND)
    print(f"{MACHINES * SEATS} agents, {RATE} calls a second, shares of the time (with the profiler's own weight):")
    for part, percent in shares(profile, PARTS):
        print(f"{part:28} {percent:5.1f} %")


if __name__ == "__main__":
    main()
