"""Journal events of R2 circuits (Q.400-Q.490, China No.1): what passes on a line's timeslot, by the signals' names.

end: machine, or far; way: sent by it, or received there.
"""

from __future__ import annotations

from typing import Annotated

from switchsim.model.event import End, Event, words

Way = Annotated[str, words("sent", "received")]

# -- R2 circuits -------------------------------------------------------------------------------------------------------

class R2Line(Event, frozen=True):
    """A line signal (Q.421); fault is none at that point. What is received counts once it is recognised, 20 ms after
    it came.

    abcd: a is bit 3.
    """

    line: str
    timeslot: int
    end: End
    way: Way
    signal: Annotated[
        str,
        words(
            "seizure", "seizure_ack", "answer", "clear_back", "clear_forward",
            "idle", "blocked", "forced_release", "fault",
        ),
    ]  # fmt: skip
    abcd: int


class R2Register(Event, frozen=True):
    """A register signal (Q.440) begins (on 1) or ends (0).

    group: I, II, KA, KD forward; A, B, KB backward, from the signals that came before it. signal: 1..15.
    """

    line: str
    timeslot: int
    end: End
    way: Way
    direction: Annotated[str, words("forward", "backward")]
    group: Annotated[str, words("I", "II", "KA", "KD", "A", "B", "KB")]
    signal: int
    on: int
