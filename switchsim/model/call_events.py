"""Journal events of calls, of the circuits and receivers that they use, and of seats."""

from __future__ import annotations

from typing import Annotated, Final

from switchsim.model.event import Event, words

Direction = Annotated[str, words("in", "out", "seat")]
ClearedBy = Annotated[str, words("caller", "seat", "machine", "network", "fault")]
POOLS: Final = ("receiver", "mfc", "announcer", "conference", "check")
"""Of which the program asks for units, perhaps in vain."""
Resource = Annotated[str, words(*POOLS)]

# -- calls -------------------------------------------------------------------------------------------------------


class CallOffered(Event, frozen=True):
    """A new call: `in` from a trunk, `out` to a trunk, `seat` from a seat."""

    call: int
    direction: Direction
    line: str
    timeslot: int
    calling: str
    called: str


class CallTranslated(Event, frozen=True):
    call: int
    dialled: str
    number: str


class CallState(Event, frozen=True):
    """routing: the platform is asked; clearing: recorded, it waits for the circuit."""

    call: int
    state: Annotated[
        str,
        words(
            "collecting", "service", "routing", "queued", "ringing",
            "outgoing", "talk", "held", "conference", "clearing",
        ),
    ]  # fmt: skip
    detail: str


class CallLeg(Event, frozen=True):
    """A circuit or a seat joined (1) or left (0) a call otherwise than by CallOffered and SeatState: the trunk of an
    outgoing leg, a third party. The unused of line and seat is empty."""

    call: int
    line: str
    timeslot: int
    seat: str
    joined: int


class CallRefused(Event, frozen=True):
    """A new attempt found the processor overloaded; it is cleared with cause 42."""

    call: int
    level: int


class CallAnswered(Event, frozen=True):
    call: int


class CallQueued(Event, frozen=True):
    call: int
    queue: str
    position: int  # 1 = first


class CallUnqueued(Event, frozen=True):
    call: int
    queue: str
    why: Annotated[str, words("seat", "abandoned", "overflow", "redirected", "lost")]
    waited: int  # cycles


class CallCleared(Event, frozen=True):
    """The machine is done with the call."""

    call: int
    cause: int
    by: ClearedBy


class CallRecord(Event, frozen=True):
    """The call record (话单): exactly one a call. Cycles; 0 = never."""

    call: int
    direction: Direction
    line: str
    timeslot: int
    calling: str
    called: str
    number: str
    queue: str
    seat: str
    offered: int
    answered: int
    talked: int
    ended: int
    cause: int
    by: ClearedBy


class CircuitState(Event, frozen=True):
    """faulty: its continuity check failed, until it is found good again. What is blocked, CircuitBlocked tells."""

    line: str
    timeslot: int
    state: Annotated[str, words("idle", "busy", "restarting", "faulty")]


class ResourceSeized(Event, frozen=True):
    """receiver: of DTMF; check: a tone receiver, of call 0. `unit` counts within the machine."""

    resource: Resource
    unit: int
    call: int


class ResourceFreed(Event, frozen=True):
    resource: Resource
    unit: int
    call: int


class ResourceShort(Event, frozen=True):
    """None was free."""

    resource: Resource
    call: int


class DigitHeard(Event, frozen=True):
    """A receiver of the machine heard a digit in the speech path."""

    receiver: int
    call: int
    digit: str


class SeatState(Event, frozen=True):
    seat: str
    state: Annotated[
        str, words("signed_out", "idle", "ringing", "talk", "held", "listening", "wrap_up", "busy", "faulty")
    ]
    call: int
