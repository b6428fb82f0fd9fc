"""A machine with its people, its timeline and its observers, ready to go: for a run, a replay, a check."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any, Protocol

import msgspec

from switchsim import assembly
from switchsim.assembly.signalling import ClearSpec, VpSpec
from switchsim.errors import BadInput, Problem
from switchsim.kernel.journal import RunDigest
from switchsim.kernel.scheduler import DEFAULT_BATCH
from switchsim.model.event import Event
from switchsim.model.events import ProcessorActive, RunEnded
from switchsim.model.order import Act, Value
from switchsim.scenario.checks import CheckSettings, SignallingFacts
from switchsim.scenario.checks.base import CcsRules
from switchsim.scenario.director import Director
from switchsim.scenario.interfaces import interfaces_of
from switchsim.scenario.loop import RunLoop
from switchsim.scenario.named import check_names
from switchsim.scenario.prepare import Prepared
from switchsim.scenario.promised import facts_of, own_facts
from switchsim.scenario.stop import StopSignal
from switchsim.scenario.story import Story, Teller
from switchsim.units import seconds

DIAL_CALLING = "13800138000"
DIAL_HOLD_CYCLES = seconds(3)
RUN_PLACE = "run"
"""Place of the journal's last line."""


class Writes(Protocol):
    """Where a journal goes: a run folder, or a file of a replay."""

    def journal(self, octets: bytes) -> None: ...
    def second(self, checkpoint: Any) -> None: ...


class Sinks:
    """Sinks of the kernel's journal: the digest, and `out` once there is one."""

    def __init__(self) -> None:
        self.digest = RunDigest()
        self.out: Writes | None = None

    def journal(self, octets: bytes) -> None:
        self.digest(octets)
        if self.out is not None:
            self.out.journal(octets)

    def second(self, checkpoint: Any) -> None:
        if self.out is not None:
            self.out.second(checkpoint)


