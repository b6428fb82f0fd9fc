"""MFC and call progress banks beside libspandsp's r2_mf_rx and super_tone_rx, these at their best chunk.

Both are driven from C, on one thread, in turns; the bank from A-law, the peers from linear samples. The bank's channels
listen to 256 cells, as circuits of a machine do to its row of cells, which was just switched and is in the cache.

Usage: python benches/bench_mfc.py [--channels 2048] [--rounds 5] [--all] [--json PATH]     --all: every instruction set
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cffi
import numpy as np
from compiled import compiled
from ratios import Work, compared, report, side_by_side

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
from ctypes.util import find_library

from native_parts import Parts
from tone_parts import BACKWARD, FORWARD, MFC, PROGRESS, ToneBank

from switchsim.dsp.tone_receivers import TONE_SETS, native_fields

PERIOD = 1600                        # cycles of signal that are played over and over
CELLS = 256                          # with their rows of a period they lie in the second cache
PEER_CHANNELS = 32
PEER_HZ = (450, 950, 1400, 1800)
CHUNKS = (2, 4, 8, 16, 160)          # samples a call, from which the peer's best is taken
UNIT = "channels in real time"
RX = "int (*)(void *, const int16_t *, int)"
LOOPS = """
typedef uint32_t push_t(void *bank, uint64_t from, uint32_t n, const uint64_t *cells, void *hits, uint32_t capacity);

/* A second: 1000 rows, of which n_rows are kept. Returns how many hits there were. */
uint32_t second(void *push, void *bank, uint64_t from, const uint64_t *rows, uint32_t n_rows, uint32_t n_cells,
                void *hits, uint32_t n_channels)
{
    uint32_t n = 0;
    for (uint64_t at = from; at < from + 8000; at += 8)
        n += ((push_t *)push)(bank, at, 8, rows + (size_t)(at / 8 % n_rows) * n_cells, hits, n_channels);
    return n;
}

