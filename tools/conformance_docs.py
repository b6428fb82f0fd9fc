"""docs/conformance.md and docs/conformance-coverage.md: what became of each sheet, and what the sheets exercise.

Playing everything takes a while: what came of it is kept in `.docs_cache` until a sheet, a player or a protocol
changes.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from switchsim.conformance.coverage import Line, Pair, by_sheets, lines
from switchsim.conformance.report import PLAYERS, Row, conformance_rows

ROOT: Final = Path(__file__).resolve().parents[1]
CACHE: Final = ROOT / ".docs_cache"
MADE: Final = "<!-- Made by tools/make_docs.py (`make docs`). Do not edit. -->"
INPUTS: Final = ("scenarios/conformance/**/*.yaml", "switchsim/conformance/**/*.py", "switchsim/proto/**/*.py",
                 "tests/conformance/*.py", "tests/unit/*mtp*.py", "tools/conformance_docs.py")  # fmt: skip


def conformance_page(rows: Sequence[Row]) -> str:
    """One table a standard."""
    parts = [MADE, "", "# Conformance", "",
             "Every sheet of `scenarios/conformance`, played on the benches that count for its standard "
             "([conformance-sheets.md](conformance-sheets.md)). What the sheets exercise of the protocol machines: "
             "[conformance-coverage.md](conformance-coverage.md).", "",
             "| standard | sheets | passed | not applicable | failed or inconclusive |", "|---|---|---|---|---|"]
    standards = list(dict.fromkeys(row.standard for row in rows))
    for standard in standards:
        mine = [row.verdict for row in rows if row.standard == standard]
        passed, left_out = mine.count("passed"), mine.count("not applicable")
        parts.append(f"| {standard} | {len(mine)} | {passed} | {left_out} | {len(mine) - passed - left_out} |")
    for standard in standards:
        parts += ["", f"## {standard}", "", "| number | title | verdict | reason |", "|---|---|---|---|"]
        parts += [f"| {row.number} | {_cell(row.title)} | {row.verdict} | {_cell(row.reason)} |"
                  for row in rows if row.standard == standard]
    return "\n".join(parts) + "\n"


def coverage_page(found: Sequence[Line]) -> str:
    """One table a machine, then the pairs that cannot come about, with their reasons."""
    parts = [MADE, "", "# What the sheets exercise", "",
             "Every pair of a state and an event of the protocol machines: met by a conformance sheet, met by further "
             "tests (`tests/conformance/pairs_*.py`, judged step by step, and lives drawn at random), or impossible, "
             "for the reason below. A pair that were none of them would be missing; "
             "`tests/conformance/test_coverage.py` fails then."]
    for machine in dict.fromkeys(line.machine for line in found):
        mine = [line for line in found if line.machine == machine]
        parts += ["", f"## {machine}", "", "| box | pairs | by sheets | by further tests | impossible | missing |",
                  "|---|---|---|---|---|---|"]
        parts += [f"| {line.box} | {line.pairs} | {line.sheets} | {line.others} | {len(line.impossible)} | "
                  f"{len(line.missing)} |" for line in mine]
        parts += _named("Missing", [pair for line in mine for pair in line.missing])
        parts += _named("Impossible", [pair for line in mine for pair in line.impossible])
    return "\n".join(parts) + "\n"


def _named(title: str, pairs: Sequence[Pair]) -> list[str]:
    """Pairs by box and reason, events with the same states in one row."""
    if not pairs:
        return []
    states: dict[tuple[str, str, str, str], list[str]] = {}
    for pair in pairs:
        states.setdefault((pair.box, pair.event, pair.impossible, pair.clause), []).append(pair.state)
    events: dict[tuple[str, str, str], list[str]] = {}
    for (box, event, reason, clause), names in states.items():
        why = _cell(reason) + (f" ({clause})" if clause else "")
        events.setdefault((box, ", ".join(names), why), []).append(event)
    parts = ["", f"{title}:", "", "| box | states | events | reason |", "|---|---|---|---|"]
    return parts + [f"| {box} | {names} | {', '.join(same)} | {why} |" for (box, names, why), same in events.items()]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def coverage_lines() -> list[Line]:
    sys.path.insert(0, str(ROOT / "tests" / "conformance"))
    from lives import others

    return lines(by_sheets(), others())


PAGES: Final[dict[str, Callable[[], str]]] = {
    "conformance.md": lambda: conformance_page(conformance_rows(players=PLAYERS)),
    "conformance-coverage.md": lambda: coverage_page(coverage_lines()),
}


def digest() -> str:
    """Of everything that the pages are made from."""
    found = hashlib.blake2b(digest_size=16)
    for pattern in INPUTS:
        for path in sorted(ROOT.glob(pattern)):
            found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def write() -> list[str]:
    """Write the pages that are not current; their names."""
    pages = _kept(now := digest())
    if pages is None:
        pages = {name: make() for name, make in PAGES.items()}
        CACHE.write_text(json.dumps({"digest": now, "pages": pages}), encoding="utf-8")
    files = {name: ROOT / "docs" / name for name in pages}
    old = [name for name, file in files.items() if not file.exists() or file.read_text(encoding="utf-8") != pages[name]]
    for name in old:
        files[name].write_text(pages[name], encoding="utf-8")
    return old


def _kept(now: str) -> dict[str, str] | None:
    try:
        kept = json.loads(CACHE.read_text(encoding="utf-8"))
        return dict(kept["pages"]) if kept["digest"] == now else None
    except (OSError, ValueError, KeyError):
        return None
