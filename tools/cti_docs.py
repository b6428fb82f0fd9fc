"""Writes docs/reference/cti.md: every event and order of the CTI link, from `switchsim/model/cti.py`.

`tools/make_docs.py` calls it.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from docs_models import cell, cell_free

TYPES: Final = {"int": "number", "str": "text", "bool": "yes or no", "tuple[int, ...]": "numbers"}
WRAPPED: Final = frozenset({"Told", "Wanted"})
"""What carries an event or an order; of the others that are neither, nothing goes to applications."""


def cti_page() -> Iterator[str]:
    """The lines below the page's title."""
    from switchsim.model import cti, cti_orders

    yield from ("What they mean together, and what is guaranteed of their order: [cti.md](../cti.md).", "")
    yield cell_free(inspect.getdoc(cti) or "")
    yield from ("", "# Events", "", *_classes(cti, "CtiEvent"))
    yield from ("# Orders", "", cell_free((inspect.getdoc(cti_orders) or "").partition("\n\n")[2]), "")
    yield from _classes(cti_orders, "CtiOrder")
    yield f"An order is answered by `Ordered`; its result is one of {_words(cti.RESULTS)}."
    yield "An application that gets no answer in 5 s has `not_reachable` of its own."
    yield from ("", "# On the way", "", *_wrapped(cti))


def names(module: ModuleType, base: str) -> list[str]:
    """Classes of a module that are derived from `base`, in their order."""
    return [node.name for node in _bodies(module) if _is(node, base)]


def _bodies(module: ModuleType) -> list[ast.ClassDef]:
    return [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.ClassDef)]


def _is(node: ast.ClassDef, base: str) -> bool:
    return any(ast.unparse(one) == base for one in node.bases)


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _classes(module: ModuleType, base: str) -> Iterator[str]:
    """The classes under the headings of their module."""
    lines = inspect.getsource(module).splitlines()
    heads = [(number, match[1]) for number, line in enumerate(lines, 1)
             if (match := re.fullmatch(r"# -- ([\w ,]+?) -+", line))]
    for node in _bodies(module):
        if not _is(node, base):
            continue
        while heads and heads[0][0] < node.lineno:
            _, head = heads.pop(0)
            if not heads or heads[0][0] > node.lineno:
                yield from (f"## {head.capitalize()}", "")
        yield from _class(node, lines)


def _wrapped(module: ModuleType) -> Iterator[str]:
    lines = inspect.getsource(module).splitlines()
    for node in _bodies(module):
        if node.name in WRAPPED:
            yield from _class(node, lines)


def _class(node: ast.ClassDef, lines: list[str]) -> Iterator[str]:
    yield from (f"### {node.name}", "", cell_free(ast.get_docstring(node) or ""), "")
    fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
    if fields:
        yield from ("| field | type | says |", "|---|---|---|")
    for field in fields:
        comment = lines[field.lineno - 1].partition("  # ")[2]
        kind = ast.unparse(field.annotation)
        yield f"| `{ast.unparse(field.target)}` | {TYPES.get(kind, 'one of the above')} | {cell(comment)} |"
    yield ""
