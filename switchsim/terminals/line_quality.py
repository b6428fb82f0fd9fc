"""How good a line's end is, second by second: G.826 and G.822 of what it receives, in registers, with alerts.

Seconds in which nobody looked were clean: nothing can happen to a line without its ends being told to look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from switchsim.model.events import LineCounted, LineMeasured, LineThreshold, LineUnavailable
from switchsim.model.part import State
from switchsim.proto.e1 import (
    UNACCEPTABLE,
    Availability,
    Crossing,
    Measured,
    Performance,
    PerformanceState,
    Received,
    Result,
    Second,
    SlipQuality,
    SlipState,
    ranked,
)
from switchsim.units import CYCLES_PER_SECOND

if TYPE_CHECKING:
    from switchsim.terminals.line_end import LineEnd

LOST: Final = int(Received.LOS | Received.AIS | Received.LOF)
NEAR: Final = "near"
QUARTER: Final = "15min"
COUNTED: Final = (
    "crc_blocks", "crc_errors", "fas_errors", "e_errors", "code_violations", "frame_losses", "crc_losses",
    "cas_losses", "false_alignments",
)  # fmt: skip
"""Of the counters of a receiver; all but the first are anomalies."""


class QualityState(State):
    """watching: every second is looked at; asleep: nobody can. counts: what COUNTED says, when the second began;
    totals: of all seconds before it.

    lost, rai, slips: of this second. alerted: a threshold of the running 15 minutes was reached.
    """

    performance: PerformanceState = msgspec.field(default_factory=lambda: PerformanceState.starting(0))
    g822: SlipState = msgspec.field(default_factory=SlipState)
    watching: bool = False
    asleep: bool = False
    counts: list[int] = msgspec.field(default_factory=lambda: [0] * len(COUNTED))
    totals: list[int] = msgspec.field(default_factory=lambda: [0] * len(COUNTED))
    lost: bool = False
    rai: bool = False
    slips: int = 0
    alerted: bool = False


class LineQuality:
    """Works for a LineEnd; its timer is the end's `second`."""

    def __init__(self, end: LineEnd) -> None:
        self.end = end
        self.state = end.state.quality
        self.performance = Performance(self.state.performance)
        self.g822 = SlipQuality(self.state.g822)

    @property
    def defects(self) -> list[str]:
        """slips: more than 30 in an hour. quality: a threshold of 15 minutes was reached."""
        self.g822.advance(self.end.owner.now)
        return ["slips"] * (self.g822.category == UNACCEPTABLE) + ["quality"] * self.state.alerted

    def watch(self) -> None:
        """Look at every second from this one on."""
        self.state.watching = True
        self._tell(self.performance.clean_until(self.end.owner.now // CYCLES_PER_SECOND))
        self.state.counts = self._counts()
        self.status(self.end.state.status)

    def counted(self) -> list[int]:
        """Of this second."""
        return [now - then for now, then in zip(self._counts(), self.state.counts, strict=True)]

    def go_on(self, counted: list[int] | None) -> None:
        """The line is at bit level. None: this end did not know, and all that is counted is new, though the other end
        may have gone there some cycles ago. Else so much of this second was counted before, by counters that may have
        begun anew.
        """
        if counted is None:
            self.state.counts = [0] * len(COUNTED)
        else:
            self.state.counts = [now - before for now, before in zip(self._counts(), counted, strict=True)]

    def _counts(self) -> list[int]:
        found = self.end.engine.e1_counters(self.end.row.receive)
        return [getattr(found, name) for name in COUNTED]

    def status(self, status: int) -> None:
        """What the receiver finds from now on."""
        self.state.lost = self.state.lost or bool(status & LOST)
        self.state.rai = self.state.rai or bool(ranked(status) & Received.RAI)

    def slipped(self) -> None:
        if self.state.watching:
            self.second()
        self.state.slips += 1
        self.g822.slip(self.end.owner.now)

    def second(self) -> None:
        """A second is over that was looked at: with its timer, or before what else happens in that very cycle."""
        state = self.state
        if self.performance.at == self.end.owner.now // CYCLES_PER_SECOND:
            return
        counted = self.counted()
        blocks, errored, fas_errors, far = counted[:4]
        self._add(counted)
        second = Second(
            blocks=blocks, errored=errored, fas_errors=fas_errors, defect=state.lost, far_errored=far, rai=state.rai,
            slips=state.slips,
        )  # fmt: skip
        state.counts, state.slips, state.lost, state.rai = self._counts(), 0, False, False
        self.status(self.end.state.status)
        self._tell(self.performance.second(second))

    def _add(self, counted: list[int]) -> None:
        self.state.totals = [one + more for one, more in zip(self.state.totals, counted, strict=True)]

    def rest(self) -> int:
        """The line is calm, nobody looks any more. Returns the seconds until it must be asked again, 0: not at all."""
        self.state.watching = False
        return self._until_due()

    def ask(self) -> int:
        """Asked as `rest` wanted; clean until now. Returns as `rest`."""
        self._tell(self.performance.clean_until(self.end.owner.now // CYCLES_PER_SECOND))
        self.end.owner.line_found(self.end.number)
        return self._until_due()

    def _until_due(self) -> int:
        now = self.end.owner.now // CYCLES_PER_SECOND
        change = self.g822.next_change()
        due = [self.performance.due(), None if change is None else -(-change // CYCLES_PER_SECOND)]
        return max(1, min(one for one in due if one is not None) - now) if any(one is not None for one in due) else 0

    # -- a board that is dead counts nothing ---------------------------------------------------------------------

    def sleep(self) -> None:
        """Nobody counts any more."""
        if self.state.watching:
            self.second()
        elif not self.state.asleep:
            self._tell(self.performance.clean_until(self.end.owner.now // CYCLES_PER_SECOND))
        self.state.watching, self.state.asleep = False, True

    def wake(self) -> None:
        """Somebody counts again: every second in which nobody did for any part of it was a lost one."""
        self.state.asleep = False
        self._dark()
        self.watch()
        self.state.lost = True

    def _dark(self) -> None:
        """Nobody is alerted: that the board was dead is known already."""
        over = self.end.owner.now // CYCLES_PER_SECOND
        while self.performance.at < over:
            told = self.performance.second(Second(defect=True))
            self._tell([one for one in told if not isinstance(one, Crossing)])

    def close(self) -> None:
        """The run is over: tell the registers that still run."""
        over = self.end.owner.now // CYCLES_PER_SECOND
        if self.state.asleep:
            self._dark()
        elif not self.state.watching:
            self._tell(self.performance.clean_until(over))
        else:
            self.second()
        for one in self.performance.readings():
            self._measured(one)
        if self.state.watching:
            self._add(self.counted())
        if any(self.state.totals[1:]):
            self.end.owner.emit(LineCounted(self.end.row.name, self.end.row.end, *self.state.totals[1:]))

    def _tell(self, results: list[Result]) -> None:
        name, end = self.end.row.name, self.end.row.end
        alerted = self.state.alerted
        for one in results:
            if isinstance(one, Availability):
                since = one.since * CYCLES_PER_SECOND
                self.end.owner.emit(LineUnavailable(name, end, one.side, int(not one.available), since))
            elif isinstance(one, Crossing):
                self.state.alerted |= one.side == NEAR and one.period == QUARTER
                event = LineThreshold(name, end, one.side, one.period, one.what, one.value, one.threshold)
                self.end.owner.emit(event)
            else:
                if one.side == NEAR and one.period == QUARTER:
                    self.state.alerted = False
                self._measured(one)
        if self.state.alerted != alerted:
            self.end.owner.line_found(self.end.number)

    def _measured(self, one: Measured) -> None:
        counts = one.counts
        self.end.owner.emit(LineMeasured(
            self.end.row.name, self.end.row.end, one.side, one.period, one.since * CYCLES_PER_SECOND, one.seconds,
            counts.es, counts.ses, counts.bbe, counts.uas, counts.slips))  # fmt: skip
