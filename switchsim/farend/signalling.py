"""Signalling points of the far end: what an exchange and a transfer point have in common, and the transfer point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from switchsim.dsp.engine import NONE, Engine
from switchsim.model.events import FaultFired, FaultUndone
from switchsim.model.order import Act, Heal, Inject, Order, Value
from switchsim.model.part import Host, MediaEvent, Part, State
from switchsim.model.phase import Phase
from switchsim.proto.mtp3 import Mtp3Config
from switchsim.terminals.breaking import POINTS
from switchsim.terminals.level2 import TerminalRow, Terminals, TerminalState
from switchsim.terminals.point import SKEW, PointState, RelationRow, SignallingPoint

BY_HAND: Final = ("start", "stop", "emergency", "emergency_ceases", "outage", "recovered", "busy", "not_busy")
"""Orders to level 2 of a link."""


class LinkEnd(msgspec.Struct, frozen=True):
    """A link of this point. feeds: the cell that its transmitter goes to, NONE: none."""

    terminal: TerminalRow
    feeds: int = NONE


class PointConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Given by the assembly."""

    name: str
    mtp3: Mtp3Config
    links: tuple[LinkEnd, ...]
    relations: tuple[RelationRow, ...] = ()


class StpState(State):
    links: list[TerminalState] = []
    point: PointState = msgspec.field(default_factory=PointState)


class Signalling:
    """The links and the level 3 of one part; its timers are `l2/...`, `mtp3/...`, `user/...`."""

    def __init__(
        self, part: Part[Any], engine: Engine, config: PointConfig,
        indication: Callable[[int, Any], None] = lambda relation, action: None,
    ) -> None:  # fmt: skip
        """indication(relation, action): what user parts report; a transfer point has none."""
        self.part = part
        self.indication = indication
        self.engine = engine
        self.config = config
        names = {number: end.terminal.name for number, end in enumerate(config.links)}
        self.point = SignallingPoint(self, config.mtp3, config.relations, names)
        rows = [end.terminal for end in config.links]
        self.terminals = Terminals(part, engine, rows, self.point.received, self.point.level2_says)
        self.emit = part.emit
        self.start_timer = part.start_timer
        self.stop_timer = part.stop_timer

    def power_on(self) -> None:
        """Links begin to align."""
        for end in self.config.links:
            if end.feeds != NONE:
                self.engine.connect(end.feeds, end.terminal.sends)
        self.terminals.power_on()
        for number in range(len(self.config.links)):
            self.point.do3(self.point.mtp3.activate_link(number))

    def timer(self, name: str) -> None:
        what, _, rest = name.partition("/")
        if what == "l2":
            self.terminals.timer(rest)
        else:
            self.point.timer(name)

    def order(self, order: Order) -> None:
        """An order to any point: see `Stp`."""
        if isinstance(order, Inject | Heal):
            self._break(order)
        else:
            assert isinstance(order, Act), f"{self.part.path} takes no {type(order).__name__}"
            self._act(order)

    def _break(self, order: Inject | Heal) -> None:
        """A fault of a link, or of the timers above it."""
        fault, point, upper = order.fault, order.point, order.point == SKEW
        assert upper or point in POINTS, f"{self.part.path} has no fault point {point!r}"
        if isinstance(order, Heal):
            self.emit(FaultUndone(fault))
            if upper:
                self.point.unskew(fault)
            else:
                self.terminals.breaker.heal(fault, point, order.values)
            return
        effect = self._inject(fault, point, order.values)
        if effect:
            self.emit(FaultFired(fault, effect))

    def _inject(self, fault: str, point: str, values: dict[str, Value]) -> str:
        if point == SKEW:
            return self.point.skew(fault, values)
        return self.terminals.breaker.inject(fault, point, values)

    def _act(self, order: Act) -> None:
        number = int(order.values.get("link", 0))
        if order.act == "unit":
            self.terminals.craft(order.values)
        elif order.act in BY_HAND:
            self.terminals.order(number, order.act)
            if order.act == "stop":  # its own level 3 did not ask for it
                self.point.level2_says(number, "out_of_service", text="stopped by hand")
        elif order.act == "restart":
            self.point.do3(self.point.mtp3.restart())
        elif order.act == "activate":
            self.point.do3(self.point.mtp3.activate_link(number))
        elif order.act == "deactivate":
            self.point.do3(self.point.mtp3.deactivate_link(number))
        elif order.act == "inhibit":
            self.point.do3(self.point.mtp3.inhibit(number))
        elif order.act == "uninhibit":
            self.point.do3(self.point.mtp3.uninhibit(number))
        else:
            raise AssertionError(f"{self.part.path} does not know {order.act!r}")

    # -- owner of the point ------------------------------------------------------------------------------------------

    def order_level2(self, link: int, order: str, value: int) -> None:
        self.terminals.order(link, order, value)

    def send_msu(self, link: int, octets: bytes) -> None:
        self.terminals.send(link, octets)


class Stp(Part[StpState]):
    """`farend/stp/<name>`: passes messages on between its links (Q.704 2.3.4).

    Orders: Act start, stop, emergency, emergency_ceases, outage, recovered, busy, not_busy (level 2 of a link),
    activate, deactivate, inhibit, uninhibit (level 3), unit (see Terminals.craft), restart (of the whole point); `link`
    counts its links. Inject and Heal: faults of its links (`switchsim.faults.signalling`).
    """

    phase = Phase.SIGNAL

    def __init__(self, path: str, host: Host, engine: Engine, config: PointConfig) -> None:
        super().__init__(path, host)
        self.signalling = Signalling(self, engine, config)
        self.state = StpState(self.signalling.terminals.new_states(), self.signalling.point.new_state())
        self.restored()

    def restored(self) -> None:
        self.signalling.terminals.restored(self.state.links)
        self.signalling.point.restored(self.state.point)

    def start(self) -> None:
        self.signalling.power_on()

    def on_media(self, event: MediaEvent) -> None:
        self.signalling.terminals.media(event)

    def on_timer(self, name: str) -> None:
        self.signalling.timer(name)

    def on_order(self, order: Order) -> None:
        self.signalling.order(order)


def media_units(links: Sequence[LinkEnd]) -> list[tuple[tuple[int, ...], int]]:
    """(kinds of events, unit) that a point with these links owns."""
    return [unit for end in links for unit in end.terminal.media_units()]
