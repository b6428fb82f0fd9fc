"""Journal events of R2 circuits (Q.400-Q.490, China No.1): what passes on a line's timeslot, by the signals' names.

end: machine, or far; way: sent by it, or received there.
"""

from __future__ import annotations

from switchsim.model.event import Event


class R2Line(Event, frozen=True):
    """A line signal (Q.421): seizure, seizure_ack, answer, clear_back, clear_forward, idle, blocked, forced_release,
    or fault, which is none at that point. What is received counts once it is recognised, 20 ms after it came.

    abcd: a is bit 3.
    """

    line: str
    timeslot: int
    end: str
    way: str  # sent, received
    signal: str
    abcd: int


class R2Register(Event, frozen=True):
    """A register signal (Q.440) begins (on 1) or ends (0).

    group: I, II, KA, KD forward; A, B, KB backward, from the signals that came before it. signal: 1..15.
    """

    line: str
    timeslot: int
    end: str
    way: str  # sent, received
    direction: str  # forward, backward
    group: str
    signal: int
    on: int
