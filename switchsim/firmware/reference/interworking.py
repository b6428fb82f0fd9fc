"""Interworking of signalling systems, as one table: what each says where another one says something else.

A row is a meaning, a column a signalling: `pri` (Q.931), `isup` (Q.763), `tup` (Q.723, GF 001-9001; its columns hold
values as `proto.tup` names them, most of them as ISUP does), `r2` (Q.441 and China No.1: the values of ISUP for what
its signals say, or what every call of it is). Every value in a cell means the row; the first of them is sent.
An empty cell: it can not be said there, and the first row of the subject is said instead. A further signalling
is a further column. Causes are Q.850 values at both PRI and ISUP; the messages of TUP for them are a table of its own
(`proto.tup.causes`).

Sources: Q.699 (PRI - ISUP), Q.763 3.11, 3.10, 3.54, Q.723 3.3.1, Q.850. The values 14 and 15 of the TUP category are
spare: a payphone is an ordinary subscriber there.
"""

from __future__ import annotations

from typing import Final

import msgspec

from switchsim.model.part import State

NOT_SAID: Final = -1
"""A signalling has no value for the subject."""


KINDS: Final = ("pri", "isup", "tup", "r2")


class Row(msgspec.Struct, frozen=True):
    """One meaning and the values that each signalling has for it."""

    meaning: str
    pri: tuple[int, ...]
    isup: tuple[int, ...]
    tup: tuple[int, ...]
    r2: tuple[int, ...] = ()


TABLE: Final[dict[str, tuple[Row, ...]]] = {
    "category": (  # calling party's category: Q.763 3.11, Q.723 3.3.1 c; Q.931 has none
        Row("ordinary", (), (10,), (10, 16, 17, 18, 19, 24), (10,)),
        Row("priority", (), (11,), (11, 20, 21), (11,)),
        Row("data", (), (12,), (12,), (12,)),
        Row("test", (), (13,), (13,), (13,)),
        Row("payphone", (), (15,), ()),
        Row("national operator", (), (9,), (9,), (9,)),
        Row("operator, French", (), (1,), (1,), (9,)),
        Row("operator, English", (), (2,), (2,), (9,)),
        Row("operator, German", (), (3,), (3,), (9,)),
        Row("operator, Russian", (), (4,), (4,), (9,)),
        Row("operator, Spanish", (), (5,), (5,), (9,)),
        Row("operator, language 6", (), (6,), (6,), (9,)),  # by agreement; Chinese in GF 001-9001
        Row("operator, language 7", (), (7,), (7,), (9,)),
        Row("operator, language 8", (), (8,), (8,), (9,)),
        Row("unknown", (), (0,), (0,)),
    ),
    "nature": (  # of the calling number: Q.931 4.5.10, Q.763 3.10 b
        Row("national", (2,), (3,), (3, 2), (3,)),
        Row("international", (1,), (4,), (4,)),
        Row("subscriber", (4,), (1,), (1,)),
        Row("unknown", (0, 6), (2,), ()),
        Row("network specific", (3,), (5,), ()),
    ),
    "presentation": (  # of the calling number: Q.931 4.5.10, Q.763 3.10 e; in doubt it is kept secret
        Row("restricted", (1,), (1,), (1,), (1,)),
        Row("allowed", (0,), (0,), (0,), (0,)),
        Row("not available", (2,), (2,), ()),
    ),
    "screening": (  # of the calling number: Q.931 4.5.10, Q.763 3.10 f; that of TUP is the exchange's own
        Row("network provided", (3,), (3,), (3,), (3,)),
        Row("user provided, not verified", (0,), (0,), ()),
        Row("user provided, verified and passed", (1,), (1,), ()),
        Row("user provided, verified and failed", (2,), (2,), ()),
    ),
    "medium": (  # Q.931 4.5.5 information transfer capability, Q.763 3.54; TUP: a digital path or not
        Row("3.1 kHz audio", (16,), (3,), (3,), (3,)),
        Row("speech", (0,), (0,), ()),
        Row("64 kbit/s unrestricted", (8, 9), (2,), (2,)),
        Row("64 kbit/s preferred", (17,), (6,), ()),
    ),
}  # fmt: skip


class Signal(msgspec.Struct, frozen=True):
    """One thing that is said backwards along a call in set-up or talk, by the messages that say it.

    ACM is said once: where it was, ISUP says CPG, and TUP nothing more.
    """

    meaning: str
    pri: tuple[str, ...]
    isup: tuple[str, ...]
    tup: tuple[str, ...]
    r2: tuple[str, ...] = ()


