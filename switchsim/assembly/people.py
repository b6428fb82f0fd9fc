"""People in YAML files: how long they take, what a caller means to do, which agents sit where.

Used by machine files (the agents who are always there) and scenarios. `wanted()` gives what the assembly builds from.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from switchsim.assembly.yamltypes import MAX_TEXT, Duration, Many, Strict, duration_in, duration_or, scaled, wrong
from switchsim.dsp.sources import (
    DTMF_DIGITS,
    LEVEL_FLOOR_MDBM0,
    LEVEL_TOP_MDBM0,
    MAX_DIGIT_CYCLES,
    MAX_DIGITS,
    MAX_OFFSET_PPM,
)
from switchsim.farend import chance, plan
from switchsim.farend.hearing import PARTY
from switchsim.model.events import Heard
from switchsim.units import duration_text, ms

MOST_SEATS: Final = 10_000
_RANGE: Final = re.compile(r"(?P<first>\d{1,15})\.\.(?P<last>\d{1,15})")
_DIALLED: Final = re.compile(r"^[0-9A-D*#]{1,32}$")


def _dialled(text: str) -> str:
    if not _DIALLED.fullmatch(text):
        odd = "".join(dict.fromkeys(sign for sign in text if sign not in DTMF_DIGITS))
        shown = text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "..."
        raise wrong(f"{shown!r} can not be dialled" + (f": {odd[:MAX_DIGITS]!r}" if odd else f": {len(text)} digits"),
                    f"1..{MAX_DIGITS} of 0-9 A-D * #")
    return text


DialText = Annotated[str, AfterValidator(_dialled), Field(json_schema_extra={"pattern": _DIALLED.pattern})]
"""What can be dialled: 1..32 of 0-9 A-D * #."""
Level = Annotated[int, BeforeValidator(scaled(3, minimum=LEVEL_FLOOR_MDBM0, maximum=LEVEL_TOP_MDBM0, unit="dBm0"),
                                       json_schema_input_type=float)]  # fmt: skip
"""dBm0 of one frequency with up to three decimals, up to the overload of A-law -> thousandths."""
Offset = Annotated[int, BeforeValidator(scaled(4, minimum=-MAX_OFFSET_PPM, maximum=MAX_OFFSET_PPM, unit="%"),
                                        json_schema_input_type=float)]  # fmt: skip
"""Of a frequency from its nominal value, per cent with up to four decimals -> ppm."""
Share = Annotated[int, BeforeValidator(scaled(6, minimum=0, maximum=1_000_000), json_schema_input_type=float)]
"""A share 0..1 with up to six decimals -> parts in a million."""
DIGIT_TIME: Final = duration_in(ms(1), MAX_DIGIT_CYCLES)
NEVER: Final = -1
DurationOrNever = Annotated[int, duration_or("never", NEVER)]


# -- how long something takes ------------------------------------------------------------------------------------------


class ConstantTime(Strict):
    """Always the same; short form: the time alone, as in `hold: 20s`."""

    shape: Literal["constant"]
    time: Duration

    def wanted(self) -> chance.Duration:
        return chance.Constant(self.time)


class UniformTime(Strict):
    """least..most."""

    shape: Literal["uniform"]
    least: Duration
    most: Duration

    @model_validator(mode="after")
    def _in_order(self) -> UniformTime:
        if self.least > self.most:
            raise wrong("least is more than most", "least at most as long as most", where=("least",))
        return self

    def wanted(self) -> chance.Duration:
        return chance.Uniform(self.least, self.most)


class ExponentialTime(Strict):
    """Negative exponential; cut to `most` when that is given."""

    shape: Literal["exponential"]
    mean: Duration
    most: Duration = 0

    def wanted(self) -> chance.Duration:
        return chance.Exponential(self.mean, self.most)


class ErlangTime(Strict):
    """A bell leaning left, as talking times are; more stages, less spread."""

    shape: Literal["erlang"]
    mean: Duration
    stages: Annotated[int, Field(ge=1, le=64)] = 4

    def wanted(self) -> chance.Duration:
        return chance.Erlang(self.mean, self.stages)


def _long_form(value: Any) -> Any:
    """What is no mapping is a time, or is told that it is none."""
    return value if value is None or isinstance(value, dict | list | Strict) else {"shape": "constant", "time": value}


_Chance = Annotated[ConstantTime | UniformTime | ExponentialTime | ErlangTime, Field(discriminator="shape")]
Chance = Annotated[_Chance, BeforeValidator(_long_form, json_schema_input_type=Duration | _Chance)]
"""A time, or a distribution of times."""


def _constant(text: str) -> ConstantTime:
    return ConstantTime.model_validate({"shape": "constant", "time": text})


def _uniform(least: str, most: str) -> UniformTime:
    return UniformTime.model_validate({"shape": "uniform", "least": least, "most": most})


# -- what a caller means to do -----------------------------------------------------------------------------------------


class ListenStep(Strict):
    """Hear a prompt (any, when none is named) to its end, then react; or `until` one of its cue points."""

    do: Literal["listen"]
    prompt: str = ""
    until: str = ""

    @model_validator(mode="after")
    def _of_a_prompt(self) -> ListenStep:
        if self.until and not self.prompt:
            raise wrong("until without prompt", "the prompt that has the cue point", where=("until",))
        return self

    def wanted(self) -> plan.Step:
        return plan.Listen(self.prompt, self.until)


