"""Switching 2048 and 65,536 timeslots by any permutation: against memcpy, a plain loop in C, and numpy; and real time.

Usage: python benches/bench_switching.py [--json PATH]   Medians; all take turns in one run.
The engine's cells copy one another, 8 cycles a row, through `swd_run` as in a machine: with its sweep, its maps of what
is awake and its ends of rows. memcpy moves the same octets through a ring of 16 rows, which the second cache holds, and
for comparison between two rows, which together are as large as the first cache; the engine's two rows with the map of
who hears whom are larger than that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from clock import in_real_time
from compiled import compiled
from ratios import compared, json_argument, report, side_by_side

from switchsim.dsp import isa
from switchsim.dsp.engine import Engine, EngineConfig

SLOTS, WIDE, ROWS, ROUNDS = 2048, 65536, 10_000, 9
PARTIES, RING = 512, 16
CYCLES = 8 * ROWS
NUMPY_FRAMES = 8_000
LOOPS = """
void copy_rows(uint8_t *ring, uint32_t n_ring, size_t n_octets, uint32_t n_rows);
void switch_frames(uint8_t *frames, const uint32_t *from, uint32_t n_slots, uint32_t n_frames);
"""
SOURCE = """
#include <stdint.h>
#include <string.h>
void copy_rows(uint8_t *ring, uint32_t n_ring, size_t n_octets, uint32_t n_rows)
{
    for (uint32_t row = 0; row < n_rows; row++) {
        memcpy(ring + row % n_ring * n_octets, ring + (row + n_ring / 2) % n_ring * n_octets, n_octets);
        __asm__ volatile("" ::: "memory");
    }
}
/* Sixteen frames, as many octets as the engine's two rows; each is made from the one eight before it. */
void switch_frames(uint8_t *frames, const uint32_t *from, uint32_t n_slots, uint32_t n_frames)
{
    for (uint32_t frame = 0; frame < n_frames; frame++) {
        uint8_t *restrict to = frames + (size_t)(frame + 8) % 16 * n_slots;
        const uint8_t *restrict old = frames + (size_t)frame % 16 * n_slots;
        for (uint32_t i = 0; i < n_slots; i++)
            to[i] = old[from[i]];
    }
}
"""


class Switch:
    """Switched cells that copy one another by a permutation, with sound going round in them."""

    def __init__(self, slots: int) -> None:
        self.order = np.random.default_rng(6).permutation(slots).astype(np.uint32)
        self.engine = Engine(EngineConfig(n_switched=slots, n_sources=PARTIES))
        self.until, first = 4096, self.engine.first_switched_cell
        for party in range(PARTIES):
            self.engine.source_mark(party, party + 1)
        for slot in range(slots):
            self.engine.connect(first + slot, self.engine.first_source_cell + slot % PARTIES)
        self.engine.run(self.until)
        for party in range(PARTIES):
            self.engine.source_idle(party)
        for slot, source in enumerate(self.order):
            self.engine.connect(first + slot, first + int(source))

    def rows(self, n: int) -> None:
        """Switch n rows in one call."""
        self.until += 8 * n
        self.engine.run(self.until)


def peers() -> tuple[Any, Any]:
    return compiled("_bench_switching", LOOPS, SOURCE)


def narrow() -> list[dict[str, Any]]:
    """The three ratios with 2048 slots."""
    ffi, lib = peers()
    switch, octets = Switch(SLOTS), 8 * SLOTS
    made = [ffi.new("uint8_t[]", size + 64) for size in (RING * octets, 16 * SLOTS)]
    ring, frames = (memory + -int(ffi.cast("uintptr_t", memory)) % 64 for memory in made)
    order = ffi.from_buffer("uint32_t[]", switch.order)
    held, index = np.random.default_rng(7).integers(0, 256, (16, SLOTS), dtype=np.uint8), switch.order.astype(np.intp)

    def by_numpy() -> None:
        for frame in range(NUMPY_FRAMES):
            held[(frame + 8) % 16] = held[frame % 16][index]

    ours, ringed, small, plain, fancy = side_by_side([
        lambda: switch.rows(ROWS), lambda: lib.copy_rows(ring, RING, octets, ROWS),
        lambda: lib.copy_rows(ring, 2, octets, ROWS), lambda: lib.switch_frames(frames, order, SLOTS, CYCLES), by_numpy,
    ], ROUNDS)  # fmt: skip
    moved, by_numpy_moved, unit = octets * ROWS / 1e9, SLOTS * NUMPY_FRAMES / 1e9, "gigaoctets/s"
    return [
        compared("switching/memcpy", (moved, ours), (moved, ringed), unit),
        compared("switching/memcpy-two-rows", (moved, ours), (moved, small), unit),
        compared("switching/c", (moved, ours), (moved, plain), unit),
        compared("switching/numpy", (moved, ours), (by_numpy_moved, fancy), unit),
    ]


def wide() -> dict[str, Any]:
    """65,536 slots, in multiples of real time."""
    switch = Switch(WIDE)
    return in_real_time("wide/switching", lambda: switch.rows(1000), 1.0, 4 * ROUNDS)


def main() -> None:
    """Print the four rows."""
    path = json_argument()
    rows = [*narrow(), wide()]
    report(rows, isa.choose_from_environment(), path)


if __name__ == "__main__":
    main()