SIGNALS: Final[tuple[Signal, ...]] = (
    # The number is complete, no more is known. Behind ACM the telephone user part can not tell causes: it waits.
    Signal("complete", ("CALL PROCEEDING",), ("ACM",), ()),
    # Tones or words are to be heard.
    Signal("in band", ("PROGRESS",), ("ACM in band", "CPG in band"), ("ACM",), ("through",)),
    Signal("alerting", ("ALERTING",), ("ACM free", "CPG alerting"), ("ACM free",), ("free",)),
    Signal("answer", ("CONNECT",), ("ANM",), ("ANC",), ("answer",)),
    # Clear-back: the called party may come back. A primary rate access is not told: this exchange guards the time.
    Signal("suspended", (), ("SUS",), ("CBK",), ("clear-back",)),
    Signal("resumed", (), ("RES",), ("RAN",), ("re-answer",)),
)
"""The first message of a cell is what is sent; all of them mean the row. No message: nothing is sent."""

_VALUES: Final = {
    (subject, kind, value): row
    for subject, rows in TABLE.items() for row in reversed(rows)  # of two that say the same, the first is meant
    for kind in KINDS for value in getattr(row, kind)
}  # fmt: skip
_MESSAGES: Final = {
    (kind, message): row.meaning for row in SIGNALS for kind in KINDS for message in getattr(row, kind)
}
_SIGNALS: Final = {row.meaning: row for row in SIGNALS}


def meaning(subject: str, kind: str, value: int) -> str:
    """What a value of a signalling means; one that is not in the table means the first row."""
    return _VALUES.get((subject, kind, value), TABLE[subject][0]).meaning


def translated(subject: str, value: int, of: str, to: str) -> int:
    """The value by which signalling `to` says what `value` says in signalling `of`; NOT_SAID when it says nothing."""
    row = _VALUES.get((subject, of, value), TABLE[subject][0])
    said: tuple[int, ...] = getattr(row, to) or getattr(TABLE[subject][0], to)
    return said[0] if said else NOT_SAID


def heard(kind: str, message: str) -> str:
    """The meaning of a backward message of a signalling, as SIGNALS writes it; `` for one that is not passed on."""
    return _MESSAGES.get((kind, message), "")


def said(kind: str, what: str) -> str:
    """The message by which a signalling says a meaning of SIGNALS, `` for none."""
    messages: tuple[str, ...] = getattr(_SIGNALS[what], kind)
    return messages[0] if messages else ""


# -- causes ------------------------------------------------------------------------------------------------------

UNSPECIFIED: Final = (31, 31, 47, 63, 79, 95, 111, 127)
"""The unspecified cause of each class: bits 7 to 5 of the value (Q.850 2.2.5)."""

LOCAL: Final = frozenset({
    6, 7, 14, 26, 30, 43, 44, 81, 82, 83, 84, 85, 86, 96, 97, 98, 99, 100, 101, 103, 110,
})  # fmt: skip
"""Causes that speak of one access or one message only: its channel, its call reference, an element of it."""

GLARE: Final = frozenset({6, 44, 82})
"""The channel was no good; another one may be (Q.931 5.7, Q.764 2.9.1.4)."""


def passed_on(cause: int) -> int:
    """The cause with which the rest of a call is cleared, when one leg of it was with `cause` (Q.699 4).

    PRI and ISUP carry the same values; of a local one its class goes on. TUP has messages for some of them.
    """
    return UNSPECIFIED[cause >> 4 & 7] if cause in LOCAL else cause


def no_way(cause: int) -> bool:
    """Whether the network had no resources for the call, so that another way may do (Q.850, class 010)."""
    return 32 <= cause <= 47


# -- the calling party -------------------------------------------------------------------------------------------


class Caller(State):
    """What a signalling said of who calls, in its own values; the number itself is the call's.

    kind: pri, isup, tup, r2.
    """

    kind: str
    category: int = NOT_SAID
    nature: int = NOT_SAID
    presentation: int = NOT_SAID
    screening: int = NOT_SAID
    medium: int = NOT_SAID

    @property
    def isdn(self) -> bool:
        """Whether the call has come from an ISDN all the way, as far as its signalling could say that."""
        return self.kind not in ("tup", "r2")

    def to(self, kind: str) -> dict[str, int]:
        """By subject, what another signalling says of it; what it has no value for is left out."""
        values = {name: translated(name, getattr(self, name), self.kind, kind) for name in TABLE}
        return {name: value for name, value in values.items() if value != NOT_SAID}
