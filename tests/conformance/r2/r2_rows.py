"""A bench for one R2 circuit: rows of text are played against it, and what goes to the line is watched all the time.

A row is a script, a step a line: `what happens; what else happens -> what must be true then`.

What happens: `line 11` (recognised code a b from the other side), `tone 5`, `off` (register signal heard, its end),
`ready`, `none` (register connected; there is none), `fault on|off`, `wait 250` (milliseconds; timers fire in order), a
call on the circuit (`setup 10000 13800138000`, `more`, `complete`, `refuse 1`, `accept`, `answer`, `clear_back on`,
`release 16`, `block on`, `reset`), or `cycles 1/1 10/3`: compelled cycles, each a forward and a backward signal.

What must be true: `line=10` (code sent, `|` between alternatives), `tone=5` (register signal being sent, 0: none),
`pulse=3` (pulsed in this step), `+AnswerInd(x=1)` and `-AnswerInd` (reported in this step, or not), `alarm`,
`selectable`, `busy` (not selectable), `sent=10` (this code went out in this step, perhaps not as the last).
"""

from __future__ import annotations

import re
from typing import Any

from switchsim.proto import r2
from switchsim.units import ms

IDLE = 0b10
ORDINARY = 10
"""Calling party's category: ordinary subscriber (Q.763)."""
CALLING = "13800138000"
QUIET = {"SendLine", "SeizeRegister", "FreeRegister", "SendTone", "StopTone", "PulseTone", "StartTimer", "StopTimer"}


