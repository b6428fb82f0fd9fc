"""The E1 framer alone: one line both ways, two senders and two receivers, in multiples of real time (one core).

A round is one simulated second, 16,000 frames. The loop over frames is compiled, as the engine's is.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import bench_hdlc
import cffi
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import native_parts

FRAMES = 8000
FLAGS = 1 | 2  # CRC-4, CAS
ROWS = {
    "in step": (0, 0, "TS0, CRC-4 and CAS both ends"),
    "13 octets late": (13, 0, "the same; each frame is put together from two calls"),
    "with HDB3": (0, 1, "HDB3 coder and decoder"),
}
LOOP = """
typedef struct way { swd_e1_tx tx; swd_e1_rx rx; swd_hdb3 code; } way;
void begin(way *w, uint32_t flags);
uint32_t second(way *w, uint32_t frames, uint32_t late, uint32_t hdb3);
"""
SOURCE = """
#include <string.h>
#include "parts.h"
typedef struct way { swd_e1_tx tx; swd_e1_rx rx; swd_hdb3 code; } way;
void begin(way *w, uint32_t flags)
{
    swd_e1_tx_reset(&w->tx, flags, 0, 0);
    swd_e1_rx_reset(&w->rx, flags, 255, 0);
    swd_hdb3_reset(&w->code);
}
/* Frames of a payload that changes, `late` octets late on the line; returns the status. */
uint32_t second(way *w, uint32_t frames, uint32_t late, uint32_t hdb3)
{
    uint8_t payload[32], line[64] = {0}, plus[32], minus[32], out[32];
    for (uint32_t i = 0; i < frames; i++) {
        uint64_t word = (i + 1) * 0x9E3779B97F4A7C15u;
        for (uint32_t k = 0; k < 32; k += 8)
            memcpy(payload + k, &word, 8);
        memcpy(line, line + 32, 32);
        swd_e1_tx_frame(&w->tx, payload, (swd_e1_wrong){0, 0}, line + 32);
        const uint8_t *at = line + 32 - late;
        if (hdb3) {
            swd_hdb3_encode(&w->code, at, plus, minus);
            w->rx.counts.code_violations += swd_hdb3_decode(&w->code, plus, minus, out);
            memcpy(plus, out, 32);
            at = plus;
        }
        swd_e1_rx_push(&w->rx, at, out);
    }
    return w->rx.status;
}
"""


@pytest.fixture(scope="module")
def framer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The framer's sources and the loop over frames, as one module."""
    where, source = tmp_path_factory.mktemp("bench_e1_framer"), native_parts.NATIVE / "src"
    builder = cffi.FFI()
    builder.cdef(native_parts.declarations() + LOOP)
    builder.set_source(
        "_bench_e1_framer", SOURCE, sources=bench_hdlc.sources(source),
        include_dirs=[str(source), str(native_parts.NATIVE / "include")], extra_compile_args=["-O3", "-fwrapv"],
    )  # fmt: skip
    builder.compile(tmpdir=str(where))
    sys.path.insert(0, str(where))
    return importlib.import_module("_bench_e1_framer")


@pytest.mark.parametrize("what", ROWS)
def test_bench_framer(benchmark: Any, framer: Any, what: str) -> None:
    late, hdb3, bound = ROWS[what]
    ways = [framer.ffi.new("way *") for _ in range(2)]
    for way in ways:
        framer.lib.begin(way, FLAGS)

    def second() -> None:
        for way in ways:
            assert framer.lib.second(way, FRAMES, late, hdb3) == 0

    framer.lib.second(ways[0], 100, late, hdb3)
    framer.lib.second(ways[1], 100, late, hdb3)
    benchmark.extra_info["what"] = f"E1 framer alone, one line both ways, {what}"
    benchmark.extra_info["bound"] = bound
    benchmark.pedantic(second, rounds=25, iterations=1)
    print(f"\nE1 framer, one line both ways, {what}: {1 / benchmark.stats['median']:.0f} times real time")
