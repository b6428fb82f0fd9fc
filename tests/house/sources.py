"""The repository's own files, for the house tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("switchsim", "tests", "benches", "tools", "native")
BUILT = {"_build", "build", "__pycache__", "shipped"}


def files(*endings: str, below: tuple[str, ...] = OURS) -> list[Path]:
    """Files of ours, sorted; nothing that was built."""
    found = [path for folder in below for ending in endings for path in (ROOT / folder).rglob(f"*{ending}")]
    return sorted(path for path in found if not BUILT & set(path.relative_to(ROOT).parts))


def name(path: Path) -> str:
    """Relative to the repository, with slashes."""
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, also inside functions; not of those for types alone."""
    nodes: list[ast.AST] = [tree(path)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
        nodes.extend(ast.iter_child_nodes(node))
