"""What sheets of Q.782 can say: words, fields, configuration, timers."""

from __future__ import annotations

from typing import Any, Final, Literal

from pydantic import Field, field_validator

from switchsim.assembly.yamltypes import Duration, Strict, wrong
from switchsim.conformance.language import Kind, Vocabulary
from switchsim.conformance.q782.octets import CHANGEBACK, CHANGEOVER, EMERGENCY, INHIBITING, ROUTES
from switchsim.proto.mtp3 import TIMERS as PROTOCOL_TIMERS

TIMERS: Final = {name.upper() if name[0] == "t" else f"T{name[-1]}t": name for name in PROTOCOL_TIMERS}
"""T1, T2, ... of Q.704; T1t and T2t are T1 and T2 of Q.707."""

_LINK: Final = frozenset({"ON", "FOR", "SLC", "FROM", "TO", "short"})
_PLACES: Final = frozenset({"ON", "FROM", "TO"})
_MESSAGES: Final[dict[str, frozenset[str]]] = {
    **{name: _LINK | {"FSN", "OFF"} for name in CHANGEOVER},
    **dict.fromkeys((*EMERGENCY, *INHIBITING), _LINK),
    **{name: _LINK | {"CODE"} for name in CHANGEBACK},
    **{name: _PLACES | {"DEST", "short"} for name in ROUTES},
    "TRA": _PLACES | {"all"},
    "RCT": _PLACES,
    "TFC": _PLACES | {"DEST", "LEVEL", "short"},
    "UPU": _PLACES | {"DEST", "USER", "CAUSE", "short"},
    "SLTM": _LINK | {"LENGTH"},
    "SLTA": _LINK | {"LENGTH", "wrong"},
    "TEST": frozenset({"ON", "FROM", "DEST", "SLS", "OF", "DATA", "NI", "SI", "all"}),
}
_LINE: Final = {name: frozenset({"ON"}) for name in ("CUT", "JOIN", "STOP", "OUTAGE", "RECOVERED")}
_RAW: Final = frozenset({"ON", "SI", "NI", "SLC", "FROM", "TO", "OCTETS", "BODY"})
_ORDERS: Final[dict[str, frozenset[str]]] = {
    "ACTIVATE": frozenset({"ON", "all"}),
    **{name: frozenset({"ON"}) for name in ("DEACTIVATE", "INHIBIT", "UNINHIBIT", "OUTAGE", "RECOVERED",
                                            "UNREADABLE")},
    "CONGESTED": frozenset({"ON", "LEVEL"}),
    "RESTART": frozenset(),
    "TRANSFER": frozenset({"DEST", "SLS", "OF", "SI", "all"}),
    "USER-GONE": frozenset({"SI"}),
    "USER-BACK": frozenset({"SI"}),
}
_RESULTS: Final = ("INHIBITED", "UNINHIBITED", "DENIED", "DENIED-REMOTELY", "NO-ANSWER", "NOT-INHIBITED")
_STATES: Final = ("available", "failed", "inhibited", "blocked", "deactivated", "testing")
_INDICATIONS: Final[dict[str, frozenset[str]]] = {
    "LINK": frozenset({"ON", "all", *_STATES}),
    "PAUSE": frozenset({"DEST"}),
    "RESUME": frozenset({"DEST", "all"}),
    "DELIVER": frozenset({"SLS", "FROM", "SI", "DATA"}),
    "CONGESTION": frozenset({"DEST", "LEVEL"}),
    **{name: frozenset({"DEST", "SI"}) for name in ("USER-UNKNOWN", "USER-UNEQUIPPED", "USER-INACCESSIBLE")},
    **{name: frozenset({"ON"}) for name in _RESULTS},
}
_SETTINGS: Final[dict[str, frozenset[str]]] = {
    "answers": frozenset({"tests"}), "leaves": frozenset({"tests"}),
    "overlooks": frozenset({"restarts", "transfers"}), "sees": frozenset({"restarts", "transfers"}),
    "holds": frozenset({"ON"}), "frees": frozenset({"ON"}),
}
VOCABULARY: Final = Vocabulary(
    words={Kind.ORDER: _ORDERS, Kind.FEED: {**_MESSAGES, **_LINE, "RAW": _RAW}, Kind.UNIT: _MESSAGES,
           Kind.INDICATION: _INDICATIONS, Kind.SETTING: _SETTINGS},
    timers=frozenset(TIMERS))


class Q782Config(Strict):
    """The network around the implementation under test, and national options; timers as it is shipped."""

    layout: Literal["A1", "A2", "A3", "A4", "B", "C", "C-apart", "C-three", "D"] = "A2"
    variant: Literal["itu", "china"] = "itu"
    restricted: bool = False
    levels: bool = False
    lossy: bool = False
    """Messages of a flow may overtake each other in this case, or come twice."""
    timers: dict[str, Duration] = Field(default_factory=dict)

    @field_validator("timers", mode="after")
    @classmethod
    def _known(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in value:
            if name not in TIMERS:
                raise wrong(f"no timer {name!r}", "one of " + ", ".join(TIMERS), where=(name,))
        return value
