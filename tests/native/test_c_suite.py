"""The C tests, their sanitizer build and the fuzzer of the HDLC receiver, built into a temporary directory."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).resolve().parents[2] / "native"
DEADLINE_S = 240


def make(target: str, build: Path, *variables: str) -> subprocess.CompletedProcess[str]:
    """Run one target of native/Makefile; its output is text."""
    command = ["make", "-s", "-C", str(NATIVE), target, f"BUILD={build}", *variables]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S)


def test_flags_are_those_of_the_extension() -> None:
    spec = importlib.util.spec_from_file_location("build_native", NATIVE / "build_native.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    line = re.search(r"^FLAGS = (.+)$", (NATIVE / "Makefile").read_text(encoding="utf-8"), re.M)
    assert line is not None
    assert tuple(line[1].split()) == tuple(module.FLAGS)


@pytest.mark.parametrize("target", ["test", "asan"])
def test_c_tests_pass(tmp_path: Path, target: str) -> None:
    ran = make(target, tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.rstrip().endswith("passed")


@pytest.mark.peer("clang", "libclang-rt-14-dev")
def test_fuzzer_finds_nothing(tmp_path: Path) -> None:
    ran = make("fuzz", tmp_path, "SECONDS=10")
    assert ran.returncode == 0, ran.stdout + ran.stderr[-4000:]
    done = re.search(r"Done (\d+) runs", ran.stderr)
    assert done is not None
    assert int(done[1]) > 1000


@pytest.mark.peer("clang", "libclang-rt-14-dev")
def test_fuzzer_can_find(tmp_path: Path) -> None:
    """A receiver that keeps one octet too many is caught within the corpus."""
    copy = tmp_path / "native"
    subprocess.run(["cp", "-r", str(NATIVE), str(copy)], check=True)
    source = copy / "src" / "hdlc_rx.c"
    text = source.read_text(encoding="utf-8")
    broken = text.replace("rx->length == SWD_MAX_FRAME + FCS_OCTETS", "rx->length == SWD_MAX_FRAME + FCS_OCTETS + 1")
    assert broken != text
    source.write_text(broken, encoding="utf-8")
    command = ["make", "-C", str(copy), "fuzz", f"BUILD={tmp_path / 'b'}", "SECONDS=10"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S)
    assert ran.returncode != 0
    assert "AddressSanitizer" in ran.stderr or "Assertion" in ran.stderr or "runtime error" in ran.stderr
