"""No.7: one link full in both directions, and complete ISUP calls of the full machine over 16 links, 8 and one.

A round is one simulated second on one core, everything journalled. `python benches/bench_signalling.py` says instead
which layer takes which share of the machine's time.
"""

from __future__ import annotations

import cProfile
import pstats
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from machine_load import FULL_SS7, SECOND, Counts, announcing_machine, load, machine
from signalling_load import UNIT_OCTETS, full_link

ROUNDS = 10
THREE_SECONDS = "{announce: [announcement]}, {hold: 700ms}"
WARM_SECONDS = 6
ONE_LINK_RATE = 130
"""Calls a second at which the forward direction of one link is nearly full: an IAM and a RLC a call."""

LAYERS = (
    ("native core", ("swd_", "_native")),
    ("its Python face", ("dsp/",)),
    ("MTP2", ("proto/mtp2/", "terminals/level2.py", "terminals/units.py", "terminals/breaking.py", "terminals/rules.py",
              "terminals/measuring.py")),
    ("MTP3", ("proto/mtp3/", "terminals/point.py")),
    ("ISUP", ("proto/isup/", "terminals/users.py")),
    ("call processing", ("firmware/",)),
    ("boards, bus", ("hardware/",)),
    ("far end's people and load", ("farend/",)),
    ("journal", ("kernel/journal.py", "msgspec.json", "machine_load.py")),
    ("kernel: time, wires, timers", ("kernel/", "model/", "units.py", "heapq")),
)  # fmt: skip
"""Layer -> what its functions have in their file or name; the first that fits."""


def rounds(benchmark: Any, kernel_run: Any, start: int, what: str, bound: str, **more: object) -> float:
    """Run ROUNDS seconds; returns the median's multiple of real time."""
    now = [start]

    def second() -> None:
        now[0] += SECOND
        kernel_run(now[0])

    benchmark.pedantic(second, rounds=ROUNDS, iterations=1)
    multiple = 1 / benchmark.stats["median"]
    benchmark.extra_info.update(what=what, bound=bound, multiple=round(multiple, 1), **more)
    print(f"\n{what}: {multiple:.1f} times real time")
    return multiple


def test_bench_full_link(benchmark: Any) -> None:
    assert sum(UNIT_OCTETS) == 40 * len(UNIT_OCTETS)
    counts = Counts()
    kernel, near, far = full_link(counts)
    kernel.run(2 * SECOND)
    before, lines = near.state.received + far.state.received, counts.lines
    multiple = rounds(benchmark, kernel.run, 2 * SECOND, "one link, full both ways: units of 40 octets on average",
                      "Python: MTP2 at both ends, two journal lines a message and direction")  # fmt: skip
    messages = near.state.received + far.state.received - before
    assert messages > 2 * 190 * ROUNDS, "8000 octets a second, less flags and stuffing"
    assert counts.lines - lines >= messages, "each is journalled where it leaves or comes"
    assert multiple > 20
    print(f"{messages // ROUNDS} messages a second, {messages * multiple / ROUNDS:.0f} a second of one core")


@pytest.mark.parametrize(("links_count", "rate"), [(16, 305), (8, 305), (1, ONE_LINK_RATE)])
def test_bench_isup_calls_a_second(benchmark: Any, tmp_path: Path, links_count: int, rate: int) -> None:
    counts = Counts()
    bench = machine(announcing_machine(tmp_path, THREE_SECONDS, links_count), counts, load(rate))
    bench.run(WARM_SECONDS * SECOND)
    before = counts.records
    links = f"{links_count} links" if links_count > 1 else "one link, nearly full"
    multiple = rounds(benchmark, bench.run, WARM_SECONDS * SECOND, f"ISUP, {rate} calls a second over {links}",
                      "Python: see the shares below", rate=rate)  # fmt: skip
    done = counts.records - before
    assert done == pytest.approx(rate * ROUNDS, abs=rate // 10), "calls are completed as fast as they come"
    benchmark.extra_info.update(calls_a_second=round(rate * multiple), lines_a_call=counts.lines // counts.answered)
    print(f"{rate * multiple:.0f} complete calls a second of one core")


def test_bench_idle_links(benchmark: Any) -> None:
    bench = machine(FULL_SS7, Counts())
    bench.run(WARM_SECONDS * SECOND)
    rounds(benchmark, bench.run, WARM_SECONDS * SECOND, "full machine on No.7, idle: 16 links with fill-in units",
           "fill-in units in the native core, 32 transmitters and 48 receivers")  # fmt: skip


# -- who takes the time ------------------------------------------------------------------------------------------------


Layers = Sequence[tuple[str, tuple[str, ...]]]


def layer_of(file: str, name: str, layers: Layers = LAYERS) -> str:
    """The layer of a function as cProfile names it; "" for built-in ones that any layer calls."""
    where = f"{file}:{name}"
    return next((layer for layer, words in layers if any(word in where for word in words)), "")


def shares(profile: cProfile.Profile, layers: Layers = LAYERS) -> list[tuple[str, float]]:
    """(layer, percent of the time), the largest first; what built-in functions take counts for their callers."""
    found: Counter[str] = Counter()
    for (file, _, name), (_, _, own, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        layer = layer_of(file, name, layers)
        if layer:
            found[layer] += own
            continue
        for (from_file, _, from_name), (_, _, part, _) in callers.items():
            found[layer_of(from_file, from_name, layers) or "other"] += part
    whole = sum(found.values())
    return [(layer, 100 * seconds / whole) for layer, seconds in found.most_common()]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = machine(announcing_machine(Path(folder), THREE_SECONDS, 16), Counts(), load(305))
        bench.run(WARM_SECONDS * SECOND)
        profile = cProfile.Profile()
        profile.runcall(bench.run, (WARM_SECONDS + 3) * SECOND)
    print("305 ISUP calls a second over 16 links, shares of the time (with the profiler's own weight):")
    for layer, percent in shares(profile):
        print(f"{layer:28} {percent:5.1f} %")


if __name__ == "__main__":
    main()
