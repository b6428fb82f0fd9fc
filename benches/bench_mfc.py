"""MFC and call progress banks: channels in real time on one core, for each instruction set, beside libspandsp's.

Usage: python benches/bench_mfc.py [--channels 2048] [--runs 5] [--json PATH]     Medians; the peers at their best chunk.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cffi
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import spandsp_peer
from native_parts import Parts
from tone_parts import BACKWARD, FORWARD, MFC, PROGRESS, ToneBank

from switchsim.dsp.tone_receivers import TONE_SETS, native_fields

PERIOD = 3200                        # cycles of signal kept, 400 ms
PEER_CHANNELS = 24
CHUNKS = {"mfc": (4, 8), "progress": (8, 16)}      # samples a call that suit the peers best
PEER_HZ = (450, 950, 1400, 1800)
Signal = np.ndarray[Any, Any]


def peak(dbm0: float) -> float:
    """Of a tone, 16-bit scale."""
    return float(22824 * 10 ** (dbm0 / 20))


def quiet(rng: np.random.Generator, channels: int) -> Signal:
    """Line noise at -50 dBm0 on every channel."""
    made: Signal = rng.normal(0, 51, (channels, PERIOD))
    return made


def noisy(rng: np.random.Generator, channels: int) -> Signal:
    """Noise at -20 dBm0 whose loudness swings as syllables do."""
    swing = 1 + np.sin(2 * np.pi * (np.arange(PERIOD) / PERIOD + rng.random((channels, 1))))
    made: Signal = rng.normal(0, 1614, (channels, PERIOD)) * swing
    return made


def signals(rng: np.random.Generator, channels: int) -> Signal:
    """A register signal of 60 ms in every 100 ms on every channel, at any offset; the second half of them backward."""
    t, made = np.arange(PERIOD) / 8000, np.empty((channels, PERIOD))
    for channel in range(channels):
        pair = rng.choice(6, 2, replace=False)
        hz = 1140 - 120 * pair if 2 * channel >= channels else 1380 + 120 * pair
        wave = peak(-11.5) * np.sin(2 * np.pi * hz[:, None] * t).sum(axis=0) * (t % 0.1 < 0.06)
        made[channel] = np.roll(wave, int(rng.integers(0, 800)))
    return made


def progress(rng: np.random.Generator, channels: int) -> Signal:
    """450 Hz, 100 ms on and off, at any offset."""
    t = np.arange(PERIOD) / 8000
    wave = peak(-10) * np.sin(2 * np.pi * 450 * t) * (t % 0.2 < 0.1)
    return np.stack([np.roll(wave, int(shift)) for shift in rng.integers(0, 1600, channels)])


def cpu_seconds(work: Callable[[], None]) -> float:
    """Of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def bank_work(parts: Parts, shape: int, codes: np.ndarray[Any, Any]) -> Callable[[], float]:
    """One simulated second a call; returns channels in real time."""
    bank = ToneBank(parts, shape, len(codes))
    if shape == PROGRESS:
        assert bank.define(0, parts.ffi.new("swd_tone_set *", native_fields(TONE_SETS["china"]))) == 0
    for channel in range(len(codes)):
        bank.assign(channel, FORWARD if shape == PROGRESS or 2 * channel < len(codes) else BACKWARD)
    rows = np.ascontiguousarray(codes.reshape(len(codes), -1, 8).transpose(1, 0, 2))
    octets = [parts.ffi.from_buffer("uint64_t[]", row) for row in rows]
    push, count = parts.lib.swd_tones_push, len(octets)

    def work() -> None:
        for _ in range(1000):
            push(bank.bank, bank.at, 8, octets[bank.at // 8 % count], bank.hits, len(codes))
            bank.at += 8

    return lambda: len(codes) / cpu_seconds(work)


def mfc_peer(ffi: cffi.FFI, lib: Any, channel: int, half: int) -> Callable[[Any, int], int]:
    """r2_mf_rx of one channel, as a function of samples and their number."""
    state = lib.r2_mf_rx_init(ffi.NULL, int(channel < half), ffi.NULL, ffi.NULL)
    return lambda samples, n: int(lib.r2_mf_rx(state, samples, n))


def progress_peer(ffi: cffi.FFI, lib: Any, _channel: int, _half: int) -> Callable[[Any, int], int]:
    """super_tone_rx of one channel, with four frequencies."""
    descriptor = lib.super_tone_rx_make_descriptor(ffi.NULL)
    tone = lib.super_tone_rx_add_tone(descriptor)
    for hz in PEER_HZ:
        lib.super_tone_rx_add_element(descriptor, tone, hz, 0, 80, 120)
    state = lib.super_tone_rx_init(ffi.NULL, descriptor, lib.ignore_tone, ffi.NULL)
    return lambda samples, n: int(lib.super_tone_rx(state, samples, n))
