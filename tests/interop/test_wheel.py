"""The built wheel, installed into a clean environment outside the repository, runs a shipped scenario by its name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 300
SHIPPED = ("switchsim/shipped/boards/kinds/mpu.yaml", "switchsim/shipped/boards/machines/b_type_full.yaml",
           "switchsim/shipped/scenarios/smoke/busy_minute.yaml", "switchsim/shipped/prompts/menu.wav",
           "switchsim/py.typed")  # fmt: skip


def called(words: Sequence[str | Path], cwd: Path) -> str:
    """What a program prints; it is told nothing of this checkout."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SWITCHSIM_"))}
    done = subprocess.run(
        list(words), cwd=cwd, env=clean, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, f"{words[0]}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git would hand out, so that nothing of this checkout is built over."""
    source = tmp_path_factory.mktemp("source")
    for name in ("switchsim", "native", "boards", "scenarios", "prompts", "setup.py", "pyproject.toml", "MANIFEST.in",
                 "README.md", "LICENSE"):  # fmt: skip
        subprocess.run(["cp", "-r", ROOT / name, source], check=True)
    for built in [*source.glob("switchsim/_native*.so"), *source.glob("native/_build")]:
        subprocess.run(["rm", "-rf", built], check=True)
    out = tmp_path_factory.mktemp("wheel")
    called([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", out,
            source], source)  # fmt: skip
    (built_wheel,) = out.glob("switchsim-*.whl")
    return built_wheel


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder, with_pip=False)
    called([*pip_of(folder / "bin"), "install", "--quiet", "--no-compile", wheel], folder)
    return folder / "bin"


OF_EXTRAS = ("switchsim.dsp.reference", "switchsim.pytest_plugin", "switchsim.scapy_layers")
"""Numpy's references of the tests, the plugin of pytest, and crafting units."""


def pip_of(programs: Path) -> list[str | Path]:
    """Our pip, at work in another environment."""
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python"]


def test_the_wheel_holds_the_native_core_and_what_is_shipped(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in SHIPPED if name not in names]
    assert [name for name in names if re.fullmatch(r"switchsim/_native\.abi3\.so", name)]
    assert not [name for name in names if name.startswith(("tests/", "tools/", "benches/", "native/"))]
    assert "abi3" in wheel.name


def test_a_shipped_scenario_runs_by_its_name_and_replays(clean: Path, tmp_path: Path) -> None:
    """In another working directory; the same digest as from the checkout."""
    printed = called([clean / "switchsim", "run", "smoke/busy_minute", "--quiet"], tmp_path)
    assert printed.startswith("passed busy_minute seed 10060 digest ")
    assert (tmp_path / "runs" / "busy_minute-10060" / "journal.jsonl").is_file()
    here = called([Path(sys.executable).parent / "switchsim", "run", ROOT / "scenarios" / "smoke" / "busy_minute.yaml",
                   "--quiet", "--out", tmp_path / "here"], tmp_path)  # fmt: skip
    assert printed.split()[:6] == here.split()[:6]
    assert called([clean / "switchsim", "replay", "runs/busy_minute-10060"], tmp_path).startswith("equal")


def test_it_is_the_installed_one_that_runs(clean: Path, tmp_path: Path) -> None:
    where = called([clean / "python", "-c", "import switchsim; print(switchsim.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(clean.parent)
    assert "busy_minute" in called([clean / "switchsim", "scenarios"], tmp_path)


def test_the_wheel_asks_for_what_it_needs_and_no_more(clean: Path, tmp_path: Path) -> None:
    """Every module but those of an extra imports in the clean environment; test tools are not pulled in."""
    script = ("import importlib, pkgutil, switchsim\n"
              "for module in pkgutil.walk_packages(switchsim.__path__, 'switchsim.'):\n"
              f"    if not module.name.startswith({OF_EXTRAS}):\n"
              "        importlib.import_module(module.name)\n")  # fmt: skip
    called([clean / "python", "-c", script], tmp_path)
    installed = called([*pip_of(clean), "list", "--format", "freeze"], tmp_path).lower()
    assert not [name for name in ("pytest", "hypothesis", "scapy", "mypy") if f"{name}==" in installed]
