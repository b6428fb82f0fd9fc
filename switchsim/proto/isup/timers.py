"""The timers of Q.764 annex A: windows, defaults, where they are described.

`TIMERS[name] = (low, default, high, clause)` in cycles. T6, T9, T38 are those of Q.118; T2, T3, T27, T28 and T31 have
one value or one bound in the standard: their windows are that value within a tenth, or from the bound on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchsim.proto.windows import Window
from switchsim.units import ms, seconds

_SHORT: Final = (seconds(15), seconds(30), seconds(60))  # 15..60 s: the repetition of every handshake
_LONG: Final = (seconds(300), seconds(300), seconds(900))  # 5..15 min: maintenance is told

TIMERS: Final[dict[str, Window]] = {
    "t1": (*_SHORT, "2.9.6"),
    "t2": (seconds(162), seconds(180), seconds(198), "2.4.1"),
    "t3": (seconds(108), seconds(120), seconds(132), "2.9.9"),
    "t4": (*_LONG, "2.13.2"),
    "t5": (*_LONG, "2.9.6"),
    "t6": (seconds(10), seconds(60), seconds(120), "2.4.1"),
    "t7": (seconds(20), seconds(25), seconds(30), "2.9.8.3"),
    "t8": (seconds(10), seconds(12), seconds(15), "2.9.8.3"),
    "t9": (seconds(90), seconds(180), seconds(240), "2.9.8.3"),
    "t10": (seconds(4), seconds(5), seconds(6), "2.1.4"),
    "t11": (seconds(15), seconds(18), seconds(20), "2.1.4"),
    "t12": (*_SHORT, "2.9.4"),
    "t13": (*_LONG, "2.9.4"),
    "t14": (*_SHORT, "2.9.4"),
    "t15": (*_LONG, "2.9.4"),
    "t16": (*_SHORT, "2.9.3.1"),
    "t17": (*_LONG, "2.9.3.1"),
    "t18": (*_SHORT, "2.9.4"),
    "t19": (*_LONG, "2.9.4"),
    "t20": (*_SHORT, "2.9.4"),
    "t21": (*_LONG, "2.9.4"),
    "t22": (*_SHORT, "2.9.3.2"),
    "t23": (*_LONG, "2.9.3.2"),
    "t24": (ms(500), ms(1900), ms(2000), "2.1.8"),
    "t25": (seconds(1), seconds(5), seconds(10), "2.1.8"),
    "t26": (seconds(60), seconds(120), seconds(180), "2.1.8"),
    "t27": (seconds(216), seconds(240), seconds(264), "2.1.8"),
    "t28": (seconds(9), seconds(10), seconds(11), "2.8.3"),
    "t29": (ms(300), ms(400), ms(600), "2.10"),
    "t30": (seconds(5), seconds(8), seconds(10), "2.10"),
    "t31": (seconds(360), seconds(360), seconds(900), "annex A"),
    "t32": (seconds(3), seconds(4), seconds(5), "annex A"),
    "t33": (seconds(12), seconds(14), seconds(15), "2.9.7"),
    "t34": (seconds(2), seconds(3), seconds(4), "2.1.12"),
    "t35": (seconds(15), seconds(18), seconds(20), "2.9.8.3"),
    "t36": (seconds(10), seconds(12), seconds(15), "2.1.8"),
    "t37": (seconds(2), seconds(3), seconds(4), "annex A"),
    "t38": (seconds(90), seconds(120), seconds(180), "2.4.3"),
}
"""T31, T32 (end-to-end signalling), T37 (echo control) and T38 (incoming international exchange) belong to procedures
that this exchange does not have; they are in the table so that an office's data may set them."""

LONG_OF: Final = {1: 5, 12: 13, 14: 15, 16: 17, 18: 19, 20: 21, 22: 23}
"""Each repetition timer and the one that tells maintenance."""


def timer_values(overrides: Mapping[str, int]) -> list[int]:
    """Cycles by timer number (index 0 unused), defaults with `overrides` by name ("t7") in place.

    Raises ValueError for a name that is none; values outside the window are taken: `proto.windows.outside` names them.
    """
    unknown = [name for name in overrides if name not in TIMERS]
    if unknown:
        raise ValueError(f"no timers of Q.764: {', '.join(unknown)}; expected t1..t38")
    return [0, *(overrides.get(f"t{number}", TIMERS[f"t{number}"][1]) for number in range(1, len(TIMERS) + 1))]
