"""The README's walk of one call: every stop exists, in this order, and each leads to the next."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WALK = (ROOT / "README.md").read_text().partition("## One call through the code")[2].partition("\n## ")[0]
STOPS = re.findall(r"`([\w/.]+\.(?:py|c)):([\w.]+)`", WALK)


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


def test_the_walk_has_its_stops() -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", WALK, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 20
    assert len(STOPS) >= len(numbers)


@pytest.mark.parametrize(("file", "name"), STOPS, ids=lambda text: str(text))
def test_stop_exists(file: str, name: str) -> None:
    path = ROOT / file
    assert path.is_file()
    if path.suffix == ".py":
        assert name in python_names(path), f"{file} has no {name}"
    else:
        assert re.search(rf"^[a-z].*\b{name}\(", path.read_text(), flags=re.MULTILINE), f"{file} has no {name}"
