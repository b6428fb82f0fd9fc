"""The active CCS of the shipped call centre dies at random moments under load: how long it takes, and what calls do.

`python tools/ccs_recovery.py [--moments 20] [--seed 1] [--markdown]` prints a table. Each moment is a run of its own,
with every check of every scenario; exit code 1 when one of them fails, or a caller was not served.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

import msgspec

from switchsim.model.events import CallRecord, CallState, FaultFired, RoleChanged
from switchsim.report.folder import JOURNAL
from switchsim.report.journal import JournalReader
from switchsim.report.recovery import RecoveryWatch
from switchsim.report.result import Outcome
from switchsim.scenario.prepare import prepare
from switchsim.scenario.runner import RunOptions, run
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller
from switchsim.units import CYCLES_PER_SECOND, ms

FIRST_MS, LAST_MS = 6_000, 26_000
"""From when there are calls in every stage, to the end of the load."""
STAGES = ("service", "routing", "queued", "ringing", "talk")
COLUMNS = ("died at [s]", *STAGES, "active [s]", "decides [s]", "calls", "lost", "oracles")
SCENARIO = """\
format: 1
title: The active CCS dies at a random moment
machine: call_centre
seed: {seed}
seconds: 75
load:
  - name: menu
    shape: poisson
    rate: 40/min
    numbers: ["10060"]
    stop: 28s
    patience: 60s
    plan: [{{do: listen, prompt: menu}}, {{do: dial, digits: "1"}}, {{do: wait}}, {{do: speak}}, {{do: hold, time: 6s}}]
  - name: sales
    shape: poisson
    rate: 40/min
    numbers: ["10061"]
    stop: 28s
    patience: 60s
    plan: [{{do: wait}}, {{do: speak}}, {{do: hold, time: 6s}}]
timeline:
  - {{at: {at_ms}ms, fault: process_crash, where: {{process: ccs/a}}, for: 8s}}
"""


class Moment(msgspec.Struct, frozen=True):
    """One run. Times in cycles, `active` and `decides` from the death, -1 = never. stages: calls in each. failed: names
    of checks."""

    died: int
    stages: dict[str, int]
    active: int
    decides: int
    calls: int
    lost: int
    failed: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.failed and not self.lost and self.active >= 0 and self.decides >= 0


def moments(count: int, seed: int) -> list[int]:
    """Milliseconds, ascending."""
    draw = random.Random(seed)
    return sorted(draw.randrange(FIRST_MS, LAST_MS) for _ in range(count))


def killed(at_ms: int, seed: int) -> Moment:
    """Run with the death at that moment."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ccs_dies.yaml"
        file.write_text(SCENARIO.format(seed=seed, at_ms=at_ms), encoding="utf-8")
        finished = run(prepare(file), RunOptions(out=Path(folder) / "run"), Teller(), StopSignal())
        assert finished.verdict is not None
        failed = [one.name for one in finished.verdict.checks if one.outcome is Outcome.FAILED]
        return read(finished.folder / JOURNAL, ms(at_ms), tuple(failed))


def read(journal: Path, died: int, failed: tuple[str, ...]) -> Moment:
    """What the journal tells of the death at cycle `died`."""
    states: dict[int, str] = {}
    watch, talked, active = RecoveryWatch(), Counter[bool](), -1
    fired = False
    at_death: Counter[str] = Counter()
    for record in JournalReader(journal):
        watch.take(record)
        match record.event:
            case CallState(call=call, state=state) if state != "clearing":
                states[call] = state
            case FaultFired() if not fired:
                fired, at_death = True, Counter(states.values())
            case RoleChanged(role="active") if fired and active < 0:
                active = record.at - died
            case CallRecord(call=call, talked=talk):
                talked[talk > 0] += 1
                states.pop(call, None)
    rows = watch.rows()
    return Moment(died, {stage: at_death[stage] for stage in STAGES}, active, rows[0].took if rows else -1,
                  talked.total(), talked[False] + len(states), failed)  # fmt: skip


def cells(row: Moment) -> list[str]:
    times = [f"{cycles / CYCLES_PER_SECOND:.3f}" if cycles >= 0 else "never" for cycles in (row.active, row.decides)]
    stages = [str(row.stages[stage]) for stage in STAGES]
    head = f"{row.died / CYCLES_PER_SECOND:.3f}"
    return [head, *stages, *times, str(row.calls), str(row.lost), " ".join(row.failed) or "hold"]


def table(rows: list[Moment], markdown: bool) -> str:
    lines = [list(COLUMNS), *map(cells, rows)]
    if markdown:
        lines.insert(1, ["---:"] * len(COLUMNS))
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)
    widths = [max(len(line[index]) for line in lines) for index in range(len(COLUMNS))]
    return "".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) + "\n"
                   for line in lines)  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", action="store_true")
    wanted = parser.parse_args(arguments)
    rows = []
    for number, at_ms in enumerate(moments(wanted.moments, wanted.seed), 1):
        sys.stderr.write(f"moment {number} of {wanted.moments}\n")
        rows.append(killed(at_ms, wanted.seed + number))
    sys.stdout.write(table(rows, wanted.markdown))
    return 0 if all(row.good for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
