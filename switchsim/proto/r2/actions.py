"""What an R2 circuit asks for and reports: plain values, carried out by whoever owns the timeslot.

A call that was set up or indicated ends with exactly one `ReleasedInd` or `SetupFailed`; `IdleInd` says when its
circuit can carry another.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec


class SendLine(msgspec.Struct, frozen=True, gc=False, tag="r2_line"):
    """Send these bits from now on: a in bit 1, b in bit 0. The c and d bits are the carrier's: abcd = ab << 2 | cd."""

    ab: int


class SeizeRegister(msgspec.Struct, frozen=True, gc=False, tag="r2_seize_register"):
    """Connect a multifrequency unit; `register_ready` or `register_none` answers.

    "outgoing" hears backward and sends forward frequencies, "incoming" the other way round.
    """

    direction: Literal["outgoing", "incoming"]


class FreeRegister(msgspec.Struct, frozen=True, gc=False, tag="r2_free_register"):
    """Disconnect the unit (or forget that one was asked for); nothing of it is heard from now on."""


class SendTone(msgspec.Struct, frozen=True, gc=False, tag="r2_tone"):
    """Send a register signal, 1..15, until `StopTone` (Q.440, compelled)."""

    signal: int


class StopTone(msgspec.Struct, frozen=True, gc=False, tag="r2_stop_tone"):
    """Silence."""


class PulseTone(msgspec.Struct, frozen=True, gc=False, tag="r2_pulse"):
    """Send a backward signal for a while (Q.442); `pulse_sent` says when it is over."""

    signal: int
    cycles: int


class StartTimer(msgspec.Struct, frozen=True, gc=False, tag="r2_start_timer"):
    """Start or restart a timer of `timers.TIMERS`."""

    name: str
    cycles: int


class StopTimer(msgspec.Struct, frozen=True, gc=False, tag="r2_stop_timer"):
    """Stop a running timer."""

    name: str


class Recognised(msgspec.Struct, frozen=True, gc=False, tag="r2_recognised"):
    """A change of the line bits that lasted (Q.422 3.2): for `Circuit.line`."""

    ab: int


class SeizedInd(msgspec.Struct, frozen=True, gc=False, tag="r2_seized_ind"):
    """Incoming: the peer has seized the circuit and has its acknowledgement; nothing else is known yet."""


class DigitInd(msgspec.Struct, frozen=True, gc=False, tag="r2_digit_ind"):
    """Incoming: one more digit of the called number, all of it in `digits`; `more`, `complete` or `refuse` answers."""

    digits: str


class SetupInd(msgspec.Struct, frozen=True, gc=False, tag="r2_setup_ind"):
    """Incoming: everything is known; `accept` or `release` answers, and `answer` when the called party does."""

    called: str
    calling: str  # "" when it was not asked for or is restricted
    category: int  # as ISUP numbers it: 10 ordinary, 11 priority, 13 test call


class AddressCompleteInd(msgspec.Struct, frozen=True, gc=False, tag="r2_address_complete_ind"):
    """Outgoing: the number is complete. `free`: its line is (B6, B7, KB1, KB6); A6 does not say."""

    free: bool
    charge: bool


class AnswerInd(msgspec.Struct, frozen=True, gc=False, tag="r2_answer_ind"):
    """Outgoing: the called party has answered."""


class ClearBackInd(msgspec.Struct, frozen=True, gc=False, tag="r2_clear_back_ind"):
    """Outgoing: the called party has hung up (on), or is back (off)."""

    on: bool


class ReleasedInd(msgspec.Struct, frozen=True, gc=False, tag="r2_released_ind"):
    """The call is over; its circuit may not be idle yet. `cause` as Q.850 numbers it."""

    cause: int
    by_peer: bool


class IdleInd(msgspec.Struct, frozen=True, gc=False, tag="r2_idle_ind"):
    """The circuit can carry a call (again)."""


Reason: TypeAlias = Literal["collision", "no_ack", "blocked", "no_register", "timeout", "refused"]


class SetupFailed(msgspec.Struct, frozen=True, gc=False, tag="r2_setup_failed"):
    """Outgoing: no call comes of it. `try_again`: another circuit may do better."""

    reason: Reason
    try_again: bool
    cause: int


class BlockedInd(msgspec.Struct, frozen=True, gc=False, tag="r2_blocked_ind"):
    """Blocking took effect or ended; "remote": the peer sends blocked, or the line has failed."""

    by: Literal["local", "remote"]
    on: bool


class Violation(msgspec.Struct, frozen=True, gc=False, tag="r2_violation"):
    """The peer did what Q.421 to Q.480 do not allow here."""

    clause: str
    detail: str


class MaintenanceAlarm(msgspec.Struct, frozen=True, gc=False, tag="r2_alarm"):
    """Somebody should look at this circuit."""

    clause: str
    detail: str


Action: TypeAlias = (
    SendLine | SeizeRegister | FreeRegister | SendTone | StopTone | PulseTone | StartTimer | StopTimer | Recognised
    | SeizedInd | DigitInd | SetupInd | AddressCompleteInd | AnswerInd | ClearBackInd | ReleasedInd | IdleInd
    | SetupFailed | BlockedInd | Violation | MaintenanceAlarm
)  # fmt: skip
