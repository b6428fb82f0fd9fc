"""Puts what was measured into benches/README.md, between its two marks.

That is the speed table (ratios.py), what pytest-benchmark says, and what some programs say.

`make bench` runs it after the benches. Numbers are of the host that ran them, which the table names.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import ratios

HERE = Path(__file__).parent
LATEST = HERE.parent / ".benchmarks" / "latest.json"
README = HERE / "README.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
PROGRAMS = ("ami_clients.py", "bench_agents.py", "bench_signalling.py", "bench_q931.py", "bench_isup_codec.py")


def row(bench: dict[str, Any]) -> str:
    """One bench: a round is one simulated second."""
    facts = bench["extra_info"]
    multiple = 1 / bench["stats"]["median"]
    best = 1 / bench["stats"]["min"]
    calls = facts.get("calls_a_second", "")
    file = Path(bench["fullname"].partition("::")[0]).stem.removeprefix("bench_")
    what = facts.get("what", f"{file}: " + bench["name"].removeprefix("test_bench_").replace("_", " "))
    return f"| {what} | {multiple:.1f} | {best:.1f} | {calls} | {facts.get('bound', '')} |"


def printed(program: str) -> str:
    done = subprocess.run([sys.executable, str(HERE / program)], capture_output=True, text=True, check=True)
    return f"`benches/{program}`:\n\n```text\n{done.stdout.strip()}\n```\n"


def measured() -> str:
    """The part between the marks."""
    benches = json.loads(LATEST.read_text(encoding="utf-8"))["benchmarks"]
    head = ("| bench | times real time (median) | best round | calls a second | bound by |\n"
            "|---|---:|---:|---:|---|\n")  # fmt: skip
    host = f"CPU time of one core: {ratios.processor()}; Python {platform.python_version()}.\n\n"
    speed = ratios.table(ratios.load()) + "\n"
    return host + speed + head + "\n".join(map(row, benches)) + "\n\n" + "\n".join(map(printed, PROGRAMS))


def main() -> None:
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{README.name}: put the marks back: {BEGIN.strip()} and {END.strip()}")
    README.write_text(before + BEGIN + "\n" + measured() + "\n" + END + after, encoding="utf-8")


if __name__ == "__main__":
    main()
