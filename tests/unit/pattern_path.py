"""A pattern's way from a generator through a line to a checker, for the tests of test patterns."""

from __future__ import annotations

from switchsim.dsp.engine import Engine, EngineConfig, Event
from switchsim.dsp.patterns import EV_BERT, PATTERNS, BertCounts

CONFIG = EngineConfig(n_sources=40, n_switched=64, n_lines=1, n_patterns=2, n_berts=3, n_recorders=32)
SECOND = 8000


def run(engine: Engine, until: int, step: int = 1000) -> list[Event]:
    events = []
    while engine.now < until:
        events += engine.run(min(until, engine.now + step))
    return events


def sync_story(events: list[Event]) -> list[tuple[int, int, int]]:
    return [(event.at, event.a, event.b) for event in events if event.kind == EV_BERT]


class Path:
    """A generator's sources through switched cells to a checker: 8 cycles and a line later."""

    def __init__(self, name: str = "2^15-1", timeslots: int = 1, *, checked: str = "", inverted: bool = False) -> None:
        self.engine = Engine(CONFIG)
        self.cell = self.engine.first_switched_cell
        self.cells = range(self.cell, self.cell + timeslots)
        for k, cell in enumerate(self.cells):
            self.engine.connect(cell, self.engine.first_source_cell + k)
        self.engine.line_define(0, self.cell)
        self.engine.pattern_start(0, PATTERNS[name], 0, timeslots, inverted)
        self.engine.bert_listen(0, PATTERNS[checked or name], self.cells)

    def run(self, until: int) -> list[tuple[int, int, int]]:
        return sync_story(run(self.engine, until))

    @property
    def counts(self) -> BertCounts:
        return self.engine.bert_counters(0)
