"""What the program remembers of the CTI link: who listens, and what was told last, where the next difference starts."""

from __future__ import annotations

from switchsim.model.cti import SeatChanged, Told
from switchsim.model.part import State


class Ringing(State):
    """A seat was called. queue: of the caller, `` for a direct call. waited: until it was called, then until it
    answered. answered: 0 = not yet. Cycles."""

    queue: str
    since: int
    waited: int
    answered: int = 0


class Origination(State):
    """The order that made a call: who waits for its outcome, and where the call goes when its device answers."""

    sender: str
    order: int
    target: str


class ToldLeg(State):
    """As it was told last; ringing as long as its end is to be told."""

    call: int
    device: str
    role: str
    state: str
    heard: list[int]
    answered: int
    ringing: Ringing | None = None


class ToldCall(State):
    called: str
    number: str
    legs: list[int] = []


class CtiState(State):
    """listening: somebody asked for everything. routing: the platform is asked where calls go. outbox: what the bus has
    no room for in this millisecond; pacing: it goes on in the next one."""

    listening: bool = False
    routing: bool = False
    serial: int = 0
    next_leg: int = 1
    calls: dict[int, ToldCall] = {}
    legs: dict[int, ToldLeg] = {}
    seats: dict[int, SeatChanged] = {}
    outbox: list[Told] = []
    pacing: bool = False


class CtiRow(State):
    """What the other processor must know of it to go on; what was told is told anew."""

    listening: bool
    routing: bool
    serial: int
    next_leg: int
