"""The README's walks of one call (PRI, ISUP, R2, the platform): every stop exists, in order, and leads to the next."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WALKS = {title: README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
         for title in ("One call through the code", "One call over ISUP", "One call over R2",
                       "One call through the platform")}  # fmt: skip
LEAST = {"One call through the code": 20, "One call over ISUP": 10, "One call over R2": 8,
         "One call through the platform": 10}  # fmt: skip
STOP = re.compile(r"`([\w/.]+\.(?:py|c)):([\w.]+)`")
STOPS = [stop for walk in WALKS.values() for stop in STOP.findall(walk)]


def python_names(path: Path) -> set[str]:
    """Qualified names of the functions, methods and classes of a module."""
    names: set[str] = set()

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                names.add(prefix + child.name)
                visit(child, f"{prefix}{child.name}.")

    visit(ast.parse(path.read_text()), "")
    return names


@pytest.mark.parametrize("title", WALKS)
def test_the_walk_has_its_stops(title: str) -> None:
    walk = WALKS[title]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", walk, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= LEAST[title]
    assert len(STOP.findall(walk)) >= len(numbers) - 1


@pytest.mark.parametrize(("file", "name"), STOPS, ids=lambda text: str(text))
def test_stop_exists(file: str, name: str) -> None:
    path = ROOT / file
    assert path.is_file()
    if path.suffix == ".py":
        assert name in python_names(path), f"{file} has no {name}"
    else:
        assert re.search(rf"^[a-z].*\b{name}\(", path.read_text(), flags=re.MULTILINE), f"{file} has no {name}"
