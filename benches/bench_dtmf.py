"""DTMF bank: channel-seconds of 8 kHz audio a CPU second, for each instruction set, against libspandsp's dtmf_rx.

Usage: python benches/bench_dtmf.py [--channels 2048] [--seconds 1]     Median of five runs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import native_parts
import spandsp_peer

RUNS = 5
PEER_SECONDS = 8
PERIOD = 800                # cycles of signal kept, 100 ms: it stays in cache as the machine's rows do


def quiet(rng: np.random.Generator, channels: int) -> np.ndarray[Any, Any]:
    """Line noise at -50 dBm0 on every channel."""
    return rng.normal(0, 51, (channels, PERIOD))


def noisy(rng: np.random.Generator, channels: int) -> np.ndarray[Any, Any]:
    """Noise at -20 dBm0 whose loudness swings as syllables do."""
    swing = 1 + np.sin(2 * np.pi * (np.arange(PERIOD) / PERIOD + rng.random((channels, 1))))
    loud: np.ndarray[Any, Any] = rng.normal(0, 1614, (channels, PERIOD)) * swing
    return loud


def digits(rng: np.random.Generator, channels: int) -> np.ndarray[Any, Any]:
    """A digit of 50 ms in every 100 ms on every channel, at any offset, -10 dBm0 a frequency."""
    t = np.arange(PERIOD) / 8000
    low = rng.choice([697, 770, 852, 941], (channels, 1))
    high = rng.choice([1209, 1336, 1477, 1633], (channels, 1))
    wave: np.ndarray[Any, Any] = 7218 * (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)) * (t < 0.05)
    return np.stack([np.roll(row, shift) for row, shift in zip(wave, rng.integers(0, PERIOD, channels), strict=True)])


def median_cpu(work: Callable[[], None]) -> float:
    """Seconds of CPU of one call, median of RUNS."""
    took = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return statistics.median(took)


def bank_rate(parts: native_parts.Parts, codes: np.ndarray[Any, Any], seconds: int) -> float:
    """Channel-seconds a CPU second."""
    bank = native_parts.Bank(parts, len(codes))
    rows = np.ascontiguousarray(codes.reshape(len(codes), -1, 8).transpose(1, 0, 2))
    octets = [parts.ffi.from_buffer("uint8_t[]", row) for row in rows]
    push, count = parts.lib.swd_dtmf_push, len(octets)

    def work() -> None:
        for _ in range(seconds * 1000):
            push(bank.bank, bank.at, 8, octets[bank.at // 8 % count], bank.hits, 2 * len(codes))
            bank.at += 8

    return len(codes) * seconds / median_cpu(work)


def peer_rate(linear: np.ndarray[Any, Any]) -> float | None:
    """The same of dtmf_rx, fed a second at a time with linear samples (its A-law decoding is not counted)."""
    peer = spandsp_peer.load()
    if peer is None:
        return None
    ffi, lib = peer
    signal = np.tile(np.clip(linear, -32768, 32767).astype(np.int16), (1, 8000 // PERIOD))
    channels = [(lib.dtmf_rx_init(ffi.NULL, ffi.NULL, ffi.NULL), ffi.from_buffer("int16_t[]", row)) for row in signal]
    into = ffi.new("char[129]")

    def work() -> None:
        for state, samples in channels * PEER_SECONDS:
            lib.dtmf_rx(state, samples, 8000)
            lib.dtmf_rx_get(state, into, 128)

    rate = len(channels) * PEER_SECONDS / median_cpu(work)
    for state, _ in channels:
        lib.dtmf_rx_free(state)
    return rate


def main() -> None:
    """Print one line for each signal and instruction set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--channels", type=int, default=2048)
    parser.add_argument("--seconds", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as where:
        parts = native_parts.Parts(Path(where))
    for signal in (quiet, noisy, digits):
        linear = signal(np.random.default_rng(1), arguments.channels)
        codes = parts.encode(linear)
        peer = peer_rate(linear[:64])
        print(f"{signal.__name__:8} libspandsp dtmf_rx {peer:12,.0f}" if peer else "libspandsp is not installed")
        for isa in parts.isas():
            parts.select(isa)
            rate = bank_rate(parts, codes, arguments.seconds)
            ratio = f"  {rate / peer:6.1f} x" if peer else ""
            print(f"{signal.__name__:8} {isa:18} {rate:12,.0f}{ratio}", flush=True)


if __name__ == "__main__":
    main()
