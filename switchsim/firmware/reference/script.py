"""Services: announcement, menu, queue, seat, hold, clear - step by step, as the office data say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from switchsim.firmware.office import Announce, Clear, DialOut, Enqueue, Ivr, Menu, Step, Talk, ToSeat
from switchsim.firmware.reference.state import Call, Stage
from switchsim.model.events import DigitHeard

if TYPE_CHECKING:
    from switchsim.firmware.reference.program import Program

NORMAL, NO_CIRCUIT, TEMPORARY = 16, 34, 41
MOST_HOPS = 8
"""Services that a call may go through in one cycle: services that lead to each other in a circle end there."""
SHORTAGE_CYCLES, MOST_SHORTAGES = 8_000, 15
"""A menu that nobody can answer waits a second for a receiver, and gives the call up after so many of them."""


class Script:
    """IVR and queue answer first, then speak and collect; a seat without a queue gives ALERTING with ring-back."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.core = program.core

    def begin(self, call: Call, service: str) -> None:
        """The first step; a call that has gone round through services without time passing is cleared with 41."""
        now = self.core.world.now
        call.hops, call.hop_at = (call.hops + 1 if call.hop_at == now else 1), now
        if call.hops > MOST_HOPS:
            self.program.calls.clear(call, TEMPORARY, "machine")
            return
        call.service, call.step, call.attempts = service, -1, 0
        self.advance(call)

    def step_of(self, call: Call) -> Step | None:
        steps = self.core.office.services[call.service].steps if call.service else ()
        return steps[call.step] if 0 <= call.step < len(steps) else None

    def advance(self, call: Call) -> None:
        """Go on to the next step that takes time; behind the last one the call is cleared."""
        while self._skips_next(call):
            pass

    def _skips_next(self, call: Call) -> bool:
        """Take one step; True when it is over already: an announcement for which no channel is free."""
        call.step += 1
        self.core.touch(call)
        match self.step_of(call):
            case Announce(prompts):
                self._answer_for(call, "announce")
                return not self.core.play(call, prompts)
            case Menu() as menu:
                self._answer_for(call, "menu")
                self._ask(call, menu)
            case Enqueue(queue):
                self.program.calls.answer(call)
                self.program.queues.route(call, queue)
            case ToSeat(seat, no_answer_cycles):
                self.program.queues.ring_directly(call, seat, no_answer_cycles)
            case Talk(cycles):
                self._answer_for(call, "hold")
                self.core.world.start_timer(f"hold/{call.number}", cycles)
            case Ivr() as step:
                self.program.voice.begin(call, step)
            case DialOut() as way:
                self.program.tandem.dial(call, way)
            case Clear(cause):
                self.program.calls.clear(call, cause, "machine")
            case None:
                self.program.calls.clear(call, NORMAL, "machine")
        return False

    def _answer_for(self, call: Call, what: str) -> None:
        self.program.calls.answer(call)
        self.core.stage(call, Stage.SERVICE, what)

    def _ask(self, call: Call, menu: Menu) -> None:
        """Play the question and listen; without a receiver nobody can choose."""
        if not self.core.listen(call):
            self._short_of_receivers(call, menu)
            return
        call.shortages = 0
        if not self.core.play(call, menu.prompts):
            self.core.world.start_timer(f"menu/{call.number}", menu.timeout_cycles)

    def _short_of_receivers(self, call: Call, menu: Menu) -> None:
        """Go the way of those who never choose; where that leads to a menu again, wait for a receiver instead."""
        self.core.touch(call)
        passing = call.hops > 1 and call.hop_at == self.core.world.now
        if menu.otherwise != call.service and not passing:
            self.begin(call, menu.otherwise)
        elif call.shortages < MOST_SHORTAGES:
            call.shortages += 1
            self.core.world.start_timer(f"menu/{call.number}", SHORTAGE_CYCLES)
        else:
            self.program.calls.clear(call, NO_CIRCUIT, "machine")

    # -- what happens meanwhile ----------------------------------------------------------------------------------

    def prompt_ended(self, call: Call) -> None:
        self.core.stop_playing(call)
        step = self.step_of(call)
        if call.stage != Stage.SERVICE:
            return
        if isinstance(step, Menu):
            self.core.world.start_timer(f"menu/{call.number}", step.timeout_cycles)
        elif isinstance(step, Announce):
            self.advance(call)

    def digit(self, call: Call, digit: str) -> None:
        self.core.world.emit(DigitHeard(call.receiver, call.number, digit))
        self.program.cti.digit(call, digit)
        step = self.step_of(call)
        if call.stage != Stage.SERVICE or not isinstance(step, Menu):
            return
        self.core.stop_playing(call)
        self.core.world.stop_timer(f"menu/{call.number}")
        chosen = step.choices.get(digit)
        if chosen is not None:
            self.core.stop_listening(call)
            self.begin(call, chosen)
        else:
            self._wrong(call, step)

    def no_choice(self, call: Call) -> None:
        """No digit came. The next question gets another receiver: this one may be deaf, and nobody has noticed yet."""
        step = self.step_of(call)
        if isinstance(step, Menu) and call.receiver < 0:
            self._ask(call, step)
        elif isinstance(step, Menu):
            self.core.stop_listening(call)
            self._wrong(call, step)

    def _wrong(self, call: Call, step: Menu) -> None:
        """A wrong digit or none: ask again, or go the way of those who never choose."""
        call.attempts += 1
        self.core.touch(call)
        if call.attempts < step.attempts:
            self._ask(call, step)
        else:
            self.core.stop_listening(call)
            self.begin(call, step.otherwise)

    def resume(self, call: Call) -> None:
        """After a switchover: boards kept playing and listening, but this processor has no timers yet."""
        step = self.step_of(call)
        world, timing = self.core.world, self.core.office.timing
        if call.announcer >= 0:
            length = sum(self.core.office.prompt_cycles[p] for p in getattr(step, "prompts", ()))
            world.start_timer(f"guard/{call.number}", length + timing.guard_cycles)
        elif isinstance(step, Menu):
            world.start_timer(f"menu/{call.number}", step.timeout_cycles)
        elif isinstance(step, Ivr):
            self.program.voice.resume(call, step)
        elif isinstance(step, Talk):
            world.start_timer(f"hold/{call.number}", step.cycles)
        elif step is None and call.direction == "out":
            world.start_timer(f"hold/{call.number}", call.hold_cycles)
