"""Journal events: base and naming. The catalogue is in `switchsim.model.events`."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple, get_args, get_origin

import msgspec


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def words(*these: str) -> msgspec.Meta:
    """Of a text: all that it can be. It is not checked when an event is written or read: the tests of the whole do."""
    return msgspec.Meta(extra={"words": these})


End = Annotated[str, words("machine", "far")]
"""Of a line: the machine's end, or the far end's."""


class FieldType(NamedTuple):
    """What a field of an event holds: `str` or `int`, and of a text all that it can be; () anything."""

    kind: type
    words: tuple[str, ...] = ()


class Event(msgspec.Struct, frozen=True, tag_field="kind", tag=snake):
    """Base of all journal events. Fields are integers and strings only; octets stand as hexadecimal text."""


def fields_of(event: type[Event]) -> dict[str, FieldType]:
    """The fields of an event, in their order."""
    return {field.name: _type_of(field.type) for field in msgspec.structs.fields(event)}


def _type_of(annotated: object) -> FieldType:
    if get_origin(annotated) is not Annotated:
        assert isinstance(annotated, type)
        return FieldType(annotated)
    kind, meta = get_args(annotated)
    return FieldType(kind, meta.extra["words"])


class Record(msgspec.Struct, frozen=True):
    """One line of the journal, read back: when, where, what."""

    at: int
    phase: str
    place: str
    seq: int
    event: Event