class Staged:
    """Everything of one run but where it is written."""

    def __init__(
        self, prepared: Prepared, sinks: Sinks, teller: Teller, stop: StopSignal, batch: int | None = None, *,
        bits: bool = False,
    ) -> None:  # fmt: skip
        """Raises BadInput, at the scenario's lines, when machine, load, people and timeline do not fit each other."""
        scenario = prepared.scenario
        self._prepared = prepared
        self.sinks = sinks
        self.machine = self._built(sinks, batch, bits)
        self.interfaces = interfaces_of(self.machine, prepared.outside.listeners)
        self.director = Director(scenario.timeline, self.machine, prepared.document.lines, prepared.captures)
        self.story = Story(teller, prepared.until)
        self.loop = RunLoop(self.machine, self.director, self.story, prepared.until, stop)
        self.machine.kernel.observers += [self.director.observe, self.story.observe]
        self._check_dials()
        places = self.machine.kernel.parts.keys() | {RUN_PLACE}
        check_names(scenario, self.machine.alarms, places, prepared.document.lines)
        self._to_dial = prepared.dials
        if prepared.dials:
            self.machine.kernel.observers.append(self._dial)

    def _built(self, sinks: Sinks, batch: int | None, bits: bool) -> assembly.Machine:
        prepared, scenario = self._prepared, self._prepared.scenario
        try:
            return assembly.build(
                prepared.machine_path, seed=prepared.seed, load=tuple(load.wanted() for load in scenario.load),
                agents=tuple(agents.wanted() for agents in scenario.agents), record=scenario.record,
                listen=scenario.listen, capture=scenario.capture, tests=[test.wanted() for test in scenario.tests],
                attached=tuple((one.line, one.timeslot, one.mode.name) for one in prepared.outside.attaches),
                kinds=prepared.kinds, listeners=prepared.outside.listeners,
                journal_sink=sinks.journal, second_sink=sinks.second,
                batch=batch or DEFAULT_BATCH, bits=bits)
        except BadInput as error:
            raise BadInput([self._at_its_line(problem) for problem in error.problems]) from error

    def _at_its_line(self, problem: Problem) -> Problem:
        """What the machine finds wrong with the scenario's people and load is told at the scenario's line."""
        lines, load = self._prepared.document.lines, [one.name for one in self._prepared.scenario.load]
        scenario = self._prepared.scenario
        taps = {"record": scenario.record, "listen": scenario.listen, "capture": scenario.capture}
        sort, _, name = problem.file.partition(" ")
        if name in taps.get(sort, ()):
            return lines.problem((sort, taps[sort].index(name)), problem.what, problem.expected, problem.advice)
        tests = [test.name for test in self._prepared.scenario.tests]
        if sort == "test" and name in tests:
            return lines.problem(("tests", tests.index(name)), problem.what, problem.expected, problem.advice)
        name = name.partition("/")[0]  # a plan is called LOAD/NUMBER
        if sort == "load" and name in load:
            where: tuple[str | int, ...] = ("load", load.index(name))
        elif sort == "agents":
            where = (sort,)
        else:
            return problem
        return lines.problem(where, problem.what, problem.expected, problem.advice)

    def go(self, wait_s: float = 0.0, *, why: str | None = None) -> None:
        """From power-on to the journal's last line. `why`: how a recorded run ended, when this one only follows it."""
        self.machine.power_on()
        self.director.arm()
        gc.freeze()  # the machine stays: Python need not look through it for garbage again and again
        try:
            self.loop.go(wait_s)
        finally:
            gc.unfreeze()
        self.machine.close()
        ended = RunEnded(why or self.loop.why)
        self.machine.kernel.emit(RUN_PLACE, ended)
        self.story.observe(self.loop.now, RUN_PLACE, ended)

    def _check_dials(self) -> None:
        lines = [name for machine in self.machine.specs for name, spec in machine.line_names()
                 if not isinstance(spec, VpSpec | ClearSpec)]
        wrong = [Problem("--dial", 0, f"no line {dial.line!r}", f"one of {', '.join(lines)}")
                 for dial in self._prepared.dials if dial.line not in lines]
        if wrong:
            raise BadInput(wrong)

    def _dial(self, now: int, place: str, event: Event) -> None:
        """Kernel observer: the first processor that takes the calls is told to place those of --dial."""
        if isinstance(event, ProcessorActive):
            dials, self._to_dial = self._to_dial, ()
            for dial in dials:
                values: dict[str, Value] = {
                    "line": dial.line, "number": dial.number, "calling": DIAL_CALLING, "hold_cycles": DIAL_HOLD_CYCLES}
                for _ in range(dial.count):
                    self.machine.order(now + 1, place, Act("dial", values))

    def files(self) -> list[tuple[str, str, bytes]]:
        """(role, name, octets) of every file that the run is a function of."""
        document = self._prepared.document
        captures = [("capture", name, octets) for name, octets in self._prepared.captures.items()]
        return [("scenario", Path(document.lines.file).name, document.octets), *captures, *self.machine.files]

    def settings(self) -> CheckSettings:
        """What the checks must know of this machine."""
        rows, joins = self.machine.faults.rows, self.machine.joins
        own = {number: own_facts(rows[step.fault], step.where["line"], place, values,
                                 joined=step.where["line"] in joins)
               for number, (step, place, values) in self.director.faults().items()
               if rows[step.fault].target == "line"}  # fmt: skip
        signalling = SignallingFacts(**self.machine.signalling_network)
        scopes = {fault: msgspec.structs.replace(scope, link=signalling.one(scope.link))
                  for fault, scope in self.director.scopes().items()}  # fmt: skip
        return CheckSettings(
            drained=self._prepared.scenario.drained, seat_queues=self.machine.seat_queues,
            agent_skills=self.machine.agent_skills,
            ccs_rules={version: CcsRules(**rules) for version, rules in self.machine.ccs_rules.items()},
            machines=self.machine.names, joins=self.machine.joins, processors=self.machine.processors,
            facts={name: facts_of(row) for name, row in rows.items()}, own_facts=own, scopes=scopes,
            signalling=signalling)
