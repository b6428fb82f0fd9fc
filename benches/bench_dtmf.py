"""DTMF bank: channel-seconds of 8 kHz audio a CPU second, against libspandsp's dtmf_rx at its best chunk.

2048 channels, one thread; they listen to 160 cells, as circuits of a machine do to its row of cells, with 200 ms of
each signal over and over. *mix* is what receivers of a call centre hear: 1 cell of 20 digits without end (100 ms on,
100 ms off), 4 of 20 speech without a pause (the shipped prompts), the others line noise of -60 to -50 dBm0; *quiet*,
*speech*, *vowels* (harmonics, the worst of voices) and *digits* have one kind on all cells. The peer is given linear
samples (decoding A-law is not counted against it) in chunks of each of CHUNKS, and the best one counts; all take turns
in one run.

Usage: python benches/bench_dtmf.py [--json PATH]     Without SWITCHSIM_ISA: every instruction set of the host.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from ctypes.util import find_library
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from compiled import compiled
from ratios import Work, compared, json_argument, report, side_by_side

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import native_parts
import spandsp_peer

from switchsim.dsp.reference.g711 import alaw_decode
from switchsim.sweeps.signals import KEYS, RMS_0_DBM0, Rng, Samples, digit, noise
from switchsim.sweeps.talkoff import vowels

CHANNELS = 2048
CELLS = 160                 # so few that a period of them lies in the second cache: a machine's row lies in the first
PERIOD = 1600               # cycles of signal that are played over and over
ROUNDS = 7
CYCLES = 4800               # of a bank's turn
PEER_CHANNELS = 40          # the first of the cells
CHUNKS = (8, 16, 32, 80, 160)
PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
LINEAR = np.array([alaw_decode(code) for code in range(256)], np.float64)


def quiet(rng: Rng) -> Samples:
    """Line noise."""
    return noise(rng, PERIOD, rng.uniform(-60, -50))


@cache
def prompts() -> Samples:
    """All prompts one after the other, without what is nearly silent, at -15 dBm0."""
    octets = [path.read_bytes()[64:] for path in sorted(PROMPTS.rglob("*.wav"))]
    linear = LINEAR[np.frombuffer(b"".join(octets), np.uint8)]
    pieces = linear[: len(linear) // PERIOD * PERIOD].reshape(-1, PERIOD)
    loud = pieces[(pieces**2).mean(axis=1) > (pieces**2).mean() / 10]
    whole: Samples = loud * (RMS_0_DBM0 * 10 ** (-15 / 20) / (loud**2).mean() ** 0.5)
    return whole


def speech(rng: Rng) -> Samples:
    """A piece of a prompt."""
    piece: Samples = prompts()[int(rng.integers(0, len(prompts())))]
    return piece


def voice(rng: Rng) -> Samples:
    """A vowel or two."""
    return vowels(rng, PERIOD / 8000)


def digits(rng: Rng) -> Samples:
    """A digit of 100 ms, -10 dBm0 a tone, from any moment on."""
    one = digit(rng, str(rng.choice(list(KEYS))), 100)
    return np.roll(np.concatenate([one, np.zeros(PERIOD - len(one))]), int(rng.integers(0, PERIOD)))


KINDS: dict[str, tuple[Callable[[Rng], Samples], ...]] = {
    "mix": (digits, *[speech] * 4, *[quiet] * 15), "quiet": (quiet,), "speech": (speech,), "vowels": (voice,),
    "digits": (digits,),
}  # fmt: skip


def signals(kind: str) -> Samples:
    """Samples [cell][cycle]."""
    rng, makers = np.random.default_rng(1), KINDS[kind]
    return np.stack([makers[cell % len(makers)](rng) for cell in range(CELLS)])


def bank_work(parts: native_parts.Parts, loop: tuple[Any, Any], isa: str, codes: np.ndarray[Any, Any]) -> Work:
    """Run a bank for CYCLES more."""
    bank, (ffi, lib) = native_parts.Bank(parts, CHANNELS, listening=False), loop
    for channel in range(CHANNELS):
        parts.lib.swd_dtmf_assign(bank.bank, channel, channel % CELLS)
    rows = np.ascontiguousarray(codes.reshape(CELLS, -1, 8).transpose(1, 0, 2))
    octets = ffi.from_buffer("uint64_t[]", rows)
    push, state, hits = (
        ffi.cast("void *", int(parts.ffi.cast("uintptr_t", pointer)))
        for pointer in (parts.ffi.addressof(parts.lib, "swd_dtmf_push"), bank.bank, bank.hits)
    )

    def work() -> None:
        parts.select(isa)
        lib.bank(push, state, bank.at, CYCLES // 8, octets, len(rows), CELLS, hits, 2 * CHANNELS)
        bank.at += CYCLES

    return work


LOOP = """
void bank(void *push, void *state, uint64_t from, uint32_t n_pushes, const uint64_t *rows, uint32_t n_rows,
          uint32_t n_cells, void *hits, uint32_t capacity);
