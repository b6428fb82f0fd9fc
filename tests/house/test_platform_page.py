"""docs/platform.md names every test of what is known of the platform, every act upon processes, every fault of them."""

from __future__ import annotations

import ast
import re

from sources import ROOT, tree

from switchsim.faults.platform import PLATFORM_FAULTS
from switchsim.scenario.processes import OF_KIND

PAGE = (ROOT / "docs" / "platform.md").read_text(encoding="utf-8")
TESTS = [ROOT / "tests" / "machine" / f"test_platform_table{more}.py" for more in ("", "_services")]


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_every_test_of_the_table_has_its_row() -> None:
    there = [node.name for path in TESTS for node in tree(path).body
             if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]  # fmt: skip
    assert sorted(re.findall(r"`(test_\w+)` \|$", PAGE, re.MULTILINE)) == sorted(there)


def test_every_act_has_its_row() -> None:
    rows = re.findall(r"^\| `([a-z_]+)(?:/N)?` \| (`.*)\|$", section("Life of a process"), re.MULTILINE)
    named = {kind: re.findall(r"`(\w+)`(?: \(|,|;)", f"{acts};") for kind, acts in rows if kind in OF_KIND}
    assert {kind: [one for one in words if one in OF_KIND[kind]] for kind, words in named.items()} == {
        kind: list(acts) for kind, acts in OF_KIND.items()}  # fmt: skip


def test_every_fault_of_the_platform_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", section("Faults")))
    assert set(PLATFORM_FAULTS) <= named
