"""Builds the test peers, each against a stack of Debian's: libpri, libss7, libopenr2 (packages of that name, -dev)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
PRI_SOURCES = ("pri_peer.c", "lockstep.c", "garbage.c", "options.c", "option_table.c")
SS7_SOURCES = ("ss7_peer.c", "ss7_events.c", "ss7_calls.c", "ss7_circuits.c", "ss7_link.c", "ss7_options.c",
               "option_table.c", "lockstep.c")
OPENR2_SOURCES = ("openr2_peer.c", "openr2_driver.c", "openr2_events.c", "openr2_options.c", "option_table.c",
                  "lockstep.c")
CHINA_NO_1 = HERE / "openr2_china.conf"
"""Protocol file of `openr2_peer` for China No.1."""
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


def build_openr2_peer(folder: Path) -> Path:
    """Compile `openr2_peer` into `folder`; raises CalledProcessError with the compiler's words."""
    return _build(folder / "openr2_peer", OPENR2_SOURCES, "-lopenr2")


def _build(program: Path, sources: tuple[str, ...], library: str) -> Path:
    command = [compiler() or "cc", *FLAGS, "-o", str(program), *(str(HERE / name) for name in sources), library]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return program
