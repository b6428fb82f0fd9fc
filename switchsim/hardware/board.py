"""What every board has: power, LEDs, registers, a self-test, alarms, a reset line, fault points, a place on the bus."""

from __future__ import annotations

from typing import Any, TypeVar

from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.events import (
    AlarmCleared,
    AlarmRaised,
    BoardState,
    DefectGone,
    DefectSeen,
    FaultFired,
    FaultUndone,
    LedChanged,
    RegisterShown,
)
from switchsim.model.message import Message
from switchsim.model.messages import BoardStarted, BusSilent, Present, ProcessorHeard
from switchsim.model.order import Act, Heal, Inject, Order
from switchsim.model.part import Part, State

DEADLY = {"pull": "pulled", "power": "off", "kill": "off", "hang": "hung"}
"""Fault points that every board has, and the state that a board is in while one of them holds."""


class AlarmState(State):
    alarm: str
    about: str
    since: int


class CommonState(State):
    """State that every board has; a kind adds its own fields.

    dead: which of DEADLY hold; empty = alive.
    """

    state: str = "in_service"
    dead: list[str] = []
    leds: dict[str, str] = {}
    registers: dict[str, int] = {}
    alarms: dict[str, AlarmState] = {}


StateT = TypeVar("StateT", bound=CommonState)


