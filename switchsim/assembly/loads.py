"""Load in YAML files: people who call, and how often."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from switchsim.assembly.people import Chance, DialText, PlanSpec, Step
from switchsim.assembly.yamltypes import Duration, Many, Strict, duration_in, wrong
from switchsim.farend import load, plan
from switchsim.units import duration_text

MOST_MCPS: Final = 100_000_000
_RATE: Final = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,6})?)\s*/\s*(?P<unit>s|min|h)")
_UNIT_SECONDS: Final = {"s": 1, "min": 60, "h": 3600}


def _rate(value: Any) -> int:
    match = _RATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise wrong(f"{value!r} is no rate of calls", "a number and /s, /min or /h, as in 2.5/s or 30/min")
    exact = Decimal(match["number"]) * 1000 / _UNIT_SECONDS[match["unit"]]
    mcps = int(exact.to_integral_value(ROUND_HALF_UP))
    if mcps > MOST_MCPS:
        raise wrong(f"{value!r} is too high a rate", f"at most {MOST_MCPS // 1000}/s")
    return mcps


Rate = Annotated[int, BeforeValidator(_rate), WithJsonSchema(
    {"type": "string", "pattern": r"^\s*\d{1,9}(\.\d{1,6})?\s*/\s*(s|min|h)\s*$", "examples": ["2.5/s", "30/min"]})]
"""`2.5/s`, `30/min`, `1000/h` -> milli-calls a second, rounded to the nearest."""


def _not_none(mcps: int) -> int:
    if not mcps:
        raise wrong("a rate of no calls at all", "0.001/s or more")
    return mcps


SomeRate = Annotated[Rate, AfterValidator(_not_none)]


class Called(Strict):
    """A number that is called this often compared with the others. Short form: the number alone."""

    number: DialText
    weight: Annotated[int, Field(ge=1, le=1_000_000)] = 1


def _called(value: Any) -> Any:
    return {"number": value} if isinstance(value, str) else value


def _plan(value: Any) -> Any:
    if isinstance(value, dict) and "do" in value and "steps" not in value:
        raise wrong("one step is no plan", "a list of steps", "put it into brackets: [{do: ...}]")
    return {"steps": value} if isinstance(value, list) else value


class LoadWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A load as the assembly builds it; `config.lines` empty: every line of the machine that takes callers."""

    name: str
    config: load.LoadConfig
    plans: dict[str, plan.Plan]
    """Name -> plan, for every exchange of the load's lines; the names carry the load's."""


class _LoadBase(Strict):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    numbers: Annotated[
        Many[Annotated[Called, BeforeValidator(_called, json_schema_input_type=DialText | Called)]],
        Field(min_length=1, max_length=1000),
    ]
    plan: Annotated[PlanSpec, BeforeValidator(_plan, json_schema_input_type=PlanSpec | Many[Step])] | None = None
    plans: Many[PlanSpec] = ()
    hold: Chance | None = None
    patience: Chance | None = None
    lines: Many[str] = ()
    spread: Literal["round_robin", "random"] = "round_robin"
    calling_prefix: Annotated[str, Field(pattern=r"^[0-9]{0,20}$")] = "138"
    calling_digits: Annotated[int, Field(ge=0, le=12)] = 8
    start: Duration = 0
    stop: Duration | None = None
    most_calls: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_sort_of_plan(self) -> _LoadBase:
        if self.plan is not None and self.plans:
            raise wrong("both plan and plans", "one of the two", where=("plans",))
        if self.stop is not None and self.stop <= self.start:
            raise wrong("stop is not after start", f"later than {duration_text(self.start)}", where=("stop",))
        return self

    def _shape(self) -> load.Shape:
        raise AssertionError("every load has a shape")

    def wanted(self) -> LoadWanted:
        """Names of plans: the load's name, and the plan's place in the list."""
        specs = self.plans or ((self.plan,) if self.plan else ())
        plans = {f"{self.name}/{index}": spec.wanted() for index, spec in enumerate(specs)} or {
            f"{self.name}/0": plan.Plan()}
        weights = [spec.weight for spec in specs] or [1]
        return LoadWanted(name=self.name, plans=plans, config=load.LoadConfig(
            shape=self._shape(),
            called=tuple(load.Weighted(called.number, called.weight) for called in self.numbers),
            plans=tuple(load.Weighted(name, weight) for name, weight in zip(plans, weights, strict=True)),
            lines=self.lines, spread=self.spread,
            calling_prefix=self.calling_prefix, calling_digits=self.calling_digits,
            hold=self.hold.wanted() if self.hold else None,
            patience=self.patience.wanted() if self.patience else None,
            start_at=self.start, stop_at=-1 if self.stop is None else self.stop, most_calls=self.most_calls or 0))


class ConstantLoad(_LoadBase):
    """One call every 1/rate."""

    shape: Literal["constant"]
    rate: SomeRate

    def _shape(self) -> load.Shape:
        return load.Steady(self.rate)


class PoissonLoad(_LoadBase):
    """Calls that know nothing of each other."""

    shape: Literal["poisson"]
    rate: SomeRate

    def _shape(self) -> load.Shape:
        return load.Poisson(self.rate)


class RampLoad(_LoadBase):
    """From one rate to another in a straight line, then the latter."""

    shape: Literal["ramp"]
    from_: Annotated[Rate, Field(alias="from")]
    to: Rate
    over: Annotated[int, duration_in(1)]
    random: bool = False

    def _shape(self) -> load.Shape:
        return load.Ramp(self.from_, self.to, self.over, self.random)


class BurstLoad(_LoadBase):
    """So many calls at once, at the start and every so often."""

    shape: Literal["burst"]
    calls: Annotated[int, Field(ge=1, le=100_000)]
    every: Annotated[int, duration_in(1)]

    def _shape(self) -> load.Shape:
        return load.Burst(self.calls, self.every)


Load = Annotated[ConstantLoad | PoissonLoad | RampLoad | BurstLoad, Field(discriminator="shape")]
