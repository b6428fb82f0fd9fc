"""A *part*: a stateful thing with a path. Parts refer to each other by path and talk through typed ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import msgspec

from switchsim.model.phase import Phase

if TYPE_CHECKING:
    from switchsim.model.event import Event
    from switchsim.model.message import Message
    from switchsim.model.order import Order


class State(msgspec.Struct):
    """Plain values only (numbers, strings, octets, lists, dicts, nested State): a snapshot is their msgpack form."""


class MediaEvent(Protocol):
    """Something the native core saw (swd_event of native/include/swd.h)."""

    @property
    def at(self) -> int: ...
    @property
    def kind(self) -> int: ...
    @property
    def unit(self) -> int: ...
    @property
    def a(self) -> int: ...
    @property
    def b(self) -> int: ...
    @property
    def octets(self) -> bytes: ...


class Host(Protocol):
    """What the kernel does for a part. Times are cycles; `place` is the part's path."""

    @property
    def now(self) -> int: ...
    def emit(self, place: str, event: Event) -> None: ...
    def send(self, place: str, port: str, message: Message) -> bool: ...
    def start_timer(self, place: str, name: str, cycles: int) -> None: ...
    def stop_timer(self, place: str, name: str) -> None: ...
    def timers_of(self, place: str) -> list[str]: ...
    def draw(self, stream: str) -> int: ...


StateT = TypeVar("StateT", bound=State)


class Part(Generic[StateT]):
    """Base of every part. A handler changes only its own `state`, and acts on others only through its ports.

    `state` is replaced as a whole by a restore; keep no reference into it across handlers.
    """

    phase: ClassVar[Phase] = Phase.SIGNAL
    state: StateT

    def __init__(self, path: str, host: Host) -> None:
        self.path = path
        self.stands_at = path  # in the run: a machine that is one of several stands below its name
        self.host = host

    @property
    def now(self) -> int:
        return self.host.now

    def emit(self, event: Event) -> None:
        """Write `event` to the journal under this part's place."""
        self.host.emit(self.path, event)

    def send(self, port: str, message: Message) -> bool:
        """Send out of a port; False when the wire is full or cut (then the message is lost and counted)."""
        return self.host.send(self.path, port, message)

    def start_timer(self, name: str, cycles: int) -> None:
        """(Re)start the timer `name`; it is due at the first control tick at or after now + cycles."""
        self.host.start_timer(self.path, name, cycles)

    def stop_timer(self, name: str) -> None:
        self.host.stop_timer(self.path, name)

    def draw(self, stream: str) -> int:
        """64 random bits of this part's stream of that name."""
        return self.host.draw(f"{self.path}:{stream}")

    def start(self) -> None:
        """Cycle 0: power-on."""

    def tells(self, order: Order) -> bool:
        """Whether the part itself writes down what comes of an order; else the journal says that it was given."""
        return False

    def closing(self) -> None:
        """The run ends now: write down what is left to be told. Nothing may change any more."""

    def restored(self) -> None:
        """`state` was replaced by a snapshot's; rebuild what is derived from it."""

    def on_message(self, port: str, message: Any) -> None:
        """A message arrived at an in-port. A part wired to a port handles every message type of that port."""
        raise AssertionError(f"{self.path} has no port {port!r} for {type(message).__name__}")

    def on_timer(self, name: str) -> None:
        raise AssertionError(f"{self.path} has no timer {name!r}")

    def on_media(self, event: MediaEvent) -> None:
        """The native core saw something on a unit that this part owns."""
        raise AssertionError(f"{self.path} owns no media unit")

    def on_order(self, order: Order) -> None:
        """An act from outside, between cycles."""
        raise AssertionError(f"{self.path} takes no {type(order).__name__}")
