"""Two exchanges back to back on one line of native cells: real frames, real audio, no switch between them."""

from __future__ import annotations

from typing import Any

from switchsim.dsp.engine import (
    EV_BAD_FRAME,
    EV_DIGIT_ON,
    EV_FRAME,
    EV_HEARS,
    EV_SOURCE_DONE,
    Assets,
    Engine,
    EngineConfig,
    Tone,
    philox,
)
from switchsim.farend.exchange import ExchangeConfig, Party, Subscriber
from switchsim.farend.isdn import IsdnExchange
from switchsim.farend.plan import Plan
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.model.event import Record
from switchsim.model.events import DigitHeard, decode_line
from switchsim.model.messages import LineSeen, PlaceCall
from switchsim.model.part import MediaEvent, Part, State

NET, USER = "farend/exchange/net", "farend/exchange/user"
SLOTS = (1, 2, 3)
"""B channels in service on the bench's line."""


class NoState(State):
    pass


class DigitListener(Part[NoState]):
    """Owns the bench's DTMF receiver and writes down what it hears."""

    def __init__(self, path: str, host: Any) -> None:
        super().__init__(path, host)
        self.state = NoState()

    def on_media(self, event: MediaEvent) -> None:
        self.emit(DigitHeard(event.unit, 0, chr(event.a & 0xFF)))


class Bench:
    """`net` and `user` at the ends of one line; parties 101.. at the network's end, 201.. at the user's."""

    def __init__(
        self,
        *,
        seed: int = 1,
        batch: int = 160,
        plans: dict[str, Plan] | None = None,
        subscribers: tuple[Subscriber, ...] = (Subscriber(),),
        assets: Assets | None = None,
        prompts: tuple[str, ...] = (),
        ring_back: int = -1,
        extra: Any = None,
        power: bool = True,
    ) -> None:
        count = len(SLOTS)
        self.spare = 2 * count  # the first source and ear that no exchange has
        config = EngineConfig(
            n_sources=2 * count + 2,
            n_hdlc_tx=2,
            n_hdlc_rx=2,
            n_switched=64,
            n_lines=2,
            n_receivers=1,
            n_ears=2 * count + 2,
        )
        self.engine = Engine(config, assets if assets is not None else Assets())
        first = self.engine.first_switched_cell
        self.cells = (first, first + 32)
        for line, cell in enumerate(self.cells):
            self.engine.line_define(line, cell)
        self.lines: list[bytes] = []
        self.kernel = Kernel(
            self.engine, Journal(self.lines.append, lambda _: None), Streams(seed, philox), batch=batch
        )
        self.ends = []
        for end, (path, side) in enumerate(((NET, "network"), (USER, "user"))):
            exchange = ExchangeConfig(
                line="e1-0", side=side, hdlc_tx=end, hdlc_rx=end, d_speaks=self.cells[end] + 16,
                d_hears=self.cells[1 - end] + 16, parties=self._people(end), plans=plans or {},
                subscribers=subscribers, prompts=prompts, ring_back=ring_back,
            )  # type: ignore[arg-type] # fmt: skip
            self._add(path, exchange)
        self.kernel.add(DigitListener("listener", self.kernel))
        self.kernel.own_media((EV_DIGIT_ON,), 0, "listener")
        if extra is not None:
            extra(self)
        if power:
            self.kernel.power_on()

    def _people(self, end: int) -> tuple[Party, ...]:
        speaks, hears = self.cells[end], self.cells[1 - end]
        return tuple(
            Party(line="e1-0", timeslot=slot, source=number, ear=number, party=100 * (end + 1) + slot,
                  speaks=speaks + slot, hears=hears + slot)
            for number, slot in enumerate(SLOTS, end * len(SLOTS))
        )  # fmt: skip

    def _add(self, path: str, config: ExchangeConfig) -> None:
        part = IsdnExchange(path, self.kernel, self.engine, config)
        self.kernel.add(part)
        self.ends.append(part)
        self.kernel.own_media((EV_FRAME, EV_BAD_FRAME), config.hdlc_rx, path)
        for row in config.parties:
            self.kernel.own_media((EV_SOURCE_DONE,), row.source, path)
            self.kernel.own_media((EV_HEARS,), row.ear, path)

    def run(self, cycles: int) -> Bench:
        self.kernel.run(self.kernel.now + cycles)
        return self

    def records(self, place: str = "", kind: str = "") -> list[Record]:
        found = [decode_line(line) for line in self.lines[1:]]
        return [
            row for row in found
            if (not place or row.place == place) and (not kind or type(row.event).__name__ == kind)
        ]  # fmt: skip

    def states(self, place: str, party: int) -> list[tuple[str, int]]:
        """(state, cause) of a party, in order."""
        rows = [row.event for row in self.records(place, "PartyState")]
        return [(row.state, row.cause) for row in rows if row.party == party]  # type: ignore[attr-defined]

    def heard(self, place: str, party: int) -> list[tuple[str, str]]:
        rows = [row.event for row in self.records(place, "PartyHears")]
        return [(row.what, row.which) for row in rows if row.party == party]  # type: ignore[attr-defined]

    def at_rest(self) -> bool:
        """Nothing is left of any call, at either end."""
        for end, part in enumerate(self.ends):
            state = part.state
            if state.by_key or state.q931.calls or any(leg.key for leg in state.legs):
                return False
            if any(state.q931.channels[slot] for slot in SLOTS):
                return False
            if any(self.engine.connected(self.cells[end] + slot) for slot in SLOTS):
                return False
        return True


__all__ = ["NET", "SLOTS", "USER", "Bench", "DigitListener", "LineSeen", "PlaceCall", "Tone", "Wire"]
