"""The C tests, their sanitizer build, the fuzzers and the strict warnings, built into a temporary directory."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).resolve().parents[2] / "native"
DEADLINE_S = 240


def make(target: str, build: Path, *variables: str, native: Path = NATIVE) -> subprocess.CompletedProcess[str]:
    """Run one target of native/Makefile; its output is text."""
    command = ["make", "-s", "-j2", "-C", str(native), target, f"BUILD={build}", *variables]
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


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("native")


@pytest.mark.parametrize("target", ["test", "asan"])
def test_c_tests_pass(build: Path, target: str) -> None:
    """Parts and the whole engine; `asan` under the address and undefined-behaviour sanitizers."""
    ran = make(target, build)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.rstrip().endswith("passed")
    assert "warning" not in ran.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_strict_warnings_find_nothing(build: Path, compiler: str) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}: apt-get install {compiler}")
    ran = make("strict", build, f"CC={compiler}")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.peer("clang", "libclang-rt-14-dev")
@pytest.mark.parametrize(("target", "seconds", "least"), [
    ("fuzz", 2, 1000), ("fuzz_su", 3, 500), ("fuzz_e1", 3, 200), ("fuzz_engine", 6, 50),
])  # fmt: skip
def test_fuzzers_find_nothing(build: Path, target: str, seconds: int, least: int) -> None:
    ran = make(target, build, f"SECONDS={seconds}")
    assert ran.returncode == 0, ran.stdout + ran.stderr[-4000:]
    done = re.search(r"Done (\d+) runs", ran.stderr)
    assert done is not None
    assert int(done[1]) > least


def break_copy(where: Path, file: str, old: str, new: str) -> Path:
    """A copy of native/ with one line of one file changed."""
    copy = where / "native"
    shutil.copytree(NATIVE, copy, ignore=shutil.ignore_patterns("_build"))
    source = copy / "src" / file
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new), encoding="utf-8")
    return copy


def caught(ran: subprocess.CompletedProcess[str]) -> bool:
    return ran.returncode != 0 and any(
        word in ran.stderr for word in ("AddressSanitizer", "Assertion", "runtime error", "Segmentation fault")
    )


@pytest.mark.peer("clang", "libclang-rt-14-dev")
def test_hdlc_fuzzer_can_find(tmp_path: Path) -> None:
    """A receiver that keeps one octet too many is caught within the corpus."""
    copy = break_copy(tmp_path, "hdlc_rx_kernel.h", "rx->length == LIMIT", "rx->length == LIMIT + 1")
    assert caught(make("fuzz", tmp_path / "build", "SECONDS=10", native=copy))


@pytest.mark.parametrize(("file", "old", "new"), [
    ("conference.c", "leg >= SWD_CONF_LEGS || ", ""),
    ("source.c", "if (s->start + k >= x->edge)", "if (k == s->a)"),
    ("su_tx.c", "*at_octet = made / 8;", "*at_octet = 0;"),
    ("su_rx.c", "b->length == SU_OVERLONG", "b->length == SU_OVERLONG + 1"),
    ("e1_align.c", "nfas = rx->hunt_fas[w] & late[6];", "nfas = rx->hunt_fas[w] & ~late[6];"),
], ids=["range", "cut", "notice", "overlong", "bit 2"])  # fmt: skip
def test_engine_scripts_can_find(tmp_path: Path, file: str, old: str, new: str) -> None:
    """No range check; a cadence that is looked at once a call; a notice's place; an octet too many; bit 2 of NFAS."""
    assert caught(make("test", tmp_path / "build", native=break_copy(tmp_path, file, old, new)))
