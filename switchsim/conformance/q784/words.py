"""What sheets of Q.784 can say: words, fields, configuration, timers."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field, field_validator

from switchsim.assembly.yamltypes import Duration, Strict, wrong
from switchsim.conformance.language import Kind, Vocabulary
from switchsim.conformance.q784.messages import fields_of
from switchsim.conformance.q784.octets import FORMS, UNKNOWN
from switchsim.units import ms, seconds

_CIC: Final = frozenset({"CIC"})
_GROUP: Final = frozenset({"FIRST", "COUNT", "hardware"})

ORDERS: Final[dict[str, frozenset[str]]] = {
    "SETUP": _CIC | {"CALLED", "CODE", "CALLING", "CATEGORY", "MEDIUM", "SATELLITE", "ACCESS", "USER", "incomplete",
                      "check", "again"},
    "DIGITS": _CIC | {"DIGITS", "complete"},
    "ADDRESS-COMPLETE": _CIC | {"STATUS", "CHARGE", "ACCESS", "USER", "in-band"},
    "PROGRESS": _CIC | {"EVENT", "in-band"},
    "ANSWER": _CIC,
    "OVERLOAD": _CIC,
    "SUSPEND": _CIC | {"NETWORK"},
    "RESUME": _CIC | {"NETWORK"},
    "RELEASE": _CIC | {"CAUSE"},
    "FORWARD-TRANSFER": _CIC,
    "INFORMATION": _CIC,
    "TONE": _CIC | {"heard", "silent"},
    "CHECK": _CIC,
    "BLOCK": _CIC,
    "UNBLOCK": _CIC,
    "BLOCK-GROUP": _GROUP,
    "UNBLOCK-GROUP": _GROUP,
    "RESET": _CIC,
    "RESET-GROUP": _GROUP - {"hardware"},
    "QUERY": _GROUP - {"hardware"},
    "CONGESTED": frozenset({"LEVEL"}),
    "MTP-PAUSE": frozenset(),
    "MTP-RESUME": frozenset(),
    "MTP-CONGESTION": frozenset(),
    "MTP-USER-INACCESSIBLE": frozenset(),
    "MTP-USER-UNKNOWN": frozenset(),
    "MTP-USER-UNEQUIPPED": frozenset(),
}
INDICATIONS: Final[dict[str, frozenset[str]]] = {
    "SETUP": _CIC | {"CALLED", "CODE", "CALLING", "CATEGORY", "MEDIUM", "COMPLETE", "CHECKED", "PRESENTATION"},
    "DIGITS": _CIC | {"DIGITS", "COMPLETE"},
    "ADDRESS-COMPLETE": _CIC | {"STATUS", "CHARGE", "INBAND"},
    "PROGRESS": _CIC | {"EVENT", "INBAND"},
    "ANSWER": _CIC,
    "CONNECTED": _CIC,
    "SUSPENDED": _CIC | {"NETWORK"},
    "RESUMED": _CIC | {"NETWORK"},
    "FORWARD-TRANSFER": _CIC,
    "INFORMATION": _CIC | {"CALLING", "CATEGORY"},
    "RELEASED": _CIC | {"CAUSE", "PEER"},
    "FAILED": _CIC | {"AGAIN"},
    "IDLE": _CIC,
    "BLOCKED": _CIC | {"PEER", "HARDWARE"},
    "UNBLOCKED": _CIC | {"PEER", "HARDWARE"},
    "SEND-TONE": _CIC,
    "LOOP": _CIC,
    "TONE-OFF": _CIC,
    "STATES": _CIC | {"STATES"},
    "RESET-DONE": _CIC | {"COUNT"},
    "REFUSED": _CIC,
    "ALARM": _CIC,
    "AVAILABLE": frozenset({"ON"}),
    "USER-PART": frozenset({"ON"}),
    "CONGESTION": frozenset({"STEP"}),
    "CONGESTION-LEVEL": frozenset({"LEVEL"}),
}
TIMERS: Final = tuple(f"T{number}" for number in range(1, 39))

VOCABULARY: Final = Vocabulary(
    words={
        Kind.ORDER: ORDERS,
        Kind.FEED: {name: fields_of(name, True) for name in (*FORMS, UNKNOWN)},
        Kind.UNIT: {name: fields_of(name, False) for name in FORMS},
        Kind.INDICATION: INDICATIONS,
        Kind.SETTING: {},
    },
    timers=frozenset(TIMERS))

LEAST: Final[dict[str, int]] = {
    **{f"T{number}": seconds(15) for number in (1, 12, 14, 16, 18, 20, 22)},
    **{f"T{number}": seconds(300) for number in (4, 5, 13, 15, 17, 19, 21, 23)},
    "T2": seconds(180), "T3": seconds(120), "T6": seconds(10), "T7": seconds(20), "T8": seconds(10), "T9": seconds(90),
    "T10": seconds(4), "T11": seconds(15), "T24": ms(500), "T25": seconds(1), "T26": seconds(60), "T27": seconds(240),
    "T28": seconds(10), "T29": ms(300), "T30": seconds(5), "T33": seconds(12), "T34": seconds(2), "T35": seconds(15),
    "T36": seconds(10),
}  # fmt: skip
"""The least that Q.764 annex A (for T6 and T9, Q.118) allows: what `wait 1/2 T7` is a part of."""


class Q784Config(Strict):
    """How the implementation under test is set up; it has point code 1, the tester 2, and 30 circuits of an E1."""

    minimum_digits: int = Field(1, ge=1, le=20)
    whole_digits: int = Field(0, ge=0, le=20)
    early_acm: Literal["", "t10", "t11"] = ""
    loop_ack: bool = False
    timers: dict[str, Duration] = Field(default_factory=dict)

    @field_validator("timers", mode="after")
    @classmethod
    def _known(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name not in TIMERS:
                raise wrong(f"no timer {name!r}", "one of T1..T38", where=(name,))
        return value
