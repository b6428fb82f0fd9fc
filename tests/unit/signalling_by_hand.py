"""Journals of two signalling points with N links, written by hand."""

from __future__ import annotations

from typing import Any

from by_hand import Row, verdict_of

from switchsim.model.events import (
    Changeback,
    Changeover,
    Destination,
    MessageDelivered,
    MessageSent,
    SignallingLink,
    UnitReceived,
    UnitSent,
)
from switchsim.report.result import CheckResult
from switchsim.scenario.checks.base import Check, SignallingFacts
from switchsim.units import seconds

US, STANDBY, CITY, BOARD = "frame/0/slot/2/program", "frame/0/slot/3/program", "farend/exchange/city", "frame/0/slot/11"
OWN, FAR = 1, 2
ISUP = 5
END = seconds(120)
UP = 1000
"""The cycle at which the links come up."""


def facts(links: int = 2) -> SignallingFacts:
    names = [f"e1-{number}:16" for number in range(links)]
    return SignallingFacts(
        points={US: OWN, STANDBY: OWN, CITY: FAR}, links=dict.fromkeys(names, (FAR, OWN)),
        boards=dict.fromkeys(names, BOARD),
    )  # fmt: skip


def judge(check: type[Check], rows: list[Row], end: int = END, *, links: int = 2, **settings: Any) -> CheckResult:
    """What a check says when the links came up at UP."""
    begin = [row for number in range(links) for row in link(UP, number, "available")]
    begin += [(UP, US, Destination(FAR, "resume", 0)), (UP, CITY, Destination(OWN, "resume", 0))] if links else []
    return verdict_of(check, sorted(begin + rows, key=lambda row: row[0]), end, signalling=facts(links), **settings)


def link(at: int, number: int, state: str, *places: str) -> list[Row]:
    """Both ends (or those named) tell the state of a link."""
    return [(at, place, SignallingLink(f"e1-{number}:16", state)) for place in places or (US, CITY)]


def over(at: int, number: int, *to: int, place: str = US, retrieved: int = 0) -> Row:
    return at, place, Changeover(f"e1-{number}:16", " ".join(f"e1-{other}:16" for other in to), retrieved)


def back(at: int, number: int, place: str = US) -> Row:
    return at, place, Changeback(f"e1-{number}:16")


def ask(at: int, text: str, *, sls: int = 0, far: bool = False, service: int = ISUP) -> Row:
    """A user part hands a message over; `far`: that of the city."""
    event = MessageSent(service, OWN if far else FAR, sls, 0, text)
    return at, CITY if far else US, event


def get(
    at: int, text: str, *, sls: int = 0, far: bool = False, service: int = ISUP, place: str = "", spare: int = 0
) -> Row:
    """The other point's user part gets it; `far`: from the city."""
    event = MessageDelivered(service, FAR if far else OWN, sls, spare, text)
    return at, place or (US if far else CITY), event


def sent(at: int, octets: str, number: int = 0) -> Row:
    return at, BOARD, UnitSent(f"e1-{number}:16", octets)


def received(at: int, octets: str, number: int = 0) -> Row:
    return at, BOARD, UnitReceived(f"e1-{number}:16", octets)
