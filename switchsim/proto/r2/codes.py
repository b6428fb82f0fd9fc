"""Register signals: frequencies, meanings, causes and categories (Q.441, Q.451; China No.1).

Signals are 1..15; digit 0 is signal 10. Forward frequencies belong to the outgoing register, backward ones to the
incoming register; China No.1 sends backward with the first four of them alone, which is signals 1..6.
"""

from __future__ import annotations

from typing import Final

FREQUENCIES: Final[dict[str, tuple[int, ...]]] = {
    "forward": (1_380_000, 1_500_000, 1_620_000, 1_740_000, 1_860_000, 1_980_000),
    "backward": (1_140_000, 1_020_000, 900_000, 780_000, 660_000, 540_000),
}
"""In mHz, by index."""

SEND_MDBM0: Final = {"itu": -11_500, "china": -8_000}
"""By variant: a frequency, both alike (Q.454 3.1.2: -11.5 +- 1 dBm0; GF 002-9002)."""

PAIRS: Final[dict[int, tuple[int, int]]] = dict(
    enumerate(((low, high) for high in range(1, 6) for low in range(high)), 1)
)
"""signal -> the indices of its two frequencies: 1 is (0, 1), 2 (0, 2), 3 (1, 2), ... 15 (4, 5)."""

SIGNALS: Final = tuple(PAIRS)
BACKWARD_SIGNALS_CHINA: Final = SIGNALS[:6]

END: Final = 15
"""Group I: end of pulsing, end of the calling number."""

NOT_ACCEPTED: Final = 12
"""Group I: request not accepted; in place of a calling number, that it is restricted."""

NO_SATELLITE: Final = 13

GROUP_I: Final[dict[int, str]] = {
    **{signal: f"digit {signal % 10}" for signal in range(1, 11)}, 11: "code 11, outgoing half echo suppressor",
    12: "code 12, request not accepted", 13: "code 13, no satellite link", 14: "code 14, incoming half echo suppressor",
    15: "end of pulsing, end of identification",
}  # fmt: skip
GROUP_II: Final[dict[int, str]] = {
    1: "subscriber without priority", 2: "subscriber with priority", 3: "maintenance equipment", 4: "spare",
    5: "operator", 6: "data", 7: "subscriber, international", 8: "data, international", 9: "priority, international",
    10: "operator with forward transfer", 11: "spare", 12: "spare", 13: "spare", 14: "spare", 15: "spare",
}  # fmt: skip
GROUP_A: Final[dict[int, str]] = {
    1: "send next digit", 2: "send last but one digit", 3: "address complete, changeover to group B",
    4: "congestion, national", 5: "send calling party's category", 6: "address complete, charge, set up speech",
    7: "send last but two digits", 8: "send last but three digits", 9: "spare", 10: "spare",
    11: "send country code indicator", 12: "send language or discriminating digit", 13: "send nature of circuit",
    14: "request for information on echo suppressors", 15: "congestion, international",
}  # fmt: skip
GROUP_B: Final[dict[int, str]] = {
    1: "spare", 2: "send special information tone", 3: "subscriber line busy", 4: "congestion", 5: "unallocated number",
    6: "line free, charge", 7: "line free, no charge", 8: "line out of order", 9: "spare", 10: "spare", 11: "spare",
    12: "spare", 13: "spare", 14: "spare", 15: "spare",
}  # fmt: skip

GROUP_A_CHINA: Final[dict[int, str]] = {
    1: "send next digit", 2: "send from the first digit", 3: "changeover to group B, send KD", 4: "congestion",
    5: "unallocated number", 6: "send KA and the calling number",
}  # fmt: skip
KA: Final[dict[int, str]] = {
    1: "ordinary, periodic charge", 2: "ordinary, subscriber meter", 3: "ordinary, printer", 4: "spare",
    5: "ordinary, free", 6: "spare", 7: "spare", 8: "priority, periodic charge", 9: "spare", 10: "priority, free",
}  # fmt: skip
KD: Final[dict[int, str]] = {
    1: "toll operator, semi-automatic", 2: "toll, automatic", 3: "local telephone",
    4: "local data or facsimile, priority subscriber", 5: "semi-automatic check of the calling number", 6: "test call",
}  # fmt: skip
KD_LOCAL: Final = (3, 4)
"""With these KB is read by the second table, with the others by the first."""

KB: Final[dict[int, str]] = {
    1: "subscriber free", 2: "busy with a local call", 3: "busy with a toll call", 4: "congestion",
    5: "unallocated number", 6: "spare",
}  # fmt: skip
KB_LOCAL: Final[dict[int, str]] = {
    1: "free, neither party controls the release", 2: "spare", 3: "spare", 4: "busy or congestion",
    5: "unallocated number", 6: "free, the calling party controls the release",
}  # fmt: skip

# -- causes (Q.850) ----------------------------------------------------------------------------------------------------

