"""Fixed words of the interface: states, causes, dial results, versions; and times as clients read them.

Simulated seconds are counted from 2000-01-01 00:00:00 UTC, so that every run tells the same times.
"""

from __future__ import annotations

from typing import Final

from switchsim.units import CYCLES_PER_SECOND

EPOCH_SECONDS: Final = 946_684_800
"""2000-01-01 00:00:00 UTC, in seconds of the Unix clock."""
CONTEXT: Final = "default"
UNKNOWN: Final = "<unknown>"
SYSTEM_VERSION: Final = "24.0.0"
"""What clients that ask for it take as the version of an Asterisk with this interface."""
SERVICE_LEVEL_SECONDS: Final = 20

DOWN, DIALING, RING, RINGING, UP = 0, 3, 4, 5, 6
CHANNEL_STATES: Final = {0: "Down", 3: "Dialing", 4: "Ring", 5: "Ringing", 6: "Up"}

SEAT_STATUS: Final = {
    "idle": 1, "busy": 1, "talk": 2, "listening": 2, "wrap_up": 2, "faulty": 4, "signed_out": 5, "ringing": 6,
    "held": 8,
}  # fmt: skip
"""Device states: 1 not in use, 2 in use, 4 invalid, 5 unavailable, 6 ringing, 8 on hold."""
STATUS_WORDS: Final = {
    0: "Unknown", 1: "Not in use", 2: "In use", 3: "Busy", 4: "Invalid", 5: "Unavailable", 6: "Ringing", 8: "On Hold",
}  # fmt: skip

DIAL_STATUS: Final = {
    "answered": "ANSWER", "no_answer": "NOANSWER", "rejected": "BUSY", "abandoned": "CANCEL", "lost": "CHANUNAVAIL",
    "redirected": "CANCEL",
}  # fmt: skip
"""By why the ringing of a seat ended."""

ORIGINATE_REASONS: Final = {"ok": 4, "busy": 5, "no_answer": 3, "no_circuit": 8, "no_resource": 8}
"""Control frames: 3 ringing, 4 answer, 5 busy, 8 congestion; anything else is 0."""

MOVING_FAILURES: Final = {
    "busy": "the seat is not free", "no_such_seat": "no such seat", "no_such_queue": "no such queue",
    "no_such_number": "no such number", "no_circuit": "no circuit is free",
    "wrong_state": "the call can not be moved now", "no_such_call": "the call is over",
}  # fmt: skip
"""By the switch's result; any other one has no words."""

CAUSES: Final = {
    1: "Unallocated (unassigned) number", 2: "No route to specified transmit network", 3: "No route to destination",
    6: "Channel unacceptable", 7: "Call awarded and being delivered in an established channel", 16: "Normal Clearing",
    17: "User busy", 18: "No user responding", 19: "User alerting, no answer", 20: "Subscriber absent",
    21: "Call Rejected", 22: "Number changed", 26: "Answered elsewhere", 27: "Destination out of order",
    28: "Invalid number format", 29: "Facility rejected", 30: "Response to STATus ENQuiry", 31: "Normal, unspecified",
    34: "Circuit/channel congestion", 38: "Network out of order", 41: "Temporary failure",
    42: "Switching equipment congestion", 43: "Access information discarded", 44: "Requested channel not available",
    50: "Facility not subscribed", 52: "Outgoing call barred", 54: "Incoming call barred",
    57: "Bearer capability not authorized", 58: "Bearer capability not available",
    65: "Bearer capability not implemented", 66: "Channel not implemented", 69: "Facility not implemented",
    81: "Invalid call reference value", 88: "Incompatible destination", 95: "Invalid message unspecified",
    96: "Mandatory information element is missing", 97: "Message type nonexist.", 98: "Wrong message",
    99: "Info. element nonexist or not implemented", 100: "Invalid information element contents",
    101: "Message not compatible with call state", 102: "Recover on timer expiry", 111: "Protocol error, unspecified",
    127: "Interworking, unspecified",
}  # fmt: skip
"""Texts of Q.850 causes as clients of this interface know them."""

NOT_REACHABLE: Final = "Switch not reachable"
MODULES: Final = ("app_queue", "app_dial", "chan_e1", "res_agi")


def failed(what: str, result: str) -> str:
    """Message of an order that moves a call; result: of the switch."""
    reason = MOVING_FAILURES.get(result, "")
    return f"{what} failed: {reason}" if reason else f"{what} failed"


def cause_text(cause: int) -> str:
    return CAUSES.get(cause, "Unknown")


def seconds_of(cycles: int) -> int:
    """Whole seconds in a span of cycles."""
    return cycles // CYCLES_PER_SECOND


def unix_of(cycle: int) -> int:
    """The Unix second at which that cycle is."""
    return EPOCH_SECONDS + cycle // CYCLES_PER_SECOND


def clock_of(cycle: int) -> str:
    """The same with microseconds, as in `Timestamp`."""
    return f"{unix_of(cycle)}.{cycle % CYCLES_PER_SECOND * 125:06d}"


def duration_text(seconds: int) -> str:
    """hh:mm:ss."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def tenths(part: int, whole: int) -> str:
    """Percent with one decimal, rounded; `0.0` of nothing."""
    value = (2000 * part + whole) // (2 * whole) if whole else 0
    return f"{value // 10}.{value % 10}"
