"""HDLC transmitter and receiver: channel-seconds of 64 kbit/s a CPU second, busy and idle, against libspandsp.

Usage: python benches/bench_hdlc.py   Median of five runs. Busy: frames of 20..260 random octets, one flag between.
"""

from __future__ import annotations

import importlib
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import cffi
import native_hdlc
import native_parts
import spandsp_peer

RUNS = 5
OCTETS = 8000 * 8                    # of a measured stretch: 8 s of one channel
LOOP = """
void bench_rx(swd_hdlc_rx *rx, const uint8_t *line, uint32_t rows, uint64_t *found);
void bench_tx(swd_hdlc_tx *tx, const uint8_t *frames, const uint32_t *lengths, uint32_t n_frames, uint32_t rows,
              uint64_t *sum);
"""
LOOP_SOURCE = """
#include "parts.h"
void bench_rx(swd_hdlc_rx *rx, const uint8_t *line, uint32_t rows, uint64_t *found)
{
    swd_hdlc_result results[8];
    uint8_t out[8 * SWD_MAX_FRAME];
    for (uint32_t row = 0; row < rows; row++)
        *found += swd_hdlc_rx_push(rx, line + row * 8, 8, results, out);
}
void bench_tx(swd_hdlc_tx *tx, const uint8_t *frames, const uint32_t *lengths, uint32_t n_frames, uint32_t rows,
              uint64_t *sum)
{
    uint8_t line[8];
    uint32_t at_octet, next = 0;
    for (uint32_t row = 0; row < rows; row++) {
        if (n_frames && tx->waiting < 2) {
            swd_hdlc_tx_queue(tx, frames + next * 300, lengths[next]);
            next = (next + 1) % n_frames;
        }
        swd_hdlc_tx_pull(tx, line, 8, &at_octet);
        *sum += line[7];
    }
}
"""


def rate(work: Callable[[], Any]) -> float:
    """Channel-seconds a CPU second, median of RUNS."""
    took = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return OCTETS / 8000 / statistics.median(took)


def random_frames() -> list[bytes]:
    """100 frames of 20..260 random octets."""
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, int(rng.integers(20, 261)), dtype=np.uint8).tobytes() for _ in range(100)]


def busy_line(parts: native_parts.Parts, frames: list[bytes]) -> bytes:
    """OCTETS octets of frames, one flag between."""
    tx, line, k = native_hdlc.Transmitter(parts), b"", 0
    while len(line) < OCTETS:
        while tx.tx.waiting < 3:
            tx.queue(frames[k % len(frames)])
            k += 1
        line += tx.pull(256)[0]
    return line[:OCTETS]


def ours(parts: native_parts.Parts, where: Path, frames: list[bytes], lines: dict[str, bytes]) -> dict[str, float]:
    """Rates of the native parts; the loop over rows is compiled, as the engine's is."""
    builder = cffi.FFI()
    structs = native_parts.declarations()
    builder.cdef(structs + LOOP)
    source = native_parts.NATIVE / "src"
    builder.set_source(
        "_bench_hdlc", LOOP_SOURCE, sources=sources(source),
        include_dirs=[str(source), str(native_parts.NATIVE / "include")], extra_compile_args=["-O3", "-fwrapv"],
    )  # fmt: skip
    builder.compile(tmpdir=str(where))
    sys.path.insert(0, str(where))
    module: Any = importlib.import_module("_bench_hdlc")
    ffi, lib = module.ffi, module.lib
    rows, count, found = OCTETS // 8, ffi.new("uint64_t *"), {}
    block = b"".join(frame.ljust(300, b"\0") for frame in frames)
    for name, line in lines.items():
        rx, tx = ffi.new("swd_hdlc_rx *"), ffi.new("swd_hdlc_tx *")
        lib.swd_hdlc_rx_reset(rx)
        lib.swd_hdlc_tx_reset(tx)
        lengths, n = [len(frame) for frame in frames], len(frames) if name == "busy" else 0
        found[f"rx {name}"] = rate(partial(lib.bench_rx, rx, line, rows, count))
        found[f"tx {name}"] = rate(partial(lib.bench_tx, tx, block, lengths, n, rows, count))
    return found


def sources(source: Path) -> list[str]:
    """Every part that the declarations name, so that the module links."""
    names = re.search(r"^PARTS = (.+)$", (source.parent / "Makefile").read_text(encoding="utf-8"), re.M)
    assert names is not None
    return [str(source / f"{name}.c") for name in names[1].split()]


def theirs(frames: list[bytes], lines: dict[str, bytes]) -> dict[str, float]:
    """Rates of libspandsp, which takes any number of octets a call."""
    peer = spandsp_peer.load()
    if peer is None:
        return {}
    ffi, lib = peer
    found = {}
    for name, line in lines.items():
        seen: list[int] = []
        on_frame = ffi.callback("void(void *, const uint8_t *, int, int)", lambda _u, _p, n, _ok, s=seen: s.append(n))
        rx = lib.hdlc_rx_init(ffi.NULL, 0, 0, 1, on_frame, ffi.NULL)
        tx = lib.hdlc_tx_init(ffi.NULL, 0, 1, 0, ffi.NULL, ffi.NULL)
        found[f"rx {name}"] = rate(partial(lib.hdlc_rx_put, rx, line, len(line)))
        found[f"tx {name}"] = rate(partial(peer_send, ffi, lib, tx, frames if name == "busy" else []))
        lib.hdlc_rx_free(rx)
        lib.hdlc_tx_free(tx)
    return found


def peer_send(ffi: Any, lib: Any, tx: Any, frames: list[bytes]) -> None:
    """OCTETS octets from hdlc_tx."""
    into, sent, k = ffi.new("uint8_t[512]"), 0, 0
    lib.hdlc_tx_flags(tx, OCTETS if not frames else 2)
    while sent < OCTETS:
        size = 512
        if frames:
            frame = frames[k % len(frames)]
            lib.hdlc_tx_frame(tx, frame, len(frame))
            size, k = len(frame) + 4, k + 1
        sent += lib.hdlc_tx_get(tx, into, size)


def main() -> None:
    """Print a line for each of rx and tx, busy and idle."""
    with tempfile.TemporaryDirectory() as where:
        parts = native_parts.Parts(Path(where))
        frames = random_frames()
        lines = {"busy": busy_line(parts, frames), "idle": b"\xfc" * OCTETS}
        native, peer = ours(parts, Path(where), frames, lines), theirs(frames, lines)
    for name, value in native.items():
        ratio = f"   libspandsp {peer[name]:10,.0f}   {value / peer[name]:6.1f} x" if name in peer else ""
        print(f"hdlc {name} {value:12,.0f}{ratio}")


if __name__ == "__main__":
    main()
