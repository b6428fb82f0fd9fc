"""Error performance of a line's end: G.826 in service at 2048 kbit/s, G.821 of a test pattern out of service.

Near end: what is received here (CRC-4 blocks, or the FAS without CRC-4; defects LOS, AIS, LOF). Far end: what the E
bits and RAI say of the other direction. All numbers are whole; ratios are in 1e-9, rounded down.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from switchsim.proto.e1.registers import GOOD, Judged, Measured, Result, Side, SideState
from switchsim.proto.e1.thresholds import THRESHOLDS, Thresholds

BLOCKS_PER_SECOND: Final = 1000  # CRC-4 sub-multiframes of 2048 bits
SES_BLOCKS: Final = 300  # G.826 3.1.3: 30 % errored blocks
SES_FAS: Final = 28
"""Errored FAS of 4000 a second that make a SES without CRC-4 (M.2100): a bit error ratio of 1e-3 meets 27.9 of them."""
SES_BITS_PER_TIMESLOT: Final = 64  # G.821 3.2: 1e-3 of 64000


class Second(msgspec.Struct, frozen=True):
    """What an end counted in one second.

    blocks: sub-multiframes checked, 0 without CRC-4; errored: those in error. fas_errors: FAS in error, of 4000.
    defect: LOS, AIS or LOF for any part of it. far_errored: E bits received as 0. rai: RAI for any part of it.
    slips: controlled slips of this end's elastic store.
    """

    blocks: int = BLOCKS_PER_SECOND
    errored: int = 0
    fas_errors: int = 0
    defect: bool = False
    far_errored: int = 0
    rai: bool = False
    slips: int = 0


CLEAN: Final = Second()


class Limits(msgspec.Struct, frozen=True):
    """What makes a SES: errored blocks of a second (M.2100 has 805), errored FAS of one without CRC-4."""

    ses_blocks: int = SES_BLOCKS
    ses_fas: int = SES_FAS


G826: Final = Limits()


def near_end(second: Second, limits: Limits) -> Judged:
    """G.826 annex B.2. With CRC-4 a block is errored by its CRC or by a FAS in it; without it there is no BBE."""
    errored = max(second.errored, second.fas_errors) if second.blocks else 0
    severe = errored >= limits.ses_blocks if second.blocks else second.fas_errors >= limits.ses_fas
    return _judged(severe or second.defect, errored, bool(second.fas_errors), second.slips)


def far_end(second: Second, limits: Limits) -> Judged:
    """G.826 annex B.2; of a second in which the other end could not be heard nothing is held against it."""
    return _judged(second.rai or second.far_errored >= limits.ses_blocks, second.far_errored, False, 0)


def _judged(severe: bool, errored: int, also: bool, slips: int) -> Judged:
    if not (severe or errored or also or slips):
        return GOOD
    return Judged(int(severe or errored > 0 or also), int(severe), 0 if severe else errored, slips)


class PerformanceState(msgspec.Struct):
    """Both sides of an end; they are at the same second."""

    near: SideState
    far: SideState

    @classmethod
    def starting(cls, second: int) -> PerformanceState:
        """Measured from this second on, counted from 0 of the clock; both directions available."""
        return cls(SideState.starting(second), SideState.starting(second))


class Performance:
    """G.826 of one end of a line: give it each second, in order, or many clean ones at once."""

    def __init__(
        self, state: PerformanceState, limits: Limits = G826, thresholds: Thresholds = THRESHOLDS
    ) -> None:
        self.state = state
        self.limits = limits
        self.near = Side("near", state.near, thresholds)
        self.far = Side("far", state.far, thresholds)

    @property
    def at(self) -> int:
        """Seconds that are over, counted from 0 of the clock."""
        return self.state.near.at

    def second(self, second: Second) -> list[Result]:
        """The next second; what is told of it."""
        return self.near.take(near_end(second, self.limits)) + self.far.take(far_end(second, self.limits))

    def clean(self, number: int) -> list[Result]:
        """As `number` times `second(CLEAN)`, in the same order; the cost does not depend on the number."""
        results = self.near.clean(number) + self.far.clean(number)
        return sorted(results, key=lambda result: result.at)  # stable: the near end first

    def clean_until(self, second: int) -> list[Result]:
        """Clean until so many seconds are over; nothing when they are already."""
        return self.clean(second - self.at)

    def due(self) -> int | None:
        """When so many seconds are over this must be told how things went on; None: only when something happens."""
        return min((due for due in (self.near.due(), self.far.due()) if due is not None), default=None)

    def readings(self, *, every: bool = False) -> list[Measured]:
        """Registers that run: near, then far, 15 minutes, then 24 hours. every: also those that are all zero."""
        return self.near.readings(every=every) + self.far.readings(every=every)

    def history(self, side: str, period: str) -> list[Measured]:
        """Closed registers that are kept and not all zero: 96 periods of 15 minutes, one of 24 hours."""
        return (self.near if side == "near" else self.far).history(period)


class BitPerformance:
    """G.821 of a connection of 64 kbit/s or N x 64 kbit/s, by the bit errors that a pattern checker counts."""

    def __init__(self, state: SideState, timeslots: int, thresholds: Thresholds | None = None) -> None:
        assert 1 <= timeslots <= 31, timeslots
        self.state = state
        self.side = Side("near", state, thresholds or {})
        self.severe = SES_BITS_PER_TIMESLOT * timeslots

    def second(self, bit_errors: int, *, lost: bool = False) -> list[Result]:
        """The next second. lost: the signal or the pattern's synchronisation was lost for any part of it."""
        return self.side.take(_judged(lost or bit_errors >= self.severe, 0, bit_errors > 0, 0))

    def clean(self, number: int) -> list[Result]:
        """As so many seconds without a bit error."""
        return self.side.clean(number)

    def readings(self, *, every: bool = False) -> list[Measured]:
        """Registers that run, 15 minutes, then 24 hours."""
        return self.side.readings(every=every)


class Ratios(NamedTuple):
    """Errored second ratio, severely errored second ratio, background block error ratio, in 1e-9; None: no time."""

    esr_ppb: int | None
    sesr_ppb: int | None
    bber_ppb: int | None


def ratios(measured: Measured) -> Ratios:
    """G.826 3.2: over available time; the blocks of SES are no blocks of the BBER."""
    counts, seconds = measured.counts, measured.seconds
    blocks = (seconds - counts.ses) * BLOCKS_PER_SECOND
    return Ratios(_ppb(counts.es, seconds), _ppb(counts.ses, seconds), _ppb(counts.bbe, blocks))


def _ppb(part: int, whole: int) -> int | None:
    return part * 1_000_000_000 // whole if whole > 0 else None
