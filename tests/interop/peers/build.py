"""Builds the test peers: one against Debian's libpri (package libpri-dev), one against its libss7 (libss7-dev)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
PRI_SOURCES = ("pri_peer.c", "lockstep.c", "garbage.c", "options.c")
SS7_SOURCES = ("ss7_peer.c", "ss7_events.c", "ss7_calls.c", "ss7_circuits.c", "ss7_link.c", "ss7_options.c",
               "lockstep.c")
FLAGS = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-UNDEBUG")


def compiler() -> str | None:
    """The C compiler to use; None when there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


def build_pri_peer(folder: Path) -> Path:
    """Compile `pri_peer` into `folder`; raises CalledProcessError with the compiler's words."""
    return _build(folder / "pri_peer", PRI_SOURCES, "-lpri")


def build_ss7_peer(folder: Path) -> Path:
    """Compile `ss7_peer` into `folder`; raises CalledProcessError with the compiler's words."""
    return _build(folder / "ss7_peer", SS7_SOURCES, "-lss7")


def _build(program: Path, sources: tuple[str, ...], library: str) -> Path:
    command = [compiler() or "cc", *FLAGS, "-o", str(program), *(str(HERE / name) for name in sources), library]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return program
