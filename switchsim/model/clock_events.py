"""Journal events of clocks: what the clock of a machine or of a far end follows, and what it makes of it."""

from __future__ import annotations

from typing import Annotated

from switchsim.model.event import Event, words

# -- clocks ------------------------------------------------------------------------------------------------------------


class ClockMode(Event, frozen=True):
    """A clock changed its mode, or the reference that it follows.

    reference: the line; empty: none. ppb: its output off nominal now.
    """

    mode: Annotated[str, words("free_run", "acquiring", "locked", "holdover")]
    reference: str
    ppb: int


class ClockReference(Event, frozen=True):
    """What a clock thinks of one of its references changed.

    stage: hold_off (the signal has just gone), waiting (it is there again: wait to restore), given_up (a timing loop).
    quality: its synchronisation status message (G.704), unknown, prc, ssu_a, ssu_b, sec, do_not_use, code_1 and so on.
    origin: the clocks that its frequency comes through, the nearest first.
    """

    line: str
    stage: Annotated[str, words("good", "hold_off", "failed", "waiting", "given_up")]
    quality: str
    origin: str


class ClockActive(Event, frozen=True):
    """This clock board gives the machine its clock from now on; why: switchover (the active one is gone), restart."""

    why: Annotated[str, words("switchover", "restart")]


class ClockDisturbed(Event, frozen=True):
    """A fault acts on an oscillator, or no more: its frequency off nominal from now on."""

    ppb: int
