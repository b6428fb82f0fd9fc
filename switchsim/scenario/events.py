"""Events that a scenario names: kinds of the journal, their fields, and the alarms that events of two kinds are of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from switchsim.assembly.yamltypes import wrong
from switchsim.errors import one_of
from switchsim.model.event import Event, FieldType
from switchsim.model.events import AlarmCleared, AlarmRaised, event_types

KINDS: Final[dict[str, type[Event]]] = {str(struct.__struct_config__.tag): struct for struct in event_types()}
"""Every journal event by its kind."""
OF_ALARMS: Final = (AlarmRaised, AlarmCleared)
"""Events whose field `alarm` is the name of one."""

WILD: Final = "*?["
"""What makes a pattern of a text in an expectation."""
WILD_IN_STEPS: Final = "*"
"""What does in a step's `on`."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Advice for a name that is not known; empty when none comes near it."""
    near = difflib.get_close_matches(name.lower(), sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def _kind(value: Any) -> Any:
    if isinstance(value, str) and value not in KINDS:
        raise wrong(f"no event {value!r}", "a kind of docs/reference/events.md",
                    nearest(value, KINDS) or "one of " + ", ".join(sorted(KINDS)))
    return value


EventKind = Annotated[str, BeforeValidator(_kind), Field(json_schema_extra={"enum": sorted(KINDS)})]
"""The kind of a journal event."""


def _is_pattern(name: str, wild: str) -> bool:
    """wild: the characters that make a pattern of it where it stands."""
    return any(letter in name for letter in wild)


def is_among(name: str, known: Iterable[str], wild: str) -> bool:
    """Whether a name, or what a pattern stands for, is one of those known."""
    return any(fnmatchcase(one, name) for one in known) if _is_pattern(name, wild) else name in known


def as_told(name: str, wild: str) -> str:
    """`'e1_los'`, or `like 'e1_*'`."""
    return f"like {name!r}" if _is_pattern(name, wild) else repr(name)


def check_fields(kind: str, named: Iterable[str], fields: Iterable[str]) -> None:
    """Raises at the first name that is none of `fields`."""
    for name in named:
        if name not in fields:
            raise wrong(f"{kind} has no field {name!r}", "one of " + ", ".join(sorted(fields)), nearest(name, fields),
                        where=("where", name))  # fmt: skip


def check_words(kind: str, name: str, field: FieldType, wanted: object, wild: str) -> None:
    """Raises when one of the texts that are wanted of a field is none that it can be.

    Each of a list counts: one that never comes is a slip of the pen, whatever stands beside it.
    """
    for text in wanted if isinstance(wanted, list) else [wanted]:
        if field.words and isinstance(text, str) and not is_among(text, field.words, wild):
            raise wrong(f"{name} of {kind} is never {as_told(text, wild)}", one_of(field.words),
                        nearest(text.strip(wild), field.words), where=("where", name))  # fmt: skip
