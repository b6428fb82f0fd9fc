"""All boxes of a link, their states and events, and what each pair does or why it does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from types import ModuleType
from typing import Any, Final

import msgspec

from switchsim.proto.mtp2 import cc, iac, lsc, poc, rc, txc
from switchsim.proto.mtp2.core import Core, Dispatch, Handler
from switchsim.proto.mtp2.state import Cc, Event, Iac, Lsc, Poc, Rc, Txc


class Box(msgspec.Struct, frozen=True):
    """One box: its field in `LinkState`, the Recommendation's name for it, its states and the events it can be told."""

    field: str
    title: str
    states: tuple[IntEnum, ...]
    events: tuple[Event, ...]


class Row(msgspec.Struct, frozen=True):
    """One pair: the handler's name, or why the event changes nothing or cannot come (then `reason` begins with
    "impossible")."""

    box: str
    state: str
    event: str
    handler: str = ""
    reason: str = ""


def ignore(link: Core, value: Any) -> None:
    """The event changes nothing in this state."""


def _callable(what: Handler | str) -> Handler:
    return ignore if isinstance(what, str) else what


def _collected(field: str, title: str, states: type[IntEnum], module: ModuleType) -> tuple[Box, dict[Any, Any]]:
    pairs: dict[tuple[Any, Event], Handler | str] = {}
    for of_states, events, reason in module.IGNORED:
        pairs |= {(state, event): reason for state in of_states for event in events}
    doubled = sorted(pairs.keys() & module.TRANSITIONS.keys())
    assert not doubled, f"{title}: {doubled} both handled and ignored"
    pairs |= module.TRANSITIONS
    return Box(field, title, tuple(states), tuple(sorted({event for _, event in pairs}))), pairs


_COLLECTED: Final = tuple(
    _collected(*row) for row in (
        ("lsc", "link state control", Lsc, lsc),
        ("iac", "initial alignment control", Iac, iac),
        ("txc", "transmission control", Txc, txc),
        ("rc", "reception control", Rc, rc),
        ("poc", "processor outage control", Poc, poc),
        ("cc", "congestion control", Cc, cc),
    )
)  # fmt: skip

BOXES: Final = tuple(box for box, _ in _COLLECTED)
"""Every box, in the order of the Recommendation's figure 7."""

TRANSITIONS: Final[dict[tuple[str, int, Event], Handler | str]] = {
    (box.field, state, event): pairs[state, event]
    for box, pairs in _COLLECTED for state in box.states for event in box.events
}  # fmt: skip
"""Every (box, state, event): its handler, or the reason why it does nothing. A pair left out is a KeyError here."""

DISPATCH: Final[Dispatch] = {
    box.field: {
        int(state): {int(event): _callable(TRANSITIONS[box.field, state, event]) for event in box.events}
        for state in box.states
    }
    for box in BOXES
}
"""TRANSITIONS as the link reads it: box, then state, then event."""


def rows() -> Iterator[Row]:
    """Every pair in words, to print: box by box, state by state."""
    for box in BOXES:
        for state in box.states:
            for event in box.events:
                what = TRANSITIONS[box.field, state, event]
                name, reason = ("", what) if isinstance(what, str) else (what.__name__, "")
                yield Row(box.field, state.name, event.name, name, reason)
