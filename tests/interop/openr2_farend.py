"""The far end's R2 exchange on one end of a line, and at its other end circuits attached in `cas` mode.

It is the exchange that machines meet in simulated runs; here an outside program takes the machine's place.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from typing import Any, Final

from openr2_bench import BLOCK, IDLE_BLOCK, Joint

from switchsim.dsp.e1 import CAS
from switchsim.dsp.e1_lines import E1Config
from switchsim.dsp.engine import EV_HEARS, EV_SOURCE_DONE, Assets, Engine, EngineConfig, philox
from switchsim.farend.attached import Attached, AttachedConfig
from switchsim.farend.exchange import Party, Subscriber
from switchsim.farend.line import FarLine
from switchsim.farend.r2 import R2Exchange, R2ExchangeConfig
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.model.events import decode_line
from switchsim.model.messages import LineCas, LineSeen
from switchsim.model.order import Act, Outside
from switchsim.proto import r2
from switchsim.terminals.framing import Framing
from switchsim.terminals.line_end import LineEndRow, units_of
from switchsim.terminals.r2 import MFC_EVENTS, R2Row

EXCHANGE: Final = "farend/exchange/e1-0"
LINE: Final = "farend/line/e1-0"


class FarOffice(Joint):
    """An R2Exchange, its line, and an `Attached` part for each circuit; the joint of an outside program."""

    def __init__(self, slots: Sequence[int], variant: str, subscribers: tuple[Subscriber, ...] = (Subscriber(),),
                 **config: Any) -> None:
        count = len(slots)
        self.engine = Engine(EngineConfig(n_sources=2 * count, n_switched=64, n_e1=2, n_ears=count, n_mfc=count,
                                          n_recorders=count), Assets())
        first = self.engine.first_switched_cell
        self.hears, self.speaks = first, first + 32
        for unit, cell in enumerate((self.hears, self.speaks)):
            self.engine.e1_define(unit, E1Config(first_cell=cell, opposite=1 - unit, flags=CAS))
        self.lines: list[bytes] = []
        self.kernel = Kernel(self.engine, Journal(self.lines.append, lambda _: None), Streams(1, philox))
        self._line()
        self.exchange = self._exchange(slots, variant, subscribers, config)
        self.attached = {slot: self._attach(slot, count + number, number) for number, slot in enumerate(slots)}
        self._waiting: dict[int, deque[bytes]] = {slot: deque() for slot in slots}
        self.kernel.power_on()
        for slot in slots:
            self._tell(slot, "attached")
        self.kernel.run(BLOCK)

    def _line(self) -> None:
        row = LineEndRow("e1-0", "far", 0, 1, self.hears, self.speaks, Framing(cas=True))
        self.kernel.add(FarLine(LINE, self.kernel, self.engine, row, user=True))
        for kinds, unit in units_of(row):
            self.kernel.own_media(kinds, unit, LINE)
        self.kernel.connect(LINE, "user", Wire(EXCHANGE, "line", (LineSeen, LineCas)))
        self.kernel.connect(EXCHANGE, "remote/e1-0", Wire(LINE, "sender", (LineCas,)))

    def _exchange(self, slots: Sequence[int], variant: str, subscribers: tuple[Subscriber, ...],
                  config: dict[str, Any]) -> R2Exchange:
        parties = tuple(Party(line="e1-0", timeslot=slot, source=number, ear=number, party=100 + slot,
                              speaks=self.speaks + slot, hears=self.hears + slot) for number, slot in enumerate(slots))
        rows = tuple(R2Row(line="e1-0", timeslot=row.timeslot, mfc=row.source, hears=row.hears, source=row.source)
                     for row in parties)
        part = R2Exchange(EXCHANGE, self.kernel, self.engine, R2ExchangeConfig(
            parties=parties, subscribers=subscribers, circuits=rows, from_top=False, number_digits=5,
            r2=r2.R2Config(variant=variant, cd=0b11 if variant == "china" else 0b01, **config)))
        self.kernel.add(part)
        for row in parties:
            self.kernel.own_media((EV_SOURCE_DONE,), row.source, EXCHANGE)
            self.kernel.own_media((EV_HEARS,), row.ear, EXCHANGE)
            self.kernel.own_media(MFC_EVENTS, row.source, EXCHANGE)
        return part

    def _attach(self, slot: int, source: int, recorder: int) -> Attached:
        part = Attached(f"farend/attached/e1-0:{slot}", self.kernel, self.engine, AttachedConfig(
            line="e1-0", timeslot=slot, mode="cas", near_rx=self.hears + slot, far_rx=self.speaks + slot, source=source,
            recorder=recorder, e1_sends=0, e1_hears=1))
        self.kernel.add(part)
        return part

    # -- blocks --------------------------------------------------------------------------------------------------------

    def _tell(self, slot: int, what: str, octets: bytes = b"") -> None:
        self.kernel.order(self.kernel.now, f"farend/attached/e1-0:{slot}", Outside(f"e1-0:{slot}", what, octets))

    def give(self, number: int, timeslot: int, datagram: bytes) -> None:
        self._tell(timeslot, "data", datagram)

    def take(self, number: int, timeslot: int) -> bytes:
        waiting = self._waiting[timeslot]
        return waiting.popleft() if waiting else IDLE_BLOCK

    def block_over(self, now: int) -> None:
        self.kernel.run(now + BLOCK)
        for slot, part in self.attached.items():
            self._waiting[slot] += part.take_outbox()

    # -- people, and what is left --------------------------------------------------------------------------------------

    def call(self, called: str, calling: str = "13800138000", hold_cycles: int = 8000) -> None:
        self.kernel.order(self.kernel.now, EXCHANGE,
                          Act("call", {"called": called, "calling": calling, "hold_cycles": hold_cycles}))

    def reported(self, kind: str) -> list[Any]:
        return [row.event for row in map(decode_line, self.lines[1:]) if type(row.event).__name__ == kind]

    def states(self) -> Counter[str]:
        """What happened to its people, counted."""
        return Counter(f"{event.state} {event.cause}" for event in self.reported("PartyState"))

    def leaks(self) -> str:
        state = self.exchange.state
        if state.by_key or state.wanted or state.ringing or any(leg.key for leg in state.legs):
            return f"calls: {state.by_key} {state.wanted} {state.ringing}"
        if left := list(self.kernel.timers_of(EXCHANGE)):
            return f"timers: {left}"
        busy = [number for number, circuit in enumerate(self.exchange.ends.circuits) if not circuit.selectable]
        return f"circuits: {busy}" if busy else ""
