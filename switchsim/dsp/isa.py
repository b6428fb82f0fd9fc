"""The instruction set of the native core: this host's best, or what SWITCHSIM_ISA says; results do not depend on it."""

from __future__ import annotations

import os
from typing import Final

from switchsim._native import ffi, lib
from switchsim.errors import BadInput

VARIABLE: Final = "SWITCHSIM_ISA"
NAMES: Final = ("plain", "sse2", "avx2", "avx512")
"""Index is the SWD_ISA_* number."""


def choose(name: str | None) -> str:
    """Use the named instruction set (None: the best) for the whole process; returns its name.

    Raises BadInput when there is no such instruction set or this host lacks it.
    """
    if name is None:
        lib.swd_isa_select(lib.swd_isa_best())
        return selected()
    expected = f"one of {', '.join(NAMES[: lib.swd_isa_best() + 1])}"
    if name not in NAMES:
        raise BadInput.one(VARIABLE, f"no instruction set {name!r}", expected, f"unset {VARIABLE} to take the best")
    if lib.swd_isa_select(NAMES.index(name)) != lib.SWD_OK:
        raise BadInput.one(VARIABLE, f"this host has no {name}", expected, f"unset {VARIABLE} to take the best")
    return selected()


_read = False


def choose_from_environment() -> str:
    """Read SWITCHSIM_ISA, once in the life of the process; returns the name in use. Raises as `choose` does."""
    global _read
    if not _read:
        choose(os.environ.get(VARIABLE))
        _read = True
    return selected()


def selected() -> str:
    """The name of the instruction set in use."""
    return NAMES[lib.swd_isa_selected()]


def build_flags() -> str:
    """The compiler's version and flags that the native core was built with."""
    return bytes(ffi.string(lib.swd_build_flags())).decode()