class Bench:
    """A circuit with its line, its register signals, its timers and a user that decides on digits."""

    def __init__(self, *, complete_at: int = 0, registers: bool = True, accepts: bool = True, **config: Any) -> None:
        """`complete_at`: the called number has so many digits (0: the script decides); `registers`: there are some;
        `accepts`: the called party is free as soon as everything is known."""
        self.config = r2.R2Config(**config)
        self.circuit = r2.Circuit(self.config, r2.new_state())
        self.complete_at, self.registers, self.accepts = complete_at, registers, accepts
        self.now, self.code, self.tone = 0, IDLE, 0
        self.heard, self.answer_heard = 0, False
        self.register = ""
        self.timers: dict[str, int] = {}
        self.waiting: list[Any] = []
        self.step: list[Any] = []
        self.story: list[Any] = []
        self.broken: list[str] = []
        self.backward_ended = -ms(1000)
        self.pulse_until = 0
        self._do(self.circuit.reset())
        self.play("line 10; wait 1000")

    # -- what the circuit asks for -----------------------------------------------------------------------------------

    def _do(self, actions: Any) -> None:
        """Carry out; what the circuit is told in answer (register_ready, a verdict) comes after all of it."""
        self.waiting.append(actions)
        if len(self.waiting) > 1:
            return
        while self.waiting:
            self._carry_out(self.waiting[0])
            del self.waiting[0]

    def _carry_out(self, actions: Any) -> None:
        for action in actions:
            self.step.append(action)
            self.story.append((self.now, action))
            name = type(action).__name__
            carry_out = getattr(self, f"_on_{name}", None)
            if carry_out is not None:
                carry_out(action)
            elif name in QUIET:
                raise AssertionError(f"{name} is not carried out")

    def _on_SendLine(self, action: Any) -> None:
        assert 0 <= action.ab <= 3
        self.code = action.ab

    def _on_SeizeRegister(self, action: Any) -> None:
        if not self.registers:
            self._do(self.circuit.register_none())
            return
        self.register = action.direction
        self._do(self.circuit.register_ready())
        if self.heard and self.register:
            self._do(self.circuit.tone_on(self.heard))  # a fresh receiver hears what is there

    def _on_FreeRegister(self, _: Any) -> None:
        self._stopped()
        self.register = ""

    def _on_SendTone(self, action: Any) -> None:
        self._starts(action.signal, pulsed=False)
        self.tone = action.signal

    def _on_StopTone(self, _: Any) -> None:
        self._stopped()

    def _on_PulseTone(self, action: Any) -> None:
        self._starts(action.signal, pulsed=True)
        if not ms(100) <= action.cycles <= ms(200):
            self.broken.append(f"Q.442: a pulse of {action.cycles / 8} ms")
        self.timers["(pulse)"] = self.now + action.cycles
        self.tone = action.signal

    def _on_StartTimer(self, action: Any) -> None:
        assert action.cycles > 0
        self.timers[action.name] = self.now + action.cycles

    def _on_StopTimer(self, action: Any) -> None:
        self.timers.pop(action.name, None)

    def _on_DigitInd(self, action: Any) -> None:
        if self.complete_at:
            self._do(self.circuit.more() if len(action.digits) < self.complete_at else self.circuit.complete())

    def _on_SetupInd(self, _: Any) -> None:
        if self.accepts:
            self._do(self.circuit.accept())

    # -- rules of the compelled cycle, kept in every row (Q.440, Q.442) ------------------------------------------------

    def _starts(self, signal: int, *, pulsed: bool) -> None:
        highest = 6 if self.config.variant == "china" and self.register == "incoming" else 15
        forward = self.register == "outgoing"
        rules = {
            "a signal that does not exist": not 1 <= signal <= highest,
            "a signal without a register": not self.register,
            "a forward signal while the backward one is heard": forward and self.answer_heard and not pulsed,
            "a forward pulse": forward and pulsed,
            "a backward signal without a forward one": not forward and not pulsed and not self.heard,
            "a pulse while the forward signal is heard": pulsed and self.heard,
            "a pulse of another signal than A-3, A-4, A-6, A-15": pulsed and signal not in (3, 4, 6, 15),
            "a pulse less than 100 ms after the signal before": pulsed and self.now < self.backward_ended + ms(100),
            "two signals at once": self.tone != 0,
        }
        self.broken += [f"{rule}: {signal} at {self.now / 8} ms" for rule, holds in rules.items() if holds]

    def _stopped(self) -> None:
        if self.tone and self.register == "incoming":
            self.backward_ended = self.now
        self.tone = 0

    # -- what happens --------------------------------------------------------------------------------------------------

    def wait(self, cycles: int) -> None:
        end = self.now + cycles
        while self.timers and min(self.timers.values()) <= end:
            name = min(self.timers, key=lambda timer: (self.timers[timer], timer))
            self.now = max(self.now, self.timers.pop(name))
            if name == "(pulse)":
                self._stopped()
                self._do(self.circuit.pulse_sent())
            else:
                self._do(self.circuit.timer(name))
        self.now = end

    def hear(self, signal: int) -> None:
        self.heard, self.answer_heard = signal, bool(signal and self.tone)
        if self.register:
            self._do(self.circuit.tone_on(signal) if signal else self.circuit.tone_off())

    def cycle(self, forward: int, backward: int) -> None:
        """One compelled cycle: the circuit's signal must be the one given; the other side plays its part (Q.440)."""
        if self.register == "outgoing":
            assert self.tone == forward, f"forward {self.tone}, wanted {forward}"
            self.hear(backward)
            assert self.tone == 0, "the forward signal goes on though the backward one is heard"
            self.hear(0)
        else:
            self.hear(forward)
            assert self.tone == backward, f"backward {self.tone}, wanted {backward}"
            self.hear(0)
            assert self.tone == 0, "the backward signal goes on though the forward one is gone"

    def happen(self, text: str) -> None:
        what, *arguments = text.split()
        if what == "line":
            self._do(self.circuit.line(int(arguments[0], 2)))
        elif what == "wait":
            self.wait(ms(int(arguments[0])))
        elif what in ("tone", "off"):
            self.hear(int(arguments[0]) if arguments else 0)
        elif what in ("ready", "none"):
            self._do(getattr(self.circuit, f"register_{what}")())
        elif what == "cycles":
            for pair in arguments:
                self.cycle(*map(int, pair.split("/")))
        elif what == "setup":
            self._do(self.circuit.setup(arguments[0], (*arguments[1:], CALLING)[0].strip("-"), ORDINARY))
        elif what == "fault":
            self._do(self.circuit.line_fault(arguments == ["on"]))
        elif what in ("clear_back", "block"):
            self._do(getattr(self.circuit, what)(arguments == ["on"]))
        else:
            self._do(getattr(self.circuit, what)(*map(int, arguments)))

    # -- what must be true --------------------------------------------------------------------------------------------

    def reported(self, name: str) -> list[Any]:
        return [action for action in self.step if type(action).__name__ == name]

    def all_reported(self, name: str) -> list[Any]:
        return [action for _, action in self.story if type(action).__name__ == name]

    def holds(self, wanted: str) -> bool:
        name, _, value = wanted.partition("=")
        if wanted[0] in "+-":
            return self._was_reported(wanted[1:]) == (wanted[0] == "+")
        if name in ("line", "tone"):
            now = f"{self.code:02b}" if name == "line" else str(self.tone)
            return now in value.split("|")
        if name == "sent":
            return any(f"{action.ab:02b}" == value for action in self.reported("SendLine"))
        if name == "pulse":
            return any(str(action.signal) in value.split("|") for action in self.reported("PulseTone"))
        return {"alarm": bool(self.reported("MaintenanceAlarm")), "selectable": self.circuit.selectable,
                "busy": not self.circuit.selectable}[wanted]

    def _was_reported(self, text: str) -> bool:
        """`Name` or `Name(field=value,...)`: was one reported in this step, with these values?"""
        found = re.fullmatch(r"([\w|]+)(?:\((.*)\))?", text)
        assert found, text
        wanted = dict(pair.split("=") for pair in found[2].split(",")) if found[2] else {}
        return any(all(str(getattr(action, field)) in value.split("|") for field, value in wanted.items())
                   for name in found[1].split("|") for action in self.reported(name))

    def play(self, script: str) -> Bench:
        """Play a script; AssertionError with the place and the story when something is not as it must be."""
        for number, line in enumerate(filter(None, map(str.strip, script.splitlines()))):
            stimuli, _, checks = line.partition("->")
            self.step = []
            try:
                for stimulus in stimuli.split(";"):
                    self.happen(stimulus.strip())
            except AssertionError as wrong:
                raise AssertionError(f"step {number} {line!r}: {wrong}\n{self._told()}") from None
            false = [check for check in checks.split() if not self.holds(check)]
            assert not [*false, *self.broken], (
                f"step {number} {line!r}: not so: {false} {self.broken}; line {self.code:02b} tone {self.tone}\n"
                f"{self._told()}")
        return self

    def _told(self) -> str:
        return "\n".join(f"  {at / 8:9.1f} ms {action!r}" for at, action in self.story)
