"""What may not change a journal, as pairs of runs that have to be equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from whole_runs import PLAIN, Run

from switchsim.dsp import isa
from switchsim.dsp.isa import NAMES

HOST_HAS = NAMES[: NAMES.index(isa.selected()) + 1]
LIBM = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-FMA,-AVX2"}


def numpy_features() -> str:
    """The instruction sets that numpy found on this host beyond its baseline."""
    config: Any = np.show_config(mode="dicts")
    return " ".join(config["SIMD Extensions"].get("found", ()))


VARIATIONS: dict[str, tuple[str, Run, Run]] = {
    "hash seeds": ("hash order", Run((), {"PYTHONHASHSEED": "1"}), Run((), {"PYTHONHASHSEED": "2"})),
    "batch 1": ("batch", PLAIN, Run(("--batch", "1"))),
    "batch 8": ("batch", PLAIN, Run(("--batch", "8"))),
    "batch 8000": ("batch", PLAIN, Run(("--batch", "8000"))),
    "libm": ("libm", PLAIN, Run((), LIBM)),
    "numpy": ("numpy", PLAIN, Run((), {"NPY_DISABLE_CPU_FEATURES": numpy_features()})),
    "twice": ("wall clock", PLAIN, PLAIN),
    **{f"isa {name}": ("instruction set", PLAIN, Run((), {"SWITCHSIM_ISA": name})) for name in NAMES},
}
"""Name -> what the telltale leaks, one run, another run."""


def needs_host(name: str) -> None:
    """Skip what this host has not, naming it."""
    wanted = name.removeprefix("isa ")
    if wanted in NAMES and wanted not in HOST_HAS:
        pytest.skip(f"this host has no {wanted}")
    if name == "numpy" and not numpy_features():
        pytest.skip("numpy uses no instructions beyond its baseline on this host")
