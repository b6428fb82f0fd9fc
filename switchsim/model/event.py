"""Journal events: base and naming. The catalogue is in `switchsim.model.events`."""

from __future__ import annotations

import re

import msgspec


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Event(msgspec.Struct, frozen=True, tag_field="kind", tag=snake):
    """Base of all journal events. Fields are integers and strings only; octets stand as hexadecimal text."""


class Record(msgspec.Struct, frozen=True):
    """One line of the journal, read back: when, where, what."""

    at: int
    phase: str
    place: str
    seq: int
    event: Event
