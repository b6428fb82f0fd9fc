"""What a scenario file says. `docs/scenarios.md` shows each key; boards/schema/scenario.schema.json completes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from switchsim.assembly.bit_tests import BitTestSpec, check_together
from switchsim.assembly.loads import Load
from switchsim.assembly.people import AgentsSpec
from switchsim.assembly.taps import CAPTURED, HEARD, TO_CAPTURE, TO_HEAR
from switchsim.assembly.yamltypes import Duration, Many, Strict, duration_in, scaled, wrong
from switchsim.errors import BadInput, one_of
from switchsim.scenario.checks.expect import Expect, ExpectFault
from switchsim.scenario.timeline import FaultStep, HealStep, ProgramStep, Step
from switchsim.sut.addresses import parse_agi, parse_listen
from switchsim.sut.options import parse_attach, parse_clock, parse_e1d, parse_pace
from switchsim.units import CYCLES_PER_SECOND

FORMAT: Final = 1
MOST_SECONDS: Final = 10_000_000
MOST_SEED: Final = 2**64 - 1

_PARSERS: Final[dict[str, Callable[[str], object]]] = {
    "attach": parse_attach, "clock": parse_clock, "pace": parse_pace, "agi": parse_agi,
    "ami": lambda text: parse_listen(text, "ami"), "csta": lambda text: parse_listen(text, "csta"),
    "e1d": lambda text: parse_e1d(text, "e1d"),
}  # fmt: skip
Seed = Annotated[int, Field(ge=0, le=MOST_SEED)]
WallSeconds = Annotated[int, BeforeValidator(scaled(3, minimum=1, maximum=86_400_000), json_schema_input_type=float)]
"""Seconds of wall time with up to three decimals -> milliseconds."""


def _form(pattern: str, expected: str) -> AfterValidator:
    """Makes a text one that has this form; `expected` says the same for people."""

    def validate(text: str) -> str:
        if re.match(pattern, text) is None:
            raise wrong(f"{text!r} does not fit", expected)
        return text

    return AfterValidator(validate)


class SutSpec(Strict):
    """The outside options, as on the command line; a program may be started too."""

    attach: Many[str] = ()
    clock: Many[str] = ()
    pace: str | None = None
    wait: WallSeconds = 60_000
    peer_timeout: WallSeconds = 10_000
    command: Many[str] = ()
    ready_within: Duration | None = None
    ami: str | None = None
    csta: str | None = None
    agi: Many[str] = ()
    users: str | None = None
    insecure_no_auth: bool = False
    e1d: str | None = None
    database: str | None = None
    expects: Many[Literal["ami", "csta", "agi"]] = ()

    @model_validator(mode="after")
    def _options_are_good(self) -> SutSpec:
        for name, parser in _PARSERS.items():
            given = getattr(self, name)
            single = given is None or isinstance(given, str)
            for index, text in enumerate((given,) if isinstance(given, str) else given or ()):
                try:
                    parser(text)
                except BadInput as error:
                    problem = error.problems[0]
                    where = (name,) if single else (name, index)
                    raise wrong(problem.what, problem.expected, problem.advice, where=where) from None
        return self


class Scenario(Strict):
    """A machine, who calls, what happens to it, and what is to come of it."""

    format: Literal[1]
    title: Annotated[str, Field(max_length=200)] = ""
    description: str = ""
    machine: Annotated[str, Field(min_length=1, max_length=500)]
    seed: Seed = 0
    seconds: Annotated[int, Field(ge=1, le=MOST_SECONDS)] | None = None
    until: Annotated[int, duration_in(1)] | None = None
    load: Many[Load] = ()
    agents: Many[AgentsSpec] = ()
    timeline: Many[Step] = ()
    expect: Many[Expect] = ()
    drained: Annotated[bool, Field(description="The run is to end without a call that is still up.")] = True
    record: Many[Annotated[str, _form(HEARD, TO_HEAR), Field(json_schema_extra={"pattern": HEARD})]] = ()
    listen: Many[Annotated[str, _form(HEARD, TO_HEAR), Field(json_schema_extra={"pattern": HEARD})]] = ()
    capture: Many[Annotated[str, _form(CAPTURED, TO_CAPTURE), Field(json_schema_extra={"pattern": CAPTURED})]] = ()
    tests: Many[BitTestSpec] = ()
    sut: SutSpec | None = None

    @property
    def until_cycle(self) -> int:
        """The cycle at which the run ends at the latest."""
        return self.until if self.until is not None else (self.seconds or 0) * CYCLES_PER_SECOND

    @model_validator(mode="after")
    def _one_end(self) -> Scenario:
        if (self.seconds is None) == (self.until is None):
            what = "neither `seconds` nor `until`" if self.seconds is None else "both `seconds` and `until`"
            raise wrong(what, "one of them", "say how long the run lasts: seconds: 60, or until: 500ms",
                        where=() if self.seconds is None else ("until",))
        return self

    @model_validator(mode="after")
    def _names_are_single(self) -> Scenario:
        names: set[str] = set()
        for index, load in enumerate(self.load):
            if load.name in names:
                raise wrong(f"a second load is called {load.name!r}", "another name", where=("load", index, "name"))
            names.add(load.name)
        return self

    @model_validator(mode="after")
    def _recordings_are_single(self) -> Scenario:
        for key, done, people in (("record", "recorded", self.record), ("listen", "listened to", self.listen)):
            for index, who in enumerate(people):
                if who in people[:index]:
                    raise wrong(f"{who} is {done} already", "each of them once", where=(key, index))
        return self

    @model_validator(mode="after")
    def _tests_do_not_meet(self) -> Scenario:
        check_together(self.tests)
        return self

    @model_validator(mode="after")
    def _programs_are_there(self) -> Scenario:
        for index, step in enumerate(self.timeline):
            if isinstance(step, ProgramStep) and (self.sut is None or not self.sut.command):
                raise wrong("there is no program", "`sut: command:`", "say what the scenario starts",
                            where=("timeline", index, "program"))
        return self

    @model_validator(mode="after")
    def _expected_faults_are_there(self) -> Scenario:
        """Faults are numbered in the order of the timeline."""
        names = [step.fault for step in self.timeline if isinstance(step, FaultStep)]
        known = {*names, *(str(number) for number in range(1, len(names) + 1))}
        for index, entry in enumerate(self.expect):
            if isinstance(entry, ExpectFault) and str(entry.fault) not in known:
                raise wrong(f"the timeline has no fault {entry.fault!r}",
                            f"{one_of(names)}, or a number 1..{len(names)}" if names else "a timeline with a fault",
                            "name the fault as its step does", where=("expect", index, "fault"))
        return self

    @model_validator(mode="after")
    def _heals_name_faults(self) -> Scenario:
        known: set[str] = set()
        for index, step in enumerate(self.timeline):
            if isinstance(step, FaultStep) and step.id is not None:
                if step.id in known:
                    raise wrong(f"a second fault has the id {step.id!r}", "another id", where=("timeline", index, "id"))
                known.add(step.id)
        for index, step in enumerate(self.timeline):
            if isinstance(step, HealStep) and step.heal not in known:
                expected = "one of " + ", ".join(sorted(known)) if known else "a fault step with an id"
                raise wrong(f"no fault step has the id {step.heal!r}", expected, "give the fault step this id",
                            where=("timeline", index, "heal"))
        return self
