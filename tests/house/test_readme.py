"""The documents tell the truth: every path, symbol and command that they name is there."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import click
import pytest
from sources import ROOT, tree

from switchsim.cli.main import cli

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "benches" / "README.md"])
SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.-]+(?:/[\w.*-]+)*/?|\.[\w-]+(?:/[\w.-]+)*")
TOPS = {path.name for path in ROOT.iterdir()} - {"runs", "build", "dist"}
MADE = ("runs/", ".benchmarks", ".venv", "native/_build", "build/", "dist/")
"""What appears only when commands are run."""
SHIPPED = ("scenarios/", "boards/", "tests/", "examples/")


def spans(document: Path) -> list[str]:
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return SPAN.findall(text)


def problem(span: str) -> str:
    """What is wrong with a span that looks like `path` or `path:symbol`, or nothing."""
    path, _, symbol = span.partition(":")
    if not PATH.fullmatch(path) or path.partition("/")[0] not in TOPS or path.startswith(MADE):
        return ""
    if "*" in path:
        return "" if list(ROOT.glob(path)) else f"{span}: no such files"
    if "/" not in path.rstrip("/") and not (ROOT / path).exists():
        return f"{span}: no such file"
    if not (ROOT / path).exists():
        return f"{span}: no such file"
    if symbol and not symbol.isdigit() and symbol not in symbols(ROOT / path):
        return f"{span}: {path} has no {symbol}"
    return ""


def symbols(path: Path) -> set[str]:
    """Functions, classes and their members of a Python file; function names of a C file."""
    if path.suffix in (".c", ".h"):
        return set(re.findall(r"\b(\w+)\(", path.read_text(encoding="utf-8")))
    found: set[str] = set()
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


def commands(document: Path) -> list[str]:
    """Command lines of the sh blocks, without comments; continued lines joined."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|console|bash)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines = [line for line in lines if line.strip() and line[0] not in "#{ "]
    return [line.removeprefix("$ ").partition(" #")[0].strip() for line in lines]


def make_targets(folder: str = ".") -> set[str]:
    makefile = ROOT / folder / "Makefile"
    text = makefile.read_text(encoding="utf-8") if makefile.is_file() else ""
    return set(re.findall(r"^([a-z_]+):", text, re.MULTILINE))


def command_problem(line: str) -> str:
    """What is wrong with `make TARGET` or `switchsim COMMAND --options`, or nothing; the first command of a line."""
    line = re.split(r"[;|&]", line)[0]
    words = [word for word in shlex.split(line) if not re.fullmatch(r"[A-Z_]+=.*", word)]
    if words[:1] == ["make"]:
        folder, words = (words[2], words[3:]) if words[1:2] == ["-C"] else (".", words[1:])
        wrong = [word for word in words if not word.startswith("-") and word not in make_targets(folder)]
        return f"{line}: no target {wrong}" if wrong else ""
    if not words or Path(words[0]).name != "switchsim":
        return ""
    named = len(words) > 1 and words[1][0] != "-"
    command = cli.get_command(click.Context(cli), words[1]) if named else cli
    if command is None:
        return f"{line}: no command {words[1]}"
    known = {option for one in command.params for option in one.opts} | {"--help", "--version"}
    wrong = [word for word in words[1:] if word.startswith("--") and word.partition("=")[0] not in known]
    missing = [word for word in words[2:] if word.startswith(SHIPPED) and not (ROOT / word).exists()]
    return f"{line}: {wrong + missing} is not there" if wrong or missing else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_symbol_that_a_document_names_is_there(document: Path) -> None:
    assert not [wrong for span in spans(document) if (wrong := problem(span))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_is_there(document: Path) -> None:
    assert not [wrong for line in commands(document) if (wrong := command_problem(line))]
    assert not [wrong for span in spans(document) if span.startswith(("make ", "switchsim "))
                if "..." not in span and (wrong := command_problem(re.sub(r"[\[\]|]", " ", span)))]


def test_the_walk_of_a_call_has_stops_in_both_languages() -> None:
    """The README follows one call through the code, by `file:symbol`."""
    files_named = [span.partition(":")[0] for span in spans(ROOT / "README.md") if ":" in span]
    suffixes = [Path(file).suffix for file in files_named]
    assert suffixes.count(".py") > 15
    assert suffixes.count(".c") > 0


def test_what_every_repository_has_is_there() -> None:
    for wanted in ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "docs/architecture.md",
                   "docs/timing_model.md", "docs/dependencies.md", ".ci/run", ".pre-commit-config.yaml"):
        assert (ROOT / wanted).is_file(), wanted


def test_the_search_can_fail() -> None:
    assert problem("switchsim/no_such.py")
    assert problem("switchsim/units.py:no_such")
    assert problem("switchsim/kernel/scheduler.py:Kernel.no_such")
    assert not problem("switchsim/kernel/scheduler.py:Kernel.run")
    assert command_problem("make no_such")
    assert command_problem("make -C native no_such")
    assert not command_problem("make -C native test; echo done")
    assert command_problem(".venv/bin/switchsim no_such")
    assert command_problem("switchsim run scenarios/smoke/busy_minute.yaml --no-such")
    assert command_problem("switchsim run scenarios/no_such.yaml")
    assert not command_problem("switchsim run scenarios/smoke/busy_minute.yaml --seed 7")
