"""Loops of a bench that are compiled when it starts, so that Python's own time is not measured."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cffi

FLAGS = ("-std=gnu11", "-O3", "-UNDEBUG", "-fwrapv", "-ffp-contract=off", "-Wall", "-Werror")


def compiled(name: str, declarations: str, source: str, sources: Sequence[Path] = (), include: Sequence[Path] = (),
             libraries: Sequence[str] = ()) -> tuple[Any, Any]:  # fmt: skip
    """(ffi, lib) of a module made of `source` and the C files given; raises when it does not compile."""
    builder = cffi.FFI()
    builder.cdef(declarations)
    builder.set_source(
        name, source, sources=[str(path) for path in sources], include_dirs=[str(path) for path in include],
        libraries=list(libraries), extra_compile_args=list(FLAGS),
    )  # fmt: skip
    where = tempfile.mkdtemp(prefix="switchsim-bench-")
    builder.compile(tmpdir=where)
    sys.path.insert(0, where)
    module: Any = importlib.import_module(name)
    return module.ffi, module.lib
