"""Multiples of real time, and the clock of the core at which they were measured: on a shared host it moves by half."""

from __future__ import annotations

from statistics import median
from time import thread_time
from typing import Any

from compiled import compiled
from ratios import Work, measured

STEPS = 2_000_000
SOURCE = """
#include <stdint.h>
/* Each step waits for the one before: one a cycle. What is added is in a register, unknown to compilers: numbers that
 * stand in the instruction some processors add at once, several in a cycle. */
uint64_t steps(uint64_t n)
{
    uint64_t x = 0, y = 3;
    __asm__ volatile("" : "+r"(y));
    for (uint64_t i = 0; i < n; i += 4) {
        x += y; __asm__ volatile("" : "+r"(x));
        x ^= y; __asm__ volatile("" : "+r"(x));
        x += y; __asm__ volatile("" : "+r"(x));
        x ^= y; __asm__ volatile("" : "+r"(x));
    }
    return x;
}
"""


_, CHAIN = compiled("_bench_clock", "uint64_t steps(uint64_t n);", SOURCE)


def in_real_time(row_id: str, work: Work, simulated: float, rounds: int) -> dict[str, Any]:
    """A bench's row: `simulated` seconds by what `work` takes, and the clock; both are medians of the rounds."""
    multiples, clocks = [], []
    work()
    for _ in range(rounds):
        start = thread_time()
        CHAIN.steps(STEPS)
        between = thread_time()
        work()
        multiples.append(simulated / (thread_time() - between))
        clocks.append(STEPS / (between - start) / 1e9)
    ghz = median(clocks)
    return measured(row_id, median(multiples), 1.0, f"times real time at {ghz:.1f} GHz") | {"ghz": round(ghz, 2)}