void receive(dtmf_rx_state_t **states, const int16_t *samples, uint32_t n_channels, uint32_t n_samples, uint32_t chunk);
"""
LOOP_SOURCE = """
#include <stddef.h>
#include <stdint.h>
typedef uint32_t push_t(void *bank, uint64_t from, uint32_t n, const uint64_t *cells, void *hits, uint32_t capacity);
void bank(void *push, void *state, uint64_t from, uint32_t n_pushes, const uint64_t *rows, uint32_t n_rows,
          uint32_t n_cells, void *hits, uint32_t capacity)
{
    for (uint64_t at = from; at < from + 8 * n_pushes; at += 8)
        ((push_t *)push)(state, at, 8, rows + (size_t)(at / 8 % n_rows) * n_cells, hits, capacity);
}
typedef struct dtmf_rx_state_t dtmf_rx_state_t;
int dtmf_rx(dtmf_rx_state_t *s, const int16_t amp[], int samples);
size_t dtmf_rx_get(dtmf_rx_state_t *s, char *digits, int max);
void receive(dtmf_rx_state_t **states, const int16_t *samples, uint32_t n_channels, uint32_t n_samples, uint32_t chunk)
{
    char digits[129];
    for (uint32_t c = 0; c < n_channels; c++, samples += n_samples) {
        for (uint32_t at = 0; at < n_samples; at += chunk)
            dtmf_rx(states[c], samples + at, (int)chunk);
        dtmf_rx_get(states[c], digits, 128);
    }
}
"""


def loops(library: str) -> tuple[Any, Any]:
    """The bank and the peer, called from C."""
    types = "typedef struct dtmf_rx_state_t dtmf_rx_state_t;\n"
    return compiled("bench_dtmf_peer", types + LOOP, LOOP_SOURCE, libraries=[f":{library}"])


def peer_work(peer: tuple[Any, Any], loop: tuple[Any, Any], linear: Samples, chunk: int) -> Work:
    """PEER_CHANNELS for a second each, `chunk` samples a call."""
    ffi, lib = loop
    chosen = np.clip(linear[:PEER_CHANNELS], -32768, 32767).astype(np.int16)
    tiled = np.ascontiguousarray(np.tile(chosen, (1, 8000 // PERIOD + 1))[:, :8000])
    made = [peer[1].dtmf_rx_init(peer[0].NULL, peer[0].NULL, peer[0].NULL) for _ in chosen]
    places = [int(peer[0].cast("uintptr_t", state)) for state in made]
    states = ffi.new("dtmf_rx_state_t *[]", [ffi.cast("dtmf_rx_state_t *", place) for place in places])
    samples = ffi.from_buffer("int16_t[]", tiled)

    def work() -> None:
        lib.receive(states, samples, PEER_CHANNELS, 8000, chunk)

    return work


def rows_of(kind: str, parts: native_parts.Parts, isas: list[str], peer: tuple[Any, Any]) -> list[dict[str, Any]]:
    """A row an instruction set: its rate, and the peer's best."""
    linear = signals(kind)
    codes = parts.encode(linear)
    loop = loops(find_library("spandsp") or "")
    works = [bank_work(parts, loop, isa, codes) for isa in isas]
    works += [peer_work(peer, loop, linear, chunk) for chunk in CHUNKS]
    seconds = side_by_side(works, ROUNDS)
    best, work = min(seconds[len(isas) :]), CHANNELS * CYCLES / 8000
    ending = "" if kind == "mix" else f"/{kind}"
    return [
        compared(f"dtmf/{isa}{ending}", (work, took), (PEER_CHANNELS, best), "channels in real time")
        for isa, took in zip(isas, seconds, strict=False)
    ]


def main() -> None:
    """Print a row for each kind of signal and instruction set."""
    path, peer = json_argument(), spandsp_peer.load()
    with tempfile.TemporaryDirectory() as where:
        parts = native_parts.Parts(Path(where))
    if peer is None:
        sys.exit("libspandsp is not installed")
    asked = os.environ.get("SWITCHSIM_ISA")
    isas = [asked] if asked else parts.isas()
    if asked and asked not in parts.isas():
        sys.exit(f"this host has no {asked}")
    report([row for kind in KINDS for row in rows_of(kind, parts, isas, peer)], isas[-1], path)


if __name__ == "__main__":
    main()
