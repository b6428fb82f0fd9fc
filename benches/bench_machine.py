"""The whole machine, kernel and control plane included: idle, every circuit in talk, and calls a second.

A round is one simulated second on one core. Each bench says, with what it measured, what bounds it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from machine_load import CIRCUITS, FULL, SECOND, Counts, announcing_machine, load, machine

from switchsim.assembly.built import Machine

ROUNDS = 12
LONG = f"{{announce: [{', '.join(['announcement'] * 16)}]}}, {{hold: 600s}}"
"""36 s of announcements, then quiet: longer than a bench lasts."""
QUIET = "{hold: 600s}"
THREE_SECONDS = "{announce: [announcement]}, {hold: 700ms}"
FILL_RATE = 450


def measure(benchmark: Any, bench: Machine, what: str, bound: str, **more: object) -> float:
    """Run ROUNDS seconds; returns the median's multiple of real time."""
    now = [bench.kernel.now]

    def second() -> None:
        now[0] += SECOND
        bench.run(now[0])

    benchmark.pedantic(second, rounds=ROUNDS, iterations=1)
    multiple = 1 / benchmark.stats["median"]
    benchmark.extra_info.update(what=what, bound=bound, multiple=round(multiple, 1), **more)
    print(f"\n{what}: {multiple:.1f} times real time")
    return multiple


def test_bench_idle(benchmark: Any) -> None:
    bench = machine(FULL, Counts())
    bench.run(2 * SECOND)
    measure(benchmark, bench, "full machine, idle",
            "heartbeats and LAPD polls in Python; the native core skips what does not change")  # fmt: skip


@pytest.mark.parametrize(("steps", "back"), [(LONG, "an announcement"), (QUIET, "quiet")], ids=["speech", "quiet"])
def test_bench_every_circuit_in_talk(benchmark: Any, tmp_path: Path, steps: str, back: str) -> None:
    counts = Counts()
    bench = machine(announcing_machine(tmp_path, steps), counts, load(FILL_RATE, most_calls=CIRCUITS))
    bench.run(7 * SECOND)
    assert counts.answered == CIRCUITS, "every circuit is in talk"
    multiple = measure(
        benchmark, bench, f"full machine, 1440 circuits in talk: a mark in, {back} out, an ear on it",
        "the native core: the prompts' sources and the ears that know them" if steps == LONG else
        "the native core: marks, sources and rows of 1440 circuits")  # fmt: skip
    assert counts.records == 0, "all of them stayed in talk"
    assert multiple > 1


@pytest.mark.parametrize(("rate", "name"), [(305, "1.1 million a busy hour"), (450, "nearly all circuits busy")])
def test_bench_calls_a_second(benchmark: Any, tmp_path: Path, rate: int, name: str) -> None:
    counts = Counts()
    bench = machine(announcing_machine(tmp_path, THREE_SECONDS), counts, load(rate))
    bench.run(6 * SECOND)
    before = counts.records
    bound = "Python: Q.921 and Q.931 at both ends, the bus, call processing, the journal"
    multiple = measure(benchmark, bench, f"control plane, {rate} calls a second ({name})", bound, rate=rate)
    done = counts.records - before
    assert done == pytest.approx(rate * ROUNDS, abs=rate // 20), "calls are completed as fast as they come"
    lines_a_call = round(counts.lines / counts.answered)
    benchmark.extra_info.update(calls_a_second=round(rate * multiple), lines_a_call=lines_a_call)
    print(f"{rate * multiple:.0f} complete calls a second of one core")
