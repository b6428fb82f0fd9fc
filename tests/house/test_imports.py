"""What the pillars never import: clocks, chance, sockets, threads. import-linter keeps the rest of the table."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sources import ROOT, files, imported, name, tree

WORLD = {"time", "random", "secrets", "uuid", "datetime", "socket", "asyncio", "threading", "os", "subprocess",
         "select", "multiprocessing", "sys"}  # fmt: skip
SIMULATED = ("model", "kernel", "proto", "hardware", "firmware", "callcentre", "farend", "faults")
FLOATS = {"math", "cmath", "numpy", "statistics", "decimal", "fractions"}
HEAVY = {"scapy", "numpy", "pydantic", "rich"}
"""What costs start-up time: imported only by the modules that need it, never by the commands' own files."""


def offences(paths: list[Path], forbidden: set[str]) -> list[str]:
    return [f"{name(path)}:{line}: imports {module}" for path in paths for line, module in imported(path)
            if module.partition(".")[0] in forbidden]


@pytest.mark.parametrize("package", SIMULATED)
def test_what_is_simulated_knows_no_world_and_no_floats(package: str) -> None:
    paths = files(".py", below=(f"switchsim/{package}",))
    assert paths
    assert not offences([path for path in paths if not whole_numbers_alone(path)], WORLD | FLOATS)
    assert not offences(paths, WORLD | FLOATS - {"math"})


def whole_numbers_alone(path: Path) -> bool:
    """Whether a file uses of `math` what is exact."""
    return set(re.findall(r"\bmath\.(\w+)", path.read_text(encoding="utf-8"))) <= {"isqrt", "gcd", "lcm", "comb"}


def test_what_the_native_core_is_spoken_to_with_uses_no_floats() -> None:
    """`dsp` may know numpy, and only in the references of the tests."""
    paths = [path for path in files(".py", below=("switchsim/dsp",)) if "reference" not in path.parts]
    assert not offences(paths, FLOATS | WORLD - {"os"})


def test_scapy_is_imported_where_it_is_needed_alone() -> None:
    """It is an extra: whoever crafts no units runs without it."""
    paths = files(".py", below=("switchsim",))
    assert not offences([path for path in paths if path.parent.name != "scapy_layers"], {"scapy"})


def test_commands_start_fast() -> None:
    """No command's module imports what is slow at its top level; functions may."""
    for path in files(".py", below=("switchsim/cli",)):
        if path.name not in ("main.py", "options.py"):
            continue
        top = [node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
        names |= {str(node.module) for node in top if isinstance(node, ast.ImportFrom)}
        assert not {one.partition(".")[0] for one in names} & HEAVY, name(path)


def test_the_search_can_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "switchsim" / "sut" / "pace.py"
    assert offences([path], {"time"}), "pace keeps wall time, and is found when it is looked for"
