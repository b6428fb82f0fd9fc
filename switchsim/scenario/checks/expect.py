"""What a scenario expects, as data: the models of the entries of `expect:`.

Durations are texts (`12.5s`, `300ms`, `400cyc`); windows are simulated time since reset. Every entry may have a `name`.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, StrictInt, StrictStr, model_validator

from switchsim.assembly.yamltypes import Duration, Strict, wrong
from switchsim.model.event import fields_of
from switchsim.report.figures import FIGURE_NAMES
from switchsim.scenario.events import KINDS, WILD, EventKind, check_fields, check_words
from switchsim.units import parse_duration

_OF_A_NUMBER: Final = re.compile(r"[-0-9*?]*\[.*|[-0-9*?]+")
"""Texts that the digits of a whole number may match."""


class _Strict(Strict):
    model_config = ConfigDict(strict=False)  # a bound may be written 90 or 99.5


class Window(_Strict):
    """From and to, both included; without `to`: to the end."""

    from_: Duration = Field(default=0, alias="from")
    to: Duration | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Window:
        if self.to is not None and self.to < self.from_:
            raise ValueError("the window ends before it begins")
        return self

    def holds(self, at: int) -> bool:
        return self.from_ <= at and (self.to is None or at <= self.to)


class Range(_Strict):
    """A field's value between min and max, both included."""

    min: StrictInt | None = None
    max: StrictInt | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        _check_order(self.min, self.max)
        return self


def _check_order(least: float | str | None, most: float | str | None) -> None:
    """Numbers, or both durations."""
    low, high = (parse_duration(one) if isinstance(one, str) else one for one in (least, most))
    if low is not None and high is not None and low > high:
        raise wrong(f"min {least} is more than max {most}", "min at most max", where=("min",))


Wanted = StrictInt | StrictStr | Annotated[list[StrictInt | StrictStr], Field(min_length=1)] | Range
"""A value, one of several, or a range; `*` in a text stands for anything."""


class EventFilter(_Strict):
    """Journal events of one kind, at places that match, whose fields are as wanted."""

    event: EventKind = Field(examples=["call_cleared"])
    where: dict[str, Wanted] = Field(default_factory=dict, description="field of the event: wanted value")
    place: StrictStr = Field("*", description="place of the part; * stands for anything")

    @model_validator(mode="after")
    def _known(self) -> EventFilter:
        fields = fields_of(KINDS[self.event])
        check_fields(self.event, self.where, fields)
        for name, wanted in self.where.items():
            if fields[name].kind is str and (odd := _no_text(wanted)):
                raise wrong(f"{name} of {self.event} is a text, and never {odd}", "a text", "put it in quotes",
                            where=("where", name))  # fmt: skip
            if fields[name].kind is int and (odd := _no_number(wanted)):
                raise wrong(f"{name} of {self.event} is a number, and never {odd}", "a whole number",
                            where=("where", name))  # fmt: skip
            check_words(self.event, name, fields[name], wanted, WILD)
        return self


def _no_text(wanted: Wanted) -> str:
    """What of a wanted value no text can be equal to; `` nothing."""
    if isinstance(wanted, Range):
        return "in a range"
    return next((str(one) for one in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(one, int)), "")


def _no_number(wanted: Wanted) -> str:
    """What of a wanted value no number can be equal to; `` nothing."""
    texts = [one for one in (wanted if isinstance(wanted, list) else [wanted]) if isinstance(one, str)]
    return next((repr(one) for one in texts if not _OF_A_NUMBER.fullmatch(one)), "")


class _Entry(_Strict):
    name: StrictStr = ""


class ExpectCount(EventFilter, _Entry):
    """How many events of a kind there are, in a window."""

    kind: Literal["count"]
    min: StrictInt | None = Field(None, ge=0)
    max: StrictInt | None = Field(None, ge=0)
    within: Window = Window()

    @model_validator(mode="after")
    def _bounded(self) -> ExpectCount:
        if self.min is None and self.max is None:
            raise ValueError("give min, max, or both")
        _check_order(self.min, self.max)
        return self


class ExpectFigure(_Entry):
    """A figure of the run; times are durations, all else numbers."""

    kind: Literal["figure"]
    figure: StrictStr = Field(examples=["answered_percent", "max_wait_cycles"])
    min: StrictInt | float | StrictStr | None = None
    max: StrictInt | float | StrictStr | None = None

    @model_validator(mode="after")
    def _known(self) -> ExpectFigure:
        if self.figure not in FIGURE_NAMES:
            raise ValueError(f"no figure {self.figure!r}; expected one of {', '.join(FIGURE_NAMES)}")
        if self.min is None and self.max is None:
            raise ValueError("give min, max, or both")
        for bound in (self.min, self.max):
            if isinstance(bound, str):
                parse_duration(bound)
            if bound is not None and isinstance(bound, str) != self.figure.endswith("_cycles"):
                wanted = "a duration, as in 20s" if self.figure.endswith("_cycles") else "a number"
                raise ValueError(f"{self.figure} is compared with {wanted}")
        _check_order(self.min, self.max)
        return self


class ExpectAlarm(_Entry):
    """An alarm raised in a window and cleared soon after; or, with absent, not raised in it at all."""

    kind: Literal["alarm"]
    alarm: StrictStr
    about: StrictStr = Field("*", description="place of what is wrong; * stands for anything")
    raised: Window = Window()
    cleared_within: Duration | None = None
    absent: bool = False

    @model_validator(mode="after")
    def _sensible(self) -> ExpectAlarm:
        if self.absent and self.cleared_within is not None:
            raise ValueError("an alarm that is absent cannot be cleared: give absent or cleared_within")
        return self


class ExpectFault(_Entry):
    """A fault reaches a stage within a time from its firing; fault: its number in the run, or its name."""

    kind: Literal["fault"]
    fault: StrictInt | StrictStr
    stage: Literal["fired", "detected", "alarmed", "undone", "cleared"]
    within: Duration | None = None


class ExpectOrder(_Entry):
    """The first event that matches `first` comes before (or with) the first that matches `then` after it."""

    kind: Literal["order"]
    first: EventFilter
    then: EventFilter
    within: Duration | None = None


Expect = Annotated[
    ExpectCount | ExpectFigure | ExpectAlarm | ExpectFault | ExpectOrder, Field(discriminator="kind")
]
"""One entry of `expect:`."""
