"""What sheets of Q.781 can say: words, fields, configuration, timers."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field, field_validator

from switchsim.assembly.yamltypes import Duration, Strict, wrong
from switchsim.conformance.language import Kind, Vocabulary
from switchsim.conformance.q781.units import STATUS
from switchsim.units import ms, seconds

_NUMBERS: Final = frozenset({"BSN", "BIB", "FSN", "FIB"})
_DAMAGE: Final = frozenset({"bad-fcs", "aborted"})
_STATUS: Final = (*STATUS, "SIX")

_SENT: Final[dict[str, frozenset[str]]] = {
    **{name: _NUMBERS | _DAMAGE | {"two-octets"} for name in _STATUS},
    "FISU": _NUMBERS | _DAMAGE,
    "MSU": _NUMBERS | _DAMAGE | {"SIF"},
    "FLAGS": frozenset(),
    "ONES": frozenset({"MS"}),
    "FRAME": frozenset({"OCTETS"}),
}
_EXPECTED: Final[dict[str, frozenset[str]]] = {
    **{name: _NUMBERS | {"two-octets"} for name in _STATUS},
    "FISU": _NUMBERS,
    "MSU": _NUMBERS | {"DATA"},
    "LSSU": _NUMBERS,
}
_ORDERS: Final[dict[str, frozenset[str]]] = {
    **{name: frozenset() for name in (
        "POWER-ON", "POWER-OFF", "START", "STOP", "EMERGENCY", "EMERGENCY-CEASES", "LPO", "LPR", "FLUSH", "CONTINUE",
        "RETRIEVE-BSNT", "CONGESTED", "CONGESTION-ENDS")},
    "SEND": frozenset({"SIF"}),
    "RETRIEVE": frozenset({"FSNC"}),
}
_INDICATIONS: Final[dict[str, frozenset[str]]] = {
    **{name: frozenset() for name in (
        "IN-SERVICE", "OUT-OF-SERVICE", "RPO", "RPR", "RETRIEVAL-COMPLETE", "CONGESTION-ONSET", "CONGESTION-ABATED",
        "RTB-CLEARED")},
    "MSU": frozenset({"FSN"}),
    "BSNT": frozenset({"FSN"}),
    "RETRIEVED": frozenset({"DATA"}),
}
TIMERS: Final = ("T1", "T2", "T3", "T4n", "T4e", "T5", "T6", "T7")

VOCABULARY: Final = Vocabulary(
    words={Kind.ORDER: _ORDERS, Kind.FEED: _SENT, Kind.UNIT: _EXPECTED, Kind.INDICATION: _INDICATIONS,
           Kind.SETTING: {"acknowledges": frozenset(), "withholds": frozenset()}},
    timers=frozenset(TIMERS))

QUICK: Final[dict[str, int]] = {
    "T1": ms(300), "T2": ms(200), "T3": ms(60), "T4n": ms(120), "T4e": ms(40), "T5": ms(20),
    "T6": ms(250), "T7": ms(104)}
"""Timers for both benches to be compared with: short, and in the same order of lengths as the standard's."""

LEAST: Final[dict[str, int]] = {
    "T1": seconds(40), "T2": seconds(5), "T3": seconds(1), "T4n": ms(7500), "T4e": ms(400), "T5": ms(80),
    "T6": seconds(3), "T7": ms(500)}
"""The least that Q.703 12.3 allows: what `wait 1/2 T4n` is a part of where the standard's timers run."""


class Q781Config(Strict):
    """How the link under test is set up; what is not given is as Q.703 usually has it."""

    method: Literal["basic", "pcr"] = "basic"
    lssu_octets: Literal[1, 2] = 1
    congested: Literal["discard", "accept"] = "discard"
    n1: int | None = Field(None, ge=1, le=127)
    n2: int | None = Field(None, ge=1)
    timers: dict[str, Duration] = Field(default_factory=dict)

    @field_validator("timers", mode="after")
    @classmethod
    def _known(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name not in TIMERS:
                raise wrong(f"no timer {name!r}", "one of " + ", ".join(TIMERS), where=(name,))
        return value
