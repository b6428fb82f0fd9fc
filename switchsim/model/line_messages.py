"""What the ends of a line, what stands behind them, and the clocks tell each other."""

from __future__ import annotations

from switchsim.model.message import Message


class LineSeen(Message, frozen=True):
    """To what stands at the far end: its layer 1 has the line in service, or not. From a voice processor: it sends."""

    in_service: bool
    line: str = ""


class LineCas(Message, frozen=True):
    """Signalling bits of a channel, abcd with a in bit 3. From the far end of a line to its exchange: they arrived;
    from the exchange: to be sent.
    """

    line: str
    timeslot: int
    abcd: int


class LineStirred(Message, frozen=True):
    """One end of a line to the other: something is about to happen on it, bit by bit. Both ends measure from now on."""

    line: str


class LineSlips(Message, frozen=True):
    """One end of a line to the other, by a fault: its elastic store repeats a frame (how +1), or loses one (-1)."""

    how: int


class LineClock(Message, frozen=True):
    """One end of a line to the other: the clock of what it sends. Its quality goes in the Sa bits.

    ppb: off nominal. origin: names of the clocks that the frequency comes from, the nearest first, with `<` between.
    returned: through a line loop, as it came.
    """

    ppb: int
    origin: str
    returned: bool = False


class NodeClock(Message, frozen=True):
    """A clock to the lines of its machine or far end: what they send with and read with. As LineClock.

    quality: synchronisation status message (G.704 table 5c), 0 unknown, 15 do not use.
    reference: the line that the clock follows now; empty: none. It is told the other end as do-not-use.
    """

    ppb: int
    quality: int
    origin: str
    reference: str = ""


class ReferenceState(Message, frozen=True):
    """A trunk board to the clock boards: what a line that they may follow brings."""

    line: str
    usable: bool
    ppb: int
    quality: int
    origin: str
