"""Test patterns on all circuits of the full B-type machine, against libspandsp's single-channel tester.

1440 generators (2^15-1), each through a switched cell to a checker of its own, in multiples of real time on one core;
then 48 of 30 timeslots; then with one bit in a thousand wrong. Beside it, when the Debian package libspandsp-dev is
there, what as many of spandsp's testers take for the same bits: bit by bit, 2^15-1, without any switching.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path
from typing import Any

import cffi
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import spandsp_peer

from switchsim.dsp.engine import Engine, EngineConfig
from switchsim.dsp.patterns import PRBS15

CIRCUITS, LINES, SLOTS, BATCH = 1440, 48, 30, 160
SECOND = 8000
PEER_SECONDS = 300
PEER_O151_15 = 10                    # BERT_PATTERN_ITU_O151_15
PEER = "int peer_seconds(int pattern, int bits);"
PEER_SOURCE = """
#include <stdbool.h>
#include <stdint.h>
#include <spandsp.h>
int peer_seconds(int pattern, int bits)
{
    bert_state_t *from = bert_init(NULL, 0, pattern, 300, 20), *to = bert_init(NULL, 0, pattern, 300, 20);
    bert_results_t results;
    for (int i = 0; i < bits; i++)
        bert_put_bit(to, bert_get_bit(from));
    bert_result(to, &results);
    bert_free(from);
    bert_free(to);
    return results.bad_bits ? -1 : results.total_bits;
}
"""


class Bank:
    """Every circuit's generator, cell and checker; `slots` circuits to a generator."""

    def __init__(self, slots: int = 1, errors: bool = False) -> None:
        units = CIRCUITS // slots
        lines = CIRCUITS // 32
        self.engine = engine = Engine(EngineConfig(
            n_sources=CIRCUITS, n_switched=CIRCUITS, n_lines=lines, n_patterns=units, n_berts=units,
        ))  # fmt: skip
        first = engine.first_switched_cell
        for k in range(CIRCUITS):
            engine.connect(first + k, engine.first_source_cell + k)
        for k in range(lines):
            engine.line_define(k, first + 32 * k)
            engine.line_errors(k, 1_000_000 if errors else 0, k)
        for unit in range(units):
            engine.pattern_start(unit, PRBS15, unit * slots, slots)
            engine.bert_listen(unit, PRBS15, range(first + unit * slots, first + (unit + 1) * slots))
        self.units, self.errors = units, errors

    def second(self) -> None:
        """One simulated second."""
        end = self.engine.now + SECOND
        while self.engine.now < end:
            self.engine.run(min(end, self.engine.now + BATCH))

    def judge(self) -> None:
        """Every checker is in sync, and counted what was wrong alone."""
        counts = [self.engine.bert_counters(unit) for unit in range(self.units)]
        assert all(count.in_sync and count.losses == 0 for count in counts)
        assert all((count.errors > 0) == self.errors for count in counts)


def peer_multiple(where: Path) -> float | None:
    """Times real time of one core with as many of spandsp's generators and testers; None: it is not there."""
    if spandsp_peer.load() is None:
        return None
    builder = cffi.FFI()
    builder.cdef(PEER)
    builder.set_source("_bench_peer_bert", PEER_SOURCE, libraries=["spandsp"], extra_compile_args=["-O3"])
    try:
        builder.compile(tmpdir=str(where))
    except (cffi.VerificationError, OSError):  # the library without its headers
        return None
    sys.path.insert(0, str(where))
    lib: Any = importlib.import_module("_bench_peer_bert").lib
    start = time.process_time()
    assert lib.peer_seconds(PEER_O151_15, PEER_SECONDS * 64_000) > 0
    return PEER_SECONDS / (time.process_time() - start) / CIRCUITS


@pytest.mark.parametrize(("slots", "errors"), [(1, False), (SLOTS, False), (1, True)], ids=["64k", "30x64k", "errors"])
def test_bench_patterns(benchmark: Any, tmp_path: Path, slots: int, errors: bool) -> None:
    bank = Bank(slots, errors)
    for _ in range(2):
        bank.second()
    benchmark.pedantic(bank.second, rounds=15, iterations=1)
    bank.judge()
    what = "48 generators and checkers of 30 timeslots" if slots > 1 else "1440 generators and 1440 checkers"
    what = f"test patterns (2^15-1): {what}{', one bit in 1000 wrong' if errors else ''}"
    bound = "the native core: generators, rows of cells, checkers"
    multiple = 1 / benchmark.stats["median"]
    peer = None if slots > 1 or errors else peer_multiple(tmp_path)
    if peer is not None:
        bound += f"; libspandsp's testers, one call a bit and no switching: {peer:.1f} times real time"
    benchmark.extra_info.update(what=what, bound=bound)
    print(f"\n{what}: {multiple:.0f} times real time{'' if peer is None else f'; libspandsp {peer:.1f}'}")
