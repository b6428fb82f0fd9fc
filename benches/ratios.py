"""The speed table: what each bench's ratio must and should be, what was measured, and how that differs from before.

A bench writes its rows with `--json PATH`: {"isa": ..., "cpu": ..., "rows": [{"id", "ratio", "ours", "peer", "unit"}]}.
`python benches/ratios.py` runs them all, prints the table, writes `.benchmarks/ratios.json` and compares it with the
run of the same processor in `benches/ratios_before.json`, which keeps one a processor; `--keep` puts this one there. A
row that fell by more than 15 % is flagged, not failed: ratios of one run hardly drift, but hosts differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any, NamedTuple

HERE = Path(__file__).parent
RESULTS = HERE.parent / ".benchmarks" / "ratios.json"
BEFORE = HERE / "ratios_before.json"
DROP = 0.15
Work = Callable[[], object]


class Row(NamedTuple):
    """One line of the table; `must` and `aim` are ratios to the peer, or multiples of real time."""

    id: str
    what: str
    must: float
    aim: float


TABLE = (
    Row("dtmf/avx512", "DTMF bank, 2048 channels, against libspandsp's dtmf_rx, AVX-512", 24, 40),
    Row("dtmf/avx2", "the same, AVX2", 9, 14),
    Row("dtmf/sse2", "the same, SSE2", 3, 5),
    Row("mfc/avx512", "MFC bank against libspandsp's r2_mf_rx, AVX-512", 20, 30),
    Row("switching/memcpy", "switching, rows of 8 cycles, 2048 slots, against memcpy of the same octets", 0.45, 0.6),
    Row("switching/c", "switching against a plain loop in C, frame by frame", 6, 8),
    Row("switching/numpy", "switching against numpy's fancy indexing, frame by frame", 25, 35),
    Row("hdlc/rx-full", "HDLC receiver, full line, against libspandsp's", 8, 12),
    Row("hdlc/rx-idle", "HDLC receiver, flags, against libspandsp's", 25, 40),
    Row("hdlc/tx-full", "HDLC transmitter, full line, against libspandsp's", 8, 12),
    Row("media/avx512", "media of the full B-type machine, times real time, AVX-512", 60, 120),
    Row("media/avx2", "the same, AVX2", 32, 60),
    Row("wide/switching", "65,536 timeslots switched, times real time", 30, 40),
    Row("wide/banks", "65,536 timeslots with all three banks on each, times real time", 3, 4),
)
IDS = {row.id for row in TABLE}
BENCHES = (
    ("bench_dtmf.py", ("",)), ("bench_mfc.py", ("", "avx2")), ("bench_switching.py", ("",)),
    ("bench_hdlc.py", ("",)), ("bench_media.py", ("", "avx2")),
)  # fmt: skip
"""Program and the instruction sets to run it with; "": the host's best."""


def processor() -> str:
    """The host's processor, as Linux calls it."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


class Took(float):
    """CPU seconds of a work: the median of `rounds`."""

    rounds: tuple[float, ...]

    def __new__(cls, rounds: Sequence[float]) -> Took:
        one = super().__new__(cls, median(rounds))
        one.rounds = tuple(rounds)
        return one

    def times(self, other: Took) -> float:
        """How many times as long: the median of the rounds' own quotients, in which slow moments of the host cancel."""
        return median(mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True))


def side_by_side(works: Sequence[Work], rounds: int) -> list[Took]:
    """What each work takes, of this thread alone (numpy's helpers spin).

    They take turns, so that a slow moment of the host hits them alike.
    """
    took: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for work, times in zip(works, took, strict=True):
            start = thread_time()
            work()
            times.append(thread_time() - start)
    return [Took(times) for times in took]


def measured(row_id: str, ours: float, peer: float, unit: str) -> dict[str, Any]:
    """A bench's row: both rates in the same unit."""
    return {"id": row_id, "ratio": ours / peer, "ours": ours, "peer": peer, "unit": unit}


def compared(row_id: str, ours: tuple[float, Took], peer: tuple[float, Took], unit: str) -> dict[str, Any]:
    """A bench's row of two that took turns: how much each did in a round, and what the rounds took."""
    (done, took), (by_peer, peer_took) = ours, peer
    row = measured(row_id, done / took, by_peer / peer_took, unit)
    return row | {"ratio": done / by_peer * peer_took.times(took)}


def figures(row: dict[str, Any], before: str = "") -> str:
    """Both rates in words."""
    ours, peer = (f"{row[name]:,.{0 if row[name] >= 100 else 2}f}" for name in ("ours", "peer"))
    return f"{before}{ours} against {peer} {row['unit']}" if row["peer"] != 1 else f"{before}{ours} {row['unit']}"


