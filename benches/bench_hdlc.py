"""HDLC transmitter and receiver: channel-seconds of 64 kbit/s a CPU second, busy and idle, against libspandsp.

Usage: python benches/bench_hdlc.py [--json PATH]   Medians; ours and the peer's take turns in one run.
Busy: frames of 20..260 random octets, one flag between. Ours is called once a row of 8 cycles, as the engine does; the
peer with as many octets a call as it is fastest with. Both hand good frames to compiled code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import native_hdlc
import native_parts
import spandsp_peer
from compiled import compiled
from ratios import compared, json_argument, report, side_by_side

ROUNDS = 7
OCTETS = 8000 * 8                    # of a measured stretch: 8 s of one channel
CHUNKS = (8, 64, 160, 1024, OCTETS)  # octets a call of the peer
LOOP = """
void bench_rx(swd_hdlc_rx *rx, const uint8_t *line, uint32_t rows);
void bench_tx(swd_hdlc_tx *tx, const uint8_t *frames, const uint32_t *lengths, uint32_t n_frames, uint32_t rows);
extern uint64_t found;
void on_frame(void *user, const uint8_t *packet, int length, int ok);
void on_underflow(void *user);
void peer_rx(void *put, void *rx, const uint8_t *line, uint32_t n, uint32_t chunk);
void peer_tx(void *queue, void *get, void *tx, const uint8_t *frames, const uint32_t *lengths, uint32_t n_frames,
             uint32_t n, uint32_t chunk);
