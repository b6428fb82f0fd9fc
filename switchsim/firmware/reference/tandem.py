"""Calls that go on to another exchange: the step `dial` of a service, with one call record for both circuits.

Leg a is the caller, leg b the circuit to the other exchange. What that exchange says backwards goes on to the caller's
signalling as `interworking` translates it; its tones are heard as soon as there may be any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.office import DialOut
from switchsim.firmware.reference.interworking import GLARE, no_way
from switchsim.firmware.reference.state import Call, Leg, Stage

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NO_CIRCUIT, ATTEMPTS = 34, 4
RING_BACK = "ring_back"
LEFT = "left"
"""Not a message: this exchange does not supervise the suspension."""


class Tandem:
    """The caller is answered when the other exchange answers; clearing goes through both ways."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core

    def step(self, call: Call) -> DialOut | None:
        """The step that sent the call on, while it is in it."""
        step = self.program.script.step_of(call)
        return step if isinstance(step, DialOut) else None

    def begins(self, service: str) -> bool:
        """Whether a service sends its calls on at once: then the other exchange says when the number is complete."""
        return isinstance(self.core.office.services[service].steps[0], DialOut)

    def under_way(self, call: Call) -> bool:
        return call.stage == Stage.OUTGOING and self.step(call) is not None

    # -- out -----------------------------------------------------------------------------------------------------

    def dial(self, call: Call, step: DialOut) -> None:
        call.attempts = 0
        self.core.stage(call, Stage.OUTGOING, self._number(call, step))
        if not self._seize(call, step):
            self._failed(call, step, NO_CIRCUIT, "machine")

    def _number(self, call: Call, step: DialOut) -> str:
        return step.number or call.target or call.called

    def _seize(self, call: Call, step: DialOut) -> bool:
        """A circuit of the first group that has one."""
        trunks, number = self.program.trunks, self._number(call, step)
        usable = [group for group in trunks.usable_groups() if group in step.groups]
        usable.sort(key=step.groups.index)
        return trunks.seize(call, usable, number)

    def again(self, call: Call) -> None:
        """The circuit was no good (Q.764 2.8.1): another one, a few times."""
        step = self.step(call)
        assert step is not None, "a call that goes on"
        call.attempts += 1
        call.b = Leg()  # another connection, for whoever follows the call
        self.core.touch(call)
        if call.attempts >= ATTEMPTS or not self._seize(call, step):
            self._failed(call, step, NO_CIRCUIT, "network")

    def give_up(self, call: Call) -> None:
        step = self.step(call)
        assert step is not None, "a call that goes on"
        self._failed(call, step, NO_CIRCUIT, "network")

    def _failed(self, call: Call, step: DialOut, cause: int, by: str) -> None:
        """No way out: the service's other way, where resources were short and it has one; else the caller is told."""
        call.b = Leg()
        self.core.hear(self.core.slot(call.a), 0)
        if step.otherwise and no_way(cause):
            self.program.script.begin(call, step.otherwise)
        else:
            self.program.calls.clear(call, cause, by)

    # -- what the other exchange says ----------------------------------------------------------------------------

    def lost(self, call: Call, group: int, key: int, cause: int) -> bool:
        """The circuit to the other exchange was cleared before the answer: True when that was all about it."""
        trunks = self.program.trunks
        if not (self.under_way(call) and trunks.is_leg(call.b, group, key)):
            return False
        by = trunks.by(call, group, key)
        trunks.set_up_failed(group, key, call)
        if cause in GLARE:
            self.again(call)
            return True
        step = self.step(call)
        assert step is not None, "a call that goes on"
        self._failed(call, step, cause, by)
        return True

    def progress(self, call: Call, what: str, *, in_band: bool = True) -> None:
        """A meaning of `interworking.SIGNALS`. A telephone rings and nothing is to be heard: ring-back from here."""
        if not (what and self.under_way(call)):
            return
        call.b.alerted = call.b.alerted or what == "alerting"
        self.core.touch(call)
        if in_band:
            self.core.hear(self.core.slot(call.a), self.core.slot(call.b))
        elif what == "alerting":
            self.core.tone(call.a, RING_BACK)
        if call.a.circuit >= 0 and not call.answered:
            self.program.trunks.say(call.a, what)

    def suspended(self, call: Call, group: int, key: int, *, on: bool) -> None:
        """Clear-back or re-answer of one exchange, for the other one; who hears of it waits for what follows."""
        if self.step(call) is None or call.stage != Stage.TALK:
            return
        trunks = self.program.trunks
        this, other = (call.b, call.a) if trunks.is_leg(call.b, group, key) else (call.a, call.b)
        if other.circuit >= 0 and trunks.say(other, "suspended" if on else "resumed") and on:
            trunks.of(this).say(this, LEFT)
