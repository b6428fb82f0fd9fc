"""Clauses of standards are cited in one form: `Q.931 5.3.2`, `Q.931 clause 5`, `Q.931 table 4-2`, `Q.921 annex B`."""

from __future__ import annotations

import ast
import re

from sources import files, name, tree

STANDARD = r"\b[QGEIVXT]\.\d{2,4}\b"
CLUMSY = re.compile(rf"{STANDARD},? (?:TABLE|Clause|Section|section|sec\.|§|Annex|Figure|cl\.)|{STANDARD} ?§")
NUMBERED = re.compile(rf"({STANDARD}) (?:clauses? )?(\d+(?:\.\d+)*)(?![\d/:-])")
LAST_CLAUSE = {"Q.931": 9, "Q.921": 5, "Q.850": 4, "G.704": 6, "G.711": 7, "G.703": 14, "G.706": 6, "Q.24": 5}
"""The last numbered clause of the body of a standard."""
VIOLATION_METHODS = {"violation", "violate", "_violation", "_violate", "Violation"}
CLAUSE_ARGUMENT = re.compile(r"[1-9]\d?(?:\.\d+)+|annex [A-Z](?:\.\d+)*|table \d+-\d+")
"""As `Violation` holds it: of the protocol's own standard, which the package's name tells."""


def clumsy(text: str) -> list[str]:
    return [match[0] for match in CLUMSY.finditer(text)]


def impossible(text: str) -> list[str]:
    return [match[0] for match in NUMBERED.finditer(text)
            if match[1] in LAST_CLAUSE and not 1 <= int(match[2].partition(".")[0]) <= LAST_CLAUSE[match[1]]]


def test_citations_have_one_form_and_can_exist() -> None:
    wrong = [f"{name(path)}: {citation}" for path in files(".py", ".c", ".h") if path.name != "test_clauses.py"
             for text in [path.read_text(encoding="utf-8")] for citation in clumsy(text) + impossible(text)]
    assert not wrong


def cited_by_violations() -> list[tuple[str, str]]:
    """(place, clause) of every violation that the protocols can report with a clause written out."""
    found = []
    for path in files(".py", below=("switchsim/proto",)):
        for node in ast.walk(tree(path)):
            called = getattr(node, "func", None)
            word = getattr(called, "attr", getattr(called, "id", ""))
            if isinstance(node, ast.Call) and word in VIOLATION_METHODS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.append((f"{name(path)}:{node.lineno}", first.value))
    return found


def test_a_violation_names_its_clause() -> None:
    cited = cited_by_violations()
    assert len(cited) > 10, "the protocols' violations were found"
    assert not [row for row in cited if not CLAUSE_ARGUMENT.fullmatch(row[1])]


def test_the_search_can_fail() -> None:
    assert clumsy("as Q.931 Section 4.2 says") == ["Q.931 Section"]
    assert clumsy("as Q.24, Annex A says; Q.931 § 5") == ["Q.24, Annex", "Q.931 §"]
    assert not CLAUSE_ARGUMENT.fullmatch("somewhere in clause 5")
    assert impossible("Q.921 5.6.2 and Q.921 7.1; Q.931 clause 12") == ["Q.921 7.1", "Q.931 clause 12"]
