"""Where a call goes: number -> call queue, by translations and access codes of the platform's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from switchsim.callcentre.ccs.configuration import ASKED, CallQueue, Configuration

MOST_TRANSLATIONS: Final = 8
MOST_OVERFLOWS: Final = 8
QUEUE: Final = "queue:"


class Route(NamedTuple):
    """target `` = the CCS can not route the call."""

    target: str
    why: str


class Room(NamedTuple):
    """Of a call queue now: callers who wait, seats that are idle for it, agents who are signed in for it."""

    waiting: int
    idle: int
    signed_in: int


def translated(configuration: Configuration, number: str) -> str:
    """The number that is looked up; a circle of translations ends after eight."""
    for _ in range(MOST_TRANSLATIONS):
        following = configuration.translate.get(number)
        if following is None:
            break
        number = following
    return number


def route(
    configuration: Configuration, number: str, asked: str, chosen: bool, room: Callable[[str], Room]
) -> Route:
    """The answer to `RouteAsked`. asked: the queue that the switch would take; chosen: a flow, or an earlier way of
    this call, chose that one: it is kept."""
    first = _first(configuration, number, asked, chosen)
    return _with_room(configuration, first, room) if first.target.startswith(QUEUE) else first


def _first(configuration: Configuration, number: str, asked: str, chosen: bool) -> Route:
    if chosen and asked in configuration.queues:
        return Route(QUEUE + asked, "queue chosen before")
    code = translated(configuration, number)
    target = configuration.access.get(code, ASKED)
    if target != ASKED:
        return Route(target, f"access code {code}")
    if asked in configuration.queues:
        return Route(QUEUE + asked, "queue of the switch")
    return Route("", "no call queue configured")


def _with_room(configuration: Configuration, first: Route, room: Callable[[str], Room]) -> Route:
    """Full queues, and those of nobody, send on."""
    target, why = first
    seen: list[str] = []
    while target.startswith(QUEUE) and len(seen) < MOST_OVERFLOWS:
        queue = configuration.queue(target[len(QUEUE):])
        reason = _why_on(queue, room(queue.name))
        if not reason or not queue.overflow_to or queue.overflow_to in (target, *seen):
            break
        seen.append(target)
        target, why = queue.overflow_to, f"{why}; {queue.name} is {reason}"
    return Route(target, why)


def _why_on(queue: CallQueue, room: Room) -> str:
    if queue.when_empty == "overflow" and not room.signed_in:
        return "empty of agents"
    return "full" if not room.idle and 0 < queue.size <= room.waiting else ""
