"""CKV: the clock board. It locks to one of the machine's references, and gives every trunk board its clock.

Several in a rack are a pair (or more): one gives the clock, the others go along with its output, and the first of them
takes over when it goes: without a step of frequency, so without a slip. A machine whose file does not speak of clocks
has an exact one; then nothing is said of clocks at all until a fault disturbs one.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from switchsim.hardware.board import Board, CommonState
from switchsim.hardware.boards.clock_alarms import AlarmsState, ClockAlarms
from switchsim.hardware.site import Link, Rack, Site
from switchsim.model.events import ClockActive, ClockDisturbed, ClockMode, ClockReference
from switchsim.model.messages import Activate, BusSilent, NodeClock, Present, ReferenceState
from switchsim.model.order import Act, Order
from switchsim.proto.clock import ssm
from switchsim.proto.clock.oscillator import Oscillator, OscillatorState
from switchsim.proto.clock.pll import Pll, PllConfig, PllState
from switchsim.proto.clock.selector import Reference, Selector, SelectorConfig, SelectorState, through
from switchsim.terminals.clocking import OSCILLATOR_FAULTS, ClockPlan, disturb, leave_alone
from switchsim.units import ms

SETTLED: Final = ms(20)
"""A machine starts as after a night's rest: until here its clock follows whatever it is told at once, in silence."""
LOCK, HOLD, FREE = 0, 1, 2  # register MODE
STATES: Final = {"free_run": 0, "acquiring": 1, "locked": 2, "holdover": 3}
GIVES: Final = 1 << 8
LAMPS: Final = {"free_run": "red", "acquiring": "green_blinking", "locked": "green", "holdover": "red_blinking"}
PARTNER: Final = "partner"


class ClockState(CommonState):
    """awake: it has something to say. lives: the other clock boards that live. active: the one that gives the clock.

    heard: by line, what trunk boards tell of references. follows: the line that the loop follows, or PARTNER.
    told: to the lines, last. mode, stages: as journalled. cut, forged: by fault number, a dead input, another quality.
    """

    awake: bool = False
    lives: list[str] = []
    active: str = ""
    oscillator: OscillatorState = msgspec.field(default_factory=OscillatorState)
    pll: PllState = msgspec.field(default_factory=PllState)
    selector: SelectorState = msgspec.field(default_factory=SelectorState)
    heard: dict[str, ReferenceState] = {}
    follows: str = ""
    told: NodeClock = NodeClock(0, 0, "")
    mode: str = ""
    stages: dict[str, str] = {}
    cut: dict[str, int] = {}
    forged: dict[str, int] = {}
    watch: AlarmsState = msgspec.field(default_factory=AlarmsState)


