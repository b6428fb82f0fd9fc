"""The pytest plugin: a fixture that runs scenarios, and scenario files collected as tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = '''
def test_equal_seeds_give_equal_runs(switchsim_run):
    first, again, other = (switchsim_run("s.yaml", seed=seed) for seed in (1, 1, 2))
    assert first.passed, first.report()
    assert first.digest == again.digest
    assert first.folder != again.folder
    assert len(first.events("link_up")) == 8
    assert "PASSED" in first.report()
'''


def test_the_fixture_and_the_collected_scenarios(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "s.yaml").write_text("format: 1\nmachine: b_type_small\nuntil: 100ms\n", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("format: 1\n", encoding="utf-8")
    files = ["test_it.py", "s.yaml", "bad.yaml"]
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--scenarios", *files]
    plugin = [] if plugin_is_installed() else ["-p", "switchsim.pytest_plugin"]
    done = subprocess.run([*words, *plugin], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "bad.yaml:1: 'machine' is missing; expected it here; add it" in done.stdout


def plugin_is_installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.name == "switchsim" for point in entry_points(group="pytest11"))
