"""The media path of the full B-type machine, idle and with every circuit in talk, in multiples of real time.

48 E1 (32 timeslots, both ways at octet level, and the far sides), 256 seats, 96 HDLC channels, 1440 circuits. One call
runs a batch of 160 cycles, as the kernel does. Each bench prints its multiple of real time (one core).
"""

from __future__ import annotations

from typing import Any

import pytest

from switchsim.dsp.e1_lines import E1Config
from switchsim.dsp.engine import Engine, EngineConfig

LINES, SEATS, SLOTS, BATCH = 48, 256, 32, 160
TRUNK_CELLS = LINES * SLOTS
SPEECH_SLOTS = [slot for slot in range(1, SLOTS) if slot != 16]
CIRCUITS = [line * SLOTS + slot for line in range(LINES) for slot in SPEECH_SLOTS]
PARTIES = 2047


class Exchange:
    """Cells: far to near (through the line), network to near, near to far; then two cells a seat."""

    def __init__(self) -> None:
        self.engine = Engine(EngineConfig(
            n_sources=len(CIRCUITS) + SEATS + 16, n_hdlc_tx=2 * LINES, n_hdlc_rx=2 * LINES, n_conferences=64,
            n_switched=4 * TRUNK_CELLS + 2 * SEATS, n_e1=2 * LINES, n_receivers=len(CIRCUITS),
            n_ears=len(CIRCUITS) + SEATS, n_recorders=4,
        ))  # fmt: skip
        first = self.engine.first_switched_cell
        self.far_out, self.near_in, self.near_out, self.far_in = (first + i * TRUNK_CELLS for i in range(4))
        self.seat_in, self.seat_out = first + 4 * TRUNK_CELLS, first + 4 * TRUNK_CELLS + SEATS
        for cell in range(TRUNK_CELLS):
            self.engine.connect(self.near_in + cell, self.far_out + cell)
            self.engine.connect(self.far_in + cell, self.near_out + cell)
        for line in range(LINES):
            self.engine.e1_define(2 * line, E1Config(first_cell=self.near_in + line * SLOTS, opposite=2 * line + 1))
            self.engine.e1_define(2 * line + 1, E1Config(first_cell=self.far_in + line * SLOTS, opposite=2 * line))
            self._signalling(line)
        self.until = 0

    def _signalling(self, line: int) -> None:
        slot = line * SLOTS + 16
        self.engine.connect(self.far_out + slot, self.engine.first_hdlc_cell + 2 * line)
        self.engine.connect(self.near_out + slot, self.engine.first_hdlc_cell + 2 * line + 1)
        self.engine.hdlc_listen(2 * line, self.near_in + slot)
        self.engine.hdlc_listen(2 * line + 1, self.far_in + slot)

    def talk(self) -> None:
        """Every circuit speaks its mark and hears: the first 256 a seat and the seat them, the others each other."""
        engine = self.engine
        for i, cell in enumerate(CIRCUITS):
            engine.source_mark(i, i % PARTIES + 1)
            engine.connect(self.far_out + cell, engine.first_source_cell + i)
            other = self.seat_out + i if i < SEATS else self.near_in + CIRCUITS[i ^ 1]
            engine.connect(self.near_out + cell, other)
            engine.ear_listen(i, self.far_in + cell)
        for seat in range(SEATS):
            engine.source_mark(len(CIRCUITS) + seat, (len(CIRCUITS) + seat) % PARTIES + 1)
            engine.connect(self.seat_out + seat, engine.first_source_cell + len(CIRCUITS) + seat)
            engine.connect(self.seat_in + seat, self.near_in + CIRCUITS[seat])
            engine.ear_listen(len(CIRCUITS) + seat, self.seat_in + seat)

    def collect_digits(self) -> None:
        """A DTMF receiver on every circuit besides."""
        for i, cell in enumerate(CIRCUITS):
            self.engine.receiver_listen(i, self.near_in + cell)

    def second(self) -> None:
        """One simulated second."""
        end = self.until + 8000
        while self.until < end:
            self.until += BATCH
            while self.engine.now < self.until:
                self.engine.run(self.until)


def measure(benchmark: Any, exchange: Any, what: str) -> None:
    for _ in range(2):
        exchange.second()
    benchmark.pedantic(exchange.second, rounds=25, iterations=1)
    median, best = (1 / benchmark.stats[name] for name in ("median", "min"))
    print(f"\n{what}: {median:.0f} times real time (best round {best:.0f})")


def test_bench_idle(benchmark: Any) -> None:
    measure(benchmark, Exchange(), "full B-type machine, idle")


@pytest.mark.parametrize("digits", [False, True], ids=["talk", "talk-and-dtmf"])
def test_bench_all_in_talk(benchmark: Any, digits: bool) -> None:
    exchange = Exchange()
    exchange.talk()
    if digits:
        exchange.collect_digits()
    measure(benchmark, exchange, f"1440 circuits in talk{', each with a DTMF receiver' if digits else ''}")
