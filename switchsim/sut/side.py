"""What the adaptor of one interface (AMI, CSTA, FastAGI, the database) looks like to the rest of `sut`."""

from __future__ import annotations

from typing import Protocol

import msgspec

from switchsim.kernel.inputs import InputKind

Arrival = tuple[InputKind, bytes]


class TcpCounts(msgspec.Struct):
    """Connections of one interface; wall-clock matters, so they are for the report and never for the journal."""

    connections: int = 0
    """That came, or that we dialled."""
    refused: int = 0
    """That came above the limit, and were closed; dialled ones that were not taken."""
    unreachable: int = 0
    """Dialled, to a host that there is no way to, or whose name nobody knows."""
    slow: int = 0
    """Cut off because they did not read."""
    silent: int = 0
    """Cut off to make room: they had never said anything."""
    octets_in: int = 0
    octets_out: int = 0
    unsent: int = 0
    """Octets for clients that were gone or did not read."""


class DatabaseCounts(msgspec.Struct):
    """Queries by their results."""

    found: int = 0
    empty: int = 0
    failed: int = 0
    locked: int = 0
    late: int = 0
    failed_why: dict[str, int] = {}
    """Those that failed, by the class of the error."""


class E1dCounts(msgspec.Struct):
    """Clients of the control socket and their timeslots; wall-clock matters, so they are never in the journal."""

    clients: int = 0
    refused: int = 0
    """Clients above the limit, closed at once."""
    wrong_magic: int = 0
    """Clients disconnected for a wrong magic; so the next ones."""
    wrong_length: int = 0
    wrong_type: int = 0
    wrong_filter: int = 0
    slow: int = 0
    """Clients disconnected because they did not read responses."""
    opened: int = 0
    frames_in: int = 0
    frames_out: int = 0
    octets_in: int = 0
    octets_out: int = 0
    bad_length: int = 0
    """Frames dropped for their length."""
    underruns: int = 0
    """Blocks of raw timeslots that were short."""
    unsent: int = 0
    """Blocks, frames and events that a program which does not read, or is gone, never got."""


class Side(Protocol):
    """One interface. `service`, `take`, `deliver` and `flush` are called under one lock when a thread serves it."""

    name: str
    """Of its source."""
    immediate: bool
    """True: what came is to be taken at once, whatever the pace (an answer that the machine caused)."""

    cautions: tuple[str, ...]
    """What it could not do at the start and did not refuse, a line each."""

    @property
    def address(self) -> str: ...
    @property
    def counts(self) -> TcpCounts | DatabaseCounts | E1dCounts: ...
    @property
    def waiting(self) -> bool:
        """Something is there to be taken."""
    @property
    def clients(self) -> int:
        """Connections that are there now."""
    @property
    def unsent(self) -> bool:
        """Something waits for `flush`."""
    @property
    def look_ms(self) -> int:
        """`service` is to be called after so many wall milliseconds even when nothing comes."""

    def descriptors(self) -> list[int]:
        """What to poll for reading."""

    def service(self) -> None:
        """Accept, read, write and cut off, without waiting."""

    def take(self) -> list[Arrival]:
        """What came, at most so much a time."""

    def take_closed(self) -> list[int]:
        """Connections that the machine has closed since the last time."""

    def deliver(self, item: bytes) -> None:
        """An item of the part's outbox."""

    def flush(self) -> None:
        """All items of this moment are delivered: send."""

    def close(self) -> None: ...
