"""Golden journals: what a run must give, octet for octet. `tests/golden/regenerate.py [NAME...]` writes them anew.

A golden journal is never written anew in a commit that changes behaviour without saying so: what this program prints,
the first line that differs, belongs in the commit's message.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from switchsim.scenario.prepare import prepare
from switchsim.scenario.staged import Sinks, Staged
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Teller

FOLDER = Path(__file__).parent
SCENARIOS = sorted(FOLDER.glob("*.yaml"))


class _Kept:
    """Keeps a journal in memory."""

    def __init__(self) -> None:
        self.octets = bytearray()

    def journal(self, octets: bytes) -> None:
        self.octets += octets

    def second(self, checkpoint: Any) -> None:
        """Nobody asks for it."""


def golden_file(scenario: Path) -> Path:
    return scenario.with_suffix(".jsonl")


def journal(scenario: Path, seed: int | None = None) -> bytes:
    """The journal of a scenario's run."""
    kept, sinks = _Kept(), Sinks()
    sinks.out = kept
    Staged(prepare(scenario, seed=seed), sinks, Teller(), StopSignal()).go()
    return bytes(kept.octets)


def first_difference(golden: bytes, now: bytes) -> str:
    """The first line that differs, both as it was and as it is; empty when there is none."""
    old, new = golden.splitlines(), now.splitlines()
    for number in range(max(len(old), len(new))):
        was, became = (lines[number].decode() if number < len(lines) else "(the end)" for lines in (old, new))
        if was != became:
            return f"line {number + 1}\n  - {was}\n  + {became}"
    return "" if golden == now else "the last line's end"


def main() -> None:
    for scenario in SCENARIOS:
        if sys.argv[1:] and scenario.stem not in sys.argv[1:]:
            continue
        file = golden_file(scenario)
        now = journal(scenario)
        difference = first_difference(file.read_bytes() if file.exists() else b"", now)
        file.write_bytes(now)
        sys.stdout.write(f"{scenario.stem}: {'first difference: ' + difference if difference else 'unchanged'}\n")


if __name__ == "__main__":
    main()
