"""The flags that the native core was built with, as the library itself tells them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sources import ROOT

from switchsim.dsp.isa import build_flags

sys.path.insert(0, str(ROOT / "native"))
from build_native import FLAGS

REQUIRED = ("-std=c11", "-Wall", "-Wextra", "-Werror", "-O3", "-UNDEBUG", "-fwrapv", "-ffp-contract=off")
UNALIGNED = """
from switchsim._native import ffi, lib
config = ffi.new("swd_config *", {"tick_cycles": 8, "n_switched": 32})
memory = ffi.new("uint8_t[]", lib.swd_size(config) + 128)
aligned = -int(ffi.cast("uintptr_t", memory)) % 64
lib.swd_init(memory + aligned + 1, config)
"""
FLOATING = re.compile(r"\b(?:float|double|sinf?|cosf?|expf?|powf?|sqrtf?|math\.h)\b")
FORBIDDEN = re.compile(r"-march=native|-mtune=native|-ffast-math|-Ofast|-DNDEBUG|-funsafe|-fno-wrapv|-mfma")


def test_the_library_was_built_with_the_one_list_of_flags() -> None:
    told = build_flags()
    assert all(flag in told.split() for flag in REQUIRED), told
    assert all(flag in told.split() for flag in FLAGS), "rebuild the native core: pip install -e ."
    assert not FORBIDDEN.search(told)


def test_no_file_asks_for_this_hosts_instructions_as_a_whole() -> None:
    """An instruction set is chosen at run time; the files for one get its flags by attribute or pragma."""
    native = ROOT / "native"
    built = [ROOT / "setup.py", native / "Makefile", *native.glob("*.py"), *native.rglob("*.c")]
    assert not [path for path in built if FORBIDDEN.search(path.read_text(encoding="utf-8"))]


def test_the_c_tests_use_the_same_list() -> None:
    makefile = (ROOT / "native" / "Makefile").read_text(encoding="utf-8")
    (flags,) = re.findall(r"^FLAGS = (.*)$", makefile, re.MULTILINE)
    assert tuple(flags.split()) == FLAGS


def test_assertions_are_on_in_the_built_library() -> None:
    """A false assertion ends the process, so it is tried in another one: an engine in memory that is not aligned.

    Where assertions are off the same program ends well.
    """
    done = subprocess.run([sys.executable, "-c", UNALIGNED], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGABRT, done.stderr
    assert "Assertion" in done.stderr
    aligned = UNALIGNED.replace("aligned + 1", "aligned")
    assert subprocess.run([sys.executable, "-c", aligned], capture_output=True, check=False).returncode == 0


def test_there_is_no_floating_point_in_the_native_core() -> None:
    """Native arithmetic is integer: the words do not occur outside comments."""
    found = []
    for path in sorted((ROOT / "native" / "src").glob("*.[ch]")):
        text = re.sub(r"/\*.*?\*/|//[^\n]*|\"[^\"\n]*\"", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [f"{path.name}: {word}" for word in FLOATING.findall(text)]
    assert not found


@pytest.mark.parametrize("flag", ["-march=native", "-O2 -DNDEBUG", "-ffast-math"])
def test_the_search_can_fail(flag: str) -> None:
    assert FORBIDDEN.search(f"-std=c11 {flag}")
    assert Path(ROOT / "native").is_dir()
