"""Plays a scenario's timeline: orders at their times, or for the cycle after an event that was waited for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from switchsim.assembly.yamlfile import Lines
from switchsim.errors import BadInput, Problem, one_of
from switchsim.model.event import Event
from switchsim.model.events import FaultArmed
from switchsim.model.order import Act, Begin, Heal, Inject, Order, Value
from switchsim.scenario.checks.base import FaultScope
from switchsim.scenario.checks.lies import LEVEL2, LEVEL3, USERS
from switchsim.scenario.signals import Links, Told
from switchsim.scenario.timeline import (
    UNTIL_HEALED,
    UPKEEP,
    Acted,
    ActStep,
    FaultStep,
    HealStep,
    PlayStep,
    ProgramStep,
    SendStep,
    Step,
)

SKEWED: Final = {"mtp2": LEVEL2, "mtp3": LEVEL3, "isup": USERS, "tup": USERS}
"""The layer whose rules a timer that runs wrong breaks."""


class Stage(Protocol):
    """What the director needs of a machine."""

    @property
    def kernel(self) -> Any: ...
    @property
    def signalling_links(self) -> Links: ...
    def order(self, at: int, place: str, order: Order) -> None: ...
    def resolve_fault(
        self, name: str, where: dict[str, Value], values: dict[str, Value]
    ) -> tuple[str, str, dict[str, Value]]: ...


class _Fault:
    """A fault step made ready: where it acts, and whether it did."""

    def __init__(self, number: str, step: FaultStep, place: str, point: str, values: dict[str, Value]) -> None:
        self.number = number
        self.step = step
        self.place = place
        self.point = point
        self.values = values
        self.begins: int | None = None


def _line_ends(part: Any) -> list[Any]:
    """The ends of lines of a trunk board or of a far end; an exchange's ends of circuits are none."""
    ends = getattr(part, "ends", None)
    return ends if isinstance(ends, list) else []


def _scope(fault: _Fault) -> FaultScope:
    """Timers above level 2 are the whole point's. Units that are late still come when the fault is undone."""
    link, layer = str(fault.step.where.get("link", "")), SKEWED.get(str(fault.step.values.get("layer", "")), 0)
    late = int(fault.values["cycles"]) if fault.point.endswith("_delay") else 0
    return FaultScope("" if layer > LEVEL2 else link, layer, late)