def report(rows: Sequence[dict[str, Any]], isa: str, path: Path | None) -> None:
    """Print a bench's rows, and write them to `path` when it is given."""
    for row in rows:
        print(f"{row['id']:26} {row['ratio']:8.2f} x   {figures(row)}", flush=True)
    if path is not None:
        found = {"isa": isa, "cpu": processor(), "rows": list(rows)}
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def json_argument() -> Path | None:
    """The path given with --json, of a bench that has no other arguments."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    path: Path | None = parser.parse_args().json
    return path


def run_bench(program: str, isa: str) -> list[dict[str, Any]]:
    """The rows that one bench writes; none when it cannot run with that instruction set."""
    environment = {**os.environ, **({"SWITCHSIM_ISA": isa} if isa else {})}
    with tempfile.TemporaryDirectory() as where:
        path = Path(where, "rows.json")
        command = [sys.executable, str(HERE / program), "--json", str(path)]
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode or not path.exists():
            print(f"{program} {isa}: not measured: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            return []
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return found


def collect() -> dict[str, dict[str, Any]]:
    """Id -> row of everything measured, the first where two benches measure the same."""
    rows: dict[str, dict[str, Any]] = {}
    for program, isas in BENCHES:
        for isa in isas if (HERE / program).exists() else ():
            for row in run_bench(program, isa):
                rows.setdefault(row["id"], row)
    return rows


def verdict(row: Row, ratio: float | None) -> str:
    if ratio is None:
        return "not measured"
    if ratio < row.must:
        return "**short of must**"
    return "aim reached" if ratio >= row.aim else "ok"


def change(now: dict[str, Any] | None, before: dict[str, Any] | None) -> str:
    """How much the ratio moved since the run that is kept."""
    if now is None or before is None:
        return ""
    moved = now["ratio"] / before["ratio"] - 1
    return f"{moved:+.0%}" + (" **slower**" if moved < -DROP else "")


def kept_runs() -> dict[str, dict[str, dict[str, Any]]]:
    """Processor -> rows of the run that is kept of it, by id."""
    if not BEFORE.exists():
        return {}
    kept = json.loads(BEFORE.read_text(encoding="utf-8"))
    return {run["cpu"]: {row["id"]: row for row in run["rows"]} for run in kept}


def keep(found: dict[str, Any]) -> None:
    """Make this the run that is kept of its processor."""
    runs = {cpu: {"cpu": cpu, "rows": list(rows.values())} for cpu, rows in kept_runs().items()}
    runs[found["cpu"]] = found
    BEFORE.write_text(json.dumps([runs[cpu] for cpu in sorted(runs)], indent=1) + "\n", encoding="utf-8")


def line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def table(rows: dict[str, dict[str, Any]]) -> str:
    """The table in Markdown: rows of this processor, and what was measured on each other of which a run is kept."""
    others = kept_runs()
    before = others.pop(processor(), {})
    head = ["what", "must", "aim", "measured", "", "ours against theirs", "since the kept run"]
    lines = [line([*head, *(f"{cpu}, kept" for cpu in others)]),
             line(["---", "---:", "---:", "---:", "---", "---", "---:", *("---:" for _ in others)])]  # fmt: skip
    for row in TABLE:
        now = rows.get(row.id)
        ratio, both = (f"{now['ratio']:.2f}", figures(now)) if now else ("", "")
        told, moved = verdict(row, now["ratio"] if now else None), change(now, before.get(row.id))
        elsewhere = [f"{kept[row.id]['ratio']:.2f}" if row.id in kept else "" for kept in others.values()]
        lines.append(line([row.what, f"{row.must:g}", f"{row.aim:g}", ratio, told, both, moved, *elsewhere]))
    besides = [figures(row, f"- {name}: {row['ratio']:.2f}, ") for name, row in rows.items() if name not in IDS]
    return "\n".join([*lines, "", "Besides:", "", *besides]) + "\n"


def load() -> dict[str, dict[str, Any]]:
    """What the last run wrote."""
    return {row["id"]: row for row in json.loads(RESULTS.read_text(encoding="utf-8"))["rows"]}


def main() -> None:
    """Measure everything, write it down, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true", help="later runs on this processor are compared with this one")
    to_keep: bool = parser.parse_args().keep
    rows = collect()
    RESULTS.parent.mkdir(exist_ok=True)
    found = {"cpu": processor(), "rows": list(rows.values())}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(table(rows), end="")
    if to_keep:
        keep(found)


if __name__ == "__main__":
    main()
