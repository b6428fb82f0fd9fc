"""Journal events of calls, of the circuits and receivers that they use, and of seats."""

from __future__ import annotations

from switchsim.model.event import Event

# -- calls -------------------------------------------------------------------------------------------------------


class CallOffered(Event, frozen=True):
    """A new call: `in` from a trunk, `out` to a trunk, `seat` from a seat."""

    call: int
    direction: str
    line: str
    timeslot: int
    calling: str
    called: str


class CallTranslated(Event, frozen=True):
    call: int
    dialled: str
    number: str


class CallState(Event, frozen=True):
    """collecting, service, queued, ringing, talk, held, consulting, conference, outgoing, clearing."""

    call: int
    state: str
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
    """seat, abandoned, overflow, lost."""

    call: int
    queue: str
    why: str
    waited: int  # cycles


class CallCleared(Event, frozen=True):
    """The machine is done with the call."""

    call: int
    cause: int
    by: str  # caller, seat, machine, network, fault


class CallRecord(Event, frozen=True):
    """The call record (话单): exactly one a call. Cycles; 0 = never."""

    call: int
    direction: str
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
    by: str


class CircuitState(Event, frozen=True):
    """idle, busy, blocked, restarting, faulty (its continuity check failed, until it is found good again)."""

    line: str
    timeslot: int
    state: str


class ResourceSeized(Event, frozen=True):
    """receiver, announcer, conference, check (tone receiver; call 0): `unit` counts within the machine."""

    resource: str
    unit: int
    call: int


class ResourceFreed(Event, frozen=True):
    resource: str
    unit: int
    call: int


class ResourceShort(Event, frozen=True):
    """None was free."""

    resource: str
    call: int


class DigitHeard(Event, frozen=True):
    """A receiver of the machine heard a digit in the speech path."""

    receiver: int
    call: int
    digit: str


class SeatState(Event, frozen=True):
    """signed_out, idle, ringing, talk, held, listening, wrap_up, busy, faulty."""

    seat: str
    state: str
    call: int
