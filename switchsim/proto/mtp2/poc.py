"""Processor outage control: whose level 3 cannot be reached (Q.703 clause 8, figure 10)."""

from __future__ import annotations

from typing import Final

from switchsim.proto.mtp2.core import Core, Handler
from switchsim.proto.mtp2.state import Event, Poc

_IDLE, _LOCAL, _REMOTE, _BOTH = Poc


def _to(state: Poc) -> Handler:
    def change(link: Core, _: None) -> None:
        link.state.poc = state

    return change


def over(link: Core, _: None) -> None:
    link.state.poc = _IDLE
    link.fire("lsc", Event.NO_OUTAGE)


TRANSITIONS: Final[dict[tuple[Poc, Event], Handler]] = {
    (_IDLE, Event.LOCAL_OUTAGE): _to(_LOCAL),
    (_IDLE, Event.REMOTE_OUTAGE): _to(_REMOTE),
    (_LOCAL, Event.REMOTE_OUTAGE): _to(_BOTH),
    (_LOCAL, Event.LOCAL_RECOVERED): over,
    (_LOCAL, Event.STOP): _to(_IDLE),
    (_REMOTE, Event.LOCAL_OUTAGE): _to(_BOTH),
    (_REMOTE, Event.REMOTE_RECOVERED): over,
    (_REMOTE, Event.STOP): _to(_IDLE),
    (_BOTH, Event.LOCAL_RECOVERED): _to(_REMOTE),
    (_BOTH, Event.REMOTE_RECOVERED): _to(_LOCAL),
    (_BOTH, Event.STOP): _to(_IDLE),
}

IGNORED: Final = (
    ((_IDLE,), (Event.STOP,), "figure 10: nothing to stop"),
    ((_IDLE, _REMOTE), (Event.LOCAL_RECOVERED,), "impossible, figure 8: told when a local outage was marked"),
    ((_IDLE, _LOCAL), (Event.REMOTE_RECOVERED,), "impossible, figure 8: told when a remote outage was marked"),
    ((_LOCAL, _BOTH), (Event.LOCAL_OUTAGE,), "clause 8: the outage is known"),
    ((_REMOTE, _BOTH), (Event.REMOTE_OUTAGE,), "impossible, figure 8: only the first SIPO is told"),
)
