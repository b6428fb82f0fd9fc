"""Toy parts, a scripted media path and a bench of both, for the tests of the kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from switchsim.kernel.journal import Checkpoint, Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel, Media, NoMedia
from switchsim.model.events import DefectSeen, decode_line
from switchsim.model.message import Message
from switchsim.model.order import Act, Order
from switchsim.model.part import MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.units import round_up


class Ball(Message, frozen=True):
    """What toys throw."""

    number: int


class Feather(Message, frozen=True):
    """What a wire of balls does not carry."""


class ToyState(State):
    seen: list[str] = []


class Toy(Part[ToyState]):
    """Notes what it is told, in its state and in the journal; `react` says what it does then."""

    phase = Phase.SIGNAL

    def __init__(self, path: str, kernel: Kernel, react: Callable[[Toy, str], object] = lambda toy, what: None) -> None:
        super().__init__(path, kernel)
        self.state = ToyState()
        self._react = react

    def _note(self, what: str) -> None:
        self.state.seen.append(f"{self.now} {what}")
        self.emit(DefectSeen("noted", what))
        self._react(self, what)

    def start(self) -> None:
        self._react(self, "start")

    def on_message(self, port: str, message: Any) -> None:
        self._note(f"{port} {message.number}")

    def on_timer(self, name: str) -> None:
        self._note(f"timer {name}")

    def on_media(self, event: MediaEvent) -> None:
        self._note(f"media {event.unit} at {event.at}")

    def on_order(self, order: Order) -> None:
        assert isinstance(order, Act)
        self._note(f"order {order.act}")


class Decider(Toy):
    """Acts in the phase after the others'."""

    phase = Phase.DECIDE


class Sound(NamedTuple):
    """A MediaEvent."""

    at: int
    kind: int
    unit: int
    a: int = 0
    b: int = 0
    octets: bytes = b""


class ScriptedMedia:
    """Hears planned sounds and stops early at the control tick after each, as the native core does."""

    def __init__(self, sounds: Sequence[Sound], tick: int = 8) -> None:
        self.now = 0
        self.calls: list[tuple[int, int]] = []  # from, asked until
        self._sounds = sorted(sounds)
        self._tick = tick

    def run(self, until: int) -> Sequence[MediaEvent]:
        self.calls.append((self.now, until))
        coming = [round_up(sound.at + 1, self._tick) for sound in self._sounds]
        self.now = min([until, *coming])
        heard = [sound for sound, known in zip(self._sounds, coming, strict=True) if known <= self.now]
        self._sounds = self._sounds[len(heard) :]
        return heard

    def snapshot(self) -> bytes:
        return b"%d %d" % (self.now, len(self._sounds))

    def restore(self, octets: bytes) -> None:
        self.now, left = map(int, octets.split())
        self._sounds = self._sounds[len(self._sounds) - left :]


def counted(key: int, index: int) -> int:
    """A draw of 64 bits that shows its key and its index."""
    return (key ^ index * 0x9E3779B97F4A7C15) % 2**64


class Bench:
    """A kernel whose journal is kept in memory."""

    def __init__(self, *, media: Media | None = None, tick: int = 8, batch: int = 160, seed: int = 1) -> None:
        self.octets = bytearray()
        self.seconds: list[Checkpoint] = []
        self.kernel = Kernel(media or NoMedia(), Journal(self.octets.extend, self.seconds.append),
                             Streams(seed, counted), tick=tick, batch=batch)  # fmt: skip

    def toy(self, path: str, react: Callable[[Toy, str], object] = lambda toy, what: None,
            kind: type[Toy] = Toy) -> Toy:
        part = kind(path, self.kernel, react)
        self.kernel.add(part)
        return part

    def wire(self, place: str, to_place: str, **more: int) -> Wire:
        """Out of port `out` into port `in`."""
        wire = Wire(to_place, "in", (Ball,), **more)
        self.kernel.connect(place, "out", wire)
        return wire

    def told(self) -> list[tuple[int, str, str]]:
        """(cycle, place, what) of everything that toys noted, in the order of the journal."""
        records = [decode_line(line) for line in bytes(self.octets).splitlines()[1:]]
        return [(r.at, r.place, r.event.about) for r in records if isinstance(r.event, DefectSeen)]
