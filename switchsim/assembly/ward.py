"""One machine's ward of a kernel that several machines run in: its parts stand below its name, and do not know it.

What they tell the journal of places, processes and queues by names that another machine may have too is told with the
machine's name before it, `north/frame/0/slot/2` and `north/all`: whoever reads the journal needs no other rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from switchsim.assembly.share import EngineShare
from switchsim.dsp.engine import (
    EV_AERM,
    EV_BAD_FRAME,
    EV_BERT,
    EV_CAS,
    EV_CHECK_OFF,
    EV_CHECK_ON,
    EV_DIGIT_OFF,
    EV_DIGIT_ON,
    EV_E1,
    EV_FRAME,
    EV_HEARS,
    EV_MFC_OFF,
    EV_MFC_ON,
    EV_RAW_BLOCK,
    EV_SOURCE_DONE,
    EV_SSM,
    EV_SU,
    EV_SU_BAD,
    EV_SU_COUNTING,
    EV_SU_LOW,
    EV_SU_PROVED_AGAIN,
    EV_SUERM,
    EV_TONE_OFF,
    EV_TONE_ON,
    EV_TX_DONE,
)
from switchsim.kernel.ports import Wire
from switchsim.kernel.scheduler import Kernel
from switchsim.model.event import Event
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    CallQueued,
    CallRanked,
    CallRecord,
    CallUnqueued,
    DefectGone,
    DefectSeen,
    LampShown,
    MemberSet,
    Routed,
    SeatOffered,
)
from switchsim.model.message import Message
from switchsim.model.order import Order
from switchsim.model.part import Part

UNIT_OF: Final = {
    EV_FRAME: "n_hdlc_rx", EV_BAD_FRAME: "n_hdlc_rx", EV_TX_DONE: "n_hdlc_tx", EV_SOURCE_DONE: "n_sources",
    EV_DIGIT_ON: "n_receivers", EV_DIGIT_OFF: "n_receivers", EV_HEARS: "n_ears", EV_RAW_BLOCK: "n_recorders",
    EV_SU: "n_su_rx", EV_SU_BAD: "n_su_rx", EV_SU_COUNTING: "n_su_rx", EV_SUERM: "n_su_rx", EV_AERM: "n_su_rx",
    EV_SU_PROVED_AGAIN: "n_su_rx", EV_SU_LOW: "n_su_tx", EV_CHECK_ON: "n_checks", EV_CHECK_OFF: "n_checks",
    EV_MFC_ON: "n_mfc", EV_MFC_OFF: "n_mfc", EV_TONE_ON: "n_progress", EV_TONE_OFF: "n_progress",
    EV_BERT: "n_berts", EV_E1: "n_e1", EV_CAS: "n_e1", EV_SSM: "n_e1",
}  # fmt: skip
"""Kind of media event -> the field of EngineConfig that counts its units."""

ABOUT: Final[tuple[type[Event], ...]] = (AlarmRaised, AlarmCleared, DefectSeen, DefectGone, LampShown)
QUEUES: Final[tuple[type[Event], ...]] = (
    CallQueued, CallUnqueued, CallRanked, CallRecord, MemberSet, Routed, SeatOffered
)  # fmt: skip
LOCAL_NAMES: Final = dict.fromkeys(ABOUT, "about") | dict.fromkeys(QUEUES, "queue")
"""Kind of event -> its field that holds a place or a queue of this machine, or a line, link or seat."""


class _Names(dict[str, str]):
    """Path of a part -> where it stands in the run: every name is made once, and compared by being the same."""

    def __init__(self, machine: str) -> None:
        self.machine = machine

    def __missing__(self, path: str) -> str:
        self[path] = full = f"{self.machine}/{path}"
        return full


class Ward(Kernel):
    """Has the face of a Kernel for the parts, and for those who build them."""

    def __init__(self, kernel: Kernel, name: str, share: EngineShare, single: frozenset[str] = frozenset()) -> None:
        """single: the machine's lines and seats, which no other machine has."""
        self.kernel = kernel  # and nothing of a kernel of its own: every act is given on
        self.name = name
        self.share = share
        self.single = single
        self._names = _Names(name)
        self.parts = {}
        self.tick = kernel.tick

    @property
    def now(self) -> int:  # type: ignore[override]
        return self.kernel.now

    def full(self, place: str) -> str:
        """Where a part of this machine stands in the run."""
        return self._names[place]

    def told(self, event: Event) -> Event:
        """The event with the machine's name before names that are its own affair."""
        field = LOCAL_NAMES.get(type(event))
        if field is None:
            return event
        name = getattr(event, field)
        if field == "queue":
            return msgspec.structs.replace(event, queue=self.full(name)) if name else event
        if name.partition(":")[0] in self.single:
            return event
        return msgspec.structs.replace(event, about=self.full(name) if name else self.name)

    def add(self, part: Part[Any]) -> None:
        part.stands_at = self.full(part.path)
        self.parts[part.path] = part
        self.kernel.add(part)

    def connect(self, place: str, port: str, wire: Wire) -> None:
        wire.to_place = self.full(wire.to_place)
        self.kernel.connect(self.full(place), port, wire)

    def own_media(self, kinds: Iterable[int], unit: int, place: str, shift: int = 0) -> None:
        for kind in kinds:
            if not self.share.has(UNIT_OF[kind], unit):
                continue
            before = getattr(self.share.before, UNIT_OF[kind])
            self.kernel.own_media((kind,), unit + before, self.full(place), before)

    # Host

    def emit(self, place: str, event: Event) -> None:
        self.kernel.emit(self._names[place], self.told(event))

    def send(self, place: str, port: str, message: Message) -> bool:
        return self.kernel.send(self._names[place], port, message)

    def start_timer(self, place: str, name: str, cycles: int) -> None:
        self.kernel.start_timer(self._names[place], name, cycles)

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
