"""Nothing is missing from the tables of MTP2, MTP3 and ISUP circuits; the pages in docs say what came of the sheets."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
from lives import others

from switchsim.conformance.coverage import Key, Line, Pair, by_sheets, lines, machines
from switchsim.conformance.report import PLAYERS, Row, sheets_of

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
docs: Any = importlib.import_module("conformance_docs")


@pytest.fixture(scope="module")
def sheets() -> dict[str, set[Key]]:
    return by_sheets()


@pytest.fixture(scope="module")
def more() -> dict[str, set[Key]]:
    return others()


@pytest.fixture(scope="module")
def found(sheets: dict[str, set[Key]], more: dict[str, set[Key]]) -> list[Line]:
    return lines(sheets, more)


def contradictions(met: dict[str, set[Key]]) -> list[Pair]:
    """Pairs that cannot come about, and did."""
    return [pair for machine in machines() for pair in machine.pairs
            if pair.impossible and pair.key in met[machine.name]]


def test_no_pair_is_missing(found: list[Line]) -> None:
    missing = [f"{line.machine} {pair.box} {pair.state} {pair.event}" for line in found for pair in line.missing]
    assert missing == []


def test_what_is_declared_impossible_has_a_reason_and_never_comes(
    sheets: dict[str, set[Key]], more: dict[str, set[Key]]
) -> None:
    assert contradictions(sheets) == []
    assert contradictions(more) == []
    reasons = [pair.impossible for machine in machines() for pair in machine.pairs if pair.impossible]
    assert min(map(len, reasons)) > len("never")


def test_every_pair_that_is_met_stands_in_a_table(sheets: dict[str, set[Key]], more: dict[str, set[Key]]) -> None:
    for machine in machines():
        known = {pair.key for pair in machine.pairs}
        assert len(known) == len(machine.pairs)
        assert (sheets[machine.name] | more[machine.name]) - known == set()


def test_a_missing_pair_would_be_found(sheets: dict[str, set[Key]]) -> None:
    nothing: dict[str, set[Key]] = {machine.name: set() for machine in machines()}
    without = lines(sheets, nothing)
    assert sum(len(line.missing) for line in without) > 500
    page = docs.coverage_page(without)
    assert "Missing:" in page
    assert "| CPC | " in page
    assert contradictions({machine.name: {pair.key for pair in machine.pairs} for machine in machines()})


def test_the_page_of_pairs_is_current(found: list[Line]) -> None:
    text = (ROOT / "docs" / "conformance-coverage.md").read_text(encoding="utf-8")
    assert text == docs.coverage_page(found), "run: make docs"


def test_the_page_of_sheets_is_current() -> None:
    """That each sheet passes is what the tests of its standard say; here, that the page says it of the right ones."""
    rows = []
    for player in PLAYERS:
        for sheet in sheets_of(player)[0]:
            verdict = "not applicable" if sheet.not_applicable else "passed"
            rows.append(Row(sheet.standard, sheet.number, sheet.title, verdict, sheet.not_applicable))
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert text == docs.conformance_page(rows), "run: make docs"


def test_what_was_played_is_kept_until_something_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made: list[str] = []

    def make() -> str:
        made.append("played")
        return f"{len(made)}\n"

    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(docs, "PAGES", {"conformance.md": make})
    assert docs.write() == ["conformance.md"]
    assert docs.write() == []
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "conformance_docs.py").write_text("changed")
    assert docs.write() == ["conformance.md"]
    assert (tmp_path / "docs" / "conformance.md").read_text() == "2\n"
