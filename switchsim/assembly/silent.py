"""A machine without speech: its people have no sources, ears or watermarks in the native core, which so has room for
any number of them. What they would say is idle; what would be told to their ears is told to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from switchsim.assembly.layout import Layout
from switchsim.assembly.share import EngineShare
from switchsim.dsp.engine import CELL_IDLE, DtmfShape, Engine, EngineConfig
from switchsim.terminals.continuity import CHECK_TONES

PEOPLE: Final = ("n_sources", "n_ears")
"""Fields of EngineConfig that count what people have."""


def voices(layout: Layout) -> int:
    """Sources of the machine itself, which a plan numbers before those of people.

    Those of tones, announcers, test sets, self-tests of receivers, registers.
    """
    tones = [name for name in layout.tone_sources if name not in CHECK_TONES.values()]
    tested = [board for board in layout.boards if board.loaded.spec.provides.receivers]
    sets = sum(len(test.timeslots) for test in layout.tests)
    return len(tones) + len(layout.announcers) + sets + len(tested) + len(layout.mfc)


def without_people(layout: Layout) -> EngineConfig:
    """What such a machine takes of the core."""
    return replace(layout.engine, n_sources=voices(layout), n_ears=0)


class SilentShare(EngineShare):
    """The plan still counts sources and ears of people; whatever is done to them does nothing."""

    def __init__(self, engine: Engine, own: EngineConfig, before: EngineConfig, kept: int) -> None:
        """own: as planned. kept: sources that the core has."""
        super().__init__(engine, own, before)
        self.kept = kept

    def cell(self, cell: int) -> int:
        return CELL_IDLE if self._is_mouth(cell) else super().cell(cell)

    def _is_mouth(self, cell: int) -> bool:
        return self.first_source_cell + self.kept <= cell < self.first_hdlc_cell

    def has(self, units: str, unit: int) -> bool:
        return units not in PEOPLE or (units == "n_sources" and unit < self.kept)

    def gate(self, cell: int, and_bits: int, or_bits: int, xor_bits: int) -> bool:
        return self._is_mouth(cell) or super().gate(cell, and_bits, or_bits, xor_bits)

    def source_idle(self, source: int) -> None:
        if source < self.kept:
            super().source_idle(source)

    def source_tone(self, source: int, tone: int) -> None:
        if source < self.kept:
            super().source_tone(source, tone)

    def source_prompts(self, source: int, prompts: Sequence[int], loop: bool = False) -> None:
        if source < self.kept:
            super().source_prompts(source, prompts, loop)

    def source_digits(
        self, source: int, digits: str, on_cycles: int, off_cycles: int, low_mdbm0: int, high_mdbm0: int
    ) -> None:
        """Only boards that test themselves do: loads that would dial by tones are refused."""
        if source < self.kept:
            super().source_digits(source, digits, on_cycles, off_cycles, low_mdbm0, high_mdbm0)

    def source_dtmf(self, source: int, digits: str, shape: DtmfShape) -> None:
        """Nobody in such a machine dials."""

    def source_mark(self, source: int, party: int) -> None:
        """Watermarks are what people speak."""

    def ear_listen(self, ear: int, cell: int) -> None:
        """Nobody listens."""
