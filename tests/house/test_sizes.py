"""Sizes as a ratchet: what is larger than the house likes is listed here by name and may only shrink.

A file or function over the limit that is not listed fails; so does a listed one that grew, or that no longer needs its
row (then the row goes).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from sources import files, name, tree

PYTHON_LINES = 380
C_LINES = 350
YAML_LINES = 60
FUNCTION_LINES = 40
GENERATED = {"native/src/tables.c", "native/src/signature.c"}

LARGE_FILES = {
    "switchsim/proto/q921/link.py": 390,
    "tests/conformance/test_q931_calls.py": 413,
    "tests/interop/peers/pri_peer.c": 500,
    "tests/machine/test_call_talk.py": 490,
    "native/src/ear.c": 361,
}
LARGE_FUNCTIONS = {
    "switchsim/report/verdict.py:make_verdict": 42,
    "tests/interop/peers/pri_peer.c:on_event": 69,
}


def large_files() -> dict[str, int]:
    boards = files(".yaml", below=("boards",))
    limits = [(files(".py"), PYTHON_LINES), (files(".c", ".h"), C_LINES), (boards, YAML_LINES)]
    sizes = {name(path): (len(path.read_text(encoding="utf-8").splitlines()), limit)
             for paths, limit in limits for path in paths}
    return {path: lines for path, (lines, limit) in sizes.items() if lines > limit and path not in GENERATED}


def functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """(qualified name, lines without docstring) of every function of a module."""
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{prefix}.{child.name}".lstrip(".")
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            first = child.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            yield inner, (child.end_lineno or 0) - child.lineno + 1 - docstring
        yield from functions(child, inner)


def c_functions(text: str) -> Iterator[tuple[str, int]]:
    """The same of a C file in this house's style: the name's line begins at column 0, the body ends with `}` there."""
    for match in re.finditer(r"^[A-Za-z_][^\n;={}]*?(\w+)\([^;{}]*\)\s*\n\{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        yield match[1], match[0].count("\n") + 1


def large_functions() -> dict[str, int]:
    found = {f"{name(path)}:{function}": lines for path in files(".py") for function, lines in functions(tree(path))}
    found |= {f"{name(path)}:{function}": lines
              for path in files(".c") for function, lines in c_functions(path.read_text(encoding="utf-8"))}
    return {function: lines for function, lines in found.items() if lines > FUNCTION_LINES}


def judged(found: dict[str, int], listed: dict[str, int]) -> list[str]:
    """What is wrong, in words."""
    new = [f"{what} has {lines} lines: make it smaller" for what, lines in found.items() if what not in listed]
    grown = [f"{what} grew from {listed[what]} to {lines} lines" for what, lines in found.items()
             if what in listed and lines > listed[what]]
    done = [f"{what} is small enough now: take its row out" for what in listed if what not in found]
    return new + grown + done


def test_no_file_is_larger_than_the_house_likes() -> None:
    assert not judged(large_files(), LARGE_FILES)


def test_no_function_is_longer_than_the_house_likes() -> None:
    assert not judged(large_functions(), LARGE_FUNCTIONS)


def test_the_ratchet_can_fail() -> None:
    listed = {"a": 400, "b": 500}
    assert judged({"a": 400, "b": 500}, listed) == []
    assert judged({"a": 399, "b": 501, "c": 600}, listed) == [
        "c has 600 lines: make it smaller", "b grew from 500 to 501 lines"]
    assert judged({"a": 400}, listed) == ["b is small enough now: take its row out"]
    text = "def f():\n" + "    x = 1\n" * 50
    assert dict(functions(ast.parse(text))) == {"f": 51}
    assert dict(c_functions("static int f(int a,\n    int b)\n{\n" + "    a++;\n" * 50 + "}\n")) == {"f": 54}
