"""An exchange of ours without a machine: `proto.r2` circuits whose register signals the native core sends and hears.

It answers calls to 10000 and clears them after a while, as the shipped one-line machines do, and places calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from openr2_bench import BLOCK, Joint

from switchsim.dsp.engine import EV_MFC_OFF, EV_MFC_ON, EV_SOURCE_DONE, NONE, Engine, EngineConfig, Event
from switchsim.proto import r2
from switchsim.units import ms, round_up

NUMBER: Final = "10000"
ORDINARY: Final = 10
TICK: Final = 8


@dataclass
class Plan:
    """What the office does with calls; times in ms."""

    answer_ms: int = 300
    hold_ms: int = 3000
    refuse: int = 0
    """Cause with which a complete call is refused; 0: none."""
    calling_first: bool = False
    ask_calling: bool = True
    receivers: bool = True


@dataclass
class Trunk:
    """One circuit: its machines, its timers, and what it sends."""

    timeslot: int
    circuit: r2.Circuit
    recogniser: r2.Recogniser
    timers: dict[str, int] = field(default_factory=dict)
    plans: list[tuple[int, Callable[[], Sequence[Any]]]] = field(default_factory=list)
    code: int = 0b10
    incoming: bool = False
    answered: bool = False
    raw: int = 0
    sender: int = 0


class Office(Joint):
    """Circuits `timeslots` of one line; `story` tells everything that was reported, with its cycle and timeslot."""

    def __init__(self, timeslots: Sequence[int], variant: str, plan: Plan | None = None) -> None:
        self.variant, self.plan = variant, plan or Plan()
        self.config = r2.R2Config(variant=variant, cd=0b11 if variant == "china" else 0b01,
                                  calling_first=self.plan.calling_first, ask_calling=self.plan.ask_calling)
        count = len(timeslots)
        self.engine = Engine(EngineConfig(tick_cycles=TICK, n_sources=2 * count, n_mfc=count, n_recorders=count))
        self.trunks = {slot: Trunk(slot, r2.Circuit(self.config, r2.new_state()), r2.Recogniser(), raw=2 * number,
                                   sender=2 * number + 1) for number, slot in enumerate(timeslots)}
        self.story: list[tuple[int, int, Any]] = []
        self.counts: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        for trunk in self.trunks.values():
            self.engine.source_raw(trunk.raw)
            self.engine.record_start(trunk.raw // 2, self.engine.first_source_cell + trunk.sender)
            self._do(trunk, trunk.circuit.reset())
        self.advance(BLOCK)

    # -- the line ------------------------------------------------------------------------------------------------------

    def give(self, number: int, timeslot: int, datagram: bytes) -> None:
        trunk = self.trunks[timeslot]
        assert self.engine.source_feed(trunk.raw, datagram[1:])
        self._do(trunk, trunk.recogniser.push(datagram[0]), "line")

    def take(self, number: int, timeslot: int) -> bytes:
        trunk = self.trunks[timeslot]
        octets = self.engine.record_drain(trunk.raw // 2)
        assert len(octets) == BLOCK
        return bytes([trunk.code << 2 | self.config.cd]) + octets

    def block_over(self, now: int) -> None:
        self.advance(now + BLOCK)

    def advance(self, until: int) -> None:
        """Run to a cycle: events, timers and plans in their order."""
        while self.engine.now < until:
            due = min([until, *(at for trunk in self.trunks.values() for at in trunk.timers.values()),
                       *(at for trunk in self.trunks.values() for at, _ in trunk.plans)])
            for event in self.engine.run(max(round_up(due, TICK), self.engine.now + TICK)):
                self._event(event)
            for trunk in self.trunks.values():
                self._due(trunk)

    def _event(self, event: Event) -> None:
        if event.kind in (EV_MFC_ON, EV_MFC_OFF):
            trunk = next(trunk for trunk in self.trunks.values() if trunk.raw // 2 == event.unit)
            self._do(trunk, trunk.circuit.tone_on(event.a) if event.kind == EV_MFC_ON else trunk.circuit.tone_off())
        elif event.kind == EV_SOURCE_DONE:
            trunk = next(trunk for trunk in self.trunks.values() if trunk.sender == event.unit)
            self._do(trunk, trunk.circuit.pulse_sent())

    def _due(self, trunk: Trunk) -> None:
        for name in [name for name, at in trunk.timers.items() if at <= self.engine.now]:
            if trunk.timers.pop(name, None) is not None:
                part, _, timer = name.partition(" ")
                self._do(trunk, (trunk.circuit if part == "call" else trunk.recogniser).timer(timer), part)
        for plan in [plan for plan in trunk.plans if plan[0] <= self.engine.now]:
            trunk.plans.remove(plan)
            self._do(trunk, plan[1]())

    # -- what the circuit asks for -------------------------------------------------------------------------------------

    def _do(self, trunk: Trunk, actions: Sequence[Any], part: str = "call") -> None:
        for action in actions:
            name = type(action).__name__
            self.story.append((self.engine.now, trunk.timeslot, action))
            self.counts[name] += 1
            if name == "StartTimer":
                trunk.timers[f"{part} {action.name}"] = self.engine.now + action.cycles
            elif name == "StopTimer":
                trunk.timers.pop(f"{part} {action.name}", None)
            else:
                self._do(trunk, getattr(self, f"_on_{name}", self._nothing)(trunk, action))

    def _nothing(self, _: Trunk, __: Any) -> Sequence[Any]:
        return ()

    def _on_Recognised(self, trunk: Trunk, action: r2.Recognised) -> Sequence[Any]:
        return trunk.circuit.line(action.ab)

    def _on_SendLine(self, trunk: Trunk, action: r2.SendLine) -> Sequence[Any]:
        trunk.code = action.ab
        return ()

    def _on_SeizeRegister(self, trunk: Trunk, action: r2.SeizeRegister) -> Sequence[Any]:
        if not self.plan.receivers:
            return trunk.circuit.register_none()
        trunk.incoming = action.direction == "incoming"
        self.engine.mfc_listen(trunk.raw // 2, self.engine.first_source_cell + trunk.raw,
                               "forward" if trunk.incoming else "backward", self.variant)
        return trunk.circuit.register_ready()

    def _on_FreeRegister(self, trunk: Trunk, _: r2.FreeRegister) -> Sequence[Any]:
        self.engine.mfc_listen(trunk.raw // 2, NONE)
        self.engine.source_idle(trunk.sender)
        return ()

    def _sound(self, trunk: Trunk, signal: int, cycles: int) -> Sequence[Any]:
        self.engine.source_mfc(trunk.sender, "backward" if trunk.incoming else "forward", signal, cycles=cycles)
        return ()

    def _on_SendTone(self, trunk: Trunk, action: r2.SendTone) -> Sequence[Any]:
        return self._sound(trunk, action.signal, 0)

    def _on_PulseTone(self, trunk: Trunk, action: r2.PulseTone) -> Sequence[Any]:
        return self._sound(trunk, action.signal, action.cycles)

    def _on_StopTone(self, trunk: Trunk, _: r2.StopTone) -> Sequence[Any]:
        self.engine.source_idle(trunk.sender)
        return ()

    # -- the user of calls ---------------------------------------------------------------------------------------------

    def later(self, trunk: Trunk, after_ms: int, act: Callable[[], Sequence[Any]]) -> None:
        trunk.plans.append((self.engine.now + ms(after_ms), act))

    def place(self, number: str = "02088886666", calling: str = "13800138000", timeslot: int = 0) -> None:
        """A call on a circuit, or on the first one that is free."""
        free = [trunk for slot, trunk in self.trunks.items() if trunk.circuit.selectable and timeslot in (0, slot)]
        self.counts["placed" if free else "refused"] += 1
        if free:
            self._do(free[0], free[0].circuit.setup(number, calling, ORDINARY))

    def _on_DigitInd(self, trunk: Trunk, action: r2.DigitInd) -> Sequence[Any]:
        if not NUMBER.startswith(action.digits):
            return trunk.circuit.refuse(1)
        return trunk.circuit.complete() if action.digits == NUMBER else trunk.circuit.more()

    def _on_SetupInd(self, trunk: Trunk, _: r2.SetupInd) -> Sequence[Any]:
        if self.plan.refuse:
            return trunk.circuit.release(self.plan.refuse)
        self.later(trunk, self.plan.answer_ms, trunk.circuit.answer)
        self.later(trunk, self.plan.answer_ms + self.plan.hold_ms, lambda: trunk.circuit.release(16))
        return trunk.circuit.accept()

    def _on_AnswerInd(self, trunk: Trunk, _: r2.AnswerInd) -> Sequence[Any]:
        self.later(trunk, self.plan.hold_ms, lambda: trunk.circuit.release(16))
        return ()

    def _on_ClearBackInd(self, trunk: Trunk, action: r2.ClearBackInd) -> Sequence[Any]:
        if action.on:
            self.later(trunk, 50, lambda: trunk.circuit.release(16))
        return ()

    def _on_ReleasedInd(self, trunk: Trunk, action: r2.ReleasedInd) -> Sequence[Any]:
        trunk.plans.clear()
        self.failures[f"released {action.cause}"] += 1
        return ()

    def _on_SetupFailed(self, trunk: Trunk, action: r2.SetupFailed) -> Sequence[Any]:
        trunk.plans.clear()
        self.failures[f"{action.reason} {action.cause}"] += 1
        return ()

    # -- what is left --------------------------------------------------------------------------------------------------

    def leaks(self) -> list[int]:
        """Circuits that are not idle again: with a timer, a plan, or that can not be seized."""
        return [slot for slot, trunk in self.trunks.items()
                if trunk.plans or trunk.timers or trunk.code != 0b10 or not trunk.circuit.selectable]

    def reported(self, name: str, timeslot: int = 0) -> list[Any]:
        """Everything of one name that the circuits (or one of them) reported, in order."""
        return [action for _, slot, action in self.story if type(action).__name__ == name and timeslot in (0, slot)]

    def told(self, timeslot: int) -> str:
        return "\n".join(f"  {at / 8:9.1f} ms {action!r}" for at, slot, action in self.story if slot == timeslot)