"""
LOOP_SOURCE = """
#include "parts.h"
uint64_t found;
void bench_rx(swd_hdlc_rx *rx, const uint8_t *line, uint32_t rows)
{
    swd_hdlc_result results[8];
    uint8_t out[8 * SWD_MAX_FRAME];
    for (uint32_t row = 0; row < rows; row++)
        found += swd_hdlc_rx_push(rx, line + row * 8, 8, results, out);
}
void bench_tx(swd_hdlc_tx *tx, const uint8_t *frames, const uint32_t *lengths, uint32_t n_frames, uint32_t rows)
{
    uint8_t line[8];
    uint32_t at_octet, next = 0;
    for (uint32_t row = 0; row < rows; row++) {
        if (n_frames && tx->waiting < 2) {
            swd_hdlc_tx_queue(tx, frames + next * 300, lengths[next]);
            next = (next + 1) % n_frames;
        }
        swd_hdlc_tx_pull(tx, line, 8, &at_octet);
        found += line[7];
    }
}
void on_frame(void *user, const uint8_t *packet, int length, int ok)
{
    (void)user, (void)packet;
    found += (uint64_t)length + ok;
}
void peer_rx(void *put, void *rx, const uint8_t *line, uint32_t n, uint32_t chunk)
{
    for (uint32_t at = 0; at < n; at += chunk)
        ((void (*)(void *, const uint8_t *, int))put)(rx, line + at, (int)(n - at < chunk ? n - at : chunk));
}
/* The peer asks for a frame when it has none; without frames it sends flags. */
static void *queue_frame, *sender;
static const uint8_t *waiting;
static const uint32_t *waiting_lengths;
static uint32_t n_waiting, next_waiting;
void on_underflow(void *user)
{
    (void)user;
    if (n_waiting == 0)
        return;
    int (*put)(void *, const uint8_t *, size_t) = queue_frame;
    put(sender, waiting + next_waiting * 300, waiting_lengths[next_waiting]);
    next_waiting = (next_waiting + 1) % n_waiting;
    found++;
}
void peer_tx(void *queue, void *get, void *tx, const uint8_t *frames, const uint32_t *lengths, uint32_t n_frames,
             uint32_t n, uint32_t chunk)
{
    static uint8_t line[65536];
    queue_frame = queue, sender = tx, waiting = frames, waiting_lengths = lengths, n_waiting = n_frames;
    if (found == 0 || next_waiting == 0)
        on_underflow(0);
    for (uint32_t made = 0; made < n;) {
        int got = ((int (*)(void *, uint8_t *, size_t))get)(tx, line, n - made < chunk ? n - made : chunk);
        made += got > 0 ? (uint32_t)got : n;
        found += line[0];
    }
}
"""
Works = dict[str, Callable[[], object]]


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


def sources(source: Path) -> list[Path]:
    """Every part that the declarations name, so that the module links."""
    names = re.search(r"^PARTS = (.+)$", (source.parent / "Makefile").read_text(encoding="utf-8"), re.M)
    assert names is not None
    return [source / f"{name}.c" for name in names[1].split()]


class Bench:
    """The compiled loops, the frames, and the lines that carry them."""

    def __init__(self) -> None:
        source = native_parts.NATIVE / "src"
        self.ffi, self.lib = compiled(
            "_bench_hdlc", native_parts.declarations() + LOOP, LOOP_SOURCE, sources(source),
            (source, native_parts.NATIVE / "include"),
        )  # fmt: skip
        frames = random_frames()
        self.block = b"".join(frame.ljust(300, b"\0") for frame in frames)
        self.lengths = [len(frame) for frame in frames]
        self.lines = {"full": busy_line(_Parts(self.ffi, self.lib), frames), "idle": b"\xfc" * OCTETS}

    def ours(self) -> Works:
        """Name -> work of OCTETS octets."""
        ffi, lib, works = self.ffi, self.lib, Works()
        for name, line in self.lines.items():
            rx, tx = ffi.new("swd_hdlc_rx *"), ffi.new("swd_hdlc_tx *")
            lib.swd_hdlc_rx_reset(rx)
            lib.swd_hdlc_tx_reset(tx)
            n = len(self.lengths) if name == "full" else 0
            works[f"rx-{name}"] = partial(lib.bench_rx, rx, line, OCTETS // 8)
            works[f"tx-{name}"] = partial(lib.bench_tx, tx, self.block, self.lengths, n, OCTETS // 8)
        return works

    def theirs(self, chunk: int) -> Works:
        """The same of libspandsp with `chunk` octets a call; nothing where it is not installed."""
        peer = spandsp_peer.load()
        if peer is None:
            return {}
        outer, library = peer
        works = Works()

        def pointer(ffi: Any, what: Any) -> Any:
            return self.ffi.cast("void *", int(ffi.cast("uintptr_t", what)))

        def function(name: str) -> Any:
            return pointer(outer, outer.addressof(library, name))

        def handler(kind: str, name: str) -> Any:
            return outer.cast(kind, int(self.ffi.cast("uintptr_t", self.ffi.addressof(self.lib, name))))

        heard, empty = handler("hdlc_frame_handler_t", "on_frame"), handler("hdlc_underflow_handler_t", "on_underflow")
        for name, line in self.lines.items():
            rx = library.hdlc_rx_init(outer.NULL, 0, 0, 1, heard, outer.NULL)
            tx = library.hdlc_tx_init(outer.NULL, 0, 1, 0, empty, outer.NULL)
            library.hdlc_tx_flags(tx, 2)
            n = len(self.lengths) if name == "full" else 0
            put, queue, get = (function(f"hdlc_{what}") for what in ("rx_put", "tx_frame", "tx_get"))
            works[f"rx-{name}"] = partial(self.lib.peer_rx, put, pointer(outer, rx), line, OCTETS, chunk)
            works[f"tx-{name}"] = partial(
                self.lib.peer_tx, queue, get, pointer(outer, tx), self.block, self.lengths, n, OCTETS, chunk
            )
        return works


class _Parts:
    """What native_hdlc asks for: the parts, here linked into the bench."""

    def __init__(self, ffi: Any, lib: Any) -> None:
        self.ffi, self.lib = ffi, lib


def main() -> None:
    """Print a line for each of rx and tx, full and idle."""
    path = json_argument()
    bench = Bench()
    ours, chunks = bench.ours(), [works for chunk in CHUNKS if (works := bench.theirs(chunk))]
    rows = []
    for name, work in ours.items():
        seconds, *peers = side_by_side([work, *(works[name] for works in chunks)], ROUNDS)
        if peers:
            unit = f"channels (peer's best: {CHUNKS[peers.index(min(peers))]} octets a call)"
            rows.append(compared(f"hdlc/{name}", (OCTETS / 8000, seconds), (OCTETS / 8000, min(peers)), unit))
        else:
            print(f"hdlc/{name:8} {OCTETS / 8000 / seconds:12,.0f}")
    report(rows, "any", path)


if __name__ == "__main__":
    main()
