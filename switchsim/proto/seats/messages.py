"""The three messages of a seat's D channel, and the numbers that its keys and its displays have there.

They belong to no call of Q.931: the switch knows which call a seat is in. So they carry the dummy call reference (Q.931
clause 4.3), as supplementary services by keypad and by feature keys do (Q.932 clauses 4 and 5).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

KEYS: Final = (
    "sign_in", "sign_out", "busy", "ready", "answer", "release", "hold", "retrieve", "dial", "transfer", "complete",
    "conference", "listen_in", "drop",
)  # fmt: skip
"""Keys of a seat set; key n has the feature identifier n + 1 (Q.932 clause 8.2.3)."""

STATES: Final = (
    "signed_out", "idle", "ringing", "talk", "held", "listening", "wrap_up", "busy", "faulty", "dead",
)  # fmt: skip
"""What a display shows; state n is told under the feature identifier 65 + n (Q.932 clause 8.2.4)."""

FIRST_KEY: Final = 1
FIRST_STATE: Final = 65
MOST_DIGITS: Final = 32
"""IA5 characters of a keypad facility (Q.931 clause 4.5.18)."""


class Register(msgspec.Struct, frozen=True, tag="register"):
    """The set says who it is, first of all on a data link that is new."""

    seat: str


class Key(msgspec.Struct, frozen=True, tag="key"):
    """A key was pressed. argument: at most MOST_DIGITS printable IA5 characters, as a number to dial."""

    key: str  # one of KEYS
    argument: str = ""


class Display(msgspec.Struct, frozen=True, tag="display"):
    """What the set shows now, and whether it rings. call: 0..2^32-1, 0 = none."""

    state: str  # one of STATES
    ringing: bool
    call: int
    calling: str


class Violation(msgspec.Struct, frozen=True, tag="seat_violation"):
    """Octets that are no such message; `clause` is of Q.931."""

    clause: str
    detail: str


Body: TypeAlias = Register | Key | Display