class Clock(Board[ClockState]):
    """Ports: out `line/<place>` (NodeClock, to trunk boards), in `reference` (ReferenceState, from them), out
    `partner/<place>` and in `partner/<own place>` (Present, BusSilent, Activate, NodeClock). Timer: `clock`."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.plan: ClockPlan = site.rack.clocking
        self.order = site.rack.roles[site.kind.name]
        self.others = [place for place in self.order if place != site.path]
        self.trunks = tuple(dict.fromkeys(site.rack.trunks.values()))
        timings, numbers = site.kind.timings, site.kind.parameters
        wait = self.plan.wait_cycles if self.plan.wait_cycles >= 0 else timings["wait_to_restore"]
        self.selecting = SelectorConfig(
            self.plan.name, self.plan.ssm, self.plan.quality, self.plan.revertive, timings["hold_off"], wait,
            timings["loop_give_up"],
        )  # fmt: skip
        self.loop = PllConfig(
            timings["lock_time"], numbers["pull_in_ppb"], numbers["holdover_ppb"], numbers["drift_ppb_per_day"],
            timings["holdover"],
        )  # fmt: skip
        self.state = ClockState(oscillator=OscillatorState(self.plan.ppb, self.plan.wander))
        self.alarms = ClockAlarms(self)
        self.restored()

    def restored(self) -> None:
        self.oscillator = Oscillator(self.state.oscillator)
        self.pll = Pll(self.state.pll, self.loop)
        self.selector = Selector(self.state.selector, self.selecting)

    def wires(self, rack: Rack) -> list[Link]:
        """To every trunk board, and to the other clock boards; what references bring is the trunk boards' to send."""
        links = [Link(self.path, f"line/{place}", place, "clock", (NodeClock,)) for place in self.trunks]
        talk = (Present, BusSilent, Activate, NodeClock)
        return links + [Link(self.path, f"{PARTNER}/{place}", place, f"{PARTNER}/{self.path}", talk)
                        for place in self.others]  # fmt: skip

    # -- life --------------------------------------------------------------------------------------------------------

    @property
    def gives(self) -> bool:
        """This board gives the machine its clock."""
        return self.alive and self.state.active == self.path

    def reference_place(self, line: str) -> str:
        """Where alarms about a reference point."""
        return f"{self.path}/reference/{line}"

    def started(self) -> None:
        """One that starts again has forgotten what it learnt of its references' frequencies."""
        state = self.state
        state.pll, state.follows = PllState(since=self.now), ""
        state.selector = SelectorState([Reference(one.line, one.priority) for one in self.plan.references])
        self.restored()
        if not self.now:
            state.active, state.lives, state.awake = self.order[0], list(self.others), self.plan.told
            for one in self.plan.references:
                state.heard.setdefault(one.line, ReferenceState(one.line, True, 0, ssm.Quality.UNKNOWN, ""))
        else:
            state.active = "" if state.lives else self.path
            self._tell_others(Present(self.bus))
            if state.awake and self.gives:
                self.emit(ClockActive("restart"))
        self._see_to_it()

    def stopped(self) -> None:
        self.stop_timer("clock")
        self._tell_others(BusSilent(self.bus))

    def _tell_others(self, message: Present | BusSilent | NodeClock) -> None:
        for place in self.others:
            self.send(f"{PARTNER}/{place}", message)

    # -- what it is told ---------------------------------------------------------------------------------------------

    def on_message(self, port: str, message: Any) -> None:
        if isinstance(message, ReferenceState):  # what a line brings does not depend on who looks at it
            self.state.heard[message.line] = message
            if self.alive:
                self._see_to_it()
        elif port.startswith(f"{PARTNER}/"):
            self._partner(port.partition("/")[2], message)
        else:
            super().on_message(port, message)

    def _partner(self, place: str, message: Present | BusSilent | Activate | NodeClock) -> None:
        state = self.state
        if isinstance(message, BusSilent):
            if place in state.lives:
                state.lives.remove(place)
            nobody = not (state.active or state.lives)  # it died before it could answer this board, which has started
            if self.alive and (state.active == place or nobody):
                self._succeed()
            return
        if place not in state.lives:
            state.lives.append(place)
        if not self.alive:
            return
        if isinstance(message, Present):
            if self.gives:
                self.send(f"{PARTNER}/{place}", state.told if state.awake else Activate(True, PARTNER))
        elif not (self.gives and self.order.index(self.path) < self.order.index(place)):  # two that started at once
            state.active = place
            if isinstance(message, NodeClock):
                state.told, state.awake = message, True
            self._see_to_it()

    def _succeed(self) -> None:
        """The active board is gone: the first that lives takes over, and every one comes to the same."""
        state = self.state
        state.active = min([*state.lives, self.path], key=self.order.index)
        if self.gives and state.awake:
            self.emit(ClockActive("switchover"))
            self._see_to_it(handed_over=True)

    def act(self, order: Order) -> None:
        super().act(order)
        if self.alive and isinstance(order, Act) and order.act == "write":
            self._see_to_it()

    # -- the clock ---------------------------------------------------------------------------------------------------

    def timer(self, name: str) -> None:
        self._see_to_it()

    def _see_to_it(self, *, handed_over: bool = False) -> None:
        """Whatever time, a reference, a partner or a fault has changed, and what follows from it."""
        if not self.state.awake:
            return
        now = self.now
        for _ in range(self.oscillator.draws_due(now)):
            self.oscillator.walk(self.draw("wander"))
        self.pll.oscillator(now, self.oscillator.frequency(now))
        self.pll.advance(now)
        self._look_at_references()
        if self.gives:
            self._follow_reference(handed_over)
            if (clock := self._clock()) != self.state.told:
                self._tell_lines(clock)
        else:
            self._follow_partner()
        if now >= SETTLED:
            self._write_down()
            self.alarms.look()
            self.led("LOCK", "off" if self._by_itself() else LAMPS[self.state.pll.mode])
        self._wait()

    def _look_at_references(self) -> None:
        state, now = self.state, self.now
        dead = set(state.cut.values())
        for number, one in enumerate(state.selector.references, 1):
            heard = state.heard[one.line]
            signal = heard.usable and number not in dead and self.pll.in_range(heard.ppb)
            self.selector.heard(now, one.line, signal, heard.ppb, heard.quality, heard.origin, at_once=now < SETTLED)
        self.selector.advance(now)

    def _follow_reference(self, handed_over: bool) -> None:
        state, now, wanted = self.state, self.now, self.state.registers["MODE"]
        one = self.selector.selected if wanted == LOCK else None
        followable = one is not None and one.signal
        if wanted == FREE or not state.selector.references or (now < SETTLED and not followable):
            self.pll.free(now)
            state.follows = ""
        elif one is None or not followable:
            self.pll.lose(now)
            state.follows = ""
        elif state.follows != one.line or not self.pll.following or now < SETTLED:
            went_along = handed_over and state.told.reference == one.line
            self.pll.follow(now, one.ppb, at_once=now < SETTLED, handed_over=went_along)
            state.follows = one.line
        else:
            self.pll.moved(now, one.ppb)

    def _follow_partner(self) -> None:
        """A standby goes along with the output of the active board, so that a switchover is no step."""
        if self.state.active:
            self.pll.follow(self.now, self.state.told.ppb, at_once=True)
            self.state.follows = PARTNER

    def _clock(self) -> NodeClock:
        """What the lines are to be told."""
        one = self.selector.reference(self.state.follows)
        quality = one.quality if one is not None and self.plan.ssm else self.plan.quality
        if self.state.forged:
            quality = list(self.state.forged.values())[-1]
        origin = through(self.plan.name, one.origin if one is not None else "")
        return NodeClock(self.pll.frequency(self.now), quality, origin, one.line if one is not None else "")

    def _tell_lines(self, clock: NodeClock) -> None:
        self.state.told = clock
        for place in self.trunks:
            self.send(f"line/{place}", clock)
        self._tell_others(clock)

    def _by_itself(self) -> bool:
        """It runs free because it has nothing to follow."""
        return self.gives and not self.state.selector.references

    def _write_down(self) -> None:
        state = self.state
        if self.gives:
            mode = f"{state.pll.mode} {state.follows}"
            if mode != state.mode:
                state.mode = mode
                self.emit(ClockMode(state.pll.mode, state.follows, self.pll.frequency(self.now)))
        for one in state.selector.references if self.gives else ():
            event = ClockReference(
                one.line, "given_up" if one.given_up else one.stage, ssm.name(one.quality), one.origin
            )
            text = f"{event.stage} {event.quality} {event.origin}"
            if state.stages.get(one.line) != text:
                state.stages[one.line] = text
                self.emit(event)

    def _wait(self) -> None:
        """For the next instant at which anything changes by itself."""
        now = self.now
        changes = (
            self.oscillator.next_change(now), self.pll.next_change(now), self.selector.next_change(now),
            self.alarms.next_change(), SETTLED if now < SETTLED else None,
        )  # fmt: skip
        due = [change for change in changes if change is not None]
        if due:
            self.start_timer("clock", max(1, min(due) - now))
        else:
            self.stop_timer("clock")

    def registers(self) -> dict[str, int]:
        state = self.state
        lines = [one.line for one in state.selector.references]
        locked = state.pll.mode if state.awake else "locked"  # an exact clock of its own
        return {
            "STATE": STATES[locked] | (GIVES if self.gives else 0),
            "SOURCE": 1 + lines.index(state.follows) if state.follows in lines else 0,
            "OFFSET": self.pll.frequency(self.now) // 100 & 0xFFFF,
        }

    # -- faults ------------------------------------------------------------------------------------------------------

    def fault(self, point: str, values: dict[str, int | str]) -> str:
        """clock_reference_lost (reference), clock_quality (quality), and those of OSCILLATOR_FAULTS."""
        if point == "clock_reference_lost":
            number = int(values["reference"])
            if number > len(self.plan.references):
                return ""
            self.state.cut[str(values["fault"])] = number
            effect = f"input {number} ({self.plan.references[number - 1].line}) dead"
        elif point == "clock_quality":
            self.state.forged[str(values["fault"])] = int(values["quality"])
            effect = f"sends {ssm.name(int(values['quality']))}"
        elif point in OSCILLATOR_FAULTS:
            disturb(self.oscillator, self.now, point, values)
            effect = self._disturbed()
        else:
            return super().fault(point, values)
        self._wake()
        return effect

    def undo(self, point: str, values: dict[str, int | str]) -> None:
        if point == "clock_reference_lost":
            self.state.cut.pop(str(values["fault"]), None)
        elif point == "clock_quality":
            self.state.forged.pop(str(values["fault"]), None)
        elif point in OSCILLATOR_FAULTS:
            leave_alone(self.oscillator, self.now, point, values)
            self._disturbed()
        else:
            super().undo(point, values)
            return
        self._wake()

    def _disturbed(self) -> str:
        ppb = self.oscillator.frequency(self.now)
        self.emit(ClockDisturbed(ppb))
        return f"oscillator {ppb} ppb off nominal"

    def _wake(self) -> None:
        """It has something to say from now on; that it runs by itself is nothing new."""
        if not self.state.awake:
            self.state.awake, self.state.mode = True, f"{self.state.pll.mode} {self.state.follows}"
        if self.alive:
            self._see_to_it()
