"""Events that a scenario names: kinds of the journal, their fields, and the alarms that events of two kinds are of."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Annotated, Any, Final

import msgspec
from pydantic import BeforeValidator, Field

from switchsim.assembly.yamltypes import wrong
from switchsim.model.event import Event
from switchsim.model.events import AlarmCleared, AlarmRaised, event_types

KINDS: Final[dict[str, type[Event]]] = {str(struct.__struct_config__.tag): struct for struct in event_types()}
"""Every journal event by its kind."""
OF_ALARMS: Final = (AlarmRaised, AlarmCleared)
"""Events whose field `alarm` is the name of one."""


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


def fields_of(kind: str) -> dict[str, Any]:
    """The fields of an event, in their order, and their types: int or str."""
    return {field.name: field.type for field in msgspec.structs.fields(KINDS[kind])}


def check_fields(kind: str, named: Iterable[str], fields: Iterable[str]) -> None:
    """Raises at the first name that is none of `fields`."""
    for name in named:
        if name not in fields:
            raise wrong(f"{kind} has no field {name!r}", "one of " + ", ".join(sorted(fields)), nearest(name, fields),
                        where=("where", name))  # fmt: skip
