"""Media of the full B-type machine, and of 65,536 timeslots with all three banks on each, in multiples of real time.

Usage: python benches/bench_media.py [--json PATH]   Medians of CPU time; SWITCHSIM_ISA chooses the instruction set.
48 E1, received and sent (TS0 and TS16 not switched), 1440 circuits and 256 seats; a DTMF, an MFC and a call progress
receiver on every circuit; 48 HDLC channels full both ways; 256 conferences of three. Circuits hear 64 sounds, most of
them noise like speech, others digits, register signals and tones. A compiled loop calls `swd_run` and queues frames.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from clock import in_real_time
from compiled import compiled
from ratios import json_argument, report

from switchsim._native import ffi, lib
from switchsim.dsp import isa
from switchsim.dsp.assets import Assets
from switchsim.dsp.engine import Engine, EngineConfig

LINES, SLOTS, SEATS, CONFERENCES, WIDE, SOUNDS = 48, 32, 256, 256, 65536, 64
CIRCUITS = [line * SLOTS + slot for line in range(LINES) for slot in range(1, SLOTS) if slot != 16]
BATCH = 160
CYCLES, ROUNDS, WIDE_CYCLES, WIDE_ROUNDS = 8000, 99, 1600, 9
FEWER = (1440, 4096)   # timeslots, whose banks the caches hold
ALL_BUT = (6, 5, 3)   # who hears whom among three: the other two
LOOP = """
void drive(void *run, void *send, void *clock, void *engine, void *assets, uint64_t from, uint64_t until,
           uint32_t batch);
extern uint64_t n_frames;
"""
SOURCE = """
#include <stdint.h>
#include "swd.h"
uint64_t n_frames;
/* Every frame that comes is followed by another on the same channel. */
void drive(void *run, void *send, void *clock, void *engine, void *assets, uint64_t from, uint64_t until,
           uint32_t batch)
{
    static swd_event events[4096];
    static uint8_t frame[256];
    uint32_t (*go)(void *, void *, uint64_t, swd_event *, uint32_t) = run;
    int (*queue)(void *, uint32_t, const uint8_t *, uint32_t) = send;
    for (uint64_t end = from + batch, now = from; end <= until; now = end, end += batch)
        while (now < end) {
            uint32_t n = go(engine, assets, end, events, 4096);
            if (n == 0)
                break;
            for (uint32_t i = 0; i < n; i++)
                if (events[i].kind == SWD_EV_FRAME) {
                    n_frames++;
                    for (uint32_t k = 0; k < sizeof frame; k++)
                        frame[k] = (uint8_t)(n_frames * 7 + k * k);
                    queue(engine, events[i].unit, frame, sizeof frame);
                }
            now = ((uint64_t (*)(void *))clock)(engine);
        }
}
"""
PAIRS_DTMF = [(low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477, 1633)]
PAIRS_MFC = [(1380 + 120 * i, 1380 + 120 * j) for i in range(6) for j in range(i)]


def sounds() -> list[bytes]:
    """Prompts of 2 s, A-law: 40 of noise that swings as syllables do, 12 digits, 8 register signals, 4 tones."""
    rng, t = np.random.default_rng(8), np.arange(16_000) / 8000
    made = []
    for i in range(SOUNDS):
        if i < 40:
            wave = rng.normal(0, 1500, len(t)) * (1 + np.sin(2 * np.pi * (4 * t + rng.random())))
        elif i < 60:
            low, high = (PAIRS_DTMF if i < 52 else PAIRS_MFC)[i % 15]
            wave = 6000 * (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)) * (t % 0.2 < 0.1)
        else:
            wave = 6000 * np.sin(2 * np.pi * 450 * t) * (t % 1 < 0.35)
        samples, codes = np.clip(wave, -32768, 32767).astype(np.int16), np.empty(len(t), np.uint8)
        lib.swd_alaw_encode_block(ffi.from_buffer("uint8_t[]", codes), ffi.from_buffer("int16_t[]", samples), len(t))
        made.append(codes.tobytes())
    return made


class Load:
    """An engine with sounds in its sources, and the loop that drives it."""

    def __init__(self, config: EngineConfig) -> None:
        self.engine = Engine(config, Assets(prompts=sounds()))
        self.outer, self.loop = DRIVER
        self.now = 0
        for sound in range(SOUNDS):
            self.engine.source_prompts(sound, [sound], loop=True)

    def sound(self, i: int) -> int:
        """A source's cell."""
        return self.engine.first_source_cell + i * 13 % SOUNDS

    def listen(self, unit: int, cell: int) -> None:
        """A receiver of each bank on a cell."""
        self.engine.receiver_listen(unit, cell)
        self.engine.mfc_listen(unit, cell, "forward" if unit % 2 else "backward")
        self.engine.progress_listen(unit, cell)

    def _pointer(self, what: Any) -> Any:
        return self.outer.cast("void *", int(ffi.cast("uintptr_t", what)))

    def run(self, cycles: int) -> None:
        """So many cycles more."""
        functions = (self._pointer(ffi.addressof(lib, name)) for name in ("swd_run", "swd_hdlc_send", "swd_now"))
        run, send, clock = functions
        state = (self._pointer(self.engine._e), self._pointer(self.engine.assets.native))
        self.loop.drive(run, send, clock, *state, self.now, self.now + cycles, BATCH)
        self.now += cycles