class DialStep(Strict):
    """Dial DTMF through the speech path, well or badly; `wrong` instead by the share of callers who err."""

    do: Literal["dial"]
    digits: DialText
    wrong: DialText | None = None
    on: Annotated[int, DIGIT_TIME] = 800
    off: Annotated[int, DIGIT_TIME] = 800
    low: Level = -9_000
    high: Level = -7_000
    offset_low: Offset = 0
    offset_high: Offset = 0
    ramp: Duration = 0

    @model_validator(mode="after")
    def _ramp_fits(self) -> DialStep:
        if 2 * self.ramp > self.on:
            what = f"a ramp of {duration_text(self.ramp)} in a digit of {duration_text(self.on)}"
            raise wrong(what, f"at most half of it: 0s to {duration_text(self.on // 2)}", where=("ramp",))
        return self

    def wanted(self) -> plan.Step:
        return plan.Dial(self.digits, self.wrong or "", self.on, self.off, self.low, self.high, self.offset_low,
                         self.offset_high, self.ramp)  # fmt: skip


class SayStep(Strict):
    """Say a prompt, whatever is heard: speech that barges in."""

    do: Literal["say"]
    prompt: str

    def wanted(self) -> plan.Step:
        return plan.Say(self.prompt)


class WaitStep(Strict):
    """Until that is heard; `party` is a person who answers."""

    do: Literal["wait"]
    what: Heard = PARTY
    which: str = ""

    def wanted(self) -> plan.Step:
        return plan.Wait(self.what, self.which)


_PLAIN: Final[dict[str, plan.Step]] = {"speak": plan.Speak(), "hush": plan.Hush(), "stay": plan.Stay()}


class PlainStep(Strict):
    """speak (from now on), hush (say nothing from now on), stay (until the other side hangs up)."""

    do: Literal["speak", "hush", "stay"]

    def wanted(self) -> plan.Step:
        return _PLAIN[self.do]


class PauseStep(Strict):
    do: Literal["pause"]
    time: Duration

    def wanted(self) -> plan.Step:
        return plan.Pause(self.time)


class HoldStep(Strict):
    """Talk for so long, counted from the person's answer; without a time, the call's drawn holding time."""

    do: Literal["hold"]
    time: Duration | None = None

    def wanted(self) -> plan.Step:
        return plan.Hold(-1 if self.time is None else self.time)


Step = Annotated[ListenStep | DialStep | SayStep | WaitStep | PlainStep | PauseStep | HoldStep,
                 Field(discriminator="do")]  # fmt: skip


class AgainSpec(Strict):
    """Hearing this prompt sends the caller back to a step, counted from 0."""

    prompt: str
    step: Annotated[int, Field(ge=0)] = 0


class PlanSpec(Strict):
    """A caller's behaviour: after the last step it hangs up. Short form: the steps alone."""

    weight: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    steps: Annotated[Many[Step], Field(min_length=1, max_length=100)]
    again: Many[AgainSpec] = ()
    reaction: Chance = Field(default_factory=lambda: _constant("300ms"))
    hold: Chance = Field(default_factory=lambda: _constant("3s"))
    patience: Chance | None = None
    dead_after: Duration = 16_000
    wrong: Share = 0

    @model_validator(mode="after")
    def _steps_exist(self) -> PlanSpec:
        for index, row in enumerate(self.again):
            if row.step >= len(self.steps):
                raise wrong(f"step {row.step} does not exist", f"0..{len(self.steps) - 1}",
                            where=("again", index, "step"))
        return self

    def wanted(self) -> plan.Plan:
        return plan.Plan(
            steps=tuple(step.wanted() for step in self.steps),
            again=tuple(plan.Again(row.prompt, row.step) for row in self.again),
            reaction=self.reaction.wanted(), hold=self.hold.wanted(),
            patience=self.patience.wanted() if self.patience else chance.Constant(0),
            dead_cycles=self.dead_after, wrong_ppm=self.wrong)


# -- agents ------------------------------------------------------------------------------------------------------------


class AgentWanted(msgspec.Struct, frozen=True, kw_only=True):
    """The habits of the agents at some seats; fields as in `switchsim.farend.agents.AgentConfig`."""

    seats: tuple[str, ...]
    """Seat numbers; empty: every seat of the machine that no other entry names."""
    sign_in_at: int  # cycle, -1 = only when told
    sign_out_at: int  # cycle, -1 = never
    answer: chance.Duration
    talk: chance.Duration | None
    wrap_up: chance.Duration | None
    behaviour: str


class AgentsSpec(Strict):
    """Agents with the same habits. No seats: all that no other entry names."""

    seats: Many[str] = ()
    sign_in: DurationOrNever = 0
    sign_out: DurationOrNever = NEVER
    answer: Chance = Field(default_factory=lambda: _uniform("500ms", "1s"))
    talk: Chance | None = None
    wrap_up: Chance | None = None
    behaviour: Literal["answers", "no_answer"] = "answers"

    @model_validator(mode="after")
    def _seats_are_numbers(self) -> AgentsSpec:
        self.numbers()
        return self

    def numbers(self) -> tuple[str, ...]:
        """The seat numbers with ranges written out."""
        found: list[str] = []
        for index, text in enumerate(self.seats):
            match = _RANGE.fullmatch(text)
            first, last = (match["first"], match["last"]) if match else (text, text)
            bad = not first.isdecimal() or len(first) != len(last) or not 0 <= int(last) - int(first) < MOST_SEATS
            if bad:
                raise wrong(f"{text!r} names no seats", "a number or a range, as in 1001..1016", where=("seats", index))
            found += [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)]
        return tuple(found)

    def wanted(self) -> AgentWanted:
        return AgentWanted(
            seats=self.numbers(), sign_in_at=self.sign_in, sign_out_at=self.sign_out, answer=self.answer.wanted(),
            talk=self.talk.wanted() if self.talk else None, wrap_up=self.wrap_up.wanted() if self.wrap_up else None,
            behaviour=self.behaviour)
