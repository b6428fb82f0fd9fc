"""One E1 line in the native engine, both ways at bit level, in multiples of real time (one core).

Every timeslot carries a test sequence, so that each frame is new. At octet level lines are part of bench_engine.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from bench_engine import BATCH, SLOTS, measure

from switchsim.dsp import e1
from switchsim.dsp.e1_lines import ERR_BIT, ERR_CODE, E1Config, E1Error
from switchsim.dsp.engine import Engine, EngineConfig
from switchsim.dsp.patterns import PRBS15

FLAGS = e1.CRC4 | e1.CAS | e1.HDB3
FAULTS = {
    "no errors": None,
    "random bit errors of 1e-6": E1Error(kind=ERR_BIT, random=True, rate_ppb=1000, bits=0xFF, key=1),
    "code errors": E1Error(kind=ERR_CODE, random=True, rate_ppb=1000, bits=0xFF, key=1),
}
BOUND = {
    "no errors": "the native core: framer, CRC-4, and the test sequences",
    "random bit errors of 1e-6": "the native core: the same",
    "code errors": "the native core: HDB3, which runs while code errors are made alone",
}


class Line:
    """One line, both ways at bit level, PRBS15 in every timeslot."""

    def __init__(self, fault: E1Error | None) -> None:
        self.engine = Engine(EngineConfig(n_sources=62, n_switched=64, n_e1=2, n_patterns=2))
        for unit in range(2):
            first = self.engine.first_switched_cell + SLOTS * unit
            self.engine.e1_define(unit, E1Config(first_cell=first, opposite=unit ^ 1, flags=FLAGS))
            self.engine.pattern_start(unit, PRBS15, 31 * unit, 31)
            for slot in range(31):
                self.engine.connect(first + 1 + slot, self.engine.first_source_cell + 31 * unit + slot)
            self.engine.e1_level(unit, True)
            if fault:
                self.engine.e1_inject(unit, 0, fault)

    def second(self) -> None:
        """One simulated second."""
        end = self.engine.now + 8000
        while self.engine.now < end:
            self.engine.run(self.engine.now + BATCH)


@pytest.mark.parametrize("what", FAULTS)
def test_bench_one_line_at_bit_level(benchmark: Any, what: str) -> None:
    benchmark.extra_info["what"] = f"one E1 line, both ways at bit level: {what}"
    benchmark.extra_info["bound"] = BOUND[what]
    measure(benchmark, Line(FAULTS[what]), f"one E1 line, both ways at bit level: {what}")