class Director:
    """One run's timeline. Raises BadInput, with every line, when a step names what the machine does not have.

    captures: octets of the captures that it plays, by their names in the scenario.
    """

    def __init__(
        self, steps: tuple[Step, ...], stage: Stage, lines: Lines, captures: Mapping[str, bytes] | None = None
    ) -> None:
        self.stop_at: int | None = None
        self.program_acts: list[tuple[int, str]] = []
        """(cycle, what) is to be done to the started program, in order of time; the loop takes them."""
        self._stage = stage
        self._faults: dict[int, _Fault] = {}
        self._acts: dict[int, list[Told]] = {}
        self._captures = captures or {}
        self._steps = steps
        self._resolve(lines)
        self._timed = sorted(
            ((step.at, index) for index, step in enumerate(steps) if step.at is not None), reverse=True)
        self._seen = dict.fromkeys((index for index, step in enumerate(steps) if step.on is not None), 0)

    def arm(self) -> None:
        """Say at cycle 0 which faults are to come; called once, when the machine has its power."""
        for fault in self._faults.values():
            self._stage.kernel.emit(fault.place, FaultArmed(fault.number, fault.step.fault, fault.place))

    def scopes(self) -> dict[str, FaultScope]:
        """What the faults of the timeline are about, by the numbers that the journal gives them."""
        return {fault.number: _scope(fault) for fault in self._faults.values()}

    def faults(self) -> dict[str, tuple[FaultStep, str, dict[str, Value]]]:
        """(step, place, values as resolved) of the timeline's faults, by the numbers that the journal gives them."""
        return {fault.number: (fault.step, fault.place, fault.values) for fault in self._faults.values()}

    def next_at(self) -> int | None:
        """The cycle of the next timed step, or of the next act on the program."""
        steps = self._timed[-1][:1] if self._timed else ()
        return min((*steps, *(at for at, _ in self.program_acts[:1])), default=None)

    def play(self, now: int) -> None:
        """Give the orders of the steps that are due; the run has stopped at `now`."""
        while self._timed and self._timed[-1][0] <= now:
            _, index = self._timed.pop()
            self._act(index, now)

    def observe(self, now: int, place: str, event: Event) -> None:
        """Kernel observer: counts the events that steps wait for."""
        for index in list(self._seen):
            trigger = self._steps[index].on
            assert trigger is not None
            if not trigger.meets(place, event):
                continue
            self._seen[index] += 1
            if self._seen[index] == trigger.nth:
                del self._seen[index]
                self._act(index, now + 1 + trigger.after)

    def _act(self, index: int, at: int) -> None:
        step = self._steps[index]
        if isinstance(step, FaultStep):
            self._inject(self._faults[index], at)
        elif isinstance(step, HealStep):
            fault = next(one for one in self._faults.values() if one.step.id == step.heal)
            self._heal(fault, at)
        elif index in self._acts:
            for after, place, order in self._acts[index]:
                self._stage.order(at + after, place, order)
        elif isinstance(step, ProgramStep):
            self.program_acts = sorted([*self.program_acts, (at, step.program)], key=lambda act: act[0])
        else:
            self.stop_at = at if self.stop_at is None else min(self.stop_at, at)

    def _inject(self, fault: _Fault, at: int) -> None:
        fault.begins = at
        self._stage.order(at, fault.place, Inject(fault.number, fault.point, fault.values))
        if fault.step.for_ != UNTIL_HEALED:
            self._stage.order(at + fault.step.for_, fault.place, Heal(fault.number, fault.point, fault.values))

    def _heal(self, fault: _Fault, at: int) -> None:
        """A fault that has not begun, or ends by itself, needs no healing."""
        if fault.begins is not None and fault.begins < at and fault.step.for_ == UNTIL_HEALED:
            self._stage.order(at, fault.place, Heal(fault.number, fault.point, fault.values))

    # -- making ready ----------------------------------------------------------------------------------------------

    def _resolve(self, lines: Lines) -> None:
        problems: list[Problem] = []
        for index, step in enumerate(self._steps):
            try:
                if isinstance(step, FaultStep):
                    place, point, values = self._stage.resolve_fault(step.fault, step.where, step.values)
                    self._faults[index] = _Fault(str(len(self._faults) + 1), step, place, point, values)
                elif isinstance(step, ActStep):
                    self._acts[index] = self._told(step.act)
                elif isinstance(step, SendStep | PlayStep):
                    signals = step.send if isinstance(step, SendStep) else step.play
                    self._acts[index] = signals.orders(self._stage.signalling_links, self._captures)
            except BadInput as error:
                for one in error.problems:
                    what = f"{one.file}: {one.what}" if one.file else one.what
                    problems.append(lines.problem(("timeline", index), what, one.expected, one.advice))
        if problems:
            raise BadInput(problems)

    def _told(self, act: Acted) -> list[Told]:
        if act.do == "cas":
            return [(0, *self._cas(act))]
        if act.sort not in UPKEEP:
            return [(0, *self._person(act))]
        orders = self._stage.signalling_links.upkeep(act.sort, act.name, act.do, act.end or "")
        return [(0, *one) for one in orders]

    def _person(self, act: Acted) -> tuple[str, Order]:
        if act.sort == "board":
            return self._board(act)
        if act.sort == "process":
            place = self._standing(f"callcentre/{act.name}")
            self._must_be(place, act)
            return place, Act(act.do, act.with_)
        values = act.values()
        if act.sort == "caller":
            place, values["party"] = self._caller(act)
        else:
            place = self._standing(f"farend/{act.sort}/{act.name}")
            self._must_be(place, act)
        if act.sort == "load" and act.do == "start":
            return place, Begin({})
        acts = getattr(self._stage.kernel.parts[place], "acts", (act.do,))
        if act.do not in acts:
            raise BadInput.one("", f"{act.who} can not {act.do!r}", f"one of {', '.join(sorted(acts))}")
        if "value" in values and act.sort == "test":
            values["count"] = values.pop("value")
        if "number" in values and act.sort == "exchange":
            values["called"] = values.pop("number")
        return place, Act(act.do, values)

    def _standing(self, place: str) -> str:
        """Where it stands in a run of several machines."""
        parts = self._stage.kernel.parts
        return place if place in parts else next((path for path in parts if path.endswith("/" + place)), place)

    def _must_be(self, place: str, act: Acted) -> None:
        if place not in self._stage.kernel.parts:
            head = "callcentre/" if act.sort == "process" else place.rpartition("/")[0] + "/"
            known = [path.removeprefix(head) for path in self._stage.kernel.parts if path.startswith(head)]
            expected = f"one of {', '.join(known[:20])}" if known else ""
            advice = "see the machine and the load" if known else f"this run has no {act.sort} at all"
            raise BadInput.one("", f"nobody is {act.who!r}", expected, advice)

    def _board(self, act: Acted) -> tuple[str, Order]:
        """Somebody at the rack: the reset line, or a register."""
        board = self._stage.kernel.parts.get(act.name)
        if not hasattr(board, "kind") or not hasattr(board, "read"):
            raise BadInput.one("", f"no board at {act.name!r}", "frame/F/slot/S", "see `switchsim faults MACHINE`")
        register = act.register_
        if register is not None and register not in board.kind.registers:
            known = ", ".join(board.kind.registers) or "none"
            raise BadInput.one("", f"{act.name} has no register {register!r}", f"one of {known}")
        return act.name, Act(act.do, act.values())

    def _cas(self, act: Acted) -> tuple[str, Order]:
        """The end of a line that sends signalling bits of a channel."""
        line, _, timeslot = act.name.partition(":")
        ends = [(path, number, end.row) for path, part in self._stage.kernel.parts.items()
                for number, end in enumerate(_line_ends(part))]  # fmt: skip
        found = [one for one in ends if one[2].name == line and one[2].end == (act.end or "machine")]
        if not found or not found[0][2].framing.cas:
            known = list(dict.fromkeys(row.name for _, _, row in ends if row.framing.cas))
            raise BadInput.one("", f"{act.who!r} has no signalling bits", one_of(known) if known else "",
                               "a line with framing: {cas: true}")
        if timeslot == "16":
            raise BadInput.one("", "timeslot 16 carries the signalling bits of the others", "1..15, 17..31")
        if not 0 <= (value := int(act.value or 0)) <= 15:
            raise BadInput.one("", f"signalling bits {value}", "0..15: a is 8, b 4, c 2, d 1")
        place, number, _ = found[0]
        return place, Act("cas", {"line": number, "timeslot": int(timeslot), "abcd": value})

    def _caller(self, act: Acted) -> tuple[str, int]:
        """The exchange of the person whose telephone is on a circuit, and that person there."""
        line, _, timeslot = act.name.partition(":")
        exchanges = [path for path in self._stage.kernel.parts if "farend/exchange/" in path]
        people = {(row.line, row.timeslot): (path, int(row.party))
                  for path in exchanges for row in self._stage.kernel.part(path).config.parties}  # fmt: skip
        found = people.get((line, int(timeslot)))
        if found is not None:
            return found
        near = {slot: party for (name, slot), party in people.items() if name == line}
        if near:
            raise BadInput.one("", f"nobody is {act.who!r}", f"a timeslot with a person: {one_of(near)}")
        lines = list(dict.fromkeys(name for name, _ in people))
        advice = "see the machine and the load" if lines else "this run has no caller at all"
        raise BadInput.one("", f"nobody is {act.who!r}", f"one of {', '.join(lines[:20])}" if lines else "", advice)
