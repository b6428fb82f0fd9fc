"""One E1 line in an engine: unit 0 from A to B, unit 1 back, each with a test sequence in timeslots 1..31."""

from __future__ import annotations

from typing import Any

from switchsim.dsp import e1
from switchsim.dsp.e1_lines import E1Config, E1Error
from switchsim.dsp.engine import CELL_IDLE, Engine, EngineConfig, Event
from switchsim.dsp.patterns import PRBS15

SLOTS = 31
FLAGS = e1.CRC4 | e1.HDB3


class Line:
    """`first`: of each unit, the cell of timeslot 0. Recorder k keeps timeslot k + 1 as unit 0's far end hears it."""

    def __init__(self, flags: int = FLAGS, phase: int = 3, tick_cycles: int = 8, bits: bool = True, lines: int = 1,
                 los_intervals: int = 255) -> None:
        self.engine = engine = Engine(EngineConfig(
            tick_cycles=tick_cycles, n_sources=2 * SLOTS, n_switched=64 * lines, n_e1=2 * lines, n_patterns=2,
            n_recorders=SLOTS, n_hdlc_tx=1, n_hdlc_rx=1,
        ))  # fmt: skip
        self.first = [engine.first_switched_cell + 32 * unit for unit in range(2 * lines)]
        self.events: list[Event] = []
        for unit, first in enumerate(self.first):
            engine.e1_define(unit, E1Config(first_cell=first, opposite=unit ^ 1, flags=flags, phase=phase, ssm_sa=4,
                                            los_intervals=los_intervals))
            for slot in range(1, 32):
                source = engine.first_source_cell + 31 * (unit % 2) + slot - 1
                engine.connect(first + slot, source if slot != 16 or not flags & e1.CAS else CELL_IDLE)
        for unit in range(2):
            engine.pattern_start(unit, PRBS15, 31 * unit, SLOTS)
        for k in range(SLOTS):
            engine.record_start(k, self.first[0] + k + 1)
        if bits:
            for unit in range(2):
                assert engine.e1_level(unit, True)

    def run(self, cycles: int) -> list[Event]:
        """Let time pass; the events of it."""
        until, events = self.engine.now + cycles, []
        while self.engine.now < until:
            events += self.engine.run(until)
        self.events += events
        return events

    def heard(self) -> list[bytes]:
        """What the recorders took since the last call, a frame of timeslots 1..31 a cycle."""
        slots = [self.engine.record_drain(k) for k in range(SLOTS)]
        return [bytes(octets) for octets in zip(*slots, strict=True)]

    def inject(self, unit: int = 0, slot: int = 0, **error: Any) -> None:
        """An E1Error of these fields."""
        self.engine.e1_inject(unit, slot, E1Error(**error))

    def bring_down(self) -> None:
        """Both ways to octet level."""
        for unit in range(2):
            assert self.engine.e1_level(unit, False)


def statuses(events: list[Event], kind: int, unit: int = 0) -> list[tuple[int, int]]:
    """(cycle, a) of a unit's events of a kind."""
    return [(event.at, event.a) for event in events if (event.kind, event.unit) == (kind, unit)]