void drive(void *const *states, int (*rx)(void *, const int16_t *, int), const int16_t *samples, uint32_t n_channels,
           uint32_t n_samples, uint32_t chunk)
{
    for (uint32_t c = 0; c < n_channels; c++)
        for (uint32_t at = 0; at < n_samples; at += chunk)
            rx(states[c], samples + (size_t)c * n_samples + at, (int)chunk);
}
"""
DECLARED = ("uint32_t second(void *push, void *bank, uint64_t from, const uint64_t *rows, uint32_t n_rows,"
            "uint32_t n_cells, void *hits, uint32_t n_channels);"
            "void drive(void *const *states, int (*rx)(void *, const int16_t *, int), const int16_t *samples,"
            "uint32_t n_channels, uint32_t n_samples, uint32_t chunk);")  # fmt: skip
PEER = """
void *r2_mf_rx_init(void *s, int forward, void *callback, void *user_data);
int r2_mf_rx(void *s, const int16_t *amp, int samples);
void *super_tone_rx_make_descriptor(void *s);
int super_tone_rx_add_tone(void *s);
int super_tone_rx_add_element(void *s, int tone, int f1, int f2, int min, int max);
void *super_tone_rx_init(void *s, void *descriptor, void (*told)(void *, int, int, int), void *user_data);
int super_tone_rx(void *s, const int16_t *amp, int samples);
"""
Signal = np.ndarray[Any, Any]


def quiet(rng: np.random.Generator, channels: int) -> Signal:
    """Line noise at -50 dBm0 on every channel."""
    made: Signal = rng.normal(0, 51, (channels, PERIOD))
    return made


def noisy(rng: np.random.Generator, channels: int) -> Signal:
    """Noise at -20 dBm0 whose loudness swings as syllables do."""
    swing = 1 + np.sin(2 * np.pi * (np.arange(PERIOD) / PERIOD + rng.random((channels, 1))))
    made: Signal = rng.normal(0, 1614, (channels, PERIOD)) * swing
    return made


def registers(rng: np.random.Generator, channels: int) -> Signal:
    """A register signal of 60 ms in every 100 ms, at any offset; on the second half of the channels backward."""
    t, made = np.arange(PERIOD) / 8000, np.empty((channels, PERIOD))
    for channel in range(channels):
        pair = rng.choice(6, 2, replace=False)
        hz = 1140 - 120 * pair if 2 * channel >= channels else 1380 + 120 * pair
        wave = 6072 * np.sin(2 * np.pi * hz[:, None] * t).sum(axis=0) * (t % 0.1 < 0.06)
        made[channel] = np.roll(wave, int(rng.integers(0, 800)))
    return made


def busy(rng: np.random.Generator, channels: int) -> Signal:
    """450 Hz, 100 ms on and off, at any offset."""
    t = np.arange(PERIOD) / 8000
    wave = 7218 * np.sin(2 * np.pi * 450 * t) * (t % 0.2 < 0.1)
    return np.stack([np.roll(wave, int(shift)) for shift in rng.integers(0, 1600, channels)])


class Loops:
    """The compiled loops, and pointers of other libraries as they take them."""

    def __init__(self) -> None:
        self.ffi, self.lib = compiled("tone_loops", DECLARED, LOOPS)

    def pointer(self, ffi: cffi.FFI, kind: str, pointer: Any) -> Any:
        return self.ffi.cast(kind, int(ffi.cast("uintptr_t", pointer)))


def bank_work(loops: Loops, parts: Parts, shape: int, codes: Signal, channels: int) -> Work:
    """One simulated second of all channels; they go round the cells, beginning with another each time."""
    bank = ToneBank(parts, shape, channels)
    if shape == PROGRESS:
        assert bank.define(0, parts.ffi.new("swd_tone_set *", native_fields(TONE_SETS["china"]))) == 0
    for channel in range(channels):
        cell = (channel + channel // CELLS * 96) % CELLS
        bank.assign(channel, FORWARD if shape == PROGRESS or 2 * cell < CELLS else BACKWARD, cell)
    rows = np.ascontiguousarray(codes.reshape(len(codes), -1, 8).transpose(1, 0, 2))
    push, memory, hits = (
        loops.pointer(parts.ffi, "void *", x)
        for x in (parts.ffi.addressof(parts.lib, "swd_tones_push"), bank.bank, bank.hits)
    )
    octets = loops.ffi.from_buffer("uint64_t[]", rows)

    def work() -> None:
        loops.lib.second(push, memory, bank.at, octets, len(rows), len(codes), hits, channels)
        bank.at += 8000

    return work


class Peer:
    """The library's receivers, driven from C."""

    def __init__(self, library: str, loops: Loops) -> None:
        self.ffi, self.loops = cffi.FFI(), loops
        self.ffi.cdef(PEER)
        self.lib: Any = self.ffi.dlopen(library)
        self.told = self.ffi.callback("void(void *, int, int, int)", lambda *_: None)

    def mfc(self, channel: int) -> Any:
        return self.lib.r2_mf_rx_init(self.ffi.NULL, int(2 * channel < PEER_CHANNELS), self.ffi.NULL, self.ffi.NULL)

    def progress(self, _channel: int) -> Any:
        """One that knows the four frequencies of the set that the bank listens for."""
        descriptor = self.lib.super_tone_rx_make_descriptor(self.ffi.NULL)
        tone = self.lib.super_tone_rx_add_tone(descriptor)
        for hz in PEER_HZ:
            self.lib.super_tone_rx_add_element(descriptor, tone, hz, 0, 330, 0)
        return self.lib.super_tone_rx_init(self.ffi.NULL, descriptor, self.told, self.ffi.NULL)

    def work(self, shape: int, linear: Signal, chunk: int) -> Work:
        """A simulated second of PEER_CHANNELS channels, linear samples (its A-law decoding is not counted)."""
        make, name = (self.mfc, "r2_mf_rx") if shape == MFC else (self.progress, "super_tone_rx")
        chosen = linear[:: len(linear) // PEER_CHANNELS][:PEER_CHANNELS]
        samples = np.ascontiguousarray(np.tile(chosen, (1, 5))[:, :8000].clip(-32768, 32767).astype(np.int16))
        loops, states = self.loops, [make(i) for i in range(PEER_CHANNELS)]
        pointers = loops.ffi.new("void *[]", [loops.pointer(self.ffi, "void *", state) for state in states])
        rx = loops.pointer(self.ffi, RX, self.ffi.addressof(self.lib, name))
        octets = loops.ffi.from_buffer("int16_t[]", samples)
        return lambda: loops.lib.drive(pointers, rx, octets, PEER_CHANNELS, samples.shape[1], chunk)


class Case(NamedTuple):
    """A signal for a bank; the id of its row is <name>/<instruction set>, and what it is unless it is the first."""

    name: str
    suffix: str
    shape: int
    signal: Callable[[np.random.Generator, int], Signal]


CASES = (
    Case("mfc", "", MFC, registers), Case("mfc", "/noise", MFC, noisy), Case("mfc", "/quiet", MFC, quiet),
    Case("progress", "", PROGRESS, busy), Case("progress", "/noise", PROGRESS, noisy),
    Case("progress", "/quiet", PROGRESS, quiet),
)  # fmt: skip


def best_of_peer(peer: Peer, case: Case, linear: Signal, rounds: int) -> int:
    """The chunk with which it is fastest."""
    took = side_by_side([peer.work(case.shape, linear, chunk) for chunk in CHUNKS], rounds)
    return CHUNKS[took.index(min(took))]


def measure(
    loops: Loops, parts: Parts, peer: Peer, case: Case, isas: list[str], channels: int, rounds: int
) -> list[dict[str, Any]]:  # fmt: skip
    """A row for each instruction set; the peer takes turns with the bank."""
    linear = case.signal(np.random.default_rng(1), CELLS)
    chunk = best_of_peer(peer, case, linear, 3)
    rows = []
    for isa in isas:
        parts.select(isa)
        bank = bank_work(loops, parts, case.shape, parts.encode(linear), channels)
        ours, theirs = side_by_side([bank, peer.work(case.shape, linear, chunk)], rounds)
        rows.append(compared(f"{case.name}/{isa}{case.suffix}", (channels, ours), (PEER_CHANNELS, theirs), UNIT))
    return rows


def main() -> None:
    """Print a row for each signal, and write them as JSON when asked to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--channels", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    library = find_library("spandsp")
    if library is None:
        raise SystemExit("libspandsp is not installed: nothing to compare with")
    with tempfile.TemporaryDirectory() as where:
        parts = Parts(Path(where))
    wanted = os.environ.get("SWITCHSIM_ISA") or parts.isas()[-1]
    isas = parts.isas() if arguments.all else [wanted]
    loops = Loops()
    peer = Peer(library, loops)
    rows = [
        row for case in CASES for row in measure(loops, parts, peer, case, isas, arguments.channels, arguments.rounds)
    ]  # fmt: skip
    report(rows, wanted, arguments.json)


if __name__ == "__main__":
    main()