UNALLOCATED: Final = 1
NORMAL: Final = 16
BUSY: Final = 17
NO_ANSWER: Final = 19
INCOMPLETE: Final = 28
TEMPORARY_FAILURE: Final = 41
CONGESTION: Final = 42
TIMER_EXPIRY: Final = 102

CONGESTIONS: Final = (34, 38, 41, 42, 44, 46, 47)
"""Causes that end a call in group A with the congestion signal A4, without a changeover to group B."""

CAUSES: Final[dict[str, tuple[tuple[int, int, tuple[int, ...]], ...]]] = {
    "B": (
        (2, 4, (4, 5, 20, 21, 22)), (3, BUSY, (BUSY,)), (4, CONGESTION, CONGESTIONS), (5, UNALLOCATED, (1, 2, 3, 28)),
        (8, 27, (27,)),
    ),
    "KB": ((2, BUSY, (BUSY,)), (3, BUSY, ()), (4, 34, CONGESTIONS), (5, UNALLOCATED, (1, 2, 3, 28))),
    "KB_LOCAL": ((2, BUSY, ()), (3, BUSY, ()), (4, BUSY, (BUSY, *CONGESTIONS)), (5, UNALLOCATED, (1, 2, 3, 28))),
    "A": ((4, CONGESTION, CONGESTIONS), (15, 34, ())),
    "A_CHINA": ((4, CONGESTION, CONGESTIONS), (5, UNALLOCATED, ())),
}  # fmt: skip
"""By table: (signal, the cause it is reported with, the causes it is sent for); every other cause is sent as 4."""

OTHER: Final = 4
FREE: Final[dict[str, dict[int, bool]]] = {"B": {6: True, 7: False}, "KB": {1: True}, "KB_LOCAL": {1: True, 6: True}}
"""By table: the signals of a free line, and whether the call is charged."""


def table_b(variant: str, kd: int) -> str:
    """The table that a group B signal is read by; `kd` is the group II signal before it."""
    return "B" if variant != "china" else "KB_LOCAL" if kd in KD_LOCAL else "KB"


def table_a(variant: str) -> str:
    return "A_CHINA" if variant == "china" else "A"


def cause_of(table: str, signal: int) -> int | None:
    """The cause that a signal of a table stands for; None when it refuses nothing."""
    return next((cause for code, cause, _ in CAUSES[table] if code == signal), None)


def signal_of(table: str, cause: int) -> int:
    """The signal that tells a cause."""
    return next((code for code, _, sent in CAUSES[table] if cause in sent), OTHER)


def free_signal(table: str, charge: bool) -> int:
    """The signal that says that the line is free."""
    return next((code for code, charged in FREE[table].items() if charged == charge), next(iter(FREE[table])))


# -- categories (Q.763 3.11; 16 to 21 of the Chinese parts) ------------------------------------------------------------

ORDINARY: Final = 10
CATEGORY: Final[dict[str, tuple[tuple[int, int, tuple[int, ...]], ...]]] = {
    "II": (
        (1, ORDINARY, (0, 10, 15, 16, 17, 18, 19)), (2, 11, (11, 20, 21)), (3, 13, (13,)), (5, 9, (9,)), (6, 12, (12,)),
        (7, ORDINARY, ()), (8, 12, ()), (9, 11, ()), (10, 2, (1, 2, 3, 4, 5)),
    ),
    "KA": (
        (1, ORDINARY, (0, 10, 12, 13, 15, 17)), (2, 18, (18,)), (3, 19, (19,)), (5, 16, (16,)), (8, 11, (11, 21)),
        (10, 20, (20,)),
    ),
    "KD": (
        (1, 9, (1, 2, 3, 4, 5, 9)), (2, ORDINARY, ()), (3, ORDINARY, ()), (4, 12, (11, 12, 20, 21)), (5, 9, ()),
        (6, 13, (13,)),
    ),
}  # fmt: skip
"""By table: (signal, the calling party's category it is reported as, the categories it is sent for)."""


def category_of(table: str, signal: int) -> int:
    """The category that a signal stands for; ordinary for a spare one."""
    return next((category for code, category, _ in CATEGORY[table] if code == signal), ORDINARY)


def category_signal(table: str, category: int) -> int:
    """The signal for a category: that of an ordinary subscriber where no row says otherwise."""
    ordinary = 3 if table == "KD" else 1
    return next((code for code, _, sent in CATEGORY[table] if category in sent), ordinary)


def sendable(number: str) -> bool:
    """Whether register signals can say a number: of digits 0..9, at least one; none means `*`, `#` or a letter."""
    return number.isascii() and number.isdecimal()


def digit_signal(digit: str) -> int:
    """The signal of a digit "0".."9"."""
    return int(digit) or 10


def signal_digit(signal: int) -> str:
    """The digit of signal 1..10, "" of another."""
    return str(signal % 10) if 1 <= signal <= 10 else ""
