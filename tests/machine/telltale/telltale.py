"""A board that leaks one of the things that no journal may depend on: the variable TELLTALE names which."""

from __future__ import annotations

import math
import os
import time

import numpy as np

from switchsim.dsp import isa
from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.site import Site
from switchsim.model.events import DefectSeen

runs_of_this_process = 0


class Telltale(Board[CommonState]):
    """Emits its leak at power-on."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.state = CommonState()

    def started(self) -> None:
        for text in LEAKS[os.environ["TELLTALE"]](self):
            self.emit(DefectSeen("leak", text))


def _hash_order(_: Telltale) -> list[str]:
    return list({f"word{number}" for number in range(20)})


def _batch(board: Telltale) -> list[str]:
    return [str(board.host.batch)]  # type: ignore[attr-defined] # no part may know of it


def _instruction_set(_: Telltale) -> list[str]:
    return [isa.selected()]


def _libm(_: Telltale) -> list[str]:
    return [math.sin(number * 0.37 + 0.01).hex() for number in range(1, 1500)]


def _numpy(_: Telltale) -> list[str]:
    return [np.tan(np.arange(1, 20_000) * 0.037).tobytes().hex()]


def _wall_clock(_: Telltale) -> list[str]:
    return [str(time.time_ns())]


def _process(_: Telltale) -> list[str]:
    global runs_of_this_process
    runs_of_this_process += 1
    return [str(runs_of_this_process)]


LEAKS = {
    "": lambda _: [], "hash order": _hash_order, "batch": _batch, "instruction set": _instruction_set, "libm": _libm,
    "numpy": _numpy, "wall clock": _wall_clock, "process": _process,
}  # fmt: skip
