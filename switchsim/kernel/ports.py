"""Typed, bounded wires between ports: latency, poll grid, what was lost; and what comes from the native core."""

from __future__ import annotations

import msgspec

from switchsim.model.message import Message


class WireState(msgspec.Struct):
    in_flight: int = 0
    sent: int = 0
    lost: int = 0  # full, or cut
    cut: bool = False


class Wire:
    """One direction from an out-port to an in-port.

    latency_cycles: 0 and up. grid_cycles: the receiver looks at multiples of this (a multiple of the control tick).
    capacity: messages in flight at most. accepts: the message types that may be sent.
    """

    __slots__ = ("accepts", "capacity", "grid_cycles", "latency_cycles", "state", "to_place", "to_port")

    def __init__(
        self,
        to_place: str,
        to_port: str,
        accepts: tuple[type[Message], ...],
        *,
        latency_cycles: int = 0,
        grid_cycles: int = 1,
        capacity: int = 1024,
    ) -> None:
        self.to_place = to_place
        self.to_port = to_port
        self.accepts = accepts
        self.latency_cycles = latency_cycles
        self.grid_cycles = grid_cycles
        self.capacity = capacity
        self.state = WireState()


class Seen(msgspec.Struct, frozen=True):
    """What the native core saw, not yet handled (`MediaEvent`)."""

    at: int
    kind: int
    unit: int
    a: int
    b: int
    octets: bytes
