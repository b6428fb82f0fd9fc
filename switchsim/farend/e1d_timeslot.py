"""An opened timeslot, raw or HDLC: its octets between the program's socket and the line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

import msgspec

from switchsim.dsp.engine import CELL_ONES, NONE
from switchsim.model.e1d import Item, pack_item, pack_sent, step_of
from switchsim.model.part import State
from switchsim.proto.e1d.wire import MOST_HDLC_OCTETS

if TYPE_CHECKING:
    from switchsim.farend.e1d import E1dFarEnd

FEED_CYCLES: Final = 160
JOIN_CYCLES: Final = 8
"""A cell of the line shows what its source had so long ago; not more than a block of any size."""
_CHUNK: Final = 320
"""Octets that a source is given at once; it holds 640."""
_ONES: Final = b"\xff"
MOST_OCTETS: Final = 1 << 18
"""Octets that wait for a source; a live adaptor never comes near."""


class E1dUnit(msgspec.Struct, frozen=True):
    """Units of the native core for one opened timeslot; hdlc: the channel, both ways."""

    source: int
    recorder: int
    hdlc: int


class TimeslotState(State, kw_only=True):
    """since: cycle of its opening. before: what the machine's cell was connected with."""

    session: int
    name: str
    line: str
    timeslot: int
    mode: str
    bufsize: int
    unit: int
    since: int
    before: int
    skip: int = 0
    """raw: octets that are still to come before block 0 begins."""
    arrived: bytes = b""
    """raw: what the line brought and fills no block yet."""
    octets: bytes = b""
    """raw: what the source did not take yet."""
    frames: list[bytes] = []
    """hdlc: what the transmitter did not take yet."""
    in_transmitter: int = 0
    """hdlc: frames that it has and did not send wholly yet."""


class Timeslot(ABC):
    """One that is open. It holds nothing but references."""

    def __init__(self, part: E1dFarEnd, state: TimeslotState) -> None:
        self.part = part
        self.engine = part.engine
        self.state = state
        self.line = part.lines[state.line]
        self.unit = part.config.units[state.unit]

    @property
    def near_rx(self) -> int:
        return self.line.near_rx + self.state.timeslot

    @property
    def far_rx(self) -> int:
        return self.line.far_rx + self.state.timeslot

    def open(self, now: int) -> None:
        """The program is the far end from now on."""
        self.engine.connect(self.line.far_hears + self.state.timeslot, CELL_ONES)
        self.engine.connect(self.near_rx, CELL_ONES)
        self.begin(now)

    def close(self) -> None:
        """The built-in far end gets the timeslot back."""
        self.end()
        self.engine.connect(self.near_rx, self.state.before)
        self.engine.connect(self.line.far_hears + self.state.timeslot, self.far_rx)

    def give(self, octets: bytes) -> None:
        """Something for the program."""
        self.part.state.outbox.append(pack_item(Item.DATA, self.state.session, octets))

    @abstractmethod
    def begin(self, now: int) -> None:
        """Take the units; `now` is a cycle."""

    @abstractmethod
    def end(self) -> None:
        """Give the units back."""

    @abstractmethod
    def data(self, octets: bytes) -> None:
        """Octets or a frame of the program."""

    @abstractmethod
    def feed(self) -> None:
        """Give the native core what it takes now."""

    def heard(self, now: int) -> None:  # noqa: B027 - frames come by themselves
        """Look at what was recorded until now."""


class RawTimeslot(Timeslot):
    """Octets in step: with block 0 at cycle b, the first multiple of the block not before the opening, what the program
    writes as block n is on the line in the cycles that block n + 1 of the machine holds."""

    def begin(self, now: int) -> None:
        """All-ones until the program's block 0 is due; its source joins the line once its own ones have come there."""
        step = step_of(self.state.bufsize)
        self.state.skip = -now % step
        self.engine.record_start(self.unit.recorder, self.far_rx)
        self.engine.source_raw(self.unit.source)
        self.data(_ONES * (self.state.skip + step))

    def join(self) -> None:
        """JOIN_CYCLES after the opening."""
        self.engine.connect(self.near_rx, self.engine.first_source_cell + self.unit.source)

    def end(self) -> None:
        self.engine.record_stop(self.unit.recorder)
        self.engine.source_idle(self.unit.source)

    def data(self, octets: bytes) -> None:
        self.state.octets = (self.state.octets + octets)[:MOST_OCTETS]
        self.feed()

    def underrun(self, octets: bytes) -> None:
        """A block that is short, or not there at all: all-ones for the rest of it."""
        self.data(octets + _ONES * (step_of(self.state.bufsize) - len(octets)))

    def feed(self) -> None:
        waiting = self.state.octets
        while waiting and self.engine.source_feed(self.unit.source, waiting[:_CHUNK]):
            waiting = waiting[_CHUNK:]
        self.state.octets = waiting

    def heard(self, now: int) -> None:
        state, size = self.state, self.state.bufsize
        recorded = self.engine.record_drain(self.unit.recorder)
        arrived = state.arrived + recorded[state.skip :]
        state.skip = max(0, state.skip - len(recorded))
        whole = len(arrived) - len(arrived) % size
        for at in range(0, whole, size):
            self.give(arrived[at : at + size])
        state.arrived = arrived[whole:]


class HdlcTimeslot(Timeslot):
    """One datagram is one frame, flags and FCS not counted."""

    def begin(self, now: int) -> None:
        self.engine.hdlc_listen(self.unit.hdlc, self.far_rx)
        self.engine.connect(self.near_rx, self.engine.first_hdlc_cell + self.unit.hdlc)

    def end(self) -> None:
        self.engine.hdlc_flush(self.unit.hdlc)
        self.engine.hdlc_listen(self.unit.hdlc, NONE)

    def data(self, octets: bytes) -> None:
        if 1 <= len(octets) <= MOST_HDLC_OCTETS:
            self.state.frames.append(octets)
            self.feed()
        else:  # no adaptor lets it through
            self.part.state.ignored += 1

    def feed(self) -> None:
        state = self.state
        while state.frames and self.engine.hdlc_send(self.unit.hdlc, state.frames[0]):
            del state.frames[0]
            state.in_transmitter += 1
        gone = state.in_transmitter - self.engine.hdlc_waiting(self.unit.hdlc)
        if gone > 0:
            state.in_transmitter -= gone
            self.part.state.outbox.append(pack_sent(state.session, gone))