def b_type() -> Load:
    """Cells: received from the lines, sent to them, seats both ways."""
    cells = LINES * SLOTS
    load = Load(EngineConfig(
        n_sources=SOUNDS, n_hdlc_tx=LINES, n_hdlc_rx=LINES, n_conferences=CONFERENCES, n_e1=LINES,
        n_switched=2 * cells + 2 * SEATS, n_receivers=len(CIRCUITS), n_mfc=len(CIRCUITS), n_progress=len(CIRCUITS),
    ))  # fmt: skip
    engine = load.engine
    received, sent, seats = (engine.first_switched_cell + n for n in (0, cells, 2 * cells))
    for line in range(LINES):
        _line(engine, line, received + line * SLOTS, sent + line * SLOTS)
    order = np.random.default_rng(9).permutation(len(CIRCUITS))
    for i, cell in enumerate(CIRCUITS):
        engine.connect(received + cell, load.sound(i))
        engine.connect(sent + cell, received + CIRCUITS[order[i]])
        load.listen(i, received + cell)
    for seat in range(SEATS):
        engine.connect(seats + seat, received + CIRCUITS[order[seat]])
        engine.connect(seats + SEATS + seat, load.sound(seat))
    for i in range(CONFERENCES):
        _conference(engine, i, [received + CIRCUITS[5 * i], received + CIRCUITS[5 * i + 1], seats + SEATS + i],
                    [sent + CIRCUITS[5 * i], sent + CIRCUITS[5 * i + 1], seats + i])
    return load


def _line(engine: Engine, line: int, received: int, sent: int) -> None:
    engine.connect(sent + 16, engine.first_hdlc_cell + line)
    engine.connect(received + 16, sent + 16)
    engine.hdlc_listen(line, received + 16)
    for _ in range(3):
        engine.hdlc_send(line, bytes((line * 7 + k * k) % 256 for k in range(256)))


def _conference(engine: Engine, conference: int, speak: list[int], hear: list[int]) -> None:
    for leg, (cell, to) in enumerate(zip(speak, hear, strict=True)):
        engine.conference_leg(conference, leg, cell, ALL_BUT[leg])
        engine.connect(to, engine.first_conference_cell + 8 * conference + leg)


def wide(slots: int = WIDE) -> Load:
    """So many timeslots, a receiver of each bank on every one; each hears a sound, or another timeslot."""
    load = Load(EngineConfig(n_sources=SOUNDS, n_switched=slots, n_receivers=slots, n_mfc=slots, n_progress=slots))
    first = load.engine.first_switched_cell
    draws, sounding = np.random.default_rng(10).random(slots), slots // 16
    for slot in range(slots):
        load.engine.connect(first + slot, load.sound(slot) if slot < sounding else first + int(draws[slot] * slot))
        load.listen(slot, first + slot)
    return load


def row(row_id: str, load: Load, cycles: int, rounds: int) -> dict[str, Any]:
    """How many times real time."""
    return in_real_time(row_id, lambda: load.run(cycles), cycles / 8000, rounds)


DRIVER = compiled("_bench_media", LOOP, SOURCE, include=[Path(__file__).resolve().parent.parent / "native" / "include"])


def main() -> None:
    """Print two rows, of the instruction set in use."""
    path = json_argument()
    name = isa.choose_from_environment()
    rows = [row(f"media/{name}", b_type(), CYCLES, ROUNDS)]
    if name == isa.NAMES[lib.swd_isa_best()]:
        rows.append(row("wide/banks", wide(), WIDE_CYCLES, WIDE_ROUNDS))
        rows += [row(f"wide/banks/{slots}", wide(slots), CYCLES, WIDE_ROUNDS) for slots in FEWER]
    report(rows, name, path)


if __name__ == "__main__":
    main()
