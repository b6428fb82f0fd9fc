"""The clock of the equipment at the far end of a line: by itself, or locked to what it receives."""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.model.events import ClockDisturbed, ClockMode, FaultFired, FaultUndone
from switchsim.model.messages import NodeClock, ReferenceState
from switchsim.model.order import Heal, Inject, Order
from switchsim.model.part import Host, Part, State
from switchsim.proto.clock import ssm
from switchsim.proto.clock.oscillator import Oscillator, OscillatorState
from switchsim.proto.clock.pll import Pll, PllConfig, PllState
from switchsim.proto.clock.selector import through
from switchsim.terminals.clocking import OSCILLATOR_FAULTS, FarClockPlan, disturb, leave_alone
from switchsim.units import ms

SETTLED: Final = ms(20)
"""As at power-on of the machine: until here it is locked at once, and says nothing."""
LOOP: Final = PllConfig()


class FarClockState(State):
    """awake: it has something to say. heard: what it may follow. told: to its end of the line, last.

    mode: as journalled. forged: by fault number, another quality.
    """

    awake: bool = False
    oscillator: OscillatorState = msgspec.field(default_factory=OscillatorState)
    pll: PllState = msgspec.field(default_factory=PllState)
    heard: ReferenceState = ReferenceState("", True, 0, 0, "")
    told: NodeClock = NodeClock(0, 0, "")
    mode: str = ""
    forged: dict[str, int] = {}


class FarClock(Part[FarClockState]):
    """`farend/clock/<line>`. Ports: out `line` (NodeClock), in `reference` (ReferenceState). Timer: `clock`.

    Fault points: those of OSCILLATOR_FAULTS, and clock_quality (quality: it says something else of itself).
    """

    def __init__(self, path: str, host: Host, plan: FarClockPlan) -> None:
        super().__init__(path, host)
        self.plan = plan
        self.state = FarClockState(oscillator=OscillatorState(plan.ppb, plan.wander))
        self.restored()

    def restored(self) -> None:
        self.oscillator = Oscillator(self.state.oscillator)
        self.pll = Pll(self.state.pll, LOOP)

    def start(self) -> None:
        if self.plan.told:
            self.state.awake = True
            self._see_to_it()

    def on_message(self, port: str, message: ReferenceState) -> None:
        self.state.heard = message
        if self.state.awake:
            self._see_to_it()

    def on_timer(self, name: str) -> None:
        self._see_to_it()

    def _see_to_it(self) -> None:
        """Whatever time, the line or a fault has changed."""
        now = self.now
        for _ in range(self.oscillator.draws_due(now)):
            self.oscillator.walk(self.draw("wander"))
        self.pll.oscillator(now, self.oscillator.frequency(now))
        self.pll.advance(now)
        if self.plan.follows:
            self._follow()
        if (clock := self._clock()) != self.state.told:
            self.state.told = clock
            self.send("line", clock)
        mode = self.state.pll.mode
        if self.plan.follows and now >= SETTLED and mode != self.state.mode:
            self.state.mode = mode
            self.emit(ClockMode(mode, self.plan.line if self.pll.following else "", clock.ppb))
        self._wait()

    def _follow(self) -> None:
        heard, now = self.state.heard, self.now
        if not heard.usable or not self.pll.in_range(heard.ppb):
            (self.pll.lose if now >= SETTLED else self.pll.free)(now)
        elif not self.pll.following or now < SETTLED:
            self.pll.follow(now, heard.ppb, at_once=now < SETTLED)
        else:
            self.pll.moved(now, heard.ppb)

    def _clock(self) -> NodeClock:
        following, heard = self.pll.following, self.state.heard
        known = heard.quality != ssm.Quality.UNKNOWN and ssm.usable(heard.quality)
        quality = heard.quality if following and known else self.plan.quality
        if self.state.forged:
            quality = list(self.state.forged.values())[-1]
        origin = through(self.plan.name, heard.origin if following else "")
        return NodeClock(self.pll.frequency(self.now), quality, origin, self.plan.line if following else "")

    def _wait(self) -> None:
        now = self.now
        changes = (self.oscillator.next_change(now), self.pll.next_change(now), SETTLED if now < SETTLED else None)
        due = [change for change in changes if change is not None]
        if due:
            self.start_timer("clock", max(1, min(due) - now))
        else:
            self.stop_timer("clock")

    # -- faults ------------------------------------------------------------------------------------------------------

    def on_order(self, order: Order) -> None:
        if not isinstance(order, Inject | Heal):
            super().on_order(order)
            return
        effect = self._fault(order)
        self.emit(FaultFired(order.fault, effect) if isinstance(order, Inject) else FaultUndone(order.fault))
        self.state.awake = True
        self._see_to_it()

    def _fault(self, order: Inject | Heal) -> str:
        """Its effect in words."""
        begins, values = isinstance(order, Inject), {**order.values, "fault": order.fault}
        if order.point in OSCILLATOR_FAULTS:
            (disturb if begins else leave_alone)(self.oscillator, self.now, order.point, values)
            ppb = self.oscillator.frequency(self.now)
            self.emit(ClockDisturbed(ppb))
            return f"oscillator {ppb} ppb off nominal"
        assert order.point == "clock_quality", f"{self.path} has no fault point {order.point!r}"
        if not begins:
            self.state.forged.pop(order.fault, None)
            return ""
        self.state.forged[order.fault] = int(order.values["quality"])
        return f"sends {ssm.name(int(order.values['quality']))}"
