"""Test sequences of an engine (ITU-T O.150): its acts upon the generators and the checkers (bit error rate testers).

A generator deals its sequence out to 1..31 sources, an octet each in every cycle; a checker gathers cells likewise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from switchsim._native import ffi, lib
from switchsim.dsp.results import done, out_of_range

EV_BERT: Final[int] = lib.SWD_EV_BERT

PRBS9: Final[int] = lib.SWD_PATTERN_PRBS9
PRBS11: Final[int] = lib.SWD_PATTERN_PRBS11
PRBS15: Final[int] = lib.SWD_PATTERN_PRBS15
PRBS20: Final[int] = lib.SWD_PATTERN_PRBS20
QRSS: Final[int] = lib.SWD_PATTERN_QRSS
PRBS23: Final[int] = lib.SWD_PATTERN_PRBS23
ALL_ONES: Final[int] = lib.SWD_PATTERN_ONES
ALL_ZEROS: Final[int] = lib.SWD_PATTERN_ZEROS
ALTERNATING: Final[int] = lib.SWD_PATTERN_ALTERNATING

PATTERNS: Final = {
    "2^9-1": PRBS9, "2^11-1": PRBS11, "2^15-1": PRBS15, "2^20-1": PRBS20, "qrss": QRSS, "2^23-1": PRBS23,
    "ones": ALL_ONES, "zeros": ALL_ZEROS, "alternating": ALTERNATING,
}  # fmt: skip
"""The names by which orders and scenarios call the patterns."""

LOST_RATIO: Final[int] = lib.SWD_BERT_RATIO
LOST_PHASE: Final[int] = lib.SWD_BERT_PHASE
"""`b` of an EV_BERT that tells a loss: why (O.150 4.2 a and b)."""


class BertCounts(NamedTuple):
    """What a checker counted since bert_listen; bits and errors while it was in sync alone."""

    bits: int
    errors: int
    errored_octets: int
    syncs: int
    losses: int
    slips: int  # those of the losses in which the sequence was there, but out of phase
    in_sync: int  # 1 or 0


class PatternActs:
    """Acts of an engine upon its test sequences."""

    _e: Any

    def pattern_start(self, generator: int, pattern: int, first_source: int, n_timeslots: int = 1,
                      inverted: bool = False) -> None:
        """Deal a pattern out to 1..31 sources from this one on, from the sequence's start.

        The inversion of O.151 is the pattern's own; `inverted` complements the line once more. A source that is given
        something else to play leaves the generator.
        """
        if lib.swd_pattern_start(self._e, generator, pattern, first_source, n_timeslots, inverted):
            out_of_range("pattern_start", generator, pattern, first_source, n_timeslots)

    def pattern_stop(self, generator: int) -> None:
        """The generator's sources are idle."""
        if lib.swd_pattern_stop(self._e, generator):
            out_of_range("pattern_stop", generator)

    def pattern_error(self, generator: int, count: int = 1) -> bool:
        """One wrong bit in each of the next `count` octets of a running generator; False when 2^32 would be due."""
        return done(lib.swd_pattern_error(self._e, generator, count), "pattern_error", generator, count)

    def bert_listen(self, bert: int, pattern: int, cells: Sequence[int], inverted: bool = False) -> None:
        """Check 1..31 cells for a pattern from a fresh start: hunting, all counts 0. EV_BERT tells sync and loss."""
        if lib.swd_bert_listen(self._e, bert, pattern, list(cells), len(cells), inverted):
            out_of_range("bert_listen", bert, pattern, *cells)

    def bert_stop(self, bert: int) -> None:
        """Check no more; the counts can still be read."""
        if lib.swd_bert_stop(self._e, bert):
            out_of_range("bert_stop", bert)

    def bert_counters(self, bert: int) -> BertCounts:
        """What was counted since bert_listen."""
        raw: Any = ffi.new("swd_bert_counts *")
        if lib.swd_bert_counters(self._e, bert, raw):
            out_of_range("bert_counters", bert)
        return BertCounts(raw.bits, raw.errors, raw.errored_octets, raw.syncs, raw.losses, raw.slips, raw.in_sync)

    def bert_slip(self, first_cell: int, how: int) -> None:
        """A slip on a line's 32 cells, a frame repeated (1) or lost (-1), for the checkers that hear these alone."""
        if lib.swd_bert_slip(self._e, first_cell, how):
            out_of_range("bert_slip", first_cell, how)
