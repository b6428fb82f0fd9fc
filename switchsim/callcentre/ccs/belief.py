"""What a CCS thinks that the agents do, in few words, for whoever compares it with the switch."""

from __future__ import annotations

from collections.abc import Iterable

from switchsim.callcentre.view import SwitchView
from switchsim.model.events import AgentsKnown


def agents_known(view: SwitchView, reachable: bool) -> AgentsKnown:
    """By state in order of name: `idle:1001-1003,1007 ringing:1004`."""
    by_state: dict[str, list[str]] = {}
    for seat, row in view.seats.items():
        by_state.setdefault(row.state, []).append(seat)
    seats = " ".join(f"{state}:{','.join(_ranges(by_state[state]))}" for state in sorted(by_state))
    return AgentsKnown(int(reachable and view.complete), seats)


def _ranges(seats: Iterable[str]) -> list[str]:
    """Numbers of one length that follow each other become one range."""
    rows: list[list[str]] = []
    for seat in sorted(seats, key=lambda one: (len(one), one)):
        last = rows[-1][-1] if rows else ""
        follows = seat.isdecimal() and last.isdecimal() and len(seat) == len(last) and int(seat) == int(last) + 1
        if follows:
            rows[-1] = [rows[-1][0], seat]
        else:
            rows.append([seat])
    return ["-".join(row) for row in rows]
