"""The timeline of a scenario: at a time, or on an event, exactly one act."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from switchsim.assembly.people import DialText
from switchsim.assembly.yamltypes import Duration, Strict, Value, duration_or, wrong
from switchsim.model.event import Event
from switchsim.model.events import event_types

UNTIL_HEALED: Final = -1
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
_ENVELOPE: Final = ("place", "at")
_KINDS: Final[dict[str, type[Event]]] = {
    str(struct.__struct_config__.tag): struct for struct in event_types()
}


def _event_kind(value: Any) -> Any:
    if isinstance(value, str) and value not in _KINDS:
        near = difflib.get_close_matches(value, sorted(_KINDS), n=1)
        raise wrong(f"no event {value!r}", "a kind of docs/formats.md",
                    f"did you mean {near[0]!r}?" if near else "one of " + ", ".join(sorted(_KINDS)))
    return value


class Trigger(Strict):
    """The nth event of a kind whose fields have these values (`place` is one of them), and a while after it."""

    event: Annotated[str, BeforeValidator(_event_kind), Field(json_schema_extra={"enum": sorted(_KINDS)})]
    where: dict[str, Value] = Field(default_factory=dict)
    nth: Annotated[int, Field(ge=1)] = 1
    after: Duration = 0

    @model_validator(mode="after")
    def _fields_exist(self) -> Trigger:
        fields = {field.name: field.type for field in msgspec.structs.fields(_KINDS[self.event])} | {"place": str}
        for name, value in self.where.items():
            if name not in fields:
                near = difflib.get_close_matches(name, sorted(fields), n=1)
                raise wrong(f"{self.event} has no field {name!r}", "one of " + ", ".join(sorted(fields)),
                            f"did you mean {near[0]!r}?" if near else "", where=("where", name))
            if not isinstance(value, fields[name]):
                quote = "put it in quotes" if fields[name] is str else ""
                raise wrong(f"{value!r} does not fit {name}", "text" if fields[name] is str else "a whole number",
                            quote, where=("where", name))
        return self

    def meets(self, place: str, event: Event) -> bool:
        """True when this event of this place is one of those that count."""
        if not isinstance(event, _KINDS[self.event]):
            return False
        return all((place if name == "place" else getattr(event, name)) == value for name, value in self.where.items())


class _Moment(Strict):
    """`at` a time from the start, or `on` an event."""

    at: Duration | None = None
    on: Trigger | None = None

    @model_validator(mode="after")
    def _one_moment(self) -> _Moment:
        if (self.at is None) == (self.on is None):
            what = "neither `at` nor `on`" if self.at is None else "both `at` and `on`"
            raise wrong(what, "one of them", "say when: at: 12.5s, or on: {event: ...}")
        return self


class FaultStep(_Moment):
    """Inject a fault of the catalogue (`switchsim faults MACHINE`); `for`: how long, or until a heal step names it."""

    fault: str
    id: Name | None = None
    where: dict[str, Value] = Field(default_factory=dict)
    values: dict[str, Value] = Field(default_factory=dict)
    for_: Annotated[int, duration_or("until_healed", UNTIL_HEALED), Field(alias="for")] = UNTIL_HEALED


class HealStep(_Moment):
    """Undo the fault with this id."""

    heal: Name


class Acted(Strict):
    """What a person does: `who` is `agent NUMBER`, `caller LINE:TIMESLOT`, `load NAME` or `processor a|b`."""

    who: Annotated[str, Field(pattern=r"^(agent|caller|load|processor) \S{1,64}$")]
    do: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$")]
    number: DialText | None = None
    seat: DialText | None = None
    digits: DialText | None = None
    behaviour: str | None = None

    def values(self) -> dict[str, Value]:
        """What goes with the act, without what was not said."""
        names = ("number", "seat", "digits", "behaviour")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class ActStep(_Moment):
    """A person does something."""

    act: Acted


class StopStep(_Moment):
    """The run ends."""

    stop: Literal[True]


_ACTS: Final = ("fault", "heal", "act", "stop")


def _sort_of_step(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    named = [act for act in _ACTS if act in value]
    return named[0] if len(named) == 1 else None


Step = Annotated[
    Annotated[FaultStep, Tag("fault")]
    | Annotated[HealStep, Tag("heal")]
    | Annotated[ActStep, Tag("act")]
    | Annotated[StopStep, Tag("stop")],
    Discriminator(_sort_of_step, custom_error_type="wrong_step",
                  custom_error_message="a step must hold exactly one of fault, heal, act, stop"),
]
