"""One machine's ward of a kernel that several machines run in: its parts stand below its name, and do not know it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from switchsim.assembly.share import EngineShare
from switchsim.dsp.engine import (
    EV_AERM,
    EV_BAD_FRAME,
    EV_CHECK_OFF,
    EV_CHECK_ON,
    EV_DIGIT_OFF,
    EV_DIGIT_ON,
    EV_FRAME,
    EV_HEARS,
    EV_RAW_BLOCK,
    EV_SOURCE_DONE,
    EV_SU,
    EV_SU_BAD,
    EV_SU_COUNTING,
    EV_SU_LOW,
    EV_SU_PROVED_AGAIN,
    EV_SUERM,
    EV_TX_DONE,
)
from switchsim.kernel.ports import Wire
from switchsim.kernel.scheduler import Kernel
from switchsim.model.event import Event
from switchsim.model.message import Message
from switchsim.model.order import Order
from switchsim.model.part import Part

UNIT_OF: Final = {
    EV_FRAME: "n_hdlc_rx", EV_BAD_FRAME: "n_hdlc_rx", EV_TX_DONE: "n_hdlc_tx", EV_SOURCE_DONE: "n_sources",
    EV_DIGIT_ON: "n_receivers", EV_DIGIT_OFF: "n_receivers", EV_HEARS: "n_ears", EV_RAW_BLOCK: "n_recorders",
    EV_SU: "n_su_rx", EV_SU_BAD: "n_su_rx", EV_SU_COUNTING: "n_su_rx", EV_SUERM: "n_su_rx", EV_AERM: "n_su_rx",
    EV_SU_PROVED_AGAIN: "n_su_rx", EV_SU_LOW: "n_su_tx", EV_CHECK_ON: "n_checks", EV_CHECK_OFF: "n_checks",
}  # fmt: skip
"""Kind of media event -> the field of EngineConfig that counts its units."""


class Ward(Kernel):
    """Has the face of a Kernel for the parts, and for those who build them."""

    def __init__(self, kernel: Kernel, name: str, share: EngineShare) -> None:
        self.kernel = kernel  # and nothing of a kernel of its own: every act is given on
        self.name = name
        self.share = share
        self.parts = {}
        self.tick = kernel.tick

    @property
    def now(self) -> int:  # type: ignore[override]
        return self.kernel.now

    def full(self, place: str) -> str:
        """Where a part of this machine stands in the run."""
        return f"{self.name}/{place}"

    def add(self, part: Part[Any]) -> None:
        part.place = self.full(part.path)
        self.parts[part.path] = part
        self.kernel.add(part)

    def connect(self, place: str, port: str, wire: Wire) -> None:
        wire.to_place = self.full(wire.to_place)
        self.kernel.connect(self.full(place), port, wire)

    def own_media(self, kinds: Iterable[int], unit: int, place: str, shift: int = 0) -> None:
        for kind in kinds:
            before = getattr(self.share.before, UNIT_OF[kind])
            self.kernel.own_media((kind,), unit + before, self.full(place), before)

    # Host

    def emit(self, place: str, event: Event) -> None:
        self.kernel.emit(self.full(place), event)

    def send(self, place: str, port: str, message: Message) -> bool:
        return self.kernel.send(self.full(place), port, message)

    def start_timer(self, place: str, name: str, cycles: int) -> None:
        self.kernel.start_timer(self.full(place), name, cycles)

    def stop_timer(self, place: str, name: str) -> None:
        self.kernel.stop_timer(self.full(place), name)

    def timers_of(self, place: str) -> list[str]:
        return self.kernel.timers_of(self.full(place))

    def draw(self, stream: str) -> int:
        return self.kernel.draw(f"{self.name}/{stream}")

    def order(self, at: int, place: str, order: Order) -> None:
        self.kernel.order(at, self.full(place), order)

    def part(self, path: str) -> Part[Any]:
        return self.parts[path]
