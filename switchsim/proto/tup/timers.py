"""Time-outs of the telephone user part and their windows (Q.724 clauses 6.4 and 7).

`TIMERS[name] = (low, default, high, what it waits for)` in cycles. T1 to T19 have the numbers of Q.724; a window of one
value is that value within a tenth. The others have no number there: how long to wait for digits, answer and re-answer
is told in the text or in Q.118, the pair of group messages repeats and alarms as that of single circuits does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchsim.proto.windows import Window
from switchsim.units import ms, seconds

_REPEAT: Final = (seconds(4), seconds(10), seconds(15))  # 4..15 s: the repetition of every handshake
_MINUTE: Final = (seconds(54), seconds(60), seconds(66))  # 1 min: maintenance is told

TIMERS: Final[dict[str, Window]] = {
    "t1": (seconds(10), seconds(12), seconds(15), "continuity or continuity failure signal"),
    "t2": (seconds(20), seconds(25), seconds(30), "address complete after the latest address message"),
    "t3": (*_REPEAT, "clear forward after an unsuccessful message"),
    "t4": (*_REPEAT, "clear forward after call failure"),
    "t5": (*_MINUTE, "stop repeating call failure"),
    "t6": (*_REPEAT, "release guard"),
    "t7": (*_MINUTE, "stop repeating clear forward"),
    "t8": (ms(500), ms(1900), ms(2000), "check tone"),
    "t9": (seconds(1), seconds(5), seconds(10), "first recheck of continuity"),
    "t10": (seconds(60), seconds(120), seconds(180), "further rechecks"),
    "t11": (*_REPEAT, "blocking acknowledgement"),
    "t12": (*_MINUTE, "stop repeating blocking, alarm"),
    "t13": (*_MINUTE, "blocking again, each minute"),
    "t14": (*_REPEAT, "unblocking acknowledgement"),
    "t15": (*_MINUTE, "stop repeating unblocking, alarm"),
    "t16": (*_MINUTE, "unblocking again, each minute"),
    "t18": (*_REPEAT, "acknowledgement of a circuit reset"),
    "t19": (*_MINUTE, "reset again, each minute"),
    "tdigits": (seconds(15), seconds(18), seconds(20), "further digits, then address incomplete"),
    "tanswer": (seconds(120), seconds(180), seconds(240), "answer (Q.118)"),
    "treanswer": (seconds(60), seconds(90), seconds(120), "re-answer (90 s in China, 1..2 min in Q.118)"),
    "tinfo": (seconds(10), seconds(12), seconds(15), "general forward set-up information"),
    "tuser": (seconds(30), seconds(60), seconds(120), "a sign of life of the peer's user part"),
    "tg": (*_REPEAT, "acknowledgement of a group message"),
    "tx": (*_MINUTE, "group message again, each minute, alarm"),
}

NAMES: Final = tuple(TIMERS)
BIT: Final = {name: 1 << index for index, name in enumerate(NAMES)}
BLOCKING: Final = sum(BIT[name] for name in ("t11", "t12", "t13", "t14", "t15", "t16"))
"""The timers that outlive a call."""


def timer_values(overrides: Mapping[str, int]) -> dict[str, int]:
    """Cycles by name, defaults with `overrides` in place; raises ValueError for a name that is none."""
    unknown = [name for name in overrides if name not in TIMERS]
    if unknown:
        raise ValueError(f"no timers of the telephone user part: {', '.join(unknown)}; expected {', '.join(NAMES)}")
    return {name: overrides.get(name, row[1]) for name, row in TIMERS.items()}
