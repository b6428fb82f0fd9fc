"""Builds the test peer against Debian's libpri (package libpri-dev)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = ("pri_peer.c", "lockstep.c", "garbage.c", "options.c")
FLAGS = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-UNDEBUG")


def compiler() -> str | None:
    """The C compiler to use; None when there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


def build_pri_peer(folder: Path) -> Path:
    """Compile `pri_peer` into `folder`; raises CalledProcessError with the compiler's words."""
    program = folder / "pri_peer"
    command = [compiler() or "cc", *FLAGS, "-o", str(program), *(str(HERE / name) for name in SOURCES), "-lpri"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return program
