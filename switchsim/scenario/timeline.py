"""The timeline of a scenario: at a time, or on an event, exactly one act."""

from __future__ import annotations

import re
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from switchsim.assembly.bit_tests import Pattern
from switchsim.assembly.people import DialText
from switchsim.assembly.yamltypes import Duration, Strict, Value, duration_or, wrong
from switchsim.model.event import Event, FieldType, fields_of
from switchsim.model.platform_events import ProgramAct
from switchsim.scenario.events import KINDS, WILD_IN_STEPS, EventKind, check_fields, check_words
from switchsim.scenario.processes import check_act
from switchsim.scenario.signals import EndName, Played, Sent

UNTIL_HEALED: Final = -1
_NOTHING: Final[set[str]] = set()
_AT_AN_END: Final[tuple[set[str], set[str]]] = ({"end"}, _NOTHING)
_PLAIN_KEYS: Final = ("sign_in", "sign_out", "busy", "ready", "answer", "release", "hold", "retrieve", "complete",
                      "conference", "drop")
ACTS: Final[dict[str, dict[str, tuple[set[str], set[str]]]]] = {
    "agent": {
        **dict.fromkeys(_PLAIN_KEYS, (_NOTHING, _NOTHING)),
        "transfer": (_NOTHING, {"number", "seat"}),
        "consult": (_NOTHING, {"number", "seat"}),
        "dial": ({"number"}, _NOTHING),
        "listen_in": ({"seat"}, _NOTHING),
        "behave": ({"behaviour"}, _NOTHING),
    },
    "caller": {"hang_up": (_NOTHING, _NOTHING), "dial": ({"digits"}, _NOTHING)},
    "exchange": {"call": ({"number"}, {"calling"}), "restart": (_NOTHING, _NOTHING),
                 "check_every": ({"value"}, _NOTHING), "check_loop": ({"manner"}, {"value"})},
    "load": {"start": (_NOTHING, _NOTHING), "stop": (_NOTHING, _NOTHING)},
    "test": {"start": (_NOTHING, {"pattern"}), "stop": (_NOTHING, _NOTHING), "error": (_NOTHING, {"value"})},
    "board": {
        "reset": (_NOTHING, _NOTHING), "read": ({"register"}, _NOTHING), "write": ({"register", "value"}, _NOTHING),
    },
    "link": dict.fromkeys(("inhibit", "uninhibit", "activate", "deactivate"), _AT_AN_END),
    "circuit": {
        **dict.fromkeys(("block", "unblock", "reset", "query", "check"), _AT_AN_END), "cas": ({"value"}, {"end"}),
    },
    "line": dict.fromkeys(("block", "unblock", "reset", "query"), _AT_AN_END),
    "point": {"restart": (_NOTHING, _NOTHING)},
}
"""Who can do what, or to what it is done: act -> (what must go with it, what may)."""
_SORTS: Final = "agent|caller|exchange|load|test|board|process|link|circuit|line|point"
UPKEEP: Final = ("link", "circuit", "line", "point")
"""Management of No.7; the others are people and boards."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
_ENVELOPE: Final = ("place", "at")


class Trigger(Strict):
    """The nth event of a kind whose fields have these values (`place` is one of them), and a while after it."""

    event: EventKind
    where: dict[str, Value] = Field(default_factory=dict)
    nth: Annotated[int, Field(ge=1)] = 1
    after: Duration = 0

    @model_validator(mode="after")
    def _fields_exist(self) -> Trigger:
        fields = fields_of(KINDS[self.event]) | {"place": FieldType(str)}
        check_fields(self.event, self.where, fields)
        for name, value in self.where.items():
            is_text = fields[name].kind is str
            if not isinstance(value, fields[name].kind):
                raise wrong(f"{value!r} does not fit {name}", "text" if is_text else "a whole number",
                            "put it in quotes" if is_text else "", where=("where", name))
            check_words(self.event, name, fields[name], value, WILD_IN_STEPS)
        return self

    def meets(self, place: str, event: Event) -> bool:
        """True when this event of this place is one of those that count."""
        if not isinstance(event, KINDS[self.event]):
            return False
        return all(_fits(place if name == "place" else getattr(event, name), value)
                   for name, value in self.where.items())


def _fits(said: Any, wanted: Value) -> bool:
    """Texts with `*` as in `expect`."""
    if isinstance(wanted, str) and "*" in wanted:
        return fnmatchcase(str(said), wanted)
    return bool(said == wanted)


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


def _as_written(value: object) -> object:
    """A number with decimals is taken as text, so that whoever reads it can do so exactly, and tell its range."""
    return str(value) if isinstance(value, Decimal) else value


class FaultStep(_Moment):
    """Inject a fault of the catalogue (`switchsim faults MACHINE`); `for`: how long, or until a heal step names it."""

    fault: str
    id: Name | None = None
    where: dict[str, Value] = Field(default_factory=dict)
    values: dict[str, Annotated[Value, BeforeValidator(_as_written)]] = Field(default_factory=dict)
    for_: Annotated[int, duration_or("until_healed", UNTIL_HEALED, 1), Field(alias="for")] = UNTIL_HEALED


class HealStep(_Moment):
    """Undo the fault with this id."""

    heal: Name


class Acted(Strict):
    """What somebody does; `who`: `agent SEAT`, `caller LINE:TIMESLOT`, `exchange LINE`, `load NAME`, `board PLACE`,
    `process NAME` of the platform (whose acts take values `with`), `test NAME`: a bit error rate test set.

    Management of No.7 is done to a `link LINE:TIMESLOT`, a `circuit LINE:TIMESLOT` or all circuits of a `line LINE` at
    one `end`, or to a `point NAME`.
    """

    who: Annotated[str, Field(pattern=rf"^({_SORTS}) \S{{1,64}}$")]
    do: str
    number: DialText | None = None
    seat: DialText | None = None
    digits: DialText | None = None
    calling: DialText | None = None
    behaviour: Literal["answers", "no_answer"] | None = None
    register_: Annotated[str | None, Field(alias="register")] = None
    value: Annotated[int | None, Field(ge=0, le=65_535)] = None
    manner: Literal["good", "none", "wrong", "late"] | None = None
    pattern: Pattern | None = None
    end: EndName | None = None
    with_: Annotated[dict[str, Value], Field(alias="with", max_length=20)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _can_do_so(self) -> Acted:
        if self.sort == "process":
            check_act(self.name, self.do, self.with_)
            if extra := sorted(self.values()):
                raise wrong(f"{self.do} takes no {extra[0]}", "its values in `with`", "move it", where=(extra[0],))
            return self
        if self.with_:
            raise wrong("`with` goes with acts upon processes alone", "nothing", "remove it", where=("with",))
        acts = ACTS[self.sort]
        if self.do not in acts:
            what = f"a person like {self.who!r} can not {self.do!r}"
            what = f"{self.do!r} is nothing that a {self.sort} knows" if self.sort in UPKEEP else what
            raise wrong(what, "one of " + ", ".join(acts), where=("do",))
        needed, allowed = acts[self.do]
        given = set(self.values())
        if missing := needed - given:
            raise wrong(f"{self.do} without {', '.join(sorted(missing))}", "it here", "add it", where=("do",))
        if extra := sorted(given - needed - allowed):
            raise wrong(f"{self.do} takes no {extra[0]}", "nothing", "remove it", where=(extra[0],))
        if self.sort in ("caller", "circuit") and not re.fullmatch(r"[^:]+:([1-9]|[12][0-9]|3[01])", self.name):
            raise wrong(f"{self.who!r} names no {self.sort}", f"{self.sort} LINE:TIMESLOT, as in {self.sort} e1-0:5",
                        where=("who",))  # fmt: skip
        return self

    @property
    def sort(self) -> str:
        return self.who.split(" ")[0]

    @property
    def name(self) -> str:
        return self.who.split(" ")[1]

    def values(self) -> dict[str, int | str]:
        """What goes with the act, without what was not said."""
        names = ("number", "seat", "digits", "calling", "behaviour", "register_", "value", "manner", "pattern",
                 "end")
        return {name.rstrip("_"): value for name in names if (value := getattr(self, name)) is not None}


class ActStep(_Moment):
    """A person does something."""

    act: Acted


class SendStep(_Moment):
    """A unit made by hand is put on a signalling link."""

    send: Sent


class PlayStep(_Moment):
    """A capture is played on a signalling link or a D channel."""

    play: Played


class ProgramStep(_Moment):
    """The program that the scenario started (`sut: command:`) is ended politely, killed, started, or ended and started.

    Simulated time stands still until it has ended.
    """

    program: ProgramAct


class StopStep(_Moment):
    """The run ends."""

    stop: Literal[True]


_ACTS: Final = ("fault", "heal", "act", "send", "play", "program", "stop")


def _sort_of_step(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    named = [act for act in _ACTS if act in value]
    return named[0] if len(named) == 1 else None


Step = Annotated[
    Annotated[FaultStep, Tag("fault")]
    | Annotated[HealStep, Tag("heal")]
    | Annotated[ActStep, Tag("act")]
    | Annotated[SendStep, Tag("send")]
    | Annotated[PlayStep, Tag("play")]
    | Annotated[ProgramStep, Tag("program")]
    | Annotated[StopStep, Tag("stop")],
    Discriminator(_sort_of_step, custom_error_type="wrong_step",
                  custom_error_message="a step must hold exactly one of " + ", ".join(_ACTS)),
]