class Board(Part[StateT]):
    """A board in a slot. `bus` is its address for the main processor, -1 when it has none.

    A kind overrides `started` (just in service: everything forgotten), `stopped` (just dead: its outputs fall silent),
    `handle` (a message while alive) and `fault` / `undo` for fault points of its own.
    """

    def __init__(self, site: Site) -> None:
        super().__init__(site.path, site.host)
        self.kind = site.kind
        self.bus = site.bus
        self.engine = site.engine

    @classmethod
    def build(cls, site: Site) -> list[Part[Any]]:
        """The board and whatever parts it carries."""
        return [cls(site)]

    def wires(self, rack: Rack) -> list[Link]:
        """Wires out of this board, besides its place on the serial bus."""
        return []

    # -- life ----------------------------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        return not self.state.dead and self.state.state == "in_service"

    def start(self) -> None:
        """A machine starts with its boards in service, as after a night's rest; only a re-start takes a self-test."""
        self.state.registers = {name: register.reset for name, register in self.kind.registers.items()}
        self.state.leds = dict.fromkeys(self.kind.leds, "off")
        self.led("RUN", "green_blinking")
        self.started()

    def started(self) -> None:
        """Just in service."""

    def stopped(self) -> None:
        """Just dead."""

    def _die(self, why: str) -> None:
        was_alive = not self.state.dead
        self.state.dead.append(why)
        if was_alive:
            self._become(DEADLY[why])
            self.stop_timer("self_test")
            if why != "hang":
                self.state.leds = dict.fromkeys(self.kind.leds, "off")
            self.stopped()
            self._on_bus(BusSilent(self.bus))

    def _revive(self, why: str) -> None:
        if why in self.state.dead:
            self.state.dead.remove(why)
            if not self.state.dead:
                self.reset()

    def reset(self) -> None:
        """The reset line: self-test, then in service."""
        self._become("self_test")
        self.led("RUN", "red_blinking")
        self.start_timer("self_test", self.kind.timings["self_test"])

    def _tested(self) -> None:
        self._become("in_service")
        self.led("RUN", "green_blinking")
        self._on_bus(Present(self.bus))
        self._on_bus(BoardStarted(self.bus))  # first of all that it says
        self.started()

    def _become(self, state: str) -> None:
        self.state.state = state
        self.emit(BoardState(state))

    def _on_bus(self, message: Message) -> None:
        if self.bus >= 0:
            self.send("bus", message)

    # -- registers -----------------------------------------------------------------------------------------------

    def registers(self) -> dict[str, int]:
        """Registers that show what the board does now; the others hold what was written, or their reset value."""
        return {}

    def read(self, register: str) -> int:
        """What the main processor reads; raises KeyError when the kind has no such register."""
        return self.registers().get(register, self.state.registers[register])

    # -- LEDs, alarms, defects -----------------------------------------------------------------------------------

    def led(self, led: str, state: str) -> None:
        if led in self.state.leds and self.state.leds[led] != state:
            self.state.leds[led] = state
            self.emit(LedChanged(led, state))

    def raise_alarm(self, alarm: str, about: str, cause: str) -> None:
        """Raise an alarm of this kind's table about a place; once until it is cleared."""
        key = f"{alarm}@{about}"
        if key not in self.state.alarms:
            text = self.kind.alarms[alarm]
            self.state.alarms[key] = AlarmState(alarm, about, self.now)
            self.emit(AlarmRaised(alarm, about, text.severity, cause, text.zh, text.en))

    def has_alarm(self, alarm: str, about: str) -> bool:
        return f"{alarm}@{about}" in self.state.alarms

    def clear_alarm(self, alarm: str, about: str) -> None:
        held = self.state.alarms.pop(f"{alarm}@{about}", None)
        if held is not None:
            self.emit(AlarmCleared(alarm, about, held.since))

    def see_defect(self, defect: str, about: str) -> None:
        self.emit(DefectSeen(defect, about))

    def defect_gone(self, defect: str, about: str) -> None:
        self.emit(DefectGone(defect, about))

    # -- kernel --------------------------------------------------------------------------------------------------

    def on_message(self, port: str, message: Any) -> None:
        if not self.alive:
            return
        if isinstance(message, ProcessorHeard):
            self.processor_heard(message.heard)
        else:
            self.handle(port, message)

    def processor_heard(self, heard: bool) -> None:
        """The active processor's program commands this board, or nobody does any more."""

    def handle(self, port: str, message: Any) -> None:
        raise AssertionError(f"{self.path} ({self.kind.name}) does not handle {type(message).__name__} on {port}")

    def on_timer(self, name: str) -> None:
        if name == "self_test":
            self._tested()
        elif self.alive:
            self.timer(name)

    def timer(self, name: str) -> None:
        raise AssertionError(f"{self.path} ({self.kind.name}) has no timer {name!r}")

    # -- faults --------------------------------------------------------------------------------------------------

    def on_order(self, order: Order) -> None:
        if isinstance(order, Inject):
            if order.point in DEADLY:
                self.emit(FaultFired(order.fault, order.point))
                self._die(order.point)
            else:
                effect = self.fault(order.point, {**order.values, "fault": order.fault})
                if effect:
                    self.emit(FaultFired(order.fault, effect))
        elif isinstance(order, Heal):
            self.emit(FaultUndone(order.fault))
            if order.point in DEADLY:
                self._revive(order.point)
            else:
                self.undo(order.point, {**order.values, "fault": order.fault})
        else:
            self.act(order)

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """Let a fault of this kind act; returns its effect in words, "" when the kind tells later that it fired.

        values["fault"]: the fault's number.
        """
        raise AssertionError(f"{self.path} ({self.kind.name}) has no fault point {point!r}")

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        raise AssertionError(f"{self.path} ({self.kind.name}) has no fault point {point!r}")

    def act(self, order: Order) -> None:
        """Act `reset`, `read` (register), `write` (register, value). A dead board ignores it."""
        if not isinstance(order, Act):
            super().on_order(order)
        elif self.alive:
            name = str(order.values.get("register", ""))
            if order.act == "reset":
                self.stopped()
                self._on_bus(BusSilent(self.bus))
                self.reset()
            elif order.act == "write" and self.kind.registers[name].writable:
                self.state.registers[name] = int(order.values["value"]) & 0xFFFF
            if order.act in ("read", "write"):
                self.emit(RegisterShown(name, self.read(name)))
