"""Flips conditions of MTP2 one by one in a copy of the tree, and says whether the sheets of Q.781 catch each.

    .venv/bin/python tools/mutants.py [NUMBER...]

Exit code 1 when more than one of ten goes unnoticed. Takes about half a minute a condition.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[1]
LINK: Final = "switchsim/proto/mtp2"
JUDGES: Final = ("tests/conformance/test_q781.py",)


class Mutant(NamedTuple):
    """One condition: what it is about, and its text before and after."""

    about: str
    file: str
    right: str
    wrong: str


MUTANTS: Final = (
    Mutant("a BSN outside the window is found (5.3.1)", "rc.py",
           "& 127 > len(state.rtb):", "& 127 > len(state.rtb) + 1:"),
    Mutant("two of three abnormal FIBs fail the link (5.2.2)", "rc.py",
           "    if state.abnormal_fib:\n        link.violation",
           "    if not state.abnormal_fib:\n        link.violation"),
    Mutant("a message is taken only in sequence (5.2)", "rc.py",
           "elif ahead == 0 and len(octets)", "elif ahead != 0 and len(octets)"),
    Mutant("SIE makes a normal proving short (7.2.2)", "iac.py",
           "    if not link.state.short_proving:\n        link.state",
           "    if link.state.short_proving:\n        link.state"),
    Mutant("five aborted provings end the alignment (10.3.4)", "iac.py",
           "if state.aborts_count >= ABORTS_LIMIT:", "if state.aborts_count > ABORTS_LIMIT:"),
    Mutant("an aborted proving is proved again (7.3)", "iac.py",
           "def expired_t4(link: Core, _: None) -> None:\n    if link.state.further_proving:",
           "def expired_t4(link: Core, _: None) -> None:\n    if not link.state.further_proving:"),
    Mutant("cyclic retransmission takes the next message alone (6.2)", "rc.py",
           "if (octets[1] - state.fsnx) & 127 or discarding:", "if not (octets[1] - state.fsnx) & 127 or discarding:"),
    Mutant("a congested receiver does not acknowledge (9.3)", "rc.py",
           "    if not state.receive_congested:\n        link.fire(\"txc\", Event.FSNX)",
           "    if state.receive_congested:\n        link.fire(\"txc\", Event.FSNX)"),
    Mutant("FISU and MSU do not count before alignment (7.2)", "rc.py",
           "link.state.lsc is not Lsc.INITIAL_ALIGNMENT and", "link.state.lsc is Lsc.INITIAL_ALIGNMENT and"),
    Mutant("units are rejected during an outage (8.3)", "rc.py",
           "    if state.rc is not _ACCEPTING:\n        return\n    ahead",
           "    if state.rc is _ACCEPTING:\n        return\n    ahead"),
)  # fmt: skip


def caught(mutant: Mutant, tree: Path) -> bool:
    """Whether a test fails with the condition flipped."""
    path = tree / LINK / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.right) != 1:
        raise SystemExit(f"{mutant.file}: {mutant.right!r} is there {text.count(mutant.right)} times; expected once")
    path.write_text(text.replace(mutant.right, mutant.wrong), encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *JUDGES]
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(words, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    path.write_text(text, encoding="utf-8")
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    print(f"    {failed[0][:110] if failed else 'every sheet passes'}")
    return done.returncode != 0


def main(numbers: list[int]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "runs", "build", "__pycache__"))
        missed = 0
        for number, mutant in enumerate(MUTANTS, 1):
            if not numbers or number in numbers:
                print(f"{number:2} {mutant.about}", flush=True)
                found = caught(mutant, tree)
                missed += not found
                print(f"   {'caught' if found else 'NOT caught'}", flush=True)
    print(f"{missed} of {len(numbers) or len(MUTANTS)} went unnoticed")
    return int(missed > 1)


if __name__ == "__main__":
    sys.exit(main([int(word) for word in sys.argv[1:]]))
