"""Who of the pair is active: starts standby, looks for another, becomes active only when it finds none.

Two that look at the same time: the one that began earlier, at the same instant the one with the lower node number. The
standby takes over when the active one has been silent for three heartbeats. Two that are active (they had lost each
other) and hear each other again: the one that has been active longer stays, the lower node number at the same instant.
The last two rules are assumptions of this project (queue_switch.md).
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.callcentre.process import HEARTBEAT_CYCLES, LOST_AFTER, Watched
from switchsim.model.part import State
from switchsim.model.platform import Heartbeat
from switchsim.units import ms

STANDBY, ACTIVE = "standby", "active"
LOOK_CYCLES: Final = LOST_AFTER * HEARTBEAT_CYCLES
"""How long one that starts looks for another."""
SILENT_CYCLES: Final = LOST_AFTER * HEARTBEAT_CYCLES + ms(200)
"""After the last heartbeat of the active one; the rest is for letters under way."""


class Pair(State):
    """One's own role, the cycle since which one has it, and what is known of the other."""

    role: str = STANDBY
    since: int = 0
    other: Watched = msgspec.field(default_factory=Watched)


def begin(pair: Pair, now: int) -> int:
    """A start; returns the cycles after which `consider` is due."""
    pair.role, pair.since, pair.other = STANDBY, now, Watched()
    return LOOK_CYCLES


def hear(pair: Pair, beat: Heartbeat, now: int, node: int, other_node: int) -> str:
    """A heartbeat of the other; returns why this one has to step down, `` when it has not."""
    other = pair.other
    other.heard, other.role, other.since, other.alive = now, beat.role, beat.since, True
    if pair.role == ACTIVE and beat.role == ACTIVE and (beat.since, other_node) < (pair.since, node):
        return "the other has been active longer"
    return ""


def wait(pair: Pair) -> int:
    """After a heartbeat of the other: cycles after which `consider` is due, 0 = as before."""
    return SILENT_CYCLES if pair.role == STANDBY and pair.other.role == ACTIVE else 0


def consider(pair: Pair, now: int, node: int, other_node: int) -> tuple[str, int]:
    """The wait is over: (why this one becomes active, 0), or (``, cycles to wait on).

    Each heartbeat of an active one begins the wait anew: it has been silent, or there was none.
    """
    if pair.role == ACTIVE:
        return "", 0
    other = pair.other
    heard = other.alive and now - other.heard <= LOOK_CYCLES
    if heard and (other.since, other_node) < (pair.since, node):
        return "", HEARTBEAT_CYCLES
    was_active = other.alive and other.role == ACTIVE
    other.alive = heard
    if was_active:
        return "the active one is silent", 0
    return ("the other began later" if heard else "no other was found"), 0


def take_role(pair: Pair, role: str, now: int) -> None:
    pair.role, pair.since = role, now
