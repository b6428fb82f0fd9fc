"""Two exchanges back to back on one line of native cells: real frames, real audio, no switch between them."""

from __future__ import annotations

from typing import Any

from two_ends import TwoEnds

from switchsim.dsp.engine import (
    EV_BAD_FRAME,
    EV_DIGIT_ON,
    EV_FRAME,
    Assets,
    Engine,
    EngineConfig,
    Tone,
    philox,
)
from switchsim.farend.exchange import ExchangeConfig, Subscriber
from switchsim.farend.isdn import IsdnExchange
from switchsim.farend.plan import Plan
from switchsim.kernel.journal import Journal
from switchsim.kernel.ports import Wire
from switchsim.kernel.prng import Streams
from switchsim.kernel.scheduler import Kernel
from switchsim.model.events import DigitHeard
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


class Bench(TwoEnds):
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
        config = EngineConfig(n_sources=2 * count + 2, n_hdlc_tx=2, n_hdlc_rx=2, n_switched=64, n_lines=2,
                              n_receivers=1, n_ears=2 * count + 2)  # fmt: skip
        self.engine = Engine(config, assets if assets is not None else Assets())
        first = self.engine.first_switched_cell
        self.cells = (first, first + 32)
        for line, cell in enumerate(self.cells):
            self.engine.line_define(line, cell)
        self.lines: list[bytes] = []
        journal = Journal(self.lines.append, lambda _: None)
        self.kernel = Kernel(self.engine, journal, Streams(seed, philox), batch=batch)
        self.ends: list[IsdnExchange] = []
        for end, path in enumerate((NET, USER)):
            speaks, hears = self.cells[end], self.cells[1 - end]
            exchange = ExchangeConfig(
                line="e1-0", side="user" if end else "network", hdlc_tx=end, hdlc_rx=end, d_speaks=speaks + 16,
                d_hears=hears + 16, parties=self.people_of(end, SLOTS, speaks, hears), plans=plans or {},
                subscribers=subscribers, prompts=prompts, ring_back=ring_back,
            )  # fmt: skip
            self._add(path, exchange)
        self.kernel.add(DigitListener("listener", self.kernel))
        self.kernel.own_media((EV_DIGIT_ON,), 0, "listener")
        if extra is not None:
            extra(self)
        if power:
            self.kernel.power_on()

    def _add(self, path: str, config: ExchangeConfig) -> None:
        part = IsdnExchange(path, self.kernel, self.engine, config)
        self.kernel.add(part)
        self.ends.append(part)
        self.kernel.own_media((EV_FRAME, EV_BAD_FRAME), config.hdlc_rx, path)
        self.own_people(path, config.parties)

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
