"""Congestion control of the receiver: SIB every T5 while level 2 cannot keep up (Q.703 clause 9, figure 19)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.core import Core, Handler
from switchsim.proto.mtp2.state import Cc, Event


def busy(link: Core, _: None) -> None:
    link.state.cc = Cc.BUSY
    again(link, None)


def again(link: Core, _: None) -> None:
    link.fire("txc", Event.SEND_SIB)
    link.start_timer("T5")


def normal(link: Core, _: None) -> None:
    link.state.cc = Cc.NORMAL
    link.stop_timer("T5")


TRANSITIONS: Final[dict[tuple[Cc, Event], Handler]] = {
    (Cc.NORMAL, Event.BUSY): busy,
    (Cc.BUSY, Event.T5): again,
    (Cc.BUSY, Event.NORMAL): normal,
}

IGNORED: Final = (
    ((Cc.NORMAL,), (Event.NORMAL,), "figure 19: no congestion to end"),
    ((Cc.NORMAL,), (Event.T5,), "impossible, figure 19: T5 runs while busy alone"),
    ((Cc.BUSY,), (Event.BUSY,), "clause 9.3: SIB goes every T5, not with every discarded message"),
)
